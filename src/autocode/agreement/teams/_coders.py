"""Agreement coder by coder: of each pair, without each coder, and of each coder with their own second reading."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np

from autocode.agreement._result import Agreement
from autocode.agreement.coefficients._alpha import krippendorff_alpha
from autocode.agreement.data._codes import known_codes
from autocode.agreement.data._reliability import Array, ReliabilityData, data_for
from autocode.agreement.intervals._methods import Interval
from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.doctext import documented
from autocode.errors import AgreementError
from autocode.names import check_known
from autocode.transcripts import Transcripts

FIRST, SECOND = CoderId("first reading"), CoderId("second reading")


@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class CoderMatrix:
    """Krippendorff's alpha of each pair of coders, on the lines that both of them judged.

    Attributes
    ----------
    coders : tuple of CoderId
        The coders, in the order of the codings.
    pairs : mapping of (CoderId, CoderId) to Agreement
        Alpha of each pair, the coders in that order.
    """

    coders: tuple[CoderId, ...]
    pairs: Mapping[tuple[CoderId, CoderId], Agreement]

    def agreement(self, a: str, b: str) -> Agreement:
        """Return alpha of two coders.

        Parameters
        ----------
        a, b : str
            The coders, in any order.

        Raises
        ------
        KeyError
            If there is no such pair.
        """
        check_known("coder", (a, b), self.coders)
        pair = (CoderId(a), CoderId(b))
        return self.pairs[pair] if pair in self.pairs else self.pairs[pair[1], pair[0]]

    def values(self) -> Array:
        """Return alpha of each pair of coders, shape (n_coders, n_coders); NaN on the diagonal and where undefined."""
        square = np.full((len(self.coders), len(self.coders)), np.nan)
        for i, j in combinations(range(len(self.coders)), 2):
            square[i, j] = square[j, i] = self.agreement(self.coders[i], self.coders[j]).value
        return square

    def __str__(self) -> str:
        return "\n".join(f"{a} and {b}: {agreement}" for (a, b), agreement in self.pairs.items())


@documented
@no_single_text
def coder_matrix(
    codings: Codings,
    lines: Transcripts | None = None,
    *,
    codes: Iterable[CodeId] | None = None,
    codebook: Collection[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> CoderMatrix:
    """Return Krippendorff's alpha of each pair of coders, from their independent codings.

    Parameters
    ----------
    {codings}
    lines : Transcripts or None, default None
        The interviews that the coded lines come from; without them, all lines are taken to be independent.
    codes : iterable of CodeId or None, default None
        Compare whether any of these codes was applied; None to compare sets of codes by MASI.
    {codebook_or_none}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.

    Examples
    --------
    {sample_study}
    >>> print(ac.coder_matrix(codings, lines))
    coder_a and coder_b: 0.73 [0.70, 0.77] (2 coders, 584 lines, 18 interviews)
    coder_a and coder_c: 0.71 [0.66, 0.75] (2 coders, 584 lines, 18 interviews)
    coder_b and coder_c: 0.51 [0.48, 0.53] (2 coders, 584 lines, 18 interviews)
    """
    data = data_for(codings.independent(), lines, known_codes(codes, codings, codebook=codebook))
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    pairs = {(a, b): krippendorff_alpha(data.pair(a, b), **options) for a, b in combinations(data.coders, 2)}
    return CoderMatrix(coders=data.coders, pairs=MappingProxyType(pairs))


@documented
@no_single_text
def leave_one_coder_out(
    codings: Codings,
    lines: Transcripts | None = None,
    *,
    codes: Iterable[CodeId] | None = None,
    codebook: Collection[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Mapping[CoderId, Agreement]:
    """Return Krippendorff's alpha without each coder, from the independent codings, by the coder who is left out.

    The spread of these values shows how much the agreement of a study depends on who coded. Their intervals do not:
    they take the coders as fixed, and only the interviews (or lines) as a sample.

    Parameters
    ----------
    {codings}
    lines : Transcripts or None, default None
        The interviews that the coded lines come from; without them, all lines are taken to be independent.
    codes : iterable of CodeId or None, default None
        Compare whether any of these codes was applied; None to compare sets of codes by MASI.
    {codebook_or_none}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.
    """
    independent = codings.independent()
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    wanted = known_codes(codes, codings, codebook=codebook)
    alphas = {}
    for coder in independent.coders:
        others = independent.by(*(other for other in independent.coders if other != coder))
        alphas[coder] = krippendorff_alpha(data_for(others, lines, wanted), **options)
    return MappingProxyType(alphas)


@documented
@no_single_text
def stability(
    first: Codings,
    second: Codings,
    lines: Transcripts | None = None,
    *,
    codes: Iterable[CodeId] | None = None,
    codebook: Collection[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Mapping[CoderId, Agreement]:
    """Return Krippendorff's alpha of each coder's first and second reading of the same lines.

    Krippendorff calls this stability, the weakest kind of reliability: a coder can make the same mistake twice. A coder
    who read no line twice is left out.

    Parameters
    ----------
    first : Codings
        The first reading of each coder.
    second : Codings
        The second reading of each coder, on the same basis, see `first_and_second`.
    lines : Transcripts or None, default None
        The interviews that the coded lines come from; without them, all lines are taken to be independent.
    codes : iterable of CodeId or None, default None
        Compare whether any of these codes was applied; None to compare sets of codes by MASI.
    {codebook_or_none}
    {interval}
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If nobody read a line twice, or the two readings of a coder differ in basis.
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.
    """
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    wanted = known_codes(codes, first, second, codebook=codebook)
    alphas = {}
    for coder in first.coders:
        read_again = frozenset(coding.line for coding in second if coding.coder == coder)
        twice = [line for line in first.by(coder).lines if line in read_again]
        if twice:
            data = _two_readings(first.by(coder).on(twice), second.by(coder).on(twice), lines, wanted)
            alphas[coder] = krippendorff_alpha(data, **options)
    if not alphas:
        raise AgreementError(
            "no coder read a line twice, so stability cannot be measured; "
            "have some lines coded again, weeks later, without sight of the first codes."
        )
    return MappingProxyType(alphas)


def _two_readings(
    first: Codings, second: Codings, lines: Transcripts | None, codes: tuple[CodeId, ...] | None
) -> ReliabilityData:
    """Return a coder's two readings of the same lines as a table of two coders."""
    data = [data_for(reading, lines, codes) for reading in (first, second)]
    if data[0].basis is not data[1].basis:
        raise AgreementError(
            f"codings of mixed basis ({data[0].basis} and {data[1].basis}): a coder who saw suggestions the "
            "second time may agree or differ for that reason; compare two readings of one basis."
        )
    units = data[0].units
    label_by_unit = [
        {unit: None if v < 0 else reading.labels[v] for unit, v in zip(reading.units, reading.values[0], strict=True)}
        for reading in data
    ]
    return ReliabilityData.from_table(
        [[labels[unit] for unit in units] for labels in label_by_unit],
        interviews=data[0].interviews,
        coders=(FIRST, SECOND),
        labels=None if codes is None else data[0].labels,
    )


def first_and_second(history: Iterable[Coding], *, apart: timedelta = timedelta(days=1)) -> tuple[Codings, Codings]:
    """Return the first and the second independent reading of each line that a coder read twice.

    Parameters
    ----------
    history : iterable of Coding
        All codings in the order in which they were made, as the journal keeps them. Codings without a time are ignored.
    apart : timedelta, default one day
        Least time between two readings; an earlier coding of the same line is a correction of the first.
    """
    readings: dict[tuple[str, str], list[tuple[datetime, Coding]]] = {}
    for coding in history:
        if coding.basis is not Basis.INDEPENDENT or coding.at is None:
            continue
        of_line = readings.setdefault((coding.coder, coding.line), [])
        if of_line and coding.at - of_line[-1][0] < apart:
            # a correction replaces what it corrects
            of_line[-1] = (coding.at, coding)
        else:
            of_line.append((coding.at, coding))
    twice = [of_line for of_line in readings.values() if len(of_line) >= 2]
    return Codings(of_line[0][1] for of_line in twice), Codings(of_line[1][1] for of_line in twice)
