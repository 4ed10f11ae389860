"""What each word of a text adds to a linear score."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from autocode.suggester.features._ngrams import Floats, Integers, Occurrences, Tokens

# Which code points part words, as `str.split` sees it; the last one stands for all beyond.
_BLANK = np.array([chr(point).isspace() for point in range(0x3002)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordShares:
    """What the words of several (text, code) pairs add to their scores.

    Attributes
    ----------
    words : ndarray of float, shape (n_words of all pairs,).
    first : ndarray of int, shape (n_pairs + 1,), the place of each pair's first word in `words`.
    marks : ndarray of float, shape (n_pairs,), what comes from characters that belong to no word.
    """

    words: Floats
    first: Integers
    marks: Floats


class TextFeatures:
    """Texts as rows of features, and from which words the features come.

    Attributes
    ----------
    rows : what the texts bring: runs of words, then runs of characters, shape (n_texts, n_features).
    words : the words of the texts.
    """

    def __init__(
        self,
        texts: Sequence[str],
        words: Tokens,
        runs: tuple[Occurrences, sp.csr_matrix],
        characters: tuple[Occurrences, sp.csr_matrix],
    ) -> None:
        self.words = words
        self.rows = sp.hstack([runs[1], characters[1]], format="csr")
        self._texts = texts
        self._runs = runs
        self._characters = characters

    def shares(self, texts: Integers, codes: Integers, weights: Floats) -> WordShares:
        """Return what each word of a text adds to the score of a code, for pairs of a text and a code.

        A run of words counts evenly for each of its words, a run of characters for the blank-separated word that holds
        it, split evenly among the words inside.

        Parameters
        ----------
        texts, codes : ndarrays of int, shape (n_pairs,).
        weights : ndarray of float, shape (n_codes, n_features).
        """
        n_runs = self._runs[0].n_features
        first_word = self.words.first
        at, first = _ranges(first_word[texts], first_word[texts + 1])
        words = _by_place(self._runs[0], self._each_run, first_word, texts, codes, weights[:, :n_runs])
        spelled = _by_place(
            self._characters[0], self._each_character, self._spans.first, texts, codes, weights[:, n_runs:]
        )
        span, span_first = _ranges(self._spans.first[texts], self._spans.first[texts + 1])
        inside = self._spans.inside[span]
        pair = np.repeat(np.arange(len(texts)), np.diff(span_first))
        # where a span's first word lies among the words of its pair
        begin = self._spans.word[span] - first_word[texts][pair] + first[pair]
        for n in range(int(inside.max(initial=0))):
            holds = inside > n
            words += np.bincount(begin[holds] + n, spelled[holds] / inside[holds], minlength=len(at))
        marks = np.bincount(pair[inside == 0], spelled[inside == 0], minlength=len(texts)).astype(np.float64)
        return WordShares(words=words, first=first, marks=marks)

    @cached_property
    def _each_run(self) -> Floats:
        return self._runs[0].each(self._runs[1])

    @cached_property
    def _each_character(self) -> Floats:
        return self._characters[0].each(self._characters[1])

    @cached_property
    def _spans(self) -> "_Spans":
        """The blank-separated words, and the words inside each."""
        # Texts are laid end to end, a blank after each, so that one search serves all of them.
        points = np.frombuffer(" ".join([*self._texts, ""]).encode("utf-32-le"), dtype=np.uint32)
        blank = _BLANK[np.minimum(points, len(_BLANK) - 1)]
        edges = np.diff(blank, prepend=True, append=True)
        places = np.flatnonzero(edges).reshape(-1, 2)
        away = np.concatenate([[0], np.cumsum([len(text) + 1 for text in self._texts], dtype=np.int64)])
        of_word = np.repeat(away[:-1], self.words.lengths)
        word = np.searchsorted(self.words.end + of_word, places[:, 0], side="right")
        beyond = np.searchsorted(self.words.start + of_word, places[:, 1], side="left")
        return _Spans(first=np.searchsorted(places[:, 0], away), word=word, inside=beyond - word)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spans:
    first: Integers
    word: Integers
    inside: Integers


def _ranges(begin: Integers, end: Integers) -> tuple[Integers, Integers]:
    """Return the numbers of all ranges one after the other, and where each range begins among them."""
    sizes = end - begin
    first = np.concatenate([[0], np.cumsum(sizes)])
    return np.arange(first[-1]) + np.repeat(begin - first[:-1], sizes), first


def _by_place(
    occurring: Occurrences, each: Floats, first_place: Integers, texts: Integers, codes: Integers, weights: Floats
) -> Floats:
    """Return the sum of values times weights at every place of every pair, the pairs one after the other."""
    at, first = _ranges(occurring.first[texts], occurring.first[texts + 1])
    pair = np.repeat(np.arange(len(texts)), np.diff(first))
    spanned = occurring.spanned[at]
    share = each[at] * weights[codes[pair], occurring.feature[at]] / spanned
    places = np.concatenate([[0], np.cumsum(first_place[texts + 1] - first_place[texts])])
    place = occurring.place[at] - first_place[texts][pair] + places[pair]
    summed = np.zeros(int(places[-1]))
    for n in range(int(spanned.max(initial=0))):
        holds = spanned > n
        summed += np.bincount(place[holds] + n, share[holds], minlength=len(summed))
    return summed
