"""The pages served on this machine, until Ctrl-C."""

import ipaddress
import os
import secrets
import socket
import ssl
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from autocode.coding import CoderId
from autocode.errors import StudyError
from autocode.web._app import Page, make_app

LOCAL = "127.0.0.1"
_EVERY = ("", "0.0.0.0", "::")  # all addresses of a machine, and the name of none


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What proves to other machines that this one is who it says: a certificate and its key, as PEM files."""

    certificate: Path
    key: Path


def serve(
    pages: Sequence[Page],
    *,
    coders: Sequence[CoderId],
    port: int = 8765,
    host: str = LOCAL,
    certificate: Certificate | None = None,
    open_browser: bool = True,
    announce: Callable[[str], None],
) -> None:
    """
    Serve pages until Ctrl-C, to this machine alone unless another host and a certificate are given.

    Parameters
    ----------
    coders : who may come in; each has an address of their own.
    port : 0 takes any that is free.
    announce : is given each coder's address with its token, once it can be opened.

    Raises
    ------
    StudyError
        If the port is taken, the certificate cannot be used, the host is another machine's business without one, or it
        is no address that a browser can open.
    """
    # interviews are sensitive: what leaves this machine is encrypted, and only when somebody asked for it
    if certificate is None and not _is_local(host):
        raise StudyError(
            f"the pages are not served on {host} without encryption; "
            "give --certificate and --key, or leave out --host and use an SSH tunnel."
        )
    if certificate is not None:
        _check(certificate)
    if host in _EVERY:
        raise StudyError(
            f"no browser can open {host}; give --host the name or address under which other machines reach this one."
        )
    named = f"[{host}]" if ":" in host else host
    with _listening(host, port) as listening:
        port = listening.getsockname()[1]
        tokens = {coder: secrets.token_hex(24) for coder in coders}
        config = uvicorn.Config(
            make_app(pages, tokens=tokens, port=port, host=named, secure=certificate is not None),
            log_level="warning",
            access_log=False,  # it would print the token
            server_header=False,
            timeout_graceful_shutdown=2,
            ssl_certfile=None if certificate is None else certificate.certificate,
            ssl_keyfile=None if certificate is None else certificate.key,
        )
        scheme = "http" if certificate is None else "https"
        addresses = [f"{scheme}://{named}:{port}/?token={token}" for token in tokens.values()]
        for coder, address in zip(coders, addresses, strict=True):
            announce(address if len(addresses) == 1 else f"{coder}: {address}")
        if (
            open_browser and len(addresses) == 1
        ):  # in a thread: a browser in the terminal would keep us until it is left
            threading.Thread(target=webbrowser.open, args=(addresses[0],), daemon=True).start()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(given: Certificate) -> None:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(given.certificate, given.key)
    except (OSError, ssl.SSLError) as no:
        raise StudyError.at(
            given.certificate, f"cannot be used with the key {given.key} ({no.strerror or no}); give two PEM files."
        ) from no


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # the protocol is named because asyncio turns Nagle's delay off only then: 40 ms a decision
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise StudyError(
            f"the review page cannot be served on port {port} ({error.strerror}); "
            "close the review that is open there, or choose another port with --port."
        ) from error
    return listening
