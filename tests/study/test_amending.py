"""A correction does not end the study: a typo, a line cut otherwise, a speaker taken for the interviewer, another unit.

All text is invented.
"""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import autocode as ac
from autocode.coding import Basis, BlindDraw, Sample, Stage
from autocode.errors import CodingError, StudyError
from autocode.journal import Journal, Kind, TranscriptSeen
from autocode.review import ReviewSession
from autocode.study import (
    SpeakerRule,
    amend_study,
    open_review,
    plan_amendment,
    study_faults,
    suggest_for_study,
    unrecorded_digests,
)
from autocode.study.corrections._matching import _is_misspelt
from killed import killed_at
from studies import coding_of

SIGNED = {"by": "TW", "reason": "as on the recording"}
LONG = "They meet on Mondays, without us, in a room that we have never seen."


@pytest.fixture
def recorded(folder: Path) -> Path:
    """The study with all that a journal keeps of its texts, as `add`, `review` and `suggest` record it."""
    study = ac.read_study(folder)
    with Journal.open(folder / "study.sqlite") as journal:
        journal.append(*unrecorded_digests(journal, study.lines))
    return folder


@pytest.fixture
def edit(recorded: Path, tmp_path: Path) -> Callable[..., list[Path]]:
    """Correct the interview with Bea, in the study or in a copy, and return the files to amend the study with."""

    def edited(*changes: tuple[str, str], in_place: bool = False, name: str = "Bea") -> list[Path]:
        inside = recorded / "transcripts" / f"{name}.txt"
        text = inside.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = inside if in_place else tmp_path / f"{name}.txt"
        file.write_text(text)
        return [] if in_place else [file]

    return edited


def amend(folder: Path, files: object = (), **options: object) -> None:
    amend_study(plan_amendment(folder, files, **{**SIGNED, **options}))


def lines_of(folder: Path, name: str = "Bea") -> dict[str, str]:
    return {line.id: line.text for line in ac.read_study(folder).lines.interview(name).lines}


def coded(folder: Path) -> dict[str, set[str]]:
    """Return the codes that MO gave to each line."""
    return {coding.line: set(coding.codes) for coding in ac.read_study(folder).codings if coding.coder == "MO"}


def test_before_it_every_command_names_the_remedy_and_after_it_the_study_works(recorded, edit):
    edit(("The phone", "The telephone"), in_place=True)

    with pytest.raises(StudyError, match=r"record the correction with: autocode amend \S+study --by YOU --why REASON"):
        ac.read_study(recorded)
    amend(recorded)
    assert not study_faults(recorded)
    assert ac.read_study(recorded).codings.lines == ("Bea:3", "Bea:4", "Bea:5", "Bea:7", "Bea:8")


@pytest.mark.parametrize("in_place", [False, True])
def test_a_typo_costs_no_judgement(recorded, edit, in_place):
    before = ac.read_study(recorded).codings
    files = edit(("They meet without us", "They met without us"), in_place=in_place)
    amend(recorded, files)

    assert ac.read_study(recorded).codings == before
    assert lines_of(recorded)["Bea:4"] == "They met without us."


@pytest.mark.parametrize("in_place", [False, True])
def test_lines_after_one_that_is_inserted_keep_their_ids_and_codings(recorded, edit, in_place):
    before = coded(recorded)
    files = edit(("The phone rings out.", f"{LONG} The phone rings out."), in_place=in_place)
    amend(recorded, files)

    assert coded(recorded) == before
    assert list(lines_of(recorded))[:4] == ["Bea:1", "Bea:2", "Bea:2.1", "Bea:3"]
    assert lines_of(recorded)["Bea:2.1"] == LONG
    assert lines_of(recorded)["Bea:8"] == "Nobody calls back."


def test_lines_that_changed_much_or_were_cut_otherwise_are_read_again_and_no_others(recorded, edit):
    before = coded(recorded)
    amend(
        recorded,
        edit(("The phone rings out.", "I never tried to call."), ("without us. I", "without us and I")),
    )
    study = ac.read_study(recorded)

    assert coded(recorded) == {line: before[line] for line in ("Bea:7", "Bea:8")}
    assert [line.id for line in study.codings.uncoded(study.lines.interview("Bea").lines) if line.speaker == "Bea"] == [
        "Bea:3.1",
        "Bea:4.1",
    ]
    assert sorted(study.set_aside.lines) == ["Bea:3", "Bea:4", "Bea:5"]
    assert str(study).endswith("4 judgements by 2 coders, 6 set aside by amendments")


def test_to_be_read_again_is_to_be_read_by_nobody_yet_for_queue_consensus_and_agreement(recorded, edit):
    amend(recorded, edit(("The phone rings out.", "I never tried to call.")))
    study = ac.read_study(recorded)
    with Journal.open(recorded / "study.sqlite") as journal:
        session = ReviewSession(journal, lines=study.lines, codebook=study.codebook, coder="MO")
        left = [line.id for line in session.queue]

    assert left == ["Bea:3.1", "Tom:2", "Tom:3"]
    assert "Bea:3" not in ac.consensus(study.codings).codes
    assert ac.ReliabilityData.for_code("phone", study.codings, study.lines).values.shape == (2, 4)


def test_what_is_read_again_counts_again(recorded, edit):
    amend(recorded, edit(("The phone rings out.", "I never tried to call.")))
    with open_review(recorded, coders=["MO"], blind=True, remark=print) as review:
        assert review.sessions["MO"].current.id == "Bea:3.1"
        review.sessions["MO"].settle(added=["phone"])

    assert coded(recorded)["Bea:3.1"] == {"phone"}


@pytest.mark.parametrize("again_in_place", [False, True])
def test_who_takes_a_correction_back_gets_the_codings_back(recorded, edit, tmp_path, again_in_place):
    shutil.copy(recorded / "transcripts" / "Bea.txt", tmp_path / "kept.txt")
    before, ids = ac.read_study(recorded).codings, list(lines_of(recorded))
    amend(recorded, edit(("The phone rings out.", "Yes."), ("They meet without us. ", "")))
    with Journal.open(recorded / "study.sqlite") as journal:
        journal.append(coding_of("Bea:3.1", "MO", "phone"))
    if again_in_place:
        shutil.copy(tmp_path / "kept.txt", recorded / "transcripts" / "Bea.txt")
    amend(recorded, [] if again_in_place else [tmp_path / "kept.txt"], interview=None if again_in_place else "Bea")
    study = ac.read_study(recorded)

    assert study.codings == before
    assert list(lines_of(recorded)) == ids
    # what was coded in between is not lost either: it stands at the words that it was given to
    assert study.set_aside.lines == ("Bea:3.1",)
    amend(recorded, edit(("The phone rings out.", "Yes."), ("They meet without us. ", "")))
    assert coded(recorded)["Bea:3.1"] == {"phone"}


def test_a_line_that_gets_its_words_back_gets_its_codings_back_though_another_is_corrected_meanwhile(recorded, edit):
    amend(recorded, edit(("They meet without us.", "We saw each other every day.")))
    assert "Bea:4" not in coded(recorded)
    amend(recorded, edit(("We saw each other every day.", "They meet without us."), ("The phone", "The telephone")))

    assert coded(recorded)["Bea:4"] == {"meetings"}
    assert lines_of(recorded)["Bea:3"] == "The telephone rings out."


def test_an_id_that_was_given_up_is_never_given_to_other_words(recorded, edit):
    for old, new in (("The phone rings out", "I gave up"), ("I gave up", "Nobody picks it up"), ("picks it up", "did")):
        amend(recorded, edit((old, new)))
    with Journal.open(recorded / "study.sqlite") as journal:
        given = [line for amendment in journal.amendments() for line in amendment.lines]

    assert {line for line in given if line.startswith("Bea:3")} == {"Bea:3.1", "Bea:3.2", "Bea:3.3"}


def test_the_entry_has_both_digests_who_and_why_and_none_of_the_words(recorded, edit):
    before = ac.read_study(recorded).lines.interview("Bea").digest
    amend(recorded, edit(("Nobody calls back", "Nobody ever calls back"), ("I am tired.", "Zanzibar and Timbuktu.")))
    with Journal.open(recorded / "study.sqlite") as journal:
        (amendment,) = journal.amendments()

    assert (amendment.before, amendment.after) == (before, ac.read_study(recorded).lines.interview("Bea").digest)
    assert (amendment.by, amendment.reason, amendment.changed) == ("TW", "as on the recording", ("Bea:8",))
    assert [(one.before, one.after) for one in amendment.replaced] == [(("Bea:5",), ("Bea:5.1",))]
    assert amendment.at is not None
    for word in (b"Zanzibar", b"tired", b"calls back"):
        assert all(word not in file.read_bytes() for file in recorded.glob("study.sqlite*"))
    assert "tired" not in (recorded / "transcripts" / "Bea.txt").read_text()
    assert sorted(file.name for file in recorded.rglob("*")) == [
        "Bea.txt", "Tom.txt", "codebook.toml", "participants.csv", "study.head", "study.sqlite", "study.toml",
        "transcripts",
    ]  # fmt: skip


def test_an_amendment_is_read_back_as_it_was_written(recorded, edit, tmp_path):
    plan = plan_amendment(recorded, edit(("I am tired.", "We were never told of it.")), **SIGNED)
    (made,) = amend_study(plan)
    with Journal.open(recorded / "study.sqlite") as journal:
        (read,) = journal.amendments()
        kinds = [entry.kind for entry in journal.history()]

    assert read == type(made)(**{**{name: getattr(made, name) for name in made.__slots__}, "at": read.at})
    assert kinds[-1] is Kind.AMENDMENT


def test_another_unit_keeps_what_is_cut_as_before_and_comes_back_whole(recorded):
    before, settings = ac.read_study(recorded).codings, (recorded / "study.toml").read_text()
    plan = plan_amendment(recorded, unit="paragraph", **SIGNED)
    assert "Bea:4 and Bea:5 -> Bea:4.1 (cut otherwise)" in str(plan)
    assert plan.sets_codings_aside
    assert ac.read_study(recorded).codings == before  # a plan changes nothing
    amend_study(plan)

    assert ac.read_study(recorded).settings.unit == "paragraph"
    assert sorted(coded(recorded)) == ["Bea:3"]
    assert lines_of(recorded)["Bea:7.1"] == "Since the spring. Nobody calls back."
    amend(recorded, unit="sentence")
    assert ac.read_study(recorded).codings == before
    assert (recorded / "study.toml").read_text() == settings


def test_a_unit_that_was_changed_by_hand_is_amended_too(recorded):
    file = recorded / "study.toml"
    file.write_text(file.read_text().replace("sentence", "paragraph"))
    with pytest.raises(StudyError, match="autocode amend"):
        ac.read_study(recorded)
    amend(recorded)

    assert sorted(coded(recorded)) == ["Bea:3"]


def test_a_speaker_who_was_taken_for_the_interviewer_costs_no_judgement(recorded):
    """Tom's interview has another interviewer; whoever says so later keeps what is coded of Bea's."""
    before = ac.read_study(recorded).codings
    with Journal.open(recorded / "study.sqlite") as journal:
        journal.append(coding_of("Tom:2", "MO"), coding_of("Tom:3", "MO", "meetings"))
    amend(recorded, speakers=SpeakerRule(interviewers=("Tom",)))

    # what Tom says is context now, so nothing of it is coded; it comes back with the rule
    assert ac.read_study(recorded).codings == before
    file = recorded / "study.toml"
    file.write_text(file.read_text().replace(', "Tom"', ""))
    amend(recorded)
    assert coded(recorded) == {line: set(coding.codes) for coding in before.by("MO") for line in [coding.line]} | {
        "Tom:2": set(), "Tom:3": {"meetings"}
    }  # fmt: skip


def test_a_participant_who_was_read_as_the_interviewer_is_there_to_be_read(recorded):
    amend(recorded, speakers=SpeakerRule(interviewers=("Bea",)))
    assert not coded(recorded)
    file = recorded / "study.toml"
    file.write_text(file.read_text().replace('"Mara", "Bea"', '"Mara"'))
    amend(recorded)

    assert sorted(coded(recorded)) == ["Bea:3", "Bea:4", "Bea:5", "Bea:7", "Bea:8"]


def test_a_person_may_say_that_a_line_stays_or_is_to_be_read_again(recorded, edit):
    files = edit(("The phone rings out.", "The phone, it rings and rings."), ("Nobody calls", "Nobody ever calls"))
    amend(recorded, files, keep=["Bea:3"], again=["Bea:8"])

    assert sorted(coded(recorded)) == ["Bea:3", "Bea:4", "Bea:5", "Bea:7"]
    assert lines_of(recorded)["Bea:3"] == "The phone, it rings and rings."
    assert "Bea:8.1" in lines_of(recorded)


def test_what_does_not_change_can_be_neither_kept_nor_read_again(recorded, edit):
    files = edit(("The phone rings out.\n", "The phone rings out and "), ("They meet", "they meet"))

    with pytest.raises(StudyError, match="Bea:3 was cut otherwise or is another speaker's"):
        plan_amendment(recorded, files, keep=["Bea:3"], **SIGNED)
    with pytest.raises(StudyError, match="Bea:7 and Bea:9 are no line whose words this correction changes"):
        plan_amendment(recorded, files, again=["Bea:7", "Bea:9"], **SIGNED)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"by": "GPT-4"}, CodingError, "named like a machine"),
        ({"by": " "}, CodingError, "needs a name"),
        ({"reason": " "}, StudyError, "needs a reason"),
        ({"interview": "Tim"}, StudyError, "is no correction of an interview of the study, which has Bea and Tom"),
    ],
)
def test_who_why_and_what_are_known(recorded, edit, options, error, match):
    with pytest.raises(error, match=match):
        plan_amendment(recorded, edit(("tired", "weary")), **{**SIGNED, **options})


def test_an_edit_in_a_study_whose_old_text_is_unknown_needs_a_copy_of_it(folder, tmp_path):
    """A journal of an earlier autocode, or one that was filled from tables, keeps the digest of the text alone."""
    file = folder / "transcripts" / "Bea.txt"
    shutil.copy(file, tmp_path / "Bea.txt")
    before = ac.read_study(folder).codings
    file.write_text(file.read_text().replace("I am tired", "I am weary").replace("The phone rings out.", "Never."))

    with pytest.raises(StudyError, match=r"nothing but a digest. Name a copy of that text with --was FILE"):
        plan_amendment(folder, **SIGNED)
    amend(folder, was=[tmp_path / "Bea.txt"], keep=["Bea:5"])
    assert ac.read_study(folder).codings == before.on(["Bea:4", "Bea:5", "Bea:7", "Bea:8"])


def test_a_copy_that_is_not_the_text_that_was_coded_does_not_help(folder, tmp_path):
    file = folder / "transcripts" / "Bea.txt"
    (tmp_path / "Bea.txt").write_text(file.read_text().replace("tired", "sleepy"))
    file.write_text(file.read_text().replace("tired", "weary"))

    with pytest.raises(StudyError, match="nothing but a digest"):
        plan_amendment(folder, was=[tmp_path / "Bea.txt"], **SIGNED)


def test_a_corrected_file_of_another_kind_takes_the_place_of_the_old_one(recorded, tmp_path):
    from docx import Document

    document = Document()
    for line in (recorded / "transcripts" / "Bea.txt").read_text().replace("tired", "so tired").splitlines():
        document.add_paragraph(line)
    document.save(tmp_path / "Interview 7.docx")
    amend(recorded, [tmp_path / "Interview 7.docx"], interview="Bea")

    assert sorted(file.name for file in (recorded / "transcripts").iterdir()) == ["Bea.docx", "Tom.txt"]
    assert len(coded(recorded)) == 5
    assert ac.read_study(recorded).participants["Bea"] == {"role": "carer"}


def test_nothing_to_amend_changes_nothing(recorded):
    before = (recorded / "study.sqlite").read_bytes()
    plan = plan_amendment(recorded, [recorded / "transcripts" / "Bea.txt"], **SIGNED)

    assert amend_study(plan) == ()
    assert str(plan) == f"{recorded}: nothing to amend; every interview is as it was coded."
    assert (recorded / "study.sqlite").read_bytes() == before


def test_a_plan_is_made_only_on_the_study_that_it_was_made_for(recorded, edit):
    plan = plan_amendment(recorded, edit(("tired", "weary")), **SIGNED)
    edit(("tired", "sleepy"), in_place=True)
    with pytest.raises(StudyError, match=r"Bea.txt: was changed since the amendment was planned; plan it again."):
        amend_study(plan)
    edit(("sleepy", "tired"), in_place=True)
    amend(recorded, edit(("spring", "winter")))
    with pytest.raises(StudyError, match="was changed since the amendment was planned"):
        amend_study(plan)
    assert lines_of(recorded)["Bea:5"] == "I am tired."


def test_lines_read_without_the_journal_are_refused_once_ids_were_given_anew(recorded, edit):
    amend(recorded, edit(("The phone rings out.", f"{LONG} The phone rings out.")))
    codings = ac.read_study(recorded).codings
    lines = ac.read_transcripts(recorded / "transcripts", unit="sentence", interviewers=["Mara"])

    with pytest.raises(StudyError, match="Bea is not as it was when it was coded"):
        codings.check_lines(lines)


def test_an_edit_after_an_amendment_is_noticed_even_if_no_coding_is_left(recorded, edit):
    amend(recorded, speakers=SpeakerRule(interviewers=("Bea",)))
    edit(("tired", "weary"), in_place=True)

    with pytest.raises(StudyError, match="autocode amend"):
        ac.read_study(recorded)
    with Journal.open(recorded / "study.sqlite") as journal:
        with pytest.raises(StudyError, match="has another text of Bea, which was amended"):
            journal.append(TranscriptSeen(transcript="Bea", digest="0"))
        (amendment,) = journal.amendments()
        with pytest.raises(StudyError, match="has another text of Bea than the one that is amended"):
            journal.append(amendment)


def test_suggestions_stay_with_lines_that_stay(recorded, edit):
    suggest_for_study(recorded, remark=lambda sentence: None)
    before = ac.read_study(recorded).batch
    amend(recorded, edit(("They met on Monday", "They met on Tuesday"), ("I wrote a letter.", "Never."), name="Tom"))
    batch = ac.read_study(recorded).batch

    assert batch == before.without({"Tom:2"})
    with open_review(recorded, coders=["MO"], remark=print) as review:
        session = review.sessions["MO"]
        assert [line.id for line in session.lines_to_judge] == ["Tom:2.1", "Tom:3"]
        assert session.stage_of("Tom:2.1") is Stage.BLIND


def test_who_saw_suggestions_for_a_line_does_not_read_it_independently_after_a_correction(recorded, edit):
    suggest_for_study(recorded, remark=lambda sentence: None)
    settings = recorded / "study.toml"
    settings.write_text(settings.read_text() + "blind_share = 0.0\n")
    with open_review(recorded, coders=["MO"], remark=print) as review:
        review.sessions["MO"].settle(line="Tom:2")
        assert review.journal.codings().of("Tom:2")[0].basis is Basis.ASSISTED
    amend(recorded, edit(("I wrote a letter.", "I wrote them two letters."), name="Tom"))
    with open_review(recorded, coders=["MO", "JB"], blind=True, remark=print) as review:
        for coder in ("MO", "JB"):
            review.sessions[coder].settle(line="Tom:2.1")

    bases = {coding.coder: coding.basis for coding in ac.read_study(recorded).codings.of("Tom:2.1")}
    assert bases == {"MO": Basis.ASSISTED, "JB": Basis.INDEPENDENT}


def test_lines_in_the_place_of_others_are_drawn_as_these_were(recorded, edit):
    frame = {"Bea:3": 0.5, "Bea:4": 0.25, "Bea:5": 0.25}
    with Journal.open(recorded / "study.sqlite") as journal:
        journal.append(Sample(drawn=("Bea:3", "Bea:5"), probabilities=frame, seed=1))
        journal.append(BlindDraw(drawn=frozenset({"Bea:3"}), probabilities=frame, seed=1))
    amend(recorded, edit(("The phone rings out.", "Nobody. Ever. The line is dead."), ("us. I am", "us and I am")))
    with Journal.open(recorded / "study.sqlite") as journal:
        (sample,), (draw,) = journal.samples(), journal.blind_draws()

    # Bea:3 was cut into three, of which each is drawn with it; Bea:4 and Bea:5 were joined, drawn as the first of them
    three = ("Bea:3.1", "Bea:3.2", "Bea:3.3")
    assert sample.drawn == three
    assert sample.probabilities == {**dict.fromkeys(three, 0.5), "Bea:4.1": 0.25}
    assert draw.drawn == set(three)


def test_a_session_that_is_open_meanwhile_refuses_to_go_on(recorded, edit):
    with open_review(recorded, coders=["MO"], blind=True, remark=print) as review:
        session = review.sessions["MO"]
        amend(recorded, edit(("tired", "weary")))
        session.refresh()
        last = review.journal.last
        with pytest.raises(StudyError, match="was edited after it was coded"):
            session.settle(line="Bea:5")
        assert review.journal.last == last


def test_undo_passes_over_what_an_amendment_set_aside(recorded, edit):
    with open_review(recorded, coders=["SK"], blind=True, remark=print) as review:
        for line in ("Bea:4", "Bea:3"):
            review.sessions["SK"].settle(line=line)
    amend(recorded, edit(("The phone rings out.", "Never.")))
    with open_review(recorded, coders=["SK"], blind=True, remark=print) as review:
        undone = review.sessions["SK"].undo()

    assert undone.id == "Bea:4"


def test_a_line_that_is_no_more_cannot_be_judged(recorded, edit):
    amend(recorded, edit(("The phone rings out.", "Never. I gave up."), ("I am tired.", "")))
    with Journal.open(recorded / "study.sqlite") as journal:
        last = journal.last
        with pytest.raises(StudyError) as refusal:
            journal.append(coding_of("Bea:4", "SK"), coding_of("Bea:3", "SK"), coding_of("Bea:5", "SK"))

        assert [fault.what for fault in refusal.value.faults] == [
            "has no line Bea:3 any more: an amendment replaced it by Bea:3.1 and Bea:3.2; judge that.",
            "has no line Bea:5 any more: an amendment replaced it.",
        ]
        assert journal.last == last


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("The phone rings out.", "The fhone rings out.", True),
        ("The phone rings out.", "Teh phone rings out.", True),
        ("The phone rings out.", "The phones ring out.", True),
        ("They meet without us.", "They meet with out us.", True),
        ("I am tired.", "I am fired.", True),  # no rule sees what words mean
        ("I am tired.", "I am not tired.", True),
        ("I am tired.", "I was tired.", True),  # one of three words
        ("I am tired.", "We were tired.", False),
        ("The phone rings out.", "Some phone rang out.", False),
        ("Since when?", "And who made that decision?", True),  # nobody codes what an interviewer asks
    ],
)
def test_a_misspelling_is_no_change_and_more_than_a_quarter_of_the_words_is_much(recorded, edit, old, new, is_same):
    plan = plan_amendment(recorded, edit((old, new)), **SIGNED)

    assert bool(plan.interviews[0].amendment.changed) is is_same
    assert plan.sets_codings_aside is not is_same


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("phone", "phone", True),
        ("phone", "fone", False),
        ("phone", "phne", True),
        ("phone", "phones", True),
        ("phone", "phnoe", True),
        ("phone", "phond", True),
        ("the", "teh", True),
        ("no", "on", False),
        ("now", "not", False),
        ("he", "she", False),
        ("can", "can't", False),
        ("2019", "2018", False),
        ("ab", "abc", False),
        ("abcdef", "abdcfe", False),
    ],
)
def test_what_a_misspelling_is(old, new, is_same):
    assert _is_misspelt(old, new) is _is_misspelt(new, old) is is_same


def kill_at(step: int, folder: Path, file: Path, **options: object) -> bool:
    """Amend in a process that dies before its nth change of a file; return whether it died."""
    plan = plan_amendment(folder, [file], **SIGNED, **options)
    return killed_at(step, partial(amend_study, plan))


@pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")
@pytest.mark.parametrize("options", [{}, {"unit": "paragraph"}], ids=["one file", "a file and the rule"])
def test_killed_at_any_moment_an_amendment_is_made_or_not(recorded, edit, tmp_path, options):
    (file,) = edit(("The phone rings out.", "Never. I gave up."), ("Nobody calls", "Nobody ever calls"))
    kept = tmp_path / "kept"
    shutil.copytree(recorded, kept)
    old = (lines_of(recorded), ac.read_study(recorded).codings)
    amend(recorded, [file], **options)
    new = (lines_of(recorded), ac.read_study(recorded).codings)
    found = []
    for step in range(1, 100):
        shutil.rmtree(recorded)
        shutil.copytree(kept, recorded)
        died = kill_at(step, recorded, file, **options)
        state = (lines_of(recorded), ac.read_study(recorded).codings)
        assert state in (old, new)
        found.append(state == new)
        amend(recorded, [file], **options)  # whoever repeats it gets it done, and nothing is left over
        assert (lines_of(recorded), ac.read_study(recorded).codings) == new
        assert not [path for path in recorded.rglob(".*") if path.is_file() or path.is_dir()]
        if not died:
            break

    assert not died
    assert len(found) > 6
    assert found == sorted(found)  # first not made, then made
    assert not all(found)


@pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")
def test_check_names_what_an_interrupted_amendment_left(recorded, edit):
    (file,) = edit(("tired", "weary"))
    for step in range(1, 20):
        kill_at(step, recorded, file)
        left = list(recorded.glob(".amendment-*"))
        if left:
            break

    (fault,) = study_faults(recorded)
    assert str(fault) == (
        f"{left[0]}: holds files of an amendment that was interrupted before it counted; repeat the amendment, or "
        "remove this folder."
    )


def test_a_disk_that_refuses_leaves_the_study_as_it_was(recorded, edit, monkeypatch):
    plan = plan_amendment(recorded, edit(("tired", "weary")), **SIGNED)
    monkeypatch.setattr("autocode.study._staging._write", refuse)
    with pytest.raises(StudyError, match=r"cannot be written \(No space left on device\)"):
        amend_study(plan)

    assert lines_of(recorded)["Bea:5"] == "I am tired."
    assert not list(recorded.glob(".amendment-*"))
    with Journal.open(recorded / "study.sqlite") as journal:
        assert journal.amendments() == ()


def refuse(path: Path, content: bytes) -> None:
    raise OSError(28, "No space left on device", str(path))


def test_frozen_journals_know_no_fingerprints_and_get_them_with_the_next_entry(folder):
    study = ac.read_study(folder)
    with Journal.open(folder / "study.sqlite") as journal:
        (seen,) = [entry.record for entry in journal.history(kinds=(Kind.TRANSCRIPT,))]
        assert seen.fingerprints == ()
        fresh = unrecorded_digests(journal, study.lines)
        journal.append(*fresh)

        assert [(record.transcript, len(record.fingerprints)) for record in fresh] == [("Bea", 8), ("Tom", 3)]
        assert unrecorded_digests(journal, study.lines) == ()
        assert journal.codings().digests["Bea"] == seen.digest
