"""Quotes that illustrate a code: lines on which most coders agreed, from different interviews."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autocode.codebook import CodeId
from autocode.coding import Codings, Consensus
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts

PER_CODE = 2
# Characters of a quote that makes a point and fits into a few lines of a page; chosen by eye.
SHORT, LONG = 60, 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A participant's words, whose they are, and how many of the line's coders gave it the code."""

    text: str
    speaker: str
    attributes: str
    line: LineId
    agreed: int
    coders: int


def quotes(
    lines: Transcripts, codings: Codings, agreed: Consensus, codes: Iterable[CodeId]
) -> Mapping[CodeId, tuple[Quote, ...]]:
    """Return up to two quotes for each code, from two interviews where possible; never an interviewer's line.

    Lines on which more coders agreed come first, then those of moderate length, then interviews with fewer quotes so
    far, then lines with fewer other codes, then the order of the interviews.
    """
    lines_with: dict[CodeId, list[Line]] = {}
    for line in lines:
        if line.role is Role.PARTICIPANT:
            for code in agreed.codes.get(line.id, ()):
                lines_with.setdefault(code, []).append(line)
    interview = {interview.id: interview for interview in lines.interviews}
    quoted: Counter[TranscriptId] = Counter()
    used: set[LineId] = set()
    chosen: dict[CodeId, tuple[Quote, ...]] = {}
    for code in codes:
        quotes_of_code: list[Quote] = []
        interviews: set[TranscriptId] = set()
        candidates = [line for line in lines_with.get(code, []) if line.id not in used] or lines_with.get(code, [])
        while candidates and len(quotes_of_code) < PER_CODE:

            def rank(line: Line, code: CodeId = code, interviews: set[TranscriptId] = interviews) -> tuple[int, ...]:
                n_agreed, _ = _counts(line, code, codings)
                excess = max(SHORT - len(line.text), len(line.text) - LONG, 0)
                n_codes = len(agreed.codes[line.id])
                return (int(line.transcript in interviews), -n_agreed, excess, quoted[line.transcript], n_codes)

            best = min(candidates, key=rank)
            candidates.remove(best)
            n_agreed, n_coders = _counts(best, code, codings)
            quotes_of_code.append(
                Quote(
                    text=best.text,
                    speaker=best.speaker,
                    attributes=_attributes(interview[best.transcript]),
                    line=best.id,
                    agreed=n_agreed,
                    coders=n_coders,
                )
            )
            interviews.add(best.transcript)
            used.add(best.id)
            quoted[best.transcript] += 1
        chosen[code] = tuple(quotes_of_code)
    return chosen


def _counts(line: Line, code: CodeId, codings: Codings) -> tuple[int, int]:
    """Return how many coders gave the line this code, on any basis, and how many judged it for the code."""
    judged = [coding for coding in codings.of(line.id) if code not in coding.unjudged]
    return len({coding.coder for coding in judged if code in coding.codes}), len({coding.coder for coding in judged})


def _attributes(interview: Transcript) -> str:
    """Return the role and the borough, or else the first two attributes that the interview has."""
    attributes = {key.casefold(): value for key, value in interview.attributes.items() if value}
    shown = [attributes[key] for key in ("role", "borough") if key in attributes]
    return ", ".join(shown or list(attributes.values())[:2])
