"""What each word of a text adds to a linear score."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from autocode.suggester.features._ngrams import Floats, Integers, Occurrences, Tokens

# Which code points separate words, as for `str.split`. Beyond U+3000 none does: the last entry stands for all of them.
_BLANK = np.array([chr(point).isspace() for point in range(0x3002)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordShares:
    """What each word of a text adds to the score of a code, for several (text, code) pairs.

    Attributes
    ----------
    words : ndarray of float, shape (n_words of all pairs,)
        The contribution of each word, in log-odds.
    first : ndarray of int, shape (n_pairs + 1,)
        Index of each pair's first word in `words`.
    marks : ndarray of float, shape (n_pairs,)
        The contribution of characters that belong to no word.
    """

    words: Floats
    first: Integers
    marks: Floats


class TextFeatures:
    """Texts as rows of n-gram features, with the words that each feature comes from.

    Attributes
    ----------
    rows : csr_matrix, shape (n_texts, n_features)
        The features of the texts: word n-grams, then character n-grams.
    words : Tokens
        The words of the texts.
    """

    def __init__(
        self,
        texts: Sequence[str],
        words: Tokens,
        word_grams: tuple[Occurrences, sp.csr_matrix],
        character_grams: tuple[Occurrences, sp.csr_matrix],
    ) -> None:
        self.words = words
        self.rows = sp.hstack([word_grams[1], character_grams[1]], format="csr")
        self._texts = texts
        self._word_grams = word_grams
        self._character_grams = character_grams

    def shares(self, texts: Integers, codes: Integers, weights: Floats) -> WordShares:
        """Return what each word of a text adds to the score of a code, for pairs of a text and a code.

        The contribution of a word n-gram is split evenly over its words; that of a character n-gram goes to the
        blank-separated word that contains it, split evenly over the words inside.

        Parameters
        ----------
        texts, codes : ndarray of int, shape (n_pairs,)
            Index of the text and of the code of each pair.
        weights : ndarray of float, shape (n_codes, n_features)
            Coefficients of the linear score.
        """
        n_word_grams = self._word_grams[0].n_features
        first_word = self.words.first
        words_of_pairs, first = _ranges(first_word[texts], first_word[texts + 1])
        words = _by_place(self._word_grams[0], self._word_values, first_word, texts, codes, weights[:, :n_word_grams])
        by_span = _by_place(
            self._character_grams[0],
            self._character_values,
            self._spans.first,
            texts,
            codes,
            weights[:, n_word_grams:],
        )
        span, span_first = _ranges(self._spans.first[texts], self._spans.first[texts + 1])
        inside = self._spans.inside[span]
        pair = np.repeat(np.arange(len(texts)), np.diff(span_first))
        # index of a span's first word among the words of its pair
        begin = self._spans.word[span] - first_word[texts][pair] + first[pair]
        for n in range(int(inside.max(initial=0))):
            has_word = inside > n
            words += np.bincount(
                begin[has_word] + n, by_span[has_word] / inside[has_word], minlength=len(words_of_pairs)
            )
        marks = np.bincount(pair[inside == 0], by_span[inside == 0], minlength=len(texts)).astype(np.float64)
        return WordShares(words=words, first=first, marks=marks)

    @cached_property
    def _word_values(self) -> Floats:
        return self._word_grams[0].each(self._word_grams[1])

    @cached_property
    def _character_values(self) -> Floats:
        return self._character_grams[0].each(self._character_grams[1])

    @cached_property
    def _spans(self) -> "_Spans":
        """The blank-separated words, and the words inside each."""
        # The texts are concatenated, with a blank after each, so that one search serves all of them.
        points = np.frombuffer(" ".join([*self._texts, ""]).encode("utf-32-le"), dtype=np.uint32)
        blank = _BLANK[np.minimum(points, len(_BLANK) - 1)]
        edges = np.diff(blank, prepend=True, append=True)
        bounds = np.flatnonzero(edges).reshape(-1, 2)
        text_begins = np.concatenate([[0], np.cumsum([len(text) + 1 for text in self._texts], dtype=np.int64)])
        offset = np.repeat(text_begins[:-1], self.words.lengths)
        word = np.searchsorted(self.words.end + offset, bounds[:, 0], side="right")
        next_word = np.searchsorted(self.words.start + offset, bounds[:, 1], side="left")
        return _Spans(first=np.searchsorted(bounds[:, 0], text_begins), word=word, inside=next_word - word)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spans:
    """Blank-separated words: index of each text's first one, of the first word inside each, and how many are inside."""

    first: Integers
    word: Integers
    inside: Integers


def _ranges(begin: Integers, end: Integers) -> tuple[Integers, Integers]:
    """Return the integers of all ranges concatenated, and the index at which each range begins."""
    sizes = end - begin
    first = np.concatenate([[0], np.cumsum(sizes)])
    return np.arange(first[-1]) + np.repeat(begin - first[:-1], sizes), first


def _by_place(
    occurrences: Occurrences, values: Floats, first_place: Integers, texts: Integers, codes: Integers, weights: Floats
) -> Floats:
    """Return the sum of value times weight at each place of each pair, the pairs concatenated."""
    at, first = _ranges(occurrences.first[texts], occurrences.first[texts + 1])
    pair = np.repeat(np.arange(len(texts)), np.diff(first))
    spanned = occurrences.spanned[at]
    share = values[at] * weights[codes[pair], occurrences.feature[at]] / spanned
    pair_begins = np.concatenate([[0], np.cumsum(first_place[texts + 1] - first_place[texts])])
    place = occurrences.place[at] - first_place[texts][pair] + pair_begins[pair]
    total = np.zeros(int(pair_begins[-1]))
    for n in range(int(spanned.max(initial=0))):
        covers = spanned > n
        total += np.bincount(place[covers] + n, share[covers], minlength=len(total))
    return total
