"""Codings and interviews of two or three coders, in a few words."""

from collections.abc import Callable, Mapping, Sequence

import pytest

import studies
from autocode.coding import Coding, Codings
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts

CodingOf = Callable[..., Coding]


@pytest.fixture
def coding_of() -> CodingOf:
    """Return a maker of one coding: `coding_of("I1:1", "MO", "cost")`."""
    return studies.coding_of


@pytest.fixture
def codings_of(coding_of: CodingOf) -> Callable[[Mapping[str, Sequence[str | None]]], Codings]:
    """Return a maker of codings from `{coder: ["cost", "", None]}`: a line each, codes apart by spaces, None unread.

    Lines come in interviews of two: I1:1, I1:2, I2:1 ...
    """

    def make(table: Mapping[str, Sequence[str | None]]) -> Codings:
        return Codings(
            coding_of(f"I{u // 2 + 1}:{u % 2 + 1}", coder, *codes.split())
            for coder, row in table.items()
            for u, codes in enumerate(row)
            if codes is not None
        )

    return make


@pytest.fixture
def interviews() -> Transcripts:
    """Six interviews of two lines each."""
    made = []
    for i in range(1, 7):
        name = TranscriptId(f"I{i}")
        lines = tuple(
            Line(
                id=LineId(f"I{i}:{k}"),
                transcript=name,
                order=k,
                speaker="P",
                role=Role.PARTICIPANT,
                text="words",
                start=0,
                end=5,
            )
            for k in (1, 2)
        )
        made.append(Transcript(id=name, text="words", lines=lines, digest=""))
    return Transcripts(made)
