"""What matches nothing is said: each function that takes a name refuses one that there is not, with the closest."""

import inspect
import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autocode as ac
from autocode import agreement, report, retrieval, review, suggester, themes
from autocode.errors import AutocodeError, UnknownNameError
from autocode.names import closest, hint
from exports import CALLABLES, parameters_of
from studies import coding_of, interview_of

TURNS = ("The phone rings out.", "There is no car park.", "Nobody answers.", "The meter takes coins only.")
LINES = ac.Transcripts(interview_of(name, TURNS) for name in ("GP1", "GP2", "PM1"))
CODEBOOK = ac.Codebook(
    [
        ac.Code(id="access", name="Access to services", codable=False),
        ac.Code(id="phones", name="Telephones", parent="access"),
        ac.Code(id="parking", name="Car parks", parent="access"),
        ac.Code(id="unused", name="Never given"),
    ]
)
GIVEN = {1: "phones", 2: "parking", 3: "phones", 4: "parking"}
CODINGS = ac.Codings(
    coding_of(line.id, coder, *([GIVEN[line.order]] if (line.id, coder) != ("GP1:1", "ben") else []))
    for line in LINES
    for coder in ("ann", "ben")
)
ASSISTED = ac.Codings(
    ac.Coding(line=f"PM1:{n}", coder=coder, codes={"phones"}, basis=ac.Basis.ASSISTED)
    for n in (1, 2)
    for coder in ("ann", "ben")
)
MODEL = {line.id: frozenset({GIVEN[line.order]}) for line in LINES}
SETS = ac.ReliabilityData.for_sets(CODINGS, LINES)
SAMPLE = ac.draw_sample(LINES, 6, seed=1)
INCIDENCE = replace(themes.Incidence.of(CODINGS, LINES, CODEBOOK), attributes={"GP1": {"role": "GP"}})


class Call(NamedTuple):
    """A call with a name that there is not, and the name that was meant."""

    make: Callable[[], Any]
    meant: str


def on_code(make: Callable[[str], Any]) -> list[Call]:
    """Return calls with a code that differs in case or spelling."""
    return [Call(lambda: make("Phones"), "phones"), Call(lambda: make("phone"), "phones")]


CALLS = {
    "agreement.ReliabilityData.for_code(code)": on_code(lambda code: ac.ReliabilityData.for_code(code, CODINGS, LINES)),
    "agreement.ReliabilityData.for_theme(codes)": on_code(
        lambda code: ac.ReliabilityData.for_theme(["parking", code], CODINGS)
    ),
    "agreement.ReliabilityData.applied(codes)": on_code(lambda code: SETS.applied("parking", code)),
    "agreement.ReliabilityData.pair(a, b)": [Call(lambda: SETS.pair("ann", "Ben"), "ben")],
    "agreement.ReliabilityData.from_wide(coders)": [
        Call(lambda: ac.ReliabilityData.from_wide(pandas.DataFrame({"ann": [1]}), coders=["Ann"]), "ann")
    ],
    "agreement.CoderMatrix.agreement(a, b)": [
        Call(lambda: ac.coder_matrix(CODINGS, LINES, interval=None).agreement("Ann", "ben"), "ann")
    ],
    "agreement.anchoring_audit(codes)": on_code(
        lambda code: agreement.anchoring_audit(CODINGS, ASSISTED, [], LINES, codes=[code])
    ),
    "agreement.compare_merge(codes)": on_code(
        lambda code: agreement.compare_merge(CODINGS, ["parking", code], CODEBOOK)
    ),
    "agreement.code_prevalence(codes)": on_code(
        lambda code: ac.code_prevalence([code], CODINGS, LINES, samples=[SAMPLE])
    ),
    "agreement.code_prevalence(suggested)": [
        Call(
            lambda: ac.code_prevalence(["phones"], CODINGS, LINES, samples=[SAMPLE], suggested={"gp1:1": 1.0}), "GP1:1"
        )
    ],
    "agreement.code_prevalence_by(codes, attribute)": [
        Call(lambda: prevalence_by("Role", "phones"), "role"),
        Call(lambda: prevalence_by("role", "fones"), "phones"),
    ],
    "agreement.coder_matrix(codes)": on_code(lambda code: ac.coder_matrix(CODINGS, LINES, codes=[code])),
    "agreement.drift(codes)": on_code(lambda code: agreement.drift(CODINGS, LINES, codes=[code])),
    "agreement.drift(by)": [Call(lambda: agreement.drift(CODINGS, LINES, by={"GP01:1": "first"}), "GP1:1")],
    "agreement.draw_sample(enrich)": [Call(lambda: ac.draw_sample(LINES, 2, seed=1, enrich={"gp1:1": 2.0}), "GP1:1")],
    "agreement.human_ceiling(codes)": on_code(lambda code: ac.human_ceiling(CODINGS, MODEL, LINES, codes=[code])),
    "agreement.human_ceiling(model)": [
        Call(lambda: ac.human_ceiling(CODINGS, MODEL | {"GP01:1": frozenset()}, LINES), "GP1:1")
    ],
    "agreement.leave_one_coder_out(codes)": on_code(
        lambda code: agreement.leave_one_coder_out(CODINGS, LINES, codes=[code])
    ),
    "agreement.model_table(codes)": on_code(lambda code: ac.model_table(CODINGS, MODEL, LINES, codes=[code])),
    "agreement.model_table(model)": [
        Call(lambda: ac.model_table(CODINGS, MODEL | {"GP01:1": frozenset()}, LINES, codes=["phones"]), "GP1:1")
    ],
    "agreement.stability(codes)": on_code(lambda code: agreement.stability(CODINGS, CODINGS, LINES, codes=[code])),
    "codebook.Codebook[...]": on_code(lambda code: CODEBOOK[code]),
    "codebook.Codebook.theme_of(code_id)": on_code(CODEBOOK.theme_of),
    "codebook.Codebook.path(code_id)": on_code(CODEBOOK.path),
    "codebook.Codebook.label(code_id)": on_code(CODEBOOK.label),
    "codebook.Codebook.theme_label(code_id)": [Call(lambda: CODEBOOK.theme_label("Access"), "access")],
    "codebook.Codebook.descendants(code_id)": [Call(lambda: CODEBOOK.descendants("Access"), "access")],
    "coding.Codings.by(coders)": [Call(lambda: CODINGS.by("ann", "Ben"), "ben")],
    "coding.Codings.with_basis(bases)": [Call(lambda: CODINGS.with_basis("Independent"), "independent")],
    "report.coder_heat_map(code)": [
        Call(
            lambda: report.coder_heat_map(ac.agreement_table(CODINGS, LINES, CODEBOOK), code="telephone"), "Telephones"
        )
    ],
    "retrieval.lines_with_code(code)": on_code(lambda code: ac.lines_with_code(CODINGS, LINES, CODEBOOK, code=code)),
    "retrieval.RetrievedLines.where(codes_too)": on_code(
        lambda code: ac.lines_with_code(CODINGS, LINES, CODEBOOK, code="parking").where(codes_too=[code])
    ),
    "retrieval.Memos.where(codes)": on_code(
        lambda code: retrieval.memos_on_lines(CODINGS, LINES, CODEBOOK).where(codes=[code])
    ),
    "review.differences(code)": on_code(lambda code: review.differences(CODINGS, LINES, code=code)),
    "review.may_adjudicate(coder)": [Call(lambda: review.may_adjudicate("kin", ["kim", "lee"]), "kim")],
    "review.settle(added)": on_code(
        lambda code: ac.settle(LINES[0], coder="ann", shown=None, verdicts={}, codebook=CODEBOOK, added=[code])
    ),
    "suggester.likeliest_lines(codes)": on_code(
        lambda code: suggester.likeliest_lines([code], LINES, CODEBOOK, n=1, among=["GP1:1"])
    ),
    "suggester.Suggester.explain(code)": on_code(
        lambda code: ac.train(CODINGS, LINES, CODEBOOK).explain(LINES[0], code)
    ),
    "themes.Incidence.of_interviews(interviews)": [Call(lambda: INCIDENCE.of_interviews(["gp1"]), "GP1")],
    "themes.Incidence.groups(attribute)": [Call(lambda: INCIDENCE.groups("Role"), "role")],
    "themes.Together.pair(a, b)": on_code(
        lambda code: themes.together(CODINGS, LINES, CODEBOOK, unit="line", resamples=2).pair("parking", code)
    ),
    "transcripts.Transcripts.line(line_id)": [
        Call(lambda: LINES.line("gp1:1"), "GP1:1"),
        Call(lambda: LINES.line("GP01:1"), "GP1:1"),
    ],
    "transcripts.Transcripts.interview(transcript_id)": [
        Call(lambda: LINES.interview("gp1"), "GP1"),
        Call(lambda: LINES.interview("GP01"), "GP1"),
    ],
}
# Functions of which the name may be any, or which is held against a study on the disk in tests/cli/test_bad_input.py
# and tests/study; and sessions, whose lines and codes are tested in tests/review.
ELSEWHERE = {
    "coding.Coding.applies", "coding.Coding.applies_any", "web.lines_pages", "review.OwnWork",
    "retrieval.RetrievedLines.by_attribute", "retrieval.FoundLines.by_attribute",
    "agreement.alt_test", "agreement.cohen_kappa", "agreement.fleiss_kappa", "agreement.icc",
    "agreement.krippendorff_alpha", "agreement.specific_agreement", "agreement.model_pairs",
    "agreement.ReliabilityData.from_table", "codebook.Codebook",
    "agreement.ReliabilityData.from_long", "agreement.prevalence", "agreement.prevalence_by",
    "agreement.lines_by_interval", "agreement.lines_by_power", "agreement.lower_limit", "agreement.boundary_similarity",
    "exchange.read_codings", "review.AdjudicationSession", "review.AdjudicationSession.settle", "review.Offer.without",
    "review.Offer.seen",
    "codebook.code_guid", "review.RereadingSession", "review.lines_to_read_again",
    "review.ReviewSession", "review.ReviewSession.settle", "review.adjudicate", "review.lines_left_to_read",
    "review.record_shown",
    "study.add_files", "study.draw_lines", "study.open_rereading",
    "study.open_review", "study.serve_adjudication", "study.study_prevalence",
    "study.suggest_for_file", "study.suggest_for_study", "study.suggestions_as_csv", "suggester.describe_unsupported",
    "suggester.SentenceEncoder", "suggester.certify", "suggester.novelty_threshold", "web.adjudication_page",
    "web.BoardAct", "codebook.Codebook.visible_to", "codebook.versions_seen", "review.codebook_seen_by",
    "coding.Codings.without_codes", "web.Page.is_listed",
    "web.serve", "web.team_page", "web.corrections_page", "suggester.CodedExample.coders_of",
}  # fmt: skip
NAMES = {
    "attribute", "codes", "code", "code_id", "coder", "coders", "a", "b", "enrich", "line_id", "model", "suggested",
    "transcript_id",
}  # fmt: skip


def prevalence_by(attribute: str, code: str) -> object:
    """Return the prevalence of a code by an attribute, of interviews that have a role."""
    interviews = ac.Transcripts(
        ac.Transcript(id=i.id, text=i.text, lines=i.lines, digest=i.digest, attributes={"role": "doctor"})
        for i in LINES.interviews
    )
    return agreement.code_prevalence_by(attribute, [code], CODINGS, interviews, samples=[SAMPLE])


ROWS = [(name, call) for name, calls in CALLS.items() for call in calls]


@pytest.mark.parametrize("call", [call for _, call in ROWS], ids=[name for name, _ in ROWS])
def test_a_name_that_matches_nothing_is_refused_with_the_closest(call):
    with pytest.raises((UnknownNameError, AutocodeError)) as refused:
        call.make()

    assert f"the closest is {call.meant!r}" in str(refused.value)


def test_every_function_that_takes_a_name_is_asked_for_one_that_there_is_not():
    taking = {
        name
        for name, value in CALLABLES
        if NAMES & {*parameters_of(value)} and not (inspect.isclass(value) and hasattr(value, "__dataclass_fields__"))
    }
    asked = {name.partition("(")[0] for name in CALLS}

    assert taking - asked - ELSEWHERE == set()


def test_the_name_of_a_code_is_not_its_id():
    with pytest.raises(UnknownNameError, match="that is the name of 'phones', so give 'phones'"):
        ac.ReliabilityData.for_code("Telephones", CODINGS, LINES, codebook=CODEBOOK)
    with pytest.raises(UnknownNameError, match="that is the name of 'access', so give 'access'"):
        CODEBOOK.descendants("access to services")


def test_a_code_that_nobody_gave_is_known_from_the_codebook_only():
    with pytest.raises(UnknownNameError, match="Nobody gave it; if it is in the codebook, add codebook=codebook"):
        ac.ReliabilityData.for_code("unused", CODINGS, LINES)
    data = ac.ReliabilityData.for_code("unused", CODINGS, LINES, codebook=CODEBOOK)

    assert not data.values.any()
    assert "only one category was used" in str(ac.krippendorff_alpha(data))


def test_the_error_is_one_for_lookups_and_for_options():
    with pytest.raises(KeyError):
        LINES.line("gp1:1")
    with pytest.raises(ValueError, match="there is no line 'gp1:1'; the closest is 'GP1:1'"):
        LINES.line("gp1:1")


def test_the_error_survives_a_process():
    with pytest.raises(UnknownNameError) as refused:
        LINES.interview("GP01")

    assert str(pickle.loads(pickle.dumps(refused.value))) == "there is no interview 'GP01'; the closest is 'GP1'."


@given(st.lists(st.text("abcXYZ019 -é", min_size=1), min_size=1, unique=True), st.data())
def test_the_closest_name_is_known_and_a_name_in_another_case_is_found(names, data):
    name = data.draw(st.sampled_from(names))

    assert closest(name, names) in names or not any(map(str.isalnum, name))
    assert closest(data.draw(st.text()), names) in {None, *names}
    assert hint(name, names)


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("GP01", ["GP11", "GP1"], "GP1"),
        ("gp 1", ["PM1", "GP1"], "GP1"),
        ("José", ["jose", "josef"], "jose"),
        ("fones", ["phones", "parking"], "phones"),
        ("x", ["phones"], None),
        ("", [], None),
    ],
)
def test_the_closest_is_the_one_that_people_mean(name, known, expected):
    assert closest(name, known) == expected
