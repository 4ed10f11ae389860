"""Docstrings on the site as `help()` shows them: shared parameters written out, and the values of enumerations.

mkdocstrings reads the source and runs nothing, so it sees `{interval}` where `autocode.doctext.documented` inserts a
text. For these docstrings alone, this extension of griffe imports the object and takes its docstring.
"""

import inspect
import re
from importlib import import_module
from typing import Any

import griffe

PLACEHOLDER = re.compile(r"^[ \t]*\{\w+\}[ \t]*$", re.MULTILINE)
# A parameter of this name has a page that says more.
MORE = {"interval": "See [Choose an interval](../../intervals.md)."}


class SharedParameters(griffe.Extension):
    """Replace each docstring that has placeholders by the one that Python has at run time."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is None:
            return
        if PLACEHOLDER.search(obj.docstring.value):
            obj.docstring.value = with_links(inspect.cleandoc(imported(obj.path).__doc__))
        if obj.is_class and any("Enum" in str(base) for base in obj.bases):
            values = [str(member.value) for member in obj.members.values() if member.is_attribute]
            obj.docstring.value += f"\n\nOne of {', '.join(f'`{value}`' for value in values)}."


def imported(path: str) -> Any:
    """Return the object of a dotted path, such as `autocode.agreement._result.Agreement.to_json`."""
    names = path.split(".")
    for length in range(len(names), 0, -1):
        try:
            found: Any = import_module(".".join(names[:length]))
        except ModuleNotFoundError:
            continue
        for name in names[length:]:
            found = getattr(found, name)
        return found
    raise ModuleNotFoundError(path)


def with_links(text: str) -> str:
    """Return a docstring in which a parameter that has a page of its own ends with a link to it."""
    for name, sentence in MORE.items():
        described = re.compile(rf"^{name} : .*\n(?:[ \t]+.*\n|\n(?=[ \t]))*", re.MULTILINE)
        text = described.sub(lambda found, more=sentence: f"{found[0].rstrip()}\n\n    {more}\n", f"{text}\n", count=1)
    return text.rstrip()
