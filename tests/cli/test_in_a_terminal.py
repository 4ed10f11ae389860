"""What a terminal shows besides the result: progress, tables that fit it, and nothing of it where `-q` is written."""

import os
import re
import shutil
import subprocess
import sys

import pexpect
import pytest
from click.testing import CliRunner

from autocode.cli import main

# Each command that reads a study or computes on it, with what it says while it does. `demo`, `report`, `suggest` and
# `validate` count their steps; `init` writes four files; `review` and `adjudicate` open a page.
COMMANDS = {
    "add study talk.txt --dry-run": "reading the files",
    "agree study": "measuring agreement",
    "agree study --docx out.docx": "writing the document",
    "amend study --by TW --why typo --dry-run": "comparing the interviews",
    "backup study out.zip": "writing the backup",
    "check study": "reading the study",
    "codebook study": "reading the study",
    "export study out": "exporting",
    "lines study --code forms": "reading the study",
    "memos study": "reading the study",
    "merge study copy --dry-run": "merging",
    "next study -n 3": "choosing lines",
    "plan study": "planning from the lines coded so far",
    "plan study --draw 3": "drawing lines",
    "recheck study --resamples 2": "rechecking the codings",
    "report study -o out.html --no-validation": "writing the report",
    "samples study": "reading the samples",
    "saturation study": "looking at the interviews in many orders",
    "search study phone": "searching",
    "suggest study": "suggesting",
    "together study --unit line": "looking for codes that come together",
    "train study": "training",
    "vary study --by place": "shuffling the attribute over the interviews",
    "validate study --seeds 1 --resamples 2": "validating on held-out interviews",
}


TERMINAL = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}


def in_a_terminal(words: str, folder, *, width: int = 100, **environment: str) -> tuple[str, int]:
    """Return what a command writes to a terminal, and its status."""
    variables = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    screen = pexpect.spawn(
        sys.executable,
        ["-m", "autocode", *words.split()],
        cwd=str(folder),
        dimensions=(50, width),
        encoding="utf-8",
        timeout=120,
        env=variables | {"TERM": "xterm"} | environment,
    )
    output = screen.read()
    screen.close()
    return output, screen.exitstatus


def plain(output: str) -> str:
    """Return what was written without colours and movements of the cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output)


@pytest.mark.parametrize("words", COMMANDS)
def test_what_takes_a_while_says_so_in_a_terminal(words, coded, labelled_interview, tmp_path):
    (tmp_path / "talk.txt").write_text(labelled_interview("GP77", 3)[0])
    shutil.copytree(coded, tmp_path / "copy")
    names = sorted(path.stem for path in (coded / "transcripts").iterdir())
    rows = [f"{name},{('Hackney', 'Brent')[n % 2]}\n" for n, name in enumerate(names)]
    for folder in (coded, tmp_path / "copy"):
        (folder / "participants.csv").write_text(f"participant,place\n{''.join(rows)}")
    output, status = in_a_terminal(words, tmp_path)

    assert status == 0, output
    assert COMMANDS[words] in plain(output)


def test_a_review_says_that_it_reads_the_study_and_then_shows_a_line(coded, tmp_path):
    words = ["-m", "autocode", "review", "study", "--coder", "coder_a", "--terminal"]
    screen = pexpect.spawn(
        sys.executable, words, cwd=str(tmp_path), dimensions=(50, 100), timeout=60, encoding="utf-8", env=TERMINAL
    )
    screen.expect("reading the study")
    screen.expect("GP4")
    screen.send("q")
    screen.expect(pexpect.EOF)
    screen.close()

    assert screen.exitstatus == 0


def test_a_review_in_the_terminal_without_one_says_what_to_do(coded, tmp_path):
    words = [sys.executable, "-m", "autocode", "review", "study", "--coder", "coder_a", "--terminal"]
    ended = subprocess.run(
        words, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True
    )

    assert ended.returncode == 2
    assert "no terminal to read them from" in ended.stderr
    assert "leave --terminal out to review on a page" in " ".join(ended.stderr.split())


def test_every_command_that_computes_is_tried():
    elsewhere = {"adjudicate", "board", "demo", "init", "prevalence", "reread", "review"}

    assert {words.split()[0] for words in COMMANDS} | elsewhere == {*main.commands}


@pytest.mark.parametrize("words", ["-q check study", "check study -q", "check --quiet study"])
def test_quiet_is_accepted_wherever_it_is_written(words, coded, tmp_path):
    output, status = in_a_terminal(words, tmp_path)

    assert status == 0
    assert "reading the study" not in plain(output)
    assert output.startswith("study: no faults.")


OF_CODEBOOK = main.commands["codebook"].commands
EVERY = {**main.commands, **{f"codebook {name}": command for name, command in OF_CODEBOOK.items()}}


@pytest.mark.parametrize("name", sorted(EVERY))
def test_every_command_takes_quiet(name):
    assert ["-q", "--quiet"] in [parameter.opts for parameter in EVERY[name].params]


def test_a_pipe_gets_no_progress(run, coded):
    result = run("agree", "study")

    assert result.stderr == ""


def test_remarks_are_left_out_where_quiet_stands_after_the_command(run, coded):
    assert "stored in the study" in run("plan", "study", "--draw", "2").stderr
    assert run("plan", "study", "--draw", "2", "-q").stderr == ""


@pytest.mark.parametrize("width", [60, 79])
def test_a_table_fits_the_terminal(width, coded, tmp_path):
    output, status = in_a_terminal("-q agree study", tmp_path, width=width)
    table = plain(output).split("\r\n\r\n")[0].splitlines()

    assert status == 0
    assert max(map(len, table)) <= width
    assert "Forms and queues" in " ".join(plain(output).split())


def test_columns_are_respected_in_a_pipe_and_else_it_gets_all(coded, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "60")
    narrow = CliRunner().invoke(main, ["agree", "study"]).output.split("\n\n")[0]
    monkeypatch.delenv("COLUMNS")
    wide = CliRunner().invoke(main, ["agree", "study"]).output

    assert max(map(len, narrow.splitlines())) <= 60
    assert max(map(len, wide.splitlines()[:6])) > 79
