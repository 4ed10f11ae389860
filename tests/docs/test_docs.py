"""README and docs show what happens: every command and every script runs, and prints the lines that are shown.

A page is run from top to bottom in a folder of its own that holds `corpora/`. In a `console` block, `$ ` begins a
command, and the lines below it are its output; the output of a `python` block is the `text` block right below it.
`...` stands for anything. A comment above a block may give the `keys:` pressed in a review (`f:wait` is the key `f` and
then the word), the status it `exits:` with, or the `file:` that the block is saved as.
"""

import doctest
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner

import autocode as ac
from autocode.cli import main

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "first_study.py"
SAMPLE = Path("corpora") / "integration-barriers"
BLOCK = re.compile(r"(?:^<!-- (?P<note>.*?) -->\n+)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
AWAITS_KEY = r"Q\s+(?:to\s+)?quit\.?\r\n|Enter\s+keeps\s+it\s+and\s+goes\s+on\.\r\n"
AWAITS_WORDS = r"name: "
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command or a script on a page, and the output that the page shows."""

    kind: str
    source: str
    printed: str
    keys: str = ""
    exits: int = 0


def steps(page: Path) -> list[Step]:
    found: list[Step] = []
    blocks = list(BLOCK.finditer(page.read_text(encoding="utf-8")))
    for block, following in zip(blocks, [*blocks, None][1:], strict=True):
        note = block["note"] or ""
        if note.startswith("file: "):
            found.append(Step(kind="file", source=note.removeprefix("file: "), printed=block["body"]))
            continue
        keys = note.removeprefix("keys: ") if note.startswith("keys: ") else ""
        exits = int(note.removeprefix("exits: ")) if note.startswith("exits: ") else 0
        if block["kind"] == "python":
            below = following and following["kind"] == "text" and following.start() - block.end() <= 2
            printed = following["body"] if following and below else ""
            found.append(Step(kind="python", source=block["body"], printed=printed))
        elif block["kind"] == "console":
            for part in re.split(r"^\$ ", block["body"], flags=re.MULTILINE)[1:]:
                command, _, printed = part.replace("\\\n", "").partition("\n")
                found.append(Step(kind="console", source=command, printed=printed, keys=keys, exits=exits))
    return found


def run(step: Step, namespace: dict[str, object]) -> tuple[str, int]:
    """Return what a step prints and the status it exits with."""
    if step.kind == "file":
        path = Path(step.source)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.printed, encoding="utf-8")
        return step.printed, 0
    if step.kind == "python":
        output = io.StringIO()
        with redirect_stdout(output):
            exec(compile(step.source, "a page", "exec"), namespace)
        return output.getvalue(), 0
    if "--terminal" in step.source:
        return review(step)
    words = shlex.split(step.source, comments=True)
    if words[0] == "autocode":
        # in this process: a new one would read scikit-learn and spaCy again for every command
        files = (sorted(map(str, Path().glob(word))) if "*" in word else [word] for word in words[1:])
        result = CliRunner().invoke(main, list(chain.from_iterable(files)))
        return result.output, result.exit_code
    done = subprocess.run(step.source, shell=True, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, done.returncode


def review(step: Step) -> tuple[str, int]:
    words = shlex.split(step.source, comments=True)
    screen = pexpect.spawn(
        sys.executable,
        ["-m", *words],
        dimensions=(50, 80),
        encoding="utf-8",
        timeout=30,
        env={**os.environ, "TERM": "dumb", "PYTHONUTF8": "1"},
    )
    output = ""
    for key in step.keys.split():
        screen.expect(AWAITS_KEY)
        output += screen.before + screen.after
        pressed, _, words = key.partition(":")
        screen.send("\r" if pressed == "Enter" else pressed)
        if words:
            screen.expect(AWAITS_WORDS)
            output += screen.before + screen.after
            screen.send(f"{words}\r")
    screen.expect(pexpect.EOF)
    screen.close()
    return (output + screen.before).replace("\r\n", "\n"), screen.exitstatus


def difference(step: Step, printed: str, status: int) -> str:
    """Return how what happened differs from what the page shows; an empty text where it does not."""
    if status != step.exits:
        return f"$ {step.source}\nexits with {status}, not {step.exits}:\n{printed}"
    if not step.printed or matches(step.printed, printed):
        return ""
    return f"{step.source}\nprints\n{printed}\nand the page shows\n{step.printed}"


def matches(shown: str, printed: str) -> bool:
    """Return whether what a page shows is what was printed."""
    return doctest.OutputChecker().check_output(shown, printed, LIKE)


def unnoticed(shown: str, printed: str) -> list[str]:
    """Return the lines of a page in which a digit could be another and still pass for what was printed."""
    found = []
    for digit in re.finditer(r"\d", shown):
        other = f"{shown[: digit.start()]}{(int(digit[0]) + 1) % 10}{shown[digit.end() :]}"
        if matches(other, printed):
            found.append(shown[: digit.end()].splitlines()[-1])
    return found


ALL_PAGES = {
    page.relative_to(ROOT).as_posix(): page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
}
PAGES = {name: page for name, page in ALL_PAGES.items() if steps(page)}


@pytest.fixture
def beside_corpora(tmp_path, monkeypatch):
    shutil.copytree(ROOT / SAMPLE, tmp_path / SAMPLE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_is_what_happens(page, beside_corpora):
    namespace: dict[str, object] = {"__name__": "__main__"}
    done = steps(PAGES[page])
    differences, digits = [], []
    for step in done:
        printed, status = run(step, namespace)
        differences += filter(None, [difference(step, printed, status)])
        digits += unnoticed(step.printed, printed)

    assert done
    assert not differences, "\n\n".join(differences)
    assert digits == []


@pytest.mark.parametrize("page", ALL_PAGES)
def test_no_block_of_a_page_is_left_out(page):
    """Every `text` is the output of the script above it or a file, and every command stands after a prompt."""
    compared = {step.printed for step in steps(ALL_PAGES[page])}
    blocks = list(BLOCK.finditer(ALL_PAGES[page].read_text(encoding="utf-8")))

    assert len(re.findall(r"^ *```", ALL_PAGES[page].read_text(encoding="utf-8"), re.MULTILINE)) == 2 * len(blocks)
    assert [block["body"] for block in blocks if block["kind"] == "text" and block["body"] not in compared] == []
    assert [
        block["body"] for block in blocks if block["kind"] == "console" and not block["body"].startswith("$ ")
    ] == []
    assert [
        block["body"] for block in blocks if block["kind"] == "bash" and re.search(r"^\$ ", block["body"], re.M)
    ] == []


def test_the_example_runs_and_leaves_what_it_suggested_in_the_journal(beside_corpora):
    done = subprocess.run(
        [sys.executable, EXAMPLE, "study.sqlite"], capture_output=True, text=True, encoding="utf-8", check=False
    )
    with ac.Journal.open(beside_corpora / "study.sqlite") as journal:
        batch = journal.latest_batch()

    assert (done.stderr, done.returncode) == ("", 0)
    assert "\nLogistical issues 0.61 [0.51, 0.69] (3 coders, 584 lines, 18 interviews)\n" in done.stdout
    assert done.stdout.endswith(f"\n{batch}\n")


def test_the_numbers_of_the_readme_are_those_of_the_evaluation():
    results = [
        json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "evaluation" / "results").glob("*.json")
    ]
    # the results on agreement have no learning curve
    curves = [(result["curve"], "encoder" in result["protocol"]) for result in results if "curve" in result]
    points = [(next(point for point in curve if point["n"] == 1000), encoder) for curve, encoder in curves]
    words_only, with_encoder = (
        [point["metrics"]["R@3"]["mean"] for point, encoder in points if encoder is which] for which in (False, True)
    )
    plain = [point["baselines"]["logistic"]["R@3"]["mean"] for point, _ in points]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())

    assert f"a mean of {min(words_only):.2f} to {max(words_only):.2f} of a line's codes" in readme
    assert f"after {points[0][0]['n']:,} coded lines" in readme
    assert f"logistic regression it was {min(plain):.2f} to {max(plain):.2f}." in readme
    assert f"With the encoder it was {min(with_encoder):.2f} to {max(with_encoder):.2f}." in readme


def test_the_agreement_in_the_prose_of_the_readme_is_that_of_its_output():
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    shown = re.search(r"human-human (\S+) \[.*?\], model-human (\S+) \[", readme)

    assert f"coders agree with each other at an alpha of {shown[1]}, and with the suggester at {shown[2]}." in readme


def test_the_number_of_interviews_of_which_the_readme_warns_is_the_one_that_results_warn_of():
    data = ac.ReliabilityData.from_table([[1, 0] * 14, [1, 0] * 13 + [1, 1]], interviews=[*"abcdefghijklmn"] * 2)
    few = re.search(r"fewer than (\d+)", ac.krippendorff_alpha(data).conventions["caution"])

    assert f"with fewer than {few[1]} interviews" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_version_of_python_in_the_readme_is_the_one_that_pip_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert f"CPython {project['requires-python'].removeprefix('>=')} or later" in (ROOT / "README.md").read_text(
        "utf-8"
    )


def test_every_file_that_a_page_links_to_is_there(site_script):
    reference = ROOT / "docs" / "reference"
    generated = {reference / "index.md", reference / "command-line.md"}
    generated |= {reference / "python" / f"{room}.md" for room in site_script("python_reference").ROOMS}
    missing = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "corpora").rglob("*.md"))
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists() and (page.parent / target).resolve() not in generated
    ]

    assert missing == []


def test_the_picture_of_the_report_is_small():
    assert (ROOT / "docs" / "images" / "report.png").stat().st_size < 300_000


def test_the_sample_says_first_that_it_is_invented():
    opening = (ROOT / SAMPLE / "README.md").read_text(encoding="utf-8").split("\n\n")[1]

    assert "invented" in opening
    assert "Nobody was interviewed" in opening


def test_the_numbers_of_the_samples_readme_are_those_of_its_codings():
    codebook = ac.read_codebook(ROOT / SAMPLE / "codebook.toml")
    lines = ac.read_transcripts(ROOT / SAMPLE / "transcripts")
    sheets = sorted((ROOT / SAMPLE / "codings").glob("*.csv"))
    coders = [ac.read_codings(sheet, lines=lines, codebook=codebook) for sheet in sheets]
    printed = str(ac.agreement_table(ac.Codings(chain.from_iterable(coders)), lines, codebook)).splitlines()
    readme = (ROOT / SAMPLE / "README.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip(" *") for cell in row.split("|")[1:-1]]
        for row in re.findall(r"^\|.* \d+ %.*$", readme, re.MULTILINE)
    ]
    agreement, counts = [row for row in rows if len(row) == 6], [row for row in rows if len(row) == 4]

    assert len(agreement) == len(codebook) + 1
    for name, *cells in agreement:
        [row] = [row for row in printed if row.startswith(f"{name}  ")]
        assert [cell for cell in cells if cell not in row] == []
    assert counts == [
        [
            sheet.stem,
            f"{len(read)}",
            f"{sum(not coding.codes for coding in read) / len(read):.0%}".replace("%", " %"),
            f"{sum(len(coding.codes) > 1 for coding in read)} lines",
        ]
        for sheet, read in zip(sheets, coders, strict=True)
    ]
