"""The paragraph on agreement of a methods section, item by item of GRRAS, and its machine-readable appendix."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from autocode.agreement import AgreementTable, CodeAgreement, Reliability

# Kottner et al. (2011), table 1, in our words
_ASKS = {
    1: "that reliability or agreement was investigated, in title or abstract",
    2: "the instrument: here the codebook",
    3: "the population of subjects: here whose words were coded",
    4: "the population of raters: here whom the coders stand for",
    5: "what is known of reliability already, and why this study",
    6: "how the sample size was chosen",
    7: "how the lines were sampled",
    8: "the process of coding: intervals of time, what coders knew, blinding",
    9: "whether codings were made independently",
    10: "the statistical analysis",
    11: "the actual numbers of coders, lines and repeated codings",
    12: "who the coders and participants were: training, experience",
    13: "estimates with their uncertainty",
    14: "what the results mean in practice",
    15: "detailed results",
}
_AUTHORS = (1, 2, 3, 4, 5, 6, 7, 8, 12, 14)
_IN_PARAGRAPH = (2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13)
_COEFFICIENTS = {
    "alpha": "Krippendorff's alpha",
    "percent": "percent agreement",
    "ac1": "Gwet's AC1",
    "positive": "positive specific agreement",
    "negative": "negative specific agreement",
    "kappa": "Cohen's kappa, mean over codes and pairs of coders",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One item of GRRAS, what answers it, and whether that comes from the results or from the author."""

    number: int
    answer: str
    source: str

    @property
    def shown(self) -> str:
        return self.answer or f"[GRRAS {self.number}: say {_ASKS[self.number]}.]"


def methods_paragraph(table: AgreementTable, *, said: Mapping[int, str] | None = None) -> str:
    """Return a paragraph on agreement for a methods section, its numbers filled in and its conventions spelt out.

    `said` holds, by number of the GRRAS item, the sentences that only the authors can write: 2 codebook, 3
    participants, 4 and 12 coders, 6 and 7 how lines were chosen, 8 how they were coded. What is missing stands in
    square brackets and says what is asked for. The results answer 9 (independence), 10 (statistics), 11 (numbers) and
    13 (estimates).

    References
    ----------
    Kottner, J., Audigé, L., Brorson, S., et al. (2011). Guidelines for reporting reliability and agreement studies
    (GRRAS) were proposed. Journal of Clinical Epidemiology 64, 96-106.
    """
    items = _items(table, said or {})
    return " ".join(items[number].shown for number in _IN_PARAGRAPH)


def methods_appendix(table: AgreementTable, *, said: Mapping[int, str] | None = None) -> dict[str, Any]:
    """Return what the paragraph says for machines: the 15 GRRAS items, the conventions, and every row with its verdict.

    An item's `source` is "results", "authors" or "missing". Numbers that do not exist are None.
    """
    items = _items(table, said or {})
    rows = {"codes": table.codes, "themes": table.themes, "overall": (table.overall,)}
    return {
        "software": {"name": "autocode", "version": version("autocode")},
        "grras": {
            f"{number}": {"asks": _ASKS[number], "answer": item.answer or None, "source": item.source}
            for number, item in items.items()
        },
        "conventions": {
            **table.conventions,
            **{
                f"missing, {_COEFFICIENTS[name]}": found.conventions["missing"]
                for name, found in _coefficients(table).items()
                if "missing" in found.conventions
            },
            "undefined": "a coefficient that is 0/0 has no value but a reason; it is never counted as 0 or 1",
        },
        **{kind: [{"name": row.name, **row.to_json()} for row in of_kind] for kind, of_kind in rows.items()},
    }


def _items(table: AgreementTable, said: Mapping[int, str]) -> dict[int, _Item]:
    unknown = sorted(number for number in said if number not in _AUTHORS)
    if unknown:
        raise ValueError(
            f"GRRAS item {unknown[0]} is not for the authors to say; they say "
            f"{', '.join(map(str, _AUTHORS[:-1]))} and {_AUTHORS[-1]}, the results say the others."
        )
    found = {
        9: _independence(table),
        10: _statistics(table),
        11: _numbers(table),
        13: _estimates(table),
        15: "Every row, with every coefficient and its interval, is in the appendix.",
    }
    items = {}
    for number in _ASKS:
        answer = found.get(number) or said.get(number, "").strip()
        source = "results" if number in found else "authors" if answer else "missing"
        items[number] = _Item(number=number, answer=answer, source=source)
    return items


def _independence(table: AgreementTable) -> str:
    return (
        f"Basis: {table.conventions['basis']}, which are those recorded as made without sight of suggestions or of "
        "other coders' codes; codings that were assisted or settled together are left out."
    )


def _statistics(table: AgreementTable) -> str:
    told = table.conventions
    beside = [name for key, name in _COEFFICIENTS.items() if key not in ("alpha", "kappa")]
    parts = [
        f"The unit was the {told['unit']}; counted were {told['missing']}.",
        f"Agreement was computed as Krippendorff's alpha, with {_and(beside)} beside it because coefficients corrected "
        "for chance move with how common a code is.",
        f"Categories: {told['categories']}.",
        f"Distances: {told['distance']}.",
        f"Intervals: {told['interval']}{_resamples(table)}.",
        f"Verdicts: {told['thresholds']}.",
        "A coefficient that is 0/0 was reported as undefined with its reason, never as 0 or 1.",
    ]
    if "caution" in told:
        parts.append(f"Caution: {told['caution']}.")
    parts.append(f"All was computed with autocode {version('autocode')}.")
    return " ".join(parts)


def _resamples(table: AgreementTable) -> str:
    resamples = table.overall.alpha.resamples
    return f" ({resamples:,} resamples, seed {table.conventions['seed']})" if resamples else ""


def _numbers(table: AgreementTable) -> str:
    alpha = table.overall.alpha
    where = f" from {_n(alpha.n_interviews, 'interview')}" if alpha.n_interviews else ""
    were = "was" if alpha.n_pairable == 1 else "were"
    return (
        f"{_n(alpha.n_pairable, 'line')}{where} {were} judged by at least two of {_n(alpha.n_coders, 'coder')}, with "
        f"{_n(len(table.codes), 'code')}."
    )


def _estimates(table: AgreementTable) -> str:
    told = [f"For all codes together alpha was {_estimate(table.overall)}."]
    counts = Counter(row.alpha.reliability for row in table.codes)
    for kind in Reliability:
        if not counts[kind]:
            continue
        each = [f"{row.name} {_estimate(row)}" for row in table.codes if row.alpha.reliability is kind]
        told.append(f"{str(kind).capitalize()} ({counts[kind]} of {_n(len(table.codes), 'code')}): {'; '.join(each)}.")
    return " ".join(told)


def _estimate(row: CodeAgreement) -> str:
    alpha = row.alpha
    return alpha.estimate if alpha.undefined is None else f"undefined, as {alpha.undefined.sentence}"


def _coefficients(table: AgreementTable) -> Mapping[str, Any]:
    """Return each coefficient once, from the first row that has it."""
    found: dict[str, Any] = {}
    for row in (*table.codes, table.overall):
        found = dict(row.coefficients) | found
    return found


def _n(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _and(items: list[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}"
