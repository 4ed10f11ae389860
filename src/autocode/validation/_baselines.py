"""What a suggester has to beat: plain TF-IDF with logistic regression, and the codes' definitions alone."""

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from autocode.codebook import Codebook
from autocode.suggester import CodedLines
from autocode.validation._metrics import Answers


def logistic(train: CodedLines, test: CodedLines, codebook: Codebook) -> Answers:
    """Return the answers of balanced logistic regression on word 1-2-gram TF-IDF, one a code, said from .5 on."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=1)
    known, asked = words.fit_transform(_texts(train)), words.transform(_texts(test))
    scores = np.zeros(test.applied.shape)
    for j in range(train.applied.shape[1]):
        applied = train.applied[:, j]
        if 0 < applied.sum() < len(applied):
            model = LogisticRegression(C=10, class_weight="balanced", max_iter=1000).fit(known, applied)
            scores[:, j] = model.predict_proba(asked)[:, 1]
    return Answers(truth=test.applied, scores=scores, said=scores >= 0.5, probabilities=scores)


def definitions(train: CodedLines, test: CodedLines, codebook: Codebook) -> Answers:
    """Return the answers of TF-IDF likeness to each code's name, parent and definition, said from .1 on."""
    meant = [
        " ".join(filter(None, [code.name, codebook[code.parent].name if code.parent else "", code.definition]))
        for code in train.codes
    ]
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit([*_texts(train), *meant])
    scores: NDArray[np.float64] = (words.transform(_texts(test)) @ words.transform(meant).T).toarray()
    return Answers(truth=test.applied, scores=scores, said=scores >= 0.1, probabilities=None)


def _texts(table: CodedLines) -> list[str]:
    return [line.text for line in table.lines]
