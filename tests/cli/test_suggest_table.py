"""A table of any length is suggested for from the shell."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "models" / "integration-barriers"


def autocode(*args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autocode", *map(str, args)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_table_gets_its_suggestions_beside_its_columns(tmp_path):
    rows = [["id", "words"], ["1", "The two computer systems do not talk to each other."], ["2", "Hm."]]
    with (tmp_path / "in.csv").open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    ran = autocode("suggest", "in.csv", "--text", "words", "--model", MODEL, "-o", "out.csv", cwd=tmp_path)
    with (tmp_path / "out.csv").open(newline="") as held:
        found = list(csv.DictReader(held))

    assert (ran.stdout, ran.stderr, ran.returncode) == ("out.csv: suggestions for 1 of 2 rows.\n", "", 0)
    assert [(row["id"], row["words"]) for row in found] == [tuple(row) for row in rows[1:]]
    assert found[0]["code_1"] != ""
    assert found[1]["abstention"] == "too short"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--speaker", "who", "--model", MODEL], "--speaker, --transcript and --jobs go with --text"),
        (["--text", "words", "-o", "out.csv"], "--text is for a table: it needs --model MODEL and -o OUT"),
        (["--text", "words", "--model", MODEL], "--text is for a table: it needs --model MODEL and -o OUT"),
        (["--text", "no", "--model", MODEL, "-o", "out.csv"], "in.csv: there is no column 'no'; the columns are"),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, options, what):
    (tmp_path / "in.csv").write_text("words\nHm.\n")
    ran = autocode("suggest", "in.csv", *options, cwd=tmp_path)

    assert ran.returncode != 0
    assert what in ran.stderr
    assert "Traceback" not in ran.stderr
