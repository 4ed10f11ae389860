"""Krippendorff's alphas for unitizing, the family of 2016: u-alpha, binary u-alpha, cu-alpha and (k)u-alpha."""

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.data._reliability import Array
from autocode.agreement.spans._spans import GAP, Continuum, SpanData
from autocode.agreement.spans._text_intervals import ByInterviews, check_interval, resample_texts

Of: TypeAlias = Callable[["Coincidences"], Array]


class Coincidences:
    """Additive statistics of texts that two coders read, and what the paper makes of their totals.

    Attributes
    ----------
    ell : observed coincidences of labels in code points, 0 the gap, shape (..., n_labels + 1, n_labels + 1).
    s : for each label what of its margin's square cannot pair with itself: units are whole, gaps are not.
    t : the same for the parts of units that other coders marked too, shape (..., n_labels + 1).
    """

    def __init__(self, totals: Array, n: int) -> None:
        self.ell = totals[..., : n * n].reshape(*totals.shape[:-1], n, n)
        self.s = totals[..., n * n : n * n + n]
        self.t = totals[..., n * n + n :]

    @staticmethod
    def of(text: Continuum, index: dict[str, int]) -> Array:
        """Return the statistics of one text, one flat row."""
        n = max(index.values(), default=0) + 1
        lengths, labels = text.cut(index)
        m = len(labels)
        s, t = np.zeros(n), np.zeros(n)
        used = (labels[:, :, None] == np.arange(n)).sum(axis=0).astype(float)  # (n_pieces, n_labels + 1)
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
    """Return l_ck of matter that both of a pair marked, its margins, and what chance would give (2016, equation 10)."""
    l_ck = by.ell[..., 1:, 1:]
    l_c = l_ck.sum(axis=-1)
    ell = l_c.sum(axis=-1)
    itself = by.t[..., 1:]
    products = l_c[..., :, None] * l_c[..., None, :] - itself[..., :, None] * np.identity(l_c.shape[-1])
    e_ck = _over(ell[..., None, None] * products, (ell**2 - itself.sum(axis=-1))[..., None, None])
    return l_ck, l_c, e_ck


def _coding(by: Coincidences) -> Array:
    """cu-alpha: labels of the matter that both of a pair marked (2016, equation 11)."""
    l_ck, l_c, e_ck = _coded(by)
    ell = l_c.sum(axis=-1)
    observed = ell - np.trace(l_ck, axis1=-2, axis2=-1)
    expected = ell - np.trace(e_ck, axis1=-2, axis2=-1)
    return 1 - _over(observed, expected)


def _one_label(k: int) -> Of:
    """(k)u-alpha: one label of the matter that both of a pair marked (2016, equation 13)."""

    def of(by: Coincidences) -> Array:
        l_ck, l_c, e_ck = _coded(by)
        l_k, e_k = l_c[..., k], e_ck.sum(axis=-1)[..., k]
        observed = _over(l_k - l_ck[..., k, k], l_k)
        expected = _over(e_k - e_ck[..., k, k], e_k)
        return 1 - _over(observed, expected)

    return of


def _why_all(by: Coincidences) -> Undefined:
    return Undefined.ONE_CATEGORY if by.ell[1:].any() else Undefined.NOTHING_MARKED


def _why_coding(by: Coincidences) -> Undefined:
    return Undefined.ONE_CATEGORY if by.ell[1:, 1:].any() else Undefined.NOTHING_MARKED


def _why_one(k: int) -> Callable[[Coincidences], Undefined]:
    def why(by: Coincidences) -> Undefined:
        return Undefined.ONE_CATEGORY if by.ell[k + 1, 1:].any() else Undefined.NEVER_USED

    return why


def u_alpha(
    data: SpanData,
    *,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return u-alpha: whether coders mark the same places with the same labels, gaps counting as one more label.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S., & Widlöcher, A. (2016). On the reliability of unitizing textual continua:
    further developments. Quality & Quantity 50, 2347-2364.
    """
    return _estimate(
        data, "u_alpha", _all_labels, reason=_why_all, interval=interval, level=level, resamples=resamples, seed=seed
    )


def u_alpha_binary(
    data: SpanData,
    *,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return |u-alpha: whether coders mark the same places, whatever the label; units stay the units they are.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S., & Widlöcher, A. (2016). On the reliability of unitizing textual continua:
    further developments. Quality & Quantity 50, 2347-2364.
    """
    return _estimate(
        data,
        "u_alpha_binary",
        _all_labels,
        reason=_why_all,
        merged=True,
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def cu_alpha(
    data: SpanData,
    *,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return cu-alpha: whether coders give the same label to what two of them marked, gaps left aside.

    No published value was at hand to check it; where units are aligned and one code point long it is nominal alpha.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S., & Widlöcher, A. (2016). On the reliability of unitizing textual continua:
    further developments. Quality & Quantity 50, 2347-2364.
    """
    return _estimate(
        data, "cu_alpha", _coding, reason=_why_coding, interval=interval, level=level, resamples=resamples, seed=seed
    )


def ku_alpha(
    data: SpanData,
    *,
    label: str,
    interval: ByInterviews | None = "interviews",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Agreement:
    """Return (k)u-alpha: whether coders give this label to the same part of what two of them marked.

    No published value was at hand to check it; where units are aligned and one code point long it is that label's
    nominal alpha.

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
        reason=_why_one(data.labels.index(label)),
        interval=interval,
        level=level,
        resamples=resamples,
        seed=seed,
    )


def _estimate(
    data: SpanData,
    name: str,
    definition: Of,
    *,
    reason: Callable[[Coincidences], Undefined],
    merged: bool = False,
    interval: ByInterviews | None,
    level: float,
    resamples: int,
    seed: int,
) -> Agreement:
    check_interval(interval, level=level, resamples=resamples)
    data.refuse_overlaps()
    index = {label: 1 if merged else i for i, label in enumerate(data.labels, start=1)}
    n = max(index.values(), default=0) + 1
    read = [c for c in data.continua if len(c.marked) >= 2]
    told = {
        "unit": "code point",
        "span": "from its start up to but without its end",
        "missing": "texts that one coder read are left out",
        "categories": f"{len(data.labels)} labels merged, and gaps"
        if merged
        else f"{len(data.labels)} labels, and gaps",
        "distance": "nominal: 0 if the same, else 1",
    }
    counts = {
        "n_units": sum(c.length for c in data.continua),
        "n_pairable": sum(c.length for c in read),
        "n_coders": len({who for c in read for who in c.marked}),
        "n_interviews": len(read),
    }
    if not read:
        told["interval"] = "none"
        return Agreement(
            coefficient=name,
            value=math.nan,
            level=level,
            undefined=Undefined.ONE_CODER if len(data.coders) < 2 else Undefined.NO_PAIRS,
            conventions=MappingProxyType(told),
            **counts,
        )
    by_text = np.stack([Coincidences.of(text, index) for text in read])
    value = float(definition(Coincidences(by_text.sum(axis=0), n)))
    found = resample_texts(
        len(read),
        lambda drawn: definition(Coincidences(drawn @ by_text, n)),
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
        undefined=reason(Coincidences(by_text.sum(axis=0), n)) if math.isnan(value) else None,
        n_left_out=found.n_left_out,
        conventions=MappingProxyType(told | found.told),
        **counts,
    )


def _over(above: Array, below: Array) -> Array:
    """Return the quotient, NaN where nothing can be expected."""
    quotient: Array = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=quotient, where=np.abs(below) > 1e-9)
    return quotient
