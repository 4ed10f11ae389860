import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from autocode.codebook import Codebook
from autocode.coding import Codings
from autocode.errors import TrainingError
from autocode.resampling import interview_draws
from autocode.suggester import CodedLines, excess_surprisal, line_surprisal, recheck, theme_coherence
from autocode.suggester.checks._near_duplicates import pairs_at_least
from autocode.suggester.checks._similarity import mean_similarity, word_rows


@pytest.fixture(scope="module")
def slipped(study, coding):
    """The small study, in which one line about parking was coded as one about telephones."""
    wrong = next(one.line for one in study.codings if "parking" in one.codes)
    codings = [coding(one.line, "phones") if one.line == wrong else one for one in study.codings]
    return wrong, recheck(Codings(codings), study.lines, study.codebook, resamples=50, seed=1)


def test_a_line_coded_with_another_code_is_the_first_that_surprises(slipped):
    wrong, found = slipped
    first = found.label_issues[0]

    assert first.line == wrong
    assert [code.id for code in first.given] == ["phones"]
    assert first.unlikely_code[0].id == "phones"
    assert first.missing[0].id == "parking"
    assert first.missing[1] > 0.5 > first.unlikely_code[1]
    assert first.coders == ("coder_a",)
    assert str(first).startswith(
        f"{wrong} (coder_a): {first.text}\n  Telephones was given, with a predicted probability of "
    )
    assert "; Parking was not given, with a predicted probability of " in str(first)


def test_slips_come_with_the_most_surprising_first(slipped):
    values = [one.surprisal for one in slipped[1].label_issues]

    assert values == sorted(values, reverse=True)
    assert len(values) == 20


def test_a_line_without_a_code_has_nothing_doubtful(study, coding):
    bare = next(one.line for one in study.codings if "records" in one.codes)
    codings = [coding(one.line) if one.line == bare else one for one in study.codings]
    slip = recheck(Codings(codings), study.lines, study.codebook, resamples=10).label_issues[0]

    assert slip.line == bare
    assert slip.unlikely_code is None
    assert "has no code; Records was not given, with a predicted probability of" in str(slip)


def test_the_same_words_with_other_codes_are_found_with_both_coders(slipped):
    wrong, found = slipped
    pair = found.near_duplicates[0]

    assert wrong in (pair.first.line, pair.second.line)
    assert pair.first.text == pair.second.text
    assert pair.similarity == pytest.approx(1)
    assert pair.jaccard_distance == 1
    assert {code.id for given in pair.codes for code in given} == {"parking", "phones"}
    assert str(pair).endswith("similarity 1.00, coded differently")


def test_lines_stand_in_one_pair_of_twins_at_most(study, coding):
    codings = [coding(one.line, "phones" if n % 2 else "parking") for n, one in enumerate(study.codings)]
    found = recheck(Codings(codings), study.lines, study.codebook, resamples=5)
    lines = [line for pair in found.near_duplicates for line in (pair.first.line, pair.second.line)]

    assert len(lines) > 2
    assert len(lines) == len(set(lines))


def test_codes_given_at_random_cannot_be_told_apart(study, coding):
    rng = np.random.default_rng(0)
    codings = [coding(one.line, ["phones", "parking"][rng.integers(2)]) for one in study.codings]
    [pair] = recheck(Codings(codings), study.lines, study.codebook, resamples=50).confused

    assert {pair.first.id, pair.second.id} == {"parking", "phones"}
    assert pair.low <= pair.auc <= pair.high
    assert pair.auc < 0.75
    assert sum(pair.lines) == len(codings)
    assert pair.together == 0
    assert "where 0.5 is chance" in str(pair)


def test_codes_of_different_words_are_not_listed_as_confused(slipped):
    assert slipped[1].confused == ()


def test_a_code_that_one_coder_gives_in_the_place_of_another_is_a_different_use(study, coding):
    swap = {"parking": "phones", "phones": "parking", "records": "records", "": ""}
    read = [one for one in study.codings if one.line.startswith("GP")]
    other = [coding(one.line, swap[next(iter(one.codes), "")], coder="coder_b") for one in read]
    found = recheck(Codings([*study.codings, *other]), study.lines, study.codebook, resamples=50).different_uses
    use = {one.code.id: one for one in found}

    assert use.keys() == {"parking", "phones"}
    assert use["parking"].coders == ("coder_a", "coder_b")
    assert use["parking"].shared[2] == 0
    assert use["parking"].instead[0][0].id == "phones"
    assert use["parking"].instead[1][0].id == "phones"
    assert use["parking"].separation.low > 1
    assert "coder_b gave Telephones instead" in str(use["parking"])
    assert use["parking"].to_json()["instead"][0]["code"] == "phones"


def test_coders_who_say_the_same_do_not_use_a_code_differently(study, coding):
    other = [coding(one.line, " ".join(one.codes), coder="coder_b") for one in study.codings]

    assert recheck(Codings([*study.codings, *other]), study.lines, study.codebook, resamples=20).different_uses == ()


def test_themes_of_their_own_words_are_homogeneous_and_apart(study):
    found = theme_coherence(*study, resamples=100)
    by_code = {one.code.id: one for one in found.codes}

    assert [one.code.id for one in found.codes] == ["access", "parking", "phones", "records"]
    assert [one.code.id for one in found.themes] == ["access"]
    for code in ("parking", "phones", "records"):
        assert 1 < by_code[code].homogeneity.low <= by_code[code].homogeneity.value <= by_code[code].homogeneity.high
        assert len(by_code[code].typical) == 2
    # the invented lines of one code share no word that matters with those of another
    assert by_code["phones"].nearest is None
    assert np.isnan(by_code["phones"].heterogeneity.value)
    assert "times as similar as any two" in str(by_code["access"])
    assert " as to those of " not in str(by_code["access"])
    assert "<th>Getting there</th>" in found._repr_html_()


def test_the_nearest_neighbour_is_the_code_whose_lines_share_words(rambling):
    for one in theme_coherence(*rambling, resamples=100).codes:
        if not one.theme:
            assert one.nearest.id in {"parking", "phones", "records"} - {one.code.id}
            assert 1 < one.heterogeneity.low <= one.heterogeneity.value <= one.heterogeneity.high
            assert f"times as similar to each other as to those of {one.nearest.name}." in str(one)


def test_codes_given_at_random_are_no_more_alike_than_any_two_lines(study, coding):
    rng = np.random.default_rng(4)
    codings = Codings(coding(one.line, ["phones", "parking", "records"][rng.integers(3)]) for one in study.codings)
    found = theme_coherence(codings, study.lines, study.codebook, resamples=200)

    for one in found.codes:
        assert one.homogeneity.low < 1.15
        assert np.isnan(one.heterogeneity.value) or one.heterogeneity.low < 1.15


def test_a_code_of_one_interview_or_of_none_has_no_coherence_and_a_reason(study, coding):
    codings = [one for one in study.codings if not one.codes & {"phones", "records"} or one.line.startswith("GP1:")]
    codings = [coding(one.line) if "records" in one.codes else one for one in codings]
    found = {one.code.id: one for one in theme_coherence(Codings(codings), study.lines, study.codebook).codes}

    assert str(found["phones"]).endswith(
        "its lines are of one interview, and similarity is measured between interviews."
    )
    assert str(found["records"]) == "Records (0 lines of 0 interviews): no line has it."
    assert found["records"].to_json()["homogeneity"] == {"value": None, "low": None, "high": None}
    assert str(found["records"].homogeneity) == "undefined"
    assert found["records"].typical == ()


def test_too_few_lines_are_refused_with_what_is_missing(study, coding):
    with pytest.raises(TrainingError) as refused:
        recheck(Codings([coding("GP1:2", "parking")]), study.lines, study.codebook)

    assert str(refused.value) == (
        "1 coded line with 1 code: too few to judge any by the others; code at least 10 lines, with at least two codes."
    )


def test_nothing_to_list_and_nothing_to_draw_are_the_callers_mistakes(study):
    with pytest.raises(ValueError, match=r"^top and resamples must be at least 1, not 0 and 5\.$"):
        recheck(*study, top=0, resamples=5)


def test_what_was_found_reads_as_text_as_html_and_as_json(slipped):
    import json

    _, found = slipped
    told, page, data = str(found), found._repr_html_(), json.loads(json.dumps(found.to_json(), allow_nan=False))

    for heading in ("Possible label issues", "Near-duplicate lines coded differently", "Themes and subthemes"):
        assert heading in told
        assert heading in page
    assert "- none found" in told
    assert data["slips"][0]["codes"] == ["phones"]
    assert data["slips"][0]["missing"]["code"] == "parking"
    assert {one["code"] for one in data["themes"]["codes"]} == {"access", "parking", "phones", "records"}
    assert len(data["twins"][0]["lines"]) == 2
    assert data["confused"] == []


def test_the_same_seed_finds_the_same(study):
    assert str(recheck(*study, resamples=20, seed=5)) == str(recheck(*study, resamples=20, seed=5))


def test_surprise_is_positive_exactly_where_the_model_would_say_the_opposite():
    p = np.array([[0.1, 0.49, 0.51, 0.9]])
    given, not_given = np.ones((1, 4), dtype=bool), np.zeros((1, 4), dtype=bool)

    assert (excess_surprisal(p, given)[0] > 0).tolist() == [True, True, False, False]
    assert (excess_surprisal(p, not_given)[0] > 0).tolist() == [False, False, True, True]
    assert excess_surprisal(np.array([[0.5]]), np.array([[True]])) == pytest.approx(0)


def test_the_surprise_of_a_line_is_of_its_worst_code_given_and_its_worst_not_given():
    each = np.array([[3.0, 1.0, -0.5, 2.0], [3.0, 1.0, -0.5, 2.0], [3.0, 1.0, -0.5, 2.0]])
    applied = np.array([[True, True, False, False], [False] * 4, [True] * 4])

    assert line_surprisal(each, applied).tolist() == [5.0, 3.0, 3.0]


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 25), st.integers(1, 6), st.integers(1, 4))
def test_mean_likeness_is_the_mean_over_pairs_of_lines_of_different_interviews(seed, n, n_interviews, n_groups):
    rng = np.random.default_rng(seed)
    dense = rng.random((n, 8)) * (rng.random((n, 8)) < 0.5)
    dense /= np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-12)
    interview, member = rng.integers(0, n_interviews, n), rng.random((n, n_groups)) < 0.6
    draws = interview_draws(n_interviews, resamples=3, seed=seed, with_sample=True)
    found = mean_similarity(sp.csr_matrix(dense), interview, member, draws)

    for r, times in enumerate(draws):
        for g in range(n_groups):
            for h in range(n_groups):
                weight = np.outer(times[interview] * member[:, g], times[interview] * member[:, h])
                weight = weight * (interview[:, None] != interview[None, :])
                if weight.sum():
                    mean = (weight * (dense @ dense.T)).sum() / weight.sum()

                    assert found[r, g, h] == pytest.approx(mean, abs=1e-9)
                else:
                    assert np.isnan(found[r, g, h])


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 40), st.sampled_from([0.5, 0.8, 0.95]))
def test_nearly_identical_lines_are_all_found_and_no_others(seed, n, least):
    rng = np.random.default_rng(seed)
    dense = rng.random((n, 9)) * (rng.random((n, 9)) < 0.35)
    dense /= np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-12)
    rows = sp.csr_matrix(dense)
    first, second, likeness = pairs_at_least(rows, least)
    expected = {(i, j) for i in range(n) for j in range(i) if dense[i] @ dense[j] >= least}

    assert {(int(j), int(i)) for i, j in zip(first, second, strict=True)} == expected
    assert likeness == pytest.approx([dense[i] @ dense[j] for i, j in zip(first, second, strict=True)])
    assert (rows != sp.csr_matrix(dense)).nnz == 0


def test_function_words_make_no_two_lines_alike_unless_there_is_nothing_else():
    rows = word_rows(["that is the meter", "that is the phone", "that is it", "that is it", ""], language="en")
    alike = (rows @ rows.T).toarray()

    assert alike[0, 1] == 0
    assert alike[2, 3] == pytest.approx(1)
    assert alike[4].sum() == 0
    assert word_rows([""], language="en").shape[0] == 1


def test_a_codebook_without_themes_has_subthemes_alone(study):
    flat = Codebook(code for code in study.codebook.values() if code.id == "records")
    codings = Codings(one for one in study.codings if one.codes <= {"records"})

    assert [one.code.id for one in theme_coherence(codings, study.lines, flat, resamples=5).codes] == ["records"]
    assert len(CodedLines.from_codings(codings, study.lines, flat)) > 0
