"""A codebook through its changes, and the changes that are refused."""

import unicodedata
from datetime import UTC, datetime

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
    codebook_versions,
    evolve,
    version_of,
)
from autocode.errors import CodebookError

BOOK = Codebook(
    [
        Code(id="access", name="Access", codable=False),
        Code(id="ties", name="Ties", codable=False),
        Code(id="inner", name="Inner", codable=False, parent="ties"),
        Code(id="wait", name="Waiting", parent="access"),
        Code(id="phone", name="Téléphone", parent="access"),
        Code(id="fixers", name="Fixers", parent="inner"),
        Code(id="double", name="Waiting", parent="inner"),
    ]
)


def change(noun, *, before="1", after="2", by="TW", **fields):
    return noun(before=before, after=after, by=by, at=datetime(2026, 1, 1, tzinfo=UTC), why="tried", **fields)


def new(code_id, name=None, **fields):
    return Code(id=code_id, name=name or code_id.capitalize(), **fields)


def test_each_change_gives_the_next_version():
    changes = [
        change(Added, code=new("cost", parent="access")),
        change(Renamed, before="2", after="3", code="cost", name="Costs"),
        change(Moved, before="3", after="4", code="cost", parent="ties"),
        change(Grouped, before="4", after="5", theme=new("reach", codable=False), codes=("wait", "phone")),
        change(
            Redefined, before="5", after="6", code="wait", kind=Redefinition.CLARIFIED, definition="d", examples=("e",)
        ),
        change(Merged, before="6", after="7", codes=("phone",), into="wait"),
        change(Split, before="7", after="8", code="wait", parts=(new("queue"), new("call", parent="reach"))),
        change(Retired, before="8", after="9", code="fixers", how=Retirement.INTO, into="call"),
    ]
    versions = codebook_versions(BOOK, changes)

    assert [book.version for book in versions] == list("123456789")
    assert list(versions[-1]) == ["access", "ties", "inner", "queue", "call", "double", "cost", "reach"]
    assert versions[-1]["cost"] == Code(id="cost", name="Costs", parent="ties")
    assert (versions[5]["wait"].definition, versions[5]["wait"].examples) == ("d", ("e",))
    assert [versions[4][code].parent for code in ("wait", "phone")] == ["reach", "reach"]
    assert list(BOOK) == list(versions[0])
    assert version_of(versions, "7") is versions[6]


def test_what_is_undone_is_as_it_was_and_ids_stay_used():
    changes = [
        change(Split, code="wait", parts=(new("queue", "Waiting"), new("call"))),
        change(Undone, before="2", after="3", change="2"),
    ]

    assert list(evolve(BOOK, changes).values()) == list(BOOK.values())
    with pytest.raises(CodebookError, match=r"the id 'queue' is or was in use; ids are never reused"):
        evolve(BOOK, [*changes, change(Added, before="3", after="4", code=new("queue"))])


def test_themes_are_merged_with_what_belongs_to_them():
    merged = evolve(BOOK, [change(Merged, codes=("ties",), into="access")])

    assert merged["inner"].parent == "access"


REFUSED = [
    (change(Added, code=new("wait", "Other")), "the id 'wait' is or was in use"),
    (change(Added, code=new("other", "WAITING ", parent="access")), "'WAITING ' is that of the code 'wait' under"),
    (
        change(Added, code=new("other", unicodedata.normalize("NFD", "téléphone"), parent="access")),
        "is that of the code 'phone'",
    ),
    (change(Added, code=new("other", parent="wait")), "'wait' is a code that lines are given, not a theme"),
    (change(Added, code=new("other", " ")), "needs an id and a name"),
    (change(Renamed, code="wait", name="Téléphone"), "the name 'Téléphone' is that of the code 'phone' under"),
    (change(Moved, code="double", parent="access"), "the name 'Waiting' is that of the code 'wait' under 'access'"),
    (change(Grouped, theme=new("t", codable=False), codes=("wait", "double")), "that of the code 'wait' under 't'"),
    (change(Split, code="wait", parts=(new("one"), new("two", "one"))), "the name 'one' is that of the code 'one'"),
    (change(Grouped, theme=new("t", codable=False, parent="wait"), codes=("phone",)), "'wait' is a code that lines"),
    (change(Renamed, code="wait", name=""), "a code needs a name"),
    (change(Renamed, code="gone", name="x"), "the code 'gone' is not in the codebook"),
    (change(Moved, code="wait", parent="phone"), "not a theme"),
    (change(Moved, code="ties", parent="inner"), "that would be a circle"),
    (change(Moved, code="ties", parent="ties"), "that would be a circle"),
    (change(Grouped, theme=new("t", codable=False), codes=()), "groups no codes"),
    (change(Grouped, theme=new("t"), codes=("wait",)), "is not a theme"),
    (change(Grouped, theme=new("t", codable=False, parent="ties"), codes=("ties",)), "cannot be above"),
    (change(Merged, codes=("wait",), into="wait"), "cannot be merged with itself"),
    (change(Merged, codes=("phone", "phone"), into="wait"), "cannot be merged with itself"),
    (change(Merged, codes=(), into="wait"), "merges no codes"),
    (change(Merged, codes=("access",), into="wait"), "a theme cannot be merged with a code"),
    (change(Merged, codes=("ties",), into="inner"), "merge the inner theme into the outer"),
    (change(Split, code="wait", parts=(new("one"),)), "split into at least two"),
    (change(Split, code="wait", parts=(new("one"), new("phone", "other"))), "the id 'phone' is or was in use"),
    (change(Split, code="wait", parts=(new("one"), new("two", codable=False))), "a part would be a theme"),
    (change(Split, code="ties", parts=(new("one"), new("two"))), "is a theme"),
    (change(Retired, code="access"), "'wait' and 'phone' belong to 'access'; move that first"),
    (change(Retired, code="wait", how=Retirement.INTO), "name the code that its lines get"),
    (change(Retired, code="wait", how=Retirement.INTO, into="ties"), "not itself and not a theme"),
    (change(Undone, change="7"), "no change to version '7' is in force"),
    (change(Added, before="3", code=new("x")), "there is no version '3'; the codebook is at '1'"),
    (change(Added, after="1", code=new("x")), "the version '1' is empty or was there before"),
]  # fmt: skip


@pytest.mark.parametrize(("refused", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_an_impossible_change_is_refused_in_a_sentence(refused, why):
    with pytest.raises(CodebookError) as error:
        evolve(BOOK, [refused])

    assert why in str(error.value)
    assert "\n" not in str(error.value)


def test_a_name_recurs_under_another_theme():
    codebook = evolve(BOOK, [change(Added, code=new("third", "WAITING", parent="ties"))])

    assert [code.id for code in codebook.named("waiting")] == ["wait", "double", "third"]


def test_a_code_becomes_a_theme_that_is_coded_itself_only_if_that_is_said():
    moved = change(Moved, code="phone", parent="wait", coded_theme=True)
    added = change(Added, before="2", after="3", code=new("queue", parent="wait"))
    codebook = evolve(BOOK, [moved, added])

    assert codebook.descendants("wait") == ("phone", "queue")
    assert codebook["wait"].codable
    assert codebook["wait"] in codebook.themes
    with pytest.raises(CodebookError, match="say that the code is to be a theme too"):
        evolve(BOOK, [change(Moved, code="phone", parent="wait")])
    with pytest.raises(CodebookError, match="'nowhere' is not in the codebook"):
        evolve(BOOK, [change(Moved, code="phone", parent="nowhere", coded_theme=True)])


def test_the_last_code_cannot_be_retired():
    with pytest.raises(CodebookError, match="no code would be left"):
        evolve(Codebook([new("only")]), [change(Retired, code="only")])


def test_only_the_latest_change_in_force_can_be_undone():
    changes = [
        change(Renamed, code="wait", name="W"),
        change(Renamed, before="2", after="3", code="phone", name="P", by="MO"),
        change(Undone, before="3", after="4", change="2"),
    ]

    with pytest.raises(CodebookError, match=r"MO renamed 'phone' to 'P' after it; undo the later ones first"):
        evolve(BOOK, changes)


def test_the_second_of_two_editors_is_told_what_changed():
    first = change(Renamed, code="wait", name="Queues")
    second = change(Merged, after="3", by="MO", codes=("phone",), into="wait")

    with pytest.raises(CodebookError, match=r"on version '1'.*at version '2', as TW renamed 'wait' to 'Queues'"):
        evolve(BOOK, [first, second])


def test_somebody_who_is_not_named_changes_nothing():
    with pytest.raises(CodebookError, match=r"TW may not change the codebook of this study; MO can"):
        evolve(BOOK, [change(Renamed, code="wait", name="W")], editors=["MO"])


def test_a_version_that_never_was_is_refused():
    with pytest.raises(CodebookError, match=r"never had a version '9'; it has 1"):
        version_of([BOOK], "9")


OWN = Codebook(
    [
        new("wait", "Waiting"),
        new("MO/late", "Late", owner="MO"),
        new("MO/rush", "Rush", owner="MO"),
        new("JB/late", "Late", owner="JB"),
    ]
)


def test_coders_name_their_own_codes_without_knowing_of_each_others():
    versions = codebook_versions(
        OWN,
        [
            change(Added, code=new("SK/late", "Late", owner="SK")),
            change(Renamed, before="2", after="3", code="MO/rush", name="Waiting"),
            change(Merged, before="3", after="4", codes=("MO/rush",), into="MO/late"),
            change(Merged, before="4", after="5", codes=("MO/late", "JB/late"), into="delay", new=new("delay", "Late")),
        ],
    )

    assert list(versions[-1]) == ["wait", "SK/late", "delay"]
    assert [code.name for code in versions[1].visible_to("JB").subthemes] == ["Waiting", "Late"]


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (change(Added, code=new("MO/again", "late", owner="MO")), "is that of the code 'MO/late'"),
        (change(Renamed, code="MO/rush", name="LATE"), "is that of the code 'MO/late'"),
        (change(Merged, codes=("MO/late",), into="JB/late"), "is the own code of JB, which nobody else gives"),
        (change(Merged, codes=("wait",), into="JB/late"), "group the codes into a subtheme of the team"),
        (change(Retired, code="MO/late", how=Retirement.INTO, into="JB/late"), "is the own code of JB"),
        (change(Split, code="MO/late", parts=(new("one"), new("two"))), "is MO's own, and so must its parts be"),
        (change(Split, code="wait", parts=(new("one", owner="MO"), new("two", owner="MO"))), "is the team's"),
        (change(Merged, codes=("MO/late",), into="x", new=new("y")), "the new code is 'y', not 'x'"),
        (change(Merged, codes=("MO/late",), into="wait", new=new("wait", "Other")), "the id 'wait' is or was in use"),
        (change(Added, code=new("top", codable=False, owner="MO")), "only codes have an owner"),
    ],
)
def test_an_own_code_becomes_neither_anothers_nor_the_teams_without_a_grouping(refused, why):
    with pytest.raises(CodebookError) as error:
        evolve(OWN, [refused])

    assert why in str(error.value)


def test_changes_that_were_made_before_are_made_again_of_the_codebook_that_is_given():
    first = change(Added, code=new("cost"))
    second = change(Renamed, before="2", after="3", code="cost", name="Costs")
    two = codebook_versions(BOOK, [first, second])
    third = change(Retired, before="3", after="4", code="cost")
    other = Codebook([*BOOK.values(), new("extra")])

    assert codebook_versions(BOOK, [first]) == two[:2]
    assert codebook_versions(BOOK, [first, second, third])[:3] == two
    assert [sorted({*book} - {*BOOK}) for book in codebook_versions(other, [first, second])[1:]] == [
        ["cost", "extra"]
    ] * 2
    with pytest.raises(CodebookError, match="'cost' is or was in use"):
        codebook_versions(BOOK, [first, second, third, change(Added, before="4", after="5", code=new("cost"))])
    with pytest.raises(CodebookError, match="TW may not change"):
        codebook_versions(BOOK, [first, second], editors=["MO"])
    assert codebook_versions(BOOK, [first, second]) == two
