"""The walls of the house, and the eight things that the architecture makes impossible (DESIGN, section 5)."""

import ast
import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autocode
from autocode import Basis, Codings, SuggestionBatch
from autocode.coding import Coding, Suggestion
from autocode.errors import AgreementError
from autocode.validation._protocol import eligible, split
from studies import coding_of

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "autocode"
MODULES = sorted(PACKAGE.rglob("*.py"))
DRAWERS = {"utils", "util", "helpers", "common", "shared", "core", "base", "misc", "manager", "managers", "service"}
SAMPLE = ROOT / "corpora" / "integration-barriers"


def test_the_floors_hold():
    beside = Path(sys.executable).with_name("lint-imports")
    program = str(beside) if beside.exists() else shutil.which("lint-imports")
    assert program, "install the development extra: pip install -e '.[dev]'"
    ran = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert ran.returncode == 0, ran.stdout


def test_every_room_stands_on_a_floor():
    floors = set(
        re.findall(r"\w+", re.search(r"\nlayers = \[(.*?)\n\]", (ROOT / "pyproject.toml").read_text(), re.S)[1])
    )
    rooms = {one.name for one in PACKAGE.iterdir() if (one / "__init__.py").exists()}
    rooms |= {one.stem for one in PACKAGE.glob("*.py")} - {"__init__"}

    assert rooms == floors


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_a_drawer_for_what_has_no_name(module):
    assert module.stem.strip("_") not in DRAWERS


def test_inside_a_room_modules_are_private():
    outside = [one for one in MODULES if one.parent != PACKAGE and not one.name.startswith("_")]

    assert outside == []


def calls_in(module: Path) -> set[str]:
    """Return every dotted name that a module calls or imports."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call):
            found.add(ast.unparse(node.func))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_nothing_is_unpickled():
    """Guarantee 8; that a foreign or altered model is refused is tested in tests/suggester and tests/cli."""
    forbidden = re.compile(
        r"^(pickle|cPickle|dill|cloudpickle|shelve|marshal)\b|\bjoblib\.load$|^joblib\.load|^eval$|^exec$"
    )
    for module in MODULES:
        assert not [name for name in calls_in(module) if forbidden.search(name)], module


def test_what_is_shipped_asks_nothing_of_other_hosts():
    shipped = [
        one
        for kind in ("*.j2", "*.html", "*.js", "*.css", "*.svg")
        for one in PACKAGE.rglob(kind)
        if "corpora" not in one.parts
    ]
    # XML names its vocabularies by addresses that nobody opens
    names = ("http://www.w3.org/",)

    assert shipped
    for one in shipped:
        text = one.read_text()
        for name in names:
            text = text.replace(name, "")
        assert not re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}[^\s\"']*", text), one
        assert not re.findall(r"@import|url\((?!\s*[\"']?(?:data:|#|/static/))", text), one


def test_no_module_but_the_page_opens_a_socket():
    """Everything is offline: only the review page listens, and on this machine (tests/web)."""
    network = re.compile(r"^(socket|urllib\.request|http\.client|requests|httpx|aiohttp)\b")
    using = {module.relative_to(PACKAGE).parts[0] for module in MODULES if any(map(network.search, calls_in(module)))}

    assert using <= {"web"}


# the eight guarantees


def test_1_a_suggestion_is_not_a_coding_and_only_settle_makes_one_of_it():
    """That `settle` refuses a machine and a suggestion without a verdict is tested in tests/review/test_settle.py."""
    makers = {str(module.relative_to(PACKAGE)) for module in MODULES if "Coding" in calls_in(module)}

    assert not issubclass(Suggestion, Coding)
    assert not issubclass(Coding, Suggestion)
    assert not issubclass(SuggestionBatch, Codings)
    # read from a frame or a file, read from the journal, settled or adjudicated by a named human
    assert makers == {
        "coding/_frames.py",
        "exchange/_codings.py",
        "journal/_entries.py",
        "review/_settle.py",
        "review/_ruling.py",
    }


def test_1_nothing_that_is_public_accepts_by_itself():
    rooms = [
        __import__(f"autocode.{one.name}", fromlist=["*"])
        for one in PACKAGE.iterdir()
        if (one / "__init__.py").exists()
    ]
    public = [name for room in (autocode, *rooms) for name in room.__all__]

    assert not [name for name in public if re.search("(?i)auto_?accept|accept_?all|auto_?code_", name)]
    # a coder must be named, and a verdict given: neither has a default
    told = inspect.signature(autocode.settle).parameters
    assert told["coder"].default is inspect.Parameter.empty
    assert told["verdicts"].default is inspect.Parameter.empty


def test_2_history_cannot_be_rewritten():
    """The triggers, whoever opens the file, are tested in tests/journal/test_files.py; no statement here even tries."""
    told = "\n".join(module.read_text() for module in (PACKAGE / "journal").glob("*.py"))
    # a migration may replace the trigger that says what an undo reaches, by one that reaches more kinds
    told = told.replace("DROP TRIGGER undo_reaches_back", "")
    # the fourth schema writes the rows anew; that they read back equal is tested in tests/journal/test_files.py
    told = re.sub(r"DROP TRIGGER \{name\}|DROP INDEX entries_\w+|DROP TABLE entries_of_schema_3", "", told)
    # free text is no history: it can be erased by an entry that says why, which a trigger sees to
    told = told.replace("DELETE FROM texts WHERE seq = ?", "")
    statements = re.findall(r"\"\s*(UPDATE|DELETE FROM|DROP|REPLACE INTO|INSERT OR REPLACE)\b", told)
    tests = (ROOT / "tests" / "journal" / "test_files.py").read_text()

    assert statements == []
    assert "UPDATE" in tests
    assert "DELETE" in tests


def test_3_agreement_cannot_be_flattered():
    mixed = Codings([coding_of("GP1:1", "MO", "x"), coding_of("GP1:1", "JB", "x", basis=Basis.ASSISTED)])

    with pytest.raises(AgreementError):
        autocode.ReliabilityData.for_code("x", mixed)


def test_4_an_assisted_judgement_does_not_displace_the_independent_one(tmp_path):
    with autocode.Journal.open(tmp_path / "study.sqlite") as journal:
        journal.append(coding_of("GP1:1", "MO", "x"))
        journal.append(coding_of("GP1:1", "MO", "y", basis=Basis.ASSISTED))
        both = journal.codings()

    assert [(sorted(one.codes), one.basis) for one in both] == [(["x"], Basis.INDEPENDENT), (["y"], Basis.ASSISTED)]
    assert [sorted(one.codes) for one in both.independent()] == [["x"]]


@pytest.mark.parametrize("seed", range(20))
def test_5_no_interview_is_both_learnt_from_and_asked_about(sample, seed):
    table = eligible(*sample, min_uses=15)
    part = split(table, seed=seed)
    learnt = {table.lines[i].transcript for i in part.pool}
    asked = {table.lines[i].transcript for i in part.test}

    assert learnt
    assert asked
    assert not learnt & asked


def test_6_missing_is_not_empty(tmp_path):
    codings = Codings([coding_of("GP1:1", "MO", "x"), coding_of("GP1:2", "MO"), coding_of("GP1:1", "JB", "x")])
    data = autocode.ReliabilityData.for_code("x", codings)
    with autocode.Journal.open(tmp_path / "study.sqlite") as journal:
        journal.append(*codings)
        kept = journal.codings()

    assert data.values.tolist() == [[1, 0], [1, -1]]
    assert [(one.line, one.coder, one.codes) for one in kept] == [(one.line, one.coder, one.codes) for one in codings]
    assert [one.coder for one in kept.of("GP1:2")] == ["MO"]


def test_7_an_edited_transcript_is_noticed(tmp_path):
    """What each function then says is tested in tests/study, what each command says in tests/cli/test_bad_input.py."""
    talk = tmp_path / "GP1.txt"
    talk.write_text("GP1: One thing.\nGP1: Another thing.\n")
    before = autocode.read_transcripts(talk).interview("GP1").digest
    talk.write_text("GP1: One thing.\nGP1: Another think.\n")
    after = autocode.read_transcripts(talk).interview("GP1").digest

    assert before != after
