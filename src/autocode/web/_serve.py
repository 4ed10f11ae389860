"""The page served on this machine, until Ctrl-C."""

import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from autocode.errors import StudyError
from autocode.review import ReviewSession
from autocode.web._page import make_app

_ADDRESS = "127.0.0.1"  # interviews are sensitive: never an address that another machine can reach


def serve(
    session: ReviewSession, *, port: int = 8765, open_browser: bool = True, announce: Callable[[str], None]
) -> None:
    """
    Serve the review page on this machine until Ctrl-C.

    Parameters
    ----------
    port : 0 takes any that is free.
    announce : is given the address with its token, once it can be opened.

    Raises
    ------
    StudyError
        If the port is taken.
    """
    with _listening(port) as listening:
        port = listening.getsockname()[1]
        token = secrets.token_hex(24)
        address = f"http://{_ADDRESS}:{port}/?token={token}"
        config = uvicorn.Config(
            make_app(session, token=token, port=port),
            log_level="warning",
            access_log=False,  # it would print the token
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        announce(address)
        if open_browser:  # in a thread: a browser in the terminal would keep us until it is left
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    # the protocol is named because asyncio turns Nagle's delay off only then: 40 ms a decision
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((_ADDRESS, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise StudyError(
            f"the review page cannot be served on port {port} ({error.strerror}); "
            "close the review that is open there, or choose another port with --port."
        ) from error
    return listening
