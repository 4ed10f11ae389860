"""Ways people write who speaks: every label, every word, or a question. All text here is invented."""

import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import docx
import odfdo
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from faker import Faker

from autocode.errors import TranscriptError
from autocode.transcripts import Columns, LeftOutKind, Role, read_transcripts, reading_account, reading_faults

SHARED = Path(__file__).resolve().parents[3] / "shared" / "transcripts"
TALK = "{a}: How are you?\n{b}: Fine, thanks.\n{a}: And work?\n{b}: Busy.\n"
LABELS = (
    """
Participant A|respondent 1|Interviewee no. 4|Will Smith|An Nguyen|Me|me|001|Mum's friend|[name]|Dr Will Brown
Smith, John|R1 (male, 34)|Prof. Dr. Anna Berg|P1 & P2|P1/P2|FG1-P3|Person three|Manager, Ward 4|Anna's mum
The Doctor|the doctor|GP (female)|Practice Manager 2|HCA|SLT-2|A
B|R|i2|p|Both|All|Unknown female|Female voice|M1|F2|Speaker A|speaker a
First speaker|Answer|Host|Guest|Student #4|User_12|user12|@anna|anna_b|a.smith|A. Smith|A.S.|J.B.|O'Neil|Jean-Luc
van der Berg|de Souza|王小明|المشارك|Enquêtée|Befragte|SPEAKER_01|Mr. X|Resp. 3|May|Rose May|Mum|Dad and Mum
""".strip()
    .replace("\n", "|")
    .split("|")
)


def turns_of(path, **options):
    return [(line.speaker, line.text) for line in read_transcripts(path, **options)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/transcripts is not here")
def test_the_styles_that_were_collected_are_read_right():
    ran = subprocess.run(
        [sys.executable, str(SHARED / "check_styles.py"), str(SHARED / "styles.jsonl")],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("label", LABELS)
def test_a_label_that_stands_at_the_beginning_of_turns_again_and_again_is_a_speaker(text_file, label):
    lines = read_transcripts(text_file(TALK.format(a="Interviewer", b=label)))

    assert [line.text for line in lines] == ["How are you?", "Fine, thanks.", "And work?", "Busy."]
    assert [line.role for line in lines] == [Role.INTERVIEWER, Role.PARTICIPANT] * 2


def test_names_as_people_have_them_are_speakers_or_asked_about(text_file):
    glued = []
    for language in ("en_GB", "en_IN", "de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "vi_VN", "ru_RU", "tr_TR", "pt_BR"):
        fake = Faker(language)
        fake.seed_instance(1)
        for name in {name for _ in range(25) for name in (fake.name(), fake.first_name(), fake.last_name())}:
            try:
                turns = turns_of(text_file(TALK.format(a="Interviewer", b=name)))
            except TranscriptError as error:
                glued += [] if "begins like a turn of" in str(error) else [name]
            else:
                glued += [] if [words for _, words in turns][1] == "Fine, thanks." else [name]

    assert glued == []


@pytest.mark.parametrize("name", ["Besides", "Anna"])
def test_what_stands_once_like_a_name_is_asked_about(text_file, name):
    path = text_file(f"Interviewer: How?\nGP1: Well.\nInterviewer: And?\n{name}: no.\nMore.\nGP1: So.\n")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)

    assert str(error.value) == (
        f"{path}:4: begins like a turn of {name!r}; say whether that is a speaker: speakers=[{name!r}] if so "
        f"(--speaker-label), not_speakers=[{name!r}] if not (--no-speaker)."
    )
    assert turns_of(path, speakers=[name])[3] == (name, "no.")
    assert turns_of(path, not_speakers=[name])[3] == ("Interviewer", f"{name}: no.")


def test_two_styles_in_one_file_are_read_both(text_file):
    path = text_file(
        "Interviewer: How?\nGP1: Well.\nInterviewer: And?\nGP1: So.\n[Interviewer] Then?\n[GP1] Nothing.\nGP1\tMore.\n"
    )

    assert [speaker for speaker, _ in turns_of(path)] == [*["Interviewer", "GP1"] * 3, "GP1"]


@pytest.mark.parametrize(
    ("talk", "interviewers", "evidence"),
    [
        (TALK.format(a="Interviewer", b="GP1"), ("Interviewer",), "usual label"),
        (TALK.format(a="Enquêteur", b="Enquêtée"), ("Enquêteur",), "usual label"),
        (TALK.format(a="Anna", b="Bob"), ("Anna",), "questions"),
        ("Anna: Hello.\nBob: Hello.\nAnna: Well.\nBob: So.\n", (), "none"),
    ],
)
def test_who_asks_is_decided_from_evidence_that_is_shown(text_file, talk, interviewers, evidence):
    (interview,) = read_transcripts(text_file(talk)).interviews

    assert (interview.roles.interviewers, interview.roles.evidence) == (interviewers, evidence)
    assert any(sentence.startswith("interviewer: ") for sentence in reading_account(interview))


def test_a_named_interviewer_counts_where_there_is_one_and_an_empty_list_says_that_nobody_asks(text_file):
    path = text_file(TALK.format(a="Mara", b="GP1") + TALK.format(a="Interviewer", b="GP1"))

    by_name = read_transcripts(path, interviewers=["mara"])
    elsewhere = read_transcripts(path, interviewers=["Zoe"])
    nobody = read_transcripts(path, interviewers=[])

    assert {line.speaker for line in by_name if line.role is Role.INTERVIEWER} == {"Mara"}
    assert {line.speaker for line in elsewhere if line.role is Role.INTERVIEWER} == {"Interviewer"}
    assert {line.role for line in nobody} == {Role.PARTICIPANT}


def test_nobody_to_code_and_questions_without_an_interviewer_are_faults(text_file):
    (asked,) = read_transcripts(text_file("Interviewer: How?\nInterviewer 2: Why?\n", "a.txt")).interviews
    (group,) = read_transcripts(text_file("Ann: How?\nBob: Why?\nAnn: Well?\nBob: So?\n", "b.txt")).interviews

    assert reading_faults(asked)[0].startswith("has no participant, only interviewers (Interviewer and Interviewer 2).")
    assert reading_faults(group)[0].startswith("holds questions, but none of its speakers (Ann and Bob) is known")


def test_a_file_of_one_person_is_read_with_the_name(text_file):
    assert turns_of(text_file("We talked.\nAnd so on.\n"), speaker_name="P1") == [
        ("P1", "We talked."),
        ("P1", "And so on."),
    ]


def test_a_heading_a_footer_a_page_number_and_a_silent_speaker_are_left_out_and_named(text_file):
    path = text_file(
        "Date: 5 July\nInterviewer: KB\n\nKB: How?\nGP1: Well.\nPage 1 of 2\nKB:\nGP1: So.\n\nTranscribed by https://otter.ai\n"
    )
    (interview,) = read_transcripts(path, interviewers=["KB"]).interviews

    assert [line.text for line in interview.lines] == ["How?", "Well.", "So."]
    assert [(piece.kind, piece.words) for piece in sorted(interview.left_out, key=lambda piece: piece.line)] == [
        (LeftOutKind.FRONT_MATTER, "Date: 5 July"),
        (LeftOutKind.FRONT_MATTER, "Interviewer: KB"),
        (LeftOutKind.PAGE, "Page 1 of 2"),
        (LeftOutKind.NO_WORDS, "KB"),
        (LeftOutKind.FOOTER, "Transcribed by https://otter.ai"),
    ]


def words(text):
    return Counter(re.findall(r"[^\W_]+", text))


def mutated(text, chance):
    """Return a text as accidents leave it: cut, joined, shuffled, with marks, blanks and other line ends."""
    marks = [
        "\n",
        "\n\n",
        "  ",
        "\t",
        " " * 60,
        ":",
        ": ",
        "[",
        "]",
        "(",
        "#",
        " - ",
        "<",
        "“",
        "\r",
        "\u200b",
        "[0:01]",
    ]
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randrange(12))
        lines = text.split("\n")
        text = chance.choice(
            [
                text[:start] + text[end:],
                text[:start] + chance.choice(marks) + text[start:],
                text[:start],
                text[start:],
                text[:start] + text[start:end].upper() + text[end:],
                text.replace("\n", "\r\n"),
                text + text,
                "\n".join(chance.sample(lines, len(lines))),
                text[:start] + "Extra words here.\n" + text[start:],
            ]
        )
    return text


def test_no_word_of_a_damaged_file_is_lost_unsaid(text_file):
    chance = random.Random(3)
    styles = [
        TALK.format(a="Interviewer", b="GP1"),
        "Date: 1 May\n\n" + TALK.format(a="I", b="R"),
        "Anna Smith  0:01\nHow are you?\n\nBob  0:04\nFine, thanks.\n\nAnna Smith  0:06\nAnd work?\n",
        "[SPEAKER_00]: How are you?\n[SPEAKER_01]: Fine, thanks.\n[SPEAKER_00]: And work?\n",
        "Interviewer\tHow are you?\nP01\tFine, thanks.\nInterviewer\tAnd work?\nP01\tBusy.\n",
    ]
    for _ in range(500):
        text = mutated(chance.choice(styles), chance)
        try:
            (interview,) = read_transcripts(text_file(text)).interviews
        except TranscriptError:
            continue
        known = words(" ".join(line.text for line in interview.lines))
        known += words(" ".join(piece.words for piece in interview.left_out))
        labels = words(" ".join(line.speaker for line in interview.lines))
        lost = [word for word in words(interview.text) - known if word not in labels and not re.search(r"\d", word)]

        assert not lost, (text, lost)


def test_hard_wrapped_lines_are_joined_to_paragraphs_and_it_is_said(text_file):
    path = text_file(
        "Interviewer: How are you\ntoday, and how is\nwork?\nP1: Fine, thanks. It is\na long story.\n\n"
        "It began in May, when\nthe ward closed.\n"
    )
    (interview,) = read_transcripts(path).interviews

    assert [" ".join(line.text.split()) for line in interview.lines] == [
        "How are you today, and how is work?",
        "Fine, thanks. It is a long story.",
        "It began in May, when the ward closed.",
    ]
    assert reading_account(interview)[-1].startswith("lines end where the page did")


# Word files as people make them


@pytest.fixture
def word_document(tmp_path):
    """Return a Word file of two turns and what saves it."""
    document = docx.Document()
    document.add_paragraph("Interviewer: How is it?")
    paragraph = document.add_paragraph("GP1: We have ")

    def save():
        document.save(tmp_path / "GP1.docx")
        (interview,) = read_transcripts(tmp_path / "GP1.docx").interviews
        return interview

    return document, paragraph._p, save


def element(xml):
    """Return an element of WordprocessingML."""
    opening, rest = xml.split(">", 1)
    return parse_xml(f"{opening} {nsdecls('w')}>{rest}")


RUN = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"


@pytest.mark.parametrize(
    "wrapped",
    [
        f"<w:ins w:id='1' w:author='x'>{RUN.format('no ')}</w:ins>",
        f"<w:moveTo w:id='1' w:author='x'>{RUN.format('no ')}</w:moveTo>",
        f"<w:sdt><w:sdtContent>{RUN.format('no ')}</w:sdtContent></w:sdt>",
        f"<w:smartTag w:element='x'>{RUN.format('no ')}</w:smartTag>",
        f"<w:fldSimple w:instr='X'>{RUN.format('no ')}</w:fldSimple>",
        f"<w:hyperlink>{RUN.format('no ')}</w:hyperlink>",
    ],
    ids=["insertion", "moved", "content control", "smart tag", "field", "link"],
)
def test_words_in_whatever_they_are_wrapped_in_are_read(word_document, wrapped):
    _, paragraph, save = word_document
    paragraph.append(element(wrapped))
    paragraph.append(element(RUN.format("staff.")))

    assert save().lines[-1].text == "We have no staff."


def test_deleted_words_and_comments_are_left_out_and_named(word_document):
    document, paragraph, save = word_document
    paragraph.append(element("<w:del w:id='1' w:author='x'><w:r><w:delText>few </w:delText></w:r></w:del>"))
    paragraph.append(element(RUN.format("staff.")))
    document.add_comment(document.paragraphs[0].runs, text="Check this name.", author="x")
    interview = save()

    assert interview.lines[-1].text == "We have staff."
    assert {(piece.kind, piece.words) for piece in interview.left_out} == {
        (LeftOutKind.DELETED, "few"),
        (LeftOutKind.COMMENT, "Check this name."),
    }


def test_a_block_in_a_content_control_and_a_nested_table_are_read(word_document):
    document, paragraph, save = word_document
    paragraph.append(element(RUN.format("staff.")))
    block = element(f"<w:sdt><w:sdtContent><w:p>{RUN.format('Interviewer: So?')}</w:p></w:sdtContent></w:sdt>")
    paragraph.addnext(block)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "GP1"
    table.rows[0].cells[1].add_table(rows=1, cols=1).rows[0].cells[0].text = "So there."

    assert [line.text for line in save().lines] == ["How is it?", "We have staff.", "So?", "So there."]


# other formats


def test_the_same_interview_in_every_text_format_has_the_same_turns(text_file, tmp_path):
    talk = TALK.format(a="Interviewer", b="Zoë")
    text_file(talk, "a.txt")
    text_file(talk, "b.md")
    rtf = "".join(letter if ord(letter) < 128 else f"\\u{ord(letter)}?" for letter in talk).replace("\n", "\\par\n")
    text_file("{\\rtf1\\ansi\\ansicpg1252 " + rtf + "}", "c.rtf")
    word, odt = docx.Document(), odfdo.Document("text")
    odt.body.clear()
    for line in talk.splitlines():
        word.add_paragraph(line)
        odt.body.append(odfdo.Paragraph(line))
    word.save(tmp_path / "d.docx")
    odt.save(tmp_path / "e.odt")
    interviews = read_transcripts(tmp_path).interviews

    assert len(interviews) == 5
    assert len({tuple((line.speaker, line.text) for line in interview.lines) for interview in interviews}) == 1


def test_tracked_deletions_in_rich_text_are_refused(text_file):
    path = text_file("{\\rtf1\\ansi GP1: We have {\\deleted few }staff.\\par}", "GP1.rtf")

    with pytest.raises(TranscriptError, match="holds tracked deletions; accept or reject all changes"):
        read_transcripts(path)


def test_a_row_with_more_cells_than_the_header_is_refused_by_line(text_file):
    path = text_file("speaker,text\nP1,Well, I felt tired, angry.\nInterviewer,And?\n", "GP1.csv")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)

    assert str(error.value) == (
        f"{path}:2: has 4 cells, but the header names 2 columns; put words that hold commas in quotation marks."
    )


def test_a_second_sheet_and_a_formula_without_its_value_are_not_passed_over(tmp_path):
    book = openpyxl.Workbook()
    for row in (["speaker", "text"], ["GP1", "Well."]):
        book.active.append(row)
    more = book.create_sheet("Part 2")
    more.append(["speaker", "text"])
    more.append(["GP1", '="So " & "on"'])
    book.save(tmp_path / "GP1.xlsx")

    with pytest.raises(TranscriptError, match=r"holds cells on 2 sheets, 'Sheet' and 'Part 2'; save each as a file"):
        read_transcripts(tmp_path / "GP1.xlsx")
    assert turns_of(tmp_path / "GP1.xlsx", columns=Columns(sheet="Sheet")) == [("GP1", "Well.")]
    with pytest.raises(TranscriptError, match="2: has a formula without its value"):
        read_transcripts(tmp_path / "GP1.xlsx", columns=Columns(sheet="Part 2"))


def test_words_after_a_blank_line_in_a_cue_and_angle_brackets_in_speech_are_kept(text_file):
    path = text_file(
        "WEBVTT\n\n1\n00:01.000 --> 00:02.000\nGP1: If a<b then c>d.\n\nAnd more.\n\n2\n"
        "00:02.000 --> 00:03.000\nI: So?\n",
        "GP1.vtt",
    )

    assert turns_of(path) == [("GP1", "If a<b then c>d. And more."), ("I", "So?")]


def test_utf8_with_a_few_other_bytes_is_a_fault_with_its_line(text_file):
    path = text_file("I: Où?\nGP1: Au café.\n".encode() + b"GP1: caf\xe9\n")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)

    assert str(error.value) == (
        f"{path}:3: is in UTF-8 but for 1 byte, the first here (0xE9); correct the line, or name the file's encoding."
    )
    assert turns_of(text_file("I: Où?\nGP1: Au café.\n".encode("mac_roman")))[1] == ("GP1", "Au café.")


def test_a_line_of_many_blanks_is_read_like_any_other(text_file):
    path = text_file("GP1: Well." + " " * 20_000 + "So.\n" + " " * 20_000 + "I: And?\n")

    assert [speaker for speaker, _ in turns_of(path)] == ["GP1", "I"]
