"""`autocode agree --docx`: what was found, as a Word document."""

from itertools import combinations
from pathlib import Path
from typing import Literal

from autocode.agreement import Agreement, AgreementTable, ReliabilityData, disagreeing_units, disagreements
from autocode.cli._agree import Asked, Found, coefficient, independent_of, interval_of
from autocode.cli._study import material_of
from autocode.coding import CoderId
from autocode.report import write_agreement, write_ratings_agreement

_DISTANCES: dict[str, Literal["ordinal", "interval", "ratio"]] = {
    "ordinal": "ordinal",
    "interval": "interval",
    "ratio": "ratio",
}


def write_appendix(
    target: Path, found: AgreementTable | Found, asked: Asked, *, out: Path, worst: int, force: bool
) -> Path:
    """Write the agreement of a study or a table as a Word document."""
    if isinstance(found, AgreementTable):
        held = material_of(target)
        differ = disagreements(independent_of(held, asked), held.lines, held.codebook)
        return write_agreement(out, title=held.title, table=found, disagreements=differ, worst=worst, force=force)
    level = asked.level or "nominal"
    return write_ratings_agreement(
        out,
        title=target.resolve().name,
        summary=found.title,
        rows={row: named for row, named in found.rows.items() if named},
        pairs=_pairs(found.data, asked, level),
        disagreements=disagreeing_units(found.data, distance=_DISTANCES.get(level)),
        conventions={**found.conventions, **({"read": "; ".join(found.notes)} if found.notes else {})},
        worst=worst,
        force=force,
    )


def _pairs(data: ReliabilityData, asked: Asked, level: str) -> dict[tuple[CoderId, CoderId], Agreement]:
    """Return the coefficient asked for, else alpha, of every two coders who judged a unit in common."""
    name = asked.coefficient or "alpha"
    if name == "pabak" and len(data.labels) != 2:
        name = "alpha"
    how = interval_of(asked)
    judged = data.judged
    rows = combinations(range(len(data.coders)), 2)
    both = [(data.coders[i], data.coders[j]) for i, j in rows if (judged[i] & judged[j]).any()]
    return {(a, b): coefficient(name, data.pair(a, b), level=level, **how) for a, b in both}
