"""Ways people write who speaks: every label, every word, or a question. All text here is invented."""

import json
import os
import subprocess
import sys
from pathlib import Path

import docx
import odfdo
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from faker import Faker

from autocode.errors import TranscriptError
from autocode.exchange import read_corpus
from autocode.transcripts import LeftOutKind, Role, read_transcripts, reading_account, reading_faults
from speaker_labels import LABELS, LOCALES, WRITERS

SHARED = Path(__file__).resolve().parents[3] / "shared" / "transcripts"
TALK = "{a}: How are you?\n{b}: Fine, thanks.\n{a}: And work?\n{b}: Busy.\n"


def turns_of(path, **options):
    return [(line.speaker, line.text) for line in read_transcripts(path, **options)]


@pytest.mark.skipif(not SHARED.is_dir() and "CI" not in os.environ, reason="../shared/transcripts is not here")
def test_the_styles_that_were_collected_are_read_right():
    ran = subprocess.run(
        [sys.executable, str(SHARED / "check_styles.py"), str(SHARED / "styles.jsonl")],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout


@pytest.mark.skipif(not SHARED.is_dir() and "CI" not in os.environ, reason="../shared/transcripts is not here")
@pytest.mark.parametrize("suffix", WRITERS)
def test_the_styles_that_were_collected_are_read_in_other_formats_as_in_text(tmp_path, suffix):
    cases = [json.loads(line) for line in (SHARED / "styles.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [case for case in cases if case["suffix"] == ".txt"]
    different = []
    for case in texts:
        plain, other = tmp_path / f"{case['id']}.txt", tmp_path / f"{case['id']}{suffix}"
        plain.write_text(case["text"], encoding="utf-8")
        WRITERS[suffix](case["text"], other)
        of_text, of_other = (turns_of(path, unit="turn") for path in (plain, other))
        different += [case["id"]] if [fold(turn) for turn in of_text] != [fold(turn) for turn in of_other] else []

    assert len(texts) == 36
    assert different == []


def fold(turn):
    """Return a speaker and words without the line ends and blanks that a format does not keep."""
    return turn[0], " ".join(turn[1].split())


@pytest.mark.skipif(not SHARED.is_dir() and "CI" not in os.environ, reason="../shared/corpora is not here")
@pytest.mark.parametrize(("corpus", "n_interviews"), [("serdif_thinkaloud", 17), ("nhs_feedback", 250)])
def test_interviews_of_real_corpora_read_back_the_same_from_labelled_text(text_file, corpus, n_interviews):
    interviews = read_corpus(SHARED.parent / "corpora" / corpus).lines.interviews[:n_interviews]
    different = []
    for interview in interviews:
        want = [(line.speaker, " ".join(line.text.split())) for line in interview.lines]
        speakers = ["", *(speaker for speaker, _ in want)]
        rows = [
            text if speaker == before else f"{speaker}: {text}"
            for before, (speaker, text) in zip(speakers, want, strict=False)
        ]
        got = turns_of(text_file("\n".join(rows)), speakers=["transcriber note"])
        different += [interview.id] if [fold(turn) for turn in got] != want else []

    assert len(interviews) == n_interviews
    assert different == []


@pytest.mark.parametrize("label", LABELS)
def test_a_label_that_stands_at_the_beginning_of_turns_again_and_again_is_a_speaker(text_file, label):
    lines = read_transcripts(text_file(TALK.format(a="Interviewer", b=label)))

    assert [line.text for line in lines] == ["How are you?", "Fine, thanks.", "And work?", "Busy."]
    assert [line.role for line in lines] == [Role.INTERVIEWER, Role.PARTICIPANT] * 2


FORMS = (
    TALK,
    "[{a}] How are you?\n[{b}] Fine, thanks.\n[{a}] And work?\n[{b}] Busy.\n",
    "{a}  0:01\nHow are you?\n\n{b}  0:04\nFine, thanks.\n\n{a}  0:06\nAnd work?\n\n{b}  0:08\nBusy.\n",
    "{a}\tHow are you?\n{b}\tFine, thanks.\n{a}\tAnd work?\n{b}\tBusy.\n",
)


def names_of(kind):
    """Return names of one kind in the languages of many people, invented by Faker, the same every time."""
    names = set()
    for locale in LOCALES:
        fake = Faker(locale)
        fake.seed_instance(5)
        for _ in range(13):
            title = fake.prefix() if hasattr(fake, "prefix") else "Dr"
            made = {"title": lambda fake=fake, title=title: f"{title.strip()} {fake.last_name()}"}
            names.add(made.get(kind, getattr(fake, kind, None))())
    return sorted(names)


# a name that is a heading too: it is asked about where it stands again and again
HEADING = "Date"


def test_names_of_people_and_places_are_speakers_in_every_style(text_file):
    people = {*names_of("first_name"), *names_of("last_name")} - {HEADING}
    others = {name for kind in ("name", "title", "city") for name in names_of(kind)[::4]}
    glued = []
    for name in [*people, *others, "001", "7", "12b", "P 3", "Ward 4 nurse"]:
        for form in FORMS:
            turns = turns_of(text_file(form.format(a="Interviewer", b=name)))
            glued += [(name, form)] if [speaker for speaker, _ in turns[1::2]] != [" ".join(name.split())] * 2 else []

    assert len(people) >= 500
    assert glued == []


@pytest.mark.parametrize("kind", ["first_name", "last_name", "name", "title"])
def test_a_name_that_stands_once_is_a_speaker_or_asked_about(text_file, kind):
    glued = []
    for name in {*names_of(kind)} - {HEADING}:
        path = text_file(f"Interviewer: How are you?\n{name}: Fine.\nSo far.\nInterviewer: And work?\nP2: Busy.\n")
        try:
            glued += [] if turns_of(path)[1] == (name, "Fine.") else [name]
        except TranscriptError as error:
            glued += [] if "begins like a turn of" in str(error) else [name]

    assert glued == []


@pytest.mark.parametrize(
    "talk",
    [
        "I\tHow?\nP1\tWell.\nI\tAnd?\nP1\tSo.\n{name}\tHello.\nI\tThen?\n",
        "I – How?\nP1 – Well.\nI – And?\nP1 – So.\n{name} – Hello.\nI – Then?\n",
        "[I] How?\n[P1] Well.\n[I] And?\n[P1] So.\nMore.\n[{name}] Hello.\n[I] Then?\n",
        "Ann Bell\nHow?\n\nBob\nWell.\n\nAnn Bell\nAnd?\n\nBob\nSo.\n\n{name}\nHello.\n\nAnn Bell\nThen?\n",
    ],
    ids=["tab", "dash", "brackets", "line of its own"],
)
def test_a_name_that_stands_once_is_asked_about_in_every_style(text_file, talk):
    with pytest.raises(TranscriptError, match="begins like a turn of 'Cem Kaya'"):
        read_transcripts(text_file(talk.format(name="Cem Kaya")))

    assert len(turns_of(text_file(talk.format(name="Cem Kaya")), speakers=["Cem Kaya"])) > 5


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
