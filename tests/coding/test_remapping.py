"""What earlier judgements come to when the codebook changes."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest
from evaluation.codebook_cases import Events
from evaluation.codebook_chains import check
from evaluation.study_cases import judge
from hypothesis import given
from hypothesis import strategies as st

from autocode.agreement import ReliabilityData
from autocode.codebook import Added, Code, Codebook, Grouped, Merged, Moved, Retired, Retirement, Split, Undone
from autocode.coding import Basis, Coding, Codings, OpenQuestions, Proposal, remapped
from autocode.errors import CodingError

CASES = Path(__file__).parents[3] / "shared" / "study" / "cases.jsonl"
BOOK = Codebook([Code(id="a", name="A", parent="t"), Code(id="t", name="T", codable=False), Code(id="b", name="B")])


def states_after(*events, codes=("a", "b")):
    study = Events(Codebook([Code(id=code, name=f"code {code}") for code in codes]))
    for event in events:
        study.happen(event)
    return study.states()


@pytest.mark.skipif(not CASES.exists() and "CI" not in os.environ, reason="the reference cases lie beside the checkout")
def test_every_reference_case_is_right():
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    verdicts = {case["id"]: judge(case) for case in cases if case["kind"].startswith("codebook.")}

    assert len(verdicts) >= 18
    assert {name: verdict for name, verdict in verdicts.items() if verdict[0] != "right"} == {}


@given(st.integers(0, 2**32))
def test_the_rules_hold_for_random_changes_judgements_and_proposals(seed):
    check(seed)


def test_what_a_coder_proposed_is_given_when_the_team_adds_it():
    """The script of the two coders: MO proposed the code on three of six lines that JB later gives it to."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    lines = [f"GP1:{n}" for n in range(1, 7)]
    added = Added(
        before="1", after="2", by="TW", at=at + timedelta(days=1), code=Code(id="fixers", name="Informal fixers")
    )
    mo = [Coding(line=line, coder="MO", codes=frozenset(), version="1") for line in lines]
    jb = [
        Coding(line=line, coder="JB", codes=frozenset({"fixers"} if line in lines[:3] else ()), version="2")
        for line in lines
    ]
    proposals = [Proposal(name="informal  FIXERS", line=line, coder="MO", at=at) for line in lines[:3]]
    late = Proposal(name="Informal fixers", line=lines[5], coder="MO", at=at + timedelta(days=2))

    now = remapped(Codings([*mo, *jb]), [added], codebook=BOOK, proposals=[*proposals, late])

    assert [coding.applies("fixers") for coding in now.by("MO")] == [True, True, True, None, None, None]
    assert list(now.by("JB")) == jb
    assert now.version == "2"


def test_a_proposal_is_not_what_an_adjudicator_decided():
    ruled = Coding(line="1", coder="MO", codes=frozenset({"a"}), basis=Basis.ADJUDICATED)
    added = Added(before="1", after="2", by="TW", code=Code(id="c", name="C"))

    [now] = remapped(Codings([ruled]), [added], codebook=BOOK, proposals=[Proposal(name="C", line="1", coder="MO")])

    assert now.unjudged == {"c"}


def test_a_theme_is_as_it_was_after_a_split_until_a_part_leaves_it():
    coding = Coding(line="1", coder="MO", codes=frozenset({"a"}))
    parts = tuple(Code(id=part, name=part, parent="t") for part in ("x", "y"))
    changes = [
        Split(before="1", after="2", by="TW", code="a", parts=parts),
        Moved(before="2", after="3", by="TW", code="y", parent=None),
    ]

    [split] = remapped(Codings([coding]), changes[:1], codebook=BOOK)
    [moved] = remapped(Codings([coding]), changes, codebook=BOOK)

    assert (split.applies("x"), split.applies("y"), split.applies_any(["t", "x", "y"])) == (None, None, True)
    assert split == moved
    assert moved.applies_any(["t", "x"]) is None


def test_a_merge_taken_back_leaves_the_theme_as_it_was():
    made_since = Coding(line="1", coder="MO", codes=frozenset({"b"}), version="2")
    changes = [
        Merged(before="1", after="2", by="TW", codes=("a",), into="b"),
        Undone(before="2", after="3", by="TW", change="2"),
    ]

    [now] = remapped(Codings([made_since]), changes, codebook=BOOK)

    assert (now.applies("a"), now.applies("b"), now.applies_any(["a", "b"])) == (None, None, True)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (["retire", "b", "read again"], {"MO|1": {"a": -1}, "MO|2": {"a": 1}, "MO|3": {"a": 0}}),
        (["retire", "b", "into", "a"], {"MO|1": {"a": 1}, "MO|2": {"a": 1}, "MO|3": {"a": 0}}),
        (["redefine", "b", "changed"], {f"MO|{n}": {"a": a, "b": -1} for n, a in ((1, 0), (2, 1), (3, 0))}),
        (["group", "t", ["a", "b"]], {"MO|1": {"a": 0, "b": 1}, "MO|2": {"a": 1, "b": 1}, "MO|3": {"a": 0, "b": 0}}),
    ],
)
def test_what_earlier_judgements_come_to(how, expected):
    judged = [["code", "MO", "1", ["b"]], ["code", "MO", "2", ["a", "b"]], ["code", "MO", "3", []]]

    assert states_after(*judged, how) == expected


def test_an_act_of_a_page_opened_before_the_change_is_replayed_under_its_own_version():
    late = states_after(["add", "c", "C"], ["code", "MO", "1", ["a"], "1"], ["code", "JB", "1", ["a"]])

    assert late == {"MO|1": {"a": 1, "b": 0, "c": -1}, "JB|1": {"a": 1, "b": 0, "c": 0}}


def test_changes_of_themes_leave_judgements_as_they_were():
    theme = Code(id="g", name="G", codable=False)
    codings = Codings([Coding(line="1", coder="MO", codes=frozenset({"a"}))])
    changes = [
        Grouped(before="1", after="2", by="TW", theme=theme, codes=("b",)),
        Merged(before="2", after="3", by="TW", codes=("t",), into="g"),
        Added(before="3", after="4", by="TW", code=Code(id="h", name="H", codable=False)),
    ]

    assert remapped(codings, changes, codebook=BOOK) == codings


def test_changes_are_not_replayed_twice():
    once = remapped(Codings(), [], codebook=BOOK)

    with pytest.raises(CodingError, match="brought to version '1' of the codebook already"):
        remapped(once, [], codebook=BOOK)


@pytest.mark.parametrize(
    ("coding", "why"),
    [
        ({"codes": frozenset({"z"})}, r"under version '1' of the codebook, which lacks 'z'"),
        ({"codes": frozenset(), "version": "7"}, r"under version '7', which the codebook never had"),
    ],
)
def test_an_impossible_judgement_is_refused(coding, why):
    with pytest.raises(CodingError, match=why):
        remapped(Codings([Coding(line="1", coder="MO", **coding)]), [], codebook=BOOK)


def test_parts_that_wait_are_not_judged():
    with pytest.raises(CodingError, match="MO has parts of a split code to read again on 1"):
        Coding(line="1", coder="MO", codes=frozenset(), waiting_parts=frozenset({frozenset({"x", "y"})}))


def test_a_code_cannot_be_given_and_not_judged():
    with pytest.raises(CodingError, match="MO cannot both give and not judge 'a' on 1"):
        Coding(line="1", coder="MO", codes=frozenset({"a"}), unjudged=frozenset({"a"}))


def test_a_change_of_ten_thousand_lines_by_three_coders_is_planned_in_under_a_second():
    codings = Codings(
        Coding(line=f"GP{n // 100}:{n}", coder=coder, codes=frozenset({"a"} if n % 3 else {"b"}))
        for n in range(10_000)
        for coder in ("MO", "JB", "SK")
    )
    change = Merged(before="1", after="2", by="TW", codes=("a",), into="b")

    begin = process_time()
    remapped(codings, [change], codebook=BOOK)

    assert process_time() - begin < 1


def own(owner, name):
    return Code(id=f"{owner}/{name}", name=name, owner=owner)


def in_order(*steps):
    """Return changes by TW with their versions: each begins where the one before ends."""
    return [noun(before=str(n), after=str(n + 1), by="TW", **fields) for n, (noun, fields) in enumerate(steps, start=1)]


def test_an_own_code_concerns_its_coder_alone_and_leaves_earlier_lines_of_that_coder_unjudged():
    changes = in_order(
        (Added, {"code": own("MO", "no-time")}),
        (Added, {"code": own("JB", "time")}),
    )
    codings = Codings(
        [
            Coding(line="L:1", coder="MO", codes=frozenset(), version="1"),
            Coding(line="L:1", coder="JB", codes=frozenset(), version="1"),
            Coding(line="L:2", coder="MO", codes=frozenset({"MO/no-time"}), version="2"),
            Coding(line="L:1", coder="TW", codes=frozenset(), version="1", basis=Basis.ADJUDICATED),
        ]
    )

    brought = remapped(codings, changes, codebook=Codebook([]))

    assert [(coding.coder, coding.line, set(coding.codes), set(coding.unjudged)) for coding in brought] == [
        ("MO", "L:1", set(), {"MO/no-time"}),
        ("JB", "L:1", set(), {"JB/time"}),
        ("MO", "L:2", {"MO/no-time"}, set()),
        ("TW", "L:1", set(), set()),
    ]


def test_a_new_subtheme_in_the_place_of_own_codes_says_of_each_line_what_they_said():
    grouped = (Merged, {"codes": ("MO/no-time", "MO/rush", "JB/time"), "into": "lack",
                        "new": Code(id="lack", name="Lack of time")})  # fmt: skip
    steps = [
        (Added, {"code": own("MO", "no-time")}),
        (Added, {"code": own("MO", "rush")}),
        (Added, {"code": own("JB", "time")}),
        grouped,
    ]
    codings = Codings(
        [
            Coding(line="L:1", coder="MO", codes=frozenset(), version="2"),
            Coding(line="L:2", coder="MO", codes=frozenset({"MO/no-time"}), version="2"),
            Coding(line="L:3", coder="MO", codes=frozenset(), version="3"),
            Coding(line="L:3", coder="JB", codes=frozenset({"JB/time"}), version="4"),
            Coding(line="L:4", coder="JB", codes=frozenset(), version="4"),
        ]
    )

    brought = remapped(codings, in_order(*steps), codebook=Codebook([]))
    undone = remapped(codings, in_order(*steps, (Undone, {"change": "5"})), codebook=Codebook([]))

    assert [(coding.coder, coding.line, set(coding.codes), set(coding.unjudged)) for coding in brought] == [
        ("MO", "L:1", set(), {"lack"}),
        ("MO", "L:2", {"lack"}, set()),
        ("MO", "L:3", set(), set()),
        ("JB", "L:3", {"lack"}, set()),
        ("JB", "L:4", set(), set()),
    ]
    assert undone == remapped(codings, in_order(*steps[:3]), codebook=Codebook([]))


def test_a_judgement_made_after_a_grouping_waits_only_for_own_codes_of_its_coder_when_that_is_taken_back():
    changes = in_order(
        (Added, {"code": own("MO", "no-time")}),
        (Added, {"code": own("JB", "time")}),
        (Merged, {"codes": ("MO/no-time", "JB/time"), "into": "lack", "new": Code(id="lack", name="Lack of time")}),
        (Undone, {"change": "4"}),
    )
    codings = Codings([Coding(line="L:1", coder="MO", codes=frozenset({"lack"}), version="4")])

    [coding] = remapped(codings, changes, codebook=Codebook([]))

    assert (set(coding.codes), set(coding.unjudged)) == (set(), {"MO/no-time"})


def test_a_code_of_one_coder_is_new_to_the_others_when_it_becomes_one_of_the_team_and_is_looked_for_in_one_draw():
    changes = in_order(
        (Added, {"code": own("MO", "late")}),
        (Merged, {"codes": ("MO/late",), "into": "delay", "new": Code(id="delay", name="Delay")}),
    )
    codings = Codings(
        [
            Coding(line="L:1", coder="MO", codes=frozenset(), version="1"),
            Coding(line="L:2", coder="MO", codes=frozenset({"MO/late"}), version="2"),
            Coding(line="L:3", coder="MO", codes=frozenset(), version="2"),
            *(Coding(line=f"L:{n}", coder="JB", codes=frozenset(), version="2") for n in (1, 2, 3)),
            Coding(line="L:3", coder="SK", codes=frozenset({"delay"}), version="3"),
        ]
    )
    proposals = [Proposal(name="delay", line="L:3", coder="JB", version="2")]

    brought = remapped(codings, changes, codebook=Codebook([]), proposals=proposals)
    questions = OpenQuestions(changes, codebook=Codebook([]), proposals=proposals)
    asked = {(coding.coder, coding.line): questions.of([coding])[1] for coding in codings}

    data = ReliabilityData.for_code("delay", brought)
    assert dict(zip(data.coders, data.values.tolist(), strict=True)) == {
        "JB": [-1, -1, 1],  # no judgement is made up for lines that JB read without the code
        "MO": [-1, 1, 0],
        "SK": [-1, -1, 1],
    }
    waiting = {
        key: (question.change.after, set(question.codes), question.is_sampled)
        for key, questions in asked.items()
        for question in questions
    }
    assert waiting == dict.fromkeys([("MO", "L:1"), ("JB", "L:1"), ("JB", "L:2")], ("3", {"delay"}, True))


@given(st.randoms(use_true_random=False))
def test_in_whatever_order_own_codes_are_gathered_into_one_it_says_the_same_and_the_same_lines_wait(draw):
    owned = [own(coder, name) for coder in ("MO", "JB") for name in ("x", "y")]
    added = [(Added, {"code": code}) for code in owned]
    ending = draw.sample([code.id for code in owned], draw.randint(1, 4))
    new = Code(id="all", name="All")
    at_once = (Merged, {"codes": tuple(ending), "into": "all", "new": new})
    first, *others = ending
    singly = [(Merged, {"codes": (first,), "into": "all", "new": new})]
    for code in others:
        joined = (Merged, {"codes": (code,), "into": "all"})
        retired = (Retired, {"code": code, "how": Retirement.INTO, "into": "all"})
        singly.append(draw.choice([joined, retired]))
    judged = Codings(
        Coding(line=f"L:{n}", coder=coder, version=version,
               codes=frozenset(code.id for code in owned[: int(version) - 1]
                               if code.owner == coder and draw.random() < 0.3))
        for coder in ("MO", "JB", "SK") for n in range(4) for version in draw.choice("12345")
    )  # fmt: skip

    def after(*steps):
        changes = in_order(*added, *steps)
        asked = OpenQuestions(changes, codebook=Codebook([]))
        found = {}
        for made, now in zip(judged, remapped(judged, changes, codebook=Codebook([])), strict=True):
            _, questions = asked.of([made])
            since = {code: question.change.after for question in questions for code in question.codes}
            assert since.keys() == now.unjudged
            found[made.coder, made.line] = (now.codes, since)
        return found

    assert after(*singly) == after(at_once)


def test_an_own_code_of_somebody_else_does_not_make_a_proposal_ambiguous():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    own = Added(before="1", after="2", by="JB", at=at, code=Code(id="JB/phone", name="Phone", owner="JB"))
    added = Added(before="2", after="3", by="TW", at=at + timedelta(days=1), code=Code(id="phone", name="Phone"))
    coding = Coding(line="GP1:2", coder="MO", codes=frozenset(), version="1")
    proposal = Proposal(name="phone", line="GP1:2", coder="MO", at=at)

    (now,) = remapped(Codings([coding]), [own, added], codebook=BOOK, proposals=[proposal])
    assert (now.codes, now.unjudged) == ({"phone"}, frozenset())
