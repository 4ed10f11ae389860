"""Who is a person: names of coders that are one name, and names that only a machine has."""

import re
import unicodedata
from collections.abc import Collection
from json import dumps
from typing import TypeAlias

from autocode.arguments import no_single_text
from autocode.errors import CodingError
from autocode.unicode import is_well_formed

CoderId: TypeAlias = str

# Words that stand for a program wherever they stand in a name; no person is named with one.
_TOOL = re.compile(
    "algorithm|autocode|autocoder|autocoding|chatbot|chatgpt|classifier|copilot|deepseek|gpt|llama|llm|machine|mixtral|"
    "model|ollama|openai|qwen|suggester"
)
# Words that are names or initials of people as well; NV is what NVivo calls its automatic coding.
_ALSO_A_PERSON = re.compile("ai|alexa|bert|bot|claude|gemini|gemma|grok|mistral|nv|phi|siri")
# Words that stand beside them in names of programs.
_BESIDE = re.compile(
    "assist|assistant|assisted|auto|automatic|b|chat|code|coded|coder|codes|coding|flash|generated|haiku|instruct|large|"
    "latest|medium|mini|nano|opus|preview|pro|run|small|sonnet|suggested|suggestions|temp|temperature|turbo|ultra|v|"
    r"\d+"
)
_WORD = re.compile(r"[^\W\d_]+|\d+")


def person_key(name: str) -> str:
    """
    Return what is the same for all spellings of one name.

    Spellings that differ in composed or decomposed letters, in case, in blanks or in invisible characters name one
    person: names of files, tables and what is typed differ so.

    Parameters
    ----------
    name : str
        A coder's name.

    Examples
    --------
    >>> from autocode.coding import person_key
    >>> person_key("José") == person_key("jose\\u0301 ") == person_key("JOSÉ\\u200b")
    True
    """
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return "".join(
        character
        for character in composed
        if not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf")
    )


@no_single_text
def human(name: str, people: Collection[str] = ()) -> CoderId:
    """
    Return the id of a human coder.

    Parameters
    ----------
    name : str
        The coder's initials, name or pseudonym; spaces around it do not matter.
    people : collection of str, default ()
        Names that are known to be people's, as `coders` in study.toml lists them. A name that differs from one of them
        only as `person_key` allows is that person, in the spelling of the list.

    Raises
    ------
    CodingError
        If the name is empty or holds a character that cannot be shown; if it is that of a machine, such as "gpt-4"; or
        if it may be one, such as "Claude", and is not among `people`.

    Examples
    --------
    >>> from autocode.coding import human
    >>> human(" ann "), human("ANN", people=["ann"]), human("Claude", people=["ann", "Claude"])
    ('ann', 'ann', 'Claude')
    """
    stripped = name.strip()
    if not person_key(stripped):
        raise CodingError("a coder needs a name; write the coder's initials or a pseudonym.")
    if not is_well_formed(stripped) or len(stripped.splitlines()) > 1:
        raise CodingError(
            f"the coder {stripped!r} has a character in the name that cannot be written or shown; type the name again."
        )
    words = _WORD.findall(unicodedata.normalize("NFKC", stripped).casefold())
    could_be_both = [word for word in words if _ALSO_A_PERSON.fullmatch(word)]
    n_beside = sum(1 for word in words if _BESIDE.fullmatch(word))
    may_be_machine = bool(could_be_both) and len(could_be_both) + n_beside == len(words)
    is_machine = (
        any(map(_TOOL.fullmatch, words)) or words[:2] == ["auto", "code"] or (may_be_machine and len(words) > 1)
    )
    refusal = (
        f"the coder {stripped!r} is named like a machine; a coder is a person, and what a machine proposes is a "
        "suggestion. Give the person's initials or a pseudonym"
    )
    if is_machine:
        raise CodingError(f"{refusal}.")
    if stripped in people:
        return CoderId(stripped)
    known = {person_key(person): person for person in people}.get(person_key(stripped))
    if known is not None:
        return CoderId(known.strip())
    if may_be_machine:
        listed = dumps([*sorted(people), stripped], ensure_ascii=False)
        raise CodingError(f"{refusal}; if a person is named so, list all coders in study.toml: coders = {listed}.")
    return CoderId(stripped)
