"""The journal: entries are appended, durable before the call returns, and never changed."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from autocode.arguments import no_single_text
from autocode.codebook import Change
from autocode.coding import (
    Adjudication,
    CoderId,
    Coding,
    Codings,
    Decision,
    Paradata,
    Proposal,
    human,
)
from autocode.conduct import Amendment
from autocode.errors import JournalError, StudyError
from autocode.journal._apart import refuse_entries_without_place
from autocode.journal._branches import in_one_order
from autocode.journal._chain import entry_ids
from autocode.journal._entries import (
    CodingsShown,
    Deferral,
    Entry,
    Erasure,
    Kind,
    LineChecked,
    Record,
    TranscriptSeen,
    records_in,
)
from autocode.journal._file import JournalFile
from autocode.journal._head import Head, write_head
from autocode.journal._lineage import Lineage
from autocode.journal._merging import refuse_other_versions, superfluous_entries, write_missing_rows
from autocode.journal._opening import translated_errors
from autocode.journal._reader import JournalReader
from autocode.journal._rows import present_time, row_of
from autocode.journal._stored import stored_entries
from autocode.journal._texts import refuse_unfit, unrecorded
from autocode.journal._wholeness import Wholeness
from autocode.journal._writing import write_row

_BY_CODERS = Coding | Adjudication | Decision | Deferral | Proposal | Paradata | Erasure | CodingsShown | LineChecked


@no_single_text
class Journal(JournalReader):
    """
    An append-only record of codings, suggestions and decisions in one SQLite file; open it with `Journal.open`.

    Entries are never changed or deleted: what is undone stays, and is marked as undone. Several processes may append at
    the same time, and one journal may be used from several threads.

    Every entry is linked to the one before it, and all links are followed before the first reading or appending. A
    journal in which an entry was changed, removed or moved, or that was put in the place of a later copy of itself, is
    refused.

    Parameters
    ----------
    file : JournalFile
        The open file.
    people : collection of str, default ()
        As in `open`.

    Attributes
    ----------
    path : Path
        The file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import Coding, Journal
    >>> with TemporaryDirectory() as folder, Journal.open(Path(folder) / "study.sqlite") as journal:
    ...     first = journal.append(Coding(line="GP1:2", coder="ann", codes=frozenset({"phone"})))
    ...     second = journal.append(Coding(line="GP1:2", coder="ann", codes=frozenset({"phone", "wait"})))
    ...     first, second, [sorted(coding.codes) for coding in journal.codings()]
    (1, 2, [['phone', 'wait']])
    """

    def __init__(self, file: JournalFile, *, people: Collection[str] = ()) -> None:
        self.path = file.path
        self._people = tuple(people)
        self._file = file
        self._connection = file.connection
        self._lock = RLock()
        with translated_errors(self.path):
            self._whole = Wholeness(file.connection, path=self.path)

    @classmethod
    @no_single_text
    def open(
        cls, path: str | Path, *, create: bool = True, read_only: bool = False, people: Collection[str] = ()
    ) -> Self:
        """
        Return the journal in a file.

        Parameters
        ----------
        path : str or Path
            The file.
        create : bool, default True
            Whether to make the file if it does not exist. It is not made where a journal with entries was, as the file
            beside it knows (`study.head` for `study.sqlite`).
        read_only : bool, default False
            Whether the journal is read as it is now, and nothing is written, neither to the file nor beside it. It is
            for folders that cannot be written, such as an archive.
        people : collection of str, default ()
            Names that are known to be people's, as `coders` in study.toml lists them; see `autocode.coding.human`.

        Raises
        ------
        JournalError
            If the file is not a journal, was written by a newer autocode, cannot be written, is missing where one was,
            or does not exist and `create` is False or `read_only` is True.
        """
        file = JournalFile.open(Path(path), create=create, read_only=read_only)
        try:
            return cls(file, people=people)
        except BaseException:
            file.connection.close()
            raise

    @property
    def id(self) -> str:
        """The identity of the journal, 32 hexadecimal digits; its copies have the same."""
        return self._whole.journal.hex()

    def close(self) -> None:
        """
        Close the file; closing twice does no harm.

        Raises
        ------
        JournalError
            If the file was deleted or replaced while it was open. What was stored is saved beside it then.
        """
        with self._lock:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(JournalError) if raised is not None else nullcontext():
            self.close()

    def coder(self, name: str) -> CoderId:
        """
        Return the id of a human coder in the spelling that the journal knows, if it knows the coder.

        Parameters
        ----------
        name : str
            The name as somebody wrote it: "ANN" is "ann", if "ann" coded before or is among the known people.

        Raises
        ------
        CodingError
            If the name is empty or that of a machine.
        """
        return human(name, people=(*self._people, *self.codings().coders))

    def append(self, *entries: Record | Codings, gesture: str = "") -> int:
        """
        Append all entries or none, and return the number of the last one when all are written to the disk.

        Where `Codings` have the digests of their transcripts, those that the journal does not know yet are recorded.

        Parameters
        ----------
        *entries : Coding, Codings, Decision, SuggestionBatch, Undo, ...
            The records, in order. A record without a time gets the present time.
        gesture : str, default ""
            An idempotency key: if entries were appended under this key before, nothing is appended, and the number of
            the last of them is returned. Empty for none.

        Raises
        ------
        CodingError
            If a coder has the name of a machine, or a record is about a line that is none of a participant's in the
            transcripts that the journal has recorded.
        JournalError
            If an undo is not allowed, or the journal cannot be written, is not whole, or was deleted or replaced.
        StudyError
            If codings were made on another text of a transcript than the codings that the journal has, or are of a line
            that an amendment replaced; or if a transcript was amended and this is not the text that it has now.
        """
        if self._file.read_only:
            raise JournalError.at(
                self.path, "was opened for reading only, so nothing can be added; open it where it can be written."
            )
        seen = [record for entry in entries if isinstance(entry, Codings) for record in self._unrecorded(entry)]
        records = [*seen, *records_in(entries)]
        coders = [record.coder for record in records if isinstance(record, _BY_CODERS)]
        for name in dict.fromkeys(
            [*coders, *(record.by for record in records if isinstance(record, Amendment | Change))]
        ):
            human(name, people=self._people)
        with self._lock, translated_errors(self.path):
            with self._file.transaction():
                self._whole.verify()
                if gesture and (stored := self._last_of(gesture)):
                    return stored
                refuse_unfit(records, self._whole.known.amendments, digests=self.transcripts, path=self.path)
                now = present_time(records, self._connection, self.path, latest_at=self._whole.latest_at)
                identities = entry_ids(now, len(records), after=self._whole.latest_id)
                known = self._whole.known.with_records(dict(zip(identities, records, strict=True)))
                records = [self._of_named_sample(known.codes.completed(record)) for record in records]
                known.refuse_unknown(records)
                place = self._whole.place._replace(known=known)
                for identity, record in zip(identities, records, strict=True):
                    row = row_of(
                        record, self._connection, self.path, identity=identity, place=place, now=now, gesture=gesture
                    )
                    link = write_row(self._connection, row, seq=place.seq + 1, after=place.link)
                    place = place.after(row, link)
            self._whole.place = place
            self._after_commit(erased=any(isinstance(record, Erasure) for record in records))
        return place.seq

    def _after_commit(self, *, erased: bool = False) -> None:
        """Say beside the journal how far it is; within a block that is not at its end yet, do nothing."""
        if self._connection.in_transaction or self._file.read_only:
            return
        whole = self._whole
        write_head(self.path, Head(journal=whole.journal, seq=whole.seq, link=whole.link))
        if erased:
            with suppress(sqlite3.OperationalError):  # what was erased is overwritten already; this frees its room
                self._connection.execute("VACUUM")

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Let nobody else append in this block; what is appended in it is written at its end, or not at all."""
        with self._lock, translated_errors(self.path):
            before = self._whole.place
            try:
                with self._file.transaction():
                    yield
            except BaseException:
                self._whole.place = before
                raise
            self._after_commit()

    def merge(self, other: "Journal") -> tuple[Entry, ...]:
        """
        Append what another journal holds that this one does not have, all of it or nothing, and return it.

        Entries keep their identity, their time and their texts, so merging once more, or in another order, changes
        nothing. Of a journal that is opened for reading only, the copy in memory changes and the file does not: it
        shows what a merge would come to.

        Parameters
        ----------
        other : Journal
            The other journal, such as that of a copy of the study on which a colleague worked.

        Raises
        ------
        JournalError
            If one of the journals cannot be written or is not whole.
        StudyError
            If the two know different texts of a transcript, or changes of the codebook in each contradict each other.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from autocode import Coding, Journal
        >>> with (
        ...     TemporaryDirectory() as folder,
        ...     Journal.open(Path(folder) / "ann.sqlite") as ann,
        ...     Journal.open(Path(folder) / "ben.sqlite") as ben,
        ... ):
        ...     _ = ann.append(Coding(line="GP1:2", coder="ann", codes=frozenset({"phone"})))
        ...     _ = ben.append(Coding(line="GP1:2", coder="ben", codes=frozenset()))
        ...     len(ann.merge(ben)), len(ann.merge(ben)), ann.codings()
        (1, 0, <Codings: 2 judgements of 1 line by 2 coders>)
        """
        with self.exclusively(), other._verified():
            self._whole.verify()
            place = self._whole.place
            refuse_other_versions(self, other)
            superfluous = superfluous_entries(self, other)
            branches = self.branches(other)
            if branches is not None:
                StudyError.raise_if(branches.faults())
                for journal in (self, other):
                    refuse_entries_without_place(journal._connection, branches.names_in_both, journal.path)
            write_missing_rows(
                self._connection,
                other._connection,
                last=other._whole.seq,
                superfluous=superfluous,
                place=place,
            )
            self._whole.verify()  # reads what was written, and finds it whole or takes it back
            return tuple(self.history(after=place.seq))

    def _unrecorded(self, codings: Codings) -> list[TranscriptSeen]:
        """Return the digests of codings that the journal does not know; raises `StudyError` if it knows other ones."""
        if not codings.digests:
            return []
        amended = {amendment.transcript for amendment in self.amendments()}
        return unrecorded(codings, self.codings(), amended=amended, path=self.path)

    def copy_to(self, path: Path) -> None:
        """
        Write a copy of the journal as it is now into a new file; others may go on appending meanwhile.

        Parameters
        ----------
        path : Path
            The file, which does not exist yet.

        Raises
        ------
        JournalError
            If the journal is not whole.
        """
        with self._verified(), translated_errors(path), closing(sqlite3.connect(path)) as copy:
            self._connection.backup(copy)

    def stores(self, gesture: str) -> bool:
        """
        Return whether entries were appended under an idempotency key.

        Parameters
        ----------
        gesture : str
            The key.
        """
        with self._verified():
            return bool(self._last_of(gesture))

    def _last_of(self, gesture: str) -> int:
        (last,) = self._connection.execute(
            "SELECT coalesce(max(seq), 0) FROM entries WHERE gesture = ?", (gesture,)
        ).fetchone()
        return int(last)

    def history(self, *, kinds: Collection[Kind] | None = None, after: int = 0) -> Iterator[Entry]:
        """
        Return the entries in the order in which they were appended, undone entries included.

        Parameters
        ----------
        kinds : collection of Kind or None, default None
            The kinds of entries; None for all.
        after : int, default 0
            Only entries with a greater number are returned.
        """
        if kinds is None:
            return self._entries("e.seq > ?", after)
        return self._entries(f"e.seq > ? AND e.kind IN ({', '.join('?' for _ in kinds)})", after, *kinds)

    @property
    def last(self) -> int:
        """The number of the last entry, 0 while there is none."""
        with self._verified():
            return self._whole.seq

    @contextmanager
    def _verified(self) -> Iterator[None]:
        """Use the file, known to be the same and whole."""
        with self._lock, translated_errors(self.path):
            self._file.check_same()
            self._whole.verify()
            yield

    def _entries(self, clause: str, *values: str | int) -> Iterator[Entry]:
        with self._verified():
            return iter([*self._selected(f"({clause}) AND e.seq <= ?", *values, self._whole.seq)])

    @property
    def _lineage(self) -> Lineage | None:
        with self._verified():
            return self._whole.known.codes.lineage

    def amendments(self) -> tuple[Amendment, ...]:
        """Return every correction of a transcript that was recorded, oldest first."""
        with self._verified():
            is_empty = not self._whole.known.amendments
        return () if is_empty else super().amendments()  # most calls ask in vain, and the answer is a search of all

    def _latest_of(self, kind: Kind) -> Entry | None:
        return next(self._entries("e.id = (SELECT max(id) FROM entries WHERE kind = ?)", kind), None)

    def _selected(self, clause: str, *values: str | int) -> Iterable[Entry]:
        entries = stored_entries(self._connection, self.path, clause, *values)
        return in_one_order(entries, self._whole.known.codes.lineage, self._connection, self.path)
