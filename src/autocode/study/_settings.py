"""What `study.toml` says, every fault of it at once."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from autocode.arguments import no_single_text
from autocode.coding import CoderId, Mode, human, person_key
from autocode.errors import AutocodeError, Fault, StudyError
from autocode.names import aside
from autocode.study._folder import SETTINGS
from autocode.transcripts import Unit
from autocode.wording import listing


@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    The settings of a study, as `study.toml` has them.

    Attributes
    ----------
    title : str, default ""
        Title of the study.
    unit : Unit, default Unit.PARAGRAPH
        What one line is.
    language : str, default "en"
        Language of the interviews, as a two-letter code.
    interviewers : frozenset of str or None, default None
        Speakers whose lines are context, see `read_transcripts`; empty for no interviewer.
    speakers : frozenset of str, default empty
        Labels that are speakers in every transcript, whatever they look like.
    not_speakers : frozenset of str, default empty
        Words before a colon that are no speakers in any transcript.
    questions, attributes, respondents : frozenset of str, default empty
        Headings in survey tables: of the questions whose answers are coded, of what is known about the respondents, and
        of the column that names them.
    mode : Mode, default Mode.ASSISTED
        What coders see of the suggestions.
    blind_share : float, default 0.15
        Share of the lines that stay without suggestions in an assisted study, between 0 and 1.
    adjudicators : frozenset of str, default empty
        Who may settle the lines on which coders differ.
    codebook_editors : frozenset of str, default empty
        Who may change the codebook. Without names, the adjudicators may; without those, everybody.
    codes : {"codebook", "own", "shared"}, default "codebook"
        Where codes come from: the codebook, or coders who make them while coding from zero. Own codes are seen and
        given by the coder alone who made them, while independent coding is open; shared ones appear for all at once.
    independent_coding : {"open", "closed"}, default "open"
        While it is open, nobody who has lines left to read sees what another coder gave.
    coders : frozenset of str, default empty
        Who codes in the study; without names, everybody may.
    encoder : str, default ""
        Source of sentence embeddings: "minilm", the name of a spaCy pipeline, or "" for none.
    journal : str, default ""
        Identity of the study's journal, which autocode writes when it makes the journal; "" while there is none.
    """

    title: str = ""
    unit: Unit = Unit.PARAGRAPH
    language: str = "en"
    interviewers: frozenset[str] | None = None
    speakers: frozenset[str] = frozenset()
    not_speakers: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    respondents: frozenset[str] = frozenset()
    mode: Mode = Mode.ASSISTED
    blind_share: float = 0.15
    adjudicators: frozenset[CoderId] = frozenset()
    codebook_editors: frozenset[CoderId] = frozenset()
    codes: str = "codebook"
    independent_coding: str = "open"
    coders: frozenset[CoderId] = frozenset()
    encoder: str = ""
    journal: str = ""

    @property
    def is_inductive(self) -> bool:
        """Whether the study is coded from zero, so that its codebook may be empty."""
        return self.codes != "codebook"

    @property
    def makes_codes(self) -> bool:
        """Whether coders make codes while they code."""
        return self.is_inductive and self.independent_coding == "open"

    @property
    def makes_own_codes(self) -> bool:
        """Whether coders make codes of their own while they code, of which nobody else may learn."""
        return self.makes_codes and self.codes == "own"

    @property
    def people(self) -> frozenset[CoderId]:
        """Everybody whom the settings name, who are people whatever their names look like."""
        return self.coders | self.adjudicators | self.codebook_editors


def read_settings(folder: Path) -> Settings:
    """
    Return the settings of a study.

    Parameters
    ----------
    folder : Path
        The study's folder.

    Raises
    ------
    StudyError
        If the folder has no `study.toml`, or with every fault of it.
    """
    path = folder / SETTINGS
    if not path.is_file() and (folder.parent / SETTINGS).is_file():
        raise StudyError.at(folder, f"is a folder of a study; name the study's folder: {folder.parent}.")
    if not path.is_file():
        raise StudyError.at(
            folder, f"is not a study: it has no {SETTINGS}. Make one with: autocode init {folder.name or 'DIR'}."
        )
    try:
        keys = _Keys(path, tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError.at(path, f"is not TOML ({error}); correct it.") from error
    defaults = Settings()
    settings = Settings(
        title=keys.text("title", folder.resolve().name),
        language=keys.text("language", defaults.language),
        interviewers=keys.labels("interviewers") if "interviewers" in keys else None,
        speakers=keys.labels("speakers"),
        not_speakers=keys.labels("not_speakers"),
        questions=keys.labels("questions"),
        attributes=keys.labels("attributes"),
        respondents=keys.labels("respondents"),
        unit=Unit(keys.choice("unit", defaults.unit.value, [*Unit])),
        mode=Mode(keys.choice("mode", defaults.mode.value, [*Mode])),
        blind_share=keys.share("blind_share", defaults.blind_share),
        adjudicators=keys.people("adjudicators"),
        codebook_editors=keys.people("codebook_editors"),
        coders=keys.people("coders"),
        codes=keys.choice("codes", defaults.codes, ["codebook", "own", "shared"]),
        independent_coding=keys.choice("independent_coding", defaults.independent_coding, ["open", "closed"]),
        encoder=keys.text("encoder", defaults.encoder),
        journal=keys.text("journal", defaults.journal),
    )
    keys.refuse_the_rest()
    StudyError.raise_if(keys.faults)
    return settings


def refuse_unlisted(names: Iterable[CoderId], settings: Settings, folder: Path, *, file: Path | None = None) -> None:
    """
    Raise a `StudyError` if somebody codes whom the study does not name, where it names its coders.

    Parameters
    ----------
    names : iterable of CoderId
        Who codes.
    settings : Settings
        The study's settings.
    folder : Path
        The study's folder.
    file : Path, optional
        The file of codings that names them.
    """
    listed = sorted(settings.coders)
    StudyError.raise_if(
        Fault(
            f"{name} does not code in this study; {'study.toml' if file else 'it'} names {', '.join(listed)}"
            f"{aside(name, listed)}. "
            f"The team can add the name there: coders = {json.dumps([*listed, name], ensure_ascii=False)}.",
            file or folder / SETTINGS,
        )
        for name in names
        if listed and name not in settings.coders
    )


class _Keys:
    """The keys of a `study.toml` that were not read yet, and the faults of those that were."""

    def __init__(self, path: Path, values: dict[str, Any]) -> None:
        self._path = path
        self._values = values
        self.faults: list[Fault] = []

    def _add_fault(self, what: str) -> None:
        self.faults.append(Fault(what, self._path))

    def _value(self, key: str, default: Any, kinds: type | tuple[type, ...], expected: str) -> Any:
        """Return the value of a key, or its default where the value is of another kind."""
        value = self._values.pop(key, default)
        if isinstance(value, kinds) and not isinstance(value, bool):
            return value
        self._add_fault(f"{key} must be {expected}, not {value!r}.")
        return default

    def text(self, key: str, default: str) -> str:
        return str(self._value(key, default, str, "text in quotation marks"))

    def items(self, key: str) -> list[Any]:
        return list(self._value(key, [], list, 'a list such as ["Interviewer"]'))

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def labels(self, key: str) -> frozenset[str]:
        return frozenset(map(str, self.items(key)))

    def choice(self, key: str, default: str, choices: list[str]) -> str:
        value = self.text(key, default)
        if value in choices:
            return value
        self._add_fault(f"{key} must be one of {', '.join(choices)}, not {value!r}.")
        return default

    def share(self, key: str, default: float) -> float:
        value = float(self._value(key, default, (int, float), "a number such as 0.15"))
        if not 0 <= value <= 1:  # also refuses nan
            self._add_fault(f"{key} must lie between 0 and 1, not {value:g}.")
        return value

    def people(self, key: str) -> frozenset[CoderId]:
        names = set()
        for name in self.items(key):
            try:
                names.add(human(str(name), people=[str(name).strip()]))  # the list decides
            except AutocodeError as error:
                for fault in error.faults:
                    self._add_fault(f"{key}: {fault.what}")
        for name in names:
            same = sorted(other for other in names if person_key(other) == person_key(name))
            if len(same) > 1 and name == same[0]:
                self._add_fault(f"{key}: {listing(same)} are spellings of one name; keep one of them.")
        return frozenset(names)

    def refuse_the_rest(self) -> None:
        known = ", ".join(setting.name for setting in fields(Settings))
        for key in self._values:
            self._add_fault(f"{key!r} is not a setting; known are {known}.")


def with_labels(source: str, key: str, labels: Collection[str]) -> str:
    """
    Return the text of a `study.toml` with labels added to one of its lists, and all else as it was.

    Parameters
    ----------
    source : str
        The text.
    key : str
        The list, such as "interviewers"; it is made if it is missing.
    labels : collection of str
        What the list is to hold besides.

    Raises
    ------
    StudyError
        If the list is not written on one line.
    """
    known = tomllib.loads(source).get(key, [])
    written = json.dumps(list(dict.fromkeys([*map(str, known), *labels])), ensure_ascii=False)
    line = re.compile(rf"^{key}\s*=\s*\[[^\[\]\n]*\][ \t]*(?=$|#)", re.MULTILINE)
    if key not in tomllib.loads(source):
        return f"{source.rstrip()}\n\n{key} = {written}\n"
    if not line.search(source):
        raise StudyError(f"{SETTINGS}: {key} is written over several lines; add {listing(labels)} to it by hand.")
    return line.sub(lambda _: f"{key} = {written}", source, count=1)


def with_unit(source: str, unit: Unit) -> str:
    """Return the text of a `study.toml` with another unit, and all else as it was."""
    line = re.compile(r"^unit\s*=\s*(\"[^\"\n]*\"|'[^'\n]*')", re.MULTILINE)
    if line.search(source):
        return line.sub(f'unit = "{unit.value}"', source, count=1)
    return f'unit = "{unit.value}"\n\n{source}'


_OF_THE_JOURNAL = (
    "# Which journal (study.sqlite) is this study's. autocode wrote it; a missing or another one is refused."
)


def with_journal(source: str, journal: str) -> str:
    """Return the text of a `study.toml` with the identity of the study's journal, and all else as it was."""
    line = re.compile(r"^journal\s*=.*$", re.MULTILINE)
    written = f'journal = "{journal}"'
    if line.search(source):
        return line.sub(written, source, count=1)
    return f"{source.rstrip()}\n\n{_OF_THE_JOURNAL}\n{written}\n"


def without_journal(source: str) -> str:
    """Return the text of a `study.toml` without what `with_journal` writes into it."""
    lines = [line for line in source.splitlines() if line != _OF_THE_JOURNAL and not re.match(r"journal\s*=", line)]
    return "\n".join(lines).rstrip()
