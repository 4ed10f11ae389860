"""Tables on disk, read block by block and written part by part: CSV and Parquet."""

import io
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from autocode.errors import Fault, StudyError, TranscriptError
from autocode.files import create
from autocode.suggester.bulk._frames import ADDED
from autocode.tables import CsvError, csv_text, delimiter_of, iter_rows
from autocode.wording import count_of

# Rows of a wrong length that are named before reading gives up: enough to see what is wrong with a file.
MAX_FAULTS = 20


class Block(Protocol):
    """Some consecutive rows of a table."""

    def __len__(self) -> int: ...
    def header(self) -> Sequence[str]: ...
    def rows(self) -> Iterable[Sequence[object]]: ...
    def column(self, name: str) -> Iterable[object]: ...
    def between(self, begin: int, end: int) -> "Block": ...
    def to_arrow(self) -> Any: ...


class TableReader(Protocol):
    """A table that is read block by block."""

    def survey(self) -> tuple[Sequence[str], int]:
        """Return the names of the columns and the number of rows; raises `TranscriptError` with every fault."""

    def blocks(self, size: int) -> Iterator[Block]:
        """Yield blocks of `size` rows, the last one perhaps smaller."""

    def empty(self) -> Block:
        """Return a block without rows."""


class TableWriter(Protocol):
    """How the parts of a table are written and joined."""

    def part(self, block: Block, columns: Mapping[str, list[Any]]) -> bytes:
        """Return a block with additional columns as the contents of a file."""

    def join(self, parts: Sequence[Path], target: Path, empty: Block) -> int:
        """Write all parts to one file, through to the disk, and return the number of rows with a suggestion."""


def reader_of(path: Path) -> TableReader:
    """Return the reader for a table; raises `TranscriptError` if there is no such file or it is of another kind."""
    if not path.is_file():
        raise TranscriptError.at(path, "is not there; give a table, .csv or .parquet.")
    if path.suffix == ".parquet":
        return _ParquetReader(path)
    if path.suffix == ".csv":
        return _CsvReader(path)
    raise TranscriptError.at(path, "is neither .csv nor .parquet; save the table as one of them.")


def writer_of(path: Path) -> TableWriter:
    """Return the writer for a table; raises `StudyError` if it is to be of another kind."""
    if path.suffix == ".parquet":
        return _ParquetWriter(path)
    if path.suffix == ".csv":
        return _CsvWriter()
    raise StudyError.at(path, "is neither .csv nor .parquet; choose one of them for the suggestions.")


class _CsvBlock:
    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._header, self._rows = header, rows

    def __len__(self) -> int:
        return len(self._rows)

    def header(self) -> Sequence[str]:
        return self._header

    def rows(self) -> Sequence[Sequence[str]]:
        return self._rows

    def column(self, name: str) -> list[str]:
        place = self._header.index(name)
        return [row[place] for row in self._rows]

    def between(self, begin: int, end: int) -> "_CsvBlock":
        return _CsvBlock(self._header, self._rows[begin:end])

    def to_arrow(self) -> Any:
        import pyarrow as pa

        return pa.table({name: pa.array(self.column(name), pa.string()) for name in self._header})


class _CsvReader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._header: list[str] = []

    def survey(self) -> tuple[Sequence[str], int]:
        faults: list[Fault] = []
        n_rows = 0
        for n_rows, (line, row) in enumerate(self._rows()):
            if n_rows == 0:
                self._header = row
            elif len(row) != len(self._header) and len(faults) < MAX_FAULTS:
                what = f"holds {count_of(len(row), 'cell')} where the header has {len(self._header)}; correct the row."
                faults.append(Fault(what, self._path, line))
        if len(set(self._header)) < len(self._header):
            twice = next(name for name in self._header if self._header.count(name) > 1)
            faults.append(Fault(f"has two columns named {twice!r}; rename one.", self._path))
        TranscriptError.raise_if(faults)
        return self._header, n_rows

    def blocks(self, size: int) -> Iterator[_CsvBlock]:
        rows = (row for _, row in islice(self._rows(), 1, None))
        while block := list(islice(rows, size)):
            yield _CsvBlock(self._header, block)

    def empty(self) -> _CsvBlock:
        return _CsvBlock(self._header, [])

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield every row that is not empty, the header first, with the number of its first line."""
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                delimiter = delimiter_of(file.readline())
                file.seek(0)
                yield from iter_rows(file, delimiter=delimiter)
        except UnicodeDecodeError as error:
            raise TranscriptError.at(self._path, "is not UTF-8; save it as UTF-8 and repeat.") from error
        except CsvError as error:
            raise TranscriptError.at(self._path, f"is not a CSV table ({error}); correct it.") from error
        except OSError as error:
            raise TranscriptError.at(self._path, f"cannot be read ({error.strerror}).") from error


class _CsvWriter:
    def part(self, block: Block, columns: Mapping[str, list[Any]]) -> bytes:
        cells = zip(*columns.values(), strict=True)
        rows = [[*row, *added] for row, added in zip(block.rows(), cells, strict=True)]
        # A part has no header: its first row is written in that place.
        return csv_text(rows[0], rows[1:]).encode("utf-8", "surrogatepass")

    def join(self, parts: Sequence[Path], target: Path, empty: Block) -> int:
        suggested = 0
        first_code = len(empty.header())
        with create(target) as out:
            out.write(csv_text([*empty.header(), *ADDED], []).encode())
            for part in parts:
                with part.open(encoding="utf-8", errors="surrogatepass", newline="") as lines:
                    suggested += sum(bool(row[first_code]) for _, row in iter_rows(lines, delimiter=","))
                with part.open("rb") as contents:
                    shutil.copyfileobj(contents, out)
            _sync(out)
        return suggested


class _ArrowBlock:
    def __init__(self, table: Any) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def header(self) -> Sequence[str]:
        return list(self._table.column_names)

    def rows(self) -> Iterable[Sequence[object]]:
        return zip(*(self.column(name) for name in self.header()), strict=True)

    def column(self, name: str) -> list[object]:
        return list(self._table[name].to_pylist())

    def between(self, begin: int, end: int) -> "_ArrowBlock":
        return _ArrowBlock(self._table.slice(begin, end - begin))

    def to_arrow(self) -> Any:
        return self._table


class _ParquetReader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._parquet = _pyarrow_parquet(path)

    def survey(self) -> tuple[Sequence[str], int]:
        file = self._open()
        return list(file.schema_arrow.names), int(file.metadata.num_rows)

    def blocks(self, size: int) -> Iterator[_ArrowBlock]:
        import pyarrow as pa

        # Batches end where row groups do; blocks do not.
        rest = None
        for batch in self._open().iter_batches(batch_size=size):
            table = pa.Table.from_batches([batch])
            rest = table if rest is None else pa.concat_tables([rest, table])
            while rest.num_rows >= size:
                yield _ArrowBlock(rest.slice(0, size))
                rest = rest.slice(size)
        if rest is not None and rest.num_rows:
            yield _ArrowBlock(rest)

    def empty(self) -> _ArrowBlock:
        return _ArrowBlock(self._open().schema_arrow.empty_table())

    def _open(self) -> Any:
        try:
            return self._parquet.ParquetFile(self._path)
        # pyarrow's own errors are subclasses of these.
        except (OSError, ValueError) as error:
            raise TranscriptError.at(self._path, f"cannot be read as Parquet ({error}).") from error


class _ParquetWriter:
    def __init__(self, path: Path) -> None:
        self._parquet = _pyarrow_parquet(path)

    def part(self, block: Block, columns: Mapping[str, list[Any]]) -> bytes:
        out = io.BytesIO()
        self._parquet.write_table(_with_columns(block, columns), out)
        return out.getvalue()

    def join(self, parts: Sequence[Path], target: Path, empty: Block) -> int:
        suggested = 0
        schema = _with_columns(empty, {name: [] for name in ADDED}).schema
        with create(target) as out:
            with self._parquet.ParquetWriter(out, schema) as writer:
                for part in parts:
                    table = self._parquet.read_table(part)
                    suggested += table.num_rows - table["code_1"].null_count
                    writer.write_table(table)
            _sync(out)
        return suggested


def _with_columns(block: Block, columns: Mapping[str, list[Any]]) -> Any:
    """Return a block as an Arrow table with additional columns."""
    import pyarrow as pa

    table = block.to_arrow()
    for name, cells in columns.items():
        kind = pa.float64() if name.startswith("probability") else pa.string()
        table = table.append_column(name, pa.array(cells, kind))
    return table


def _pyarrow_parquet(path: Path) -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise StudyError.at(
            path, "is Parquet, which needs pyarrow: pip install 'autocode[parquet]'. A .csv needs nothing."
        ) from error
    return pyarrow.parquet


def _sync(file: BinaryIO) -> None:
    """Write a file through to the disk."""
    file.flush()
    os.fsync(file.fileno())
