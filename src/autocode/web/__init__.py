"""Local pages over review: one coder per browser, this machine."""

from autocode.web._app import Page, coder_of, make_app, render
from autocode.web._learning import Learning, Learnt
from autocode.web._review import HUES, hue_of, review_page
from autocode.web._serve import Certificate, serve

__all__ = [
    "HUES",
    "Certificate",
    "Learning",
    "Learnt",
    "Page",
    "coder_of",
    "hue_of",
    "make_app",
    "render",
    "review_page",
    "serve",
]
