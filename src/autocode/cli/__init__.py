"""The `autocode` command: parses, calls one function, prints."""

from autocode.cli import _board as _board  # adds its commands to `main`, as the next do
from autocode.cli import _codebook as _codebook
from autocode.cli import _codebook_files as _codebook_files
from autocode.cli import _findings as _findings
from autocode.cli import _reread as _reread
from autocode.cli import _retrieval as _retrieval
from autocode.cli._main import main

__all__ = ["main"]
