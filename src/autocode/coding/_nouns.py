"""Codings by humans, suggestions by a model, and the decisions of humans on suggestions."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding._people import CoderId
from autocode.display import Tabular, displayed
from autocode.errors import CodingError, Fault
from autocode.frames import Kind
from autocode.transcripts import LineId, TranscriptId
from autocode.unicode import well_formed
from autocode.wording import count_of

BatchId: TypeAlias = str


class Basis(StrEnum):
    """What the coder had seen when judging: nothing but the line, suggestions, or the codings of others."""

    INDEPENDENT = "independent"
    ASSISTED = "assisted"
    ADJUDICATED = "adjudicated"


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """
    One coder's judgement of one line at one time.

    Attributes
    ----------
    line : LineId
        The line.
    coder : CoderId
        Who judged it.
    codes : frozenset of CodeId
        The codes that apply; empty if the line was read and none applies. A list or set becomes a frozenset; one code
        that is not in a collection is refused.
    basis : Basis, default Basis.INDEPENDENT
        What the coder had seen.
    memo : str, default ""
        The coder's note. What UTF-8 or a page cannot hold becomes U+FFFD.
    at : datetime or None, default None
        When; None if unknown.
    version : str, default ""
        The version of the codebook under which it was made; empty for the one before all recorded changes.
    unjudged : frozenset of CodeId, default empty
        The codes that this judgement says nothing about, as they were added or redefined since. `remapped` finds them.
    waiting_parts : frozenset of frozenset of CodeId, default empty
        For each code that the coder gave and the team split since, the parts, of which the coder has yet to say which
        apply; all of them are among `unjudged`.

    Raises
    ------
    CodingError
        If a code is both given and not judged, or a part of a split code waits that is not among the unjudged codes.

    Examples
    --------
    >>> from autocode.coding import Coding
    >>> Coding(line="GP1:2", coder="ann", codes=frozenset({"phone"})).basis.value
    'independent'
    """

    line: LineId
    coder: CoderId
    codes: frozenset[CodeId]
    basis: Basis = Basis.INDEPENDENT
    memo: str = ""
    at: datetime | None = None
    version: str = ""
    unjudged: frozenset[CodeId] = frozenset()
    waiting_parts: frozenset[frozenset[CodeId]] = frozenset()

    def __post_init__(self) -> None:
        if not isinstance(self.codes, frozenset):  # a list or a set, which could be changed later
            object.__setattr__(self, "codes", frozenset(self.codes))
        if self.memo:
            object.__setattr__(self, "memo", well_formed(self.memo))
        if self.unjudged and not self.codes.isdisjoint(self.unjudged):
            both = ", ".join(map(repr, sorted(self.codes & self.unjudged)))
            raise CodingError(f"{self.coder} cannot both give and not judge {both} on {self.line}; say which it is.")
        if self.waiting_parts and not frozenset[CodeId]().union(*self.waiting_parts) <= self.unjudged:
            raise CodingError(
                f"{self.coder} has parts of a split code to read again on {self.line} that are not among the codes not "
                "judged; add them to these."
            )

    def applies(self, code: CodeId) -> bool | None:
        """
        Return whether a code applies; None if the judgement says nothing about it.

        Parameters
        ----------
        code : CodeId
            The code.

        Examples
        --------
        >>> from autocode.coding import Coding
        >>> coding = Coding(line="GP1:2", coder="ann", codes=frozenset({"phone"}), unjudged=frozenset({"fixers"}))
        >>> coding.applies("phone"), coding.applies("wait"), coding.applies("fixers")
        (True, False, None)
        """
        return True if code in self.codes else None if code in self.unjudged else False

    @no_single_text
    def applies_any(self, codes: Collection[CodeId]) -> bool | None:
        """
        Return whether any of these codes applies, as the codes of a theme do; None if the judgement does not tell.

        It does not tell if it says nothing about one of the codes and none of the others applies. Where the coder gave
        a code that was split since, and all its parts are among these codes, one of them applies.

        Parameters
        ----------
        codes : collection of CodeId
            The codes.

        Examples
        --------
        >>> from autocode.coding import Coding
        >>> coding = Coding(line="GP1:2", coder="ann", codes=frozenset({"phone"}), unjudged=frozenset({"fixers"}))
        >>> coding.applies_any(["phone", "fixers"]), coding.applies_any(["wait", "fixers"])
        (True, None)
        """
        if not self.codes.isdisjoint(codes):
            return True
        if self.unjudged.isdisjoint(codes):
            return False
        return True if any(parts.issubset(codes) for parts in self.waiting_parts) else None


class Band(StrEnum):
    """How strong a suggestion is, in words: probabilities would look more precise than few examples allow."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """
    A line similar to the one that a suggestion is for, to which humans gave the suggested code.

    Attributes
    ----------
    line : LineId
        The similar line.
    transcript : TranscriptId
        Its interview.
    text : str
        Its words.
    coders : tuple of CoderId
        The coders who gave it the code.
    similarity : float
        Cosine similarity of the two lines, from 0 to 1.
    """

    line: LineId
    transcript: TranscriptId
    text: str
    coders: tuple[CoderId, ...]
    similarity: float


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    What a suggestion is based on.

    Attributes
    ----------
    words : tuple of (str, float), default ()
        Words of the line with their contributions to the score in log-odds, largest first; function words are left out.
    definition : float, default 0
        The contribution, in log-odds, of words that the codebook uses for the code.
    beside : float, default 0
        The contribution, in log-odds, of the lines before and after.
    neighbours : tuple of Neighbour, default ()
        The most similar lines to which humans gave the code.
    """

    words: tuple[tuple[str, float], ...] = ()
    definition: float = 0.0
    beside: float = 0.0
    neighbours: tuple[Neighbour, ...] = ()

    def __str__(self) -> str:
        reasons = []
        if self.words:
            reasons.append("words: " + ", ".join(word for word, _ in self.words))
        if self.neighbours:
            nearest = self.neighbours[0]
            reasons.append(f"like {nearest.line} ({', '.join(nearest.coders)}): {nearest.text}")
        return "; ".join(reasons) or "the code's definition"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """
    A code that a suggester proposes for a line.

    Attributes
    ----------
    line : LineId
        The line.
    code : CodeId
        The code.
    rank : int
        Place among the suggestions for the line, from 1.
    probability : float
        Calibrated probability that humans would give the line the code, from 0 to 1.
    band : Band
        The strength of the suggestion in words.
    evidence : Evidence, default empty
        What the suggestion is based on.

    Raises
    ------
    CodingError
        If the probability does not lie between 0 and 1, or the rank is less than 1.

    Examples
    --------
    >>> from autocode.coding import Band, Suggestion
    >>> Suggestion(line="GP1:2", code="phone", rank=1, probability=0.81, band=Band.STRONG).band.value
    'strong'
    """

    line: LineId
    code: CodeId
    rank: int
    probability: float
    band: Band
    evidence: Evidence = field(default_factory=Evidence)

    def __post_init__(self) -> None:
        _check_strength(f"the suggestion {self.code!r} for the line {self.line}", self.probability, self.rank)


def _check_strength(what: str, probability: float, rank: int) -> None:
    if not 0 <= probability <= 1:  # also refuses nan
        raise CodingError(f"{what} has the probability {probability:g}; give one between 0 and 1.")
    if rank < 1:
        raise CodingError(f"{what} has the rank {rank}; ranks are counted from 1.")


class Reason(StrEnum):
    """Why a suggester abstains."""

    NOTHING_FITS = "nothing fits"
    TOO_FEW_EXAMPLES = "too few examples"
    TOO_SHORT = "too short"
    UNLIKE_ANYTHING = "unlike anything coded"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """
    A line for which a suggester proposes nothing.

    Attributes
    ----------
    line : LineId
        The line.
    reason : Reason
        Why it proposes nothing.

    Examples
    --------
    >>> from autocode.coding import Abstention, Reason
    >>> Abstention(line="GP1:4", reason=Reason.TOO_SHORT).reason.value
    'too short'
    """

    line: LineId
    reason: Reason


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionBatch(Tabular):
    """
    Everything that one suggester proposed in one run.

    Attributes
    ----------
    id : BatchId
        The id of the batch.
    model : str
        Digest of the suggester.
    codebook : str
        Digest of the codebook.
    suggestions : tuple of Suggestion
        The suggestions.
    abstentions : tuple of Abstention
        The lines for which it proposes nothing.
    at : datetime or None, default None
        When; None if unknown.

    Raises
    ------
    CodingError
        If a line has both suggestions and an abstention, or one code is suggested twice for a line.

    Examples
    --------
    >>> from autocode.coding import Abstention, Band, Reason, Suggestion, SuggestionBatch
    >>> batch = SuggestionBatch(
    ...     id="b1",
    ...     model="sha256:00",
    ...     codebook="1",
    ...     suggestions=(Suggestion(line="GP1:2", code="phone", rank=1, probability=0.81, band=Band.STRONG),),
    ...     abstentions=(Abstention(line="GP1:4", reason=Reason.TOO_SHORT),),
    ... )
    >>> print(batch)
    1 suggestion for 1 line; no suggestion for 1
    """

    id: BatchId
    model: str
    codebook: str
    suggestions: tuple[Suggestion, ...]
    abstentions: tuple[Abstention, ...]
    at: datetime | None = None

    def __post_init__(self) -> None:
        suggested = Counter((suggestion.line, suggestion.code) for suggestion in self.suggestions)
        lines = {line for line, _ in suggested}
        CodingError.raise_if(
            Fault(f"the line {abstention.line} has suggestions and an abstention; keep one of the two.")
            for abstention in self.abstentions
            if abstention.line in lines
        )
        CodingError.raise_if(
            Fault(f"{code!r} is suggested {n} times for the line {line}; suggest it once.")
            for (line, code), n in suggested.items()
            if n > 1
        )

    def of(self, line: LineId) -> tuple[Suggestion, ...]:
        """
        Return the suggestions for one line by rank.

        Parameters
        ----------
        line : LineId
            The line.
        """
        suggestions = (suggestion for suggestion in self.suggestions if suggestion.line == line)
        return tuple(sorted(suggestions, key=lambda suggestion: suggestion.rank))

    @no_single_text
    def without(self, lines: Collection[LineId]) -> "SuggestionBatch":
        """
        Return the batch without what it says of these lines.

        Parameters
        ----------
        lines : collection of LineId
            The lines.
        """
        if not lines:
            return self
        return replace(
            self,
            suggestions=tuple(suggestion for suggestion in self.suggestions if suggestion.line not in lines),
            abstentions=tuple(abstention for abstention in self.abstentions if abstention.line not in lines),
        )

    def __len__(self) -> int:
        return len(self.suggestions)

    def _kinds(self) -> dict[str, Kind]:
        return {"line": "text", "code": "text", "rank": "count", "probability": "number", "band": "text",
                "abstention": "text"}  # fmt: skip

    def _records(self) -> Iterator[dict[str, object]]:
        names = ("line", "code", "rank", "probability", "band")
        for suggestion in self.suggestions:
            yield {name: getattr(suggestion, name) for name in names}
        for abstention in self.abstentions:
            yield {"line": abstention.line, "abstention": abstention.reason}

    def __repr__(self) -> str:
        return f"<SuggestionBatch {self.id}: {self}>"

    def __str__(self) -> str:
        n_lines = len({suggestion.line for suggestion in self.suggestions})
        suggestions = f"{count_of(len(self.suggestions), 'suggestion')} for {count_of(n_lines, 'line')}"
        return f"{suggestions}; no suggestion for {len(self.abstentions)}"


class Verdict(StrEnum):
    """What a human decided on one suggestion."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SKIPPED = "skipped"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """
    One suggestion as the coder saw it, and the verdict on it.

    Attributes
    ----------
    code : CodeId
        The suggested code.
    rank : int
        Place among the suggestions for the line, from 1.
    probability : float
        Probability of the suggestion, from 0 to 1.
    band : Band
        Its strength in words.
    verdict : Verdict
        What the coder decided.

    Raises
    ------
    CodingError
        If the probability does not lie between 0 and 1, or the rank is less than 1.
    """

    code: CodeId
    rank: int
    probability: float
    band: Band
    verdict: Verdict

    def __post_init__(self) -> None:
        _check_strength(f"the suggestion {self.code!r} that was shown", self.probability, self.rank)


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    A human's verdicts on the suggestions shown for one line.

    Attributes
    ----------
    line : LineId
        The line.
    coder : CoderId
        Who decided.
    batch : BatchId
        The batch that the suggestions are from.
    shown : tuple of Shown
        The suggestions with the verdicts, in the order in which they were shown.
    at : datetime or None, default None
        When; None if unknown.

    Examples
    --------
    >>> from autocode.coding import Band, Decision, Shown, Verdict
    >>> kept = Shown(code="phone", rank=1, probability=0.81, band=Band.STRONG, verdict=Verdict.ACCEPTED)
    >>> Decision(line="GP1:2", coder="ann", batch="b1", shown=(kept,)).shown[0].verdict.value
    'accepted'
    """

    line: LineId
    coder: CoderId
    batch: BatchId
    shown: tuple[Shown, ...]
    at: datetime | None = None
