"""The counts of two TfidfVectorizers without their pace: what one word brings is worked out once and looked up after.

The matrices are the vectorizers' own, bit for bit. Which place of a text brought which feature is kept, because the
share of every word in a score follows from it.
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

# What is remembered of words and languages is forgotten beyond this many, so that a million lines need no more memory
# than a thousand.
REMEMBERED = 200_000

_HALF = re.compile("[\ud800-\udfff]")

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@lru_cache(maxsize=8)
def _blank(language: str) -> Any:
    from spacy.attrs import IS_PUNCT, IS_SPACE, IS_STOP, LOWER
    from spacy.tokenizer import Tokenizer

    try:
        held = spacy.blank(language)
    except (ImportError, ValueError) as missing:
        raise TrainingError(
            f"spaCy has no language {language!r}; give one of its codes, such as 'en', 'fr' or 'de'."
        ) from missing
    # The shape of a word, or whether it is an address, is asked by nobody and takes half the time of a new word.
    getters = held.vocab.lex_attr_getters
    held.vocab.lex_attr_getters = {kind: getters[kind] for kind in (IS_PUNCT, IS_SPACE, IS_STOP, LOWER)}
    if isinstance(held.tokenizer, Tokenizer):
        held.tokenizer.max_cache_size = REMEMBERED
    return held


def pipeline(language: str) -> Any:
    """Return spaCy's blank pipeline of a language; one that has met very many words is left behind for a new one."""
    held = _blank(language)
    if len(held.vocab.strings) > REMEMBERED:
        _blank.cache_clear()
        held = _blank(language)
    return held


def replace_surrogates(text: str) -> str:
    """Return a text in which half characters (lone surrogates), of which spaCy knows nothing, are replacement marks."""
    return text if text.isascii() else _HALF.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tokens:
    """The words of several texts, one after the other.

    Attributes
    ----------
    forms : the lower-cased forms without blanks inside, each once.
    form, start, end : ndarrays of int, shape (n_words,), which form a word has and where it stands in its text.
    first : ndarray of int, shape (n_texts + 1,), the place of each text's first word among all words.
    """

    forms: Sequence[str]
    form: Integers
    start: Integers
    end: Integers
    first: Integers

    @property
    def lengths(self) -> Integers:
        """How many words each text has, shape (n_texts,)."""
        return np.diff(self.first)


def tokenize(texts: Sequence[str], *, language: str = "en") -> Tokens:
    """Return the words of texts, punctuation and space left out."""
    from spacy.attrs import IDX, LENGTH, ORTH

    nlp = pipeline(language)
    tokenizer, vocab = nlp.tokenizer, nlp.vocab
    told = [tokenizer(text).to_array([ORTH, IDX, LENGTH]) for text in texts]
    table = np.concatenate([*told, np.zeros((0, 3), dtype=np.uint64)])
    lexemes, which = np.unique(table[:, 0], return_inverse=True)
    number: dict[str, int] = {}
    form_of = np.empty(len(lexemes), dtype=np.int64)
    for i, key in enumerate(lexemes.tolist()):
        lexeme = vocab[key]
        silent = lexeme.is_space or lexeme.is_punct or lexeme.text.isspace()
        # A token may hold a blank of its own in some languages; for the vectorizer a blank parts two tokens.
        form_of[i] = -1 if silent else number.setdefault("".join(lexeme.lower_.split()), len(number))
    form = form_of[which.reshape(-1)]
    spoken = form >= 0
    before = np.concatenate([[0], np.cumsum(spoken)])
    start = table[:, 1].astype(np.int64)[spoken]
    return Tokens(
        forms=tuple(number),
        form=form[spoken],
        start=start,
        end=start + table[:, 2].astype(np.int64)[spoken],
        first=before[np.concatenate([[0], np.cumsum([len(one) for one in told], dtype=np.int64)])],
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occurrences:
    """Which places bring which features, text by text.

    Attributes
    ----------
    text, place, spanned, feature : ndarrays of int, shape (n_occurrences,): a feature comes from `spanned` places from
        `place` on; places count through all texts.
    first : ndarray of int, shape (n_texts + 1,), the first occurrence of each text.
    n_features : how many features there are.
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
        """Return the texts as TF-IDF rows of length one, with logarithmic counts, shape (n_texts, n_features)."""
        keys = np.sort(self._keys)
        begins = np.flatnonzero(np.diff(keys, prepend=-1))
        held = keys[begins]
        feature = held % max(self.n_features, 1)
        value = np.log(np.diff(np.append(begins, len(keys))).astype(np.float64))
        value += 1.0
        value *= idf[feature]
        n_texts = len(self.first) - 1
        ends = np.searchsorted(held, np.arange(n_texts + 1) * self.n_features)
        # 32-bit indices, as scikit-learn's: half the memory of what scipy takes by itself
        shape = (n_texts, self.n_features)
        rows = sp.csr_matrix((value, feature.astype(np.int32), ends.astype(np.int32)), shape=shape)
        return normalize(rows, norm="l2", copy=False) if n_texts else rows

    def each(self, rows: sp.csr_matrix) -> Floats:
        """Return what each occurrence has of its feature's value in `rows`, split evenly, shape (n_occurrences,)."""
        keys = self._keys
        order = np.argsort(keys)
        slot = np.cumsum(np.diff(keys[order], prepend=-1) != 0) - 1
        out = np.empty(len(keys))
        out[order] = (rows.data / np.bincount(slot, minlength=rows.nnz))[slot]
        return out


class WordGrams:
    """Runs of words, as a TfidfVectorizer counts them that gets its words joined by blanks."""

    def __init__(self, vectorizer: Any) -> None:
        self._n_features = len(vectorizer.vocabulary_)
        self._lengths = range(vectorizer.ngram_range[0], vectorizer.ngram_range[1] + 1)
        # Words by number, and a run as the number that has them for its digits: no run has to be spelt to be found.
        self._number: dict[str, int] = {}
        number, runs = self._number, {n: list[tuple[int, int]]() for n in self._lengths}
        told = [(run.split(" "), feature) for run, feature in vectorizer.vocabulary_.items()]
        for words, _ in told:
            for word in words:
                number.setdefault(word, len(number))
        for words, feature in told:
            key = 0
            for word in words:
                key = key * len(number) + number[word]
            runs[len(words)].append((key, feature))
        self._runs = {n: np.array(sorted(found), dtype=np.int64).reshape(-1, 2).T for n, found in runs.items()}

    def occurrences(self, words: Tokens) -> Occurrences:
        """Return the occurrences of runs of words."""
        known = np.array([self._number.get(form, -1) for form in words.forms], dtype=np.int64)
        word = known[words.form]
        text = np.repeat(np.arange(len(words.first) - 1), words.lengths)
        runs = [self._of_length(n, word, words.first[1:][text]) for n in self._lengths]
        place, feature, spanned = (np.concatenate([run[k] for run in runs]) for k in range(3))
        order = np.argsort(text[place], kind="stable")
        return _occurrences(
            text[place[order]], place[order], spanned[order], feature[order], len(words.first) - 1, self._n_features
        )

    def _of_length(self, n: int, word: Integers, end: Integers) -> tuple[Integers, Integers, Integers]:
        """Return where known runs of so many words begin, which they are, and how long.

        Parameters
        ----------
        word, end : shape (n_words,), the number of each word, -1 if it is in no run, and where its text ends.
        """
        place = np.arange(len(word))
        place = place[place + n <= end]
        key = np.zeros(len(place), dtype=np.int64)
        replace_surrogates = np.ones(len(place), dtype=bool)
        for k in range(n):
            key = key * len(self._number) + word[place + k]
            replace_surrogates &= word[place + k] >= 0
        keys, features = self._runs[n]
        at = np.minimum(np.searchsorted(keys, key), max(len(keys) - 1, 0))
        held = replace_surrogates & (keys[at] == key) if len(keys) else np.zeros(len(place), dtype=bool)
        return place[held], features[at[held]], np.full(int(held.sum()), n)


class CharacterGrams:
    """Runs of characters inside blank-separated words, as a TfidfVectorizer with `char_wb` counts them."""

    def __init__(self, vectorizer: Any) -> None:
        self._vocabulary: dict[str, int] = vectorizer.vocabulary_
        self._lengths = range(vectorizer.ngram_range[0], vectorizer.ngram_range[1] + 1)
        self._of: dict[str, Integers] = {}

    def occurrences(self, texts: Sequence[str]) -> Occurrences:
        """Return the occurrences; a place is that of a blank-separated word."""
        if len(self._of) > REMEMBERED:
            self._of.clear()
        remembered = self._of
        brought: list[Integers] = []
        lengths = []
        for text in texts:
            words = text.split()
            lengths.append(len(words))
            for word in words:
                features = remembered.get(word)
                if features is None:
                    features = remembered[word] = self._features(word)
                brought.append(features)
        sizes = np.fromiter(map(len, brought), dtype=np.int64, count=len(brought))
        place = np.repeat(np.arange(len(brought)), sizes)
        return _occurrences(
            np.repeat(np.arange(len(texts)), lengths)[place],
            place,
            np.ones(len(place), dtype=np.int64),
            np.concatenate([*brought, np.zeros(0, dtype=np.int64)]),
            len(texts),
            len(self._vocabulary),
        )

    def _features(self, word: str) -> Integers:
        spelt, look = f" {word.lower()} ", self._vocabulary.get
        found = []
        for n in self._lengths:
            found += [look(spelt[at : at + n], -1) for at in range(max(len(spelt) - n, 0) + 1)]
            # A word that is no longer than the run is one run, and counts once.
            if len(spelt) <= n:
                break
        return np.array([feature for feature in found if feature >= 0], dtype=np.int64)


def _occurrences(
    text: Integers, place: Integers, spanned: Integers, feature: Integers, n_texts: int, n_features: int
) -> Occurrences:
    first = np.searchsorted(text, np.arange(n_texts + 1))
    return Occurrences(text=text, place=place, spanned=spanned, feature=feature, first=first, n_features=n_features)
