"""The coverage that docs/intervals.md and docs/agreement.md report is that of the simulations."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| 15 or more \| (.+?) \| (.+?) \| \.(\d+) \| \.(\d+) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def coverage():
    """Return the lowest and the highest coverage of each coefficient and interval, in percent."""
    page = (ROOT / "evaluation" / "agreement.md").read_text(encoding="utf-8")
    return {(row[0], row[1]): (int(row[2]) / 10, int(row[3]) / 10) for row in ROW.findall(page)}


def page(name):
    return " ".join((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").split())


def test_the_coverage_of_the_default_interval(coverage):
    (low, high), (low_ac1, high_ac1) = (coverage[name, "cube root (default)"] for name in ("alpha", "AC1"))

    assert f"cube-root intervals of alpha covered the true value in {low} to {high} % of the studies" in page(
        "intervals"
    )
    assert f"in {low} to {high} % of the studies, of AC1 in {low_ac1} to {high_ac1} %" in page("agreement")


def test_the_coverage_of_the_others(coverage):
    bootstrap = coverage["alpha", "interview bootstrap"]
    both = [coverage["alpha", name] for name in ("linearised", "jackknife")]

    assert f"the cluster bootstrap in {bootstrap[0]} to {bootstrap[1]} %" in page("intervals")
    assert f"symmetric intervals in {min(low for low, _ in both)} to {max(high for _, high in both)} %" in page(
        "intervals"
    )
    assert coverage["alpha", "line bootstrap"][0] < 100 / 3
