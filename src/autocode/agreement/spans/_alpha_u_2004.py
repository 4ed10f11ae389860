"""Krippendorff's alpha for unitizing as of 1995 and 2004: squared lengths of what does not coincide."""

import math
from collections.abc import Sequence
from itertools import combinations
from types import MappingProxyType

from autocode.agreement._result import Agreement, Undefined
from autocode.agreement.spans._spans import Continuum, Span, SpanData
from autocode.errors import AgreementError


def alpha_u_2004(data: SpanData, *, label: str | None = None) -> Agreement:
    """Return alpha-u of one label, or over all labels: how far coders' units lie apart, by what chance would give.

    Lengths are counted in code points. Several texts are laid end to end, so every coder must have read them all. The
    paper gives no interval, and for more than two coders its definition misbehaves: prefer `u_alpha`.

    References
    ----------
    Krippendorff, K. (1995). On the reliability of unitizing continuous data. Sociological Methodology 25, 47-76.
    Krippendorff, K. (2004). Content analysis: an introduction to its methodology (2nd ed.), chapter 11.5. Sage.
    """
    if label is not None and label not in data.labels:
        raise ValueError(f"there is no label {label!r}; the labels are {', '.join(data.labels)}.")
    text = _end_to_end(data)
    told = {
        "unit": "code point",
        "span": "from its start up to but without its end",
        "missing": "none: every coder read every text",
        "categories": f"{len(data.labels)} labels" if label is None else label,
        "distance": "squared lengths of what does not coincide (Krippendorff 2004)",
        "interval": "none",
    }
    counts = {
        "n_units": text.length,
        "n_pairable": text.length if len(text.marked) >= 2 else 0,
        "n_coders": len(text.marked),
        "n_interviews": len(data.continua),
    }
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
        conventions=MappingProxyType(told),
        **counts,
    )


def observed_disagreement(spans: Sequence[Sequence[Span]], *, length: int) -> float:
    """Return D_oc of one label; `spans` has the units of each coder."""
    m, L = len(spans), length
    total = sum(_apart(a, b) for a, b in combinations(spans, 2))
    return 2 * total / (m * (m - 1) * L**2)


def expected_disagreement(spans: Sequence[Sequence[Span]], *, length: int) -> float:
    """Return D_ec of one label: over all ways in which these units and gaps could have fallen together."""
    m, L = len(spans), length
    units = [s.length for mine in spans for s in mine]
    gaps = [gap for mine in spans for gap in _gaps(mine, L)]
    N_c = len(units)
    # whole numbers throughout: lengths to the third power outgrow what a float can hold exactly
    total = 0
    for ell in units:
        with_units = (N_c - 1) * (2 * ell**3 - 3 * ell**2 + ell)  # three times the sum over the ways two units overlap
        with_gaps = 3 * ell**2 * sum(gap - ell + 1 for gap in gaps if gap >= ell)
        total += with_units + with_gaps
    ways = m * L * (m * L - 1) - sum(ell * (ell - 1) for ell in units)
    return 2 * total / (3 * L * ways) if ways else 0.0


def _apart(a: Sequence[Span], b: Sequence[Span]) -> int:
    """Return the summed differences of two coders: of units that overlap, and of units within the other's gap."""
    total = 0
    for x in a:
        meets = [y for y in b if x.start < y.end and y.start < x.end]
        total += sum((x.start - y.start) ** 2 + (x.end - y.end) ** 2 for y in meets)
        total += 0 if meets else x.length**2
    alone = [y for y in b if not any(x.start < y.end and y.start < x.end for x in a)]
    return total + sum(y.length**2 for y in alone)


def _gaps(spans: Sequence[Span], length: int) -> list[int]:
    starts = [0, *(s.end for s in spans)]
    ends = [*(s.start for s in spans), length]
    return [end - start for start, end in zip(starts, ends, strict=True) if end > start]


def _end_to_end(data: SpanData) -> Continuum:
    """Return all texts as one."""
    coders = data.coders
    for text in data.continua:
        missing = [who for who in coders if who not in text.marked]
        if missing:
            raise AgreementError(
                f"{', '.join(missing)} did not read {text.name}, and alpha-u of 2004 needs every coder in every text; "
                "leave the text or the coder out, or use u_alpha."
            )
    marked: dict[str, list[Span]] = {who: [] for who in coders}
    at = 0
    for text in data.continua:
        for who, spans in text.marked.items():
            marked[who] += [Span(s.start + at, s.end + at, s.label) for s in spans]
        at += text.length
    return Continuum(name="all texts", length=at, marked={who: tuple(spans) for who, spans in marked.items()})
