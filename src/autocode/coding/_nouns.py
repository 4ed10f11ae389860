"""The vocabulary of judgement: who said what about which line, what a machine proposed, and what became of it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import NewType, overload

from autocode.codebook import CodeId
from autocode.errors import CodingError, Fault, StudyError
from autocode.transcripts import Line, LineId, TranscriptId, digests_of

CoderId = NewType("CoderId", str)
BatchId = NewType("BatchId", str)

_MACHINES = re.compile(
    r"(?i)^(auto-?code|suggester|model|machine|classifier|algorithm|ai|bot|nv|gpt|chat-?gpt|llm|claude|gemini|llama|mistral)"
    r"([ _.:/-]*[0-9][\w .:-]*)?$|^(model|suggester|autocode|machine|gpt)[ _.:/-]"
)


def human(name: str) -> CoderId:
    """Return the id of a human coder; raises `CodingError` for an empty name or one that names a machine."""
    stripped = name.strip()
    if not stripped:
        raise CodingError("a coder needs a name; write the coder's initials or a pseudonym.")
    if _MACHINES.search(stripped):
        raise CodingError(
            f"the coder {stripped!r} is named like a machine; a coder is a person, "
            "and what a machine proposes is a suggestion. Give the person's initials or a pseudonym."
        )
    return CoderId(stripped)


class Basis(StrEnum):
    """What the coder had seen when judging."""

    INDEPENDENT = "independent"
    ASSISTED = "assisted"
    ADJUDICATED = "adjudicated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """One coder's judgement of one line at one time: a set of codes, empty if the line was read and nothing applies."""

    line: LineId
    coder: CoderId
    codes: frozenset[CodeId]
    basis: Basis = Basis.INDEPENDENT
    memo: str = ""
    at: datetime | None = None


class Codings(Sequence[Coding]):
    """An immutable collection of codings, at most one per coder, line and basis.

    It answers with codings and lines only; a line without a coding has not been read.

    Parameters
    ----------
    codings : iterable of Coding, default empty
        The codings, in any order.
    digests : mapping of str to str, optional
        The digest that each transcript had when it was coded, by its name, where that is known. `Journal.codings` and
        `read_codings` give it. With it, `check_lines` notices lines that are not those that were coded. It does not
        count in comparisons.

    Raises
    ------
    CodingError
        If a coder judged a line twice on one basis.
    """

    def __init__(
        self, codings: Iterable[Coding] = (), *, digests: Mapping[TranscriptId, str] = MappingProxyType({})
    ) -> None:
        self._codings = tuple(codings)
        self._digests = dict(digests)
        seen: set[tuple[str, str, Basis]] = set()
        faults = []
        for one in self._codings:
            key = (one.line, one.coder, one.basis)
            if key in seen:
                faults.append(
                    Fault(
                        f"{one.coder} judged the line {one.line} twice ({one.basis}); "
                        "keep one judgement, with all its codes."
                    )
                )
            seen.add(key)
        CodingError.raise_if(faults)

    @overload
    def __getitem__(self, index: int) -> Coding: ...
    @overload
    def __getitem__(self, index: slice) -> "Codings": ...
    def __getitem__(self, index: int | slice) -> "Coding | Codings":
        return self._subset(self._codings[index]) if isinstance(index, slice) else self._codings[index]

    def __len__(self) -> int:
        return len(self._codings)

    def __iter__(self) -> Iterator[Coding]:
        return iter(self._codings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Codings) and set(self._codings) == set(other._codings)

    def __hash__(self) -> int:
        return hash(frozenset(self._codings))

    def _subset(self, codings: Iterable[Coding]) -> "Codings":
        return Codings(codings, digests=self._digests)

    @cached_property
    def coders(self) -> tuple[CoderId, ...]:
        """The coders, in the order of their first coding."""
        return tuple(dict.fromkeys(one.coder for one in self._codings))

    @cached_property
    def lines(self) -> tuple[LineId, ...]:
        """The lines that somebody judged, in the order of their first coding."""
        return tuple(dict.fromkeys(one.line for one in self._codings))

    @cached_property
    def _by_line(self) -> dict[LineId, tuple[Coding, ...]]:
        grouped: dict[LineId, list[Coding]] = {}
        for one in self._codings:
            grouped.setdefault(one.line, []).append(one)
        return {line: tuple(ones) for line, ones in grouped.items()}

    def of(self, line: LineId) -> tuple[Coding, ...]:
        """Return every judgement of one line."""
        return self._by_line.get(line, ())

    def by(self, *coders: CoderId) -> "Codings":
        """Return the judgements of these coders."""
        return self._subset(one for one in self._codings if one.coder in coders)

    def with_basis(self, *bases: Basis) -> "Codings":
        """Return the judgements made on one of these bases."""
        return self._subset(one for one in self._codings if one.basis in bases)

    def independent(self) -> "Codings":
        """Return the judgements made without seeing suggestions or other coders: what agreement is about."""
        return self.with_basis(Basis.INDEPENDENT)

    def on(self, lines: Iterable[LineId]) -> "Codings":
        """Return the judgements of these lines."""
        wanted = frozenset(lines)
        return self._subset(one for one in self._codings if one.line in wanted)

    def uncoded(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        """
        Return the lines that nobody has judged yet.

        Parameters
        ----------
        lines : iterable of Line
            Lines of the interviews that were coded.

        Raises
        ------
        StudyError
            As `check_lines` does.
        """
        lines = lines if isinstance(lines, Sequence) else tuple(lines)
        self.check_lines(lines)
        return tuple(line for line in lines if line.id not in self._by_line)

    @property
    def digests(self) -> Mapping[TranscriptId, str]:
        """The digest that each transcript had when it was coded, where that is known."""
        return MappingProxyType(self._digests)

    @cached_property
    def _names_in_ids(self) -> frozenset[str]:
        """What stands before the last colon of the lines' ids: the transcript's name in `<transcript>:<order>`."""
        return frozenset(line.rpartition(":")[0] for line in self.lines)

    def edited(self, lines: Sequence[Line]) -> tuple[TranscriptId, ...]:
        """
        Return the coded transcripts that are not as they were when they were coded.

        Another text is found in this way, and so is a text that was cut into other lines or whose speakers have other
        roles. A transcript that nobody has coded may be corrected, and one whose digest is not known is not compared.

        Parameters
        ----------
        lines : Transcripts or sequence of Line
            The interviews as they are now.
        """
        differing = [name for name, digest in digests_of(lines).items() if self._digests.get(name, digest) != digest]
        if not differing:
            return ()
        coded = {line.transcript for line in lines if line.id in self._by_line}
        return tuple(name for name in differing if name in coded or name in self._names_in_ids)

    def check_lines(self, lines: Sequence[Line]) -> None:
        """
        Raise an error if these are not the lines that were coded; each function that joins the two calls it first.

        Parameters
        ----------
        lines : Transcripts or sequence of Line
            The interviews as they are now.

        Raises
        ------
        StudyError
            If a coded transcript was edited, or cut into other lines than those that were coded.
        """
        names = self.edited(lines)
        if names:
            several = len(names) > 1
            transcripts, they, their = (
                ("transcripts", "they were", "their text") if several else ("transcript", "it was", "its text")
            )
            raise StudyError(
                f"the {transcripts} {', '.join(names)} {'are' if several else 'is'} not as {they} when {they} coded: "
                f"{their} was edited, or cut into lines with another unit, language or list of interviewers, so the "
                "codings may stand at other words. Read the study with autocode.read_study(FOLDER), which knows its "
                "settings, or restore the text that was coded."
            )

    def __repr__(self) -> str:
        return f"<Codings: {len(self._codings)} judgements of {len(self.lines)} lines by {len(self.coders)} coders>"


class Band(StrEnum):
    """How strong a suggestion is, in words: decimals would promise more than a few examples can hold."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A human-coded line like the one at hand: who gave it the code, and in which interview."""

    line: LineId
    transcript: TranscriptId
    text: str
    coders: tuple[CoderId, ...]
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a suggestion rests on.

    Attributes
    ----------
    words : words of the line with their share of the score in log-odds, largest first; function words are left out.
    definition : the share, in log-odds, of words that the codebook uses for the code.
    beside : the share, in log-odds, that comes from the lines beside this one.
    neighbours : the nearest lines that humans gave this code.
    """

    words: tuple[tuple[str, float], ...] = ()
    definition: float = 0.0
    beside: float = 0.0
    neighbours: tuple[Neighbour, ...] = ()

    def __str__(self) -> str:
        said = []
        if self.words:
            said.append("words: " + ", ".join(word for word, _ in self.words))
        if self.neighbours:
            near = self.neighbours[0]
            said.append(f"like {near.line} ({', '.join(near.coders)}): {near.text}")
        return "; ".join(said) or "the code's definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A code that a suggester proposes for a line; `rank` counts from 1 within the line."""

    line: LineId
    code: CodeId
    rank: int
    probability: float
    band: Band
    evidence: Evidence = field(default_factory=Evidence)


class Reason(StrEnum):
    """Why a suggester stays silent on a line."""

    NOTHING_FITS = "nothing fits"
    TOO_FEW_EXAMPLES = "too few examples"
    TOO_SHORT = "too short"
    UNLIKE_ANYTHING = "unlike anything coded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """A line for which a suggester proposes nothing, and why."""

    line: LineId
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionBatch:
    """Everything one suggester proposed in one go."""

    id: BatchId
    model: str
    codebook: str
    suggestions: tuple[Suggestion, ...]
    abstentions: tuple[Abstention, ...]
    at: datetime | None = None

    def of(self, line: LineId) -> tuple[Suggestion, ...]:
        """Return what was proposed for one line, first rank first."""
        return tuple(sorted((s for s in self.suggestions if s.line == line), key=lambda s: s.rank))

    def __len__(self) -> int:
        return len(self.suggestions)

    def __str__(self) -> str:
        lines = len({s.line for s in self.suggestions})
        return f"{len(self.suggestions)} suggestions for {lines} lines; silent on {len(self.abstentions)}"


class Verdict(StrEnum):
    """What a human said of one suggestion."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One suggestion as the coder saw it, and the verdict on it."""

    code: CodeId
    rank: int
    probability: float
    band: Band
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a named human did with the suggestions shown for one line, in the order in which they were shown."""

    line: LineId
    coder: CoderId
    batch: BatchId
    shown: tuple[Shown, ...]
    at: datetime | None = None
