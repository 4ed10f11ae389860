"""Every reference case whose coefficient autocode has, to 1e-12."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from autocode.agreement import (
    Agreement,
    ReliabilityData,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    specific_agreement,
)
from autocode.codebook import CodeId

CASES = Path(__file__).parents[3] / "shared" / "agreement" / "cases.jsonl"


def compute(case: dict[str, Any], data: ReliabilityData) -> Agreement | None:
    """Return the coefficient that a case asks for, or None where autocode does not have it yet."""
    match case["coefficient"], case.get("weights"):
        case "krippendorff_alpha", "nominal" | "masi" | "jaccard" | "dice" as distance:
            return krippendorff_alpha(data, distance=distance, interval=None)
        case "percent_agreement", "identity":
            return percent_agreement(data, interval=None)
        case "cohen_kappa", "identity":
            return cohen_kappa(data, interval=None)
        case "gwet_ac", "identity":
            return gwet_ac1(data, interval=None)
        case "specific_agreement_pos", _:
            return specific_agreement(data, category=1, interval=None)
        case "specific_agreement_neg", _:
            return specific_agreement(data, category=2, interval=None)
        case "binary_alpha_per_code", _:
            return krippendorff_alpha(data.applied(CodeId(case["param"])), interval=None)
        case "binary_ac1_per_code", _:
            return gwet_ac1(data.applied(CodeId(case["param"])), interval=None)
    return None


def units_of(case: dict[str, Any]) -> list[list[Any]] | None:
    if "data_rle" in case:
        runs = case["data_rle"]
        return [row for row, n in zip(runs["rows"], runs["counts"], strict=True) for _ in range(n)]
    units: list[list[Any]] | None = case.get("data")
    raters = case.get("raters")
    return [[row[i] for i in raters] for row in units] if units and isinstance(raters, list) else units


def test_every_reference_case_of_a_coefficient_that_autocode_has() -> None:
    if not CASES.exists() and "CI" not in os.environ:
        pytest.skip("the reference cases lie beside the checkout, in ../shared/agreement, and are not here")
    right, wrong = 0, []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        units = units_of(case)
        if units is None:
            continue
        data = ReliabilityData.from_table(list(zip(*units, strict=True)), labels=case.get("categories"))
        found = compute(case, data)
        if found is None:
            continue
        undefined = "expected_undefined" in case
        if (found.undefined is not None) if undefined else abs(found.value - case["expected"]) <= 1e-12:
            right += 1
        else:
            wrong.append((case["id"], case["expected"], found.value))

    assert wrong == []
    assert right == 197
