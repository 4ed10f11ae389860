"""A local page over review: one coder per browser, this machine."""

from autocode.web._page import make_app
from autocode.web._serve import serve

__all__ = ["make_app", "serve"]
