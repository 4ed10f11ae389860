"""How alike lines are in their words, across interviews, with draws of interviews behind every mean."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from autocode.suggester.features._inputs import is_function_word, tokens


def word_rows(texts: Sequence[str], *, language: str) -> sp.csr_matrix:
    """Return TF-IDF of the words of each text, shape (n_texts, n_words), rows of length one; function words left out.

    A text of function words alone keeps them: else it would be like nothing, not even itself.
    """
    cut = []
    for text in texts:
        forms = ["".join(form.split()) for _, _, form in tokens(text, language=language)]
        cut.append([form for form in forms if not is_function_word(form, language=language)] or forms)
    if not any(cut):
        return sp.csr_matrix((len(cut), 1))
    words = TfidfVectorizer(analyzer=_as_it_is, sublinear_tf=True, dtype=np.float64)
    return sp.csr_matrix(words.fit_transform(cut))


def _as_it_is(forms: Sequence[str]) -> Sequence[str]:
    return forms


def mean_likeness(
    rows: sp.csr_matrix, interview: NDArray[np.intp], member: NDArray[np.bool_], draws: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean cosine between lines of two groups, of different interviews, shape (n_draws, n_groups, n_groups).

    Pairs within one interview are left out, because people repeat themselves. NaN where no pair is left.

    Parameters
    ----------
    rows : shape (n_lines, n_words), of length one.
    interview : shape (n_lines,), the number of the interview of each line.
    member : shape (n_lines, n_groups), which lines are in which group.
    draws : shape (n_draws, n_interviews), how often each interview is drawn.
    """
    n_groups, n_interviews = member.shape[1], draws.shape[1]
    line, group = np.nonzero(member)
    cells, cell = np.unique(interview[line] * n_groups + group, return_inverse=True)
    of_interview, of_group = cells // n_groups, cells % n_groups
    gather = sp.csr_matrix((np.ones(len(line)), (cell, line)), shape=(len(cells), rows.shape[0]))
    sums = sp.csr_matrix(gather @ rows)
    counts = np.bincount(cell, minlength=len(cells)).astype(np.float64)

    # Words numbered anew in each interview: only sums of the same interview meet.
    loose = sp.coo_matrix(sums)
    word = of_interview[loose.row].astype(np.int64) * rows.shape[1] + loose.col
    known, word = np.unique(word, return_inverse=True)
    own = sp.csr_matrix((loose.data, (loose.row, word)), shape=(len(cells), max(len(known), 1)))
    there = sp.csr_matrix((counts, (np.arange(len(cells)), of_interview)), shape=(len(cells), n_interviews))
    shape = (n_interviews, n_groups * n_groups)

    def by_interview(pairs_of_cells: sp.csr_matrix) -> sp.csr_matrix:
        met = sp.coo_matrix(pairs_of_cells)
        return sp.csr_matrix(
            (met.data, (of_interview[met.row], of_group[met.row] * n_groups + of_group[met.col])), shape
        )

    within, pairs = by_interview(own @ own.T), by_interview(there @ there.T)
    place = sp.csr_matrix((np.ones(len(cells)), (of_group, np.arange(len(cells)))), shape=(n_groups, len(cells)))
    squared = draws**2
    alike = -np.asarray(squared @ within).reshape(-1, n_groups, n_groups)
    number = -np.asarray(squared @ pairs).reshape(-1, n_groups, n_groups)
    for r, times in enumerate(draws):
        drawn = place.multiply(times[of_interview][None, :]).tocsr()
        total = drawn @ sums
        alike[r] += (total @ total.T).toarray()
        size = np.asarray(drawn @ counts).ravel()
        number[r] += np.outer(size, size)
    # What is left of nothing after a subtraction is rounding, and no likeness of words.
    alike[alike < 1e-9 * np.maximum(number, 1)] = 0.0
    found = np.full(alike.shape, np.nan)
    np.divide(alike, number, out=found, where=number > 0.5)
    return found
