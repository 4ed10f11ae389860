"""Lines are drawn at random from all lines, with probabilities that are known and used."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.agreement import code_prevalence, code_prevalence_by, draw_sample
from autocode.coding import Basis, Coding, Codings, Design, Sample
from autocode.errors import AgreementError
from autocode.transcripts import Line, Role, Transcript, Transcripts

N_INTERVIEWS, SPOKEN = 20, 30


def interview(name: str, role: str) -> Transcript:
    lines = [
        Line(
            id=f"{name}:{k}",
            transcript=name,
            order=k,
            text="Said.",
            speaker="P",
            start=0,
            end=5,
            role=Role.INTERVIEWER if k == 0 else Role.PARTICIPANT,
        )
        for k in range(SPOKEN + 1)
    ]
    return Transcript(id=name, text="Said.", digest="", lines=tuple(lines), attributes={"role": role})


@pytest.fixture(scope="module")
def lines() -> Transcripts:
    return Transcripts([interview(f"GP{i}", "doctor" if i % 2 else "nurse") for i in range(N_INTERVIEWS)])


@pytest.fixture(scope="module")
def truth(lines) -> dict[str, bool]:
    """Which lines deserve the code: one in ten, unlike in each interview."""
    rng = np.random.default_rng(5)
    often = rng.beta(1, 9, N_INTERVIEWS)
    return {line.id: bool(rng.random() < often[int(line.transcript[2:])]) for line in lines.participant_lines}


def judged(truth, sample, coder="MO", basis=Basis.INDEPENDENT) -> Codings:
    return Codings(
        Coding(line=line, coder=coder, codes=frozenset({"rare"} if truth[line] else ()), basis=basis)
        for line in sample.drawn
    )


def test_lines_of_participants_are_drawn_each_with_the_same_probability(lines):
    sample = draw_sample(lines, 60, seed=1)

    assert len(set(sample.drawn)) == 60
    assert set(sample.probabilities) == {line.id for line in lines.participant_lines}
    assert set(sample.probabilities.values()) == {60 / (N_INTERVIEWS * SPOKEN)}
    assert (sample.seed, sample.enriched) == (1, "")


def test_the_same_seed_draws_the_same_lines_and_another_others(lines):
    one, same, other = (draw_sample(lines, 60, seed=seed) for seed in (1, 1, 2))

    assert one == same
    assert one.drawn != other.drawn


def test_enriched_lines_are_likelier_and_none_is_left_out(lines):
    likely = {f"GP1:{k}": 8.0 for k in range(1, SPOKEN + 1)} | {"GP2:1": 1.0}
    sample = draw_sample(lines.participant_lines, 60, seed=1, enrich=likely)
    p = sample.probabilities

    assert p["GP1:1"] == pytest.approx(8 * p["GP3:1"])
    assert sum(p.values()) == pytest.approx(60)
    assert min(p.values()) > 0
    assert sample.enriched == "30 lines 8 times as likely as the others"
    assert draw_sample(lines, 9, seed=1, enrich={"GP1:1": 2, "GP1:2": 3}).enriched == (
        "2 lines 2 to 3 times as likely as the others"
    )


@given(
    times=st.lists(st.floats(0.01, 100), min_size=1, max_size=40),
    share=st.floats(0.01, 1),
    seed=st.integers(0, 1000),
)
def test_as_many_lines_are_drawn_as_asked_for_and_the_probabilities_add_up(times, share, seed):
    frame = interview("GP1", "nurse").lines[1:] + interview("GP2", "nurse").lines[1:]
    frame = frame[: len(times)]
    n = max(1, int(share * len(frame)))
    sample = draw_sample(frame, n, seed=seed, enrich={line.id: t for line, t in zip(frame, times, strict=False)})

    assert len(set(sample.drawn)) == n
    assert sum(sample.probabilities.values()) == pytest.approx(n)
    assert {line for line, p in sample.probabilities.items() if p == 1} <= set(sample.drawn)


def test_lines_are_drawn_as_often_as_their_probabilities_say():
    frame = interview("GP1", "nurse").lines[1:13]
    enrich = {line.id: 1.0 + k for k, line in enumerate(frame)}
    draws = [draw_sample(frame, 4, seed=seed, enrich=enrich) for seed in range(3000)]
    often = {line.id: np.mean([line.id in set(one.drawn) for one in draws]) for line in frame}

    for line, p in draws[0].probabilities.items():
        assert abs(often[line] - p) < 4 * np.sqrt(p * (1 - p) / 3000) + 1e-12


@pytest.mark.parametrize("n", [0, -1, N_INTERVIEWS * SPOKEN + 1])
def test_a_number_of_lines_that_cannot_be_drawn_is_refused(lines, n):
    with pytest.raises(AgreementError, match=rf"{n} lines cannot be drawn from 600; draw between 1 and all of them\."):
        draw_sample(lines, n, seed=0)


def test_what_cannot_be_enriched_is_refused(lines):
    with pytest.raises(AgreementError, match="the line GP1:0 is to be enriched but is not among the lines of parti"):
        draw_sample(lines, 5, seed=0, enrich={"GP1:0": 2.0})
    with pytest.raises(
        AgreementError, match="the line GP1:1 is to be 0 times as likely as others; give a number above"
    ):
        draw_sample(lines, 5, seed=0, enrich={"GP1:1": 0.0})
    with pytest.raises(AgreementError, match="the line GP1:1 is to be inf times as likely as others"):
        draw_sample(lines, 5, seed=0, enrich={"GP1:1": float("inf")})


# prevalence from what was drawn


def test_prevalence_of_an_enriched_sample_is_that_of_all_lines(lines, truth):
    actual = np.mean(list(truth.values()))
    enrich = {line: 6.0 for line, has in truth.items() if has}
    samples = [draw_sample(lines, 100, seed=seed, enrich=enrich) for seed in range(200)]
    found = [code_prevalence(["rare"], judged(truth, one), lines, samples=[one]) for one in samples]
    naive = [np.mean([truth[line] for line in one.drawn]) for one in samples]

    assert np.mean([one.value for one in found]) == pytest.approx(actual, abs=0.005)
    assert np.mean(naive) > 2 * actual
    assert np.mean([one.low <= actual <= one.high for one in found]) > 0.92
    assert (found[0].n_judged, found[0].n_lines, found[0].n_interviews) == (100, 600, N_INTERVIEWS)


def test_suggestions_narrow_the_interval(lines, truth):
    sample = draw_sample(lines, 150, seed=3)
    codings = judged(truth, sample)
    suggested = {line: 0.9 if has else 0.05 for line, has in truth.items()}
    alone = code_prevalence(["rare"], codings, lines, samples=[sample])
    helped = code_prevalence(["rare"], codings, lines, samples=[sample], suggested=suggested)

    assert helped.standard_error < alone.standard_error
    assert helped.low <= np.mean(list(truth.values())) <= helped.high
    assert code_prevalence(["rare"], codings, lines, samples=[sample], suggested=suggested, method="ppi").weight > 0.5


def test_judgements_of_lines_that_were_not_drawn_do_not_count(lines, truth):
    sample = draw_sample(lines, 100, seed=4)
    others = Sample(
        drawn=tuple(line for line in truth if line not in sample.drawn), probabilities=dict.fromkeys(truth, 1.0), seed=0
    )
    some = judged(truth, sample)
    all_of_them = Codings([*some, *judged(truth, others)])

    assert code_prevalence(["rare"], all_of_them, lines, samples=[sample]) == code_prevalence(
        ["rare"], some, lines, samples=[sample]
    )


def test_several_coders_count_by_their_share(lines, truth):
    sample = draw_sample(lines, 600, seed=0)
    never = Codings(Coding(line=line, coder="JB", codes=frozenset()) for line in sample.drawn)
    found = code_prevalence(["rare"], Codings([*judged(truth, sample), *never]), lines, samples=[sample])

    assert found.value == pytest.approx(np.mean(list(truth.values())) / 2)


def test_prevalence_by_an_attribute_of_participants(lines, truth):
    sample = draw_sample(lines, 600, seed=0)
    found = code_prevalence_by("role", ["rare"], judged(truth, sample), lines, samples=[sample])

    assert set(found) == {"doctor", "nurse"}
    assert found["nurse"].value == pytest.approx(
        np.mean([has for line, has in truth.items() if int(line.split(":")[0][2:]) % 2 == 0])
    )
    with pytest.raises(AgreementError, match="20 interviews have no 'borough', GP0 first; add it to the table of part"):
        code_prevalence_by("borough", ["rare"], judged(truth, sample), lines, samples=[sample])


def test_without_a_stored_sample_prevalence_is_refused(lines, truth):
    sample = draw_sample(lines, 100, seed=4)

    with pytest.raises(AgreementError, match="no inclusion probabilities were stored: lines that coders picked"):
        code_prevalence(["rare"], judged(truth, sample), lines, samples=[])


def test_drawn_lines_that_wait_are_told(lines, truth):
    sample = draw_sample(lines, 100, seed=4)
    told = f"100 of 100 lines of a sample are not judged independently yet, {sample.drawn[0]} first; judge them all"

    with pytest.raises(AgreementError, match=told):
        code_prevalence(["rare"], judged(truth, sample, basis=Basis.ASSISTED), lines, samples=[sample])


def test_lines_added_after_the_sample_are_told(lines, truth):
    sample = draw_sample(lines, 100, seed=4)
    more = Transcripts([*lines.interviews, interview("PM1", "nurse")])

    with pytest.raises(AgreementError, match="a sample could not draw 30 lines, PM1:1 first: they were added after it"):
        code_prevalence(["rare"], judged(truth, sample), more, samples=[sample])


# several samples


def test_a_second_draw_that_depends_on_the_first_does_not_bias_the_mean_of_both(lines, truth):
    actual = np.mean(list(truth.values()))
    values, covered = [], []
    for seed in range(200):
        first = draw_sample(lines, 60, seed=seed)
        # what was found in the first draw makes its neighbours likelier in the second, and its own lines less
        found = {line for line in first.drawn if truth[line]}
        enrich = {line: 0.2 if line in first.drawn else 5.0 for line in truth if line.split(":")[0] in
                  {one.split(":")[0] for one in found} or line in first.drawn}  # fmt: skip
        second = draw_sample(lines, 60, seed=1000 + seed, enrich=enrich)
        judgements = judged(truth, Sample(drawn=tuple(truth), probabilities=dict.fromkeys(truth, 1.0), seed=0))
        both = code_prevalence(["rare"], judgements, lines, samples=[first, second])
        values.append(both.value)
        covered.append(both.low <= actual <= both.high)
        assert both.n_judged == len({*first.drawn, *second.drawn})

    assert np.mean(values) == pytest.approx(actual, abs=3 * np.std(values) / np.sqrt(200))
    assert np.mean(covered) > 0.9
    assert both.conventions["method"].endswith("mean of 2 samples weighted by their numbers of lines")


def test_the_same_sample_twice_says_what_it_says_once(lines, truth):
    sample = draw_sample(lines, 100, seed=4)
    once = code_prevalence(["rare"], judged(truth, sample), lines, samples=[sample])
    twice = code_prevalence(["rare"], judged(truth, sample), lines, samples=[sample, sample])

    assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high))
    assert code_prevalence_by("role", ["rare"], judged(truth, sample), lines, samples=[sample, sample]).keys() == {
        "doctor", "nurse",
    }  # fmt: skip


def test_lines_chosen_to_train_a_suggester_are_refused(lines, truth):
    chosen = replace(draw_sample(lines, 100, seed=4), name="next-1", design=Design.ACTIVE)

    with pytest.raises(AgreementError, match="the sample next-1 was chosen to train a suggester, so it does not repre"):
        code_prevalence(["rare"], judged(truth, chosen), lines, samples=[chosen])


def test_ppi_takes_one_sample(lines, truth):
    samples = [draw_sample(lines, 100, seed=seed) for seed in (4, 5)]
    every = Sample(drawn=tuple(truth), probabilities=dict.fromkeys(truth, 1.0), seed=0)

    with pytest.raises(AgreementError, match="PPI\\+\\+ takes one sample, and there are several"):
        code_prevalence(["rare"], judged(truth, every), lines, samples=samples, method="ppi")
