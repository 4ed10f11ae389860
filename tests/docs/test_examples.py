"""The examples in docstrings print what they say, each by itself, in a folder that holds `corpora/`."""

import doctest
import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import autocode

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "autocode"
ROOMS = sorted(
    path.stem
    for path in PACKAGE.iterdir()
    if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem not in ("__init__", "__main__", "cli")
)
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples() -> Iterator[doctest.DocTest]:
    """Yield the example of everything that a room exports, and of its public methods."""
    found = set()
    for room in ROOMS:
        module = import_module(f"autocode.{room}")
        for name in module.__all__:
            value = getattr(module, name)
            home = sys.modules.get(getattr(value, "__module__", None) or "")
            if home and callable(value) and home.__name__.startswith("autocode"):
                # no names are given: an example that a reader copies imports what it uses
                for test in doctest.DocTestFinder(exclude_empty=True).find(value, f"{room}.{name}", home, globs={}):
                    if test.examples and test.docstring not in found:
                        found.add(test.docstring)
                        yield test


EXAMPLES = sorted(examples(), key=lambda test: test.name)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_prints_what_it_says(example, tmp_path, monkeypatch):
    (tmp_path / "corpora").symlink_to(ROOT / "corpora")
    monkeypatch.chdir(tmp_path)
    report: list[str] = []
    doctest.DocTestRunner(verbose=False, optionflags=LIKE).run(example, out=report.append)

    assert report == [], "".join(report)


def test_every_function_of_the_front_door_has_an_example():
    shown = {example.name.rpartition(".")[2] for example in EXAMPLES}
    functions = {name for name in autocode.__all__ if inspect.isfunction(getattr(autocode, name))}

    assert functions - shown == set()
