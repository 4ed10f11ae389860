"""What a score is made of, to the last word, and what would change it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from autocode.codebook import CodeId
from autocode.suggester.features._inputs import Setting, setting
from autocode.suggester.features._ngrams import Tokens
from autocode.transcripts import Line, LineId

if TYPE_CHECKING:
    from autocode.suggester._suggester import Suggester

# Among so many words the smallest set is sought that matters, in sets of so many at most; then the weightiest together.
_WORDS, _TOGETHER = 12, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WordShare:
    """A word of a line, where it stands, and what it adds to the score in log-odds."""

    word: str
    start: int
    end: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The fewest words without which it would be otherwise: another code would come first, or this one fall away.

    Attributes
    ----------
    words : as they stand in the line, each cut out wherever it occurs, all at once; what is left is read anew, so that
        the half of "means-tested" that stays may be another word than before.
    first : the code that would come first without them.
    probability : of the explained code without them.
    """

    words: tuple[str, ...]
    first: CodeId
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a code has its score for a line: the shares add up to the score, in log-odds before calibration.

    Attributes
    ----------
    words : every word of the line with its share.
    marks : the share of characters that belong to no word.
    role : the share of who speaks.
    place : the share of how far into the interview it is said.
    around : the share of the lines around this one.
    intercept : the score of a line that says nothing.
    meaning : the share of a sentence embedding, which no word can be told apart in; 0 without one.
    definition : the part of the words' share that comes from words the codebook uses for the code.
    change : what would change it, or None where the code is neither first nor above its threshold, or stays so without
        all the words that speak for it.
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

    def __str__(self) -> str:
        largest = sorted(self.words, key=lambda one: -abs(one.share))[:5]
        others = {
            "who speaks": self.role,
            "how far into the interview": self.place,
            "the lines around": self.around,
            "other marks": self.marks,
        }
        said = [f"{one.word} {one.share:+.2f}" for one in largest]
        said += [f"{name} {share:+.2f}" for name, share in others.items() if share]
        said += [f"meaning of the sentence, not exact by word, {self.meaning:+.2f}"] * bool(self.meaning)
        told = f"{self.code} {self.score:+.2f}: {', '.join(said)}, from the start {self.intercept:+.2f}"
        if self.change is None:
            return f"{told}."
        without = ", ".join(f"“{word}”" for word in self.change.words)
        then = (
            "it would fall below its threshold"
            if self.change.first == self.code
            else f"{self.change.first} would come first"
        )
        return f"{told}. Without {without} {then}."


def explain(suggester: "Suggester", line: Line, code: str, *, around: Sequence[Line] = ()) -> Explanation:
    """Return what the score of a code for a line is made of, and what would change it.

    `around` are the lines of the same transcript that it was suggested with: they may have a share in the score.
    Raises `ValueError` if the suggester does not know the code.
    """
    ids = [one.id for one in suggester.codes]
    if code not in ids:
        raise ValueError(f"the suggester knows no code {code!r}; it knows {', '.join(map(repr, ids))}.")
    j, model = ids.index(CodeId(code)), suggester.model
    together = [*(other for other in around if other.id != line.id), line]
    scores = model.scores(together)[-1]
    heard, alone, *_ = model.decompose([line])
    zero = np.zeros(1, dtype=np.int64)
    found = heard.shares(zero, zero + j, model.coefficients)
    words, forms = heard.words, heard.words.forms
    where = setting(line)
    apart = [Setting(where.speaker, None), Setting(None, where.place)]
    role, place = (float(x) for x in model.inputs.transform(["", ""], apart) @ model.coefficients[j])
    intercept, marks = float(model.intercepts[j]), float(found.marks[0])
    meaning = float(alone[0, j]) - float(found.words.sum()) - marks - role - place - intercept
    own = suggester.own_words(j)
    return Explanation(
        line=line.id,
        code=CodeId(code),
        score=float(scores[j]),
        probability=float(model.calibration(scores[None, :])[0, j]),
        words=tuple(
            WordShare(word=line.text[a:b], start=int(a), end=int(b), share=float(x))
            for a, b, x in zip(words.start, words.end, found.words, strict=True)
        ),
        marks=marks,
        role=role,
        place=place,
        around=float(scores[j] - alone[0, j]),
        intercept=intercept,
        meaning=meaning if abs(meaning) > 1e-9 else 0.0,
        definition=float(sum(x for f, x in zip(words.form, found.words, strict=True) if forms[f] in own)),
        change=_change(suggester, line, j, around=scores - alone[0], words=_weightiest(line, heard.words, found.words)),
    )


def _weightiest(line: Line, words: Tokens, shares: NDArray[np.float64]) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return the different words that speak for the code, weightiest first, each with its places."""
    summed = np.bincount(words.form, shares, minlength=len(words.forms))
    order = [f for f in np.argsort(-summed, kind="stable").tolist() if summed[f] > 0]
    found = []
    for form in order:
        places = [(int(words.start[w]), int(words.end[w])) for w in np.flatnonzero(words.form == form)]
        found.append((line.text[places[0][0] : places[0][1]], places))
    return found


def _change(
    suggester: "Suggester",
    line: Line,
    j: int,
    *,
    around: NDArray[np.float64],
    words: list[tuple[str, list[tuple[int, int]]]],
) -> Change | None:
    model, threshold = suggester.model, suggester.model.thresholds.codes[j]

    def without(sets: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        texts = [_cut_out(line.text, [place for w in one for place in words[w][1]]) for one in sets]
        _, alone, *_ = model.decompose([replace(line, text=text) for text in texts])
        return model.calibration(alone + around)

    before = without([()])[0]
    first, above = before.argmax() == j, before[j] >= threshold
    if not (first or above):
        return None
    some = range(min(len(words), _WORDS))
    tried = [list(combinations(some, n)) for n in range(1, _TOGETHER + 1)]
    tried += [[tuple(range(n))] for n in range(_TOGETHER + 1, len(words) + 1)]
    for sets in filter(None, tried):
        p = without(sets)
        otherwise = (first & (p.argmax(axis=1) != j)) | (above & (p[:, j] < threshold))
        if otherwise.any():
            k = int(otherwise.argmax())
            return Change(
                words=tuple(words[w][0] for w in sets[k]),
                first=suggester.codes[int(p[k].argmax())].id,
                probability=float(p[k, j]),
            )
    return None


def _cut_out(text: str, places: Sequence[tuple[int, int]]) -> str:
    kept = list(text)
    for start, end in places:
        kept[start:end] = " " * (end - start)
    return "".join(kept)
