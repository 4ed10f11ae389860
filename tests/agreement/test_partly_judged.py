"""A judgement that says nothing about a code is missing for that code, not a no."""

import dataclasses
from dataclasses import replace

import pytest

import studies
from autocode import ReliabilityData, agreement_table, disagreements, human_ceiling, krippendorff_alpha, model_table
from autocode.agreement import Undefined, code_prevalence, coder_matrix, draw_sample, stability
from autocode.agreement.data._reliability import PartReading, readings_of
from autocode.codebook import Added, Code, Codebook, Split
from autocode.coding import Codings, remapped
from autocode.errors import AgreementError
from autocode.report import methods_paragraph

TWO = {"MO": ["a", "a", "", "", "b", ""], "JB": ["a b", "", "a", "", "b", "b"]}


def silent(codings, coder, code, *lines):
    """Return codings in which a coder says nothing about a code on some lines."""
    return Codings(
        replace(coding, codes=coding.codes - {code}, unjudged=frozenset({code}))
        if coding.coder == coder and coding.line in lines
        else coding
        for coding in codings
    )


def test_a_code_that_was_added_later_is_not_judged_by_those_who_read_before(codings_of):
    data = ReliabilityData.for_code("b", silent(codings_of(TWO), "MO", "b", "I1:1", "I1:2"))

    assert data.values.tolist() == [[-1, -1, 0, 0, 1, 0], [1, 0, 0, 0, 1, 1]]
    assert data.n_partly_judged == 2


def test_the_proposals_of_one_coder_and_the_codes_of_another_agree_once_the_rest_is_read_again(codings_of):
    """The script of the two coders, after the three proposals were taken up."""
    codings = codings_of({"MO": ["fixers"] * 3 + [""] * 3, "JB": ["fixers"] * 3 + [""] * 3})
    before = silent(codings, "MO", "fixers", "I2:2", "I3:1", "I3:2")

    data = ReliabilityData.for_code("fixers", before)
    alpha = krippendorff_alpha(data, interval=None)

    assert data.values[0].tolist() == [1, 1, 1, -1, -1, -1]
    assert (alpha.undefined, alpha.n_pairable) == (Undefined.ONE_CATEGORY, 3)
    assert alpha.conventions["left out"].startswith("3 judgements made before a code was added")
    assert krippendorff_alpha(ReliabilityData.for_code("fixers", codings), interval=None).value == 1


def test_a_theme_is_judged_where_one_of_its_codes_applies(codings_of):
    codings = silent(codings_of(TWO), "MO", "b", "I1:1", "I2:1")
    data = ReliabilityData.for_theme(["a", "b"], codings)

    assert data.values.tolist() == [[1, 1, -1, 0, 1, 0], [1, 0, 1, 0, 1, 1]]


def test_whole_sets_leave_out_judgements_that_leave_a_code_open(codings_of):
    codings = silent(codings_of(TWO), "MO", "b", "I1:1", "I2:1")
    readings, sets = readings_of(ReliabilityData, codings), ReliabilityData.for_sets(codings)

    assert sets.judged.tolist() == [[False, True, False, True, True, True], [True] * 6]
    assert sets.of_sets
    assert sets.n_partly_judged == 2
    assert [label for label in readings.labels if isinstance(label, PartReading)] == [
        PartReading(codes=frozenset(), unjudged=frozenset({"b"}), waiting_parts=frozenset()),
        PartReading(codes=frozenset({"a"}), unjudged=frozenset({"b"}), waiting_parts=frozenset()),
    ]


def test_nothing_is_left_out_where_nothing_is_open(codings_of):
    codings = codings_of(TWO)
    sets, readings = ReliabilityData.for_sets(codings), readings_of(ReliabilityData, codings)

    assert sets.labels == readings.labels
    assert sets.n_partly_judged == 0


def test_the_row_of_a_code_is_that_of_those_who_judged_it(codings_of, interviews):
    """With a code silenced on some lines, its row is as if those judgements were not there; the others stay."""
    codebook = Codebook([Code(id=code, name=code.upper()) for code in "ab"])
    codings = codings_of({**TWO, "SK": ["b", "a", "a", "", "a b", "b"]})
    lines = ("I1:1", "I2:1", "I3:2")
    partly = agreement_table(silent(codings, "SK", "b", *lines), interviews, codebook)
    without = agreement_table(
        Codings(coding for coding in codings if coding.coder != "SK" or coding.line not in lines), interviews, codebook
    )
    whole = agreement_table(codings, interviews, codebook)

    assert _figures(partly.codes[0]) == _figures(whole.codes[0])
    assert _figures(partly.codes[1]) == _figures(without.codes[1])
    assert partly.overall.alpha.value == without.overall.alpha.value
    assert (partly.waiting, whole.waiting) == (3, 0)
    assert "Codebook version 1; 3 judgements made before a code was added" in str(partly)
    assert str(whole).endswith("Codebook version 1.")


def _figures(row):
    fields = [getattr(row.alpha, field.name) for field in dataclasses.fields(row.alpha) if field.name != "conventions"]
    of_pairs = {pair: kappa.value for pair, kappa in row.pairs.items()}
    return repr((row.units, row.coders, row.applied, row.prevalence, fields, of_pairs))


def test_a_code_added_to_the_sample_study_leaves_every_other_row_as_it_was():
    codings, lines, codebook = studies.sample_study()
    independent = codings.independent()
    theme = codebook.themes[0]
    new = Code(id="informal-fixers", name="Informal fixers", parent=theme.id)
    change = Added(before=codebook.version, after="next", by="TW", code=new)
    after = remapped(independent, [change], codebook=codebook)
    now = Codebook([*codebook.values(), new], version="next")
    options = {"interval": None}
    was, found = (agreement_table(of, lines, book, **options) for of, book in ((independent, codebook), (after, now)))

    assert [_figures(row) for row in found.codes[:-1]] == [_figures(row) for row in was.codes]
    assert found.codes[-1].alpha.undefined is Undefined.ONE_CODER
    assert [_figures(row) for row in found.themes[1:]] == [_figures(row) for row in was.themes[1:]]
    assert found.overall.alpha.undefined is Undefined.ONE_CODER
    assert found.waiting == 1879
    assert found.codebook_version == "next"
    assert found.widest.alpha.basis == was.overall.alpha.basis
    assert was.widest is was.overall
    paragraph = methods_paragraph(found)
    assert "584 lines from 18 interviews were judged by at least two of 3 coders, with 10 codes." in paragraph
    assert "Codebook version next; 1879 judgements made before a code was added" in paragraph
    # unknown on every line that held none of its codes
    held = (
        ReliabilityData.for_theme(
            [theme.id, *codebook.descendants(theme.id)], independent, lines, codebook=codebook
        ).values
        == 1
    )
    assert (
        ReliabilityData.for_theme([theme.id, *now.descendants(theme.id)], after, lines, codebook=now).judged == held
    ).all()


def test_a_split_leaves_the_theme_exactly_as_it_was():
    codings, lines, codebook = studies.sample_study()
    whole = codebook.subthemes[0]
    parts = tuple(Code(id=f"part-{n}", name=f"Part {n}", parent=whole.parent) for n in (1, 2))
    change = Split(before=codebook.version, after="next", by="TW", code=whole.id, parts=parts)
    after = remapped(codings.independent(), [change], codebook=codebook)
    now = Codebook([*(code for code in codebook.values() if code.id != whole.id), *parts], version="next")
    was, found = (
        [value for row in agreement_table(of, lines, book).themes for value in (row.units, *_bounds(row.alpha))]
        for of, book in ((codings, codebook), (after, now))
    )

    assert found == pytest.approx(was, abs=1e-12)


def _bounds(alpha):
    return alpha.value, alpha.low, alpha.high


def test_who_says_nothing_about_a_code_does_not_differ_on_it(codings_of, interviews):
    codebook = Codebook([Code(id=code, name=code.upper()) for code in "ab"])
    codings = codings_of({"MO": ["a", "a", ""], "JB": ["a b", "b", "b"]})
    differing = disagreements(silent(codings, "MO", "b", "I1:1", "I1:2", "I2:1"), interviews, codebook)

    assert [(found.line, dict(found.contested)) for found in differing] == [("I1:2", {"A": ("MO",)})]
    assert [found.line for found in disagreements(codings, interviews, codebook)] == ["I1:2", "I2:1", "I1:1"]


def test_the_share_of_a_code_is_of_those_who_judged_it(codings_of, interviews):
    frame = [line.id for line in interviews]
    codings = codings_of({"MO": ["b"] * 4 + [""] * 8, "JB": [""] * 12})
    sample = draw_sample(interviews, 12, seed=0)
    some, everybody = silent(codings, "JB", "b", *frame[:4]), silent(codings, "JB", "b", *frame)

    assert code_prevalence(["b"], codings, interviews, samples=[sample]).value == pytest.approx(2 / 12)
    assert code_prevalence(["b"], some, interviews, samples=[sample]).value == pytest.approx(4 / 12)
    with pytest.raises(AgreementError, match="not judged independently since a code was added"):
        code_prevalence(["b"], everybody.by("JB"), interviews, samples=[sample])


def test_pairs_models_and_second_readings_count_what_was_judged(codings_of, interviews):
    codings = codings_of({**TWO, "SK": ["b", "a", "a", "", "a b", "b"]})
    lines = ("I1:1", "I2:1")
    partly = silent(codings, "SK", "b", *lines)
    without = Codings(coding for coding in codings if coding.coder != "SK" or coding.line not in lines)
    model = {coding.line: coding.codes for coding in codings.by("JB")}

    for compare in (
        lambda of, codes: coder_matrix(of, interviews, codes=codes, interval=None).values().tolist(),
        lambda of, codes: human_ceiling(of, model, interviews, codes=codes, interval=None).mean.difference.value,
        lambda of, codes: stability(of.by("MO"), _second(of.by("SK")), interviews, codes=codes)["MO"].value,
    ):
        for codes in (["b"], None):
            assert repr(compare(partly, codes)) == repr(compare(without, codes))
        assert repr(compare(partly, ["a"])) == repr(compare(codings, ["a"]))
    tables = [model_table(of, model, interviews, codes=["a", "b"], interval=None) for of in (partly, without, codings)]
    assert tables[0].codes[1].to_json() == tables[1].codes[1].to_json()
    assert tables[0].codes[0].to_json() == tables[2].codes[0].to_json()
    assert tables[0].sets.to_json() == tables[1].sets.to_json()


def _second(codings):
    return Codings(replace(coding, coder="MO") for coding in codings)
