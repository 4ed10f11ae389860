"""Which speakers are interviewers: their lines are context, and only those of participants are coded."""

import re
from collections.abc import Collection

from autocode.transcripts._nouns import Role

_TITLES = ("interviewer", "moderator", "facilitator", "researcher", "investigator")

INTERVIEWERS: frozenset[str] = frozenset(
    {
        *_TITLES,
        *(f"{word}{gap}{n}" for word in (*_TITLES, "int") for gap in ("", " ") for n in range(1, 10)),
        *("int", "intv", "i", "iv", "q", "question", "mod", "fac", "interviewers", "interviewer a", "interviewer b"),
    }
)
"""The labels, in lower case, that name an interviewer unless the caller gives others."""


def role_of(speaker: str, *, interviewers: Collection[str] = INTERVIEWERS) -> Role:
    """
    Return whether a speaker is an interviewer or a participant.

    Parameters
    ----------
    speaker : str
        The speaker's label; case and a bracket after it do not matter.
    interviewers : collection of str, default INTERVIEWERS
        The labels of interviewers, in any case.

    Examples
    --------
    >>> from autocode.transcripts import role_of
    >>> role_of("Interviewer (female)").value, role_of("GP1").value, role_of("Mara", interviewers=["mara"]).value
    ('interviewer', 'participant', 'interviewer')
    """
    plain = " ".join(re.sub(r"\s*[(\[].*$", "", speaker).casefold().split()) or speaker.casefold()
    known = (
        interviewers if interviewers is INTERVIEWERS else {" ".join(label.casefold().split()) for label in interviewers}
    )
    is_known = plain in known or speaker.casefold() in known
    return Role.INTERVIEWER if is_known else Role.PARTICIPANT
