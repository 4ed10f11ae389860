"""The door from human codings to lines-by-codes: what the humans together hold, as an array to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autocode.codebook import Code, Codebook
from autocode.coding import Codings, Consensus, consensus
from autocode.errors import TrainingError
from autocode.transcripts import Line, Role, Transcripts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodedLines:
    """Participants' lines that humans judged, and the codes that stand for them.

    Attributes
    ----------
    lines : in the order of the transcripts.
    codes : the subthemes, in the order of the codebook.
    applied : ndarray of bool, shape (n_lines, n_codes).
    codings : every human judgement of these lines.
    settled : by which rule the codes of each line stand.
    """

    lines: tuple[Line, ...]
    codes: tuple[Code, ...]
    applied: NDArray[np.bool_]
    codings: Codings
    settled: Consensus

    @classmethod
    def of(cls, codings: Codings, lines: Transcripts | Sequence[Line], codebook: Codebook) -> "CodedLines":
        """Return the judged participants' lines; raises `TrainingError` if a coding names an unknown code."""
        codings.check_lines(lines)
        settled = consensus(codings)
        judged = tuple(line for line in lines if line.role is Role.PARTICIPANT and line.id in settled.codes)
        codes = codebook.subthemes
        column = {code.id: j for j, code in enumerate(codes)}
        applied = np.zeros((len(judged), len(codes)), dtype=bool)
        unknown: dict[str, str] = {}
        for i, line in enumerate(judged):
            for code in settled.codes[line.id]:
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
        return cls(lines=judged, codes=codes, applied=applied, codings=codings, settled=settled)

    def take(self, rows: NDArray[np.intp]) -> "CodedLines":
        """Return some of the lines, in the order given."""
        return CodedLines(
            lines=tuple(self.lines[i] for i in rows),
            codes=self.codes,
            applied=self.applied[rows],
            codings=self.codings,
            settled=self.settled,
        )

    def only(self, columns: NDArray[np.intp]) -> "CodedLines":
        """Return the lines with some of the codes."""
        return CodedLines(
            lines=self.lines,
            codes=tuple(self.codes[j] for j in columns),
            applied=self.applied[:, columns],
            codings=self.codings,
            settled=self.settled,
        )

    def __len__(self) -> int:
        return len(self.lines)
