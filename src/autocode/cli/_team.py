"""The pages that a team shares beside each coder's own: differences to settle, where the team stands, the codebook."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autocode.cli._study import MODEL, Material, Settings, journal_of, material_of, seen, settings_of
from autocode.errors import ArtefactError
from autocode.journal import Journal
from autocode.review import may_adjudicate

if TYPE_CHECKING:
    from autocode.suggester import LabelIssue
    from autocode.web import FlaggedLine, Page, SuggesterStatus

TOP = 40  # lines to read again that are on a page: what a team talks through in an hour


def begin_adjudication(
    study: Path, *, coder: str, port: int, open_browser: bool, announce: Callable[[str], None]
) -> None:
    """Open the page on which a named adjudicator settles where coders differ, until they leave."""
    from autocode.web import serve

    found = material_of(study, corpus_too=False)
    settings = settings_of(study)
    name = may_adjudicate(coder, settings.adjudicators)
    with journal_of(study) as journal:
        journal.append(*seen(journal, found.lines))
        pages = pages_of_team(study, found=found, settings=settings, journal=journal)
        serve(pages, coders=[name], port=port, open_browser=open_browser, announce=announce)


def pages_of_team(study: Path, *, found: Material, settings: Settings, journal: Journal) -> "Sequence[Page]":
    """Return the pages for everybody in a study, and the one for those who may adjudicate, which comes first."""
    from autocode.web import adjudication_page, codebook_page, team_page

    closed = settings.independent_coding == "closed"
    return [
        adjudication_page(
            journal,
            lines=found.lines,
            codebook=found.codebook,
            adjudicators=settings.adjudicators,
            coders=settings.coders,
            coding_closed=closed,
            study=str(study.resolve()),
        ),
        team_page(
            journal,
            lines=found.lines,
            codebook=found.codebook,
            coders=settings.coders,
            coding_closed=closed,
            suggester_status=_machine_of(study),
            flagged_lines=_reread_of(study),
        ),
        codebook_page(found.codebook),
    ]


def _reread_of(study: Path) -> "Callable[[], Sequence[FlaggedLine]]":
    """Return what finds the coded lines whose codes surprise, most surprising first; it takes seconds."""

    def reread() -> "Sequence[FlaggedLine]":
        from autocode.suggester import recheck
        from autocode.web import FlaggedLine

        now = material_of(study)
        found = recheck(now.codings, now.lines, now.codebook, top=TOP, **now.hear(), resamples=1)
        return [FlaggedLine(line=one.line, reason=_why(one)) for one in found.label_issues if one.surprisal > 0]

    return reread


def _why(slip: "LabelIssue") -> str:
    """Say without a number what surprises: a probability beside a line would weigh more than the line."""
    said = []
    if slip.unlikely_code is not None:
        said.append(f"{slip.unlikely_code[0].name} was given and least expected")
    if slip.missing is not None:
        said.append(f"{slip.missing[0].name} was not given and most expected")
    return "; ".join(said) + "."


def _machine_of(study: Path) -> "Callable[[], SuggesterStatus | None]":
    """Return what tells of the study's suggester as it is when it is asked; a model is read once."""
    known: dict[int, SuggesterStatus] = {}

    def machine() -> "SuggesterStatus | None":
        from autocode.suggester import open_suggester
        from autocode.web import SuggesterStatus

        told = study / MODEL / "suggester.json"
        if not told.is_file():
            return None
        version = told.stat().st_mtime_ns
        if version not in known:
            try:
                suggester = open_suggester(study / MODEL)
            except ArtefactError as error:
                known[version] = SuggesterStatus(learnt_from="", unsupported=(f"Nothing: {error}",))
            else:
                known[version] = SuggesterStatus(
                    learnt_from=suggester.learnt_from,
                    unsupported=(*suggester.notes, *(str(one) for one in suggester.unsupported if suggester.examples)),
                )
        return known[version]

    return machine
