"""Local pages over review: one coder per browser, this machine."""

from autocode.web._app import Page, coder_of, make_app, render
from autocode.web._page import review_page
from autocode.web._serve import Certificate, serve

__all__ = ["Certificate", "Page", "coder_of", "make_app", "render", "review_page", "serve"]
