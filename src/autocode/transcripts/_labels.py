"""Which words at the start of a line name a speaker, and which merely precede a colon."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

MAX_WORDS, MAX_LETTERS = 4, 40  # as in "Dr Mary-Anne van Houten"; longer openings are pieces of sentences

TIME = r"[\[(<]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])>]?"

# `GP1`, `P 12`, `HCP03a`, `Speaker 2`: pseudonyms that consist of a word and a number
_CODE = re.compile(r"([^\W\d_]{1,5})[ _-]?\d{1,3}[A-Za-z]?|([^\W\d_a-z][^\W\d_]+)[ _-]?\d{1,3}")
# numbered things that are no people, such as `Day 2` and `Table 1`
_COUNTED = frozenset(
    re.findall(
        r"\S+",
        """band bed block box chapter covid day example figure floor hour item level line month number option page part
        phase point room section stage step table tier topic unit version ward week year""",
    )
)
# who takes part in interviews
_ROLES = frozenset(
    re.findall(
        r"\S+",
        """answer attendee carer clinician consultant coordinator daughter doctor female gp guest husband interviewee
        male manager mother father nurse observer participant patient pharmacist physician physiotherapist
        receptionist respondent son speaker student subject therapist transcriber wife worker""",
    )
)
# function words, verbs that begin sentences, and headings before a colon: a label with one of them is no person
_NOT_NAMES = frozenset(
    re.findall(
        r"\S+",
        """a about after again all also although an and another any anyway are as asked at away back basically be
        because been before being both but by can cause come could day did do does doing done each either else etc
        even every everyone example finally first for from gave get give go goes going gone got had has have
        he her here hers him his how however if in into is it its just know last later least less like look
        made make many maybe me mean means meant more most much my neither never next nice no nobody none nor
        not nothing now of off often oh ok okay on once one only or other our out over perhaps put really
        remember right said same saw say saying says second see she should shouted since so some somebody
        someone something sometimes still such take tell tells than that the their them then there these they
        thing things think third this those though thought through thus till to together told too two under
        until up upon us very want was way we well went were what whatever when where which while who whole
        whom whose why will with without word words would wrote yeah yes yet you your abstract answerphone
        appendix background borough caution comment comments conclusion copyright date duration file format
        heading language length location mode note notes place recorded recording remark result results
        setting site source study subtitle summary time title topic transcript version warning monday tuesday
        wednesday thursday friday saturday sunday today yesterday tomorrow morning afternoon evening""",
    )
)
# words of a name that may be in lower case
_PARTICLES = frozenset(re.findall(r"\S+", "al and bin da de del den der di du el la le of och und van von y zu & /"))


def tidy(label: str) -> str:
    """Return a label without emphasis marks, hashes and repeated spaces."""
    return " ".join(label.strip().strip("*_#").strip().split())


def key(label: str) -> str:
    """Return the form in which two spellings of one label are equal."""
    return unicodedata.normalize("NFC", tidy(label)).casefold()


def is_code(label: str) -> bool:
    """Return whether a label is a pseudonym with a number, such as GP1, and no numbered thing, such as Day 2."""
    found = _CODE.fullmatch(tidy(label))
    return found is not None and (found[1] or found[2]).casefold() not in _COUNTED | _NOT_NAMES


def is_label_like(label: str) -> bool:
    """Return whether words could name a speaker: few, beginning with a capital, and no piece of a sentence."""
    plain = tidy(label)
    words = plain.split()
    if not 0 < len(words) <= MAX_WORDS or len(plain) > MAX_LETTERS:
        return False
    if re.search(r"\w{4}\.\s|[!?;:…\"“”]|\w\.\w{3}", plain):
        return False
    counted = _CODE.fullmatch(plain) and not is_code(plain)
    return plain[0].isalpha() and not plain[0].islower() and not counted and not _sentence_like(plain)


def is_name_like(label: str) -> bool:
    """Return whether words look like a name or title: could name a speaker, and each begins with a capital."""
    words = tidy(label).replace("(", " ").replace(")", " ").split()
    return is_label_like(label) and all(not word[0].islower() or word.casefold() in _PARTICLES for word in words)


def is_role(label: str) -> bool:
    """Return whether a label ends in a word for people who take part in interviews, such as 'Practice manager'."""
    return is_label_like(label) and key(label).split()[-1] in _ROLES


def _sentence_like(plain: str) -> bool:
    """Return whether words contain a contraction, such as "it's", or a word that is not part of a name."""
    words = [word.strip("(),.").casefold() for word in plain.split()]
    if any(re.search(r"['’](?:m|s|re|ve|ll|d|t)$", word) for word in words):
        return True
    return any(word in _NOT_NAMES and not (place and word in _PARTICLES) for place, word in enumerate(words))


def accepted(
    candidates: Iterable[str], *, interviewers: Collection[str], stem: str, every_line_labelled: bool
) -> frozenset[str]:
    """
    Return the keys of the candidates that name speakers.

    A pseudonym with a number, an interviewer's label, the name of the file and a role are accepted if they occur once,
    anything else that could be a name if it occurs twice. Where that leaves interviewers only, or every line has a
    label, what looks like a name is accepted if it occurs once.
    """
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for label in candidates:
        counts[key(label)] += 1
        shown.setdefault(key(label), tidy(label))
    of_interviewers = {key(label) for label in interviewers}
    sure = {name for name, label in shown.items() if is_sure(label, interviewers=of_interviewers, stem=stem)}
    names = {name for name, label in shown.items() if is_label_like(label)}
    speakers = sure | {name for name in names if counts[name] > 1}
    if every_line_labelled or not speakers - of_interviewers:
        speakers |= {name for name in names if is_name_like(shown[name])}
    return frozenset(speakers)


def is_sure(label: str, *, interviewers: Collection[str], stem: str) -> bool:
    """Return whether a label that occurs once is accepted as a speaker; `interviewers` are keys."""
    name = key(label)
    return name in interviewers or name == key(stem) or is_code(label) or is_role(label)
