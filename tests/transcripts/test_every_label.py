"""Labels of every kind in every style, standing once and again and again: a speaker, a question or a remark."""

import re

import docx
import pytest
from faker import Faker

from autocode.errors import TranscriptError
from autocode.transcripts import read_transcripts, reading_account
from speaker_labels import LABELS, LOCALES, WRITERS

STYLES = {
    "colon": "{a}: {w}\n",
    "colon over the words": "{a}:\n{w}\n\n",
    "brackets": "[{a}] {w}\n",
    "time over the words": "{a}  0:0{n}\n{w}\n\n",
    "time before the words": "{a} (00:0{n}) {w}\n",
    "time before the label": "[00:0{n}] {a}: {w}\n",
    "tab": "{a}\t{w}\n",
    "dash": "{a} - {w}\n",
    "em dash": "{a}—{w}\n",
    "line of its own": "{a}\n{w}\n\n",
    "hash": "#{a}: {w}\n",
    "bold": "**{a}** {w}\n",
}
JOBS = """community mental health nurse|deputy director of adult social care|head of midwifery|health visitor
ward clerk|director of nursing|chief executive officer|clinical lead for diabetes|housing officer
assistant director of children's services|senior policy adviser, department of health
consultant in palliative medicine|mum of three|service user representative|chair of the board
member of parliament|dairy farmer|taxi driver|software engineer|note taker|site manager
project officer|best friend|village elder|asylum seeker|principal investigator|the doctor|my mum
his wife|the woman next door|someone
regional programme manager for integrated neighbourhood teams and primary care
interim associate director of strategic partnerships and place based commissioning
member of the public who attended the second of the two engagement events
executive director of strategy, transformation, digital, estates and corporate affairs""".replace("\n", "|").split("|")
TITLES = [
    f"{title} Kaya" for title in ("Dr", "Prof.", "Sr", "Mrs", "Miss", "Rev.", "Cllr.", "Nurse", "Frau", "Sra.", "M.")
]
PLACES = [
    "Leeds",
    "Site B",
    "Table 3",
    "Ward 4",
    "ward 4",
    "St. Ives",
    "Newcastle upon Tyne",
    "Rio de Janeiro",
    "Den Haag",
]
NUMBERS = [
    "7",
    "12",
    "007",
    "12b",
    "A1",
    "P 3",
    "No. 4",
    "P-01",
    "P1?",
    "R1/2",
    "XIV",
    "1st speaker",
    "f 35",
    "M, 42",
    "“P1”",
]
WORDS = [
    "Date",
    "Page",
    "May",
    "Will",
    "So",
    "An",
    "Do",
    "He",
    "Said",
    "Else",
    "Summer",
    "Monday",
    "One",
    "anna",
    "me",
    "all",
]
KINDS = {
    "labels of the styles": LABELS,
    "jobs": JOBS,
    "jobs in capitals": [job.upper() for job in JOBS[::3]],
    "jobs with a capital": [job.capitalize() for job in JOBS[::3]],
    "titles": TITLES,
    "places": PLACES,
    "numbers": NUMBERS,
    "words that are names too": WORDS,
}


def jobs_and_names():
    """Return names and job titles in many languages, invented by Faker, the same every time."""
    made = set()
    for locale in LOCALES:
        fake = Faker(locale)
        fake.seed_instance(3)
        made |= {" ".join(make().split()) for make in (fake.name, fake.city, fake.job, fake.first_name, fake.last_name)}
    return sorted({*made, *(name.lower() for name in sorted(made)[::5])})


def again(style, label):
    turns = [("Interviewer", "How are you?"), (label, "Fine, thanks."), ("Interviewer", "And work?"), (label, "Busy.")]
    return written(style, turns)


def once(style, label):
    turns = [
        *[("Interviewer", "How are you?"), ("P2", "Well."), ("Interviewer", "And you?"), (label, "Fine, thanks.")],
        *[("Interviewer", "And work?"), ("P2", "Busy.\nSo it goes.")],
    ]
    return written(style, turns)


def written(style, turns):
    return "".join(STYLES[style].format(a=label, w=words, n=n) for n, (label, words) in enumerate(turns, start=1))


def outcome(path, label):
    """Return "speaker", "asked" or "said" where a label is not taken for somebody else's words in silence."""
    shown = re.escape(repr(label.strip('“”"[]')).strip("'\""))
    try:
        (interview,) = read_transcripts(path).interviews
    except TranscriptError as error:
        return "asked" if re.search(rf":\d+: begins like a turn of ['\"\W]*{shown}", str(error)) else str(error)
    line = next((line for line in interview.lines if "Fine, thanks." in line.text), None)
    if line is not None and line.speaker not in ("Interviewer", "P2") and line.text.startswith("Fine, thanks."):
        return "speaker"
    remarks = [sentence for sentence in reading_account(interview) if sentence.startswith("read as speech")]
    return "said" if any(re.search(rf"{shown}['\"\W]* in line \d+", remark) for remark in remarks) else "in silence"


def suffix_of(style):
    return ".md" if style == "bold" else ".txt"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_label_of_any_kind_is_a_speaker_a_question_or_a_remark_in_every_style(text_file, style, kind):
    wrong = []
    for label in KINDS[kind]:
        if style in ("brackets", "hash") and label.startswith(("[", "#")):
            continue
        for talk, right in ((again, {"speaker", "asked"}), (once, {"speaker", "asked", "said"})):
            found = outcome(text_file(talk(style, label), "X9" + suffix_of(style)), label)
            wrong += [] if found in right else [(label, talk.__name__, found)]

    assert wrong == []


def test_names_jobs_and_places_in_many_languages_are_speakers_questions_or_remarks(text_file):
    labels = jobs_and_names()
    wrong = []
    for label in labels:
        for style in ("colon", "time over the words", "tab"):
            found = [outcome(text_file(talk(style, label), "X9.txt"), label) for talk in (again, once)]
            wrong += (
                [] if found[0] == "speaker" and found[1] in ("speaker", "asked", "said") else [(label, style, found)]
            )

    assert len(labels) > 100
    assert wrong == []


def in_a_word_table(text, path):
    document = docx.Document()
    rows = [line.split(": ", 1) for line in text.rstrip().split("\n") if ": " in line]
    table = document.add_table(rows=len(rows), cols=2)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    document.save(path)


def in_cues(text, path):
    lines = [line for line in text.split("\n") if line]
    cues = [f"00:00:{n:02}.000 --> 00:00:{n + 1:02}.000\n{line}\n" for n, line in enumerate(lines)]
    path.write_text("\n".join(["WEBVTT\n", *cues]), encoding="utf-8")


@pytest.mark.parametrize(
    ("suffix", "write"),
    [*WRITERS.items(), (".docx", in_a_word_table), (".vtt", in_cues)],
    ids=lambda part: str(part)[:24],
)
def test_labels_are_as_safe_in_other_formats_as_in_text(tmp_path, suffix, write):
    wrong = []
    for label in [*LABELS[::4], *JOBS[::6], *TITLES[::5], *PLACES[::4], *NUMBERS[::5], *WORDS[::5]]:
        for talk in (again, once):
            write(talk("colon", label), tmp_path / f"X9{suffix}")
            found = outcome(tmp_path / f"X9{suffix}", label)
            wrong += [] if found in ("speaker", "asked", "said") else [(label, talk.__name__, found)]

    assert wrong == []


@pytest.mark.parametrize("known", STYLES)
@pytest.mark.parametrize("other", ["colon", "brackets", "hash", "tab", "time over the words"])
def test_a_label_in_another_style_than_the_others_is_not_taken_for_somebody_elses_words_in_silence(
    text_file, known, other
):
    turns = [("Interviewer", "How are you?"), ("P2", "Well."), ("Interviewer", "And you?")]
    talk = "".join(written(known, [turn]) for turn in turns) + written(other, [("Anna Bell", "Fine, thanks.")])
    path = text_file(talk + written(known, [("Interviewer", "And work?"), ("P2", "Busy.")]), "X9" + suffix_of(known))

    assert outcome(path, "Anna Bell") in ("speaker", "asked", "said")


@pytest.mark.parametrize(
    "speech",
    """I said one thing: no.|There are two problems: money and time.|two problems: money and time.
At 10:30: nothing.|10:30 was when they came.|1 Corinthians 13:4 she said.|Ephesians 2:8-9: by grace.
https://example.org/a: that is the page.|The ratio was 2:1.|So: no.|And: no.|First: money.
For example: the bus.|On the other hand: yes.|To be honest: no.|Problem: money.|PS: no.
He goes: no way!|and she's like: what?|a) money: none|1. Money: none.|- money: none
Note to self: go.|(laughs): no.|[laughs] no.|[Name of town] is far.|[inaudible] is far.
Yes – but no.|The bus – never.|Hmm... yes: no.|9 to 5: that is my life.|50:50 I would say.
And then: no.|One thing: it is far. Another: it is dear.""".replace("\n", "|").split("|"),
)
def test_speech_with_a_colon_a_dash_or_brackets_is_no_speaker_and_stops_no_file(text_file, speech):
    path = text_file(
        f"Interviewer: How?\nP1: Well.\n{speech}\nAnd so on.\nInterviewer: And?\nP1: So.\nInterviewer: Yes?\nP1: No.\n"
    )
    (interview,) = read_transcripts(path).interviews

    assert [line.text for line in interview.lines if line.speaker == "P1"] == [
        "Well.",
        speech,
        "And so on.",
        "So.",
        "No.",
    ]


@pytest.mark.parametrize("once_said", ["John 3:16", "Type 2: that is what I have.", "Windows 10: terrible."])
def test_what_may_be_a_name_or_a_thing_with_a_number_is_asked_about(text_file, once_said):
    path = text_file(f"Interviewer: How?\nP1: Well.\n{once_said}\nAnd so on.\nInterviewer: And?\nP1: So.\n")

    with pytest.raises(TranscriptError, match=":3: begins like a turn of"):
        read_transcripts(path)


def test_the_remark_says_the_words_their_line_and_the_remedy_and_an_answer_ends_it(text_file):
    path = text_file("Interviewer: How?\nP1: Well.\nBack row: money.\nInterviewer: And?\nanna: no.\nP1: So.\n")
    (interview,) = read_transcripts(path).interviews
    answered = read_transcripts(path, speakers=["Back row"], not_speakers=["anna"])

    assert reading_account(interview)[-1] == (
        "read as speech, not as the beginning of a turn: 'Back row' in line 3 and 'anna' in line 5; name a speaker "
        "with --speaker-label"
    )
    assert [(line.speaker, line.text) for line in answered][2:4] == [("Back row", "money."), ("Interviewer", "And?")]
    assert answered.interviews[0].notes == ()


def test_words_above_the_first_speaker_that_may_be_a_turn_are_said_to_be_front_matter(text_file):
    path = text_file(
        "anna: I have been here since the year of the flood.\nInterviewer: How?\nP1: Well.\nInterviewer: So?\n"
    )
    (interview,) = read_transcripts(path).interviews

    assert reading_account(interview)[-1].startswith(
        "read as front matter, not as the beginning of a turn: 'anna' in line 1"
    )
