"""How far a line is like anything that was coded, and from where on it is unlike all of it: perhaps a new code."""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.suggester.features._ngrams import Tokens
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._model import LineModel, folds

# The share of coded lines, held out, that are less like the others than a line has to be to pass for new; and of how
# many lines at least such a share can be taken. Chosen on splits that are not the reported ones (evaluation/README.md).
LEAST_LIKE, ENOUGH = 0.05, 30
# A line so like what was coded is not new, however much the coded lines repeat each other.
ALIKE = 0.3


def unit(rows: sp.csr_matrix) -> sp.csr_matrix:
    """Return rows of length one; rows of nothing stay so."""
    squared = sp.csr_matrix((rows.data**2, rows.indices, rows.indptr), shape=rows.shape).sum(axis=1)
    length = np.maximum(np.sqrt(np.asarray(squared, dtype=np.float64).ravel()), 1e-12)
    data = rows.data * np.repeat(1 / length, np.diff(rows.indptr))
    return sp.csr_matrix((data, rows.indices, rows.indptr), shape=rows.shape)


def class_centroids(rows: sp.csr_matrix, applied: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the means of the lines of each code and of those without a code, shape (n_features, n_codes + 1)."""
    member = np.column_stack([applied, ~applied.any(axis=1)]).astype(np.float64)
    return np.ascontiguousarray(rows.T @ (member / np.maximum(member.sum(axis=0), 1)))


def codebook_centroids(rows: sp.csr_matrix, said: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Return the means of what the codebook says of each code, rows in its order, shape (n_features, n_codes)."""
    speaks_for = np.repeat(np.arange(len(said)), [len(one) for one in said])
    member = (speaks_for[:, None] == np.arange(len(said))).astype(np.float64)
    return np.asarray(rows.T @ (member / np.maximum(member.sum(axis=0), 1)), dtype=np.float64)


def likeness(rows: sp.csr_matrix, means: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how like anything coded or defined lines are, shape (n_lines,), from 0 to 1.

    The cosine with the nearest of the means of what was coded alike and of what the codebook says of a code, times the
    share of the line's words, weighted by how rare they are, that were met at all: what is new is often said in new
    words.

    Parameters
    ----------
    rows : rows of length one, shape (n_lines, n_features).
    means : what `class_centroids` and `codebook_centroids` returned, side by side.
    known : what `vocabulary_coverage` returned.
    """
    lengths = np.maximum(np.linalg.norm(means, axis=0), 1e-12)
    return np.asarray((rows @ means / lengths).max(axis=1, initial=0.0) * known, dtype=np.float64)


def vocabulary_coverage(
    words: Tokens, vocabulary: Mapping[str, int], idf: NDArray[np.float64], met: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Return the share of each text's words that are in the vocabulary and were met, shape (n_texts,).

    A word counts by the square of its inverse document frequency, one that was not met as the rarest.
    """
    place = np.array([vocabulary.get(form, -1) for form in words.forms], dtype=np.int64)
    known = place >= 0
    if met is not None:
        known &= met[np.maximum(place, 0)]
    weight = np.where(known, idf[np.maximum(place, 0)], idf.max(initial=1.0)) ** 2
    text = np.repeat(np.arange(len(words.lengths)), words.lengths)
    whole = np.bincount(text, weights=weight[words.form], minlength=len(words.lengths))
    heard = np.bincount(text, weights=(weight * known)[words.form], minlength=len(words.lengths))
    return np.asarray(np.divide(heard, whole, out=np.ones(len(whole)), where=whole > 0), dtype=np.float64)


def novel_below(model: LineModel, table: CodedLines, said: Sequence[Sequence[str]], *, seed: int) -> float:
    """Return the likeness below which a line is unlike anything coded; 0 where too few lines tell.

    Every coded line is compared with those of the other folds and with what the codebook says, in their words: as a
    line of another interview will be.
    """
    if len(table) < ENOUGH:
        return 0.0
    heard = model.inputs.text_features([line.text for line in table.lines])
    vocabulary, idf = model.inputs.words.vocabulary_, np.asarray(model.inputs.words.idf_)
    told = unit(model.inputs.text_matrix([saying for codebook_texts in said for saying in codebook_texts]))
    meant, defined = codebook_centroids(told, said), told.getnnz(axis=0) > 0
    fold = folds([line.transcript for line in table.lines], seed=seed)
    found = np.zeros(len(table))
    for k in np.unique(fold):
        here = fold == k
        met = defined | (heard.rows[~here].getnnz(axis=0) > 0)
        held = unit(heard.rows[here] @ sp.diags(met.astype(np.float64)))
        known = vocabulary_coverage(heard.words, vocabulary, idf, met[: len(vocabulary)])
        means = np.column_stack([class_centroids(unit(heard.rows[~here]), table.applied[~here]), meant])
        found[here] = likeness(held, means, known[here])
    return min(float(np.quantile(found, LEAST_LIKE)), ALIKE)
