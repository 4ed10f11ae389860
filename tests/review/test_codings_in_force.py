"""Codings that are read as they come are those that the journal has, whatever is appended in between."""

import random

from autocode.codebook import Undone
from autocode.coding import Basis, Proposal
from autocode.journal import CodebookSeen, Journal, Undo
from autocode.review import CodingsInForce
from codebook_changes import ADDED, FIXERS
from studies import coding_of


def test_codings_read_as_they_come_are_those_of_the_journal(journal, codebook):
    chance = random.Random(3)
    in_force = CodingsInForce(journal)
    journal.append(CodebookSeen(codebook=codebook))
    codes = [code.id for code in codebook.subthemes]
    undoable: list[tuple[int, str]] = []
    sizes, open_codes = set(), set()
    for step in range(120):
        coder, line = chance.choice(["MO", "JB"]), f"GP1:{chance.randrange(2, 6)}"
        kind = chance.randrange(10)
        if step == 40:
            journal.append(ADDED)
        elif step == 80:
            journal.append(Undone(before="2", after="3", by="TW", change="2"))
        elif kind < 6:
            given = chance.sample([*codes, *([FIXERS.id] if 40 < step < 80 else [])], k=chance.randrange(3))
            basis = chance.choice([Basis.INDEPENDENT, Basis.ASSISTED])
            undoable.append((journal.append(coding_of(line, coder, *given, basis=basis)), coder))
        elif kind < 8:
            undoable.append((journal.append(Proposal(name=FIXERS.name, line=line, coder=coder)), coder))
        elif undoable:
            entry, by = undoable.pop(chance.randrange(len(undoable)))
            journal.append(Undo(entry=entry, coder=by))
        codings, expected = in_force.read(), journal.codings()

        assert codings == expected
        assert codings.version == expected.version
        sizes.add(len(codings))
        open_codes |= {coding.unjudged for coding in codings}
    assert len(sizes) > 5  # judgements came and went
    assert frozenset({FIXERS.id}) in open_codes  # and some waited for the new code


def test_what_another_process_appended_is_read_once(journal, codebook):
    in_force = CodingsInForce(journal)
    before = in_force.read()
    with Journal.open(journal.path) as other:
        other.append(coding_of("GP1:2", "MO", "logistics"))
    after = in_force.read()

    assert (len(before), len(after), in_force.read() is after) == (0, 1, True)
