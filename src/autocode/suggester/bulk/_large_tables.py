"""Suggestions for a table too large to hold: read, judged and stored part by part, taken up again where it was left."""

import csv
import hashlib
import io
import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from joblib import Parallel, delayed

from autocode.errors import Fault, StudyError, TranscriptError
from autocode.suggester.bulk._frames import ADDED, TextBatch, columns, places, refuse_columns, words
from autocode.transcripts import INTERVIEWERS

if TYPE_CHECKING:
    from autocode.suggester._suggester import Suggester

# So many rows are judged and stored at once; what is stored is not judged again.
ROWS = 10_000
# So many rows before and after a part are heard with it: further away no line counts beside another.
AROUND = 50
JOB = "job.json"
_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSummary:
    """What became of a table: rows in it, rows that got a suggestion, rows already done by a run that was cut short."""

    rows: int
    suggested: int
    resumed: int

    def __str__(self) -> str:
        before = f", {self.resumed} of them by an earlier run" if self.resumed else ""
        return f"suggestions for {self.suggested} of {self.rows} rows{before}"


def suggest_table(
    suggester: "Suggester",
    source: Path | str,
    target: Path | str,
    *,
    text: str = "text",
    speaker: str | None = None,
    transcript: str | None = None,
    interviewers: Collection[str] = INTERVIEWERS,
    rows_at_once: int = ROWS,
    n_jobs: int | None = None,
    force: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> TableSummary:
    """Write a table (.csv or .parquet) with the suggestions for each row beside its columns, as `suggest_frame` does.

    Memory does not grow with the number of rows. Parts that are done are stored in a folder beside the target: the same
    call after a crash goes on from there, and ends in the same bytes. `progress` is told how many rows are done, of how
    many. With `n_jobs`, parts are judged by several processes, or by whatever joblib's backend offers.

    Raises
    ------
    TranscriptError
        If the source is no such table or lacks a column.
    StudyError
        If the target exists (and not `force`), or the folder holds the parts of another run.
    """
    source, target = Path(source), Path(target)
    read = _reader(source)
    kind = _kind(target)
    if rows_at_once < 1:
        raise ValueError(f"rows_at_once must be at least 1, not {rows_at_once}.")
    if target.exists() and not force:
        raise StudyError.at(target, "exists already; choose another name, or replace it with --force.")
    names = {"text": text, "speaker": speaker, "transcript": transcript}
    there, total = read.survey()
    try:
        refuse_columns(there, [name for name in names.values() if name is not None])
    except ValueError as wrong:
        raise TranscriptError.at(source, f"{wrong}") from wrong
    job = {
        "format": 1,
        "source": _digest(source),
        "model": suggester.digest,
        "columns": names,
        "interviewers": sorted(interviewers),
        "rows_at_once": rows_at_once,
    }
    work = target.with_name(f".{target.name}.parts")
    with _writing(target):
        _begin(work, job, force=force)
    parts = [work / f"{n:06}{target.suffix}" for n in range(-(-total // rows_at_once))]
    stored = {n for n, part in enumerate(parts) if part.exists()}
    done = 0

    def tell(n: int) -> None:
        nonlocal done
        done += min(rows_at_once, total - n * rows_at_once)
        if progress is not None:
            progress(done, total)

    for n in sorted(stored):
        tell(n)
    resumed = done
    todo = _with_neighbours(_placed(read.blocks(rows_at_once), transcript), skip=stored)
    blocks: dict[int, _Block] = {}

    def asked() -> Iterator[Any]:
        for n, before, block, after in todo:
            blocks[n] = block.rows
            spoken = _spoken([*before, block, *after], names)
            skip = sum(map(len, before))
            yield delayed(_judged)(suggester, n, spoken, slice(skip, skip + len(block)), frozenset(interviewers))

    for n, told in Parallel(n_jobs=n_jobs, return_as="generator")(asked()):
        with _writing(target):
            _place(parts[n], kind.part(blocks.pop(n), told))
        tell(n)
    with _writing(target):
        draft = work / f"whole{target.suffix}"
        suggested = kind.join(parts, draft, read.empty())
        _synced(draft)
        draft.replace(target)
        shutil.rmtree(work)
    return TableSummary(rows=total, suggested=suggested, resumed=resumed)


def _judged(
    suggester: "Suggester", n: int, spoken: TextBatch, kept: slice, interviewers: Collection[str]
) -> tuple[int, Mapping[str, list[Any]]]:
    told = columns(suggester, spoken, interviewers=interviewers)
    return n, {name: cells[kept] for name, cells in told.items()}


def _spoken(blocks: "Sequence[_Placed]", names: Mapping[str, str | None]) -> TextBatch:
    def cells(name: str | None) -> list[str] | None:
        return None if name is None else [words(cell) for block in blocks for cell in block.rows.column(name)]

    return TextBatch(
        texts=cells(names["text"]) or [],
        speakers=cells(names["speaker"]),
        transcripts=cells(names["transcript"]),
        orders=[order for block in blocks for order in block.orders],
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """Rows that follow each other, and their places in their transcripts."""

    rows: "_Block"
    orders: Sequence[int]

    def __len__(self) -> int:
        return len(self.orders)

    def some(self, begin: int, end: int) -> "_Placed":
        return _Placed(self.rows.some(begin, end), self.orders[begin:end])


def _placed(blocks: "Iterator[_Block]", transcript: str | None) -> Iterator[_Placed]:
    """Yield the blocks with the places of their rows, which go on from block to block."""
    last = ("", 0)
    for block in blocks:
        where = None if transcript is None else [words(cell) for cell in block.column(transcript)]
        orders = places(where, len(block), after=last)
        last = last if where is None else (where[-1], orders[-1])
        yield _Placed(block, orders)


def _with_neighbours(
    blocks: Iterator[_Placed], *, skip: Collection[int]
) -> Iterator[tuple[int, Sequence[_Placed], _Placed, Sequence[_Placed]]]:
    """Yield each block that is not skipped, with its number, the rows before it and the rows after it."""
    before: list[_Placed] = []
    ahead: deque[_Placed] = deque()
    n = 0
    while True:
        # enough rows ahead of the block that is next, or all that are left
        while sum(len(block) for block in islice(ahead, 1, None)) < AROUND and (more := next(blocks, None)):
            ahead.append(more)
        if not ahead:
            return
        block = ahead.popleft()
        if n not in skip:
            yield n, before, block, _nearest(ahead, AROUND)
        before = _nearest([block, *before[::-1]], AROUND, last=True)[::-1]
        n += 1


def _nearest(blocks: Iterable[_Placed], rows: int, *, last: bool = False) -> list[_Placed]:
    """Return the first so many rows of blocks; of blocks told backwards the last, still backwards."""
    found: list[_Placed] = []
    for block in blocks:
        found.append(block.some(max(len(block) - rows, 0) if last else 0, len(block) if last else rows))
        rows -= len(found[-1])
        if rows <= 0:
            break
    return found


# reading


class _Block(Protocol):
    """Some rows that follow each other."""

    def __len__(self) -> int: ...
    def some(self, begin: int, end: int) -> "_Block": ...
    def column(self, name: str) -> Iterable[object]: ...
    def cells(self) -> Iterable[Sequence[object]]: ...
    def header(self) -> Sequence[str]: ...
    def arrow(self) -> Any: ...


class _Reader(Protocol):
    """A table that is read block by block."""

    def survey(self) -> tuple[Sequence[str], int]: ...
    def blocks(self, rows: int) -> Iterator[_Block]: ...
    def empty(self) -> _Block: ...


class _CsvBlock:
    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._names, self._rows = names, rows

    def __len__(self) -> int:
        return len(self._rows)

    def some(self, begin: int, end: int) -> "_CsvBlock":
        return _CsvBlock(self._names, self._rows[begin:end])

    def column(self, name: str) -> list[str]:
        place = self._names.index(name)
        return [row[place] for row in self._rows]

    def cells(self) -> Sequence[Sequence[str]]:
        return self._rows

    def header(self) -> Sequence[str]:
        return self._names

    def arrow(self) -> Any:
        import pyarrow as pa

        return pa.table({name: pa.array(self.column(name), pa.string()) for name in self._names})


class _ArrowBlock:
    def __init__(self, table: Any) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def some(self, begin: int, end: int) -> "_ArrowBlock":
        return _ArrowBlock(self._table.slice(begin, end - begin))

    def column(self, name: str) -> list[object]:
        return list(self._table[name].to_pylist())

    def cells(self) -> Iterable[Sequence[object]]:
        return zip(*(self.column(name) for name in self.header()), strict=True)

    def header(self) -> Sequence[str]:
        return list(self._table.column_names)

    def arrow(self) -> Any:
        return self._table


class _CsvReader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._names: list[str] = []

    def survey(self) -> tuple[Sequence[str], int]:
        """Return the columns and the number of rows, having looked at each; every fault at once."""
        faults: list[Fault] = []
        count = 0
        for count, (line, row) in enumerate(self._rows()):
            if count == 0:
                self._names = row
            elif len(row) != len(self._names) and len(faults) < _FAULTS:
                what = f"holds {len(row)} cells where the header has {len(self._names)}; correct the row."
                faults.append(Fault(what, self._path, line))
        if len(set(self._names)) < len(self._names):
            twice = next(name for name in self._names if self._names.count(name) > 1)
            faults.append(Fault(f"has two columns named {twice!r}; rename one.", self._path))
        TranscriptError.raise_if(faults)
        return self._names, count

    def blocks(self, rows: int) -> Iterator[_CsvBlock]:
        held: list[list[str]] = []
        for n, (_, row) in enumerate(self._rows()):
            if n == 0:
                continue
            held.append(row)
            if len(held) == rows:
                yield _CsvBlock(self._names, held)
                held = []
        if held:
            yield _CsvBlock(self._names, held)

    def empty(self) -> _CsvBlock:
        return _CsvBlock(self._names, [])

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as held:
                first = held.readline()
                held.seek(0)
                rows = csv.reader(held, delimiter=max(",;\t", key=first.count), strict=True)
                for row in rows:
                    if row:
                        yield rows.line_num, row
        except UnicodeDecodeError as broken:
            raise TranscriptError.at(self._path, "is not UTF-8; save it as UTF-8 and repeat.") from broken
        except csv.Error as broken:
            raise TranscriptError.at(self._path, f"is not a CSV table ({broken}); correct it.") from broken
        except OSError as no:
            raise TranscriptError.at(self._path, f"cannot be read ({no.strerror}).") from no


class _ParquetReader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._parquet = _parquet(path)

    def _open(self) -> Any:
        try:
            return self._parquet.ParquetFile(self._path)
        # pyarrow's own errors are children of these
        except (OSError, ValueError) as broken:
            raise TranscriptError.at(self._path, f"cannot be read as Parquet ({broken}).") from broken

    def survey(self) -> tuple[Sequence[str], int]:
        held = self._open()
        return list(held.schema_arrow.names), int(held.metadata.num_rows)

    def blocks(self, rows: int) -> Iterator[_ArrowBlock]:
        import pyarrow as pa

        rest = None
        for batch in self._open().iter_batches(batch_size=rows):
            table = pa.Table.from_batches([batch])
            rest = table if rest is None else pa.concat_tables([rest, table])
            while rest.num_rows >= rows:
                yield _ArrowBlock(rest.slice(0, rows))
                rest = rest.slice(rows)
        if rest is not None and rest.num_rows:
            yield _ArrowBlock(rest)

    def empty(self) -> _ArrowBlock:
        return _ArrowBlock(self._open().schema_arrow.empty_table())


def _reader(path: Path) -> _Reader:
    if not path.is_file():
        raise TranscriptError.at(path, "is not there; give a table, .csv or .parquet.")
    if path.suffix == ".parquet":
        return _ParquetReader(path)
    if path.suffix == ".csv":
        return _CsvReader(path)
    raise TranscriptError.at(path, "is neither .csv nor .parquet; save the table as one of them.")


def _parquet(path: Path) -> Any:
    try:
        import pyarrow.parquet
    except ImportError as missing:
        raise StudyError.at(
            path, "is Parquet, which needs pyarrow: pip install 'autocode[parquet]'. A .csv needs nothing."
        ) from missing
    return pyarrow.parquet


# writing


class _Kind(Protocol):
    """How parts are written and joined."""

    def part(self, block: _Block, told: Mapping[str, list[Any]]) -> bytes: ...
    def join(self, parts: Sequence[Path], draft: Path, empty: _Block) -> int: ...


class _Csv:
    def part(self, block: _Block, told: Mapping[str, list[Any]]) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for row, said in zip(block.cells(), zip(*told.values(), strict=True), strict=True):
            writer.writerow([*row, *said])
        return out.getvalue().encode("utf-8", "surrogatepass")

    def join(self, parts: Sequence[Path], draft: Path, empty: _Block) -> int:
        suggested = 0
        with draft.open("wb") as out:
            head = io.StringIO()
            csv.writer(head, lineterminator="\n").writerow([*empty.header(), *ADDED])
            out.write(head.getvalue().encode())
            place = len(empty.header())
            for part in parts:
                with part.open(encoding="utf-8", errors="surrogatepass", newline="") as held:
                    suggested += sum(bool(row[place]) for row in csv.reader(held))
                with part.open("rb") as raw:
                    shutil.copyfileobj(raw, out)
        return suggested


class _Parquet:
    def __init__(self, path: Path) -> None:
        self._parquet = _parquet(path)

    def part(self, block: _Block, told: Mapping[str, list[Any]]) -> bytes:
        out = io.BytesIO()
        self._parquet.write_table(_widened(block, told), out)
        return out.getvalue()

    def join(self, parts: Sequence[Path], draft: Path, empty: _Block) -> int:
        suggested = 0
        with self._parquet.ParquetWriter(draft, _widened(empty, {name: [] for name in ADDED}).schema) as out:
            for part in parts:
                table = self._parquet.read_table(part)
                suggested += table.num_rows - table["code_1"].null_count
                out.write_table(table)
        return suggested


def _widened(block: _Block, told: Mapping[str, list[Any]]) -> Any:
    import pyarrow as pa

    table = block.arrow()
    for name, cells in told.items():
        kind = pa.float64() if name.startswith("probability") else pa.string()
        table = table.append_column(name, pa.array(cells, kind))
    return table


def _kind(path: Path) -> _Kind:
    if path.suffix == ".parquet":
        return _Parquet(path)
    if path.suffix == ".csv":
        return _Csv()
    raise StudyError.at(path, "is neither .csv nor .parquet; choose one of them for the suggestions.")


def _begin(work: Path, job: Mapping[str, object], *, force: bool) -> None:
    """Make the folder of the parts, or take up the one that an earlier run of the same job left."""
    told = json.dumps(job, indent=1, sort_keys=True).encode()
    place = work / JOB
    if work.exists() and place.is_file() and place.read_bytes() == told:
        return
    if work.exists():
        if not force:
            raise StudyError.at(
                work,
                "holds parts of another run (other rows, model or columns); remove it, or use --force.",
            )
        shutil.rmtree(work)
    # The folder appears with its job in it, however suddenly this ends.
    made = work.with_name(f"{work.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    _place(made / JOB, told)
    made.replace(work)


def _place(path: Path, data: bytes) -> None:
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(data)
    _synced(draft)
    draft.replace(path)


def _synced(path: Path) -> None:
    with path.open("rb+") as held:
        os.fsync(held.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as no:
        what = f"cannot be written ({no.strerror}); free some space or choose another folder, and repeat."
        raise StudyError.at(target, what) from no
