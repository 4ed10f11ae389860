"""Which words are forms of one word: by rules for English, by their beginning in other languages."""

import re
from collections.abc import Callable
from functools import lru_cache

_VOWEL = "aeiouy"
_ENDING = 3  # letters that forms may differ in at the end, in languages without rules

_IRREGULAR = """
be am is are was were been being|have has had having|do does did done doing|go goes went gone going|say says said
see sees saw seen|get gets got gotten getting|make makes made|know knows knew known|think thinks thought
take takes took taken taking|come comes came coming|give gives gave given giving|find finds found|tell tells told
feel feels felt|leave leaves left|bring brings brought|begin begins began begun|keep keeps kept|hold holds held
write writes wrote written writing|stand stands stood|hear hears heard|mean means meant|meet meets met|run runs ran
pay pays paid|send sends sent|build builds built|fall falls fell fallen|speak speaks spoke spoken|lose loses lost
spend spends spent|buy buys bought|teach teaches taught|choose chooses chose chosen|understand understands understood
catch catches caught|drive drives drove driven|break breaks broke broken|grow grows grew grown|show shows showed shown
ring rings rang rung|sleep sleeps slept|fight fights fought|seek seeks sought|sell sells sold|sit sits sat|win wins won
use uses used using|bus buses
child children|man men|woman women|person people|foot feet|tooth teeth|life lives|wife wives|half halves|self selves
good better best|bad worse worst|much more most|little less least
"""
_LEMMA = {form: forms.split()[0] for forms in re.split(r"[|\n]", _IRREGULAR) for form in forms.split()}


def _measure(stem: str) -> int:
    """Return how many times a vowel is followed by a consonant (Porter 1980)."""
    letters = "".join("v" if _is_vowel(stem, place) else "c" for place in range(len(stem)))
    return len(re.findall("v+c+", letters))


def _is_vowel(word: str, place: int) -> bool:
    letter = word[place]
    return letter in "aeiou" or (letter == "y" and place > 0 and not _is_vowel(word, place - 1))


def _is_short(stem: str) -> bool:
    """Return whether a stem ends in consonant, vowel, consonant other than w, x and y, as "hop" does."""
    kinds = [_is_vowel(stem, place) for place in range(len(stem))]
    return len(stem) > 2 and kinds[-3:] == [False, True, False] and stem[-1] not in "wxy"


@lru_cache(maxsize=200_000)
def english_stem(word: str) -> str:
    """
    Return what the forms of an English word have in common: inflections as Porter (1980) has them, the rest by a list.

    Derivations stay apart: "referral" is another word than "referred".

    Parameters
    ----------
    word : str
        A word in lower case.
    """
    word = re.sub(r"'s?$", "", word)
    if word in _LEMMA:
        return _LEMMA[word]
    word = _without_ed_and_ing(_without_s(word))
    if word.endswith("y") and len(word) > 2 and word[-2] not in _VOWEL:
        return word[:-1] + "i"
    if word.endswith("e"):
        stem = word[:-1]
        if _measure(stem) > 1 or (_measure(stem) == 1 and not _is_short(stem)):
            return stem
    return word


def _without_s(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("ies"):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _without_ed_and_ing(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    stem = next((word[: -len(end)] for end in ("ed", "ing") if word.endswith(end)), None)
    if stem is None or not any(_is_vowel(stem, place) for place in range(len(stem))):
        return word
    if stem.endswith(("at", "bl", "iz")):
        return stem + "e"
    if len(stem) > 2 and stem[-1] == stem[-2] and not _is_vowel(stem, len(stem) - 1) and stem[-1] not in "lsz":
        return stem[:-1]
    return stem + "e" if _measure(stem) == 1 and _is_short(stem) else stem


def forms_of(word: str, language: str) -> tuple[str, frozenset[str], Callable[[str], bool]]:
    """
    Return how the forms of a word are recognised: how they begin, which are irregular, and whether another is one.

    Parameters
    ----------
    word : str
        The word, in lower case and without accents.
    language : str
        Two-letter code of the language.
    """
    if language == "en":
        stem = english_stem(word)
        irregular = frozenset(form for form, lemma in _LEMMA.items() if lemma == stem)
        begin = stem[:-1] if len(stem) > 2 and stem[-1] in "ei" else stem
        return begin, irregular, lambda other: english_stem(other) == stem
    begin = word[: max(len(word) - _ENDING, min(len(word), 4))]

    def is_form(other: str) -> bool:
        common = next(
            (n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other))
        )
        return max(len(word), len(other)) - common <= _ENDING and common >= min(len(word), 4)

    return begin, frozenset(), is_form
