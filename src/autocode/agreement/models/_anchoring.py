"""Do suggestions pull coders together? Lines coded blind against lines coded with suggestions in sight."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy.sparse import hstack

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _alpha
from autocode.agreement.coefficients._distances import DESCRIPTIONS, distances
from autocode.agreement.data._reliability import NOT_JUDGED, Array, ReliabilityData, Values
from autocode.agreement.intervals._estimates import estimates
from autocode.agreement.intervals._methods import DIFFERENCE_RANGE, Interval
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Codings, Decision, Verdict
from autocode.errors import AgreementError, Fault
from autocode.transcripts import TranscriptId, Transcripts

_MISSING = "lines judged once are left out, of the margins too"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """How many of the suggestions that coders decided on were taken.

    Attributes
    ----------
    low, high : a percentile interval from a bootstrap of interviews; NaN where none can be had.
    taken, decided, skipped : suggestions accepted, accepted or rejected, and passed over, which do not count.
    """

    value: float
    low: float
    high: float
    taken: int
    decided: int
    skipped: int
    conventions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        if not self.decided:
            return "undefined: nobody decided on a suggestion"
        interval = "" if math.isnan(self.low) else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.value:.2f}{interval} ({self.taken} of {self.decided} suggestions)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoringAudit:
    """Alpha of lines coded blind and of lines coded with suggestions, their difference, and how often one was taken.

    `shown` is not a reliability: coders who saw the same suggestions agree for that reason too. `difference` is shown
    less blind; where its interval lies above zero, the suggestions pulled the coders together (or the lines with
    suggestions were the easier ones, unless chance chose which lines were coded blind).
    """

    blind: Agreement
    shown: Agreement
    difference: Agreement
    adoption: Adoption

    def __str__(self) -> str:
        return "\n".join(
            (
                f"coded blind: {self.blind}",
                f"coded with suggestions: {self.shown}",
                f"difference: {self.difference.estimate}",
                f"suggestions taken: {self.adoption}",
            )
        )


def anchoring_audit(
    independent: Codings,
    assisted: Codings,
    decisions: Iterable[Decision],
    lines: Transcripts,
    *,
    codes: Iterable[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> AnchoringAudit:
    """Return alpha of lines coded blind against lines coded with suggestions, with their intervals.

    Sets of codes are compared by MASI; where `codes` are named, whether any of them was applied. An interview comes
    or goes with its blind and its shown lines, so the difference allows for interviews in which everything is easier.
    Raises `AgreementError` if a coding is on the other basis than its place says, or a line is in no transcript.

    References
    ----------
    Schroeder, H., Roy, D., & Kabbara, J. (2025). Just put a human in the loop? Investigating LLM-assisted annotation
    for subjective tasks. Findings of ACL (that suggestions shift what is measured; the estimator here is ours).
    """
    for codings in (independent, assisted):
        codings.check_lines(lines)
    _refuse(independent, Basis.INDEPENDENT, "independent")
    _refuse(assisted, Basis.ASSISTED, "assisted")
    wanted = None if codes is None else tuple(codes)
    how: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    blind, shown, difference = _arms(independent, assisted, lines, wanted, how)
    return AnchoringAudit(
        blind=blind,
        shown=shown,
        difference=difference,
        adoption=_adoption(tuple(decisions), lines, level=level, resamples=resamples, seed=seed),
    )


def _refuse(codings: Codings, basis: Basis, place: str) -> None:
    other = sorted({str(one.basis) for one in codings if one.basis is not basis})
    AgreementError.raise_if(
        Fault(f"some of the codings given as {place} are {name}; give codings.with_basis(Basis.{basis.name}).")
        for name in other
    )


def _arms(
    independent: Codings,
    assisted: Codings,
    lines: Transcripts,
    codes: tuple[CodeId, ...] | None,
    how: Mapping[str, Any],
) -> tuple[Agreement, Agreement, Agreement]:
    """Return alpha of each arm and their difference: one table, each coder twice, as blind and as shown."""
    own = [ReliabilityData.for_codes(codings, lines, codes) for codings in (independent, assisted)]
    joined = _joined(own)
    k = len(own[0].coders)
    delta = distances(joined, "masi" if joined.of_sets else "nominal")
    alike, alpha = _alpha.statistics(delta), _alpha.definition(delta)
    width = 1 + len(delta)

    def statistics(patterns: Values) -> Any:
        return hstack([alike(patterns[:, :k]), alike(patterns[:, k:])], format="csr").toarray()

    def definition(totals: Array) -> Array:
        of_blind, of_shown = alpha(totals[:, :width])[:, 0], alpha(totals[:, width:])[:, 0]
        return np.column_stack([of_blind, of_shown, of_shown - of_blind])

    found = estimates(
        joined,
        ["krippendorff_alpha", "krippendorff_alpha", "difference_of_alphas"],
        statistics,
        definition,
        reason=lambda totals: [_why(data) for data in (*own, own[0])],
        conventions={
            "unit": "line",
            "missing": _MISSING,
            "categories": joined.categories,
            "distance": DESCRIPTIONS["masi" if joined.of_sets else "nominal"],
        },
        differences={"difference_of_alphas": DIFFERENCE_RANGE},
        **how,
    )
    told = [("independent", own[0]), ("assisted", own[1]), ("assisted less independent", joined)]
    blind, shown, difference = (
        _counted(agreement, data, basis) for agreement, (basis, data) in zip(found, told, strict=True)
    )
    if difference.undefined is not None:
        difference = replace(difference, undefined=blind.undefined or shown.undefined)
    return blind, shown, difference


def _joined(arms: list[ReliabilityData]) -> ReliabilityData:
    """Return both arms as one table: the same lines, each coder once for each arm."""
    labels = tuple(dict.fromkeys(label for data in arms for label in data.labels))
    units = tuple(dict.fromkeys(unit for data in arms for unit in data.units))
    interview_of: dict[str, TranscriptId] = {}
    for data in arms:
        interview_of |= dict(zip(data.units, data.interviews or (), strict=True))
    column = {unit: u for u, unit in enumerate(units)}
    blocks = []
    for data in arms:
        values = np.full((len(data.coders), len(units)), NOT_JUDGED, dtype=np.int32)
        at = np.array([column[unit] for unit in data.units], dtype=np.int64)
        relabelled = np.array([*(labels.index(label) for label in data.labels), NOT_JUDGED], dtype=np.int32)
        values[:, at] = relabelled[data.values]
        blocks.append(values)
    return ReliabilityData(
        coders=tuple(
            CoderId(f"{coder}, {arm}")
            for data, arm in zip(arms, ("blind", "shown"), strict=True)
            for coder in data.coders
        ),
        units=units,
        values=np.concatenate(blocks),
        labels=labels,
        interviews=tuple(interview_of[unit] for unit in units),
    )


def _why(data: ReliabilityData) -> Undefined:
    """Return why alpha of these data would be undefined."""
    judged = data.judged
    if (judged.sum(axis=0) >= 2).any():
        return Undefined.ONE_CATEGORY
    return Undefined.ONE_CODER if judged.any(axis=1).sum() < 2 else Undefined.NO_PAIRS


def _counted(agreement: Agreement, data: ReliabilityData, basis: str) -> Agreement:
    """Return the agreement with the counts of its own arm."""
    both = data.pairable()
    interviews = len(set(both.interviews or ()))
    return replace(
        agreement,
        n_units=int(data.judged.any(axis=0).sum()),
        n_pairable=len(both.units),
        n_coders=len({coder.removesuffix(", blind").removesuffix(", shown") for coder in both.coders}),
        n_interviews=interviews,
        conventions=MappingProxyType({**agreement.conventions, "basis": basis}),
    )


def _adoption(
    decisions: tuple[Decision, ...], lines: Transcripts, *, level: float, resamples: int, seed: int
) -> Adoption:
    known = {line.id for line in lines}
    AgreementError.raise_if(
        Fault(f"suggestions were decided on for the line {line}, which is in no transcript; add its transcript.")
        for line in dict.fromkeys(one.line for one in decisions)
        if line not in known
    )
    counts: dict[TranscriptId, list[int]] = {}
    for one in decisions:
        verdicts = counts.setdefault(lines.line(one.line).transcript, [0, 0, 0])
        for seen in one.shown:
            verdicts[(Verdict.ACCEPTED, Verdict.REJECTED, Verdict.SKIPPED).index(seen.verdict)] += 1
    by_interview = np.array([counts[name] for name in sorted(counts)], dtype=float).reshape(-1, 3)
    taken, rejected, skipped = (int(n) for n in by_interview.sum(axis=0))
    low = high = math.nan
    with_some = by_interview[by_interview[:, :2].sum(axis=1) > 0]
    if len(with_some) >= 2:
        drawn = np.random.default_rng(seed).multinomial(
            len(with_some), np.full(len(with_some), 1 / len(with_some)), size=resamples
        )
        again = drawn @ with_some
        low, high = np.quantile(again[:, 0] / again[:, :2].sum(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return Adoption(
        value=taken / (taken + rejected) if taken + rejected else math.nan,
        low=float(low),
        high=float(high),
        taken=taken,
        decided=taken + rejected,
        skipped=skipped,
        conventions=MappingProxyType(
            {
                "unit": "suggestion that a coder accepted or rejected",
                "interval": f"{100 * level:g} % percentile interval from a bootstrap of interviews",
                "resamples": f"{resamples}",
                "seed": f"{seed}",
            }
        ),
    )
