"""The team's own coding, checked by what it taught: slips, twins, different uses, confused codes, and themes."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from autocode.codebook import Codebook
from autocode.coding import Codings
from autocode.errors import TrainingError
from autocode.suggester.features._embeddings import Encoding
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._interview_draws import draws_of_interviews
from autocode.suggester.model._model import fit
from autocode.suggester.recheck._coherence import ThemeCoherence, coherence_of, interviews_of
from autocode.suggester.recheck._confusions import ConfusedCodes, confused_of
from autocode.suggester.recheck._label_errors import LabelIssue, slips_of
from autocode.suggester.recheck._near_duplicates import NearDuplicates, twins_of
from autocode.suggester.recheck._similarity import word_rows
from autocode.suggester.recheck._usage import DifferentUse, different_uses
from autocode.transcripts import Line, Transcripts

# Fewer coded lines than this leave nothing to learn from when a fifth of them is held out.
LEAST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """What to look at again in a coding, by the words of the lines: nothing here is wrong until a human says so.

    Attributes
    ----------
    slips : coded lines whose codes surprise a model that had not seen them, the most surprising first.
    twins : pairs of nearly identical lines that were coded differently.
    different_uses : codes that two coders seem to use for different things.
    confused : codes that the model cannot tell apart.
    themes : internal homogeneity and external heterogeneity of every theme and subtheme.
    rests_on : how many lines and interviews, and how they were held out.
    """

    label_issues: tuple[LabelIssue, ...]
    near_duplicates: tuple[NearDuplicates, ...]
    different_uses: tuple[DifferentUse, ...]
    confused: tuple[ConfusedCodes, ...]
    themes: ThemeCoherence
    rests_on: str

    def to_json(self) -> dict[str, object]:
        """Return all that was found, as `autocode recheck --json` prints it."""
        return {
            "slips": [one.to_json() for one in self.label_issues],
            "twins": [one.to_json() for one in self.near_duplicates],
            "different_uses": [one.to_json() for one in self.different_uses],
            "confused": [one.to_json() for one in self.confused],
            "themes": self.themes.to_json(),
            "rests_on": self.rests_on,
        }

    def __str__(self) -> str:
        told = [self.rests_on]
        for heading, found in self._sections():
            told += ["", heading, *(f"- {one}" for one in found)]
            if not found:
                told.append("- none found")
        return "\n".join([*told, "", "Themes and subthemes", str(self.themes)])

    def _repr_html_(self) -> str:
        told = f"<p>{escape(self.rests_on)}</p>"
        for heading, found in self._sections():
            items = "".join(f"<li>{escape(str(one))}</li>" for one in found) or "<li>none found</li>"
            told += f"<h3>{heading}</h3><ul>{items}</ul>"
        return f"{told}<h3>Themes and subthemes</h3>{self.themes._repr_html_()}"

    def _sections(self) -> tuple[tuple[str, Sequence[object]], ...]:
        return (
            ("Lines whose codes surprise", self.label_issues),
            ("Nearly the same words, coded differently", self.near_duplicates),
            ("Codes that two coders use for different things", self.different_uses),
            ("Codes that cannot be told apart by what is said", self.confused),
        )


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
    """Return what to look at again in a coding; every line is judged by a model that had not seen its interview.

    Parameters
    ----------
    top : how many slips are listed, and at most how many of everything else.
    resamples : draws of interviews behind each 95 % interval.

    Raises
    ------
    TrainingError
        If fewer than ten lines are coded, or fewer than two codes are used.
    ValueError
        If less than one line or draw is asked for.
    """
    if top < 1 or resamples < 1:
        raise ValueError(f"top and resamples must be at least 1, not {top} and {resamples}.")
    table = CodedLines.of(codings, lines, codebook)
    used = int(table.applied.any(axis=0).sum())
    if len(table) < LEAST or used < 2:
        raise TrainingError(
            f"{len(table)} coded lines with {used} code{'s' * (used != 1)} are too few to judge any by the others; "
            f"code at least {LEAST} lines, with at least two codes."
        )
    interview = interviews_of(table)
    n_interviews = int(interview.max()) + 1
    draws = draws_of_interviews(n_interviews, resamples=resamples, seed=seed)
    model = fit(table, codebook, language=language, encoder=encoder, seed=seed)
    rows = word_rows([line.text for line in table.lines], language=language)
    return Recheck(
        label_issues=slips_of(table, model.calibration(model.held_out), n=top),
        near_duplicates=twins_of(table, rows, n=top),
        different_uses=different_uses(table, rows, interview, draws, n=top),
        confused=confused_of(table, model.held_out, interview, draws, n=top),
        themes=coherence_of(table, codebook, rows, interview, draws, seed=seed),
        rests_on=(
            f"{len(table)} coded lines of {n_interviews} interview{'s' * (n_interviews != 1)} ({table.settled}), "
            f"seed {seed}. What surprises need not be wrong: a coder hears more than words."
        ),
    )
