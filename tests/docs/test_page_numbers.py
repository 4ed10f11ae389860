"""The numbers that docs/team.md tells of ten thousand differences are those of the evaluation."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_how_long_ten_thousand_differences_take_is_what_was_measured():
    path = ROOT / "evaluation" / "results" / "differences_latency.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    page = " ".join((ROOT / "docs" / "team.md").read_text(encoding="utf-8").split())
    told = re.search(r"opened in ([\d.]+) s and a key showed on the screen in ([\d.]+) ms", page)

    assert found["lines"] == 10_000
    assert float(told[1]) == max(one["opened_first_s"] for one in found["studies"])
    assert float(told[2]) == max(one["screen_ms"]["p50"] for one in found["studies"])
