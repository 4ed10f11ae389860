"""A browser that is sent to an address whose secret no other user of this machine can see."""

import os
import secrets
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from autocode.files import create

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={url}">
<title>autocode</title>
<p><a href="{url}">Open the page of autocode</a></p>
</html>
"""


@contextmanager
def opened_in_browser(url: str) -> Iterator[None]:
    """
    Send the browser of this machine to an address, while the block runs.

    On Linux and other systems where everybody can see with which words a program was started, the browser gets the name
    of a file that only its user can read, and that sends it on to the address. The file is removed after the block.

    Parameters
    ----------
    url : str
        The address.
    """
    page = _page_for(url) if os.name == "posix" and sys.platform != "darwin" else None
    # in a thread: a browser in the terminal would block until it is closed
    target = url if page is None else page.as_uri()
    threading.Thread(target=webbrowser.open, args=(target,), daemon=True).start()
    try:
        yield
    finally:
        if page is not None:
            page.unlink(missing_ok=True)


def _page_for(url: str) -> Path | None:
    """Return a page that leads to an address; None if there is no place for it."""
    # browsers that are installed as snaps see neither hidden folders nor the temporary files of other programs
    for folder in (Path.home(), Path(tempfile.gettempdir())):
        page = folder / f"autocode-{secrets.token_hex(4)}.html"
        try:
            with create(page) as out:
                out.write(_PAGE.format(url=escape(url)).encode())
        except OSError:
            continue
        return page
    return None
