"""The interviews-by-codes table: met, not met, not judged. The only door from codings to arrays in this room."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.arguments import no_single_text
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings, consensus
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.errors import Fault, ThemesError
from autocode.frozen import FrozenMapping
from autocode.names import check_known, hint
from autocode.transcripts import LineId, TranscriptId, Transcripts
from autocode.wording import count_of

CodedBy: TypeAlias = Literal["consensus", "any"]
Level: TypeAlias = Literal["subtheme", "theme"]
Met: TypeAlias = NDArray[np.int8]


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incidence(Tabular):
    """
    In which interviews each code was met.

    Attributes
    ----------
    interviews : tuple of TranscriptId
        The interviews, in the order in which they took place.
    codes : tuple of CodeId
        The codes, in the order of the codebook.
    met : ndarray of int8, shape (n_interviews, n_codes)
        1 where a line of the interview has the code, 0 where none has, -1 where none has that was judged for the code:
        lines that were read before a code was added say nothing about it.
    names : mapping of CodeId to str, default empty
        The names of the codes.
    attributes : mapping of TranscriptId to mapping of str to str, default empty
        What is known about the participant of each interview.
    left_out : tuple of TranscriptId, default empty
        Interviews of which not every line of a participant was read. A half-read interview looks as if it had brought
        nothing new.
    order : {"date", "files"}, default "files"
        What the order of the interviews rests on.
    coded_by : {"consensus", "any"}, default "consensus"
        Whose codings give a line its codes.

    Raises
    ------
    ValueError
        If the table has another shape, or values other than -1, 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from autocode.themes import Incidence
    >>> incidence = Incidence(interviews=("P1", "P2"), codes=("phone", "wait"), met=np.array([[1, 0], [1, 1]]))
    >>> incidence
    <Incidence: 2 codes in 2 interviews>
    """

    interviews: tuple[TranscriptId, ...]
    codes: tuple[CodeId, ...]
    met: Met
    names: Mapping[CodeId, str] = field(default_factory=lambda: FrozenMapping({}))
    attributes: Mapping[TranscriptId, Mapping[str, str]] = field(default_factory=lambda: FrozenMapping({}))
    left_out: tuple[TranscriptId, ...] = ()
    order: Literal["date", "files"] = "files"
    coded_by: CodedBy = "consensus"

    def __post_init__(self) -> None:
        if self.met.shape != (len(self.interviews), len(self.codes)):
            raise ValueError(
                f"met has the shape {self.met.shape}, but there are {count_of(len(self.interviews), 'interview')} and "
                f"{count_of(len(self.codes), 'code')}; give one row per interview and one column per code."
            )
        if not np.isin(self.met, (-1, 0, 1)).all():
            raise ValueError("met has values other than 1 (met), 0 (not met) and -1 (not judged).")

    def _records(self) -> Iterable[dict[str, object]]:
        for interview, row in zip(self.interviews, self.met.tolist(), strict=True):
            met = {code: None if state < 0 else state for code, state in zip(self.codes, row, strict=True)}
            yield {"interview": interview} | met

    @classmethod
    @documented
    def of(
        cls,
        codings: Codings,
        lines: Transcripts,
        codebook: Codebook,
        *,
        coded_by: CodedBy = "consensus",
        level: Level = "subtheme",
    ) -> Self:
        """
        Return in which interviews each code of a codebook was met.

        Interviews are in the order of the column `date` of participants.csv (2026-01-31) if each of them has a date,
        else in that of the files.

        Parameters
        ----------
        {codings}
        {lines}
        {codebook}
        coded_by : {{"consensus", "any"}}, default "consensus"
            With "consensus", a line has its adjudicated codes, else those that a strict majority of its coders gave;
            with "any", every code that a coder gave.
        level : {{"subtheme", "theme"}}, default "subtheme"
            Whether to count subthemes, or themes, which are met where one of their subthemes is.

        Raises
        ------
        StudyError
            If these are not the lines that were coded, as after an edit of a transcript.
        ThemesError
            If no interview was read completely, or the codebook has no code of this level.
        """
        codings.check_lines(lines)
        of_line, unjudged = codes_of_lines(codings, coded_by)
        participants: dict[TranscriptId, list[LineId]] = {interview.id: [] for interview in lines.interviews}
        for line in lines.participant_lines:
            participants[line.transcript].append(line.id)
        read = {name for name, ids in participants.items() if ids and all(line in of_line for line in ids)}
        if not read:
            raise ThemesError(
                "no interview was read completely: not every line of a participant has a coding. Code them to the end "
                "first; lines to which nothing applies are coded without a code."
            )
        columns = columns_of(codebook, level)
        names, order = _in_order(lines, read)
        met = [[state_of(codes, participants[name], of_line, unjudged) for codes in columns.values()] for name in names]
        return cls(
            interviews=names,
            codes=tuple(columns),
            met=np.array(met, dtype=np.int8).reshape(len(names), len(columns)),
            names=FrozenMapping({code: codebook.label(code) for code in columns}),
            attributes=FrozenMapping({name: lines.interview(name).attributes for name in names}),
            left_out=tuple(interview.id for interview in lines.interviews if interview.id not in read),
            order=order,
            coded_by=coded_by,
        )

    @no_single_text
    def of_interviews(self, interviews: Sequence[TranscriptId]) -> "Incidence":
        """
        Return the table of some interviews only.

        Parameters
        ----------
        interviews : sequence of TranscriptId
            The interviews to keep; their order stays that of this table.

        Raises
        ------
        UnknownNameError
            If an interview is not in this table.
        """
        check_known("interview", interviews, self.interviews)
        kept = [row for row, name in enumerate(self.interviews) if name in set(interviews)]
        return Incidence(
            interviews=tuple(self.interviews[row] for row in kept),
            codes=self.codes,
            met=self.met[kept],
            names=self.names,
            attributes=self.attributes,
            left_out=(),
            order=self.order,
            coded_by=self.coded_by,
        )

    def groups(self, attribute: str) -> dict[str, tuple[TranscriptId, ...]]:
        """
        Return the interviews with each value of an attribute, sorted by value; "not known" where it is missing.

        Parameters
        ----------
        attribute : str
            A column of participants.csv, such as "role".

        Raises
        ------
        ThemesError
            If no participant has the attribute.
        """
        known = {name: self.attributes.get(name, {}).get(attribute, "").strip() for name in self.interviews}
        if not any(known.values()):
            columns = sorted({key for values in self.attributes.values() for key in values} - {attribute})
            raise ThemesError(f"no participant has the attribute {attribute!r}; {hint(attribute, columns)}.")
        groups: dict[str, list[TranscriptId]] = {}
        for name in self.interviews:
            groups.setdefault(known[name] or UNKNOWN, []).append(name)
        return {value: tuple(groups[value]) for value in sorted(groups, key=lambda value: (value == UNKNOWN, value))}

    def __repr__(self) -> str:
        return f"<Incidence: {count_of(len(self.codes), 'code')} in {count_of(len(self.interviews), 'interview')}>"


UNKNOWN = "not known"  # the group of participants of whom an attribute is not known


CodesOfLines: TypeAlias = Mapping[LineId, frozenset[CodeId]]


def codes_of_lines(codings: Codings, coded_by: CodedBy) -> tuple[CodesOfLines, CodesOfLines]:
    """Return the codes of each line, and those of which it is not known whether the line has them."""
    if coded_by == "consensus":
        agreed = consensus(codings)
        return agreed.codes, agreed.unjudged
    if coded_by == "any":
        nothing: frozenset[CodeId] = frozenset()
        given = {line: nothing.union(*(coding.codes for coding in codings.of(line))) for line in codings.lines}
        waiting = codings.partly_judged()
        unjudged = {line: nothing.union(*(coding.unjudged for coding in waiting.of(line))) for line in waiting.lines}
        return given, {line: codes - given[line] for line, codes in unjudged.items()}
    raise ValueError(f'coded_by is "consensus" or "any", not {coded_by!r}.')


def state_of(codes: frozenset[CodeId], members: Sequence[LineId], of_line: CodesOfLines, unjudged: CodesOfLines) -> int:
    """Return 1 if any of these lines has any of the codes, -1 if that is not known of one of them, else 0."""
    if any(codes & of_line[line] for line in members):
        return 1
    return -1 if any(codes & unjudged[line] for line in members if line in unjudged) else 0


def columns_of(codebook: Codebook, level: Level) -> dict[CodeId, frozenset[CodeId]]:
    """Return the codes of a level, each with the codes that stand for it on a line."""
    if level not in ("subtheme", "theme"):
        raise ValueError(f'the level is "subtheme" or "theme", not {level!r}.')
    if level == "subtheme":
        columns = {code.id: frozenset({code.id}) for code in codebook.subthemes}
    else:
        columns = {code.id: frozenset((code.id, *codebook.descendants(code.id))) for code in _top(codebook)}
    if not columns:
        raise ThemesError(f"the codebook has no {level}s.")
    return columns


def _top(codebook: Codebook) -> tuple[Code, ...]:
    return tuple(code for code in codebook.values() if code.parent is None)


def _in_order(lines: Transcripts, read: set[TranscriptId]) -> tuple[tuple[TranscriptId, ...], Literal["date", "files"]]:
    """Return the interviews that were read in the order in which they took place, and what it rests on."""
    kept = [interview for interview in lines.interviews if interview.id in read]
    written = {interview.id: interview.attributes.get("date", "").strip() for interview in kept}
    if not any(written.values()):
        return tuple(written), "files"
    dates: dict[TranscriptId, date] = {}
    faults = []
    for name, text in written.items():
        try:
            dates[name] = date.fromisoformat(text)
        except ValueError:
            what = f"has the date {text!r}" if text else "has no date"
            faults.append(
                Fault(f"{name} {what}; write the column date of participants.csv as 2026-01-31, or remove it.")
            )
    ThemesError.raise_if(faults)
    return tuple(sorted(dates, key=lambda name: dates[name])), "date"
