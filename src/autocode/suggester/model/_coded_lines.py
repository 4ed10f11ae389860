"""The one place where human codings become a lines-by-codes array to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings, Consensus, consensus
from autocode.display import displayed
from autocode.doctext import documented
from autocode.errors import TrainingError
from autocode.transcripts import Line, Role, Transcripts


@displayed
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodedLines:
    """The lines of participants that humans coded, with the consensus codes of each.

    Attributes
    ----------
    lines : tuple of Line
        The coded lines, in the order of the transcripts.
    codes : tuple of Code
        The subthemes, in the order of the codebook.
    applied : ndarray of bool, shape (n_lines, n_codes)
        Which codes each line has by consensus.
    codings : Codings
        Every human coding of these lines.
    consensus : Consensus
        The rule by which the codes of each line were decided.
    judged : ndarray of bool, shape (n_lines, n_codes), or None, default None
        Which codes were judged on each line: a line that nobody judged for a code, because the code was added, split or
        redefined since, is neither a positive nor a negative example of it. None where every code was judged on every
        line.

    Examples
    --------
    >>> import autocode as ac
    >>> from autocode.suggester import CodedLines
    >>> from autocode.transcripts import Role
    >>> line = ac.Line(id="GP1:1", transcript="GP1", order=1, speaker="GP1", role=Role.PARTICIPANT,
    ...                text="Nowhere to park.", start=0, end=16)
    >>> codebook = ac.Codebook([ac.Code(id="parking", name="Parking"), ac.Code(id="phones", name="Telephones")])
    >>> codings = ac.Codings([ac.Coding(line=line.id, coder="MO", codes=frozenset({"parking"}))])
    >>> CodedLines.from_codings(codings, [line], codebook).applied.tolist()
    [[True, False]]
    """

    lines: tuple[Line, ...]
    codes: tuple[Code, ...]
    applied: NDArray[np.bool_]
    codings: Codings
    consensus: Consensus
    judged: NDArray[np.bool_] | None = None

    @classmethod
    @documented
    def from_codings(cls, codings: Codings, lines: Transcripts | Sequence[Line], codebook: Codebook) -> "CodedLines":
        """Return the coded lines of participants.

        Parameters
        ----------
        {codings}
        {lines}
        {codebook}

        Raises
        ------
        TrainingError
            If a coding names a code that is not a subtheme of the codebook.
        StudyError
            If these are not the lines that were coded.
        """
        codings.check_lines(lines)
        agreed = consensus(codings)
        coded = tuple(line for line in lines if line.role is Role.PARTICIPANT and line.id in agreed.codes)
        codes = codebook.labelled().subthemes
        column = {code.id: j for j, code in enumerate(codes)}
        applied = np.zeros((len(coded), len(codes)), dtype=bool)
        unknown: dict[str, str] = {}
        for i, line in enumerate(coded):
            for code in agreed.codes[line.id]:
                if code in column:
                    applied[i, column[code]] = True
                else:
                    unknown.setdefault(code, line.id)
        if unknown:
            name, place = next(iter(unknown.items()))
            raise TrainingError(
                f"the line {place} is coded {name!r}, which is not a subtheme of this codebook; "
                "add it to the codebook or correct the coding."
            )
        judged = None
        if any(line.id in agreed.unjudged for line in coded):
            nothing: frozenset[CodeId] = frozenset()
            judged = np.array(
                [[code.id not in agreed.unjudged.get(line.id, nothing) for code in codes] for line in coded], dtype=bool
            )
        return cls(lines=coded, codes=codes, applied=applied, codings=codings, consensus=agreed, judged=judged)

    def take(self, rows: NDArray[np.intp]) -> "CodedLines":
        """Return some of the lines, in the order given.

        Parameters
        ----------
        rows : ndarray of int, shape (n_rows,)
            Indices into `lines`.
        """
        return CodedLines(
            lines=tuple(self.lines[i] for i in rows),
            codes=self.codes,
            applied=self.applied[rows],
            codings=self.codings,
            consensus=self.consensus,
            judged=None if self.judged is None else self.judged[rows],
        )

    def only(self, columns: NDArray[np.intp]) -> "CodedLines":
        """Return all lines with some of the codes, in the order given.

        Parameters
        ----------
        columns : ndarray of int, shape (n_columns,)
            Indices into `codes`.
        """
        return CodedLines(
            lines=self.lines,
            codes=tuple(self.codes[j] for j in columns),
            applied=self.applied[:, columns],
            codings=self.codings,
            consensus=self.consensus,
            judged=None if self.judged is None else self.judged[:, columns],
        )

    def __len__(self) -> int:
        return len(self.lines)
