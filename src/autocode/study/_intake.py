"""Files into a study: every file is read and found good before anything is written."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeAlias

from autocode.arguments import no_single_text
from autocode.codebook import Codebook
from autocode.coding import Basis, CoderId, Coding, Codings, person_key
from autocode.errors import AutocodeError, CodingError, CodingHeaderError, Fault, StudyError, TranscriptError
from autocode.exchange import read_codings, read_sheet
from autocode.study._consistency import inconsistencies, respelt_coders, unrecorded_codebook, unrecorded_digests
from autocode.study._folder import PARTICIPANTS, SETTINGS, TRANSCRIPTS, replaced_on_success
from autocode.study._opening import has_journal, open_journal, reading_journal
from autocode.study._reading import read_lines
from autocode.study._recorded_codebook import codebook_of
from autocode.study._settings import Settings, read_settings, refuse_unlisted, with_labels
from autocode.study._staging import finish_interrupted
from autocode.study._surveys import remembered_columns, with_attributes
from autocode.transcripts import (
    SUFFIXES,
    Columns,
    Role,
    Transcript,
    TranscriptId,
    Transcripts,
    misspelt_participants,
    read_participants,
    read_text,
    read_transcripts,
    reading_account,
    reading_faults,
    shows_interviews,
    unmatched_participants,
)
from autocode.wording import count_of

_TABLES = {".csv", ".tsv", ".xlsx"}
_ENCODED = {".txt", ".md", ".vtt", ".srt"}
_SHOWN_NAMES = 30
_SHOWN_SINGLY = 8  # interviews of one table; more are described together
_LABELS = ("{speaker}: {text}", "#{speaker}: {text}")

_Key: TypeAlias = tuple[str, str, Basis]


@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerRule:
    """
    Who the speakers of transcripts are, where these do not make it clear.

    Attributes
    ----------
    interviewers : tuple of str or None, default None
        Labels of interviewers; empty to say that there are none, None to leave it as it is.
    speakers, not_speakers : tuple of str, default empty
        Labels that are speakers, and words before a colon that are none.
    speaker_name : str or None, default None
        The speaker of files in which only one person speaks and nobody is named.
    """

    interviewers: tuple[str, ...] | None = None
    speakers: tuple[str, ...] = ()
    not_speakers: tuple[str, ...] = ()
    speaker_name: str | None = None

    def applied_to(self, folder: Path) -> tuple[Settings, dict[Path, bytes]]:
        """
        Return a study's settings with this rule, and `study.toml` as it remembers it, where that changes.

        Parameters
        ----------
        folder : Path
            The study's folder.
        """
        settings, path = read_settings(folder), folder / SETTINGS
        source = before = path.read_text(encoding="utf-8-sig")
        for key in ("interviewers", "speakers", "not_speakers"):
            labels = getattr(self, key)
            if labels or (labels is not None and key == "interviewers"):
                source = with_labels(source, key, labels)
        if source == before:
            return settings, {}
        known = settings.interviewers or frozenset()
        settings = replace(
            settings,
            interviewers=settings.interviewers if self.interviewers is None else known | frozenset(self.interviewers),
            speakers=settings.speakers | frozenset(self.speakers),
            not_speakers=settings.not_speakers | frozenset(self.not_speakers),
        )
        return settings, {path: source.encode("utf-8")}


class TranscriptReader(NamedTuple):
    """How files that are not in the study yet are read."""

    settings: Settings
    columns: Columns | None = None
    speaker_name: str | None = None
    encoding: str | None = None

    def columns_of(self, file: Path) -> Columns | None:
        """Return the columns of a table that the caller names, or else those of a survey that `study.toml` names."""
        known = self.settings
        if self.columns is not None or not known.questions or file.suffix.casefold() not in _TABLES:
            return self.columns
        header = [name.strip() for name in read_sheet(file).header]
        questions = tuple(name for name in header if name in known.questions)
        attributes = tuple(name for name in header if name in known.attributes)
        respondents = next((name for name in header if name in known.respondents), None)
        if not questions:
            return None
        return Columns(questions=questions, attributes=attributes or None, transcript=respondents)

    def read(self, file: Path) -> Transcripts:
        """Return the interviews of a file or a folder."""
        return read_transcripts(
            file,
            unit=self.settings.unit,
            language=self.settings.language,
            interviewers=self.settings.interviewers,
            speakers=self.settings.speakers,
            not_speakers=self.settings.not_speakers,
            speaker_name=self.speaker_name,
            columns=self.columns_of(file),
            encoding=self.encoding,
        )

    def content_of(self, file: Path) -> bytes:
        """Return what the study keeps of a file: in UTF-8 where the caller names the encoding of a text."""
        if self.encoding is None or file.suffix.casefold() not in _ENCODED:
            return file.read_bytes()
        return read_text(file, encoding=self.encoding).encode("utf-8")


class _NewTranscripts(NamedTuple):
    """The interviews of one file or folder that the study does not have yet, as files to be placed in it."""

    transcripts: tuple[Transcript, ...]
    contents: dict[Path, bytes]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intake:
    """What is to be added to a study, read and found good."""

    contents: dict[Path, bytes]
    removed: Collection[Path]
    lines: Transcripts
    codebook: Codebook
    codings: Codings
    sentences: list[str]


def add_files(
    folder: Path,
    files: Sequence[Path],
    *,
    coder: str | None = None,
    basis: Basis = Basis.INDEPENDENT,
    columns: Columns | None = None,
    speakers: SpeakerRule | None = None,
    encoding: str | None = None,
    dry_run: bool = False,
    force: bool = False,
) -> list[str]:
    """
    Add transcripts, tables of participants and codings to a study, all or none, and return a sentence for each file.

    Parameters
    ----------
    folder : Path
        The study's folder.
    files : sequence of Path
        Files and folders; a table is read as codings unless `columns` says that it is a transcript.
    coder : str, optional
        Whose codings a table holds that does not name its coders; by default, for a wide table, the name of the file.
    basis : Basis, default Basis.INDEPENDENT
        What the coder had seen, where the table does not say.
    columns : Columns, optional
        The columns of a table of lines; by default, no table is a transcript.
    speakers : SpeakerRule, optional
        Who the speakers are, where the transcripts do not make it clear; `study.toml` remembers it.
    encoding : str, optional
        Encoding of text files, such as "cp1252"; None to recognise it. With it, they are kept in UTF-8.
    dry_run : bool, default False
        Whether the sentences say what would be added, and nothing is.
    force : bool, default False
        Whether a transcript, the table of participants or a coder's earlier coding is replaced.

    Raises
    ------
    AutocodeError
        With every fault: of a file that cannot be read, of a transcript whose name the study has already, of a coding
        that differs from an earlier one. Nothing is changed then.
    """
    finish_interrupted(folder)
    rule = speakers or SpeakerRule()
    settings, remembered = rule.applied_to(folder)
    remembered = remembered_columns(folder, columns, remembered)
    source = TranscriptReader(settings, columns, rule.speaker_name, encoding)
    intake = _read(folder, source, files, coder=coder, basis=basis, force=force)
    if dry_run:
        return [f"would add {sentence}" for sentence in intake.sentences]
    lines = intake.lines
    with replaced_on_success(intake.contents | remembered, about=folder, removed=intake.removed):
        if intake.contents:
            lines = _read_back(folder, settings, lines)
        if intake.codings:
            with open_journal(folder) as journal:
                known = unrecorded_codebook(journal, intake.codebook)
                journal.append(*unrecorded_digests(journal, lines, codings=intake.codings), *known, *intake.codings)
    return [f"added {sentence}" for sentence in intake.sentences]


def _read(
    folder: Path, source: TranscriptReader, files: Sequence[Path], *, coder: str | None, basis: Basis, force: bool
) -> _Intake:
    """Return all that the files hold; nothing is written."""
    existing = _existing(folder, source.settings)
    codebook = codebook_of(folder, source.settings)
    interviews, tables, participants = _by_kind(files, source)
    readings = _read_interviews(interviews, existing, folder, source)
    contents = {path: content for reading in readings for path, content in reading.contents.items()}
    new = [transcript for reading in readings for transcript in reading.transcripts]
    lines, removed = _merge(existing, new, contents, force=force)
    sentences = ["\n  ".join([reading.sentence, *_twice(reading.transcripts, lines)]) for reading in readings]
    for table in participants:
        sentence, placed = _read_participants(table, folder, force=force)
        contents |= placed
        names = [interview.id for interview in lines.interviews]
        TranscriptError.raise_if(misspelt_participants(table, names))
        unmatched = unmatched_participants(read_participants(table), names)
        sentences.append("\n  ".join([sentence, *(f"{what}." for what in unmatched)]))
    contents |= with_attributes(folder, new, contents, force=force)
    coded = _coded(folder, lines, codebook)
    codings: dict[_Key, Coding] = {}
    faults: list[Fault] = []
    for table in tables:
        try:
            people = source.settings.coders or {key[1] for key in (*coded, *codings)}
            read = _read_codings(table, lines, codebook, coder=coder, basis=basis, people=people)
            refuse_unlisted(_judges(read), source.settings, folder, file=table)
            so_far = {name for _, name, _ in coded}
            CodingError.raise_if(respelt_coders(read.coders, so_far, named=source.settings.coders, place=table))
            fresh = _fresh(coded, read, table, force=force)
        except AutocodeError as error:
            faults += error.faults
            continue
        known = len(read) - len(fresh)
        sentences.append(f"{table}: {_counts(fresh)}{f'; {known} were there already' if known else ''}.")
        sentences += _respelt(table, read, people)
        # of two tables with one coding, and force, the later one stands: as it would, one after the other
        codings |= _by_key(fresh)
        coded |= _by_key(fresh)
    CodingError.raise_if(faults)
    return _Intake(
        contents=contents,
        removed=removed,
        lines=lines,
        codebook=codebook,
        codings=Codings(codings.values()),
        sentences=sentences,
    )


def _by_key(codings: Iterable[Coding]) -> dict[_Key, Coding]:
    return {(coding.line, coding.coder, coding.basis): coding for coding in codings}


def _by_kind(files: Iterable[Path], source: TranscriptReader) -> tuple[list[Path], list[Path], list[Path]]:
    """Return which files hold interviews, which codings, and which are tables of participants."""
    interviews: list[Path] = []
    tables: list[Path] = []
    participants: list[Path] = []
    for file in dict.fromkeys(files):
        inside = [path for path in sorted(file.iterdir()) if not _is_hidden(path.name)] if file.is_dir() else []
        of_people = [path for path in inside if path.name.casefold() == PARTICIPANTS]
        sheets = [path for path in inside if path not in of_people and path.suffix.casefold() in _TABLES]
        if file.name.casefold() == PARTICIPANTS:
            participants.append(file)
        elif sheets and source.columns is None and len(sheets) + len(of_people) == len(inside):
            interviews += [sheet for sheet in sheets if _is_transcript(sheet, source)]
            tables += [sheet for sheet in sheets if sheet not in interviews]
            participants += of_people
        elif file.is_dir() or file.suffix.casefold() not in _TABLES or _is_transcript(file, source):
            interviews.append(file)
            participants += of_people
        else:
            tables.append(file)
    return interviews, tables, participants


def _is_transcript(table: Path, source: TranscriptReader) -> bool:
    """Return whether a table holds interviews: its columns are named by the caller or `study.toml`, or show it."""
    try:
        if source.columns_of(table) is not None:
            return True
        sheet = read_sheet(table)
    except AutocodeError:
        return False  # reading it as codings will say what is wrong
    return shows_interviews(sheet.header, sheet.rows)


def _is_hidden(name: str) -> bool:
    """Return whether a file is hidden, or is the lock file of a word processor."""
    return name.startswith((".", "~$"))


def _existing(folder: Path, settings: Settings) -> Transcripts:
    """Return the interviews that the study has already."""
    inside = folder / TRANSCRIPTS
    if not inside.is_dir() or all(file.name.startswith(".") for file in inside.iterdir()):
        return Transcripts(())
    return read_lines(folder, settings)


def _read_interviews(
    files: Iterable[Path], existing: Transcripts, folder: Path, source: TranscriptReader
) -> list[_NewTranscripts]:
    readings: list[_NewTranscripts] = []
    faults: list[Fault] = []
    for file in files:
        try:
            readings.append(_read_interview(file, existing, folder, source))
        except TranscriptError as error:
            faults += error.faults
            faults += _doubts_inside(file, source, {fault.path for fault in error.faults})
    TranscriptError.raise_if(faults)
    return readings


def _doubts_inside(folder: Path, source: TranscriptReader, known: Collection[Path | str | None]) -> Iterator[Fault]:
    """Yield what is doubtful in the other files of a folder that holds a fault, so that all is said at once."""
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    for file in inside:
        if file.suffix.casefold() not in SUFFIXES or file in known or file.name.casefold() == PARTICIPANTS:
            continue
        try:
            interviews = source.read(file).interviews
        except TranscriptError:
            continue  # it is among the faults of the folder
        yield from (Fault(doubt, file) for transcript in interviews for doubt in reading_faults(transcript))


def _read_interview(file: Path, existing: Transcripts, folder: Path, source: TranscriptReader) -> _NewTranscripts:
    read = source.read(file)
    known = {transcript.id: transcript for transcript in existing.interviews}
    new: list[Transcript] = []
    contents: dict[Path, bytes] = {}
    for path, group in groupby(read.interviews, key=lambda transcript: transcript.source):
        transcripts = tuple(group)
        if all(_is_same(transcript, known.get(transcript.id)) for transcript in transcripts):
            continue
        if source.columns is None and source.speaker_name is None and Path(path).suffix.casefold() not in _TABLES:
            contents[folder / TRANSCRIPTS / Path(path).name] = source.content_of(Path(path))
        else:
            # A table needs its columns named, and one speaker a name; as labelled text the study reads it by itself.
            contents |= {
                folder / TRANSCRIPTS / f"{transcript.id}.txt": labelled(transcript, source.settings)
                for transcript in transcripts
            }
        new += transcripts
    TranscriptError.raise_if(
        Fault(doubt, transcript.source) for transcript in new for doubt in reading_faults(transcript)
    )
    summary = f"{file}: {_sentence(new, n_known=len(read.interviews) - len(new))}."
    return _NewTranscripts(tuple(new), contents, "\n".join([summary, *_accounts(new)]))


def _accounts(new: Sequence[Transcript]) -> Iterator[str]:
    """Yield how each interview was read, indented under the sentence about its file."""
    for _, group in groupby(new, key=lambda transcript: transcript.source):
        of_file = tuple(group)
        if len(of_file) > _SHOWN_SINGLY:
            yield from (f"  {sentence}" for sentence in reading_account(*of_file))
            continue
        shared = [note for note in of_file[0].notes if len(of_file) > 1]
        yield from (f"  {note}" for note in shared)
        for transcript in of_file:
            if len(new) > 1:
                yield f"  {transcript.id}"
            account = (sentence for sentence in reading_account(transcript) if sentence not in shared)
            yield from (f"  {'  ' * (len(new) > 1)}{sentence}" for sentence in account)


def _sentence(new: Sequence[Transcript], *, n_known: int) -> str:
    parts = []
    if new:
        lines = [line for transcript in new for line in transcript.lines]
        n_participants = sum(line.role is Role.PARTICIPANT for line in lines)
        names = ", ".join(transcript.id for transcript in new[:_SHOWN_NAMES])
        names += f" and {len(new) - _SHOWN_NAMES} more" if len(new) > _SHOWN_NAMES else ""
        parts.append(f"{names}; {count_of(len(lines), 'line')}, {n_participants} of participants")
    if n_known:
        parts.append(f"{n_known} transcripts were there already" if n_known > 1 else "one transcript was there already")
    return "; ".join(parts)


def _is_same(transcript: Transcript, other: Transcript | None) -> bool:
    """Return whether two transcripts have the same lines by the same speakers."""
    return other is not None and _turns(transcript) == _turns(other)


def _twice(new: Iterable[Transcript], lines: Transcripts) -> Iterator[str]:
    """Yield which interviews have the turns of another one: one recording may have been added under two names."""
    for transcript in new:
        others = (other.id for other in lines.interviews if other.id != transcript.id and _is_same(transcript, other))
        if other := next(others, None):
            yield f"{transcript.id} has the same words as {other}; if it is the same interview, delete one of the two."


def _turns(transcript: Transcript) -> list[tuple[str, str]]:
    return [(line.speaker, line.text) for line in transcript.lines]


def labelled(transcript: Transcript, settings: Settings) -> bytes:
    """Return an interview as labelled text that reads back as the same lines."""
    if Path(transcript.id).name != transcript.id or _is_hidden(transcript.id):
        raise TranscriptError.at(
            transcript.source,
            f"names an interview {transcript.id!r}, which cannot name a file; rename it in the table.",
        )
    with TemporaryDirectory() as temporary:
        file = Path(temporary) / "transcripts" / f"{transcript.id}.txt"
        file.parent.mkdir()
        for label in _LABELS:
            rows, speaker = [], ""
            for line in transcript.lines:
                rows.append(
                    label.format(speaker=line.speaker, text=line.text) if line.speaker != speaker else line.text
                )
                speaker = line.speaker
            file.write_text("\n".join(rows) + "\n", encoding="utf-8")
            try:
                (read,) = TranscriptReader(settings).read(file).interviews
            except TranscriptError:
                continue  # the other way of labelling may do
            if _is_same(read, transcript):
                return file.read_bytes()
    raise TranscriptError.at(
        transcript.source,
        f"has speakers or words in {transcript.id} that cannot be kept as labelled text; "
        "give the speakers plain names without colons or brackets, or save the interview as .docx.",
    )


def _merge(
    existing: Transcripts, new: Sequence[Transcript], contents: dict[Path, bytes], *, force: bool
) -> tuple[Transcripts, set[Path]]:
    """Return all interviews as they will be, and the files that the new ones replace under another name."""
    known = {transcript.id: transcript for transcript in existing.interviews}
    added: dict[TranscriptId, Transcript] = {}
    faults: list[Fault] = []
    for transcript in new:
        other = added.setdefault(transcript.id, transcript)
        if other is not transcript:
            faults.append(
                Fault(
                    f"two transcripts are named {transcript.id!r}, this and {other.source}; rename one of them.",
                    transcript.source,
                )
            )
        elif transcript.id in known and not force:
            faults.append(
                Fault(
                    f"the study already has a transcript named {transcript.id!r} ({known[transcript.id].source}); "
                    "rename the file, or replace the transcript with --force.",
                    transcript.source,
                )
            )
    TranscriptError.raise_if(faults)
    replaced = {Path(known[name].source) for name in added if name in known}
    return Transcripts((known | added).values()), replaced - contents.keys()


def _read_back(folder: Path, settings: Settings, lines: Transcripts) -> Transcripts:
    """Return the interviews that are in the study's folder by now; raises `StudyError` if one is not what was read."""
    stored = {transcript.id: transcript for transcript in _existing(folder, settings).interviews}
    StudyError.raise_if(
        Fault(
            f"cannot be kept in the study under the name {Path(transcript.source).name!r}; rename the file, plainly "
            "and unlike the others.",
            transcript.source,
        )
        for transcript in lines.interviews
        if not _is_same(transcript, stored.get(transcript.id))
    )
    return Transcripts(stored.values())


def _read_participants(table: Path, folder: Path, *, force: bool) -> tuple[str, dict[Path, bytes]]:
    """Return what was read, as a sentence, and the table to be placed in the study, if it is not there already."""
    target = folder / PARTICIPANTS
    participants = read_participants(table)
    existing = read_participants(target) if target.is_file() else {}
    if participants == existing:
        return f"{table}: nothing that is not there already.", {}
    if existing and not force:
        raise StudyError.at(
            table,
            f"differs from the study's own table of participants ({target}); edit that, or replace it with --force.",
        )
    return f"{table}: attributes of {count_of(len(participants), 'participant')}.", {target: table.read_bytes()}


def _coded(folder: Path, lines: Transcripts, codebook: Codebook) -> dict[_Key, Coding]:
    """Return what the journal holds; nothing is written to look, and no journal begun."""
    if not has_journal(folder):
        return {}
    with reading_journal(folder) as journal:
        codings = journal.codings()
    StudyError.raise_if(inconsistencies(codings, lines, codebook, folder=folder) if lines else ())
    return _by_key(codings)


def _judges(codings: Codings) -> Iterable[CoderId]:
    """Return who coded; an adjudicator need not be a coder."""
    return dict.fromkeys(coding.coder for coding in codings if coding.basis is not Basis.ADJUDICATED)


def _respelt(file: Path, codings: Codings, people: Collection[str]) -> list[str]:
    """Return a sentence for each coder whom the table spells otherwise than the study, or in several ways."""
    sheet = read_sheet(file)
    names = [name.strip().casefold() for name in sheet.header]
    column = names.index("coder") if "coder" in names else None
    written = {file.stem} if column is None else {cells[column].strip() for _, cells in sheet.rows}
    found = {person_key(coder): coder for coder in (*people, *codings.coders)}
    return [
        f"{file}: {name} is taken for the coder {coder}, spelt otherwise."
        for name in sorted(written)
        if (coder := found.get(person_key(name))) is not None and coder != name
    ]


def _read_codings(
    file: Path, lines: Transcripts, codebook: Codebook, *, coder: str | None, basis: Basis, people: Collection[str]
) -> Codings:
    try:
        return read_codings(file, lines=lines, codebook=codebook, coder=coder, basis=basis, people=people)
    except CodingHeaderError as error:
        hint = Fault(
            "if this is a transcript, name its columns with --speaker and --text; if it is a survey with one row per "
            "respondent, name the columns of its questions with --question.",
            file,
        )
        raise CodingError(*error.faults, hint) from error


def _fresh(coded: dict[_Key, Coding], read: Codings, file: Path, *, force: bool) -> Codings:
    """Return the codings that the journal does not have; raises `StudyError` if it has others, unless `force`."""
    faults, fresh = [], []
    for key, coding in _by_key(read).items():
        earlier = coded.get(key)
        is_same = earlier is not None and (earlier.codes, earlier.unjudged) == (coding.codes, coding.unjudged)
        if earlier is None or (force and not is_same):
            fresh.append(coding)
        elif not is_same:
            faults.append(
                Fault(
                    f"{coding.coder} judged {coding.line} otherwise before ({_codes(earlier)} then, {_codes(coding)} "
                    "now); correct the file, or record the later judgement with --force.",
                    file,
                )
            )
    StudyError.raise_if(faults)
    return Codings(fresh)


def _codes(coding: Coding) -> str:
    given = ", ".join(sorted(coding.codes)) or "nothing"
    return given + (f", and says nothing about {', '.join(sorted(coding.unjudged))}" if coding.unjudged else "")


def _counts(codings: Codings) -> str:
    return (
        f"{count_of(len(codings), 'judgement')} of {count_of(len(codings.lines), 'line')} "
        f"by {count_of(len(codings.coders), 'coder')}"
    )
