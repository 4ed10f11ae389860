"""Who still reads independently learns nothing of what others gave: every route of a study's pages is asked."""

import asyncio
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route

import autocode.study._pages as study_pages
from autocode.coding import (
    Band,
    Decision,
    Evidence,
    Neighbour,
    Proposal,
    Shown,
    Suggestion,
    SuggestionBatch,
    Verdict,
)
from autocode.journal import Journal
from autocode.study import create_study, open_review, read_study, serve_review
from autocode.web import Page, make_app
from studies import coding_of

ORIGIN = "http://127.0.0.1:8765"
READS, OTHER = "MO", "JB"
TOKENS = {READS: "1" * 48, OTHER: "2" * 48}
LINE, NEXT = "GP1:2", "GP1:3"  # of which JB has judged the first and MO none
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXTS = {
    "GP1": "I: How do you reach them?\nGP1: There is one number.\nParking is a day's work.\nThey begin without us.\n",
    "PM1": "I: What is your role?\nPM1: I run the practice.\nOn two computers.\n",
}
CODEBOOK = 'version = "1"\n' + "".join(
    f'[[themes]]\nid = "{code}-theme"\nname = "Theme of {code}"\n[[themes.subthemes]]\nid = "{code}"\nname = "{code}"\n'
    for code in ("parking", "phones", "records")
)
LINES = ("GP1:2", "GP1:3", "GP1:4", "PM1:2", "PM1:3")

# What is asked of each route of a study; a new route has to be added here, with what can be asked of it.
GETS = {
    "/": [""],
    "/review": [""],
    "/review/state": ["", *(f"?line={line}" for line in LINES)],
    "/review/lines": ["?interview=GP1", "?interview=PM1"],
    "/review/offers": [f"?from={line}" for line in LINES],
    "/review/offer": [f"?line={line}" for line in LINES],
    "/review/bands": [""],
    "/review/codebook": ["?since=1", "?since="],
    "/reread": [""],
    "/reread/state": [""],
    "/adjudicate": [""],
    "/adjudicate/state": ["?hidden=0", "?hidden=1", "?hidden=1&since=1"],
    "/team": [""],
    "/team/slips": [""],
    "/codebook": [""],
    "/codes": [""],
    "/codes/{code:path}": ["/codes/records", "/codes/records-theme?coder=JB", "/codes/parking?as=csv", "/codes/none"],
    "/memos": ["", "?coder=JB", "?as=csv"],
    "/work": ["", "?show=decided", "?show=decided&code=records", "?show=later", "?show=proposed", "?show=memo"],
    "/search": ["", "?q=number", "?q=practice&questions=1&as=csv"],
    "/board": [""],
    "/board/state": [""],
    "/board/words": [""],
    "/board/confusions": [""],
    "/corrections": [""],
    "/corrections/text": ["?interview=GP1"],
    "/corrections/document": ["?interview=GP1"],
}
PLANS = [
    {"kind": "merge", "codes": ["parking", "phones"], "into": "phones"},
    {"kind": "split", "codes": ["parking"], "parts": ["Car parks", "Meters"]},
    {"kind": "group", "codes": ["parking", "phones"], "name": "Reaching them"},
    {"kind": "rename", "codes": ["phones"], "name": "Telephones"},
    {"kind": "add", "name": "Language"},
    {"kind": "move", "codes": ["phones"], "theme": "parking-theme"},
    {"kind": "redefine", "codes": ["parking"], "how": "narrowed", "definition": "Of cars alone."},
    {"kind": "retire", "codes": ["parking"], "how": "read again"},
    {"kind": "undo"},
]
AMENDED = {"interview": "GP1", "text": TEXTS["GP1"].replace("one", "a"), "reason": "typing error"}
RULED = {"kind": "settle", "line": LINE, "digest": "", "ruling": "left", "left": ["parking"], "right": [], "codes": [],
         "reason": "", "hidden": False, "milliseconds": 1}  # fmt: skip
POSTS: dict[str, list[dict[str, Any]]] = {
    "/review/submit": [],  # what MO decides, between the rounds
    "/reread/submit": [{"acts": [{"gesture": "gesture-r", "coder": READS, "line": LINE, "version": "1",
                                  "asked": ["parking"], "applied": []}]}],
    "/adjudicate/lines": [{"lines": list(LINES), "hidden": False}],
    "/adjudicate/submit": [{"acts": [{"gesture": "gesture-a", **RULED}]},
                           {"acts": [{"gesture": "gesture-u", "kind": "undo"}]}],
    "/team/checks": [{"acts": [{"gesture": "gesture-s", "kind": "stays", "line": LINE, "codings": ""}]}],
    "/board/plan": [{"version": "1", "reason": "to see", **act} for act in PLANS],
    "/board/make": [{"version": "1", "reason": "to see", "gesture": f"gesture-{n}", "plan": "guessed", **act}
                    for n, act in enumerate(PLANS)],
    "/corrections/plan": [AMENDED],
    "/corrections/record": [{**AMENDED, "plan": "guessed"}],
}  # fmt: skip


class Asking:
    """MO's browser; what every route answers, in one text."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.app = make_app(pages, tokens=TOKENS, port=8765)
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ORIGIN)
        self._client.cookies.set("autocode-8765", TOKENS[READS])
        self.routes = {(method, route.path) for page in pages for route in page.routes if isinstance(route, Route)
                       for method in (route.methods or ()) if method != "HEAD"}  # fmt: skip

    def ask(self, method: str, path: str, body: object = None) -> str:
        how = {} if body is None else {"json": body, "headers": {"Origin": ORIGIN}}
        answer = asyncio.run(self._client.request(method, path, **how))
        # the minute in which MO decided is not what JB gave
        return f"{method} {path} {answer.status_code} {re.sub(r'<time.*?</time>', '', answer.text)}\n"

    def all(self) -> str:
        # where a path has a part that is chosen, whole addresses stand in the place of queries
        gets = [self.ask("GET", query if query.startswith("/") else path + query)
                for path, queries in GETS.items() for query in queries]  # fmt: skip
        posts = [self.ask("POST", path, body) for path, bodies in POSTS.items() for body in bodies]
        return "".join([*gets, *posts])

    def decide(self, kind: str, line: str, name: str, **fields: object) -> str:
        act = {"gesture": name, "coder": READS, "kind": kind, "line": line, "version": "1", **fields}
        return self.ask("POST", "/review/submit", {"acts": [act]})


def build(folder: Path, mode: str, *, closed: bool = False) -> None:
    create_study(folder)
    (folder / "codebook.toml").write_text(CODEBOOK)
    for name, text in TEXTS.items():
        (folder / "transcripts" / f"{name}.txt").write_text(text)
    settings = (folder / "study.toml").read_text()
    for key, value in {"mode": f'"{mode}"', "coders": '["MO", "JB"]', "adjudicators": '["MO", "TW"]',
                       "interviewers": '["I"]', "independent_coding": '"closed"' if closed else '"open"',
                       "blind_share": "0.0"}.items():  # fmt: skip
        settings = re.sub(rf"(?m)^#? ?{key} = .*\n", "", settings) + f"{key} = {value}\n"
    (folder / "study.toml").write_text(settings)


def batch_of(folder: Path, gave: Sequence[str]) -> SuggestionBatch:
    """Suggestions for all lines, beside the line that JB has judged, if JB gave it that code."""
    near = Neighbour(line=LINE, transcript="GP1", text="", coders=(OTHER,), similarity=0.5)
    evidence = Evidence(words=(("number", 1.0),), neighbours=(near,) if "records" in gave else ())
    suggested = (
        Suggestion(line=line, code="records", rank=1, probability=0.7, band=Band.STRONG, evidence=evidence)
        for line in LINES
    )
    codebook = read_study(folder).codebook.digest
    return SuggestionBatch(
        id="b1", model="sha256:00", codebook=codebook, at=AT, suggestions=tuple(suggested), abstentions=()
    )


@contextmanager
def asking(
    folder: Path, monkeypatch: pytest.MonkeyPatch, mode: str, gave: Sequence[str], *, closed: bool = False
) -> Iterator[tuple[Asking, Journal]]:
    """The pages of a study in which JB gave these codes to one line."""
    if folder.exists():
        shutil.rmtree(folder)
    build(folder, mode, closed=closed)
    served: list[Page] = []
    monkeypatch.setattr(study_pages, "serve", lambda pages, **how: served.extend(pages))
    with open_review(folder, coders=[READS, OTHER], remark=lambda sentence: None) as review:
        review.journal.append(
            batch_of(folder, gave),
            *decided(gave, n=40),
            coding_of(LINE, OTHER, *gave, at=AT),
            *([Proposal(name="Language", line=LINE, coder=OTHER, at=AT)] if not gave else []),
        )
        for session in review.sessions.values():
            session.refresh()
        serve_review(review, announce=lambda sentence: None)
        yield Asking(served), review.journal


def decided(gave: Sequence[str], *, n: int) -> list[Decision]:
    verdict = Verdict.ACCEPTED if "records" in gave else Verdict.REJECTED
    shown = Shown(code="records", rank=1, probability=0.7, band=Band.STRONG, verdict=verdict)
    return [Decision(line=LINE, coder=f"reader-{k}", batch="b1", shown=(shown,), at=AT) for k in range(n)]


@pytest.mark.parametrize("mode", ["independent", "blind-first", "assisted"])
def test_no_answer_of_any_route_depends_on_what_another_gave_while_somebody_reads(tmp_path, monkeypatch, mode):
    worlds = []
    for gave in (["records"], ["parking"], []):
        with asking(tmp_path / "study", monkeypatch, mode, gave) as (browser, _):
            assert browser.routes == {*(("GET", path) for path in GETS), *(("POST", path) for path in POSTS)}
            answers = [browser.all()]
            # to decide, look and undo tells nothing either
            answers.append(browser.decide("keep", LINE, "gesture-1", codes=["records"]))
            answers.append(browser.all())
            answers.append(browser.decide("undo", LINE, "gesture-2", act="gesture-1"))
            answers.append(browser.decide("keep", NEXT, "gesture-3", codes=["records"]))
            answers.append(browser.all())
            worlds.append("".join(answers).splitlines())

    for world in worlds[1:]:
        for answer, other in zip(worlds[0], world, strict=True):
            assert answer == other


def test_when_independent_coding_is_closed_what_others_gave_is_shown(tmp_path, monkeypatch):
    shown = []
    for gave in (["records"], ["parking"]):
        with asking(tmp_path / "study", monkeypatch, "assisted", gave, closed=True) as (browser, _):
            shown.append({path: browser.ask("GET", path) for path in ("/review/state", "/review/bands", "/team")})

    for path, answer in shown[0].items():
        assert answer != shown[1][path]


@pytest.mark.parametrize("looked_at", ["/team", "/adjudicate/state", "/board/state", "/codes", "/team/slips", ""])
def test_what_is_coded_again_after_others_codings_were_shown_is_not_independent(tmp_path, monkeypatch, looked_at):
    with asking(tmp_path / "study", monkeypatch, "independent", ["records"]) as (browser, journal):
        for line in LINES:
            browser.decide("none", line, f"first-{line}")
        if looked_at:
            assert " 200 " in browser.ask("GET", looked_at)
        for line in (LINE, NEXT):
            browser.decide("undo", line, f"undo-{line}", act=f"first-{line}")
            browser.decide("keep", line, f"again-{line}", codes=["records"])
        bases = {coding.line: str(coding.basis) for coding in journal.codings() if coding.coder == READS}

    # JB had coded the first line alone
    assert (bases[LINE], bases[NEXT]) == ("assisted" if looked_at else "independent", "independent")
