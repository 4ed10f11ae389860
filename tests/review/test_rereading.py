"""Lines that a coder reads again: who waits for which change, and what an answer is stored as."""

import random

import pytest
from evaluation.codebook_chains import CODERS, LINES, random_events
from hypothesis import given, settings
from hypothesis import strategies as st

from autocode.codebook import Added, Code, Codebook, Merged, Redefined, Redefinition, Retired, Retirement, Split, Undone
from autocode.coding import (
    Adjudication,
    Band,
    Basis,
    Coding,
    Decision,
    Design,
    Reading,
    Ruling,
    Sample,
    Shown,
    Stage,
    Verdict,
)
from autocode.conduct import Amendment, Replacement
from autocode.errors import CodingError, SettlementError
from autocode.journal import CodebookSeen, Journal
from autocode.review import (
    AdjudicationSession,
    LinesInQuestion,
    RereadingSession,
    lines_in_question,
    lines_to_read_again,
)
from autocode.transcripts import Line, Role, Transcript, Transcripts

PARTS = (Code(id="parking", name="Parking"), Code(id="phones", name="Telephones"))
SPLIT = (Split, {"code": "logistics", "parts": PARTS})
FIXERS = Code(id="fixers", name="Informal fixers", definition="People who get things done outside of the rules.")


@pytest.fixture
def changed(journal, codebook):
    """Record changes, each a class and what it says, from the version in force."""

    def record(*made):
        if not journal.codebook_history()[0]:
            journal.append(CodebookSeen(codebook=codebook))
        for kind, said in made:
            n = len(journal.codebook_history()[1]) + 1
            journal.append(kind(before=f"{n}", after=f"{n + 1}", by="TW", why="", **said))

    return record


@pytest.fixture
def judged(journal):
    def append(line, *codes, coder="MO", **more):
        journal.append(Coding(line=line, coder=coder, codes=frozenset(codes), **more))

    return append


@pytest.fixture
def rereading_of(journal, lines, codebook):
    def build(coder="MO"):
        return RereadingSession(journal, lines=lines, codebook=codebook, coder=coder)

    return build


def waiting(session):
    return [(rereading.line, *rereading.codes) for rereading in session.waiting]


def of(journal, line="GP1:2", coder="MO", basis=Basis.INDEPENDENT):
    (found,) = [one for one in journal.codings().of(line) if (one.coder, one.basis) == (coder, basis)]
    return found


# who waits


def test_after_a_split_those_read_again_who_gave_the_code_and_only_those_lines(judged, changed, rereading_of):
    judged("GP1:2", "logistics", "meetings", memo="by bus, I think")
    judged("GP1:3", "meetings")
    judged("PM1:2", "logistics")
    judged("GP1:3", "logistics", coder="JB")
    changed(SPLIT)

    (first, second) = rereading_of().waiting
    (of_jb,) = rereading_of("JB").waiting

    assert (first.line, second.line, of_jb.line) == ("GP1:2", "PM1:2", "GP1:3")
    assert (first.codes, first.gave, first.memo) == (
        ("parking", "phones"), ("Logistical issues", "Inefficient meetings"), "by bus, I think",
    )  # fmt: skip
    assert first.why == "TW split 'Logistical issues' into 'Parking' and 'Telephones'."


def redefine(kind):
    return (Redefined, {"code": "logistics", "kind": Redefinition(kind)})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (redefine("clarified"), []),
        (redefine("narrowed"), ["GP1:2", "PM1:2"]),
        (redefine("changed"), ["GP1:2", "GP1:3", "PM1:2"]),
        (redefine("widened"), []),  # until lines are drawn
        ((Added, {"code": FIXERS}), []),
        ((Retired, {"code": "logistics"}), []),
        ((Retired, {"code": "logistics", "how": Retirement.INTO, "into": "meetings"}), []),
        ((Retired, {"code": "logistics", "how": Retirement.READ_AGAIN}), ["PM1:2"]),
        ((Merged, {"codes": ("logistics",), "into": "meetings"}), []),
    ],
)
def test_who_waits_depends_on_the_change(judged, changed, rereading_of, change, expected):
    judged("GP1:2", "logistics", "meetings")
    judged("GP1:3")
    judged("PM1:2", "logistics")
    changed(change)

    assert [rereading.line for rereading in rereading_of().waiting] == expected


def test_a_line_that_had_only_the_retired_code_is_read_as_if_anew(judged, changed, rereading_of, journal):
    judged("PM1:2", "logistics")
    changed((Retired, {"code": "logistics", "how": Retirement.READ_AGAIN}))
    session = rereading_of()
    (rereading,) = session.waiting

    session.answer("PM1:2", ["meetings", "computers"], asked=rereading.codes)

    assert rereading.is_whole
    assert rereading.codes == ("awareness", "meetings", "computers")
    assert (of(journal, "PM1:2").codes, of(journal, "PM1:2").unjudged) == ({"meetings", "computers"}, frozenset())


def test_what_became_unknown_when_a_change_was_taken_back_waits(judged, changed, rereading_of):
    judged("GP1:2", "logistics")
    changed((Merged, {"codes": ("logistics",), "into": "meetings"}))
    judged("GP1:3", "meetings")
    judged("PM1:2")
    changed((Undone, {"change": "2"}))
    (rereading,) = rereading_of().waiting

    assert (rereading.line, rereading.codes) == ("GP1:3", ("logistics", "meetings"))
    assert rereading.why == "TW took back that TW merged 'Logistical issues' into 'Inefficient meetings'."


def test_for_a_new_code_only_drawn_lines_wait_first_the_likely_ones(judged, changed, rereading_of, journal):
    for line in ("GP1:2", "GP1:3", "GP1:5", "PM1:2"):
        judged(line)
    changed((Added, {"code": FIXERS}))
    frame = {"GP1:2": 0.5, "GP1:3": 0.5, "GP1:5": 1.0}
    sample = Sample(
        drawn=("GP1:2", "GP1:5"), probabilities=frame, seed=0, design=Design.REREADING, change="2", name="again-1"
    )
    journal.append(sample)
    session = rereading_of()

    assert [(rereading.line, rereading.is_drawn) for rereading in session.waiting] == [
        ("GP1:5", False),
        ("GP1:2", True),
    ]
    assert session.unfound() == {}

    session.answer("GP1:5", ["fixers"], asked=["fixers"])
    session.answer("GP1:2", asked=["fixers"])

    estimate = session.unfound()["fixers"]
    assert (estimate.found, estimate.n_drawn, estimate.n_lines) == (0, 1, 2)
    assert of(journal, "GP1:3").applies("fixers") is None, "what is not drawn stays unjudged"
    assert journal.samples() == (sample.__class__(**{name: getattr(sample, name) for name in sample.__slots__}
                                                  | {"at": journal.samples()[0].at}),)  # fmt: skip


def test_the_lines_to_draw_from_are_those_on_which_somebody_says_nothing_of_the_code(
    judged, changed, journal, lines, codebook
):
    judged("GP1:2", "logistics")
    judged("GP1:3", coder="JB")
    changed((Added, {"code": FIXERS}))
    judged("PM1:2")
    changed(redefine("widened"))
    (added, widened) = lines_in_question(journal, lines, codebook)

    assert (added.codes, added.lines) == (("fixers",), ("GP1:2", "GP1:3"))
    assert isinstance(widened, LinesInQuestion)
    assert (widened.codes, widened.lines) == (("logistics",), ("GP1:3", "PM1:2"))


# what an answer is stored as


def test_an_answer_changes_only_what_was_asked_and_the_memo_survives(judged, changed, rereading_of, journal):
    judged("GP1:2", "logistics", "meetings", memo="by bus")
    changed((Added, {"code": FIXERS}), SPLIT)
    session = rereading_of()

    session.answer("GP1:2", ["parking", "phones"], asked=["parking", "phones"], milliseconds=900)

    now = of(journal)
    assert (now.codes, now.unjudged, now.memo) == ({"parking", "phones", "meetings"}, {"fixers"}, "by bus")
    assert (now.version, now.basis) == ("3", Basis.INDEPENDENT)
    assert journal.paradata()[-1].stage is Stage.BLIND
    assert (journal.paradata()[-1].before, journal.paradata()[-1].milliseconds) == ({"meetings"}, 900)
    assert waiting(session) == []


def test_an_answer_is_stored_once_and_can_be_taken_back(judged, changed, rereading_of, journal):
    judged("GP1:2", "logistics")
    changed(SPLIT)
    session = rereading_of()
    for _ in range(3):
        session.answer("GP1:2", ["phones"], asked=["parking", "phones"], gesture="answer-1")
    assert (len(session.acts), session.progress.done, waiting(session)) == (1, 1, [])
    assert session.undo(gesture="undo-1") == "GP1:2"

    assert session.undo(gesture="undo-1") is None
    assert waiting(session) == [("GP1:2", "parking", "phones")]
    assert of(journal).waiting_parts == {frozenset({"parking", "phones"})}
    assert session.undo() is None
    assert len(list(journal.history(kinds=("coding",)))) == 2, "what was taken back stays on record"


def test_a_line_that_was_read_again_elsewhere_is_not_answered_twice(judged, changed, rereading_of, journal):
    judged("GP1:2", "logistics")
    changed(SPLIT)
    here, there = rereading_of(), rereading_of()
    here.answer("GP1:2", ["phones"], asked=["parking", "phones"])
    there.refresh()
    with pytest.raises(SettlementError, match="GP1:2: you read this line again already; undo that first, or reload"):
        there.answer("GP1:2", ["parking"], asked=["parking", "phones"])

    assert of(journal).codes == {"phones"}


def test_an_answer_from_before_another_change_is_replayed_under_its_own_version(judged, changed, rereading_of, journal):
    judged("GP1:2", "logistics")
    judged("GP1:3", "logistics")
    changed(SPLIT)
    session = rereading_of()
    changed((Merged, {"codes": ("parking",), "into": "meetings"}))
    session.refresh()

    session.answer("GP1:2", ["parking"], asked=["parking", "phones"], version="2")
    session.answer("GP1:3", [], asked=["parking", "phones"], version="2")

    assert (of(journal).codes, of(journal).version, of(journal).unjudged) == ({"meetings"}, "2", frozenset())
    assert (of(journal, "GP1:3").codes, waiting(session)) == (frozenset(), [])


def test_an_answer_from_before_does_not_outdo_a_judgement_under_a_later_version(judged, changed, rereading_of, journal):
    judged("GP1:2", "logistics")
    changed(SPLIT, (Added, {"code": FIXERS}))
    judged("GP1:2", "fixers")
    with pytest.raises(CodingError, match="MO judged the line GP1:2 again under a later version"):
        rereading_of().answer("GP1:2", ["parking"], asked=["parking", "phones"], version="2")

    assert of(journal).codes == {"fixers"}


@pytest.mark.parametrize(
    ("line", "asked", "message"),
    [
        ("GP1:3", ["parking"], "GP1:3: MO has not read this line before; code it in the review"),
        ("GP1:2", ["logistics"], "GP1:2: 'logistics' is no code that lines can be given; reload the page"),
        ("GP1:2", ["meetings"], "GP1:2: you read this line again already"),
    ],
)
def test_what_cannot_be_answered_is_refused(judged, changed, rereading_of, journal, line, asked, message):
    judged("GP1:2", "logistics")
    changed(SPLIT)
    before = journal.last
    with pytest.raises(SettlementError, match=message):
        rereading_of().answer(line, asked=asked)

    assert journal.last == before


def test_the_basis_is_independent_only_while_nothing_of_the_line_was_seen(judged, changed, rereading_of, journal):
    for line in ("GP1:2", "GP1:3", "GP1:5"):
        judged(line, "logistics")
    judged("PM1:2", "logistics", basis=Basis.ASSISTED)
    shown = Shown(code="awareness", rank=1, probability=0.5, band=Band.FAIR, verdict=Verdict.REJECTED)
    journal.append(Decision(line="GP1:3", coder="MO", batch="b1", shown=(shown,)))
    mo, jb = (Reading(coders=(name,), codes=frozenset(codes)) for name, codes in (("MO", ["logistics"]), ("JB", [])))
    journal.append(
        Adjudication(line="GP1:5", coder="MO", ruling=Ruling.LEFT, left=mo, right=jb),
        Coding(line="GP1:5", coder="MO", codes=frozenset({"logistics"}), basis=Basis.ADJUDICATED),
    )
    changed(SPLIT)
    session = rereading_of()
    assert len(session.waiting) == 4
    bases = {
        rereading.line: session.answer(rereading.line, ["phones"], asked=rereading.codes).basis
        for rereading in session.waiting
    }

    assert bases == {
        "GP1:2": Basis.INDEPENDENT,
        "GP1:3": Basis.ASSISTED,  # suggestions were shown for it since
        "GP1:5": Basis.ADJUDICATED,
        "PM1:2": Basis.ASSISTED,
    }
    assert of(journal, "GP1:3").codes == frozenset(), "an independent judgement is not made again when more was seen"


def test_progress_begins_anew_with_each_change(judged, changed, rereading_of):
    judged("GP1:2", "logistics")
    judged("GP1:3", "logistics")
    changed(SPLIT)
    session = rereading_of()
    session.answer("GP1:2", ["phones"], asked=["parking", "phones"])
    assert str(session.progress) == "1 of 2 lines decided, 0 left for later"

    changed((Redefined, {"code": "phones", "kind": Redefinition.NARROWED}))
    session.refresh()

    assert [one.line for one in session.waiting] == ["GP1:3", "GP1:2"]
    assert str(session.progress) == "0 of 2 lines decided, 0 left for later"


# corrected lines


@pytest.fixture
def corrected(judged, journal, lines):
    """MO and JB read the old second line, before it was cut in two."""
    judged("GP1:1.9", "logistics", memo="by bus")
    judged("GP1:1.9", "meetings", coder="JB")
    journal.append(
        Amendment(
            transcript="GP1", before="a", after=lines.interview("GP1").digest, lines=(), fingerprints=(), changed=(),
            by="TW", reason="typos",
            replaced=(Replacement(before=("GP1:1.9",), after=("GP1:2", "GP1:3")),),
        )
    )  # fmt: skip


def test_a_corrected_line_shows_its_coder_what_they_gave_before(corrected, rereading_of, journal):
    session = rereading_of()
    (first, second) = session.waiting
    assert [(one.line, one.gave, one.memo, one.is_whole, one.change) for one in (first, second)] == [
        (line, ("Logistical issues",), "by bus", True, None) for line in ("GP1:2", "GP1:3")
    ]
    assert first.why == "The transcript was corrected here, and the line changed much."

    session.answer("GP1:2", ["logistics"], asked=first.codes)

    assert waiting(session) == [(second.line, *second.codes)]
    assert (of(journal).codes, of(journal).basis) == ({"logistics"}, Basis.INDEPENDENT)
    assert session.undo() == "GP1:2"
    assert len(session.waiting) == 2


def test_a_corrected_line_is_read_whole(corrected, rereading_of):
    with pytest.raises(SettlementError, match="GP1:2: this line is read as if anew, with all codes; reload the page"):
        rereading_of().answer("GP1:2", ["logistics"], asked=["logistics"])


# what holds for all changes


def study_after(events, path):
    """Return a journal with what happened, the lines, and who judged."""
    journal = Journal.open(path, people=CODERS)
    journal.append(CodebookSeen(codebook=events.codebook), *events.changes)
    journal.append(*events.proposals, *events.judged.values())
    made = tuple(
        Line(id=line, transcript="G", order=n, speaker="G", role=Role.PARTICIPANT, text=line, start=0, end=1)
        for n, line in enumerate(LINES, start=1)
    )
    return journal, Transcripts([Transcript(id="G", text="", lines=made, digest="0", attributes={})])


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_all_that_waits_is_in_the_queue_and_none_other_and_in_the_end_nothing_waits(tmp_path_factory, seed):
    draw = random.Random(seed)
    events, _ = random_events(draw, 12, own=False)  # own codes are not looked for in lines that were read before
    journal, lines = study_after(events, tmp_path_factory.mktemp("study") / "study.sqlite")
    with journal:
        for question in lines_in_question(journal, lines, events.codebook):
            frame = dict.fromkeys(question.lines, 1.0)
            journal.append(
                Sample(drawn=question.lines, probabilities=frame, seed=0, design=Design.REREADING,
                       change=question.change.after)
            )  # fmt: skip
        for coder in journal.codings().coders:
            session = RereadingSession(journal, lines=lines, codebook=events.codebook, coder=coder)
            asked = {}
            for rereading in session.waiting:
                asked.setdefault(rereading.line, []).extend(rereading.codes)
            unjudged = {now.line: now.unjudged for now in journal.codings().by(coder) if now.unjudged}
            assert {line: sorted(codes) for line, codes in asked.items()} == {
                line: sorted(codes) for line, codes in unjudged.items()
            }

            n_asked = len(session.waiting)
            while session.waiting:
                rereading = session.waiting[0]
                session.answer(
                    rereading.line, [code for code in rereading.codes if draw.random() < 0.5], asked=rereading.codes
                )
            assert not journal.codings().by(coder).partly_judged()
            assert session.progress.done == n_asked

            while session.undo() is not None:
                pass
            assert {now.line: now.unjudged for now in journal.codings().by(coder) if now.unjudged} == unjudged


@settings(max_examples=8)
@given(st.integers(0, 2**32))
def test_a_split_that_is_read_again_and_merged_back_is_the_code_that_it_was(tmp_path_factory, seed):
    draw = random.Random(seed)
    book = Codebook([Code(id=code, name=code) for code in "ab"])
    parts = tuple(Code(id=part, name=part) for part in "xyz"[: draw.choice([2, 3])])
    given_codes = {(coder, line): frozenset(code for code in "ab" if draw.random() < 0.5)
                   for coder in CODERS for line in LINES if draw.random() < 0.9}  # fmt: skip
    made = tuple(
        Line(id=line, transcript="G", order=n, speaker="G", role=Role.PARTICIPANT, text=line, start=0, end=1)
        for n, line in enumerate(LINES, start=1)
    )
    lines = Transcripts([Transcript(id="G", text="", lines=made, digest="0", attributes={})])
    with Journal.open(tmp_path_factory.mktemp("study") / "study.sqlite") as journal:
        journal.append(CodebookSeen(codebook=book))
        for (coder, line), codes in given_codes.items():
            journal.append(Coding(line=line, coder=coder, codes=codes))
        journal.append(Split(before="1", after="2", by="TW", code="a", parts=parts))
        for coder in CODERS:
            session = RereadingSession(journal, lines=lines, codebook=book, coder=coder)
            assert {one.line for one in session.waiting} == {
                line for (name, line), codes in given_codes.items() if name == coder and "a" in codes
            }
            while session.waiting:
                one = session.waiting[0]
                # whoever gave the code gives at least one of its parts: the split says nothing else of it
                session.answer(one.line, draw.sample(one.codes, draw.randint(1, len(one.codes))), asked=one.codes)
        (into, *others) = [part.id for part in parts]
        journal.append(Merged(before="2", after="3", by="TW", codes=tuple(others), into=into))

        now = {(one.coder, one.line): (frozenset("a" if code == into else code for code in one.codes), one.unjudged)
               for one in journal.codings()}  # fmt: skip
        assert now == {key: (codes, frozenset()) for key, codes in given_codes.items()}


def test_a_thousand_lines_wait_without_making_anybody_wait(tmp_path, codebook):
    from time import process_time

    n_lines = 1000
    made = tuple(
        Line(id=f"G:{n}", transcript="G", order=n, speaker="G", role=Role.PARTICIPANT, text="x", start=0, end=1)
        for n in range(1, n_lines + 1)
    )
    lines = Transcripts([Transcript(id="G", text="", lines=made, digest="0", attributes={})])
    with Journal.open(tmp_path / "study.sqlite") as journal:
        journal.append(CodebookSeen(codebook=codebook))
        journal.append(*(Coding(line=line.id, coder="MO", codes=frozenset({"logistics"})) for line in made))
        journal.append(SPLIT[0](before="1", after="2", by="TW", **SPLIT[1]))
        session = RereadingSession(journal, lines=lines, codebook=codebook, coder="MO")
        assert len(session.waiting) == n_lines
        begun = process_time()
        for rereading in session.waiting[:10]:
            session.answer(rereading.line, ["phones"], asked=rereading.codes)

    assert (process_time() - begun) / 10 < 0.5


# who may see others' codings, and what the review shows


def test_who_has_lines_to_read_again_does_not_see_the_codings_of_others(
    judged, changed, rereading_of, journal, lines, codebook
):
    for line in lines.participant_lines:
        judged(line.id, "logistics" if line.id == "GP1:2" else "meetings")
        judged(line.id, "meetings", coder="JB")
    session = AdjudicationSession(
        journal, lines=lines, codebook=codebook, coder="MO", adjudicators={"MO"}, coders={"MO", "JB"}
    )
    assert session.left_to_read == 0
    changed((Added, {"code": FIXERS}))
    session.refresh()
    assert session.left_to_read == 0, "a new code lets nobody wait until lines are drawn"

    frame = dict.fromkeys(("GP1:3", "PM1:2"), 1.0)
    journal.append(Sample(drawn=("GP1:3", "PM1:2"), probabilities=frame, seed=0, design=Design.REREADING, change="2"))
    session.refresh()
    assert session.left_to_read == 2
    changed(SPLIT)
    session.refresh()
    assert session.left_to_read == 3
    assert lines_to_read_again("MO", journal, lines) == {"GP1:2", "GP1:3", "PM1:2"}
    assert lines_to_read_again("TW", journal, lines) == frozenset()
    rereading = rereading_of()
    while rereading.waiting:
        one = rereading.waiting[0]
        rereading.answer(one.line, asked=one.codes)
    session.refresh()

    assert session.left_to_read == 0


def test_who_has_corrected_lines_to_read_again_does_not_see_the_codings_of_others(journal, lines, codebook, request):
    journal.append(CodebookSeen(codebook=codebook))
    request.getfixturevalue("corrected")

    assert lines_to_read_again("MO", journal, lines) == {"GP1:2", "GP1:3"}
    assert lines_to_read_again("TW", journal, lines) == frozenset()


def test_what_can_only_be_read_with_knowledge_of_others_keeps_nobody_from_it(judged, changed, journal, lines):
    judged("GP1:2", "logistics", basis=Basis.ASSISTED)
    changed(SPLIT)

    assert lines_to_read_again("MO", journal, lines) == frozenset()


def test_the_review_says_what_a_coder_gave_before_a_line_was_corrected(corrected, session_of, judged):
    mo, sk = session_of("MO"), session_of("SK")
    assert (mo.gave_before_correction("GP1:2"), mo.gave_before_correction("GP1:5")) == (("Logistical issues",), None)
    assert sk.gave_before_correction("GP1:2") is None
    judged("GP1:2", "meetings")
    mo.refresh()

    assert mo.gave_before_correction("GP1:2") is None


def test_nobody_is_asked_for_an_own_code_of_somebody_else(judged, changed, rereading_of, journal, lines, codebook):
    for coder in ("MO", "SK"):
        judged("GP1:2", "logistics", coder=coder)
    own = Code(id="SK/secret", name="Secret", owner="SK")
    changed((Added, {"code": own}), (Retired, {"code": "logistics", "how": Retirement.READ_AGAIN}))
    mo, sk = rereading_of("MO"), rereading_of("SK")

    assert lines_in_question(journal, lines, codebook) == ()
    assert "SK/secret" not in mo.codebook
    assert [one.codes for one in mo.waiting] == [("awareness", "meetings", "computers")]
    assert [one.codes for one in sk.waiting] == [("awareness", "meetings", "computers", "SK/secret")]
    with pytest.raises(SettlementError, match="'SK/secret' is no code that lines can be given"):
        mo.answer("GP1:2", ["SK/secret"], asked=["SK/secret"])
