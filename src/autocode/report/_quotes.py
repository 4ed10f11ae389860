"""Which lines speak for a code: those on which the most coders agreed, in different people's words."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autocode.codebook import CodeId
from autocode.coding import Codings, Consensus
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts

A_CODE = 2
SHORT, LONG = 60, 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A participant's words, who said them, and how many of the line's coders gave it the code."""

    text: str
    speaker: str
    who: str
    line: LineId
    agreed: int
    coders: int


def quotes(
    lines: Transcripts, codings: Codings, held: Consensus, codes: Iterable[CodeId]
) -> Mapping[CodeId, tuple[Quote, ...]]:
    """Return up to two quotes for each code, from two interviews where there are two; never an interviewer's line.

    Lines on which more coders agreed come first, then those of moderate length, then interviews that were quoted less
    so far, then lines with fewer other codes, then the order of the interviews.
    """
    spoken: dict[CodeId, list[Line]] = {}
    for line in lines:
        if line.role is Role.PARTICIPANT:
            for code in held.codes.get(line.id, ()):
                spoken.setdefault(code, []).append(line)
    interview = {one.id: one for one in lines.interviews}
    quoted: Counter[TranscriptId] = Counter()
    used: set[LineId] = set()
    chosen: dict[CodeId, tuple[Quote, ...]] = {}
    for code in codes:
        found: list[Quote] = []
        here: set[TranscriptId] = set()
        candidates = [line for line in spoken.get(code, []) if line.id not in used] or spoken.get(code, [])
        while candidates and len(found) < A_CODE:

            def worth(line: Line, code: CodeId = code, here: set[TranscriptId] = here) -> tuple[int, ...]:
                agreed, _ = _agreed(line, code, codings)
                too = max(SHORT - len(line.text), len(line.text) - LONG, 0)
                others = len(held.codes[line.id])
                return (int(line.transcript in here), -agreed, too, quoted[line.transcript], others)

            best = min(candidates, key=worth)
            candidates.remove(best)
            agreed, coders = _agreed(best, code, codings)
            found.append(
                Quote(
                    text=best.text,
                    speaker=best.speaker,
                    who=_who(interview[best.transcript]),
                    line=best.id,
                    agreed=agreed,
                    coders=coders,
                )
            )
            here.add(best.transcript)
            used.add(best.id)
            quoted[best.transcript] += 1
        chosen[code] = tuple(found)
    return chosen


def _agreed(line: Line, code: CodeId, codings: Codings) -> tuple[int, int]:
    """Return how many coders gave the line this code, on any basis, and how many judged it."""
    readings = codings.of(line.id)
    return len({one.coder for one in readings if code in one.codes}), len({one.coder for one in readings})


def _who(interview: Transcript) -> str:
    """Return the role and the borough, or else the first two attributes that the interview has."""
    attributes = {key.casefold(): value for key, value in interview.attributes.items() if value}
    named = [attributes[key] for key in ("role", "borough") if key in attributes]
    return ", ".join(named or list(attributes.values())[:2])
