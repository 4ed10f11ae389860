"""Files, folders, encodings, units and identity."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autocode.errors import TranscriptError
from autocode.transcripts import Unit, read_participants, read_text, read_transcripts, unmatched_participants

TALK = "Interviewer: How?\nGP1: I said, “no”, it’s £40 – naïve café.\nMore, yes. And more!\n"


def test_a_folder_is_read_in_the_order_of_its_numbers(text_file, tmp_path):
    for name in ("GP10.txt", "GP2.txt", "GP1.txt"):
        text_file(TALK, name)
    text_file("x", ".hidden")
    text_file("x", "~$GP1.docx")
    text_file("x", "README.md")

    lines = read_transcripts(tmp_path)

    assert [one.id for one in lines.interviews] == ["GP1", "GP2", "GP10"]
    assert lines.interviews[0].source == str(tmp_path / "GP1.txt")


def test_lines_are_numbered_with_the_interviewers(text_file):
    lines = read_transcripts(text_file(TALK))

    assert [(line.id, line.order) for line in lines] == [("GP1:1", 1), ("GP1:2", 2), ("GP1:3", 3)]


def test_the_unit_is_a_turn_a_paragraph_or_a_sentence(text_file):
    path = text_file('GP1: He said “Go.” (Then he went.)\nMore, yes. Dr. Smith left! "\n')

    assert [line.text for line in read_transcripts(path, unit="turn")] == [
        'He said “Go.” (Then he went.)\nMore, yes. Dr. Smith left! "'
    ]
    assert [line.text for line in read_transcripts(path)] == [
        "He said “Go.” (Then he went.)",
        'More, yes. Dr. Smith left! "',
    ]
    assert [line.text for line in read_transcripts(path, unit=Unit.SENTENCE)] == [
        "He said “Go.”",
        "(Then he went.)",
        "More, yes.",
        'Dr. Smith left! "',
    ]


def test_sentences_are_found_in_other_languages(text_file):
    path = text_file("医生：很好。谢谢。\n访谈者：为什么？\n医生：因为。\n访谈者：好。")

    lines = read_transcripts(path, unit="sentence", language="zh")

    assert [line.text for line in lines] == ["很好。", "谢谢。", "为什么？", "因为。", "好。"]


@pytest.mark.parametrize("language", ["qq", "../en", "EN"])
def test_an_unknown_language_is_named(text_file, language):
    with pytest.raises(TranscriptError) as error:
        read_transcripts(text_file(TALK), unit="sentence", language=language)

    assert str(error.value) == (
        f"spaCy cannot find sentences in the language {language!r} here; "
        "give a code such as 'en' or 'de', install what spaCy needs for it, or choose the unit 'paragraph'."
    )


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"]
)
def test_the_encoding_is_recognised(text_file, encoding):
    lines = read_transcripts(text_file((TALK * 3).encode(encoding)))

    assert lines.interviews[0].text == TALK * 3


@pytest.mark.parametrize(
    ("talk", "encoding"),
    [
        ("Médecin: C'était très compliqué, l'équipe était débordée à l'hôpital.\nI: Où ça ?\n", "latin-1"),
        ("Врач: Мы долго ждали ответа из социальной службы.\nВопрос: Почему никто не позвонил?\n", "cp1251"),
        ("医師: 病院で長い間待ちましたが、誰も電話をくれませんでした。\n質問: なぜですか。\n", "shift_jis"),
        ("Lekarz: Żeby zrozumieć, trzeba było pójść do szpitala.\nI: Więc czekaliśmy, bo łóżek nie było.\n", "cp1250"),
        ("Lekarz: Żeby zrozumieć, trzeba było pójść do szpitala.\nI: Więc czekaliśmy, bo łóżek nie było.\n", "cp852"),
    ],
)
def test_encodings_of_other_languages_are_recognised_or_named(text_file, talk, encoding):
    path = text_file((talk * 3).encode(encoding))

    assert read_transcripts(path, encoding=encoding).interviews[0].text == talk * 3
    if encoding != "cp852":
        assert read_transcripts(path).interviews[0].text == talk * 3


def test_line_breaks_of_other_systems_are_line_breaks(text_file):
    lines = read_transcripts(text_file("I: How?\r\nGP1: Well.\r\nMore.\rLast."))

    assert [line.text for line in lines] == ["How?", "Well.", "More.", "Last."]
    assert lines.interviews[0].text == "I: How?\nGP1: Well.\nMore.\nLast."


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", ": is empty; put the interview into it or remove it."),
        (b"\xef\xbb\xbf \n", ": is empty; put the interview into it or remove it."),
        (bytes(range(256)), ": is not text (it contains zero bytes); export it as .docx or as a text file in UTF-8."),
        (
            b"GP1: a\nGP1: \x07",
            ":2: is not text (it contains the control character U+0007); "
            "export it as .docx or as a text file in UTF-8.",
        ),
        (b"\xff\xfeabc", ": is not in the encoding 'utf-16'; leave the encoding out or name another."),
    ],
)
def test_what_is_not_text_is_refused(text_file, data, fault):
    path = text_file(data)

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)

    assert str(error.value) == f"{path}{fault}"


def test_what_no_encoding_fits_is_refused(text_file):
    path = text_file(bytes(range(128, 256)) * 8)

    with pytest.raises(TranscriptError, match="is not text"):
        read_text(path)


def test_a_wrong_encoding_is_a_fault_of_the_file_and_an_unknown_one_of_the_caller(text_file):
    path = text_file("GP1: naïve".encode("cp1252"))

    with pytest.raises(TranscriptError) as error:
        read_text(path, encoding="utf-8")
    with pytest.raises(ValueError, match="'klingon' is not an encoding that Python knows, such as 'cp1252'"):
        read_text(path, encoding="klingon")

    assert str(error.value) == f"{path}: is not in the encoding 'utf-8'; leave the encoding out or name another."


def test_every_fault_of_a_folder_is_reported_at_once(text_file, tmp_path):
    text_file(TALK, "GP1.txt")
    text_file(TALK, "GP1.md")
    text_file("", "GP2.txt")
    text_file("GP3: words", "GP3.pdf")
    text_file("GP4: words", "GP4")
    text_file("GP5: words", "inner/GP5.txt")
    (tmp_path / "GP6.txt").symlink_to(tmp_path / "gone.txt")
    text_file("name,role\nGP1,GP\n", "participants.csv")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(tmp_path)

    kinds = ".txt, .md, .docx, .odt, .rtf, .vtt, .srt, .csv, .xlsx. Convert the file or move it away."
    assert {str(fault).removeprefix(f"{tmp_path}/") for fault in error.value.faults} == {
        "GP1.txt: two transcripts are named 'GP1', this and GP1.md; rename or remove one.",
        "GP2.txt: is empty; put the interview into it or remove it.",
        f"GP3.pdf: has the unknown suffix '.pdf'; transcripts are {kinds}",
        f"GP4: has no suffix; transcripts are {kinds}",
        "inner: is a folder within the folder of transcripts; move its files up or move it away.",
        "GP6.txt: cannot be read (No such file or directory); check that it exists and that you may open it.",
        "participants.csv:1: expected a header with the column 'participant', found 'name', 'role'.",
    }


def test_a_path_that_leads_to_no_transcript_is_refused(tmp_path, text_file):
    (tmp_path / "empty").mkdir()
    for path, what in (
        (tmp_path / "gone", "does not exist; check the name."),
        (
            tmp_path / "empty",
            "contains no transcripts; put .txt, .md, .docx, .odt, .rtf, .vtt, .srt, .csv or .xlsx files into it.",
        ),
        (
            text_file("GP1: words", "GP1.pages"),
            "has the unknown suffix '.pages'; transcripts are .txt, .md, .docx, .odt, .rtf, .vtt, .srt, .csv, .xlsx. "
            "Convert the file or move it away.",
        ),
    ):
        with pytest.raises(TranscriptError) as error:
            read_transcripts(path)

        assert str(error.value) == f"{path}: {what}"


@pytest.fixture
def nobody():
    """Take away what root may do that others may not, for as long as a test runs."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    yield
    os.seteuid(was)


@pytest.fixture
def closed():
    """Give a file and a folder that nobody may read, in a folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        file, folder = Path(name) / "GP1.txt", Path(name) / "closed"
        file.write_text(TALK)
        file.chmod(0)
        folder.mkdir(mode=0)
        yield file, folder


def test_what_may_not_be_read_is_refused(closed, nobody):
    for path in closed:
        with pytest.raises(TranscriptError, match=r"cannot be read \(Permission denied\)"):
            read_transcripts(path)


def test_participants_in_the_folder_or_beside_it_give_attributes(text_file, tmp_path):
    text_file(TALK, "transcripts/GP1.txt")
    text_file(TALK, "transcripts/GP2.txt")
    text_file("participant,role,borough\nGP1, GP ,Lambeth\nGP9,GP,Hackney\n", "participants.csv")
    other = text_file("role;participant\nPM;GP2\n", "others.csv")

    beside = read_transcripts(tmp_path / "transcripts")
    named = read_transcripts(tmp_path / "transcripts" / "GP2.txt", participants=other)

    assert [dict(one.attributes) for one in beside.interviews] == [{"role": "GP", "borough": "Lambeth"}, {}]
    assert dict(named.interviews[0].attributes) == {"role": "PM"}
    assert list(read_participants(tmp_path / "participants.csv")) == ["GP1", "GP9"]


def test_a_participant_in_another_spelling_is_refused_and_one_without_an_interview_is_not(text_file, tmp_path):
    text_file(TALK, "transcripts/GP1.txt")
    text_file(TALK, "transcripts/PM2.txt")
    table = text_file("participant,role\nGP01,GP\npm2,PM\nGP9,GP\n", "participants.csv")
    with pytest.raises(TranscriptError) as refusal:
        read_transcripts(tmp_path / "transcripts")

    assert [str(fault) for fault in refusal.value.faults] == [
        f"{table}:2: names 'GP01', but the interview is called 'GP1', and its attributes would be lost; write 'GP1'.",
        f"{table}:3: names 'pm2', but the interview is called 'PM2', and its attributes would be lost; write 'PM2'.",
    ]
    table.write_text("participant,role\nGP01,GP\nGP1,GP\nGP9,GP\n")  # GP01 may be another interview, yet to come
    read = read_transcripts(tmp_path / "transcripts")
    assert [dict(interview.attributes) for interview in read.interviews] == [{"role": "GP"}, {}]
    assert unmatched_participants(read_participants(table), [interview.id for interview in read.interviews]) == (
        "no interview is called 'GP01' or 'GP9', so these rows are not used",
        "no row for the interview 'PM2'",
    )


def test_every_fault_of_a_table_of_participants_has_its_line(text_file):
    path = text_file("participant,role,role,\nGP1,a,b,c\nGP1,a,b,c\nGP2,a\n,a,b,c\n", "participants.csv")

    with pytest.raises(TranscriptError) as error:
        read_participants(path)

    assert [str(fault).removeprefix(f"{path}:") for fault in error.value.faults] == [
        "1: two columns are named 'role'; rename one of them.",
        "1: column 4 has no name; name it.",
        "3: the participant 'GP1' is in line 2 already; keep one row.",
        "4: expected 4 cells, found 2; fill or remove cells.",
        "5: the row names no participant; name one or remove the row.",
    ]


def test_a_blank_table_of_participants_is_empty(text_file):
    path = text_file(",,\n", "participants.csv")

    with pytest.raises(TranscriptError) as error:
        read_participants(path)

    assert str(error.value) == f"{path}: is empty; it needs a header with the column 'participant'."


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=40)
TURNS = st.lists(st.tuples(st.sampled_from(["Interviewer", "GP1", "PM2"]), st.lists(WORDS, min_size=1)), max_size=6)


def written(turns):
    return "GP1: begins\n" + "".join(f"{speaker}: " + "\n".join(words) + "\n" for speaker, words in turns)


def read_without_questions(path, **options):
    """Read interviews; words that may name a speaker or not are asked about, and such an example is left out here."""
    try:
        return read_transcripts(path, **options)
    except TranscriptError as error:
        assume("begins like a turn of" not in str(error))
        raise


@given(turns=TURNS, unit=st.sampled_from(Unit))
def test_every_line_is_where_it_says_in_any_text(tmp_path_factory, turns, unit):
    path = tmp_path_factory.mktemp("any") / "GP1.txt"
    path.write_text(written(turns), encoding="utf-8", newline="\n")

    (interview,) = read_without_questions(path, unit=unit).interviews

    assert interview.text == written(turns)
    assert [interview.text[line.start : line.end] for line in interview.lines] == [
        line.text for line in interview.lines
    ]
    assert all(line.text.strip() == line.text != "" for line in interview.lines)
    ends = [0, *(line.end for line in interview.lines)]
    assert all(line.start >= before for line, before in zip(interview.lines, ends, strict=False))


# WebVTT keeps the arrow for timings: a cue's text must not hold it.
@given(cues=st.lists(st.tuples(st.sampled_from(["GP1", "I"]), WORDS.filter(lambda w: "-->" not in w)), min_size=1))
def test_every_line_is_where_it_says_in_subtitles(tmp_path_factory, cues):
    path = tmp_path_factory.mktemp("any") / "GP1.vtt"
    said = "".join(f"00:01.000 --> 00:02.000\n{speaker}: {words}\n\n" for speaker, words in [*cues, ("GP1", "ends")])
    path.write_text("WEBVTT\n\n" + said, encoding="utf-8", newline="\n")

    (interview,) = read_transcripts(path, unit="sentence").interviews

    assert [interview.text[line.start : line.end] for line in interview.lines] == [
        line.text for line in interview.lines
    ]


@given(one=TURNS, other=TURNS)
def test_ids_and_digests_do_not_change_when_other_transcripts_are_added(tmp_path_factory, one, other):
    folder = tmp_path_factory.mktemp("any")
    (folder / "GP1.txt").write_text(written(one), encoding="utf-8")
    alone = read_without_questions(folder).interviews[0]
    (folder / "GP0.txt").write_text(written(other), encoding="utf-8")

    together = read_without_questions(folder).interview(alone.id)

    assert together == alone


@given(before=TURNS, after=TURNS, units=st.tuples(st.sampled_from(Unit), st.sampled_from(Unit)))
def test_the_digest_tells_an_edited_text_or_other_units(tmp_path_factory, before, after, units):
    path = tmp_path_factory.mktemp("any") / "GP1.txt"
    seen = []
    for turns, unit in zip((before, after), units, strict=True):
        path.write_text(written(turns), encoding="utf-8", newline="\n")
        seen.append(read_without_questions(path, unit=unit).interviews[0])

    same = seen[0].text == seen[1].text and seen[0].lines == seen[1].lines
    assert (seen[0].digest == seen[1].digest) == same
