"""Suggestions beside the rows of frames and of tables too large to hold."""

import csv
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from autocode.errors import StudyError, TranscriptError
from autocode.suggester import open_suggester, train
from autocode.suggester.bulk._frames import ADDED

TEXTS = [
    "There is nowhere to park and the meter takes coins only.",
    "Yes.",
    "The phone rings out until the line goes dead.",
    "Сегодня прекрасная погода, мой друг",
    "My daughter plays the violin to be honest with you.",
]


@pytest.fixture(scope="module")
def told(suggester):
    return suggester.suggest_frame(TEXTS)


@pytest.fixture(scope="module")
def rows(rambling):
    """The lines of a study in which neighbours matter, with their interviewers, as rows."""
    return [{"where": x.transcript, "who": x.speaker, "text": x.text} for x in rambling.lines]


def test_a_list_of_texts_gives_a_row_each_with_what_suggest_says(suggester, interview, told):
    lines = interview("GP9", [("", text) for text in TEXTS]).lines
    # Nobody knows where in an interview the texts of a list were said.
    apart = [suggester.suggest([replace(line, order=-1)]) for line in lines]

    assert [row["text"] for row in told] == TEXTS
    assert [row["code_1"] for row in told] == ["parking", None, "phones", None, None]
    assert [row["abstention"] for row in told] == [None, "too short", None, "unlike anything coded", "nothing fits"]
    for row, batch in zip(told, apart, strict=True):
        said = [(s.code, pytest.approx(s.probability), s.band) for s in batch.suggestions]

        found = [(row[f"code_{k}"], row[f"probability_{k}"], row[f"band_{k}"]) for k in (1, 2, 3)]
        assert [one for one in found if one[0]] == said


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_frame_comes_back_as_its_own_kind_with_its_own_columns_first(suggester, told, kind):
    frame = kind({"n": list(range(5)), "text": TEXTS})
    out = suggester.suggest_frame(frame)

    assert type(out) is type(frame)
    names = out.column_names if isinstance(out, pa.Table) else list(out.columns)
    assert names == ["n", "text", *ADDED]
    cells = pl.DataFrame(out).rows(named=True)
    assert [{name: cell for name, cell in row.items() if name != "n"} for row in cells] == told


def test_the_index_of_a_pandas_frame_stays_and_what_it_holds_is_not_changed(suggester):
    frame = pd.DataFrame({"text": TEXTS}, index=[7, 7, 3, 2, 1])
    out = suggester.suggest_frame(frame)

    assert out.index.tolist() == [7, 7, 3, 2, 1]
    assert out["code_1"].iloc[2] == "phones"
    assert list(frame.columns) == ["text"]


def test_rows_that_follow_each_other_in_a_transcript_tell_about_each_other(rambling, rows):
    suggester = train(*rambling)
    out = suggester.suggest_frame(pl.DataFrame(rows), speaker="who", transcript="where")
    alone = suggester.suggest_frame(pl.DataFrame(rows), speaker="who")
    batch = suggester.suggest(rambling.lines)

    assert out["abstention"].null_count() == len(rows) - len(batch.abstentions)
    for line, row in zip(rambling.lines, out.rows(named=True), strict=True):
        said = batch.of(line.id)

        assert [row[f"code_{k + 1}"] for k in range(len(said))] == [one.code for one in said]
        assert [row[f"probability_{k + 1}"] for k in range(len(said))] == pytest.approx(
            [one.probability for one in said]
        )
    assert out["probability_1"].to_list() != alone["probability_1"].to_list()


def test_an_interviewers_row_stays_empty_and_a_cell_without_text_is_too_short(suggester):
    frame = pl.DataFrame({"who": ["INT", "GP1", "Anna"], "text": [TEXTS[0], None, TEXTS[0]]})
    out = suggester.suggest_frame(frame, speaker="who", interviewers=["int", "anna"])

    assert out["code_1"].to_list() == [None, None, None]
    assert out["abstention"].to_list() == [None, "too short", None]


def test_no_rows_are_no_suggestions(suggester):
    assert suggester.suggest_frame([]) == []
    assert suggester.suggest_frame(pl.DataFrame({"text": []}, schema={"text": pl.String})).shape == (0, 11)


def test_a_missing_column_and_one_that_would_be_overwritten_are_named(suggester):
    with pytest.raises(ValueError, match=r"^there is no column 'text'; the columns are 'words'\.$"):
        suggester.suggest_frame(pd.DataFrame({"words": TEXTS}))
    with pytest.raises(ValueError, match=r"^there is a column 'band_2' already; rename it, "):
        suggester.suggest_frame(pd.DataFrame({"text": TEXTS, "band_2": 1}))
    with pytest.raises(TypeError, match=r"^a list must hold texts, not dict; for rows give a data frame\.$"):
        suggester.suggest_frame([{"text": "x"}])


# tables that are streamed


def written(path, rows):
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            table = csv.DictWriter(out, rows[0])
            table.writeheader()
            table.writerows(rows)
    else:
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=17)
    return path


def read(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with path.open(encoding="utf-8", newline="") as held:
        return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(held)]


@pytest.mark.parametrize("into", [".csv", ".parquet"])
@pytest.mark.parametrize("come", [".csv", ".parquet"])
def test_a_table_in_parts_says_what_the_frame_says_at_once(rambling, rows, tmp_path, come, into):
    suggester = train(*rambling)
    source, target = written(tmp_path / f"in{come}", rows), tmp_path / f"out{into}"
    progress = []
    streamed = suggester.suggest_table(
        source,
        target,
        speaker="who",
        transcript="where",
        rows_at_once=10,
        progress=lambda done, of: progress.append((done, of)),
    )
    at_once = suggester.suggest_frame(pl.DataFrame(rows), speaker="who", transcript="where").rows(named=True)
    found = read(target)

    assert progress[-1] == (108, 108)
    assert [done for done, _ in progress] == [*range(10, 101, 10), 108]
    assert f"{streamed}" == f"suggestions for {sum(row['code_1'] is not None for row in at_once)} of 108 rows"
    for row, other in zip(found, at_once, strict=True):
        for name, cell in other.items():
            got = row[name]
            if name.startswith("probability") and cell is not None:
                assert float(got) == pytest.approx(cell, abs=1e-12)
            else:
                assert got == cell
    assert sorted(path.name for path in tmp_path.iterdir()) == [source.name, target.name]


KILLED = """
import os, signal, sys
from autocode.suggester import open_suggester

def die(done, of):
    if done >= 300:
        os.kill(os.getpid(), signal.SIGKILL)

model, source, target = sys.argv[1:]
open_suggester(model).suggest_table(source, target, rows_at_once=100, progress=die)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
@pytest.mark.parametrize("kind", [".csv", ".parquet"])
def test_after_kill_9_the_same_call_goes_on_and_ends_in_the_same_bytes(saved, study, tmp_path, kind):
    rows = [{"n": n, "text": study.lines[n % 84].text} for n in range(750)]
    source = written(tmp_path / f"in{kind}", rows)
    target, whole = tmp_path / f"out{kind}", tmp_path / f"whole{kind}"
    ran = subprocess.run([sys.executable, "-c", KILLED, saved, source, target], check=False, timeout=120)
    parts = tmp_path / f".out{kind}.parts"
    stored = sorted(path.name for path in parts.iterdir())
    (parts / f"000003{kind}.draft").write_bytes(b"half a part")
    before = {name: (parts / name).stat().st_mtime_ns for name in stored}
    suggester = open_suggester(saved)
    kept = []
    streamed = suggester.suggest_table(
        source,
        target,
        rows_at_once=100,
        progress=lambda *_: kept.append({name: (parts / name).stat().st_mtime_ns for name in stored}),
    )
    suggester.suggest_table(source, whole, rows_at_once=100)

    assert ran.returncode == -signal.SIGKILL
    assert stored == [f"000000{kind}", f"000001{kind}", f"000002{kind}", "job.json"]
    assert kept == [before] * 8
    assert (streamed.rows, streamed.resumed) == (750, 300)
    assert ", 300 of them by an earlier run" in f"{streamed}"
    assert target.read_bytes() == whole.read_bytes()
    assert not parts.exists()


def test_parts_of_another_run_are_not_taken_up(suggester, tmp_path):
    source = written(tmp_path / "in.csv", [{"text": text} for text in TEXTS])
    parts = tmp_path / ".out.csv.parts"
    parts.mkdir()
    (parts / "job.json").write_text("{}")
    (parts / "000000.csv").write_text("what,someone,else,made")

    with pytest.raises(StudyError) as refused:
        suggester.suggest_table(source, tmp_path / "out.csv")

    assert f"{refused.value}" == (
        f"{parts}: holds parts of another run (other rows, model or columns); remove it, or use --force."
    )
    assert suggester.suggest_table(source, tmp_path / "out.csv", force=True).suggested == 2
    assert "someone" not in (tmp_path / "out.csv").read_text()


def test_a_target_that_exists_is_replaced_only_with_force(suggester, tmp_path):
    source, target = written(tmp_path / "in.csv", [{"text": text} for text in TEXTS]), tmp_path / "out.csv"
    target.write_text("mine")

    with pytest.raises(StudyError) as refused:
        suggester.suggest_table(source, target)

    assert f"{refused.value}" == f"{target}: exists already; choose another name, or replace it with --force."
    assert target.read_text() == "mine"
    suggester.suggest_table(source, target, force=True)
    assert target.read_text().count("\n") == 6


def test_a_table_of_no_rows_becomes_one(suggester, tmp_path):
    (tmp_path / "in.csv").write_text("text\n")

    for name in ("out.csv", "out.parquet"):
        assert suggester.suggest_table(tmp_path / "in.csv", tmp_path / name).rows == 0
    assert pq.read_table(tmp_path / "out.parquet").column_names == ["text", *ADDED]
    assert (tmp_path / "out.csv").read_text() == f"text,{','.join(ADDED)}\n"


def test_every_row_of_another_length_is_named_before_anything_is_done(suggester, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("id;text\n1;one\n2\n\n3;three;four\n")

    with pytest.raises(TranscriptError) as refused:
        suggester.suggest_table(source, tmp_path / "out.csv")

    assert f"{refused.value}" == (
        f"{source}:3: holds 1 cell where the header has 2; correct the row.\n"
        f"{source}:5: holds 3 cells where the header has 2; correct the row."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    ("name", "held", "what"),
    [
        ("in.csv", b"words\nx\n", "there is no column 'text'; the columns are 'words'."),
        ("in.csv", b"", "there is no column 'text'; the columns are ."),
        ("in.csv", b"text,text\nx,y\n", "has two columns named 'text'; rename one."),
        ("in.csv", b"text\n\xff\xfe\n", "is not UTF-8; save it as UTF-8 and repeat."),
        ("in.csv", b'text\n"x"y\n', "is not a CSV table (',' expected after '\"'); correct it."),
        ("in.xlsx", b"", "is neither .csv nor .parquet; save the table as one of them."),
        ("in.parquet", b"PAR1 but not", "cannot be read as Parquet ("),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(suggester, tmp_path, name, held, what):
    (tmp_path / name).write_bytes(held)

    with pytest.raises(TranscriptError) as refused:
        suggester.suggest_table(tmp_path / name, tmp_path / "out.csv")

    assert f"{refused.value}".startswith(f"{tmp_path / name}: {what}")


def test_a_table_that_is_not_there_and_targets_that_cannot_be_are_refused(suggester, tmp_path):
    source = written(tmp_path / "in.csv", [{"text": text} for text in TEXTS])

    with pytest.raises(TranscriptError, match=r"is not there; give a table, \.csv or \.parquet\.$"):
        suggester.suggest_table(tmp_path / "no.csv", tmp_path / "out.csv")
    with pytest.raises(StudyError, match=r"is neither \.csv nor \.parquet; choose one of them"):
        suggester.suggest_table(source, tmp_path / "out.xlsx")
    with pytest.raises(StudyError, match=r"cannot be written \(Not a directory\); free some space"):
        suggester.suggest_table(source, source / "out.csv")
    with pytest.raises(ValueError, match=r"^rows_at_once must be at least 1, not 0\.$"):
        suggester.suggest_table(source, tmp_path / "out.csv", rows_at_once=0)


def test_without_pyarrow_a_csv_is_still_written_and_parquet_says_what_to_install(saved, tmp_path):
    written(tmp_path / "in.csv", [{"text": text} for text in TEXTS])
    script = """
import sys
sys.modules["pyarrow"] = None
from autocode.errors import StudyError
from autocode.suggester import open_suggester
s = open_suggester(sys.argv[1])
print(s.suggest_table("in.csv", "out.csv"))
try:
    s.suggest_table("in.csv", "out.parquet")
except StudyError as said:
    print(said)
"""
    ran = subprocess.run(
        [sys.executable, "-c", script, saved],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ},
    )

    assert ran.stdout.splitlines() == [
        "suggestions for 2 of 5 rows",
        "out.parquet: is Parquet, which needs pyarrow: pip install 'autocode[parquet]'. A .csv needs nothing.",
    ]
