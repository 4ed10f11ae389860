"""Takes in decisions while they are made, without fitting everything anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import RLock

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import expit

from autocode.codebook import Codebook
from autocode.coding import Abstention, Coding, Codings, Suggestion
from autocode.suggester._suggester import Suggester, train
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._model import C, LineModel
from autocode.transcripts import Line, LineId, Transcripts

# Newton's steps towards the weights of the new lines: with so few lines it stands still after four or five.
STEPS = 6
# After so many new lines a full refit is due; until then the first suggestion stays the one it would give.
DUE = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Settled:
    """What a full fit leaves behind for quick ones: its lines, and how firmly they hold each direction.

    Attributes
    ----------
    codings, lines : what it was fitted to.
    rows : shape (n_lines, n_features + 1), the last column is for the intercept.
    factor : Cholesky factor of the lines' kernel over the curvature of their loss, the mean over codes, in float32.
    positive, negative : shape (n_codes,), the weight of a line with a code, and of one without it.
    """

    codings: frozenset[Coding]
    lines: frozenset[LineId]
    rows: sp.csr_matrix
    factor: NDArray[np.float32]
    positive: NDArray[np.float64]
    negative: NDArray[np.float64]


class LearningSuggester:
    """A suggester that learns from decisions in a tenth of a second; usable from several threads.

    Between full fits, the vocabulary, the calibration and the thresholds stay. The weights move as a Bayesian would
    move them who took the last full fit for normal, with one covariance for all codes: exact for the new lines, by the
    curvature of the last fit for the old ones. The full fit is `relearn`, for when nobody is waiting.

    Attributes
    ----------
    suggester : the present one; it never changes, another takes its place.
    due : whether a full fit is due: fifty new lines, or an old line whose codes are no longer what they were.
    """

    def __init__(
        self,
        codings: Codings,
        lines: Transcripts | Sequence[Line],
        codebook: Codebook,
        *,
        language: str = "en",
        encoder: Encoding | None = None,
        seed: int = 0,
    ) -> None:
        self._lines = tuple(lines)
        self._codebook = codebook
        self._language, self._seed = language, seed
        self._embeddings = None if encoder is None else Embeddings.by(encoder)
        self._lock = RLock()
        self._held: dict[LineId, tuple[Suggestion, ...] | Abstention] = {}
        self.relearn(codings)

    @property
    def suggester(self) -> Suggester:
        """The present suggester."""
        return self._present

    @property
    def due(self) -> bool:
        """Whether a full fit is due."""
        return self._due

    def relearn(self, codings: Codings) -> Suggester:
        """Fit everything anew to all that is coded, and return the suggester; for when nobody is waiting."""
        # The fit itself is long, and whoever asks meanwhile is answered by the suggester that there is.
        suggester = train(
            codings,
            self._lines,
            self._codebook,
            language=self._language,
            encoder=self._embeddings,
            seed=self._seed,
        )
        table = CodedLines.of(codings, self._lines, self._codebook)
        settled = _settle(suggester.model, table, codings)
        with self._lock:
            self._full, self._settled, self._due = suggester, settled, False
            self._present = suggester
        return suggester

    def learn(self, codings: Codings) -> Suggester:
        """Take in the lines that were judged since the last full fit, and return the suggester that knows them.

        `codings` are all that are in force. Undone or changed judgements of older lines wait for a full fit.
        """
        codings.check_lines(self._lines)
        with self._lock:
            full, settled = self._full, self._settled
            # Only what is new is read anew: to settle two thousand old lines would take as long as all the rest.
            changed = settled.codings.symmetric_difference(codings)
            new = CodedLines.of(
                Codings(one for one in codings if one in changed and one.line not in settled.lines),
                [line for line in self._lines if line.id not in settled.lines],
                self._codebook,
            )
            self._due = len(new) >= DUE or any(one.line in settled.lines for one in changed)
            self._present = full.with_examples(_moved(full.model, settled, new), new) if len(new) else full
            return self._present

    def of(self, line: Line) -> tuple[Suggestion, ...] | Abstention:
        """Return what is suggested for a line: the first answer stays, whatever is learnt, until it is let go."""
        with self._lock:
            if line.id not in self._held:
                batch = self._present.suggest([line])
                self._held[line.id] = batch.abstentions[0] if batch.abstentions else batch.suggestions
            return self._held[line.id]

    def let_go(self, line: LineId) -> None:
        """Forget what was shown for a line, when the coder has left it."""
        with self._lock:
            self._held.pop(line, None)


def _with_intercept(rows: sp.csr_matrix) -> sp.csr_matrix:
    return sp.hstack([rows, np.ones((rows.shape[0], 1))], format="csr")


def _settle(model: LineModel, table: CodedLines, codings: Codings) -> _Settled:
    rows = _with_intercept(model.rows(table.lines))
    n, uses = len(table), table.applied.sum(axis=0)
    # The weights of a balanced logistic regression, as the model was fitted.
    positive, negative = n / (2 * np.maximum(uses, 1)), n / (2 * np.maximum(n - uses, 1))
    # The regressions know nothing of the likeness to the codebook that is added to what they say.
    p = expit(model.context_free_scores(rows[:, :-1]) - model.codebook_scores(rows[:, :-1]))
    curvature = (np.where(table.applied, positive, negative) * p * (1 - p)).mean(axis=1)
    kernel = (rows @ rows.T).toarray().astype(np.float32)
    kernel[np.diag_indices(n)] += 1 / np.maximum(C * curvature, 1e-3)
    factor = la.cholesky(kernel, lower=True, overwrite_a=True, check_finite=False)
    return _Settled(
        codings=frozenset(codings),
        lines=frozenset(codings.lines),
        rows=rows,
        factor=factor,
        positive=positive,
        negative=negative,
    )


def _moved(model: LineModel, settled: _Settled, new: CodedLines) -> LineModel:
    """Return the model moved by new lines: its posterior mode, given the last fit as a normal prior."""
    rows = _with_intercept(model.rows(new.lines))
    across = (settled.rows @ rows.T).toarray().astype(np.float32)
    explained = la.solve_triangular(settled.factor, across, lower=True, check_finite=False)
    covariance = C * ((rows @ rows.T).toarray() - explained.T @ explained).astype(np.float64)
    before = model.context_free_scores(rows[:, :-1]) - model.codebook_scores(rows[:, :-1])
    weight = np.where(new.applied, settled.positive, settled.negative)
    scores, pulls = before, np.zeros_like(before)
    for _ in range(STEPS):
        p = expit(scores)
        curvature = weight * p * (1 - p)
        target = curvature * (scores - before) + weight * (new.applied - p)
        system = np.eye(len(new)) + curvature.T[:, :, None] * covariance
        pulls = np.linalg.solve(system, target.T[:, :, None])[:, :, 0].T
        scores = before + covariance @ pulls
    taken = explained @ pulls.astype(np.float32)
    taken = la.solve_triangular(settled.factor, taken, lower=True, trans=1, check_finite=False)
    change = C * (rows.T @ pulls - settled.rows.T @ taken.astype(np.float64)).T
    return replace(
        model,
        coefficients=(model.coefficients + change[:, :-1]).astype(np.float32).astype(np.float64),
        intercepts=model.intercepts + change[:, -1],
    )
