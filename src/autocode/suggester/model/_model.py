"""One linear model a code, calibrated on lines of interviews it was not fitted to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from autocode.codebook import Code, Codebook
from autocode.suggester.features._contributions import TextFeatures
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.features._inputs import LineInputs, setting
from autocode.suggester.model._blend import Blend, against_others, best_blend
from autocode.suggester.model._calibration import Platt, platt, untried
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._thresholds import Thresholds, thresholds
from autocode.transcripts import Line

# Inverse penalty; weight of what a codebook says of a code, in coded lines of an even-handed code; the same where it
# speaks against the other codes. Chosen on splits that are not the reported ones (evaluation/README.md).
C, FOR_ITS_CODE, AGAINST_OTHERS = 10.0, 3.0, 0.3
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LineModel:
    """A fitted model: inputs, one row of coefficients a code, calibration and thresholds.

    Attributes
    ----------
    coefficients : ndarray of float, shape (n_codes, n_features), of a line by itself.
    meant : ndarray of float, same shape, the part of the coefficients that is likeness to what the codebook says.
    intercepts : ndarray of float, shape (n_codes,).
    blend : how much the codebook counts beside the coded lines, and how the lines around a line do.
    calibration : from scores to probabilities, one slope and intercept a code.
    cut : from which probability on a code is worth saying, and from which strength on a line is.
    held_out : ndarray of float, shape (n_lines, n_codes), the scores of the lines it was fitted to, each by a model
        that had not seen the line's fold: promises, slips and "not yet" rest on them. Empty in an opened model.
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
        """Return what the model sees of lines, shape (n_lines, n_features)."""
        return self.inputs.transform([line.text for line in lines], [setting(line) for line in lines])

    def decompose(self, lines: Sequence[Line]) -> tuple[TextFeatures, NDArray[np.float64], NDArray[np.float64]]:
        """Return what lines bring, their scores by themselves, and what of these is likeness to the codebook."""
        texts = [line.text for line in lines]
        heard = self.inputs.text_features(texts)
        rows = self.inputs.with_context_columns(heard.rows, texts, [setting(line) for line in lines])
        return heard, self.context_free_scores(rows), self.codebook_scores(rows)

    def context_free_scores(self, rows: sp.csr_matrix) -> NDArray[np.float64]:
        """Return the scores of lines by themselves, shape (n_lines, n_codes)."""
        return np.asarray(rows @ self.coefficients.T) + self.intercepts

    def codebook_scores(self, rows: sp.csr_matrix) -> NDArray[np.float64]:
        """Return what likeness to the codebook brings to the scores of lines by themselves, same shape."""
        return np.asarray(rows @ self.codebook_coefficients.T)

    def scores(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return scores in log-odds before calibration, shape (n_lines, n_codes).

        A line also takes on a share of what the lines around it say, as far as they are among `lines`.
        """
        rows = self.rows(lines)
        return self.with_context(lines, self.context_free_scores(rows), self.codebook_scores(rows))

    @property
    def reach(self) -> int:
        """How many lines away a line may still count."""
        return max(self.blend.line_context.reach, self.blend.codebook_context.reach)

    def with_context(
        self, lines: Sequence[Line], alone: NDArray[np.float64], likeness: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return scores with the share of the lines around, from the parts that `decompose` returns."""
        return self.blend.spread(lines, alone, likeness)

    def probabilities(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_lines, n_codes)."""
        return self.calibration(self.scores(lines))


def codebook_texts(code: Code, codebook: Codebook) -> tuple[str, ...]:
    """Return what the codebook says for a code: its names and definition in one piece, then each example."""
    parent = codebook[code.parent].name if code.parent is not None else ""
    said = " ".join(filter(None, [code.name, parent, code.definition, code.use_when]))
    return (said, *code.examples)


def fit(
    table: CodedLines,
    codebook: Codebook,
    *,
    language: str = "en",
    encoder: Encoding | None = None,
    seed: int = 0,
    n_jobs: int | None = None,
) -> LineModel:
    """Return a model fitted to all lines of a table, calibrated on out-of-fold scores.

    Folds are made of whole interviews where there are at least ten, else of consecutive lines: with few interviews a
    fold would take away half of all that is known.
    """
    texts = [line.text for line in table.lines]
    settings = [setting(line) for line in table.lines]
    said = [(j, saying) for j, code in enumerate(table.codes) for saying in codebook_texts(code, codebook)]
    speaks_for = np.array([j for j, _ in said], dtype=np.intp)
    embeddings = None if encoder is None else Embeddings.by(encoder)
    inputs = LineInputs(language=language, embeddings=embeddings).fit(
        [*texts, *(saying for _, saying in said)], settings
    )
    X = inputs.transform(texts, settings)
    D = inputs.transform([saying for _, saying in said])
    meant = _meant(D, speaks_for, n_codes=len(table.codes))
    fold = folds([line.transcript for line in table.lines], seed=seed)
    held, H = np.unique(fold), as_unseen(X, D, fold, inputs)
    # Of the models that have not seen a fold only its scores are kept: their weights would take most of the memory.
    (coefficients, intercepts), *apart = Parallel(n_jobs=n_jobs)(
        chain(
            [delayed(_regress)(X, table.applied, D, speaks_for, seed=seed)],
            (
                delayed(_unseen)(
                    X[fold != k],
                    table.applied[fold != k],
                    sp.vstack([X[fold == k], H[fold == k]], format="csr"),
                    D,
                    speaks_for,
                    seed=seed,
                )
                for k in held
            ),
        )
    )
    # What the codebook says in words, and what it means to the encoder, are weighed apart.
    meaning = X.shape[1] - (0 if embeddings is None else embeddings.dimensions)
    in_words, in_meaning = np.asarray(X[:, :meaning] @ meant[:, :meaning].T), None
    if embeddings is not None:
        meant[:, meaning:] /= inputs.meaning**2
        in_meaning = np.asarray(X[:, meaning:] @ meant[:, meaning:].T)
    seen, new = np.zeros(table.applied.shape), np.zeros(table.applied.shape)
    for k, scores in zip(held, apart, strict=True):
        seen[fold == k], new[fold == k] = np.split(scores, 2)
    blend, _ = best_blend(table.lines, table.applied, seen, in_words, in_meaning)
    # Models are stored in single precision; rounding here makes a model the same before and after it is saved.
    meant[:, :meaning] *= blend.codebook_weight
    meant[:, meaning:] *= blend.embedding_weight
    meant = _single(against_others(meant.T).T)
    likeness = np.asarray(H @ meant.T)
    out = blend.spread(table.lines, new + likeness, likeness)
    interviews = len({line.transcript for line in table.lines})
    calibration = platt(out, table.applied, interviews=interviews) if len(table) else untried(len(table.codes))
    return LineModel(
        inputs=inputs,
        coefficients=_single(coefficients + meant),
        codebook_coefficients=meant,
        intercepts=intercepts,
        blend=blend,
        calibration=calibration,
        thresholds=thresholds(calibration(out), table.applied),
        held_out=out,
    )


def as_unseen(X: sp.csr_matrix, D: sp.csr_matrix, fold: NDArray[np.intp], inputs: LineInputs) -> sp.csr_matrix:
    """Return the rows of lines as they would be, had the vocabulary been learnt from the other folds.

    A word that no other fold has takes from the length of a line's other words. In a line to come such a word is none
    of the vocabulary and takes nothing: held-out lines that keep theirs look more doubtful than lines to come will.
    """
    words = len(inputs.words.vocabulary_)
    texts = words + len(inputs.characters.vocabulary_)
    rows, places = [X[:0]], [np.zeros(0, dtype=np.intp)]
    for k in np.unique(fold):
        held = X[fold == k]
        met = (X[fold != k].getnnz(axis=0) + D.getnnz(axis=0)) > 0
        kept = held @ sp.diags(met.astype(np.float64))
        parts = []
        for part in (slice(0, words), slice(words, texts)):
            whole, left = (np.sqrt(np.asarray(one[:, part].power(2).sum(axis=1)).ravel()) for one in (held, kept))
            parts.append(sp.diags(np.divide(whole, left, out=np.zeros(len(left)), where=left > 0)) @ kept[:, part])
        rows.append(sp.hstack([*parts, held[:, texts:]], format="csr"))
        places.append(np.flatnonzero(fold == k))
    return sp.vstack(rows, format="csr")[np.argsort(np.concatenate(places))]


def _meant(D: sp.csr_matrix, speaks_for: NDArray[np.intp], *, n_codes: int) -> NDArray[np.float64]:
    """Return the mean of what the codebook says for each code, shape (n_codes, n_features)."""
    sayings_of = np.bincount(speaks_for, minlength=n_codes)
    mean = sp.csr_matrix(
        (1 / sayings_of[speaks_for], (speaks_for, np.arange(len(speaks_for)))), shape=(n_codes, len(speaks_for))
    )
    return np.asarray((mean @ D).toarray(), dtype=np.float64)


def _single(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values.astype(np.float32).astype(np.float64)


def folds(interviews: Sequence[str], *, seed: int) -> NDArray[np.intp]:
    """Return the fold of each line, shape (n_lines,)."""
    names = list(dict.fromkeys(interviews))
    if len(names) >= 10:
        drawn = np.random.default_rng(seed).permutation(len(names)) % FOLDS
        fold_of = dict(zip(names, drawn, strict=True))
        return np.array([fold_of[name] for name in interviews], dtype=np.intp)
    return np.arange(len(interviews)) * FOLDS // max(len(interviews), 1)


def _unseen(
    X: sp.csr_matrix,
    applied: NDArray[np.bool_],
    unseen: sp.csr_matrix,
    D: sp.csr_matrix,
    speaks_for: NDArray[np.intp],
    *,
    seed: int,
) -> NDArray[np.float64]:
    """Return the scores of lines by a regression that has not seen them, shape (n_unseen, n_codes)."""
    coefficients, intercepts = _regress(X, applied, D, speaks_for, seed=seed)
    return np.asarray(unseen @ coefficients.T + intercepts)


def _regress(
    X: sp.csr_matrix, applied: NDArray[np.bool_], D: sp.csr_matrix, speaks_for: NDArray[np.intp], *, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coefficients (n_codes, n_features) and intercepts (n_codes,) of one balanced logistic regression a code.

    What the codebook says of a code stands among the examples, so that a code with few lines still has a meaning.
    """
    n_codes = applied.shape[1]
    # With no line at all, as when the only one is held out, what the codebook says still has a weight.
    n = max(len(applied), 1)
    rows = sp.vstack([X, D], format="csr")
    sayings_of = np.bincount(speaks_for, minlength=n_codes)
    coefficients, intercepts = np.zeros((n_codes, X.shape[1])), np.zeros(n_codes)
    for j in range(n_codes):
        positive = applied[:, j]
        n_positive = int(positive.sum())
        own = speaks_for == j
        lines_weight = np.where(positive, n / (2 * max(n_positive, 1)), n / (2 * max(n - n_positive, 1)))
        for_it = FOR_ITS_CODE * n / (2 * (n_positive + FOR_ITS_CODE)) / sayings_of[j]
        said_weight = np.where(own, for_it, AGAINST_OTHERS / sayings_of[speaks_for])
        if not own.any() or (own.all() and positive.all()):
            continue
        model = LogisticRegression(C=C, solver="liblinear", max_iter=300, random_state=seed)
        model.fit(rows, np.concatenate([positive, own]), sample_weight=np.concatenate([lines_weight, said_weight]))
        coefficients[j], intercepts[j] = model.coef_[0], model.intercept_[0]
    return coefficients, intercepts
