"""Everything that a report arranges, worked out once."""

import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from autocode.agreement import AgreementTable, agreement_table
from autocode.cli._study import JOURNAL, MODEL, Material, is_study, journal_of, material_of
from autocode.coding import Decision, SuggestionBatch
from autocode.errors import ReportError, TrainingError
from autocode.report import write_report
from autocode.validation import Validation, validate


def report_on(
    study: Path,
    out: Path,
    *,
    seed: int,
    seeds: int,
    force: bool,
    step: Callable[[str], Callable[[int, int], None]],
    remark: Callable[[str], None],
) -> Path:
    """Write the report of a study or plain corpus; `seeds` 0 leaves the suggester out."""
    if out.exists() and not force:
        raise ReportError.at(out, "exists already; choose another name, or replace it with --force.")
    if not out.parent.is_dir():  # better said before minutes of validation than after
        raise ReportError.at(out, f"cannot be written: there is no folder {out.parent}; make it or choose another.")
    found = material_of(study)
    table = agreement_table(found.codings.independent(), found.codebook, found.lines)
    validation = None
    if seeds:
        try:
            validation = trial(found, study, seed=seed, seeds=seeds, progress=step("trying on interviews held out"))
        except TrainingError as too_little:
            remark(f"the report says nothing of the suggester: {too_little}")
    return arrange(found, study, out, table=table, validation=validation, seed=seed, force=force)


def trial(found: Material, study: Path, *, seed: int, seeds: int, progress: Callable[[int, int], None]) -> Validation:
    """Validate on all of the training part and on shares of it, for a learning curve."""
    judged = len(found.codings.on(line.id for line in found.lines.participant_lines).lines)
    shares = [n for n in (50, 100, 250, 500, 1000, 2500) if n < 0.55 * judged]
    return validate(
        found.codings,
        found.lines,
        found.codebook,
        learn=[*shares, None],
        seeds=seeds,
        seed=seed,
        **found.hear(),
        corpus=study.resolve().name,
        progress=progress,
    )


def arrange(
    found: Material,
    study: Path,
    out: Path,
    *,
    table: AgreementTable,
    validation: Validation | None,
    seed: int,
    force: bool,
) -> Path:
    """Write a report from what was worked out."""
    batch: SuggestionBatch | None = None
    decisions: tuple[Decision, ...] = ()
    made_with = {
        "command": f"autocode report {study.name} -o {out.name} --seed {seed}",
        "seed": str(seed),
        "autocode": version("autocode"),
        "Python": platform.python_version(),
        "numpy": version("numpy"),
        "scikit-learn": version("scikit-learn"),
        "spaCy": version("spacy"),
        "codebook": f"version {found.codebook.version}, SHA-256 {found.codebook.digest}",
    }
    if is_study(study) and (study / JOURNAL).exists():
        with journal_of(study) as journal:
            batch, decisions = journal.latest_batch(), journal.decisions()
        if batch is not None:
            made_with["suggester"] = f"SHA-256 {batch.model} ({MODEL}/)"
    return write_report(
        out,
        title=found.title,
        lines=found.lines,
        codebook=found.codebook,
        codings=found.codings,
        table=table,
        validation=validation,
        batch=batch,
        decisions=decisions,
        made_with=made_with,
        force=force,
    )
