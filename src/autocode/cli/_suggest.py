"""Train, save, and suggest: for a study on the record, for a file as CSV."""

import csv
import io
import shlex
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from autocode.cli._study import MODEL, Material, journal_of, material_of, placing, seen
from autocode.codebook import Codebook
from autocode.coding import SuggestionBatch
from autocode.errors import ArtefactError, StudyError
from autocode.exchange import is_corpus, read_corpus
from autocode.review import band_meanings
from autocode.suggester import Promise, Suggester, describe_unsupported, open_suggester, save_suggester, train
from autocode.transcripts import INTERVIEWERS, Line, Role, read_transcripts

HEADER = ("line_id", "speaker", "text", "rank", "code", "probability", "band", "evidence")


def learn(
    found: Material, folder: Path, *, seed: int, force: bool, promise: Promise | None = None
) -> tuple[Suggester, Path]:
    """Train on a study and save the suggester."""
    if folder.exists() and not folder.is_dir():
        raise ArtefactError.at(folder, "is a file; choose another name for the model's folder.")
    if folder.exists() and not force:
        raise ArtefactError.at(folder, "exists already; choose another name, or replace it with --force.")
    suggester = _learnt(found, seed=seed, promise=promise)
    # The folder's own name is enough: a path would tell whose machine the model was made on.
    made_by = f"autocode train --seed {seed}{'' if promise is None else f' --promise {promise}'}"
    return suggester, save_suggester(suggester, folder, force=force, made_by=made_by)


def _learnt(found: Material, *, seed: int, promise: Promise | None) -> Suggester:
    return train(found.codings, found.lines, found.codebook, **found.hear(), seed=seed, promise=promise)


def for_study(
    study: Path,
    *,
    model: Path | None,
    out: str | None,
    seed: int,
    promise: Promise | None,
    force: bool,
    progress: Callable[[int, int], None],
    remark: Callable[[str], None],
) -> str:
    """Suggest for the lines of a study that nobody has coded, into its journal, and say how much was suggested."""
    found = material_of(study, corpus_too=False)
    _free(out, force=force)
    if promise is not None and model is None:
        # What a promise rests on is tried anew, with all that is coded by now.
        suggester = _learnt(found, seed=seed, promise=promise)
    else:
        suggester = _suggester(study, found, model=model, seed=seed, remark=remark)
        suggester = suggester if promise is None else suggester.with_promise(promise)
    if promise is not None:
        remark(suggester.notes[-1])
    new = tuple(line for line in found.codings.uncoded(found.lines) if line.role is Role.PARTICIPANT)
    if not new:
        raise StudyError.at(study, "has no line that nobody has coded; add transcripts with: autocode add.")
    _tell_what_waits(suggester, remark)
    batch = suggester.suggest(new, progress=progress)
    with placing(_file(out, table(batch, new)), about=Path(out or "")), journal_of(study) as journal:
        journal.append(*seen(journal, found.lines), batch)
        meant = [f"{one}" for one in band_meanings(journal.decisions()) if one.known]
    if meant:
        remark(f"what coders made of suggestions so far: {'; '.join(meant)}.")
    if out == "-":
        sys.stdout.write(table(batch, new))
    return f"{batch}. Review them with: autocode review {shlex.quote(str(study))} --coder YOU"


def for_file(
    file: Path,
    *,
    model: Path,
    out: str,
    unit: str,
    interviewers: Collection[str],
    promise: Promise | None,
    force: bool,
    progress: Callable[[int, int], None],
    remark: Callable[[str], None],
) -> str:
    """Suggest for the lines of a transcript, a folder of them, or a plain corpus, as CSV."""
    _free(out, force=force)
    suggester = open_suggester(model)
    if is_corpus(file):
        lines = read_corpus(file).lines
    else:
        asking = INTERVIEWERS | frozenset(interviewers)
        lines = read_transcripts(file, unit=unit, language=suggester.language, interviewers=asking)
    _tell_what_waits(suggester, remark)
    batch = suggester.suggest(lines, promise=promise, progress=progress)
    told = table(batch, lines.participant_lines)
    with placing(_file(out, told), about=Path(out)):
        if out == "-":
            sys.stdout.write(told)
    return f"{batch}."


def for_table(
    file: Path,
    *,
    model: Path,
    out: Path,
    columns: Mapping[str, str | None],
    interviewers: Collection[str],
    jobs: int,
    force: bool,
    progress: Callable[[int, int], None],
) -> str:
    """Suggest for the rows of a table of any length, into another table."""
    told = open_suggester(model).suggest_table(
        file,
        out,
        text=columns["text"] or "",
        speaker=columns["speaker"],
        transcript=columns["transcript"],
        interviewers=INTERVIEWERS | frozenset(interviewers),
        n_jobs=jobs,
        force=force,
        progress=progress,
    )
    return f"{out}: {told}."


def table(batch: SuggestionBatch, lines: tuple[Line, ...]) -> str:
    """Return suggestions as CSV: a row each, and a row without a code for an abstention, with its reason."""
    by_line: dict[str, list[tuple[str, ...]]] = {}
    for s in batch.suggestions:
        row: tuple[str, ...] = (str(s.rank), s.code, f"{s.probability:.3f}", s.band.value, str(s.evidence))
        by_line.setdefault(s.line, []).append(row)
    for a in batch.abstentions:
        by_line[a.line] = [("", "", "", "", a.reason.value)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for line in lines:
        for row in by_line.get(line.id, []):
            writer.writerow((line.id, line.speaker, line.text, *row))
    return text.getvalue()


def _suggester(
    study: Path, found: Material, *, model: Path | None, seed: int, remark: Callable[[str], None]
) -> Suggester:
    folder = model or study / MODEL
    if not folder.exists():
        suggester, _ = learn(found, folder, seed=seed, force=False)
        remark(f"no model yet, so one was trained: {suggester.learnt_from}.")
        return suggester
    suggester = open_suggester(folder, encoder=found.hear()["encoder"])
    _same_codes(suggester, found.codebook, folder, study)
    now = sum(1 for line in found.lines.participant_lines if found.codings.of(line.id))
    if model is None and now != len(suggester.examples):
        remark(f"{suggester.learnt_from}, and {now} are coded by now; to learn from them all: autocode train {study}.")
    return suggester


def _tell_what_waits(suggester: Suggester, remark: Callable[[str], None]) -> None:
    waiting = describe_unsupported(suggester.unsupported, of=len(suggester.codes))
    if waiting:
        remark(waiting)


def _same_codes(suggester: Suggester, codebook: Codebook, folder: Path, study: Path) -> None:
    if suggester.codebook_digest != codebook.digest:
        raise ArtefactError.at(
            folder, f"learnt from another version of the codebook; train again with: autocode train {study}."
        )


def _free(out: str | None, *, force: bool) -> None:
    if out not in (None, "-") and Path(str(out)).exists() and not force:
        raise StudyError.at(str(out), "exists already; choose another name, or replace it with --force.")


def _file(out: str | None, text: str) -> dict[Path, bytes]:
    return {} if out in (None, "-") else {Path(str(out)): text.encode("utf-8")}
