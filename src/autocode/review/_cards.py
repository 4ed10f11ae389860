"""Codes as a team looks at them when it groups them: one card for each, with lines, examples and memos."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.codebook import Change, Code, Codebook, CodeId, Merged, Retired, Undone, codebook_versions
from autocode.coding import CoderId, Codings
from autocode.display import displayed
from autocode.doctext import documented
from autocode.frozen import FrozenMapping
from autocode.transcripts import Line, LineId, TranscriptId, Transcripts

EXAMPLES = 2
"""The number of lines shown on a card: two, so that a pattern is visible."""


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCard:
    """
    A code with what it was given to.

    Attributes
    ----------
    code : Code
        The code.
    lines : int
        Number of lines that anybody gave it.
    by_coder : mapping of CoderId to int
        Number of lines that each coder gave it; coders who gave it to none are left out.
    waiting : int
        Number of judgements that say nothing about it until they are read again.
    examples : tuple of Line
        Two of its lines, of two interviews where there are two.
    memos : tuple of (CoderId, str)
        The first memos that coders wrote on its lines.
    merged : tuple of Code
        The codes that were merged into it, and into these, as they were.
    """

    code: Code
    lines: int
    by_coder: Mapping[CoderId, int]
    waiting: int
    examples: tuple[Line, ...]
    memos: tuple[tuple[CoderId, str], ...]
    merged: tuple[Code, ...]


@documented
@no_single_text
def code_cards(
    codings: Codings,
    lines: Transcripts,
    codebook: Codebook,
    *,
    first: Codebook | None = None,
    changes: Iterable[Change] = (),
) -> tuple[CodeCard, ...]:
    """
    Return a card for each code that lines can be given, in the order of the codebook.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    first : Codebook or None, default None
        The codebook before the first of the `changes`; None if there are none.
    changes : iterable of Change, default ()
        The recorded changes, from which it is known what was merged into a code.

    Raises
    ------
    StudyError
        If a coded transcript has changed since it was coded.

    Examples
    --------
    {sample_study}
    >>> from autocode.review import code_cards
    >>> card = code_cards(codings, lines, codebook)[0]
    >>> card.code.name, card.lines, dict(card.by_coder)
    ('Lack of awareness of roles and services', 73, {'coder_a': 50, 'coder_b': 40, 'coder_c': 63})
    """
    codings.check_lines(lines)
    known = {line.id: line for line in lines}
    given: dict[CodeId, dict[LineId, None]] = {}
    by_coder: dict[CodeId, dict[CoderId, set[LineId]]] = {}
    memos: dict[CodeId, list[tuple[CoderId, str]]] = {}
    waiting: Counter[CodeId] = Counter()
    order = {line: place for place, line in enumerate(known)}
    for coding in sorted(codings, key=lambda coding: order.get(coding.line, len(order))):
        waiting.update(coding.unjudged)
        for code in coding.codes if coding.line in known else ():
            given.setdefault(code, {})[coding.line] = None
            by_coder.setdefault(code, {}).setdefault(coding.coder, set()).add(coding.line)
            if coding.memo:
                memos.setdefault(code, []).append((coding.coder, coding.memo))
    merged = _merged(first, tuple(changes)) if first is not None else {}
    return tuple(
        CodeCard(
            code=code,
            lines=len(given.get(code.id, ())),
            by_coder=FrozenMapping({coder: len(own) for coder, own in sorted(by_coder.get(code.id, {}).items())}),
            waiting=waiting[code.id],
            examples=_of_two_interviews([known[line] for line in given.get(code.id, ())]),
            memos=tuple(memos.get(code.id, ())[:EXAMPLES]),
            merged=merged.get(code.id, ()),
        )
        for code in codebook.subthemes
    )


def _of_two_interviews(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return two lines, the first of each of two interviews where there are two."""
    firsts: dict[TranscriptId, Line] = {}
    for line in lines:
        firsts.setdefault(line.transcript, line)
    chosen = [*firsts.values(), *(line for line in lines if line not in firsts.values())]
    return tuple(chosen[:EXAMPLES])


def _merged(first: Codebook, changes: Sequence[Change]) -> Mapping[CodeId, tuple[Code, ...]]:
    """Return the codes that were merged into each code by the changes in force, those merged into these included."""
    in_force: list[tuple[Change, Codebook]] = []
    for change, before in zip(changes, codebook_versions(first, changes), strict=False):
        if isinstance(change, Undone):
            in_force.pop()
        else:
            in_force.append((change, before))
    merged: dict[CodeId, tuple[Code, ...]] = {}
    for change, before in in_force:
        ending: tuple[CodeId, ...] = ()
        if isinstance(change, Merged):
            ending, into = change.codes, change.into
        elif isinstance(change, Retired) and change.into is not None:
            ending, into = (change.code,), change.into
        for code in ending:
            merged[into] = (*merged.get(into, ()), before[code], *merged.pop(code, ()))
    return merged
