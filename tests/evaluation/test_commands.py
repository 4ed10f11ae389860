"""Every command of the evaluation that a page names is a script, and takes the options that the page writes."""

import re
import sys
from importlib import import_module
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
def test_a_command_of_the_evaluation_takes_the_options_that_pages_write(script, monkeypatch, capsys):
    # in this process, since most of the time of a new one goes into importing the same packages
    monkeypatch.setattr(sys, "argv", [script, "--help"])
    with pytest.raises(SystemExit) as ended:
        import_module(f"evaluation.{script}").main()

    assert ended.value.code == 0
    assert COMMANDS[script] <= set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
