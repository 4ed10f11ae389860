"""A suggester is trained on some interviews and tested on others, and so are the baselines and the coders."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from autocode.codebook import Codebook, CodeId
from autocode.coding import Codings
from autocode.doctext import documented
from autocode.errors import TrainingError
from autocode.suggester import CodedLines, Embeddings, Encoding, fit
from autocode.transcripts import LineId, Transcripts
from autocode.validation._baselines import definitions, logistic
from autocode.validation._intervals import LEVEL, interview_draws, mean_over_splits
from autocode.validation._metrics import Predictions, average_precision, measure, per_code
from autocode.validation._model_human import ModelHumanAlpha
from autocode.validation._protocol import MIN_USES, TEST_CAP, TEST_SHARE, Split, eligible, split
from autocode.validation._results import METRICS, CodeScore, CurvePoint, Estimate, Validation

BASELINES = {"logistic": logistic, "definitions": definitions}


@documented
def validate(
    codings: Codings,
    lines: Transcripts,
    codebook: Codebook,
    *,
    learn: Sequence[int | None] | None = None,
    seeds: int = 3,
    seed: int = 0,
    resamples: int = 500,
    min_uses: int = MIN_USES,
    language: str = "en",
    encoder: Encoding | None = None,
    corpus: str = "",
    n_jobs: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Validation:
    """Return how well a suggester does on interviews held out whole, beside the baselines and the coders.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    learn : sequence of (int or None) or None, default None
        Numbers of coded lines to learn from, for a learning curve. None, alone or among the numbers, stands for all of
        the training part. A number that no split can supply is left out of the curve.
    seeds : int, default 3
        Number of random splits, seeded `seed`, `seed + 1`, ...; every result is the mean over them.
    {seed}
    resamples : int, default 500
        Number of bootstrap resamples of interviews behind each 95 % interval. The trained models stay as they are, so
        the interval is about other interviews to test on, not about other interviews to learn from.
    min_uses : int, default 15
        Codes on fewer lines are left out.
    language : str, default "en"
        Language of the interviews, as in `train`.
    encoder : Encoding or None, default None
        A sentence encoder for features beyond the words, as in `train`.
    corpus : str, default ""
        The name of the study, for the result.
    {n_jobs}
    progress : callable or None, default None
        Called with the number of fits that are done, and of all fits, after each.

    Raises
    ------
    TrainingError
        If too few lines, codes or interviews are coded to hold any out.
    ValueError
        If fewer than one line, seed or resample is asked for.
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.

    Notes
    -----
    Test: interviews drawn at random until they hold 30 % of the lines (at most 1,500 lines kept). Training: the others
    in random order, lines in order, until N. The codes of a line are the adjudicated ones, else those of a strict
    majority of its coders.

    Examples
    --------
    {sample_study}
    >>> validation = ac.validate(codings, lines, codebook, learn=[50], seeds=1, resamples=20)
    >>> print(validation.curve[0].metrics["R@3"])
    0.60 [0.48, 0.72]
    """
    sizes: Sequence[int | None] = list(learn) if learn else [None]
    _refuse_less_than_one(learn=min((n for n in sizes if n is not None), default=1), seeds=seeds, resamples=resamples)
    table = eligible(codings, lines, codebook, min_uses=min_uses)
    splits = [split(table, seed=seed + s) for s in range(seeds)]
    embeddings = None if encoder is None else Embeddings.from_encoder(encoder)
    draws = interview_draws(table, splits, resamples=resamples, seed=seed)
    by_size = _predictions_by_size(
        table,
        splits,
        sizes,
        codebook,
        language=language,
        encoder=embeddings,
        seed=seed,
        n_jobs=n_jobs,
        progress=progress,
    )
    points: list[CurvePoint] = []
    last: dict[int, Predictions] = {}
    for n, by_split in zip(sizes, by_size, strict=True):
        if by_split:
            points.append(_curve_point(n, by_split, splits, draws))
            last = {s: by_method["autocode"] for s, by_method in by_split.items()}
    if not points:
        raise TrainingError(
            f"no split leaves {min(n or 0 for n in sizes)} coded lines to learn from (the largest leaves "
            f"{max(len(part.pool) for part in splits)}); ask for fewer with --learn."
        )
    alpha = ModelHumanAlpha(
        codings,
        _predicted_codes(table, splits, last),
        lines,
        codes=frozenset(code.id for code in table.codes),
        seed=seed,
        resamples=resamples,
    )
    return Validation(
        corpus=corpus,
        protocol=_protocol(
            table, seeds=seeds, seed=seed, resamples=resamples, min_uses=min_uses, embeddings=embeddings
        ),
        curve=tuple(points),
        codes=_code_scores(table, codebook, last, draws, alpha),
        human=alpha.of_sets(),
    )


def _refuse_less_than_one(**asked: int) -> None:
    for name, least in asked.items():
        if least < 1:
            raise ValueError(f"{name} must be at least 1, not {least}.")


def _predictions_by_size(
    table: CodedLines,
    splits: Sequence[Split],
    sizes: Sequence[int | None],
    codebook: Codebook,
    *,
    language: str,
    encoder: Embeddings | None,
    seed: int,
    n_jobs: int | None,
    progress: Callable[[int, int], object] | None,
) -> Iterator[dict[int, dict[str, Predictions]]]:
    """Yield for each number of training lines the predictions of each method, by the number of the split.

    Splits with fewer lines are left out.
    """
    able = [[s for s, part in enumerate(splits) if n is None or len(part.pool) >= n] for n in sizes]
    fitted = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_predict)(
            table.take(splits[s].pool[:n]),
            table.take(splits[s].test),
            codebook,
            language=language,
            encoder=encoder,
            seed=seed + s,
        )
        for n, of_size in zip(sizes, able, strict=True)
        for s in of_size
    )
    for k, of_size in enumerate(able):
        by_split: dict[int, dict[str, Predictions]] = {}
        for s in range(len(splits)):
            if s in of_size:
                by_split[s] = next(fitted)
            if progress is not None:
                progress(k * len(splits) + s + 1, len(sizes) * len(splits))
        yield by_split


def _predict(
    train: CodedLines,
    test: CodedLines,
    codebook: Codebook,
    *,
    language: str,
    encoder: Embeddings | None,
    seed: int,
) -> dict[str, Predictions]:
    """Return the predictions of the suggester and of each baseline for the test lines."""
    model = fit(train, codebook, language=language, encoder=encoder, seed=seed)
    # codes are ranked as they are in suggestions: by calibrated probability
    p = model.probabilities(test.lines)
    own = Predictions(
        truth=test.applied, scores=p, predicted=p >= model.thresholds.codes, probabilities=p, judged=test.judged
    )
    return {"autocode": own, **{name: predict(train, test, codebook) for name, predict in BASELINES.items()}}


def _curve_point(
    n: int | None,
    by_split: Mapping[int, Mapping[str, Predictions]],
    splits: Sequence[Split],
    draws: Sequence[NDArray[np.float64]],
) -> CurvePoint:
    metrics = {
        method: _mean_metrics([(by_method[method], draws[s]) for s, by_method in by_split.items()])
        for method in ("autocode", *BASELINES)
    }
    return CurvePoint(
        n=round(float(np.mean([len(splits[s].pool[:n]) for s in by_split]))),
        seeds=len(by_split),
        metrics=metrics.pop("autocode"),
        baselines=metrics,
    )


def _mean_metrics(runs: Sequence[tuple[Predictions, NDArray[np.float64]]]) -> dict[str, Estimate]:
    measured = [measure(predictions, weights) for predictions, weights in runs]
    return {name: mean_over_splits(np.stack([metrics[name] for metrics in measured])) for name in METRICS}


def _predicted_codes(
    table: CodedLines, splits: Sequence[Split], runs: Mapping[int, Predictions]
) -> dict[LineId, frozenset[CodeId]]:
    """Return the codes predicted for each test line; for a line of several test parts, those of the first split."""
    predicted: dict[LineId, frozenset[CodeId]] = {}
    for s, predictions in runs.items():
        for i, row in zip(splits[s].test, predictions.predicted, strict=True):
            codes = frozenset(code.id for code, applies in zip(table.codes, row, strict=True) if applies)
            predicted.setdefault(table.lines[i].id, codes)
    return predicted


def _code_scores(
    table: CodedLines,
    codebook: Codebook,
    runs: Mapping[int, Predictions],
    draws: Sequence[NDArray[np.float64]],
    alpha: ModelHumanAlpha,
) -> tuple[CodeScore, ...]:
    by_code = [per_code(predictions, draws[s]) for s, predictions in runs.items()]
    scores = []
    for j, code in enumerate(table.codes):
        theme = codebook.theme_of(code.id)
        precision, recall, f1 = (mean_over_splits(np.stack([of_run[m][:, j] for of_run in by_code])) for m in range(3))
        ranking = np.stack([average_precision(a.truth[:, j], a.scores[:, j], draws[s]) for s, a in runs.items()])
        scores.append(
            CodeScore(
                code=code.id,
                name=codebook.label(code.id),
                theme=codebook.label(theme.id) if theme else "",
                n=sum(int(predictions.truth[:, j].sum()) for predictions in runs.values()),
                precision=precision,
                recall=recall,
                f1=f1,
                average_precision=mean_over_splits(ranking),
                human=alpha.among_coders(code.id),
                model=alpha.with_coders(code.id),
            )
        )
    return tuple(scores)


def _protocol(
    table: CodedLines, *, seeds: int, seed: int, resamples: int, min_uses: int, embeddings: Embeddings | None
) -> dict[str, object]:
    encoder = {} if embeddings is None else {"encoder": embeddings.name}
    return encoder | {
        "lines": len(table),
        "interviews": len({line.transcript for line in table.lines}),
        "codes": len(table.codes),
        "labels": str(table.consensus),
        "min_uses": min_uses,
        "test_share": TEST_SHARE,
        "test_cap": TEST_CAP,
        "held_out": "whole interviews",
        "seeds": list(range(seed, seed + seeds)),
        "interval": f"{LEVEL:.0%} percentile, bootstrap of interviews",
        "resamples": resamples,
        "versions": {name: version(name) for name in ("autocode", "numpy", "scikit-learn", "spacy")},
    }
