"""A review shows no suggestion that was made for other words, whichever way it is opened."""

import pytest

import autocode as ac
from autocode.coding import Mode
from autocode.errors import StudyError
from autocode.journal import Journal
from autocode.review import ReviewSession
from autocode.study import open_review, suggest_for_study


@pytest.fixture
def suggested(folder):
    """A study with suggestions for the lines of Tom, whom nobody has coded."""
    suggest_for_study(folder, remark=lambda sentence: None)
    return folder


def edit(folder, name, old, new):
    file = folder / "transcripts" / f"{name}.txt"
    file.write_text(file.read_text().replace(old, new))
    return file


def session(journal, folder, **options):
    study = ac.read_study(folder)
    return ReviewSession(journal, lines=study.lines, codebook=study.codebook, coder="MO", **options)


@pytest.mark.parametrize("given", ["a mode", "the batch"])
def test_suggestions_made_before_a_transcript_was_edited_are_refused(suggested, given):
    file = edit(suggested, "Tom", "Monday", "Tuesday")
    with Journal.open(suggested / "study.sqlite") as journal:
        options = {"mode": Mode.ASSISTED} if given == "a mode" else {"batch": journal.latest_batch()}
        with pytest.raises(StudyError) as refusal:
            session(journal, suggested, **options)

    assert str(refusal.value) == (
        f"{file}: was edited after suggestions were made for it; make new ones: autocode suggest {suggested}."
    )


def test_they_are_refused_too_after_an_independent_reading_has_seen_the_new_text(suggested):
    edit(suggested, "Tom", "Monday", "Tuesday")
    with open_review(suggested, coders=["MO"], blind=True, remark=lambda sentence: None):
        pass

    with (
        pytest.raises(StudyError, match="was edited after suggestions were made for it"),
        open_review(suggested, coders=["MO"], remark=lambda sentence: None),
    ):
        pass


def test_new_suggestions_take_the_place_of_those_for_the_old_text(suggested):
    edit(suggested, "Tom", "Monday", "Tuesday")
    suggest_for_study(suggested, remark=lambda sentence: None)

    with open_review(suggested, coders=["MO"], remark=lambda sentence: None) as review:
        assert {line.transcript for line in review.sessions["MO"].lines_to_judge} == {"Tom"}


def test_an_independent_reading_records_the_text_that_is_read(suggested):
    edit(suggested, "Tom", "Monday", "Tuesday")
    with Journal.open(suggested / "study.sqlite") as journal:
        reading = session(journal, suggested, only=["Tom:3"])
        reading.settle()

        assert journal.transcripts()["Tom"] == ac.read_study(suggested).lines.interview("Tom").digest


def test_a_line_is_not_settled_if_somebody_has_coded_another_text_of_it_meanwhile(suggested):
    old = ac.read_study(suggested)
    with Journal.open(suggested / "study.sqlite") as journal:
        reading = ReviewSession(journal, lines=old.lines, codebook=old.codebook, coder="MO", only=["Tom:3"])
        edit(suggested, "Tom", "Monday", "Tuesday")
        session(journal, suggested, only=["Tom:3"]).settle()
        reading.refresh()
        last = journal.last

        with pytest.raises(StudyError, match="the transcript 'Tom' was edited after it was coded"):
            reading.settle()
        assert journal.last == last
        assert [coding.coder for coding in journal.codings().of("Tom:3")] == ["MO"]
