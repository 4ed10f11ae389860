from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autocode.suggester import train
from autocode.suggester.features._inputs import DEFAULT_INPUTS, NO_SETTING, LineInputs, Setting, setting, tokens

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
def test_the_shares_of_words_role_place_and_intercept_add_up_to_the_score(suggester, interview, text, speaker):
    line = interview("GP1", [(speaker, text)]).lines[0]
    model = suggester.model
    row = model.rows([line])
    kind = speaker.rstrip("0123456789").lower()
    role = model.inputs.transform([""], [Setting(kind, None)])
    place = model.inputs.transform([""], [Setting(None, 0)])

    for j, score in enumerate(model.context_free_scores(row)[0]):
        shares = model.inputs.shares(text, model.coefficients[j])
        by_role, by_place = ((part @ model.coefficients[j])[0] for part in (role, place))

        told = sum(share for _, _, share in shares) + by_role + by_place + model.intercepts[j]
        assert told == pytest.approx(score, abs=1e-9)


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
    inputs = LineInputs().fit(["parking again", "nothing else"], [NO_SETTING] * 2)
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
    inputs = LineInputs().fit(["one line", "another line"], [Setting("gp", 3)] * 2)

    assert inputs.roles == ()
    assert inputs.places == ()


@pytest.mark.parametrize(
    ("order", "place"),
    [(-1, None), (0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (7, 2), (8, 3), (10**6, DEFAULT_INPUTS.last_place)],
)
def test_places_are_told_apart_by_doublings_as_far_as_they_are_known(interview, order, place):
    line = replace(interview("GP1", ["Well."]).lines[0], order=order)

    assert setting(line) == ("gp", place)


def test_what_opens_an_interview_is_learnt_from_its_place(interview, codebook, make_study):
    told = [("Well, yes.", "phones"), ("Well, no.", "parking"), ("Well, yes.", "parking"), ("Well, no.", "parking")]
    suggester = train(*make_study({f"GP{n}": told for n in range(1, 13)}, codebook))
    asked = interview("GP20", [("Interviewer", "How is it?"), "Well, yes.", "Well, no.", "Well, yes."]).lines[1:]
    found = [suggester.codes[j].id for j in suggester.probabilities(asked).argmax(axis=1)]
    nowhere = [replace(line, order=-9 * n) for n, line in enumerate(asked, start=1)]

    assert found == ["phones", "parking", "parking"]
    assert len({tuple(row) for row in suggester.probabilities(nowhere).round(9).tolist()}) == 2


def test_no_lines_are_a_matrix_without_rows(suggester):
    inputs = suggester.model.inputs

    assert inputs.transform([], []).shape == (0, suggester.model.coefficients.shape[1])
    assert LineInputs().fit(["one line"], [Setting("gp", 0)]).transform([], []).shape[0] == 0


def test_rare_runs_of_characters_are_left_out_of_large_studies_only():
    small = LineInputs().fit(["xylophone"] + ["telephone"] * 298, [NO_SETTING] * 299)
    large = LineInputs().fit(["xylophone"] + ["telephone"] * 299, [NO_SETTING] * 300)

    assert "xylo" in small.characters.vocabulary_
    assert "xylo" not in large.characters.vocabulary_
    assert "phon" in large.characters.vocabulary_


def test_marks_that_are_no_word_have_a_share_for_the_whole_line():
    inputs = LineInputs().fit(["well ?!? yes", "no"], [NO_SETTING] * 2)
    shares = inputs.shares("well ?!? yes", np.ones(inputs.transform(["well"]).shape[1]))

    assert [(start, end) for start, end, _ in shares] == [(0, 4), (9, 12), (0, 12)]
    assert sum(share for _, _, share in shares) == pytest.approx(inputs.transform(["well ?!? yes"]).sum())
