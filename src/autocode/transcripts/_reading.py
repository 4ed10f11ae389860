"""Interviews read from files: the reader for each suffix, and all faults of a folder at once."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from autocode.arguments import no_single_text
from autocode.errors import Fault, TranscriptError
from autocode.frozen import FrozenMapping
from autocode.transcripts._decoding import decoded_text, guess_in_words
from autocode.transcripts._grid import Page, markdown_tables_as_turns
from autocode.transcripts._labelled import read_labelled
from autocode.transcripts._labels import key
from autocode.transcripts._lines import segmenter, transcript_of
from autocode.transcripts._nouns import Transcript, TranscriptId, Unit
from autocode.transcripts._participants import misspelt_participants, read_participants
from autocode.transcripts._roles import INTERVIEWERS
from autocode.transcripts._rules import SpeakerRules
from autocode.transcripts._script import Script
from autocode.transcripts._tables import Columns, read_table
from autocode.transcripts._transcripts import Transcripts
from autocode.unicode import is_well_formed, well_formed
from autocode.wording import listing

TEXTS = (".txt", ".md")
SUBTITLES = (".vtt", ".srt")
TABLES = (".csv", ".xlsx")
OFFICE = (".docx", ".odt", ".rtf")
SUFFIXES = (*TEXTS, *OFFICE, *SUBTITLES, *TABLES)

# files that may lie in a folder of transcripts: the table of participants, and what Windows puts there
_NO_TRANSCRIPTS = frozenset({"participants.csv", "thumbs.db", "desktop.ini"})


@no_single_text
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
    Return the interviews of a folder, or of one file, segmented into lines.

    Parameters
    ----------
    path : str or Path
        A folder of transcripts, or one file: text (.txt, .md), Word (.docx), OpenDocument (.odt), Rich Text (.rtf),
        subtitles (.vtt, .srt) or a table (.csv, .xlsx).
    unit : Unit or str, default "paragraph"
        What a line is: a whole "turn", a "paragraph" of a turn, or a "sentence". A paragraph is a line of the source
        or, where lines end where the page did, what stands between blank lines.
    language : str, default "en"
        ISO code of the language in which spaCy finds sentences; used for the unit "sentence" only.
    interviewers : collection of str or None, default None
        Labels of interviewers, in any case; their lines are context. For an interview in which none of them speaks, and
        with None, a usual label decides (`INTERVIEWERS`), else the one speaker who asks; empty for no interviewer.
        `Transcript.roles` says who it was and why.
    speakers, not_speakers : collection of str, default empty
        Labels that are speakers, and words before a colon that are none, where the file does not make it clear.
    speaker_name : str or None, default None
        The speaker of files that name nobody.
    participants : str or Path or None, default None
        Table of the participants' attributes. None for `participants.csv` in the folder or next to it, if there is one.
    columns : Columns or None, default None
        Names of the columns of .csv and .xlsx; None for speaker and text, or for what the headings show.
    encoding : str or None, default None
        Encoding of text files; None to recognise it.

    Returns
    -------
    Transcripts
        The interviews in the natural order of their file names (GP2 before GP10).

    Raises
    ------
    TranscriptError
        If files cannot be read, name no speaker or have no words, or two interviews have the same name. Every fault of
        every file is listed.

    Examples
    --------
    >>> from autocode.transcripts import read_transcripts
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "GP1.txt"
    ...     _ = path.write_text("Mara: How do you refer?\\nGP1: By phone. It rings out.\\n")
    ...     lines = read_transcripts(path, unit="sentence", interviewers=["Mara"])
    >>> [(line.id, line.role.value, line.text) for line in lines][1:]
    [('GP1:2', 'participant', 'By phone.'), ('GP1:3', 'participant', 'It rings out.')]
    """
    path = Path(path)
    segment = segmenter(Unit(unit), language=language)
    faults: list[Fault] = []
    interviews: list[Transcript] = []
    for file in _files(path, faults):
        if not is_well_formed(file.name):
            faults.append(
                Fault(
                    "has a name that cannot be written as UTF-8, and the name is the interview's; rename the file.",
                    well_formed(str(file)),
                )
            )
            continue
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
                    Fault(f"names speakers but contains no words (in {name}); add their words or remove it.", file)
                )
            interviews.append(
                transcript_of(script, name=name, source=str(file), segment=segment, interviewers=interviewers)
            )
    faults.extend(_repeated_names(interviews))
    attributes: dict[TranscriptId, dict[str, str]] = {}
    table = Path(participants) if participants is not None else _participants_near(path)
    if table is not None:
        try:
            attributes = read_participants(table)
            faults.extend(misspelt_participants(table, [interview.id for interview in interviews]))
        except TranscriptError as error:
            faults.extend(error.faults)
    TranscriptError.raise_if(faults)
    return Transcripts(
        replace(interview, attributes=FrozenMapping(attributes[interview.id]))
        if interview.id in attributes
        else interview
        for interview in interviews
    )


def _files(path: Path, faults: list[Fault]) -> Iterator[Path]:
    if not path.exists():
        raise TranscriptError.at(path, "does not exist; check the name.")
    if not path.is_dir():
        if path.suffix.lower() not in SUFFIXES:
            raise TranscriptError.at(path, _unknown_suffix(path))
        yield path
        return
    try:
        inside = sorted(path.iterdir(), key=lambda entry: _natural_order(entry.name))
    except OSError as error:
        raise TranscriptError.at(path, f"cannot be read ({error.strerror}); check that you may open it.") from error
    entries = [entry for entry in inside if not _is_passed_over(entry)]
    if not entries:
        raise TranscriptError.at(
            path, f"contains no transcripts; put {listing(SUFFIXES, conjunction='or')} files into it."
        )
    for entry in entries:
        if entry.is_dir():
            faults.append(
                Fault("is a folder within the folder of transcripts; move its files up or move it away.", entry)
            )
        elif entry.suffix.lower() not in SUFFIXES:
            faults.append(Fault(_unknown_suffix(entry), entry))
        else:
            yield entry


def _is_passed_over(entry: Path) -> bool:
    """Return whether a file is hidden, the lock of a word processor, or a file about the transcripts."""
    name = entry.name.casefold()
    return name.startswith((".", "~$", "readme")) or name in _NO_TRANSCRIPTS


def _unknown_suffix(path: Path) -> str:
    kind = f"has the unknown suffix {path.suffix!r}" if path.suffix else "has no suffix"
    return f"{kind}; transcripts are {', '.join(SUFFIXES)}. Convert the file or move it away."


def _natural_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts GP2 before GP10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple((0, int(part), "") if part[0] in "0123456789" else (1, 0, part.casefold()) for part in parts)


def _participants_near(path: Path) -> Path | None:
    near = (path / "participants.csv", path.parent / "participants.csv")
    return next((table for table in near if table.is_file()), None)


def _scripts(file: Path, *, rules: SpeakerRules, columns: Columns, encoding: str | None) -> dict[str, Script]:
    stem = rules.stem
    suffix = file.suffix.lower()
    if suffix in TABLES:
        return read_table(file, stem=stem, columns=columns, rules=rules, encoding=encoding)
    if suffix == ".docx":
        from autocode.transcripts._docx import read_docx

        return {stem: read_docx(file, rules=rules)}
    if suffix == ".odt":
        from autocode.transcripts._odt import read_odt

        return {stem: read_odt(file, rules=rules)}
    if suffix == ".rtf":
        from autocode.transcripts._rtf import read_rtf

        return {stem: read_rtf(file, rules=rules)}
    decoded, guessed = decoded_text(file, encoding=encoding)
    script = _script_of_text(_with_plain_line_ends(decoded), file, rules)
    notes = (guess_in_words(decoded, guessed),) if guessed else ()
    return {stem: replace(script, notes=(*notes, *script.notes))}


def _script_of_text(text: str, file: Path, rules: SpeakerRules) -> Script:
    """Return the turns of a text file or of subtitles."""
    suffix = file.suffix.lower()
    if suffix in SUBTITLES:
        from autocode.transcripts._cues import read_cues

        return read_cues(text, path=file, rules=rules)
    if suffix == ".md":
        page = Page(rules)
        return page.read(markdown_tables_as_turns(text, page), file)
    return read_labelled(text, path=file, rules=rules)


def _with_plain_line_ends(text: str) -> str:
    """Return a text in which each sign that ends a line is a line feed."""
    return re.sub("\r\n|[\r\x0b\x85\u2028\u2029]", "\n", text)


def _repeated_names(interviews: list[Transcript]) -> Iterator[Fault]:
    first: dict[TranscriptId, Transcript] = {}
    for interview in interviews:
        other = first.setdefault(interview.id, interview)
        if other is not interview:
            yield Fault(
                f"two transcripts are named {interview.id!r}, this and {Path(other.source).name}; "
                "rename or remove one.",
                interview.source,
            )
