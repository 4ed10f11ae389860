"""Krippendorff's alphas for unitizing, the family of 2016: u-alpha, binary u-alpha, cu-alpha and (k)u-alpha."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._reliability import Array
from autocode.agreement.spans._spans import GAP, Continuum, SpanData
from autocode.agreement.spans._text_intervals import (
    ByInterviews,
    TextCounts,
    check_interval,
    text_agreement,
    undefined_agreement,
)
from autocode.doctext import documented
from autocode.wording import count_of

Definition: TypeAlias = Callable[["Coincidences"], Array]
ReasonOf: TypeAlias = Callable[["Coincidences"], Undefined]

_NOTHING = 1e-9  # lengths are whole numbers: what rounding leaves of a difference that is 0


class Coincidences:
    """Statistics of texts that at least two coders read; they add up over texts.

    Attributes
    ----------
    ell : observed coincidences of labels in code points, 0 the gap, shape (..., n_labels + 1, n_labels + 1).
    s : for each label what of its margin's square cannot pair with itself: spans are whole, gaps are not.
    t : the same for the parts of spans that other coders marked too, shape (..., n_labels + 1).
    """

    def __init__(self, totals: Array, n: int) -> None:
        self.ell = totals[..., : n * n].reshape(*totals.shape[:-1], n, n)
        self.s = totals[..., n * n : n * n + n]
        self.t = totals[..., n * n + n :]


def text_statistics(text: Continuum, index: dict[str, int]) -> Array:
    """Return the statistics of one text as one flat row, in the order of `Coincidences`."""
    n = max(index.values(), default=0) + 1
    lengths, labels = text.segments(index)
    m = len(labels)
    s, t = np.zeros(n), np.zeros(n)
    used = (labels[:, :, None] == np.arange(n)).sum(axis=0).astype(float)  # (n_segments, n_labels + 1)
    pairs = used[:, :, None] * used[:, None, :] - used[:, :, None] * np.identity(n)
    ell = (lengths[:, None, None] * pairs).sum(axis=0) / (m - 1)
    s[GAP] = float((lengths * used[:, GAP]).sum())
    ends = np.cumsum(lengths)
    for c, spans in enumerate(text.marked.values()):
        others = np.delete(labels, c, axis=0) != GAP
        for span in spans:
            k = index[span.label]
            s[k] += span.length**2
            inside = (ends > span.start) & (ends <= span.end)
            t[k] += float(((others[:, inside] * lengths[inside]).sum(axis=1) ** 2).sum()) / (m - 1)
    return np.concatenate([ell.reshape(-1), s, t])


def _all_labels(by: Coincidences) -> Array:
    """u-alpha: every label and the gaps (2016, equations 1 to 5)."""
    l_c = by.ell.sum(axis=-1)
    ell = l_c.sum(axis=-1)
    observed = ell - np.trace(by.ell, axis1=-2, axis2=-1)
    e_cc = _over(ell[..., None] * (l_c**2 - by.s), (ell**2 - by.s.sum(axis=-1))[..., None])
    expected = ell - e_cc.sum(axis=-1)
    return 1 - _over(observed, expected)


def _coded(by: Coincidences) -> tuple[Array, Array, Array]:
    """Return l_ck of what both coders of a pair marked, its margins, and its expectation (2016, equation 10)."""
    l_ck = by.ell[..., 1:, 1:]
    l_c = l_ck.sum(axis=-1)
    ell = l_c.sum(axis=-1)
    itself = by.t[..., 1:]
    products = l_c[..., :, None] * l_c[..., None, :] - itself[..., :, None] * np.identity(l_c.shape[-1])
    e_ck = _over(ell[..., None, None] * products, (ell**2 - itself.sum(axis=-1))[..., None, None])
    return l_ck, l_c, e_ck


def _coding(by: Coincidences) -> Array:
    """cu-alpha: labels of what both coders of a pair marked (2016, equation 11)."""
    l_ck, l_c, e_ck = _coded(by)
    ell = l_c.sum(axis=-1)
    observed = ell - np.trace(l_ck, axis1=-2, axis2=-1)
    expected = ell - np.trace(e_ck, axis1=-2, axis2=-1)
    return 1 - _over(observed, expected)


def _one_label(k: int) -> Definition:
    """(k)u-alpha: one label of what both coders of a pair marked (2016, equation 13)."""

    def definition(by: Coincidences) -> Array:
        l_ck, l_c, e_ck = _coded(by)
        l_k, e_k = l_c[..., k], e_ck.sum(axis=-1)[..., k]
        observed = _over(l_k - l_ck[..., k, k], l_k)
        expected = _over(e_k - e_ck[..., k, k], e_k)
        return 1 - _over(observed, expected)

    return definition


def _reason_all_labels(by: Coincidences) -> Undefined:
    return Undefined.ONE_CATEGORY if by.ell[1:].any() else Undefined.NOTHING_MARKED


def _reason_coding(by: Coincidences) -> Undefined:
    return Undefined.ONE_CATEGORY if by.ell[1:, 1:].any() else Undefined.NOTHING_MARKED


def _reason_one_label(k: int) -> ReasonOf:
    def reason(by: Coincidences) -> Undefined:
        return Undefined.ONE_CATEGORY if by.ell[k + 1, 1:].any() else Undefined.NEVER_USED

    return reason


@documented
def u_alpha(
    data: SpanData,
    *,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return u-alpha: whether coders mark the same places with the same labels, gaps counting as one more label.

    Parameters
    ----------
    data : SpanData
        The spans of each coder. Texts that only one coder read are left out.
    interval : {"interviews"} or None, default "interviews"
        A percentile bootstrap over the texts; None for no interval.
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a coder gave two labels to the same place.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S., & Widlöcher, A. (2016). On the reliability of unitizing textual continua:
    further developments. Quality & Quantity 50, 2347-2364.

    Examples
    --------
    >>> from autocode.agreement import SpanData, u_alpha
    >>> data = SpanData.from_text({"MO": [(0, 10, "cost")], "RT": [(2, 10, "cost")]}, length=40)
    >>> print(u_alpha(data))
    0.86 (2 coders, 40 code points, 1 interview)
    """
    return _estimate(
        data,
        "u_alpha",
        _all_labels,
        reason=_reason_all_labels,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


@documented
def u_alpha_binary(
    data: SpanData,
    *,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return |u-alpha: whether coders mark the same places, whatever the label.

    Spans of different labels are not joined, even where they touch.

    Parameters
    ----------
    data : SpanData
        The spans of each coder. Texts that only one coder read are left out.
    interval : {"interviews"} or None, default "interviews"
        A percentile bootstrap over the texts; None for no interval.
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a coder gave two labels to the same place.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S., & Widlöcher, A. (2016). On the reliability of unitizing textual continua:
    further developments. Quality & Quantity 50, 2347-2364.
    """
    return _estimate(
        data,
        "u_alpha_binary",
        _all_labels,
        reason=_reason_all_labels,
        merged=True,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


@documented
def cu_alpha(
    data: SpanData,
    *,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return cu-alpha: whether coders give the same label to what two of them marked, leaving out the gaps.

    We know of no published value to check it against. For aligned spans of one code point it equals nominal alpha.

    Parameters
    ----------
    data : SpanData
        The spans of each coder. Texts that only one coder read are left out.
    interval : {"interviews"} or None, default "interviews"
        A percentile bootstrap over the texts; None for no interval.
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a coder gave two labels to the same place.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S., & Widlöcher, A. (2016). On the reliability of unitizing textual continua:
    further developments. Quality & Quantity 50, 2347-2364.
    """
    return _estimate(
        data,
        "cu_alpha",
        _coding,
        reason=_reason_coding,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


@documented
def ku_alpha(
    data: SpanData,
    *,
    label: str,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return (k)u-alpha: whether coders give this label to the same parts of what two of them marked.

    We know of no published value to check it against. For aligned spans of one code point it equals the nominal alpha
    of the label against all others.

    Parameters
    ----------
    data : SpanData
        The spans of each coder. Texts that only one coder read are left out.
    label : str
        The label to measure.
    interval : {"interviews"} or None, default "interviews"
        A percentile bootstrap over the texts; None for no interval.
    {level}
    {resamples}
    {seed}

    Raises
    ------
    AgreementError
        If a coder gave two labels to the same place.
    ValueError
        If nobody used the label.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S., & Widlöcher, A. (2016). On the reliability of unitizing textual continua:
    further developments. Quality & Quantity 50, 2347-2364.
    """
    if label not in data.labels:
        raise ValueError(f"there is no label {label!r}; the labels are {', '.join(data.labels)}.")
    return _estimate(
        data,
        f"({label})u_alpha",
        _one_label(data.labels.index(label)),
        reason=_reason_one_label(data.labels.index(label)),
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def _estimate(
    data: SpanData,
    name: str,
    definition: Definition,
    *,
    reason: ReasonOf,
    merged: bool = False,
    interval: ByInterviews | None,
    level: float,
    resamples: int,
    seed: int,
) -> Agreement:
    """Return a coefficient of the texts that two coders read; `merged` counts all labels as the same one."""
    check_interval(interval, level=level, resamples=resamples)
    data.refuse_overlaps()
    index = {label: 1 if merged else i for i, label in enumerate(data.labels, start=1)}
    n = max(index.values(), default=0) + 1
    texts = [text for text in data.continua if len(text.marked) >= 2]
    conventions = {
        "unit": "code point",
        "span": "from its start up to but without its end",
        "missing": "texts that one coder read are left out",
        "categories": f"{count_of(len(data.labels), 'label')} merged, and gaps"
        if merged
        else f"{count_of(len(data.labels), 'label')}, and gaps",
        "distance": "nominal: 0 if the same, else 1",
    }
    counts = TextCounts(
        unit="code point",
        n_units=sum(text.length for text in data.continua),
        n_pairable=sum(text.length for text in texts),
        n_coders=len({coder for text in texts for coder in text.marked}),
        n_interviews=len(texts),
    )
    if not texts:
        undefined = Undefined.ONE_CODER if len(data.coders) < 2 else Undefined.NO_PAIRS
        return undefined_agreement(name, undefined, counts=counts, conventions=conventions, level=level)
    by_text = np.stack([text_statistics(text, index) for text in texts])
    observed = Coincidences(by_text.sum(axis=0), n)
    return text_agreement(
        name,
        float(definition(observed)),
        lambda drawn: definition(Coincidences(drawn @ by_text, n)),
        len(texts),
        reason=reason(observed),
        counts=counts,
        conventions=conventions,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def _over(above: Array, below: Array) -> Array:
    """Return the quotient, NaN where nothing can be expected."""
    quotient: Array = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=quotient, where=np.abs(below) > _NOTHING)
    return quotient
