"""A team's coding checked with a model of it: label issues, near-duplicates, different uses, confusions, coherence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autocode.codebook import Codebook
from autocode.coding import Codings
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.errors import TrainingError
from autocode.frames import Kind
from autocode.resampling import interview_draws
from autocode.suggester.checks._coherence import ThemeCoherence, interview_numbers, measure_coherence
from autocode.suggester.checks._confusions import ConfusedCodes, find_confused_codes
from autocode.suggester.checks._label_errors import LabelIssue, find_label_issues
from autocode.suggester.checks._near_duplicates import NearDuplicates, find_near_duplicates
from autocode.suggester.checks._similarity import word_rows
from autocode.suggester.checks._usage import DifferentUse, find_different_uses
from autocode.suggester.features._embeddings import Encoding
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._model import LineModel, fit
from autocode.transcripts import Line, Transcripts
from autocode.wording import count_of

# With fewer coded lines, there is nothing to learn from once a fifth of them is held out.
LEAST_LINES = 10


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck(Tabular):
    """What to check again in a coding, by the words of the lines. Nothing listed is wrong until a human says so.

    Attributes
    ----------
    label_issues : tuple of LabelIssue
        Coded lines whose codes are unlikely to a model that was fitted without them, highest surprisal first.
    near_duplicates : tuple of NearDuplicates
        Pairs of lines of nearly the same words that were coded differently.
    different_uses : tuple of DifferentUse
        Codes that two coders seem to use for different things.
    confused : tuple of ConfusedCodes
        Pairs of codes that the model can hardly distinguish.
    themes : ThemeCoherence
        Internal homogeneity and external heterogeneity of every theme and subtheme.
    rests_on : str
        The number of lines and interviews behind it, and the seed, as a sentence.
    """

    label_issues: tuple[LabelIssue, ...]
    near_duplicates: tuple[NearDuplicates, ...]
    different_uses: tuple[DifferentUse, ...]
    confused: tuple[ConfusedCodes, ...]
    themes: ThemeCoherence
    rests_on: str

    def to_json(self) -> dict[str, object]:
        """Return all that was found, as `autocode recheck --json` prints it; its keys are older than the attributes."""
        return {
            "slips": [issue.to_json() for issue in self.label_issues],
            "twins": [pair.to_json() for pair in self.near_duplicates],
            "different_uses": [use.to_json() for use in self.different_uses],
            "confused": [pair.to_json() for pair in self.confused],
            "themes": self.themes.to_json(),
            "rests_on": self.rests_on,
        }

    def _records(self) -> Iterable[dict[str, object]]:
        for issue in self.label_issues:
            codes = [code.id for code in issue.given]
            yield _row("label issue", (issue.line,), codes, issue.coders, "excess surprisal", issue.surprisal, issue)
        for pair in self.near_duplicates:
            codes = [code.id for codes in pair.codes for code in codes]
            coders = [coder for coders in pair.coders for coder in coders]
            lines = (pair.first.line, pair.second.line)
            yield _row("near-duplicates", lines, codes, coders, "similarity", pair.similarity, pair)
        for use in self.different_uses:
            yield _row("different uses", (), (use.code.id,), use.coders, "separation", use.separation.value, use)
        for confused in self.confused:
            codes = [confused.first.id, confused.second.id]
            yield _row("confused codes", (), codes, (), "AUC", confused.auc, confused)

    def _kinds(self) -> dict[str, Kind]:
        return {"finding": "text", "lines": "texts", "codes": "texts", "coders": "texts", "measure": "text",
                "value": "number", "description": "text"}  # fmt: skip

    def __str__(self) -> str:
        lines = [self.rests_on]
        for heading, found in self._sections():
            lines += ["", heading, *(f"- {entry}" for entry in found)]
            if not found:
                lines.append("- none found")
        return "\n".join([*lines, "", "Themes and subthemes", str(self.themes)])

    def _repr_html_(self) -> str:
        html = f"<p>{escape(self.rests_on)}</p>"
        for heading, found in self._sections():
            items = "".join(f"<li>{escape(str(entry))}</li>" for entry in found) or "<li>none found</li>"
            html += f"<h3>{heading}</h3><ul>{items}</ul>"
        return f"{html}<h3>Themes and subthemes</h3>{self.themes._repr_html_()}"

    def _sections(self) -> tuple[tuple[str, Sequence[object]], ...]:
        return (
            ("Possible label issues", self.label_issues),
            ("Near-duplicate lines coded differently", self.near_duplicates),
            ("Codes that two coders use for different things", self.different_uses),
            ("Codes that are hard to distinguish by the words", self.confused),
        )


def _row(
    finding: str,
    lines: Sequence[str],
    codes: Sequence[str],
    coders: Sequence[str],
    measure: str,
    value: float,
    described: object,
) -> dict[str, object]:
    """Return a finding as a row of the frame of all."""
    return {
        "finding": finding,
        "lines": list(lines),
        "codes": list(dict.fromkeys(codes)),
        "coders": list(dict.fromkeys(coders)),
        "measure": measure,
        "value": value,
        "description": str(described),
    }


@documented
def recheck(
    codings: Codings,
    lines: Transcripts | Sequence[Line],
    codebook: Codebook,
    *,
    top: int = 20,
    language: str = "en",
    encoder: Encoding | None = None,
    resamples: int = 300,
    seed: int = 0,
) -> Recheck:
    """Return what to check again in a coding; every line is judged by a model that was fitted without its interview.

    With fewer than ten interviews, it is a model that was fitted without the line's fifth of all lines.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    top : int, default 20
        Largest number of entries in each list.
    {language}
    {encoder}
    {resamples_of_interviews}
    {seed}

    Raises
    ------
    TrainingError
        If fewer than ten lines are coded, or fewer than two codes are used.
    StudyError
        If these are not the lines that were coded.
    ValueError
        If `top` or `resamples` is less than 1.

    Examples
    --------
    {sample_study}
    >>> found = ac.recheck(codings, lines, codebook, top=3, resamples=10)
    >>> issue = found.label_issues[0]
    >>> issue.line, issue.unlikely_code[0].name, issue.missing[0].name
    ('GP7:43', 'Logistical issues', 'Minimal interoperability')
    """
    if top < 1 or resamples < 1:
        raise ValueError(f"top and resamples must be at least 1, not {top} and {resamples}.")
    table, model, interview, draws = _fitted(
        codings, lines, codebook, language=language, encoder=encoder, resamples=resamples, seed=seed
    )
    rows = word_rows([line.text for line in table.lines], language=language)
    return Recheck(
        label_issues=find_label_issues(table, model.calibration(model.held_out), n=top),
        near_duplicates=find_near_duplicates(table, rows, n=top),
        different_uses=find_different_uses(table, rows, interview, draws, n=top),
        confused=find_confused_codes(table, model.held_out, interview, draws, n=top),
        themes=measure_coherence(table, codebook, rows, interview, draws, seed=seed),
        rests_on=(
            f"{count_of(len(table), 'coded line')} of {count_of(int(interview.max()) + 1, 'interview')} "
            f"({table.consensus}), "
            f"seed {seed}. An unlikely code need not be wrong: coders know more than the words of a line."
        ),
    )


@documented
def confused_codes(
    codings: Codings,
    lines: Transcripts | Sequence[Line],
    codebook: Codebook,
    *,
    n: int = 12,
    language: str = "en",
    encoder: Encoding | None = None,
    resamples: int = 300,
    seed: int = 0,
) -> tuple[ConfusedCodes, ...]:
    """Return the pairs of codes that a suggester can hardly distinguish, as `recheck` does, and nothing else of it.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    n : int, default 12
        Largest number of pairs.
    {language}
    {encoder}
    {resamples_of_interviews}
    {seed}

    Raises
    ------
    TrainingError
        If fewer than ten lines are coded, or fewer than two codes are used.
    StudyError
        If these are not the lines that were coded.
    ValueError
        If `n` or `resamples` is less than 1.

    Examples
    --------
    {sample_study}
    >>> from autocode.suggester import confused_codes
    >>> confused_codes(codings, lines, codebook, resamples=10)
    ()
    """
    if n < 1 or resamples < 1:
        raise ValueError(f"n and resamples must be at least 1, not {n} and {resamples}.")
    table, model, interview, draws = _fitted(
        codings, lines, codebook, language=language, encoder=encoder, resamples=resamples, seed=seed
    )
    return find_confused_codes(table, model.held_out, interview, draws, n=n)


class _Fitted(NamedTuple):
    """The coded lines, a model of them, the number of each line's interview, and draws of interviews."""

    table: CodedLines
    model: LineModel
    interview: NDArray[np.intp]
    draws: NDArray[np.float64]


def _fitted(
    codings: Codings,
    lines: Transcripts | Sequence[Line],
    codebook: Codebook,
    *,
    language: str,
    encoder: Encoding | None,
    resamples: int,
    seed: int,
) -> _Fitted:
    table = CodedLines.from_codings(codings, lines, codebook)
    n_used = int(table.applied.any(axis=0).sum())
    if len(table) < LEAST_LINES or n_used < 2:
        raise TrainingError(
            f"{count_of(len(table), 'coded line')} with {count_of(n_used, 'code')}: too few to judge "
            "any by the others; "
            f"code at least {LEAST_LINES} lines, with at least two codes."
        )
    interview = interview_numbers(table)
    draws = interview_draws(int(interview.max()) + 1, resamples=resamples, seed=seed, with_sample=True)
    model = fit(table, codebook, language=language, encoder=encoder, seed=seed)
    return _Fitted(table, model, interview, draws)
