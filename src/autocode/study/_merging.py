"""Copies of a study on which people worked apart, brought together again: planned first, then all of it or nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeAlias

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, codebook_versions, evolve, write_codebook
from autocode.coding import Basis, CoderId, Coding
from autocode.display import Tabular, displayed
from autocode.errors import Fault, StudyError
from autocode.frames import Kind as CellKind
from autocode.journal import Entry, Journal, Kind, Undo, is_journal
from autocode.study._branches import contradictions, joined_codebooks, renamed_samples
from autocode.study._consistency import inconsistencies
from autocode.study._copies import differing_codebooks, differing_participants, differing_transcripts
from autocode.study._folder import CODEBOOK, JOURNAL, SETTINGS, is_study
from autocode.study._opening import has_journal, journal_as_it_is, open_journal
from autocode.study._reading import read_lines
from autocode.study._recorded_codebook import codebook_in_file, is_same
from autocode.study._settings import Settings, read_settings
from autocode.study._staging import finish_interrupted
from autocode.transcripts import LineId, Transcripts
from autocode.wording import count_of, listing

_Key: TypeAlias = tuple[CoderId, LineId, Basis]

# what a plan says of entries that are no judgements, in this order
_NOUNS = {
    Kind.DECISION: ("decision on suggestions", "decisions on suggestions"),
    Kind.DEFERRAL: ("line left for later", "lines left for later"),
    Kind.PROPOSAL: ("proposal", "proposals"),
    Kind.ADJUDICATION: ("ruling", "rulings"),
    Kind.SAMPLE: ("sample", "samples"),
    Kind.BLIND: ("draw of blind lines", "draws of blind lines"),
    Kind.BATCH: ("batch of suggestions", "batches of suggestions"),
    Kind.AMENDMENT: ("amendment", "amendments"),
    Kind.CODEBOOK: ("record of the codebook", "records of the codebook"),
    Kind.ERASURE: ("erasure of texts", "erasures of texts"),
    Kind.LOOK: ("look at codings of others", "looks at codings of others"),
}


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class MergedCoder:
    """
    What a merge brings of one coder's judgements.

    Attributes
    ----------
    coder : CoderId
        The coder.
    new : int
        Number of judgements on lines that the coder had not judged here, on that basis.
    newer : tuple of LineId
        Lines that the coder judged here too, and later there: the judgement from there stands.
    older : tuple of LineId
        Lines that the coder judged here too, and later here: the judgement from there is kept, and does not count.
    undone : int
        Number of judgements here that the coder took back there.
    """

    coder: CoderId
    new: int
    newer: tuple[LineId, ...]
    older: tuple[LineId, ...]
    undone: int

    def __str__(self) -> str:
        counts = {
            f"{count_of(self.new, 'judgement')} new": self.new,
            f"{len(self.newer)} newer than ours": self.newer,
            f"{len(self.older)} older than ours": self.older,
            f"{self.undone} undone there": self.undone,
        }
        parts = [words for words, n in counts.items() if n] or ["nothing new"]
        return f"{self.coder}: {', '.join(parts)}"


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class MergedCopy:
    """
    What a merge brings from one copy of the study.

    Attributes
    ----------
    path : Path
        The copy: its folder, or its journal.
    n_entries : int
        Number of entries that its journal has and ours had not.
    coders : tuple of MergedCoder
        Everybody who judged lines there, in the order of their names.
    others : mapping of str to int
        Number of new entries by kind, such as "proposal" or "sample".
    joined : tuple of str
        How it was joined what was made there and here apart, in sentences: changes of the codebook, samples that had
        one name.
    """

    path: Path
    n_entries: int
    coders: tuple[MergedCoder, ...]
    others: Mapping[str, int]
    joined: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [str(coder) for coder in self.coders]
        for kind, (singular, plural) in _NOUNS.items():
            if n := self.others.get(kind.value, 0):
                parts.append(count_of(n, singular, plural=plural))
        return "\n".join([f"{self.path}: {'; '.join(parts) or 'nothing new'}.", *self.joined])


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan(Tabular):
    """
    What a merge brings into a study, or would bring.

    Attributes
    ----------
    study : Path
        The study that takes in the others.
    copies : tuple of MergedCopy
        What each of the others has that the study and the copies before it have not.
    remarks : tuple of str
        What a merge leaves as it is although the copies differ in it, such as settings.
    """

    study: Path
    copies: tuple[MergedCopy, ...]
    remarks: tuple[str, ...]

    def _records(self) -> Iterable[dict[str, object]]:
        for copy in self.copies:
            for coder in copy.coders:
                yield {"copy": str(copy.path)} | asdict(coder)

    def _kinds(self) -> dict[str, CellKind]:
        return {"copy": "text", "coder": "text", "new": "count", "newer": "texts", "older": "texts",
                "undone": "count"}  # fmt: skip

    def _caption(self) -> str:
        return str(self)

    @property
    def n_entries(self) -> int:
        """Number of entries that are new to the study."""
        return sum(copy.n_entries for copy in self.copies)

    def to_json(self) -> dict[str, object]:
        """Return the plan as it is written in JSON."""
        return {
            "study": str(self.study),
            "copies": [
                {
                    "path": str(copy.path),
                    "entries": copy.n_entries,
                    "coders": [asdict(coder) for coder in copy.coders],
                    "others": dict(copy.others),
                    "joined": list(copy.joined),
                }
                for copy in self.copies
            ],
            "remarks": list(self.remarks),
        }

    def __str__(self) -> str:
        sentences = [str(copy) for copy in self.copies]
        if any(coder.newer or coder.older for copy in self.copies for coder in copy.coders):
            sentences.append(
                "Where a coder judged one line here and there, the later judgement stands; both stay in the record."
            )
        return "\n".join([*sentences, *self.remarks])


def merge(study: str | Path, *others: str | Path, dry_run: bool = False) -> MergePlan:
    """
    Take into a study what was done in copies of it: all of it, or nothing where a copy does not fit.

    Every entry of the other journals travels whole, with its time, its coder and what was shown: codings, decisions,
    undos, proposals, rulings, samples, draws, amendments. Each is taken once, however often copies are merged and in
    whatever order. Where a coder judged one line in two copies, the later judgement stands and both stay in the record.
    The copies themselves are not changed.

    Parameters
    ----------
    study : str or Path
        The folder of the study that takes in the others, or a journal.
    *others : str or Path
        Folders of copies of the study, or their journals. Of a journal alone only that much is compared: the texts by
        what the journal keeps of them, and the codes that were given.
    dry_run : bool, default False
        Whether nothing is written, so that the plan says what would be.

    Returns
    -------
    MergePlan
        What each copy brings.

    Raises
    ------
    StudyError
        If the interviews or codebooks of two copies differ, naming the lines or codes that differ, or a folder is not a
        study.
    JournalError
        If a journal is not whole, or the study's cannot be written.
    ValueError
        If no other copy is named.

    Examples
    --------
    >>> from pathlib import Path
    >>> from shutil import copytree
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.study import create_study, open_journal
    >>> with TemporaryDirectory() as folder:
    ...     mine, theirs = Path(folder, "mine"), Path(folder, "theirs")
    ...     create_study(mine)
    ...     _ = (mine / "transcripts" / "Bea.txt").write_text("Interviewer: And the council?\\nBea: It rings out.\\n")
    ...     _ = copytree(mine, theirs)
    ...     with open_journal(theirs) as journal:
    ...         _ = journal.append(ac.Coding(line="Bea:2", coder="JB", codes=frozenset({"an-example-subtheme"})))
    ...     plan, again = ac.merge(mine, theirs), ac.merge(mine, theirs)
    ...     print(plan.copies[0].coders[0], "|", again.copies[0].coders[0], "|", ac.read_study(mine).codings)
    JB: 1 judgement new | JB: nothing new | <Codings: 1 judgement of 1 line by 1 coder>
    """
    if not others:
        raise ValueError("name at least one other copy of the study.")
    paths = [Path(other) for other in others]
    with ExitStack() as opened:
        journal = opened.enter_context(_to_change(Path(study), dry_run=dry_run))
        here = _Copy.of(Path(study), journal)
        copies = [_Copy.of(path, opened.enter_context(_to_read(path))) for path in paths]
        StudyError.raise_if(fault for copy in copies for fault in _differences(here, copy))
        is_up_to_date = _is_up_to_date(here)
        with journal.exclusively():
            merged = tuple(_merged(journal, copy, into=here) for copy in copies)
            changed = _codebook_of_record(here) if is_up_to_date else None
            _check(here if changed is None else here._replace(codebook=changed))
        if changed is not None and not dry_run:
            write_codebook(changed, (_folder_of(here.path) or here.path) / CODEBOOK, force=True)
        remarks = tuple(dict.fromkeys(remark for copy in copies for remark in _remarks(here, copy)))
    return MergePlan(study=Path(study), copies=merged, remarks=remarks)


class _Copy(NamedTuple):
    """A copy of a study, as far as it can be compared: a journal alone has neither texts nor a codebook."""

    path: Path
    journal: Journal
    settings: Settings | None = None
    lines: Transcripts | None = None
    codebook: Codebook | None = None

    @classmethod
    def of(cls, path: Path, journal: Journal) -> "_Copy":
        folder = _folder_of(path)
        if folder is None:
            return cls(path, journal)
        settings = read_settings(folder)
        lines = read_lines(folder, settings, amendments=journal.amendments())
        return cls(path, journal, settings, lines, codebook_in_file(folder, settings))


def _folder_of(path: Path) -> Path | None:
    """Return the folder of a study, which may be named by its journal; None for a journal by itself."""
    if is_study(path):
        return path
    if path.is_file() and path.name == JOURNAL and is_study(path.parent):
        return path.parent
    if is_journal(path):
        return None
    raise StudyError.at(path, f"is neither a study, which has a {SETTINGS}, nor a journal of autocode.")


@contextmanager
def _to_change(path: Path, *, dry_run: bool) -> Iterator[Journal]:
    """Open the journal of the study that takes in others; for a dry run, a copy of it in memory."""
    if dry_run:
        with _to_read(path) as journal:
            yield journal
        return
    folder = _folder_of(path)
    if folder is None:
        with Journal.open(path, create=False) as journal:
            yield journal
        return
    finish_interrupted(folder)
    with open_journal(folder) as journal:
        yield journal


@contextmanager
def _to_read(path: Path) -> Iterator[Journal]:
    """Open the journal of a copy as it is now; nothing is written there."""
    folder = _folder_of(path)
    if folder is None:
        with Journal.open(path, read_only=True) as journal:
            yield journal
    elif has_journal(folder):
        with journal_as_it_is(folder) as journal:
            yield journal
    else:  # nobody has begun to code there
        with TemporaryDirectory(prefix="autocode-") as empty, Journal.open(Path(empty) / JOURNAL) as journal:
            yield journal


def _differences(here: _Copy, there: _Copy) -> Iterator[Fault]:
    """Yield each way in which a copy does not fit; the lines that differ first."""
    folder = _folder_of(there.path)
    if here.lines is not None and here.codebook is not None:
        if there.lines is None or there.codebook is None or folder is None:
            codebook = _codebook_for(there, here.codebook, here.journal)
            yield from inconsistencies(there.journal.codings(), here.lines, codebook, folder=there.path.parent)
            return
        differing = list(differing_transcripts(here.lines, there.lines))
        if differing:
            yield from differing
            yield Fault(
                "nothing was taken: codings can be merged only where both copies have the same lines. Restore the text "
                "that was coded, or record the same correction in both with autocode amend.",
                there.path,
            )
        yield from differing_participants(here.lines, there.lines, folder=folder)
        if not _differ_by_record(here, there):
            yield from differing_codebooks(here.codebook, there.codebook, folder=folder)
        if not differing:
            yield from inconsistencies(there.journal.codings(), there.lines, there.codebook, folder=folder)


def _codebook_for(alone: _Copy, codebook: Codebook, journal: Journal) -> Codebook:
    """Return the codebook in which the codings of a journal without a folder are, as it is recorded there or here."""
    for record in (alone.journal, journal):
        recorded, changes = record.codebook_history()
        if recorded is not None:
            versions = codebook_versions(recorded, changes)
            return versions[-1 if record is alone.journal else 0]
    return codebook


def _check(study: _Copy) -> None:
    """Raise a `StudyError`, so that all is taken back, if the merged codings do not fit the lines and codes."""
    if study.lines is not None and study.codebook is not None:
        folder = _folder_of(study.path) or study.path
        StudyError.raise_if(inconsistencies(study.journal.codings(), study.lines, study.codebook, folder=folder))


def _is_up_to_date(study: _Copy) -> bool:
    """
    Return whether the codebook in the study's folder is one that the record had, and not one that was edited by hand.

    The file is written after the entries. Where the program is killed between the two, the next merge writes it.
    """
    codebook = study.codebook
    first, changes = study.journal.codebook_history()
    if codebook is None or first is None or not changes:
        return codebook is not None
    return any(is_same(codebook, state) for state in study.journal.codebook_states())


def _codebook_of_record(study: _Copy) -> Codebook | None:
    """Return the codebook after all recorded changes, where the study has an earlier one in its folder."""
    codebook, changes = study.journal.codebook_history()
    if study.codebook is None or codebook is None or not changes:
        return None
    latest = evolve(codebook, changes)
    return None if is_same(study.codebook, latest) else latest


def _differ_by_record(here: _Copy, there: _Copy) -> bool:
    """Return whether codebooks differ by recorded changes, which are merged, or refused, as entries."""
    if not any(copy.journal.codebook_history()[1] for copy in (here, there)):
        return False
    states = [state for copy in (here, there) for state in copy.journal.codebook_states()]
    return all(
        any(is_same(copy.codebook, state) for state in states) for copy in (here, there) if copy.codebook is not None
    )


def _remarks(here: _Copy, there: _Copy) -> Iterator[str]:
    """Yield in which settings copies differ that do not decide what a line or a code is."""
    if here.settings is None:
        return
    judged = {coding.coder for coding in there.journal.codings() if coding.basis is not Basis.ADJUDICATED}
    unnamed = sorted(judged - here.settings.coders) if here.settings.coders else []
    if unnamed:
        yield f"{listing(unnamed)} judged lines in {there.path}, and {SETTINGS} here does not name them among coders."
    if there.settings is None:
        return
    for name in ("mode", "blind_share", "independent_coding", "coders", "adjudicators", "codebook_editors"):
        if getattr(here.settings, name) != getattr(there.settings, name):
            yield f"{name} in {SETTINGS} differs from that in {there.path}; it stays as it is here."


def _merged(journal: Journal, copy: _Copy, *, into: _Copy) -> MergedCopy:
    """Take in one copy, and return what it brought; the caller holds the transaction."""
    StudyError.raise_if(contradictions(journal, copy.journal, here=into.path, there=copy.path))
    codebooks = joined_codebooks(journal, copy.journal, here=into.path, there=copy.path)
    ours = {entry.seq: coding.coder for entry, coding in _judgements(journal)}
    samples, before, there = journal.sample_names(), _in_force(journal), _in_force(copy.journal)
    new = journal.merge(copy.journal)
    after = _in_force(journal)
    ids = {entry.id for entry in new}
    brought = [key for key, entry in after.items() if entry.id in ids]
    unseen = [key for key, entry in there.items() if entry.id in ids and after[key].id != entry.id]
    undone = Counter(
        ours[entry.record.entry] for entry in new if isinstance(entry.record, Undo) and entry.record.entry in ours
    )
    return MergedCopy(
        path=copy.path,
        n_entries=len(new),
        coders=tuple(
            MergedCoder(
                coder=coder,
                new=sum(key[0] == coder and key not in before for key in brought),
                newer=tuple(key[1] for key in brought if key[0] == coder and key in before),
                older=tuple(key[1] for key in unseen if key[0] == coder),
                undone=undone[coder],
            )
            for coder in sorted({coding.coder for _, coding in _judgements(copy.journal)})
        ),
        others=Counter(entry.kind.value for entry in new),
        joined=(
            *codebooks,
            *renamed_samples(samples, copy.journal.sample_names(), journal, here=into.path, there=copy.path),
        ),
    )


def _judgements(journal: Journal) -> Iterator[tuple[Entry, Coding]]:
    for entry in sorted(journal.history(kinds=(Kind.CODING,)), key=lambda entry: entry.id):
        if isinstance(entry.record, Coding):
            yield entry, entry.record


def _in_force(journal: Journal) -> dict[_Key, Entry]:
    """Return each coder's latest judgement on each line and basis, as `Journal.codings` does, with its entry."""
    latest: dict[_Key, Entry] = {}
    for entry, coding in _judgements(journal):
        key = (coding.coder, coding.line, coding.basis)
        if not entry.undone and (key not in latest or latest[key].at <= entry.at):
            latest[key] = entry
    return latest
