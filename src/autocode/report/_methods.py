"""The paragraph on agreement in a methods section, by the items of GRRAS, and its machine-readable appendix."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from autocode.agreement import Agreement, AgreementTable, CodeAgreement, Reliability
from autocode.arguments import no_single_text
from autocode.codebook import Change, changes_summary
from autocode.doctext import documented
from autocode.wording import count_of, listing

# The 15 items of Kottner et al. (2011), table 1, in our words.
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
# The items that the results cannot answer, and the items that the paragraph is made of.
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
    """One item of GRRAS, its answer, and whether that comes from the results or from the authors."""

    number: int
    answer: str
    source: str

    @property
    def shown(self) -> str:
        return self.answer or f"[GRRAS {self.number}: say {_ASKS[self.number]}.]"


@documented
def methods_paragraph(
    table: AgreementTable, *, answers: Mapping[int, str] | None = None, changes: Sequence[Change] = ()
) -> str:
    """Return a paragraph on agreement for a methods section, with its numbers and conventions filled in.

    The paragraph follows the items of GRRAS. The results answer items 9 (independence), 10 (statistics), 11 (numbers)
    and 13 (estimates).

    Parameters
    ----------
    table : AgreementTable
        The agreement of a study, see `agreement_table`.
    answers : mapping of int to str or None, default None
        By the number of the GRRAS item, the sentences that only the authors can write: 2 codebook, 3 participants, 4
        and 12 coders, 6 and 7 how lines were chosen, 8 how they were coded. For a missing item the paragraph says in
        square brackets what is asked for.
    changes : sequence of Change, default empty
        The recorded changes of the codebook; the paragraph says how many there are and who decided them.

    Raises
    ------
    ValueError
        If an answer is given to an item that the results answer.

    References
    ----------
    Kottner, J., Audigé, L., Brorson, S., et al. (2011). Guidelines for reporting reliability and agreement studies
    (GRRAS) were proposed. Journal of Clinical Epidemiology 64, 96-106.

    Examples
    --------
    {sample_study}
    >>> table = ac.agreement_table(codings, lines, codebook)
    >>> paragraph = ac.methods_paragraph(table, answers={2: "The codebook has nine codes."})
    >>> print(paragraph[:100])
    The codebook has nine codes. [GRRAS 3: say the population of subjects: here whose words were coded.]
    """
    items = _items(table, answers or {}, changes)
    return " ".join(items[number].shown for number in _IN_PARAGRAPH)


@no_single_text
def methods_appendix(
    table: AgreementTable, *, answers: Mapping[int, str] | None = None, changes: Sequence[Change] = ()
) -> dict[str, Any]:
    """Return the methods paragraph as data: the 15 items of GRRAS, the conventions, and every row with its verdict.

    Parameters
    ----------
    table : AgreementTable
        The agreement of a study, see `agreement_table`.
    answers : mapping of int to str or None, default None
        The authors' sentences by the number of the GRRAS item, as in `methods_paragraph`.
    changes : sequence of Change, default empty
        The recorded changes of the codebook.

    Returns
    -------
    dict
        Ready for JSON. The `source` of an item is "results", "authors" or "missing"; numbers that do not exist are
        None.

    Raises
    ------
    ValueError
        If an answer is given to an item that the results answer.
    """
    items = _items(table, answers or {}, changes)
    rows = {"codes": table.codes, "themes": table.themes, "overall": (table.overall,)}
    return {
        "software": {"name": "autocode", "version": version("autocode")},
        "codebook": {
            "version": table.codebook_version,
            "waiting": table.waiting,
            "changes": len(changes),
            "decided_by": list(dict.fromkeys(change.by for change in changes)),
        },
        "grras": {
            f"{number}": {"asks": _ASKS[number], "answer": item.answer or None, "source": item.source}
            for number, item in items.items()
        },
        "conventions": {
            **table.conventions,
            **{
                f"missing, {_COEFFICIENTS[name]}": coefficient.conventions["missing"]
                for name, coefficient in _coefficients(table).items()
                if "missing" in coefficient.conventions
            },
            "undefined": "a coefficient that is 0/0 has no value but a reason; it is never counted as 0 or 1",
        },
        **{kind: [{"name": row.name, **row.to_json()} for row in of_kind] for kind, of_kind in rows.items()},
    }


def _items(table: AgreementTable, answers: Mapping[int, str], changes: Sequence[Change]) -> dict[int, _Item]:
    unknown = sorted(number for number in answers if number not in _AUTHORS)
    if unknown:
        raise ValueError(
            f"GRRAS item {unknown[0]} is not for the authors to answer; they answer {listing(_AUTHORS)}, the results "
            "answer the others."
        )
    from_results = {
        9: _independence(table),
        10: _statistics(table),
        11: _numbers(table, changes),
        13: _estimates(table),
        15: "Every row, with every coefficient and its interval, is in the appendix.",
    }
    items = {}
    for number in _ASKS:
        answer = from_results.get(number) or answers.get(number, "").strip()
        source = "results" if number in from_results else "authors" if answer else "missing"
        items[number] = _Item(number=number, answer=answer, source=source)
    return items


def _independence(table: AgreementTable) -> str:
    codes = f"Codes: {table.conventions['codes']}. " if "codes" in table.conventions else ""
    return codes + (
        f"Basis: {table.conventions['basis']}, which are those recorded as made without sight of suggestions or of "
        "other coders' codes; codings that were assisted or settled together are left out."
    )


def _statistics(table: AgreementTable) -> str:
    conventions = table.conventions
    others = [name for key, name in _COEFFICIENTS.items() if key not in ("alpha", "kappa")]
    parts = [
        f"The unit was the {conventions['unit']}; counted were {conventions['missing']}.",
        f"Agreement was computed as Krippendorff's alpha, with {listing(others)} beside it because chance-corrected "
        "coefficients depend on how common a code is.",
        f"Categories: {conventions['categories']}.",
        f"Distances: {conventions['distance']}.",
        f"Intervals: {conventions['interval']}{_resamples(table)}.",
        f"Verdicts: {conventions['thresholds']}.",
        "A coefficient that is 0/0 was reported as undefined with its reason, never as 0 or 1.",
    ]
    if "caution" in conventions:
        parts.append(f"Caution: {conventions['caution']}.")
    parts.append(f"All was computed with autocode {version('autocode')}.")
    return " ".join(parts)


def _resamples(table: AgreementTable) -> str:
    """Return how many resamples the intervals rest on, in brackets; nothing if they are no bootstrap."""
    resamples = table.widest.alpha.resamples
    return f" ({count_of(resamples, 'resample', thousands=',')}, seed {table.conventions['seed']})" if resamples else ""


def _numbers(table: AgreementTable, changes: Sequence[Change]) -> str:
    alpha = table.widest.alpha
    where = f" from {count_of(alpha.n_interviews, 'interview')}" if alpha.n_interviews else ""
    were = "was" if alpha.n_pairable == 1 else "were"
    coders, codes = count_of(alpha.n_coders, "coder"), count_of(len(table.codes), "code")
    judged = f"{count_of(alpha.n_pairable, 'line')}{where} {were} judged by at least two of {coders}, with {codes}."
    made = changes_summary(changes)
    codebook = [table.codebook] if table.codebook_version else []
    codebook += [f"The codebook had {made}."] if made else []
    return " ".join([judged, *codebook])


def _estimates(table: AgreementTable) -> str:
    sentences = [f"For all codes together alpha was {_estimate(table.overall)}."]
    counts = Counter(row.alpha.reliability for row in table.codes)
    for kind in Reliability:
        if not counts[kind]:
            continue
        each = [f"{row.name} {_estimate(row)}" for row in table.codes if row.alpha.reliability is kind]
        of_all = f"{counts[kind]} of {count_of(len(table.codes), 'code')}"
        sentences.append(f"{str(kind).capitalize()} ({of_all}): {'; '.join(each)}.")
    return " ".join(sentences)


def _estimate(row: CodeAgreement) -> str:
    alpha = row.alpha
    return alpha.estimate if alpha.undefined is None else f"undefined, as {alpha.undefined.sentence}"


def _coefficients(table: AgreementTable) -> Mapping[str, Agreement]:
    """Return each coefficient once, from the first row that has it."""
    coefficients: dict[str, Agreement] = {}
    for row in (*table.codes, table.overall):
        coefficients = dict(row.coefficients) | coefficients
    return coefficients
