"""Which lines to read next: those that would teach most, always mixed with some drawn at random, on the record."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from autocode.coding import Sample
from autocode.errors import TrainingError
from autocode.suggester._suggester import Suggester
from autocode.transcripts import Line, Role

# At least this share is drawn at random, so that what is measured on the lines read holds for all of them.
RANDOM = 0.2


def informativeness(suggester: Suggester, lines: Sequence[Line]) -> NDArray[np.float64]:
    """Return how much reading each line would teach, shape (n_lines,): uncertainty, of rare codes above all.

    The entropy of each code's probability over the root of one more than the lines that have the code, added up.
    """
    p = np.clip(suggester.probabilities(lines), 1e-9, 1 - 1e-9)
    entropy = -(xlogy(p, p) + xlogy(1 - p, 1 - p))
    uses = np.array([sum(code.id in e.codes for e in suggester.examples) for code in suggester.codes])
    return np.asarray((entropy / np.sqrt(uses + 1)).sum(axis=1), dtype=np.float64)


def select_lines(
    suggester: Suggester,
    lines: Sequence[Line],
    n: int,
    *,
    random: float = RANDOM,
    whole_interviews: bool = False,
    seed: int,
) -> Sample:
    """Return which of the lines nobody has judged to read next, with the probability that each of them had.

    The lines most worth reading are taken, with probability 1; the rest of n is drawn at random from all the others,
    each alike.

    Parameters
    ----------
    lines : those that nobody has judged; interviewers' lines among them are passed over.
    n : how many lines, or interviews where whole ones are coded.
    random : the share drawn at random, above 0 and at most 1; at least one line or interview.
    whole_interviews : take interviews instead of lines, by the mean worth of their lines.

    Raises
    ------
    TrainingError
        If there are fewer lines, or interviews, than are asked for.
    ValueError
        If `n` or `random` is out of range.
    """
    if n < 1 or not 0 < random <= 1:
        raise ValueError(f"n must be at least 1 and random above 0 and at most 1, not {n} and {random:g}.")
    asked = [line for line in lines if line.role is Role.PARTICIPANT]
    units: dict[str, list[int]] = {}
    for i, line in enumerate(asked):
        units.setdefault(line.transcript if whole_interviews else line.id, []).append(i)
    if len(units) < n:
        what = "interviews" if whole_interviews else "lines"
        raise TrainingError(f"{n} {what} cannot be chosen from {len(units)} that nobody has read; ask for fewer.")
    worth = informativeness(suggester, asked)
    of_unit = np.array([worth[rows].mean() for rows in units.values()])
    n_random = min(max(round(random * n), 1), n)
    first = np.argsort(-of_unit, kind="stable")
    # Chance chooses among those that worth leaves, so that the probability of each is known.
    certain, left = first[: n - n_random], first[n - n_random :]
    drawn = np.random.default_rng(seed).choice(left, n_random, replace=False)
    probability = np.full(len(units), n_random / len(left))
    probability[certain] = 1.0
    taken = {i for k in (*certain, *drawn) for i in list(units.values())[k]}
    by_line = {asked[i].id: float(p) for p, rows in zip(probability, units.values(), strict=True) for i in rows}
    what = "interviews" if whole_interviews else "lines"
    return Sample(
        drawn=tuple(line.id for i, line in enumerate(asked) if i in taken),
        probabilities={line.id: by_line[line.id] for line in asked},
        seed=seed,
        enriched=f"{len(certain)} {what} taken because they would teach the suggester most" if len(certain) else "",
    )
