"""All lines of a code, with what they answer, what stands beside them, and who gave it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from autocode.arguments import no_single_text
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.frames import Kind
from autocode.frozen import FrozenMapping
from autocode.names import check_known
from autocode.retrieval._reference import reference
from autocode.tables import Table, csv_text, spreadsheet_cell
from autocode.transcripts import Line, LineId, Role, TranscriptId, Transcripts
from autocode.wording import count_of

_COLUMNS = ("code", "reference", "line", "transcript", "order", "speaker", "question", "text", "codes", "coders",
            "basis", "memo")  # fmt: skip


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievedLine:
    """
    A line that was given a code, with what stands around it.

    Attributes
    ----------
    line : Line
        The line.
    reference : str
        Where it stands, for a citation: "GP3, line 12".
    given : tuple of Coding
        The judgements that give it the code.
    others : tuple of Coding
        The other judgements of the line.
    attributes : mapping of str to str
        What is known of the participant, such as role or borough.
    question : Line or None
        The interviewer's last line before it.
    before, after : Line or None
        The lines before and after it, of participants or interviewers.
    """

    line: Line
    reference: str
    given: tuple[Coding, ...]
    others: tuple[Coding, ...]
    attributes: Mapping[str, str]
    question: Line | None
    before: Line | None
    after: Line | None

    @property
    def quotation(self) -> str:
        """The words in quotation marks, with where they stand."""
        return f"“{self.line.text}” ({self.reference})"

    @property
    def coders(self) -> tuple[CoderId, ...]:
        """Who gave it the code, by name."""
        return tuple(sorted({coding.coder for coding in self.given}))

    @property
    def memos(self) -> tuple[tuple[CoderId, str], ...]:
        """The memos of those who gave it the code, each once."""
        return tuple(dict.fromkeys((coding.coder, coding.memo) for coding in self.given if coding.memo))


@displayed
@no_single_text
@dataclass(frozen=True, kw_only=True, eq=False)
class RetrievedLines(Tabular):
    """
    All lines of a code, in the order of the interviews; made by `lines_with_code`.

    Attributes
    ----------
    code : Code
        The code.
    codes : tuple of CodeId
        What counts as it: the code itself, and those below it unless they were left out.
    lines : tuple of RetrievedLine
        The lines.
    names : mapping of CodeId to str
        The names of the codes.
    """

    code: Code
    codes: tuple[CodeId, ...]
    lines: tuple[RetrievedLine, ...]
    names: Mapping[CodeId, str] = field(repr=False)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def interviews(self) -> tuple[TranscriptId, ...]:
        """The interviews with such a line, in their order."""
        return tuple(dict.fromkeys(found.line.transcript for found in self.lines))

    @cached_property
    def by_coder(self) -> Mapping[CoderId, int]:
        """Number of lines that each coder gave the code, by name."""
        counts = Counter(coder for found in self.lines for coder in found.coders)
        return FrozenMapping(dict(sorted(counts.items())))

    @cached_property
    def by_interview(self) -> Mapping[TranscriptId, int]:
        """Number of lines in each interview with one."""
        return FrozenMapping(dict(Counter(found.line.transcript for found in self.lines)))

    @cached_property
    def by_basis(self) -> Mapping[Basis, int]:
        """Number of lines with the code by what its coders had seen."""
        counts = Counter(basis for found in self.lines for basis in {coding.basis for coding in found.given})
        return FrozenMapping({basis: counts[basis] for basis in Basis if counts[basis]})

    @cached_property
    def together(self) -> Mapping[CodeId, int]:
        """Number of these lines that anybody gave each other code as well, most frequent first."""
        own = frozenset(self.codes)
        nothing: frozenset[CodeId] = frozenset()
        counts = Counter(
            code
            for found in self.lines
            for code in nothing.union(*(coding.codes for coding in (*found.given, *found.others))) - own
        )
        return FrozenMapping(dict(sorted(counts.items(), key=lambda pair: (-pair[1], self.names.get(pair[0], "")))))

    def by_attribute(self, attribute: str) -> Mapping[str, int]:
        """
        Return the number of lines by the value of an attribute of the participants, sorted by value.

        Parameters
        ----------
        attribute : str
            The attribute, such as "role"; where it is not known, the value is empty.
        """
        return FrozenMapping(dict(sorted(Counter(found.attributes.get(attribute, "") for found in self.lines).items())))

    @no_single_text
    def where(
        self,
        *,
        coders: Collection[CoderId] = (),
        interviews: Collection[TranscriptId] = (),
        attributes: Mapping[str, str] = FrozenMapping({}),
        bases: Collection[Basis] = (),
        codes_too: Collection[CodeId] = (),
        with_memo: bool = False,
    ) -> "RetrievedLines":
        """
        Return the lines for which all of this holds; what is empty is not asked.

        Parameters
        ----------
        coders : collection of CoderId, default ()
            One of them gave the line the code.
        interviews : collection of TranscriptId, default ()
            The line stands in one of them.
        attributes : mapping of str to str, default empty
            The participant has these attributes, such as the role "GP".
        bases : collection of Basis, default ()
            The code was given on one of these bases.
        codes_too : collection of CodeId, default ()
            Anybody gave the line each of these codes as well.
        with_memo : bool, default False
            Who gave the code wrote a memo. The coder, the basis and the memo are those of one judgement.

        Raises
        ------
        UnknownNameError
            If the codebook has no such code.
        """
        check_known("code", codes_too, tuple(self.names), titles=self.names)
        kept = []
        for found in self.lines:
            if interviews and found.line.transcript not in interviews:
                continue
            if any(found.attributes.get(name, "") != value for name, value in attributes.items()):
                continue
            if any(all(code not in coding.codes for coding in (*found.given, *found.others)) for code in codes_too):
                continue
            fits = [
                (not coders or coding.coder in coders)
                and (not bases or coding.basis in bases)
                and (not with_memo or bool(coding.memo))
                for coding in found.given
            ]
            if all(fits):
                kept.append(found)
            elif any(fits):
                apart = [coding for coding, fit in zip(found.given, fits, strict=True) if not fit]
                given = tuple(coding for coding, fit in zip(found.given, fits, strict=True) if fit)
                kept.append(replace(found, given=given, others=(*found.others, *apart)))
        return replace(self, lines=tuple(kept))

    def _rows(self) -> Iterator[dict[str, Any]]:
        for found in self.lines:
            given = frozenset(code for coding in found.given for code in coding.codes)
            yield {
                "code": self.code.id,
                "reference": found.reference,
                "line": found.line.id,
                "transcript": found.line.transcript,
                "order": found.line.order,
                "speaker": found.line.speaker,
                "question": "" if found.question is None else found.question.text,
                "text": found.line.text,
                "codes": sorted(given),
                "coders": list(found.coders),
                "basis": [basis for basis in Basis if any(coding.basis is basis for coding in found.given)],
                "memo": "\n".join(f"{coder}: {memo}" for coder, memo in found.memos),
                **{f"participant_{name}": value for name, value in found.attributes.items()},
            }

    def _records(self) -> Iterable[dict[str, object]]:
        return self._rows()

    def _kinds(self) -> dict[str, Kind]:
        kinds: dict[str, Kind] = dict.fromkeys(_COLUMNS, "text")
        return {**kinds, "order": "count", "codes": "texts", "coders": "texts", "basis": "texts"}

    def to_csv(self) -> str:
        """Return the lines as a table in CSV, one row per line, in which no spreadsheet takes words for a formula."""
        rows = list(self._rows())
        header = list(dict.fromkeys([*_COLUMNS, *(name for row in rows for name in row)]))
        return csv_text(header, ([spreadsheet_cell(_text(row.get(name, ""))) for name in header] for row in rows))

    def to_json(self) -> dict[str, Any]:
        """Return the lines and their counts as JSON holds them."""
        return {
            "code": self.code.id,
            "codes": list(self.codes),
            "n_lines": len(self),
            "by_coder": dict(self.by_coder),
            "by_interview": dict(self.by_interview),
            "together": dict(self.together),
            "lines": list(self._rows()),
        }

    def table(self) -> Table:
        """Return the lines as a table: where they stand, their words, and who gave the code."""
        rows = tuple(
            (found.reference, " ".join(found.line.text.split()), ", ".join(found.coders)) for found in self.lines
        )
        return Table(head=("line", "words", "coders"), rows=rows)

    def __str__(self) -> str:
        counts = f"{count_of(len(self), 'line')} of {count_of(len(self.interviews), 'interview')}"
        if not self.lines:
            return f"{self.names[self.code.id]}: no line."
        return f"{self.table().text()}\n\n{self.names[self.code.id]}: {counts}, given by {', '.join(self.by_coder)}."


def _text(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


@documented
def lines_with_code(
    codings: Codings, lines: Transcripts, codebook: Codebook, *, code: CodeId, subcodes: bool = True
) -> RetrievedLines:
    """
    Return every line that anybody gave a code, in the order of the interviews.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    code : CodeId
        The code, or a theme.
    subcodes : bool, default True
        Whether the codes below it count as it.

    Raises
    ------
    UnknownNameError
        If the codebook has no such code.
    StudyError
        If a coded transcript has changed since it was coded.

    See Also
    --------
    autocode.themes.together : which codes come together, with intervals.
    autocode.themes.variation : how codes vary with an attribute of the participants.

    Examples
    --------
    {sample_study}
    >>> found = ac.lines_with_code(codings, lines, codebook, code="overworked-staff")
    >>> len(found), dict(found.by_coder)
    (34, {'coder_a': 27, 'coder_b': 20, 'coder_c': 26})
    >>> found.where(attributes={"role": "GP"}).lines[0].reference
    'GP1, line 25'
    """
    codings.check_lines(lines)
    codes = (codebook[code].id, *(codebook.descendants(code) if subcodes else ()))
    names = FrozenMapping({known: codebook.label(known) for known in codebook})
    return RetrievedLines(
        code=codebook[code], codes=codes, names=names, lines=tuple(_retrieved(codings, lines, frozenset(codes)))
    )


def _retrieved(codings: Codings, lines: Transcripts, codes: frozenset[CodeId]) -> Iterator[RetrievedLine]:
    """Yield the lines with one of some codes; one pass over the judgements, as a large study has 100,000s of them."""
    found: set[LineId] = {coding.line for coding in codings if not codes.isdisjoint(coding.codes)}
    judged: dict[LineId, list[Coding]] = {line: [] for line in found}
    for coding in codings:
        if coding.line in found:
            judged[coding.line].append(coding)
    for interview in lines.interviews:
        for place, line, question in _with_questions(interview.lines):
            if line.id in found:
                readings = judged[line.id]
                yield RetrievedLine(
                    line=line,
                    reference=reference(lines, line),
                    given=tuple(coding for coding in readings if not codes.isdisjoint(coding.codes)),
                    others=tuple(coding for coding in readings if codes.isdisjoint(coding.codes)),
                    attributes=interview.attributes,
                    question=question,
                    before=interview.lines[place - 1] if place else None,
                    after=interview.lines[place + 1] if place + 1 < len(interview.lines) else None,
                )


def _with_questions(lines: Sequence[Line]) -> Iterator[tuple[int, Line, Line | None]]:
    """Yield the lines of an interview with their places, each with the interviewer's last line before it."""
    question: Line | None = None
    for place, line in enumerate(lines):
        yield place, line, question
        if line.role is Role.INTERVIEWER:
            question = line
