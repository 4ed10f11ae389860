"""What the sample study promises (and its README states) is so."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from autocode import Basis, Codings, agreement_table, consensus, read_codebook, read_codings, read_transcripts
from autocode.transcripts import read_participants

SAMPLE = Path(__file__).resolve().parents[2] / "corpora" / "integration-barriers"
DOCTORS = [f"GP{n}" for n in range(1, 19)]
MANAGERS = [f"PM{n}" for n in range(1, 8)]
UNREAD = {"GP8", "GP18", "PM7"}
DESIGN = {
    "Accessing social services": [
        "Lack of awareness of roles and services",
        "Overworked staff",
        "Logistical issues",
    ],
    "Interprofessional relationships": [
        "Poor interprofessional culture",
        "Lack of regular contact",
        "Inefficient multidisciplinary team meetings",
    ],
    "Infrastructure": ["Fewer human resources", "Insufficient funding", "Minimal interoperability"],
}


@pytest.fixture(scope="module")
def codebook():
    return read_codebook(SAMPLE / "codebook.toml")


@pytest.fixture(scope="module")
def lines():
    return read_transcripts(SAMPLE / "transcripts")


@pytest.fixture(scope="module")
def codings(lines, codebook):
    tables = sorted((SAMPLE / "codings").glob("*.csv"))
    return Codings(one for table in tables for one in read_codings(table, lines=lines, codebook=codebook))


def test_eighteen_doctors_and_seven_managers_of_seven_boroughs(lines):
    people = read_participants(SAMPLE / "participants.csv")

    assert [one.id for one in lines.interviews] == DOCTORS + MANAGERS
    assert list(people) == DOCTORS + MANAGERS
    assert len({told["borough"] for told in people.values()}) == 7
    assert {name: told["role"] for name, told in people.items()} == {
        name: "GP" if name in DOCTORS else "Practice manager" for name in people
    }


def test_every_interview_has_an_interviewer_and_one_participant(lines):
    for one in lines.interviews:
        assert {line.speaker for line in one.lines} == {"Interviewer", one.id}


def test_there_is_enough_to_read(lines):
    said = Counter(line.transcript for line in lines.participant_lines)

    assert min(said.values()) >= 25
    assert said.total() >= 700


def test_no_run_of_eight_words_stands_in_more_than_two_interviews(lines):
    where = defaultdict(set)
    for line in lines.participant_lines:
        words = re.findall(r"[\w']+", line.text.casefold())
        for k in range(len(words) - 7):
            where[tuple(words[k : k + 8])].add(line.transcript)

    assert [" ".join(run) for run, found in where.items() if len(found) > 2] == []


def test_no_line_is_said_twice(lines):
    said = Counter(" ".join(line.text.split()).casefold() for line in lines.participant_lines)

    assert [text for text, n in said.items() if n > 1 and len(text.split()) > 6] == []


def test_no_line_begins_like_the_label_of_a_speaker():
    label = re.compile(r"^\s*(?:Interviewer|(?:GP|PM)\d+)\s*:")
    for file in (SAMPLE / "transcripts").glob("*.txt"):
        for line in file.read_text(encoding="utf-8").splitlines():
            begun = label.match(line)
            inside = line[begun.end() :] if begun else line

            assert not begun or begun[0].strip(" :") in ("Interviewer", file.stem), (file.name, line)
            assert not re.match(r"\s*[A-Z][\w ]{0,20}:\s", inside), (file.name, line)


def test_three_themes_and_nine_subthemes_with_words_of_our_own(codebook):
    assert {
        theme.name: [code.name for code in codebook.subthemes if codebook.theme_of(code.id) == theme]
        for theme in codebook.themes
    } == DESIGN
    for code in codebook.subthemes:
        assert code.definition
        assert code.use_when
        assert code.not_when
        assert len(code.examples) >= 2


def test_examples_in_the_codebook_are_not_lines_of_the_interviews(codebook, lines):
    said = {line.text.casefold().strip() for line in lines}

    assert not [one for code in codebook.subthemes for one in code.examples if one.casefold().strip() in said]


def test_who_read_what(lines, codings):
    readers = defaultdict(set)
    for one in codings:
        readers[lines.line(one.line).transcript].add(one.coder)
    counts = Counter(len(readers[one.id]) for one in lines.interviews)

    assert counts == {3: 18, 1: 4, 0: 3}
    assert {one.id for one in lines.interviews if not readers[one.id]} == UNREAD
    assert all(one.basis is Basis.INDEPENDENT for one in codings)


def test_whoever_reads_an_interview_reads_every_line_of_its_participant(lines, codings):
    read = defaultdict(set)
    for one in codings:
        read[lines.line(one.line).transcript, one.coder].add(one.line)
    for (name, _), judged in read.items():
        spoken = {line.id for line in lines.participant_lines if line.transcript == name}

        assert judged == spoken


def test_a_third_to_a_half_of_the_lines_fit_no_code(codings):
    standing = consensus(codings).codes.values()
    empty = sum(not codes for codes in standing) / len(standing)

    assert 1 / 3 <= empty <= 1 / 2


def test_every_code_is_on_enough_lines_to_be_learnt(codings, codebook):
    uses = Counter(code for codes in consensus(codings).codes.values() for code in codes)

    assert min(uses[code.id] for code in codebook.subthemes) >= 15


def test_coders_agree_as_careful_readers_do(codings, codebook, lines):
    table = agreement_table(codings, lines, codebook, resamples=20)
    alpha = {row.name: row.coefficients["alpha"].value for row in table.codes}

    assert {name: value for name, value in alpha.items() if not 0.5 <= value <= 0.9} == {}


def test_the_recorded_reading_of_the_demo_is_of_an_interview_that_nobody_had_read(lines, codebook, codings):
    reading = read_codings(SAMPLE / "reading" / "GP8.csv", lines=lines, codebook=codebook)

    assert {lines.line(one.line).transcript for one in reading} == {"GP8"}
    assert set(reading.coders) <= set(codings.coders)


def test_the_readme_says_first_that_all_of_it_is_invented():
    told = (SAMPLE / "README.md").read_text(encoding="utf-8")

    assert "invented" in told[:800].casefold()
