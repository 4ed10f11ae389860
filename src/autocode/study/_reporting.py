"""What a report needs of a study, computed once, and the report written from it."""

import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from autocode.agreement import AgreementTable, agreement_table
from autocode.codebook import ended_codes, fates
from autocode.errors import ReportError, TrainingError
from autocode.report import write_report
from autocode.study._folder import MODEL, MODELS
from autocode.study._reading import StudyData, read_study_or_corpus
from autocode.study._text_options import text_options
from autocode.study.codebook_changes._origin import with_origin
from autocode.validation import Validation, validate
from autocode.wording import count_of, listing

# Sizes of the training set on the learning curve, for as long as they are well below what the study has.
_SIZES = (50, 100, 250, 500, 1000, 2500)


def report_on_study(
    folder: Path,
    out: Path,
    *,
    seed: int = 0,
    seeds: int = 3,
    force: bool = False,
    step: Callable[[str], Callable[[int, int], object]],
    remark: Callable[[str], object],
) -> Path:
    """
    Write the report of a study or a plain corpus and return its path.

    Parameters
    ----------
    folder : Path
        The study's folder.
    out : Path
        The report, a file that ends in `.html` or `.md`.
    seed : int, default 0
        Random seed of the validation.
    seeds : int, default 3
        Number of random splits of the validation; 0 leaves the suggester out of the report.
    force : bool, default False
        Whether the file is replaced if it exists.
    step : callable
        Called with the name of a long step; returns what is called with the number of models fitted and their total.
    remark : callable
        Called with each sentence that the user should know besides the report.

    Raises
    ------
    ReportError
        If the file exists and `force` is false, or cannot be written.
    """
    if out.exists() and not force:
        raise ReportError.at(out, "exists already; choose another name, or replace it with --force.")
    if not out.parent.is_dir():  # better now than after minutes of validation
        raise ReportError.at(out, f"cannot be written: there is no folder {out.parent}; make it or choose another.")
    study = read_study_or_corpus(folder).with_common_codes()
    table = with_origin(agreement_table(study.codings.independent(), study.lines, study.codebook), study)
    validation = None
    if seeds:
        try:
            validation = validate_study(
                study, seed=seed, seeds=seeds, progress=step("validating on held-out interviews")
            )
        except TrainingError as error:
            remark(f"the report says nothing of the suggester: {error}")
    return write_study_report(study, out, table=table, validation=validation, seed=seed, force=force)


def validate_study(
    study: StudyData, *, seed: int = 0, seeds: int = 3, progress: Callable[[int, int], object] | None = None
) -> Validation:
    """
    Return a validation on all of the training part and on smaller parts of it, for a learning curve.

    Parameters
    ----------
    study : StudyData
        The study or plain corpus.
    seed : int, default 0
        Random seed.
    seeds : int, default 3
        Number of random splits.
    progress : callable, optional
        Called with the number of models fitted and their total.

    Raises
    ------
    TrainingError
        If too few lines, codes or interviews are coded to hold any out.
    """
    n_coded = len(study.codings.on(line.id for line in study.lines.participant_lines).lines)
    return validate(
        study.codings,
        study.lines,
        study.codebook,
        learn=[*(n for n in _SIZES if n < 0.55 * n_coded), None],
        seeds=seeds,
        seed=seed,
        **text_options(study),
        corpus=study.folder.resolve().name,
        progress=progress,
    )


def write_study_report(
    study: StudyData,
    out: Path,
    *,
    table: AgreementTable,
    validation: Validation | None = None,
    seed: int = 0,
    force: bool = False,
) -> Path:
    """
    Write a report from what was computed, with what it takes to make it again, and return its path.

    Parameters
    ----------
    study : StudyData
        The study or plain corpus.
    out : Path
        The report, a file that ends in `.html` or `.md`.
    table : AgreementTable
        Agreement of the coders.
    validation : Validation, optional
        How the suggester does; without it, the report leaves it out.
    seed : int, default 0
        Random seed that the validation was made with.
    force : bool, default False
        Whether the file is replaced if it exists.

    Raises
    ------
    ReportError
        If the file exists and `force` is false, or cannot be written.
    """
    made_with = {
        "command": f"autocode report {study.folder.name} -o {out.name} --seed {seed}",
        "seed": str(seed),
        "autocode": version("autocode"),
        "Python": platform.python_version(),
        "numpy": version("numpy"),
        "scikit-learn": version("scikit-learn"),
        "spaCy": version("spacy"),
        "codebook": f"version {study.codebook.version}, SHA-256 {study.codebook.digest}",
    }
    if study.amendments:
        names = listing(dict.fromkeys(amendment.transcript for amendment in study.amendments), at_most=8)
        made_with["amendments"] = (
            f"{len(study.amendments)}, of {names}; {count_of(len(study.set_aside), 'judgement')} of "
            f"{count_of(len(study.set_aside.lines), 'line')} set aside"
        )
    if study.batch is not None:
        model = f"{MODELS}/{study.batch.model[:16]}"
        made_with["suggester"] = f"SHA-256 {study.batch.model} ({model if (study.folder / model).exists() else MODEL}/)"
    became = fates(study.codebook_versions[0], study.codebook_changes)
    ended = ended_codes(study.codebook_versions[0], study.codebook_changes)
    return write_report(
        out,
        title=study.title,
        lines=study.lines,
        codebook=study.codebook,
        codings=study.codings,
        table=table,
        validation=validation,
        batch=study.batch,
        decisions=study.decisions,
        changes=study.codebook_changes,
        ended=[str(became[code]) for code in ended],
        made_with=made_with,
        force=force,
    )
