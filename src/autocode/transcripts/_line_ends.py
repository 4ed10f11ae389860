"""What the ends of lines mean: in some files each ends a paragraph, in others the page ended there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autocode.transcripts._styles import SourceLine
from autocode.wording import count_of

_ENDS_SENTENCE = re.compile(r"[.?!…:;。？！][\"'”’)\]]*$")
# Where at least this share of the line ends within turns cuts a sentence, lines end where the page did.
_WRAPPED_SHARE, _WRAPPED_NARROW, _WRAPPED_WIDTH = 1 / 3, 35, 130
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class LineEnds:
    """The ends of lines within turns, where the next line goes on without a blank line.

    Attributes
    ----------
    n : how many there are.
    cuts : the numbers of the lines that end in the middle of a sentence.
    """

    n: int
    cuts: tuple[int, ...]

    @property
    def are_of_the_page(self) -> bool:
        """Whether lines end where the page did, so that their ends do not end paragraphs."""
        return self.n >= _FEWEST and len(self.cuts) >= _WRAPPED_SHARE * self.n

    def remarks(self) -> list[str]:
        """Return what was taken for the end of a paragraph, where that is not plain."""
        if self.are_of_the_page:
            return ["lines end where the page did; a paragraph ends at a blank line or a new speaker"]
        if not self.cuts:
            return []
        first = f"{'the first' if len(self.cuts) > 1 else 'that'} of line {self.cuts[0]}"
        return [
            f"each line is a paragraph, but {len(self.cuts)} of {count_of(self.n, 'line end')} within turns "
            f"{'cuts' if len(self.cuts) == 1 else 'cut'} a sentence, {first}; join such lines in the file, or use "
            'whole turns (unit = "turn")'
        ]


def line_ends_of(lines: Sequence[SourceLine], marked: Mapping[int, int]) -> LineEnds:
    """Return the ends of lines within turns; `marked` holds where the words of a turn begin, by its line."""
    n, cuts = 0, list[int]()
    widest = max((len(line.text) for line in lines if len(line.text) <= _WRAPPED_WIDTH), default=0)
    begin = min(marked, default=0)
    for line, following in pairwise(line for line in lines if line.number >= begin):
        over = marked.get(line.number, 0) >= line.start + len(line.text)  # a name over the words
        if over or line.before_blank or following.number in marked or following.number != line.number + 1:
            continue
        n += 1
        first = following.text.split()[0]
        # German nouns are capitals: there, a word that did not fit shows that the page ended
        goes_on = first[0].isalpha() and (
            not first[0].isupper() or len(line.text) + 1 + len(first) > max(widest, _WRAPPED_NARROW)
        )
        if len(line.text) <= _WRAPPED_WIDTH and not _ENDS_SENTENCE.search(line.text) and goes_on:
            cuts.append(line.number)
    return LineEnds(n, tuple(cuts))
