"""What every exported callable keeps to: one order of arguments, and no single text where several are expected."""

import inspect

import pytest

import autocode as ac
from autocode.arguments import collections_of_text
from exports import CALLABLES, parameters_of

DATA = ("codings", "lines", "codebook")


def required(parameter: inspect.Parameter) -> bool:
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is inspect.Parameter.empty and parameter.kind not in optional


COLLECTIONS = [
    (f"{name}({parameter})", value, parameter)
    for name, value in CALLABLES
    if parameters_of(value) and name != "suggester.Encoder.encode"  # what users write themselves
    for parameter in collections_of_text(value)
]


@pytest.mark.parametrize(("name", "value"), CALLABLES, ids=[name for name, _ in CALLABLES])
def test_codings_come_before_lines_and_lines_before_the_codebook(name, value):
    if not parameters_of(value):
        return
    by_position = [
        parameter.name
        for parameter in inspect.signature(value).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.name in DATA
    ]

    assert by_position == [parameter for parameter in DATA if parameter in by_position]


@pytest.mark.parametrize(("value", "parameter"), [row[1:] for row in COLLECTIONS], ids=[row[0] for row in COLLECTIONS])
def test_one_text_is_refused_where_several_are_expected(value, parameter):
    signature = inspect.signature(value)
    is_mapping = "Mapping" in str(signature.parameters[parameter].annotation)
    text = {"GP1:2": "change-talk"} if is_mapping else "change-talk"
    place = rf"{parameter}\['GP1:2'\]" if is_mapping else parameter
    # the other arguments are not looked at: what is refused is refused before anything is done
    others = [p for p in signature.parameters.values() if required(p) and p.name != parameter]
    by_keyword = {p.name: None for p in others if p.kind is not p.POSITIONAL_ONLY}

    with pytest.raises(TypeError, match=rf"^{place} takes several texts, not the one text 'change-talk'"):
        value(**by_keyword, **{parameter: text})


@pytest.mark.parametrize("parameter", ["codes", "coders", "interviewers"])
def test_the_collections_that_a_study_rests_on_are_among_them(parameter):
    assert [name for name, _, of_parameter in COLLECTIONS if of_parameter == parameter]


def test_a_new_parameter_is_covered():
    def draw(
        codes: frozenset[str], *, model: dict[str, int], by: str, lines: list[str] | None, either: str | list[str]
    ):
        return codes

    assert collections_of_text(draw) == ("codes", "lines")


def test_letters_are_never_stored_as_codes(tmp_path):
    with ac.Journal.open(tmp_path / "study.sqlite") as journal:
        with pytest.raises(TypeError, match=r"write \['change-talk'\]"):
            journal.append(ac.Coding(line="GP1:2", coder="MO", codes="change-talk"))
        journal.append(ac.Coding(line="GP1:2", coder="MO", codes={"change-talk"}))

        assert [coding.codes for coding in journal.codings()] == [frozenset({"change-talk"})]


@pytest.mark.parametrize(
    "call",
    [
        lambda classifier, suggester: classifier.fit("The phone rings.", ["phones"]),
        lambda classifier, suggester: classifier.predict("The phone rings."),
        lambda classifier, suggester: classifier.predict_proba("The phone rings."),
        lambda classifier, suggester: classifier.decision_function("The phone rings."),
        lambda classifier, suggester: classifier.score("The phone rings.", ["phones"]),
        lambda classifier, suggester: suggester.suggest_frame("The phone rings."),
        lambda classifier, suggester: ac.ReliabilityData.from_long("abc", unit="u", coder="c", value="v"),
        lambda classifier, suggester: ac.ReliabilityData.from_wide("abc"),
    ],
)
def test_one_text_is_no_frame_of_texts(call):
    classifier = ac.LineClassifier().fit(["The phone rings.", "No car park."], ["phones", "parking"])
    suggester = ac.train(
        ac.Codings(), [], ac.Codebook([ac.Code(id="a", name="Parking"), ac.Code(id="b", name="Phones")])
    )

    with pytest.raises(TypeError, match="takes several texts, not the one text"):
        call(classifier, suggester)
