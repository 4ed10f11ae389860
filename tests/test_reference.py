"""The reference is whole: every parameter of everything that is exported is documented where it stands."""

import inspect
import re
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import get_origin

import pytest

import autocode
from autocode.doctext import PARAMETERS

PACKAGE = Path(autocode.__file__).parent
ROOMS = sorted(
    path.stem
    for path in PACKAGE.iterdir()
    if (path.suffix == ".py" or (path / "__init__.py").exists())
    and not path.stem.startswith("__")
    and path.stem != "cli"
)


def exported() -> list[tuple[str, object]]:
    """Return everything callable that a room exports, with its name."""
    found = []
    for room in ROOMS:
        module = import_module(f"autocode.{room}")
        for name in module.__all__:
            value = getattr(module, name)
            if (
                callable(value)
                and get_origin(value) is None
                and getattr(value, "__module__", "").startswith("autocode")
            ):
                found.append((f"{room}.{name}", value))
    return found


def callables() -> list[tuple[str, object]]:
    """Return what is exported, and the public methods of exported classes, each with its name."""
    found = []
    for name, value in exported():
        found.append((name, value))
        if inspect.isclass(value) and not issubclass(value, Enum):
            for method, member in vars(value).items():
                function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
                if not method.startswith("_") and inspect.isfunction(function):
                    found.append((f"{name}.{method}", function))
    return found


CALLABLES = callables()


def parameters_of(value: object) -> list[str]:
    """Return the names of the parameters that a caller gives."""
    if inspect.isclass(value) and (issubclass(value, Enum | BaseException) or getattr(value, "_is_protocol", False)):
        return []
    try:
        parameters = inspect.signature(value).parameters
    except ValueError:
        return []
    return [name for name in parameters if name not in ("self", "cls") and not name.startswith("_")]


def documented_in(text: str) -> set[str]:
    """Return the names that a docstring documents, each on a line such as `name : type` or `low, high : float`."""
    names: set[str] = set()
    for line in re.findall(r"^[ \t]*([*\w]+(?:, [*\w]+)*) : .+$", text, re.MULTILINE):
        names |= {name.strip(" *") for name in line.split(",")}
    return names


@pytest.mark.parametrize(("name", "value"), CALLABLES, ids=[name for name, _ in CALLABLES])
def test_every_parameter_is_documented(name, value):
    text = inspect.getdoc(value) or ""
    missing = [parameter for parameter in parameters_of(value) if parameter not in documented_in(text)]

    assert text, f"{name} has no docstring"
    assert not missing, f"{name} does not document {', '.join(missing)}"


@pytest.mark.parametrize(("name", "value"), CALLABLES, ids=[name for name, _ in CALLABLES])
def test_shared_parameters_are_written_out(name, value):
    left = re.findall(r"^[ \t]*\{(\w+)\}[ \t]*$", value.__doc__ or "", re.MULTILINE)

    assert not left, f"{name} names {left} in braces but is not decorated with `documented`"


def test_a_parameter_that_many_share_is_written_once():
    shared = {line for text in PARAMETERS.values() for line in text.splitlines()[1:] if len(line.strip()) > 40}
    for module in sorted(PACKAGE.rglob("*.py")):
        if module.name != "doctext.py":
            lines = {line for line in module.read_text().splitlines() if line.strip()}
            again = {line.strip() for line in lines} & {line.strip() for line in shared}

            assert not again, f"{module} repeats what doctext.py says: {again}"
