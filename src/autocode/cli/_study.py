"""A study folder: what is in it, how it is read, and how a new one begins."""

import os
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from autocode.codebook import Codebook, read_codebook
from autocode.coding import Codings
from autocode.errors import AutocodeError, Fault, StudyError
from autocode.exchange import is_corpus, read_corpus
from autocode.journal import Journal, TranscriptSeen
from autocode.transcripts import INTERVIEWERS, Transcripts, Unit, read_transcripts

SETTINGS, CODEBOOK, TRANSCRIPTS, PARTICIPANTS = "study.toml", "codebook.toml", "transcripts", "participants.csv"
JOURNAL, MODEL = "study.sqlite", "model"

_NEW_SETTINGS = """# What autocode has to know about this study. Lines that begin with # are notes.

title = "{title}"

# What one line is: "turn", "paragraph" or "sentence". Settle it before anybody codes.
unit = "paragraph"

# Two-letter code of the language of the interviews, for words and sentences.
language = "en"

# Speakers whose lines are context: shown, but not coded. Case does not matter.
interviewers = ["Interviewer"]
"""
_NEW_CODEBOOK = """# Themes group subthemes; subthemes are what coders give to lines.
# Replace the example by your own codes. A definition helps coders, and the suggester learns from it too.

version = "1"

[[themes]]
name = "An example theme"
definition = "What the subthemes below have in common."

[[themes.subthemes]]
name = "An example subtheme"
definition = "What a line must say to get this code."
use_when = "Borderline cases that belong here."
not_when = "Neighbouring cases that do not, and the code they get instead."
examples = ["A line as somebody might say it."]
"""


class Settings(NamedTuple):
    """What `study.toml` says."""

    title: str
    unit: Unit
    language: str
    interviewers: frozenset[str]


class Material(NamedTuple):
    """What a study or a plain corpus holds, read and found consistent."""

    title: str
    language: str
    lines: Transcripts
    codebook: Codebook
    codings: Codings


def is_study(path: Path) -> bool:
    """Return whether a folder was made by `autocode init`."""
    return (path / SETTINGS).is_file()


def begin(folder: Path, *, force: bool) -> None:
    """Make a new study folder; existing files are replaced only with `force`."""
    files = {
        SETTINGS: _NEW_SETTINGS.format(title=folder.resolve().name.replace('"', "'").replace("\\", "/")),
        CODEBOOK: _NEW_CODEBOOK,
        PARTICIPANTS: "participant,role,borough,years_in_role,mode\n",
    }
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        raise StudyError.at(folder, f"already has {', '.join(there)}; choose another folder, or replace with --force.")
    if folder.exists() and not folder.is_dir():
        raise StudyError.at(folder, "is a file; choose another name for the study's folder.")
    with writing(folder):
        (folder / TRANSCRIPTS).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            replace_text(folder / name, text)


def settings_of(folder: Path) -> Settings:
    """Return what `study.toml` says; every fault at once."""
    path = folder / SETTINGS
    if not path.is_file():
        raise StudyError.at(
            folder, f"is not a study: it has no {SETTINGS}. Make one with: autocode init {folder.name or 'DIR'}."
        )
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise StudyError.at(path, f"is not TOML ({broken}); correct it.") from broken
    faults: list[Fault] = []

    def get(key: str, fallback: Any, kind: type) -> Any:
        value = said.pop(key, fallback)
        if not isinstance(value, kind):
            name = "text in quotation marks" if kind is str else 'a list such as ["Interviewer"]'
            faults.append(Fault(f"{key} must be {name}, not {value!r}.", path))
            return fallback
        return value

    title, unit = get("title", folder.resolve().name, str), get("unit", "paragraph", str)
    language, asking = get("language", "en", str), get("interviewers", [], list)
    if unit not in set(Unit):
        faults.append(Fault(f"unit must be one of {', '.join(Unit)}, not {unit!r}.", path))
    faults += [Fault(f"{key!r} is not a setting; known are title, unit, language, interviewers.", path) for key in said]
    StudyError.raise_if(faults)
    return Settings(
        title=title, unit=Unit(unit), language=language, interviewers=frozenset(map(str, asking)) or INTERVIEWERS
    )


def transcripts_of(folder: Path, settings: Settings, *, of: Path | None = None) -> Transcripts:
    """Return a study's transcripts, or another folder's or file's read with the study's settings."""
    participants = folder / PARTICIPANTS
    return read_transcripts(
        of or folder / TRANSCRIPTS,
        unit=settings.unit,
        language=settings.language,
        interviewers=settings.interviewers,
        participants=participants if participants.is_file() else None,
    )


@contextmanager
def journal_of(folder: Path, *, create: bool = True) -> Iterator[Journal]:
    """Open a study's journal."""
    with Journal.open(folder / JOURNAL, create=create) as journal:
        yield journal


def material_of(path: Path, *, corpus_too: bool = True) -> Material:
    """Return what a study folder holds, or a plain corpus where that makes sense."""
    if is_study(path):
        settings = settings_of(path)
        lines, codebook = transcripts_of(path, settings), read_codebook(path / CODEBOOK)
        codings = Codings()
        if (path / JOURNAL).exists():
            with journal_of(path) as journal:
                StudyError.raise_if(unfit(journal, lines, codebook, path))
                codings = journal.codings()
        return Material(settings.title, settings.language, lines, codebook, codings)
    if corpus_too and is_corpus(path):
        corpus = read_corpus(path)
        return Material(path.resolve().name, "en", corpus.lines, corpus.codebook, corpus.codings)
    also = ", nor a plain corpus (lines.csv, codings.csv, codebook.csv)" if corpus_too else ""
    raise StudyError.at(
        path, f"is not a study: it has no {SETTINGS}{also}. Make a study with: autocode init {path.name or 'DIR'}."
    )


def unfit(journal: Journal, lines: Transcripts, codebook: Codebook, path: Path) -> Iterator[Fault]:
    """Find where what was coded no longer fits the transcripts or the codebook."""
    edited = journal.edited(lines)
    for name in edited:
        source = lines.interview(name).source or name
        yield Fault(
            "was edited, or cut into other lines, after it was coded, so its codings may stand at other words; restore "
            "the text (and the unit in study.toml), or save the edited interview under a new name and code that.",
            source,
        )
    known = {line.id for line in lines}
    gone = sorted(
        {one.line for one in journal.codings() if one.line not in known and _transcript(one.line) not in edited}
    )
    if gone:
        more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
        yield Fault(
            f"holds codings of {gone[0]}{more}, which no transcript has; put the transcript back into {TRANSCRIPTS}/.",
            path / JOURNAL,
        )
    unknown = sorted({code for one in journal.codings() for code in one.codes if code not in codebook})
    for code in unknown:
        yield Fault(
            f"lacks the code {code!r}, which lines were given; put it back or rename it to that.", path / CODEBOOK
        )
    for code in sorted(
        {c for one in journal.codings() for c in one.codes if c in codebook and not codebook[c].codable}
    ):
        yield Fault(f"makes {code!r} a theme, but lines were given it; make it a subtheme again.", path / CODEBOOK)


def _transcript(line_id: str) -> str:
    return line_id.rsplit(":", 1)[0]


def seen(journal: Journal, lines: Transcripts, codings: Codings | None = None) -> list[TranscriptSeen]:
    """Return the digests that the journal has yet to know, of all interviews or of those that are coded."""
    known = journal.transcripts()
    wanted = None if codings is None else {lines.line(one).transcript for one in codings.lines}
    return [
        TranscriptSeen(transcript=one.id, digest=one.digest)
        for one in lines.interviews
        if one.id not in known and (wanted is None or one.id in wanted)
    ]


def faults_of(path: Path) -> list[Fault]:
    """Return every fault of every file of a study or a plain corpus."""
    if not is_study(path):
        try:
            material_of(path)
        except AutocodeError as error:
            return list(error.faults)
        return []
    found: list[Fault] = []
    try:
        settings = settings_of(path)
    except AutocodeError as error:
        found += error.faults
        settings = Settings("", Unit.PARAGRAPH, "en", INTERVIEWERS)
    lines, codebook = None, None
    try:
        lines = transcripts_of(path, settings)
    except AutocodeError as error:
        found += error.faults
    try:
        codebook = read_codebook(path / CODEBOOK)
    except AutocodeError as error:
        found += error.faults
    if (path / JOURNAL).exists():
        try:
            with journal_of(path) as journal:
                journal.codings()
                if lines is not None and codebook is not None:
                    found += unfit(journal, lines, codebook, path)
        except AutocodeError as error:
            found += error.faults
    return found


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the disk refuses into a sentence."""
    try:
        yield
    except OSError as no:
        raise StudyError.at(
            target, f"cannot be written ({no.strerror}); free some space or choose a folder you may write to."
        ) from no


def replace_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    half = path.with_name(f".{path.name}.part")
    try:
        with half.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def copy_files(sources: Sequence[Path], folder: Path) -> None:
    """Copy files into a folder, all of them or none."""
    done: list[Path] = []
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for source in sources:
                target = folder / source.name
                replace_bytes(target, source.read_bytes())
                done.append(target)
        except BaseException:
            for target in done:
                target.unlink(missing_ok=True)
            raise


def copy_tree(source: Path, target: Path, *, names: Sequence[str]) -> None:
    """Copy some files and folders of a folder."""
    with writing(target):
        target.mkdir(parents=True, exist_ok=True)
        for name in names:
            if (source / name).is_dir():
                shutil.copytree(source / name, target / name, dirs_exist_ok=True)
            else:
                shutil.copyfile(source / name, target / name)
