"""Agreement on where a text is to be divided, whatever the parts are called."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._pairs import ratio
from autocode.agreement.data._reliability import Array
from autocode.agreement.spans._text_intervals import ByInterviews, check_interval, resample_texts
from autocode.errors import AgreementError, Fault

Masses: TypeAlias = Sequence[int]


def boundary_similarity(a: Masses, b: Masses, *, n_t: int = 2) -> float:
    """Return boundary similarity B of two segmentations, given as the sizes of their segments; NaN where neither cuts.

    Boundaries less than `n_t` places apart count as a near miss: the share of `n_t` that they are apart.

    References
    ----------
    Fournier, C. (2013). Evaluating text segmentation using boundary edit distance. ACL, 1702-1712.
    """
    similar, of = _boundary_parts(a, b, n_t=n_t)
    return float(similar / of) if of else math.nan


def pk(hypothesis: Masses, *, reference: Masses, window: int | None = None) -> float:
    """Return P_k: how often two points a window apart are in one segment by one segmentation and not by the other.

    The window is half the mean segment of the reference, at least 2, unless it is named.

    References
    ----------
    Beeferman, D., Berger, A., & Lafferty, J. (1999). Statistical models for text segmentation. Machine Learning 34,
    177-210.
    """
    segment_h, segment_r, k = _in_windows(hypothesis, reference, window)
    return float(np.mean((segment_r[:-k] == segment_r[k:]) != (segment_h[:-k] == segment_h[k:])))


def window_diff(hypothesis: Masses, *, reference: Masses, window: int | None = None) -> float:
    """Return WindowDiff: in how many windows the two segmentations have different numbers of boundaries.

    The window is half the mean segment of the reference, at least 2, unless it is named.

    References
    ----------
    Pevzner, L., & Hearst, M. A. (2002). A critique and improvement of an evaluation metric for text segmentation.
    Computational Linguistics 28, 19-36.
    """
    segment_h, segment_r, k = _in_windows(hypothesis, reference, window)
    return float(np.mean((segment_r[k:] - segment_r[:-k]) != (segment_h[k:] - segment_h[:-k])))


def segmentation_pi(
    texts: Mapping[str, Mapping[str, Masses]],
    *,
    n_t: int = 2,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return Fleiss' multi-pi of segmentations with boundary similarity; for each text, each coder's segment sizes.

    Chance is that all coders cut as often as they do together.

    References
    ----------
    Fournier, C., & Inkpen, D. (2012). Segmentation similarity and agreement. NAACL, 152-161.
    Fournier, C. (2013). Evaluating text segmentation using boundary edit distance. ACL, 1702-1712.
    """
    return _estimate("segmentation_pi", texts, n_t=n_t, interval=interval, level=level, resamples=resamples, seed=seed)


def segmentation_kappa(
    texts: Mapping[str, Mapping[str, Masses]],
    *,
    n_t: int = 2,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return multi-kappa of segmentations with boundary similarity; for each text, each coder's segment sizes.

    Chance is that each coder cuts as often as he does.

    References
    ----------
    Fournier, C., & Inkpen, D. (2012). Segmentation similarity and agreement. NAACL, 152-161.
    Fournier, C. (2013). Evaluating text segmentation using boundary edit distance. ACL, 1702-1712.
    """
    return _estimate(
        "segmentation_kappa", texts, n_t=n_t, interval=interval, level=level, resamples=resamples, seed=seed
    )


# statistics of a text: similar, of, share of places that are cut (mean over coders), 1, places, cuts of each coder


def _pi(totals: Array) -> Array:
    A_a = ratio(totals[..., 0], totals[..., 1])
    P_e_seg = ratio(totals[..., 2], totals[..., 3])
    A_e = P_e_seg**2
    return ratio(A_a - A_e, 1 - A_e)


def _kappa(totals: Array) -> Array:
    A_a = ratio(totals[..., 0], totals[..., 1])
    cut = ratio(totals[..., 5:], totals[..., 4, None])
    pairs = list(combinations(range(cut.shape[-1]), 2))
    A_e = np.stack([cut[..., i] * cut[..., j] for i, j in pairs], axis=-1).mean(axis=-1)
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
    coders = tuple(dict.fromkeys(who for by_coder in texts.values() for who in by_coder))
    AgreementError.raise_if(
        Fault(f"{who} did not divide {text}; leave the text or the coder out, for every coder must have every text.")
        for text, by_coder in texts.items()
        for who in coders
        if who not in by_coder
    )
    told = {
        "unit": "place",
        "missing": "none: every coder divided every text",
        "categories": "boundary, no boundary",
        "distance": f"boundary edit distance, boundaries less than {n_t} places apart a near miss (Fournier 2013)",
        "interval": "none",
    }
    places = {text: sum(next(iter(by_coder.values()))) - 1 for text, by_coder in texts.items()}
    counts = {"n_units": sum(places.values()), "n_coders": len(coders), "n_interviews": len(texts)}
    if len(coders) < 2:
        return Agreement(
            coefficient=name,
            value=math.nan,
            level=level,
            undefined=Undefined.ONE_CODER,
            conventions=MappingProxyType(told),
            **counts,
        )
    by_text = []
    for by_coder in texts.values():
        parts = np.array([_boundary_parts(by_coder[a], by_coder[b], n_t=n_t) for a, b in combinations(coders, 2)])
        n_places = sum(by_coder[coders[0]]) - 1
        cuts = np.array([len(by_coder[who]) - 1 for who in coders], dtype=float)
        share = float(cuts.mean()) / n_places if n_places else 0.0
        by_text.append([*parts.sum(axis=0).astype(float), share, 1.0, float(n_places), *cuts])
    rows = np.array(by_text)
    definition = _pi if name == "segmentation_pi" else _kappa
    value = float(definition(rows.sum(axis=0)))
    found = resample_texts(
        len(rows),
        lambda drawn: definition(drawn @ rows),
        interval=None if math.isnan(value) else interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    return Agreement(
        coefficient=name,
        value=value,
        low=found.low,
        high=found.high,
        se=found.se,
        level=level,
        undefined=Undefined.ONE_CATEGORY if math.isnan(value) else None,
        n_pairable=counts["n_units"],
        n_left_out=found.n_left_out,
        conventions=MappingProxyType(told | found.told),
        **counts,
    )


def _boundary_parts(a: Masses, b: Masses, *, n_t: int) -> tuple[Fraction, int]:
    """Return numerator and denominator of B: boundaries matched or nearly so, of all boundaries and edits."""
    cut_a, cut_b = _same_length(a, b)
    if n_t < 1:
        raise ValueError(f"a near miss spans at least one place, not {n_t}.")
    matches = int((cut_a & cut_b).sum())
    missed = cut_a != cut_b
    near = []
    # the nearest pairs first: a boundary of one, and of the other a few places on
    for apart in range(1, n_t):
        for i in range(len(cut_a) - apart):
            j = i + apart
            if missed[i] and missed[j] and cut_a[i] != cut_a[j]:
                near.append(apart)
                missed[i] = missed[j] = False
    additions = int(missed.sum())
    edits = Fraction(additions) + sum(Fraction(apart, n_t) for apart in near)
    of = additions + len(near) + matches
    return of - edits, of


def _same_length(a: Masses, b: Masses) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each place whether it is cut, by one and by the other."""
    for masses in (a, b):
        if not masses or min(masses) < 1:
            raise AgreementError(f"a segmentation is the sizes of its segments, each at least 1, not {list(masses)}.")
    if sum(a) != sum(b):
        raise AgreementError(
            f"the segmentations {list(a)} and {list(b)} are of texts with {sum(a)} and {sum(b)} parts; "
            "both must divide the same text."
        )
    cuts = []
    for masses in (a, b):
        cut = np.zeros(sum(masses) - 1, dtype=bool)
        cut[np.cumsum(masses)[:-1] - 1] = True
        cuts.append(cut)
    return cuts[0], cuts[1]


def _in_windows(hypothesis: Masses, reference: Masses, window: int | None) -> tuple[Array, Array, int]:
    """Return the segment that each part lies in, by both segmentations, and the window."""
    _same_length(hypothesis, reference)
    k = max(round(Fraction(sum(reference), 2 * len(reference))), 2) if window is None else window
    if not 1 <= k < sum(reference):
        raise ValueError(f"a window of {k} does not fit into a text of {sum(reference)} parts.")
    h, r = (np.repeat(np.arange(len(masses)), masses).astype(float) for masses in (hypothesis, reference))
    return h, r, k
