"""Changes that copies made apart stand in one order, in which every judgement comes to what it did in its copy."""

import random
from dataclasses import replace

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
    codebook_versions,
)
from autocode.coding import Coding, Codings, Proposal, remapped
from autocode.errors import CodebookError, StudyError
from autocode.journal import CodebookSeen, Journal

CODES = [Code(id="t", name="Theme", codable=False), *(Code(id=f"c{n}", name=f"Code {n}", parent="t") for n in range(9))]


def random_change(draw, codebook, changes, name):
    """Return a change that may be impossible, or an undo of the latest in force."""
    code, other = draw.sample([code.id for code in codebook.subthemes], 2)
    new = Code(id=name, name=name, parent=draw.choice([None, "t"]))
    undoable = in_force(changes)
    makers = [
        lambda **v: Added(code=new, **v),
        lambda **v: Renamed(code=code, name=name, **v),
        lambda **v: Moved(code=code, parent=None, **v),
        lambda **v: Grouped(theme=replace(new, codable=False, parent=None), codes=(code, other), **v),
        lambda **v: Redefined(code=code, kind=draw.choice(list(Redefinition)), definition=name, **v),
        lambda **v: Merged(codes=(code,), into=other, **v),
        lambda **v: Split(code=code, parts=(new, replace(new, id=f"{name}-2", name=f"{name} 2")), **v),
        lambda **v: Retired(code=code, **v),
    ]
    if undoable and draw.random() < 0.3:
        makers = [lambda **v: Undone(change=undoable[-1].after, **v)]
    version = codebook.version
    return draw.choice(makers)(before=version, after=str(int(version) + 1), by="TW", why=name)


def worked_on(journal, draw, coder, n):
    """Make changes, judgements and proposals in a copy; return each judgement with the number of changes before it."""
    made = []
    for number in range(n):
        first, changes = journal.codebook_history()
        codebook = codebook_versions(first, changes)[-1]
        line = f"GP1:{number}"
        if draw.random() < 0.5:
            try:
                journal.append(random_change(draw, codebook, changes, f"{coder}-{number}"))
            except CodebookError:
                continue
        else:
            given = frozenset(code.id for code in codebook.subthemes if draw.random() < 0.3)
            if draw.random() < 0.3:
                other = "JB" if coder == "MO" else "MO"
                proposed = f"{other}-{draw.randrange(n)}"
                journal.append(Proposal(name=proposed, line=line, coder=coder, version=codebook.version))
            journal.append(Coding(line=line, coder=coder, codes=given))
            made.append((journal.codings_as_made().of(line)[0], len(changes)))
    return made


def state_of(codings):
    return {(coding.coder, coding.line): (coding.codes, coding.unjudged, coding.waiting_parts) for coding in codings}


def in_force(changes):
    taken_back = {change.change for change in changes if isinstance(change, Undone)}
    return [change for change in changes if not isinstance(change, Undone) and change.after not in taken_back]


def expected(copies, proposals):
    """Return what each judgement comes to if its copy's changes come first, and then those in force in the other."""
    states = {}
    for here, (made, changes) in enumerate(copies):
        others = [change for there, (_, theirs) in enumerate(copies) if there != here for change in in_force(theirs)]
        names = {}
        ordered = []
        for number, change in enumerate([*changes, *others]):
            source = changes if number < len(changes) else others
            after = f"v{number + 1}"
            taken_back = {"change": names[id(source), change.change]} if isinstance(change, Undone) else {}
            is_apart = number >= len(changes)
            key = (id(source), change.after)
            names[key] = after
            ordered.append(
                replace(change, before=f"v{number}" if number else "1", after=after, apart=is_apart, **taken_back)
            )
        for coding, number in made:
            moved = replace(coding, version=f"v{number}" if number else "1")
            early = [replace(each, version="1", at=None) for each in proposals if each.coder == coding.coder]
            codebook = Codebook(CODES)
            states |= state_of(remapped(Codings([moved]), ordered, codebook=codebook, proposals=early))
    return states


@pytest.mark.parametrize("seed", range(8))
def test_each_judgement_comes_to_what_it_does_after_the_changes_of_its_copy_and_then_the_others(tmp_path, seed):
    draw = random.Random(seed)
    merged = contradicted = 0
    for number in range(3):
        base = tmp_path / f"{number} base.sqlite"
        with Journal.open(base) as journal:
            journal.append(CodebookSeen(codebook=Codebook(CODES)))
        paths = [tmp_path / f"{number} {coder}.sqlite" for coder in ("MO", "JB")]
        copies = []
        for path, coder in zip(paths, ("MO", "JB"), strict=True):
            path.write_bytes(base.read_bytes())
            with Journal.open(path) as journal:
                made = worked_on(journal, draw, coder, 7)
                copies.append((made, journal.codebook_history()[1]))
        with Journal.open(paths[0]) as first, Journal.open(paths[1]) as second:
            branches = first.branches(second)
            if branches is not None and not branches.together:
                with pytest.raises(StudyError, match="not all of the changes can be in force together"):
                    first.merge(second)
                contradicted += 1
                continue
            first.merge(second)
            merged += 1
            second.merge(first)
            assert first.codebook_history() == second.codebook_history()
            assert state_of(first.codings()) == state_of(second.codings()) == expected(copies, first.proposals())
            assert first.merge(second) == second.merge(first) == ()
    assert merged or contradicted
