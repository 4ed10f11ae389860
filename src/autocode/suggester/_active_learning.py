"""Active learning: which lines to code next, mixed with a random share; the probabilities of all are recorded."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from autocode.coding import Design, Sample
from autocode.doctext import documented
from autocode.errors import TrainingError
from autocode.suggester._suggester import Suggester
from autocode.transcripts import Line, Role
from autocode.wording import count_of

# Share of the lines drawn at random: they show the suggester what it takes for certain and is wrong about, and most
# lines are still the informative ones.
RANDOM = 0.2


def informativeness(suggester: Suggester, lines: Sequence[Line]) -> NDArray[np.float64]:
    """Return how informative coding each line would be for the suggester, shape (n_lines,).

    Uncertainty sampling: the sum over codes of the entropy of the code's probability, divided by the square root of 1
    plus the number of coded lines with the code, so that rare codes count more.

    Parameters
    ----------
    suggester : Suggester
        The trained suggester.
    lines : sequence of Line
        The lines, together with those that may be their context.
    """
    p = np.clip(suggester.probabilities(lines), 1e-9, 1 - 1e-9)
    entropy = -(xlogy(p, p) + xlogy(1 - p, 1 - p))
    support = np.array([sum(code.id in example.codes for example in suggester.examples) for code in suggester.codes])
    return np.asarray((entropy / np.sqrt(support + 1)).sum(axis=1), dtype=np.float64)


@documented
def select_lines(
    suggester: Suggester,
    lines: Sequence[Line],
    n: int,
    *,
    random: float = RANDOM,
    whole_interviews: bool = False,
    seed: int,
) -> Sample:
    """Return which uncoded lines to code next, with the inclusion probability of each.

    The most informative lines are selected with probability 1; the rest of `n` is drawn at random from all other lines,
    with equal probabilities.

    Parameters
    ----------
    suggester : Suggester
        The trained suggester.
    lines : sequence of Line
        Uncoded lines; interviewers' lines among them are left out.
    n : int
        Number of lines, or of interviews if whole ones are selected.
    random : float, default 0.2
        Share drawn at random, above 0 and at most 1; at least one line or interview is.
    whole_interviews : bool, default False
        Select interviews instead of lines, by the mean informativeness of their lines.
    {seed}

    Raises
    ------
    TrainingError
        If there are fewer than `n` lines, or interviews.
    ValueError
        If `n` or `random` is out of range.
    """
    if n < 1 or not 0 < random <= 1:
        raise ValueError(f"n must be at least 1 and random above 0 and at most 1, not {n} and {random:g}.")
    candidates = [line for line in lines if line.role is Role.PARTICIPANT]
    rows_of_unit: dict[str, list[int]] = {}
    for i, line in enumerate(candidates):
        rows_of_unit.setdefault(line.transcript if whole_interviews else line.id, []).append(i)
    unit_rows = list(rows_of_unit.values())
    unit = "interview" if whole_interviews else "line"
    if not unit_rows:
        raise TrainingError(f"no {unit} is left that nobody has read, so there is nothing to choose from.")
    if len(unit_rows) < n:
        there = len(unit_rows)
        raise TrainingError(f"{n} {unit}s cannot be chosen from {there} that nobody has read; ask for at most {there}.")
    informative = informativeness(suggester, candidates)
    order = np.argsort(-np.array([informative[rows].mean() for rows in unit_rows]), kind="stable")
    n_random = min(max(round(random * n), 1), n)
    # Random ones are drawn from what the informative ones leave, so that the probability of each is known.
    certain, others = order[: n - n_random], order[n - n_random :]
    drawn = np.random.default_rng(seed).choice(others, n_random, replace=False)
    probability = np.full(len(unit_rows), n_random / len(others))
    probability[certain] = 1.0
    selected = {i for k in (*certain, *drawn) for i in unit_rows[k]}
    by_line = {candidates[i].id: float(p) for p, rows in zip(probability, unit_rows, strict=True) for i in rows}
    return Sample(
        drawn=tuple(line.id for i, line in enumerate(candidates) if i in selected),
        probabilities={line.id: by_line[line.id] for line in candidates},
        seed=seed,
        enriched=f"{count_of(len(certain), unit)} selected as most informative" if len(certain) else "",
        design=Design.ACTIVE,
    )
