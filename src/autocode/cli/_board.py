"""The command that opens the board."""

from pathlib import Path

import click

from autocode.cli._main import NO_BROWSER, PORT, STUDY, announce, main


@main.command()
@STUDY
@click.option("--by", required=True, help="Your initials or pseudonym, as study.toml names it among codebook_editors.")
@PORT
@NO_BROWSER
def board(study: Path, by: str, port: int, no_browser: bool) -> None:
    """Group, merge and split codes.

    The codes are cards on a page: with lines, examples and memos, under their themes. Every change shows what it would
    do to what was coded before it is made.
    """
    from autocode.study import serve_board

    serve_board(study, by=by, port=port, open_browser=not no_browser, announce=announce)
