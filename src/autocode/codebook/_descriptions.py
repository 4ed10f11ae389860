"""What a codebook says of a code as one text, and such a text taken apart again."""

import re
from typing import TypedDict

from autocode.codebook._nouns import Code

_LABELS = {"use_when": "Use when: ", "not_when": "Not when: ", "examples": "Example: "}
_ANY = "|".join(map(re.escape, _LABELS.values()))
_BEGINS = re.compile(rf"\n\n(?={_ANY})")
# a paragraph of a text that would read as the beginning of another text gets a backslash before it
_MISLEADING = re.compile(rf"(?<=\n\n)(?=\\*(?:{_ANY}))")
_MISLEADING_FIRST = re.compile(rf"\A(?=\\*(?:{_ANY}))")
_ESCAPED = re.compile(rf"(?<=\n\n)\\(?=\\*(?:{_ANY}))")
_ESCAPED_FIRST = re.compile(rf"\A\\(?=\\*(?:{_ANY}))")


class Texts(TypedDict):
    """The texts of a code, by the names of its fields."""

    definition: str
    use_when: str
    not_when: str
    examples: tuple[str, ...]


def description_of(code: Code) -> str:
    """Return the definition of a code, when to use it and when not, and its examples, one after the other."""
    parts = [_MISLEADING_FIRST.sub(r"\\", _escaped(code.definition))] if code.definition else []
    for key in ("use_when", "not_when"):
        if getattr(code, key):
            parts.append(_LABELS[key] + _escaped(getattr(code, key)))
    parts += [_LABELS["examples"] + _escaped(example) for example in code.examples]
    return "\n\n".join(parts)


def texts_in(description: str) -> Texts:
    """Return the texts of which a description is made; it is all definition if it was made in another way."""
    parts = _BEGINS.split(description)
    if description and not re.match(_ANY, parts[0]):
        definition = _ESCAPED_FIRST.sub("", _ESCAPED.sub("", parts.pop(0)))
    else:
        definition = ""
    texts: dict[str, list[str]] = {key: [] for key in _LABELS}
    for part in parts if description else ():
        key = next(key for key, label in _LABELS.items() if part.startswith(label))
        texts[key].append(_ESCAPED.sub("", part.removeprefix(_LABELS[key])))
    found = Texts(
        definition=definition,
        use_when="\n\n".join(texts["use_when"]),
        not_when="\n\n".join(texts["not_when"]),
        examples=tuple(texts["examples"]),
    )
    return found if description_of(Code(id="", name="", **found)) == description else _all_definition(description)


def _all_definition(description: str) -> Texts:
    return Texts(definition=description, use_when="", not_when="", examples=())


def _escaped(text: str) -> str:
    return _MISLEADING.sub(r"\\", text)
