"""What the board asks of a study: the codes that somebody may see, and changes of them with their plan."""

from collections.abc import Callable, Mapping
from typing import Any

from autocode.codebook import (
    Added,
    Change,
    Code,
    Codebook,
    CodeId,
    Grouped,
    Merged,
    Moved,
    Renamed,
    Split,
    Undone,
    code_id_for,
    next_version,
    versions_seen,
)
from autocode.coding import CoderId, Codings
from autocode.errors import CodebookError
from autocode.review import code_cards
from autocode.study._open_coding import left_to_read
from autocode.study._reading import StudyData, read_study
from autocode.study.codebook_changes._changing import change_codebook
from autocode.study.codebook_changes._planning import plan_change
from autocode.web import BoardAct, BoardView, BoardWords, PlannedChange
from autocode.wording import count_of

_CLOSE = 'write independent_coding = "closed" into study.toml and start autocode again'
_STILL_MADE = f"Coders still make and give own codes, so nothing is grouped yet. When all have coded, {_CLOSE}."
_N_SIMILAR = 12  # pairs of codes that are shown side by side
_RESAMPLES = 200  # behind the intervals of coherence


class StudyBoard:
    """
    The codes of a study on the board; the study is read anew for each request, so that the changes of others show.

    Parameters
    ----------
    study : StudyData
        The study, as it was when the pages were opened.
    """

    def __init__(self, study: StudyData) -> None:
        self._folder = study.folder
        self._words: tuple[object, BoardWords] | None = None

    def view(self, viewer: CoderId) -> BoardView:
        """Return what a person may see of the codes now."""
        study = read_study(self._folder)
        codings, codebook, partial = _visible(study, viewer)
        cards = code_cards(codings, study.lines, codebook, first=study.first_codebook, changes=study.codebook_changes)
        closed = _STILL_MADE if study.settings.makes_own_codes else ""
        return BoardView(codebook=codebook, cards=cards, closed=closed, partial=partial)

    def words(self, viewer: CoderId) -> BoardWords:
        """Return what the words of the lines say about the codes, once the person may see all codings."""
        from autocode.suggester import similar_codes, theme_coherence

        study = read_study(self._folder)
        if _visible(study, viewer)[2]:
            return BoardWords(note="What similar lines were given is shown when you have read all of yours.")
        key = (study.codebook.version, study.codebook.digest, hash(study.codings))
        if self._words is None or self._words[0] != key:
            codings, lines, language = study.codings, study.lines, study.language
            own = [code.id for code in study.codebook.own_codes]
            coherence = theme_coherence(
                codings.without_codes(own), lines, study.codebook.visible_to(), language=language, resamples=_RESAMPLES
            )
            self._words = (
                key,
                BoardWords(
                    similar=similar_codes(codings, lines, study.codebook, n=_N_SIMILAR, language=language),
                    coherence=[found for found in coherence.codes if found.lines],
                ),
            )
        return self._words[1]

    def plan(self, act: BoardAct, *, by: CoderId) -> PlannedChange:
        """Return what an act would do; raises as `plan_change`."""
        study = read_study(self._folder)
        if study.settings.makes_own_codes:
            raise CodebookError(_STILL_MADE)
        if act.kind != "undo" and act.version == study.codebook.version:
            hidden = [code for code in (*act.codes, act.into) if code and code not in _visible(study, by)[1]]
            if hidden:
                raise CodebookError(f"there is no code {hidden[0]!r} on this board; reload the page.")
        changes, looked_at = _CHANGES[act.kind](act, _Signature(act, by, study))
        plan = plan_change(study, *changes, viewer=by)

        def make() -> CodeId:
            change_codebook(study.folder, *changes)
            return looked_at

        return PlannedChange(sentences=str(plan), make=make)


def _visible(study: StudyData, viewer: CoderId) -> tuple[Codings, Codebook, str]:
    """Return the codings and codes that a person may see, and in a sentence what is left out."""
    n_left, settings = left_to_read(study, viewer), study.settings
    codes = viewer in study.codings.coders or viewer in settings.coders
    if not n_left and not (codes and settings.makes_own_codes):
        return study.codings, study.codebook, ""
    own = study.codings.by(viewer) if viewer in study.codings.coders else Codings()
    left = f"You have {count_of(n_left, 'line')} left to read" if n_left else "Coders still make own codes"
    # nor does it say whether others have own codes
    and_codes = " and your own codes" if settings.codes == "own" else ""
    partial = f"{left}, so you see only what you coded yourself{and_codes}."
    seen = versions_seen(study.codebook_versions[0], study.codebook_changes, viewer)[-1]
    return own, Codebook(study.codebook.visible_to(viewer).values(), version=seen), partial


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
        new = signature.new_code(act.name, parent=act.theme or None)
        return [Merged(codes=act.codes, into=new.id, new=new, **signature.next())], new.id
    if act.into:
        return [Moved(code=code, parent=act.into, **signature.next()) for code in act.codes], act.codes[0]
    theme = signature.new_code(act.name, parent=act.theme or None, codable=False)
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
    parts = tuple(signature.new_code(name, parent=parent, owner=owner) for name in act.parts)
    return [Split(code=code, parts=parts, **signature.next())], parts[0].id if parts else code


def _rename(act: BoardAct, signature: _Signature) -> Changes:
    _require(act, at_least=1, at_most=1)
    return [Renamed(code=act.codes[0], name=act.name, **signature.next())], act.codes[0]


def _undo(act: BoardAct, signature: _Signature) -> Changes:
    """Take back the latest change in force."""
    in_force: list[Change] = []
    for change in signature.study.codebook_changes:
        if isinstance(change, Undone):
            in_force.pop()
        else:
            in_force.append(change)
    if not in_force:
        raise CodebookError("there is no change of the codebook that could be taken back.")
    if isinstance(in_force[-1], Added) and in_force[-1].code.owner is not None:
        raise CodebookError("there is nothing to take back: the latest change is a code that a coder made.")
    return [Undone(change=in_force[-1].after, **signature.next())], ""


def _require(act: BoardAct, *, at_least: int, at_most: int | None = None) -> None:
    """Raise `CodebookError` if an act is not about as many codes as it can be about."""
    if len(act.codes) < at_least:
        raise CodebookError(f"select at least {at_least} to {act.kind}.")
    if at_most is not None and len(act.codes) > at_most:
        raise CodebookError(f"select one to {act.kind}.")


_CHANGES: Mapping[str, Callable[[BoardAct, _Signature], Changes]] = {
    "group": _group,
    "merge": _merge,
    "split": _split,
    "rename": _rename,
    "undo": _undo,
}
