"""How common a code is when humans judged some lines and a model suggested for all.

The methods' published numbers come from data that are not at hand. `evaluation.agreement_cases` compares with
ppi-python 0.2.3 and with the moment function of R's dsl; here are the formulas on small tables, and what holds for all.
"""

import numpy as np
import pytest

from autocode.agreement import dsl_mean, ppi_mean, prevalence, prevalence_by
from autocode.errors import AgreementError

_ = None


def test_dsl_corrects_each_suggestion_by_the_error_seen_and_how_seldom_it_was_looked_for() -> None:
    found = prevalence([1, _, 0, _], [1, 0, 1, 1], probabilities=[0.5, 0.5, 0.25, 0.25])

    # 1, 0, 1 + (0 - 1) / .25 = -3, 1
    y = np.array([1.0, 0.0, -3.0, 1.0])
    assert found.value == pytest.approx(y.mean())
    assert found.standard_error == pytest.approx(y.std() / 2)
    assert (found.suggested, found.n_judged, found.n_lines) == (0.75, 2, 4)
    assert found.conventions["caution"].startswith("interviews are not known")
    assert str(found).endswith("(2 of 4 lines judged)")


def test_ppi_adds_the_error_that_judged_lines_show() -> None:
    y, yhat, rest = np.array([1.0, 0, 0, 1]), np.array([1.0, 1, 0, 1]), np.array([1.0, 0, 1, 1, 0, 0])

    found = ppi_mean(y, yhat, rest, lam=1.0)

    assert found.value == pytest.approx(0.5 - 0.25)
    assert found.standard_error == pytest.approx(((y - yhat).var() / 4 + rest.var() / 6) ** 0.5)
    assert found.conventions["method"] == "PPI (Angelopoulos et al. 2023), lambda given"


def test_suggestions_that_say_nothing_are_not_relied_on() -> None:
    constant = ppi_mean(np.array([1.0, 0, 0]), np.ones(3), np.ones(5))
    opposite = ppi_mean(np.array([1.0, 0, 0, 1]), np.array([0.0, 1, 1, 0]), np.array([0.0, 1, 1]))

    assert constant.weight == opposite.weight == 0
    assert constant.value == pytest.approx(1 / 3)


def corpus(seed: int, *, wrong: float = 0.2) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    interview = np.repeat(np.arange(40), 25)
    p = np.clip(0.3 + 0.15 * rng.normal(size=40), 0.02, 0.9)[interview]
    truth = (rng.random(1000) < p).astype(float)
    suggested = np.where(rng.random(1000) < wrong, 1.0, truth)
    pi = np.where(suggested == 1, 0.4, 0.15)
    drawn = rng.random(1000) < pi
    return {"truth": truth, "suggested": suggested, "pi": pi, "drawn": drawn, "interview": interview}


def test_intervals_hold_the_true_share_as_often_as_they_say() -> None:
    share = float(np.clip(0.3 + 0.15 * np.random.default_rng(7).normal(size=1_000_000), 0.02, 0.9).mean())
    naive = within = 0
    errors = []
    for seed in range(200):
        c = corpus(seed)
        judged = [float(t) if d else None for t, d in zip(c["truth"], c["drawn"], strict=True)]
        found = prevalence(judged, c["suggested"], probabilities=c["pi"], interviews=[f"I{i}" for i in c["interview"]])
        within += found.low <= share <= found.high
        naive += abs(found.suggested - share) < 0.05
        errors.append(found.value - c["truth"].mean())

    assert 0.90 <= within / 200 <= 0.99
    assert naive < 10
    assert abs(np.mean(errors)) < 0.005


def test_an_interview_counts_once_when_its_lines_say_the_same() -> None:
    judged = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    names = ["I1"] * 4 + ["I2"] * 4 + ["I3"] * 4
    alone = prevalence(judged, judged, probabilities=[1] * 12)
    by_interview = prevalence(judged, judged, probabilities=[1] * 12, interviews=names)

    # three interviews with shares 1, 0, 0: the standard error of a mean of three
    assert by_interview.standard_error == pytest.approx(np.std([1, 0, 0], ddof=1) / 3**0.5)
    assert by_interview.standard_error > alone.standard_error
    assert by_interview.conventions["interval"] == (
        "95 % interval over interviews, cluster-robust with t on 2 degrees of freedom"
    )
    assert by_interview.conventions["caution"].startswith("3 interviews are fewer than 15")
    assert str(by_interview).endswith("(12 of 12 lines judged, 3 interviews)")


def test_ppi_takes_interviews_of_judged_and_unjudged_lines_together() -> None:
    c = corpus(1)
    drawn = np.arange(1000) % 4 == 0
    judged = [float(t) if d else None for t, d in zip(c["truth"], drawn, strict=True)]
    names = [f"I{i}" for i in c["interview"]]

    found = prevalence(judged, c["suggested"], probabilities=[0.25] * 1000, interviews=names, method="ppi")
    lines = prevalence(judged, c["suggested"], probabilities=[0.25] * 1000, method="ppi")

    assert found.value == lines.value
    assert found.standard_error > lines.standard_error
    assert found.n_interviews == 40
    assert "caution" not in found.conventions


def test_prevalence_by_role_is_that_of_the_lines_of_each_role() -> None:
    judged, suggested = [1, _, 0, _, 1, 0], [1, 0, 1, 1, 1, 0]
    roles = ["GP", "GP", "PM", "PM", "GP", "PM"]

    found = prevalence_by(roles, judged, suggested, probabilities=[0.5] * 6, interviews=["a", "b", "a", "b", "c", "c"])

    assert list(found) == ["GP", "PM"]
    alone = prevalence([1, _, 1], [1, 0, 1], probabilities=[0.5] * 3, interviews=["a", "b", "c"])
    assert found["GP"] == alone


def test_judged_lines_that_do_not_vary_give_no_interval_instead_of_one_without_width() -> None:
    some = prevalence([0, _, 0, _], [0, 0, 0, 0], probabilities=[0.5] * 4, interviews=["a", "a", "b", "b"])
    every = prevalence([0, 0], [0, 0], probabilities=[1, 1])

    assert (some.value, some.to_json()["low"], some.to_json()["high"]) == (0, None, None)
    assert some.conventions["caution"] == (
        "the 2 judged lines do not vary, so there is no interval; even if lines were independent, up to 1 of the "
        "others might be otherwise (rule of three)"
    )
    assert str(some) == "0.000 (2 of 4 lines judged, 2 interviews)"
    assert (every.low, every.high) == (0, 0)


def test_an_estimate_as_json_has_its_counts() -> None:
    told = prevalence([1, _, 0, _], [1, 0, 1, 1], probabilities=[0.5, 0.5, 0.25, 0.25]).to_json()

    assert list(told) == [
        "value", "standard_error", "low", "high", "suggested", "weight", "judged", "lines", "interviews",
    ]  # fmt: skip
    assert (told["judged"], told["lines"], told["interviews"], told["weight"]) == (2, 4, 0, 1.0)


def test_without_probabilities_it_is_refused_with_the_reason() -> None:
    with pytest.raises(AgreementError, match="no inclusion probabilities were stored: lines that coders picked"):
        prevalence([1, _], [1, 0], probabilities=None)
    with pytest.raises(AgreementError, match="no inclusion probabilities were stored"):
        prevalence_by(["GP", "GP"], [1, _], [1, 0], probabilities=None)
    with pytest.raises(AgreementError, match="1 of 2 judged lines have no stored inclusion probability"):
        prevalence([1, 0], [1, 0], probabilities=[0.5, None])
    with pytest.raises(AgreementError, match=r"lie above 0 and at most at 1, not between 0 and 0\.5"):
        prevalence([1, _], [1, 0], probabilities=[0.5, 0])
    with pytest.raises(AgreementError, match=r"probabilities from 0\.2 to 0\.5, and PPI\+\+ needs equal ones"):
        prevalence([1, 0, _], [1, 0, 1], probabilities=[0.5, 0.2, 0.5], method="ppi")


def test_what_cannot_be_estimated_is_told_in_a_sentence() -> None:
    one = np.array([1.0])
    with pytest.raises(AgreementError, match="no line was judged; prevalence needs some human judgements"):
        prevalence([_, _], [1, 0], probabilities=[0.5, 0.5])
    with pytest.raises(AgreementError, match="1 judged line cannot show how far suggestions err; judge more"):
        ppi_mean(one, one, one)
    with pytest.raises(AgreementError, match="every line was judged: the mean of the judgements is the prevalence"):
        ppi_mean(np.ones(3), np.ones(3), np.array([]))
    with pytest.raises(AgreementError, match="all lines are of one interview"):
        prevalence([1, 0], [1, 0], probabilities=[1, 1], interviews=["I1", "I1"])
    with pytest.raises(AgreementError, match="no line of the group 'PM' was judged"):
        prevalence_by(["GP", "PM"], [1, _], [1, 0], probabilities=[0.5, 0.5])


def test_lists_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="found 1 suggestion for 2 lines"):
        prevalence([1, _], [1], probabilities=[0.5, 0.5])
    with pytest.raises(ValueError, match="found 1 suggestion for 2 lines"):
        prevalence([1, _], [1], probabilities=[0.5, 0.5], method="ppi")
    with pytest.raises(ValueError, match="found 1 probability for 2 lines"):
        prevalence([1, _], [1, 0], probabilities=[0.5])
    with pytest.raises(ValueError, match="found 1 interview for 2 lines"):
        prevalence([1, _], [1, 0], probabilities=[0.5, 0.5], interviews=["I1"])
    with pytest.raises(ValueError, match="found 1 group for 2 lines"):
        prevalence_by(["GP"], [1, _], [1, 0], probabilities=[0.5, 0.5])
    with pytest.raises(ValueError, match="found 1 suggestion for 2 judged lines"):
        ppi_mean(np.ones(2), np.ones(1), np.ones(2))
    with pytest.raises(ValueError, match="name the interviews of the judged and of the unjudged lines, or of neither"):
        ppi_mean(np.ones(2), np.ones(2), np.ones(2), interviews=["I1", "I2"])
    with pytest.raises(ValueError, match="there is no method 'mle'; the methods are dsl and ppi"):
        prevalence([1, _], [1, 0], probabilities=[0.5, 0.5], method="mle")
    with pytest.raises(ValueError, match="the level of an interval lies between 0 and 1, not at 95"):
        dsl_mean(np.ones(2), np.ones(2), probabilities=np.ones(2), level=95)
