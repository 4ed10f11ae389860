"""How similar a line is to anything coded or defined, and below which similarity it may need a new code."""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.doctext import documented
from autocode.suggester.features._ngrams import Tokens
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._model import LineModel, folds

# A line counts as new if it is less similar to the coded lines than this share of them are to those of the other folds;
# MIN_LINES are needed to estimate such a quantile. Chosen on splits that are not the reported ones
# (`python -m evaluation.choose_constants`).
QUANTILE, MIN_LINES = 0.05, 30
# Upper bound of the threshold: coded lines that repeat each other would otherwise make most lines look new.
MAX_THRESHOLD = 0.3


def l2_normalized(rows: sp.csr_matrix) -> sp.csr_matrix:
    """Return the rows scaled to unit length; rows of zeros stay zero."""
    squared = sp.csr_matrix((rows.data**2, rows.indices, rows.indptr), shape=rows.shape).sum(axis=1)
    length = np.maximum(np.sqrt(np.asarray(squared, dtype=np.float64).ravel()), 1e-12)
    data = rows.data * np.repeat(1 / length, np.diff(rows.indptr))
    return sp.csr_matrix((data, rows.indices, rows.indptr), shape=rows.shape)


def class_centroids(
    rows: sp.csr_matrix, applied: NDArray[np.bool_], judged: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Return the mean of the lines of each code and of those without a code, shape (n_features, n_codes + 1).

    A line without a code that was not judged for all of them may have one, and is in no mean.
    """
    without = ~applied.any(axis=1) if judged is None else ~applied.any(axis=1) & judged.all(axis=1)
    member = np.column_stack([applied, without]).astype(np.float64)
    return np.ascontiguousarray(rows.T @ (member / np.maximum(member.sum(axis=0), 1)))


def codebook_centroids(rows: sp.csr_matrix, texts: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Return the mean of the codebook's texts for each code, shape (n_features, n_codes).

    `rows` has one row per text, in the order of `texts`, which holds the texts of each code.
    """
    code = np.repeat(np.arange(len(texts)), [len(texts_of_code) for texts_of_code in texts])
    member = (code[:, None] == np.arange(len(texts))).astype(np.float64)
    return np.asarray(rows.T @ (member / np.maximum(member.sum(axis=0), 1)), dtype=np.float64)


def similarity(
    rows: sp.csr_matrix, centroids: NDArray[np.float64], coverage: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the similarity of lines to anything coded or defined, shape (n_lines,), from 0 to 1.

    The cosine with the nearest centroid times the share of the line's words that were seen in training: a new topic
    often comes with new words.

    Parameters
    ----------
    rows : csr_matrix, shape (n_lines, n_features)
        Lines, scaled to unit length.
    centroids : ndarray of float, shape (n_features, n_centroids)
        What `class_centroids` and `codebook_centroids` returned, side by side.
    coverage : ndarray of float, shape (n_lines,)
        What `vocabulary_coverage` returned.
    """
    lengths = np.maximum(np.linalg.norm(centroids, axis=0), 1e-12)
    return np.asarray((rows @ centroids / lengths).max(axis=1, initial=0.0) * coverage, dtype=np.float64)


def vocabulary_coverage(
    words: Tokens, vocabulary: Mapping[str, int], idf: NDArray[np.float64], seen: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Return the share of each text's words that are in the vocabulary and were seen, shape (n_texts,).

    A word is weighted by its squared inverse document frequency, an unknown one like the rarest.

    Parameters
    ----------
    words : Tokens
        The words of the texts.
    vocabulary : mapping of str to int
        Column of each known word.
    idf : ndarray of float, shape (n_features,)
        Inverse document frequencies.
    seen : ndarray of bool, shape (n_features,), default None
        Which columns count as seen; None for all.
    """
    column = np.array([vocabulary.get(form, -1) for form in words.forms], dtype=np.int64)
    known = column >= 0
    if seen is not None:
        known &= seen[np.maximum(column, 0)]
    weight = np.where(known, idf[np.maximum(column, 0)], idf.max(initial=1.0)) ** 2
    text = np.repeat(np.arange(len(words.lengths)), words.lengths)
    total = np.bincount(text, weights=weight[words.form], minlength=len(words.lengths))
    covered = np.bincount(text, weights=(weight * known)[words.form], minlength=len(words.lengths))
    return np.asarray(np.divide(covered, total, out=np.ones(len(total)), where=total > 0), dtype=np.float64)


@documented
def novelty_threshold(
    model: LineModel,
    table: CodedLines,
    codebook_texts: Sequence[Sequence[str]],
    *,
    quantile: float = QUANTILE,
    seed: int,
) -> float:
    """Return the similarity below which a line is unlike anything coded; 0 with fewer than 30 coded lines.

    Each coded line is compared with those of the other folds and with the codebook, using the words of these alone, as
    a line of another interview will be.

    Parameters
    ----------
    model : LineModel
        A model fitted to the coded lines.
    table : CodedLines
        The coded lines.
    codebook_texts : sequence of sequence of str
        The texts of the codebook for each code, as in `Suggester.codebook_texts`.
    quantile : float, default 0.05
        Share of the coded lines that are less similar to those of the other folds than the threshold.
    {seed}
    """
    if len(table) < MIN_LINES:
        return 0.0
    features = model.inputs.text_features([line.text for line in table.lines])
    vocabulary, idf = model.inputs.words.vocabulary_, np.asarray(model.inputs.words.idf_)
    definitions = l2_normalized(model.inputs.text_matrix([text for texts in codebook_texts for text in texts]))
    of_codebook, in_codebook = codebook_centroids(definitions, codebook_texts), definitions.getnnz(axis=0) > 0
    fold = folds([line.transcript for line in table.lines], seed=seed)
    similarities = np.zeros(len(table))
    for k in np.unique(fold):
        held_out = fold == k
        seen = in_codebook | (features.rows[~held_out].getnnz(axis=0) > 0)
        rows = l2_normalized(features.rows[held_out] @ sp.diags(seen.astype(np.float64)))
        coverage = vocabulary_coverage(features.words, vocabulary, idf, seen[: len(vocabulary)])
        judged = None if table.judged is None else table.judged[~held_out]
        of_classes = class_centroids(l2_normalized(features.rows[~held_out]), table.applied[~held_out], judged)
        centroids = np.column_stack([of_classes, of_codebook])
        similarities[held_out] = similarity(rows, centroids, coverage[held_out])
    return min(float(np.quantile(similarities, quantile)), MAX_THRESHOLD)
