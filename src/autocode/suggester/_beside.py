"""What is said beside a line: people stay with a matter for a while, so neighbouring lines tell about each other."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.transcripts import Line

# How much of its neighbours' scores a line may take on; 0 where it does not help.
SHARES = (0.0, 0.15, 0.3, 0.45)


def beside(lines: Sequence[Line]) -> sp.csr_matrix:
    """Return which lines are next to each other, by the same speaker in one transcript, as an (n, n) of 0 and 1."""
    place = {(line.transcript, line.order): i for i, line in enumerate(lines)}
    pairs = [
        (i, j)
        for i, line in enumerate(lines)
        if (j := place.get((line.transcript, line.order + 1))) is not None and lines[j].speaker == line.speaker
    ]
    rows = [i for i, _ in pairs] + [j for _, j in pairs]
    columns = [j for _, j in pairs] + [i for i, _ in pairs]
    return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(lines), len(lines)))


def mixed(scores: NDArray[np.float64], near: sp.csr_matrix, share: float) -> NDArray[np.float64]:
    """Return scores, shape (n_lines, n_codes), with a share of what the neighbours say for one code against others.

    Whether a line deserves any code at all is its own affair: neighbours tell which, so their mean is taken off.
    """
    if not share:
        return scores
    return scores + share * np.asarray(near @ (scores - scores.mean(axis=1, keepdims=True)))


def best_share(scores: NDArray[np.float64], applied: NDArray[np.bool_], near: sp.csr_matrix) -> float:
    """Return the share of the neighbours' scores at which out-of-fold scores rank the codes of a line best.

    Judged by the reciprocal rank of the codes that stand. Each line speaks for itself (0) unless the gain of the best
    share is larger than its standard error. `scores` and `applied` have the shape (n_lines, n_codes).
    """
    if not near.nnz or applied.sum() < 2:
        return 0.0

    def reciprocal_ranks(share: float) -> NDArray[np.float64]:
        order = np.argsort(-mixed(scores, near, share), axis=1, kind="stable")
        return np.asarray(1 / (np.argsort(order, axis=1)[applied] + 1), dtype=np.float64)

    own = reciprocal_ranks(0.0)
    gains = [reciprocal_ranks(share) - own for share in SHARES]
    best = int(np.argmax([gain.mean() for gain in gains]))
    error = gains[best].std(ddof=1) / np.sqrt(len(own))
    return SHARES[best] if gains[best].mean() > error else 0.0
