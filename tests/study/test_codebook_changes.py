"""A team changes its codebook: entries in the record first, then the file from the record."""

import multiprocessing
import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from autocode.agreement import ReliabilityData, krippendorff_alpha
from autocode.codebook import (
    Added,
    Code,
    Merged,
    Renamed,
    Retired,
    Undone,
    code_id_for,
    next_version,
    read_codebook,
    write_codebook,
)
from autocode.coding import Coding, Proposal
from autocode.errors import CodebookError, CodingError, StudyError
from autocode.journal import CodebookSeen, Journal, Kind
from autocode.study import change_codebook, create_study, open_journal, plan_change, read_study
from killed import killed_at

FIXERS = Code(id="fixers", name="Informal fixers", parent="access")


def added(before="1", after="2", by="TW", code=FIXERS, why="seen in three interviews"):
    return Added(before=before, after=after, by=by, why=why, code=code)


def records(folder):
    with Journal.open(folder / "study.sqlite") as journal:
        return [entry.record for entry in journal.history(kinds=(Kind.CODEBOOK,))]


def test_the_record_begins_with_the_codebook_as_it_is(folder, codebook):
    change_codebook(folder, added())

    seen, change = records(folder)
    assert isinstance(seen, CodebookSeen)
    assert seen.codebook.digest == codebook.digest
    assert (change.code, change.by, change.why) == (FIXERS, "TW", "seen in three interviews")


def test_the_file_is_written_from_the_record_with_its_version(folder):
    plan = change_codebook(folder, added())

    book = read_codebook(folder / "codebook.toml")
    assert (book.version, book["fixers"]) == ("2", FIXERS)
    assert (plan.before.version, plan.after.digest) == ("1", book.digest)


def test_earlier_judgements_say_nothing_about_a_new_code(folder):
    change_codebook(folder, added())

    codings = read_study(folder).codings
    assert {coding.unjudged for coding in codings} == {frozenset({"fixers"})}


def test_several_changes_are_made_together_or_not_at_all(folder):
    merged = Merged(before="2", after="3", by="TW", why="one idea", codes=("fixers",), into="phone")
    impossible = Retired(before="3", after="4", by="TW", why="gone", code="fixers")
    before = (folder / "codebook.toml").read_bytes()

    with pytest.raises(CodebookError, match="the code 'fixers' is no longer in the codebook"):
        change_codebook(folder, added(), merged, impossible)
    assert (records(folder), (folder / "codebook.toml").read_bytes()) == ([], before)

    change_codebook(folder, added(), merged)
    assert read_study(folder).codebook.version == "3"


def test_a_plan_changes_nothing(folder):
    study = read_study(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    plan = plan_change(study, added())

    assert plan.after["fixers"] == FIXERS
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_second_of_two_editors_is_told_what_changed(folder):
    change_codebook(folder, added())

    with pytest.raises(
        CodebookError,
        match=r"planned on version '1', but the codebook is at version '2', as TW added 'Informal fixers' since; "
        r"look at the codebook and plan the change again\.",
    ):
        change_codebook(folder, Renamed(before="1", after="2", by="MO", code="phone", name="No answer"))


def _rename(folder: Path, by: str, barrier, outcomes) -> None:
    barrier.wait()
    try:
        change_codebook(folder, Renamed(before="1", after="2", by=by, code="phone", name=f"Named by {by}"))
        outcomes.put("changed")
    except CodebookError as error:
        outcomes.put(str(error))


@pytest.mark.skipif(os.name != "posix", reason="needs fork")
def test_of_two_editors_at_once_one_changes_the_codebook(folder):
    forked = multiprocessing.get_context("fork")
    barrier, outcomes = forked.Barrier(2), forked.Queue()
    editors = [forked.Process(target=_rename, args=(folder, by, barrier, outcomes)) for by in ("MO", "TW")]
    for editor in editors:
        editor.start()
    said = sorted(outcomes.get(timeout=60) for _ in editors)
    for editor in editors:
        editor.join()

    assert "changed" in said
    assert "plan the change again" in next(sentence for sentence in said if sentence != "changed")
    assert read_study(folder).codebook["phone"].name.startswith("Named by")


def test_a_file_that_a_kill_left_at_the_earlier_version_is_written_by_the_next_command(folder):
    change_codebook(folder, added())
    write_codebook(read_study(folder).codebook_versions[0], folder / "codebook.toml", force=True)

    assert read_study(folder).codebook.version == "2"
    assert read_codebook(folder / "codebook.toml").version == "2"


def test_a_file_that_is_no_version_of_the_record_is_refused(folder):
    change_codebook(folder, added())
    text = (folder / "codebook.toml").read_text()
    (folder / "codebook.toml").write_text(text.replace("Informal fixers", "Fixers"))

    with pytest.raises(StudyError, match="differs from version '2' of the codebook"):
        read_study(folder)


def test_only_editors_change_the_codebook(folder):
    settings = folder / "study.toml"
    settings.write_text(settings.read_text() + 'adjudicators = ["TW"]\n')

    with pytest.raises(CodebookError, match="MO may not change the codebook of this study; TW can"):
        change_codebook(folder, added(by="MO"))
    assert records(folder) == []

    settings.write_text(settings.read_text() + 'codebook_editors = ["SK", "MO"]\n')
    with pytest.raises(CodebookError, match="TW may not change the codebook of this study; MO or SK can"):
        change_codebook(folder, added(by="TW"))

    change_codebook(folder, added(by="mo"))
    assert records(folder)[-1].by == "MO"


@pytest.mark.parametrize(("by", "why"), [("Claude", "the model said so"), ("", "nobody")])
def test_a_change_is_made_by_a_person(folder, by, why):
    with pytest.raises(CodingError):
        change_codebook(folder, added(by=by, why=why))


def test_a_change_has_a_reason_unless_it_renames_or_takes_back(folder):
    with pytest.raises(CodebookError, match="TW added 'Informal fixers', but not why; say in a few words why"):
        change_codebook(folder, added(why=" "))

    change_codebook(folder, Renamed(before="1", after="2", by="TW", code="phone", name="No answer"))
    change_codebook(folder, Undone(before="2", after="3", by="TW", change="2"))
    assert read_study(folder).codebook["phone"].name == "Nobody answers the phone"


def test_taking_a_change_back_gives_the_judgements_back(folder):
    before = read_study(folder).codings
    change_codebook(folder, Merged(before="1", after="2", by="TW", why="one", codes=("meetings",), into="phone"))
    merged = read_study(folder).codings
    change_codebook(folder, Undone(before="2", after="3", by="TW", change="2"))

    assert {coding.codes for coding in merged} == {frozenset(), frozenset({"phone"})}
    assert {(coding.line, coding.coder): coding.codes for coding in read_study(folder).codings} == {
        (coding.line, coding.coder): coding.codes for coding in before
    }


def test_codings_after_a_change_are_made_under_its_version(folder):
    change_codebook(folder, added())
    with Journal.open(folder / "study.sqlite") as journal:
        journal.append(Coding(line="Bea:2", coder="SK", codes=frozenset({"fixers"})))

    (coding,) = read_study(folder).codings.by("SK")
    assert (coding.codes, coding.version) == (frozenset({"fixers"}), "2")


def test_ids_and_versions_are_never_used_again():
    assert code_id_for("Informal fixers", {"informal-fixers", "informal-fixers-2"}) == "informal-fixers-3"
    assert next_version("9") == "10"
    assert next_version("1", {"1", "2", "3"}) == "4"
    assert next_version("after the pilot", {"after the pilot 2"}) == "after the pilot 3"
    assert next_version("2026-12-31") == "2026-12-31.2"
    assert next_version("2026-12-31.2") == "2026-12-31.3"


@pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")
def test_a_change_that_is_killed_is_made_whole_or_not_at_all(folder, tmp_path):
    renamed = Renamed(before="1", after="2", by="TW", code="phone", name="No answer")
    is_made = []
    for step in range(1, 100):
        study = tmp_path / f"killed-{step}"
        shutil.copytree(folder, study)
        died = killed_at(step, partial(change_codebook, study, renamed))
        codebook = read_study(study).codebook
        is_made.append(codebook.version == "2")

        assert (codebook.version, codebook["phone"].name) in {("1", "Nobody answers the phone"), ("2", "No answer")}
        assert read_codebook(study / "codebook.toml").version == codebook.version
        if not died:
            break

    assert len(is_made) > 5
    assert is_made == sorted(is_made)  # first not made, then made, and then the process lived
    assert is_made[0] is died is False
    assert is_made[-2:] == [True, True]


def test_what_was_proposed_is_no_longer_a_no_and_alpha_waits_for_the_rest(tmp_path):
    study = tmp_path / "six"
    create_study(study)
    turns = "".join(f"Bea: An invented line, number {n}.\n" for n in range(1, 7))
    (study / "transcripts" / "Bea.txt").write_text(turns)
    lines = [f"Bea:{n}" for n in range(1, 7)]
    with open_journal(study) as journal:
        for line in lines:
            journal.append(Coding(line=line, coder="MO", codes=frozenset()))
        journal.append(*(Proposal(line=line, coder="MO", name="Informal fixers") for line in lines[:3]))
    change_codebook(study, added(code=Code(id="fixers", name="Informal fixers")))
    with open_journal(study) as journal:
        for line in lines:
            given = frozenset({"fixers"}) if line in lines[:3] else frozenset()
            journal.append(Coding(line=line, coder="JB", codes=given))
    now = read_study(study)
    data = ReliabilityData.for_code("fixers", now.codings, now.lines, codebook=now.codebook)
    alpha = krippendorff_alpha(data, interval=None)

    assert dict(zip(data.coders, data.values.tolist(), strict=True)) == {
        "MO": [1, 1, 1, -1, -1, -1],
        "JB": [1, 1, 1, 0, 0, 0],
    }
    assert (alpha.undefined.value, alpha.n_pairable) == ("one-category", 3)

    with open_journal(study) as journal:
        journal.append(*(Coding(line=line, coder="MO", codes=frozenset()) for line in lines[3:]))
    now = read_study(study)
    data = ReliabilityData.for_code("fixers", now.codings, now.lines, codebook=now.codebook)
    assert krippendorff_alpha(data, interval=None).value == 1.0
