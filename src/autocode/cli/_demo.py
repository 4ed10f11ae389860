"""The whole loop on the sample study: read, learn, suggest, decide, measure."""

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from shlex import quote

from autocode.agreement import agreement_table
from autocode.cli._add import bring
from autocode.cli._report import arrange, trial
from autocode.cli._study import (
    CODEBOOK,
    MODEL,
    PARTICIPANTS,
    SETTINGS,
    TRANSCRIPTS,
    Material,
    is_study,
    journal_of,
    material_of,
    placing,
    seen,
    settings_of,
    writing,
)
from autocode.cli._suggest import learn
from autocode.coding import Basis, CoderId, SuggestionBatch
from autocode.errors import StudyError
from autocode.exchange import read_codings
from autocode.journal import Journal
from autocode.review import ReviewSession
from autocode.transcripts import Role

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
    if out.exists() and any(out.iterdir() if out.is_dir() else [out]):
        _make_room(out, force=force)
    study = [source / SETTINGS, source / CODEBOOK, source / PARTICIPANTS, *(source / TRANSCRIPTS).iterdir()]
    with placing({out / file.relative_to(source): file.read_bytes() for file in study}, about=out):
        pass
    sheets = sorted((source / "codings").glob("*.csv"))
    bring(out, sheets, coder=None, basis=Basis.INDEPENDENT, columns=None, dry_run=False, force=False)
    found = material_of(out)
    say(f"1. Read: {len(found.lines.interviews)} invented interviews, {len(found.lines.participant_lines)} lines of")
    say(f"   participants, {len(found.codings)} judgements by {len(found.codings.coders)} coders ({out}).")

    table = agreement_table(found.codings.independent(), found.codebook, found.lines)
    say("\n2. Do the coders agree, before any machine is involved?\n")
    say(str(table))

    validation = trial(found, out, seed=seed, seeds=3, progress=step("trying on interviews held out"))
    point = validation.curve[-1]
    say("\n3. Would a suggester be right about interviews it has not seen?\n")
    say(
        f"   Validation, {point.n} lines learnt from, whole interviews held out, {point.seeds} splits: "
        f"R@3 {point.metrics['R@3']}, micro F1 {point.metrics['microF1']};"
    )
    plain = point.baselines["logistic"]
    say(f"   plain TF-IDF + logistic regression: R@3 {plain['R@3']}, micro F1 {plain['microF1']}.")
    if validation.human is not None:
        h = validation.human
        say(f"   {h.what}:\n   human-human {h.human_human}, model-human {h.model_human}.")

    suggester, folder = learn(found, out / MODEL, seed=seed, force=False)
    new = tuple(line for line in found.codings.uncoded(found.lines) if line.role is Role.PARTICIPANT)
    batch = suggester.suggest(new, progress=step("suggesting"))
    say(f"\n4. Suggested: {suggester.learnt_from} ({folder});")
    say(f"   {batch}.")
    with journal_of(out) as journal:
        journal.append(*seen(journal, found.lines), batch)
        coder, read, kept, shown = _decide(journal, found, batch, source / READING)
    say(f"\n5. Decided: {coder} read {read} of these lines and kept {kept} of the {shown} suggestions shown.")
    say("   (A recorded reading that belongs to the invented sample. No suggestion becomes a code by itself.)")

    found = material_of(out)
    path = arrange(found, out, out / REPORT, table=table, validation=validation, seed=seed, force=force)
    say(f"\n6. The report: {path}")
    say(f"   Decide the rest yourself: autocode review {quote(str(out))} --coder YOU")


def _decide(journal: Journal, found: Material, batch: SuggestionBatch, reading: Path) -> tuple[CoderId, int, int, int]:
    """Settle, through the review room, the lines that the sample's recorded reading is about.

    Returns the coder, the lines read, and how many of the suggestions shown were kept, of how many.
    """
    codings = read_codings(reading, lines=found.lines, codebook=found.codebook)
    coder = codings.coders[0]
    session = ReviewSession(
        journal, lines=found.lines, codebook=found.codebook, coder=coder, batch=batch, only=codings.lines
    )
    read = kept = shown = 0
    while session.current is not None:
        given = codings.of(session.current.id)[0]
        proposed = {s.code for s in session.suggestions or ()}
        session.settle(given.codes & proposed, added=given.codes - proposed, memo=given.memo)
        read, kept, shown = read + 1, kept + len(given.codes & proposed), shown + len(proposed)
    return coder, read, kept, shown


def _make_room(out: Path, *, force: bool) -> None:
    """Remove an earlier demo; anything else than a demo's own folder is left alone."""
    title = settings_of(out).title if is_study(out) else None
    if not force or title != settings_of(sample()).title:
        raise StudyError.at(
            out,
            "exists already; choose another folder with --out, or, if it is an earlier demo, replace it with --force.",
        )
    with writing(out):
        shutil.rmtree(out)
