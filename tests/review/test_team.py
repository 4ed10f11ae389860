from datetime import UTC, datetime

import pytest

from autocode.coding import Basis
from autocode.review import Progress, progress_of_coders, unused_codes
from studies import coding_of


@pytest.fixture
def by_coder(journal, lines):
    return lambda **more: {one.coder: one for one in progress_of_coders(journal, lines, **more)}


def test_each_coder_has_come_so_far_and_who_has_not_begun_is_told_of(session_of, by_coder):
    mo, jb = session_of("MO"), session_of("JB")
    mo.settle(added=["logistics"])
    mo.settle()
    mo.later()
    jb.later()

    found = by_coder(members=["AA", "MO"])

    assert list(found) == ["AA", "JB", "MO"]
    assert found["MO"].progress == Progress(done=2, later=1, left=2)
    assert (found["MO"].independent, found["MO"].none_fits) == (2, 1)
    assert found["JB"].progress == Progress(done=0, later=1, left=4)
    assert found["AA"].progress == Progress(done=0, later=0, left=5)
    assert (found["AA"].last, found["JB"].last) == (None, None)
    assert found["MO"].last is not None


def test_suggestions_passed_over_leave_a_line_for_later_until_it_is_judged(session_of, batch, by_coder):
    session = session_of("MO", batch=batch)
    session.later()

    assert by_coder()["MO"].progress == Progress(done=0, later=1, left=4)
    session.go_to("GP1:2")
    session.settle()
    assert by_coder()["MO"].progress == Progress(done=1, later=0, left=4)


def test_an_undone_deferral_is_not_one(session_of, by_coder):
    session = session_of("MO")
    session.later()
    session.undo()

    assert by_coder(members=["MO"])["MO"].progress == Progress(done=0, later=0, left=5)


def test_a_line_read_on_several_bases_is_done_once_and_the_latest_word_says_whether_none_fits(journal, by_coder):
    noon, one = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 13, tzinfo=UTC)
    journal.append(
        coding_of("GP1:2", "MO", "logistics", basis=Basis.ASSISTED, at=one),
        coding_of("GP1:2", "MO", at=noon),
        coding_of("GP1:3", "MO", "logistics", basis=Basis.ADJUDICATED, at=noon),
    )

    found = by_coder()["MO"]

    assert (found.progress.done, found.none_fits) == (1, 0)  # to settle a line is not to judge it
    assert (found.independent, found.assisted, found.adjudicated) == (1, 1, 1)
    assert found.last == one


def test_codes_that_nobody_gave_are_told_in_the_order_of_the_codebook(journal, codebook):
    journal.append(coding_of("GP1:2", "MO", "meetings"), coding_of("GP1:3", "JB", "logistics", basis=Basis.ASSISTED))

    assert [code.id for code in unused_codes(journal.codings(), codebook)] == ["awareness", "computers"]
