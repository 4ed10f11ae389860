import ast
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import autocode

HEAVY = {"numpy", "sklearn", "scipy", "spacy", "matplotlib", "pandas"}


def imported_by(*command: str) -> set[str]:
    """Return every module that a fresh interpreter imports."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *command], capture_output=True, text=True, check=True, timeout=60
    )
    return {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.parametrize("command", [("-c", "import autocode"), ("-m", "autocode", "--help")])
def test_nothing_heavy_is_imported_before_it_is_used(command):
    imported = imported_by(*command)

    assert "autocode" in imported
    assert not HEAVY & {name.partition(".")[0] for name in imported}


def test_every_name_is_there_and_comes_from_the_package():
    for name in autocode.__all__:
        value = getattr(autocode, name)

        assert getattr(value, "__module__", "autocode").startswith("autocode") or callable(value)


def test_names_are_sorted_and_those_that_type_checkers_see():
    tree = ast.parse(Path(autocode.__file__).read_text())
    seen = [
        (statement.module, alias.asname or alias.name)
        for branch in tree.body
        if isinstance(branch, ast.If)
        for statement in branch.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    ]

    assert autocode.__all__ == sorted(autocode.__all__)
    assert len(set(autocode.__all__)) == len(autocode.__all__)
    assert sorted(name for _, name in seen) == autocode.__all__
    for room, name in seen:
        assert autocode._ROOM_OF[name] == room.removeprefix("autocode.")


def test_the_version_is_that_of_the_distribution():
    assert autocode.__version__ == version("autocode")


def test_dir_lists_what_is_not_imported_yet():
    assert set(autocode.__all__) <= set(dir(autocode))


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="module 'autocode' has no attribute 'auto_accept'"):
        getattr(autocode, "auto" + "_accept")
