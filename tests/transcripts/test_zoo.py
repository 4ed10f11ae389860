"""Invented transcripts in every style and with every mistake: who speaks, in which words, and what is left out."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from autocode.errors import TranscriptError
from autocode.transcripts import Columns, LeftOutKind, Role, read_transcripts, reading_faults
from office_packing import pack
from words_of_files import rows_of_table, words_in, words_of_file

ZOO = Path(__file__).parent / "zoo"
EXPECTED = tomllib.loads((ZOO / "expected.toml").read_text(encoding="utf-8"))
READ = [name for name, expected in EXPECTED.items() if "lines" in expected]
TABLES = (".csv", ".xlsx")


@dataclass(frozen=True)
class Reading:
    """A file of the zoo, as it is to be read."""

    path: Path
    options: dict
    expected: dict


@pytest.fixture
def reading(request, tmp_path):
    expected = EXPECTED[request.param]
    path = ZOO / expected.get("file", request.param)
    options = dict(expected.get("options", {}))
    if "columns" in options:
        columns = {key: tuple(value) if isinstance(value, list) else value for key, value in options["columns"].items()}
        options["columns"] = Columns(**columns)
    return Reading(pack(path, tmp_path / path.name) if path.is_dir() else path, options, expected)


def shown(interviews):
    """Return interviews as `expected.toml` writes them: `?` before a line of an interviewer, `.` before others."""
    rows = []
    for interview in interviews:
        if len(interviews) > 1:
            rows.append(" ".join(["==", interview.id, *(f"[{k}: {v}]" for k, v in interview.attributes.items())]))
        for line in interview.lines:
            mark = "?" if line.role is Role.INTERVIEWER else "."
            rows.append(f"{mark} {line.speaker} | {' '.join(line.text.split())}")
    return rows


def left_out(interviews):
    """Return how many words were left out, by kind."""
    counts: Counter[str] = Counter()
    for interview in interviews:
        for piece in interview.left_out:
            counts[piece.kind.value] += words_in(piece.words).total()
    return dict(+counts)


def test_every_file_of_the_zoo_is_expected_and_there_are_at_least_sixty():
    files = {path.name for path in ZOO.iterdir()} - {"README.md", "expected.toml"}

    assert files == {expected.get("file", name) for name, expected in EXPECTED.items()}
    assert len(files) >= 60


@pytest.mark.parametrize("reading", READ, indirect=True)
def test_speakers_roles_words_and_paragraphs_are_those_of_the_file(reading):
    interviews = read_transcripts(reading.path, **reading.options).interviews

    assert shown(interviews) == reading.expected["lines"].strip().split("\n")
    assert {interview.roles.evidence for interview in interviews} == {reading.expected["evidence"]}
    assert left_out(interviews) == reading.expected.get("left_out", {})


@pytest.mark.parametrize("reading", READ, indirect=True)
def test_the_words_of_the_file_are_those_of_lines_labels_and_what_is_left_out(reading):
    interviews = read_transcripts(reading.path, **reading.options).interviews
    found: Counter[str] = Counter()
    allowed: set[str] = set()
    for interview in interviews:
        is_survey = any(line.speaker == "Question" for line in interview.lines)
        lines = [line for line in interview.lines if not (is_survey and line.speaker == "Question")]
        pieces = [piece for piece in interview.left_out if piece.kind is not LeftOutKind.UNANSWERED]
        for words in (*(line.text for line in lines), *(piece.words for piece in pieces)):
            found += words_in(words)
        if is_survey:
            found += words_in(" ".join(interview.attributes.values()))
        allowed |= set(words_in(" ".join([interview.id, *(line.speaker for line in lines)]).casefold()))
    if reading.path.suffix in TABLES:
        allowed |= set(
            words_in(" ".join(rows_of_table(reading.path)[reading.expected.get("header", 1) - 1]).casefold())
        )
    words = words_of_file(reading.path, encoding=reading.expected.get("encoding", "utf-8"))

    assert not found - words, "words that the file does not hold"
    assert {word for word in words - found if word.casefold() not in allowed} == set(), "words that are nowhere"
    assert (words - found).total() == reading.expected["labels"]


@pytest.mark.parametrize("reading", [name for name in EXPECTED if "refused" in EXPECTED[name]], indirect=True)
def test_what_cannot_be_read_without_a_guess_is_refused_with_its_place(reading):
    with pytest.raises(TranscriptError) as error:
        read_transcripts(reading.path, **reading.options)

    assert str(error.value).replace(f"{reading.path}", reading.path.name) == reading.expected["refused"].strip()


@pytest.mark.parametrize("reading", READ, indirect=True)
def test_what_is_doubtful_is_asked_before_the_file_is_added(reading):
    interviews = read_transcripts(reading.path, **reading.options).interviews

    assert [doubt for interview in interviews for doubt in reading_faults(interview)] == (
        [reading.expected["doubt"]] if "doubt" in reading.expected else []
    )
