"""How a codebook that was edited by hand differs from the one on record, and which commands say what was meant."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings
from autocode.errors import Fault
from autocode.names import name_key
from autocode.study._folder import CODEBOOK
from autocode.wording import count_of, listing

_TEXTS = ("definition", "use_when", "not_when", "examples")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookEdits:
    """
    How an edited codebook differs from the one on record.

    Attributes
    ----------
    recorded, edited : Codebook
        The two codebooks; the edited one with the ids on record where a code has another id and the same name.
    version : str
        The version that the edited file says.
    respelt : tuple of (CodeId, CodeId)
        Ids that were changed by hand, each with the id on record before it.
    added, missing : tuple of Code
        Codes that only the edited codebook has, and that only the one on record has.
    renamed, moved, redefined : tuple of Code
        Codes with another name, another theme or other texts, as they were edited.
    flipped : tuple of Code
        Codes that became themes, and themes that became codes.
    """

    recorded: Codebook
    edited: Codebook
    version: str
    respelt: tuple[tuple[CodeId, CodeId], ...]
    added: tuple[Code, ...]
    missing: tuple[Code, ...]
    renamed: tuple[Code, ...]
    moved: tuple[Code, ...]
    redefined: tuple[Code, ...]
    flipped: tuple[Code, ...]

    @classmethod
    def between(cls, recorded: Codebook, file: Codebook) -> "CodebookEdits":
        """Return how a file differs from the codebook on record."""
        respelt = dict(_respelt_ids(recorded, file))
        back = {new: old for old, new in respelt.items()}
        edited = Codebook(
            (
                replace(
                    code,
                    id=back.get(code.id, code.id),
                    parent=None if code.parent is None else back.get(code.parent, code.parent),
                )
                for code in file.values()
            ),
            version=file.version,
        )
        both = [(recorded[code.id], code) for code in edited.values() if code.id in recorded]
        return cls(
            recorded=recorded,
            edited=edited,
            version=file.version,
            respelt=tuple(respelt.items()),
            added=tuple(code for code in edited.values() if code.id not in recorded),
            missing=tuple(code for code in recorded.values() if code.id not in edited),
            renamed=tuple(code for was, code in both if code.name != was.name),
            moved=tuple(code for was, code in both if code.parent != was.parent),
            redefined=tuple(code for was, code in both if _texts(code) != _texts(was)),
            flipped=tuple(code for was, code in both if code.codable is not was.codable),
        )

    @property
    def are_ambiguous(self) -> bool:
        """Whether it cannot be seen what was meant: a code is gone, or became a theme."""
        return bool(self.missing or self.flipped)

    @property
    def say_something(self) -> bool:
        """Whether there is anything to be recorded, and not only an id, the order or the version that is otherwise."""
        return bool(self.added or self.missing or self.renamed or self.moved or self.redefined or self.flipped)

    def faults(self, codings: Codings, *, folder: Path) -> Iterator[Fault]:
        """
        Yield what differs, with the commands that would say what was meant, and last what can be done about it.

        Parameters
        ----------
        codings : Codings
            The judgements in the codes on record.
        folder : Path
            The study's folder.
        """
        study = quote(str(folder))
        for what in self._differences(codings, study):
            yield Fault(what, folder / CODEBOOK)
        adopt = (
            "or say with the commands above what became of it"
            if self.are_ambiguous
            else f"record it as it is with: autocode codebook adopt {study} --by YOU --why REASON"
        )
        if not self.say_something:
            adopt = "its order, its ids and its version are not edited by hand"
        yield Fault(
            f"differs from version {self.recorded.version!r} of the codebook, which is on record, so nothing runs. Put "
            f"that back with: autocode codebook restore {study} (the edited file is kept beside it); {adopt}.",
            folder / CODEBOOK,
        )

    def _differences(self, codings: Codings, study: str) -> Iterator[str]:
        new = [repr(code.id) for code in self.added if code.codable]
        for code in self.missing:
            is_new = f"{listing(new)} {'is' if len(new) == 1 else 'are'} new and " if new and code.codable else ""
            yield f"{is_new}{code.id!r} is gone{_readings_with(code, codings)}: {_possible_changes(code, study)}?"
        for code in self.flipped:
            kind = "a code that lines are given" if code.codable else "a theme"
            yield f"{code.id!r} became {kind}{_readings_with(code, codings)}; no command does that, so put it back."
        for code in () if self.missing and new else self.added:
            yield f"{code.id!r} is new."
        for code in self.renamed:
            yield f"{code.id!r} is named {code.name!r}, on record {self.recorded[code.id].name!r}."
        for code in self.moved:
            yield f"{code.id!r} belongs to {_theme(code)}, on record to {_theme(self.recorded[code.id])}."
        for code in self.redefined:
            texts = [text for text in _TEXTS if getattr(code, text) != getattr(self.recorded[code.id], text)]
            yield f"{code.id!r} has another {listing(texts)} than on record."
        for old, now in self.respelt:
            yield f"the code {self.recorded[old].name!r} has the id {now!r}, on record {old!r}; ids never change."


def _respelt_ids(recorded: Codebook, file: Codebook) -> Iterator[tuple[CodeId, CodeId]]:
    """Yield each id on record that is gone with the new id of a code of the same name, if there is exactly one."""
    new: dict[tuple[str, bool], list[CodeId]] = {}
    for code in file.values():
        if code.id not in recorded:
            new.setdefault((name_key(code.name), code.codable), []).append(code.id)
    for code in recorded.values():
        found = new.get((name_key(code.name), code.codable), ())
        if code.id not in file and len(found) == 1:
            yield code.id, found[0]


def _texts(code: Code) -> tuple[object, ...]:
    return tuple(getattr(code, text) for text in _TEXTS)


def _readings_with(code: Code, codings: Codings) -> str:
    """Return in words how many readings give a code."""
    n = sum(code.id in coding.codes for coding in codings)
    if not n:
        return ""
    return f", {count_of(n, 'reading', thousands=',')} {'holds' if n == 1 else 'hold'} it"


def _possible_changes(code: Code, study: str) -> str:
    """Return in words what may have become of a code, each with its command."""

    def command(name: str, more: str = "") -> str:
        return f"autocode codebook {name} {study} {quote(code.id)}{more} --by YOU --why REASON"

    merged = f"was it merged ({command('merge', ' --into OTHER')})"
    if not code.codable:
        return f"{merged} or retired ({command('retire')})"
    renamed, retired = command("rename", " NAME"), command("retire")
    return f"was it renamed ({renamed}), {merged.removeprefix('was it ')} or retired ({retired})"


def _theme(code: Code) -> str:
    return "no theme" if code.parent is None else repr(code.parent)
