"""What the documentation calls, a type checker lets through: every example of the pages and docstrings is checked."""

import doctest
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

from exports import CALLABLES

ROOT = Path(__file__).parents[2]
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# An example may define a function without types, and take for granted that what it has just made is there. Whether
# the arguments of a call are accepted is not among these.
ALLOWED = (
    "assignment", "func-returns-value", "has-type", "index", "no-untyped-call", "no-untyped-def", "union-attr",
    "var-annotated",
)  # fmt: skip


def examples() -> dict[str, str]:
    """Return the scripts of the pages and of the docstrings, by a name for a module."""
    scripts = {
        "page_" + re.sub(r"\W", "_", page.relative_to(ROOT).as_posix()): "\n".join(PYTHON.findall(page.read_text()))
        for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    }
    for name, value in CALLABLES:
        found = doctest.DocTestParser().get_examples(inspect.getdoc(value) or "")
        scripts["docstring_" + re.sub(r"\W", "_", name)] = "".join(example.source for example in found)
    return {name: script for name, script in scripts.items() if script}


RIGHT = """
import autocode as ac

coding = ac.Coding(line="GP1:3", coder="AA", codes=frozenset({"phone"}))
codings = ac.Codings([coding])
code = ac.Code(id="phone", name="Telephones", parent="access")
data = ac.ReliabilityData.for_code("phone", codings)
codings.by("AA").of("GP1:3")
codings.on(["GP1:3"])
ac.human_ceiling(codings, {"GP1:3": frozenset({"phone"})}, codes=["phone"])
"""
WRONG = "import autocode as ac\n\nac.Coding(line=3, coder='AA', codes=frozenset({'phone'}))\n"


def test_every_example_passes_mypy_strict_ids_may_be_plain_strings_and_what_is_wrong_is_found(tmp_path):
    # in one run, since most of it is reading the package
    scripts = {**examples(), "right": RIGHT, "wrong": WRONG}
    for name, script in scripts.items():
        (tmp_path / f"{name}.py").write_text(script, encoding="utf-8")
    # as the authors' own configuration would have it
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"),
         *(f"--disable-error-code={code}" for code in ALLOWED), *sorted(f"{name}.py" for name in scripts)],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={**os.environ, "MYPYPATH": str(ROOT / "src")},
    )  # fmt: skip
    found = re.findall(r"^(\w+)\.py:\d+: error: .*\[(.*)\]$", ran.stdout, re.MULTILINE)

    assert len(scripts) > 90
    assert found == [("wrong", "arg-type")], ran.stdout + ran.stderr
    assert f"Found 1 error in 1 file (checked {len(scripts)} source files)" in ran.stdout
