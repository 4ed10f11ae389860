"""What journals hold that were copied, worked on apart and merged: everything once, whatever the order."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocode.codebook import CodeId
from autocode.coding import BlindDraw, CoderId, Coding, Proposal, Sample
from autocode.errors import JournalError, StudyError
from autocode.journal import Deferral, Erasure, Journal, TranscriptSeen, Undo
from autocode.transcripts import LineId

SCHEMAS = Path(__file__).with_name("schemas")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def laptops(tmp_path, coding_of):
    """Give a maker of copies of a journal in which MO judged two lines: `laptops("a", "b")`."""

    def build(*names):
        base = tmp_path / "base.sqlite"
        with Journal.open(base) as journal:
            journal.append(coding_of("GP1:2", "logistics"), coding_of("GP1:4", memo="short of staff"))
        return [shutil.copy(base, tmp_path / f"{name}.sqlite") for name in names]

    return build


def contents(path):
    """Return what a journal comes to, in its order."""
    with Journal.open(path, create=False) as journal:
        return (
            [(coding, coding.at, coding.memo) for coding in journal.codings()],
            journal.decisions(),
            journal.samples(),
            journal.proposals(),
            journal.blind_draws(),
            journal.latest_batch(),
            {entry.id for entry in journal.history() if entry.kind != "undo"},
            {(entry.id, entry.erased) for entry in journal.history() if entry.erased},
        )


def merged(path, *others):
    with Journal.open(path) as journal:
        for other in others:
            with Journal.open(other, read_only=True) as theirs:
                journal.merge(theirs)
    return path


def merged_at_once(path, *others):
    with Journal.open(path) as journal, journal.exclusively():
        for other in others:
            with Journal.open(other, read_only=True) as theirs:
                assert journal.merge(theirs)


def test_entries_travel_whole(laptops, coding_of, decision_of, batch):
    mine, theirs = laptops("mine", "theirs")
    sample = Sample(drawn=(LineId("GP1:2"),), probabilities={LineId("GP1:2"): 0.5, LineId("GP1:4"): 0.25}, seed=3)
    blind = BlindDraw(drawn=frozenset({LineId("GP1:4")}), probabilities={LineId("GP1:4"): 0.15}, seed=7)
    proposal = Proposal(name="Informal fixers", line=LineId("GP1:2"), coder=CoderId("JB"))
    with Journal.open(theirs) as journal:
        journal.append(batch, decision_of("GP1:2", coder="JB"), coding_of("GP1:2", coder="JB", memo="as before"))
        journal.append(sample, blind, proposal, Deferral(line=LineId("GP1:4"), coder=CoderId("JB")), gesture="g1")
        journal.append(Undo(entry=2, coder=CoderId("MO")))
        expected = [(entry.id, entry.at, entry.record, entry.gesture, entry.undone) for entry in journal.history()]

    merged(mine, theirs)

    with Journal.open(mine) as journal:
        assert [
            (entry.id, entry.at, entry.record, entry.gesture, entry.undone) for entry in journal.history()
        ] == expected


def test_the_later_judgement_of_one_coder_stands_and_both_are_kept(laptops, coding_of):
    mine, theirs = laptops("mine", "theirs")
    with Journal.open(mine) as journal:
        journal.append(coding_of("GP1:6", "contact", at=NOON + timedelta(hours=2)))
        journal.append(coding_of("GP1:8", "contact", at=NOON + timedelta(hours=2)))
    with Journal.open(theirs) as journal:
        journal.append(coding_of("GP1:6", "funding", at=NOON + timedelta(hours=3)))
        journal.append(coding_of("GP1:8", "funding", at=NOON + timedelta(hours=1)))

    for path, others in ((mine, [theirs]), (theirs, [mine])):
        with Journal.open(merged(path, *others)) as journal:
            stands = {coding.line: set(coding.codes) for coding in journal.codings()}
            assert stands == {"GP1:2": {"logistics"}, "GP1:4": set(), "GP1:6": {"funding"}, "GP1:8": {"contact"}}
            assert len(list(journal.history())) == 6


def test_what_both_laptops_took_back_is_taken_back_once(laptops):
    mine, theirs = laptops("mine", "theirs")
    for path in (mine, theirs):
        with Journal.open(path) as journal:
            journal.append(Undo(entry=1, coder=CoderId("MO")))

    assert contents(merged(mine, theirs))[0] == contents(theirs)[0]
    with Journal.open(mine) as journal, Journal.open(theirs) as other:
        assert [entry.kind for entry in journal.history()] == ["coding", "coding", "undo"]
        assert journal.merge(other) == ()


def test_text_that_was_erased_on_one_laptop_is_erased_on_the_other(laptops):
    mine, theirs = laptops("mine", "theirs")
    with Journal.open(theirs) as journal:
        journal.append(Erasure(entries=(2, 2), coder=CoderId("TW"), why="wish of a participant"))

    merged(mine, theirs)

    assert b"short of staff" not in Path(mine).read_bytes()
    with Journal.open(mine) as journal:
        assert [(coding.line, coding.memo) for coding in journal.codings()] == [("GP1:2", ""), ("GP1:4", "")]
        assert list(journal.history())[-1].record.entries == (2,)


def test_two_acts_under_one_idempotency_key_are_both_kept(laptops, coding_of):
    mine, theirs = laptops("mine", "theirs")
    for path, coder in ((mine, "JB"), (theirs, "SK")):
        with Journal.open(path) as journal:
            journal.append(
                Deferral(line=LineId("GP1:6"), coder=CoderId(coder)), coding_of("GP1:6", coder=coder), gesture="1"
            )

    with Journal.open(merged(mine, theirs)) as journal:
        first, second = {entry.gesture for entry in journal.history(after=2)}
        assert {coding.coder for coding in journal.codings()} == {"MO", "JB", "SK"}
        assert journal.stores(first)
        assert journal.stores(second)


def test_a_judgement_made_after_a_merge_stands_although_the_other_laptop_had_its_clock_ahead(laptops, coding_of):
    mine, theirs = laptops("mine", "theirs")
    ahead = NOON.replace(year=2199)
    with Journal.open(theirs) as journal:
        journal.append(coding_of("GP1:2", "funding", at=ahead))

    with Journal.open(merged(mine, theirs)) as journal:
        assert [set(coding.codes) for coding in journal.codings() if coding.line == "GP1:2"] == [{"funding"}]
        journal.append(coding_of("GP1:2", "contact", at=None), coding_of("GP1:9", at=None))
        journal.append(coding_of("GP1:10", at=None))
        codings = {coding.line: coding for coding in journal.codings()}
        assert (set(codings["GP1:2"].codes), codings["GP1:2"].at) == ({"contact"}, ahead + timedelta(microseconds=1))
        assert codings["GP1:10"].at < ahead


def test_a_journal_with_another_text_of_a_transcript_is_refused(laptops, coding_of):
    mine, theirs = laptops("mine", "theirs")
    for path, digest in ((mine, "a"), (theirs, "b")):
        with Journal.open(path) as journal:
            journal.append(TranscriptSeen(transcript="GP1", digest=digest), coding_of("GP1:6", coder="JB"))
    before = contents(mine)

    with pytest.raises(StudyError, match=r"theirs.sqlite: knows another text of GP1 than .*mine.sqlite"):
        merged(mine, theirs)

    assert contents(mine) == before


def test_a_journal_that_is_not_whole_is_refused(laptops, coding_of):
    mine, theirs = laptops("mine", "theirs")
    data = bytearray(Path(theirs).read_bytes())
    place = data.index(b"short of staff")
    data[place] ^= 1
    Path(theirs).write_bytes(data)

    with pytest.raises(JournalError, match=r"theirs.sqlite: entry 2 is not as autocode wrote it"):
        merged(mine, theirs)


def test_nothing_of_several_journals_is_kept_if_one_is_refused(laptops, coding_of):
    mine, theirs, refused = laptops("mine", "theirs", "refused")
    for path, digest in ((mine, "a"), (refused, "b")):
        with Journal.open(path) as journal:
            journal.append(TranscriptSeen(transcript="GP1", digest=digest))
    with Journal.open(theirs) as journal:
        journal.append(coding_of("GP1:6", coder="JB"))
    before = contents(mine)

    with pytest.raises(StudyError):
        merged_at_once(mine, theirs, refused)

    assert contents(mine) == before


@pytest.mark.parametrize("schema", ["v1", "v2", "v3"])
def test_copies_of_an_old_journal_know_what_they_share(tmp_path, schema, coding_of):
    mine, theirs = (shutil.copy(SCHEMAS / f"{schema}.sqlite", tmp_path / f"{name}.sqlite") for name in "ab")
    with Journal.open(theirs) as journal:
        ids = [entry.id for entry in journal.history()]
        journal.append(coding_of("GP9:2", coder="SK"))

    with Journal.open(mine) as journal, Journal.open(theirs) as other:
        assert ids == sorted(ids)
        assert [entry.record.coder for entry in journal.merge(other)] == ["SK"]


def test_a_journal_opened_to_be_read_shows_what_a_merge_comes_to(laptops, coding_of):
    mine, theirs = laptops("mine", "theirs")
    with Journal.open(theirs) as journal:
        journal.append(coding_of("GP1:6", coder="JB"))
    before = Path(mine).read_bytes()

    with Journal.open(mine, read_only=True) as journal, Journal.open(theirs, read_only=True) as other:
        assert len(journal.merge(other)) == 1
        assert journal.codings().coders == ("MO", "JB")

    assert Path(mine).read_bytes() == before


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["coding", "coding", "undo", "erasure", "proposal", "sample", "merge"]),
        st.integers(0, 3),  # line, or which entry
        st.sampled_from(["MO", "JB"]),
        st.sets(st.sampled_from(["contact", "funding"])),
        st.one_of(st.none(), st.integers(0, 3)),  # minutes after noon; None for now
        st.sampled_from(["", "", "g1", "g2"]),
    ),
    max_size=12,
)


def act(journal, others, acts):
    """Do a list of acts in a journal; the ones that are not possible are left out."""
    for kind, number, coder, codes, minute, gesture in acts:
        at = None if minute is None else NOON + timedelta(minutes=minute)
        line, coder = LineId(f"GP1:{2 * number + 2}"), CoderId(coder)
        if kind == "coding":
            given = frozenset(map(CodeId, codes))
            journal.append(Coding(line=line, coder=coder, codes=given, memo="a memo", at=at), gesture=gesture)
        elif kind == "proposal":
            journal.append(Proposal(name=f"Code {number}", line=line, coder=coder, at=at))
        elif kind == "sample":
            journal.append(Sample(drawn=(line,), probabilities={line: 0.5}, seed=number, at=at))
        elif kind == "merge" and others:
            with Journal.open(others[number % len(others)], read_only=True) as other:
                journal.merge(other)
        else:
            codings = [entry for entry in journal.history() if entry.kind == "coding" and entry.record.coder == coder]
            entry = codings[-1 - number] if number < len(codings) else None
            if entry is not None and kind == "erasure":
                journal.append(Erasure(entries=(entry.seq,), coder=coder, why="wish"))
            elif entry is not None and not entry.undone:
                journal.append(Undo(entry=entry.seq, coder=coder), gesture=gesture)


@given(base=ACTS, apart=st.tuples(ACTS, ACTS, ACTS))
@settings(max_examples=20)
def test_merging_is_commutative_associative_and_idempotent(base, apart):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Journal.open(folder / "base.sqlite") as journal, journal.exclusively():
            act(journal, (), base)
        copies = [shutil.copy(folder / "base.sqlite", folder / f"{copy}.sqlite") for copy in "abc"]
        for path, acts in zip(copies, apart, strict=True):
            with Journal.open(path) as journal, journal.exclusively():
                act(journal, [other for other in copies if other != path], acts)

        outcomes = []
        for number, order in enumerate(permutations(copies)):
            first, second, third = (shutil.copy(path, folder / f"{number}{path.name}") for path in map(Path, order))
            outcomes += [contents(merged(shutil.copy(first, folder / f"left{number}.sqlite"), second, third))]
            outcomes += [contents(merged(first, merged(second, third)))]
            with Journal.open(first) as journal, Journal.open(third, read_only=True) as other:
                assert journal.merge(other) == ()

        assert all(outcome == outcomes[0] for outcome in outcomes)
