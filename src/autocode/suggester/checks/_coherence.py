"""Coherence of themes: whether their lines belong together and apart from the rest (Patton's two criteria)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.codebook import Code, Codebook
from autocode.coding import Codings
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.resampling import interview_draws
from autocode.suggester.checks._example_line import ExampleLine
from autocode.suggester.checks._similarity import mean_similarity, word_rows
from autocode.suggester.model._coded_lines import CodedLines
from autocode.transcripts import Line, TranscriptId, Transcripts
from autocode.wording import count_of

# Confidence level of every interval of a recheck, as everywhere in autocode.
LEVEL = 0.95
# Most and least typical lines that are shown for each code: two, so that a pattern is visible and the page stays short.
EXAMPLES = 2


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times as similar, with its 95 % interval from a cluster bootstrap of interviews; NaN where undefined.

    Attributes
    ----------
    value : float
        The ratio on all interviews.
    low, high : float
        Its interval.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "undefined"
        return f"{self.value:.1f} [{self.low:.1f}, {self.high:.1f}]"

    def to_json(self) -> dict[str, float | None]:
        """Return the three numbers, None where undefined or infinite."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {name: number if np.isfinite(number) else None for name, number in numbers.items()}


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCoherence:
    """How far the lines of a theme or subtheme belong together, and apart from those of its nearest neighbour.

    Attributes
    ----------
    code : Code
        The theme or subtheme.
    theme : bool
        Whether it is a theme, whose lines are those of its subthemes.
    lines : int
        Number of lines that have it.
    interviews : int
        Number of interviews that these lines are in.
    homogeneity : Ratio
        How many times as similar two of its lines are as any two coded lines, both of different interviews.
    heterogeneity : Ratio
        How many times as similar two of its lines are as one of its lines and one of its nearest neighbour's. Near 1,
        their words do not distinguish the two.
    nearest : Code or None
        The other theme, or for a subtheme the other subtheme, whose lines are most similar to its own; None where none
        shares a word with it.
    undefined : str, default ""
        Why there is no number; empty where there is one.
    typical, untypical : tuple of ExampleLine
        Its lines that are most and least similar to its others.
    """

    code: Code
    theme: bool
    lines: int
    interviews: int
    homogeneity: Ratio
    heterogeneity: Ratio
    nearest: Code | None
    undefined: str = ""
    typical: tuple[ExampleLine, ...] = ()
    untypical: tuple[ExampleLine, ...] = ()

    def __str__(self) -> str:
        name = f"{self.code.name} ({count_of(self.lines, 'line')} of {count_of(self.interviews, 'interview')})"
        if self.undefined:
            return f"{name}: {self.undefined}"
        sentence = f"{name}: its lines are {self.homogeneity} times as similar as any two"
        if self.nearest is not None:
            sentence += f", and {self.heterogeneity} times as similar to each other as to those of {self.nearest.name}"
        return f"{sentence}."

    def to_json(self) -> dict[str, object]:
        """Return the numbers and the example lines."""
        return {
            "code": self.code.id,
            "name": self.code.name,
            "theme": self.theme,
            "lines": self.lines,
            "interviews": self.interviews,
            "homogeneity": self.homogeneity.to_json(),
            "heterogeneity": self.heterogeneity.to_json(),
            "nearest": None if self.nearest is None else self.nearest.id,
            "undefined": self.undefined or None,
            "typical": [{"line": example.line, "text": example.text} for example in self.typical],
            "untypical": [{"line": example.line, "text": example.text} for example in self.untypical],
        }

    def _html_row(self) -> str:
        head = f"<th>{'' if self.theme else '&emsp;'}{escape(self.code.name)}</th><td>{self.lines}</td>"
        if self.undefined:
            return f'<tr>{head}<td colspan="3">{escape(self.undefined)}</td></tr>'
        nearest = escape(self.nearest.name) if self.nearest else "–"
        return f"<tr>{head}<td>{self.homogeneity}</td><td>{self.heterogeneity}</td><td>{nearest}</td></tr>"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeCoherence(Tabular):
    """Internal homogeneity and external heterogeneity of every theme and subtheme.

    Attributes
    ----------
    codes : tuple of CodeCoherence
        The themes in the order of the codebook, each followed by its subthemes.
    conventions : str
        How the numbers were computed, in sentences.
    """

    codes: tuple[CodeCoherence, ...]
    conventions: str

    @property
    def themes(self) -> tuple[CodeCoherence, ...]:
        """The coherence of the themes only."""
        return tuple(code for code in self.codes if code.theme)

    def to_json(self) -> dict[str, object]:
        """Return the numbers of every code."""
        return {"codes": [code.to_json() for code in self.codes], "conventions": self.conventions}

    def _records(self) -> Iterable[dict[str, object]]:
        for code in self.codes:
            yield {
                "code": code.code.id,
                "name": code.code.name,
                "theme": code.theme,
                "lines": code.lines,
                "interviews": code.interviews,
                "homogeneity": code.homogeneity,
                "heterogeneity": code.heterogeneity,
                "nearest": None if code.nearest is None else code.nearest.id,
                "undefined": code.undefined,
            }

    def __str__(self) -> str:
        rows = [f"{'' if code.theme else '  '}{code}" for code in self.codes]
        return "\n".join([*rows, "", self.conventions])

    def _repr_html_(self) -> str:
        head = "<tr><th>code</th><th>lines</th><th>homogeneity</th><th>heterogeneity</th><th>nearest</th></tr>"
        rows = "".join(code._html_row() for code in self.codes)
        return f"<table>{head}{rows}</table><p>{escape(self.conventions)}</p>"


@documented
def theme_coherence(
    codings: Codings,
    lines: Transcripts | Sequence[Line],
    codebook: Codebook,
    *,
    language: str = "en",
    resamples: int = 300,
    seed: int = 0,
) -> ThemeCoherence:
    """Return how far the lines of each theme and subtheme belong together, and apart from those of the others.

    Similarity is the cosine of TF-IDF of words, without function words, between lines of different interviews. It is
    a similarity of words: a theme that people express in many ways has a low number, and may be coherent all the same.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    {language}
    {resamples_of_interviews}
    {seed}

    Raises
    ------
    TrainingError
        If a coding names a code that is not a subtheme of the codebook.
    StudyError
        If these are not the lines that were coded.

    References
    ----------
    Patton (1990), Qualitative evaluation and research methods, on judging categories by internal homogeneity and
    external heterogeneity.

    Examples
    --------
    {sample_study}
    >>> from autocode.suggester import theme_coherence
    >>> found = theme_coherence(codings, lines, codebook, resamples=50)
    >>> for theme in found.themes:
    ...     print(theme.code.name, theme.homogeneity)
    Accessing social services 1.4 [1.2, 1.5]
    Interprofessional relationships 1.2 [1.1, 1.4]
    Infrastructure 1.2 [1.1, 1.4]
    """
    table = CodedLines.from_codings(codings, lines, codebook)
    interview = interview_numbers(table)
    rows = word_rows([line.text for line in table.lines], language=language)
    draws = interview_draws(int(interview.max(initial=-1)) + 1, resamples=resamples, seed=seed, with_sample=True)
    return measure_coherence(table, codebook, rows, interview, draws, seed=seed)


def interview_numbers(table: CodedLines) -> NDArray[np.intp]:
    """Return the number of each line's interview, shape (n_lines,), in order of first appearance."""
    number: dict[TranscriptId, int] = {}
    return np.array([number.setdefault(line.transcript, len(number)) for line in table.lines], dtype=np.intp)


def measure_coherence(
    table: CodedLines,
    codebook: Codebook,
    rows: sp.csr_matrix,
    interview: NDArray[np.intp],
    draws: NDArray[np.float64],
    *,
    seed: int,
) -> ThemeCoherence:
    """Return the coherence of the codes on the lines of a table, whose words are `rows`."""
    codebook = codebook.labelled()
    themes = list(codebook.themes)
    has_theme = [
        table.applied[:, [code.id in (theme.id, *codebook.descendants(theme.id)) for code in table.codes]].any(axis=1)
        for theme in themes
    ]
    # The last group is all coded lines, with which homogeneity compares.
    member = np.column_stack([*has_theme, table.applied, np.ones(len(table), dtype=bool)]).astype(bool)
    similarity = mean_similarity(rows, interview, member, draws)
    codes = [*themes, *table.codes]
    found = [
        _code_coherence(table, rows, interview, codes, g, n_themes=len(themes), own=member[:, g], similarity=similarity)
        for g in range(len(codes))
    ]
    order = {code.id: n for n, code in enumerate(codebook.values())}
    theme_of = [(code, codebook.theme_of(code.id)) for code in table.codes]
    parent = {code.id: theme.id for code, theme in theme_of if theme is not None}
    found.sort(
        key=lambda coherence: (
            order[parent.get(coherence.code.id, coherence.code.id)],
            not coherence.theme,
            order[coherence.code.id],
        )
    )
    return ThemeCoherence(
        codes=tuple(found),
        conventions=(
            "Similarity is the cosine of words (TF-IDF, without function words) between lines of different interviews; "
            "1.0 is no more similar than any two coded lines, or than the neighbour's. Intervals: "
            f"{LEVEL:.0%}, cluster bootstrap of interviews, {count_of(len(draws) - 1, 'resample')}, seed "
            f"{seed}; the nearest "
            "neighbour is that of the sample in every resample."
        ),
    )


def _code_coherence(
    table: CodedLines,
    rows: sp.csr_matrix,
    interview: NDArray[np.intp],
    codes: Sequence[Code],
    g: int,
    *,
    n_themes: int,
    own: NDArray[np.bool_],
    similarity: NDArray[np.float64],
) -> CodeCoherence:
    """Return the coherence of `codes[g]`, of which the first `n_themes` are themes; `own` are its lines.

    `similarity` is what `mean_similarity` returned for the codes and, last, all coded lines.
    """
    is_theme = g < n_themes
    others = [h for h in (range(n_themes) if is_theme else range(n_themes, len(codes))) if h != g]
    lines = np.flatnonzero(own)
    n_interviews = len(np.unique(interview[lines]))
    undefined = ""
    if not len(lines):
        undefined = "no line has it."
    elif n_interviews < 2:
        undefined = "its lines are of one interview, and similarity is measured between interviews."
    candidates = [h for h in others if similarity[0, g, h] > 0]
    nearest = max(candidates, key=lambda h: similarity[0, g, h]) if candidates and not undefined else None
    examples = [] if undefined else _from_most_typical(rows, interview, lines)
    between = np.full(len(similarity), np.nan) if nearest is None else similarity[:, g, nearest]
    return CodeCoherence(
        code=codes[g],
        theme=is_theme,
        lines=len(lines),
        interviews=n_interviews,
        homogeneity=ratio(similarity[:, g, g], similarity[:, -1, -1]),
        heterogeneity=ratio(similarity[:, g, g], between),
        nearest=None if nearest is None else codes[nearest],
        undefined=undefined,
        typical=tuple(ExampleLine.from_line(table.lines[i]) for i in examples[:EXAMPLES]),
        untypical=tuple(ExampleLine.from_line(table.lines[i]) for i in reversed(examples[EXAMPLES:][-EXAMPLES:])),
    )


def ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> Ratio:
    """Return the ratio of two means in the sample (the first entry), with the interval from the draws after it."""
    # With no word in common with the other, the ratio is infinite, unless there is none in common within either.
    ratios = np.where(numerator > 0, np.inf, np.nan)
    np.divide(numerator, denominator, out=ratios, where=denominator > 0)
    ratios[np.isnan(denominator)] = np.nan
    replicates = ratios[1:][~np.isnan(ratios[1:])]
    if np.isnan(ratios[0]) or not len(replicates):
        return Ratio(value=float(ratios[0]), low=np.nan, high=np.nan)
    low, high = np.quantile(replicates, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="inverted_cdf")
    return Ratio(value=float(ratios[0]), low=float(low), high=float(high))


def _from_most_typical(rows: sp.csr_matrix, interview: NDArray[np.intp], lines: NDArray[np.intp]) -> list[int]:
    """Return the lines of a group by their mean similarity to the group's lines of other interviews, highest first."""
    own = rows[lines]
    group_sum = np.asarray(own.sum(axis=0)).ravel()
    similarity = np.asarray(own @ group_sum).ravel()
    for number in np.unique(interview[lines]):
        here = interview[lines] == number
        similarity[here] -= np.asarray(own[here] @ np.asarray(own[here].sum(axis=0)).ravel()).ravel()
        similarity[here] /= max(len(lines) - int(here.sum()), 1)
    return [int(lines[i]) for i in np.argsort(-similarity, kind="stable")]
