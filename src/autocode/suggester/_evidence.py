"""The words that suggestions rest on, computed for many lines at once: one by one would take longer than predicting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.suggester._predictions import Predictions
from autocode.suggester.features._contributions import WordShares
from autocode.suggester.features._inputs import is_function_word, tokens

WordList: TypeAlias = tuple[tuple[str, float], ...]

# Shorter words of a definition ("the", "of", "GP") occur in too many lines to count as words of the definition.
MIN_LENGTH = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodebookVocabulary:
    """The texts of the codebook for each code, and the words in them.

    Attributes
    ----------
    texts : tuple of tuple of str
        The texts of each code: its names and definition, then its examples.
    words : tuple of frozenset of str
        The words of each code's texts, in lower case.
    row : dict of str to int
        Row of each word in `uses`.
    uses : ndarray of bool, shape (n_words + 1, n_codes)
        Which codes' texts use a word; the last row stands for all other words.
    """

    texts: tuple[tuple[str, ...], ...]
    words: tuple[frozenset[str], ...]
    row: dict[str, int]
    uses: NDArray[np.bool_]

    @classmethod
    def from_texts(cls, texts: Sequence[Sequence[str]], *, language: str) -> Self:
        """Return the vocabulary of the texts of each code."""
        words = tuple(
            frozenset(
                form for text in of_code for _, _, form in tokens(text, language=language) if len(form) >= MIN_LENGTH
            )
            for of_code in texts
        )
        row = {word: n for n, word in enumerate(sorted(frozenset().union(*words)))}
        uses = np.zeros((len(row) + 1, len(words)), dtype=bool)
        for j, of_code in enumerate(words):
            uses[[row[word] for word in of_code], j] = True
        return cls(texts=tuple(map(tuple, texts)), words=words, row=row, uses=uses)


def top_words(
    predictions: Predictions, shares: WordShares, *, vocabulary: CodebookVocabulary, most: int, language: str
) -> tuple[list[WordList], list[float]]:
    """Return the words with the largest share in each suggestion, and the share of the words that the codebook uses.

    Function words are shown only where no other word has a positive share.

    Parameters
    ----------
    predictions : Predictions
        What is suggested for a batch of lines.
    shares : WordShares
        The words' shares in the scores of the suggested codes.
    vocabulary : CodebookVocabulary
        The words that the codebook uses for each code.
    most : int
        Number of words shown for a suggestion, at most.
    language : str
        The language whose function words are left out.

    Returns
    -------
    words : list of tuple of (str, float)
        The words of each suggestion with their shares, largest first.
    definition : list of float
        The summed share of the words that the codebook uses for the suggested code.
    """
    tokens_of = predictions.text_features.words
    n_pairs, n_forms = len(predictions.line), len(tokens_of.forms)
    pair = np.repeat(np.arange(n_pairs), np.diff(shares.first))
    form = tokens_of.form[np.arange(len(pair)) + (tokens_of.first[predictions.line] - shares.first[:-1])[pair]]
    # A word that occurs twice in a line is one word.
    _, begin, which = np.unique(pair * n_forms + form, return_index=True, return_inverse=True)
    share = np.bincount(which.reshape(-1), shares.words, minlength=len(begin))
    pair, form = pair[begin], form[begin]

    # Summed in the order of the text: floating-point sums depend on it.
    row = np.array([vocabulary.row.get(word, -1) for word in tokens_of.forms], dtype=np.intp)
    ordered = np.argsort(begin)
    ordered = ordered[vocabulary.uses[row[form[ordered]], predictions.code[pair[ordered]]]]
    definition = np.bincount(pair[ordered], share[ordered], minlength=n_pairs)

    # "they" and "'ve" add to a score like other words, but show a coder nothing.
    is_function = np.array([is_function_word(word, language=language) for word in tokens_of.forms], dtype=bool)
    positive = share > 0
    content = positive & ~is_function[form]
    has_content = np.bincount(pair[content], minlength=n_pairs) > 0
    shown = np.flatnonzero(np.where(has_content[pair], content, positive))
    # Words with the same share are in alphabetical order.
    alphabetical = np.empty(n_forms, dtype=np.intp)
    alphabetical[sorted(range(n_forms), key=tokens_of.forms.__getitem__)] = np.arange(n_forms)
    shown = shown[np.lexsort((alphabetical[form[shown]], -share[shown], pair[shown]))]
    bounds = np.searchsorted(pair[shown], np.arange(n_pairs + 1))
    words = [tokens_of.forms[f] for f in form[shown].tolist()]
    weights = share[shown].tolist()
    ends = np.minimum(bounds[1:], bounds[:-1] + most).tolist()
    return [
        tuple(zip(words[a:b], weights[a:b], strict=True)) for a, b in zip(bounds[:-1].tolist(), ends, strict=True)
    ], definition.tolist()
