"""What somebody does with codes on the board, as the page sends it."""

from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.display import displayed
from autocode.web._acts import RefusedRequestError

KINDS = ("add", "group", "merge", "move", "split", "rename", "redefine", "retire", "undo")
_SINGLE = ("version", "into", "name", "theme", "how", "definition", "use_when", "not_when", "reason")
_LISTS = ("codes", "parts", "definitions", "examples")
_IDS = ("version", "codes", "into", "theme")
_LINES = ("definition", "use_when", "not_when")  # texts that may have several lines


@displayed
@no_single_text
@dataclass(frozen=True, kw_only=True)
class BoardAct:
    """
    What somebody does with codes on the board.

    Attributes
    ----------
    kind : {"add", "group", "merge", "move", "split", "rename", "redefine", "retire", "undo"}
        What is done.
    version : str
        The version of the codebook that was on the screen.
    codes : tuple of CodeId
        The codes or themes that it is done with.
    into : CodeId
        The code that stays, the group that exists, or the code that lines get; empty for none.
    name : str
        The name of a new code or group, or the new name.
    theme : CodeId
        Where a new code belongs, or where codes are moved to; empty for no theme. A code in its place becomes a theme
        that is coded, too.
    parts, definitions : tuple of str
        The names of the parts of a split code, and what each means.
    how : str
        How a code is redefined or retired, or, as "theme", that what is added is a theme.
    definition, use_when, not_when : str
        The texts of a new code, or all texts of one that is redefined.
    examples : tuple of str
        Its examples.
    reason : str
        Why, for the record.
    """

    kind: str
    version: str
    codes: tuple[CodeId, ...] = ()
    into: CodeId = ""
    name: str = ""
    theme: CodeId = ""
    parts: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    how: str = ""
    definition: str = ""
    use_when: str = ""
    not_when: str = ""
    examples: tuple[str, ...] = ()
    reason: str = ""

    @classmethod
    def from_json(cls, sent: object) -> "BoardAct":
        """
        Return the act that the page sends; raises `RefusedRequestError` for what no page of ours sends.

        Parameters
        ----------
        sent : object
            What JSON held.
        """
        if not isinstance(sent, dict) or sent.get("kind") not in KINDS:
            raise RefusedRequestError(400, f"Send an act of one of the kinds {', '.join(KINDS)}.")
        texts = {name: _text_of(sent.get(name), name) for name in _SINGLE}
        lists = {name: _texts_of(sent.get(name), name) for name in _LISTS}
        parts = lists["parts"]
        definitions = (*lists["definitions"], *[""] * len(parts))[: len(parts)]
        named = [pair for pair in zip(parts, definitions, strict=True) if any(pair)]
        return cls(
            kind=sent["kind"],
            codes=tuple(dict.fromkeys(lists["codes"])),
            parts=tuple(name for name, _ in named),
            definitions=tuple(text for _, text in named),
            examples=tuple(filter(None, lists["examples"])),
            **texts,
        )


def _text_of(value: object, name: str) -> str:
    """Return a field that holds one text; one that was not sent is empty."""
    if not isinstance(value, str | None):
        raise _not_sent()
    return _text(value or "", name)


def _texts_of(value: object, name: str) -> tuple[str, ...]:
    """Return a field that holds several texts; one that was not sent has none."""
    if not isinstance(value, list | None):
        raise _not_sent()
    return tuple(_text_of(text, name) for text in value or ())


def _text(value: str, name: str) -> str:
    """Return a text without the blanks that people do not see in a field; ids stay as they are."""
    if name in _IDS:
        return value
    return value.strip() if name in _LINES else " ".join(value.split())


def _not_sent() -> RefusedRequestError:
    return RefusedRequestError(400, "This is not an act that the board sends; reload the page.")
