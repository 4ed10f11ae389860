"""A coder's review of a study: who may code, which suggestions are shown, which lines stay blind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.coding import Basis, CoderId, Design, Mode, Sample, human
from autocode.display import displayed
from autocode.errors import StudyError
from autocode.journal import Journal
from autocode.review import ReviewSession, blind_seed, draw_blind
from autocode.study._consistency import respelt_coders, unrecorded_codebook, unrecorded_digests
from autocode.study._opening import open_journal
from autocode.study._outdated import outdated_suggestions, version_with
from autocode.study._reading import StudyData, read_study
from autocode.study._samples import open_sample
from autocode.study._settings import refuse_unlisted
from autocode.study.codebook_changes._making import CodeMaker
from autocode.transcripts import LineId
from autocode.wording import count_of


@displayed
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyReview:
    """
    A review that is open: the session of each coder, over one journal.

    Attributes
    ----------
    study : StudyData
        The study as it was when the review was opened.
    journal : Journal
        The study's journal, open until the review is closed.
    mode : Mode
        What the coders see of the suggestions.
    sessions : mapping of str to ReviewSession
        The session of each coder, by name.
    sample : Sample or None, default None
        The sample whose lines the review is about; None for all lines to judge.
    """

    study: StudyData
    journal: Journal
    mode: Mode
    sessions: Mapping[CoderId, ReviewSession]
    sample: Sample | None = None


@contextmanager
@no_single_text
def open_review(
    folder: Path,
    *,
    coders: Sequence[str],
    blind: bool = False,
    sample: str | None = None,
    chosen: bool = False,
    remark: Callable[[str], object],
) -> Iterator[StudyReview]:
    """
    Open a review of a study by one or more coders, and close its journal at the end of the block.

    Lines that were drawn at random are shown without suggestions: what is measured on them rests on independent
    codings.

    Parameters
    ----------
    folder : Path
        The study's folder.
    coders : sequence of str
        Names of the coders.
    blind : bool, default False
        Whether nothing is shown of the suggestions, whatever the study's settings say.
    sample : str or None, default None
        Name of the sample whose lines are reviewed; None for all lines to judge.
    chosen : bool, default False
        Whether the lines are those of the latest open sample that `choose_lines` chose, if no `sample` is named.
    remark : callable
        Called with a sentence if there are no suggestions to show, or lines of the sample are not in the study.

    Raises
    ------
    CodingError
        If a coder is named like a machine.
    StudyError
        If the study does not name a coder, if suggestions were made with another version of the codebook, if a
        transcript was edited after it was coded or after suggestions were made for it, or if there is no such sample.
    """
    study = read_study(folder)
    settings = study.settings
    names = coders_of(study, coders, remark)
    drawn = open_sample(study.samples, sample) if chosen or sample is not None else None
    mode = settings.mode
    if blind or (drawn is not None and drawn.design is not Design.ACTIVE):
        mode = Mode.INDEPENDENT
    if settings.makes_own_codes:
        mode = Mode.INDEPENDENT  # there is nothing to learn from yet
    only = None if drawn is None else _lines_of(drawn, study, remark)
    if mode is not Mode.INDEPENDENT:
        _check_suggestions(study, remark)
    with open_journal(folder) as journal:
        # a session refuses edited transcripts, so all of them are made before anything is written
        making = CodeMaker(study, journal) if settings.makes_codes else None
        sessions = {
            name: ReviewSession(
                journal,
                lines=study.lines,
                codebook=study.codebook,
                coder=name,
                mode=mode,
                only=only,
                making=making,
                coding_closed=settings.independent_coding == "closed",
            )
            for name in names
        }
        journal.append(*unrecorded_digests(journal, study.lines), *unrecorded_codebook(journal, study.codebook))
        if mode is Mode.ASSISTED:
            _draw_blind_lines(journal, study, share=settings.blind_share)
        for session in sessions.values():
            session.refresh()
        yield StudyReview(study=study, journal=journal, mode=mode, sessions=sessions, sample=drawn)


@no_single_text
def coders_of(study: StudyData, coders: Sequence[str], remark: Callable[[str], object]) -> tuple[CoderId, ...]:
    """
    Return coders as the study spells them.

    Parameters
    ----------
    study : StudyData
        The study.
    coders : sequence of str
        Their names.
    remark : callable
        Called with a sentence for each who is spelt otherwise.

    Raises
    ------
    CodingError
        If a coder is named like a machine.
    StudyError
        If the study does not name a coder, or knows one in another spelling.
    """
    known = study.codings.coders
    people = study.settings.coders or known
    names = tuple(dict.fromkeys(human(coder, people=people) for coder in coders))
    refuse_unlisted(names, study.settings, study.folder)
    StudyError.raise_if(respelt_coders(names, known, named=study.settings.coders, place=study.folder))
    for written in coders:
        if (name := human(written, people=people)) != written.strip():
            remark(f"{written.strip()} is the coder {name} of this study, spelt otherwise.")
    return names


def _lines_of(sample: Sample, study: StudyData, remark: Callable[[str], object]) -> frozenset[LineId]:
    """Return the lines of a sample, and say which of them are no participant's lines of the study any more."""
    there = {line.id for line in study.lines.participant_lines}
    missing = [line for line in sample.drawn if line not in there]
    if missing:
        remark(
            f"{len(missing)} of {count_of(len(sample.drawn), 'line')} of {sample.name} are not in the study any more, "
            f"{missing[0]} first; the others are shown."
        )
    return frozenset(sample.drawn) & there


def _check_suggestions(study: StudyData, remark: Callable[[str], object]) -> None:
    """Say that there are no suggestions, or which are not shown; raise a `StudyError` if they are for other codes."""
    if study.batch is None:
        remark(f"no suggestions to show, so this is an independent reading; make some: autocode suggest {study.folder}")
    elif version_with(study.codebook_versions, study.batch.codebook) is None:
        raise StudyError.at(
            study.folder,
            f"has suggestions for another version of the codebook; make new ones with: "
            f"autocode train {study.folder}, then autocode suggest {study.folder}.",
        )
    elif sentence := outdated_suggestions(study, study.batch):
        remark(sentence)


def _draw_blind_lines(journal: Journal, study: StudyData, *, share: float) -> None:
    """Draw which lines stay blind among those that were in no draw yet and that nobody saw suggestions for."""
    seen = {coding.line for coding in journal.codings() if coding.basis is not Basis.INDEPENDENT}
    seen |= {decision.line for decision in journal.decisions()}
    earlier = journal.blind_draws()
    seed = earlier[0].seed if earlier else blind_seed(study.lines, study.codebook)
    draw = draw_blind(study.lines, share=share, seed=seed, earlier=earlier, seen=seen)
    if draw is not None:
        journal.append(draw)
