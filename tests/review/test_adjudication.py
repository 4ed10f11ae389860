from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings, Reading, Rule, Ruling, consensus
from autocode.errors import CodingError, JournalError, SettlementError, StudyError
from autocode.journal import Kind, Undo
from autocode.review import AdjudicationSession, adjudicate, differences
from autocode.transcripts import LineId
from studies import coding_of

MO, JB, SK, TEAM = CoderId("MO"), CoderId("JB"), CoderId("SK"), CoderId("TW")
CODES = ("logistics", "awareness", "meetings", "computers")


def reading(codes, *coders):
    return Reading(coders=tuple(map(CoderId, coders)), codes=frozenset(map(CodeId, codes)))


@pytest.fixture
def two(lines):
    """MO and JB differ on GP1:2."""
    (one,) = differences(Codings([coding_of("GP1:2", "MO", "logistics"), coding_of("GP1:2", "JB", "awareness")]), lines)
    return one


@pytest.fixture
def session(journal, lines, codebook):
    journal.append(
        coding_of("GP1:2", "MO", "logistics"),
        coding_of("GP1:2", "JB", "logistics", "awareness"),
        coding_of("GP1:3", "MO", "logistics"),
        coding_of("GP1:3", "JB", "logistics"),
        coding_of("GP1:5", "MO"),
        coding_of("GP1:5", "JB", "meetings"),
        coding_of("GP1:5", "SK", "meetings"),
    )
    return AdjudicationSession(journal, lines=lines, codebook=codebook, coder=TEAM, adjudicators={TEAM})


# where coders differ


def test_lines_read_alike_once_or_with_help_are_no_differences(lines):
    found = differences(
        Codings(
            [
                coding_of("GP1:2", "MO", "logistics"),
                coding_of("GP1:2", "JB", "logistics"),
                coding_of("GP1:3", "MO", "logistics"),
                coding_of("GP1:3", "JB", "meetings", basis=Basis.ASSISTED),
                coding_of("GP1:5", "MO"),
                coding_of("GP1:5", "SK", "meetings", basis=Basis.ADJUDICATED),
                coding_of("GP9:1", "MO"),
                coding_of("GP9:1", "JB", "meetings"),
            ]
        ),
        lines,
    )

    assert found == ()


def test_a_line_read_as_empty_differs_from_one_with_a_code(lines):
    (one,) = differences(Codings([coding_of("GP1:2", "MO"), coding_of("GP1:2", "JB", "meetings")]), lines)

    assert one.readings == (reading(["meetings"], "JB"), reading([], "MO"))
    assert (one.coders, one.contested) == (("JB", "MO"), {"meetings"})


def test_coders_who_read_alike_stand_together_and_only_what_some_gave_is_contested(lines):
    (one,) = differences(
        Codings(
            [
                coding_of("GP1:2", "SK", "logistics", "meetings"),
                coding_of("GP1:2", "MO", "logistics"),
                coding_of("GP1:2", "JB", "logistics", "meetings"),
            ]
        ),
        lines,
    )

    assert one.readings == (reading(["logistics", "meetings"], "JB", "SK"), reading(["logistics"], "MO"))
    assert one.contested == {"meetings"}


def test_lines_can_be_asked_for_by_the_code_that_coders_differ_about(session, journal, lines):
    codings = journal.codings()

    assert [one.line.id for one in differences(codings, lines)] == ["GP1:2", "GP1:5"]
    assert [one.line.id for one in differences(codings, lines, code="meetings")] == ["GP1:5"]
    assert differences(codings, lines, code="logistics") == ()
    assert dict(session.contested) == {"awareness": 1, "meetings": 1}


def test_hidden_names_leave_their_order_to_a_chance_that_stays(lines):
    (one,) = differences(
        Codings([coding_of("GP1:2", coder, code) for coder, code in zip(("A1", "B2", "C3"), CODES, strict=False)]),
        lines,
    )
    orders = {tuple(each.coders for each in one.shuffled(f"{n}").readings) for n in range(40)}

    assert one.shuffled("x") == one.shuffled("x")
    assert orders == set(permutations([("A1",), ("B2",), ("C3",)]))


def test_the_digest_tells_that_somebody_read_the_line_anew(lines):
    def digest(*codings):
        return differences(Codings(codings), lines)[0].digest

    first = digest(coding_of("GP1:2", "MO"), coding_of("GP1:2", "JB", "meetings"))

    assert first == digest(coding_of("GP1:2", "JB", "meetings"), coding_of("GP1:2", "MO"))
    assert first != digest(coding_of("GP1:2", "MO"), coding_of("GP1:2", "JB", "logistics"))
    assert first != digest(coding_of("GP1:2", "JB"), coding_of("GP1:2", "MO", "meetings"))


# what a ruling comes to


@pytest.mark.parametrize(
    ("ruling", "codes"),
    [
        (Ruling.LEFT, {"awareness"}),
        (Ruling.RIGHT, {"logistics"}),
        (Ruling.BOTH, {"awareness", "logistics"}),
        (Ruling.NEITHER, set()),
    ],
)
def test_a_ruling_is_a_third_reading_by_a_named_human(two, codebook, ruling, codes):
    made = adjudicate(
        two, ruling, coder=TEAM, adjudicators={TEAM}, codebook=codebook, reason="why", names_hidden=True, milliseconds=7
    )

    assert made.coding == Coding(
        line=LineId("GP1:2"), coder=TEAM, codes=frozenset(codes), basis=Basis.ADJUDICATED, memo="why"
    )
    told = made.adjudication
    assert (told.ruling, told.left, told.right) == (ruling, reading(["awareness"], "JB"), reading(["logistics"], "MO"))
    assert (told.reason, told.names_hidden, told.milliseconds) == ("why", True, 7)
    assert made.entries == (told, made.coding)


def test_another_reading_needs_codes_of_the_codebook(two, codebook):
    how = {"coder": TEAM, "adjudicators": {TEAM}, "codebook": codebook}

    assert adjudicate(two, Ruling.OTHER, codes=["meetings"], **how).coding.codes == {"meetings"}
    with pytest.raises(SettlementError) as refusal:
        adjudicate(two, Ruling.OTHER, codes=["moon", "access"], **how)
    assert [fault.what for fault in refusal.value.faults] == [
        "GP1:2: 'access' is a theme; give the line one of its subthemes.",
        "GP1:2: the code 'moon' is not in the codebook; add it there first, or choose another ruling.",
    ]
    with pytest.raises(SettlementError, match=r"^GP1:2: no code is given with the ruling other; give one, or"):
        adjudicate(two, Ruling.OTHER, **how)
    with pytest.raises(ValueError, match="codes are given only with the ruling other, not left"):
        adjudicate(two, Ruling.LEFT, codes=["meetings"], **how)


def test_of_three_different_readings_the_two_compared_are_named(lines, codebook):
    (one,) = differences(
        Codings(
            [coding_of("GP1:2", "A1", "logistics"), coding_of("GP1:2", "B2", "meetings"), coding_of("GP1:2", "C3")]
        ),
        lines,
    )
    how = {"coder": TEAM, "adjudicators": {TEAM}, "codebook": codebook}

    made = adjudicate(one, Ruling.BOTH, left=one.readings[2], right=one.readings[1], **how)

    assert made.coding.codes == {"meetings"}
    with pytest.raises(ValueError, match="the line GP1:2 has 3 different readings; name left and right"):
        adjudicate(one, Ruling.LEFT, **how)
    for left, right in [(one.readings[0], one.readings[0]), (one.readings[0], reading(["meetings"], "MO"))]:
        with pytest.raises(ValueError, match="left and right must be two different readings of the line GP1:2"):
            adjudicate(one, Ruling.LEFT, left=left, right=right, **how)


def test_nobody_adjudicates_whom_the_study_does_not_name(two, codebook, journal, lines):
    with pytest.raises(StudyError) as refusal:
        adjudicate(two, Ruling.LEFT, coder=MO, adjudicators=(TEAM, SK), codebook=codebook)
    assert str(refusal.value) == (
        "MO may not adjudicate in this study; study.toml names TW, SK. "
        'The team can add the name there: adjudicators = ["TW", "SK", "MO"].'
    )
    with pytest.raises(StudyError, match=r"study\.toml names nobody"):
        AdjudicationSession(journal, lines=lines, codebook=codebook, coder=MO, adjudicators=())
    with pytest.raises(CodingError, match="named like a machine"):
        adjudicate(two, Ruling.LEFT, coder=CoderId("GPT-4"), adjudicators={CoderId("GPT-4")}, codebook=codebook)


# a sitting


def test_a_ruling_overwrites_nothing_and_stands_in_the_consensus(session, journal):
    before = set(journal.codings())
    line = LineId("GP1:2")

    made = session.settle(line, Ruling.RIGHT, reason="no number is not logistics", milliseconds=900)

    assert before < set(journal.codings())
    assert set(journal.codings()) - before == {
        one for one in journal.codings() if one.basis is Basis.ADJUDICATED and one.coder == TEAM
    }
    held = consensus(journal.codings())
    assert (held.codes[line], held.rules[line]) == (made.codes, Rule.ADJUDICATED)
    assert made.codes == {"logistics"}
    assert [one.line.id for one in session.open] == ["GP1:5"]
    assert [one.line.id for one in session.differences] == ["GP1:2", "GP1:5"]
    assert session.settled(line) == tuple(journal.codings().with_basis(Basis.ADJUDICATED))
    assert (session.ruling(line).reason, session.ruling(line).milliseconds) == ("no number is not logistics", 900)


def test_the_record_comes_back_from_the_journal_whole(session, journal, lines, codebook):
    session.settle(LineId("GP1:5"), Ruling.NEITHER, reason="Größe 😀\n", names_hidden=True, milliseconds=12)

    (entry,) = journal.history(kinds=(Kind.ADJUDICATION,))
    again = AdjudicationSession(journal, lines=lines, codebook=codebook, coder=TEAM, adjudicators={TEAM})
    assert entry.record.left == reading(["meetings"], "JB", "SK")
    assert entry.record.right == reading([], "MO")
    assert (entry.record.ruling, entry.record.names_hidden, entry.record.reason) == ("neither", True, "Größe 😀\n")
    assert entry.record.at == entry.at
    assert again.ruling(LineId("GP1:5")) == entry.record
    assert [one.codes for one in again.settled(LineId("GP1:5"))] == [frozenset()]


def test_undo_takes_back_the_latest_ruling_and_leaves_the_one_before_in_force(session, journal):
    line = LineId("GP1:2")
    session.settle(line, Ruling.LEFT)
    session.settle(line, Ruling.NEITHER)

    assert [one.codes for one in session.settled(line)] == [frozenset()]
    assert session.undo() == line
    assert [one.codes for one in session.settled(line)] == [{"logistics", "awareness"}]
    assert session.ruling(line).ruling is Ruling.LEFT
    assert session.undo() == line
    assert (session.settled(line), session.ruling(line)) == ((), None)
    assert session.undo() is None
    assert not journal.codings().with_basis(Basis.ADJUDICATED)
    assert len(list(journal.history())) == 7 + 4 + 4


def test_undo_reaches_a_ruling_of_an_earlier_sitting_but_nobody_elses(session, journal, lines, codebook):
    session.settle(LineId("GP1:2"), Ruling.LEFT)
    other = AdjudicationSession(journal, lines=lines, codebook=codebook, coder=SK, adjudicators={TEAM, SK})

    assert other.undo() is None
    assert [one.coder for one in other.settled(LineId("GP1:2"))] == [TEAM]
    with pytest.raises(JournalError, match="entry 8 is by TW; SK can undo only what SK did"):
        journal.append(Undo(entry=8, coder=SK))
    again = AdjudicationSession(journal, lines=lines, codebook=codebook, coder=TEAM, adjudicators={TEAM})
    assert again.undo() == "GP1:2"


def test_rulings_of_two_adjudicators_stand_beside_each_other(session, journal, lines, codebook):
    other = AdjudicationSession(journal, lines=lines, codebook=codebook, coder=SK, adjudicators={TEAM, SK})
    session.settle(LineId("GP1:2"), Ruling.LEFT)
    other.settle(LineId("GP1:2"), Ruling.RIGHT)

    session.refresh()

    assert [one.coder for one in session.settled(LineId("GP1:2"))] == [TEAM, SK]
    assert [one.line.id for one in session.open] == ["GP1:5"]


def test_a_ruling_in_review_is_not_undone_by_the_key_of_the_coders_page(session, journal, session_of):
    session.settle(LineId("GP1:2"), Ruling.LEFT)
    coder = session_of(TEAM)

    assert coder.undo() is None
    assert "GP1:2" in coder.judged


def test_who_adjudicated_a_line_does_not_read_it_independently_any_more(session, journal, session_of):
    session.settle(LineId("GP1:2"), Ruling.LEFT)
    reader = session_of(TEAM)
    reader.settle(added=["awareness"], line=LineId("GP1:2"))
    reader.settle(added=["awareness"], line=LineId("GP1:3"))

    own = {one.line: one.basis for one in journal.codings().by(TEAM) if one.basis is not Basis.ADJUDICATED}
    assert own == {"GP1:2": Basis.ASSISTED, "GP1:3": Basis.INDEPENDENT}


def test_a_line_read_alike_is_not_adjudicated(session):
    with pytest.raises(ValueError, match="the coders do not differ on the line 'GP1:3', so there is nothing to"):
        session.settle(LineId("GP1:3"), Ruling.LEFT)


def test_a_coder_who_reads_a_line_anew_may_end_the_difference(session, journal):
    journal.append(coding_of("GP1:2", "JB", "logistics"))

    session.refresh()

    assert [one.line.id for one in session.differences] == ["GP1:5"]


RULINGS = st.sampled_from(["left", "right", "both", "neither", "other", "undo", "reopen"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(RULINGS, st.sampled_from(["GP1:2", "GP1:5"])), max_size=12))
def test_whatever_is_ruled_and_undone_the_journal_and_the_session_say_the_same(acts, lines, codebook, tmp_path_factory):
    from autocode.journal import Journal

    with Journal.open(tmp_path_factory.mktemp("study") / "study.sqlite") as journal:
        journal.append(
            *(
                coding_of(line, coder, *codes)
                for line in ("GP1:2", "GP1:5")
                for coder, codes in [("MO", CODES[:1]), ("JB", CODES[1:3])]
            )
        )
        own = set(journal.codings())
        how = {"lines": lines, "codebook": codebook, "coder": TEAM, "adjudicators": {TEAM}}
        session = AdjudicationSession(journal, **how)
        stack = []
        for act, line in acts:
            if act == "reopen":
                session = AdjudicationSession(journal, **how)
            elif act == "undo":
                expected = stack.pop()[0] if stack else None
                assert session.undo() == expected
            else:
                made = session.settle(LineId(line), Ruling(act), codes=["computers"] if act == "other" else ())
                stack.append((line, made.codes))

        held = dict(stack)
        codings = journal.codings()
        assert own == set(codings.independent())
        assert {one.line: one.codes for one in codings.with_basis(Basis.ADJUDICATED)} == held
        for line in ("GP1:2", "GP1:5"):
            assert [one.codes for one in session.settled(LineId(line))] == ([held[line]] if line in held else [])


OTHERS = st.tuples(
    st.sampled_from(["code", "assist", "undo", "rule", "take back"]),
    st.sampled_from(["MO", "JB", "SK", "TW"]),
    st.sampled_from(["GP1:2", "GP1:3", "PM1:2", "GP9:1"]),
    st.sets(st.sampled_from(CODES), max_size=2),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.lists(OTHERS, max_size=4), max_size=6), named=st.booleans())
def test_a_session_that_looks_again_sees_what_one_opened_anew_sees(steps, named, lines, codebook, tmp_path_factory):
    from autocode.journal import Journal

    with Journal.open(tmp_path_factory.mktemp("study") / "study.sqlite") as journal:
        how = {"lines": lines, "codebook": codebook, "adjudicators": {TEAM, SK}, "coders": {MO, JB} if named else ()}
        session = AdjudicationSession(journal, coder=TEAM, **how)
        for step in steps:
            for what, name, at, codes in step:
                line, coder = LineId(at), CoderId(name)
                own = [
                    one.seq
                    for one in journal.history(kinds=(Kind.CODING,))
                    if not one.undone and one.record.coder == coder and one.record.basis is not Basis.ADJUDICATED
                ]
                if what in ("code", "assist"):
                    basis = Basis.INDEPENDENT if what == "code" else Basis.ASSISTED
                    journal.append(coding_of(line, coder, *codes, basis=basis))
                elif what == "undo" and own:
                    journal.append(Undo(entry=own[len(codes) % len(own)], coder=coder))
                elif what in ("rule", "take back"):
                    other = AdjudicationSession(journal, coder=TEAM if name == "TW" else SK, **how)
                    if what == "take back":
                        other.undo()
                    elif (found := other.difference(line)) is not None:
                        left, right, *_ = found.readings
                        other.settle(line, Ruling.BOTH, left=left, right=right)
            session.refresh()
            fresh = AdjudicationSession(journal, coder=TEAM, **how)

            assert session.differences == fresh.differences == differences(journal.codings(), lines)
            assert session.left_to_read == fresh.left_to_read
            assert session.open == fresh.open
            for one in session.differences:
                ruled = [each for each in journal.codings().of(one.line.id) if each.basis is Basis.ADJUDICATED]
                assert session.settled(one.line.id) == fresh.settled(one.line.id) == tuple(ruled)
                assert session.ruling(one.line.id) == fresh.ruling(one.line.id)


def open_in(coding, *codes):
    return replace(coding, unjudged=frozenset(codes))


def test_who_did_not_judge_a_code_does_not_differ_on_it(lines):
    before = open_in(coding_of("GP1:2", "MO", "logistics"), "awareness")
    agreeing = Codings([before, coding_of("GP1:2", "JB", "logistics", "awareness")])
    differing = Codings([*agreeing, coding_of("GP1:2", "SK", "logistics")])

    assert differences(agreeing, lines) == ()
    [found] = differences(differing, lines)
    assert found.contested == {"awareness"}
    assert [reading.unjudged for reading in found.readings] == [frozenset(), {"awareness"}, frozenset()]
    assert found.digest != differences(differing.by("JB", "SK"), lines)[0].digest


@pytest.mark.parametrize(
    ("ruling", "codes", "unjudged"),
    [
        (Ruling.LEFT, {"logistics"}, {"awareness", "computers"}),
        (Ruling.RIGHT, {"meetings"}, {"computers"}),
        (Ruling.BOTH, {"logistics", "meetings"}, {"computers"}),
        (Ruling.NEITHER, set(), {"computers"}),
        (Ruling.OTHER, {"awareness"}, set()),
    ],
)
def test_a_ruling_judges_no_code_that_its_readings_did_not_judge(lines, codebook, ruling, codes, unjudged):
    left = open_in(coding_of("GP1:2", "MO", "logistics"), "awareness", "computers")
    right = open_in(coding_of("GP1:2", "JB", "meetings"), "computers")
    [difference] = differences(Codings([left, right]), lines)
    of_left, of_right = sorted(difference.readings, key=lambda reading: reading.coders, reverse=True)
    ruled = adjudicate(
        difference,
        ruling,
        coder=TEAM,
        adjudicators=[TEAM],
        codebook=codebook,
        left=of_left,
        right=of_right,
        codes=codes if ruling is Ruling.OTHER else (),
    )

    assert (ruled.coding.codes, ruled.coding.unjudged) == (codes, unjudged)
    assert ruled.adjudication.left.unjudged == {"awareness", "computers"}
