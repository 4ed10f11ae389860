"""The words that suggestions rest on: of many lines at once, because one by one it takes longer than to judge them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.suggester._predictions import Predictions
from autocode.suggester.features._contributions import WordShares
from autocode.suggester.features._inputs import is_function_word

Shown: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodebookVocabulary:
    """The words that the codebook uses for each code.

    Attributes
    ----------
    number : which row of `of` is about a word.
    of : ndarray of bool, shape (n_words + 1, n_codes), whose word it is; the last row is any other word's.
    """

    number: dict[str, int]
    of: NDArray[np.bool_]

    @classmethod
    def told(cls, words: Sequence[Collection[str]]) -> "CodebookVocabulary":
        """Return them from the words of each code."""
        number = {word: n for n, word in enumerate(sorted(set().union(*words)))}
        of = np.zeros((len(number) + 1, len(words)), dtype=bool)
        for j, own in enumerate(words):
            of[[number[word] for word in own], j] = True
        return cls(number=number, of=of)


def top_words(
    predictions: Predictions, shares: WordShares, *, own: CodebookVocabulary, most: int, language: str
) -> tuple[list[Shown], list[float]]:
    """Return for each thing worth saying the weightiest words that speak for it, and the share of the codebook's own.

    Function words are shown only where no other word speaks for it.

    Parameters
    ----------
    shares : of the pairs of a line and a code that are worth saying.
    """
    spoken = predictions.text_features.words
    n_pairs, n_forms = len(predictions.line), len(spoken.forms)
    pair = np.repeat(np.arange(n_pairs), np.diff(shares.first))
    form = spoken.form[np.arange(len(pair)) + (spoken.first[predictions.line] - shares.first[:-1])[pair]]
    # A word that occurs twice in a line is one word.
    _, begin, which = np.unique(pair * n_forms + form, return_index=True, return_inverse=True)
    share = np.bincount(which.reshape(-1), shares.words, minlength=len(begin))
    pair, form = pair[begin], form[begin]

    row = np.array([own.number.get(word, -1) for word in spoken.forms], dtype=np.intp)
    in_turn = np.argsort(begin)
    in_turn = in_turn[own.of[row[form[in_turn]], predictions.code[pair[in_turn]]]]
    definition = np.bincount(pair[in_turn], share[in_turn], minlength=n_pairs)

    # "they" and "'ve" add to a score like other words, but show a coder nothing.
    silent = np.array([is_function_word(word, language=language) for word in spoken.forms], dtype=bool)
    speaks = share > 0
    telling = speaks & ~silent[form]
    told = np.bincount(pair[telling], minlength=n_pairs) > 0
    shown = np.flatnonzero(np.where(told[pair], telling, speaks))
    spelt = np.empty(n_forms, dtype=np.intp)
    spelt[sorted(range(n_forms), key=spoken.forms.__getitem__)] = np.arange(n_forms)
    shown = shown[np.lexsort((spelt[form[shown]], -share[shown], pair[shown]))]
    bounds = np.searchsorted(pair[shown], np.arange(n_pairs + 1))
    words = [spoken.forms[f] for f in form[shown].tolist()]
    weights = share[shown].tolist()
    ends = np.minimum(bounds[1:], bounds[:-1] + most).tolist()
    return [
        tuple(zip(words[a:b], weights[a:b], strict=True)) for a, b in zip(bounds[:-1].tolist(), ends, strict=True)
    ], definition.tolist()
