"""Word files, subtitles and tables."""

import zipfile

import docx
import openpyxl
import pytest

from autocode.errors import TranscriptError
from autocode.transcripts import Columns, read_transcripts


@pytest.fixture
def word_file(tmp_path):
    def word_file(*paragraphs, name="GP1.docx"):
        document = docx.Document()
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
        document.save(tmp_path / name)
        return tmp_path / name

    return word_file


def test_a_word_file_has_turns_of_labelled_paragraphs(word_file, said):
    path = word_file("Interview 4", "Interviewer: How?", "GP1: Well, it is\na break.", "More.", "", "Interviewer: And?")

    lines = read_transcripts(path)

    assert said(lines) == [
        ("Interviewer", "How?"),
        ("GP1", "Well, it is"),
        ("GP1", "a break."),
        ("GP1", "More."),
        ("Interviewer", "And?"),
    ]


def test_a_word_file_of_otter_has_headers_and_then_words(word_file, said):
    path = word_file("Anna Berg  0:03", "Hello there. How?", "", "Speaker 2  0:09", "Fine.", "And more.")

    lines = read_transcripts(path)

    assert said(lines) == [("Anna Berg", "Hello there. How?"), ("Speaker 2", "Fine."), ("Speaker 2", "And more.")]


def test_a_table_of_two_columns_in_a_word_file_is_speakers_and_words(tmp_path, said):
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(table.rows, [("Interviewer", "How?"), ("GP1:", "Fine.\nYes."), ("", "")], strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    table.rows[2].cells[0].merge(table.rows[2].cells[1]).text = "Interviewer: So?"
    document.save(tmp_path / "GP1.docx")

    lines = read_transcripts(tmp_path / "GP1.docx")

    assert said(lines) == [("Interviewer", "How?"), ("GP1", "Fine."), ("GP1", "Yes."), ("Interviewer", "So?")]


@pytest.mark.parametrize("data", [b"hello", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"PK\x03\x04 cut off"])
def test_what_is_no_word_file_is_refused(text_file, data):
    path = text_file(data, "GP1.docx")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)

    assert str(error.value) == (
        f"{path}: is not a Word file (.docx), whatever its name says; open it in a word processor and save it as "
        ".docx, or as a text file in UTF-8."
    )


def test_another_archive_called_docx_or_xlsx_is_refused(tmp_path):
    for name in ("a.docx", "b.xlsx"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("words", "GP1: words")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(tmp_path)

    assert [fault.path.name for fault in error.value.faults] == ["a.docx", "b.xlsx"]
    assert error.value.faults[1].what == (
        "is not an Excel file (.xlsx), whatever its name says; save it again as .xlsx or as CSV."
    )


def test_a_word_file_damaged_within_is_refused(word_file):
    path = word_file(*(f"GP1: words {n}" for n in range(200)))
    with zipfile.ZipFile(path) as archive:
        begins = archive.getinfo("word/document.xml").header_offset
    data = bytearray(path.read_bytes())
    data[begins + 60 : begins + 200] = b"\xff" * 140
    path.write_bytes(data)

    with pytest.raises(TranscriptError, match="is not a Word file"):
        read_transcripts(path)


def test_a_word_file_without_words_is_empty(word_file):
    path = word_file("", " ")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)

    assert str(error.value) == f"{path}: is empty; put the interview into it or remove it."


def test_subtitles_without_a_speaker_a_cue_or_a_right_timing_are_refused(text_file, tmp_path):
    text_file("WEBVTT\n\n00:01.000 --> 00:02.000\nwords\n", "a.vtt")
    text_file("WEBVTT\n\nwords\n", "b.vtt")
    text_file("WEBVTT\n\n00:01.000 --> 00:02.000\nGP1: words\n00:03.000 --> soon\nwords\n", "c.vtt")
    text_file("WEBVTT\n\n00:01.000 --> 00:02.000\nGP1:\n", "d.vtt")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(tmp_path)

    assert [str(fault) for fault in error.value.faults] == [
        f"{tmp_path / 'a.vtt'}: names no speaker; begin each turn with its speaker, as in 'GP1: words', or, where only "
        "one person speaks, name that person with speaker_name=... (--speaker-name).",
        f"{tmp_path / 'b.vtt'}: contains no cue with a timing such as '00:00:01.000 --> 00:00:04.000'; "
        "export the subtitles again.",
        f"{tmp_path / 'c.vtt'}:5: expected a timing such as '00:00:01.000 --> 00:00:04.000', found "
        "'00:03.000 --> soon'; correct it.",
        f"{tmp_path / 'd.vtt'}: names speakers but contains no words (in d); add their words or remove it.",
    ]


def test_cues_without_a_blank_line_between_them_are_told_apart(text_file, said):
    path = text_file("WEBVTT\n\n00:01.000 --> 00:02.000\nGP1: a\n00:02.000 --> 00:03.000\nI: b\n", "GP1.vtt")

    lines = read_transcripts(path)

    assert said(lines) == [("GP1", "a"), ("I", "b")]


def test_the_columns_of_a_table_are_named_by_the_caller(zoo, said):
    columns = Columns(speaker="who", text="said")

    lines = read_transcripts(zoo / "semicolons.csv", columns=columns)
    turns = read_transcripts(zoo / "semicolons.csv", columns=columns, unit="turn")

    assert said(lines) == [("I", "How?"), ("GP1", "Well;"), ("GP1", "yes."), ("GP1", "More.")]
    assert said(turns) == [("I", "How?"), ("GP1", "Well;\nyes.\nMore.")]


def test_one_table_may_hold_several_interviews(text_file):
    path = text_file("doc,speaker,text\nGP1,I,How?\nGP2,GP2,Well.\nGP1,GP1,Fine.\n", "all.csv")

    lines = read_transcripts(path, columns=Columns(transcript="doc"))

    assert [line.id for line in lines] == ["GP1:1", "GP1:2", "GP2:1"]


def test_a_missing_column_is_named_with_those_that_are_there(zoo):
    path = zoo / "semicolons.csv"

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path, columns=Columns(text="said"))

    assert str(error.value) == (
        f"{path}:1: has no column 'speaker'; its columns are 'id', 'Who', 'Said'; "
        "name yours with Columns(speaker=..., text=...)."
    )


def test_words_without_a_speaker_or_an_interview_are_named_by_line(text_file):
    path = text_file('doc,speaker,text\nGP1,I,"How?\nSo?"\nGP1,,Well.\n,GP1,Fine.\n', "all.csv")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path, columns=Columns(transcript="doc"))

    assert [str(fault) for fault in error.value.faults] == [
        f"{path}:4: has words but nothing in the column 'speaker'; name the speaker.",
        f"{path}:5: has words but nothing in the column 'doc'; name the interview.",
    ]


def test_a_table_without_words_or_of_no_shape_is_refused(text_file, tmp_path):
    text_file("speaker,text\nGP1,\n", "a.csv")
    text_file('speaker,text\nGP1,"never closed\n', "b.csv")
    openpyxl.Workbook().save(tmp_path / "c.xlsx")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(tmp_path)

    assert [str(fault) for fault in error.value.faults] == [
        f"{tmp_path / 'a.csv'}: contains no words below its header; put the interview into it or remove it.",
        f"{tmp_path / 'b.csv'}: is not a table in CSV (unexpected end of data); save it again as CSV.",
        f"{tmp_path / 'c.xlsx'}: is empty; put the interview into it or remove it.",
    ]


def test_an_excel_file_is_read_like_a_table(tmp_path, said):
    book = openpyxl.Workbook()
    for row in (
        ["speaker", "text", None],
        ["I", "How?", None],
        [None, None, None],
        ["GP1", 2.0, None],
        ["GP1", 2.5, None],
    ):
        book.active.append(row)
    book.save(tmp_path / "GP1.xlsx")

    lines = read_transcripts(tmp_path / "GP1.xlsx")

    assert said(lines) == [("I", "How?"), ("GP1", "2"), ("GP1", "2.5")]


def test_a_word_file_of_millions_of_empty_paragraphs_is_refused_before_it_is_read(tmp_path):
    document, path = docx.Document(), tmp_path / "P1.docx"
    document.add_paragraph("P1: Well.")
    document.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    many = b"<w:p/>" * 2_000_001 + b"<w:sectPr"
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:sectPr", many, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    with pytest.raises(
        TranscriptError, match="has more than 2,000,000 tags, far more than an interview; save its text"
    ):
        read_transcripts(path)
