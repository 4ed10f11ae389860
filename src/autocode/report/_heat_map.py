"""The agreement of each pair of coders as a heat map."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from autocode.agreement import Agreement, AgreementTable
from autocode.coding import CoderId
from autocode.names import unknown
from autocode.report._plots import PALETTE, new_axes

_LIGHT_FROM = 0.9  # from this kappa on, white figures have more contrast with the cell than dark ones


def coder_heat_map(table: AgreementTable, *, code: str | None = None, ax: Axes | None = None) -> Axes:
    """Return axes with Cohen's kappa of each pair of coders, as the mean over the codes or for one code.

    Every cell shows its number, so that nothing depends on colour; a dash stands where two coders share no line or
    their kappa is undefined.

    Parameters
    ----------
    table : AgreementTable
        The agreement of a study, see `agreement_table`.
    code : str or None, default None
        The id or name of a subtheme or theme; None for the mean over the codes.
    ax : matplotlib.axes.Axes or None, default None
        The axes to draw into; None for new axes.

    Raises
    ------
    ValueError
        If the table has no such code.
    """
    pairs = _pairs(table, code)
    coders = list(dict.fromkeys(coder for pair in pairs for coder in pair))
    n = len(coders)
    kappa = np.full((n, n), np.nan)
    for (a, b), agreement in pairs.items():
        i, j = coders.index(a), coders.index(b)
        kappa[i, j] = kappa[j, i] = agreement.value
    axes = new_axes(1.8 + 1.1 * n, 1.2 + 0.9 * n) if ax is None else ax
    colours = LinearSegmentedColormap.from_list("autocode", ["#ffffff", PALETTE["wash"], PALETTE["accent"]])
    axes.imshow(
        np.ma.masked_invalid(kappa), cmap=colours.with_extremes(bad=PALETTE["band"]), vmin=0.0, vmax=1.0, aspect="equal"
    )
    for i in range(n):
        for j in range(n):
            if i != j:
                figure = "–" if np.isnan(kappa[i, j]) else f"{kappa[i, j]:.2f}"
                ink = "#ffffff" if kappa[i, j] >= _LIGHT_FROM else PALETTE["ink"]
                axes.text(j, i, figure, ha="center", va="center", color=ink, fontsize=10)
    axes.set_xticks(range(n), coders, parse_math=False)
    axes.set_yticks(range(n), coders, parse_math=False)
    axes.set_xlabel("Cohen's κ, mean over the codes" if code is None else f"Cohen's κ, {code}", parse_math=False)
    axes.tick_params(axis="both", length=0, colors=PALETTE["ink"], labelsize=9.5)
    axes.xaxis.label.set_color(PALETTE["muted"])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _pairs(table: AgreementTable, code: str | None) -> Mapping[tuple[CoderId, CoderId], Agreement]:
    if code is None:
        return table.overall.pairs
    for row in (*table.codes, *table.themes):
        if code in (row.code, row.name):
            return row.pairs
    raise unknown("code", code, [row.name for row in (*table.codes, *table.themes)])
