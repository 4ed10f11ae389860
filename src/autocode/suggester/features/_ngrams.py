"""N-gram counts of two TfidfVectorizers, computed faster: the features of a word are looked up, not counted again.

The matrices equal the vectorizers' own, bit for bit. Each occurrence of a feature keeps its place in the text, from
which the contribution of every word to a score follows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp
import spacy
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from autocode.errors import TrainingError

# Caches of words are emptied beyond this many entries, so that memory does not grow with the number of lines. It is
# several times the vocabulary of a large interview study, so that a study never meets it.
CACHE_SIZE = 200_000

_SURROGATE = re.compile("[\ud800-\udfff]")

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@lru_cache(maxsize=8)
def _blank(language: str) -> Any:
    from spacy.attrs import IS_PUNCT, IS_SPACE, IS_STOP, LOWER
    from spacy.tokenizer import Tokenizer

    try:
        nlp = spacy.blank(language)
    except (ImportError, ValueError) as error:
        raise TrainingError(
            f"spaCy has no language {language!r}; give one of its codes, such as 'en', 'fr' or 'de'."
        ) from error
    # The other attributes (shape, is it an address, ...) are not used here and take half the time of a new word.
    getters = nlp.vocab.lex_attr_getters
    nlp.vocab.lex_attr_getters = {kind: getters[kind] for kind in (IS_PUNCT, IS_SPACE, IS_STOP, LOWER)}
    if isinstance(nlp.tokenizer, Tokenizer):
        nlp.tokenizer.max_cache_size = CACHE_SIZE
    return nlp


def pipeline(language: str) -> Any:
    """Return spaCy's blank pipeline for a language; it is replaced by a new one once its vocabulary is too large."""
    nlp = _blank(language)
    if len(nlp.vocab.strings) > CACHE_SIZE:
        _blank.cache_clear()
        nlp = _blank(language)
    return nlp


def replace_surrogates(text: str) -> str:
    """Return a text with lone surrogates, which spaCy cannot read, replaced by U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tokens:
    """The words of several texts, one text after the other.

    Attributes
    ----------
    forms : sequence of str
        The distinct lower-cased forms, without white space inside.
    form : ndarray of int, shape (n_words,)
        Index into `forms` of each word.
    start, end : ndarray of int, shape (n_words,)
        Where each word begins and ends in its text, in code points.
    first : ndarray of int, shape (n_texts + 1,)
        Index of each text's first word among all words.
    """

    forms: Sequence[str]
    form: Integers
    start: Integers
    end: Integers
    first: Integers

    @property
    def lengths(self) -> Integers:
        """Number of words of each text, shape (n_texts,)."""
        return np.diff(self.first)


def tokenize(texts: Sequence[str], *, language: str = "en") -> Tokens:
    """Return the words of texts, without punctuation and white space."""
    from spacy.attrs import IDX, LENGTH, ORTH

    nlp = pipeline(language)
    tokenizer, vocab = nlp.tokenizer, nlp.vocab
    arrays = [tokenizer(text).to_array([ORTH, IDX, LENGTH]) for text in texts]
    table = np.concatenate([*arrays, np.zeros((0, 3), dtype=np.uint64)])
    lexemes, which = np.unique(table[:, 0], return_inverse=True)
    index: dict[str, int] = {}
    form_of = np.empty(len(lexemes), dtype=np.int64)
    for i, key in enumerate(lexemes.tolist()):
        lexeme = vocab[key]
        skipped = lexeme.is_space or lexeme.is_punct or lexeme.text.isspace()
        # In some languages a token may contain white space, at which the vectorizer would split it.
        form_of[i] = -1 if skipped else index.setdefault("".join(lexeme.lower_.split()), len(index))
    form = form_of[which.reshape(-1)]
    is_word = form >= 0
    n_words_before = np.concatenate([[0], np.cumsum(is_word)])
    start = table[:, 1].astype(np.int64)[is_word]
    return Tokens(
        forms=tuple(index),
        form=form[is_word],
        start=start,
        end=start + table[:, 2].astype(np.int64)[is_word],
        first=n_words_before[np.concatenate([[0], np.cumsum([len(array) for array in arrays], dtype=np.int64)])],
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occurrences:
    """The occurrences of n-grams (features) in several texts, sorted by text.

    Attributes
    ----------
    text, feature : ndarray of int, shape (n_occurrences,)
        The text and the feature of each occurrence.
    place, spanned : ndarray of int, shape (n_occurrences,)
        An occurrence covers `spanned` words from `place` on; words are numbered through all texts.
    first : ndarray of int, shape (n_texts + 1,)
        Index of the first occurrence in each text.
    n_features : int
        Number of features.
    """

    text: Integers
    place: Integers
    spanned: Integers
    feature: Integers
    first: Integers
    n_features: int

    @property
    def _keys(self) -> Integers:
        return self.text * self.n_features + self.feature

    def rows(self, idf: Floats) -> sp.csr_matrix:
        """Return L2-normalised TF-IDF rows with sublinear term frequency, shape (n_texts, n_features)."""
        keys = np.sort(self._keys)
        begins = np.flatnonzero(np.diff(keys, prepend=-1))
        cells = keys[begins]
        feature = cells % max(self.n_features, 1)
        value = np.log(np.diff(np.append(begins, len(keys))).astype(np.float64))
        value += 1.0
        value *= idf[feature]
        n_texts = len(self.first) - 1
        ends = np.searchsorted(cells, np.arange(n_texts + 1) * self.n_features)
        # 32-bit indices, as scikit-learn's: half the memory of scipy's default
        shape = (n_texts, self.n_features)
        rows = sp.csr_matrix((value, feature.astype(np.int32), ends.astype(np.int32)), shape=shape)
        return normalize(rows, norm="l2", copy=False) if n_texts else rows

    def each(self, rows: sp.csr_matrix) -> Floats:
        """Return the value of each occurrence, shape (n_occurrences,): its feature's in `rows`, split evenly."""
        keys = self._keys
        order = np.argsort(keys)
        slot = np.cumsum(np.diff(keys[order], prepend=-1) != 0) - 1
        values = np.empty(len(keys))
        values[order] = (rows.data / np.bincount(slot, minlength=rows.nnz))[slot]
        return values


class WordGrams:
    """Word n-grams, as counted by a TfidfVectorizer that gets its words joined by blanks."""

    def __init__(self, vectorizer: Any) -> None:
        self._n_features = len(vectorizer.vocabulary_)
        self._lengths = range(vectorizer.ngram_range[0], vectorizer.ngram_range[1] + 1)
        # Words are numbered, and an n-gram is the number whose digits are its words: a lookup needs no strings.
        self._number: dict[str, int] = {}
        number, grams_of = self._number, {n: list[tuple[int, int]]() for n in self._lengths}
        grams = [(gram.split(" "), feature) for gram, feature in vectorizer.vocabulary_.items()]
        for words, _ in grams:
            for word in words:
                number.setdefault(word, len(number))
        for words, feature in grams:
            key = 0
            for word in words:
                key = key * len(number) + number[word]
            grams_of[len(words)].append((key, feature))
        self._grams = {n: np.array(sorted(found), dtype=np.int64).reshape(-1, 2).T for n, found in grams_of.items()}

    def occurrences(self, words: Tokens) -> Occurrences:
        """Return the occurrences of the n-grams in the vocabulary."""
        number_of_form = np.array([self._number.get(form, -1) for form in words.forms], dtype=np.int64)
        word = number_of_form[words.form]
        text = np.repeat(np.arange(len(words.first) - 1), words.lengths)
        grams = [self._of_length(n, word, words.first[1:][text]) for n in self._lengths]
        place, feature, spanned = (np.concatenate([gram[k] for gram in grams]) for k in range(3))
        order = np.argsort(text[place], kind="stable")
        return _occurrences(
            text[place[order]], place[order], spanned[order], feature[order], len(words.first) - 1, self._n_features
        )

    def _of_length(self, n: int, word: Integers, end: Integers) -> tuple[Integers, Integers, Integers]:
        """Return the first word, the feature and the length of each n-gram in the vocabulary.

        Parameters
        ----------
        n : int
            Number of words of an n-gram.
        word : ndarray of int, shape (n_words,)
            Number of each word, -1 for one that no n-gram contains.
        end : ndarray of int, shape (n_words,)
            Index after the last word of each word's text.
        """
        place = np.arange(len(word))
        place = place[place + n <= end]
        key = np.zeros(len(place), dtype=np.int64)
        is_known = np.ones(len(place), dtype=bool)
        for k in range(n):
            key = key * len(self._number) + word[place + k]
            is_known &= word[place + k] >= 0
        keys, features = self._grams[n]
        at = np.minimum(np.searchsorted(keys, key), max(len(keys) - 1, 0))
        is_known = is_known & (keys[at] == key) if len(keys) else np.zeros(len(place), dtype=bool)
        return place[is_known], features[at[is_known]], np.full(int(is_known.sum()), n)


class CharacterGrams:
    """Character n-grams inside blank-separated words, as a TfidfVectorizer with `char_wb` counts them."""

    def __init__(self, vectorizer: Any) -> None:
        self._vocabulary: dict[str, int] = vectorizer.vocabulary_
        self._lengths = range(vectorizer.ngram_range[0], vectorizer.ngram_range[1] + 1)
        self._features_of: dict[str, Integers] = {}

    def occurrences(self, texts: Sequence[str]) -> Occurrences:
        """Return the occurrences of the n-grams in the vocabulary; a place is that of a blank-separated word."""
        if len(self._features_of) > CACHE_SIZE:
            self._features_of.clear()
        cached = self._features_of
        found: list[Integers] = []
        lengths = []
        for text in texts:
            words = text.split()
            lengths.append(len(words))
            for word in words:
                features = cached.get(word)
                if features is None:
                    features = cached[word] = self._features(word)
                found.append(features)
        sizes = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
        place = np.repeat(np.arange(len(found)), sizes)
        return _occurrences(
            np.repeat(np.arange(len(texts)), lengths)[place],
            place,
            np.ones(len(place), dtype=np.int64),
            np.concatenate([*found, np.zeros(0, dtype=np.int64)]),
            len(texts),
            len(self._vocabulary),
        )

    def _features(self, word: str) -> Integers:
        padded, feature_of = f" {word.lower()} ", self._vocabulary.get
        features = []
        for n in self._lengths:
            features += [feature_of(padded[at : at + n], -1) for at in range(max(len(padded) - n, 0) + 1)]
            # A word no longer than the n-gram is counted once, as `char_wb` does.
            if len(padded) <= n:
                break
        return np.array([feature for feature in features if feature >= 0], dtype=np.int64)


def _occurrences(
    text: Integers, place: Integers, spanned: Integers, feature: Integers, n_texts: int, n_features: int
) -> Occurrences:
    first = np.searchsorted(text, np.arange(n_texts + 1))
    return Occurrences(text=text, place=place, spanned=spanned, feature=feature, first=first, n_features=n_features)
