"""Lines that say nearly the same and were coded differently."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.codebook import Code
from autocode.coding import CoderId
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.recheck._coherence import ExampleLine, example_of

# Cosine of words from which on two lines say nearly the same.
TWINS = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicates:
    """Two lines of nearly the same words whose codes differ.

    Attributes
    ----------
    likeness : the cosine of their words.
    apart : one less the codes that both have over the codes that either has (Jaccard): 1 is nothing in common.
    coders : who judged the one, and who the other.
    """

    first: ExampleLine
    second: ExampleLine
    likeness: float
    apart: float
    codes: tuple[tuple[Code, ...], tuple[Code, ...]]
    coders: tuple[tuple[CoderId, ...], tuple[CoderId, ...]]

    def __str__(self) -> str:
        told = [
            f"{one.line} ({', '.join(who)}) is {', '.join(code.name for code in given) or 'without a code'}: {one.text}"
            for one, given, who in zip((self.first, self.second), self.codes, self.coders, strict=True)
        ]
        return "\n  ".join([*told, f"alike {self.likeness:.2f}, coded differently"])

    def to_json(self) -> dict[str, object]:
        """Return both lines with their codes and coders."""
        return {
            "lines": [
                {"line": one.line, "text": one.text, "codes": [code.id for code in given], "coders": list(who)}
                for one, given, who in zip((self.first, self.second), self.codes, self.coders, strict=True)
            ],
            "likeness": self.likeness,
            "apart": self.apart,
        }


def twins_of(table: CodedLines, rows: sp.csr_matrix, *, n: int) -> tuple[NearDuplicates, ...]:
    """Return the n pairs of nearly identical lines whose codes have least in common, the most alike first among equals.

    A line stands in one pair at most, so that a saying of which there are many does not fill the list. `rows` are the
    words of the table's lines.
    """
    first, second, likeness = nearly_identical(rows, TWINS)
    a, b = table.applied[first], table.applied[second]
    either = (a | b).sum(axis=1)
    apart = 1 - (a & b).sum(axis=1) / np.maximum(either, 1)
    apart[either == 0] = 0.0
    found: list[NearDuplicates] = []
    used: set[int] = set()
    for k in np.lexsort((second, first, -likeness, -apart)):
        i, j = int(first[k]), int(second[k])
        if not apart[k] or len(found) == n:
            break
        if i in used or j in used:
            continue
        used |= {i, j}
        found.append(
            NearDuplicates(
                first=example_of(table.lines[i]),
                second=example_of(table.lines[j]),
                likeness=min(float(likeness[k]), 1.0),
                apart=float(apart[k]),
                codes=(codes_on(table, i), codes_on(table, j)),
                coders=(coders_of(table, i), coders_of(table, j)),
            )
        )
    return tuple(found)


def nearly_identical(
    rows: sp.csr_matrix, least: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return the pairs (first, second, cosine) of rows of length one whose cosine is at least `least`, each pair once.

    A row's rarest words are taken until the rest is shorter than `least`: whoever shares none of them cannot be that
    like it. So the words that everybody uses, which make nearly all the work, are looked at only for candidates.
    """
    met = np.diff(sp.csc_matrix(rows).indptr)
    rare = sp.csr_matrix(rows, copy=True)
    keep = np.zeros(rare.nnz, dtype=bool)
    for i in range(rare.shape[0]):
        here = np.arange(rare.indptr[i], rare.indptr[i + 1])
        here = here[np.argsort(met[rare.indices[here]], kind="stable")]
        square = rare.data[here] ** 2
        left = np.sqrt(np.maximum(square.sum() - np.cumsum(square) + square, 0))
        keep[here[left >= least - 1e-9]] = True
    rare.data[~keep] = 0.0
    rare.eliminate_zeros()
    may = sp.coo_matrix(rare @ rows.T)
    first, second = np.minimum(may.row, may.col), np.maximum(may.row, may.col)
    pairs = np.unique(np.stack([first, second])[:, first != second], axis=1)
    first, second = pairs[0], pairs[1]
    likeness = np.asarray(rows[first].multiply(rows[second]).sum(axis=1)).ravel()
    close = likeness >= least - 1e-9
    return first[close], second[close], likeness[close]


def codes_on(table: CodedLines, i: int) -> tuple[Code, ...]:
    """Return the codes that stand on a line of a table."""
    return tuple(code for code, yes in zip(table.codes, table.applied[i], strict=True) if yes)


def coders_of(table: CodedLines, i: int) -> tuple[CoderId, ...]:
    """Return who judged a line of a table."""
    return tuple(dict.fromkeys(one.coder for one in table.codings.of(table.lines[i].id)))
