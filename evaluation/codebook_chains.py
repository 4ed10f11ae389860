"""Try random sequences of changes, judgements and proposals, and check that the rules of a growing codebook hold.

    python -m evaluation.codebook_chains [--chains 10000] [--seed 0]

Each sequence is replayed twice: by `remapped`, which starts from each judgement's version, and by a table that is
updated event by event as the rules say. Both must agree, and so must what the rules imply: nothing depends on the order
of coders and lines; a new name, another theme, and a change that is taken back leave all judgements as they were; a
split leaves themes as they were, and read again and merged it is the code that it was. Prints how many sequences were
tried; stops with the first that breaks a rule, and prints it.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from autocode.codebook import Code, Codebook, CodeId, Undone, name_key
from autocode.coding import Coding, Codings
from evaluation.codebook_cases import Events

CODERS, LINES = ("MO", "JB", "SK"), ("1", "2", "3", "4")
THEMES = ("t1", "t2")
PROPOSALS = ("Informal fixers", "Phone", "Waiting")
State = dict[str, int]


class RuleBrokenError(Exception):
    """A rule that does not hold for a sequence of events."""


class ByTheTable:
    """The states of all judgements, updated after each event as the rules say: slow, and written apart from autocode.

    A state maps each code to 1, 0 or -1. `earlier` holds, for each judgement, its states before the changes in force.
    """

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = list(codes)
        self.states: dict[tuple[str, str], State] = {}
        self.earlier: dict[tuple[str, str], list[State | None]] = {}
        self.in_force: list[tuple[list[Any], list[str]]] = []
        self.proposals: set[tuple[str, str, str]] = set()

    def happen(self, event: list[Any]) -> None:
        """Take in one event."""
        kind, *values = event
        if kind == "code":
            coder, line, given = values
            self.states[coder, line] = {code: int(code in given) for code in self.codes}
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
                self.states[judgement] = _back(state, change) if before is None else before
        else:
            self.in_force.append((event, list(self.codes)))
            self.codes = _codes_after(self.codes, event)
            for (coder, line), state in self.states.items():
                self.earlier[coder, line].append(dict(state))
                proposed = kind == "add" and (coder, line, name_key(event[2])) in self.proposals
                self.states[coder, line] = _forth(state, event, self.codes, is_proposed=proposed)


def _codes_after(codes: list[str], event: list[Any]) -> list[str]:
    match event:
        case ["add", code, *_]:
            return [*codes, code]
        case ["merge", ending, _]:
            return [code for code in codes if code not in ending]
        case ["split", whole, parts]:
            return [*(code for code in codes if code != whole), *parts]
        case ["retire", ended, *_]:
            return [code for code in codes if code != ended]
    return codes


def _any(states: Iterable[int]) -> int:
    """Return 1 if any state is 1, else -1 if any is -1, else 0."""
    known = set(states)
    return 1 if 1 in known else -1 if -1 in known else 0


def _forth(state: State, event: list[Any], left: list[str], *, is_proposed: bool) -> State:
    """Return what a change makes of an earlier judgement."""
    others = {code: value for code, value in state.items() if code in left}
    match event:
        case ["add", code, *_]:
            return {**state, code: 1 if is_proposed else -1}
        case ["redefine", code, kind]:
            doubted = {"clarified": set(), "narrowed": {1}, "widened": {0}, "changed": {0, 1}}[kind]
            return {**state, code: -1 if state[code] in doubted else state[code]}
        case ["merge", ending, into]:
            return {**others, into: _any(state[code] for code in (*ending, into))}
        case ["split", whole, parts]:
            return {**others, **dict.fromkeys(parts, 0 if state[whole] == 0 else -1)}
        case ["retire", code, "read again"] if [c for c, value in state.items() if value == 1] == [code]:
            return dict.fromkeys(left, -1)
        case ["retire", code, "into", into]:
            return {**others, into: _any((state[code], state[into]))}
        case ["retire", *_]:
            return others
    return state


def _back(state: State, event: list[Any]) -> State:
    """Return what taking a change back makes of a judgement made since."""
    match event:
        case ["add", code, *_]:
            return {other: value for other, value in state.items() if other != code}
        case ["redefine", code, kind]:
            doubted = {"clarified": set(), "narrowed": {0}, "widened": {1}, "changed": {0, 1}}[kind]
            return {**state, code: -1 if state[code] in doubted else state[code]}
        case ["merge", ending, into]:
            return {**state, **dict.fromkeys([*ending, into], 0 if state[into] == 0 else -1)}
        case ["split", whole, parts]:
            others = {code: value for code, value in state.items() if code not in parts}
            return {**others, whole: _any(state[part] for part in parts)}
        case ["retire", code, "into", into]:
            return {**state, **dict.fromkeys([code, into], 0 if state[into] == 0 else -1)}
        case ["retire", code, *_]:
            return {**state, code: -1}
    return state


def random_events(draw: random.Random, n_events: int) -> tuple[Events, list[list[Any]]]:
    """Return a study that went through random events, and the events."""
    codes = [Code(id=CodeId(code), name=f"code {code}", parent=CodeId("t1")) for code in "abc"]
    events = Events(Codebook([*codes, *(Code(id=CodeId(t), name=t, codable=False) for t in THEMES)]))
    happened: list[list[Any]] = []
    for n in range(n_events):
        event = _random_event(draw, events, n)
        events.happen(event)
        happened.append(event)
    return events, happened


def _random_event(draw: random.Random, events: Events, n: int) -> list[Any]:
    codes = [code.id for code in events.now().subthemes]
    kind = draw.choices(
        ["code", "propose", "undo", "add", "rename", "move", "group", "redefine", "merge", "split", "retire"],
        [30, 6, 8, 5, 2, 3, 1, 5, 6, 6, 5],
    )[0]
    if kind == "code" or (kind == "undo" and not events.in_force()):
        given = [code for code in codes if draw.random() < 0.4]
        return ["code", draw.choice(CODERS), draw.choice(LINES), given]
    if kind == "propose":
        return ["propose", draw.choice(CODERS), draw.choice(LINES), draw.choice(PROPOSALS)]
    if kind == "undo":
        return ["undo", 1]
    if kind == "add":
        free = [name for name in PROPOSALS if events.now().find(name) is None]
        return ["add", f"new{n}", draw.choice([*free, f"Name {n}"]).upper(), draw.choice(THEMES)]
    code = draw.choice(codes)
    simple = {
        "rename": ["rename", code, f"renamed {n}"],
        "move": ["move", code, draw.choice([*THEMES, None])],
        "group": ["group", f"group{n}", draw.sample(codes, draw.randint(1, len(codes)))],
        "redefine": ["redefine", code, draw.choice(["clarified", "narrowed", "widened", "changed"])],
        "split": ["split", code, [f"part{n}.{k}" for k in range(draw.randint(2, 3))]],
    }
    if kind in simple or len(codes) < 2:
        return simple.get(kind, simple["rename"])
    into, *ending = draw.sample(codes, draw.randint(2, min(3, len(codes))))
    if kind == "merge":
        return ["merge", ending, into]
    return draw.choice([["retire", code], ["retire", code, "read again"], ["retire", ending[0], "into", into]])


def check(seed: int, n_events: int = 24) -> None:
    """Raise `RuleBrokenError` if a rule does not hold for the random sequence of a seed."""
    draw = random.Random(seed)
    events, happened = random_events(draw, n_events)
    _check_table(events, happened)
    _check_order(draw, events)
    _check_harmless(draw, events)
    _check_undone(draw, events)
    _check_split(draw, events)


def _require(holds: bool, rule: str, events: Events) -> None:
    if not holds:
        raise RuleBrokenError(f"{rule}; changes: {'; '.join(map(str, events.changes))}; judgements: {events.judged}")


def _check_table(events: Events, happened: list[list[Any]]) -> None:
    table = ByTheTable("abc")
    for event in happened:
        table.happen(event)
    expected = {f"{coder}|{line}": state for (coder, line), state in table.states.items()}

    _require(events.states() == expected, f"the table says {expected}, the replay {events.states()}", events)
    codable = {code.id for code in events.now().subthemes}
    for coding in events.replayed():
        _require(coding.codes | coding.unjudged <= codable, "a judgement is about codes in force", events)
        waiting = frozenset().union(*coding.waiting_parts)
        _require(waiting <= coding.unjudged, "what waits is not judged", events)


def _check_order(draw: random.Random, events: Events) -> None:
    before = events.replayed()
    judged = list(events.judged.items())
    draw.shuffle(judged)
    shuffled = Events(events.codebook, changes=events.changes, proposals=events.proposals[::-1], judged=dict(judged))

    _require(shuffled.replayed() == before, "the order of coders and lines does not matter", events)


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
