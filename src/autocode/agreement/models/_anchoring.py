"""Whether suggestions pull coders together: lines coded blind against lines coded with suggestions."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.sparse import hstack

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.coefficients import _alpha
from autocode.agreement.coefficients._distances import DESCRIPTIONS, distances
from autocode.agreement.data._codes import known_codes
from autocode.agreement.data._reliability import NOT_JUDGED, Array, ReliabilityData, Values, data_for
from autocode.agreement.intervals._estimates import estimates
from autocode.agreement.intervals._methods import DIFFERENCE_RANGE, Interval
from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Codings, Decision, Verdict
from autocode.display import displayed
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault
from autocode.frozen import FrozenMapping
from autocode.resampling import interview_draws
from autocode.transcripts import TranscriptId, Transcripts
from autocode.wording import count_of

_MISSING = "lines judged once are left out, of the margins too"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """The share of suggestions that coders accepted.

    Attributes
    ----------
    value : float
        Accepted suggestions as a share of those accepted or rejected; NaN if there are none.
    low, high : float
        Percentile interval from a cluster bootstrap over interviews; NaN if it cannot be computed.
    taken, decided, skipped : int
        Suggestions that were accepted, accepted or rejected, and skipped; skipped ones do not count.
    conventions : mapping of str to str, default empty
        How the interval was computed, in words.
    """

    value: float
    low: float
    high: float
    taken: int
    decided: int
    skipped: int
    conventions: Mapping[str, str] = field(default_factory=lambda: FrozenMapping({}))

    def __str__(self) -> str:
        if not self.decided:
            return "undefined: nobody decided on a suggestion"
        interval = "" if math.isnan(self.low) else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.value:.2f}{interval} ({self.taken} of {count_of(self.decided, 'suggestion')})"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoringAudit:
    """Agreement on lines coded blind and on lines coded with suggestions, see `anchoring_audit`.

    Attributes
    ----------
    blind : Agreement
        Alpha of the lines coded blind.
    shown : Agreement
        Alpha of the lines coded with suggestions. It is no reliability: coders who saw the same suggestions agree for
        that reason too.
    difference : Agreement
        Shown minus blind. If its interval lies above zero, the suggestions pulled the coders together; or the lines
        with suggestions were easier, unless the lines to be coded blind were drawn at random.
    adoption : Adoption
        How many suggestions were accepted.
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


@documented
@no_single_text
def anchoring_audit(
    independent: Codings,
    assisted: Codings,
    decisions: Iterable[Decision],
    lines: Transcripts,
    *,
    codes: Iterable[CodeId] | None = None,
    codebook: Collection[CodeId] | None = None,
    interval: Interval | None = "cube-root",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> AnchoringAudit:
    """Return alpha of lines coded blind, of lines coded with suggestions, and their difference.

    An interview is left out, or resampled, with its blind and its shown lines together, so that the difference allows
    for interviews in which all lines are easier.

    Parameters
    ----------
    independent : Codings
        The codings made blind, all of basis INDEPENDENT.
    assisted : Codings
        The codings made with suggestions in sight, all of basis ASSISTED.
    decisions : iterable of Decision
        What the coders decided on the suggestions.
    {lines}
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
        If a coding is of another basis, or a line is not in `lines`.
    StudyError
        If a transcript was edited after it was coded.

    References
    ----------
    Schroeder, H., Roy, D., & Kabbara, J. (2025). Just put a human in the loop? Investigating LLM-assisted annotation
    for subjective tasks. Findings of ACL (that suggestions shift what is measured; the estimator here is ours).
    """
    for codings in (independent, assisted):
        codings.check_lines(lines)
    _refuse_other_bases(independent, Basis.INDEPENDENT, "independent")
    _refuse_other_bases(assisted, Basis.ASSISTED, "assisted")
    wanted = known_codes(codes, independent, assisted, codebook=codebook)
    options: dict[str, Any] = {"interval": interval, "level": level, "resamples": resamples, "seed": seed}
    blind, shown, difference = _arms(independent, assisted, lines, wanted, options)
    return AnchoringAudit(
        blind=blind,
        shown=shown,
        difference=difference,
        adoption=_adoption(tuple(decisions), lines, level=level, resamples=resamples, seed=seed),
    )


def _refuse_other_bases(codings: Codings, basis: Basis, parameter: str) -> None:
    others = sorted({str(coding.basis) for coding in codings if coding.basis is not basis})
    AgreementError.raise_if(
        Fault(f"some of the codings given as {parameter} are {other}; give codings.with_basis(Basis.{basis.name}).")
        for other in others
    )


def _arms(
    independent: Codings,
    assisted: Codings,
    lines: Transcripts,
    codes: tuple[CodeId, ...] | None,
    options: Mapping[str, Any],
) -> tuple[Agreement, Agreement, Agreement]:
    """Return alpha of each arm and their difference, from one table in which each coder stands twice."""
    arms = [data_for(codings, lines, codes) for codings in (independent, assisted)]
    joined = _joined(arms)
    k = len(arms[0].coders)
    delta = distances(joined, "masi" if joined.of_sets else "nominal")
    statistics_of_alpha, alpha = _alpha.statistics(delta), _alpha.definition(delta)
    width = 1 + len(delta)

    def statistics(patterns: Values) -> Any:
        return hstack([statistics_of_alpha(patterns[:, :k]), statistics_of_alpha(patterns[:, k:])]).toarray()

    def definition(totals: Array) -> Array:
        of_blind, of_shown = alpha(totals[:, :width])[:, 0], alpha(totals[:, width:])[:, 0]
        return np.column_stack([of_blind, of_shown, of_shown - of_blind])

    agreements = estimates(
        joined,
        ["krippendorff_alpha", "krippendorff_alpha", "difference_of_alphas"],
        statistics,
        definition,
        reason=lambda totals: [_reason(data) for data in (*arms, arms[0])],
        conventions={
            "unit": "line",
            "missing": _MISSING,
            "categories": joined.categories,
            "distance": DESCRIPTIONS["masi" if joined.of_sets else "nominal"],
        },
        differences={"difference_of_alphas": DIFFERENCE_RANGE},
        **options,
    )
    people = [*arms[0].coders, *arms[1].coders]
    blind = _with_counts_of(agreements[0], arms[0], arms[0].coders, basis="independent")
    shown = _with_counts_of(agreements[1], arms[1], arms[1].coders, basis="assisted")
    difference = _with_counts_of(agreements[2], joined, people, basis="assisted minus independent")
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
        columns = np.array([column[unit] for unit in data.units], dtype=np.int64)
        relabelled = np.array([*(labels.index(label) for label in data.labels), NOT_JUDGED], dtype=np.int32)
        values[:, columns] = relabelled[data.values]
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
        codebook_version=arms[0].codebook_version,
        n_partly_judged=sum(data.n_partly_judged for data in arms),
    )


def _reason(data: ReliabilityData) -> Undefined:
    """Return why alpha of these data would be undefined."""
    judged = data.judged
    if (judged.sum(axis=0) >= 2).any():
        return Undefined.ONE_CATEGORY
    return Undefined.ONE_CODER if judged.any(axis=1).sum() < 2 else Undefined.NO_PAIRS


def _with_counts_of(agreement: Agreement, data: ReliabilityData, people: Sequence[CoderId], *, basis: str) -> Agreement:
    """Return the agreement with the counts of its own arm; `people` is who each row of the data is."""
    judged = data.judged
    pairable = np.asarray(judged.sum(axis=0) >= 2)
    judges = np.asarray(judged[:, pairable].any(axis=1))
    interviews = {name for name, counts in zip(data.interviews or (), pairable, strict=True) if counts}
    return replace(
        agreement,
        n_units=int(judged.any(axis=0).sum()),
        n_pairable=int(pairable.sum()),
        n_coders=len({person for person, counts in zip(people, judges, strict=True) if counts}),
        n_interviews=len(interviews),
        conventions=FrozenMapping({**agreement.conventions, "basis": basis}),
    )


def _adoption(
    decisions: tuple[Decision, ...], lines: Transcripts, *, level: float, resamples: int, seed: int
) -> Adoption:
    known = {line.id for line in lines}
    AgreementError.raise_if(
        Fault(f"suggestions were decided on for the line {line}, which is in no transcript; add its transcript.")
        for line in dict.fromkeys(decision.line for decision in decisions)
        if line not in known
    )
    counts: dict[TranscriptId, list[int]] = {}
    for decision in decisions:
        of_interview = counts.setdefault(lines.line(decision.line).transcript, [0, 0, 0])
        for shown in decision.shown:
            of_interview[(Verdict.ACCEPTED, Verdict.REJECTED, Verdict.SKIPPED).index(shown.verdict)] += 1
    by_interview = np.array([counts[name] for name in sorted(counts)], dtype=float).reshape(-1, 3)
    taken, rejected, skipped = (int(n) for n in by_interview.sum(axis=0))
    low = high = math.nan
    with_decisions = by_interview[by_interview[:, :2].sum(axis=1) > 0]
    if len(with_decisions) >= 2:
        totals = interview_draws(len(with_decisions), resamples=resamples, seed=seed) @ with_decisions
        low, high = np.quantile(totals[:, 0] / totals[:, :2].sum(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return Adoption(
        value=taken / (taken + rejected) if taken + rejected else math.nan,
        low=float(low),
        high=float(high),
        taken=taken,
        decided=taken + rejected,
        skipped=skipped,
        conventions=FrozenMapping(
            {
                "unit": "suggestion that a coder accepted or rejected",
                "interval": f"{100 * level:g} % percentile interval from a bootstrap of interviews",
                "resamples": f"{resamples}",
                "seed": f"{seed}",
            }
        ),
    )
