"""Lines of nearly the same words that were coded differently."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.codebook import Code
from autocode.coding import CoderId
from autocode.suggester.checks._example_line import ExampleLine
from autocode.suggester.model._coded_lines import CodedLines

# Least cosine of near-duplicates: of ten content words, about two may differ. Lower values list lines that share a
# topic, and differ for a reason.
LEAST_SIMILARITY = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicates:
    """Two lines of nearly the same words whose codes differ.

    Attributes
    ----------
    first, second : ExampleLine
        The two lines.
    similarity : float
        Cosine of their words, from 0.8 to 1.
    jaccard_distance : float
        1 minus the number of codes that both have over the number that either has; 1 is no code in common.
    codes : tuple of two tuples of Code
        The codes of the first line, and of the second.
    coders : tuple of two tuples of CoderId
        Who coded the first line, and who the second.
    """

    first: ExampleLine
    second: ExampleLine
    similarity: float
    jaccard_distance: float
    codes: tuple[tuple[Code, ...], tuple[Code, ...]]
    coders: tuple[tuple[CoderId, ...], tuple[CoderId, ...]]

    def __str__(self) -> str:
        sentences = [
            f"{line.line} ({', '.join(coders)}) is {', '.join(code.name for code in codes) or 'without a code'}: "
            f"{line.text}"
            for line, codes, coders in self._lines()
        ]
        return "\n  ".join([*sentences, f"similarity {self.similarity:.2f}, coded differently"])

    def to_json(self) -> dict[str, object]:
        """Return both lines with their codes and coders; the keys are those of `autocode recheck --json`."""
        return {
            "lines": [
                {"line": line.line, "text": line.text, "codes": [code.id for code in codes], "coders": list(coders)}
                for line, codes, coders in self._lines()
            ],
            "likeness": self.similarity,
            "apart": self.jaccard_distance,
        }

    def _lines(self) -> list[tuple[ExampleLine, tuple[Code, ...], tuple[CoderId, ...]]]:
        return list(zip((self.first, self.second), self.codes, self.coders, strict=True))


def find_near_duplicates(table: CodedLines, rows: sp.csr_matrix, *, n: int) -> tuple[NearDuplicates, ...]:
    """Return the n near-duplicate pairs whose codes have least in common; among equals, the most similar come first.

    A line is in at most one pair, so that a phrase that many people use does not fill the list. `rows` are the words
    of the table's lines.
    """
    first, second, similarity = pairs_at_least(rows, LEAST_SIMILARITY)
    a, b = table.applied[first], table.applied[second]
    if table.judged is not None:  # lines differ only in what was judged on both
        judged = table.judged[first] & table.judged[second]
        a, b = a & judged, b & judged
    union = (a | b).sum(axis=1)
    distance = 1 - (a & b).sum(axis=1) / np.maximum(union, 1)
    distance[union == 0] = 0.0
    found: list[NearDuplicates] = []
    used: set[int] = set()
    for k in np.lexsort((second, first, -similarity, -distance)):
        i, j = int(first[k]), int(second[k])
        if not distance[k] or len(found) == n:
            break
        if i in used or j in used:
            continue
        used |= {i, j}
        found.append(
            NearDuplicates(
                first=ExampleLine.from_line(table.lines[i]),
                second=ExampleLine.from_line(table.lines[j]),
                similarity=min(float(similarity[k]), 1.0),
                jaccard_distance=float(distance[k]),
                codes=(codes_of(table, i), codes_of(table, j)),
                coders=(coders_of(table, i), coders_of(table, j)),
            )
        )
    return tuple(found)


def pairs_at_least(rows: sp.csr_matrix, least: float) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return the pairs (first, second, cosine) of L2-normalised rows with a cosine of at least `least`, each pair once.

    Of each row, its rarest words are taken until the remaining ones are shorter than `least`: a row that shares none of
    the words taken cannot reach that cosine. So the frequent words, which cause nearly all the work, are compared for
    candidates only (prefix filtering).

    References
    ----------
    Bayardo, Ma & Srikant (2007), Scaling up all pairs similarity search.
    """
    n_rows_with = np.diff(sp.csc_matrix(rows).indptr)
    rarest = sp.csr_matrix(rows, copy=True)
    keep = np.zeros(rarest.nnz, dtype=bool)
    for i in range(rarest.shape[0]):
        entries = np.arange(rarest.indptr[i], rarest.indptr[i + 1])
        entries = entries[np.argsort(n_rows_with[rarest.indices[entries]], kind="stable")]
        square = rarest.data[entries] ** 2
        remaining = np.sqrt(np.maximum(square.sum() - np.cumsum(square) + square, 0))
        keep[entries[remaining >= least - 1e-9]] = True
    rarest.data[~keep] = 0.0
    rarest.eliminate_zeros()
    candidates = sp.coo_matrix(rarest @ rows.T)
    first, second = np.minimum(candidates.row, candidates.col), np.maximum(candidates.row, candidates.col)
    pairs = np.unique(np.stack([first, second])[:, first != second], axis=1)
    first, second = pairs[0], pairs[1]
    similarity = np.asarray(rows[first].multiply(rows[second]).sum(axis=1)).ravel()
    is_close = similarity >= least - 1e-9
    return first[is_close], second[is_close], similarity[is_close]


def codes_of(table: CodedLines, i: int) -> tuple[Code, ...]:
    """Return the codes of a line of a table."""
    return tuple(code for code, is_applied in zip(table.codes, table.applied[i], strict=True) if is_applied)


def coders_of(table: CodedLines, i: int) -> tuple[CoderId, ...]:
    """Return who coded a line of a table."""
    return tuple(dict.fromkeys(coding.coder for coding in table.codings.of(table.lines[i].id)))
