"""Whose words are coded: participants' are, interviewers' are context."""

import re
from collections.abc import Collection, Iterable

from autocode.arguments import no_single_text
from autocode.transcripts import _labels
from autocode.transcripts._nouns import Role, RoleDecision

# words for interviewers in the languages of public corpora
_ASKING = tuple(
    re.findall(
        r"\S+",
        """interviewer moderator facilitator researcher investigator interviewerin moderatorin forscher forscherin
        entrevistador entrevistadora moderador moderadora facilitador facilitadora investigador investigadora enquêteur
        enquêtrice enqueteur enquetrice intervieweur intervieweuse animateur animatrice chercheur chercheuse
        intervistatore intervistatrice moderatore moderatrice ricercatore ricercatrice interviewster onderzoeker
        intervjuare intervjuer forskare forsker haastattelija tutkija pesquisador pesquisadora интервьюер модератор
        исследователь المحاور المحاورة الباحث الباحثة 访谈者 采访者 主持人 研究者 質問者 聞き手 면접자""",
    )
)

INTERVIEWERS: frozenset[str] = frozenset(
    {
        *_ASKING,
        *(f"{word}{gap}{n}" for word in (*_ASKING, "int") for gap in ("", " ") for n in range(1, 10)),
        *(
            "int",
            "intv",
            "i",
            "iv",
            "ir",
            "q",
            "question",
            "mod",
            "fac",
            "interviewers",
            "interviewer a",
            "interviewer b",
        ),
    }
)
"""The labels, in lower case, that stand for an interviewer unless the caller names others."""

# A speaker asks when this share of the turns holds a question, and the others when at most that share does.
_ASKS, _ANSWERS = 0.5, 0.2
_QUESTION = re.compile(r"[?？؟;]\s*[\"'”’)\]]*\s*$|[?？؟]")


@no_single_text
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
    plain = " ".join(re.sub(r"\s*[(\[].*$", "", speaker).casefold().replace("_", " ").split()) or speaker.casefold()
    known = (
        interviewers if interviewers is INTERVIEWERS else {" ".join(label.casefold().split()) for label in interviewers}
    )
    asks = plain in known or speaker.casefold() in known
    return Role.INTERVIEWER if asks else Role.PARTICIPANT


def decide_roles(turns: Iterable[tuple[str, str]], interviewers: Collection[str] | None = None) -> RoleDecision:
    """Return who of the speakers of one interview is the interviewer.

    Those whom the caller names, where they speak in the interview; else a usual label in any of several languages; else
    the one speaker who asks questions in at least half of the turns while the others do in at most a fifth.

    Parameters
    ----------
    turns : iterable of (speaker, words)
        The turns of one interview, in order.
    interviewers : collection of str or None, default None
        Labels, in any case, that the caller knows to be interviewers'; an empty one says that nobody is.
    """
    turns_of: dict[str, list[str]] = {}
    for speaker, words in turns:
        turns_of.setdefault(speaker, []).append(words)
    questions = {speaker: sum(map(bool, map(_QUESTION.search, own))) for speaker, own in turns_of.items()}
    asks = any(questions.values())
    if interviewers is not None:
        named = tuple(s for s in turns_of if role_of(s, interviewers=interviewers) is Role.INTERVIEWER)
        if named or not interviewers:
            return RoleDecision(named, "named", asks)
    usual = _with_usual_labels(turns_of)
    if usual:
        return RoleDecision(usual, "usual label", asks)
    share = {speaker: questions[speaker] / len(turns_of[speaker]) for speaker in turns_of}
    asking = [s for s in turns_of if share[s] >= _ASKS and questions[s] >= 2 and not _labels.is_participant(s)]
    answering = [s for s in turns_of if s not in asking]
    if len(asking) == 1 and answering and all(share[s] <= _ANSWERS for s in answering):
        return RoleDecision((asking[0],), "questions", asks)
    return RoleDecision((), "none", asks)


def _with_usual_labels(speakers: Collection[str]) -> tuple[str, ...]:
    """Return the speakers whose label, or the remark after it, is usual for interviewers, however they are named later.

    `Anna (Interviewer)` is an interviewer, and so is `Anna` in the same interview.
    """
    remarks = {speaker: re.search(r"[(\[]([^()\[\]]+)[)\]]$", speaker) for speaker in speakers}
    usual = {
        _labels.key(speaker)
        for speaker, remark in remarks.items()
        if role_of(speaker) is Role.INTERVIEWER
        or (remark and len(remark[1]) > 1 and role_of(remark[1].strip()) is Role.INTERVIEWER)
    }
    return tuple(speaker for speaker in speakers if _labels.key(speaker) in usual)
