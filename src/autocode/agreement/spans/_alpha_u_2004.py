"""Krippendorff's alpha for unitizing as of 1995 and 2004, from squared lengths of mismatching spans."""

import math
from collections.abc import Sequence
from itertools import combinations

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.spans._spans import Continuum, Span, SpanData
from autocode.errors import AgreementError
from autocode.frozen import FrozenMapping
from autocode.wording import count_of


def alpha_u_2004(data: SpanData, *, label: str | None = None) -> Agreement:
    """Return Krippendorff's alpha-u of 1995 and 2004, for one label or over all labels.

    Lengths are counted in code points. Several texts are joined end to end, so every coder must have read them all.
    The paper gives no interval, and for more than two coders its definition misbehaves: prefer `u_alpha`.

    Parameters
    ----------
    data : SpanData
        The spans of each coder.
    label : str or None, default None
        The label to measure; None for all labels.

    Raises
    ------
    AgreementError
        If a coder did not read one of the texts.
    ValueError
        If nobody used the label.

    References
    ----------
    Krippendorff, K. (1995). On the reliability of unitizing continuous data. Sociological Methodology 25, 47-76.
    Krippendorff, K. (2004). Content analysis: an introduction to its methodology (2nd ed.), chapter 11.5. Sage.
    """
    if label is not None and label not in data.labels:
        raise ValueError(f"there is no label {label!r}; the labels are {', '.join(data.labels)}.")
    text = _end_to_end(data)
    value, undefined = math.nan, None
    if len(text.marked) < 2:
        undefined = Undefined.ONE_CODER
    else:
        labels = data.labels if label is None else (label,)
        of_label = [[[s for s in spans if s.label == c] for spans in text.marked.values()] for c in labels]
        D_o = sum(observed_disagreement(spans, length=text.length) for spans in of_label)
        D_e = sum(expected_disagreement(spans, length=text.length) for spans in of_label)
        if D_e > 0:
            value = 1 - D_o / D_e
        else:
            undefined = Undefined.ONE_CATEGORY if data.n_spans else Undefined.NOTHING_MARKED
    return Agreement(
        coefficient="alpha_u_2004",
        value=value,
        undefined=undefined,
        n_units=text.length,
        n_pairable=text.length if len(text.marked) >= 2 else 0,
        n_coders=len(text.marked),
        n_interviews=len(data.continua),
        unit="code point",
        conventions=FrozenMapping(
            {
                "unit": "code point",
                "span": "from its start up to but without its end",
                "missing": "none: every coder read every text",
                "categories": f"{count_of(len(data.labels), 'label')}" if label is None else label,
                "distance": "squared lengths of what does not coincide (Krippendorff 2004)",
                "interval": "none",
            }
        ),
    )


def observed_disagreement(spans: Sequence[Sequence[Span]], *, length: int) -> float:
    """Return D_oc of one label; `spans` has the spans of each coder."""
    m, L = len(spans), length
    total = sum(_difference(a, b) for a, b in combinations(spans, 2))
    return 2 * total / (m * (m - 1) * L**2)


def expected_disagreement(spans: Sequence[Sequence[Span]], *, length: int) -> float:
    """Return D_ec of one label: the mean over all ways in which these spans and gaps could coincide."""
    m, L = len(spans), length
    units = [s.length for of_coder in spans for s in of_coder]
    gaps = [gap for of_coder in spans for gap in _gaps(of_coder, L)]
    N_c = len(units)
    # integers throughout: lengths to the third power outgrow what a float can hold exactly
    total = 0
    for ell in units:
        with_units = (N_c - 1) * (2 * ell**3 - 3 * ell**2 + ell)  # three times the sum over the ways two units overlap
        with_gaps = 3 * ell**2 * sum(gap - ell + 1 for gap in gaps if gap >= ell)
        total += with_units + with_gaps
    ways = m * L * (m * L - 1) - sum(ell * (ell - 1) for ell in units)
    return 2 * total / (3 * L * ways) if ways else 0.0


def _difference(a: Sequence[Span], b: Sequence[Span]) -> int:
    """Return the summed differences of two coders: of spans that overlap, and of spans within the other's gap."""
    total = 0
    for x in a:
        overlapping = [y for y in b if x.start < y.end and y.start < x.end]
        total += sum((x.start - y.start) ** 2 + (x.end - y.end) ** 2 for y in overlapping)
        total += 0 if overlapping else x.length**2
    in_gaps = [y for y in b if not any(x.start < y.end and y.start < x.end for x in a)]
    return total + sum(y.length**2 for y in in_gaps)


def _gaps(spans: Sequence[Span], length: int) -> list[int]:
    """Return the lengths of the gaps that one coder's spans leave in the text."""
    starts = [0, *(s.end for s in spans)]
    ends = [*(s.start for s in spans), length]
    return [end - start for start, end in zip(starts, ends, strict=True) if end > start]


def _end_to_end(data: SpanData) -> Continuum:
    """Return all texts as one."""
    coders = data.coders
    for text in data.continua:
        missing = [coder for coder in coders if coder not in text.marked]
        if missing:
            raise AgreementError(
                f"{', '.join(missing)} did not read {text.name}, and alpha-u of 2004 needs every coder in every text; "
                "leave the text or the coder out, or use u_alpha."
            )
    marked: dict[str, list[Span]] = {coder: [] for coder in coders}
    offset = 0
    for text in data.continua:
        for coder, spans in text.marked.items():
            marked[coder] += [Span(s.start + offset, s.end + offset, s.label) for s in spans]
        offset += text.length
    return Continuum(name="all texts", length=offset, marked={coder: tuple(spans) for coder, spans in marked.items()})
