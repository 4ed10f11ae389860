"""Codes and participants as every page shows them."""

from typing import Any

from autocode.codebook import Codebook, CodeId
from autocode.transcripts import Transcript

HUES = 6  # of which tokens.css has light and dark shades


def hue_of(codebook: Codebook, code: CodeId) -> int:
    """
    Return the number of the hue that a code is drawn in: that of its theme, or its own if it has no theme.

    Parameters
    ----------
    codebook : Codebook
        The codes of the study.
    code : CodeId
        A subtheme of the codebook.

    Returns
    -------
    int
        From 0 to `HUES` - 1; with more themes than hues, themes share a hue.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook
    >>> codes = [Code(id="a", name="Access", codable=False), Code(id="b", name="Work", codable=False)]
    >>> hue_of(Codebook([*codes, Code(id="shifts", name="Shifts", parent="b")]), "shifts")
    1
    """
    theme = codebook.theme_of(code) or codebook[code]
    members = codebook.themes if theme in codebook.themes else codebook.subthemes
    return members.index(theme) % HUES


def codes_of(codebook: Codebook) -> dict[CodeId, dict[str, Any]]:
    """Return the subthemes in the order of the codebook, each with what a page shows of it."""
    codes = {}
    paths = {code.id: codebook.path(code.parent) if code.parent else "" for code in codebook.subthemes}
    codebook = codebook.labelled()
    for code in codebook.subthemes:
        theme = codebook.theme_of(code.id)
        codes[code.id] = {
            "id": code.id,
            "name": code.name,
            "hue": hue_of(codebook, code.id),
            "theme": theme.name if theme else "",
            "path": paths[code.id],
            "definition": code.definition,
            "use_when": code.use_when,
            "not_when": code.not_when,
            "examples": list(code.examples),
        }
    return codes


def participant_summary(interview: Transcript) -> str:
    """Return the attributes of a participant on one line; a number is named, because it does not explain itself."""
    attributes = interview.attributes.items()
    return " · ".join(
        f"{name.replace('_', ' ')}: {value}" if value.isdecimal() else value for name, value in attributes if value
    )
