"""The scripts of the house say what to do when something is missing."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_a_check_without_its_tools_says_how_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    ran = subprocess.run(
        [ROOT / "scripts" / "check"],
        env={**os.environ, "VENV": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        f"scripts/check: {tmp_path} has no ruff; run scripts/test once, or install it with: "
        f"{tmp_path}/bin/python -m pip install -e '.[dev]'\n"
    )
