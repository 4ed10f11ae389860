"""The pages served on this machine, until Ctrl-C."""

import ipaddress
import os
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from autocode.arguments import no_single_text
from autocode.coding import CoderId
from autocode.errors import StudyError
from autocode.web._addresses import kept_tokens, new_token
from autocode.web._app import Page, make_app
from autocode.web._browser import opened_in_browser
from autocode.web._patience import protocol_with_patience

LOCAL = "127.0.0.1"
_WILDCARDS = ("", "0.0.0.0", "::")  # all addresses of a machine at once; a browser can open none of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """
    What proves to other machines that they reach the right one.

    Attributes
    ----------
    certificate : Path
        The certificate, a PEM file.
    key : Path
        Its private key, a PEM file.
    """

    certificate: Path
    key: Path


@no_single_text
def serve(
    pages: Sequence[Page],
    *,
    coders: Sequence[CoderId],
    port: int = 8765,
    host: str = LOCAL,
    certificate: Certificate | None = None,
    addresses: Path | None = None,
    open_browser: bool = True,
    patience: float = 120.0,
    announce: Callable[[str], None],
) -> None:
    """
    Serve pages until Ctrl-C, to this machine alone unless another host and a certificate are given.

    Parameters
    ----------
    pages : sequence of Page
        The pages; a coder arrives at the first that is open to them.
    coders : sequence of CoderId
        Who may open them; each coder has an address of their own.
    port : int, default 8765
        Port to serve on; 0 takes any that is free.
    host : str, default "127.0.0.1"
        Name or address under which browsers reach the pages.
    certificate : Certificate or None, default None
        What encrypts the pages; needed for any host but this machine.
    addresses : Path or None, default None
        File that keeps the coders' tokens, so that their addresses are the same when the pages are served again on the
        same host and port. None for new addresses each time.
    open_browser : bool, default True
        Whether to open the address in a browser, if there is only one coder.
    patience : float, default 120.0
        Seconds after which a connection is closed whose request has not arrived as a whole.
    announce : callable
        Called with each coder's address, which has the coder's token in it, once it can be opened.

    Raises
    ------
    StudyError
        If the port is taken, the file of addresses or the certificate cannot be used, there is no certificate for a
        host other than this machine, or no browser can open the host.
    """
    # interviews are sensitive: they leave this machine only encrypted, and only if the user asks for it
    if certificate is None and not _is_local(host):
        raise StudyError(
            f"the pages are not served on {host} without encryption; "
            "give --certificate and --key, or leave out --host and use an SSH tunnel."
        )
    if certificate is not None:
        _check(certificate)
    if host in _WILDCARDS:
        raise StudyError(
            f"no browser can open {host}; give --host the name or address under which other machines reach this one."
        )
    named = f"[{host}]" if ":" in host else host
    with _listening(host, port) as listening:
        port = listening.getsockname()[1]
        tokens = {coder: new_token() for coder in coders} if addresses is None else kept_tokens(addresses, coders)
        config = uvicorn.Config(
            make_app(pages, tokens=tokens, port=port, host=named, secure=certificate is not None),
            log_level="warning",
            access_log=False,  # it would print the token
            server_header=False,
            http=protocol_with_patience(patience),
            timeout_graceful_shutdown=2,
            ssl_certfile=None if certificate is None else certificate.certificate,
            ssl_keyfile=None if certificate is None else certificate.key,
        )
        scheme = "http" if certificate is None else "https"
        urls = [f"{scheme}://{named}:{port}/?token={token}" for token in tokens.values()]
        for coder, url in zip(coders, urls, strict=True):
            announce(url if len(urls) == 1 else f"{coder}: {url}")
        browser = opened_in_browser(urls[0]) if open_browser and len(urls) == 1 else nullcontext()
        with browser, suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(certificate: Certificate) -> None:
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.certificate, certificate.key)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or error
        raise StudyError.at(
            certificate.certificate, f"cannot be used with the key {certificate.key} ({reason}); give two PEM files."
        ) from error


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # the protocol is named because asyncio turns Nagle's algorithm off only then, which saves 40 ms per decision
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
