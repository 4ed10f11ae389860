"""Which lines of a study to code next, stored in its journal with the probability of every line."""

from collections.abc import Sequence
from pathlib import Path

from autocode.agreement import draw_sample
from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import Sample
from autocode.errors import AgreementError, StudyError
from autocode.names import hint
from autocode.study._consistency import unrecorded_digests
from autocode.study._folder import is_study
from autocode.study._opening import open_journal
from autocode.study._reading import StudyData, read_study
from autocode.study._text_options import text_options
from autocode.suggester import select_lines, train
from autocode.transcripts import LineId


@no_single_text
def draw_lines(folder: Path, n: int, *, seed: int = 0, enrich: Sequence[str] = (), times: float = 5.0) -> Sample:
    """
    Draw lines to code at random from all participants' lines of a study, and store the sample in its journal.

    Parameters
    ----------
    folder : Path
        The study's folder.
    n : int
        Number of lines.
    seed : int, default 0
        Random seed; the same seed gives the same lines.
    enrich : sequence of str, default empty
        Codes by id or name: lines for which one of them was suggested are drawn with a higher probability.
    times : float, default 5.0
        How many times higher that probability is.

    Raises
    ------
    StudyError
        If the folder is not a study.
    AgreementError
        If a code is unknown, no suggestions are stored for `enrich`, or there are fewer than `n` lines.
    """
    study = _read(folder, stored="drawn")
    weights: dict[LineId, float] = {}
    if enrich:
        codes = {_code(name, study.codebook) for name in enrich}
        if study.batch is None:
            raise AgreementError(
                "no suggestions are stored that would show which lines are likely; "
                "run autocode suggest first, or leave out --enrich."
            )
        known = {line.id for line in study.lines.participant_lines}
        weights = {
            suggestion.line: times
            for suggestion in study.batch.suggestions
            if suggestion.code in codes and suggestion.line in known
        }
    sample = draw_sample(study.lines, n, seed=seed, enrich=weights)
    with open_journal(folder) as journal:
        journal.append(sample)
    return sample


def choose_lines(folder: Path, n: int, *, random: float = 0.2, whole_interviews: bool = False, seed: int = 0) -> Sample:
    """
    Choose the lines that would teach the suggester most, besides some at random, and store the sample in the journal.

    Parameters
    ----------
    folder : Path
        The study's folder.
    n : int
        Number of lines, or of interviews where whole ones are chosen.
    random : float, default 0.2
        Share that is drawn at random, above 0 and at most 1.
    whole_interviews : bool, default False
        Whether interviews that nobody has begun are chosen, instead of lines.
    seed : int, default 0
        Random seed; the same seed gives the same lines.

    Raises
    ------
    StudyError
        If the folder is not a study.
    TrainingError
        As `train` does.
    """
    study = _read(folder, stored="chosen")
    suggester = train(study.codings, study.lines, study.codebook, **text_options(study), seed=seed)
    uncoded = study.codings.uncoded(study.lines)
    if whole_interviews:
        begun = {line.transcript for line in study.lines if study.codings.of(line.id)}
        uncoded = tuple(line for line in uncoded if line.transcript not in begun)
    sample = select_lines(suggester, uncoded, n, random=random, whole_interviews=whole_interviews, seed=seed)
    with open_journal(folder) as journal:
        journal.append(*unrecorded_digests(journal, study.lines), sample)
    return sample


def _read(folder: Path, *, stored: str) -> StudyData:
    if not is_study(folder):
        raise StudyError.at(
            folder, f"is not a study, and only a study's journal keeps what was {stored}; make one first."
        )
    return read_study(folder)


def _code(name: str, codebook: Codebook) -> CodeId:
    code = codebook.get(CodeId(name)) or codebook.find(name)
    if code is None:
        known = [spelling for code in codebook.values() for spelling in (code.id, code.name)]
        raise AgreementError(f"there is no code {name!r} to enrich for; {hint(name, known)}.")
    return code.id
