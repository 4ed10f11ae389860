"""What a plan says that a change of the codebook does to readings, agreement, the model and suggestions."""

import dataclasses
import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autocode.agreement import agreement_table
from autocode.codebook import Added, Code, Codebook, Merged, Moved, Redefined, Redefinition, Retired, Retirement, Split
from autocode.coding import Band, Basis, BatchId, Coding, Codings, Proposal, Suggestion, SuggestionBatch, remapped
from autocode.exchange import PlainCorpus
from autocode.study import Settings, StudyData, plan_change

SIGNED = {"before": "1", "after": "2", "by": "TW", "why": "as the team agreed"}
FIXERS = Code(id="informal-fixers", name="Informal fixers", parent="interprofessional-relationships")
CODERS = ["coder_a", "coder_b", "coder_c"]


@pytest.fixture(scope="module")
def data(sample: PlainCorpus) -> StudyData:
    codings, lines, codebook = sample
    settings = Settings(independent_coding="open")
    return StudyData(
        folder=Path("sample"), settings=settings, lines=lines, codebook=codebook, codings=codings, participants={}
    )


def alphas_of(plan):
    return {change.code: change for change in plan.alphas}


def text_of(plan):
    return " ".join(str(plan).split())


def test_a_merge_has_the_lines_of_either_code_and_nothing_is_read_again(data):
    plan = plan_change(data, Merged(codes=("fewer-human-resources",), into="overworked-staff", **SIGNED))

    assert [readings.coder for readings in plan.coders] == CODERS
    assert [readings.before["overworked-staff"] for readings in plan.coders] == [27, 20, 26]
    assert [readings.after["overworked-staff"] for readings in plan.coders] == [65, 51, 67]
    assert plan.lines_to_read_again == ()
    assert "Nothing has to be read again." in str(plan)


def test_alpha_after_a_merge_stands_beside_the_mean_of_its_codes_and_all_other_merges(data):
    plan = plan_change(data, Merged(codes=("fewer-human-resources",), into="overworked-staff", **SIGNED))

    alphas = alphas_of(plan)
    assert alphas["overworked-staff"].before.value == pytest.approx(0.854127, abs=5e-7)
    assert alphas["fewer-human-resources"].before.value == pytest.approx(0.771211, abs=5e-7)
    assert alphas["overworked-staff"].after.value == pytest.approx(0.817468, abs=5e-7)
    assert alphas[""].before.value == pytest.approx(0.649037, abs=5e-7)
    assert alphas[""].after.value == pytest.approx(0.652616, abs=5e-7)
    (merge,) = plan.merges
    assert (merge.rank, merge.n_merges) == (4, 36)
    assert (
        "Alpha of the merged code is 0.817, 0.005 above the mean of Overworked staff (0.854) and Fewer human "
        "resources (0.771)."
    ) in text_of(plan)
    assert "number 4 of the 36 possible merges" in text_of(plan)
    assert "improve" not in str(plan)
    assert "better" not in str(plan)


def test_a_split_code_waits_exactly_where_it_was_given_and_its_theme_stays(data):
    parts = tuple(Code(id=name, name=name, parent="accessing-social-services") for name in ("access-routes", "waiting"))
    plan = plan_change(data, Split(code="logistical-issues", parts=parts, **SIGNED))

    assert [len(readings.again) for readings in plan.coders] == [42, 37, 77]
    assert len(plan.lines_to_read_again) == 85
    assert "To be read again, with autocode reread: coder_a 42, coder_b 37 and coder_c 77; 85 different lines." in str(
        plan
    )
    theme = alphas_of(plan)["accessing-social-services"]
    assert theme.before.value == pytest.approx(0.701534, abs=5e-7)
    assert theme.after.value == pytest.approx(theme.before.value, abs=1e-12)


def test_a_move_changes_the_two_themes_and_no_reading(data):
    plan = plan_change(data, Moved(code="lack-of-contact", parent="accessing-social-services", **SIGNED))

    after = agreement_table(
        remapped(data.codings, plan.changes, codebook=data.codebook), data.lines, plan.after, interval=None
    )
    assert [row.alpha.value for row in after.themes] == pytest.approx([0.593592, 0.703055, 0.822888], abs=5e-7)
    alphas = alphas_of(plan)
    assert alphas["accessing-social-services"].after.value == pytest.approx(0.593592, abs=5e-7)
    assert alphas["interprofessional-relationships"].after.value == pytest.approx(0.703055, abs=5e-7)
    assert "infrastructure" not in alphas
    assert plan.lines_to_read_again == ()


def test_an_added_code_leaves_every_earlier_reading_silent_and_its_theme_unknown(data):
    plan = plan_change(data, Added(code=FIXERS, **SIGNED))

    assert [len(readings.silent) for readings in plan.coders] == [647, 616, 616]
    assert (
        "1,879 earlier readings say nothing about 'Informal fixers': coder_a 647, coder_b 616 and coder_c 616."
        in text_of(plan)
    )
    assert plan.lines_to_read_again == ()
    given = {"poor-culture", "lack-of-contact", "inefficient-mdt"}
    n_without = sum(coding.codes.isdisjoint(given) for coding in data.codings)
    assert f"The theme 'Interprofessional relationships' is unknown in {n_without:,} readings" in str(plan)


def test_a_retirement_says_how_many_readings_it_empties(data):
    only = dict.fromkeys(CODERS, 0)
    for coding in data.codings:
        only[coding.coder] += coding.codes == {"lack-of-contact"}
    plan = plan_change(data, Retired(code="lack-of-contact", **SIGNED))

    assert {readings.coder: len(readings.emptied) for readings in plan.coders} == only
    assert "left without a code" in str(plan)
    assert plan.lines_to_read_again == ()


def test_a_retirement_can_have_its_lines_read_again_instead(data):
    plan = plan_change(data, Retired(code="lack-of-contact", how=Retirement.READ_AGAIN, **SIGNED))

    assert [len(readings.again) for readings in plan.coders] == [56, 29, 71]
    assert not any(readings.emptied for readings in plan.coders)


@pytest.mark.parametrize(
    ("kind", "again", "silent"),
    [
        (Redefinition.CLARIFIED, [0, 0, 0], [0, 0, 0]),
        (Redefinition.NARROWED, [66, 30, 115], [0, 0, 0]),
        (Redefinition.WIDENED, [0, 0, 0], [581, 586, 501]),
        (Redefinition.CHANGED, [647, 616, 616], [0, 0, 0]),
    ],
)
def test_who_reads_again_after_a_redefinition_depends_on_what_it_does(data, kind, again, silent):
    plan = plan_change(data, Redefined(code="lack-of-contact", kind=kind, definition="In other words.", **SIGNED))

    assert [len(readings.again) for readings in plan.coders] == again
    assert [len(readings.silent) for readings in plan.coders] == silent


def test_alpha_before_is_given_on_the_lines_that_still_count(data):
    plan = plan_change(data, Redefined(code="lack-of-contact", kind=Redefinition.NARROWED, definition="x", **SIGNED))

    overall = alphas_of(plan)[""]
    assert overall.before_on_same_lines.n_pairable == overall.after.n_pairable < overall.before.n_pairable
    assert overall.before_on_same_lines.value != overall.before.value


def test_lines_of_others_are_hidden_from_somebody_who_has_lines_left(data):
    change = Merged(codes=("fewer-human-resources",), into="overworked-staff", **SIGNED)
    hidden = plan_change(data, change, viewer="coder_b")
    shown = plan_change(
        dataclasses.replace(data, settings=Settings(independent_coding="closed")), change, viewer="coder_b"
    )

    assert [readings.coder for readings in hidden.coders] == ["coder_b"]
    assert hidden.n_left == len(data.codings.by("coder_b").uncoded(data.lines.participant_lines)) > 0
    assert "of the readings of others, and of agreement, is shown after" in str(hidden)
    assert "coder_a" not in str(hidden) + hidden._repr_html_() + json.dumps(hidden.to_json())
    assert [readings.coder for readings in shown.coders] == CODERS


def test_somebody_who_does_not_code_may_see_all(data):
    named = dataclasses.replace(data, settings=Settings(coders=frozenset(CODERS)))
    plan = plan_change(named, Added(code=FIXERS, **SIGNED), viewer="TW")

    assert [readings.coder for readings in plan.coders] == CODERS


def test_rulings_of_adjudicators_are_counted_by_themselves(data):
    ruled = Coding(line="GP1:2", coder="TW", codes=frozenset({"logistical-issues"}), basis=Basis.ADJUDICATED)
    with_ruling = dataclasses.replace(data, codings=Codings([*data.codings, ruled]))
    parts = (Code(id="access-routes", name="Access routes"), Code(id="waiting", name="Waiting"))
    plan = plan_change(with_ruling, Split(code="logistical-issues", parts=parts, **SIGNED))

    last = plan.coders[-1]
    assert (last.coder, last.adjudicated, last.again) == ("TW", True, ("GP1:2",))
    assert "TW (adjudicated) 1" in str(plan)


def test_suggestions_of_codes_that_end_are_withheld(data, tmp_path):
    (tmp_path / "model").mkdir()
    suggestions = tuple(
        Suggestion(line=line.id, code=code, rank=1, probability=0.5, band=Band.FAIR)
        for line, code in zip(
            data.lines.participant_lines[:3], ["overworked-staff", "poor-culture", "overworked-staff"], strict=True
        )
    )
    batch = SuggestionBatch(id=BatchId("b"), model="sha256:00", codebook="", suggestions=suggestions, abstentions=())
    suggested = dataclasses.replace(data, folder=tmp_path, batch=batch)
    plan = plan_change(suggested, Merged(codes=("overworked-staff",), into="poor-culture", **SIGNED))
    renamed = plan_change(suggested, Moved(code="overworked-staff", parent="infrastructure", **SIGNED))

    assert (plan.withheld, plan.n_suggestions) == (("overworked-staff",), 2)
    assert "it suggests 'Overworked staff' no more; train it again." in str(plan)
    assert (renamed.withheld, renamed.n_suggestions) == ((), 0)
    assert "The model" not in str(renamed)


@pytest.fixture
def six_lines(lines_of) -> StudyData:
    """MO proposed a code on three of six lines, and JB has not read them yet."""
    lines = lines_of(6)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    codings = Codings(Coding(line=line.id, coder="MO", codes=frozenset(), at=at) for line in lines)
    proposals = tuple(Proposal(name="informal FIXERS", line=line.id, coder="MO", at=at) for line in lines[:3])
    return StudyData(
        folder=Path("six"),
        settings=Settings(),
        lines=lines,
        codebook=Codebook([Code(id="wait", name="Waiting")]),
        codings=codings,
        participants={},
        proposals=proposals,
    )


@pytest.fixture(scope="session")
def lines_of(interview):
    from autocode.transcripts import Transcripts

    return lambda n: Transcripts([interview("P1", [f"An invented line, number {k}." for k in range(n)])])


def test_a_proposal_taken_up_gives_its_lines_the_code_and_others_read_them(six_lines):
    plan = plan_change(six_lines, Added(code=Code(id="fixers", name="Informal fixers"), **SIGNED))

    (readings,) = plan.coders
    assert (readings.after["fixers"], len(readings.proposed), len(readings.silent)) == (3, 3, 3)
    assert "Proposed before, so that these lines get the code: MO 3." in str(plan)


def test_a_plan_says_why_alpha_is_undefined(six_lines):
    jb = [Coding(line=line.id, coder="JB", codes=frozenset()) for line in six_lines.lines]
    both = dataclasses.replace(six_lines, codings=Codings([*six_lines.codings, *jb]))
    plan = plan_change(both, Added(code=Code(id="fixers", name="Informal fixers"), **SIGNED))

    assert "Alpha is undefined after the change for Informal fixers" in str(plan)
    assert math.isnan(alphas_of(plan)["fixers"].after.value)
    assert json.loads(json.dumps(plan.to_json()))["alpha"][0]["after"]["value"] is None


def test_several_changes_are_planned_as_one(data):
    parts = tuple(Code(id=name, name=name) for name in ("one", "two"))
    merge = Merged(codes=("fewer-human-resources",), into="overworked-staff", **SIGNED)
    split = Split(code="overworked-staff", parts=parts, **{**SIGNED, "before": "2", "after": "3"})
    plan = plan_change(data, merge, split)

    assert [len(readings.again) for readings in plan.coders] == [65, 51, 67]
    assert plan.after.version == "3"
