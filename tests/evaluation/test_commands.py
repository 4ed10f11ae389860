"""Every command of the evaluation that a page names is a script, and takes the options that the page writes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "evaluation").glob("*.md"),
    ROOT / "models/README.md",
]
_COMMAND = re.compile(r"python -m evaluation\.(\w+)((?: *\\\\\n)?[^`|)\n]*)")

COMMANDS: dict[str, set[str]] = {}
for page in PAGES:
    for script, rest in _COMMAND.findall(page.read_text(encoding="utf-8")):
        COMMANDS.setdefault(script, set()).update(re.findall(r"--[a-z-]+", rest))


def test_the_pages_name_commands():
    assert len(COMMANDS) > 15


@pytest.mark.parametrize("script", sorted(COMMANDS))
def test_a_command_of_the_evaluation_takes_the_options_that_pages_write(script):
    typed = [sys.executable, "-m", f"evaluation.{script}", "--help"]
    printed = subprocess.run(typed, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert printed.returncode == 0, printed.stderr
    assert COMMANDS[script] <= set(re.findall(r"--[a-z-]+", printed.stdout))
