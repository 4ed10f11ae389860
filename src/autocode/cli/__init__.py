"""The `autocode` command: parses, calls one function, prints."""

from autocode.cli import _findings as _findings  # adds its commands to `main`
from autocode.cli import _reread as _reread
from autocode.cli._main import main

__all__ = ["main"]
