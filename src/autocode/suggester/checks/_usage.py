"""Codes that two coders use for different things."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.arguments import no_single_text
from autocode.codebook import Code, CodeId
from autocode.coding import CoderId, Coding
from autocode.display import displayed
from autocode.suggester.checks._coherence import Ratio, ratio
from autocode.suggester.checks._similarity import mean_similarity
from autocode.suggester.model._coded_lines import CodedLines
from autocode.transcripts import LineId
from autocode.wording import count_of

# Least number of lines that each of two coders gave a code, for their uses of it to be compared: with fewer, two or
# three lines decide how similar they are.
LEAST_LINES = 5
# Another code is given instead of this one if it is on at least this many of the lines in question and on half of
# them: once or twice is an exception, not a use.
LEAST_INSTEAD = 3

CodingOfLine = Mapping[LineId, Coding]


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentUse:
    """A code that two coders, coding independently, seem to use for different things.

    Attributes
    ----------
    code : Code
        The code.
    coders : tuple of (CoderId, CoderId)
        The two coders.
    lines : tuple of (int, int)
        Number of lines to which each coder gave the code.
    shared : tuple of (int, int, int)
        Of the lines that both coded, the number that got the code from the first, from the second, and from both.
    instead : tuple of two (Code, int) or None
        The code that the second coder gave where only the first gave this one, and on how many lines; then the other
        way round. None where no code is on half of those lines and on at least three.
    separation : Ratio
        How many times as similar in their words two lines of the same coder are as two lines of different coders.
    """

    code: Code
    coders: tuple[CoderId, CoderId]
    lines: tuple[int, int]
    shared: tuple[int, int, int]
    instead: tuple[tuple[Code, int] | None, tuple[Code, int] | None]
    separation: Ratio

    def __str__(self) -> str:
        (a, b), (n_a, n_b, n_both) = self.coders, self.shared
        sentence = f"{self.code.name}: given to {count_of(self.lines[0], 'line')} by {a} and to {self.lines[1]} by {b}"
        if n_a or n_b:
            sentence += f"; on the lines that both coded, {a} gave it to {n_a}, {b} to {n_b} and both to {n_both}"
        for coder, other, instead in ((a, b, self.instead[0]), (b, a, self.instead[1])):
            if instead is not None:
                code, n = instead
                sentence += f"; on {n} of the lines where only {coder} gave it, {other} gave {code.name} instead"
        if not np.isnan(self.separation.value):
            sentence += f"; lines of the same coder are {self.separation} times as similar as lines of different coders"
        return f"{sentence}."

    def to_json(self) -> dict[str, object]:
        """Return the code, the coders and the numbers; the keys are those of `autocode recheck --json`."""
        return {
            "code": self.code.id,
            "coders": list(self.coders),
            "lines": list(self.lines),
            "shared": list(self.shared),
            "instead": [
                None if instead is None else {"code": instead[0].id, "lines": instead[1]} for instead in self.instead
            ],
            "apart": self.separation.to_json(),
        }


def find_different_uses(
    table: CodedLines, rows: sp.csr_matrix, interview: NDArray[np.intp], draws: NDArray[np.float64], *, n: int
) -> tuple[DifferentUse, ...]:
    """Return the n codes and pairs of coders whose uses differ most.

    Uses differ where lines of the same coder are more similar than lines of different coders, beyond chance, or where
    the other coder gives another code instead. `rows` are the words of the table's lines.
    """
    row_of = {line.id: i for i, line in enumerate(table.lines)}
    codings_by: dict[CoderId, dict[LineId, Coding]] = {}
    for coding in table.codings.independent():
        if coding.line in row_of:
            codings_by.setdefault(coding.coder, {})[coding.line] = coding
    found: list[tuple[float, DifferentUse]] = []
    for a, b in combinations(sorted(codings_by), 2):
        for code in table.codes:
            given = [
                np.array([row_of[line] for line, coding in of_coder.items() if code.id in coding.codes], dtype=np.intp)
                for of_coder in (codings_by[a], codings_by[b])
            ]
            if min(map(len, given)) < LEAST_LINES:
                continue
            use = _compare_use(
                table,
                code,
                (a, b),
                (codings_by[a], codings_by[b]),
                lines=(len(given[0]), len(given[1])),
                separation=_separation(rows, interview, draws, given),
            )
            difference = _difference(use)
            if difference:
                found.append((difference, use))
    found.sort(key=lambda ranked: -ranked[0])
    return tuple(use for _, use in found[:n])


def _separation(
    rows: sp.csr_matrix, interview: NDArray[np.intp], draws: NDArray[np.float64], given: list[NDArray[np.intp]]
) -> Ratio:
    """Return how many times as similar lines of the same coder are as lines of different coders."""
    member = np.zeros((rows.shape[0], 2), dtype=bool)
    for group, lines in enumerate(given):
        member[lines, group] = True
    used = np.flatnonzero(member.any(axis=1))
    similarity = mean_similarity(rows[used], interview[used], member[used], draws)
    within = np.sqrt(np.maximum(similarity[:, 0, 0] * similarity[:, 1, 1], 0))
    return ratio(within, similarity[:, 0, 1])


def _compare_use(
    table: CodedLines,
    code: Code,
    coders: tuple[CoderId, CoderId],
    codings_of: tuple[CodingOfLine, CodingOfLine],
    *,
    lines: tuple[int, int],
    separation: Ratio,
) -> DifferentUse:
    coded_by_both = [
        line
        for line in codings_of[0].keys() & codings_of[1].keys()
        if all(code.id not in own[line].unjudged for own in codings_of)
    ]
    by_a, by_b = ({line for line in coded_by_both if code.id in own[line].codes} for own in codings_of)
    code_of = {known.id: known for known in table.codes}
    return DifferentUse(
        code=code,
        coders=coders,
        lines=lines,
        shared=(len(by_a), len(by_b), len(by_a & by_b)),
        instead=(
            _given_instead(by_a - by_b, codings_of[0], codings_of[1], code_of),
            _given_instead(by_b - by_a, codings_of[1], codings_of[0], code_of),
        ),
        separation=separation,
    )


def _difference(use: DifferentUse) -> float:
    """Return the share of shared lines with another code instead plus the separation beyond chance; 0 if neither."""
    n_a, n_b, n_both = use.shared
    n_instead = sum(instead[1] for instead in use.instead if instead is not None)
    beyond_chance = use.separation.low - 1 if use.separation.low > 1 else 0.0
    return n_instead / max(n_a + n_b - n_both, 1) + beyond_chance


def _given_instead(
    lines: set[LineId], own: CodingOfLine, other: CodingOfLine, code_of: Mapping[CodeId, Code]
) -> tuple[Code, int] | None:
    """Return the code that the other coder gave to most of these lines and this coder did not, if it is on half."""
    counts = Counter(
        code
        for line in sorted(lines)
        for code in sorted(other[line].codes - own[line].codes - own[line].unjudged)
        if code in code_of
    )
    for code, n in counts.most_common(1):
        if n >= LEAST_INSTEAD and 2 * n >= len(lines):
            return code_of[code], n
    return None
