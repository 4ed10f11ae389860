"""What became of codes, and changes in the names that coders read."""

import pytest

from autocode.codebook import (
    Added,
    Code,
    Codebook,
    Grouped,
    Merged,
    Moved,
    Redefined,
    Redefinition,
    Renamed,
    Retired,
    Retirement,
    Split,
    Undone,
    changed_meanings,
    changes_in_words,
    fates,
)

BOOK = Codebook(
    [
        Code(id="access", name="Access", codable=False),
        Code(id="wait", name="Waiting", parent="access"),
        Code(id="queue", name="Queues", parent="access"),
        Code(id="fear", name="Fear"),
    ]
)
SPLIT = Split(
    before="1",
    after="2",
    by="TW",
    code="wait",
    parts=(Code(id="hours", name="Hours", parent="access"), Code(id="weeks", name="Weeks", parent="access")),
)


def became(*changes, since=""):
    return {code: str(fate) for code, fate in fates(BOOK, changes, since=since).items()}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (SPLIT, {"wait": "Waiting, since split into 'Hours' and 'Weeks'"}),
        (
            Merged(before="1", after="2", by="TW", codes=("queue",), into="wait"),
            {"queue": "Queues, since merged into 'Waiting'"},
        ),
        (Retired(before="1", after="2", by="TW", code="fear"), {"fear": "Fear, since retired"}),
        (
            Retired(before="1", after="2", by="TW", code="fear", how=Retirement.INTO, into="wait"),
            {"fear": "Fear, since retired into 'Waiting'"},
        ),
        (
            Redefined(before="1", after="2", by="TW", code="fear", kind=Redefinition.CHANGED, definition="Dread."),
            {"fear": "Fear, since redefined"},
        ),
        (
            Redefined(before="1", after="2", by="TW", code="fear", kind=Redefinition.WIDENED, definition="Dread."),
            {"fear": "Fear, since widened"},
        ),
        (Redefined(before="1", after="2", by="TW", code="fear", kind=Redefinition.CLARIFIED, definition="Dread."), {}),
        (Renamed(before="1", after="2", by="TW", code="fear", name="Dread"), {}),
        (Moved(before="1", after="2", by="TW", code="fear", parent="access"), {}),
        (Added(before="1", after="2", by="TW", code=Code(id="new", name="New")), {}),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_became_of_a_code_is_said_in_words(change, expected):
    assert became(change) == expected


def test_nothing_became_of_a_code_whose_change_was_taken_back_but_what_it_made_is_gone():
    undone = Undone(before="2", after="3", by="SK", change="2")

    assert became(SPLIT, undone) == {"hours": "Hours, since taken back", "weeks": "Weeks, since taken back"}
    assert became(SPLIT, undone, since="2") == became(SPLIT, undone)
    assert became(SPLIT, undone, since="3") == {}


def test_only_changes_after_a_version_count():
    retired = Retired(before="2", after="3", by="TW", code="fear")

    assert became(SPLIT, retired, since="2") == {"fear": "Fear, since retired"}


def test_a_code_is_named_as_it_was_called_last():
    renamed = Renamed(before="1", after="2", by="TW", code="fear", name="Dread")
    retired = Retired(before="2", after="3", by="TW", code="fear")

    assert became(renamed, retired) == {"fear": "Dread, since retired"}


def test_changes_are_told_with_names():
    theme = Code(id="time", name="Time", codable=False)
    changes = [
        SPLIT,
        Grouped(before="2", after="3", by="SK", theme=theme, codes=("hours", "fear")),
        Renamed(before="3", after="4", by="MO", code="fear", name="Dread"),
        Moved(before="4", after="5", by="MO", code="fear", parent=None),
        Undone(before="5", after="6", by="TW", change="5"),
    ]

    assert changes_in_words(BOOK, changes) == (
        "TW split 'Waiting' into 'Hours' and 'Weeks'",
        "SK grouped 'Hours' and 'Fear' as 'Time'",
        "MO renamed 'Fear' to 'Dread'",
        "MO moved 'Dread' out of its theme",
        "TW took back that MO moved 'Dread' out of its theme",
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Redefined(before="1", after="2", by="TW", code="fear", kind=Redefinition.WIDENED), "fear"),
        (Merged(before="1", after="2", by="TW", codes=("queue",), into="wait"), "wait"),
        (Retired(before="1", after="2", by="TW", code="fear", how=Retirement.INTO, into="wait"), "wait"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_to_take_a_change_back_changes_what_a_code_meant_meanwhile(change, code):
    changes = [change, Undone(before="2", after="3", by="TW", change="2")]

    assert changed_meanings(changes) == frozenset()
    assert changed_meanings(changes, since="1") == frozenset()
    assert changed_meanings(changes, since="2") == {code}
    assert changed_meanings(changes, since="3") == frozenset()
