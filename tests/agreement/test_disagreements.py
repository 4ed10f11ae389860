"""The list of disagreements."""

from collections.abc import Callable

import numpy as np
import pytest

from autocode.agreement import ReliabilityData, disagreeing_units, disagreements, krippendorff_alpha
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Basis, Coding, Codings
from autocode.errors import AgreementError
from autocode.transcripts import Transcripts


@pytest.fixture
def codebook() -> Codebook:
    return Codebook([Code(id=CodeId("cost"), name="Cost worries"), Code(id=CodeId("wait"), name="Waiting times")])


def test_the_worst_come_first_then_those_of_more_coders_then_the_order_of_interviews(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = codings_of(
        {
            "MO": ["cost", "cost wait", "", "cost", "cost", "cost"],
            "JB": ["cost", "cost", "cost", "wait", None, "wait"],
            "SK": ["cost", "cost", "", None, None, None],
        }
    )
    found = disagreements(codings, interviews, codebook)

    # MASI of {cost} and {cost, wait}: 1 - 1/2 2/3 = 2/3, twice, and 0: 4/9; {} and {cost}: 1, twice, and 0: 2/3
    assert [(one.line, round(one.distance, 4)) for one in found] == [
        ("I2:2", 1.0),
        ("I3:2", 1.0),
        ("I2:1", 0.6667),
        ("I1:2", 0.4444),
    ]


def test_equally_bad_ones_are_told_by_how_many_judged_them(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = codings_of({"MO": ["cost", "cost"], "JB": ["", "wait"], "SK": [None, ""]})

    assert [one.line for one in disagreements(codings, interviews, codebook)] == ["I1:2", "I1:1"]


def test_each_has_its_text_and_who_said_what(
    codings_of: Callable[..., Codings], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = codings_of({"MO": ["cost wait"], "JB": ["cost"], "SK": ["cost"]})
    [one] = disagreements(codings, interviews, codebook)

    assert (one.interview, one.text, one.coders) == ("I1", "words", ("JB", "MO", "SK"))
    assert one.codes["MO"] == {"cost", "wait"}
    assert one.contested == {"Waiting times": ("MO",)}
    assert str(one) == "I1:1  0.44  words\n  Waiting times: MO; not JB, SK"


def test_only_independent_codings_disagree(
    coding_of: Callable[..., Coding], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = Codings([coding_of("I1:1", "MO", "cost"), coding_of("I1:1", "JB", "wait", basis=Basis.ASSISTED)])

    assert disagreements(codings, interviews, codebook) == ()


def test_unknown_codes_and_lines_are_all_refused_at_once(
    coding_of: Callable[..., Coding], interviews: Transcripts, codebook: Codebook
) -> None:
    codings = Codings([coding_of("I9:1", "MO", "fun"), coding_of("I1:1", "JB", "cost")])
    with pytest.raises(AgreementError) as refused:
        disagreements(codings, interviews, codebook)

    assert str(refused.value) == (
        "the code 'fun' was given to lines but is not in the codebook; add it or correct the codings.\n"
        "the line I9:1 was judged but is in no transcript; correct its id or add its transcript."
    )


def test_units_of_a_table_come_worst_first_then_those_that_more_judged_then_in_their_order() -> None:
    rows = [["x", "y", "x", None, "y"], ["x", "x", "y", "x", "y"], ["x", "y", None, "y", None]]
    data = ReliabilityData.from_table(rows, coders=["A", "B", "C"], interviews=["I", "I", "J", "J", "J"])
    found = disagreeing_units(data)

    assert [(one.unit, one.interview, round(one.distance, 4)) for one in found] == [
        ("3", "J", 1.0), ("4", "J", 1.0), ("2", "I", 0.6667),
    ]  # fmt: skip
    assert dict(found[1].labels) == {"B": "x", "C": "y"}


def test_the_distance_of_a_table_is_the_one_asked_for() -> None:
    data = ReliabilityData.from_table([[1, 1, 4], [2, 4, 4]], coders=["A", "B"])
    of_sets = ReliabilityData.from_table([[{"x"}, {"y"}], [{"x", "y"}, set()]])

    assert [(one.unit, one.distance) for one in disagreeing_units(data, distance="interval")] == [("2", 9.0), ("1", 1)]
    assert [one.distance for one in disagreeing_units(of_sets)] == pytest.approx([1.0, 2 / 3])
    assert disagreeing_units(data)[0].interview is None


def test_ordinal_distances_of_units_add_up_to_the_disagreement_in_alpha() -> None:
    """Krippendorff (2011): alpha = 1 - D_o / D_e with the distance between ranks of the pairable values."""
    rng = np.random.default_rng(4)
    rows = [[int(v) if v else None for v in rng.integers(0, 5, 60)] for _ in range(3)]
    data = ReliabilityData.from_table(rows).pairable()
    n_c = np.bincount(data.values[data.values >= 0]).astype(float)
    middle = np.cumsum(n_c) - n_c / 2
    n = n_c.sum()
    D_e = (np.outer(n_c, n_c) * (middle[:, None] - middle[None, :]) ** 2).sum() / (n * (n - 1))
    judged = dict(zip(data.units, data.judged.sum(axis=0), strict=True))
    D_o = sum(one.distance * judged[one.unit] for one in disagreeing_units(data, distance="ordinal")) / n

    assert 1 - D_o / D_e == pytest.approx(krippendorff_alpha(data, distance="ordinal", interval=None).value)
