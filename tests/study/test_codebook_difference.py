"""What differs between two versions of the sample's codebook."""

import json
from datetime import UTC, datetime
from pathlib import Path

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
    Split,
    Undone,
    codebook_difference,
    codebook_versions,
    ended_codes,
    fates,
)
from autocode.codebook._difference import _Between
from autocode.coding import remapped
from autocode.errors import CodebookError
from autocode.study import Settings, StudyData, study_difference

GOLDEN = Path(__file__).parent / "sample_difference.txt"


def made(noun, before, *, by="TW", why="the team met", **fields):
    at = datetime(2026, 11, int(before), 9, tzinfo=UTC)
    return noun(before=before, after=f"{int(before) + 1}", by=by, at=at, why=why, **fields)


CHANGES = (
    made(Added, "1", code=Code(id="fixers", name="Informal fixers", parent="infrastructure"), why="not foreseen"),
    made(
        Split,
        "2",
        code="logistical-issues",
        parts=(
            Code(id="distance", name="Distance", parent="infrastructure"),
            Code(id="rooms", name="Rooms", parent="infrastructure"),
        ),
        why="two different things",
    ),
    made(Merged, "3", codes=("fewer-human-resources",), into="overworked-staff", by="MO"),
    made(Renamed, "4", code="lack-of-contact", name="No contact", why=""),
    made(Moved, "5", code="lack-of-contact", parent=None),
    made(Renamed, "6", code="overworked-staff", name="Tired staff", why=""),
    made(Undone, "7", change="7", why=""),
    made(
        Redefined,
        "8",
        code="inefficient-mdt",
        kind=Redefinition.NARROWED,
        definition="Meetings of the team that lead to nothing.",
        examples=(),
    ),
    made(Grouped, "9", theme=Code(id="people", name="People", codable=False), codes=("overworked-staff", "fixers")),
    made(Retired, "10", code="poor-culture"),
)


@pytest.fixture(scope="module")
def study(sample):
    codings, lines, codebook = sample
    return StudyData(
        folder=Path("sample"),
        settings=Settings(),
        lines=lines,
        codebook=codebook_versions(codebook, CHANGES)[-1],
        codings=remapped(codings, CHANGES, codebook=codebook),
        participants={},
        codings_as_made=codings,
        first_codebook=codebook,
        codebook_changes=CHANGES,
    )


def test_two_versions_of_the_sample_differ_as_the_file_says(study):
    assert f"{study_difference(study, '1', '11')}\n" == GOLDEN.read_text(encoding="utf-8")


def test_the_same_is_in_json(study):
    difference = json.loads(json.dumps(study_difference(study, "1", "11").to_json()))
    split = difference["changes"][1]

    assert [(entry["kind"], entry["code"]) for entry in difference["differences"]] == [
        ("added", "fixers"),
        ("added", "people"),
        ("merged from", "overworked-staff"),
        ("split into", "logistical-issues"),
        ("retired", "poor-culture"),
        ("renamed", "lack-of-contact"),
        ("moved", "overworked-staff"),
        ("moved", "lack-of-contact"),
        ("redefined", "inefficient-mdt"),
    ]
    assert (split["by"], split["why"], split["at"]) == ("TW", "two different things", "2026-11-02T09:00:00+00:00")
    assert split["gave"] == split["unjudged"] == {"coder_a": 42, "coder_b": 37, "coder_c": 77}
    assert difference["changes"][0]["unjudged"] == {"coder_a": 647, "coder_b": 616, "coder_c": 616}
    assert difference["changes"][5]["gave"] == difference["changes"][6]["gave"]


def test_what_was_taken_back_between_two_versions_is_no_difference(study):
    assert study_difference(study, "6", "8").difference.codes == ()
    assert [entry.kind for entry in study_difference(study, "7", "8").difference.codes] == ["renamed"]
    assert study_difference(study, "3", "3").summary == "no change"


def test_versions_are_asked_for_that_there_are_and_in_their_order(study):
    with pytest.raises(CodebookError, match="the codebook never had a version '12'; it has 1, 2, 3"):
        study_difference(study, "1", "12")
    with pytest.raises(CodebookError, match="version '5' came after '2'; name the earlier version first"):
        study_difference(study, "5", "2")


def test_codes_that_stand_elsewhere_among_the_others_are_named():
    codes = [Code(id=name, name=name.upper()) for name in "abcd"]
    between = _Between([Codebook(codes), Codebook([codes[1], codes[2], codes[0], codes[3]])], [])

    assert [(entry.kind, str(entry)) for entry in between.differences()] == [("order", "A, now after C")]


def test_what_was_added_and_ended_between_two_versions_is_told_where_it_matters():
    first = Codebook([Code(id="a", name="A")])
    changes = [
        made(Added, "1", code=Code(id="b", name="B")),
        made(Added, "2", code=Code(id="c", name="C")),
        made(Split, "3", code="b", parts=(Code(id="b1", name="B1"), Code(id="b2", name="B2"))),
        made(Merged, "4", codes=("c",), into="a"),
    ]

    difference = codebook_difference(first, changes, before="1", after="5")

    assert [(entry.kind, str(entry)) for entry in difference.codes] == [
        ("added", "B1"),
        ("added", "B2"),
        ("merged from", "A, from C"),
    ]
    assert [change.after for change in difference.codes[0].changes] == ["4"]


def test_what_became_of_codes_that_ended(study):
    ended = ended_codes(study.first_codebook, study.codebook_changes)
    became = fates(study.first_codebook, study.codebook_changes)

    assert [str(became[code]) for code in ended] == [
        "Logistical issues, since split into 'Distance' and 'Rooms'",
        "Fewer human resources, since merged into 'Overworked staff'",
        "Poor interprofessional culture, since retired",
    ]
