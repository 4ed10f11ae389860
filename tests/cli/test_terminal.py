import io
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pexpect
import pytest
from rich.console import Console

from autocode.cli._terminal import review_in_terminal
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import (
    Abstention,
    Band,
    BatchId,
    CoderId,
    Evidence,
    Mode,
    Neighbour,
    Reason,
    Suggestion,
    SuggestionBatch,
    Verdict,
)
from autocode.errors import JournalError
from autocode.journal import Journal
from autocode.review import ReviewSession
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts

SAID = [
    ("INT", "How do you [reach] social services?"),
    ("GP1", "There is one number and it rings out; parking, too. \x1b[2J"),
    ("GP1", "Parking there is a day's work."),
    ("INT", "And the meetings?"),
    ("GP1", "They begin without us."),
]
NAMES = ["Logistical issues", "Lack of awareness", "Inefficient meetings", "Minimal interoperability"]


def transcripts() -> Transcripts:
    text, lines = "", []
    for order, (speaker, words) in enumerate(SAID, start=1):
        lines.append(
            Line(
                id=LineId(f"GP1:{order}"),
                transcript=TranscriptId("GP1"),
                order=order,
                speaker=speaker,
                role=Role.INTERVIEWER if speaker == "INT" else Role.PARTICIPANT,
                text=words,
                start=len(text),
                end=len(text) + len(words),
            )
        )
        text += words + "\n"
    digest = Transcript.digest_of(text, lines)
    attributes = {"role": "GP", "borough": "Camden"}
    return Transcripts(
        [Transcript(id=TranscriptId("GP1"), text=text, lines=tuple(lines), digest=digest, attributes=attributes)]
    )


def codebook(more: int = 0) -> Codebook:
    theme = Code(id=CodeId("access"), name="Accessing services", codable=False)
    subthemes = [
        Code(id=CodeId(name.split()[-1]), name=name, definition=f"About {name.lower()}.", parent=parent)
        for name, parent in zip(NAMES, [theme.id, theme.id, None, None], strict=True)
    ]
    numbered = [Code(id=CodeId(f"c{n}"), name=f"Numbered {n}") for n in range(more)]
    return Codebook([theme, *subthemes, *numbered])


def suggestion(line: str, code: str, rank: int, band: Band, *words: str) -> Suggestion:
    near = Neighbour(
        line=LineId("GP1:3"), transcript=TranscriptId("GP1"), text="", coders=(CoderId("JB"),), similarity=0.5
    )
    evidence = Evidence(words=tuple((word, 1.0) for word in words), neighbours=(near,) if words else ())
    return Suggestion(
        line=LineId(line), code=CodeId(code), rank=rank, probability=0.83 / rank, band=band, evidence=evidence
    )


BATCH = SuggestionBatch(
    id=BatchId("b1"),
    model="sha256:00",
    codebook="1",
    suggestions=(
        suggestion("GP1:2", "issues", 1, Band.STRONG, "parking"),
        suggestion("GP1:2", "awareness", 2, Band.WEAK),
        suggestion("GP1:3", "issues", 1, Band.FAIR),
    ),
    abstentions=(Abstention(line=LineId("GP1:5"), reason=Reason.UNLIKE_ANYTHING),),
    at=datetime(2026, 3, 2, 12, tzinfo=UTC),
)


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "study.sqlite") as opened:
        yield opened


@pytest.fixture
def reviewed(journal):
    """Review with these keys and typed lines, quit, and return what the screen said."""

    def build(*keys, typed=(), batch=BATCH, book=None, resume="", quits=("q",), mode=None, **more):
        used = book or codebook()
        if mode is not None:
            journal.append(replace(batch, codebook=used.digest))
        shown = {"batch": batch} if mode is None else {"mode": mode}
        session = ReviewSession(journal, lines=transcripts(), codebook=used, coder=CoderId("MO"), **shown, **more)
        screen, lines = io.StringIO(), iter(typed)
        pressed = iter((*keys, *quits))

        def read_line(prompt):
            answer = next(lines)
            if isinstance(answer, type):
                raise answer
            return answer

        def read_key():
            key = next(pressed)
            if isinstance(key, type):
                raise key
            return key

        review_in_terminal(
            session,
            console=Console(file=screen, width=100),
            read_key=read_key,
            read_line=read_line,
            resume=resume,
        )
        return screen.getvalue()

    return build


def codes_of(journal):
    return {one.line: set(one.codes) for one in journal.codings()}


def test_a_line_shows_with_its_interview_its_question_and_its_suggestions(reviewed):
    others = "JB coded like this in GP1: Parking there is a day's work."
    assert others not in reviewed()
    screen = reviewed(coding_closed=True)

    for seen in [
        "GP1  GP1, GP, Camden  line 2",
        "How do you [reach] social services?",
        "There is one number and it rings out; parking, too. \N{REPLACEMENT CHARACTER}[2J",
        "[1] Logistical issues",
        "About logistical issues.",
        "●●● strong match on “parking”",
        others,
        "[2] Lack of awareness",
        "●○○ weak match",
        "1–2 choose  ·  N none fits  ·  F another code  ·  M memo  ·  S later  ·  U undo",
    ]:
        assert seen in screen
    assert "\x1b" not in screen


def test_strength_is_told_in_words_and_never_as_a_number(reviewed):
    screen = reviewed()

    assert "%" not in screen
    assert "83" not in screen
    assert "0." not in screen


def test_keys_choose_and_enter_keeps_every_chosen_code(reviewed, journal):
    screen = reviewed("1", "2", "\r")

    assert codes_of(journal) == {"GP1:2": {"issues", "awareness"}}
    assert "Chosen: Logistical issues, Lack of awareness. Enter keeps it and goes on." in screen
    assert "Stored: Logistical issues, Lack of awareness." in screen
    assert "line 3" in screen


def test_a_key_pressed_twice_drops_the_suggestion_again(reviewed, journal):
    screen = reviewed("1", "2", "1", "\n")

    assert codes_of(journal) == {"GP1:2": {"awareness"}}
    assert [one.verdict for one in journal.decisions()[0].shown] == [Verdict.REJECTED, Verdict.ACCEPTED]
    assert "Chosen: Lack of awareness." in screen


def test_enter_with_nothing_chosen_decides_nothing_and_says_so(reviewed, journal):
    screen = reviewed("\r", "1", "1", "\r")

    assert list(journal.history()) == []
    assert "Nothing is chosen." in screen
    assert screen.count("Nothing is chosen, so nothing is decided: choose a code first, or press N if none fits.") == 2


def test_none_fits_is_one_key_and_not_pressed_against_a_choice(reviewed, journal):
    screen = reviewed("1", "N", "1", "N")

    assert codes_of(journal) == {"GP1:2": set()}
    assert "Logistical issues is chosen: press Enter to keep it, or drop it before pressing N." in screen
    assert "Stored: none fits." in screen


@pytest.mark.parametrize("key", ["2", "9", "0"])
def test_a_number_without_a_suggestion_says_so(reviewed, journal, key):
    screen = reviewed("n", key)

    assert f"There is no suggestion {key} for this line; press F to find another code." in screen
    assert "1 choose  ·  N none fits" in screen


def test_the_reason_for_silence_is_told_and_another_code_found_by_part_of_its_name(reviewed, journal):
    screen = reviewed("n", "n", "f", "\r", typed=["INEFF"])

    assert "No suggestion: unlike anything coded." in screen
    assert codes_of(journal)["GP1:5"] == {"meetings"}


def test_several_codes_of_that_name_are_picked_by_number(reviewed, journal):
    screen = reviewed("f", "4", "f", "x", "\r", typed=["in", "in"])

    assert "3 Inefficient meetings" in screen
    assert "4 Minimal interoperability" in screen
    assert "No code is added." in screen
    assert codes_of(journal) == {"GP1:2": {"interoperability"}}


def test_a_found_code_that_was_suggested_counts_as_accepted_and_a_theme_finds_its_subthemes(reviewed, journal):
    reviewed("f", "1", "\r", typed=["accessing"])

    assert codes_of(journal) == {"GP1:2": {"issues"}}
    assert journal.decisions()[0].shown[0].verdict is Verdict.ACCEPTED


def test_a_code_found_twice_is_dropped_again(reviewed, journal):
    screen = reviewed("f", "/", typed=["minimal interoperability", "Minimal Interoperability"])

    assert "Enter keeps it" in screen
    assert "Nothing is chosen." in screen


def test_an_unknown_name_is_refused_with_near_names(reviewed, journal):
    screen = reviewed("f", "f", "f", "f", typed=["logistic isues", "awarness", "qqq", ""])

    assert "No code is called “logistic isues”; near it: Logistical issues." in screen
    assert "No code is called “awarness”; near it: Lack of awareness." in screen
    assert (
        "No code is called “qqq”; press F and write another part. A new code is added to the codebook first." in screen
    )
    assert "No code is added." in screen
    assert list(journal.history()) == []


def test_more_codes_than_digits_ask_for_more_of_the_name(reviewed):
    screen = reviewed("f", "9", "\r", typed=["numbered"], book=codebook(more=12))

    assert "3 more have that in their name; any other key, and then F, to write more of it." in screen
    assert "Stored: Numbered 8." in screen


def test_a_memo_is_stored_with_the_decision(reviewed, journal):
    screen = reviewed("m", "m", "1", "\r", typed=["rings out", EOFError])

    assert "The memo stays as it was." in screen
    assert journal.codings()[0].memo == "rings out"


def test_a_memo_outlives_leaving_for_later_and_undo_and_is_named_when_it_is_not_stored(reviewed, journal):
    screen = reviewed("m", "n", "u", "s", typed=["rings out"])

    assert screen.count("Memo: rings out") == 1
    assert "Memos on lines that are not decided are not stored: GP1:2." in screen


def test_a_line_left_for_later_comes_again_at_the_end(reviewed, journal):
    screen = reviewed("s", "n", "n", "1", "\r")

    assert screen.count("line 2") == 2
    assert codes_of(journal) == {"GP1:2": {"issues"}, "GP1:3": set(), "GP1:5": set()}


def test_when_every_line_is_decided_only_undo_and_quit_remain(reviewed, journal):
    screen = reviewed("n", "n", "n", "1", "\r", "n", "s", "f", "m", "u")

    assert screen.count("Every line is decided. Press U to undo the latest decision, or Q to quit.") == 7
    assert "Undone: back to line GP1:5." in screen
    assert set(codes_of(journal)) == {"GP1:2", "GP1:3"}


def test_undo_shows_what_was_judged_before_and_with_nothing_to_undo_says_so(reviewed, journal):
    assert "There is nothing to undo." in reviewed("u")

    reviewed("1", "\r")
    screen = reviewed("u", "u")

    assert "Undone: back to line GP1:2." in screen
    assert len(journal.codings()) == 0


def test_without_suggestions_the_coder_finds_codes_and_is_not_told_of_a_machine(reviewed, journal):
    screen = reviewed("f", "\r", typed=["logistical"], batch=None)

    assert "suggest" not in screen
    assert journal.codings()[0].basis == "independent"


def test_a_line_judged_before_says_how(journal):
    session = ReviewSession(journal, lines=transcripts(), codebook=codebook(), coder=CoderId("MO"), batch=BATCH)
    session.settle(["issues"])
    session.go_to(LineId("GP1:2"))
    screen = io.StringIO()
    review_in_terminal(session, console=Console(file=screen, width=100), read_key=lambda: "q")

    assert "You judged this line before: Logistical issues." in screen.getvalue()


def test_help_lists_the_keys_and_an_unknown_key_points_to_it(reviewed):
    screen = reviewed("?", "x", "\x1b[A", "\x1b")

    assert "find another code by a part of its name" in screen
    assert screen.count("That key does nothing here; press ? for the keys.") == 1


LONG = "STUDY/of/a/name/that/is/as/long/as/names/of/folders/are/now/and/then"


@pytest.mark.parametrize("end", ["q", "Q", "\x03", KeyboardInterrupt, EOFError])
def test_quitting_says_what_is_stored_and_how_to_go_on(reviewed, end):
    screen = reviewed("n", "s", quits=[end], resume=f"autocode review {LONG} --coder MO")

    assert screen.endswith(
        "1 of 3 lines decided, 1 left for later; all of it is stored.\n"
        "To go on: autocode review STUDY/of/a/name/that/is/as/long/as/names/of/folders/are/now/and/then --coder MO\n"
    )


def test_quitting_in_the_midst_of_a_memo_is_quitting(reviewed):
    assert "To go on: open the review again as MO" in reviewed("m", typed=[KeyboardInterrupt], quits=[])


def test_keys_pressed_before_a_line_shows_do_not_decide_it(reviewed, journal):
    reviewed("nnnn", "1\r\r\r")

    assert codes_of(journal) == {"GP1:2": set(), "GP1:3": {"issues"}}


def test_a_journal_that_cannot_be_written_ends_the_review_with_its_sentence(reviewed, journal, monkeypatch):
    def full(*entries):
        raise JournalError.at(journal.path, "the disk is full.")

    monkeypatch.setattr(Journal, "append", lambda self, *entries, gesture: full(*entries))

    with pytest.raises(JournalError, match="the disk is full"):
        reviewed("n")


def test_blind_first_in_the_terminal_shows_what_differs_after_the_own_reading(reviewed, journal):
    said = reviewed("f", "\r", "n", "q", typed=["issues"], mode=Mode.BLIND_FIRST, quits=())
    first, _, second = said.partition("Stored:")

    assert "match" not in first
    assert "Your reading is stored:" in second
    assert "The suggestions differ." in second
    readings = [(one.basis, one.codes) for one in journal.codings()]
    assert readings == [("independent", {"issues"}), ("assisted", {"issues"})]


SCRIPT = """
import importlib.util, sys
import click
from rich.console import Console
spec = importlib.util.spec_from_file_location("scene", sys.argv[1])
scene = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scene)
with scene.Journal.open(sys.argv[2]) as journal:
    session = scene.ReviewSession(
        journal, lines=scene.transcripts(), codebook=scene.codebook(), coder="MO", batch=scene.BATCH
    )
    scene.review_in_terminal(session, console=Console(), read_key=click.getchar)
"""


def test_in_a_real_terminal_every_decision_is_stored_before_the_next_line_shows(tmp_path, journal):
    script = tmp_path / "review.py"
    script.write_text(SCRIPT, encoding="utf-8")
    terminal = pexpect.spawn(
        sys.executable,
        [str(script), __file__, str(journal.path)],
        encoding="utf-8",
        timeout=20,
        dimensions=(50, 120),
        env={**os.environ, "TERM": "dumb"},
    )
    terminal.expect("Q quit")
    terminal.send("1")
    terminal.expect("Chosen: Logistical issues")
    terminal.send("m")
    terminal.expect("Memo: ")
    terminal.send("Größe, [b]no[/b] number\r")
    terminal.expect("The memo is stored with your decision")
    terminal.send("\r")
    terminal.expect("line 3")

    assert codes_of(journal) == {"GP1:2": {"issues"}}
    assert journal.codings()[0].memo == "Größe, [b]no[/b] number"

    terminal.expect("Q quit")
    terminal.sendintr()
    terminal.expect("1 of 3 lines decided, 0 left for later; all of it is stored.")
    terminal.expect("To go on: open the review again as MO")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == 0
