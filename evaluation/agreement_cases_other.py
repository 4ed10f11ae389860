"""Reference cases that are not of units by coders: spans, segmentations, planning, benchmarks, prevalence, alt-test.

`ADAPTERS` maps a case's coefficient to a function from the case to the number that autocode computes. `differences`
lists the numbers of a case, among them standard errors and whole vectors, that autocode does not reproduce.
"""

from collections.abc import Callable
from typing import Any

from autocode.agreement import (
    AltTest,
    Membership,
    Prevalence,
    Span,
    SpanData,
    alpha_u_2004,
    alt_test,
    best_alignment,
    boundary_similarity,
    cumulative_membership,
    gamma,
    gamma_cat,
    lines_by_interval,
    lines_by_power,
    lines_cantor,
    lines_flack,
    lower_limit,
    pk,
    ppi_mean,
    prevalence,
    segmentation_kappa,
    segmentation_pi,
    u_alpha,
    u_alpha_binary,
    window_diff,
)

Case = dict[str, Any]

TOLERANCE = 1e-9


def spans(case: Case) -> SpanData:
    """Return the spans of a case, which has one of three forms."""
    marked: dict[str, list[tuple[int, int, str]]] = {}
    if "rows" in case:  # gamma: whole seconds, a continuum from the first to the last of them
        for coder, label, start, end in case["rows"]:
            marked.setdefault(coder, []).append((int(start), int(end), label))
        begin = min(start for rows in marked.values() for start, _, _ in rows)
        after = max(end for rows in marked.values() for _, end, _ in rows)
        return SpanData.from_text(marked, length=after - begin, begin=begin)
    begin, second = case["continuum"]
    if "units" in case:  # alpha-u of 2004: start and length, in a continuum given by begin and length
        marked = {str(coder): [] for coder in range(case["raters"])}
        for start, length, coder, label in case["units"]:
            marked[str(coder)].append((start, start + length, label))
        return SpanData.from_text(marked, length=second, begin=begin)
    return SpanData.from_text(case["segments"], length=second - begin, begin=begin)


def gamma_options(case: Case) -> dict[str, float]:
    """Return the parameters of a case of gamma; the two programs that they come from name them differently."""
    param = case["param"]
    return {
        "delta_empty": param.get("delta_empty", param.get("deltaEmpty")),
        "alpha": param["alpha"],
        "beta": param["beta"],
    }


def marked_by(case: Case) -> dict[str, tuple[Span, ...]]:
    """Return the spans of each coder in the one text of a case."""
    return dict(spans(case).continua[0].marked)


def by_cantor(case: Case) -> float:
    """Return the number of lines by Cantor (1996)."""
    p = case["param"]
    return lines_cantor(
        p["k1"],
        hypothesis=p["k0"],
        prevalences=(p["rate1"], p["rate2"]),
        level=1 - p["alpha"],
        power=p["power"],
        two_sided=p["twosided"],
    )


def by_flack(case: Case) -> float:
    """Return the number of lines by Flack et al. (1988)."""
    p = case["param"]
    return lines_flack(
        p["k1"],
        hypothesis=p["k0"],
        margins=p["margins"],
        level=1 - p["alpha"],
        power=p["power"],
        two_sided=p["twosided"],
    )


def by_power(case: Case) -> float:
    """Return the number of lines by kappaSize's power functions; for kappas of .40 and .60 by default."""
    p = case["param"]
    return lines_by_power(
        p.get("k1", 0.6), hypothesis=p.get("k0", 0.4), prevalence=p["props"], coders=p.get("raters", 2)
    )


def by_interval(case: Case) -> float:
    """Return the number of lines by kappaSize's interval functions."""
    p = case["param"]
    return lines_by_interval(p["k0"], low=p["kL"], high=p["kU"], prevalence=p["props"], coders=p["raters"])


def by_lines(case: Case) -> float:
    """Return the lower limit of kappaSize for the lines of a case."""
    p = case["param"]
    return lower_limit(p["k0"], lines=p["n"], prevalence=p["props"])


def membership(case: Case) -> Membership:
    """Return the cumulative membership of a benchmark case."""
    return cumulative_membership(case["coeff"], standard_error=case["se"], scale=case["scale"])


def by_ppi(case: Case) -> Prevalence:
    """Return the mean by prediction-powered inference (PPI)."""
    param = case["param"]
    return ppi_mean(case["y"], case["yhat"], case["yhat_unlabeled"], lam=param["lam"], level=1 - param["alpha"])


def by_dsl(case: Case) -> Prevalence:
    """Return the mean by design-based supervised learning (DSL), through the function that checks the sampling."""
    return prevalence(case["y"], case["yhat"], probabilities=case["pi"], method="dsl")


def by_alt_test(case: Case) -> AltTest:
    """Return the alternative annotator test."""
    return alt_test(case["humans"], case["llm"], epsilon=case["param"]["epsilon"], fdr=case["param"]["q_fdr"])


ADAPTERS: dict[str, Callable[[Case], float | None]] = {
    "alpha_u_2004": lambda case: alpha_u_2004(spans(case)).value,
    "alpha_u_2004_category": lambda case: alpha_u_2004(spans(case), label=case["param"]).value,
    "u_alpha_nominal_2016": lambda case: u_alpha(spans(case)).value,
    "u_alpha_binary_2016": lambda case: u_alpha_binary(spans(case)).value,
    "boundary_similarity": lambda case: boundary_similarity(case["masses"]["ref"], case["masses"]["hyp"]),
    "pk": lambda case: pk(case["masses"]["hyp"], reference=case["masses"]["ref"]),
    "window_diff": lambda case: window_diff(case["masses"]["hyp"], reference=case["masses"]["ref"]),
    "segeval_fleiss_pi_linear": lambda case: segmentation_pi({"text": case["masses"]}).value,
    "segeval_fleiss_kappa_linear": lambda case: segmentation_kappa({"text": case["masses"]}).value,
    "gamma_best_alignment_disorder": lambda case: best_alignment(marked_by(case), **gamma_options(case)).disorder,
    "gamma_n_unitary_alignments": lambda case: len(best_alignment(marked_by(case), **gamma_options(case)).unitary),
    "gamma": lambda case: gamma(spans(case), **gamma_options(case), precision=0.01).value,
    "gamma_cat": lambda case: gamma_cat(spans(case), **gamma_options(case), precision=0.01).value,
    "n_cohen_kappa_binary_cantor1996": by_cantor,
    "n_cohen_kappa_flack1988": by_flack,
    "kappaSize_CIBinary": by_interval,
    "kappaSize_CIBinary2": by_interval,
    "kappaSize_FixedNBinary": by_lines,
    "kappaSize_Power3": by_power,
    "kappaSize_PowerBinary": by_power,
    "kappaSize_PowerBinary3": by_power,
    # A benchmark case expects a vector, of which this is the first entry; `differences` compares all of it.
    "gwet_cumulative_membership": lambda case: membership(case).cumulative[0],
    "ppi_mean": lambda case: by_ppi(case).value,
    "dsl_mean": lambda case: by_dsl(case).value,
    "alt_test": lambda case: by_alt_test(case).winning_rate,
}


def also_expected(case: Case) -> dict[str, Any]:
    """Return the other numbers of a case as autocode computes them, by their names in the case."""
    match case["coefficient"]:
        case "gwet_cumulative_membership":
            found = membership(case)
            return {"expected_vector": found.cumulative, "expected_level_95": found.level}
        case "ppi_mean":
            mean = by_ppi(case)
            return {
                "expected_se": mean.standard_error,
                "expected_ci": (mean.low, mean.high),
                "expected_lambda": mean.weight,
            }
        case "dsl_mean":
            mean = by_dsl(case)
            n = mean.n_lines
            return {
                "expected_se_n": mean.standard_error,
                "expected_se_n1": mean.standard_error * (n / (n - 1)) ** 0.5,
                "naive_machine_mean": mean.suggested,
            }
        case "alt_test":
            test = by_alt_test(case)
            return {
                "expected_p_values": test.p_values,
                "expected_advantage_probability": test.advantage_probability,
            }
    return {}


def differences(case: Case) -> list[str]:
    """Return in words each number of a case that is not as expected."""
    tolerance = max(case.get("tolerance", TOLERANCE), TOLERANCE)
    wrong = []
    if "expected" in case:
        value = ADAPTERS[case["coefficient"]](case)
        if value is None or not abs(value - case["expected"]) <= tolerance:
            wrong.append(f"value {value!r}, expected {case['expected']!r}")
    for name, found in also_expected(case).items():
        if name in case and not _same(found, case[name], tolerance):
            wrong.append(f"{name} {found!r}, expected {case[name]!r}")
    return wrong


def _same(found: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, str):
        return bool(found == expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(_same(f, e, tolerance) for f, e in zip(found, expected, strict=True))
    return abs(found - expected) <= tolerance
