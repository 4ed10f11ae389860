"""Suggestions for a table too large for memory: predicted and stored part by part, resumed after an interruption."""

import hashlib
import json
import shutil
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from autocode.display import displayed
from autocode.errors import StudyError, TranscriptError
from autocode.files import make_folder, put
from autocode.suggester._predictions import Predictor
from autocode.suggester.bulk._frames import TextBatch, cell_text, check_columns, line_orders, suggestion_columns
from autocode.suggester.bulk._table_files import Block, TableReader, reader_of, writer_of
from autocode.wording import count_of

# Rows in a part, which is predicted and stored at once: seconds of work, so little is lost by an interruption.
ROWS = 10_000
# Rows before and after a part that are predicted with it as context; more than any context window reaches.
CONTEXT = 50
JOB = "job.json"


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class TableSummary:
    """What was done with a table.

    Attributes
    ----------
    rows : int
        Number of rows.
    suggested : int
        Number of rows with a suggestion.
    resumed : int
        Number of rows that were done by an earlier, interrupted run.
    """

    rows: int
    suggested: int
    resumed: int

    def __str__(self) -> str:
        earlier = f", {self.resumed} of them by an earlier run" if self.resumed else ""
        return f"suggestions for {self.suggested} of {count_of(self.rows, 'row')}{earlier}"


def suggest_table(
    predictor: Predictor,
    source: Path | str,
    target: Path | str,
    *,
    text: str,
    speaker: str | None,
    transcript: str | None,
    interviewers: Collection[str],
    rows_at_once: int,
    n_jobs: int | None,
    force: bool,
    progress: Callable[[int, int], object] | None,
) -> TableSummary:
    """Write a table with suggestions in additional columns; see `Suggester.suggest_table`."""
    source, target, interviewers = Path(source), Path(target), frozenset(interviewers)
    reader, writer = reader_of(source), writer_of(target)
    if rows_at_once < 1:
        raise ValueError(f"rows_at_once must be at least 1, not {rows_at_once}.")
    if target.exists() and not force:
        raise StudyError.at(target, "exists already; choose another name, or replace it with --force.")
    names = {"text": text, "speaker": speaker, "transcript": transcript}
    n_rows = _checked_rows(reader, source, names)
    job = {
        "format": 1,
        "source": _file_digest(source),
        "model": predictor.digest,
        "columns": names,
        "interviewers": sorted(interviewers),
        "rows_at_once": rows_at_once,
    }
    folder = target.with_name(f".{target.name}.parts")
    with _translated_errors(target):
        _begin_or_resume(folder, job, force=force)
    parts = [folder / f"{n:06}{target.suffix}" for n in range(-(-n_rows // rows_at_once))]
    stored = {n for n, part in enumerate(parts) if part.exists()}
    done = 0

    def report(n: int) -> None:
        nonlocal done
        done += min(rows_at_once, n_rows - n * rows_at_once)
        if progress is not None:
            progress(done, n_rows)

    for n in sorted(stored):
        report(n)
    resumed = done
    blocks: dict[int, Block] = {}

    def tasks() -> Iterator[Any]:
        numbered = _numbered(reader.blocks(rows_at_once), transcript)
        for n, before, block, after in _with_context(numbered, skip=stored):
            blocks[n] = block.rows
            skipped = sum(map(len, before))
            own = slice(skipped, skipped + len(block))
            yield delayed(_part_columns)(predictor, n, _texts([*before, block, *after], names), own, interviewers)

    for n, columns in Parallel(n_jobs=n_jobs, return_as="generator")(tasks()):
        with _translated_errors(target):
            put({parts[n]: writer.part(blocks.pop(n), columns)})
        report(n)
    with _translated_errors(target):
        whole = folder / f"whole{target.suffix}"
        whole.unlink(missing_ok=True)  # of a run that was stopped here
        suggested = writer.join(parts, whole, reader.empty())
        whole.replace(target)
        shutil.rmtree(folder)
    return TableSummary(rows=n_rows, suggested=suggested, resumed=resumed)


def _checked_rows(reader: TableReader, source: Path, names: Mapping[str, str | None]) -> int:
    """Return the number of rows of a table that has the columns needed."""
    columns, n_rows = reader.survey()
    try:
        check_columns(columns, [name for name in names.values() if name is not None])
    except ValueError as error:
        raise TranscriptError.at(source, f"{error}") from error
    return n_rows


def _part_columns(
    predictor: Predictor, n: int, batch: TextBatch, own: slice, interviewers: Collection[str]
) -> tuple[int, Mapping[str, list[Any]]]:
    """Return the number of a part and its added columns, without the rows that are only context."""
    columns = suggestion_columns(predictor, batch, interviewers=interviewers)
    return n, {name: cells[own] for name, cells in columns.items()}


@dataclass(frozen=True, slots=True)
class _NumberedBlock:
    """Consecutive rows and their positions in their transcripts."""

    rows: Block
    orders: Sequence[int]

    def __len__(self) -> int:
        return len(self.orders)

    def between(self, begin: int, end: int) -> "_NumberedBlock":
        return _NumberedBlock(self.rows.between(begin, end), self.orders[begin:end])


def _texts(blocks: Sequence[_NumberedBlock], names: Mapping[str, str | None]) -> TextBatch:
    def cells(name: str | None) -> list[str] | None:
        return None if name is None else [cell_text(cell) for block in blocks for cell in block.rows.column(name)]

    return TextBatch(
        texts=cells(names["text"]) or [],
        speakers=cells(names["speaker"]),
        transcripts=cells(names["transcript"]),
        orders=[order for block in blocks for order in block.orders],
    )


def _numbered(blocks: Iterator[Block], transcript: str | None) -> Iterator[_NumberedBlock]:
    """Yield the blocks with the positions of their rows, which continue from block to block."""
    last = ("", 0)
    for block in blocks:
        transcripts = None if transcript is None else [cell_text(cell) for cell in block.column(transcript)]
        orders = line_orders(transcripts, len(block), after=last)
        last = last if transcripts is None else (transcripts[-1], orders[-1])
        yield _NumberedBlock(block, orders)


def _with_context(
    blocks: Iterator[_NumberedBlock], *, skip: Collection[int]
) -> Iterator[tuple[int, Sequence[_NumberedBlock], _NumberedBlock, Sequence[_NumberedBlock]]]:
    """Yield each block that is not skipped, with its number, the rows before it and the rows after it."""
    before: list[_NumberedBlock] = []
    ahead: deque[_NumberedBlock] = deque()
    n = 0
    while True:
        # Read on until enough rows follow the next block, or none are left.
        while sum(len(block) for block in islice(ahead, 1, None)) < CONTEXT and (more := next(blocks, None)):
            ahead.append(more)
        if not ahead:
            return
        block = ahead.popleft()
        if n not in skip:
            yield n, before, block, _first_rows(ahead, CONTEXT)
        before = _last_rows([*before, block], CONTEXT)
        n += 1


def _first_rows(blocks: Iterable[_NumberedBlock], n: int) -> list[_NumberedBlock]:
    """Return the first `n` rows of blocks."""
    found: list[_NumberedBlock] = []
    for block in blocks:
        found.append(block.between(0, n))
        n -= len(found[-1])
        if n <= 0:
            break
    return found


def _last_rows(blocks: Sequence[_NumberedBlock], n: int) -> list[_NumberedBlock]:
    """Return the last `n` rows of blocks."""
    found: list[_NumberedBlock] = []
    for block in reversed(blocks):
        found.insert(0, block.between(max(len(block) - n, 0), len(block)))
        n -= len(found[0])
        if n <= 0:
            break
    return found


def _begin_or_resume(folder: Path, job: Mapping[str, object], *, force: bool) -> None:
    """Make the folder of the parts, or keep the one that an earlier run of the same job left."""
    payload = json.dumps(job, indent=1, sort_keys=True).encode()
    stored = folder / JOB
    if folder.exists() and stored.is_file() and stored.read_bytes() == payload:
        return
    if folder.exists():
        if not force:
            raise StudyError.at(
                folder,
                "holds parts of another run (other rows, model or columns); remove it, or use --force.",
            )
        shutil.rmtree(folder)
    # The folder appears together with its job, however suddenly this process ends.
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    make_folder(new)
    put({new / JOB: payload})
    new.replace(folder)


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _translated_errors(target: Path) -> Iterator[None]:
    """Raise `StudyError` where something cannot be written."""
    try:
        yield
    except OSError as error:
        what = f"cannot be written ({error.strerror}); free some space or choose another folder, and repeat."
        raise StudyError.at(target, what) from error
