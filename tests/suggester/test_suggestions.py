import random
from collections import defaultdict
from datetime import UTC, datetime

import numpy as np
import pytest

from autocode.coding import Band, Reason
from autocode.suggester import Suggester, _example_index, train
from autocode.suggester._policy import RUNNER_UP_SHARE
from autocode.suggester._predictions import FAIR, STRONG
from autocode.transcripts import Role

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def by_line(batch):
    grouped = defaultdict(list)
    for one in batch.suggestions:
        grouped[one.line].append(one)
    return grouped


def interviews_of(sample):
    unread = {line.transcript for line in sample.codings.uncoded(sample.lines.participant_lines)}
    return [one for one in sample.lines.interviews if one.id in unread | {"GP1", "GP2", "PM1"}]


@pytest.fixture(scope="session")
def sample_batch(sample, sample_suggester):
    """What is suggested for the three interviews of the sample study that nobody coded, and for three more."""
    return sample_suggester.suggest([line for one in interviews_of(sample) for line in one.lines], at=NOW)


def test_every_participants_line_gets_suggestions_or_an_abstention_and_interviewers_lines_neither(sample, sample_batch):
    spoken_of = [*by_line(sample_batch), *(a.line for a in sample_batch.abstentions)]

    assert len(spoken_of) == len(set(spoken_of))
    assert set(spoken_of) == {
        line.id for one in interviews_of(sample) for line in one.lines if line.role is Role.PARTICIPANT
    }


def test_ranks_count_from_one_to_at_most_three_and_probabilities_fall(sample_batch):
    lengths = set()
    for suggestions in by_line(sample_batch).values():
        p = [one.probability for one in suggestions]
        lengths.add(len(suggestions))

        assert [one.rank for one in suggestions] == list(range(1, len(suggestions) + 1))
        assert p == sorted(p, reverse=True)
        assert len({one.code for one in suggestions}) == len(suggestions)
    assert lengths == {1, 2, 3}


def test_bands_follow_the_probability(sample_batch):
    for one in sample_batch.suggestions:
        assert (one.band is Band.STRONG) == (one.probability >= STRONG)
        assert (one.band is Band.WEAK) == (one.probability < FAIR)
    assert {one.band for one in sample_batch.suggestions} == set(Band)


def test_all_and_only_the_codes_that_come_near_their_threshold_stand_beside_the_first(
    sample, sample_batch, sample_suggester
):
    ids = [code.id for code in sample_suggester.codes]
    near = RUNNER_UP_SHARE * sample_suggester.model.thresholds.codes
    lines = sample.lines.participant_lines
    of = dict(zip([line.id for line in lines], sample_suggester.probabilities(lines), strict=True))
    for line, suggestions in by_line(sample_batch).items():
        p = of[line]
        first, *others = sorted(range(len(ids)), key=lambda j: -p[j])

        assert [one.code for one in suggestions] == [ids[first], *(ids[j] for j in others if p[j] >= near[j])][:3]


def test_probabilities_are_those_of_the_line_and_between_0_and_1(sample, sample_batch, sample_suggester):
    lines = sample.lines.participant_lines
    p = sample_suggester.probabilities(lines)
    of = {(line.id, code.id): p[i, j] for i, line in enumerate(lines) for j, code in enumerate(sample_suggester.codes)}

    assert ((p > 0) & (p < 1)).all()
    assert all(one.probability == pytest.approx(of[one.line, one.code], abs=1e-12) for one in sample_batch.suggestions)


def test_probabilities_of_a_code_rise_with_its_scores(sample, sample_suggester):
    lines = sample.lines.participant_lines
    scores, p = sample_suggester.scores(lines), sample_suggester.probabilities(lines)

    for j in range(len(sample_suggester.codes)):
        assert (np.diff(p[np.argsort(scores[:, j]), j]) >= 0).all()


def test_neighbours_are_human_coded_lines_that_have_the_code_with_the_coders_who_gave_it(
    sample, sample_batch, sample_suggester
):
    held = {example.line: example for example in sample_suggester.examples}
    seen = 0
    for one in sample_batch.suggestions:
        likeness = [near.similarity for near in one.evidence.neighbours]
        seen += len(likeness)

        assert len(likeness) <= 2
        assert likeness == sorted(likeness, reverse=True)
        for near in one.evidence.neighbours:
            assert one.code in held[near.line].codes
            assert near.text == sample.lines.line(near.line).text
            assert near.transcript == sample.lines.line(near.line).transcript
            assert set(near.coders) == {c.coder for c in sample.codings.of(near.line) if one.code in c.codes}
    assert seen > len(sample_batch.suggestions)


def test_words_come_from_the_line_and_speak_for_the_code_largest_first(sample, sample_batch):
    for one in sample_batch.suggestions:
        text = sample.lines.line(one.line).text.casefold()
        shares = [share for _, share in one.evidence.words]

        assert all(word in text for word, _ in one.evidence.words)
        assert len(shares) <= 5
        assert shares == sorted(shares, reverse=True)
        assert all(share > 0 for share in shares)


def test_a_line_is_most_like_itself(study, suggester):
    line = study.lines.line("GP1:2")
    (first, *_) = suggester.suggest([line]).of(line.id)
    near = first.evidence.neighbours[0]

    assert near.text == line.text
    assert near.similarity == pytest.approx(1)


def test_the_share_of_words_that_the_codebook_uses_is_told(suggester, interview):
    used, unused = interview("GP9", ["No room for the car.", "Nowhere to park, so I drove round."]).lines
    of_used, of_unused = (suggester.suggest([line]).of(line.id)[0] for line in (used, unused))

    assert of_used.code == of_unused.code == "parking"
    assert of_used.evidence.definition > of_unused.evidence.definition == 0


def test_the_order_in_which_lines_are_given_does_not_matter(rambling):
    suggester = train(*rambling)
    lines = list(rambling.lines)
    given = by_line(suggester.suggest(lines))
    random.Random(0).shuffle(lines)

    assert by_line(suggester.suggest(lines)) == given


def test_more_lines_than_are_done_at_once_are_all_done_and_progress_is_told(suggester, study, interview):
    lines = interview("GP9", [study.lines[1 + n % 6].text if n % 50 == 0 else "Hm." for n in range(2001)]).lines
    told = []
    batch = suggester.suggest(lines, progress=lambda done, of: told.append((done, of)))

    assert told == [(1000, 2001), (2000, 2001), (2001, 2001)]
    assert len(by_line(batch)) + len(batch.abstentions) == 2001


def test_no_lines_give_an_empty_batch(suggester, interview):
    asked = interview("GP9", [("INT", "Is there any parking at all?")]).lines
    for lines in ((), asked):
        batch = suggester.suggest(lines, at=NOW)

        assert (batch.suggestions, batch.abstentions, batch.at) == ((), (), NOW)
        assert (batch.model, batch.codebook) == (suggester.digest, suggester.codebook_digest)
    assert suggester.scores([]).shape == suggester.probabilities([]).shape == (0, 3)


def test_a_batch_is_named_after_the_suggester_and_the_lines(suggester, study, rambling):
    lines = study.lines.participant_lines
    batch = suggester.suggest(lines, at=NOW)

    assert suggester.suggest(lines).id == batch.id
    assert suggester.suggest(lines[:-1]).id != batch.id
    assert train(*rambling).suggest(lines).id != batch.id
    assert batch.at == NOW
    assert suggester.suggest(lines).at.tzinfo is UTC


@pytest.mark.parametrize("text", ["", "Parking!", "The parking.", "— … —", "   "])
def test_a_line_of_fewer_than_three_words_is_too_short(suggester, interview, text):
    (silent,) = suggester.suggest(interview("GP9", [text]).lines).abstentions

    assert silent.reason is Reason.TOO_SHORT


@pytest.mark.parametrize("speaker", ["GP1", "PM7", "Somebody else"])
def test_a_line_in_another_script_is_unlike_anything_coded_whoever_says_it(sample_suggester, interview, speaker):
    lines = interview("GP1", [(speaker, "Сегодня прекрасная погода, мой друг")]).lines
    (silent,) = sample_suggester.suggest(lines).abstentions

    assert silent.reason is Reason.UNLIKE_ANYTHING


def test_nothing_fits_a_line_of_what_was_read_and_given_no_code(suggester, study, interview):
    lines = interview("GP9", ["My daughter plays the violin to be honest with you."]).lines
    (silent,) = suggester.suggest(lines).abstentions

    assert silent.reason is Reason.NOTHING_FITS


def test_some_lines_of_real_interviews_get_nothing_because_nothing_fits(sample_batch):
    reasons = [silent.reason for silent in sample_batch.abstentions]

    assert reasons.count(Reason.NOTHING_FITS) > 10


def test_lines_beside_each_other_tell_about_each_other_where_that_helps(rambling):
    suggester = train(*rambling)
    model, lines = suggester.model, rambling.lines.participant_lines
    alone, scores = model.context_free_scores(model.rows(lines)), suggester.scores(lines)
    column = {code.id: j for j, code in enumerate(suggester.codes)}
    row = {line.id: i for i, line in enumerate(lines)}
    batch = suggester.suggest(lines)

    assert model.blend.line_context.share > 0
    assert any(one.evidence.beside for one in batch.suggestions)
    for one in batch.suggestions:
        i, j = row[one.line], column[one.code]

        assert alone[i, j] + one.evidence.beside == pytest.approx(scores[i, j], abs=1e-9)


def test_a_line_given_without_its_neighbours_speaks_for_itself(rambling):
    suggester = train(*rambling)
    line = rambling.lines.participant_lines[3]

    assert (suggester.scores([line]) == suggester.model.context_free_scores(suggester.model.rows([line]))).all()


def test_a_suggester_knows_whose_lines_it_learnt_from(study, suggester):
    assert isinstance(suggester, Suggester)
    assert [example.line for example in suggester.examples] == [line.id for line in study.lines.participant_lines]
    assert suggester.examples[0].coders == (("parking", ("coder_a",)),)


def test_words_that_show_a_coder_nothing_are_left_out_where_others_speak(suggester, interview):
    line = interview("GP9", ["There is nowhere to park and they've said it's the meter."]).lines[0]
    words = {word for word, _ in suggester.suggest([line]).of(line.id)[0].evidence.words}

    assert {"park", "meter"} <= words
    assert not words & {"there", "is", "to", "and", "they", "'ve", "it", "'s", "the"}


def test_a_line_is_compared_with_so_many_coded_lines_at_most_and_rare_codes_stay_among_them(monkeypatch, study):
    monkeypatch.setattr(_example_index, "MAX_COMPARED", 20)
    few = train(*study, seed=3)
    lines = study.lines.participant_lines
    held = {example.line: example for example in few.examples}
    near = {(one.code, n.line) for one in few.suggest(lines).suggestions for n in one.evidence.neighbours}

    assert few.index.vectors.shape[0] <= 20
    assert len({line for _, line in near}) <= 20
    assert {code for code, _ in near} == {"parking", "phones", "records"}
    assert all(code in held[line].codes for code, line in near)
    assert len(few.examples) == 72


def test_of_many_lines_each_code_has_its_share_of_those_compared_and_a_rare_one_all():
    has = np.zeros((1000, 3), dtype=bool)
    has[:3, 0] = has[:700, 1] = True
    chosen = _example_index.spread(has, 100)

    assert len(chosen) <= 100
    assert {0, 1, 2} <= set(chosen.tolist())
    assert has[chosen].sum(axis=0).tolist()[1] >= 30
    assert (~has[chosen].any(axis=1)).sum() >= 25
    assert _example_index.spread(has, 1000).tolist() == list(range(1000))
