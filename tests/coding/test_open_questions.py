"""What coders are asked again after the codebook changed, and what their answers make of the judgements."""

import random

import pytest
from evaluation.codebook_chains import random_events
from hypothesis import given
from hypothesis import strategies as st

from autocode.codebook import Added, Code, Codebook, Merged, Redefined, Redefinition, Retired, Retirement, Split, Undone
from autocode.coding import Coding, OpenQuestions, answered
from autocode.errors import CodingError

BOOK = Codebook([Code(id="a", name="A"), Code(id="b", name="B")])
PARTS = (Code(id="x", name="X"), Code(id="y", name="Y"))


def coding(*codes, version="1", **more):
    return Coding(line="1", coder="MO", codes=frozenset(codes), version=version, **more)


def changes(*made):
    """Give changes their versions, in order; each is a class and what it says."""
    return [kind(before=f"{n}", after=f"{n + 1}", by="TW", **said) for n, (kind, said) in enumerate(made, start=1)]


def asked(judged, *made):
    """Return what is asked: the codes together, and the version whose change asks for them."""
    _, questions = OpenQuestions(changes(*made), codebook=BOOK).of([judged])
    return [("".join(sorted(question.codes)), question.change.after, question.is_sampled) for question in questions]


ADD = (Added, {"code": Code(id="c", name="C")})
SPLIT = (Split, {"code": "a", "parts": PARTS})


def redefine(code, kind):
    return (Redefined, {"code": code, "kind": Redefinition(kind)})


@pytest.mark.parametrize(
    ("judged", "made", "expected"),
    [
        (coding("a"), [SPLIT], [("xy", "2", False)]),
        (coding("b"), [SPLIT], []),
        (coding("a"), [redefine("a", "narrowed")], [("a", "2", False)]),
        (coding("b"), [redefine("a", "narrowed")], []),
        (coding("b"), [redefine("a", "changed")], [("a", "2", False)]),
        (coding("b"), [redefine("a", "widened")], [("a", "2", True)]),
        (coding("a"), [redefine("a", "widened")], []),
        (coding("a"), [redefine("a", "clarified")], []),
        (coding("a"), [ADD], [("c", "2", True)]),
        (coding("a"), [(Retired, {"code": "a", "how": Retirement.READ_AGAIN})], [("b", "2", False)]),
        (coding("a", "b"), [(Retired, {"code": "a", "how": Retirement.READ_AGAIN})], []),
        (coding("a"), [(Merged, {"codes": ("a",), "into": "b"})], []),
        (coding("a"), [ADD, SPLIT], [("c", "2", True), ("xy", "3", False)]),
        # what was never read for a code is not asked of everybody when the code changes
        (coding("a"), [ADD, redefine("c", "changed")], [("c", "2", True)]),
        (coding("a"), [ADD, redefine("c", "widened")], [("c", "3", True)]),
        (coding("b"), [ADD, (Split, {"code": "c", "parts": PARTS})], [("xy", "2", True)]),
        (coding("a"), [SPLIT, (Merged, {"codes": ("x",), "into": "b"})], [("by", "2", False)]),
        (coding("a"), [SPLIT, (Undone, {"change": "2"})], []),
        # judged since, and taken back
        (coding("b", version="2"), [(Retired, {"code": "a"}), (Undone, {"change": "2"})], [("a", "3", False)]),
        (
            coding("b", version="2"),
            [(Merged, {"codes": ("a",), "into": "b"}), (Undone, {"change": "2"})],
            [("ab", "3", False)],
        ),
    ],
)
def test_who_is_asked_what(judged, made, expected):
    assert asked(judged, *made) == expected


@given(st.integers(0, 2**32))
def test_each_code_that_is_not_judged_is_in_one_question(seed):
    events, _ = random_events(random.Random(seed), 14)
    questions = OpenQuestions(events.changes, codebook=events.codebook, proposals=events.proposals)
    replayed = {(now.coder, now.line): now for now in events.replayed()}

    for key, judged in events.judged.items():
        now, left = questions.of([judged])
        codes = [code for question in left for code in question.codes]

        assert now == replayed[key]
        assert sorted(codes) == sorted(now.unjudged)
        for group in now.waiting_parts:
            assert any(group <= question.codes for question in left)


@given(st.integers(0, 2**32))
def test_after_every_answer_nothing_is_left_and_an_answer_changes_nothing_else(seed):
    draw = random.Random(seed)
    events, _ = random_events(draw, 14)
    questions = OpenQuestions(events.changes, codebook=events.codebook, proposals=events.proposals)

    for judged in events.judged.values():
        readings = [judged]
        now, left = questions.of(readings)
        for n_answered in range(1, len(left) + 1):
            (question, *_) = left
            applied = frozenset(code for code in question.codes if draw.random() < 0.5)
            after = answered(now, question.codes, applied)

            assert after.codes - question.codes == now.codes - question.codes
            assert after.codes & question.codes == applied
            readings.append(
                Coding(**{name: getattr(after, name) for name in after.__slots__} | {"version": events.version})
            )
            now, left = questions.of(readings)
            assert now == readings[-1], "what was answered under the version in force stays as it is"
            assert n_answered <= 10
        assert now.unjudged == frozenset()


def test_what_waits_beside_an_answer_waits_since_the_same_change():
    made = changes(ADD, SPLIT, (Merged, {"codes": ("x",), "into": "b"}))
    questions = OpenQuestions(made, codebook=BOOK)
    first = coding("a")
    split, _ = questions.of([first], version="3")
    second = answered(split, ["x", "y"], ["x"])
    second = Coding(line="1", coder="MO", codes=second.codes, unjudged=second.unjudged, version="3")

    now, left = questions.of([first, second])
    [alone] = questions.of([second])[1]

    assert (now.codes, now.unjudged) == ({"b"}, {"c"})
    assert [(question.change.after, question.is_sampled) for question in left] == [("2", True)]
    assert alone.change.after == "2", "also where the reading before is not known"


def test_a_judgement_of_a_later_version_cannot_be_answered_under_an_earlier_one():
    questions = OpenQuestions(changes(SPLIT), codebook=BOOK)

    with pytest.raises(CodingError, match="MO judged the line 1 again under a later version of the codebook; that"):
        questions.of([coding("x", version="2")], version="1")
    with pytest.raises(CodingError, match="the codebook never had the version '7'; reload the page, or name another"):
        questions.of([coding("a")], version="7")


def test_what_is_not_in_question_cannot_be_answered():
    with pytest.raises(CodingError, match="'b' on 1 was not in question; answer what is asked"):
        answered(coding("a"), ["x"], ["b"])


def test_a_memo_survives_an_answer():
    (now, _) = OpenQuestions(changes(SPLIT), codebook=BOOK).of([coding("a", memo="by bus, I think")])

    assert answered(now, ["x", "y"], ["x"]).memo == "by bus, I think"
