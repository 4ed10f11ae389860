"""What every list of lines on a page has: addresses, choices that narrow it, parts where it is long, files of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from autocode.codebook import CodeId
from autocode.errors import StudyError
from autocode.transcripts import LineId
from autocode.web._app import coder_of, render

T = TypeVar("T")

CODES = "/codes"
_AT_ONCE = 200  # lines on one page: some 20 screens
_MOST_VALUES = 30  # of an attribute that is offered as a choice; beyond, it describes single people
_ATTRIBUTE = "participant_"  # before the name of an attribute, as in exported tables
_RESTART = "Stop autocode with Ctrl+C and start it again: an interview was corrected since."


def line_address(line: LineId) -> str:
    """Return the address under which the review opens at a line."""
    return f"/review#line={quote(line, safe='')}"


def code_address(code: CodeId) -> str:
    """Return the address of all lines of a code."""
    return f"{CODES}/{quote(code, safe='')}"


def query_of(given: Mapping[str, str]) -> str:
    """Return the query of an address, without what is empty."""
    return f"?{urlencode({name: value for name, value in given.items() if value})}"


class Choice(NamedTuple):
    """One choice that narrows a list, with its values, what they are called and their numbers of lines."""

    name: str
    label: str
    chosen: str
    values: Sequence[tuple[str, str, int]]

    @classmethod
    def of(cls, name: str, label: str, chosen: str, counts: Mapping[Any, int]) -> "Choice":
        """Return a choice among values that are called as they are."""
        return cls(name, label, chosen, [(str(value), str(value), n) for value, n in counts.items()])


def offered(choices: Iterable[Choice]) -> list[Choice]:
    """Return the choices between several values; what is chosen is among the values, even if no line has it."""
    shown = []
    for choice in choices:
        if choice.chosen and choice.chosen not in [value for value, _, _ in choice.values]:
            choice = choice._replace(values=[*choice.values, (choice.chosen, choice.chosen, 0)])
        if len(choice.values) > 1 or choice.chosen:
            shown.append(choice)
    return shown


def attributes_asked(query: QueryParams) -> dict[str, str]:
    """Return the attributes of participants that an address asks for."""
    return {
        name.removeprefix(_ATTRIBUTE): value for name, value in query.items() if name.startswith(_ATTRIBUTE) and value
    }


def as_query(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return attributes as an address names them."""
    return {f"{_ATTRIBUTE}{name}": value for name, value in attributes.items()}


def attribute_choices(found: Any, asked: Mapping[str, str]) -> list[Choice]:
    """Return a choice for each attribute that groups the participants of lines that were found."""
    choices = []
    for name in grouping_attributes(line.attributes for line in found.lines):
        counts = {value: n for value, n in found.by_attribute(name).items() if value}
        label = name.replace("_", " ")
        choices.append(Choice.of(f"{_ATTRIBUTE}{name}", f"{label[:1].upper()}{label[1:]}", asked.get(name, ""), counts))
    return choices


def grouping_attributes(participants: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the attributes that group participants; a date or a name of each is none of these."""
    values: dict[str, set[str]] = {}
    for attributes in participants:
        for name, value in attributes.items():
            values.setdefault(name, set()).add(value)
    return [name for name, known in values.items() if any(known) and len(known) <= _MOST_VALUES]


class Part(NamedTuple):
    """The part of a long list that one page shows."""

    shown: Sequence[Any]
    first: int
    number: int
    n_pages: int

    @classmethod
    def of(cls, found: Sequence[T], query: QueryParams) -> "Part":
        """Return the part that an address asks for; with `all`, the whole."""
        if query.get("all"):
            return cls(found, 0, 1, 1)
        asked = query.get("page", "1")
        n_pages = max(-(-len(found) // _AT_ONCE), 1)
        number = min(max(int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 1, 1), n_pages)
        first = (number - 1) * _AT_ONCE
        return cls(found[first : first + _AT_ONCE], first, number, n_pages)


def may_review(request: Request) -> bool:
    """Return whether who asks has a review, in which a line can be opened."""
    return any(page.path == "/" and page.open_to(coder_of(request)) for page in request.app.state.pages)


def sent(content: str | bytes, name: str, suffix: str, kind: str) -> Response:
    """Return a file to be saved under a name."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "lines"
    if isinstance(content, str):
        content = f"\ufeff{content}".encode()  # without the mark, Excel does not take it for UTF-8
    disposition = f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{quote(name, safe='')}.{suffix}"
    return Response(content, media_type=kind, headers={"Content-Disposition": disposition})


def outdated(request: Request, error: StudyError) -> Response:
    """Return the answer after an interview was corrected while the pages were open."""
    return render(request, "refused.html", title="Lines", sentence=f"{_RESTART} {error}", status=409)
