"""What every exported callable keeps to: one order of arguments."""

import inspect

import pytest

from exports import CALLABLES, parameters_of

DATA = ("codings", "lines", "codebook")


@pytest.mark.parametrize(("name", "value"), CALLABLES, ids=[name for name, _ in CALLABLES])
def test_codings_come_before_lines_and_lines_before_the_codebook(name, value):
    if not parameters_of(value):
        return
    by_position = [
        parameter.name
        for parameter in inspect.signature(value).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.name in DATA
    ]

    assert by_position == [parameter for parameter in DATA if parameter in by_position]
