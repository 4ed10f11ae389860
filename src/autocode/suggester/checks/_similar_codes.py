"""Codes that are given to similar lines: what a team looks at side by side before it groups codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp

from autocode.codebook import Code, Codebook
from autocode.coding import Codings
from autocode.display import displayed
from autocode.doctext import documented
from autocode.suggester.checks._example_line import ExampleLine
from autocode.suggester.checks._similarity import word_rows
from autocode.transcripts import Line, Transcripts
from autocode.wording import count_of


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarCodes:
    """
    Two codes that are given to similar lines. Whether they mean the same is for people to say.

    Attributes
    ----------
    first, second : Code
        The two codes, in the order of the codebook.
    similarity : float
        Cosine, up to 1, of the mean words (TF-IDF, without function words) of their lines and names, each less the mean
        of all coded lines; 0 is as similar as any two codes.
    lines : tuple of (int, int)
        Number of lines that anybody gave the first code, and the second.
    together : int
        Number of lines that have both, also where one coder gave the one and another coder the other.
    examples : tuple of ExampleLine
        A line of each code, the two that are most similar; or one line that has both.
    """

    first: Code
    second: Code
    similarity: float
    lines: tuple[int, int]
    together: int
    examples: tuple[ExampleLine, ...]

    def __str__(self) -> str:
        shared = f"{count_of(self.together, 'line')} {'has' if self.together == 1 else 'have'} both"
        return (
            f"{self.first.name} and {self.second.name}: similarity of words {self.similarity:.2f}; {shared} of "
            f"{self.lines[0]} and {self.lines[1]}"
        )

    def to_json(self) -> dict[str, object]:
        """Return the codes, the numbers and the examples."""
        return {
            "codes": [self.first.id, self.second.id],
            "similarity": self.similarity,
            "lines": list(self.lines),
            "together": self.together,
            "examples": [{"line": example.line, "text": example.text} for example in self.examples],
        }


@documented
def similar_codes(
    codings: Codings, lines: Transcripts | Sequence[Line], codebook: Codebook, *, n: int = 12, language: str = "en"
) -> tuple[SimilarCodes, ...]:
    """
    Return the pairs of codes that are given to the most similar lines, given by any coder.

    Similar lines and similar names both count. Codes that nobody gave are left out, and so are pairs that are no more
    similar than any two.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    n : int, default 12
        Largest number of pairs.
    {language}

    Raises
    ------
    StudyError
        If these are not the lines that were coded.
    ValueError
        If `n` is less than 1.

    Examples
    --------
    {sample_study}
    >>> from autocode.suggester import similar_codes
    >>> pair = similar_codes(codings, lines, codebook, n=1)[0]
    >>> pair.first.name, pair.second.name, pair.together
    ('Fewer human resources', 'Insufficient funding', 19)
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}.")
    codings.check_lines(lines)
    by_id = {line.id: line for line in lines}
    given = _lines_of_codes(codings, codebook, by_id)
    codes = [code for code in codebook.subthemes if given[code.id]]
    coded = sorted({line for code in codes for line in given[code.id]})
    place = {line: row for row, line in enumerate(coded)}
    rows = word_rows([*(by_id[line].text for line in coded), *(code.name for code in codes)], language=language)
    means = [
        rows[[*(place[line] for line in given[code.id]), len(coded) + k]].mean(axis=0) for k, code in enumerate(codes)
    ]
    # what all lines have in common says nothing about two codes
    words = np.asarray(np.vstack(means) - rows[: len(coded)].mean(axis=0)) if means else np.zeros((0, 1))
    length = np.linalg.norm(words, axis=1, keepdims=True)
    words = np.divide(words, length, out=np.zeros_like(words), where=length > 0)
    cosine = words @ words.T
    pairs = sorted(combinations(range(len(codes)), 2), key=lambda pair: -cosine[pair])
    found = []
    for j, k in pairs[:n]:
        if cosine[j, k] <= 0:
            break
        both = given[codes[j].id] & given[codes[k].id]
        examples = sorted(both)[:1] or _most_similar(rows, place, given[codes[j].id], given[codes[k].id])
        found.append(
            SimilarCodes(
                first=codes[j],
                second=codes[k],
                similarity=float(min(cosine[j, k], 1.0)),
                lines=(len(given[codes[j].id]), len(given[codes[k].id])),
                together=len(both),
                examples=tuple(ExampleLine.from_line(by_id[line]) for line in examples),
            )
        )
    return tuple(found)


def _lines_of_codes(codings: Codings, codebook: Codebook, lines: dict[str, Line]) -> dict[str, set[str]]:
    """Return the lines to which anybody gave each code."""
    given: dict[str, set[str]] = {code.id: set() for code in codebook.subthemes}
    for coding in codings:
        for code in coding.codes:
            if code in given and coding.line in lines:
                given[code].add(coding.line)
    return given


def _most_similar(rows: sp.csr_matrix, place: dict[str, int], first: set[str], second: set[str]) -> list[str]:
    """Return a line of each of two codes, the two that have most words in common."""
    of_first, of_second = sorted(first), sorted(second)
    products = (rows[[place[line] for line in of_first]] @ rows[[place[line] for line in of_second]].T).toarray()
    j, k = np.unravel_index(int(products.argmax()), products.shape)
    return [of_first[j], of_second[k]]
