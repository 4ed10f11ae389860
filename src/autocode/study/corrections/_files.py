"""Corrected transcripts and changed rules, read as the study would have them, before anything is written."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from autocode.errors import Fault, StudyError, TranscriptError
from autocode.study._folder import SETTINGS, TRANSCRIPTS
from autocode.study._intake import SpeakerRule, TranscriptReader, labelled
from autocode.study._reading import read_lines
from autocode.study._settings import Settings, read_settings, with_unit, without_journal
from autocode.transcripts import Transcript, TranscriptId, Transcripts, Unit, reading_faults
from autocode.wording import listing

_TABLES = {".csv", ".xlsx"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedFiles:
    """
    The study as a correction would leave it.

    Attributes
    ----------
    lines : Transcripts
        The interviews that may change, each with its lines numbered from 1.
    named : frozenset of TranscriptId
        The interviews that a corrected file was given for.
    contents : mapping of Path to bytes
        The files to be put into the study.
    removed : tuple of Path
        The files that these replace under another name.
    present : tuple of Transcripts
        The interviews as the study has them now, read by the rules of now and by those of after.
    rules : tuple of Settings
        These rules.
    digests : mapping of Path to str
        What the files of the study hold on which this rests.
    """

    lines: Transcripts
    named: frozenset[TranscriptId]
    contents: Mapping[Path, bytes]
    removed: tuple[Path, ...]
    present: tuple[Transcripts, ...]
    rules: tuple[Settings, ...]
    digests: Mapping[Path, str]

    def earlier(self, name: TranscriptId, was: Sequence[Path]) -> Iterator[Transcript]:
        """Yield what the text of an interview may have been: as it is in the study, or as an earlier file has it."""
        for lines in self.present:
            yield from (transcript for transcript in lines.interviews if transcript.id == name)
        for rule in self.rules:
            for file in was:
                if len(was) == 1 or _stem(file) == name:
                    yield _read_as(file, name, f"{name}{file.suffix}", TranscriptReader(rule))[0]

    def check_unchanged(self) -> None:
        """
        Raise an error if a file of the study changed since this was read.

        Raises
        ------
        StudyError
            With the file.
        """
        for path, digest in self.digests.items():
            if not path.exists() or _digest(path) != digest:
                raise StudyError.at(path, "was changed since the amendment was planned; plan it again.")


def read_corrected(
    folder: Path, files: Sequence[Path], *, interview: str | None, speakers: SpeakerRule, unit: Unit | None
) -> CorrectedFiles:
    """
    Return the study as corrected files and changed rules would leave it.

    Raises
    ------
    StudyError
        If a file is of no interview of the study.
    AutocodeError
        With every fault of the transcripts and of the settings.
    """
    if interview is not None and len(files) != 1:
        raise StudyError("an interview is named for one file; give the file that corrects it.")
    rule = read_settings(folder)
    settings, contents = speakers.applied_to(folder)
    if unit is not None and unit is not settings.unit:
        path = folder / SETTINGS
        source = contents[path].decode() if path in contents else path.read_text(encoding="utf-8-sig")
        settings, contents = replace(settings, unit=unit), {path: with_unit(source, unit).encode()}
    present = read_lines(folder, settings, amendments=())
    interviews = {transcript.id: transcript for transcript in present.interviews}
    reader = TranscriptReader(settings, speaker_name=speakers.speaker_name)
    named: set[TranscriptId] = set()
    removed: list[Path] = []
    for file in files:
        if file.resolve().parent == (folder / TRANSCRIPTS).resolve():
            named |= _in_place(file, present)
            continue
        old = _interview_of(file, interview, present)
        transcript, content = _read_as(file, old.id, f"{Path(old.source).stem}{file.suffix}", reader)
        _refuse_doubtful(transcript, file)
        target = folder / TRANSCRIPTS / Path(transcript.source).name
        named.add(old.id)
        interviews[old.id] = replace(transcript, source=str(file), attributes=old.attributes)
        if not target.exists() or target.read_bytes() != content:
            contents[target] = content
        if Path(old.source) != target:
            removed.append(Path(old.source))
    changing = interviews if settings != rule or not named else {name: interviews[name] for name in named}
    used = [folder / SETTINGS, *dict.fromkeys(Path(transcript.source) for transcript in present.interviews)]
    return CorrectedFiles(
        lines=Transcripts(changing.values()),
        named=frozenset(named),
        contents=contents,
        removed=tuple(removed),
        present=(present,) if settings == rule else (*_read_by(folder, rule), present),
        rules=(settings,) if settings == rule else (rule, settings),
        digests={path: _digest(path) for path in used},
    )


def _read_by(folder: Path, rule: Settings) -> Iterator[Transcripts]:
    """Yield the interviews read by the rule of now, if they can be read by it."""
    try:
        yield read_lines(folder, rule, amendments=())
    except TranscriptError:
        return


def _in_place(file: Path, present: Transcripts) -> set[TranscriptId]:
    names = {transcript.id for transcript in present.interviews if Path(transcript.source).name == file.name}
    if not names:
        raise StudyError.at(file, "is no transcript of the study; name one that is.")
    return names


def _stem(file: Path) -> str:
    return unicodedata.normalize("NFC", file.stem)


def _interview_of(file: Path, interview: str | None, present: Transcripts) -> Transcript:
    """Return the interview that a file corrects."""
    name = interview or _stem(file)
    known = {transcript.id: transcript for transcript in present.interviews}
    if name not in known:
        raise StudyError.at(
            file,
            f"is no correction of an interview of the study, which has {listing(known, at_most=8)}; name the file as "
            "the interview, or say which it is with --interview NAME.",
        )
    old = known[TranscriptId(name)]
    beside = [transcript.id for transcript in present.interviews if transcript.source == old.source]
    if len(beside) > 1:
        raise StudyError.at(
            old.source,
            f"holds several interviews ({listing(beside, at_most=8)}); correct {name} in it, and name that file.",
        )
    return old


def _read_as(file: Path, name: TranscriptId, file_name: str, reader: TranscriptReader) -> tuple[Transcript, bytes]:
    """Return the interview in a file, read as the study will read it under the name that it gets, and its bytes."""
    content = file.read_bytes()
    with TemporaryDirectory(prefix="autocode-") as temporary:
        copy = Path(temporary) / TRANSCRIPTS / file_name
        copy.parent.mkdir()
        copy.write_bytes(content)
        read = [transcript for transcript in _read(copy, file, reader).interviews if transcript.id == name]
        if not read:
            raise StudyError.at(file, f"holds no interview {name}; name the one that it corrects.")
        if copy.suffix.casefold() in _TABLES or reader.speaker_name is not None:
            # as `add` keeps them: labelled text that the study reads by itself
            content = labelled(read[0], reader.settings)
            copy = copy.with_name(f"{name}.txt")
            copy.write_bytes(content)
            read = list(_read(copy, file, TranscriptReader(reader.settings)).interviews)
        return read[0], content


def _read(copy: Path, file: Path, reader: TranscriptReader) -> Transcripts:
    try:
        return reader.read(copy)
    except TranscriptError as error:  # of the file that the user knows, not of the copy
        raise TranscriptError(
            *(Fault(fault.what, file if fault.path == copy else fault.path, fault.line) for fault in error.faults)
        ) from error


def _refuse_doubtful(transcript: Transcript, file: Path) -> None:
    TranscriptError.raise_if(Fault(doubt, file) for doubt in reading_faults(transcript))


def _digest(path: Path) -> str:
    """Return what a file holds, but for the line of `study.toml` that names the journal: opening it writes that."""
    content = path.read_bytes()
    if path.name == SETTINGS:
        content = without_journal(content.decode("utf-8-sig", "surrogateescape")).encode("utf-8", "surrogateescape")
    return sha256(content).hexdigest()
