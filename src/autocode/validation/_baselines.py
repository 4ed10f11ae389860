"""The baselines of a validation: TF-IDF with logistic regression, and similarity to the codes' definitions."""

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from autocode.codebook import Codebook
from autocode.suggester import CodedLines
from autocode.validation._metrics import Predictions

# As in the reference implementation of the protocol, with which tests/validation/test_protocol.py compares them.
_INVERSE_REGULARISATION, _LEAST_PROBABILITY = 10, 0.5
_LEAST_SIMILARITY = 0.1


def logistic(train: CodedLines, test: CodedLines, codebook: Codebook) -> Predictions:
    """Return predictions of balanced logistic regression on TF-IDF of word 1-2-grams, one model per code."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=1)
    train_features, test_features = words.fit_transform(_texts(train)), words.transform(_texts(test))
    scores = np.zeros(test.applied.shape)
    for j in range(train.applied.shape[1]):
        features, applied = train_features, train.applied[:, j]
        if train.judged is not None:
            features, applied = features[train.judged[:, j]], applied[train.judged[:, j]]
        if 0 < applied.sum() < len(applied):
            model = LogisticRegression(C=_INVERSE_REGULARISATION, class_weight="balanced", max_iter=1000)
            scores[:, j] = model.fit(features, applied).predict_proba(test_features)[:, 1]
    return Predictions(
        truth=test.applied,
        scores=scores,
        predicted=scores >= _LEAST_PROBABILITY,
        probabilities=scores,
        judged=test.judged,
    )


def definitions(train: CodedLines, test: CodedLines, codebook: Codebook) -> Predictions:
    """Return predictions by TF-IDF cosine similarity to each code's name, parent and definition, without training."""
    codebook_texts = [
        " ".join(filter(None, [code.name, codebook[code.parent].name if code.parent else "", code.definition]))
        for code in train.codes
    ]
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit([*_texts(train), *codebook_texts])
    scores: NDArray[np.float64] = (words.transform(_texts(test)) @ words.transform(codebook_texts).T).toarray()
    return Predictions(
        truth=test.applied,
        scores=scores,
        predicted=scores >= _LEAST_SIMILARITY,
        probabilities=None,
        judged=test.judged,
    )


def _texts(table: CodedLines) -> list[str]:
    return [line.text for line in table.lines]
