"""Compute every reference case that autocode has a coefficient for, and report which ones agree.

    python -m evaluation.agreement_cases ../shared/agreement/cases.jsonl

Prints for each family how many cases are right, wrong, unsupported, and undefined (with the reason), and lists each
wrong case. A case is right if its value and every standard error and interval that it expects are. The exit code is 1
if any case is wrong. Intervals by the "Krippendorff algorithm" are not computed: they are too narrow (METHOD.md, 1.3D).
"""

import argparse
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from autocode.agreement import (
    Agreement,
    ReliabilityData,
    alpha_gwet_weights,
    bias_index,
    brennan_prediger,
    cohen_kappa,
    cohen_kappa_max,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    hubert_kappa,
    icc,
    krippendorff_alpha,
    light_kappa,
    pabak,
    percent_agreement,
    prevalence_index,
    scott_pi,
    specific_agreement,
)
from autocode.codebook import CodeId
from evaluation import agreement_cases_other as other

Case = dict[str, Any]
Compute = Callable[..., Agreement]

# Of values; the cases have more digits.
TOLERANCE = 1e-9
# Of variances: one that should be 0 comes out of statsmodels as 4e-16, which is an error of 2e-8 in its root.
VARIANCE_TOLERANCE = 1e-15
# Of bounds: a standard error that is correct to 1e-8, times Student's t for few units.
BOUND_TOLERANCE = 2e-7
# Enough for a bootstrap bound to be within the cases' own tolerance.
RESAMPLES = 20_000

WEIGHTED: dict[str, Compute] = {
    "alpha_gwet_weights": alpha_gwet_weights,
    "brennan_prediger": brennan_prediger,
    "cohen_kappa": cohen_kappa,
    "conger_kappa": conger_kappa,
    "fleiss_kappa": fleiss_kappa,
    "gwet_ac": gwet_ac2,
    "hubert_kappa": hubert_kappa,
    "light_kappa": light_kappa,
    "percent_agreement": percent_agreement,
    "scott_pi": scott_pi,
}
PLAIN: dict[str, Compute] = {
    "bias_index": bias_index,
    "cohen_kappa_max": cohen_kappa_max,
    "pabak": pabak,
    "prevalence_index": prevalence_index,
}
PER_CATEGORY: dict[str, Compute] = {
    "cohen_kappa_category": cohen_kappa,
    "fleiss_kappa_category": fleiss_kappa,
    "krippendorff_alpha_category": krippendorff_alpha,
}
BINARY: dict[str, Compute] = {"binary_alpha_per_code": krippendorff_alpha, "binary_ac1_per_code": gwet_ac1}
ERRORS = {
    "expected_se_ij": "linearised",
    "expected_se_jackknife_units": "jackknife",
    "expected_se_asymptotic": "asymptotic",
    "expected_se_gwet": "gwet",
}
INTERVALS = {"expected_ci95_asymptotic": "asymptotic", "expected_ci95_gwet": "gwet"}


class Verdict(NamedTuple):
    """Whether a case is right, wrong, unsupported or undefined, and why."""

    status: str
    why: str = ""


def coefficient(case: Case) -> Callable[[str | None], Agreement] | None:
    """Return the coefficient of a case as a function of the interval, or None where autocode does not have it."""
    name, weights, param = case["coefficient"], case.get("weights"), case.get("param")
    units = units_of(case)
    if units is None:
        return None
    data = ReliabilityData.from_table(list(zip(*units, strict=True)), labels=declared(case, units))
    options: dict[str, Any] = {}
    if name == "krippendorff_alpha":
        compute, options = krippendorff_alpha, {"distance": half_for_chck if weights == "custom" else weights}
    elif name in WEIGHTED:
        compute = WEIGHTED[name]
        options = {"weights": case.get("weight_matrix", "unweighted" if weights == "identity" else weights)}
        if case.get("category_spacing") == "rank":
            options["spacing"] = "ranks"
    elif name in PLAIN:
        compute = PLAIN[name]
    elif name in PER_CATEGORY:
        compute, options = PER_CATEGORY[name], {"category": param}
    elif name in BINARY:
        compute, data = BINARY[name], data.applied(CodeId(str(param)))
    elif name in ("specific_agreement_pos", "specific_agreement_neg"):
        compute, options = specific_agreement, {"category": 1 if name.endswith("pos") else 2}
    elif name == "icc" and param is not None:
        compute, options = icc, {"model": param["model"], "kind": param["type"], "unit": param["unit"]}
    else:
        return None
    return lambda interval: compute(data, interval=interval, resamples=RESAMPLES, **options)


def declared(case: Case, units: list[list[Any]]) -> list[Any] | None:
    """Return the categories of a case; where -1 is a category, those that occur, because it would mean not judged."""
    labels = {label for row in units for label in row if not isinstance(label, list | None)}
    return case.get("categories") or (sorted(labels) if -1 in labels else None)


def half_for_chck(c: str, k: str) -> float:
    """Return the distance of the cases of Artstein and Poesio (2008): half for a pair with `Chck`."""
    return 0.0 if c == k else 0.5 if "Chck" in (c, k) else 1.0


def units_of(case: Case) -> list[list[Any]] | None:
    """Return one list per unit with each coder's label; None where the case is not of units by coders."""
    if "data_rle" in case:
        runs = case["data_rle"]
        units = [row for row, n in zip(runs["rows"], runs["counts"], strict=True) for _ in range(n)]
    else:
        units = case.get("data")
    raters = case.get("raters")
    if units is None or not isinstance(raters, list):
        return units
    return [[row[i] for i in raters] for row in units]


def judge(case: Case) -> Verdict:
    """Return whether the value, standard errors and intervals of a case are as expected."""
    if case["coefficient"] in other.ADAPTERS:
        wrong = other.differences(case)
        return Verdict("wrong", "; ".join(wrong)) if wrong else Verdict("right")
    compute = coefficient(case)
    if compute is None:
        return Verdict("unsupported", case["coefficient"])
    found = compute(None)
    if "expected_undefined" in case:
        if found.undefined is None:
            return Verdict("wrong", f"{found.value!r}, should be undefined")
        return Verdict("undefined", found.undefined.sentence)
    wrong = list(differences(case, compute, found))
    return Verdict("wrong", "; ".join(wrong)) if wrong else Verdict("right")


def differences(case: Case, compute: Callable[[str | None], Agreement], found: Agreement) -> Iterator[str]:
    """Yield in words each number of a case that is not as expected."""
    tolerance = max(case.get("tolerance", TOLERANCE), TOLERANCE)
    if found.undefined is not None:
        yield f"undefined ({found.undefined}), expected {case['expected']!r}"
        return
    if differ(found.value, case["expected"], tolerance):
        yield f"value {found.value!r}, expected {case['expected']!r}"
    for key, interval in ERRORS.items():
        if key in case:
            # the file gives Gwet's standard error to 1e-8
            se_tolerance = case.get("se_gwet_tolerance", TOLERANCE) if interval == "gwet" else TOLERANCE
            se = compute(interval).se
            if differ(se, case[key], se_tolerance) and differ(se**2, case[key] ** 2, VARIANCE_TOLERANCE):
                yield f"{interval} standard error {se!r}, expected {case[key]!r}"
    for key, interval in INTERVALS.items():
        if key in case:
            yield from bounds(interval, compute(interval), case[key], BOUND_TOLERANCE)
    if "expected_ci" in case and case["coefficient"] == "icc":
        yield from bounds("F", compute("f"), case["expected_ci"], tolerance)
    elif "expected_ci" in case and "NOT resampling of units" not in case["method"]:
        yield from bounds("bootstrap", compute("lines"), case["expected_ci"], case["ci_tolerance"])


def bounds(name: str, found: Agreement, expected: list[float], tolerance: float) -> Iterator[str]:
    """Yield in words an interval that is not as expected."""
    if differ(found.low, expected[0], tolerance) or differ(found.high, expected[1], tolerance):
        yield f"{name} interval [{found.low!r}, {found.high!r}], expected {expected!r}"


def differ(found: float, expected: float, tolerance: float) -> bool:
    """Return whether a number is not as expected; NaN never is."""
    return math.isnan(found) or abs(found - expected) > tolerance


def main() -> None:
    """Judge every case of a file, and print how many are right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, help="the file of reference cases, one JSON object per line")
    by_family: defaultdict[str, Counter[str]] = defaultdict(Counter)
    reports: defaultdict[str, list[str]] = defaultdict(list)
    with parser.parse_args().cases.open(encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            verdict = judge(case)
            by_family[case["family"]][verdict.status] += 1
            reports[verdict.status].append(f"  {case['id']}: {verdict.why}")
    statuses = ("right", "wrong", "unsupported", "undefined")
    print(f"{'family':20}" + "".join(f"{status:>13}" for status in statuses))
    for family, counts in sorted(by_family.items()):
        print(f"{family:20}" + "".join(f"{counts[status]:13}" for status in statuses))
    total: Counter[str] = sum(by_family.values(), Counter())
    print(f"{'all':20}" + "".join(f"{total[status]:13}" for status in statuses))
    if reports["undefined"]:
        print("\nundefined, as they should be:", *reports["undefined"], sep="\n")
    if reports["unsupported"]:
        coefficients = sorted({report.split(": ", 1)[1] for report in reports["unsupported"]})
        print("\nunsupported:", *coefficients, sep="\n  ")
    if reports["wrong"]:
        print("\nwrong:", *reports["wrong"], sep="\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
