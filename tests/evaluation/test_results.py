"""Results are stored with six significant digits, and every page is made of them."""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = sorted((ROOT / "evaluation" / "results").glob("*.json"))
PAGES = (
    "README.md",
    "agreement.md",
    "agreement_disapere.md",
    "agreement_disapere_semantic.md",
    "constants.md",
    "peers.md",
)


def floats_in(value):
    """Return every float in a JSON value."""
    if isinstance(value, dict):
        return [number for entry in value.values() for number in floats_in(entry)]
    if isinstance(value, list):
        return [number for entry in value for number in floats_in(entry)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.name)
def test_results_have_at_most_six_significant_digits(path):
    for number in floats_in(json.loads(path.read_text(encoding="utf-8"))):
        assert math.isfinite(number)
        assert number == float(f"{number:.6g}")


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.name)
def test_results_are_stored_by_one_function(path):
    """Its layout: one space of indentation, characters as they are, a line break at the end."""
    text = path.read_text(encoding="utf-8")

    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"


def test_every_page_is_the_one_of_the_committed_results(tmp_path):
    copy = tmp_path / "evaluation"
    shutil.copytree(ROOT / "evaluation", copy)
    command = [sys.executable, "-m", "evaluation.pages", "--out", str(copy)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)

    assert done.returncode == 0, done.stderr
    for name in PAGES:
        assert (copy / name).read_text("utf-8") == (ROOT / "evaluation" / name).read_text("utf-8"), name
