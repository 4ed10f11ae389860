"""The coverage that docs/intervals.md and docs/agreement.md report is that of the simulations."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| 15 or more \| (.+?) \| (.+?) \| \.(\d+) \| \.(\d+) \|", re.MULTILINE)


@pytest.fixture(scope="module", name="coverage")
def _coverage():
    return coverage_table()


def coverage_table():
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


def test_the_coverage_of_the_bootstrap_of_interviews(coverage):
    bounds = [coverage[name, "interview bootstrap"] for name in ("alpha", "AC1")]
    low, high = min(low for low, _ in bounds), max(high for _, high in bounds)

    assert f"a bootstrap of interviews in {low} to {high} %." in page("agreement")


def test_the_coverage_with_few_interviews():
    path = ROOT / "evaluation" / "results" / "agreement_coverage.json"
    results = json.loads(path.read_text(encoding="utf-8"))

    def percent(population):
        cells = [cell for cell in results["cells"] if (cell["interviews"], cell["population"]) == (8, population)]
        found = [100 * cell[name]["cube-root"]["coverage"] for cell in cells for name in ("alpha", "AC1")]
        return f"in {min(found):.0f} to {max(found):.0f} %"

    assert f"With 8 interviews, intervals covered the true value {percent('common')} of the studies" in page(
        "agreement"
    )
    assert f"and for a rare code {percent('rare')}: read 95 % as 90 %." in page("agreement")
    assert "With 8 interviews, a 95 % interval behaves like one of 90 %." in page("intervals")


def test_the_level_and_the_table_of_the_simulations():
    path = ROOT / "evaluation" / "results" / "agreement_coverage.json"
    level = f"{100 * json.loads(path.read_text(encoding='utf-8'))['level']:.0f} %"

    assert f"some {level} intervals from a bootstrap of lines covered" in page("intervals")
    assert f"interviews, {level} cube-root intervals of alpha covered" in page("intervals")
    assert f"interviews, {level} intervals of alpha covered" in page("agreement")
