"""The reference of the package as pages: one for each room, with everything that the room exports."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import griffe

import autocode

PACKAGE = Path(autocode.__file__).parent
# Rooms in the order in which a study meets them. Every other module of the package is for the package alone.
ROOMS = (
    "study",
    "codebook",
    "transcripts",
    "coding",
    "conduct",
    "exchange",
    "journal",
    "agreement",
    "suggester",
    "themes",
    "retrieval",
    "validation",
    "review",
    "report",
    "web",
    "errors",
)
INTERNAL = (
    "arguments",
    "cli",
    "display",
    "doctext",
    "files",
    "frames",
    "frozen",
    "names",
    "resampling",
    "tables",
    "unicode",
    "wording",
)
# What the modules that stand in a room itself hold, beside its sub-rooms.
ITSELF = {"agreement": "Results", "study": "Studies", "suggester": "Suggesters"}


@cache
def package() -> griffe.Module:
    """Return the package as griffe reads it, without importing it."""
    return griffe.load("autocode", search_paths=[PACKAGE.parent])


def pages() -> Iterator[tuple[str, str]]:
    """Yield each page's place under `reference/` and its text."""
    yield "index.md", _index()
    for room in ROOMS:
        yield f"python/{room}.md", _room_page(room)


def exported(room: str) -> list[str]:
    """Return the names that a room exports."""
    return [str(name).strip("'\"") for name in package()[room].exports or ()]


def _index() -> str:
    rows = [
        f"| [`ac.{name}`][autocode.{room}.{name}] | {_first_sentence(room, name)} |"
        for name, room in autocode._ROOM_OF.items()
    ]
    rooms = [f"| [`autocode.{room}`](python/{room}.md) | {_summary(package()[room])} |" for room in ROOMS]
    return "\n".join(
        [
            "# Reference",
            "",
            "With `import autocode as ac`, these names are at hand; each belongs to one of the modules below.",
            "",
            "| name | what it is |",
            "| --- | --- |",
            *rows,
            "",
            "## Modules",
            "",
            "| module | what it holds |",
            "| --- | --- |",
            *rooms,
            "",
            "The [command line](command-line.md) has a page of its own.",
            "",
        ]
    )


def _room_page(room: str) -> str:
    groups: dict[str, list[str]] = {}
    for name in exported(room):
        groups.setdefault(_sub_room(room, name), []).append(name)
    parts = [f"# autocode.{room}", "", _summary(package()[room]), ""]
    for sub_room in sorted(groups):
        if len(groups) > 1:
            parts += [f"## {_heading(room, sub_room)}", ""]
            parts += [_summary(package()[room][sub_room]), ""] if sub_room else []
        for name in groups[sub_room]:
            parts += [_entry(room, name), ""]
    return "\n".join(parts)


def _entry(room: str, name: str) -> str:
    """Return what mkdocstrings replaces by an object's documentation; a constant that griffe cannot see, as it is."""
    if _target(room, name) is not None:
        return f"::: autocode.{room}.{name}"
    value = getattr(import_module(f"autocode.{room}"), name)
    return f"### {name} {{ #autocode.{room}.{name} }}\n\n```python\n{name} = {value!r}\n```"


def _target(room: str, name: str) -> griffe.Object | None:
    """Return what a room exports under a name; None for one of several constants that one statement assigns."""
    member = package()[room].members[name]
    try:
        return member.final_target if member.is_alias else member
    except griffe.AliasResolutionError:
        return None


def _sub_room(room: str, name: str) -> str:
    """Return the sub-room of a room in which a name is defined, or nothing if it is defined in the room itself."""
    member = package()[room].members[name]
    if not member.is_alias:
        return ""
    if not str(member.target_path).startswith(f"autocode.{room}."):  # it comes from a module below the rooms
        return ""
    inside = str(member.target_path).removeprefix(f"autocode.{room}.").split(".")
    return inside[0] if not inside[0].startswith("_") and len(inside) > 2 else ""


def _heading(room: str, sub_room: str) -> str:
    return sub_room.capitalize() if sub_room else ITSELF[room]


def _summary(module: griffe.Object) -> str:
    return " ".join(module.docstring.value.split("\n\n")[0].split()) if module.docstring else ""


def _first_sentence(room: str, name: str) -> str:
    """Return the first paragraph of a docstring; of the type of an identifier, which has none, what it is."""
    target = _target(room, name)
    if target is not None and target.is_attribute and str(target.value) == "str":
        return "The type of an identifier, a `str`."
    return _summary(target).replace("|", "\\|") if target else ""
