"""What the suggester sees of a line: its words, the characters of its words, and the role of its speaker."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp
import spacy
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from autocode.errors import TrainingError
from autocode.transcripts import Line

# Characters and role weigh less than words: chosen on splits that are not the reported ones (evaluation/README.md).
CHARACTERS, ROLE = 0.8, 0.5

_NUMBER = re.compile(r"[\s_.#-]*\d+$")


@lru_cache(maxsize=8)
def _pipeline(language: str) -> Any:
    try:
        return spacy.blank(language)
    except (ImportError, ValueError) as missing:
        raise TrainingError(
            f"spaCy has no language {language!r}; give one of its codes, such as 'en', 'fr' or 'de'."
        ) from missing


def tokens(text: str, *, language: str = "en") -> list[tuple[int, int, str]]:
    """Return the words of a text as (start, end, lower-cased form), punctuation and space left out."""
    return [
        (t.idx, t.idx + len(t.text), t.lower_)
        for t in _pipeline(language).tokenizer(text)
        if not (t.is_space or t.is_punct) and not t.text.isspace()
    ]


def is_function_word(word: str, *, language: str = "en") -> bool:
    """Return whether spaCy counts a word among the stop words of its language."""
    return bool(_pipeline(language).vocab[word].is_stop) or not any(map(str.isalnum, word))


def speaker_kind(line: Line) -> str:
    """Return the speaker's label without its number: GP3 and GP17 are both `gp`."""
    return _NUMBER.sub("", line.speaker).strip().casefold()


class LineInputs:
    """Turns lines into a sparse matrix: word 1-2-grams, character 3-5-grams inside words, and the speaker's role.

    Each part is TF-IDF with logarithmic counts and rows of length one, then weighted.
    """

    def __init__(self, *, language: str = "en") -> None:
        self.language = language
        # Tokens reach scikit-learn already cut and joined by blanks, so that no function has to be stored in a model.
        self.words = TfidfVectorizer(
            lowercase=False, token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float64
        )
        self.characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=np.float64)
        self.roles: tuple[str, ...] = ()

    def fit(self, texts: Sequence[str], roles: Sequence[str]) -> "LineInputs":
        """Learn the vocabulary; roles matter only where there are several."""
        self.words.fit(self._cut(texts))
        # A character run seen once tells nothing that its word does not, but makes up half of the model file.
        self.characters.set_params(min_df=2 if len(texts) >= 300 else 1).fit(texts)
        seen = tuple(sorted(set(roles)))
        self.roles = seen if len(seen) > 1 else ()
        return self

    def transform(self, texts: Sequence[str], roles: Sequence[str] | None = None) -> sp.csr_matrix:
        """Return a matrix of shape (n_texts, n_features); without roles the text is nobody's, such as a definition."""
        parts = [self.said(texts)]
        if self.roles:
            parts.append(sp.csr_matrix(ROLE * self._spoken_by(roles or [""] * len(texts))))
        return sp.hstack(parts, format="csr")

    def said(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Return the part of the matrix that comes from the texts alone, whoever speaks: its first columns."""
        if not len(texts):
            return sp.csr_matrix((0, len(self.words.vocabulary_) + len(self.characters.vocabulary_)))
        parts = [self.words.transform(self._cut(texts)), self.characters.transform(texts) * CHARACTERS]
        return sp.hstack(parts, format="csr")

    def _spoken_by(self, roles: Sequence[str]) -> NDArray[np.float64]:
        return np.array([[float(role == known) for known in self.roles] for role in roles]).reshape(-1, len(self.roles))

    def _cut(self, texts: Iterable[str]) -> list[str]:
        # A token may hold a blank of its own in some languages; inside the vectorizer a blank parts two tokens.
        return [" ".join("".join(form.split()) for _, _, form in tokens(t, language=self.language)) for t in texts]

    def shares(self, text: str, weights: NDArray[np.float64]) -> list[tuple[int, int, float]]:
        """Return what each word of a text adds to a linear score, as (start, end, share).

        A word's share is that of its own n-grams: a two-word run counts half for each, a run of characters for the
        blank-separated word that holds it, split evenly among the words inside. The shares, the role's and the
        intercept add up to the score.

        Parameters
        ----------
        weights : ndarray of float, shape (n_features,), the coefficients of one code.
        """
        cut = tokens(text, language=self.language)
        shares = np.zeros(len(cut))
        n_words = len(self.words.vocabulary_)
        forms = ["".join(form.split()) for _, _, form in cut]
        row = self.words.transform([" ".join(forms)])
        value = dict(zip(row.indices, row.data, strict=True))
        runs: dict[int, list[list[int]]] = {}
        places_of = [(form, [i]) for i, form in enumerate(forms)]
        places_of += [(f"{a} {b}", [i, i + 1]) for i, (a, b) in enumerate(pairwise(forms))]
        for run, owners in places_of:
            feature = self.words.vocabulary_.get(run)
            if feature is not None:
                runs.setdefault(feature, []).append(owners)
        for feature, places in runs.items():
            share = value[feature] * weights[feature] / len(places)
            for owners in places:
                shares[owners] += share / len(owners)

        # char_wb lower-cases the text and pads each blank-separated word with a blank on either side.
        spans = [(m.start(), m.end()) for m in re.finditer(r"\S+", text)]
        row = self.characters.transform([text])
        value = dict(zip(row.indices, row.data, strict=True))
        grams: dict[int, list[int]] = {}
        analyse = self.characters.build_analyzer()
        for w, (start, end) in enumerate(spans):
            for gram in analyse(text[start:end]):
                feature = self.characters.vocabulary_.get(gram)
                if feature is not None:
                    grams.setdefault(feature, []).append(w)
        by_span = np.zeros(len(spans))
        for feature, owned in grams.items():
            share = CHARACTERS * value[feature] * weights[n_words + feature] / len(owned)
            for w in owned:
                by_span[w] += share
        extra: list[tuple[int, int, float]] = []
        for (start, end), share in zip(spans, by_span, strict=True):
            inside = [i for i, (s, e, _) in enumerate(cut) if s < end and e > start]
            if inside:
                shares[inside] += share / len(inside)
            elif share:
                extra.append((start, end, float(share)))
        return [(s, e, float(x)) for (s, e, _), x in zip(cut, shares, strict=True)] + extra
