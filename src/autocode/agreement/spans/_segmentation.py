"""Agreement on where to divide a text into segments, whatever the segments are called."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import Array
from autocode.agreement.spans._text_intervals import (
    ByInterviews,
    TextCounts,
    check_interval,
    text_agreement,
    undefined_agreement,
)
from autocode.doctext import documented
from autocode.errors import AgreementError, Fault

Masses: TypeAlias = Sequence[int]


def boundary_similarity(a: Masses, b: Masses, *, n_t: int = 2) -> float:
    """Return boundary similarity B of two segmentations; NaN if neither has a boundary.

    Parameters
    ----------
    a, b : sequence of int
        The sizes of the segments of each segmentation.
    n_t : int, default 2
        Boundaries less than `n_t` places apart are a near miss, which counts as the share of `n_t` that they are apart.

    Raises
    ------
    AgreementError
        If the segmentations are not of the same text, or a segment is empty.

    References
    ----------
    Fournier, C. (2013). Evaluating text segmentation using boundary edit distance. ACL, 1702-1712.
    """
    similar, total = _boundary_parts(a, b, n_t=n_t)
    return float(similar / total) if total else math.nan


def pk(hypothesis: Masses, *, reference: Masses, window: int | None = None) -> float:
    """Return P_k: the share of windows whose ends are in the same segment by one segmentation only.

    Parameters
    ----------
    hypothesis : sequence of int
        The sizes of the segments of the segmentation to evaluate.
    reference : sequence of int
        The sizes of the segments of the reference.
    window : int or None, default None
        Size of the window; None for half the mean segment of the reference, at least 2.

    Raises
    ------
    AgreementError
        If the segmentations are not of the same text, or a segment is empty.
    ValueError
        If the window does not fit into the text.

    References
    ----------
    Beeferman, D., Berger, A., & Lafferty, J. (1999). Statistical models for text segmentation. Machine Learning 34,
    177-210.
    """
    segment_h, segment_r, k = _in_windows(hypothesis, reference, window)
    return float(np.mean((segment_r[:-k] == segment_r[k:]) != (segment_h[:-k] == segment_h[k:])))


def window_diff(hypothesis: Masses, *, reference: Masses, window: int | None = None) -> float:
    """Return WindowDiff: the share of windows in which the segmentations have different numbers of boundaries.

    Parameters
    ----------
    hypothesis : sequence of int
        The sizes of the segments of the segmentation to evaluate.
    reference : sequence of int
        The sizes of the segments of the reference.
    window : int or None, default None
        Size of the window; None for half the mean segment of the reference, at least 2.

    Raises
    ------
    AgreementError
        If the segmentations are not of the same text, or a segment is empty.
    ValueError
        If the window does not fit into the text.

    References
    ----------
    Pevzner, L., & Hearst, M. A. (2002). A critique and improvement of an evaluation metric for text segmentation.
    Computational Linguistics 28, 19-36.
    """
    segment_h, segment_r, k = _in_windows(hypothesis, reference, window)
    return float(np.mean((segment_r[k:] - segment_r[:-k]) != (segment_h[k:] - segment_h[:-k])))


@documented
def segmentation_pi(
    texts: Mapping[str, Mapping[str, Masses]],
    *,
    n_t: int = 2,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Fleiss' multi-pi of segmentations, with boundary similarity as observed agreement.

    Expected agreement takes the share of places with a boundary from all coders together.

    Parameters
    ----------
    texts : mapping of str to mapping of str to sequence of int
        For each text the sizes of the segments of each coder; every coder must have divided every text.
    n_t : int, default 2
        Boundaries less than `n_t` places apart are a near miss, see `boundary_similarity`.
    interval : {"interviews"} or None, default "interviews"
        A percentile bootstrap over the texts; None for no interval.
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a coder did not divide one of the texts, or two segmentations are not of the same text.

    References
    ----------
    Fournier, C., & Inkpen, D. (2012). Segmentation similarity and agreement. NAACL, 152-161.
    Fournier, C. (2013). Evaluating text segmentation using boundary edit distance. ACL, 1702-1712.
    """
    return _estimate("segmentation_pi", texts, n_t=n_t, interval=interval, level=level, resamples=resamples, seed=seed)


@documented
def segmentation_kappa(
    texts: Mapping[str, Mapping[str, Masses]],
    *,
    n_t: int = 2,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return multi-kappa of segmentations, with boundary similarity as observed agreement.

    Expected agreement takes the share of places with a boundary from each coder.

    Parameters
    ----------
    texts : mapping of str to mapping of str to sequence of int
        For each text the sizes of the segments of each coder; every coder must have divided every text.
    n_t : int, default 2
        Boundaries less than `n_t` places apart are a near miss, see `boundary_similarity`.
    interval : {"interviews"} or None, default "interviews"
        A percentile bootstrap over the texts; None for no interval.
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a coder did not divide one of the texts, or two segmentations are not of the same text.

    References
    ----------
    Fournier, C., & Inkpen, D. (2012). Segmentation similarity and agreement. NAACL, 152-161.
    Fournier, C. (2013). Evaluating text segmentation using boundary edit distance. ACL, 1702-1712.
    """
    return _estimate(
        "segmentation_kappa", texts, n_t=n_t, interval=interval, level=level, resamples=resamples, seed=seed
    )


# Columns of the statistics of a text: numerator and denominator of boundary similarity, the mean over coders of the
# share of places with a boundary, 1, the number of places, and the number of boundaries of each coder.


def _pi(totals: Array) -> Array:
    A_a = ratio(totals[..., 0], totals[..., 1])
    P_e_seg = ratio(totals[..., 2], totals[..., 3])
    A_e = P_e_seg**2
    return ratio(A_a - A_e, 1 - A_e)


def _kappa(totals: Array) -> Array:
    A_a = ratio(totals[..., 0], totals[..., 1])
    shares = ratio(totals[..., 5:], totals[..., 4, None])
    pairs = list(combinations(range(shares.shape[-1]), 2))
    A_e = np.stack([shares[..., i] * shares[..., j] for i, j in pairs], axis=-1).mean(axis=-1)
    return ratio(A_a - A_e, 1 - A_e)


def _estimate(
    name: str,
    texts: Mapping[str, Mapping[str, Masses]],
    *,
    n_t: int,
    interval: ByInterviews | None,
    level: float,
    resamples: int,
    seed: int,
) -> Agreement:
    check_interval(interval, level=level, resamples=resamples)
    coders = tuple(dict.fromkeys(coder for by_coder in texts.values() for coder in by_coder))
    AgreementError.raise_if(
        Fault(f"{coder} did not divide {text}; leave the text or the coder out, for every coder must have every text.")
        for text, by_coder in texts.items()
        for coder in coders
        if coder not in by_coder
    )
    conventions = {
        "unit": "place",
        "missing": "none: every coder divided every text",
        "categories": "boundary, no boundary",
        "distance": f"boundary edit distance, boundaries less than {n_t} places apart a near miss (Fournier 2013)",
        "interval": "none",
    }
    n_places = sum(sum(next(iter(by_coder.values()))) - 1 for by_coder in texts.values())
    counts = TextCounts(
        unit="place",
        n_units=n_places,
        n_pairable=n_places if len(coders) >= 2 else 0,
        n_coders=len(coders),
        n_interviews=len(texts),
    )
    if len(coders) < 2:
        return undefined_agreement(name, Undefined.ONE_CODER, counts=counts, conventions=conventions, level=level)
    rows = np.array([_text_statistics(by_coder, coders, n_t=n_t) for by_coder in texts.values()])
    definition = _pi if name == "segmentation_pi" else _kappa
    return text_agreement(
        name,
        float(definition(rows.sum(axis=0))),
        lambda drawn: definition(drawn @ rows),
        len(rows),
        reason=Undefined.ONE_CATEGORY,
        counts=counts,
        conventions=conventions,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def _text_statistics(by_coder: Mapping[str, Masses], coders: Sequence[str], *, n_t: int) -> list[float]:
    """Return the statistics of one text, which add up over texts."""
    pairs = combinations(coders, 2)
    parts = np.array([_boundary_parts(by_coder[a], by_coder[b], n_t=n_t) for a, b in pairs])
    n_places = sum(by_coder[coders[0]]) - 1
    boundaries = np.array([len(by_coder[coder]) - 1 for coder in coders], dtype=float)
    share = float(boundaries.mean()) / n_places if n_places else 0.0
    return [*parts.sum(axis=0).astype(float), share, 1.0, float(n_places), *boundaries]


def _boundary_parts(a: Masses, b: Masses, *, n_t: int) -> tuple[Fraction, int]:
    """Return numerator and denominator of B: matched boundaries with near misses, and all boundaries with edits."""
    at_a, at_b = _boundaries(a, b)
    if n_t < 1:
        raise ValueError(f"a near miss spans at least one place, not {n_t}.")
    matches = int((at_a & at_b).sum())
    missed = at_a != at_b
    near_misses = []
    # the nearest pairs first: a boundary of one segmentation, and one of the other a few places on
    for distance in range(1, n_t):
        for i in range(len(at_a) - distance):
            j = i + distance
            if missed[i] and missed[j] and at_a[i] != at_a[j]:
                near_misses.append(distance)
                missed[i] = missed[j] = False
    additions = int(missed.sum())
    edits = Fraction(additions) + sum(Fraction(distance, n_t) for distance in near_misses)
    total = additions + len(near_misses) + matches
    return total - edits, total


def _boundaries(a: Masses, b: Masses) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each place whether it is a boundary, by one segmentation and by the other."""
    for masses in (a, b):
        if not masses or min(masses) < 1:
            raise AgreementError(f"a segmentation is the sizes of its segments, each at least 1, not {list(masses)}.")
    if sum(a) != sum(b):
        raise AgreementError(
            f"the segmentations {list(a)} and {list(b)} are of texts with {sum(a)} and {sum(b)} parts; "
            "both must divide the same text."
        )
    boundaries = []
    for masses in (a, b):
        is_boundary = np.zeros(sum(masses) - 1, dtype=bool)
        is_boundary[np.cumsum(masses)[:-1] - 1] = True
        boundaries.append(is_boundary)
    return boundaries[0], boundaries[1]


def _in_windows(hypothesis: Masses, reference: Masses, window: int | None) -> tuple[Array, Array, int]:
    """Return the number of the segment that each part lies in, by both segmentations, and the window."""
    _boundaries(hypothesis, reference)  # checks them
    k = max(round(Fraction(sum(reference), 2 * len(reference))), 2) if window is None else window
    if not 1 <= k < sum(reference):
        raise ValueError(f"a window of {k} does not fit into a text of {sum(reference)} parts.")
    h, r = (np.repeat(np.arange(len(masses)), masses).astype(float) for masses in (hypothesis, reference))
    return h, r, k
