"""Transcripts and their lines."""

import pytest

from autocode.errors import TranscriptError
from autocode.transcripts import Line, LineId, Transcript, TranscriptId, Transcripts, read_transcripts


def test_two_transcripts_of_one_name_are_refused():
    one = Transcript(id=TranscriptId("GP1"), text="", lines=(), digest="a", source="a.txt")
    other = Transcript(id=TranscriptId("GP1"), text="", lines=(), digest="b", source="b.txt")

    with pytest.raises(TranscriptError) as error:
        Transcripts([one, other])

    assert str(error.value) == "two transcripts are named 'GP1' (a.txt and b.txt); rename one of the files."


def test_two_lines_of_one_id_are_refused(text_file):
    (one,) = read_transcripts(text_file("GP1: a\n")).interviews
    other = Transcript(id=TranscriptId("GP2"), text="a", lines=one.lines, digest="")
    same = Line(**{key: getattr(one.lines[0], key) for key in Line.__slots__} | {"order": 2})

    with pytest.raises(TranscriptError) as error:
        Transcripts([one, Transcript(id=other.id, text="a", lines=(same,), digest="")])

    assert str(error.value) == "two lines have the id 'GP1:1'; every line needs an id of its own."


def test_lines_are_found_by_place_slice_id_and_interview(text_file):
    lines = read_transcripts(text_file("I: a?\nGP1: b\nI: c?\nGP1: d\n"))

    assert lines[1].text == "b"
    assert [line.text for line in lines[2:]] == ["c?", "d"]
    assert len(lines) == 4
    assert LineId("GP1:4") in lines
    assert lines[0] in lines
    assert lines.line(LineId("GP1:4")).text == "d"
    assert lines.interview(TranscriptId("GP1")).lines == lines[:]
    assert repr(lines) == "<Transcripts: 1 interview, 4 lines>"
    assert str(lines.interviews[0]) == "GP1: 4 lines"


def test_the_question_before_a_line_is_the_last_the_interviewer_asked(text_file):
    lines = read_transcripts(text_file("GP1: a\nI: b?\nGP1: c\nMore.\n"))

    assert lines.question_before(lines[0]) is None
    assert lines.question_before(lines[3]) == lines[1]
