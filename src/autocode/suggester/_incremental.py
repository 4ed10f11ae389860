"""Training on decisions while they are made, without a full fit for each."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import RLock

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import expit

from autocode.codebook import Change, Codebook
from autocode.coding import Abstention, Coding, Codings, Suggestion
from autocode.doctext import documented
from autocode.suggester._example_index import coded_examples
from autocode.suggester._outdated import after_changes
from autocode.suggester._suggester import Suggester
from autocode.suggester._training import train
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._hyperparameters import DEFAULTS
from autocode.suggester.model._model import LineModel
from autocode.transcripts import Line, LineId, Transcripts

# Newton steps for the weights of the new lines: with at most fifty lines they converge after four or five.
STEPS = 6
# New lines after which a full fit is due. Until then, the first suggestion is that of a full fit on 97 to 99 % of the
# lines (`python -m evaluation.refit`).
DUE = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _LaplaceState:
    """Laplace approximation of the last full fit: its lines, and the covariance of the weights.

    Attributes
    ----------
    codings : frozenset of Coding
        The codings that it was fitted to.
    lines : frozenset of LineId
        Their lines.
    rows : csr_matrix, shape (n_lines, n_features + 1)
        Features of the lines; the last column is for the intercept.
    factor : ndarray of float32, shape (n_lines, n_lines)
        Cholesky factor of the lines' kernel plus the inverse curvature of their loss, averaged over codes.
    positive, negative : ndarray of float, shape (n_codes,)
        Weight of a line with a code, and of a line without it.
    """

    codings: frozenset[Coding]
    lines: frozenset[LineId]
    rows: sp.csr_matrix
    factor: NDArray[np.float32]
    positive: NDArray[np.float64]
    negative: NDArray[np.float64]


@documented
class LearningSuggester:
    """A suggester that learns from decisions in a tenth of a second; may be used from several threads.

    Between full fits, the vocabulary, the calibration and the thresholds stay the same. The weights are updated by a
    Bayesian step: a Laplace approximation of the last full fit, with one covariance for all codes, is the prior of the
    new lines. A full fit is made by `relearn`, at a time when nobody waits for it.

    Parameters
    ----------
    {codings}
    lines : Transcripts or sequence of Line
        The lines of the interviews, coded and uncoded.
    {codebook}
    language : str, default "en"
        The language of the lines: any that spaCy can tokenize.
    encoder : Encoding or None, default None
        A sentence encoder, as `train` takes it.
    {seed}

    Attributes
    ----------
    suggester : Suggester
        The present suggester. It does not change; `learn` and `relearn` put another in its place.
    due : bool
        Whether a full fit is due: fifty lines are new, or the codes of a line of the last full fit have changed.

    Raises
    ------
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.
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
        self._embeddings = None if encoder is None else Embeddings.from_encoder(encoder)
        self._lock = RLock()
        self._shown: dict[LineId, tuple[Suggestion, ...] | Abstention] = {}
        self.relearn(codings)

    def __getstate__(self) -> dict[str, object]:
        with self._lock:
            return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._lock = RLock()  # a lock is of one process

    def __repr__(self) -> str:
        return f"<LearningSuggester: {self._present!r}>"

    @property
    def suggester(self) -> Suggester:
        """The present suggester."""
        return self._present

    @property
    def due(self) -> bool:
        """Whether a full fit is due."""
        return self._due

    @documented
    def relearn(self, codings: Codings, codebook: Codebook | None = None) -> Suggester:
        """Make a full fit and return the suggester.

        Parameters
        ----------
        {codings}
        codebook : Codebook or None, default None
            The codebook after a change, whose codes the codings have; None for the one before.

        Raises
        ------
        TrainingError
            If a coding has a code that the codebook lacks.
        StudyError
            If a coded transcript has changed since it was coded.
        """
        codebook = self._codebook if codebook is None else codebook
        # The fit takes long; until it is done, other threads are answered by the present suggester.
        suggester = train(
            codings,
            self._lines,
            codebook,
            language=self._language,
            encoder=self._embeddings,
            seed=self._seed,
        )
        table = CodedLines.from_codings(codings, self._lines, codebook)
        state = _laplace_state(suggester.model, table, codings)
        with self._lock:
            self._full, self._state, self._codebook = suggester, state, codebook
            self._due = self._is_outdated = False
            self._present = suggester
        return suggester

    def withhold(self, changes: Iterable[Change], codebook: Codebook, *, since: str = "") -> Suggester:
        """Take in changes of the codebook at once, and return the suggester, which withholds what is out of date.

        Nothing is learnt from then on until `relearn` is given the codings and the codebook after the changes, which is
        due. What was shown for a line stays, unless a code of it is withheld.

        Parameters
        ----------
        changes : iterable of Change
            The changes since the last full fit, in order.
        codebook : Codebook
            The codebook after them.
        since : str, default ""
            The version of the last full fit, if `changes` begins before it; else empty.
        """
        with self._lock:
            self._present = after_changes(self._full, changes, codebook, since=since)
            self._is_outdated = self._due = True
            withheld = self._present.withheld
            for line, shown in list(self._shown.items()):
                if not isinstance(shown, Abstention) and any(suggestion.code in withheld for suggestion in shown):
                    del self._shown[line]
            return self._present

    @documented
    def learn(self, codings: Codings) -> Suggester:
        """Learn the lines coded since the last full fit and return the suggester.

        Changed or withdrawn codings of other lines wait for a full fit, which is then due; after a change of the
        codebook, all do.

        Parameters
        ----------
        {codings}

        Raises
        ------
        TrainingError
            If a coding has a code that the codebook lacks.
        StudyError
            If a coded transcript has changed since it was coded.
        """
        codings.check_lines(self._lines)
        with self._lock:
            if self._is_outdated:
                return self._present
            full, state = self._full, self._state
            # Only new codings are read: to read two thousand old ones would take as long as all the rest.
            changed = state.codings.symmetric_difference(codings)
            new = CodedLines.from_codings(
                Codings(coding for coding in codings if coding in changed and coding.line not in state.lines),
                [line for line in self._lines if line.id not in state.lines],
                self._codebook,
            )
            self._due = len(new) >= DUE or any(coding.line in state.lines for coding in changed)
            self._present = _with_examples(full, _posterior_mode(full.model, state, new), new) if len(new) else full
            return self._present

    def suggestions_for(self, line: Line) -> tuple[Suggestion, ...] | Abstention:
        """Return what is suggested for a line: the first answer stays, whatever is learnt, until `release`.

        Parameters
        ----------
        line : Line
            The line that a coder is looking at.
        """
        with self._lock:
            if line.id not in self._shown:
                batch = self._present.suggest([line])
                self._shown[line.id] = batch.abstentions[0] if batch.abstentions else batch.suggestions
            return self._shown[line.id]

    def release(self, line: LineId) -> None:
        """Forget what was shown for a line, once the coder has left it.

        Parameters
        ----------
        line : LineId
            Id of the line.
        """
        with self._lock:
            self._shown.pop(line, None)


def _with_examples(suggester: Suggester, model: LineModel, new: CodedLines) -> Suggester:
    """Return the suggester with a model updated by newly coded lines, which it shows as evidence too."""
    examples = coded_examples(new)
    support = Counter(code for example in examples for code in example.codes)
    return replace(
        suggester,
        model=model,
        index=suggester.index.extended(examples),
        learnt_from=f"{suggester.learnt_from}, and {len(examples)} since",
        # Whether the new examples suffice is tested at the next full fit; until then, fewer are missing.
        unsupported=tuple(code.with_more_examples(support[code.code]) for code in suggester.unsupported),
        # Those of the last full fit were not made by this model.
        cross_validated_probabilities=np.zeros((0, len(suggester.codes))),
    )


def _with_intercept(rows: sp.csr_matrix) -> sp.csr_matrix:
    return sp.hstack([rows, np.ones((rows.shape[0], 1))], format="csr")


def _regression_scores(model: LineModel, rows: sp.csr_matrix) -> NDArray[np.float64]:
    """Return the scores of the logistic regressions alone, without the codebook's part that is added to them."""
    return model.context_free_scores(rows) - model.codebook_scores(rows)


def _laplace_state(model: LineModel, table: CodedLines, codings: Codings) -> _LaplaceState:
    rows = _with_intercept(model.rows(table.lines))
    n, support = len(table), table.applied.sum(axis=0)
    n_judged = n if table.judged is None else np.maximum(table.judged.sum(axis=0), 1)
    # The weights of a balanced logistic regression, as the model was fitted.
    positive = n_judged / (2 * np.maximum(support, 1))
    negative = n_judged / (2 * np.maximum(n_judged - support, 1))
    p = expit(_regression_scores(model, rows[:, :-1]))
    curvature = (_weights(table, positive, negative) * p * (1 - p)).mean(axis=1)
    kernel = (rows @ rows.T).toarray().astype(np.float32)
    kernel[np.diag_indices(n)] += 1 / np.maximum(DEFAULTS.C * curvature, 1e-3)
    factor = la.cholesky(kernel, lower=True, overwrite_a=True, check_finite=False)
    return _LaplaceState(
        codings=frozenset(codings),
        lines=frozenset(codings.lines),
        rows=rows,
        factor=factor,
        positive=positive,
        negative=negative,
    )


def _weights(table: CodedLines, positive: NDArray[np.float64], negative: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of each line for each code, shape (n_lines, n_codes): 0 where the code was not judged."""
    weights = np.where(table.applied, positive, negative)
    return weights if table.judged is None else weights * table.judged


def _posterior_mode(model: LineModel, state: _LaplaceState, new: CodedLines) -> LineModel:
    """Return the model at the posterior mode given new lines, with the last fit as a normal prior."""
    rows = _with_intercept(model.rows(new.lines))
    across = (state.rows @ rows.T).toarray().astype(np.float32)
    explained = la.solve_triangular(state.factor, across, lower=True, check_finite=False)
    covariance = DEFAULTS.C * ((rows @ rows.T).toarray() - explained.T @ explained).astype(np.float64)
    before = _regression_scores(model, rows[:, :-1])
    weight = _weights(new, state.positive, state.negative)
    scores, pulls = before, np.zeros_like(before)
    for _ in range(STEPS):
        p = expit(scores)
        curvature = weight * p * (1 - p)
        target = curvature * (scores - before) + weight * (new.applied - p)
        system = np.eye(len(new)) + curvature.T[:, :, None] * covariance
        pulls = np.linalg.solve(system, target.T[:, :, None])[:, :, 0].T
        scores = before + covariance @ pulls
    old_pulls = la.solve_triangular(
        state.factor, explained @ pulls.astype(np.float32), lower=True, trans=1, check_finite=False
    )
    change = DEFAULTS.C * (rows.T @ pulls - state.rows.T @ old_pulls.astype(np.float64)).T
    return replace(
        model,
        coefficients=(model.coefficients + change[:, :-1]).astype(np.float32).astype(np.float64),
        intercepts=model.intercepts + change[:, -1],
    )
