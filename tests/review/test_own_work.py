"""A day's work of one coder: what was decided, at which pace, and what is left."""

from datetime import UTC, datetime, timedelta

from autocode.coding import Coding
from autocode.review import OwnWork, Workday
from autocode.transcripts import Transcripts
from studies import interview_of

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_pace_counts_the_minutes_at_work_and_not_the_break(journal):
    lines = Transcripts([interview_of("A", ["Yes."] * 30)])
    # ten lines, half a minute apart, a break of an hour, ten more; and one of the day before
    minutes = [-60, *(n / 2 for n in range(10)), *(60 + n / 2 for n in range(10))]
    for line, minute in zip(lines, minutes, strict=False):
        journal.append(Coding(line=line.id, coder="MO", codes=frozenset(), at=DAY + timedelta(minutes=minute)))
    journal.append(Coding(line="A:2", coder="JB", codes=frozenset(), at=DAY))
    # what came from a file was not decided on this day
    later = DAY + timedelta(hours=3)
    journal.append(*(Coding(line=f"A:{n}", coder="MO", codes=frozenset(), at=later) for n in (28, 29)))
    work = OwnWork(journal, lines=lines, coder="MO")
    work.refresh()
    day = work.day(DAY)

    assert day == Workday(decided=20, timed=18, minutes=9.0, left=7)
    assert (round(day.per_hour), round(day.hours_left, 3)) == (120, 0.058)


def test_a_few_decisions_make_no_pace():
    assert Workday(decided=12, timed=9, minutes=30, left=90).per_hour is None
    assert Workday(decided=12, timed=9, minutes=30, left=90).hours_left is None


def test_what_was_decided_within_moments_makes_no_pace():
    assert Workday(decided=33, timed=32, minutes=0.02, left=130).per_hour is None
