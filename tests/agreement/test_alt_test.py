"""The alternative annotator test and the correction for several coders.

The paper's own numbers come from data that are not at hand; its reference notebook agrees on the made-up data of
published/test_calderon_2025.py.
"""

import pytest
from scipy.stats import ttest_1samp

from autocode.agreement import alt_test, benjamini_yekutieli
from autocode.errors import AgreementError

LINES = [f"i{i}" for i in range(40)]


def say(*answers: str) -> dict[str, str]:
    return dict(zip(LINES, answers * 40, strict=False))


def test_a_model_that_says_what_everybody_says_passes() -> None:
    everybody = say("a", "b", "c")

    found = alt_test({"MO": everybody, "RT": everybody, "XV": everybody}, everybody, epsilon=0.1)

    assert (found.winning_rate, found.advantage_probability, found.passed) == (1.0, 1.0, True)
    assert found.p_values == (0.0, 0.0, 0.0)
    assert found.n_lines == (40, 40, 40)
    assert found.caution == ""


def test_no_handicap_and_no_difference_is_no_proof() -> None:
    everybody = say("a", "b")

    found = alt_test({"MO": everybody, "RT": everybody, "XV": everybody}, everybody, epsilon=0.0)

    assert found.p_values == (1.0, 1.0, 1.0)
    assert not found.passed


def test_p_is_that_of_a_one_sided_t_test_of_the_difference_against_epsilon() -> None:
    humans = {"MO": say("a", "b", "a"), "RT": say("a", "b", "b"), "XV": say("a", "a", "b")}
    model = say("a", "b", "b")

    found = alt_test(humans, model, epsilon=0.2)

    # for MO the others say aa, ba, bb: the model is nearer on every third line, as near on the others
    difference = [0.0, 0.0, -1.0] * 13 + [0.0]
    assert found.p_values[0] == pytest.approx(ttest_1samp(difference, 0.2, alternative="less").pvalue, abs=1e-12)


def test_a_line_counts_only_where_coder_model_and_another_coder_judged_it() -> None:
    humans = {"MO": say("a", "b") | {"only MO": "a"}, "RT": say("a", "b"), "XV": {"i0": "a", "i1": "b"}}

    found = alt_test(humans, say("a", "b") | {"only model": "a"})

    assert found.n_lines == (40, 40, 2)
    assert found.caution == "2 lines of a coder, where the test asks for at least 30"


def test_two_coders_are_fewer_than_the_test_asks_for() -> None:
    found = alt_test({"MO": say("a", "b"), "RT": say("a", "b")}, say("a", "b"))

    assert found.caution == "2 coders, where the test asks for at least 3"


def test_closeness_may_be_a_similarity_of_labels_instead_of_their_being_the_same() -> None:
    def similarity(a: str, b: str) -> float:
        return len(set(a) & set(b)) / len(set(a) | set(b))

    humans = {"MO": say("xy"), "RT": say("xy"), "XV": say("xy")}

    near = alt_test(humans, say("x"), similarity=lambda a, b: 1.0 if set(a) & set(b) else 0.0)
    far = alt_test(humans, say("x"), similarity=similarity)

    assert (near.winning_rate, near.advantage_probability) == (1.0, 1.0)
    assert (far.winning_rate, far.advantage_probability) == (0.0, 0.0)


def test_over_interviews_p_is_that_of_a_t_test_of_interviews_of_equal_length() -> None:
    humans = {"MO": say("a", "b", "a"), "RT": say("a", "b", "b"), "XV": say("a", "a", "b")}
    model = say("a", "b", "b")
    interviews = {line: f"GP{i // 4}" for i, line in enumerate(LINES)}

    found = alt_test(humans, model, epsilon=0.2, interviews=interviews)

    difference = [0.0, 0.0, -1.0] * 13 + [0.0]
    means = [sum(difference[k : k + 4]) / 4 for k in range(0, 40, 4)]
    assert found.p_values[0] == pytest.approx(ttest_1samp(means, 0.2, alternative="less").pvalue, abs=1e-12)


def test_one_interview_proves_nothing() -> None:
    everybody = say("a", "b")
    found = alt_test({"MO": everybody, "RT": everybody}, everybody, interviews=dict.fromkeys(LINES, "GP1"))

    assert found.p_values == (1.0, 1.0)
    assert not found.passed


def test_what_cannot_be_tested_is_refused_with_the_reason() -> None:
    with pytest.raises(AgreementError, match="compares coders with each other; it needs at least two"):
        alt_test({"MO": say("a")}, say("a"))
    with pytest.raises(AgreementError, match="the coder XV shares 1 line with the model and another coder"):
        alt_test({"MO": say("a"), "RT": say("a"), "XV": {"i0": "a"}}, say("a"))
    with pytest.raises(ValueError, match="epsilon is a difference of shares, between 0 and 1, not 2"):
        alt_test({"MO": say("a"), "RT": say("a")}, say("a"), epsilon=2)
    with pytest.raises(ValueError, match="the false discovery rate lies between 0 and 1, not at 0"):
        alt_test({"MO": say("a"), "RT": say("a")}, say("a"), fdr=0)


def test_benjamini_yekutieli_rejects_up_to_the_last_p_below_its_line() -> None:
    # c(3) = 1 + 1/2 + 1/3 = 11/6; lines at .05 x 1, 2, 3 / (3 x 11/6) = .00909, .01818, .02727
    assert benjamini_yekutieli([0.02, 0.009, 0.5]) == (False, True, False)
    assert benjamini_yekutieli([0.02, 0.01, 0.027]) == (True, True, True)
    assert benjamini_yekutieli([0.02, 0.01, 0.028]) == (False, False, False)
