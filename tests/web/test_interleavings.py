"""A thousand random turns between a browser and the server: nothing decided is lost, nothing is stored twice."""

import random

import pytest

from autocode.coding import CoderId
from autocode.journal import Journal, Kind
from autocode.review import ReviewSession
from autocode.transcripts import Transcripts

TURNS = 1000


class Tab:
    """What a tab keeps: acts in the order in which they were made, until an answer says that they are stored."""

    def __init__(self) -> None:
        self.outbox: list[dict[str, object]] = []

    def send(self, browser, *, answered: bool) -> None:
        told = browser.post("/review/submit", json={"acts": self.outbox[:20]})
        assert told.status_code == 200
        assert not any("refused" in one for one in told.json()["results"])
        if answered:  # else the answer was lost on its way, and all of it is sent again
            self.outbox = self.outbox[20:]


@pytest.mark.parametrize("seed", [1])
def test_whatever_is_lost_repeated_killed_or_opened_again_each_gesture_is_stored_once(
    tmp_path, interview, codebook, browser_of, seed
):
    chance = random.Random(seed)
    lines = Transcripts([interview("GP1", [("GP1", f"Line {n}.") for n in range(60)])])
    path = tmp_path / "study.sqlite"

    def opened():
        journal = Journal.open(path)
        session = ReviewSession(journal, lines=lines, codebook=codebook, coder=CoderId("MO"))
        return journal, browser_of(session)

    journal, browser = opened()
    tabs = [Tab(), Tab()]
    made: list[tuple[str, str, set[str]]] = []
    expected: dict[str, list[tuple[str, set[str]]]] = {}
    for turn in range(TURNS):
        tab = chance.choice(tabs)
        fate = chance.choices(["decide", "undo", "send", "lose", "kill", "reopen"], [10, 4, 6, 3, 1, 1])[0]
        gesture = f"gesture-{turn:05}"
        common = {"gesture": gesture, "coder": "MO", "milliseconds": 1000}
        # a line belongs to one tab, as on a screen: two tabs that judge one line at once have no order between them
        own = [line.id for place, line in enumerate(lines) if place % 2 == tabs.index(tab)]
        if fate == "decide":
            line, codes = (
                chance.choice(own),
                set(chance.sample(["logistics", "meetings", "computers"], chance.randint(0, 2))),
            )
            kind = "keep" if codes else "none"
            tab.outbox.append({**common, "kind": kind, "line": line, "codes": sorted(codes)})
            made.append((gesture, line, codes))
            expected.setdefault(line, []).append((gesture, codes))
        elif fate == "undo":
            mine = [one for one in made if one[1] in own]
            if mine:
                undone = chance.choice(mine)
                tab.outbox.append({**common, "kind": "undo", "line": undone[1], "act": undone[0]})
                made.remove(undone)
                expected[undone[1]].remove((undone[0], undone[2]))
        elif fate in ("send", "lose"):
            tab.send(browser, answered=fate == "send")
        else:
            journal.close()  # killed: what the server held in memory is gone
            journal, browser = opened()
    for tab in tabs:
        while tab.outbox:
            tab.send(browser, answered=True)

    in_force = {one.line: set(one.codes) for one in journal.codings()}
    assert in_force == {line: stack[-1][1] for line, stack in expected.items() if stack}
    state = browser.get("/review/state").json()
    told = {one["id"]: set(one["kept"]["codes"]) for one in state["interview"]["lines"] if "kept" in one}
    assert told == in_force
    gestures = [entry.gesture for entry in journal.history(kinds=(Kind.CODING,))]
    assert len(gestures) == len(set(gestures))
    journal.close()
