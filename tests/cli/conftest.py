"""Study folders, small ones built from scratch, and the command line as a user types it."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autocode.cli import main

CODEBOOK = """version = "1"

[[themes]]
id = "access"
name = "Accessing services"

[[themes.subthemes]]
id = "forms"
name = "Forms and queues"
definition = "Paper, forms, telephone queues and waiting for an answer."

[[themes.subthemes]]
id = "records"
name = "Records apart"
definition = "Computers and records that cannot be seen by the others."

[[themes.subthemes]]
id = "people"
name = "Too few people"
definition = "Posts that are empty, staff who leave, nobody to ask."
"""
SETTINGS = 'title = "Small study"\nunit = "paragraph"\nlanguage = "en"\ninterviewers = ["Interviewer"]\n'

FORMS = (
    "The {n} form took the whole morning and then the telephone queue began.",
    "You ring, you wait, and the queue of forms on my desk grows by {n}.",
    "They sent the referral form back because box {n} was empty.",
    "Waiting {n} weeks for an answer to a form is what I call a queue.",
)
RECORDS = (
    "Their computer cannot open our records, all {n} of them.",
    "I type the record again into a second computer, {n} times a day.",
    "We cannot see what the hospital system wrote in record {n}.",
    "The two systems do not talk, so the record is faxed {n} times.",
)
PEOPLE = (
    "Since {n} social workers left nobody answers and the posts are empty.",
    "There is an empty post for every {n} people who still work here.",
    "Staff leave after {n} months and nobody comes instead of them.",
)
NOTHING = (
    "We had a lovely party with {n} cakes in the garden.",
    "My daughter learnt to ride a horse when she was {n}.",
    "It rained for {n} days and I walked to the surgery all the same.",
)
SAID = (("forms", FORMS), ("", NOTHING), ("records", RECORDS), ("people", PEOPLE), ("forms", FORMS), ("", NOTHING))
CODED = ("GP1", "GP2", "GP3", "PM1", "PM2", "PM3")
NEW = "GP4"
SPOKEN = 24  # lines of a participant in each interview


def interview_text(name: str, start: int) -> tuple[str, dict[str, str]]:
    """Return an interview as labelled text, and the code that each of its lines deserves."""
    told, codes, order = [], {}, 0
    for k in range(SPOKEN):
        if k % 8 == 0:
            told.append(f"Interviewer: And what about your work {('now', 'then', 'here')[k // 8]}?")
            order += 1
        code, sayings = SAID[(k + start) % len(SAID)]
        told.append(f"{name}: {sayings[(k + start) % len(sayings)].format(n=k + start + 2)}")
        order += 1
        codes[f"{name}:{order}"] = code
    return "\n".join(told) + "\n", codes


def readings(coder: int) -> str:
    """Return the long table of a coder; the second one forgets a code now and then."""
    rows = ["line_id,coder,code"]
    for start, name in enumerate(CODED):
        _, codes = interview_text(name, start)
        for k, (line, code) in enumerate(codes.items()):
            rows.append(f"{line},coder_{'ab'[coder]},{'' if coder and k % 5 == 2 else code}")
    return "\n".join(rows) + "\n"


def digest(folder: Path) -> dict[str, str]:
    """Return what every file of a folder holds, so that two moments can be compared."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(name="digest")
def _digest() -> Callable[[Path], dict[str, str]]:
    return digest


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def ran(*words: object, keys: str | None = None) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words], input=keys, prog_name="autocode")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return ran


@pytest.fixture
def typed(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command in a process of its own."""

    def ran(*words: object, **how: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "autocode", *map(str, words)]
        alone = {**os.environ, "OMP_NUM_THREADS": "1"}
        return subprocess.run(
            command, cwd=tmp_path, env=alone, capture_output=True, text=True, timeout=120, check=False, **how
        )

    return ran


def _empty_study(folder: Path) -> None:
    (folder / "transcripts").mkdir(parents=True)
    (folder / "study.toml").write_text(SETTINGS)
    (folder / "codebook.toml").write_text(CODEBOOK)
    (folder / "participants.csv").write_text("participant,role\n")


def _invoke(*words: object) -> None:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="session")
def _studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make each kind of study once; tests get copies."""
    base = tmp_path_factory.mktemp("studies")
    empty = base / "empty"
    _empty_study(empty)
    fresh = base / "fresh"
    _empty_study(fresh)
    for start, name in enumerate((*CODED, NEW)):
        (fresh / "transcripts" / f"{name}.txt").write_text(interview_text(name, start)[0])
    coded = base / "coded"
    _copy(fresh, coded)
    for coder in range(2):
        table = base / f"coder_{'ab'[coder]}.csv"
        table.write_text(readings(coder))
        _invoke("add", coded, table)
    trained = base / "trained"
    _copy(coded, trained)
    _invoke("-q", "suggest", trained)
    return {"empty": empty, "fresh": fresh, "coded": coded, "trained": trained}


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        copied = target / path.relative_to(source)
        if path.is_dir():
            copied.mkdir(parents=True, exist_ok=True)
        else:
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(path.read_bytes())


@pytest.fixture
def study(_studies: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """Return a copy of a study: `empty`, `fresh` (not coded), `coded` (one interview is not), `trained` (suggested)."""

    def copied(kind: str = "coded") -> Path:
        target = tmp_path / "study"
        _copy(_studies[kind], target)
        return target

    return copied


@pytest.fixture
def coded(study: Callable[[str], Path]) -> Path:
    """A study with two coders on six interviews, and a seventh that nobody has read."""
    return study("coded")


@pytest.fixture
def readings_of() -> Callable[[int], str]:
    """The long table of one of the two coders."""
    return readings


@pytest.fixture
def labelled_interview() -> Callable[[str, int], tuple[str, dict[str, str]]]:
    """An interview as text, and what its lines deserve."""
    return interview_text


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The demo, run once."""
    folder = tmp_path_factory.mktemp("demo") / "shown"
    return folder, CliRunner(env={"COLUMNS": None}).invoke(main, ["demo", "--out", str(folder)])
