import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocode.coding import Codings
from autocode.errors import TrainingError
from autocode.suggester import Suggester, informativeness, select_lines, train


@pytest.fixture(scope="module")
def begun(study):
    """A suggester that has read four of the twelve interviews, and the lines that nobody has read."""
    known = Codings(one for one in study.codings if one.line.partition(":")[0] in {"GP1", "GP2", "PM1", "PM2"})
    return train(known, study.lines, study.codebook), known.uncoded(study.lines)


def test_a_share_is_drawn_at_random_and_the_others_are_the_most_worth_reading(begun):
    suggester, unread = begun
    sample = select_lines(suggester, unread, 10, random=0.3, seed=4)
    asked = [line for line in unread if line.id in sample.probabilities]
    worth = informativeness(suggester, asked)
    best = {asked[i].id for i in np.argsort(-worth, kind="stable")[:7]}
    certain = {line for line, p in sample.probabilities.items() if p == 1}

    assert len(sample.drawn) == 10
    assert certain == best < set(sample.drawn)
    assert {p for p in sample.probabilities.values() if p < 1} == {3 / (len(asked) - 7)}
    assert sample.enriched == "7 lines selected as most informative"


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.floats(0.01, 1), st.booleans(), st.integers(0, 1000))
def test_the_probabilities_add_up_to_what_is_drawn(begun, n, random, whole, seed):
    suggester, unread = begun
    n = min(n, 8) if whole else n
    sample = select_lines(suggester, unread, n, random=random, whole_interviews=whole, seed=seed)
    interview = {line.id: line.transcript for line in unread}
    units = {interview[line] if whole else line: p for line, p in sample.probabilities.items()}

    assert sum(units.values()) == pytest.approx(n)
    assert len({interview[line] if whole else line for line in sample.drawn}) == n
    assert min(units.values()) > 0


def test_each_line_is_drawn_as_often_as_its_probability_says(begun):
    suggester, unread = begun
    drawn = [select_lines(suggester, unread, 6, random=0.5, seed=seed) for seed in range(300)]
    counts = {line: np.mean([line in one.drawn for one in drawn]) for line in drawn[0].probabilities}

    for line, share in counts.items():
        assert share == pytest.approx(drawn[0].probabilities[line], abs=0.1)


def test_whole_interviews_are_taken_with_all_their_lines(begun):
    suggester, unread = begun
    sample = select_lines(suggester, unread, 2, whole_interviews=True, seed=1)
    names = {line.partition(":")[0] for line in sample.drawn}

    assert len(names) == 2
    assert {line.id for line in unread if line.transcript in names and line.speaker != "INT"} == set(sample.drawn)
    assert sample.enriched == "1 interview selected as most informative"


def test_at_random_alone_no_line_is_likelier(begun):
    suggester, unread = begun
    sample = select_lines(suggester, unread, 5, random=1, seed=1)

    assert len(set(sample.probabilities.values())) == 1
    assert sample.enriched == ""


def test_uncertainty_about_a_rare_code_is_worth_more_than_about_a_common_one(begun, monkeypatch):
    suggester, unread = begun
    uses = [sum(code.id in e.codes for e in suggester.examples) for code in suggester.codes]
    rare, common = int(np.argmin(uses)), int(np.argmax(uses))
    p = np.full((2, 3), 0.01)
    p[0, rare] = p[1, common] = 0.5
    monkeypatch.setattr(Suggester, "probabilities", lambda self, lines: p)
    worth = informativeness(suggester, unread[:2])

    assert uses[rare] < uses[common]
    assert worth[0] > worth[1]


def test_more_lines_than_there_are_cannot_be_chosen(begun):
    suggester, unread = begun
    n = sum(line.speaker != "INT" for line in unread)

    with pytest.raises(TrainingError) as refused:
        select_lines(suggester, unread, n + 1, seed=0)
    with pytest.raises(TrainingError, match=r"^9 interviews cannot be chosen from 8 that nobody has read"):
        select_lines(suggester, unread, 9, whole_interviews=True, seed=0)

    assert str(refused.value) == f"{n + 1} lines cannot be chosen from {n} that nobody has read; ask for at most {n}."
    with pytest.raises(TrainingError, match=r"^no line is left that nobody has read, so there is nothing to choose"):
        select_lines(suggester, [], 1, seed=0)


@pytest.mark.parametrize(("n", "random"), [(0, 0.2), (3, 0.0), (3, 1.1)])
def test_a_number_or_a_share_out_of_range_is_the_callers_mistake(begun, n, random):
    suggester, unread = begun

    with pytest.raises(ValueError, match=r"^n must be at least 1 and random above 0 and at most 1"):
        select_lines(suggester, unread, n, random=random, seed=0)
