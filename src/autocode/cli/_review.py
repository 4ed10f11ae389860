"""A coder sits down to review."""

from collections.abc import Callable
from pathlib import Path
from shlex import quote

from autocode.cli._study import journal_of, material_of, seen, settings_of
from autocode.cli._team import pages_of_team
from autocode.coding import SuggestionBatch, human
from autocode.errors import StudyError
from autocode.journal import Journal
from autocode.review import ReviewSession
from autocode.transcripts import Transcripts


def begin_review(
    study: Path,
    *,
    coder: str,
    terminal: bool,
    blind: bool,
    port: int,
    open_browser: bool,
    announce: Callable[[str], None],
) -> None:
    """Open a review of a study, in the terminal or as a page, until the coder leaves."""
    name = human(coder)
    found = material_of(study, corpus_too=False)
    with journal_of(study) as journal:
        batch = None if blind else journal.latest_batch()
        if batch is not None and batch.codebook != found.codebook.digest:
            raise StudyError.at(
                study,
                f"has suggestions for another version of the codebook; make new ones with: "
                f"autocode train {study}, then autocode suggest {study}.",
            )
        if batch is None and not blind:
            announce(f"no suggestions to show, so this is an independent reading; make some: autocode suggest {study}")
        if batch is not None:
            _refuse_corrected(journal, found.lines, batch, study)
        journal.append(*seen(journal, found.lines))
        session = ReviewSession(journal, lines=found.lines, codebook=found.codebook, coder=name, batch=batch)
        if terminal:
            import click
            from rich.console import Console

            from autocode.cli._terminal import review_in_terminal

            again = f"autocode review {quote(str(study))} --coder {quote(name)} --terminal{' --blind' * blind}"
            review_in_terminal(session, console=Console(), read_key=click.getchar, resume=again)
        else:
            from autocode.web import review_page, serve

            pages = pages_of_team(study, found=found, settings=settings_of(study), journal=journal)
            serve(
                [review_page(session), *pages], coders=[name], port=port, open_browser=open_browser, announce=announce
            )


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
