"""Which words at the start of a line name a speaker, and which are only followed by a colon."""

import re
import string
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise

# Longer than any name; a job title of this length is a label where it comes again and again.
MAX_WORDS, MAX_LETTERS = 20, 140

# the same labels come again and again
_REMEMBERED = 4096

# What a reader sees as nothing: white space, and the marks of width zero and of direction that editors leave.
BLANK = string.whitespace + "".join(
    map(
        chr,
        (0x85, 0xA0, 0xAD, 0x1680, *range(0x2000, 0x2010), *range(0x2028, 0x2030), 0x205F, *range(0x2060, 0x2070)),
    )
)
BLANK += "\u3000\ufeff"

TIME = r"[\[(<]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])>]?"

# `GP1`, `P 12`, `HCP03a`, `SPEAKER_00`: what a study calls people whom it does not name
_CODE = re.compile(r"([^\W\d_]{1,5})[ _-]?\d{1,3}[A-Za-z]?|([^\W\d_a-z][^\W\d_]+)[ _-]?\d{1,3}|\d{1,4}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A name in which words have small letters is at most this long; longer, it is a piece of a sentence.
_NAME_WORDS = 5

# what is counted in speech without being a person: `Day 2:`
_COUNTED = _words(
    """band bed block box chapter covid day example figure floor hour item level line month number option page part
    phase point room section stage step table tier topic unit version ward week year"""
)
# Words for people who take part in interviews, in languages of public corpora. A label that holds one of them is a
# speaker the first time it stands at the beginning of a line.
_PEOPLE = _words(
    """answer attendee bewohner carer caller child client clinician colleague consultant coordinator daughter doctor
    female girl boy gp grandmother grandfather guest host husband informant interviewee interviewees lecturer librarian
    man male manager mother father narrator nurse observer participant participants patient person pharmacist
    physician physiotherapist presenter professor receptionist resident respondent respondents resp son speaker
    student subject teacher therapist translator interpreter transcriber user volunteer wife woman worker
    unknown unidentified several everyone all both group audience multiple voice voices
    befragte befragter befragten teilnehmer teilnehmerin proband probandin sprecher sprecherin unbekannt
    entrevistado entrevistada participante informante hablante persona
    enquêté enquêtée enquete participante répondant répondante répondant·e locuteur locutrice inconnu
    intervistato intervistata partecipante geïnterviewde respondent deelnemer deltagare respondenten informanten
    osallistuja haastateltava respondente респондент информант участник участница
    المشارك المشاركة 受访者 参与者 回答者 参加者"""
)
# What people are called by their work or their family. A label whose noun is one of them is asked about where it stands
# only once, as it may also be the subject of a sentence.
_CALLINGS = _words(
    """accountant actor administrator adviser advisor advocate agent ambassador analyst apprentice architect artist
    assistant associate attendant auditor aunt auntie auxiliary baby barrister biologist boss brother builder buyer
    captain caretaker cashier chair chairman chairperson chairwoman chaplain chef chemist chief cleaner clerk coach
    commissioner companion controller cook councillor counsellor counselor cousin crew curator dad daddy dealer
    dentist deputy designer developer dietician dietitian diplomat director driver economist editor educator elder
    electrician employee employer engineer examiner executive expert farmer fellow fiancé fiancée firefighter
    fisherman forester founder friend gardener geographer geologist governor graduate gran grandad granddad
    granddaughter grandfather grandma grandmother grandpa grandson granny guard head helper historian hygienist imam
    inspector instructor intern investigator journalist judge keeper ladies lady landlady landlord lawyer lead leader
    learner magistrate maker mam mate matron mayor mechanic medic member men mentor merchant midwife minister mom mum
    mummy nanny neighbor neighbour nephew niece novelist officer official operative operator optician optometrist
    organiser organizer orthoptist owner painter paramedic parent partner people pilot planner plumber podiatrist
    policeman policewoman politician porter postdoc practitioner president priest principal producer programmer
    psychiatrist psychologist psychotherapist publisher pupil rabbi radiographer refugee registrar rep reporter
    representative responder retailer scientist secretary seeker seller sergeant shopkeeper singer sister sociologist
    soldier solicitor specialist spouse staff stepfather stepmother steward surgeon surveyor tailor taker technician
    technologist teenager tenant trainee trainer treasurer trustee tutor uncle undergraduate vet veterinarian
    vicar visitor waiter waitress warden weaver welder widow widower women writer youth"""
)
_VOICES = _words(
    "speaker voice person man woman male female unknown unidentified sprecher sprecherin unbekannt locuteur locutrice "
    "inconnu hablante persona"
)
# words that open or hold together a sentence; a label that holds one is doubted unless it comes again and again
SENTENCE = _words(
    """a about after again all also although an and another any anyway are as asked at away back basically be
    because been before being both but by can cause come could day did do does doing done each either else etc
    even every everyone example finally first firstly for from gave get give go goes going gone got had has have
    he her here hers him his how however if in into is it its just know last lastly later least less like look
    made make many maybe me mean means meant more most much my neither never next nice no nobody none nor
    not nothing now of off often oh ok okay on once one only or other our out over perhaps plus put really
    remember right said same saw say saying says second secondly see she should shouted since so some somebody
    someone something sometimes still such take tell tells than that the their them then there these they
    thing things think third thirdly this those though thought through thus till to together told too two under
    until up upon us very want was way we well went were what whatever when where which while who whole
    whom whose why will with without word words would wrote yeah yes yet you your"""
)
# what stands before a colon in headings, letterheads and notes of a transcriber, and is no person
_HEADINGS = _words(
    """abstract advantage advantages afternoon answerphone appendix background begin begins borough caution comment
    comments conclusion context copyright date depositor disadvantage disadvantages duration end ends evening file
    format friday heading http https interview interviewed keywords language length location mode monday morning nb
    negative negatives note notes place positive positives problem problems project ps re reason reasons recorded
    recording remark result results saturday setting site solution solutions source start started study subtitle
    summary sunday thursday time title today tomorrow topic transcribed transcript transcription tuesday version
    warning wednesday www yesterday"""
)
_VERBS = _words(
    """am are asked be been began called came can could did do does felt gave goes got had has have heard is knew
    know made mean means meant need said saw say saying says see seems should shouted shows think thought told tells
    took want wanted was were will would wrote"""
)
_PARTICLES = _words(
    """al and bin bint da das de del dela della den der des di do dos du e el en het ibn in la las le les lo los of och
    on op ten ter the und van vom von y zu zum & /"""
)
_TITLES = _words("dr mr mrs ms miss mx prof professor sir lady lord rev father sister nurse herr frau señor señora")
# marks inside a sentence, the end of one, quotation marks but for those within a Hebrew word, and addresses
_CLAUSE_MARKS = re.compile(
    r"[^\W\d_]{7}\.\s|[!?;:…“”]|(?<!\w)\"|\"(?!\w)|\.\.|\bhttps?\b|www\.|\w\.(?:com|org|net|ai|uk)\b"
)
# what chats write for a person
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
# words between a noun and what it is of, with or for: the noun before them says who somebody is
_LINKS = _words("at behind by for from in near next of on opposite to under who whose with without & and")
# names that are also words of sentences: An Nguyen, Will Smith, Do Van Binh
_NAMES_TOO = _words(
    "an can do else even ever go he her just long may me more my no now only read said see she so still to will you"
)
# words that open a sentence with a verb, and no label
_SUBJECTS = _words(
    """and as because but he how i if it oh ok okay she so that then there these they this those we well what when where
    which who why yeah yes you"""
)
_SPEECH_WORDS = 8
_CONTRACTION = re.compile(r"\w['’](?:m|re|ve|ll|d|t)$")
_ENCLOSED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|<([^<>]*)>")
_NOT_SURE = re.compile(r"\s*\(\s*\?+\s*\)$")
_UNSURE = f"{BLANK}?\"'“”„«»‘’"
# joiners within letters, which some programs write and others do not
_JOINERS = re.compile("[\u200b-\u200f\u2060\ufeff\xad]")
_WHO = (_PEOPLE | _CALLINGS) - {"answer"}
_OPENERS = _words("he i it she that the there these they this those we what which who you")


def tidy(label: str) -> str:
    """Return a label without marks of emphasis, hashes or doubled spaces."""
    return " ".join(label.strip(BLANK).strip("*_#").strip(BLANK).split())


@lru_cache(_REMEMBERED)
def key(label: str) -> str:
    """Return what two spellings of one label share; a remark in brackets at the end does not count."""
    plain = re.sub(r"(?<=\S)\s*[(\[][^()\[\]]*[)\]]$", "", tidy(_JOINERS.sub("", label)))
    return unicodedata.normalize("NFC", plain or tidy(label)).casefold()


def shown(label: str) -> str:
    """Return a label as messages write it, without joiners that cannot be seen."""
    return _JOINERS.sub("", tidy(label))


def words_of(label: str) -> list[str]:
    """Return the words of a label in lower case, without brackets, commas and full stops around them."""
    return [word for raw in re.split(r"[\s/]+", tidy(label)) if (word := raw.strip("(),.[]").casefold())]


def is_code(label: str) -> bool:
    """Return whether a label is a number code, such as GP1, rather than something else that is counted, as in Day 2."""
    plain = key(label).removeprefix("#")
    if "/" in plain or " and " in plain:
        parts = [part.strip() for part in re.split(r"/| and ", plain)]
        return all(part and is_code(part) for part in parts)
    match = _CODE.fullmatch(tidy(label)) or _CODE.fullmatch(plain)
    if match is None or (plain.isdigit() and len(plain) < 3 and not plain.startswith("0")):
        return False  # `1:` and `2:` may count what somebody says
    letters = (match[1] or match[2] or "").casefold()
    return letters not in (_COUNTED | SENTENCE | _HEADINGS) - {"a", "i"}


def is_short(label: str) -> bool:
    """Return whether words are few enough to stand for a person."""
    plain = tidy(label)
    return 0 < len(plain.split()) <= MAX_WORDS and len(plain) <= MAX_LETTERS


def bare(label: str) -> str:
    """Return a label without the marks of somebody who quotes it or is not sure of it: `“P1”`, `Anna?`, `(Anna?)`."""
    plain = _NOT_SURE.sub("", tidy(label))
    while (match := _ENCLOSED.fullmatch(plain)) is not None or plain.strip(_UNSURE) != plain:
        plain = match[match.lastindex or 0].strip(BLANK) if match is not None else plain.strip(_UNSURE)
    return plain


@lru_cache(_REMEMBERED)
def is_clause(label: str) -> bool:
    """Return whether words are a piece of a sentence, with a verb or the marks of one, and so never a label."""
    plain, words = bare(label), words_of(label)
    if not is_short(label) or not words:
        return True
    if _CLAUSE_MARKS.search(plain) and not _ADDRESS.fullmatch(plain):
        return True
    if any(_CONTRACTION.search(word) for word in words):
        return True
    lower = {word for word in plain.split() if word.islower()}
    # `Rezende do Sul` is a name: what is not a capital's there holds names together
    return len(words) > 1 and bool(_VERBS & lower) and not (lower <= _PARTICLES and plain.split()[-1][0].isupper())


def is_sentence(label: str) -> bool:
    """Return whether words read as a piece of a sentence or a heading rather than as somebody's name."""
    plain, words = tidy(label), words_of(label)
    if is_clause(label) or is_heading(words) or is_counted(label):
        return True
    lower = {word for word in plain.split() if word.islower()}
    return len(words) > 1 and words[0] in _OPENERS | SENTENCE and bool(lower - {words[0]})


def is_counted(label: str) -> bool:
    """Return whether words name something that is counted and is no person, as in Day 2."""
    plain = tidy(label)
    return _CODE.fullmatch(plain) is not None and not is_code(plain) and not plain.isdigit()


def is_calling(label: str) -> bool:
    """Return whether words say what somebody does or is to somebody, as in `head of midwifery` and `my mum`."""
    words = words_of(bare(label))
    if not words or is_clause(label) or is_heading(words):
        return False
    nouns = {words[-1], *(before for before, word in pairwise(words) if word in _LINKS)}
    nouns |= {part.split()[-1].casefold() for part in re.split(r"\s*[,(]", bare(label)) if part.split()}
    return any(noun.removesuffix("s") in _WHO or noun in _WHO for noun in nouns)


def is_uncertain(label: str) -> bool:
    """Return whether a code or a name stands in marks that say that it is not certain, or is a question mark."""
    plain = bare(label)
    if not any(letter.isalnum() for letter in plain):
        return True
    named = is_name(plain) and ("?" in label or not label.startswith("("))
    return plain != tidy(label) and (named or is_code(plain) or is_role(plain))


def is_speech(label: str) -> bool:
    """Return whether words before a mark can only be a piece of a sentence: `I said`, `that's it`, `no. And then`."""
    words = words_of(label)
    return is_clause(label) and (
        not (is_short(label) and words)
        or len(words) > _SPEECH_WORDS
        or words[0] in _SUBJECTS
        or (_CLAUSE_MARKS.search(bare(label)) is not None and not _ADDRESS.fullmatch(bare(label)))
        or any(_CONTRACTION.search(word) for word in words)
    )


def is_heading(words: list[str]) -> bool:
    """Return whether words before a colon are a heading, a letterhead or a note, such as `Date of interview`."""
    return bool(words) and (words[-1] in _HEADINGS or (words[0] in _HEADINGS and words[-1] not in _WHO))


def is_role(label: str) -> bool:
    """Return whether a label holds the word for somebody who takes part in interviews, such as 'Practice manager'."""
    words = words_of(label)
    return is_short(label) and not is_sentence(label) and bool(words) and bool({words[0], words[-1]} & _PEOPLE)


def is_participant(label: str) -> bool:
    """Return whether a label says that somebody takes part, rather than only that somebody speaks: Speaker 1."""
    return is_role(label) and _VOICES.isdisjoint(words_of(label))


@lru_cache(_REMEMBERED)
def is_name(label: str) -> bool:
    """Return whether words look like a name or title: each opens with a capital, and none holds a sentence together."""
    plain = tidy(label).replace("(", " ").replace(")", " ").lstrip("'’")
    words = plain.split()
    if _is_name_and_word(words):
        return True
    if is_sentence(label) or not words or unicodedata.category(plain[0])[0] not in "LM":
        return False
    lower = [word for word in words if word[0].islower() and word.casefold() not in _PARTICLES]
    ends = {word.strip(",.").casefold() for word in (words[0], words[-1], *lower)}
    joining = _PARTICLES if len(words) > 1 else frozenset[str]()
    if ends & (SENTENCE - joining) and ends.isdisjoint(_TITLES):
        return False
    # a form of address has small letters, as in `pani Nowak` and `thành phố Huế`; a particle may come last: `Gogh, van`
    last = words[-1] if words[-1] not in _PARTICLES or "," not in plain else words[0]
    return not last[0].islower() and (not lower or 1 < len(words) <= _NAME_WORDS)


def _is_name_and_word(words: list[str]) -> bool:
    """Return whether capitals open all of two to four words, the first of which may also open a sentence: An Nguyen."""
    return (
        1 < len(words) < _NAME_WORDS
        and all(word[0].isupper() and word[1:].islower() for word in words)
        and words[0].casefold() in _NAMES_TOO
        and not {word.casefold() for word in words[1:]} & (SENTENCE | _HEADINGS | _COUNTED) - _NAMES_TOO
    )


def joins_sentences(label: str) -> bool:
    """Return whether the first of several words joins a sentence to the one before, as in `And then`."""
    words = words_of(label)
    return len(words) > 1 and words[0] in _SUBJECTS and not is_name(label) and not is_calling(label)


def opens_sentence(label: str) -> bool:
    """Return whether the first of several words is one that opens a sentence, as in `And she said`."""
    words = words_of(label)
    return len(words) > 1 and re.split("['’]", words[0])[0] in _OPENERS | SENTENCE


def is_sure(label: str, *, interviewers: Collection[str], stem: str) -> bool:
    """Return whether a label is believed the first time it comes; `interviewers` are keys."""
    if key(label) in interviewers or key(label) == key(stem) or is_role(label):
        return True
    return is_code(label) and not _is_word_with_number(label)


def _is_word_with_number(label: str) -> bool:
    """Return whether a code is a whole word and a number, which may be anything: Type 2, Psalm 23, Windows 10."""
    match = re.fullmatch(r"#?([^\W\d_]{4,})\s\d{1,3}", tidy(label))
    return match is not None and not match[1].isupper() and match[1].casefold() not in _WHO
