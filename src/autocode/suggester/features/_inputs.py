"""What the suggester sees of a line: its words, their characters, who says it and when, what an encoder makes of it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from autocode.suggester.features._contributions import TextFeatures
from autocode.suggester.features._embeddings import Embeddings
from autocode.suggester.features._ngrams import (
    REMEMBERED,
    CharacterGrams,
    WordGrams,
    pipeline,
    replace_surrogates,
    tokenize,
)
from autocode.transcripts import Line

# Characters, role and place weigh less than words: chosen on splits that are not the reported ones
# (evaluation/README.md).
CHARACTERS, ROLE, PLACE = 0.8, 0.5, 0.2
# Places are told apart by doublings, up to here: people open with other matters than they come to.
FURTHEST = 3
# An encoder's vectors weigh somewhat more than words while words are few: a quarter more before the first line, half of
# that at so many. Chosen likewise.
MORE, FEW = 0.25, 250
# So many texts are heard at once where only their features are asked for.
TOGETHER = 2000

_NUMBER = re.compile(r"[\s_.#-]*\d+$")


def tokens(text: str, *, language: str = "en") -> list[tuple[int, int, str]]:
    """Return the words of a text as (start, end, lower-cased form), punctuation and space left out."""
    return [
        (t.idx, t.idx + len(t.text), t.lower_)
        for t in pipeline(language).tokenizer(replace_surrogates(text))
        if not (t.is_space or t.is_punct) and not t.text.isspace()
    ]


@lru_cache(maxsize=REMEMBERED)
def is_function_word(word: str, *, language: str = "en") -> bool:
    """Return whether spaCy counts a word among the stop words of its language."""
    return bool(pipeline(language).vocab[word].is_stop) or not any(map(str.isalnum, word))


def speaker_kind(line: Line) -> str:
    """Return the speaker's label without its number: GP3 and GP17 are both `gp`."""
    return _NUMBER.sub("", line.speaker).strip().casefold()


class Setting(NamedTuple):
    """Who says a line, by kind, and how far into the interview: 0 the first line, 1 from the second, 2 from the fourth.

    None where nobody knows it, or nobody says it.
    """

    speaker: str | None
    place: int | None


NOBODYS = Setting(None, None)


def setting(line: Line) -> Setting:
    """Return who says a line, and when."""
    place = None if line.order < 0 else min(max(line.order, 1).bit_length() - 1, FURTHEST)
    return Setting(speaker_kind(line), place)


class LineInputs:
    """Turns lines into a sparse matrix: word 1-2-grams, character 3-5-grams inside words, speaker's role and place.

    Words and characters are TF-IDF with logarithmic counts and rows of length one, then weighted; the vectors of an
    encoder, if there is one, are the last columns.
    """

    def __init__(self, *, language: str = "en", embeddings: Embeddings | None = None) -> None:
        self.language = language
        self.embeddings = embeddings
        self.meaning = 1.0
        # Tokens reach scikit-learn already cut and joined by blanks, so that no function has to be stored in a model.
        self.words = TfidfVectorizer(
            lowercase=False, token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float64
        )
        self.characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=np.float64)
        self.roles: tuple[str, ...] = ()
        self.places: tuple[int, ...] = ()
        self._grams: tuple[WordGrams, CharacterGrams] | None = None

    def __getstate__(self) -> dict[str, Any]:
        # What is remembered of words is worked out again where it is needed.
        return {**self.__dict__, "_grams": None}

    def fit(self, texts: Sequence[str], settings: Sequence[Setting]) -> "LineInputs":
        """Learn the vocabulary; roles and places matter only where there are several."""
        self._grams = None
        texts = [replace_surrogates(text) for text in texts]
        self.words.fit(self._cut(texts))
        # A character run seen once tells nothing that its word does not, but makes up half of the model file.
        self.characters.set_params(min_df=2 if len(texts) >= 300 else 1).fit(texts)
        self.meaning = 1 + MORE * FEW / (len(settings) + FEW)
        roles = tuple(sorted({one.speaker for one in settings if one.speaker is not None}))
        places = tuple(sorted({one.place for one in settings if one.place is not None}))
        self.roles = roles if len(roles) > 1 else ()
        self.places = places if len(places) > 1 else ()
        return self

    def transform(self, texts: Sequence[str], settings: Sequence[Setting] | None = None) -> sp.csr_matrix:
        """Return a matrix of shape (n_texts, n_features); without settings the text is nobody's, as a definition is."""
        return self.with_context_columns(self.text_matrix(texts), texts, settings or [NOBODYS] * len(texts))

    def with_context_columns(
        self, said: sp.csr_matrix, texts: Sequence[str], settings: Sequence[Setting]
    ) -> sp.csr_matrix:
        """Return `said` of the texts with who says them, when, and what they mean, shape (n_texts, n_features)."""
        parts = [said]
        if self.roles:
            parts.append(sp.csr_matrix(ROLE * _which([one.speaker for one in settings], self.roles)))
        if self.places:
            parts.append(sp.csr_matrix(PLACE * _which([one.place for one in settings], self.places)))
        if self.embeddings is not None:
            parts.append(sp.csr_matrix(self.meaning * self.embeddings.of(texts)))
        return sp.hstack(parts, format="csr") if len(parts) > 1 else said

    def text_matrix(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Return the part of the matrix that comes from the texts alone, whoever speaks: its first columns."""
        # From which words features come takes ten times the memory of the features, and is not asked for here.
        some = [texts[at : at + TOGETHER] for at in range(0, max(len(texts), 1), TOGETHER)]
        return sp.vstack([self.text_features(one).rows for one in some], format="csr")

    def text_features(self, texts: Sequence[str]) -> TextFeatures:
        """Return what comes from the texts alone, and from which of their words."""
        if self._grams is None:
            # Made on first use and kept: they remember what every word brought.
            self._grams = (WordGrams(self.words), CharacterGrams(self.characters))
        texts = [replace_surrogates(text) for text in texts]
        words = tokenize(texts, language=self.language)
        runs = self._grams[0].occurrences(words)
        characters = self._grams[1].occurrences(texts)
        return TextFeatures(
            texts,
            words,
            (runs, runs.rows(self.words.idf_)),
            (characters, characters.rows(self.characters.idf_) * CHARACTERS),
        )

    def _cut(self, texts: Sequence[str]) -> list[str]:
        words = tokenize(texts, language=self.language)
        form = [words.forms[number] for number in words.form.tolist()]
        return [" ".join(form[a:b]) for a, b in zip(words.first[:-1], words.first[1:], strict=True)]

    def shares(self, text: str, weights: NDArray[np.float64]) -> list[tuple[int, int, float]]:
        """Return what each word of a text adds to a linear score, as (start, end, share).

        The shares, those of marks that belong to no word, of role, place and intercept add up to the score.

        Parameters
        ----------
        weights : ndarray of float, shape (n_features,), the coefficients of one code.
        """
        heard = self.text_features([text])
        one = np.zeros(1, dtype=np.int64)
        found = heard.shares(one, one, weights[None, :])
        words = heard.words
        told = [(int(s), int(e), float(x)) for s, e, x in zip(words.start, words.end, found.words, strict=True)]
        return [*told, (0, len(text), float(found.marks[0]))] if found.marks[0] else told


def _which(values: Sequence[object], known: Sequence[object]) -> NDArray[np.float64]:
    """Return which of the known ones each value is, shape (n_values, n_known)."""
    at = {one: j for j, one in enumerate(known)}
    which = np.zeros((len(values), len(known)))
    for i, value in enumerate(values):
        if value in at:
            which[i, at[value]] = 1.0
    return which
