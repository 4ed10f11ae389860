"""The features of a line: its words, their characters, the speaker's role, the place in the interview, a vector."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from autocode.display import displayed
from autocode.suggester.features._contributions import TextFeatures
from autocode.suggester.features._embeddings import Embeddings
from autocode.suggester.features._ngrams import (
    CACHE_SIZE,
    CharacterGrams,
    WordGrams,
    pipeline,
    replace_surrogates,
    tokenize,
)
from autocode.transcripts import Line

# Texts whose n-grams are counted at once: counting needs ten times the memory of the rows that remain.
TEXTS_AT_ONCE = 2000
# From this number of texts on, character n-grams of a single text are left out: they are half of a model file and add
# nothing to their word. In smaller studies many words occur once, and their n-grams are needed.
MANY_TEXTS = 300

_NUMBER = re.compile(r"[\s_.#-]*\d+$")


def tokens(text: str, *, language: str = "en") -> list[tuple[int, int, str]]:
    """Return the words of a text as (start, end, lower-cased form), without punctuation and white space."""
    return [
        (t.idx, t.idx + len(t.text), t.lower_)
        for t in pipeline(language).tokenizer(replace_surrogates(text))
        if not (t.is_space or t.is_punct) and not t.text.isspace()
    ]


@lru_cache(maxsize=CACHE_SIZE)
def is_function_word(word: str, *, language: str = "en") -> bool:
    """Return whether a word is a stop word of spaCy's, or has neither letter nor digit."""
    return bool(pipeline(language).vocab[word].is_stop) or not any(map(str.isalnum, word))


def speaker_kind(line: Line) -> str:
    """Return the speaker's label without its number: GP3 and GP17 are both `gp`."""
    return _NUMBER.sub("", line.speaker).strip().casefold()


class Setting(NamedTuple):
    """The speaker's role, and the place in the interview: 0 for line 1, 1 from line 2, 2 from line 4, 3 from line 8.

    None where it is unknown, as for a definition in the codebook.
    """

    speaker: str | None
    place: int | None


NO_SETTING = Setting(None, None)


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class InputWeights:
    """Weights of the groups of features, where word n-grams have weight 1.

    The defaults were chosen on splits of the evaluation corpora that are not the reported ones;
    `python -m evaluation.choose_constants` makes the choice again.

    Attributes
    ----------
    characters : float, default 0.8
        Weight of character n-grams.
    role : float, default 0.5
        Weight of the speaker's role.
    place : float, default 0.2
        Weight of the place in the interview: interviews open with other topics than they come to.
    last_place : int, default 3
        Number of doublings of the line number that are distinguished; 3 is from line 8 on.
    embedding_extra : float, default 0.25
        Weight of sentence vectors beyond 1 before any line is coded.
    embedding_lines : int, default 250
        Number of coded lines at which half of `embedding_extra` is left: vectors help most while words are few.
    """

    characters: float = 0.8
    role: float = 0.5
    place: float = 0.2
    last_place: int = 3
    embedding_extra: float = 0.25
    embedding_lines: int = 250


DEFAULT_INPUTS = InputWeights()


def setting(line: Line, *, last_place: int = DEFAULT_INPUTS.last_place) -> Setting:
    """Return the speaker's role and the place of a line."""
    place = None if line.order < 0 else min(max(line.order, 1).bit_length() - 1, last_place)
    return Setting(speaker_kind(line), place)


class LineInputs:
    """Turns lines into a sparse matrix of features.

    The columns are word 1-2-grams, character 3-5-grams inside words, the speaker's role, the place in the interview
    and, with an encoder, the sentence vector. N-grams are TF-IDF with sublinear term frequency and L2-normalised rows.

    Parameters
    ----------
    language : str, default "en"
        A language that spaCy can tokenize.
    embeddings : Embeddings or None, default None
        Sentence vectors; None for none.
    weights : InputWeights
        Weights of the groups of features.

    Attributes
    ----------
    words, characters : TfidfVectorizer
        The vocabularies of word and character n-grams.
    roles : tuple of str
        The roles with a column; empty if there is only one.
    places : tuple of int
        The places with a column; empty if there is only one.
    embedding_scale : float
        Factor by which sentence vectors are multiplied.
    """

    def __init__(
        self,
        *,
        language: str = "en",
        embeddings: Embeddings | None = None,
        weights: InputWeights = DEFAULT_INPUTS,
    ) -> None:
        self.language = language
        self.embeddings = embeddings
        self.weights = weights
        self.embedding_scale = 1.0
        # Tokens are joined by blanks before they reach scikit-learn, so that a saved model contains no function.
        self.words = TfidfVectorizer(
            lowercase=False, token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float64
        )
        self.characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=np.float64)
        self.roles: tuple[str, ...] = ()
        self.places: tuple[int, ...] = ()
        self._grams: tuple[WordGrams, CharacterGrams] | None = None

    def __getstate__(self) -> dict[str, Any]:
        # The caches are large and quickly made again.
        return {**self.__dict__, "_grams": None}

    def fit(self, texts: Sequence[str], settings: Sequence[Setting]) -> "LineInputs":
        """Learn the vocabulary; roles and places get columns only where there are several."""
        self._grams = None
        texts = [replace_surrogates(text) for text in texts]
        self.words.fit(self._tokenized(texts))
        self.characters.set_params(min_df=2 if len(texts) >= MANY_TEXTS else 1).fit(texts)
        few = self.weights.embedding_lines
        self.embedding_scale = 1 + self.weights.embedding_extra * few / (len(settings) + few)
        roles = tuple(sorted({setting.speaker for setting in settings if setting.speaker is not None}))
        places = tuple(sorted({setting.place for setting in settings if setting.place is not None}))
        self.roles = roles if len(roles) > 1 else ()
        self.places = places if len(places) > 1 else ()
        return self

    def settings(self, lines: Sequence[Line]) -> list[Setting]:
        """Return the speaker's role and the place of each line."""
        return [setting(line, last_place=self.weights.last_place) for line in lines]

    def transform(self, texts: Sequence[str], settings: Sequence[Setting] | None = None) -> sp.csr_matrix:
        """Return all features, shape (n_texts, n_features); without settings, texts have no speaker and no place."""
        return self.with_context_columns(self.text_matrix(texts), texts, settings or [NO_SETTING] * len(texts))

    def with_context_columns(
        self, text_rows: sp.csr_matrix, texts: Sequence[str], settings: Sequence[Setting]
    ) -> sp.csr_matrix:
        """Return `text_rows` with the columns of role, place and sentence vector, shape (n_texts, n_features)."""
        parts = [text_rows]
        if self.roles:
            roles = _indicator([setting.speaker for setting in settings], self.roles)
            parts.append(sp.csr_matrix(self.weights.role * roles))
        if self.places:
            places = _indicator([setting.place for setting in settings], self.places)
            parts.append(sp.csr_matrix(self.weights.place * places))
        if self.embeddings is not None:
            parts.append(sp.csr_matrix(self.embedding_scale * self.embeddings.vectors(texts)))
        return sp.hstack(parts, format="csr") if len(parts) > 1 else text_rows

    def text_matrix(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Return the columns of `transform` that depend on the text alone: word and character n-grams."""
        batches = [texts[at : at + TEXTS_AT_ONCE] for at in range(0, max(len(texts), 1), TEXTS_AT_ONCE)]
        return sp.vstack([self.text_features(batch).rows for batch in batches], format="csr")

    def text_features(self, texts: Sequence[str]) -> TextFeatures:
        """Return the n-gram features of texts with the words that they come from."""
        if self._grams is None:
            # Made on first use, and kept for their caches.
            self._grams = (WordGrams(self.words), CharacterGrams(self.characters))
        texts = [replace_surrogates(text) for text in texts]
        words = tokenize(texts, language=self.language)
        word_grams = self._grams[0].occurrences(words)
        character_grams = self._grams[1].occurrences(texts)
        return TextFeatures(
            texts,
            words,
            (word_grams, word_grams.rows(self.words.idf_)),
            (character_grams, character_grams.rows(self.characters.idf_) * self.weights.characters),
        )

    def _tokenized(self, texts: Sequence[str]) -> list[str]:
        words = tokenize(texts, language=self.language)
        forms = [words.forms[index] for index in words.form.tolist()]
        return [" ".join(forms[a:b]) for a, b in zip(words.first[:-1], words.first[1:], strict=True)]

    def shares(self, text: str, weights: NDArray[np.float64]) -> list[tuple[int, int, float]]:
        """Return what each word of a text adds to a linear score, as (start, end, share).

        These shares, including that of characters outside words, add up to the score together with those of role,
        place, sentence vector and intercept.

        Parameters
        ----------
        text : str
            The text of a line.
        weights : ndarray of float, shape (n_features,)
            The coefficients of one code.
        """
        features = self.text_features([text])
        first = np.zeros(1, dtype=np.int64)
        found = features.shares(first, first, weights[None, :])
        words = features.words
        shares = [(int(s), int(e), float(x)) for s, e, x in zip(words.start, words.end, found.words, strict=True)]
        return [*shares, (0, len(text), float(found.marks[0]))] if found.marks[0] else shares


def _indicator(values: Sequence[object], categories: Sequence[object]) -> NDArray[np.float64]:
    """Return which category each value is, shape (n_values, n_categories); a row of zeros for any other value."""
    column = {category: j for j, category in enumerate(categories)}
    indicator = np.zeros((len(values), len(categories)))
    for i, value in enumerate(values):
        if value in column:
            indicator[i, column[value]] = 1.0
    return indicator
