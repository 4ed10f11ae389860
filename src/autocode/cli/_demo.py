"""The whole loop on the sample study: read, learn, suggest, decide, measure."""

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from shlex import quote

from autocode.agreement import agreement_table
from autocode.coding import CoderId, SuggestionBatch
from autocode.errors import StudyError
from autocode.exchange import read_codings
from autocode.journal import Journal
from autocode.review import ReviewSession
from autocode.study import (
    CODEBOOK,
    MODEL,
    PARTICIPANTS,
    SETTINGS,
    TRANSCRIPTS,
    StudyData,
    add_files,
    is_study,
    open_journal,
    read_settings,
    read_study,
    replaced_on_success,
    train_on_study,
    translated_disk_errors,
    unrecorded_codebook,
    unrecorded_digests,
    validate_study,
    write_study_report,
)
from autocode.validation import Validation
from autocode.wording import count_of

SAMPLE = "integration-barriers"
REPORT = "report.html"
READING = Path("reading") / "GP8.csv"


def sample() -> Path:
    """Return the folder of the sample study: inside the installed package, or beside the sources."""
    inside = Path(str(files("autocode"))) / "corpora" / SAMPLE
    beside = Path(__file__).resolve().parents[3] / "corpora" / SAMPLE
    for folder in (inside, beside):
        if (folder / SETTINGS).is_file():
            return folder
    raise StudyError.at(inside, "is missing: this autocode was installed without its sample study; install it again.")


def run(
    out: Path,
    *,
    force: bool,
    seed: int,
    say: Callable[[str], object],
    step: Callable[[str], Callable[[int, int], None]],
) -> None:
    """Copy the sample study to a folder and take it through every step, saying what each one found."""
    source = sample()
    study = _copy(source, out, force=force)
    say(
        f"1. Read: {count_of(len(study.lines.interviews), 'invented interview')}, "
        f"{count_of(len(study.lines.participant_lines), 'line')} of"
    )
    say(
        f"   participants, {count_of(len(study.codings), 'judgement')} by "
        f"{count_of(len(study.codings.coders), 'coder')} ({out})."
    )

    table = agreement_table(study.codings.independent(), study.lines, study.codebook)
    say("\n2. Do the coders agree, before any machine is involved?\n")
    say(str(table))

    validation = validate_study(study, seed=seed, progress=step("validating on held-out interviews"))
    say("\n3. Would a suggester be right about interviews it has not seen?\n")
    _say_validation(validation, say)

    suggester, folder = train_on_study(study, out / MODEL, seed=seed)
    batch = suggester.suggest(study.codings.uncoded(study.lines.participant_lines), progress=step("suggesting"))
    say(f"\n4. Suggested: {suggester.learnt_from} ({folder});")
    say(f"   {batch}.")
    with open_journal(out) as journal:
        journal.append(*unrecorded_digests(journal, study.lines), *unrecorded_codebook(journal, study.codebook), batch)
        coder, n_lines, n_kept, n_shown = _decide(journal, study, batch, source / READING)
    say(
        f"\n5. Decided: {coder} read {n_lines} of these lines and kept {n_kept} of the "
        f"{count_of(n_shown, 'suggestion')} shown."
    )
    say("   (A recorded reading that belongs to the invented sample. No suggestion becomes a code by itself.)")

    path = write_study_report(read_study(out), out / REPORT, table=table, validation=validation, seed=seed, force=force)
    say(f"\n6. The report: {path}")
    say(f"   Decide the rest yourself: autocode review {quote(str(out))} --coder YOU")


def _copy(source: Path, out: Path, *, force: bool) -> StudyData:
    """Return the sample study, copied to a folder with its codings in the journal."""
    if out.exists() and any(out.iterdir() if out.is_dir() else [out]):
        _make_room(out, force=force)
    copied = [source / SETTINGS, source / CODEBOOK, source / PARTICIPANTS, *(source / TRANSCRIPTS).iterdir()]
    with replaced_on_success({out / file.relative_to(source): file.read_bytes() for file in copied}, about=out):
        pass
    add_files(out, sorted((source / "codings").glob("*.csv")))
    return read_study(out)


def _say_validation(validation: Validation, say: Callable[[str], object]) -> None:
    point = validation.curve[-1]
    say(
        f"   Validation, {count_of(point.n, 'line')} learnt from, whole interviews held out, "
        f"{count_of(point.seeds, 'split')}: "
        f"R@3 {point.metrics['R@3']}, micro F1 {point.metrics['microF1']};"
    )
    plain = point.baselines["logistic"]
    say(f"   plain TF-IDF + logistic regression: R@3 {plain['R@3']}, micro F1 {plain['microF1']}.")
    if validation.human is not None:
        human = validation.human
        say(f"   {human.what}:\n   human-human {human.human_human}, model-human {human.model_human}.")


def _decide(journal: Journal, study: StudyData, batch: SuggestionBatch, reading: Path) -> tuple[CoderId, int, int, int]:
    """Settle, through the review room, the lines that the sample's recorded reading is about.

    Returns the coder, the number of lines read, and the numbers of suggestions that were kept and shown.
    """
    codings = read_codings(reading, lines=study.lines, codebook=study.codebook)
    coder = codings.coders[0]
    session = ReviewSession(
        journal, lines=study.lines, codebook=study.codebook, coder=coder, batch=batch, only=codings.lines
    )
    n_lines = n_kept = n_shown = 0
    while session.current is not None:
        given = codings.of(session.current.id)[0]
        suggested = {suggestion.code for suggestion in session.suggestions or ()}
        session.settle(given.codes & suggested, added=given.codes - suggested, memo=given.memo)
        n_lines, n_kept, n_shown = n_lines + 1, n_kept + len(given.codes & suggested), n_shown + len(suggested)
    return coder, n_lines, n_kept, n_shown


def _make_room(out: Path, *, force: bool) -> None:
    """Remove an earlier demo; anything else than a demo's own folder is left alone."""
    title = read_settings(out).title if is_study(out) else None
    if not force or title != read_settings(sample()).title:
        raise StudyError.at(
            out,
            "exists already; choose another folder with --out, or, if it is an earlier demo, replace it with --force.",
        )
    with translated_disk_errors(out):
        shutil.rmtree(out)
