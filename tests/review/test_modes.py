"""What coders see of a suggester in each mode, and what is stored of it."""

from dataclasses import replace
from itertools import combinations

import pytest

from autocode.codebook import Codebook
from autocode.coding import Basis, BlindDraw, Design, Mode, Sample, SampleEnd, Stage
from autocode.errors import SettlementError
from autocode.review import blind_seed, draw_blind
from autocode.review._pace import Pace
from autocode.transcripts import Transcripts


@pytest.fixture
def told(journal, batch, codebook):
    journal.append(replace(batch, codebook=codebook.digest))


def readings(journal):
    return [(one.basis, set(one.codes)) for one in journal.codings()]


def test_blind_first_the_line_stays_until_its_second_look_is_settled(told, session_of, journal):
    session = session_of(mode=Mode.BLIND_FIRST)
    assert (session.stage, session.suggestions) == (Stage.BLIND, None)

    session.settle(added=["logistics"])

    assert (session.current.id, session.stage) == ("GP1:2", Stage.SECOND_LOOK)
    assert [one.code for one in session.suggestions] == ["awareness"]

    session.settle(["awareness"], added=["logistics"])

    assert session.current.id == "GP1:3"
    assert readings(journal) == [
        (Basis.INDEPENDENT, {"logistics"}),
        (Basis.ASSISTED, {"logistics", "awareness"}),
    ]


def test_a_second_look_that_was_put_off_waits_in_the_queue_also_after_opening_again(told, session_of):
    session = session_of(mode=Mode.BLIND_FIRST)
    session.settle()
    session.go_to("GP1:3")
    session.settle(added=["logistics"])
    session.settle()

    for one in (session, session_of(mode=Mode.BLIND_FIRST)):
        assert [line.id for line in one.queue] == ["GP1:2"]
        assert one.progress.done == 3
        assert one.current.id == "GP1:2"


def test_who_saw_a_suggestion_gives_no_independent_reading_of_the_line_any_more(told, session_of, journal):
    session = session_of(mode=Mode.BLIND_FIRST)
    session.settle()
    session.undo()

    assert (session.current.id, session.stage) == ("GP1:2", Stage.ASSISTED)
    session.settle(["logistics"])
    assert readings(journal) == [(Basis.ASSISTED, {"logistics"})]

    session_of(mode=Mode.ASSISTED).undo()
    session_of(mode=Mode.INDEPENDENT).settle(added=["meetings"])
    assert readings(journal) == [(Basis.ASSISTED, {"meetings"})]


def test_an_independent_session_is_about_every_line_and_shows_nothing(told, session_of, journal):
    session = session_of(mode=Mode.INDEPENDENT)

    assert session.progress.total == 5
    assert (session.suggestions, session.abstention) == (None, None)
    session.settle(added=["meetings"])
    assert readings(journal) == [(Basis.INDEPENDENT, {"meetings"})]
    assert journal.decisions() == ()


def test_lines_that_a_first_coder_decided_keep_their_suggestions_for_a_second(
    told, session_of, journal, batch, codebook
):
    session_of("JB", mode=Mode.ASSISTED).settle(["logistics"])
    rest = tuple(one for one in batch.suggestions if one.line != "GP1:2")
    journal.append(replace(batch, id="b2", codebook=codebook.digest, suggestions=rest))

    session = session_of("MO", mode=Mode.ASSISTED)

    assert session.current.id == "GP1:2"
    assert len(session.suggestions) == 2
    assert session.offer("GP1:3").batch == "b2"


def test_suggestions_for_another_codebook_are_not_shown(journal, batch, session_of):
    journal.append(batch)

    assert session_of(mode=Mode.ASSISTED).suggestions is None


def test_how_others_coded_a_line_that_is_still_to_be_read_alone_is_not_shown(told, session_of, journal):
    journal.append(BlindDraw(drawn=frozenset(["PM1:2"]), probabilities={"PM1:2": 0.2}, seed=0))
    session = session_of(mode=Mode.ASSISTED, coding_closed=True)

    assert all(one.evidence.neighbours == () for one in session.suggestions)
    session.go_to("PM1:2")
    session.settle()
    session.go_to("GP1:2")
    assert all(one.evidence.neighbours for one in session.suggestions)


def test_while_a_coder_has_lines_left_only_own_codings_stand_beside_a_suggestion(session_of, batch):
    near = batch.suggestions[0].evidence.neighbours[0]
    shared = replace(near, coders=("JB", "MO"))
    told = replace(batch.suggestions[1], evidence=replace(batch.suggestions[1].evidence, neighbours=(near, shared)))
    session = session_of(batch=replace(batch, suggestions=(told,)))

    assert [one.coders for one in session.suggestions[0].evidence.neighbours] == [("MO",)]
    for line in session.lines.participant_lines:
        session.settle(line=line.id)
    session.go_to("GP1:2")
    assert [one.coders for one in session.suggestions[0].evidence.neighbours] == [("JB",), ("JB", "MO")]


def test_two_sessions_of_one_coder_know_of_each_other(session_of, batch):
    one, other = session_of(batch=batch), session_of(batch=batch)
    one.settle(["logistics"])
    other.refresh()

    assert other.judged["GP1:2"].codes == {"logistics"}
    other.undo()
    one.refresh()
    assert one.judged == {}


def test_a_first_suggestion_that_is_strong_is_kept_by_one_gesture(session_of, batch, journal):
    session = session_of(batch=batch)
    session.keep_first(gesture="gesture-1")
    assert session.keep_first(line="GP1:2", gesture="gesture-1").coding is None

    assert readings(journal) == [(Basis.ASSISTED, {"logistics"})]
    with pytest.raises(SettlementError, match="only a strong match is kept by one key"):
        session.keep_first()


def test_lines_drawn_to_measure_are_read_alone_until_their_sample_is_ended(told, session_of, journal):
    session = session_of(mode=Mode.ASSISTED)
    assert session.stage_of("GP1:2") is Stage.ASSISTED

    probabilities = dict.fromkeys(["GP1:2", "GP1:3"], 0.5)
    chosen = Sample(drawn=("GP1:3",), probabilities=probabilities, seed=1, design=Design.ACTIVE)
    journal.append(Sample(drawn=("GP1:2",), probabilities=probabilities, seed=1), chosen)
    session.refresh()

    assert (session.stage_of("GP1:2"), session.offer("GP1:2")) == (Stage.BLIND, None)
    assert session.stage_of("GP1:3") is Stage.ASSISTED
    session.settle(line="GP1:2")
    assert [basis for basis, _ in readings(journal)] == [Basis.INDEPENDENT]

    journal.append(SampleEnd(sample="draw-1"))
    session.refresh()
    assert session_of(mode=Mode.ASSISTED).stage_of("GP1:2") is Stage.ASSISTED


def test_one_batch_or_a_mode_but_not_both(session_of, batch):
    with pytest.raises(ValueError, match="give a batch or a mode, not both"):
        session_of(batch=batch, mode=Mode.ASSISTED)


def test_what_stays_blind_is_drawn_once_by_itself_and_with_its_probability(lines):
    first = draw_blind(lines, share=0.5, seed=3, seen={"GP1:2"})
    again = draw_blind(lines, share=0.5, seed=3)

    assert set(first.probabilities) == {"GP1:3", "GP1:5", "PM1:2", "PM1:3"}
    assert set(first.probabilities.values()) == {0.5}
    assert first.drawn == again.drawn - {"GP1:2"}
    assert draw_blind(lines, share=0.5, seed=3, earlier=[again]) is None
    assert draw_blind(lines, share=0.0, seed=3).drawn == frozenset()
    assert len(draw_blind(lines, share=1.0, seed=3).drawn) == 5


def test_no_two_studies_draw_alike_and_copies_of_one_do(interview, codebook):
    words = [("GP1", f"Line {n}.") for n in range(400)]
    lines = Transcripts([interview("GP1", words)])
    other = Transcripts([interview("GP1", [*words[:-1], ("GP1", "Another ending.")])])
    fewer = Codebook(code for code in codebook.values() if code.id != "meetings")
    seeds = [blind_seed(*study) for study in ((lines, codebook), (other, codebook), (lines, fewer))]
    drawn = [draw_blind(lines, share=0.15, seed=seed).drawn for seed in seeds]

    assert blind_seed(Transcripts([interview("GP1", words)]), codebook) == seeds[0]
    assert len(set(seeds)) == 3
    for one, another in combinations(drawn, 2):
        assert len(one & another) < 25  # 9 by chance where both draw 60 of 400


def test_about_the_share_of_lines_stays_blind(interview):
    many = interview("GP1", [("GP1", f"Line {n}.") for n in range(4000)]).lines
    drawn = draw_blind(many, share=0.15, seed=0).drawn

    assert 520 < len(drawn) < 680  # 600 and three and a half standard deviations


def test_short_lines_are_quick_and_long_ones_are_not():
    pace = Pace()

    assert not any(pace.add("Yes.", 700) for _ in range(40))
    assert not any(pace.add("ten words " * 5, None) for _ in range(40))
    assert [pace.add("ten words " * 5, 100) for _ in range(20)][-1]
