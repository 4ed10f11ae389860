"""The scripts of the house install what is missing and name the versions they run with."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_a_check_without_its_tools_installs_them_first(tmp_path: Path) -> None:
    # This pip notes what it was asked and refuses, so that nothing is fetched and nothing after it runs.
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    (programs / "pip").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 3\n', encoding="utf-8")
    (programs / "pip").chmod(0o755)
    ran = subprocess.run(
        [ROOT / "scripts" / "check"],
        env={**os.environ, "VENV": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ran.returncode, ran.stderr) == (3, "")
    asked = ran.stdout.splitlines()
    assert (asked[0], asked[-2:]) == ("install", ["--editable", ".[check]"])


def test_the_lowest_versions_are_those_that_are_declared() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    ran = subprocess.run([ROOT / "scripts" / "lowest_versions"], capture_output=True, text=True, check=True, timeout=60)
    printed = ran.stdout.splitlines()

    assert set(printed) >= {requirement.replace(">=", "==") for requirement in declared}
    assert not [line for line in printed if not re.fullmatch(r"[\w.-]+==[\d.]+", line)]


def test_a_python_that_is_named_is_not_among_the_others() -> None:
    ran = subprocess.run(
        [ROOT / "scripts" / "other_pythons", sys.executable], capture_output=True, text=True, check=True, timeout=60
    )
    releases = [
        subprocess.run([python, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True).stdout
        for python in ran.stdout.split()
    ]

    assert len(releases) == len(set(releases))
    assert f"{sys.version_info[:2]}\n" not in releases
