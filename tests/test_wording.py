"""Counts, lists and shares in words."""

import ast
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import autocode
from autocode.wording import count_of, listing, percent


def test_only_one_of_a_thing_is_in_the_singular():
    assert [count_of(n, "line") for n in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]


def test_a_noun_may_have_a_plural_of_its_own():
    assert count_of(3, "person", plural="people") == "3 people"


def test_thousands_are_separated_only_if_a_separator_is_given():
    assert count_of(1234567, "line") == "1234567 lines"
    assert count_of(1234567, "line", thousands=",") == "1,234,567 lines"


def test_the_last_name_of_a_list_comes_after_and():
    assert [listing(names) for names in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


def test_a_list_may_offer_alternatives():
    assert listing([".csv", ".xlsx"], conjunction="or") == ".csv or .xlsx"


def test_a_long_list_counts_the_names_that_it_does_not_show():
    assert listing("abcd", at_most=4) == "a, b, c and d"
    assert listing("abcde", at_most=4, conjunction="or") == "a, b, c and 2 more"


def test_a_share_is_rounded_only_where_it_is_shown():
    assert percent(0.12345) == "12 %"
    assert percent(0.12345, decimals=1) == "12.3 %"


def test_a_share_that_is_undefined_is_a_dash():
    assert percent(math.nan) == "–"
    assert percent(math.nan, undefined="-") == "-"


PACKAGE = Path(autocode.__file__).parent
COUNTED = (
    "abstention|agreement|answer|cell|code|coder|column|decision|disagreement|fault|group|interview|judgement|label|"
    "line|pair|participant|proposal|resample|row|seed|speaker|span|split|subtheme|suggestion|text|theme|transcript|"
    "turn|unit|word"
)
PLURAL = re.compile(rf"^ (?:[a-z-]+ )?(?:{COUNTED})s\b|^ (?:categories|people)\b")
NO_COUNT = re.compile(r"count_of|listing|_first|' and '|level$|distance$|name$|self\.abstention_rate|self\.promise")
# Where more than one is counted, by what was checked before or by the constant that it is, by module.
MANY = {
    "agreement/data/_labels.py": {"len(labels)"},
    "agreement/intervals/_methods.py": {"n_interviews"},
    "agreement/sampling/_code_prevalence.py": {"len(drawn)"},
    "agreement/sampling/_estimators.py": {"G", "int(R.sum())", "n_judged"},
    "agreement/spans/_gamma.py": {"max(map(len, units))"},
    "agreement/spans/_text_intervals.py": {"n_texts"},
    "agreement/teams/_verdict.py": {"ENOUGH_INTERVIEWS"},
    "cli/_terminal.py": {"n"},
    "coding/_nouns.py": {"abstention.line"},  # a name
    "report/_findings.py": {"len(lines.participant_lines)"},
    "study/_intake.py": {"n_known", "n_participants"},
    "study/_prevalence.py": {"len(without)", "', '.join(chosen)"},
    "suggester/_promises.py": {
        "MIN_CASES", "math.ceil(more * n_interviews / n_lines)", "more", "n_interviews", "n_lines",
    },
    "suggester/checks/_recheck.py": {"LEAST_LINES"},
    "themes/_saturation.py": {"high", "self.expected", "self.richness.value"},  # numbers with decimals
    "transcripts/_office.py": {"_MOST_CELLS", "_MOST_TAGS"},
    "validation/_validate.py": {"min((n or 0 for n in sizes))"},
    "web/_adjudication.py": {"_MOST", "n"},
}  # fmt: skip


def counts_in(module: Path) -> Iterator[str]:
    """Yield each number that a text of a module writes before a noun in the plural."""
    for node in ast.walk(ast.parse(module.read_text())):
        for value, text in pairwise(node.values if isinstance(node, ast.JoinedStr) else []):
            if isinstance(value, ast.FormattedValue) and isinstance(text, ast.Constant) and PLURAL.match(text.value):
                yield f"{ast.unparse(value.value)}"


@pytest.mark.parametrize("module", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_one_is_singular_everywhere(module):
    """A number that may be one is written with `count_of`."""
    found = {count for count in counts_in(module) if not NO_COUNT.match(count)}

    assert found - MANY.get(str(module.relative_to(PACKAGE)), set()) == set()


def test_a_suggester_of_one_interview_says_so():
    lines = autocode.Transcripts.from_frame([{"transcript": "GP1", "speaker": "GP1", "text": "The phone rings out."}])
    codings = autocode.Codings([autocode.Coding(line="GP1:1", coder="ann", codes={"phones"})])
    codebook = autocode.Codebook([autocode.Code(id="phones", name="Phones"), autocode.Code(id="cars", name="Cars")])
    suggester = autocode.train(codings, lines, codebook)

    assert suggester.learnt_from == "learnt from 1 line of 1 interview (1 by single coder)"
