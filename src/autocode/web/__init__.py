"""Local pages over review: one coder per browser, this machine."""

from autocode.web._adjudication import AdjudicationDesk, adjudication_page
from autocode.web._app import Page, coder_of, make_app, render
from autocode.web._learning import Learning, Learnt
from autocode.web._review import HUES, hue_of, review_page
from autocode.web._serve import Certificate, serve
from autocode.web._team import Machine, Reread, codebook_page, team_page

__all__ = [
    "HUES",
    "AdjudicationDesk",
    "Certificate",
    "Learning",
    "Learnt",
    "Machine",
    "Page",
    "Reread",
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
