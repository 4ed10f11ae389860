"""The numbers in docs/team.md on ten thousand differences are those of the evaluation."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_how_long_ten_thousand_differences_take_is_what_was_measured():
    path = ROOT / "evaluation" / "results" / "differences_latency.json"
    latency = json.loads(path.read_text(encoding="utf-8"))
    page = " ".join((ROOT / "docs" / "team.md").read_text(encoding="utf-8").split())
    shown = re.search(r"opened in ([\d.]+) s and a key showed on the screen in ([\d.]+) ms", page)

    assert latency["lines"] == 10_000
    assert float(shown[1]) == max(study["opened_first_s"] for study in latency["studies"])
    assert float(shown[2]) == max(study["screen_ms"]["p50"] for study in latency["studies"])
