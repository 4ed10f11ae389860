"""The pages on which coders review, adjudicate and see where the team stands, served on this machine."""

from typing import TYPE_CHECKING

from autocode.web._adjudication import AdjudicationApi, adjudication_page
from autocode.web._app import Page, coder_of, make_app, render
from autocode.web._board import Board, BoardView, BoardWords, PlannedChange, ProposedOnBoard, board_page
from autocode.web._board_act import BoardAct
from autocode.web._corrections import CorrectedDocument, Corrections, PlannedCorrection, corrections_page
from autocode.web._learning import Learning, Learnt
from autocode.web._lines_pages import lines_pages
from autocode.web._reread import rereading_page
from autocode.web._review import review_page
from autocode.web._serve import Certificate, serve
from autocode.web._team import FlaggedLine, SuggesterStatus, codebook_page, team_page

if TYPE_CHECKING:
    from autocode.web._notebook import AdjudicationWidget, ReviewWidget

__all__ = [
    "AdjudicationApi",
    "AdjudicationWidget",
    "Board",
    "BoardAct",
    "BoardView",
    "BoardWords",
    "Certificate",
    "CorrectedDocument",
    "Corrections",
    "FlaggedLine",
    "Learning",
    "Learnt",
    "Page",
    "PlannedChange",
    "PlannedCorrection",
    "ProposedOnBoard",
    "ReviewWidget",
    "SuggesterStatus",
    "adjudication_page",
    "board_page",
    "codebook_page",
    "coder_of",
    "corrections_page",
    "lines_pages",
    "make_app",
    "render",
    "rereading_page",
    "review_page",
    "serve",
    "team_page",
]


def __getattr__(name: str) -> object:
    # anywidget is in the extra `notebook`; only widgets need it
    if name not in ("AdjudicationWidget", "ReviewWidget"):
        raise AttributeError(f"module 'autocode.web' has no attribute {name!r}")
    try:
        from autocode.web import _notebook
    except ModuleNotFoundError as error:
        raise ImportError("widgets need anywidget; install it with: pip install 'autocode[notebook]'.") from error
    return getattr(_notebook, name)
