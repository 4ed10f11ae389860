"""Agreement coder by coder: of every two, without each one, and of each with herself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement
from autocode.agreement.coefficients._alpha import krippendorff_alpha
from autocode.agreement.data._reliability import Array, ReliabilityData
from autocode.agreement.intervals._methods import Interval
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.errors import AgreementError
from autocode.transcripts import Transcripts

FIRST, SECOND = CoderId("first reading"), CoderId("second reading")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderMatrix:
    """Krippendorff's alpha of every two coders, on the lines that both of them judged."""

    coders: tuple[CoderId, ...]
    pairs: Mapping[tuple[CoderId, CoderId], Agreement]

    def of(self, a: str, b: str) -> Agreement:
        """Return the agreement of two coders, in whichever order; raises `KeyError` if there is none."""
        two = (CoderId(a), CoderId(b))
        return self.pairs[two] if two in self.pairs else self.pairs[two[1], two[0]]

    def values(self) -> Array:
        """Return alpha of every two coders, shape (n_coders, n_coders); NaN on the diagonal and where undefined."""
        square = np.full((len(self.coders), len(self.coders)), np.nan)
        for i, j in combinations(range(len(self.coders)), 2):
            square[i, j] = square[j, i] = self.of(self.coders[i], self.coders[j]).value
        return square

    def __str__(self) -> str:
        return "\n".join(f"{a} and {b}: {agreement}" for (a, b), agreement in self.pairs.items())


def coder_matrix(
    codings: Codings,
    lines: Transcripts | None = None,
    *,
    codes: Iterable[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> CoderMatrix:
    """Return alpha of every two coders in their independent codings: of sets by MASI, or of any of `codes` applied."""
    data = ReliabilityData.for_codes(codings.independent(), lines, codes)
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    pairs = {(a, b): krippendorff_alpha(data.pair(a, b), **how) for a, b in combinations(data.coders, 2)}
    return CoderMatrix(coders=data.coders, pairs=MappingProxyType(pairs))


def leave_one_coder_out(
    codings: Codings,
    lines: Transcripts | None = None,
    *,
    codes: Iterable[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Mapping[CoderId, Agreement]:
    """Return alpha of the other coders without each one, from the independent codings; by the coder left out.

    How far these values lie apart tells how much the agreement of a study hangs on who coded: the interval of each
    takes the coders as they are and only the lines (or interviews) as drawn.
    """
    own = codings.independent()
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    wanted = None if codes is None else tuple(codes)
    found = {}
    for coder in own.coders:
        others = ReliabilityData.for_codes(own.by(*(other for other in own.coders if other != coder)), lines, wanted)
        found[coder] = krippendorff_alpha(others, **how)
    return MappingProxyType(found)


def stability(
    first: Codings,
    second: Codings,
    lines: Transcripts | None = None,
    *,
    codes: Iterable[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Mapping[CoderId, Agreement]:
    """Return how far each coder agrees with herself: alpha of her first and second reading of the same lines.

    A coder who read no line twice is left out. The two readings must be of one basis; Krippendorff calls what they
    measure stability, the weakest kind of reliability: a coder can be wrong twice in the same way.
    Raises `AgreementError` if nobody read a line twice, or the readings are of mixed basis.
    """
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    wanted = None if codes is None else tuple(codes)
    found = {}
    for coder in first.coders:
        again = frozenset(second.by(coder).lines)
        twice = [line for line in first.by(coder).lines if line in again]
        if not twice:
            continue
        reading, rereading = first.by(coder).on(twice), second.by(coder).on(twice)
        found[coder] = krippendorff_alpha(_twice(reading, rereading, lines, wanted), **how)
    if not found:
        raise AgreementError(
            "no coder read a line twice, so nothing tells how far a coder agrees with herself; "
            "have some lines coded again, weeks later, without sight of the first codes."
        )
    return MappingProxyType(found)


def _twice(
    first: Codings, second: Codings, lines: Transcripts | None, codes: tuple[CodeId, ...] | None
) -> ReliabilityData:
    """Return one coder's two readings of the same lines as if two coders had read them."""
    data = [ReliabilityData.for_sets(reading, lines) for reading in (first, second)]
    if data[0].basis is not data[1].basis:
        raise AgreementError(
            f"codings of mixed basis ({data[0].basis} and {data[1].basis}): a coder who saw suggestions the "
            "second time may agree or differ for that reason; compare two readings of one basis."
        )
    units = data[0].units
    given = [{unit: one.labels[v] for unit, v in zip(one.units, one.values[0], strict=True)} for one in data]
    both = ReliabilityData.from_table(
        [[sets[unit] for unit in units] for sets in given], interviews=data[0].interviews, coders=(FIRST, SECOND)
    )
    return both if codes is None else both.applied(*codes)


def first_and_second(history: Iterable[Coding], *, apart: timedelta = timedelta(days=1)) -> tuple[Codings, Codings]:
    """Return the first and the second independent reading of each line that a coder read twice.

    `history` is every coding in the order in which it was made, as the journal keeps it. Only readings at least
    `apart` are two: a correction a minute later is not a second reading. Codings without a time are passed over.
    """
    readings: dict[tuple[str, str], list[tuple[datetime, Coding]]] = {}
    for one in history:
        if one.basis is not Basis.INDEPENDENT or one.at is None:
            continue
        read = readings.setdefault((one.coder, one.line), [])
        if read and one.at - read[-1][0] < apart:
            # a correction takes the place of what it corrects
            read[-1] = (one.at, one)
        else:
            read.append((one.at, one))
    twice = [read for read in readings.values() if len(read) >= 2]
    return Codings(read[0][1] for read in twice), Codings(read[1][1] for read in twice)
