"""The codes of another codebook that one lacks, as changes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from autocode.arguments import no_single_text
from autocode.codebook._changes import Added, Change
from autocode.codebook._fates import Fate
from autocode.codebook._new_names import code_id_for, next_version
from autocode.codebook._nouns import Code, Codebook, CodeId
from autocode.display import Tabular, displayed
from autocode.frozen import FrozenMapping
from autocode.names import name_key
from autocode.wording import listing

_FIELDS = {"definition": "definition", "use_when": "text on when to use it", "not_when": "text on when not to use it"}


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Additions(Tabular):
    """
    What another codebook adds to one.

    Attributes
    ----------
    changes : tuple of Change
        An addition for each code that is not there yet, parents first.
    known : mapping of CodeId to CodeId
        The codes that are there already: those of the other codebook, and which they are here.
    remarks : tuple of str
        Where codes that are there differ from the other codebook, a sentence each; nothing of it is changed.
    """

    changes: tuple[Change, ...]
    known: Mapping[CodeId, CodeId]
    remarks: tuple[str, ...]

    def _records(self) -> Iterable[object]:
        return [change.code for change in self.changes if isinstance(change, Added)]


@no_single_text
def additions(
    codebook: Codebook,
    other: Codebook,
    *,
    by: str,
    why: str,
    guids: Mapping[CodeId, str] = FrozenMapping({}),
    known_guids: Mapping[str, CodeId] = FrozenMapping({}),
    ended: Mapping[CodeId, Fate] = FrozenMapping({}),
    versions: Collection[str] = (),
) -> Additions:
    """
    Return the codes of another codebook that one lacks, as changes.

    A code is there already if its GUID is known, or if a code of its name stands in the same place of the tree.

    Parameters
    ----------
    codebook : Codebook
        The codebook in force.
    other : Codebook
        The other codebook.
    by, why : str
        Who decides, and the reason.
    guids : mapping of CodeId to str, default empty
        The GUIDs of codes of the other codebook.
    known_guids : mapping of str to CodeId, default empty
        The codes that the study has or had, by their GUIDs.
    ended : mapping of CodeId to Fate, default empty
        What became of the codes of the study that ended. They are not added again.
    versions : collection of str, default ()
        Every version that the codebook had.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, additions
    >>> here = Codebook([Code(id="wait", name="Waiting")])
    >>> there = Codebook([Code(id="w", name="WAITING"), Code(id="forms", name="Forms")])
    >>> print(*additions(here, there, by="TW", why="of the pilot study").changes)
    TW added 'Forms'
    """
    found = _Matching(codebook, other, guids=guids, known_guids=known_guids, ended=ended)
    changes = []
    version, used = codebook.version, {codebook.version, *versions}
    for code, is_below_a_code in found.new():
        after = next_version(version, used)
        used.add(after)
        guid = guids.get(found.source[code.id], "")
        changes.append(
            Added(before=version, after=after, by=by, why=why, code=code, coded_theme=is_below_a_code, guid=guid)
        )
        version = after
    return Additions(changes=tuple(changes), known=FrozenMapping(found.known), remarks=tuple(found.remarks))


class _Matching:
    """The codes of another codebook, found in one or new in it."""

    def __init__(
        self,
        codebook: Codebook,
        other: Codebook,
        *,
        guids: Mapping[CodeId, str],
        known_guids: Mapping[str, CodeId],
        ended: Mapping[CodeId, Fate],
    ) -> None:
        self._codebook, self._other = codebook, other
        self._guids, self._known_guids, self._ended = guids, known_guids, ended
        self._used = {*codebook, *ended}
        self._siblings = {(code.parent, name_key(code.name)): code.id for code in codebook.values()}
        self._themes = {code.id for code in codebook.themes}
        self._place: dict[CodeId, CodeId | None] = {}
        self.source: dict[CodeId, CodeId] = {}
        self.known: dict[CodeId, CodeId] = {}
        self.remarks: list[str] = []

    def new(self) -> Iterator[tuple[Code, bool]]:
        """Yield each code that is new here, and whether it stands below a code that was no theme."""
        for code in _parents_first(self._other):
            parent = None if code.parent is None else self._place[code.parent]
            here = self._known_guids.get(self._guids.get(code.id, "")) or self._siblings.get(
                (parent, name_key(code.name))
            )
            if here is not None and here in self._ended:
                self.remarks.append(f"{self._ended[here]}; it is not added again.")
                self._place[code.id] = parent
            elif here is not None:
                self._place[code.id] = here
                if here in self._codebook:
                    self.known[code.id] = here
                    self._compare(code, self._codebook[here], parent)
            else:
                yield self._added(code, parent)

    def _added(self, code: Code, parent: CodeId | None) -> tuple[Code, bool]:
        code_id = code.id
        if code_id in self._used:
            above = self._other.path(code.id).split(" / ")[:-1]
            code_id = code_id_for(code.name, self._used, above=above)
        self._used.add(code_id)
        self._place[code.id] = code_id
        self.source[code_id] = code.id
        self._siblings[(parent, name_key(code.name))] = code_id
        is_below_a_code = parent is not None and parent not in self._themes
        if parent is not None:
            self._themes.add(parent)
        if not code.codable:
            self._themes.add(code_id)
        return replace(code, id=code_id, parent=parent), is_below_a_code

    def _compare(self, code: Code, here: Code, parent: CodeId | None) -> None:
        label = self._codebook.label(here.id)
        other = [what for field, what in _FIELDS.items() if getattr(code, field) not in ("", getattr(here, field))]
        if code.examples not in ((), here.examples):
            other.append("examples")
        if name_key(code.name) != name_key(here.name):
            self.remarks.append(f"{label} is called {code.name} in the file; rename it if that is meant.")
        if parent != here.parent:
            self.remarks.append(f"{label} stands elsewhere in the file; move it if that is meant.")
        if code.codable != here.codable:
            is_now = "a code that lines are given" if code.codable else "only a theme"
            self.remarks.append(f"{label} is {is_now} in the file, and stays what it is here.")
        if other:
            self.remarks.append(f"{label} has another {listing(other)} in the file; redefine it if that is meant.")


def _parents_first(codebook: Codebook) -> Iterator[Code]:
    below: dict[CodeId | None, list[Code]] = {}
    for code in codebook.values():
        below.setdefault(code.parent, []).append(code)
    waiting = [*reversed(below.get(None, []))]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += reversed(below.get(code.id, []))
