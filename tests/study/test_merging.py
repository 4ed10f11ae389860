"""Copies of a study on which people worked apart become one study, or are refused with the lines that differ."""

import shutil
from contextlib import redirect_stdout
from io import StringIO
from itertools import permutations
from pathlib import Path

import pytest
from evaluation.merging import begin, exported, ids_in, laptops, try_edited, try_kill, try_orders

import autocode as ac
from autocode.codebook import Added, Code, CodeId, evolve, read_codebook, write_codebook
from autocode.coding import CoderId, Coding
from autocode.errors import JournalError, StudyError
from autocode.journal import Erasure, Journal, Undo
from autocode.study import amend_study, open_journal, open_review, plan_amendment, study_faults, unrecorded_codebook
from autocode.transcripts import LineId
from studies import SAMPLE


def judge(study, coder, *lines, codes=("phone",), **more):
    with open_journal(study) as journal:
        for line in lines:
            journal.append(Coding(line=LineId(line), coder=CoderId(coder), codes=frozenset(codes), **more))


@pytest.fixture
def laptop(folder, tmp_path):
    """Give a maker of copies of the study of which JB and MO coded one interview: `laptop("theirs")`."""
    with open_journal(folder):
        pass  # from now on the settings name the journal
    return lambda name: Path(shutil.copytree(folder, tmp_path / name))


def refusal_of(study, *others):
    """Return why copies are refused, as sentences without their folder; the study must be as it was."""
    before = ids_in(study), (study / "study.sqlite").read_bytes()
    with pytest.raises(StudyError) as refused:
        ac.merge(study, *others)
    assert (ids_in(study), (study / "study.sqlite").read_bytes()) == before
    return [str(fault).replace(f"{study.parent}/", "") for fault in refused.value.faults]


def test_three_laptops_become_one_study_in_every_order_and_an_edited_line_is_refused(tmp_path):
    begin(SAMPLE, tmp_path / "base", interviews=["GP8", "GP18"])
    said = StringIO()

    with redirect_stdout(said):
        copies = list(laptops(tmp_path / "base", tmp_path, acts=40))
        are_one = try_orders(copies, tmp_path)
        is_refused = try_edited(copies[1], copies[0])

    assert are_one, said.getvalue()
    assert is_refused, said.getvalue()
    assert "6 orders" in said.getvalue()


def test_a_merge_that_is_killed_took_all_or_nothing_and_can_be_repeated(folder, laptop):
    judge(laptop("theirs"), "SK", "Bea:3", "Tom:2")
    judge(laptop("others"), "JB", "Tom:2")
    others = [folder.parent / "theirs", folder.parent / "others"]
    study = folder.parent / "to kill"
    found = set()

    for n in range(16):
        shutil.rmtree(study, ignore_errors=True)
        shutil.copytree(folder, study)
        found.add(try_kill(study, others, wait=0.002 * n if n < 15 else 2.0, writing=n > 1))
        ac.merge(study, *others)

        assert len(ids_in(study)) == len(ids_in(folder)) + 3
        assert study_faults(study) == ()
    assert found == {"nothing", "all"}


def test_the_plan_says_what_each_coder_brings(folder, laptop):
    theirs = laptop("theirs")
    with open_journal(theirs) as journal:
        first = next(entry for entry in journal.history() if entry.record == journal.codings().by(CoderId("MO"))[0])
        journal.append(Undo(entry=first.seq, coder=CoderId("MO")))
        journal.append(ac.Coding(line="Bea:8", coder="MO", codes=frozenset()))
    judge(theirs, "JB", "Bea:5")
    judge(folder, "JB", "Bea:5")
    judge(theirs, "SK", "Bea:3", "Tom:2")

    plan = ac.merge(folder, theirs, dry_run=True)

    assert str(plan) == (
        f"{theirs}: JB: 1 older than ours; MO: 1 newer than ours, 1 undone there; SK: 2 judgements new.\n"
        "Where a coder judged one line here and there, the later judgement stands; both stay in the record."
    )
    assert len(ids_in(folder)) + plan.n_entries == len(set(ids_in(theirs)) | set(ids_in(folder)))
    assert str(ac.merge(folder, theirs)) == str(plan)
    assert str(ac.merge(folder, theirs)) == f"{theirs}: JB: nothing new; MO: nothing new; SK: nothing new."


def test_the_study_that_takes_in_another_may_have_no_journal_yet(folder, tmp_path):
    shutil.copytree(folder, fresh := tmp_path / "fresh", ignore=shutil.ignore_patterns("study.*"))
    shutil.copy(folder / "study.toml", fresh)

    assert ac.merge(fresh, folder, dry_run=True).n_entries == 11
    assert not (fresh / "study.sqlite").exists()
    assert ac.merge(fresh, folder).n_entries == 11
    assert exported(fresh) == exported(folder)
    assert ac.merge(folder, fresh).n_entries == 0


def test_a_copy_in_which_nobody_coded_brings_nothing(folder, tmp_path):
    shutil.copytree(folder, fresh := tmp_path / "fresh", ignore=shutil.ignore_patterns("study.sqlite"))

    assert str(ac.merge(folder, fresh)) == f"{fresh}: nothing new."
    assert not (fresh / "study.sqlite").exists()


def test_a_journal_alone_is_compared_by_what_it_knows(folder, laptop, tmp_path):
    theirs, edited = laptop("theirs"), laptop("edited")
    judge(theirs, "SK", "Tom:2")
    with Journal.open(edited / "study.sqlite") as journal:
        journal.append(Coding(line=LineId("Tom:9"), coder=CoderId("SK"), codes=frozenset({"tables"})))
    alone = shutil.copy(theirs / "study.sqlite", tmp_path / "from SK.sqlite")
    strange = shutil.copy(edited / "study.sqlite", tmp_path / "strange.sqlite")

    assert str(ac.merge(folder, alone)) == f"{alone}: JB: nothing new; MO: nothing new; SK: 1 judgement new."
    assert ac.read_study(folder).codings.coders == ("JB", "MO", "SK")
    assert refusal_of(folder, strange) == [
        "study.sqlite: holds codings of Tom:9, which no transcript has; put the transcript back into transcripts/.",
        "codebook.toml: lacks the code 'tables', which lines were given; put it back or rename it to that.",
    ]


def test_a_study_may_be_named_by_its_journal_and_two_journals_may_be_merged(folder, laptop, tmp_path):
    theirs = laptop("theirs")
    judge(theirs, "SK", "Tom:2")
    alone = shutil.copy(folder / "study.sqlite", tmp_path / "alone.sqlite")

    assert ac.merge(alone, theirs / "study.sqlite").n_entries == 1
    (theirs / "codebook.toml").write_text((theirs / "codebook.toml").read_text().replace("ring out", "ring"))
    assert refusal_of(folder, theirs / "study.sqlite") == [
        "theirs/codebook.toml: has the code 'phone' with another definition."
    ]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            lambda text: text.replace("The phone rings out", "The phone never rings out"),
            ["theirs/transcripts/Bea.txt:2: Bea:3 has other words than Bea:3 in study/transcripts/Bea.txt:2."],
        ),
        (
            lambda text: text.replace("They meet without us. ", ""),
            ["theirs/transcripts/Bea.txt: lacks Bea:4, which is in study/transcripts/Bea.txt:3."]
            + [
                f"theirs/transcripts/Bea.txt:{line}: Bea:{n} is Bea:{n + 1} in study/transcripts/Bea.txt:{line}."
                for n, line in ((4, 3), (5, 4), (6, 5), (7, 5))
            ],
        ),
        (
            lambda text: f"Invented\n\n{text}",
            [
                "theirs/transcripts/Bea.txt: its lines are the same, but what stands between or before them is not as "
                "in study/transcripts/Bea.txt; copy one file over the other."
            ],
        ),
    ],
    ids=["words", "a line less", "a heading"],
)
def test_a_copy_whose_lines_differ_is_refused_by_line(folder, laptop, edit, said):
    theirs = laptop("theirs")
    transcript = theirs / "transcripts" / "Bea.txt"
    transcript.write_text(edit(transcript.read_text()))

    *lines, remedy = refusal_of(folder, theirs)

    assert lines == said
    assert remedy == (
        "theirs: nothing was taken: codings can be merged only where both copies have the same lines. Restore the text "
        "that was coded, or record the same correction in both with autocode amend."
    )


def test_an_interview_that_only_the_other_copy_has_is_to_be_added_first(folder, laptop):
    theirs = laptop("theirs")
    (theirs / "transcripts" / "Una.txt").write_text("Mara: And you?\nUna: Never.\n")
    judge(theirs, "SK", "Una:2")

    assert refusal_of(folder, theirs)[0] == (
        "theirs/transcripts/Una.txt: Una is not among the interviews here; add it first with: autocode add STUDY "
        "Una.txt."
    )
    shutil.copy(theirs / "transcripts" / "Una.txt", folder / "transcripts")
    assert ac.merge(folder, theirs).copies[0].coders[2].new == 1


def test_a_copy_with_another_codebook_is_refused_by_code(folder, laptop):
    theirs = laptop("theirs")
    codebook = (theirs / "codebook.toml").read_text()
    codebook = codebook.replace('"Left out of meetings"', '"Not invited"').replace('version = "1"', 'version = "2"')
    (theirs / "codebook.toml").write_text(f'{codebook}\n[[themes.subthemes]]\nid = "forms"\nname = "Forms"\n')

    assert refusal_of(folder, theirs) == [
        "theirs/codebook.toml: is version '2', and here is version '1'.",
        "theirs/codebook.toml: has the code 'meetings' with another name.",
        "theirs/codebook.toml: has the code 'forms', which the codebook here lacks.",
    ]


FIXERS = Added(before="1", after="2", by="TW", code=Code(id=CodeId("fixers"), name="Informal fixers"))


def change(study, *changes):
    """Record changes of the codebook, and write it into the folder, as the commands do."""
    codebook = read_codebook(study / "codebook.toml")
    with open_journal(study) as journal:
        journal.append(*unrecorded_codebook(journal, codebook), *changes)
    write_codebook(evolve(codebook, changes), study / "codebook.toml", force=True)


def test_changes_of_the_codebook_in_one_copy_are_taken_in(folder, laptop, tmp_path):
    theirs, third = laptop("theirs"), laptop("third")
    change(theirs, FIXERS)
    judge(theirs, "SK", "Tom:2", codes=["fixers"])
    judge(third, "MO", "Tom:2", codes=["phone"])
    judge(folder, "JB", "Tom:2", codes=["meetings"])
    copies = [theirs, third, folder]
    outcomes = []

    for number, order in enumerate(permutations(copies)):
        study = shutil.copytree(order[0], tmp_path / f"merged {number}")
        ac.merge(study, *order[1:])
        assert ac.merge(study, *order).n_entries == 0
        assert study_faults(study) == ()
        outcomes.append(exported(study))

    assert all(outcome == outcomes[0] for outcome in outcomes)
    codings = {coding.coder: coding for coding in ac.read_study(study).codings.of(LineId("Tom:2"))}
    assert {coder: (set(coding.codes), set(coding.unjudged)) for coder, coding in codings.items()} == {
        "SK": ({"fixers"}, set()),
        "MO": ({"phone"}, {"fixers"}),
        "JB": ({"meetings"}, {"fixers"}),
    }
    alone = shutil.copy(theirs / "study.sqlite", tmp_path / "alone.sqlite")
    assert ac.merge(third, alone).n_entries == 3
    assert ac.read_study(third).codebook.version == "2"


def test_a_codebook_that_is_not_written_yet_is_written_by_the_next_merge(folder, laptop):
    theirs = laptop("theirs")
    before = (folder / "codebook.toml").read_bytes()
    change(theirs, FIXERS)
    ac.merge(folder, theirs)
    after = (folder / "codebook.toml").read_bytes()
    (folder / "codebook.toml").write_bytes(before)  # as where the program was killed in between

    assert ac.merge(folder, theirs).n_entries == 0
    assert (folder / "codebook.toml").read_bytes() == after != before


def test_the_same_codebook_recorded_on_two_laptops_is_recorded_once(folder, laptop):
    theirs = laptop("theirs")
    for study in (folder, theirs):
        change(study)
    change(folder, FIXERS)
    judge(theirs, "SK", "Tom:2")

    assert str(ac.merge(folder, theirs)) == f"{theirs}: JB: nothing new; MO: nothing new; SK: 1 judgement new."
    assert str(ac.merge(theirs, folder)).endswith("SK: nothing new; 1 record of the codebook.")
    assert exported(folder) == exported(theirs)


def test_a_copy_that_knows_another_participant_is_refused(folder, laptop):
    theirs = laptop("theirs")
    (theirs / "participants.csv").write_text("participant,role\nBea,nurse\nTom,carer\n")

    assert refusal_of(folder, theirs) == [
        "theirs/participants.csv: says role 'nurse' of Bea, and participants.csv here says 'carer'."
    ]


def test_nothing_of_several_copies_is_taken_if_one_is_refused(folder, laptop):
    good, bad = laptop("good"), laptop("bad")
    judge(good, "SK", "Tom:2")
    (bad / "participants.csv").write_text("participant,role\nBea,nurse\n")

    assert len(refusal_of(folder, good, bad)) == 1


def test_settings_that_differ_are_said(folder, laptop):
    theirs = laptop("theirs")
    for study, coders in ((folder, '["JB", "MO"]'), (theirs, '["JB", "MO", "SK"]')):
        (study / "study.toml").write_text(f"{(study / 'study.toml').read_text()}\ncoders = {coders}\n")
    judge(theirs, "SK", "Tom:2")

    assert ac.merge(folder, theirs).remarks == (
        f"SK judged lines in {theirs}, and study.toml here does not name them among coders.",
        f"coders in study.toml differs from that in {theirs}; it stays as it is here.",
    )


def amend(study, words, others):
    """Correct the interview with Bea, of which the journal of the fixture knows no more than a digest."""
    transcript = study / "transcripts" / "Bea.txt"
    was = study.with_name(f"as {study.name} was") / "Bea.txt"
    was.parent.mkdir()
    shutil.copy(transcript, was)
    transcript.write_text(transcript.read_text().replace(words, others))
    (amendment,) = amend_study(plan_amendment(study, by="TW", reason="misheard", was=[was]))
    return amendment


def test_the_same_correction_made_on_two_laptops_is_merged(folder, laptop):
    theirs = laptop("theirs")
    for study in (folder, theirs):
        amendment = amend(study, "Nobody calls back.", "Somebody wrote a letter once.")
    (new,) = amendment.replaced[0].after
    judge(theirs, "SK", new)

    ac.merge(folder, theirs)
    ac.merge(theirs, folder)

    assert exported(folder) == exported(theirs)
    assert {coding.coder for coding in ac.read_study(folder).codings.of(new)} == {"SK"}
    assert len(ac.read_study(folder).set_aside) == 2


def test_a_correction_that_only_one_laptop_made_is_refused_by_line(folder, laptop):
    theirs = laptop("theirs")
    amend(theirs, "The phone rings out", "The phone rang out")

    assert refusal_of(folder, theirs)[0] == (
        "theirs/transcripts/Bea.txt:2: Bea:3 has other words than Bea:3 in study/transcripts/Bea.txt:2."
    )


def test_erased_memos_are_erased_in_the_merged_study(folder, laptop):
    judge(folder, "MO", "Tom:2", memo="Tom is a friend of mine")
    theirs = laptop("theirs")
    with open_journal(theirs) as journal:
        journal.append(Erasure(entries=(journal.last,), coder=CoderId("MO"), why="names a friendship"))

    assert str(ac.merge(folder, theirs)).endswith("; 1 erasure of texts.")
    assert b"friend of mine" not in (folder / "study.sqlite").read_bytes()


def test_what_is_neither_a_study_nor_a_journal_is_refused(folder, tmp_path):
    (tmp_path / "notes").mkdir()

    with pytest.raises(StudyError, match=r"notes: is neither a study, which has a study.toml, nor a journal"):
        ac.merge(folder, tmp_path / "notes")
    with pytest.raises(ValueError, match="name at least one other copy of the study"):
        ac.merge(folder)


def test_a_damaged_journal_is_refused_and_nothing_is_taken(folder, laptop):
    theirs = laptop("theirs")
    journal = theirs / "study.sqlite"
    judge(theirs, "SK", "Tom:2", memo="short of staff")
    data = journal.read_bytes()
    journal.write_bytes(data.replace(b"short of staff", b"short of stuff"))

    with pytest.raises(JournalError, match="is not as autocode wrote it"):
        ac.merge(folder, theirs)
    assert len(ids_in(folder)) == 11


def test_a_page_that_is_open_while_a_copy_is_taken_in_shows_what_stands(folder, laptop):
    theirs = laptop("theirs")
    with open_review(theirs, coders=["MO"], blind=True, remark=print) as review:
        review.sessions["MO"].settle(added=["phone"], line=LineId("Tom:2"))
        review.sessions["MO"].settle(added=["phone"], line=LineId("Tom:3"))
        review.sessions["MO"].later(line=LineId("Bea:4"))

    with open_review(folder, coders=["MO"], blind=True, remark=print) as review:
        session = review.sessions["MO"]
        session.settle(added=["meetings"], line=LineId("Tom:2"))
        latest = session.acts[-1]
        ac.merge(folder, theirs)
        session.refresh()

        stands = {coding.line: coding.codes for coding in review.journal.codings().by("MO")}
        assert {line: coding.codes for line, coding in session.judged.items()} == stands
        assert stands["Tom:2"] == {"meetings"}
        assert stands["Tom:3"] == {"phone"}
        assert session.acts[-1] == latest
        session.undo()
        assert session.judged["Tom:2"].codes == {"phone"}
        assert review.journal.codings().by("MO").on(["Tom:2"])[0].codes == {"phone"}
