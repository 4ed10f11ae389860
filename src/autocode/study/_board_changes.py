"""What somebody does on the board, as changes of the codebook."""

from collections.abc import Callable, Mapping
from typing import Any

from autocode.codebook import (
    Added,
    Change,
    Code,
    CodeId,
    Grouped,
    Merged,
    Moved,
    Redefined,
    Redefinition,
    Renamed,
    Retired,
    Retirement,
    Split,
    Undone,
    code_id_for,
    next_version,
)
from autocode.coding import CoderId
from autocode.errors import CodebookError
from autocode.study._reading import StudyData
from autocode.study.codebook_changes._history import changes_in_force
from autocode.web import BoardAct
from autocode.wording import listing


class _Signature:
    """What every change that comes of an act has in common: versions that follow each other, who, and why."""

    def __init__(self, act: BoardAct, by: CoderId, study: StudyData) -> None:
        self._versions = {codebook.version for codebook in study.codebook_versions}
        self._now = act.version
        self._by = by
        self._why = act.reason
        self.study = study
        self.used = {code for codebook in study.codebook_versions for code in codebook}

    def next(self) -> dict[str, Any]:
        """Return the fields of the next change."""
        before = self._now
        self._now = next_version(before, self._versions)
        self._versions.add(self._now)
        return {"before": before, "after": self._now, "by": self._by, "why": self._why}

    def new_code(self, name: str, **fields: Any) -> Code:
        """Return a new code of this name."""
        new = Code(id=code_id_for(name or "code", self.used), name=name, **fields)
        self.used.add(new.id)
        return new

    def is_coded(self, theme: CodeId) -> bool:
        """Return whether what is to be a theme is a code that lines are given, and becomes a theme, too."""
        codebook = self.study.codebook
        return theme in codebook and codebook[theme] not in codebook.themes

    def owner(self, code: CodeId) -> str | None:
        """Return whose own code it is."""
        return self.study.codebook[code].owner if code in self.study.codebook else None


Changes = tuple[list[Change], CodeId]


def _group(act: BoardAct, signature: _Signature) -> Changes:
    """Group own codes into a subtheme, which is a merge with all their record; codes and themes into a theme."""
    _require(act, at_least=1)
    if any(map(signature.owner, act.codes)):
        if act.into:
            return [Merged(codes=act.codes, into=act.into, **signature.next())], act.into
        new = signature.new_code(act.name, parent=act.theme or None, **_texts(act))
        return [Merged(codes=act.codes, into=new.id, new=new, **signature.next())], new.id
    if act.into:
        return [Moved(code=code, parent=act.into, **signature.next()) for code in act.codes], act.codes[0]
    theme = signature.new_code(act.name, parent=act.theme or None, codable=False, **_texts(act))
    return [Grouped(theme=theme, codes=act.codes, **signature.next())], theme.id


def _merge(act: BoardAct, signature: _Signature) -> Changes:
    _require(act, at_least=2)
    ending = tuple(code for code in act.codes if code != act.into)
    return [Merged(codes=ending, into=act.into, **signature.next())], act.into


def _split(act: BoardAct, signature: _Signature) -> Changes:
    _require(act, at_least=1, at_most=1)
    [code] = act.codes
    whole = signature.study.codebook.get(code)
    parent, owner = (None, None) if whole is None else (whole.parent, whole.owner)
    parts = tuple(
        signature.new_code(name, parent=parent, owner=owner, definition=definition)
        for name, definition in zip(act.parts, act.definitions, strict=True)
    )
    return [Split(code=code, parts=parts, **signature.next())], parts[0].id if parts else code


def _rename(act: BoardAct, signature: _Signature) -> Changes:
    _require(act, at_least=1, at_most=1)
    return [Renamed(code=act.codes[0], name=act.name, **signature.next())], act.codes[0]


def _add(act: BoardAct, signature: _Signature) -> Changes:
    codable = act.how != "theme"
    new = signature.new_code(act.name, parent=act.theme or None, codable=codable, **_texts(act))
    return [Added(code=new, coded_theme=signature.is_coded(act.theme), **signature.next())], new.id


def _move(act: BoardAct, signature: _Signature) -> Changes:
    _require(act, at_least=1)
    coded = signature.is_coded(act.theme)
    return [
        Moved(code=code, parent=act.theme or None, coded_theme=coded, **signature.next()) for code in act.codes
    ], act.codes[0]


def _redefine(act: BoardAct, signature: _Signature) -> Changes:
    """Record the texts that differ from those that the code has."""
    _require(act, at_least=1, at_most=1)
    [code] = act.codes
    if act.how not in list(Redefinition):
        raise CodebookError(f"say whether {code!r} is {listing(Redefinition, conjunction='or')}.")
    new = _texts(act)
    was = signature.study.codebook.get(code)
    if was is not None:
        new = {name: text for name, text in new.items() if text != _as_written(getattr(was, name))}
        if not new:
            raise CodebookError(f"no text of {was.name!r} was edited; write what is new.")
    return [Redefined(code=code, kind=Redefinition(act.how), **new, **signature.next())], code


def _retire(act: BoardAct, signature: _Signature) -> Changes:
    _require(act, at_least=1, at_most=1)
    [code] = act.codes
    if act.how not in list(Retirement):
        raise CodebookError(f"say what becomes of the lines of {code!r}: {listing(Retirement, conjunction='or')}.")
    how = Retirement(act.how)
    into = act.into or None if how is Retirement.INTO else None
    return [Retired(code=code, how=how, into=into, **signature.next())], into or ""


def undoable_change(study: StudyData) -> Change | None:
    """
    Return the latest change in force; None if there is none that the board takes back.

    A code of their own that a coder made is not taken back on the board: it is the coder's.

    Parameters
    ----------
    study : StudyData
        The study.
    """
    latest = changes_in_force(study)[-1:]
    if not latest or (isinstance(latest[0], Added) and latest[0].code.owner is not None):
        return None
    return latest[0]


def _undo(act: BoardAct, signature: _Signature) -> Changes:
    latest = undoable_change(signature.study)
    if latest is None:
        raise CodebookError(
            "there is nothing to take back: the latest change is a code that a coder made."
            if changes_in_force(signature.study)
            else "there is no change of the codebook that could be taken back."
        )
    return [Undone(change=latest.after, **signature.next())], ""


def _texts(act: BoardAct) -> dict[str, Any]:
    return {
        "definition": act.definition,
        "use_when": act.use_when,
        "not_when": act.not_when,
        "examples": act.examples,
    }


def _as_written(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Return a text of a code as its field on the page would send it back."""
    if isinstance(text, str):
        return "\n".join(text.strip().splitlines())
    written = (" ".join(line.split()) for example in text for line in example.splitlines())
    return tuple(line for line in written if line)


def _require(act: BoardAct, *, at_least: int, at_most: int | None = None) -> None:
    """Raise `CodebookError` if an act is not about as many codes as it can be about."""
    if len(act.codes) < at_least:
        raise CodebookError(f"select at least {at_least} to {act.kind}.")
    if at_most is not None and len(act.codes) > at_most:
        raise CodebookError(f"select one to {act.kind}.")


_CHANGES: Mapping[str, Callable[[BoardAct, _Signature], Changes]] = {
    "add": _add,
    "move": _move,
    "redefine": _redefine,
    "retire": _retire,
    "group": _group,
    "merge": _merge,
    "split": _split,
    "rename": _rename,
    "undo": _undo,
}


def changes_of(act: BoardAct, study: StudyData, *, by: CoderId) -> Changes:
    """
    Return the changes of the codebook that an act asks for, and the code or theme to look at after them.

    Parameters
    ----------
    act : BoardAct
        The act.
    study : StudyData
        The study.
    by : CoderId
        Who does it.

    Raises
    ------
    CodebookError
        If the act does not say enough to be a change.
    """
    return _CHANGES[act.kind](act, _Signature(act, by, study))
