"""Similarity of lines by their words, between interviews, with a cluster bootstrap of every mean."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from autocode.suggester.features._inputs import is_function_word, tokens


def word_rows(texts: Sequence[str], *, language: str) -> sp.csr_matrix:
    """Return L2-normalised TF-IDF rows of the words of each text, without function words, shape (n_texts, n_words).

    A text of function words only keeps them: without any word it would not even be similar to itself.
    """
    words_of = []
    for text in texts:
        forms = ["".join(form.split()) for _, _, form in tokens(text, language=language)]
        words_of.append([form for form in forms if not is_function_word(form, language=language)] or forms)
    if not any(words_of):
        return sp.csr_matrix((len(words_of), 1))
    vectorizer = TfidfVectorizer(analyzer=_unchanged, sublinear_tf=True, dtype=np.float64)
    return sp.csr_matrix(vectorizer.fit_transform(words_of))


def _unchanged(forms: Sequence[str]) -> Sequence[str]:
    return forms


def mean_similarity(
    rows: sp.csr_matrix, interview: NDArray[np.intp], member: NDArray[np.bool_], draws: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean cosine of lines of each pair of groups, shape (n_draws, n_groups, n_groups).

    Pairs within one interview are left out, because people repeat themselves. NaN where no pair is left.

    Parameters
    ----------
    rows : csr_matrix, shape (n_lines, n_words)
        Words of the lines, L2-normalised.
    interview : ndarray of int, shape (n_lines,)
        Number of each line's interview.
    member : ndarray of bool, shape (n_lines, n_groups)
        Which lines belong to which group.
    draws : ndarray of float, shape (n_draws, n_interviews)
        How often each interview is drawn.
    """
    n_groups, n_interviews = member.shape[1], draws.shape[1]
    # A cell is the lines of one group in one interview. Means follow from the sums of the rows in each cell.
    line, group = np.nonzero(member)
    cells, cell = np.unique(interview[line] * n_groups + group, return_inverse=True)
    interview_of, group_of = cells // n_groups, cells % n_groups
    gather = sp.csr_matrix((np.ones(len(line)), (cell, line)), shape=(len(cells), rows.shape[0]))
    sums = sp.csr_matrix(gather @ rows)
    counts = np.bincount(cell, minlength=len(cells)).astype(np.float64)

    # With separate columns for each interview, a product of sums has only pairs within one interview.
    entries = sp.coo_matrix(sums)
    column = interview_of[entries.row].astype(np.int64) * rows.shape[1] + entries.col
    columns, column = np.unique(column, return_inverse=True)
    sums_by_interview = sp.csr_matrix((entries.data, (entries.row, column)), shape=(len(cells), max(len(columns), 1)))
    counts_by_interview = sp.csr_matrix(
        (counts, (np.arange(len(cells)), interview_of)), shape=(len(cells), n_interviews)
    )
    shape = (n_interviews, n_groups * n_groups)

    def by_interview(pairs_of_cells: sp.csr_matrix) -> sp.csr_matrix:
        pairs = sp.coo_matrix(pairs_of_cells)
        return sp.csr_matrix(
            (pairs.data, (interview_of[pairs.row], group_of[pairs.row] * n_groups + group_of[pairs.col])), shape
        )

    within_total = by_interview(sums_by_interview @ sums_by_interview.T)
    within_count = by_interview(counts_by_interview @ counts_by_interview.T)
    place = sp.csr_matrix((np.ones(len(cells)), (group_of, np.arange(len(cells)))), shape=(n_groups, len(cells)))
    squared = draws**2
    total = -np.asarray(squared @ within_total).reshape(-1, n_groups, n_groups)
    n_pairs = -np.asarray(squared @ within_count).reshape(-1, n_groups, n_groups)
    for r, times in enumerate(draws):
        drawn = place.multiply(times[interview_of][None, :]).tocsr()
        group_sums = drawn @ sums
        total[r] += (group_sums @ group_sums.T).toarray()
        group_counts = np.asarray(drawn @ counts).ravel()
        n_pairs[r] += np.outer(group_counts, group_counts)
    # What a difference leaves of zero is rounding, not similarity.
    total[total < 1e-9 * np.maximum(n_pairs, 1)] = 0.0
    mean = np.full(total.shape, np.nan)
    np.divide(total, n_pairs, out=mean, where=n_pairs > 0.5)
    return mean
