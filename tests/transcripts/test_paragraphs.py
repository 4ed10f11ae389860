"""Paragraphs: a blank line or a new speaker ends one; where lines end as the page did, a line end does not."""

import textwrap

import pytest

from autocode.transcripts import read_transcripts, reading_account

WRAPPED = "lines end where the page did; a paragraph ends at a blank line or a new speaker"
INTERVIEWS = {
    "en": [
        ("Interviewer", ["How did it start, and when did you first notice that something was wrong with your breath?"]),
        (
            "P1",
            [
                "With a cough. I did not think much of it, as everybody in the house had one that winter, and the "
                "children most of all. Dr. Bell said to wait.",
                "It went on until May, when the doctor sent me to have a picture taken. They found it there.",
            ],
        ),
        ("Interviewer", ["And then?"]),
        ("P1", ["Then they kept me in for three weeks, and my sister came every day with the children and the dog."]),
    ],
    "de": [
        ("I", ["Wie hat das angefangen, und wann haben Sie zum ersten Mal gemerkt, dass etwas nicht in Ordnung war?"]),
        (
            "B",
            [
                "Mit einem Husten. Ich habe mir nicht viel dabei gedacht, weil in diesem Winter alle im Haus einen "
                "Husten hatten, die Kinder am meisten.",
                "Das ging bis Mai so, und dann hat mich die Ärztin zum Röntgen geschickt, weil es nicht besser wurde.",
                "Drei Wochen lag ich dort, und meine Schwester kam jeden Tag mit den Kindern und mit dem Hund vorbei, "
                "der vor der Tür warten musste.",
            ],
        ),
    ],
}


def paragraphs(path):
    return [(line.speaker, " ".join(line.text.split())) for line in read_transcripts(path)]


def written(turns, *, width, between="\n\n"):
    """Return turns as text whose lines are at most so many letters wide, or whole paragraphs."""
    blocks = []
    for speaker, own in turns:
        blocks += [f"{speaker}: {own[0]}", *own[1:]]
    return between.join(textwrap.fill(block, width) if width else block for block in blocks) + "\n"


@pytest.mark.parametrize("language", INTERVIEWS)
@pytest.mark.parametrize("width", [40, 55, 64, 72, 80, 100])
def test_lines_that_end_where_the_page_did_are_joined_and_it_is_said(text_file, language, width):
    turns = INTERVIEWS[language]
    path = text_file(written(turns, width=width))
    (interview,) = read_transcripts(path).interviews

    assert paragraphs(path) == [(speaker, paragraph) for speaker, own in turns for paragraph in own]
    assert reading_account(interview)[-1] == WRAPPED


@pytest.mark.parametrize("language", INTERVIEWS)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_where_a_line_is_a_paragraph_it_stays_one_and_nothing_is_joined(text_file, language, between):
    turns = INTERVIEWS[language]
    path = text_file(written(turns, width=0, between=between))
    (interview,) = read_transcripts(path).interviews

    assert paragraphs(path) == [(speaker, paragraph) for speaker, own in turns for paragraph in own]
    assert WRAPPED not in reading_account(interview)


def test_in_a_wrapped_file_a_blank_line_ends_a_paragraph_and_so_does_a_new_speaker_without_one(text_file):
    path = text_file(
        "Interviewer: How did it start, and\nwhen did you notice that\nit was wrong?\n"
        "P1: With a cough that would\nnot stop.\n\nIt went on until May, when the\ndoctor sent me away.\n"
    )

    assert paragraphs(path) == [
        ("Interviewer", "How did it start, and when did you notice that it was wrong?"),
        ("P1", "With a cough that would not stop."),
        ("P1", "It went on until May, when the doctor sent me away."),
    ]


def test_a_page_number_does_not_end_a_paragraph_that_goes_on_over_the_page(text_file):
    path = text_file(
        "Interviewer: How did it start, and\nwhen did you notice that\nit was wrong?\nP1: With a cough that would\n"
        "Page 1 of 2\nnot stop until May, when the\ndoctor sent me away.\n"
    )
    (interview,) = read_transcripts(path).interviews

    assert [line.text.split()[-1] for line in interview.lines] == ["wrong?", "away."]
    assert interview.left_out == ()  # it stands within the line, which shows it


def test_where_a_line_is_a_paragraph_ends_in_the_middle_of_a_sentence_are_said(text_file):
    whole = "It went on until May. They found it there.\n" * 6
    path = text_file(
        f"Interviewer: And then?\nP1: With a cough that\nwould not stop.\n{whole}Interviewer: So?\nP1: Well.\n"
    )
    (interview,) = read_transcripts(path).interviews

    assert len(interview.lines) == 11
    assert reading_account(interview)[-1] == (
        "each line is a paragraph, but 1 of 7 line ends within turns cuts a sentence, that of line 2; join such lines "
        'in the file, or use whole turns (unit = "turn")'
    )


def test_the_lines_above_the_first_speaker_do_not_show_how_lines_end(text_file):
    path = text_file(
        "Interview with a woman\nwho came by bus\nand by train\nand on foot\n"
        "Interviewer: And then?\nP1: Well.\nIt was so.\n"
    )
    (interview,) = read_transcripts(path).interviews

    assert [line.text for line in interview.lines] == ["And then?", "Well.", "It was so."]
    assert interview.notes == ()
