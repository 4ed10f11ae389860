"""A coder sits down to review."""

from collections.abc import Callable, Collection
from json import dumps
from pathlib import Path
from shlex import quote

from autocode.cli._learning import LearningBeside
from autocode.cli._study import SETTINGS, Material, journal_of, material_of, seen, settings_of
from autocode.cli._team import pages_of_team
from autocode.coding import Basis, CoderId, Mode, SuggestionBatch, human
from autocode.errors import Fault, StudyError
from autocode.journal import Journal
from autocode.review import ReviewSession, blind_seed, draw_blind
from autocode.transcripts import Transcripts


def begin_review(
    study: Path,
    *,
    coders: tuple[str, ...],
    terminal: bool,
    blind: bool,
    port: int,
    host: str,
    certificate: tuple[Path, Path] | None,
    open_browser: bool,
    announce: Callable[[str], None],
) -> None:
    """Open a review of a study, in the terminal or as pages, until the coders leave."""
    names = tuple(dict.fromkeys(human(coder) for coder in coders))
    found, settings = material_of(study, corpus_too=False), settings_of(study)
    if settings.coders:
        _refuse_strangers(names, settings.coders, study)
    mode = Mode.INDEPENDENT if blind else settings.mode
    with journal_of(study) as journal:
        if mode is not Mode.INDEPENDENT:
            _fitting(journal, found, study, announce)
        journal.append(*seen(journal, found.lines))
        if mode is Mode.ASSISTED:
            _draw_blind(journal, found, share=settings.blind_share)
        sessions = {
            name: ReviewSession(journal, lines=found.lines, codebook=found.codebook, coder=name, mode=mode)
            for name in names
        }
        if terminal:
            import click
            from rich.console import Console

            from autocode.cli._terminal import review_in_terminal

            again = f"autocode review {quote(str(study))} --coder {quote(names[0])} --terminal{' --blind' * blind}"
            review_in_terminal(sessions[names[0]], console=Console(), read_key=click.getchar, resume=again)
        else:
            from autocode.web import Certificate, Learning, review_page, serve

            with LearningBeside(study) as learn:
                learning = None if mode is Mode.INDEPENDENT else Learning(learn)
                serve(
                    [
                        review_page(sessions, learning=learning),
                        *pages_of_team(study, found=found, settings=settings, journal=journal),
                    ],
                    coders=names,
                    port=port,
                    host=host,
                    certificate=None
                    if certificate is None
                    else Certificate(certificate=certificate[0], key=certificate[1]),
                    open_browser=open_browser,
                    announce=announce,
                )


def _refuse_strangers(names: Collection[CoderId], coders: Collection[CoderId], study: Path) -> None:
    """Raise a `StudyError` if somebody is to code whom the study does not name among those who do."""
    StudyError.raise_if(
        Fault(
            f"{name} does not code in this study; it names {', '.join(sorted(coders))}. "
            f"The team can add the name there: coders = {dumps([*sorted(coders), name], ensure_ascii=False)}.",
            study / SETTINGS,
        )
        for name in names
        if name not in coders
    )


def _fitting(journal: Journal, found: Material, study: Path, announce: Callable[[str], None]) -> None:
    """Say that there is nothing to show, or raise a `StudyError` if what there is does not fit the study."""
    batch = journal.latest_batch()
    if batch is None:
        announce(f"no suggestions to show, so this is an independent reading; make some: autocode suggest {study}")
        return
    if batch.codebook != found.codebook.digest:
        raise StudyError.at(
            study,
            f"has suggestions for another version of the codebook; make new ones with: "
            f"autocode train {study}, then autocode suggest {study}.",
        )
    _refuse_corrected(journal, found.lines, batch, study)


def _draw_blind(journal: Journal, found: Material, *, share: float) -> None:
    """Draw which lines stay blind among those that were not in a draw yet and that nobody saw suggestions for."""
    shown = {one.line for one in journal.codings() if one.basis is not Basis.INDEPENDENT}
    shown |= {one.line for one in journal.decisions()}
    earlier = journal.blind_draws()
    seed = earlier[0].seed if earlier else blind_seed(found.lines, found.codebook)
    draw = draw_blind(found.lines, share=share, seed=seed, earlier=earlier, seen=shown)
    if draw is not None:
        journal.append(draw)


def _refuse_corrected(journal: Journal, lines: Transcripts, batch: SuggestionBatch, study: Path) -> None:
    """Raise a `StudyError` if suggestions stand at lines whose text was corrected since."""
    asked = {*(one.line for one in batch.suggestions), *(one.line for one in batch.abstentions)}
    for name in journal.edited(lines):
        interview = lines.interview(name)
        if any(line.id in asked for line in interview.lines):
            raise StudyError.at(
                interview.source,
                f"was edited after suggestions were made for it; make new ones: autocode suggest {study}.",
            )
