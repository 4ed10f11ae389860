"""The reference is whole: every parameter of everything that is exported is documented where it stands."""

import inspect
import re

import pytest

from autocode.doctext import PARAMETERS
from exports import CALLABLES, PACKAGE, parameters_of


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
