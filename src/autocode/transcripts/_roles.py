"""Whose words are coded: participants' are, interviewers' are context."""

import re
from collections.abc import Collection

from autocode.transcripts._nouns import Role

_ASKING = ("interviewer", "moderator", "facilitator", "researcher", "investigator")

INTERVIEWERS: frozenset[str] = frozenset(
    {
        *_ASKING,
        *(f"{word}{gap}{n}" for word in (*_ASKING, "int") for gap in ("", " ") for n in range(1, 10)),
        *("int", "intv", "i", "iv", "q", "question", "mod", "fac", "interviewers", "interviewer a", "interviewer b"),
    }
)
"""The labels, in lower case, that stand for an interviewer unless the caller names others."""


def role_of(speaker: str, *, interviewers: Collection[str] = INTERVIEWERS) -> Role:
    """Return the role that a speaker's label tells; case and what stands in brackets after it do not matter."""
    plain = " ".join(re.sub(r"\s*[(\[].*$", "", speaker).casefold().split()) or speaker.casefold()
    known = (
        interviewers if interviewers is INTERVIEWERS else {" ".join(label.casefold().split()) for label in interviewers}
    )
    asks = plain in known or speaker.casefold() in known
    return Role.INTERVIEWER if asks else Role.PARTICIPANT
