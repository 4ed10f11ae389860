"""Which lines of a study to code next, stored in its journal with the probability of every line."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autocode.agreement import draw_sample
from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import Design, Sample, free_name
from autocode.errors import AgreementError, StudyError
from autocode.names import hint
from autocode.study._consistency import unrecorded_digests
from autocode.study._folder import is_study
from autocode.study._opening import open_journal
from autocode.study._outdated import withheld_codes
from autocode.study._reading import StudyData, read_study
from autocode.study._text_options import text_options
from autocode.suggester import select_lines, train
from autocode.transcripts import LineId


@no_single_text
def draw_lines(
    folder: Path,
    n: int,
    *,
    name: str = "",
    seed: int | None = None,
    enrich: Sequence[str] = (),
    times: float = 5.0,
) -> Sample:
    """
    Draw lines to code at random from all participants' lines of a study, and store the sample in its journal.

    Parameters
    ----------
    folder : Path
        The study's folder.
    n : int
        Number of lines.
    name : str, default ""
        Name of the sample; by default draw-1, draw-2 and so on.
    seed : int or None, default None
        Random seed; the same seed gives the same lines. None for the number of samples that were drawn before.
    enrich : sequence of str, default empty
        Codes by id or name: lines for which one of them was suggested are drawn with a higher probability.
    times : float, default 5.0
        How many times higher that probability is.

    Raises
    ------
    StudyError
        If the folder is not a study, there is a sample of this name, or the seed was used for the same lines before.
    AgreementError
        If a code is unknown, no suggestions are stored for `enrich`, or there are fewer than `n` lines.
    """
    study = _read(folder, stored="drawn")
    name = _name(name, Design.RANDOM, study)
    seed = _seed(seed, study)
    weights: dict[LineId, float] = {}
    if enrich:
        codes = {_code(name, study.codebook) for name in enrich}
        if study.batch is None:
            raise AgreementError(
                "no suggestions are stored that would show which lines are likely; "
                "run autocode suggest first, or leave out --enrich."
            )
        codes -= withheld_codes(study, study.batch)
        known = {line.id for line in study.lines.participant_lines}
        weights = {
            suggestion.line: times
            for suggestion in study.batch.suggestions
            if suggestion.code in codes and suggestion.line in known
        }
    sample = replace(draw_sample(study.lines, n, seed=seed, enrich=weights), name=name)
    with open_journal(folder) as journal:
        journal.append(sample)
    return sample


def choose_lines(
    folder: Path, n: int, *, name: str = "", random: float = 0.2, whole_interviews: bool = False, seed: int = 0
) -> Sample:
    """
    Choose the lines that would teach the suggester most, besides some at random, and store the sample in the journal.

    If the same lines were chosen before and their sample is open, that sample is returned and nothing is stored.

    Parameters
    ----------
    folder : Path
        The study's folder.
    n : int
        Number of lines, or of interviews where whole ones are chosen.
    name : str, default ""
        Name of the sample; by default next-1, next-2 and so on.
    random : float, default 0.2
        Share that is drawn at random, above 0 and at most 1.
    whole_interviews : bool, default False
        Whether interviews that nobody has begun are chosen, instead of lines.
    seed : int, default 0
        Random seed; the same seed gives the same lines.

    Raises
    ------
    StudyError
        If the folder is not a study, or there is a sample of this name.
    TrainingError
        As `train` does.
    """
    study = _read(folder, stored="chosen").with_common_codes()
    suggester = train(study.codings, study.lines, study.codebook, **text_options(study), seed=seed)
    uncoded = study.codings.uncoded(study.lines)
    if whole_interviews:
        begun = {line.transcript for line in study.lines if study.codings.of(line.id)}
        uncoded = tuple(line for line in uncoded if line.transcript not in begun)
    sample = select_lines(suggester, uncoded, n, random=random, whole_interviews=whole_interviews, seed=seed)
    for earlier in study.samples:
        if earlier.ended is None and earlier.drawn == sample.drawn and name in ("", earlier.name):
            return earlier
    sample = replace(sample, name=_name(name, Design.ACTIVE, study))
    with open_journal(folder) as journal:
        journal.append(*unrecorded_digests(journal, study.lines), sample)
    return sample


def _read(folder: Path, *, stored: str) -> StudyData:
    if not is_study(folder):
        raise StudyError.at(
            folder, f"is not a study, and only a study's journal keeps what was {stored}; make one first."
        )
    return read_study(folder)


def _name(name: str, design: Design, study: StudyData) -> str:
    """Return the name of a new sample, by default a free one; raises `StudyError` if it is taken or no name."""
    taken = {sample.name for sample in study.samples}
    if not name:
        return free_name(design, taken)
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise StudyError(f"a sample cannot be called {name!r}; use letters, digits, hyphens and dots.")
    if name in taken:
        raise StudyError(f"there is a sample {name} already, and ended samples keep their names; choose another name.")
    return name


def _seed(seed: int | None, study: StudyData) -> int:
    """Return the seed of a draw from all lines; raises `StudyError` if it would draw the same lines again."""
    lines = {line.id for line in study.lines.participant_lines}
    earlier = [sample for sample in study.samples if sample.design is Design.RANDOM]
    used = {sample.seed: sample.name for sample in earlier if sample.probabilities.keys() == lines}
    if seed is None:
        return next(number for number in range(len(earlier), len(earlier) + len(used) + 1) if number not in used)
    if seed in used:
        raise StudyError(
            f"the seed {seed} was used for {used[seed]}, and a draw with it would not be a new one; give another, "
            "or none."
        )
    return seed


def _code(name: str, codebook: Codebook) -> CodeId:
    code = codebook.find(name)
    if code is None:
        known = [spelling for code in codebook.values() for spelling in (code.id, code.name)]
        raise AgreementError(f"there is no code {name!r} to enrich for; {hint(name, known)}.")
    return code.id
