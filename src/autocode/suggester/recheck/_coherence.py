"""Whether what stands under a theme belongs together and apart from the rest: Patton's two criteria, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.codebook import Code, Codebook
from autocode.coding import Codings
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._interview_draws import draws_of_interviews
from autocode.suggester.recheck._similarity import mean_likeness, word_rows
from autocode.transcripts import Line, LineId, TranscriptId, Transcripts

LEVEL = 0.95
EXAMPLES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times as alike, with its 95 % interval from draws of interviews; NaN where it cannot be told."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "undefined"
        return f"{self.value:.1f} [{self.low:.1f}, {self.high:.1f}]"

    def to_json(self) -> dict[str, float | None]:
        """Return the three numbers, None where undefined or endless."""
        told = {"value": self.value, "low": self.low, "high": self.high}
        return {name: number if np.isfinite(number) else None for name, number in told.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleLine:
    """A coded line that shows what a number speaks of."""

    line: LineId
    transcript: TranscriptId
    text: str

    def __str__(self) -> str:
        return f"{self.line}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCoherence:
    """How far the lines of a theme or subtheme belong together, and apart from those of its nearest neighbour.

    Attributes
    ----------
    homogeneity : how many times as alike two of its lines are as any two coded lines; both of different interviews.
    heterogeneity : how many times as alike two of its lines are as one of its and one of its nearest neighbour's. Near
        1 the two are not told apart by their words.
    nearest : the other theme, or for a subtheme the other subtheme, whose lines are most like its own; None where none
        shares a word with it.
    undefined : why there is no number, or nothing.
    typical, untypical : its lines that are most and least like its others.
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
        what = f"{self.code.name} ({self.lines} lines of {self.interviews} interviews)"
        if self.undefined:
            return f"{what}: {self.undefined}"
        said = f"{what}: its lines are {self.homogeneity} times as alike as any two"
        if self.nearest is not None:
            said += f", and {self.heterogeneity} times as like each other as like those of {self.nearest.name}"
        return f"{said}."

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
            "typical": [{"line": one.line, "text": one.text} for one in self.typical],
            "untypical": [{"line": one.line, "text": one.text} for one in self.untypical],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeCoherence:
    """Internal homogeneity and external heterogeneity of every theme and every subtheme, in the codebook's order."""

    codes: tuple[CodeCoherence, ...]
    conventions: str

    @property
    def themes(self) -> tuple[CodeCoherence, ...]:
        """Those of the themes alone."""
        return tuple(one for one in self.codes if one.theme)

    def to_json(self) -> dict[str, object]:
        """Return every code's numbers."""
        return {"codes": [one.to_json() for one in self.codes], "conventions": self.conventions}

    def __str__(self) -> str:
        told = [f"{'' if one.theme else '  '}{one}" for one in self.codes]
        return "\n".join([*told, "", self.conventions])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{'' if one.theme else '&emsp;'}{escape(one.code.name)}</th><td>{one.lines}</td>"
            + (
                f'<td colspan="3">{escape(one.undefined)}</td></tr>'
                if one.undefined
                else f"<td>{one.homogeneity}</td><td>{one.heterogeneity}</td>"
                f"<td>{escape(one.nearest.name) if one.nearest else '–'}</td></tr>"
            )
            for one in self.codes
        )
        head = "<tr><th>code</th><th>lines</th><th>homogeneity</th><th>heterogeneity</th><th>nearest</th></tr>"
        return f"<table>{head}{rows}</table><p>{escape(self.conventions)}</p>"


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

    Likeness is the cosine of TF-IDF of words, function words left out, between lines of different interviews. It is
    likeness of words: a theme that people put in many ways has a low number and may be whole all the same.

    References
    ----------
    Patton (1990), Qualitative evaluation and research methods, on judging categories by internal homogeneity and
    external heterogeneity.
    """
    table = CodedLines.of(codings, lines, codebook)
    interview = interviews_of(table)
    rows = word_rows([line.text for line in table.lines], language=language)
    draws = draws_of_interviews(int(interview.max(initial=-1)) + 1, resamples=resamples, seed=seed)
    return coherence_of(table, codebook, rows, interview, draws, seed=seed)


def interviews_of(table: CodedLines) -> NDArray[np.intp]:
    """Return the number of the interview of each line, shape (n_lines,), in the order in which interviews come."""
    place: dict[TranscriptId, int] = {}
    return np.array([place.setdefault(line.transcript, len(place)) for line in table.lines], dtype=np.intp)


def coherence_of(
    table: CodedLines,
    codebook: Codebook,
    rows: sp.csr_matrix,
    interview: NDArray[np.intp],
    draws: NDArray[np.float64],
    *,
    seed: int,
) -> ThemeCoherence:
    """Return the coherence of the codes on the lines of a table, whose words are `rows`."""
    themes = [code for code in codebook.values() if not code.codable]
    theme_of = [codebook.theme_of(code.id) for code in table.codes]
    codes = [*themes, *table.codes]
    under = [
        table.applied[:, [one is not None and one.id == theme.id for one in theme_of]].any(axis=1) for theme in themes
    ]
    member = np.column_stack([*under, table.applied, np.ones(len(table), dtype=bool)]).astype(bool)
    alike = mean_likeness(rows, interview, member, draws)
    found = []
    for g, code in enumerate(codes):
        is_theme = g < len(themes)
        others = [h for h in (range(len(themes)) if is_theme else range(len(themes), len(codes))) if h != g]
        own = np.flatnonzero(member[:, g])
        n_interviews = len(np.unique(interview[own]))
        undefined = (
            "no line has it."
            if not len(own)
            else "its lines are of one interview, and likeness is told across interviews."
            if n_interviews < 2
            else ""
        )
        near = [h for h in others if alike[0, g, h] > 0]
        nearest = max(near, key=lambda h: alike[0, g, h]) if near and not undefined else None
        shown = () if undefined else _from_most_typical(rows, interview, own)
        found.append(
            CodeCoherence(
                code=code,
                theme=is_theme,
                lines=len(own),
                interviews=n_interviews,
                homogeneity=ratio(alike[:, g, g], alike[:, -1, -1]),
                heterogeneity=ratio(
                    alike[:, g, g], np.full(len(draws), np.nan) if nearest is None else alike[:, g, nearest]
                ),
                nearest=None if nearest is None else codes[nearest],
                undefined=undefined,
                typical=tuple(example_of(table.lines[i]) for i in shown[:EXAMPLES]),
                untypical=tuple(example_of(table.lines[i]) for i in reversed(shown[EXAMPLES:][-EXAMPLES:])),
            )
        )
    order = {code.id: n for n, code in enumerate(codebook.values())}
    # Each theme with its subthemes below it.
    above = {code.id: theme.id for code, theme in zip(table.codes, theme_of, strict=True) if theme is not None}
    found.sort(key=lambda one: (order[above.get(one.code.id, one.code.id)], not one.theme, order[one.code.id]))
    return ThemeCoherence(
        codes=tuple(found),
        conventions=(
            f"Likeness is the cosine of words (TF-IDF, function words left out) between lines of different interviews; "
            f"1.0 is no more alike than any two coded lines, or than the neighbour's. Intervals: {LEVEL:.0%}, "
            f"{len(draws) - 1} draws of interviews, seed {seed}; the nearest neighbour stays the one of the sample."
        ),
    )


def ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> Ratio:
    """Return the ratio of two means in each draw: of the sample, with the interval from the draws after it."""
    # Nothing in common with the other is endlessly more alike, unless there is nothing in common within either.
    apart = np.where(above > 0, np.inf, np.nan)
    np.divide(above, below, out=apart, where=below > 0)
    apart[np.isnan(below)] = np.nan
    again = apart[1:][~np.isnan(apart[1:])]
    if np.isnan(apart[0]) or not len(again):
        return Ratio(value=float(apart[0]), low=np.nan, high=np.nan)
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="inverted_cdf")
    return Ratio(value=float(apart[0]), low=float(low), high=float(high))


def _from_most_typical(rows: sp.csr_matrix, interview: NDArray[np.intp], own: NDArray[np.intp]) -> list[int]:
    """Return the lines of a group, those most like the group's lines of other interviews first."""
    mine = rows[own]
    everywhere = np.asarray(mine.sum(axis=0)).ravel()
    like = np.asarray(mine @ everywhere).ravel()
    for d in np.unique(interview[own]):
        here = interview[own] == d
        like[here] -= np.asarray(mine[here] @ np.asarray(mine[here].sum(axis=0)).ravel()).ravel()
        like[here] /= max(len(own) - int(here.sum()), 1)
    return [int(own[i]) for i in np.argsort(-like, kind="stable")]


def example_of(line: Line) -> ExampleLine:
    """Return a line as an example."""
    return ExampleLine(line=line.id, transcript=line.transcript, text=line.text)
