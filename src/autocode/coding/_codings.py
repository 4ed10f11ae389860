"""The codings of a study, and questions about them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import overload

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding._frames import codings_from_frame
from autocode.coding._nouns import Basis, Coding
from autocode.coding._people import CoderId
from autocode.display import Tabular
from autocode.errors import CodingError, Fault, StudyError
from autocode.frames import Frame, Kind
from autocode.frozen import FrozenMapping
from autocode.names import check_known
from autocode.transcripts import Line, LineId, TranscriptId, digests_of
from autocode.wording import count_of

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
        return self.replayed(codings, version=self.version)

    def replayed(self, codings: Iterable[Coding], *, version: str) -> "Codings":
        """
        Return these judgements in the codes of another version of the codebook; within this room.

        Parameters
        ----------
        codings : iterable of Coding
            Some of these judgements, each at most once, with the codes that they come to.
        version : str
            The version.
        """
        same = Codings(digests=self._digests, version=version, amended=self._amended)
        same._codings = tuple(codings)  # of judgements that were looked through, so that none is there twice
        return same

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

    @no_single_text
    def without_codes(self, codes: Iterable[CodeId]) -> "Codings":
        """
        Return the judgements without these codes, as if they had never been in the codebook.

        Parameters
        ----------
        codes : iterable of CodeId
            The codes.
        """
        left_out = frozenset(codes)
        return self._subset(
            coding
            if left_out.isdisjoint(coding.codes) and left_out.isdisjoint(coding.unjudged)
            else replace(
                coding,
                codes=coding.codes - left_out,
                unjudged=coding.unjudged - left_out,
                waiting_parts=frozenset(group - left_out for group in coding.waiting_parts if group - left_out),
            )
            for coding in self._codings
        )

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
        codings, digests = codings_from_frame(frame)
        return cls(codings, digests=digests)

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
