"""Which lines speak for a code."""

from collections.abc import Iterable

from autocode.codebook import CodeId
from autocode.coding import CoderId, Coding, Codings, consensus
from autocode.report._quotes import Quote, quotes
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts

X = CodeId("x")
GOOD = "a line that is neither too short nor too long to be quoted, as lines go"


def study(said: Iterable[tuple[str, str, int]]) -> dict[str, tuple[Quote, ...]]:
    """Return the quotes for x from (interview, text, how many of three coders gave x), a line each."""
    lines: dict[str, list[Line]] = {}
    codings = []
    for interview, text, n in said:
        of = lines.setdefault(interview, [])
        of.append(
            Line(
                id=LineId(f"{interview}:{len(of)}"),
                transcript=TranscriptId(interview),
                order=len(of),
                speaker=interview,
                role=Role.PARTICIPANT,
                text=text,
                start=0,
                end=len(text),
            )
        )
        codings += [
            Coding(line=of[-1].id, coder=CoderId(who), codes=frozenset({X} if i < n else ()))
            for i, who in enumerate(("MO", "JB", "SK"))
        ]
    transcripts = Transcripts(
        Transcript(
            id=TranscriptId(name), text="", lines=tuple(of), digest="", attributes={"ward": "north", "age": "40"}
        )
        for name, of in lines.items()
    )
    judged = Codings(codings)
    return {**quotes(transcripts, judged, consensus(judged), [X])}


def test_lines_that_more_coders_agreed_on_come_first() -> None:
    found = study([("A", GOOD, 2), ("B", GOOD, 3), ("C", GOOD, 1)])[X]

    assert [(quote.line, quote.agreed, quote.coders) for quote in found] == [("B:0", 3, 3), ("A:0", 2, 3)]


def test_two_people_are_quoted_rather_than_one_twice() -> None:
    found = study([("A", GOOD, 3), ("A", GOOD + "!", 3), ("B", GOOD, 2)])[X]

    assert [quote.speaker for quote in found] == ["A", "B"]


def test_one_person_is_quoted_twice_where_nobody_else_said_it() -> None:
    assert [quote.line for quote in study([("A", GOOD, 3), ("A", GOOD, 3)])[X]] == ["A:0", "A:1"]


def test_lines_of_moderate_length_come_before_short_and_long_ones() -> None:
    found = study([("A", "yes", 3), ("B", GOOD, 3), ("C", GOOD * 9, 3)])[X]

    assert [quote.line for quote in found] == ["B:0", "A:0"]


def test_who_speaks_is_told_by_the_first_attributes_if_there_is_no_role() -> None:
    assert study([("A", GOOD, 3)])[X][0].attributes == "north, 40"


def test_a_code_that_nobody_agreed_on_has_no_quote() -> None:
    assert study([("A", GOOD, 1)]) == {X: ()}
