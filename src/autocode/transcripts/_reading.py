"""Interviews from files: which reader a suffix calls, and every fault of a folder at once."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from autocode.errors import Fault, TranscriptError
from autocode.transcripts._decoding import read_text
from autocode.transcripts._labelled import SpeakerRules, read_labelled
from autocode.transcripts._labels import key
from autocode.transcripts._lines import cut_into, transcript_of
from autocode.transcripts._nouns import Transcript, TranscriptId, Transcripts, Unit
from autocode.transcripts._participants import read_participants
from autocode.transcripts._roles import INTERVIEWERS
from autocode.transcripts._script import Script
from autocode.transcripts._tables import Columns, read_table

TEXTS = (".txt", ".md")
SUBTITLES = (".vtt", ".srt")
TABLES = (".csv", ".xlsx")
OFFICE = (".docx", ".odt", ".rtf")
SUFFIXES = (*TEXTS, *OFFICE, *SUBTITLES, *TABLES)

_BESIDE = frozenset({"participants.csv", "thumbs.db", "desktop.ini"})


def read_transcripts(
    path: str | Path,
    *,
    unit: Unit | str = Unit.PARAGRAPH,
    language: str = "en",
    interviewers: Collection[str] | None = None,
    speakers: Collection[str] = (),
    not_speakers: Collection[str] = (),
    speaker_name: str | None = None,
    participants: str | Path | None = None,
    columns: Columns | None = None,
    encoding: str | None = None,
) -> Transcripts:
    """
    Return the interviews of a folder, or of one file, cut into lines.

    Parameters
    ----------
    unit : what a line is: a whole `turn`, a `paragraph` (a source line) of a turn, or a `sentence`.
    language : in which spaCy finds sentences; nothing else depends on it.
    interviewers : labels, in any case, whose lines are context.
    participants : table of attributes; by default `participants.csv` in the folder or beside it, where there is one.
    columns : names of the columns of .csv and .xlsx.
    encoding : of text files; by default it is recognised.

    Raises
    ------
    TranscriptError
        With every fault of every file.
    """
    path = Path(path)
    cut = cut_into(Unit(unit), language=language)
    faults: list[Fault] = []
    interviews: list[Transcript] = []
    for file in _files(path, faults):
        try:
            rules = SpeakerRules(
                interviewers=INTERVIEWERS if interviewers is None else frozenset(map(key, interviewers)),
                stem=unicodedata.normalize("NFC", file.stem),
                speakers=frozenset(map(key, speakers)),
                not_speakers=frozenset(map(key, not_speakers)),
                speaker_name=speaker_name,
            )
            scripts = _scripts(file, rules=rules, columns=columns or Columns(), encoding=encoding)
        except TranscriptError as error:
            faults.extend(error.faults)
            continue
        for name, script in scripts.items():
            if not script.turns:
                faults.append(
                    Fault(f"holds speakers but no words (in {name}); put in what they said or remove it.", file)
                )
            interviews.append(transcript_of(script, name=name, source=str(file), cut=cut, interviewers=interviewers))
    faults.extend(_same_names(interviews))
    attributes: dict[TranscriptId, dict[str, str]] = {}
    table = Path(participants) if participants is not None else _participants_near(path)
    if table is not None:
        try:
            attributes = read_participants(table)
        except TranscriptError as error:
            faults.extend(error.faults)
    TranscriptError.raise_if(faults)
    return Transcripts(
        replace(one, attributes=MappingProxyType(attributes[one.id])) if one.id in attributes else one
        for one in interviews
    )


def _files(path: Path, faults: list[Fault]) -> Iterator[Path]:
    if not path.exists():
        raise TranscriptError.at(path, "does not exist; check the name.")
    if not path.is_dir():
        if path.suffix.lower() not in SUFFIXES:
            raise TranscriptError.at(path, _unknown(path))
        yield path
        return
    try:
        inside = sorted(path.iterdir(), key=lambda one: _natural(one.name))
    except OSError as why:
        raise TranscriptError.at(path, f"cannot be read ({why.strerror}); check that you may open it.") from why
    shown = [one for one in inside if not _set_aside(one)]
    if not shown:
        raise TranscriptError.at(path, f"holds no transcripts; put files of the kinds {', '.join(SUFFIXES)} into it.")
    for one in shown:
        if one.is_dir():
            faults.append(
                Fault("is a folder within the folder of transcripts; move its files up or move it away.", one)
            )
        elif one.suffix.lower() not in SUFFIXES:
            faults.append(Fault(_unknown(one), one))
        else:
            yield one


def _set_aside(one: Path) -> bool:
    """Whether a file is hidden, a word processor's lock, or about the transcripts rather than one of them."""
    return (
        one.name.startswith((".", "~$")) or one.name.casefold() in _BESIDE or one.name.casefold().startswith("readme")
    )


def _unknown(path: Path) -> str:
    kind = f"has the unknown suffix {path.suffix!r}" if path.suffix else "has no suffix"
    return f"{kind}; transcripts are {', '.join(SUFFIXES)}. Convert the file or move it away."


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts GP2 before GP10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple((0, int(part), "") if part[0] in "0123456789" else (1, 0, part.casefold()) for part in parts)


def _participants_near(path: Path) -> Path | None:
    near = (path / "participants.csv", path.parent / "participants.csv")
    return next((one for one in near if one.is_file()), None)


def _scripts(file: Path, *, rules: SpeakerRules, columns: Columns, encoding: str | None) -> dict[str, Script]:
    stem = rules.stem
    suffix = file.suffix.lower()
    if suffix in TABLES:
        return read_table(file, stem=stem, columns=columns, encoding=encoding)
    if suffix == ".docx":
        from autocode.transcripts._docx import read_docx

        return {stem: read_docx(file, rules=rules)}
    if suffix == ".odt":
        from autocode.transcripts._odt import read_odt

        return {stem: read_odt(file, rules=rules)}
    if suffix == ".rtf":
        from autocode.transcripts._rtf import read_rtf

        return {stem: read_rtf(file, rules=rules)}
    text = read_text(file, encoding=encoding).replace("\r\n", "\n").replace("\r", "\n")
    if suffix in SUBTITLES:
        from autocode.transcripts._cues import read_cues

        return {stem: read_cues(text, path=file, rules=rules)}
    return {stem: read_labelled(text, path=file, rules=rules)}


def _same_names(interviews: list[Transcript]) -> Iterator[Fault]:
    first: dict[TranscriptId, Transcript] = {}
    for one in interviews:
        other = first.setdefault(one.id, one)
        if other is not one:
            yield Fault(
                f"two transcripts are named {one.id!r}, this and {Path(other.source).name}; rename or remove one.",
                one.source,
            )
