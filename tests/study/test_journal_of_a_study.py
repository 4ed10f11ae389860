"""A study knows its journal: a missing, emptied or foreign one is not a new study; backups are whole."""

import os
import shutil
import zipfile
from shlex import quote

import pytest

from autocode import read_study
from autocode.errors import JournalError, StudyError
from autocode.journal import Journal
from autocode.study import backup_study, open_journal, read_settings, study_faults


@pytest.fixture
def named(folder):
    """The study, opened once by a command, so that its settings name its journal."""
    with open_journal(folder):
        pass
    return folder


def test_the_settings_name_the_journal_and_stay_as_they_were_besides(folder):
    before = (folder / "study.toml").read_text()
    with open_journal(folder) as journal:
        identity = journal.id

    after = (folder / "study.toml").read_text()
    assert after.startswith(before.rstrip())
    assert after.endswith(f'\njournal = "{identity}"\n')
    assert read_settings(folder).journal == identity
    with open_journal(folder):
        pass
    assert (folder / "study.toml").read_text() == after


def emptied(journal):
    journal.write_bytes(b"")


def deleted(journal):
    journal.unlink()


@pytest.mark.parametrize("with_head", [True, False])
@pytest.mark.parametrize(("act", "what"), [(emptied, "was emptied"), (deleted, "is missing")])
def test_a_missing_or_emptied_journal_is_an_error_with_its_remedy(named, act, what, with_head):
    act(named / "study.sqlite")
    if not with_head:
        (named / "study.head").unlink()

    faults = [str(fault) for fault in study_faults(named)]
    with pytest.raises(JournalError) as reading:
        read_study(named)
    with pytest.raises(JournalError) as opening, open_journal(named):
        pass
    expected = (
        f"{named / 'study.sqlite'}: the journal {what}: study.toml names one, with all codings of the study. Put back "
        "the latest copy of it; to begin without them, delete the line 'journal = ...' from study.toml, and the file "
        "study.head."
    )
    assert faults == [expected] == [str(reading.value)] == [str(opening.value)]


def test_whoever_says_so_begins_anew(named):
    (named / "study.sqlite").unlink()
    (named / "study.head").unlink()
    settings = (named / "study.toml").read_text()
    (named / "study.toml").write_text("\n".join(line for line in settings.splitlines() if "journal =" not in line))

    assert len(read_study(named).codings) == 0
    with open_journal(named) as journal:
        assert journal.last == 0
    assert read_settings(named).journal == journal.id


@pytest.mark.parametrize("target", ["nowhere.sqlite", "study.sqlite"])
def test_a_link_to_nowhere_or_to_itself_is_not_a_new_study(named, target):
    (named / "study.sqlite").unlink()
    (named / "study.sqlite").symlink_to(target)

    for attempt in (read_study, lambda folder: open_journal(folder).__enter__()):
        with pytest.raises(JournalError, match=f"is a link to {target}, where there is no journal"):
            attempt(named)
    assert not (named / "nowhere.sqlite").exists()


def test_a_journal_that_was_moved_and_linked_is_the_same_one(named, tmp_path):
    before = read_study(named).codings
    (named / "study.sqlite").replace(tmp_path / "elsewhere.sqlite")
    (named / "study.sqlite").symlink_to(tmp_path / "elsewhere.sqlite")

    assert read_study(named).codings == before


def test_the_journal_of_another_study_is_refused(named, tmp_path):
    (named / "study.head").unlink()
    with Journal.open(tmp_path / "other.sqlite") as other:
        other_id = other.id
    mine = read_settings(named).journal
    (tmp_path / "other.sqlite").replace(named / "study.sqlite")

    with pytest.raises(JournalError) as refusal:
        read_study(named)
    assert str(refusal.value) == (
        f"{named / 'study.sqlite'}: this is the journal {other_id}, and study.toml names another one, {mine}. Put that "
        f'one back; if this is the one to go on with, write journal = "{other_id}" into study.toml.'
    )


def test_what_an_interrupted_command_and_a_sync_program_leave_is_named(named, codings):
    copy = shutil.copy(named / "study.sqlite", named / "study (JB's conflicted copy).sqlite")
    with Journal.open(copy) as other:
        other.append(codings[0])
    shutil.copy(named / "study.sqlite", named / "study-monday.sqlite")
    (named / "transcripts" / ".Bea.txt.1f2e3d4c.draft").write_text("words")
    (named / "transcripts" / ".Bea.txt.4711.old").write_text("words")
    (named / "transcripts" / ".Tim.txt.4711.old").write_text("words")

    faults = [str(fault).removeprefix(f"{named}{os.sep}") for fault in study_faults(named)]
    assert faults == [
        "transcripts/.Bea.txt.1f2e3d4c.draft: was left when autocode was stopped while writing; it counts for nothing, "
        "so delete it.",
        "transcripts/.Bea.txt.4711.old: was put aside by autocode, which was stopped then: it was Bea.txt; delete this "
        "one.",
        "transcripts/.Tim.txt.4711.old: was put aside by autocode, which was stopped then: it was Tim.txt; rename it "
        "to Tim.txt.",
        "study (JB's conflicted copy).sqlite: has 1 entry that study.sqlite lacks: two copies of the journal went on "
        f"apart, as where a sync program keeps both. Take them in with: autocode merge {named} {quote(str(copy))}.",
    ]


def test_a_backup_is_whole_while_somebody_codes_and_is_the_study_when_it_is_unpacked(named, tmp_path, codings):
    before = read_study(named)
    with open_journal(named) as journal:
        journal.append(codings[0])
        backup = backup_study(named, tmp_path / "copies.zip")
        journal.append(codings[0])

    assert str(backup) == f"{tmp_path / 'copies.zip'}: 6 files, 12 entries."
    with zipfile.ZipFile(backup.path) as archive:
        archive.extractall(tmp_path / "restored")
    restored = read_study(tmp_path / "restored")
    assert restored.codings == before.codings
    assert list(restored.lines) == list(before.lines)
    assert study_faults(tmp_path / "restored") == ()


def test_a_backup_has_a_name_of_its_own_beside_the_study(named):
    backup = backup_study(named)

    assert backup.path.parent == named.parent
    assert backup.path.name.startswith("study-20")


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("study/copy.zip", "lies in the study itself; choose a place outside, best on another disk."),
        ("there.zip", "exists already; choose another name, or replace it with --force."),
        ("copy.sqlite", "is no name for a backup; end it in .zip."),
        ("no/such/folder/copy.zip", "cannot be written (No such file or directory)"),
    ],
)
def test_a_backup_that_cannot_be_is_refused(named, tmp_path, place, sentence):
    (tmp_path / "there.zip").write_text("kept")

    with pytest.raises(StudyError) as refusal:
        backup_study(named, tmp_path / place)
    assert str(refusal.value).startswith(f"{tmp_path / place}: {sentence}")
    assert (tmp_path / "there.zip").read_text() == "kept"


def test_a_damaged_journal_is_not_backed_up_as_if_it_were_whole(named, tmp_path):
    content = bytearray((named / "study.sqlite").read_bytes())
    at = content.rindex(b'"coder":"MO"')
    content[at + 9] ^= 1
    (named / "study.sqlite").write_bytes(content)

    with pytest.raises(JournalError, match="is not as autocode wrote it, or not in its place"):
        backup_study(named, tmp_path / "copy.zip")
    assert not (tmp_path / "copy.zip").exists()
