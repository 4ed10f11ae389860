"""The figures, drawn into given or new axes."""

from dataclasses import replace
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from autocode.report import coder_heat_map, forest_plot, learning_curve
from autocode.report._plots import svg
from autocode.validation import Validation


def test_the_forest_has_a_row_a_subtheme_and_one_for_all(study: dict[str, Any]) -> None:
    ax = Figure().add_subplot()

    assert forest_plot(study["table"], ax=ax) is ax
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "Forms & routes  (3)",
        "Systems  (2)",
        "Money  (0)",
        "all codes  (4)",
    ]
    assert "undefined" in [text.get_text() for text in ax.texts]


def test_the_axis_reaches_down_to_the_lowest_bound(study: dict[str, Any]) -> None:
    lowest = min(row.alpha.low for row in study["table"].codes if row.alpha.undefined is None)

    assert forest_plot(study["table"]).get_xlim()[0] < min(lowest, 0.001)


def test_the_curve_is_drawn_in_order_with_its_baselines(validation: Validation) -> None:
    ax = learning_curve(validation)
    lines = {line.get_label(): line for line in ax.lines}

    assert list(lines) == ["autocode", "logistic"]
    assert list(lines["autocode"].get_xdata()) == [20, 50]
    assert list(lines["autocode"].get_ydata()) == [0.3, 0.5]
    assert ax.get_ylabel() == "R@3"


def test_another_metric_can_be_drawn(validation: Validation) -> None:
    ax = Figure().add_subplot()

    assert learning_curve(validation, metric="microF1", ax=ax).get_ylabel() == "microF1"


def test_nobodys_style_is_changed(study: dict[str, Any], validation: Validation) -> None:
    before = dict(mpl.rcParams)
    forest_plot(study["table"])
    learning_curve(validation)

    assert dict(mpl.rcParams) == before


def test_a_dollar_in_a_name_is_a_dollar(study: dict[str, Any]) -> None:
    first, *others = study["table"].codes
    table = replace(study["table"], codes=(replace(first, name="Under $5, over $10"), *others))
    drawn = svg(lambda ax: forest_plot(table, ax=ax), width=6, height=3, name="forest")

    assert "Under $5, over $10" in drawn


def test_the_heat_map_has_the_mean_kappa_of_every_two_coders(study: dict[str, Any]) -> None:
    ax = Figure().add_subplot()
    table = study["table"]
    shown = [text.get_text() for text in coder_heat_map(table, ax=ax).texts]

    assert [label.get_text() for label in ax.get_xticklabels()] == ["coder_a", "coder_b", "coder_c"]
    kappa = table.overall.pairs["coder_a", "coder_b"].value
    assert shown[0] == shown[2] == f"{kappa:.2f}"
    assert len(shown) == 6
    assert ax.get_xlabel() == "Cohen's κ, mean over the codes"


def test_the_heat_map_can_be_of_one_code_and_undefined_is_a_dash(study: dict[str, Any]) -> None:
    ax = coder_heat_map(study["table"], code="Money")

    assert {text.get_text() for text in ax.texts} == {"–"}
    assert ax.get_xlabel() == "Cohen's κ, Money"
    with pytest.raises(ValueError, match="there is no code 'Mony'; the closest is 'Money'"):
        coder_heat_map(study["table"], code="Mony")
