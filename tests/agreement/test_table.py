"""The table of agreement per subtheme, theme and over all."""

import json
from collections.abc import Callable

import pytest

from autocode.agreement import (
    ReliabilityData,
    Undefined,
    agreement_table,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    specific_agreement,
)
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Basis, Coding, Codings
from autocode.errors import AgreementError
from autocode.transcripts import Transcripts

THREE = {
    "MO": ["cost", "wait", "", "cost wait", "", "trust", "", "cost", "", "", "wait", ""],
    "JB": ["cost", "wait", "", "cost", "", "trust", "", "", "", "", "wait", ""],
    "SK": ["cost", "", "", "cost", None, None, None, "cost", "trust", "", "wait", "cost"],
}


@pytest.fixture
def codebook() -> Codebook:
    return Codebook(
        [
            Code(id=CodeId("access"), name="Access", codable=False),
            Code(id=CodeId("cost"), name="Cost worries", parent=CodeId("access")),
            Code(id=CodeId("wait"), name="Waiting times", parent=CodeId("access")),
            Code(id=CodeId("trust"), name="Trust in staff"),
        ]
    )


def test_every_row_is_what_the_coefficients_say_alone(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = codings_of(THREE)
    table = agreement_table(codings, interviews, codebook, seed=3)
    row = table.codes[0]
    data = ReliabilityData.for_code(CodeId("cost"), codings, interviews)

    for name, alone in {
        "alpha": krippendorff_alpha(data, seed=3),
        "percent": percent_agreement(data, seed=3),
        "ac1": gwet_ac1(data, seed=3),
        "positive": specific_agreement(data, seed=3),
        "negative": specific_agreement(data, category="not applied", seed=3),
    }.items():
        found = row.coefficients[name]
        assert (found.value, found.low, found.high) == pytest.approx((alone.value, alone.low, alone.high))
    kappa = cohen_kappa(data.pair("MO", "JB"), seed=3)
    assert row.pairs["MO", "JB"].value == pytest.approx(kappa.value)
    assert row.pairs["MO", "JB"].low == pytest.approx(kappa.low)


def test_rows_tell_lines_coders_and_prevalence(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    table = agreement_table(codings_of(THREE), interviews, codebook)

    assert [(row.code, row.theme, row.units, row.coders, row.applied) for row in table.codes] == [
        ("cost", "Access", 12, 3, 4),
        ("wait", "Access", 12, 3, 3),
        ("trust", "", 12, 3, 2),
    ]
    assert table.codes[0].prevalence == pytest.approx(9 / 33)
    assert [(row.name, row.applied) for row in table.themes] == [("Access", 6)]


def test_over_all_codes_alpha_is_of_sets_and_kappa_a_mean(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = codings_of(THREE)
    table = agreement_table(codings, interviews, codebook, seed=3)
    sets = ReliabilityData.for_sets(codings, interviews)
    kappas = [agreement.value for row in table.codes for agreement in row.pairs.values() if agreement.undefined is None]

    assert table.overall.alpha.value == krippendorff_alpha(sets, distance="masi", interval=None).value
    assert table.overall.coefficients["kappa"].value == pytest.approx(sum(kappas) / len(kappas))
    assert table.overall.coefficients["kappa"].conventions["mean"] == (
        "over 3 codes and 3 pairs of coders; those where kappa is undefined are left out"
    )
    assert table.overall.pairs["MO", "JB"].coefficient == "mean_cohen_kappa"


def test_only_independent_codings_of_lines_that_two_coders_judged_count(
    codings_of: Callable[..., Codings], coding_of: Callable[..., Coding], interviews: Transcripts, codebook: Codebook
) -> None:
    independent = codings_of({"MO": ["cost", "", "cost"], "JB": ["cost", "cost"]})
    assisted = coding_of("I2:1", "JB", "cost", basis=Basis.ASSISTED)
    table = agreement_table(Codings([*independent, assisted]), interviews, codebook)

    assert table.codes[0].units == 2


def test_the_json_has_the_promised_shape(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    table = agreement_table(codings_of(THREE), interviews, codebook)
    said = json.loads(json.dumps(table.to_json(), allow_nan=False))

    assert set(said) == {"codes", "overall", "codebook", "waiting", "conventions"}
    assert set(said["codes"][0]) == {"code", "theme", "units", "coders", "prevalence", "verdict", "coefficients"}
    assert [row["verdict"] for row in said["codes"]] == [row.verdict for row in table.codes]
    assert said["overall"]["verdict"] == table.overall.verdict
    assert list(said["codes"][0]["coefficients"]) == [
        "alpha",
        "percent",
        "ac1",
        "positive",
        "negative",
        "kappa MO JB",
        "kappa MO SK",
        "kappa JB SK",
    ]
    assert set(said["codes"][0]["coefficients"]["alpha"]) == {"value", "low", "high", "undefined"}
    assert said["overall"]["themes"][0]["code"] == "access"
    assert said["conventions"]["basis"] == "independent codings only"


def test_a_code_that_nobody_used_is_undefined_with_its_reason(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    table = agreement_table(codings_of({"MO": ["cost", ""], "JB": ["cost", ""]}), interviews, codebook)
    trust = table.codes[2]

    assert trust.alpha.undefined is Undefined.ONE_CATEGORY
    assert trust.coefficients["positive"].undefined is Undefined.NEVER_USED
    assert trust.coefficients["percent"].value == 1.0


def test_a_study_that_one_coder_read_has_a_table_of_reasons(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    table = agreement_table(codings_of({"MO": ["cost", ""]}), interviews, codebook)

    assert {row.alpha.undefined for row in (*table.codes, table.overall)} == {Undefined.ONE_CODER}
    assert table.to_json()["codes"][0]["prevalence"] is None
    assert "undefined" in str(table)


def test_a_codebook_without_subthemes_has_no_rows(interviews: Transcripts) -> None:
    table = agreement_table(Codings(), interviews, Codebook([]))

    assert table.codes == ()
    assert str(table).splitlines()[0].startswith("code")


def test_an_unknown_code_is_named(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    message = "the code 'fear' was given to lines but is not in the codebook; add it or correct the codings."

    with pytest.raises(AgreementError, match=message):
        agreement_table(codings_of({"MO": ["fear"]}), interviews, codebook)


def test_the_table_reads_as_text_and_as_html(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    table = agreement_table(codings_of(THREE), interviews, codebook, seed=3)
    text = str(table)

    assert text.splitlines()[0].split() == [
        "code", "lines", "coders", "applied", "agree", "P+", "alpha", "AC1", "by", "the", "lower", "bound",
    ]  # fmt: skip
    assert "Cost worries" in text
    assert "3 coders, 12 lines, 6 interviews; alpha of all codes together compares sets by MASI." in text
    assert "Caution: 6 interviews are fewer than 15" in text
    assert table._repr_html_().startswith("<table><thead><tr><th>code</th>")
