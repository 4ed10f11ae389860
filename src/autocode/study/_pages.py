"""The pages of a study: each coder's review, the differences to settle, where the team stands, the codebook."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autocode.arguments import no_single_text
from autocode.coding import Mode, human
from autocode.errors import ArtefactError, StudyError
from autocode.journal import Journal
from autocode.review import may_adjudicate
from autocode.study._consistency import unrecorded_codebook, unrecorded_digests
from autocode.study._folder import MODEL, SETTINGS
from autocode.study._learner_process import LearnerProcess
from autocode.study._opening import open_journal
from autocode.study._outdated import outdated_suggestions, suggester_in_force
from autocode.study._page_board import StudyBoard
from autocode.study._page_corrections import StudyCorrections
from autocode.study._reading import StudyData, read_study
from autocode.study._recorded_codebook import recorded_versions
from autocode.study._rereading import StudyRereading, rereading_sessions
from autocode.study._review import StudyReview
from autocode.study._text_options import text_options
from autocode.study.codebook_changes._making import editors_of
from autocode.web import (
    Certificate,
    FlaggedLine,
    Learning,
    Page,
    SuggesterStatus,
    adjudication_page,
    board_page,
    codebook_page,
    corrections_page,
    lines_pages,
    rereading_page,
    review_page,
    serve,
    team_page,
)
from autocode.wording import listing

if TYPE_CHECKING:
    from autocode.suggester import LabelIssue

_N_LABEL_ISSUES = 40  # lines on the page of possible label issues: what a team talks through in an hour


@no_single_text
def serve_review(
    review: StudyReview,
    *,
    port: int = 8765,
    host: str = "127.0.0.1",
    certificate: tuple[Path, Path] | None = None,
    adjudicators: Sequence[str] = (),
    addresses: Path | None = None,
    open_browser: bool = True,
    announce: Callable[[str], None],
) -> None:
    """
    Serve the pages of a review until the coders leave, and learn from their decisions meanwhile.

    Parameters
    ----------
    review : StudyReview
        The review that is open.
    port : int, default 8765
        Port of the pages.
    host : str, default "127.0.0.1"
        Address that the pages are served on; others than this machine's own need a certificate.
    certificate : tuple of Path and Path, optional
        PEM files with a certificate and its key.
    adjudicators : sequence of str, default ()
        Names of adjudicators who do not code here; each gets an address of the page of differences.
    addresses : Path, optional
        File outside the study that keeps the addresses, so that they are the same the next time.
    open_browser : bool, default True
        Whether the page is opened in a browser.
    announce : callable
        Called with each sentence that the user should know, such as the address of the pages.

    Raises
    ------
    StudyError
        If the study does not name an adjudicator, or the file of addresses is in the study or cannot be used.
    """
    _refuse_inside(review.study.folder, addresses)
    names = [may_adjudicate(name, review.study.settings.adjudicators) for name in adjudicators]
    people = tuple(dict.fromkeys([*review.sessions, *names]))
    with LearnerProcess(review.study.folder) as learn:
        learning = None if review.mode is Mode.INDEPENDENT else Learning(learn)
        serve(
            [
                review_page(
                    dict(review.sessions),
                    learning=learning,
                    sample="" if review.sample is None else review.sample.name,
                    remark=_remark_on_suggestions(review),
                ),
                rereading_page(rereading_sessions(review.study, review.journal, people)),
                *_team_pages(review.study, review.journal),
            ],
            coders=people,
            port=port,
            host=host,
            certificate=None if certificate is None else Certificate(certificate=certificate[0], key=certificate[1]),
            addresses=addresses,
            open_browser=open_browser,
            announce=announce,
        )


def _remark_on_suggestions(review: StudyReview) -> str:
    """Return what coders are to know of the suggestions, and what to do about it; empty if there is nothing to say."""
    if review.mode is Mode.INDEPENDENT:
        return ""
    if review.study.batch is None:
        return "Nobody has made suggestions in this study yet; autocode train and autocode suggest make them."
    sentence = outdated_suggestions(review.study, review.study.batch)
    return sentence[:1].upper() + sentence[1:]


def _refuse_inside(folder: Path, addresses: Path | None) -> None:
    if addresses is not None and addresses.resolve().is_relative_to(folder.resolve()):
        raise StudyError.at(
            addresses,
            "lies in the study, so anyone who gets a copy could code in these names; name a file outside of it.",
        )


@no_single_text
def serve_rereading(
    rereading: StudyRereading, *, port: int = 8765, open_browser: bool = True, announce: Callable[[str], None]
) -> None:
    """
    Serve the page of the lines that coders are to read again, and the codebook, until they leave.

    Parameters
    ----------
    rereading : StudyRereading
        The reading that is open.
    port : int, default 8765
        Port of the pages.
    open_browser : bool, default True
        Whether the page is opened in a browser, if there is only one coder.
    announce : callable
        Called with each sentence that the user should know, such as the address of the page.

    Raises
    ------
    StudyError
        If the port is taken.
    """
    sessions = dict(rereading.sessions)
    serve(
        [rereading_page(sessions), codebook_page(rereading.study.codebook, journal=rereading.journal)],
        coders=tuple(sessions),
        port=port,
        open_browser=open_browser,
        announce=announce,
    )


def serve_adjudication(
    folder: Path, *, coder: str, port: int = 8765, open_browser: bool = True, announce: Callable[[str], None]
) -> None:
    """
    Serve the page on which an adjudicator settles the lines on which coders differ, until they leave.

    Parameters
    ----------
    folder : Path
        The study's folder.
    coder : str
        Name of the adjudicator, as the study's settings have it.
    port : int, default 8765
        Port of the pages.
    open_browser : bool, default True
        Whether the page is opened in a browser.
    announce : callable
        Called with each sentence that the user should know, such as the address of the pages.

    Raises
    ------
    StudyError
        If the study does not name the coder as an adjudicator.
    """
    study = read_study(folder)
    name = may_adjudicate(coder, study.settings.adjudicators)
    with open_journal(folder) as journal:
        journal.append(*unrecorded_digests(journal, study.lines), *unrecorded_codebook(journal, study.codebook))
        pages = _team_pages(study, journal)
        serve(pages, coders=[name], port=port, open_browser=open_browser, announce=announce)


def serve_board(
    folder: Path, *, by: str, port: int = 8765, open_browser: bool = True, announce: Callable[[str], None]
) -> None:
    """
    Serve the board, on which a team groups, merges, splits and renames its codes, until it is left.

    Parameters
    ----------
    folder : Path
        The study's folder.
    by : str
        Who changes the codebook, as the study's settings have the name.
    port : int, default 8765
        Port of the pages.
    open_browser : bool, default True
        Whether the page is opened in a browser.
    announce : callable
        Called with each sentence that the user should know, such as the address of the pages.

    Raises
    ------
    StudyError
        If the study does not let this person change the codebook.
    CodingError
        If the name is a machine's.
    """
    study = read_study(folder)
    editors = editors_of(study.settings)
    name = human(by, people=study.settings.people or study.codings.coders)
    if editors is not None and name not in editors:
        raise StudyError.at(
            folder,
            f"lets {listing(sorted(editors), conjunction='or')} change the codebook, not {name}; add the name to "
            f"codebook_editors in {SETTINGS}.",
        )
    with open_journal(folder) as journal:
        journal.append(*unrecorded_digests(journal, study.lines), *unrecorded_codebook(journal, study.codebook))
        pages = sorted(_team_pages(study, journal), key=lambda page: page.path != "/board")
        serve(pages, coders=[name], port=port, open_browser=open_browser, announce=announce)


def _team_pages(study: StudyData, journal: Journal) -> Sequence[Page]:
    """Return the pages for everybody in a study, and the one for those who may adjudicate, which comes first."""
    settings = study.settings
    closed = settings.independent_coding == "closed"
    editors = editors_of(settings)
    return [
        adjudication_page(
            journal,
            lines=study.lines,
            codebook=study.codebook,
            adjudicators=settings.adjudicators,
            coders=settings.coders,
            coding_closed=closed,
            study=str(study.folder.resolve()),
        ),
        team_page(
            journal,
            lines=study.lines,
            codebook=study.codebook,
            coders=settings.coders,
            coding_closed=closed,
            own_codes_made=settings.makes_own_codes,
            suggester_status=_suggester_status_of(study, journal),
            flagged_lines=_flagged_lines_of(study.folder),
        ),
        codebook_page(study.codebook, journal=journal),
        *lines_pages(
            journal,
            lines=study.lines,
            codebook=study.codebook,
            coders=settings.coders,
            coding_closed=closed,
            own_codes_made=settings.makes_own_codes,
            title=study.title,
            language=study.language,
        ),
        board_page(StudyBoard(study), open_to=lambda coder: editors is None or coder in editors),
        corrections_page(
            StudyCorrections(study),
            journal=journal,
            lines=study.lines,
            adjudicators=settings.adjudicators,
            coders=settings.coders,
            coding_closed=closed,
        ),
    ]


def _flagged_lines_of(folder: Path) -> Callable[[], Sequence[FlaggedLine]]:
    """Return what finds the coded lines with possible label issues, least expected first; it takes seconds."""

    def flagged_lines() -> Sequence[FlaggedLine]:
        from autocode.suggester import recheck

        study = read_study(folder).with_common_codes()
        found = recheck(
            study.codings, study.lines, study.codebook, top=_N_LABEL_ISSUES, **text_options(study), resamples=1
        )
        return [FlaggedLine(line=issue.line, reason=_why(issue)) for issue in found.label_issues if issue.surprisal > 0]

    return flagged_lines


def _why(issue: "LabelIssue") -> str:
    """Return what is unexpected, without a number: readers would trust a probability more than the line."""
    reasons = []
    if issue.unlikely_code is not None:
        reasons.append(f"{issue.unlikely_code[0].name} was given and least expected")
    if issue.missing is not None:
        reasons.append(f"{issue.missing[0].name} was not given and most expected")
    return "; ".join(reasons) + "."


def _suggester_status_of(study: StudyData, journal: Journal) -> Callable[[], SuggesterStatus | None]:
    """Return what describes the study's suggester as it is at the time of the call; a model is read once."""
    folder = study.folder
    cached: dict[tuple[int, str], SuggesterStatus] = {}

    def suggester_status() -> SuggesterStatus | None:
        from autocode.suggester import open_suggester

        description = folder / MODEL / "suggester.json"
        if not description.is_file():
            return None
        versions = recorded_versions(journal) or (study.codebook,)
        version = (description.stat().st_mtime_ns, versions[-1].version)
        if version not in cached:
            try:
                saved = open_suggester(folder / MODEL)
            except ArtefactError as error:
                cached[version] = SuggesterStatus(learnt_from="", unsupported=(f"Nothing: {error}",))
            else:
                suggester = suggester_in_force(saved, versions, journal.codebook_history()[1]) or saved
                unsupported = (str(code) for code in suggester.unsupported if suggester.examples)
                cached[version] = SuggesterStatus(
                    learnt_from=suggester.learnt_from, unsupported=(*suggester.notes, *unsupported)
                )
        return cached[version]

    return suggester_status
