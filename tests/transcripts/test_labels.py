"""Who speaks, in texts with speaker labels."""

import pytest

from autocode.errors import TranscriptError
from autocode.transcripts import Role, read_transcripts


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Interviewer: How?\nAnna: Well.", ["Interviewer", "Anna"]),
        ("Anna: Hello.\nBen: Hi.", ["Anna", "Ben"]),
        ("Speaker 1: a\nSpeaker 2: b\nSpeaker 10: c", ["Speaker 1", "Speaker 2", "Speaker 10"]),
        ("interviewer: how?\ngp1: well", ["interviewer", "gp1"]),
        ("Dr. Smith: a\nMr Jones: b\nDr. Smith: c", ["Dr. Smith", "Mr Jones", "Dr. Smith"]),
        ("I: How?\nGP1: a\nReceptionist: b\nGP1: c", ["I", "GP1", "Receptionist", "GP1"]),
        ("GP1:words\nInterviewer:how?", ["GP1", "Interviewer"]),
        ("访谈者：你好吗？\n医生：很好。\n访谈者：为什么？\n医生：因为。", ["访谈者", "医生", "访谈者", "医生"]),
        ("Interviewer: How? GP1: Well. Interviewer: And?", ["Interviewer", "GP1", "Interviewer"]),
        ("Ana de la Cruz: a\nI: b", ["Ana de la Cruz", "I"]),
    ],
)
def test_labels_are_known_by_code_role_recurrence_or_want_of_others(text_file, text, speakers):
    lines = read_transcripts(text_file(text))

    assert [line.speaker for line in lines] == speakers


@pytest.mark.parametrize(
    "speech",
    [
        "And she said: go home.",
        "I said: no.",
        "I said: no.\nI said: no.",
        "The thing is: time.\nThe thing is: money.",
        "Covid 19: a disaster.",
        "Day 2: worse.",
        "Note: this matters.",
        "Result: nothing.\nResult: nothing.",
        "That's it: no more.\nThat's it: no more.",
        "10:30 we met.",
        "http://example.org",
        "Time: 10:30",
        "One whole long label of words: no.",
        "So I asked the nurse and GP2 and Interviewer and I: we went.",
        "Monday: nothing.",
        "lower case: no.\nlower case: no.",
        "(Afterwards): no.",
        "An incredibly-overlong-hyphenated-word-in-front: no.",
        "Etc... well: no.\nEtc... well: no.",
    ],
)
def test_words_before_a_colon_in_speech_are_no_speaker(text_file, speech):
    lines = read_transcripts(text_file(f"Interviewer: How?\nGP1: Well.\n{speech}\n"), unit="turn")

    assert [line.speaker for line in lines] == ["Interviewer", "GP1"]
    assert lines[1].text == f"Well.\n{speech}"


def test_a_name_asked_about_in_speech_is_no_turn(text_file, said):
    lines = read_transcripts(text_file("Anna: I asked Ben: why? Ben: Because.\nBen: So.\nAnna: Yes."))

    assert said(lines) == [("Anna", "I asked Ben: why?"), ("Ben", "Because."), ("Ben", "So."), ("Anna", "Yes.")]


def test_a_transcript_without_any_speaker_says_how_to_name_one(text_file):
    path = text_file("We talked about forms.\nAnd she said: go home.\n")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)

    assert str(error.value) == (
        f"{path}: names no speaker; begin each turn with its speaker, as in 'GP1: words', or, where only one person "
        "speaks, name that person with speaker_name=... (--speaker-name)."
    )


def test_speakers_who_say_nothing_are_a_fault(text_file):
    path = text_file("GP1:\n\nInterviewer:\n")

    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)

    assert str(error.value) == f"{path}: names speakers but contains no words (in GP1); add their words or remove it."


def test_the_caller_names_the_interviewers(text_file):
    path = text_file("KB: How?\nInterviewer: I am interviewed.\nKB: Ah.\n")

    lines = read_transcripts(path, interviewers={"kb"})

    assert [line.role for line in lines] == [Role.INTERVIEWER, Role.PARTICIPANT, Role.INTERVIEWER]


def test_interviewers_are_known_by_their_usual_labels(text_file):
    asked = [
        "Interviewer",
        "INT",
        "I",
        "Q",
        "Moderator",
        "Facilitator",
        "Researcher",
        "Interviewer 2",
        "Interviewer (KB)",
    ]
    path = text_file("".join(f"{label}: words\n" for label in [*asked, "GP1"]))

    lines = read_transcripts(path)

    assert [line.speaker for line in lines if line.role is Role.INTERVIEWER] == asked
    assert [line.speaker for line in lines.participant_lines] == ["GP1"]
