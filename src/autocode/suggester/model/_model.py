"""One linear model per code, calibrated on lines of interviews that it was not fitted to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from autocode.arguments import no_single_text
from autocode.codebook import Code, Codebook
from autocode.display import displayed
from autocode.doctext import documented
from autocode.suggester.features._contributions import TextFeatures
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.features._inputs import LineInputs
from autocode.suggester.model._blend import Blend, best_blend, relative_to_codes
from autocode.suggester.model._calibration import Platt, cold_start_calibration, fit_platt
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._hyperparameters import DEFAULTS, Hyperparameters
from autocode.suggester.model._thresholds import Thresholds, fit_thresholds
from autocode.transcripts import Line
from autocode.wording import count_of

# Number of folds of the held-out scores, a common choice: each model learns from four fifths of the lines, and costs
# about as much as the final fit.
FOLDS = 5
# From this number of interviews on, folds are whole interviews: at least two in each of the five. With few interviews
# a fold would take away half of all that is known.
MANY_INTERVIEWS = 10
# liblinear converges in far fewer steps on such rows; the limit only guards against a run without end.
MAX_ITERATIONS = 300


class ScoreParts(NamedTuple):
    """The parts of the scores of lines before context is added.

    Attributes
    ----------
    text_features : TextFeatures
        The n-gram features of the lines, with the words that they come from.
    context_free : ndarray of float, shape (n_lines, n_codes)
        The scores of each line without its context.
    codebook : ndarray of float, shape (n_lines, n_codes)
        The part of these scores that comes from the similarity to the codebook.
    """

    text_features: TextFeatures
    context_free: NDArray[np.float64]
    codebook: NDArray[np.float64]

    def __repr__(self) -> str:
        n_lines, n_codes = self.context_free.shape
        return f"<ScoreParts: {count_of(n_lines, 'line')}, {count_of(n_codes, 'code')}>"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LineModel:
    """A fitted model: features, one row of coefficients per code, calibration and thresholds.

    Attributes
    ----------
    inputs : LineInputs
        What turns lines into features.
    coefficients : ndarray of float, shape (n_codes, n_features)
        Coefficients of the context-free scores.
    codebook_coefficients : ndarray of float, shape (n_codes, n_features)
        The part of the coefficients that measures the similarity to the codebook.
    intercepts : ndarray of float, shape (n_codes,)
        Intercepts of the context-free scores.
    blend : Blend
        The weights of the codebook and of the context.
    calibration : Platt
        The curves from scores to probabilities.
    thresholds : Thresholds
        From which probability on a code is suggested, and from which strength on a line gets any suggestion.
    held_out : ndarray of float, shape (n_lines, n_codes)
        The scores of the training lines by models that were fitted without the line's fold. Promises, label issues
        and unsupported codes rest on them. Empty in a model that was opened from disk.
    """

    inputs: LineInputs
    coefficients: NDArray[np.float64]
    codebook_coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    blend: Blend
    calibration: Platt
    thresholds: Thresholds
    held_out: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))

    def rows(self, lines: Sequence[Line]) -> sp.csr_matrix:
        """Return the features of lines, shape (n_lines, n_features).

        Parameters
        ----------
        lines : sequence of Line
            The lines.
        """
        return self.inputs.transform([line.text for line in lines], self.inputs.settings(lines))

    def decompose(self, lines: Sequence[Line]) -> ScoreParts:
        """Return the parts of the scores of lines, from which `with_context` makes their scores.

        Parameters
        ----------
        lines : sequence of Line
            The lines.
        """
        texts = [line.text for line in lines]
        features = self.inputs.text_features(texts)
        rows = self.inputs.with_context_columns(features.rows, texts, self.inputs.settings(lines))
        return ScoreParts(features, self.context_free_scores(rows), self.codebook_scores(rows))

    def context_free_scores(self, rows: sp.csr_matrix) -> NDArray[np.float64]:
        """Return the scores of lines without their context, shape (n_lines, n_codes).

        Parameters
        ----------
        rows : csr_matrix, shape (n_lines, n_features)
            Features as `rows` returns them.
        """
        return np.asarray(rows @ self.coefficients.T) + self.intercepts

    def codebook_scores(self, rows: sp.csr_matrix) -> NDArray[np.float64]:
        """Return the part of the context-free scores that comes from the codebook, shape (n_lines, n_codes).

        Parameters
        ----------
        rows : csr_matrix, shape (n_lines, n_features)
            Features as `rows` returns them.
        """
        return np.asarray(rows @ self.codebook_coefficients.T)

    def scores(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return scores in log-odds before calibration, shape (n_lines, n_codes).

        The score of a line includes a share of those of its neighbours, as far as they are among `lines`.

        Parameters
        ----------
        lines : sequence of Line
            The lines, with those around them.
        """
        rows = self.rows(lines)
        return self.with_context(lines, self.context_free_scores(rows), self.codebook_scores(rows))

    @property
    def reach(self) -> int:
        """Largest distance, in lines, at which a neighbouring line counts."""
        return max(self.blend.line_context.reach, self.blend.codebook_context.reach)

    def with_context(
        self, lines: Sequence[Line], context_free: NDArray[np.float64], codebook: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return scores with context, shape (n_lines, n_codes), from the parts that `decompose` returns.

        Parameters
        ----------
        lines : sequence of Line
            The lines.
        context_free : ndarray of float, shape (n_lines, n_codes)
            `ScoreParts.context_free` of the lines.
        codebook : ndarray of float, shape (n_lines, n_codes)
            `ScoreParts.codebook` of the lines.
        """
        return self.blend.spread(lines, context_free, codebook)

    def probabilities(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_lines, n_codes).

        Parameters
        ----------
        lines : sequence of Line
            The lines, with those around them.
        """
        return self.calibration(self.scores(lines))


def codebook_texts(code: Code, codebook: Codebook) -> tuple[str, ...]:
    """Return what the codebook says about a code: names and definition as one text, then each example."""
    theme = codebook[code.parent].name if code.parent is not None else ""
    description = " ".join(filter(None, [code.name, theme, code.definition, code.use_when]))
    return (description, *code.examples)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Design:
    """The features of the coded lines and of the codebook.

    Attributes
    ----------
    inputs : what turned both into features.
    X : csr_matrix, shape (n_lines, n_features), the coded lines.
    D : csr_matrix, shape (n_texts, n_features), the texts of the codebook.
    code_of_text : ndarray of int, shape (n_texts,), the code that each text of the codebook is about.
    """

    inputs: LineInputs
    X: sp.csr_matrix
    D: sp.csr_matrix
    code_of_text: NDArray[np.intp]

    @property
    def first_embedding_column(self) -> int:
        """Index of the first column of the sentence vectors, which come last."""
        embeddings = self.inputs.embeddings
        return int(self.X.shape[1]) - (0 if embeddings is None else embeddings.dimensions)


def _design(table: CodedLines, codebook: Codebook, inputs: LineInputs) -> _Design:
    lines = [line.text for line in table.lines]
    settings = inputs.settings(table.lines)
    about = [(j, text) for j, code in enumerate(table.codes) for text in codebook_texts(code, codebook)]
    texts = [text for _, text in about]
    inputs.fit([*lines, *texts], settings)
    return _Design(
        inputs=inputs,
        X=inputs.transform(lines, settings),
        D=inputs.transform(texts),
        code_of_text=np.array([j for j, _ in about], dtype=np.intp),
    )


@documented
def fit(
    table: CodedLines,
    codebook: Codebook,
    *,
    language: str = "en",
    encoder: Encoding | None = None,
    seed: int = 0,
    n_jobs: int | None = None,
    hyperparameters: Hyperparameters = DEFAULTS,
) -> LineModel:
    """Return a model fitted to all lines of a table, calibrated on out-of-fold scores.

    Folds are whole interviews where there are at least ten, else runs of consecutive lines.

    Parameters
    ----------
    table : CodedLines
        The coded lines; there may be none.
    {codebook}
    {language}
    {encoder}
    {seed}
    {n_jobs}
    hyperparameters : Hyperparameters
        The numbers that are not learnt. A suggester that is saved has the defaults.
    """
    embeddings = None if encoder is None else Embeddings.from_encoder(encoder)
    inputs = LineInputs(language=language, embeddings=embeddings, weights=hyperparameters.inputs)
    design = _design(table, codebook, inputs)
    fold = folds([line.transcript for line in table.lines], seed=seed)
    out_of_fold = out_of_fold_rows(design.X, design.D, fold, inputs)
    (coefficients, intercepts), seen, unseen = _fit_folds(
        design,
        table.applied,
        fold,
        out_of_fold,
        judged=table.judged,
        seed=seed,
        n_jobs=n_jobs,
        hyperparameters=hyperparameters,
    )
    codebook_means = _codebook_means(design, n_codes=len(table.codes))
    # The similarity by words and that by sentence vectors have weights of their own.
    split = design.first_embedding_column
    by_words, by_vectors = np.asarray(design.X[:, :split] @ codebook_means[:, :split].T), None
    if embeddings is not None:
        codebook_means[:, split:] /= inputs.embedding_scale**2
        by_vectors = np.asarray(design.X[:, split:] @ codebook_means[:, split:].T)
    blend, _ = best_blend(
        table.lines, table.applied, seen, by_words, by_vectors, judged=table.judged, hyperparameters=hyperparameters
    )
    codebook_means[:, :split] *= blend.codebook_weight
    codebook_means[:, split:] *= blend.embedding_weight
    codebook_coefficients = _single_precision(relative_to_codes(codebook_means.T).T)
    codebook_scores = np.asarray(out_of_fold @ codebook_coefficients.T)
    held_out = blend.spread(table.lines, unseen + codebook_scores, codebook_scores)
    calibration = (
        fit_platt(
            held_out,
            table.applied,
            judged=table.judged,
            n_interviews=len({line.transcript for line in table.lines}),
            hyperparameters=hyperparameters,
        )
        if len(table)
        else cold_start_calibration(len(table.codes), hyperparameters=hyperparameters)
    )
    return LineModel(
        inputs=inputs,
        coefficients=_single_precision(coefficients + codebook_coefficients),
        codebook_coefficients=codebook_coefficients,
        intercepts=intercepts,
        blend=blend,
        calibration=calibration,
        thresholds=fit_thresholds(
            calibration(held_out), table.applied, judged=table.judged, hyperparameters=hyperparameters
        ),
        held_out=held_out,
    )


Coefficients = tuple[NDArray[np.float64], NDArray[np.float64]]


def _fit_folds(
    design: _Design,
    applied: NDArray[np.bool_],
    fold: NDArray[np.intp],
    out_of_fold: sp.csr_matrix,
    *,
    judged: NDArray[np.bool_] | None,
    seed: int,
    n_jobs: int | None,
    hyperparameters: Hyperparameters,
) -> tuple[Coefficients, NDArray[np.float64], NDArray[np.float64]]:
    """Return the coefficients of all lines, and two arrays of out-of-fold scores, shape (n_lines, n_codes).

    The first array scores the rows of `design`, the second those of `out_of_fold`.
    """
    X, D, code_of_text = design.X, design.D, design.code_of_text
    numbers = sorted(set(fold.tolist()))
    # Only the scores of the models without a fold are kept: their coefficients would take most of the memory.
    coefficients, *scores_of_folds = Parallel(n_jobs=n_jobs)(
        chain(
            [delayed(_regress)(X, applied, D, code_of_text, judged, seed=seed, hyperparameters=hyperparameters)],
            (
                delayed(_held_out_scores)(
                    X[fold != k],
                    applied[fold != k],
                    sp.vstack([X[fold == k], out_of_fold[fold == k]], format="csr"),
                    D,
                    code_of_text,
                    None if judged is None else judged[fold != k],
                    seed=seed,
                    hyperparameters=hyperparameters,
                )
                for k in numbers
            ),
        )
    )
    seen, unseen = np.zeros(applied.shape), np.zeros(applied.shape)
    for k, scores in zip(numbers, scores_of_folds, strict=True):
        seen[fold == k], unseen[fold == k] = np.split(scores, 2)
    return coefficients, seen, unseen


def out_of_fold_rows(X: sp.csr_matrix, D: sp.csr_matrix, fold: NDArray[np.intp], inputs: LineInputs) -> sp.csr_matrix:
    """Return the rows of lines as if the vocabulary had been learnt without the line's own fold.

    An n-gram that occurs in no other fold shortens the weights of the other n-grams of its line. In a new line it is
    not in the vocabulary and has no such effect: held-out lines that keep it would look less certain than new lines do.
    """
    n_word_columns = len(inputs.words.vocabulary_)
    n_text_columns = n_word_columns + len(inputs.characters.vocabulary_)
    rows, indices = [X[:0]], [np.zeros(0, dtype=np.intp)]
    for k in np.unique(fold):
        whole = X[fold == k]
        in_vocabulary = (X[fold != k].getnnz(axis=0) + D.getnnz(axis=0)) > 0
        reduced = whole @ sp.diags(in_vocabulary.astype(np.float64))
        parts = []
        for columns in (slice(0, n_word_columns), slice(n_word_columns, n_text_columns)):
            before, after = (_row_lengths(matrix[:, columns]) for matrix in (whole, reduced))
            scale = np.divide(before, after, out=np.zeros(len(after)), where=after > 0)
            parts.append(sp.diags(scale) @ reduced[:, columns])
        rows.append(sp.hstack([*parts, whole[:, n_text_columns:]], format="csr"))
        indices.append(np.flatnonzero(fold == k))
    return sp.vstack(rows, format="csr")[np.argsort(np.concatenate(indices))]


def _row_lengths(rows: sp.csr_matrix) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.asarray(rows.power(2).sum(axis=1)).ravel()), dtype=np.float64)


def _codebook_means(design: _Design, *, n_codes: int) -> NDArray[np.float64]:
    """Return the mean of the codebook's texts about each code, shape (n_codes, n_features)."""
    code_of_text = design.code_of_text
    n_texts = np.bincount(code_of_text, minlength=n_codes)
    mean = sp.csr_matrix(
        (1 / n_texts[code_of_text], (code_of_text, np.arange(len(code_of_text)))), shape=(n_codes, len(code_of_text))
    )
    return np.asarray((mean @ design.D).toarray(), dtype=np.float64)


def _single_precision(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values rounded to single precision, in which models are stored: saving a model does not change it."""
    return values.astype(np.float32).astype(np.float64)


@no_single_text
def folds(interviews: Sequence[str], *, seed: int) -> NDArray[np.intp]:
    """Return the cross-validation fold of each line, shape (n_lines,).

    Folds are whole interviews where there are at least ten, else runs of consecutive lines.

    Parameters
    ----------
    interviews : sequence of str
        The interview of each line, in the order of the lines.
    seed : int
        Random seed by which interviews are assigned to folds.

    Examples
    --------
    >>> from autocode.suggester import folds
    >>> folds(["GP1"] * 10, seed=0).tolist()
    [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    """
    names = list(dict.fromkeys(interviews))
    if len(names) >= MANY_INTERVIEWS:
        drawn = np.random.default_rng(seed).permutation(len(names)) % FOLDS
        fold_of = dict(zip(names, drawn, strict=True))
        return np.array([fold_of[name] for name in interviews], dtype=np.intp)
    return np.arange(len(interviews)) * FOLDS // max(len(interviews), 1)


def _held_out_scores(
    X: sp.csr_matrix,
    applied: NDArray[np.bool_],
    held_out: sp.csr_matrix,
    D: sp.csr_matrix,
    code_of_text: NDArray[np.intp],
    judged: NDArray[np.bool_] | None,
    *,
    seed: int,
    hyperparameters: Hyperparameters,
) -> NDArray[np.float64]:
    """Return the scores of rows that the regressions are not fitted to, shape (n_held_out, n_codes)."""
    coefficients, intercepts = _regress(X, applied, D, code_of_text, judged, seed=seed, hyperparameters=hyperparameters)
    return np.asarray(held_out @ coefficients.T + intercepts)


def _regress(
    X: sp.csr_matrix,
    applied: NDArray[np.bool_],
    D: sp.csr_matrix,
    code_of_text: NDArray[np.intp],
    judged: NDArray[np.bool_] | None,
    *,
    seed: int,
    hyperparameters: Hyperparameters,
) -> Coefficients:
    """Return coefficients (n_codes, n_features) and intercepts (n_codes,) of one balanced logistic regression per code.

    The codebook's texts are among the examples, so that a code with few lines has coefficients, too. Lines on which a
    code was not judged are no examples of it.
    """
    n_codes = applied.shape[1]
    of_all_lines = sp.vstack([X, D], format="csr")
    n_texts = np.bincount(code_of_text, minlength=n_codes)
    coefficients, intercepts = np.zeros((n_codes, X.shape[1])), np.zeros(n_codes)
    examples, counterexamples = hyperparameters.codebook_examples, hyperparameters.codebook_counterexamples
    for j in range(n_codes):
        rows, positive = of_all_lines, applied[:, j]
        if judged is not None and not judged[:, j].all():
            rows, positive = sp.vstack([X[judged[:, j]], D], format="csr"), positive[judged[:, j]]
        # Where the only line is held out, no line is left, and the codebook's texts still need a weight.
        n = max(len(positive), 1)
        n_positive = int(positive.sum())
        own = code_of_text == j
        line_weight = np.where(positive, n / (2 * max(n_positive, 1)), n / (2 * max(n - n_positive, 1)))
        own_weight = examples * n / (2 * (n_positive + examples)) / n_texts[j]
        text_weight = np.where(own, own_weight, counterexamples / n_texts[code_of_text])
        if not own.any() or (own.all() and positive.all()):
            continue
        model = LogisticRegression(C=hyperparameters.C, solver="liblinear", max_iter=MAX_ITERATIONS, random_state=seed)
        model.fit(rows, np.concatenate([positive, own]), sample_weight=np.concatenate([line_weight, text_weight]))
        coefficients[j], intercepts[j] = model.coef_[0], model.intercept_[0]
    return coefficients, intercepts
