"""Try random sequences of changes, judgements and proposals, and check that the rules of a growing codebook hold.

Coders make codes while they code, too: shared ones, and own ones that nobody else gives until the team groups them.

    python -m evaluation.codebook_chains [--chains 10000] [--seed 0]

Each sequence is replayed twice: by `remapped`, which starts from each judgement's version, and by a table that is
updated event by event as the rules say. Both must agree, and so must what the rules imply: nothing depends on the order
of coders and lines; a new name, another theme, and a change that is taken back leave all judgements as they were; a
split leaves themes as they were, and read again and merged it is the code that it was. A judgement says nothing about
another coder's own code: it neither has nor lacks it, and whatever is done with such a code leaves it as it was. What
is read back from a journal is replayed to the same (tried for one sequence in twenty). Prints how many sequences were
tried; stops with the first that breaks a rule, and prints it.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from autocode.codebook import Code, Codebook, CodeId, Undone, name_key
from autocode.coding import CoderId, Coding, Codings
from autocode.journal import CodebookSeen, Journal
from evaluation.codebook_cases import Events

CODERS, LINES = ("MO", "JB", "SK"), ("1", "2", "3", "4")
THEMES = ("t1", "t2")
PROPOSALS = ("Informal fixers", "Phone", "Waiting")
State = dict[str, int]
NEW = -2


class RuleBrokenError(Exception):
    """A rule that does not hold for a sequence of events."""


class ByTheTable:
    """The states of all judgements, updated after each event as the rules say: slow, and written apart from autocode.

    A state maps each code that its coder may give to 1, 0 or -1, or to NEW where it is gathered from the own codes of
    others alone: not judged, until an own code of the coder joins it. `earlier` holds, for each judgement, its states
    before the changes in force; `owners` whose own code each code is, if it ever was somebody's.
    """

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = list(codes)
        self.states: dict[tuple[str, str], State] = {}
        self.earlier: dict[tuple[str, str], list[State | None]] = {}
        self.in_force: list[tuple[list[Any], list[str]]] = []
        self.proposals: set[tuple[str, str, str]] = set()
        self.owners: dict[str, str] = {}

    def seen_by(self, coder: str) -> list[str]:
        """Return the codes that a coder may give."""
        return [code for code in self.codes if self.owners.get(code, coder) == coder]

    def happen(self, event: list[Any]) -> None:
        """Take in one event."""
        kind, *values = event
        if kind == "code":
            coder, line, given = values
            self.states[coder, line] = {code: int(code in given) for code in self.seen_by(coder)}
            # made since every change that is in force now
            self.earlier[coder, line] = [None] * len(self.in_force)
        elif kind == "propose":
            coder, line, name = values
            self.proposals.add((coder, line, name_key(name)))
        elif kind == "undo":
            change, codes = self.in_force.pop()
            self.codes = codes
            for judgement, state in self.states.items():
                before = self.earlier[judgement].pop()
                if before is None:
                    before = _back(state, change, self.seen_by(judgement[0]))
                self.states[judgement] = before
        else:
            self.in_force.append((event, list(self.codes)))
            self.codes = _codes_after(self.codes, event)
            self._own(event)
            for (coder, line), state in self.states.items():
                self.earlier[coder, line].append(dict(state))
                name = {"add": 2, "make own": 3, "make shared": 3}.get(kind)
                proposed = name is not None and (coder, line, name_key(event[name])) in self.proposals
                self.states[coder, line] = _forth(state, event, self.seen_by(coder), self.owners, is_proposed=proposed)

    def _own(self, event: list[Any]) -> None:
        """Note whose own codes a change makes."""
        match event:
            case ["make own", coder, code, _]:
                self.owners[code] = coder
            case ["split", whole, parts] if whole in self.owners:
                self.owners |= dict.fromkeys(parts, self.owners[whole])


def _codes_after(codes: list[str], event: list[Any]) -> list[str]:
    match event:
        case ["add", code, *_] | ["make own" | "make shared", _, code, _]:
            return [*codes, code]
        case ["gather", ending, into]:
            return [*(code for code in codes if code not in ending), into]
        case ["merge", ending, _]:
            return [code for code in codes if code not in ending]
        case ["split", whole, parts]:
            return [*(code for code in codes if code != whole), *parts]
        case ["retire", ended, *_]:
            return [code for code in codes if code != ended]
    return codes


def _any(states: Iterable[int]) -> int:
    """Return 1 if any state is 1, else -1 if any is not judged, else 0."""
    known = set(states)
    return 1 if 1 in known else -1 if known & {-1, NEW} else 0


def _joined(state: State, ending: Iterable[str], into: str, owners: dict[str, str]) -> int:
    """Return what a judgement says of a code that others join."""
    known = [code for code in ending if code in state]
    was = state.get(into)
    if not known:  # only own codes of others join
        return NEW if was is None else was
    if was == NEW and any(code in owners for code in known):
        was = None
    if was == NEW and not any(state[code] in (1, -1) for code in known):
        return NEW
    return _any([*(state[code] for code in known), *([] if was is None else [was])])


def _forth(state: State, event: list[Any], left: list[str], owners: dict[str, str], *, is_proposed: bool) -> State:
    """Return what a change makes of an earlier judgement; `left` are the codes that its coder may give after it."""
    others = {code: value for code, value in state.items() if code in left}
    match event:
        case ["add", code, *_] | ["make own" | "make shared", _, code, _] if code in left:
            return {**state, code: 1 if is_proposed else -1}
        case ["redefine", code, kind] if code in left:
            doubted = {"clarified": set(), "narrowed": {1}, "widened": {0, NEW}, "changed": {0, 1}}[kind]
            return {**state, code: -1 if state[code] in doubted else state[code]}
        case ["merge" | "gather", ending, into] if into in left:
            return {**others, into: _joined(state, ending, into, owners)}
        case ["split", whole, parts] if whole in state:
            return {**others, **dict.fromkeys(parts, 0 if state[whole] == 0 else -1)}
        case ["retire", code, "read again"] if [c for c, value in state.items() if value == 1] == [code]:
            return dict.fromkeys(left, -1)
        case ["retire", code, "into", into] if into in left:
            return {**others, into: _joined(state, [code], into, owners)}
    return others


def _back(state: State, event: list[Any], left: list[str]) -> State:
    """Return what taking a change back makes of a judgement made since; its coder may give what is `left`."""
    state = {**state}
    match event:
        case ["redefine", code, kind] if code in state:
            doubted = {"clarified": set(), "narrowed": {0}, "widened": {1}, "changed": {0, 1}}[kind]
            state[code] = -1 if state[code] in doubted else state[code]
        case ["merge" | "gather", ending, into] if into in state:
            state |= dict.fromkeys([*ending, into], 0 if state[into] == 0 else -1)
        case ["split", whole, parts] if whole in left:
            state[whole] = _any(state[part] for part in parts)
        case ["retire", code, "into", into] if into in state:
            state |= dict.fromkeys([code, into], 0 if state[into] == 0 else -1)
        case ["retire", code, *_]:
            state[code] = -1
    return {code: value for code, value in state.items() if code in left}


def random_events(draw: random.Random, n_events: int, *, own: bool = True) -> tuple[Events, list[list[Any]]]:
    """Return a study that went through random events, and the events; coders make `own` codes, or only shared ones."""
    codes = [Code(id=CodeId(code), name=f"code {code}", parent=CodeId("t1")) for code in "abc"]
    events = Events(Codebook([*codes, *(Code(id=CodeId(t), name=t, codable=False) for t in THEMES)]))
    happened: list[list[Any]] = []
    for n in range(n_events):
        event = _random_event(draw, events, n, own=own)
        events.happen(event)
        happened.append(event)
    return events, happened


def _random_event(draw: random.Random, events: Events, n: int, *, own: bool = True) -> list[Any]:
    kind = draw.choices(
        ["code", "propose", "undo", "add", "make own", "make shared", "gather", "rename", "move", "group", "redefine",
         "merge", "split", "retire"],
        [30, 6, 8, 5, 6 if own else 0, 2, 4, 2, 3, 1, 5, 6, 6, 5],
    )[0]  # fmt: skip
    coder, line = draw.choice(CODERS), draw.choice(LINES)
    seen = events.now().visible_to(CoderId(coder))
    if kind == "code" or (kind == "undo" and not events.in_force()):
        return ["code", coder, line, [code.id for code in seen.subthemes if draw.random() < 0.4]]
    if kind == "propose":
        return ["propose", coder, line, draw.choice(PROPOSALS)]
    if kind == "undo":
        return ["undo", 1]
    if kind in ("add", "make own", "make shared"):
        proposers = [proposal.coder for proposal in events.proposals]
        # which of two codes of one name a coder had proposed cannot be known
        views = [seen] if kind == "make own" else [events.now().visible_to(), *map(events.now().visible_to, proposers)]
        taken = {name_key(code.name) for view in views for code in view.values()}
        name = draw.choice([*(name for name in PROPOSALS if name_key(name) not in taken), f"Name {n}"]).upper()
        return ["add", f"new{n}", name, draw.choice(THEMES)] if kind == "add" else [kind, coder, f"{coder}/{n}", name]
    return _random_change(draw, events.now(), kind, n)


def _random_change(draw: random.Random, now: Codebook, kind: str, n: int) -> list[Any]:
    """Return a change of codes that are there, or of the name of one where that change is impossible."""
    codes = [code.id for code in now.subthemes]
    code = draw.choice(codes)
    simple = {
        "rename": ["rename", code, f"renamed {n}"],
        "move": ["move", code, draw.choice([*THEMES, None])],
        "group": ["group", f"group{n}", draw.sample(codes, draw.randint(1, len(codes)))],
        "redefine": ["redefine", code, draw.choice(["clarified", "narrowed", "widened", "changed"])],
        "split": ["split", code, [f"part{n}.{k}" for k in range(draw.randint(2, 3))]],
        "gather": ["gather", draw.sample(codes, draw.randint(1, min(3, len(codes)))), f"gathered{n}"],
    }
    if kind in simple or len(codes) < 2:
        return simple.get(kind, simple["rename"])
    into, *ending = draw.sample(codes, draw.randint(2, min(3, len(codes))))
    # lines of others do not get what is one coder's own
    if any(now[into].owner not in (None, now[code].owner) for code in ending):
        return simple["gather"]
    if kind == "merge":
        return ["merge", ending, into]
    return draw.choice([["retire", code], ["retire", code, "read again"], ["retire", ending[0], "into", into]])


def check(seed: int, n_events: int = 24) -> None:
    """Raise `RuleBrokenError` if a rule does not hold for the random sequence of a seed."""
    draw = random.Random(seed)
    events, happened = random_events(draw, n_events)
    _check_table(events, happened)
    _check_order(draw, events)
    if seed % 20 == 0:
        _check_journal(draw, events)
    _check_harmless(draw, events)
    _check_own(draw, events)
    _check_undone(draw, events)
    _check_split(draw, events)


def _require(holds: bool, rule: str, events: Events) -> None:
    if not holds:
        raise RuleBrokenError(f"{rule}; changes: {'; '.join(map(str, events.changes))}; judgements: {events.judged}")


def _check_table(events: Events, happened: list[list[Any]]) -> None:
    table = ByTheTable("abc")
    for event in happened:
        table.happen(event)
    now = events.now()
    found = {
        (coding.coder, coding.line): {
            code.id: {True: 1, False: 0, None: -1}[coding.applies(code.id)]
            for code in now.visible_to(coding.coder).subthemes
        }
        for coding in events.replayed()
    }

    expected = {
        judgement: {code: max(value, -1) for code, value in state.items()} for judgement, state in table.states.items()
    }

    _require(found == expected, f"the table says {expected}, the replay {found}", events)
    for coding in events.replayed():
        codable = {code.id for code in now.visible_to(coding.coder).subthemes}
        _require(
            coding.codes | coding.unjudged <= codable, "a judgement is about codes that its coder may give", events
        )
        waiting = frozenset().union(*coding.waiting_parts)
        _require(waiting <= coding.unjudged, "what waits is not judged", events)


def _check_order(draw: random.Random, events: Events) -> None:
    before = events.replayed()
    judged = list(events.judged.items())
    draw.shuffle(judged)
    shuffled = Events(events.codebook, changes=events.changes, proposals=events.proposals[::-1], judged=dict(judged))

    _require(shuffled.replayed() == before, "the order of coders and lines does not matter", events)


def _check_journal(draw: random.Random, events: Events) -> None:
    """Check that judgements that were written into a journal, in any order, come out of it as they are replayed."""
    records = sorted(
        [*events.changes, *events.judged.values(), *events.proposals], key=lambda record: (record.at, draw.random())
    )
    with tempfile.TemporaryDirectory() as folder, Journal.open(Path(folder) / "study.sqlite") as journal:
        journal.append(CodebookSeen(codebook=events.codebook), *records)
        found = journal.codings()

    _require({*found} == {*events.replayed()}, "what is read from a journal is what was replayed", events)


def _copy(events: Events) -> Events:
    return Events(
        events.codebook,
        changes=list(events.changes),
        places=list(events.places),
        judged=dict(events.judged),
        proposals=list(events.proposals),
    )


def _check_harmless(draw: random.Random, events: Events) -> None:
    code = draw.choice(events.now().subthemes).id
    for event in (["rename", code, "quite new"], ["move", code, "t2"], ["redefine", code, "clarified"]):
        again = _copy(events)
        again.happen(event)

        _require(again.replayed() == events.replayed(), f"{event[0]} leaves judgements as they were", events)


def _check_own(draw: random.Random, events: Events) -> None:
    """Check that whatever a coder does with an own code leaves the judgements of others as they were."""
    owner = draw.choice(CODERS)
    again, own = _copy(events), f"{owner}/quite-own"
    taken = {name_key(code.name) for code in events.now().visible_to(CoderId(owner)).values()}
    name = draw.choice([*(name for name in PROPOSALS if name_key(name) not in taken), "Quite own"])
    before = {coding for coding in events.replayed() if coding.coder != owner}
    for event in (
        ["make own", owner, own, name],
        ["redefine", own, "changed"],
        ["split", own, ["first", "second"]],
        draw.choice([["retire", "first"], ["retire", "first", "into", "second"], ["merge", ["first"], "second"]]),
        ["undo", 1],
    ):
        again.happen(event)
        left = {coding for coding in again.replayed() if coding.coder != owner}

        _require(left == before, f"{event} leaves the judgements of others as they were", again)


def _check_undone(draw: random.Random, events: Events) -> None:
    again = _copy(events)
    event = ["undo", 1]
    while event[0] in ("undo", "code", "propose"):
        event = _random_event(draw, again, 1000)
    again.happen(event)
    again.happen(["undo", 1])

    _require(again.replayed() == events.replayed(), f"{event} taken back leaves judgements as they were", events)
    _require(isinstance(again.changes[-1], Undone), "an undo stays on record", events)


def _check_split(draw: random.Random, events: Events) -> None:
    """Check that a split leaves themes as they were, and that all read again and merged is what it was."""
    before = events.replayed()
    code = draw.choice(events.now().subthemes).id
    again = _copy(events)
    again.happen(["split", code, ["first", "second"]])
    after = again.replayed()
    for theme in events.now().themes:
        says = [
            Counter((coding.coder, coding.line, coding.applies_any(now.descendants(theme.id))) for coding in codings)
            for codings, now in ((before, events.now()), (after, again.now()))
        ]
        _require(says[0] == says[1], f"the split of {code} leaves the theme {theme.id} as it was", events)
    gave = {(coding.coder, coding.line) for coding in before if coding.applies(code)}
    for coding in after:
        if (coding.coder, coding.line) in gave:
            _require({"first", "second"} in coding.waiting_parts, "who gave a code reads its parts again", events)
            parts = frozenset(draw.choice([["first"], ["second"], ["first", "second"]]))
            again.judged[coding.coder, coding.line] = _read_again(coding, parts, again.version)
    again.happen(["merge", ["second"], "first"])

    _require(
        _plain(again.replayed(), code, "first") == _plain(before, code, "first"),
        f"{code} split, read again and merged back is what it was",
        events,
    )


def _read_again(coding: Coding, parts: frozenset[Any], version: str) -> Coding:
    """Return the judgement of a coder who reads a line again for the parts of a split only."""
    return replace(
        coding,
        codes=coding.codes | parts,
        unjudged=coding.unjudged - {"first", "second"},
        waiting_parts=coding.waiting_parts - {frozenset({"first", "second"})},
        version=version,
    )


def _plain(codings: Codings, code: str, name: str) -> set[tuple[str, str, frozenset[str], frozenset[str]]]:
    """Return what codings say, with a code under another id."""
    return {
        (
            coding.coder,
            coding.line,
            frozenset(name if given == code else given for given in coding.codes),
            frozenset(name if given == code else given for given in coding.unjudged),
        )
        for coding in codings
    }


def main() -> None:
    """Try random sequences until one breaks a rule or enough were tried."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chains", type=int, default=10_000, help="how many sequences to try (default 10,000)")
    parser.add_argument("--seed", type=int, default=0, help="random seed of the first sequence (default 0)")
    arguments = parser.parse_args()
    begin = time.perf_counter()
    for seed in range(arguments.seed, arguments.seed + arguments.chains):
        try:
            check(seed)
        except RuleBrokenError as error:
            print(f"seed {seed}: {error}")
            sys.exit(1)
    print(f"{arguments.chains} sequences, 0 broken rules ({time.perf_counter() - begin:.0f} s).")


if __name__ == "__main__":
    main()
