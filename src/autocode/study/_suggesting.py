"""Train on a study and suggest: for its own lines on the record, for the lines of other files as a table."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.coding import Suggestion, SuggestionBatch
from autocode.display import Tabular, displayed
from autocode.errors import ArtefactError, StudyError
from autocode.exchange import is_corpus, read_corpus
from autocode.frames import Kind
from autocode.review import band_meanings
from autocode.study._consistency import unrecorded_codebook, unrecorded_digests
from autocode.study._folder import MODEL, replaced_on_success
from autocode.study._opening import open_journal
from autocode.study._outdated import suggester_in_force
from autocode.study._reading import StudyData, read_study
from autocode.study._text_options import text_options
from autocode.suggester import Promise, Suggester, describe_unsupported, open_suggester, save_suggester, train
from autocode.tables import csv_text
from autocode.transcripts import INTERVIEWERS, Line, LineId, Transcripts, read_transcripts

COLUMNS = ("line_id", "speaker", "text", "rank", "code", "probability", "band", "evidence")

Remark = Callable[[str], object]
Progress = Callable[[int, int], object]


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested(Tabular):
    """
    Suggestions, with the lines that they were made for.

    Attributes
    ----------
    batch : SuggestionBatch
        The suggestions, and the lines without any.
    lines : tuple of Line
        The lines that suggestions were asked for, in order.
    """

    batch: SuggestionBatch
    lines: tuple[Line, ...]

    def _records(self) -> Iterable[dict[str, object]]:
        reasons = {abstention.line: abstention.reason for abstention in self.batch.abstentions}
        suggestions: dict[LineId, list[Suggestion]] = {}
        for suggestion in self.batch.suggestions:
            suggestions.setdefault(suggestion.line, []).append(suggestion)
        for line in self.lines:
            place = {"line": line.id, "transcript": line.transcript, "speaker": line.speaker, "text": line.text}
            for made in sorted(suggestions.get(line.id, ()), key=lambda suggestion: suggestion.rank):
                shown = {"rank": made.rank, "code": made.code, "probability": made.probability, "band": made.band}
                yield place | shown | {"abstention": None}
            if line.id in reasons:
                shown = {"rank": None, "code": None, "probability": None, "band": None}
                yield place | shown | {"abstention": reasons[line.id]}

    def _kinds(self) -> dict[str, Kind]:
        texts = ("line", "transcript", "speaker", "text")
        return {**dict.fromkeys(texts, "text"), "rank": "count", "code": "text", "probability": "number",
                "band": "text", "abstention": "text"}  # fmt: skip


def train_on_study(
    study: StudyData, folder: Path, *, seed: int = 0, force: bool = False, promise: Promise | None = None
) -> tuple[Suggester, Path]:
    """
    Train on a study, save the suggester, and return it with the folder that it was saved in.

    Parameters
    ----------
    study : StudyData
        The study or plain corpus to learn from.
    folder : Path
        Where the suggester is saved.
    seed : int, default 0
        Random seed; the same seed gives the same suggester.
    force : bool, default False
        Whether a suggester in the folder is replaced.
    promise : Promise, optional
        The precision or recall that suggestions must keep.

    Raises
    ------
    ArtefactError
        If the folder exists and `force` is false, or cannot be written.
    TrainingError
        As `train` does.
    """
    if folder.exists() and not folder.is_dir():
        raise ArtefactError.at(folder, "is a file; choose another name for the model's folder.")
    if folder.exists() and not force:
        raise ArtefactError.at(folder, "exists already; choose another name, or replace it with --force.")
    suggester = _trained(study, seed=seed, promise=promise)
    # The command without the folder: a path would say whose machine the model was made on.
    made_by = f"autocode train --seed {seed}{'' if promise is None else f' --promise {promise}'}"
    return suggester, save_suggester(suggester, folder, force=force, made_by=made_by)


def _trained(study: StudyData, *, seed: int, promise: Promise | None) -> Suggester:
    return train(study.codings, study.lines, study.codebook, **text_options(study), seed=seed, promise=promise)


def suggest_for_study(
    folder: Path,
    *,
    model: Path | None = None,
    table: Path | None = None,
    seed: int = 0,
    promise: Promise | None = None,
    force: bool = False,
    progress: Progress | None = None,
    remark: Remark,
) -> Suggested:
    """
    Suggest codes for the lines of a study that nobody has coded, and append the suggestions to its journal.

    Parameters
    ----------
    folder : Path
        The study's folder.
    model : Path, optional
        Folder of the suggester; by default the study's own, which is trained if there is none.
    table : Path, optional
        File that the suggestions are written to as CSV as well.
    seed : int, default 0
        Random seed of the training.
    promise : Promise, optional
        The precision or recall that suggestions must keep.
    force : bool, default False
        Whether the table is replaced if it exists.
    progress : callable, optional
        Called with the number of lines done and their total.
    remark : callable
        Called with each sentence that the user should know besides the suggestions.

    Raises
    ------
    StudyError
        If every line is coded, or the table exists or cannot be written.
    ArtefactError
        If the suggester was trained on another version of the codebook.
    """
    study = read_study(folder).with_common_codes()
    _refuse_existing(table, force=force)
    if promise is not None and model is None:
        # A promise is tested on all that is coded by now, which needs a new training.
        suggester = _trained(study, seed=seed, promise=promise)
    else:
        suggester = _suggester_of(study, model=model, seed=seed, remark=remark)
        suggester = suggester if promise is None else suggester.with_promise(promise)
    if promise is not None:
        remark(suggester.notes[-1])
    new = study.codings.uncoded(study.lines.participant_lines)
    if not new:
        raise StudyError.at(folder, "has no line that nobody has coded; add transcripts with: autocode add.")
    _remark_on_unsupported(suggester, remark)
    suggested = Suggested(batch=suggester.suggest(new, progress=progress), lines=new)
    with _written(table, suggested), open_journal(folder) as journal:
        journal.append(
            *unrecorded_digests(journal, study.lines), *unrecorded_codebook(journal, study.codebook), suggested.batch
        )
        meanings = [str(meaning) for meaning in band_meanings(journal.decisions()) if meaning.known]
    if meanings:
        remark(f"what coders made of suggestions so far: {'; '.join(meanings)}.")
    return suggested


@no_single_text
def suggest_for_file(
    file: Path,
    *,
    model: Path,
    table: Path | None = None,
    unit: str = "paragraph",
    interviewers: Collection[str] = (),
    promise: Promise | None = None,
    force: bool = False,
    progress: Progress | None = None,
    remark: Remark,
) -> Suggested:
    """
    Suggest codes for the lines of a transcript, of a folder of transcripts, or of a plain corpus.

    Parameters
    ----------
    file : Path
        The transcript, the folder of transcripts, or the plain corpus.
    model : Path
        Folder of the suggester.
    table : Path, optional
        File that the suggestions are written to as CSV.
    unit : str, default "paragraph"
        What one line of a transcript is.
    interviewers : collection of str, default empty
        Speakers who ask, besides the usual labels.
    promise : Promise, optional
        The precision or recall that suggestions must keep.
    force : bool, default False
        Whether the table is replaced if it exists.
    progress : callable, optional
        Called with the number of lines done and their total.
    remark : callable
        Called with each sentence that the user should know besides the suggestions.

    Raises
    ------
    ArtefactError
        If the suggester cannot be opened.
    StudyError
        If the table exists or cannot be written.
    """
    _refuse_existing(table, force=force)
    suggester = open_suggester(model)
    lines: Transcripts
    if is_corpus(file):
        lines = read_corpus(file).lines
    else:
        lines = read_transcripts(
            file,
            unit=unit,
            language=suggester.language,
            interviewers=INTERVIEWERS | frozenset(interviewers) if interviewers else None,
        )
    _remark_on_unsupported(suggester, remark)
    batch = suggester.suggest(lines, promise=promise, progress=progress)
    suggested = Suggested(batch=batch, lines=lines.participant_lines)
    with _written(table, suggested):
        return suggested


def suggestions_as_csv(suggested: Suggested) -> str:
    """
    Return suggestions as CSV: one row per suggestion, and one row without a code, with its reason, per abstention.

    Parameters
    ----------
    suggested : Suggested
        The suggestions and their lines.
    """
    rows: dict[str, list[tuple[str, ...]]] = {}
    for suggestion in suggested.batch.suggestions:
        rows.setdefault(suggestion.line, []).append(
            (
                str(suggestion.rank),
                suggestion.code,
                f"{suggestion.probability:.3f}",
                suggestion.band.value,
                str(suggestion.evidence),
            )
        )
    for abstention in suggested.batch.abstentions:
        rows[abstention.line] = [("", "", "", "", abstention.reason.value)]
    return csv_text(
        COLUMNS,
        ((line.id, line.speaker, line.text, *row) for line in suggested.lines for row in rows.get(line.id, [])),
    )


def _suggester_of(study: StudyData, *, model: Path | None, seed: int, remark: Remark) -> Suggester:
    """Return the suggester of a folder, or the study's own, which is trained if there is none."""
    folder = model or study.folder / MODEL
    if not folder.exists():
        suggester, _ = train_on_study(study, folder, seed=seed)
        remark(f"no model yet, so one was trained: {suggester.learnt_from}.")
        return suggester
    saved = open_suggester(folder, encoder=text_options(study)["encoder"])
    in_force = suggester_in_force(saved, study.codebook_versions, study.codebook_changes)
    if in_force is None:
        raise ArtefactError.at(
            folder,
            f"learnt from another version of the codebook; train again with: autocode train {study.folder}.",
        )
    suggester = in_force
    for note in suggester.notes[len(saved.notes) :]:
        remark(f"the suggester {note}")
    n_coded = sum(1 for line in study.lines.participant_lines if study.codings.of(line.id))
    if model is None and n_coded != len(suggester.examples):
        remark(
            f"{suggester.learnt_from}, and {n_coded} are coded by now; to learn from them all: "
            f"autocode train {study.folder}."
        )
    return suggester


def _remark_on_unsupported(suggester: Suggester, remark: Remark) -> None:
    sentence = describe_unsupported(suggester.unsupported, of=len(suggester.codes))
    if sentence:
        remark(sentence)


def _refuse_existing(table: Path | None, *, force: bool) -> None:
    if table is not None and table.exists() and not force:
        raise StudyError.at(table, "exists already; choose another name, or replace it with --force.")


@contextmanager
def _written(table: Path | None, suggested: Suggested) -> Iterator[None]:
    """Write the table of suggestions, if one is asked for, and keep it only if the block succeeds."""
    if table is None:
        yield
        return
    with replaced_on_success({table: suggestions_as_csv(suggested).encode("utf-8")}, about=table):
        yield
