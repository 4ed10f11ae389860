"""The pages on which lines are read again: all lines of a code, words in all interviews, memos, one's own work."""

from collections.abc import Collection

from autocode.arguments import no_single_text
from autocode.codebook import Codebook
from autocode.coding import CoderId
from autocode.journal import Journal
from autocode.transcripts import Transcripts
from autocode.web._app import Page
from autocode.web._coding_views import CodingViews
from autocode.web._lines import code_lines_page
from autocode.web._memos import memos_page
from autocode.web._search import search_page
from autocode.web._work import work_page


@no_single_text
def lines_pages(
    journal: Journal,
    *,
    lines: Transcripts,
    codebook: Codebook,
    coders: Collection[CoderId] = (),
    coding_closed: bool = False,
    own_codes_made: bool = False,
    title: str = "",
    language: str = "en",
) -> tuple[Page, ...]:
    """
    Return the pages on which lines are read again: of a code, with words that are searched for, with memos, one's own.

    While independent coding is open, anyone who has lines left to read sees only their own codings here.

    Parameters
    ----------
    journal : Journal
        Where the codings are.
    lines : Transcripts
        The interviews of the study.
    codebook : Codebook
        The codes of the study.
    coders : collection of CoderId, default ()
        Who codes in the study; if empty, everybody may code.
    coding_closed : bool, default False
        Whether independent coding is over, so that everybody may see all codings.
    own_codes_made : bool, default False
        Whether coders still make own codes, of which others may not learn.
    title : str, default ""
        The title of the study, for documents.
    language : str, default "en"
        Two-letter code of the language of the interviews, by which the forms of words are known.

    Returns
    -------
    tuple of Page
        The pages at the paths "/codes", "/search", "/memos" and "/work", to be put into `make_app` or `serve`.
    """
    views = CodingViews(
        journal,
        lines=lines,
        codebook=codebook,
        coders=coders,
        coding_closed=coding_closed,
        own_codes_made=own_codes_made,
    )
    return (
        code_lines_page(views, lines=lines, title=title),
        search_page(lines, language=language),
        memos_page(views, lines=lines),
        work_page(journal, views=views, lines=lines),
    )
