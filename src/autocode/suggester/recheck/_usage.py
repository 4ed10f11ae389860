"""Codes that two coders use for different things."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.codebook import Code, CodeId
from autocode.coding import CoderId
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.recheck._coherence import Ratio, ratio
from autocode.suggester.recheck._similarity import mean_likeness
from autocode.transcripts import LineId

# Lines that each of two coders gave a code to, from which on their uses of it are compared.
ENOUGH = 5
# Another code stands in the place of this one if it does so on this many lines, and on half of those in question.
INSTEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentUse:
    """A code that two coders seem to use for different things, judging independently.

    Attributes
    ----------
    lines : to how many lines each of the two gave the code.
    shared : of the lines that both judged, how many got the code from the first, the second, and both.
    instead : which code the second gave where only the first gave this one, and how often; then the other way round.
        None where no code does it on half of those lines and at least three.
    apart : how many times as alike in their words one coder's lines are as one of each coder's.
    """

    code: Code
    coders: tuple[CoderId, CoderId]
    lines: tuple[int, int]
    shared: tuple[int, int, int]
    instead: tuple[tuple[Code, int] | None, tuple[Code, int] | None]
    apart: Ratio

    def __str__(self) -> str:
        (a, b), (n_a, n_b, both) = self.coders, self.shared
        said = f"{self.code.name}: given to {self.lines[0]} lines by {a} and to {self.lines[1]} by {b}"
        if n_a or n_b:
            said += f"; of the lines that both judged to {n_a} and {n_b}, {both} of them the same"
        for who, other, taken in ((a, b, self.instead[0]), (b, a, self.instead[1])):
            if taken is not None:
                said += f"; on {taken[1]} of the others of {who}, {other} gave {taken[0].name} instead"
        if not np.isnan(self.apart.value):
            said += f"; their lines are {self.apart} times as like their own as like the other's"
        return f"{said}."

    def to_json(self) -> dict[str, object]:
        """Return the code, the coders and the numbers."""
        return {
            "code": self.code.id,
            "coders": list(self.coders),
            "lines": list(self.lines),
            "shared": list(self.shared),
            "instead": [None if one is None else {"code": one[0].id, "lines": one[1]} for one in self.instead],
            "apart": self.apart.to_json(),
        }


def different_uses(
    table: CodedLines, rows: sp.csr_matrix, interview: NDArray[np.intp], draws: NDArray[np.float64], *, n: int
) -> tuple[DifferentUse, ...]:
    """Return the n codes and pairs of coders whose uses differ most.

    A use differs where one coder's lines are more like each other than like the other's, beyond chance, or where the
    other coder has another code in its place. `rows` are the words of the table's lines.
    """
    code_of = {code.id: code for code in table.codes}
    row_of = {line.id: i for i, line in enumerate(table.lines)}
    said: dict[CoderId, dict[LineId, frozenset[CodeId]]] = {}
    for one in table.codings.independent():
        if one.line in row_of:
            said.setdefault(one.coder, {})[one.line] = one.codes
    found: list[tuple[float, DifferentUse]] = []
    for a, b in combinations(sorted(said), 2):
        both_judged = said[a].keys() & said[b].keys()
        for code in table.codes:
            given = [
                np.array([row_of[line] for line in said[who] if code.id in said[who][line]], dtype=np.intp)
                for who in (a, b)
            ]
            if min(map(len, given)) < ENOUGH:
                continue
            of_a, of_b = ({line for line in both_judged if code.id in said[who][line]} for who in (a, b))
            instead = (
                _instead(of_a - of_b, said[a], said[b], code_of),
                _instead(of_b - of_a, said[b], said[a], code_of),
            )
            member = np.zeros((len(table), 2), dtype=bool)
            for g, rows_given in enumerate(given):
                member[rows_given, g] = True
            used = np.flatnonzero(member.any(axis=1))
            alike = mean_likeness(rows[used], interview[used], member[used], draws)
            own = np.sqrt(np.maximum(alike[:, 0, 0] * alike[:, 1, 1], 0))
            use = DifferentUse(
                code=code,
                coders=(a, b),
                lines=(len(given[0]), len(given[1])),
                shared=(len(of_a), len(of_b), len(of_a & of_b)),
                instead=instead,
                apart=ratio(own, alike[:, 0, 1]),
            )
            taken = sum(one[1] for one in instead if one is not None)
            beyond = use.apart.low - 1 if use.apart.low > 1 else 0.0
            if taken or beyond:
                found.append((taken / max(len(of_a | of_b), 1) + beyond, use))
    found.sort(key=lambda one: -one[0])
    return tuple(use for _, use in found[:n])


def _instead(
    lines: set[LineId],
    mine: Mapping[LineId, frozenset[CodeId]],
    other: Mapping[LineId, frozenset[CodeId]],
    code_of: Mapping[CodeId, Code],
) -> tuple[Code, int] | None:
    """Return the code that the other coder gave to most of these lines and this coder did not, if it is on half."""
    counts = Counter(code for line in sorted(lines) for code in sorted(other[line] - mine[line]) if code in code_of)
    for code, n in counts.most_common(1):
        if n >= INSTEAD and 2 * n >= len(lines):
            return code_of[code], n
    return None
