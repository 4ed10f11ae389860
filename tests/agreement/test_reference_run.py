"""The command that computes every reference case."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = ROOT.parent / "shared" / "agreement" / "cases.jsonl"
UNITS_BY_RATERS = {
    "bootstrap_ci": 2,
    "brennan_prediger": 5,
    "cohen": 26,
    "edge": 48,
    "fleiss": 16,
    "freelon": 80,
    "gwet": 98,
    "icc": 12,
    "krippendorff": 65,
    "large": 5,
    "multi_rater_kappa": 15,
    "paradox": 26,
    "per_category": 18,
    "scott": 8,
    "set_valued": 27,
    "weighted_kappa": 17,
}


def run(cases: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "evaluation.agreement_cases", str(cases)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


def test_every_case_of_units_by_raters_is_right_with_its_errors_and_intervals() -> None:
    if not CASES.exists() and "CI" not in os.environ:
        pytest.skip("the reference cases lie beside the checkout, in ../shared/agreement, and are not here")
    done = run(CASES)
    table = {}
    for line in done.stdout.split("\n\n")[0].splitlines()[1:]:
        family, *counts = line.split()
        table[family] = tuple(map(int, counts))

    assert done.returncode == 0, done.stdout + done.stderr
    for family, n in UNITS_BY_RATERS.items():
        right, wrong, unsupported, undefined = table[family]
        assert (family, right + undefined, wrong, unsupported) == (family, n, 0, 0)
    assert table["edge"][3] == 12
    assert "edge/one_cat/krippendorff_alpha: only one category was used" in done.stdout


def test_a_wrong_case_is_listed_and_ends_the_command_with_1(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        '{"id": "x/1", "family": "x", "coefficient": "scott_pi", "weights": "identity", '
        '"data": [["a", "b"], ["b", "a"]], "expected": 0.5}\n',
        encoding="utf-8",
    )
    done = run(cases)

    assert done.returncode == 1
    assert "  x/1: value -1.0, expected 0.5" in done.stdout
