"""Words in all interviews: by their forms, with what a reader can leave out, at any place and in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.retrieval import LineSearch
from autocode.retrieval._search import folded
from autocode.transcripts import Transcripts
from studies import interview_of

TURNS = {
    "GP1": [
        ("INT", "Whom do you refer?"),
        "I referred her in May; the referral took weeks.",
        "We don't refer anyone. Referring is no help.",
        "No money, no time.",
        "Money? No.",
    ],
    "PM1": ["The children went home.", "A child goes to the café.", "Über the Cafe\u0301 they said: «nothing»."],
    "JP1": ["電話が鳴り続けます。", "お金がない。"],
}


@pytest.fixture(scope="module")
def search() -> LineSearch:
    return LineSearch(Transcripts(interview_of(name, turns) for name, turns in TURNS.items()))


def places(found) -> list[str]:
    return [f"{line.line.transcript}:{line.line.order}" for line in found.lines]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("refer", ["GP1:2", "GP1:3"]),  # not the question, and not the derivation "referral" alone
        ("REFERS", ["GP1:2", "GP1:3"]),
        ("refer*", ["GP1:2", "GP1:3"]),
        ("referrals", ["GP1:2"]),
        ("refer week", ["GP1:2"]),
        ("go", ["PM1:1", "PM1:2"]),
        ("children", ["PM1:1", "PM1:2"]),
        ("cafe", ["PM1:2", "PM1:3"]),
        ("ÜBER", ["PM1:3"]),
        ("don't", ["GP1:3"]),
        ("money", ["GP1:4", "GP1:5"]),
        ('"no money"', ["GP1:4"]),
        ('"refer"', ["GP1:3"]),
        ("電話", ["JP1:1"]),
        ("mone", []),
        ("", []),
        ("-money", []),
        ('"', []),
        ("refer nothing", []),
    ],
)
def test_a_line_is_found_by_any_form_of_all_its_words(search, query, expected):
    assert places(search.find(query)) == expected


def test_forms_are_counted_and_can_be_left_out(search):
    found = search.find("refer*")

    assert dict(found.forms) == {"referred": 1, "referral": 1, "refer": 1, "referring": 1}
    assert dict(found.by_interview) == {"GP1": 2}
    assert dict(search.find('refer* -referral -"referring"').forms) == {"referred": 1, "refer": 1}


def test_what_was_found_is_marked_where_it_stands(search):
    (line,) = search.find("cafe said").lines

    assert line.pieces == (
        ("Über the ", False),
        ("Café", True),
        (" they ", False),
        ("said", True),
        (": «nothing».", False),
    )
    assert line.quotation == f"“{TURNS['PM1'][2]}” (PM1, line 3)"  # as it was written


def test_questions_are_searched_on_request():
    lines = Transcripts(interview_of(name, turns) for name, turns in TURNS.items())

    assert places(LineSearch(lines, questions=True).find("whom")) == ["GP1:1"]


def test_in_other_languages_forms_begin_in_the_same_way():
    lines = Transcripts(
        [interview_of("A", ["Die Häuser sind alt.", "Ein Haus.", "Hausarzt", "Warten, gewartet, Wartezeit"])]
    )
    search = LineSearch(lines, language="de")

    assert places(search.find("haus")) == ["A:1", "A:2"]
    assert dict(search.find("warten").forms) == {"warten": 1}


@given(st.text())
def test_a_text_is_as_long_as_it_was_when_it_is_compared(text):
    assert len(folded(text)) == len(text)


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_query_is_answered_and_spans_lie_in_the_text(text, query):
    found = LineSearch(Transcripts([interview_of("A", [text.replace("\n", " ") or "x"])])).find(query)

    for line in found.lines:
        assert all(0 <= start < end <= len(line.text) for start, end in line.spans)
        assert "".join(piece for piece, _ in line.pieces) == line.text
