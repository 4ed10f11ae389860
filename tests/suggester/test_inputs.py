import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autocode.suggester._inputs import LineInputs, tokens

KNOWN = [
    "parking",
    "Phone",
    "records,",
    "record",
    "the",
    "car-park",
    "don't",
    "PARKING!",
    "...",
    "—",
    "İstanbul",
    "ΌΔΟΣ",
]
PIECES = st.one_of(st.sampled_from(KNOWN), st.sampled_from([" ", "\n", "\x1c", "\u2003", "\u200b"]), st.text())
TEXTS = st.lists(PIECES, max_size=12).flatmap(
    lambda pieces: st.sampled_from(["", " "]).map(lambda blank: blank.join(pieces))
)


@given(text=TEXTS, speaker=st.sampled_from(["GP1", "PM4", "Nurse"]))
@example(text="", speaker="GP1")
@example(text="...", speaker="GP1")
@example(text="the the THE parking parking-the", speaker="PM1")
def test_the_shares_of_the_words_the_role_and_the_intercept_add_up_to_the_score(suggester, interview, text, speaker):
    line = interview("GP1", [(speaker, text)]).lines[0]
    model = suggester.model
    row = model.rows([line])
    role = model.inputs.transform([""], [speaker.rstrip("0123456789").lower()])

    for j, score in enumerate(model.alone(row)[0]):
        shares = model.inputs.shares(text, model.coefficients[j])
        by_role = (role @ model.coefficients[j])[0]

        assert sum(share for _, _, share in shares) + by_role + model.intercepts[j] == pytest.approx(score, abs=1e-9)


@given(text=TEXTS)
def test_every_share_stands_at_a_place_in_the_line(suggester, text):
    for start, end, _ in suggester.model.inputs.shares(text, suggester.model.coefficients[0]):
        assert 0 <= start < end <= len(text)


@given(text=TEXTS)
def test_tokens_are_lower_case_words_at_their_place(text):
    for start, end, form in tokens(text):
        assert text[start:end].lower() == form
        assert not form.isspace()


def test_a_word_seen_twice_counts_in_both_places():
    inputs = LineInputs().fit(["parking again", "nothing else"], ["", ""])
    weights = np.ones(inputs.transform(["parking"]).shape[1])
    (_, _, once), (_, _, twice) = inputs.shares("parking parking", weights)

    assert once == pytest.approx(twice)
    assert once > 0


def test_the_speakers_number_is_no_part_of_the_role(suggester, interview):
    lines = [interview(name, ["There is nowhere to park."]).lines[0] for name in ("GP1", "gp 17", "PM2")]
    gp1, gp17, pm2 = suggester.model.rows(lines).toarray().tolist()

    assert gp1 == gp17
    assert gp1 != pm2


def test_where_all_have_one_role_it_is_left_out():
    inputs = LineInputs().fit(["one line", "another line"], ["gp", "gp"])

    assert inputs.roles == ()


def test_no_lines_are_a_matrix_without_rows(suggester):
    inputs = suggester.model.inputs

    assert inputs.transform([], []).shape == (0, suggester.model.coefficients.shape[1])
    assert LineInputs().fit(["one line"], ["gp"]).transform([], []).shape[0] == 0


def test_rare_runs_of_characters_are_left_out_of_large_studies_only():
    small = LineInputs().fit(["xylophone"] + ["telephone"] * 298, [""] * 299)
    large = LineInputs().fit(["xylophone"] + ["telephone"] * 299, [""] * 300)

    assert "xylo" in small.characters.vocabulary_
    assert "xylo" not in large.characters.vocabulary_
    assert "phon" in large.characters.vocabulary_


def test_marks_that_are_no_word_have_a_share_for_the_whole_line():
    inputs = LineInputs().fit(["well ?!? yes", "no"], ["", ""])
    shares = inputs.shares("well ?!? yes", np.ones(inputs.transform(["well"]).shape[1]))

    assert [(start, end) for start, end, _ in shares] == [(0, 4), (9, 12), (0, 12)]
    assert sum(share for _, _, share in shares) == pytest.approx(inputs.transform(["well ?!? yes"]).sum())
