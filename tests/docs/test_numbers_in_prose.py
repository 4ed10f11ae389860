"""No number in the prose of README and docs changes unnoticed: it is compared with a result, or it is a convention.

A digit of the number is changed on the page, and the tests that compare pages with results run again: one of them must
fail. Numbers in blocks of output are compared with what is printed (`test_docs.py`).
"""

import importlib.util
import inspect
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))}

# Numbers that nothing measured: limits of the literature, defaults, weights and levels, each with its words.
CONVENTIONS = {
    "docs/agreement.md": (
        "coders agree on 85 %",  # Feinstein and Cicchetti (1990)
        "half-widths of 0.15, 0.1 and 0.05",
        "half-width is 1.96 standard errors",
    ),
    "docs/first-study.md": ("limits of .800 and .667",),
    "docs/glossary.md": (
        "probability of 0.7, *fair* from 0.4",
        "at least 80 % of them",
        "limits of .667 and .800",
    ),
    "docs/review.md": (
        "`blind_share`, 15 % by default",
        "at 400 % zoom",  # WCAG 2.2, reflow
        "| 320 pixels | 400 % zoom |",
    ),
    "docs/suggester.md": (
        "share features (weight 0.8)",
        '"gp" (weight 0.5)',
        "or later (weight 0.2)",
        "weight of 0, 0.15 or 0.3, or 0.3 decreasing",
        "between 4 and 8, and 0.15)",
        "probability of 0.7, *fair* from 0.4",
        "only if at least 80 %",
        "test at 5 %",
        "cosine similarity of at least 0.05",
        "training lines | 95 % interval",
        "whole documents; 30 % of the lines",
    ),
    "docs/suggester-evidence.md": (
        "similarity of words of at least 0.8",
        "of which at least 80 %",
        "must hold in 95 % of",
        "that just reaches 0.8 on",
    ),
}


def beside(name):
    """Return another module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(f"beside_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


of_docs, of_intervals, of_pages, of_samples, of_suggester = map(
    beside,
    ("test_docs", "test_interval_numbers", "test_page_numbers", "test_sample_numbers", "test_suggester_numbers"),
)
COMPARISONS = [
    *(
        function
        for module in (of_intervals, of_pages, of_samples, of_suggester)
        for name, function in vars(module).items()
        if name.startswith("test_")
    ),
    of_docs.test_the_numbers_of_the_readme_are_those_of_the_evaluation,
    of_docs.test_the_agreement_in_the_prose_of_the_readme_is_that_of_its_output,
    of_docs.test_the_version_of_python_in_the_readme_is_the_one_that_pip_asks_for,
]
GIVEN = {
    "page": of_suggester.evidence_page,
    "about": of_suggester.suggester_page,
    "coverage": of_intervals.coverage_table,
}


def numbers_in_prose(text):
    """Yield the place and the words of each number with a decimal point or in percent, outside of blocks and code."""

    def blanked(block):
        return re.sub(r"\S", " ", block[0])

    prose = re.sub(r"^```.*?^```$", blanked, text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"`[^`]+`", blanked, prose)
    for found in re.finditer(r"(?<![\w.-])(?:\d[\d,]*)?(?:\d|\.\d+)(?: %)?(?!\w)", prose):
        if "." in found[0] or "%" in found[0]:
            yield found.start(), found[0]


def is_convention(name, text, place):
    """Return whether a number stands in words that name a convention."""
    return any(
        found.start() <= place < found.end()
        for words in CONVENTIONS.get(name, ())
        for found in re.finditer(r"\s+".join(map(re.escape, words.split())), text)
    )


def with_another_digit(text, place, number):
    at = max(place + k for k, character in enumerate(number) if character.isdigit())
    return f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"


def is_noticed(monkeypatch, path, text):
    """Return whether a comparison fails where a page has this text."""
    read_text = Path.read_text
    with monkeypatch.context() as patch:
        patch.setattr(
            Path, "read_text", lambda self, *how, **more: text if self == path else read_text(self, *how, **more)
        )
        for compare in COMPARISONS:
            try:
                compare(**{name: GIVEN[name]() for name in inspect.signature(compare).parameters})
            except (AssertionError, TypeError, ValueError):
                return True
    return False


@pytest.mark.parametrize("name", PAGES)
def test_every_number_is_compared_or_a_convention(name, monkeypatch):
    text = PAGES[name].read_text(encoding="utf-8")
    unnoticed = [
        text[max(0, place - 40) : place + len(number)]
        for place, number in numbers_in_prose(text)
        if not is_convention(name, text, place)
        and not is_noticed(monkeypatch, PAGES[name], with_another_digit(text, place, number))
    ]

    assert unnoticed == []


def test_the_pages_as_they_are_pass_every_comparison(monkeypatch):
    for path in PAGES.values():
        assert not is_noticed(monkeypatch, path, path.read_text(encoding="utf-8"))


def test_every_convention_stands_on_its_page():
    missing = [
        (name, words)
        for name, listed in CONVENTIONS.items()
        for words in listed
        if words not in " ".join(PAGES[name].read_text(encoding="utf-8").split())
    ]

    assert missing == []
