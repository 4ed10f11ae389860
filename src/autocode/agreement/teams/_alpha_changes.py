"""What a change of the codebook does to agreement: alpha before and after it, on the same lines."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb, isnan

import numpy as np
from numpy.typing import NDArray

from autocode.agreement._result import Agreement
from autocode.agreement.coefficients import _alpha
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import (
    APPLIED,
    NOT_APPLIED,
    NOT_JUDGED,
    Array,
    ReliabilityData,
    Values,
    codes_mask,
    readings_of,
    whole_sets,
)
from autocode.arguments import no_single_text
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings
from autocode.display import displayed
from autocode.doctext import documented
from autocode.names import check_known

_MOST_MERGES = 20_000  # with how many others a merge is compared at most


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaChange:
    """
    Krippendorff's alpha of a code, a theme or all codes together, before and after a change of the codebook.

    Attributes
    ----------
    code : CodeId
        The code or theme; empty for all codes together.
    is_theme : bool
        Whether it is any code of a theme, or of the codebook; else the code itself.
    name : str
        Its name.
    before, after : Agreement or None
        Alpha in each of the two codebooks, on the lines that were judged in it; None in a codebook without the code.
    before_on_same_lines : Agreement or None
        Alpha before the change on the judgements that still count after it; None as `before`.
    n_unknown : int
        Number of judgements that leave it open after the change and did not before.
    """

    code: CodeId
    is_theme: bool
    name: str
    before: Agreement | None
    before_on_same_lines: Agreement | None
    after: Agreement | None
    n_unknown: int


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class MergeComparison:
    """
    A merge of codes beside all possible merges of as many codes.

    A merge raises alpha easily, whatever the codes mean, because coders who took one for the other agree after it.

    Attributes
    ----------
    codes : tuple of CodeId
        The codes that are merged.
    parts : tuple of float
        Alpha of each of them; NaN where it is undefined.
    merged : float
        Alpha of the code that they become; NaN where it is undefined.
    rank : int or None
        The place of the merge among all, the one whose alpha is furthest above the mean of its codes first; None where
        alpha is undefined or there are too many merges.
    n_merges : int
        Number of possible merges of as many codes.
    """

    codes: tuple[CodeId, ...]
    parts: tuple[float, ...]
    merged: float
    rank: int | None
    n_merges: int

    @property
    def rise(self) -> float:
        """How far alpha of the merged code is above the mean of the codes that it is made of."""
        return self.merged - sum(self.parts) / len(self.parts)


@documented
@no_single_text
def alpha_changes(before: Codings, after: Codings, *, codebooks: tuple[Codebook, Codebook]) -> tuple[AlphaChange, ...]:
    """
    Return alpha of each code and theme that a change of the codebook touches, and of all codes together.

    Parameters
    ----------
    before, after : Codings
        The same judgements in the codes of each of the two codebooks, as `remapped` returns them. Only independent ones
        count.
    codebooks : tuple of Codebook
        The codebook before and after the change.

    Returns
    -------
    tuple of AlphaChange
        Codes, then themes, last all codes together; without codes of which every judgement says the same as before, and
        themes above none but those.

    Raises
    ------
    ValueError
        If these are not the same judgements.

    Examples
    --------
    {sample_study}
    >>> from autocode.agreement import alpha_changes
    >>> from autocode.codebook import Merged, evolve
    >>> from autocode.coding import remapped
    >>> merge = Merged(before="1", after="2", by="TW", codes=("fewer-human-resources",), into="overworked-staff")
    >>> after = remapped(codings, [merge], codebook=codebook)
    >>> for change in alpha_changes(codings, after, codebooks=(codebook, evolve(codebook, [merge])))[:1]:
    ...     print(f"{change.name}: {change.before.value:.3f}, {change.after.value:.3f}")
    Overworked staff: 0.854, 0.817
    """
    tables = [readings_of(ReliabilityData, codings.independent()) for codings in (before, after)]
    if (tables[0].coders, tables[0].units) != (tables[1].coders, tables[1].units):
        raise ValueError("alpha before and after a change is of the same judgements; give them in the same order.")
    return tuple(_changes(tables[0], tables[1], *codebooks))


def _changes(before: ReliabilityData, after: ReliabilityData, old: Codebook, new: Codebook) -> Iterator[AlphaChange]:
    touched: set[CodeId] = set()
    books = (old, new)
    codes = dict.fromkeys(code.id for book in books for code in book.subthemes)
    themes = dict.fromkeys(theme.id for book in books for theme in book.themes)
    for code, is_theme in (*((code, False) for code in codes), *((theme, True) for theme in themes)):
        was, now = (
            _state_of(table, code, book, is_theme=is_theme) for table, book in zip((before, after), books, strict=True)
        )
        # a theme above a code that changes is listed although it stays: a split of a code changes nothing there
        below = {under for book in books if is_theme and code in book for under in (code, *book.descendants(code))}
        if was is None or now is None or below & touched or not np.array_equal(was.values, now.values):
            touched.add(code)
            book = new if now is not None else old
            yield _change_of(
                code,
                book.theme_label(code) if is_theme else book.label(code),
                was,
                now,
                judged=before.judged if was is None else was.judged,
                is_theme=is_theme,
            )
    if touched:
        sets = whole_sets(before)
        yield _change_of("", "all codes together", sets, whole_sets(after), judged=sets.judged, is_theme=True)


def _change_of(
    code: CodeId,
    name: str,
    was: ReliabilityData | None,
    now: ReliabilityData | None,
    *,
    judged: NDArray[np.bool_],
    is_theme: bool,
) -> AlphaChange:
    return AlphaChange(
        code=code,
        is_theme=is_theme,
        name=name,
        before=_alpha_of(was),
        before_on_same_lines=_alpha_of(was if was is None or now is None else _where_judged(was, now)),
        after=_alpha_of(now),
        n_unknown=0 if now is None else int(np.count_nonzero(judged & ~now.judged)),
    )


def _state_of(readings: ReliabilityData, code: CodeId, codebook: Codebook, *, is_theme: bool) -> ReliabilityData | None:
    """Return whether a code, or any code of a theme, applies; None if the codebook lacks it."""
    known = codebook.themes if is_theme else codebook.subthemes
    if code not in {other.id for other in known}:
        return None
    codes = (code, *codebook.descendants(code)) if is_theme else (code,)
    values = codes_mask(readings.labels, codes)[readings.values]
    return replace(readings, values=values, labels=(NOT_APPLIED, APPLIED))


def _where_judged(data: ReliabilityData, other: ReliabilityData) -> ReliabilityData:
    """Return the judgements of a table that are in another, too."""
    if bool((other.judged | ~data.judged).all()):
        return data
    return replace(data, values=np.where(other.judged, data.values, np.int32(NOT_JUDGED)))


def _alpha_of(data: ReliabilityData | None) -> Agreement | None:
    if data is None:
        return None
    return _alpha.krippendorff_alpha(data, distance="masi" if data.of_sets else None, interval=None)


@documented
@no_single_text
def compare_merge(codings: Codings, codes: Collection[CodeId], codebook: Codebook) -> MergeComparison:
    """
    Return a merge of codes beside all possible merges of as many codes: how far alpha rises in each.

    Parameters
    ----------
    codings : Codings
        The judgements, of which the independent ones count.
    codes : collection of CodeId
        The codes that are merged, at least two.
    codebook : Codebook
        The codes.

    Raises
    ------
    UnknownNameError
        If a code is not in the codebook, or a theme.
    ValueError
        If there are fewer than two codes.

    Examples
    --------
    {sample_study}
    >>> from autocode.agreement import compare_merge
    >>> compared = compare_merge(codings, ["overworked-staff", "fewer-human-resources"], codebook)
    >>> f"{compared.merged:.3f}, rank {compared.rank} of {compared.n_merges}"
    '0.817, rank 4 of 36'
    """
    merged = tuple(dict.fromkeys(codes))
    known: Sequence[Code] = codebook.subthemes
    check_known("code", merged, [code.id for code in known])
    if len(merged) < 2:
        raise ValueError("a merge is of at least two codes.")
    readings = readings_of(ReliabilityData, codings.independent())
    states = np.stack([codes_mask(readings.labels, (code.id,))[readings.values] for code in known])
    patterns, counts = _distinct(states)
    singles = _alphas(patterns, counts)
    place = {code.id: k for k, code in enumerate(known)}
    wanted = tuple(sorted(place[code] for code in merged))
    n_merges = comb(len(known), len(wanted))
    own = float(_alphas(_joined(patterns, [wanted]), counts)[0])
    parts = tuple(float(singles[place[code]]) for code in merged)
    rank: int | None = None
    if n_merges <= _MOST_MERGES and not isnan(own) and not any(map(isnan, parts)):
        rises = _rises(patterns, counts, singles, combinations(range(len(known)), len(wanted)))
        rise = own - singles[list(wanted)].mean()
        rank = 1 + int(np.count_nonzero(rises > rise + 1e-12))
    return MergeComparison(codes=merged, parts=parts, merged=own, rank=rank, n_merges=n_merges)


def _distinct(states: Values) -> tuple[Values, Array]:
    """Return the different columns of coders' states of all codes, shape (n_codes, n_coders, n), and their counts."""
    n_codes, n_coders, n_units = states.shape
    columns = np.ascontiguousarray(states.reshape(n_codes * n_coders, n_units).T.astype(np.int8))
    whole = columns.view(np.dtype((np.void, columns.shape[1]))).ravel()
    _, first, counts = np.unique(whole, return_index=True, return_counts=True)
    return states[:, :, first].astype(np.int8), counts.astype(float)


def _joined(states: Values, merges: Iterable[Sequence[int]]) -> Values:
    """Return the states of merged codes: 1 if any is 1, else not judged if any is not, else 0."""
    merged = []
    for codes in merges:
        of_codes = states[list(codes)]
        highest = of_codes.max(axis=0)
        merged.append(np.where(highest == 1, highest, of_codes.min(axis=0)))
    return np.stack(merged)


def _rises(states: Values, counts: Array, singles: Array, merges: Iterable[tuple[int, ...]]) -> Array:
    """Return how far alpha of each merge is above the mean of its codes; NaN where that is undefined."""
    rises: list[Array] = []
    batch: list[tuple[int, ...]] = []
    for merge in merges:
        batch.append(merge)
        if len(batch) == 64:
            rises.append(_alphas(_joined(states, batch), counts) - singles[np.array(batch)].mean(axis=1))
            batch = []
    if batch:
        rises.append(_alphas(_joined(states, batch), counts) - singles[np.array(batch)].mean(axis=1))
    return np.concatenate(rises)


def _alphas(states: Values, counts: Array) -> Array:
    """Return alpha of each code from its states, shape (n_codes, n_coders, n_units), and how often each unit comes."""
    m = (states >= 0).sum(axis=1).astype(float)
    k = (states == 1).sum(axis=1).astype(float)
    weights = np.where(m >= 2, counts, 0.0)  # units judged once hold no pair
    disagreement = (weights * ratio(2 * k * (m - k), np.maximum(m - 1, 1.0))).sum(axis=1)
    n_applied, n_not_applied = (weights * k).sum(axis=1), (weights * (m - k)).sum(axis=1)
    totals = np.column_stack([disagreement, n_not_applied, n_applied])
    return _alpha.definition(1.0 - np.identity(2))(totals)[..., 0]
