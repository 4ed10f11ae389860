"""What the spread of codes over interviews promises on any table, and what it refuses."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest

import autocode as ac
from autocode.codebook import Added, Code, evolve
from autocode.coding import Codings, remapped
from autocode.errors import StudyError, ThemesError
from autocode.themes import (
    Incidence,
    accumulation,
    chao2,
    newcombe,
    next_interview,
    rule_in_random_orders,
    saturation,
    saturation_rule,
    together,
    variation,
    wilson,
)

TABLES = st.tuples(st.integers(2, 6), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.int8, shape, elements=st.integers(0, 1))
)


def incidence_of(met, **fields):
    m, n = met.shape
    return Incidence(
        interviews=tuple(f"P{k}" for k in range(m)), codes=tuple(f"c{k}" for k in range(n)), met=met, **fields
    )


# incidence


def test_an_interview_that_was_not_read_to_its_end_is_left_out_and_named(sample):
    codings, lines, codebook = sample
    last = [line.id for line in lines.participant_lines if line.transcript == "GP3"][-1]
    rest = ac.Codings([coding for coding in codings if coding.line != last], digests=codings.digests)

    assert Incidence.of(codings, lines, codebook).left_out == ("GP8", "GP18", "PM7")
    assert Incidence.of(rest, lines, codebook).left_out == ("GP3", "GP8", "GP18", "PM7")


def test_codes_of_any_coder_are_at_least_those_of_the_consensus(sample, incidence):
    anybody = Incidence.of(*sample, coded_by="any")

    assert (anybody.met >= incidence.met).all()
    assert (anybody.met > incidence.met).any()


def test_a_theme_is_met_where_one_of_its_subthemes_is(sample, incidence):
    codebook = sample[2]
    themes = Incidence.of(*sample, level="theme")

    for column, theme in enumerate(themes.codes):
        below = [incidence.codes.index(code) for code in codebook.descendants(theme)]
        assert (themes.met[:, column] == incidence.met[:, below].max(axis=1)).all()


def test_interviews_stand_in_the_order_of_their_dates(sample, tmp_path):
    (tmp_path / "participants.csv").write_text("participant,date\nA,2026-03-01\nB,2026-01-31\n")
    for name in "AB":
        (tmp_path / f"{name}.txt").write_text(f"Interviewer: How?\n{name}: By phone.\n")
    lines = ac.read_transcripts(tmp_path)
    codebook = ac.Codebook([ac.Code(id="phone", name="Telephone")])
    codings = ac.Codings(ac.Coding(line=f"{name}:2", coder="MO", codes=frozenset({"phone"})) for name in "AB")
    found = Incidence.of(codings, lines, codebook)

    assert (found.interviews, found.order) == (("B", "A"), "date")

    (tmp_path / "participants.csv").write_text("participant,date\nA,\nB,31.1.2026\n")
    with pytest.raises(ThemesError) as refusal:
        Incidence.of(codings, ac.read_transcripts(tmp_path), codebook)
    assert [fault.what for fault in refusal.value.faults] == [
        "A has no date; write the column date of participants.csv as 2026-01-31, or remove it.",
        "B has the date '31.1.2026'; write the column date of participants.csv as 2026-01-31, or remove it.",
    ]


def test_lines_that_were_not_coded_are_refused(sample):
    codings, lines, codebook = sample
    other = ac.Codings(codings, digests={"GP1": "0" * 64})

    for function in (Incidence.of, lambda *data: together(*data, unit="line")):
        with pytest.raises(StudyError, match="the transcript GP1 is not as it was when it was coded"):
            function(other, lines, codebook)


def test_nothing_is_said_of_interviews_that_nobody_read(sample):
    _, lines, codebook = sample

    with pytest.raises(ThemesError, match="no interview was read completely"):
        Incidence.of(ac.Codings([]), lines, codebook)
    with pytest.raises(ThemesError, match="no line of a participant was read yet"):
        together(ac.Codings([]), lines, codebook, unit="line")
    with pytest.raises(ThemesError, match="only 1 interview was read completely"):
        saturation(incidence_of(np.array([[1, 0]])))


# saturation


@given(TABLES)
def test_the_curve_is_the_mean_and_the_spread_over_all_orders(met):
    mean, sd = accumulation(incidence_of(met))
    curves = np.array(
        [np.maximum.accumulate(met[list(order)], axis=0).sum(axis=1) for order in permutations(range(len(met)))]
    )

    assert mean == pytest.approx(curves.mean(axis=0), abs=1e-9)
    assert sd == pytest.approx(curves.std(axis=0), abs=1e-6)


@given(TABLES)
def test_new_codes_add_up_to_the_codes_met_and_chao2_is_no_less(met):
    found = saturation(incidence_of(met), n_orders=3)
    n_met = int(met.any(axis=0).sum())

    assert sum(found.new) == n_met
    assert n_met <= found.richness.low <= found.richness.value <= found.richness.high
    assert sum(name is not None for name in found.first_met.values()) == n_met


def test_codes_after_the_rule_was_met_are_always_said():
    rule = saturation_rule([9, 1, 0, 0, 0, 0, 2, 0])

    assert str(rule) == "rule with base 4, run 2, new at most 5 %: 4+2; 2 codes came afterwards"


def test_no_result_says_saturated(incidence, people):
    found = saturation(replace(incidence, attributes=people), by="role", n_orders=50)

    assert "saturated" not in str(found)
    assert "All codes existed before the first interview was coded" in str(found)
    assert "2 codes came into the codebook" in str(saturation(incidence, n_added=2, n_orders=50))
    assert "Saturation is about what is common" in str(found)
    assert "saturated" not in str(found.to_json())


def test_a_group_too_small_for_the_rule_has_no_number(with_attribute):
    found = saturation(with_attribute(["Hackney"] * 18 + ["Brent"] * 3 + [""]), by="place", n_orders=20)

    assert set(found.groups) == {"Hackney"}
    assert found.too_small == {"Brent": 3, "not known": 1}
    assert "Brent: too few interviews for one run (3; 6 are needed)." in str(found)


def test_random_orders_come_again_with_their_seed(incidence):
    assert rule_in_random_orders(incidence, n_orders=50, seed=4) == rule_in_random_orders(
        incidence, n_orders=50, seed=4
    )


def test_a_table_without_codes_has_nothing_to_come():
    found = chao2(incidence_of(np.zeros((4, 3), dtype=np.int8)))

    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert np.isnan(found.coverage)
    assert next_interview(0, 1).at_most == pytest.approx(2.9957, abs=1e-4)


@pytest.mark.parametrize(("base", "run", "threshold"), [(0, 2, 0.05), (4, 0, 0.05), (4, 2, -0.1), (4, 2, float("nan"))])
def test_an_impossible_rule_is_refused(base, run, threshold):
    with pytest.raises(ValueError, match="a rule has a base and a run of at least 1"):
        saturation_rule([1, 2], base=base, run=run, threshold=threshold)


# variation


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_is_that_of_scipy(share):
    assert wilson(*share) == pytest.approx(tuple(binomtest(*share).proportion_ci(method="wilson")), abs=1e-12)


def test_newcombes_published_example():
    """Newcombe (1998), table II, method 10: 56/70 - 48/80 and 9/10 - 3/10."""
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert newcombe(9, 10, 3, 10) == pytest.approx((0.1705, 0.8090), abs=1e-4)


def test_groups_of_fewer_than_five_have_counts_and_no_interval(with_attribute):
    found = variation(with_attribute(["Hackney"] * 18 + ["Brent"] * 4), "place")
    share = found.shares[found.incidence.codes[0]]["Brent"]

    assert str(share).count("[") == 0
    assert all(np.isnan(difference.low) for difference in found.differences.values())
    assert found.to_json()["codes"][found.incidence.codes[0]]["groups"]["Brent"]["low"] is None


def test_what_is_not_known_is_a_group_of_its_own_and_is_not_compared(with_attribute):
    found = variation(with_attribute(["Hackney"] * 11 + ["Brent"] * 9 + [""] * 2), "place")
    known = variation(with_attribute(["Hackney"] * 11 + ["Brent"] * 9), "place")

    assert list(next(iter(found.shares.values()))) == ["Brent", "Hackney", "not known"]
    assert found.as_large_somewhere == pytest.approx(known.as_large_somewhere)


def test_more_than_two_groups_are_compared_by_random_arrangements(with_attribute):
    found = variation(with_attribute(["Hackney"] * 8 + ["Brent"] * 7 + ["Barnet"] * 7), "place", seed=1)

    assert not found.exact
    assert not found.differences
    assert 0 < found.as_large_somewhere <= 1
    assert "20,000 random arrangements" in str(found)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["GP"] * 22, "all participants have the same place (GP)"),
        ([str(k) for k in range(22)], "each participant has a place of their own"),
        ([""] * 22, "no participant has the attribute 'place'; participants.csv has place"),
    ],
)
def test_there_is_nothing_to_compare(with_attribute, values, why):
    with pytest.raises(ThemesError) as refusal:
        variation(with_attribute(values), "place")

    assert why in str(refusal.value)


def test_where_no_code_differs_every_arrangement_is_as_large():
    met = np.ones((8, 2), dtype=np.int8)
    attributes = {f"P{k}": {"role": "AB"[k % 2]} for k in range(8)}

    assert variation(incidence_of(met, attributes=attributes), "role").as_large_somewhere == 1


def test_an_interview_in_which_a_code_was_not_judged_does_not_count_for_it():
    met = np.array([[1, 1], [-1, 0], [0, 1], [1, 0]], dtype=np.int8)
    attributes = {f"P{k}": {"role": "AB"[k // 2]} for k in range(4)}
    shares = variation(incidence_of(met, attributes=attributes), "role").shares

    assert (shares["c0"]["A"].k, shares["c0"]["A"].n) == (1, 1)


# together


@pytest.mark.parametrize("unit", ["line", "answer", "interview"])
def test_a_heading_names_the_unit(sample, unit):
    found = together(*sample, unit=unit, resamples=20)

    assert unit in found.table().head[0]
    assert all(pair.low <= pair.jaccard <= pair.high for pair in found.pairs if pair.both > 5)


def test_larger_units_hold_pairs_at_least_as_often_together(sample):
    line, interview = (together(*sample, unit=unit, resamples=2) for unit in ("line", "interview"))

    assert {pair.codes for pair in line.pairs} <= {pair.codes for pair in interview.pairs}
    assert line.pair("no", "such") is None


def test_an_interview_read_before_a_code_was_added_says_nothing_about_it(sample):
    codings, lines, codebook = sample
    new = Code(id="fixers", name="Informal fixers", parent="infrastructure")
    change = Added(before=codebook.version, after="next", by="TW", code=new)
    grown = evolve(codebook, [change])
    now = remapped(codings, [change], codebook=codebook)
    first = now[0].line  # which all its coders read again, and nobody any other line
    read_again = Codings(
        replace(coding, codes=coding.codes | {"fixers"}, unjudged=frozenset()) if coding.line == first else coding
        for coding in now
    )
    for coded_by in ("consensus", "any"):
        before = Incidence.of(codings, lines, codebook, coded_by=coded_by)
        after = Incidence.of(now, lines, grown, coded_by=coded_by)
        later = Incidence.of(read_again, lines, grown, coded_by=coded_by)

        assert (after.met[:, :-1] == before.met).all()
        assert set(after.met[:, -1]) == {-1}
        assert dict(zip(later.interviews, later.met[:, -1], strict=True)) == {
            name: 1 if name == lines.line(first).transcript else -1 for name in later.interviews
        }

    assert _figures(together(now, lines, grown, unit="line", resamples=20)) == _figures(
        together(codings, lines, codebook, unit="line", resamples=20)
    )
    with_new = [
        pair for pair in together(read_again, lines, grown, unit="line", resamples=20).pairs if "fixers" in pair.codes
    ]
    assert {(pair.both, pair.first, pair.second) for pair in with_new} <= {(1, 1, 1)}


def _figures(found):
    return [(pair.codes, pair.both, pair.jaccard, pair.low, pair.high) for pair in found.pairs]
