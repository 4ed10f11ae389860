"""The same result from one process, from two, and from a Dask cluster of two workers."""

import distributed
import joblib
import polars as pl
import pytest

from autocode.suggester import LineClassifier, train
from autocode.validation import validate


@pytest.fixture(scope="module")
def cluster():
    """A real cluster on this machine: a scheduler and two worker processes."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as local,
        distributed.Client(local) as client,
    ):
        yield client


def suggested(suggester, study, folder, **options):
    source, target = folder / "in.csv", folder / "out.parquet"
    pl.DataFrame({"text": [line.text for line in study.lines]}).write_csv(source)
    suggester.suggest_table(source, target, rows_at_once=30, force=True, **options)
    return target.read_bytes()


def test_two_processes_give_what_one_gives(study, suggester, tmp_path):
    lines = study.lines

    assert train(*study, seed=3, n_jobs=2).digest == suggester.digest
    assert suggested(suggester, study, tmp_path, n_jobs=2) == suggested(suggester, study, tmp_path, n_jobs=1)
    texts, labels = [line.text for line in lines], [line.order % 2 for line in lines]
    alone, together = (LineClassifier(n_jobs=n).fit(texts, labels) for n in (1, 2))
    assert (alone.predict_proba(texts) == together.predict_proba(texts)).all()


def test_a_validation_in_two_processes_is_the_same(study):
    told = []
    how = {"learn": [20, 40, 1000], "seeds": 2, "resamples": 10, "min_uses": 5}
    alone = validate(*study, **how, progress=lambda done, of: told.append((done, of)))

    assert validate(*study, **how, n_jobs=2).to_json() == alone.to_json()
    assert told == [(n, 6) for n in range(1, 7)]


def test_two_worker_processes_of_dask_give_what_one_gives(cluster, study, suggester, tmp_path):
    cluster.get_task_stream()  # from here on it is noted what runs where
    with joblib.parallel_config(backend="dask"):
        by_dask = train(*study, seed=3)
        table = suggested(suggester, study, tmp_path)
        found = validate(*study, learn=[40], seeds=2, resamples=10, min_uses=5)
    worked = [task["worker"] for task in cluster.get_task_stream()]

    assert len(set(worked)) == 2
    assert len(worked) >= 6
    assert by_dask.digest == suggester.digest
    assert table == suggested(suggester, study, tmp_path)
    assert found.to_json() == validate(*study, learn=[40], seeds=2, resamples=10, min_uses=5).to_json()
