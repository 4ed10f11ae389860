"""Lines of a study that coders read again after the codebook or a transcript changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.coding import CoderId
from autocode.display import displayed
from autocode.journal import Journal
from autocode.review import RereadingSession
from autocode.study._opening import open_journal
from autocode.study._reading import StudyData, read_study
from autocode.study._rereading_draws import LIKELY, RANDOM, draw_undrawn
from autocode.study._review import coders_of


@displayed
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyRereading:
    """
    Another reading that is open: the session of each coder, over one journal.

    Attributes
    ----------
    study : StudyData
        The study as it was when the reading was opened.
    journal : Journal
        The study's journal, open until the reading is closed.
    sessions : mapping of str to RereadingSession
        The session of each coder, by name.
    """

    study: StudyData
    journal: Journal
    sessions: Mapping[CoderId, RereadingSession]


@contextmanager
@no_single_text
def open_rereading(
    folder: Path,
    *,
    coders: Sequence[str],
    likely: int = LIKELY,
    random: int = RANDOM,
    seed: int = 0,
    remark: Callable[[str], object],
) -> Iterator[StudyRereading]:
    """
    Open the lines of a study that coders are to read again, and close its journal at the end of the block.

    For codes that are new or wider and for which no lines were drawn yet, lines are drawn first, as `draw_rereading`
    does.

    Parameters
    ----------
    folder : Path
        The study's folder.
    coders : sequence of str
        Names of the coders.
    likely : int, default 50
        Number of lines to draw because they are likely to have a code.
    random : int, default 100
        Number of other lines to draw at random.
    seed : int, default 0
        Random seed of the draw.
    remark : callable
        Called with each sentence that the user should know, such as which lines were drawn.

    Raises
    ------
    CodingError
        If a coder is named like a machine.
    StudyError
        If the study does not name a coder, or a transcript was edited after it was coded.
    """
    study = read_study(folder)
    names = coders_of(study, coders, remark)
    with open_journal(folder) as journal:
        for sample in draw_undrawn(study, journal, likely=likely, random=random, seed=seed):
            remark(f"{sample.name}: {sample} to be read again; {sample.enriched}.")
        yield StudyRereading(study=study, journal=journal, sessions=rereading_sessions(study, journal, names))


def rereading_sessions(
    study: StudyData, journal: Journal, coders: Sequence[CoderId]
) -> dict[CoderId, RereadingSession]:
    """Return the session of each coder."""
    return {
        name: RereadingSession(
            journal, lines=study.lines, codebook=study.codebook, coder=name, mode=study.settings.mode
        )
        for name in coders
    }
