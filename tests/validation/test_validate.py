import json
import math
from dataclasses import replace

import numpy as np
import pytest

from autocode.agreement import ReliabilityData, krippendorff_alpha
from autocode.coding import Basis, Codings
from autocode.errors import TrainingError
from autocode.validation import METRICS, Estimate, Validation, validate
from autocode.validation._protocol import eligible, split

FEW = {"seeds": 2, "resamples": 20, "min_uses": 5}


def shape(value: object) -> object:
    """Return JSON with every leaf replaced by the name of its type."""
    if isinstance(value, dict):
        return {key: shape(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def asked_of(study, *, seeds: int, min_uses: int = 5) -> list[str]:
    """Return the lines that any split asks about."""
    table = eligible(*study, min_uses=min_uses)
    return list(dict.fromkeys(table.lines[i].id for s in range(seeds) for i in split(table, seed=s).test))


def test_a_suggester_that_learnt_finds_most_codes_of_interviews_it_has_not_seen(validation):
    few, all_ = validation.curve

    assert all_.metrics["R@3"].mean > 0.9
    assert all_.metrics["mAP"].mean > few.baselines["definitions"]["mAP"].mean
    assert all_.metrics["brier"].mean < 0.1


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(study, validation):
    again = validate(*study, learn=[20, None], seeds=2, resamples=60, min_uses=5, corpus="small")
    other = validate(*study, learn=[20, None], seeds=2, resamples=60, min_uses=5, corpus="small", seed=5)

    assert again == validation
    assert json.dumps(again.to_json()) == json.dumps(validation.to_json())
    assert other.to_json() != validation.to_json()


def test_the_json_has_the_promised_shape(validation):
    estimate = {"mean": "float", "low": "float", "high": "float"}
    undefined = dict.fromkeys(estimate, "NoneType")
    metrics = dict.fromkeys(["R@1", "R@3", "mAP", "microF1", "macroF1", "brier", "ece"], estimate)
    found = json.loads(json.dumps(validation.to_json(), allow_nan=False))

    assert shape(found["curve"]) == [
        {
            "n": "int",
            "seeds": "int",
            "metrics": metrics,
            "baselines": {
                "logistic": metrics,
                "definitions": metrics | {"brier": undefined, "ece": undefined},
            },
        }
    ]
    assert list(found) == ["corpus", "protocol", "curve", "codes", "human"]
    assert found["corpus"] == "small"
    assert shape(found["codes"]) == [
        {
            **{"code": "str", "name": "str", "theme": "str", "n": "int"},
            **dict.fromkeys(["precision", "recall", "f1", "average_precision"], estimate),
            **dict.fromkeys(["human_alpha", "model_alpha"], estimate),
        }
    ]
    assert shape(found["human"]) == {"what": "str", "human_human": estimate, "model_human": estimate}


def test_the_protocol_says_what_was_done(validation):
    said = dict(validation.protocol)

    assert set(said.pop("versions")) == {"autocode", "numpy", "scikit-learn", "spacy"}
    assert said == {
        "lines": 144,
        "interviews": 12,
        "codes": 3,
        "labels": "144 lines by strict majority",
        "min_uses": 5,
        "test_share": 0.3,
        "test_cap": 1500,
        "held_out": "whole interviews",
        "seeds": [0, 1],
        "interval": "95% percentile, bootstrap of interviews",
        "resamples": 60,
    }


def test_an_undefined_number_is_null_in_json_and_a_word_in_print():
    nothing = Estimate(mean=math.nan, low=math.nan, high=math.nan)

    assert nothing.to_json() == {"mean": None, "low": None, "high": None}
    assert str(nothing) == "undefined"
    assert str(Estimate(mean=0.5, low=0.25, high=0.75)) == "0.50 [0.25, 0.75]"


def test_intervals_hold_their_estimate_and_stay_between_0_and_1(validation):
    for point in validation.curve:
        for metrics in (point.metrics, *point.baselines.values()):
            for name in ("R@1", "R@3", "microF1", "brier"):
                if not math.isnan(metrics[name].mean):
                    assert 0 <= metrics[name].low <= metrics[name].mean <= metrics[name].high <= 1


def test_intervals_widen_with_fewer_interviews(make_study):
    def width(interviews: int) -> float:
        study = make_study(interviews, answers=6, coders=1)
        found = validate(*study, learn=[20], seeds=3, resamples=100, min_uses=3).curve[0]
        return float(np.mean([m[k].high - m[k].low for m in found.baselines.values() for k in ("R@1", "microF1")]))

    assert width(10) > 1.5 * width(90)


def test_codes_come_with_their_theme_and_with_the_lines_that_have_them(validation, study):
    table = eligible(*study, min_uses=5)
    asked = [table.applied[split(table, seed=s).test].sum(axis=0) for s in range(2)]

    assert [(one.code, one.name, one.theme) for one in validation.codes] == [
        ("parking", "Parking", "Getting there"),
        ("phones", "Telephones", "Getting there"),
        ("records", "Records", ""),
    ]
    assert [one.n for one in validation.codes] == np.sum(asked, axis=0).tolist()
    assert all(0 <= one.precision.mean <= 1 and 0 <= one.recall.mean <= 1 for one in validation.codes)
    assert all(one.average_precision.mean > 0.5 for one in validation.codes)


def test_the_human_ceiling_is_agreement_on_the_lines_that_were_asked_about(study, validation):
    asked = asked_of(study, seeds=2)
    between = study.codings.on(asked)
    sets = krippendorff_alpha(ReliabilityData.for_sets(between, study.lines), interval=None)
    parking = krippendorff_alpha(ReliabilityData.for_code("parking", between, study.lines), interval=None)
    interviews = len({study.lines.line(line).transcript for line in asked})

    assert validation.human.human_human.mean == pytest.approx(sets.value)
    assert validation.codes[0].human.mean == pytest.approx(parking.value)
    assert validation.human.what == (
        f"alpha of sets of codes (MASI) on {len(asked)} held-out lines of {interviews} interviews"
    )
    assert 0 < validation.human.model_human.mean < 1


def test_only_independent_readings_count_as_human_agreement(study, validation, coding):
    asked = [line.id for line in study.lines.participant_lines]
    more = [coding(line, "parking", coder, Basis.ASSISTED) for line in asked for coder in ("coder_x", "coder_y")]
    settled = [
        coding(line, " ".join(one.codes), "coder_z", Basis.ADJUDICATED)
        for line in asked
        for one in study.codings.of(line)[:1]
    ]
    same = validate(Codings([*study.codings, *settled]), *study[1:], learn=[20, None], **FEW)
    also = validate(Codings([*study.codings, *settled, *more]), *study[1:], learn=[20, None], **FEW)

    assert same.human.human_human.mean == pytest.approx(also.human.human_human.mean)
    assert same.human.what == validation.human.what


def test_where_nobody_read_a_line_twice_there_is_no_human_ceiling(make_study):
    found = validate(*make_study(8, coders=1), learn=[20], **FEW)

    assert found.human is None
    assert found.to_json()["human"] is None
    assert all(one.human is None and one.model is None for one in found.codes)
    assert found.to_json()["codes"][0]["human_alpha"] is None
    assert "human-human" not in str(found)


def test_adjudication_of_one_reading_is_no_second_reading(make_study, coding):
    study = make_study(8, coders=1)
    settled = [coding(one.line, " ".join(one.codes), "coder_z", Basis.ADJUDICATED) for one in study.codings]

    assert validate(Codings([*study.codings, *settled]), *study[1:], learn=[20], **FEW).human is None


@pytest.mark.parametrize("learn", [None, [], [None]])
def test_without_numbers_all_of_the_training_part_is_learnt(study, learn):
    found = validate(*study, learn=learn, **FEW)
    table = eligible(*study, min_uses=5)

    assert [point.n for point in found.curve] == [round(np.mean([len(split(table, seed=s).pool) for s in range(2)]))]
    assert found.curve[0].seeds == 2


def test_a_number_that_no_split_can_supply_is_left_out(study):
    found = validate(*study, learn=[20, 5000], **FEW)

    assert [point.n for point in found.curve] == [20]


def test_a_number_that_some_splits_can_supply_is_the_mean_over_those(make_study):
    study = make_study(5)
    table = eligible(*study, min_uses=5)
    unequal = Codings(one for one in study.codings if not one.line.startswith("GP1:") or one.line < "GP1:4")
    table = eligible(unequal, *study[1:], min_uses=5)
    pools = [len(split(table, seed=s).pool) for s in range(4)]
    found = validate(unequal, *study[1:], learn=[max(pools)], seeds=4, resamples=20, min_uses=5)

    assert min(pools) < max(pools)
    assert [(point.n, point.seeds) for point in found.curve] == [(max(pools), pools.count(max(pools)))]


def test_one_line_to_learn_from_is_enough(study, capfd):
    found = validate(*study, learn=[1], **FEW)

    assert found.curve[0].n == 1
    assert capfd.readouterr() == ("", "")


def test_more_lines_than_there_are_is_refused_by_how_many_there_are(study):
    table = eligible(*study, min_uses=5)
    most = max(len(split(table, seed=s).pool) for s in range(2))

    with pytest.raises(TrainingError) as refused:
        validate(*study, learn=[5000, 900], **FEW)

    assert str(refused.value) == (
        f"no split leaves 900 coded lines to learn from (the largest leaves {most}); ask for fewer with --learn."
    )


def test_too_few_interviews_are_refused(make_study):
    with pytest.raises(TrainingError) as refused:
        validate(*make_study(1, answers=80), **FEW)

    assert str(refused.value) == (
        "1 coded interview is too few to hold out whole ones; code lines of at least two more interviews."
    )


def test_too_few_codes_are_refused(study):
    with pytest.raises(TrainingError) as refused:
        validate(*study, min_uses=60)

    assert str(refused.value) == (
        "fewer than two codes stand on at least 60 lines, too few to try a suggester on interviews it has "
        "not seen; code more lines."
    )


def test_no_codings_at_all_are_refused(study):
    with pytest.raises(TrainingError, match=r"^fewer than two codes stand on at least 15 lines"):
        validate(Codings(), *study[1:])


@pytest.mark.parametrize(("name", "value"), [("learn", [0]), ("learn", [50, -5]), ("seeds", 0), ("resamples", 0)])
def test_less_than_one_of_anything_is_the_callers_mistake(study, name, value):
    least = min(value) if isinstance(value, list) else value

    with pytest.raises(ValueError, match=rf"^{name} must be at least 1, not {least}\.$"):
        validate(*study, **{name: value})


def test_progress_is_told_fit_by_fit(study):
    told = []
    validate(*study, learn=[20, 5000], progress=lambda done, of: told.append((done, of)), **FEW)

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_code_without_a_positive_in_the_test_is_undefined_and_not_nought(make_study, coding):
    study = make_study(6)
    settled = [
        coding(line.id, "records" if line.transcript == "GP1" else "parking" if n % 2 else "phones", "z", how)
        for n, line in enumerate(study.lines.participant_lines)
        for how in [Basis.ADJUDICATED]
    ]
    table = eligible(Codings(settled), *study[1:], min_uses=5)
    seed = next(s for s in range(20) if not table.applied[split(table, seed=s).test, 2].any())
    found = validate(Codings(settled), *study[1:], learn=[10], seeds=1, seed=seed, resamples=20, min_uses=5)
    records = found.codes[2]

    assert records.n == 0
    assert math.isnan(records.recall.mean)
    assert math.isnan(records.average_precision.mean)
    assert records.recall.to_json() == {"mean": None, "low": None, "high": None}


def test_one_held_out_interview_alone_has_a_point_and_no_width(make_study):
    found = validate(*make_study(2, coders=1), learn=[10], seeds=1, resamples=20, min_uses=3).curve[0]
    recall = found.metrics["R@3"]

    assert recall.low == recall.mean == recall.high


def test_results_print_as_a_table_and_as_html(validation):
    rows = validation.rows()
    head, *lines, human = str(validation).splitlines()

    assert rows[0] == ("N", "method", *METRICS)
    assert [row[:2] for row in rows[1:4]] == [("20", "autocode"), ("20", "logistic"), ("20", "definitions")]
    assert head.split() == ["N", "method", *METRICS]
    assert len(lines) == 6
    assert human.startswith("alpha of sets of codes (MASI) on ")
    assert f"human-human {validation.human.human_human}, model-human {validation.human.model_human}" in human
    assert validation._repr_html_().count("<tr>") == 7
    assert "<td>undefined</td>" in validation._repr_html_()


def test_html_takes_no_name_for_markup():
    page = Validation(corpus="<b>", protocol={}, curve=(), codes=())._repr_html_()

    assert "<b>" not in page


def test_a_study_can_be_validated_in_another_language_than_english(study):
    found = validate(*study, learn=[20], language="de", **FEW)

    assert found.curve[0].metrics["R@3"].mean > 0.5


def test_agreement_about_a_code_is_of_those_who_judged_it(study):
    codings = Codings(
        replace(coding, codes=coding.codes - {"records"}, unjudged=frozenset({"records"}))
        if coding.coder == "coder_b" and coding.line.startswith(("GP1:", "GP2:", "GP3:", "GP4:"))
        else coding
        for coding in study.codings
    )
    partly = study._replace(codings=codings)
    asked = asked_of(partly, seeds=2)
    found = {score.code: score.human.mean for score in validate(*partly, **FEW).codes}

    for code in found:
        data = ReliabilityData.for_code(code, codings.on(asked), study.lines)
        assert found[code] == pytest.approx(krippendorff_alpha(data, interval=None).value)
    assert found["records"] != validate(*study, **FEW).codes[-1].human.mean
