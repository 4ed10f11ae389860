"""Codings by humans, suggestions by a model, and the decisions of humans on suggestions."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias, overload

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding._people import CoderId
from autocode.display import Tabular, displayed
from autocode.errors import CodingError, Fault, StudyError
from autocode.frames import Frame, Kind
from autocode.frozen import FrozenMapping
from autocode.names import check_known
from autocode.transcripts import Line, LineId, TranscriptId, digests_of
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


_KINDS: dict[str, Kind] = {
    "line": "text", "coder": "text", "codes": "texts", "basis": "text", "memo": "text", "at": "time",
    "transcript_digest": "text",
}  # fmt: skip


@no_single_text
class Codings(Tabular, Sequence[Coding]):
    """
    An immutable collection of codings, at most one per coder, line and basis.

    A line without a coding has not been read; a coding without codes means that the line was read and none applies.

    Parameters
    ----------
    codings : iterable of Coding, default empty
        The codings, in any order.
    digests : mapping of str to str, optional
        The digest that each transcript had when it was coded, by its name, if it is known. `Journal.codings` and
        `read_codings` give it. With it, `check_lines` finds lines that are not those that were coded. Comparisons of
        codings ignore it.
    version : str, default ""
        The version of the codebook in whose codes these codings speak, once `remapped` has brought them to it; empty
        for codings as they were made. Comparisons of codings ignore it, too.
    amended : collection of str, default empty
        Transcripts that were amended after they were coded: their lines are compared even if no coding is left on them.

    Raises
    ------
    CodingError
        If a coder judged a line twice on one basis.

    Examples
    --------
    >>> from autocode.coding import Coding, Codings
    >>> codings = Codings(
    ...     [
    ...         Coding(line="GP1:2", coder="ann", codes=frozenset({"phone", "wait"})),
    ...         Coding(line="GP1:2", coder="ben", codes=frozenset({"phone"})),
    ...         Coding(line="GP1:3", coder="ann", codes=frozenset()),
    ...     ]
    ... )
    >>> codings
    <Codings: 3 judgements of 2 lines by 2 coders>
    >>> [sorted(coding.codes) for coding in codings.of("GP1:2")], codings.by("ben").lines
    ([['phone', 'wait'], ['phone']], ('GP1:2',))
    """

    def __init__(
        self,
        codings: Iterable[Coding] = (),
        *,
        digests: Mapping[TranscriptId, str] = FrozenMapping({}),
        version: str = "",
        amended: Collection[TranscriptId] = (),
    ) -> None:
        self.version = version
        self._codings = tuple(codings)
        self._digests = dict(digests)
        self._amended = frozenset(amended)
        seen: set[tuple[str, str, Basis]] = set()
        faults = []
        for coding in self._codings:
            key = (coding.line, coding.coder, coding.basis)
            if key in seen:
                faults.append(
                    Fault(
                        f"{coding.coder} judged the line {coding.line} twice ({coding.basis}); "
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
        return Codings(codings, digests=self._digests, version=self.version, amended=self._amended)

    @cached_property
    def coders(self) -> tuple[CoderId, ...]:
        """The coders, in the order of their first coding."""
        return tuple(dict.fromkeys(coding.coder for coding in self._codings))

    @cached_property
    def lines(self) -> tuple[LineId, ...]:
        """The lines that somebody judged, in the order of their first coding."""
        return tuple(dict.fromkeys(coding.line for coding in self._codings))

    @cached_property
    def _by_line(self) -> dict[LineId, tuple[Coding, ...]]:
        grouped: dict[LineId, list[Coding]] = {}
        for coding in self._codings:
            grouped.setdefault(coding.line, []).append(coding)
        return {line: tuple(codings) for line, codings in grouped.items()}

    def of(self, line: LineId) -> tuple[Coding, ...]:
        """
        Return every judgement of one line.

        Parameters
        ----------
        line : LineId
            The line.
        """
        return self._by_line.get(line, ())

    def by(self, *coders: CoderId) -> "Codings":
        """
        Return the judgements of these coders.

        Parameters
        ----------
        *coders : CoderId
            The coders.

        Raises
        ------
        UnknownNameError
            If somebody has coded nothing: "Ann" is another coder than "ann".
        """
        check_known("coder", coders, self.coders)
        return self._subset(coding for coding in self._codings if coding.coder in coders)

    def with_basis(self, *bases: Basis) -> "Codings":
        """
        Return the judgements on any of these bases.

        Parameters
        ----------
        *bases : Basis
            The bases.

        Raises
        ------
        UnknownNameError
            If there is no such basis.
        """
        check_known("basis", bases, [*Basis])
        return self._subset(coding for coding in self._codings if coding.basis in bases)

    def independent(self) -> "Codings":
        """Return the judgements made without seeing suggestions or other coders' codings; agreement is about these."""
        return self.with_basis(Basis.INDEPENDENT)

    @no_single_text
    def on(self, lines: Iterable[LineId]) -> "Codings":
        """
        Return the judgements of these lines.

        Parameters
        ----------
        lines : iterable of LineId
            The lines.
        """
        wanted = frozenset(lines)
        return self._subset(coding for coding in self._codings if coding.line in wanted)

    def partly_judged(self) -> "Codings":
        """Return the judgements that say nothing about some codes, see `Coding.unjudged`."""
        return self._partly_judged

    @cached_property
    def _partly_judged(self) -> "Codings":
        return self._subset(coding for coding in self._codings if coding.unjudged)

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

    @classmethod
    def from_frame(cls, frame: Frame) -> "Codings":
        """
        Return the codings of a data frame as `to_frame` makes it: one row per judgement.

        Parameters
        ----------
        frame : data frame or iterable of mappings
            A frame of pandas, polars or pyarrow, or plain rows, with the columns `line`, `coder` and `codes` (a list,
            empty if nothing applies), and perhaps `basis`, `memo`, `at` and `transcript_digest`.

        Raises
        ------
        CodingError
            With every fault, each with its row: names that are not text, a coder named like a machine, codes that are
            no list, a coder who judged a line twice.
        ValueError
            If a column is missing.

        Examples
        --------
        >>> from autocode.coding import Codings
        >>> Codings.from_frame([{"line": "GP1:2", "coder": "ann", "codes": ["phone"]}])
        <Codings: 1 judgement of 1 line by 1 coder>
        """
        from autocode.coding._frames import codings_from_frame  # it makes codings, so it stands above this module

        return codings_from_frame(frame)

    def _kinds(self) -> dict[str, Kind]:
        return _KINDS

    def _records(self) -> Iterator[dict[str, object]]:
        for coding in self._codings:
            yield {
                "line": coding.line,
                "coder": coding.coder,
                "codes": coding.codes,
                "basis": coding.basis,
                "memo": coding.memo,
                "at": coding.at,
                "transcript_digest": self._digests.get(coding.line.rpartition(":")[0]),
            }

    @property
    def digests(self) -> Mapping[TranscriptId, str]:
        """The digest that each transcript had when it was coded, if it is known."""
        return FrozenMapping(self._digests)

    @property
    def amended(self) -> frozenset[TranscriptId]:
        """The transcripts that were amended after they were coded."""
        return self._amended

    @cached_property
    def _names_in_ids(self) -> frozenset[str]:
        """What precedes the last colon in the ids of the lines: the transcript's name in `<transcript>:<order>`."""
        return frozenset(line.rpartition(":")[0] for line in self.lines)

    def edited(self, lines: Sequence[Line]) -> tuple[TranscriptId, ...]:
        """
        Return the coded transcripts that have changed since they were coded.

        A change is another text, another segmentation into lines, or another role of a speaker. Transcripts that nobody
        has coded may change; those whose digest is not known are not compared.

        Parameters
        ----------
        lines : Transcripts or sequence of Line
            The interviews as they are now.
        """
        differing = [name for name, digest in digests_of(lines).items() if self._digests.get(name, digest) != digest]
        if not differing:
            return ()
        coded: set[str] = {line.transcript for line in lines if line.id in self._by_line}
        coded |= self._names_in_ids | self._amended
        return tuple(name for name in differing if name in coded)

    def check_lines(self, lines: Sequence[Line]) -> None:
        """
        Raise an error if these are not the lines that were coded; every function that joins the two calls it first.

        Parameters
        ----------
        lines : Transcripts or sequence of Line
            The interviews as they are now.

        Raises
        ------
        StudyError
            If a coded transcript has changed since it was coded.
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
                "settings, restore the text that was coded, or record the correction with: autocode amend STUDY."
            )

    def __repr__(self) -> str:
        judgements = f"{count_of(len(self._codings), 'judgement')} of {count_of(len(self.lines), 'line')}"
        return f"<Codings: {judgements} by {count_of(len(self.coders), 'coder')}>"


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
