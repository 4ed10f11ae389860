"""The pages as one application, all in the same frame and behind the same guard."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from autocode.coding import CoderId
from autocode.web._guard import Guard
from autocode.web._refusal import refusal

_HERE = Path(__file__).parent


def _to_everybody(coder: CoderId) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    One page of the application.

    Attributes
    ----------
    name : str
        Its name in the header of every page.
    path : str
        Where it begins; every route lies under it, or is it.
    routes : sequence of BaseRoute
        What it answers (starlette).
    open_to : callable
        Whether a coder may open it; the others are refused by the guard and do not see the name. By default everybody.
    listed_for : callable
        Whether it has something for a coder to do now, so that its name stands in the header; the page itself is open
        all the same. By default always.
    largest_request : int, default 1 MiB
        Bytes of a request to it.
    too_large : str
        What is answered to a larger one.
    under : str
        The path of the page under whose name it stands in the header; empty for a name of its own there.
    prepare : callable or None, default None
        What is done in the background once the pages are served, so that nobody has to wait for it later.
    """

    name: str
    path: str
    routes: Sequence[BaseRoute]
    open_to: Callable[[CoderId], bool] = _to_everybody
    listed_for: Callable[[CoderId], bool] = _to_everybody
    largest_request: int = 1024 * 1024  # some hundred decisions with long memos
    too_large: str = "This is too long to store; shorten the memo."
    under: str = ""
    prepare: Callable[[], object] | None = None

    def is_listed(self, coder: CoderId) -> bool:
        """
        Return whether a coder finds the name in the header.

        Parameters
        ----------
        coder : CoderId
            The coder.
        """
        return self.open_to(coder) and self.listed_for(coder)


def make_app(
    pages: Sequence[Page], *, tokens: Mapping[CoderId, str], port: int, host: str = "127.0.0.1", secure: bool = False
) -> Starlette:
    """
    Return the pages as one application, for browsers that know the token of one of the coders.

    Parameters
    ----------
    pages : sequence of Page
        The pages; a coder arrives at the first that is open to them.
    tokens : mapping of CoderId to str
        The secret that each coder's browser has to know.
    port : int
        Port under which the pages are reached.
    host : str, default "127.0.0.1"
        Host under which the pages are reached, besides the names of this machine.
    secure : bool, default False
        Whether they are reached through TLS.

    Returns
    -------
    Starlette
        An ASGI application.

    Raises
    ------
    ValueError
        If two coders share a token.
    """
    if len(set(tokens.values())) < len(tokens):
        raise ValueError("two coders have the same token; give each one of their own.")
    guard = Middleware(Guard, pages=pages, tokens=tokens, port=port, host=host, secure=secure)
    return unguarded_app(pages, middleware=[guard])


def unguarded_app(pages: Sequence[Page], *, middleware: Sequence[Middleware] = ()) -> Starlette:
    """Return the pages as one application that trusts the scope to name the `coder`."""
    templates = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )

    @asynccontextmanager
    async def prepared(app: Starlette) -> AsyncIterator[None]:
        for page in pages:
            if page.prepare is not None:
                Thread(target=page.prepare, daemon=True).start()
        yield

    app = Starlette(
        lifespan=prepared,
        routes=[
            *(route for page in pages for route in page.routes),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ],
        middleware=middleware,
        exception_handlers={404: _not_found, 405: _wrong_method},
    )
    app.state.pages, app.state.templates = tuple(pages), templates
    return app


def _not_found(request: Request, error: Exception) -> Response:
    sentence = "There is no page at this address; start from the one that autocode printed."
    return refusal(request, 404, sentence, home=_home(request))


def _wrong_method(request: Request, error: Exception) -> Response:
    return refusal(request, 405, f"Nothing at this address accepts {request.method}.", home=_home(request))


def _home(request: Request) -> str:
    return next((page.path for page in request.app.state.pages if page.is_listed(coder_of(request))), "")


def coder_of(request: Request) -> CoderId:
    """
    Return the coder whose browser sent a request, as the guard found by its token.

    Parameters
    ----------
    request : Request
        A request that has passed the guard (starlette).
    """
    return cast(CoderId, request.scope["coder"])


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """
    Return a template filled with values, and with what the frame of every page needs.

    Parameters
    ----------
    request : Request
        The request to answer (starlette).
    template : str
        Name of a file in `templates`.
    status : int, default 200
        HTTP status of the answer.
    **values : object
        What the template names.
    """
    coder = coder_of(request)
    pages = [page for page in request.app.state.pages if page.open_to(coder)]
    matching = [page for page in pages if request.url.path.startswith(page.path)]
    here = max(matching, key=lambda page: len(page.path), default=None)
    named = [page for page in pages if page.is_listed(coder) and not page.under]
    section = "" if here is None else here.under or here.path
    beside = [page for page in pages if page.under == section]
    page = request.app.state.templates.get_template(template)
    return HTMLResponse(
        page.render(coder=coder, pages=named, here=section, beside=beside, **values), status_code=status
    )
