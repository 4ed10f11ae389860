"""Local pages over review: one coder per browser, this machine."""

from typing import TYPE_CHECKING

from autocode.web._adjudication import AdjudicationDesk, adjudication_page
from autocode.web._app import Page, coder_of, make_app, render
from autocode.web._learning import Learning, Learnt
from autocode.web._review import HUES, hue_of, review_page
from autocode.web._serve import Certificate, serve
from autocode.web._team import Machine, Reread, codebook_page, team_page

if TYPE_CHECKING:
    from autocode.web._notebook import AdjudicationWidget, ReviewWidget

__all__ = [
    "HUES",
    "AdjudicationDesk",
    "AdjudicationWidget",
    "Certificate",
    "Learning",
    "Learnt",
    "Machine",
    "Page",
    "Reread",
    "ReviewWidget",
    "adjudication_page",
    "codebook_page",
    "coder_of",
    "hue_of",
    "make_app",
    "render",
    "review_page",
    "serve",
    "team_page",
]


def __getattr__(name: str) -> object:
    # anywidget is in the extra `notebook`: only who asks for a widget needs it
    if name not in ("AdjudicationWidget", "ReviewWidget"):
        raise AttributeError(f"module 'autocode.web' has no attribute {name!r}")
    try:
        from autocode.web import _notebook
    except ModuleNotFoundError as missing:
        raise ImportError("widgets need anywidget; install it with: pip install 'autocode[notebook]'.") from missing
    return getattr(_notebook, name)
