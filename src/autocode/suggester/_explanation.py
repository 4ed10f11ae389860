"""What a score is made of, down to the words, and what would change the prediction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from autocode.arguments import no_single_text
from autocode.codebook import Code, CodeId
from autocode.display import Tabular, displayed
from autocode.names import unknown
from autocode.suggester.features._inputs import Setting, setting
from autocode.suggester.features._ngrams import Tokens
from autocode.suggester.model._model import LineModel
from autocode.transcripts import Line, LineId

# Subsets of the MAX_WORDS weightiest words are tried up to size MAX_SUBSET, 298 texts in all; after that the weightiest
# words together. An exhaustive search of a long line would not end.
MAX_WORDS, MAX_SUBSET = 12, 3

# A word of a line with the places where it occurs.
_Occurrences = tuple[str, list[tuple[int, int]]]


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class WordShare:
    """A word of a line and its share of the score.

    Attributes
    ----------
    word : str
        The word as it is written in the line.
    start, end : int
        Its place in the line's text, in characters, end exclusive.
    share : float
        What it adds to the score, in log-odds.
    """

    word: str
    start: int
    end: int
    share: float


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The fewest words without which the prediction changes: another code comes first, or the threshold is missed.

    Attributes
    ----------
    words : tuple of str
        The words as written in the line. All their occurrences are removed at once and what is left is tokenized again,
        so the rest of "means-tested" may become another word.
    first : CodeId
        The most probable code without them.
    probability : float
        Probability of the explained code without them.
    """

    words: tuple[str, ...]
    first: CodeId
    probability: float


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation(Tabular):
    """Why a code has its score for a line: the shares add up to the score, in log-odds before calibration.

    Attributes
    ----------
    line : LineId
        Id of the line.
    code : CodeId
        Id of the code.
    score : float
        The score, in log-odds before calibration.
    probability : float
        The calibrated probability.
    words : tuple of WordShare
        Every word of the line with its share.
    marks : float
        Share of characters that belong to no word.
    role : float
        Share of the kind of speaker.
    place : float
        Share of how far into the interview the line is.
    around : float
        Share of the neighbouring lines.
    intercept : float
        Score of a line without any feature.
    meaning : float
        Share of the sentence embedding, which cannot be divided among words; 0 without an encoder.
    definition : float
        Part of the words' share that comes from words which the codebook uses for the code.
    change : Change or None
        What would change the prediction. None where the code is neither first nor above its threshold, or stays so
        without all words that have a positive share.
    """

    line: LineId
    code: CodeId
    score: float
    probability: float
    words: tuple[WordShare, ...]
    marks: float
    role: float
    place: float
    around: float
    intercept: float
    meaning: float
    definition: float
    change: Change | None

    def _records(self) -> Iterable[WordShare]:
        return self.words

    def _caption(self) -> str:
        return str(self)

    def __str__(self) -> str:
        largest = sorted(self.words, key=lambda word: -abs(word.share))[:5]
        others = {
            "kind of speaker": self.role,
            "place in the interview": self.place,
            "neighbouring lines": self.around,
            "other characters": self.marks,
        }
        shares = [f"{word.word} {word.share:+.2f}" for word in largest]
        shares += [f"{name} {share:+.2f}" for name, share in others.items() if share]
        shares += [f"sentence embedding, as a whole, {self.meaning:+.2f}"] * bool(self.meaning)
        sentence = f"{self.code} {self.score:+.2f}: {', '.join(shares)}, intercept {self.intercept:+.2f}."
        if self.change is None:
            return sentence
        words = ", ".join(f"“{word}”" for word in self.change.words)
        consequence = (
            "it would fall below its threshold"
            if self.change.first == self.code
            else f"{self.change.first} would come first"
        )
        return f"{sentence} Without {words} {consequence}."


def explain(
    model: LineModel,
    codes: Sequence[Code],
    codebook_words: Sequence[Collection[str]],
    line: Line,
    code: str,
    *,
    around: Sequence[Line] = (),
) -> Explanation:
    """Return what the score of a code for a line is made of, and what would change the prediction.

    Parameters
    ----------
    model : LineModel
        The fitted model.
    codes : sequence of Code
        The codes, in the order of the model's columns.
    codebook_words : sequence of collection of str
        The words that the codebook uses for each code.
    line : Line
        The line.
    code : str
        Id of the code.
    around : sequence of Line, default ()
        Lines of the same transcript: those in the context window have a share in the score.

    Raises
    ------
    ValueError
        If there is no such code.
    """
    ids = [known.id for known in codes]
    if code not in ids:
        raise unknown("code", code, ids, titles={known.id: known.name for known in codes})
    j = ids.index(CodeId(code))
    window = [*(other for other in around if other.id != line.id), line]
    scores = model.scores(window)[-1]
    features, context_free_scores, _ = model.decompose([line])
    first_row = np.zeros(1, dtype=np.int64)
    shares = features.shares(first_row, first_row + j, model.coefficients)
    words, forms = features.words, features.words.forms
    role, place = _setting_shares(model, line, j)
    intercept, marks = float(model.intercepts[j]), float(shares.marks[0])
    # What is left of the score of the line by itself comes from the encoder.
    meaning = float(context_free_scores[0, j]) - float(shares.words.sum()) - marks - role - place - intercept
    return Explanation(
        line=line.id,
        code=CodeId(code),
        score=float(scores[j]),
        probability=float(model.calibration(scores[None, :])[0, j]),
        words=tuple(
            WordShare(word=line.text[a:b], start=int(a), end=int(b), share=float(x))
            for a, b, x in zip(words.start, words.end, shares.words, strict=True)
        ),
        marks=marks,
        role=role,
        place=place,
        around=float(scores[j] - context_free_scores[0, j]),
        intercept=intercept,
        meaning=meaning if abs(meaning) > 1e-9 else 0.0,
        definition=float(
            sum(x for form, x in zip(words.form, shares.words, strict=True) if forms[form] in codebook_words[j])
        ),
        change=_change(
            model,
            codes,
            line,
            j,
            context_shares=scores - context_free_scores[0],
            words=_weightiest(line, words, shares.words),
        ),
    )


def _setting_shares(model: LineModel, line: Line, j: int) -> tuple[float, float]:
    """Return the shares of the kind of speaker and of the place in the interview."""
    where = setting(line)
    settings = [Setting(where.speaker, None), Setting(None, where.place)]
    role, place = (float(x) for x in model.inputs.transform(["", ""], settings) @ model.coefficients[j])
    return role, place


def _weightiest(line: Line, words: Tokens, shares: NDArray[np.float64]) -> list[_Occurrences]:
    """Return the different words with a positive share, largest first, each with its places."""
    summed = np.bincount(words.form, shares, minlength=len(words.forms))
    weightiest = []
    for form in np.argsort(-summed, kind="stable").tolist():
        if summed[form] > 0:
            places = [(int(words.start[w]), int(words.end[w])) for w in np.flatnonzero(words.form == form)]
            weightiest.append((line.text[places[0][0] : places[0][1]], places))
    return weightiest


def _change(
    model: LineModel,
    codes: Sequence[Code],
    line: Line,
    j: int,
    *,
    context_shares: NDArray[np.float64],
    words: Sequence[_Occurrences],
) -> Change | None:
    """Return the first of the smallest sets of words whose removal changes the prediction."""
    threshold = model.thresholds.codes[j]

    def without(subsets: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        texts = [_blanked(line.text, [place for w in subset for place in words[w][1]]) for subset in subsets]
        parts = model.decompose([replace(line, text=text) for text in texts])
        return model.calibration(parts.context_free + context_shares)

    before = without([()])[0]
    first, above = before.argmax() == j, before[j] >= threshold
    if not (first or above):
        return None
    weightiest = range(min(len(words), MAX_WORDS))
    rounds: list[list[tuple[int, ...]]] = [list(combinations(weightiest, n)) for n in range(1, MAX_SUBSET + 1)]
    rounds += [[tuple(range(n))] for n in range(MAX_SUBSET + 1, len(words) + 1)]
    for subsets in filter(None, rounds):
        p = without(subsets)
        changed = (first & (p.argmax(axis=1) != j)) | (above & (p[:, j] < threshold))
        if changed.any():
            k = int(changed.argmax())
            return Change(
                words=tuple(words[w][0] for w in subsets[k]),
                first=codes[int(p[k].argmax())].id,
                probability=float(p[k, j]),
            )
    return None


def _blanked(text: str, places: Sequence[tuple[int, int]]) -> str:
    """Return the text with the characters at these places replaced by blanks."""
    characters = list(text)
    for start, end in places:
        characters[start:end] = " " * (end - start)
    return "".join(characters)
