"""The `autocode` command: parses, calls one function, prints."""

from autocode.cli._main import main

__all__ = ["main"]
