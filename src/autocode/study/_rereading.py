"""Lines of a study that coders read again after the codebook or a transcript changed."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from autocode.agreement import draw_sample
from autocode.arguments import no_single_text
from autocode.coding import CoderId, Design, Sample, free_name
from autocode.display import displayed
from autocode.errors import TrainingError
from autocode.journal import Journal
from autocode.review import LinesInQuestion, RereadingSession, codebook_in_force, lines_in_question
from autocode.study._consistency import unrecorded_digests
from autocode.study._opening import open_journal
from autocode.study._reading import StudyData, read_study
from autocode.study._review import coders_of
from autocode.study._text_options import text_options
from autocode.transcripts import LineId
from autocode.wording import count_of

LIKELY, RANDOM = 50, 100
"""Lines to read again for a code that is new or wider: those likely to have it, and others drawn at random."""


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


def draw_rereading(folder: Path, *, likely: int = LIKELY, random: int = RANDOM, seed: int = 0) -> tuple[Sample, ...]:
    """
    Draw lines to read again for each code that is new or wider and has none drawn yet, and store them in the journal.

    Lines that are likely to have the code come first, all of them certain to be drawn; of the others, as many as asked
    for are drawn at random, each with the same known probability. What is not drawn stays unjudged. How many lines with
    the code are among it follows from the lines drawn at random, see `RereadingSession.unfound`.

    Parameters
    ----------
    folder : Path
        The study's folder.
    likely : int, default 50
        Number of lines to draw because they are likely to have the code.
    random : int, default 100
        Number of other lines to draw at random.
    seed : int, default 0
        Random seed; the same seed gives the same lines.

    Returns
    -------
    tuple of Sample
        The new samples, one for each change; the same for all coders.

    Raises
    ------
    StudyError
        If the folder is not a study, or a transcript was edited after it was coded.
    """
    study = read_study(folder)
    with open_journal(folder) as journal:
        return draw_undrawn(study, journal, likely=likely, random=random, seed=seed)


def draw_undrawn(
    study: StudyData, journal: Journal, *, likely: int = LIKELY, random: int = RANDOM, seed: int = 0
) -> tuple[Sample, ...]:
    """Draw lines for each change that asks for it and has none yet, as `draw_rereading` does."""
    if study.settings.makes_codes:  # codes still come one after the other
        return ()
    samples = journal.samples()
    drawn = {sample.change for sample in samples if sample.design is Design.REREADING}
    undrawn = [
        question
        for question in lines_in_question(journal, study.lines, study.codebook)
        if question.change.after not in drawn
    ]
    if not undrawn:
        return ()
    likeliest = _likeliest(study, journal, n=likely, least=likely + random, questions=undrawn)
    taken = {sample.name for sample in samples}
    made = []
    for question in undrawn:
        sample = _drawn(question, study, likeliest, likely=likely, random=random, seed=seed)
        if sample is not None:
            made.append(replace(sample, name=free_name(Design.REREADING, taken)))
            taken.add(made[-1].name)
    if made:
        journal.append(*unrecorded_digests(journal, study.lines), *made)
    return tuple(made)


def _likeliest(
    study: StudyData, journal: Journal, *, n: int, least: int, questions: Sequence[LinesInQuestion]
) -> Callable[[LinesInQuestion], Collection[LineId]]:
    """Return what finds the lines that are likely to have a code; one suggester is trained for all of them."""
    whole, options = codebook_in_force(journal, study.codebook), text_options(study)
    codebook, own = whole.visible_to(), [code.id for code in whole.own_codes]
    suggester = None
    if n and any(len(question.lines) > least for question in questions):
        from autocode.suggester import train

        with suppress(TrainingError):  # a codebook of one code has nothing to distinguish
            suggester = train(journal.codings().without_codes(own), study.lines, codebook, **options, seed=0)

    def likeliest(question: LinesInQuestion) -> Collection[LineId]:
        from autocode.suggester import likeliest_lines

        return likeliest_lines(
            question.codes,
            study.lines,
            codebook,
            n=n,
            among=question.lines,
            suggester=suggester,
            language=options["language"],
        )

    return likeliest


def _drawn(
    question: LinesInQuestion,
    study: StudyData,
    likeliest: Callable[[LinesInQuestion], Collection[LineId]],
    *,
    likely: int,
    random: int,
    seed: int,
) -> Sample | None:
    frame = [study.lines.line(line) for line in question.lines]
    # where there are not more, all of them are read
    certain = frozenset(question.lines) if len(frame) <= likely + random else frozenset(likeliest(question))
    others = [line for line in frame if line.id not in certain]
    at_random = draw_sample(others, min(random, len(others)), seed=seed) if others and random else None
    chance = {} if at_random is None else at_random.probabilities
    chosen = certain | set(() if at_random is None else at_random.drawn)
    if not chosen:
        return None
    return Sample(
        drawn=tuple(line.id for line in frame if line.id in chosen),
        # without a random part, nothing is known of the others, and they are not in the frame
        probabilities={line.id: 1.0 if line.id in certain else chance[line.id]
                       for line in frame if line.id in certain or line.id in chance},
        seed=seed,
        enriched=f"{count_of(len(certain), 'line')} for certain, as likely to have the code" if others else "",
        design=Design.REREADING,
        change=question.change.after,
    )  # fmt: skip
