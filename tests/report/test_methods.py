"""The paragraph for a methods section and its appendix."""

import json
from dataclasses import replace
from typing import Any

import pytest

from autocode.agreement import agreement_table
from autocode.coding import Codings
from autocode.report import methods_appendix, methods_paragraph

SAID = {
    2: "The codebook has three codes.",
    3: "GPs and practice managers.",
    4: "The coders are the authors.",
    6: "We coded all lines.",
    7: "None were left out.",
    8: "Each coder read in one week.",
    12: "All were trained.",
}


def test_numbers_and_conventions_are_those_of_the_table(study: dict[str, Any]) -> None:
    table = study["table"]
    said = methods_paragraph(table, answers=SAID)

    assert "5 lines from 2 interviews were judged by at least two of 3 coders, with 3 codes." in said
    assert f"For all codes together alpha was {table.overall.alpha.estimate}." in said
    assert f"Forms & routes {table.codes[0].alpha.estimate}" in said
    assert "Money undefined, as only one category was used" in said
    assert "Basis: independent codings only, which are those recorded as made without sight of suggestions" in said
    for convention in ("missing", "distance", "categories", "interval", "thresholds", "caution"):
        assert table.conventions[convention] in said
    assert "resamples, seed" not in said
    assert "GRRAS" not in said


def test_an_interval_that_resamples_is_told_with_its_seed(study: dict[str, Any]) -> None:
    table = agreement_table(
        study["codings"], study["lines"], study["codebook"], interval="interviews", resamples=200, seed=7
    )

    assert "from a bootstrap of interviews (200 resamples, seed 7)" in methods_paragraph(table)


def test_the_order_is_that_of_grras_and_what_is_missing_is_asked_for(study: dict[str, Any]) -> None:
    said = methods_paragraph(study["table"], answers={3: "GPs.", 12: " "})
    places = [
        said.index(part)
        for part in ("[GRRAS 2: say the instrument", "GPs.", "[GRRAS 6: say how", "Basis:", "The unit", "[GRRAS 12:")
    ]

    assert places == sorted(places)


def test_an_item_that_results_answer_is_not_for_the_authors(study: dict[str, Any]) -> None:
    with pytest.raises(
        ValueError, match=r"GRRAS item 13 is not for the authors to answer; they answer 1, 2, .* 12 and 14"
    ):
        methods_paragraph(study["table"], answers={13: "Alpha was 1."})


def test_the_appendix_says_who_answered_each_of_the_fifteen_items(study: dict[str, Any]) -> None:
    told = json.loads(json.dumps(methods_appendix(study["table"], answers={2: "A codebook."}), allow_nan=False))

    assert list(told["grras"]) == [f"{number}" for number in range(1, 16)]
    assert told["grras"]["2"]["source"] == "authors"
    assert told["grras"]["13"]["source"] == "results"
    assert told["grras"]["12"] == {
        "asks": "who the coders and participants were: training, experience",
        "answer": None,
        "source": "missing",
    }


def test_the_appendix_has_every_row_with_its_verdict_and_every_convention(study: dict[str, Any]) -> None:
    table = study["table"]
    told = methods_appendix(table)

    assert [row["name"] for row in told["codes"]] == [row.name for row in table.codes]
    assert told["codes"][2]["verdict"] == table.codes[2].verdict
    assert told["overall"][0]["coefficients"]["alpha"]["value"] == table.overall.alpha.value
    assert "mean over lines (Gwet)" in told["conventions"]["missing, percent agreement"]
    assert told["conventions"]["interval"] == table.conventions["interval"]
    assert told["conventions"]["undefined"].endswith("never counted as 0 or 1")


def test_a_table_without_codings_still_has_its_paragraph(study: dict[str, Any]) -> None:
    table = agreement_table(Codings(), study["lines"], study["codebook"])
    told = methods_paragraph(table)

    assert "0 lines were judged by at least two of 0 coders, with 3 codes." in told
    assert "For all codes together alpha was undefined, as fewer than two coders judged anything." in told
    assert "resamples" not in told


def test_a_coefficient_without_a_convention_for_missing_adds_none(study: dict[str, Any]) -> None:
    table = study["table"]
    bare = {name: replace(one, conventions={}) for name, one in table.overall.coefficients.items()}
    told = methods_appendix(replace(table, codes=(), overall=replace(table.overall, coefficients=bare)))

    assert not [name for name in told["conventions"] if name.startswith("missing, ")]
