"""The evaluation is autocode's first user: it imports what any user can, and nothing else."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted([*(ROOT / "evaluation").rglob("*.py"), *(ROOT / "tests" / "evaluation").rglob("*.py")])


def names_imported_by(script: Path) -> set[str]:
    """Return the full names of what a script imports from autocode, `a.b.c` for `from a.b import c`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == "autocode"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_public_names_only(script):
    private = {name for name in names_imported_by(script) if any(part.startswith("_") for part in name.split("."))}

    assert private == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_a_script_imports_is_exported(script):
    """A name of a room is in its `__all__`, such as `autocode.suggester.fit`; sub-rooms export nothing."""
    for name in names_imported_by(script):
        room, _, member = name.rpartition(".")
        if room:
            __import__(room)
            exported = sys.modules[room].__all__ if hasattr(sys.modules[room], "__all__") else ()
            is_room = hasattr(sys.modules[room], "__path__") and (Path(sys.modules[room].__path__[0], member).is_dir())

            assert member in exported or (room == "autocode" and is_room), f"{script}: {name}"


def test_no_script_reads_a_private_attribute_of_another_module():
    """Neither `module._name` nor `object._name`, except for `self` and `cls`."""
    for script in SCRIPTS:
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
                owner = ast.unparse(node.value)

                assert owner in ("self", "cls") or ast.unparse(node) == "os._exit", f"{script}:{node.lineno}"
