"""The pages put together into one application, each in the same frame and behind the same guard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
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
    """One page of the application: its name in the header, where it begins, and what it answers.

    Attributes
    ----------
    open_to : whether a coder may go there; whoever may not is refused by the guard and does not see the name.
    """

    name: str
    path: str
    routes: Sequence[BaseRoute]
    open_to: Callable[[CoderId], bool] = _to_everybody


def make_app(
    pages: Sequence[Page], *, tokens: Mapping[CoderId, str], port: int, host: str = "127.0.0.1", secure: bool = False
) -> Starlette:
    """
    Return the pages as one application, for browsers that know the token of one of the coders.

    Parameters
    ----------
    pages : the first of them is where a coder arrives; every route of a page lies under its path, or is its path.
    tokens : what each coder's browser has to know; no two coders share one.
    host, port : under which the pages are reached, besides the names of this machine.
    secure : whether they are reached through TLS.
    """
    if len(set(tokens.values())) < len(tokens):
        raise ValueError("two coders have the same token; give each one of their own.")
    guard = Middleware(Guard, pages=pages, tokens=tokens, port=port, host=host, secure=secure)
    return unguarded_app(pages, middleware=[guard])


def unguarded_app(pages: Sequence[Page], *, middleware: Sequence[Middleware] = ()) -> Starlette:
    """Return the pages as one application that takes for granted whose browser asks: the scope's `coder`."""
    templates = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    app = Starlette(
        routes=[
            *(route for page in pages for route in page.routes),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ],
        middleware=middleware,
        exception_handlers={404: _nothing_here, 405: _only_looked_at},
    )
    app.state.pages, app.state.templates = tuple(pages), templates
    return app


def _nothing_here(request: Request, error: Exception) -> Response:
    said = "There is no page at this address; begin at the one that autocode printed."
    return refusal(request, 404, said, home=_home(request))


def _only_looked_at(request: Request, error: Exception) -> Response:
    return refusal(request, 405, f"Nothing at this address takes {request.method}.", home=_home(request))


def _home(request: Request) -> str:
    return next((page.path for page in request.app.state.pages if page.open_to(coder_of(request))), "")


def coder_of(request: Request) -> CoderId:
    """Return whose browser is asking, as the guard found by its token."""
    return cast(CoderId, request.scope["coder"])


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a template filled with these values, and with what the frame of every page needs."""
    coder = coder_of(request)
    pages = [page for page in request.app.state.pages if page.open_to(coder)]
    here = max((page.path for page in pages if request.url.path.startswith(page.path)), key=len, default="")
    found = request.app.state.templates.get_template(template)
    return HTMLResponse(found.render(coder=coder, pages=pages, here=here, **values), status_code=status)
