"""The figures of a report. Each takes `ax=` and returns it, and leaves matplotlib's settings alone."""

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from autocode.agreement import RELIABLE_FROM, TENTATIVE_FROM, AgreementTable, CodeAgreement, Reliability
from autocode.validation import Estimate, Validation

PALETTE = {
    "ink": "#1d1c1a",
    "muted": "#5f5b53",
    "line": "#d9d2c3",
    "accent": "#0b5d57",
    "wash": "#cfe4df",
    "ochre": "#b3700b",
    "slate": "#54628f",
    "band": "#f0e9da",
    "quiet": "#8d887e",
}
_INK, _MUTED, _LINE = PALETTE["ink"], PALETTE["muted"], PALETTE["line"]


def forest_plot(table: AgreementTable, *, ax: Axes | None = None) -> Axes:
    """Return axes with alpha and its interval for every subtheme and for all codes together.

    The band marks .667 to .800, where Krippendorff allows tentative conclusions only. A hollow grey point has not
    enough evidence for a verdict. The number after a name is the number of lines that at least one coder gave the code
    to.

    Parameters
    ----------
    table : AgreementTable
        The agreement of a study, see `agreement_table`.
    ax : matplotlib.axes.Axes or None, default None
        The axes to draw into; None for new axes.
    """
    rows = [*table.codes, table.overall]
    axes = new_axes(7.2, 1.0 + 0.34 * len(rows)) if ax is None else ax
    axes.axvspan(TENTATIVE_FROM, RELIABLE_FROM, color=PALETTE["band"], linewidth=0, zorder=0)
    places = _places(rows)
    for y, row in zip(places, rows, strict=True):
        alpha = row.alpha
        if alpha.undefined is not None:
            axes.text(0.01, y, "undefined", color=PALETTE["quiet"], va="center", fontsize=9)
            continue
        decided = alpha.reliability is not Reliability.UNDECIDED
        colour = PALETTE["accent"] if decided else PALETTE["quiet"]
        axes.plot([alpha.low, alpha.high], [y, y], color=colour, linewidth=2, solid_capstyle="round", zorder=2)
        axes.plot(
            [alpha.value],
            [y],
            marker="D" if row is table.overall else "o",
            markersize=7,
            markerfacecolor=colour if decided else "white",
            markeredgecolor=colour,
            markeredgewidth=1.6,
            linestyle="none",
            zorder=3,
        )
    lowest = min((row.alpha.low for row in rows if row.alpha.low == row.alpha.low), default=0.0)
    axes.set_xlim(min(0.0, lowest - 0.03), 1.015)
    axes.set_ylim(places[-1] + 0.7, -0.7)
    axes.set_yticks(places, [f"{row.name}  ({row.applied})" for row in rows], parse_math=False)
    axes.set_xlabel("Krippendorff's α with its interval")
    _quiet(axes)
    axes.spines["left"].set_visible(False)
    return axes


def learning_curve(validation: Validation, *, metric: str = "R@3", ax: Axes | None = None) -> Axes:
    """Return axes with a metric against the number of human-coded lines, on interviews held out whole.

    Parameters
    ----------
    validation : Validation
        The results of a validation, see `validate`.
    metric : str, default "R@3"
        One of `autocode.validation.METRICS`.
    ax : matplotlib.axes.Axes or None, default None
        The axes to draw into; None for new axes.
    """
    axes = new_axes(7.2, 3.4) if ax is None else ax
    points = sorted(validation.curve, key=lambda point: point.n)
    n = [point.n for point in points]
    methods: dict[str, list[Estimate]] = {"autocode": [point.metrics[metric] for point in points]}
    for name in dict.fromkeys(name for point in points for name in point.baselines):
        if all(metric in point.baselines.get(name, {}) for point in points):
            methods[name] = [point.baselines[name][metric] for point in points]
    looks = [
        (PALETTE["accent"], "-", "o"),
        (PALETTE["ochre"], "--", "s"),
        (PALETTE["slate"], ":", "^"),
        (PALETTE["quiet"], "-.", "v"),
    ]
    for i, (name, values) in enumerate(methods.items()):
        colour, style, marker = looks[i % len(looks)]
        if name == "autocode":
            low, high = [value.low for value in values], [value.high for value in values]
            axes.fill_between(n, low, high, color=PALETTE["wash"], linewidth=0, zorder=1)
        means = [value.mean for value in values]
        axes.plot(
            n, means, color=colour, linestyle=style, marker=marker, markersize=6, linewidth=1.8, zorder=3, label=name
        )
    axes.set_xscale("log")
    axes.set_xticks(n, [f"{x}" for x in n])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(n[0] / 1.15, n[-1] * 1.15)
    axes.set_ylim(0, 1.0)
    axes.set_xlabel("human-coded lines learned from")
    axes.set_ylabel(metric)
    axes.legend(loc="lower right", frameon=False, fontsize=9, labelcolor=_MUTED)
    _quiet(axes)
    return axes


def svg(draw: Callable[[Axes], Any], *, width: float, height: float, name: str) -> str:
    """Return a drawing as inline SVG: text stays text, colours follow the page, no external reference, no date."""
    look = {"svg.fonttype": "none", "svg.hashsalt": name, "font.size": 10, "font.family": "DejaVu Sans"}
    with mpl.rc_context(look), io.StringIO() as out:
        figure = Figure(figsize=(width, height), layout="constrained")
        figure.patch.set_alpha(0)
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        draw(axes)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        drawn = out.getvalue()
    return _inline(drawn, name)


def _inline(drawn: str, name: str) -> str:
    """Return matplotlib's SVG fit to stand in a page: no header, no size, ids of its own, the page's colours."""
    drawn = drawn[drawn.index("<svg") :].strip()
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'\s+xmlns(:xlink)?="[^"]*"', "", drawn)
    drawn = drawn.replace("xlink:href=", "href=")
    drawn = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", drawn, count=1)
    drawn = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", drawn, count=1)
    # two figures of a page must not share ids
    drawn = re.sub(r'\bid="', f'id="{name}-', drawn)
    drawn = drawn.replace('href="#', f'href="#{name}-').replace("url(#", f"url(#{name}-")
    for role, colour in PALETTE.items():
        drawn = drawn.replace(colour, f"var(--{role}, {colour})")
    drawn = drawn.replace("#ffffff", "var(--paper, #ffffff)")
    drawn = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px; font-family: var(--sans)", drawn)
    return drawn.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


def new_axes(width: float, height: float) -> Axes:
    """Return axes on a figure of their own, of this size in inches."""
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def _places(rows: list[CodeAgreement]) -> list[float]:
    """Return the height of each row: a gap between themes, and before all codes together."""
    places: list[float] = []
    for i, row in enumerate(rows):
        gap = 0.45 if i and row.theme != rows[i - 1].theme else 0.0
        places.append(places[-1] + 1.0 + gap if places else 0.0)
    return places


def _quiet(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_LINE)
    axes.tick_params(axis="both", length=0, colors=_MUTED, labelsize=9.5)
    axes.tick_params(axis="y", labelcolor=_INK)
    axes.grid(axis="x", color=_LINE, linewidth=0.5, alpha=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.label.set_color(_MUTED)
    axes.yaxis.label.set_color(_MUTED)
    axes.xaxis.label.set_fontsize(9.5)
    axes.yaxis.label.set_fontsize(9.5)
