"""`autocode agree --docx`: the agreement as a Word document."""

from itertools import combinations
from pathlib import Path
from typing import Literal

from autocode.agreement import Agreement, AgreementTable, ReliabilityData, disagreeing_units, disagreements
from autocode.cli._agree import AgreeOptions, CoefficientTable, coefficient, independent_codings, interval_options
from autocode.coding import CoderId
from autocode.report import write_agreement, write_ratings_agreement
from autocode.study import read_study_or_corpus

_DISTANCES: dict[str, Literal["ordinal", "interval", "ratio"]] = {
    "ordinal": "ordinal",
    "interval": "interval",
    "ratio": "ratio",
}


def write_appendix(
    target: Path, table: AgreementTable | CoefficientTable, options: AgreeOptions, *, out: Path, worst: int, force: bool
) -> Path:
    """Write the agreement of a study or a table as a Word document and return its path."""
    if isinstance(table, AgreementTable):
        study = read_study_or_corpus(target).with_common_codes()
        differing = disagreements(independent_codings(study, options), study.lines, study.codebook)
        return write_agreement(
            out,
            title=study.title,
            table=table,
            disagreements=differing,
            worst=worst,
            changes=study.codebook_changes,
            force=force,
        )
    level = options.level or "nominal"
    return write_ratings_agreement(
        out,
        title=target.resolve().name,
        summary=table.title,
        rows={row: by_name for row, by_name in table.rows.items() if by_name},
        pairs=_pairs(table.data, options, level),
        disagreements=disagreeing_units(table.data, distance=_DISTANCES.get(level)),
        conventions={**table.conventions, **({"read": "; ".join(table.notes)} if table.notes else {})},
        worst=worst,
        force=force,
    )


def _pairs(data: ReliabilityData, options: AgreeOptions, level: str) -> dict[tuple[CoderId, CoderId], Agreement]:
    """Return the coefficient asked for, else alpha, of each pair of coders who judged a unit in common."""
    name = options.coefficient or "alpha"
    if name == "pabak" and len(data.labels) != 2:
        name = "alpha"
    judged = data.judged
    pairs = [
        (data.coders[i], data.coders[j])
        for i, j in combinations(range(len(data.coders)), 2)
        if (judged[i] & judged[j]).any()
    ]
    interval = interval_options(options)
    return {(a, b): coefficient(name, data.pair(a, b), level=level, **interval) for a, b in pairs}
