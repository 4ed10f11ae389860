"""While coders make own codes, nothing that reaches a coder's browser says that another one made a code."""

import pytest

from autocode.study import create_study, open_review, read_study
from autocode.study._pages import _team_pages
from autocode.study._rereading import rereading_sessions
from autocode.web import make_app, rereading_page, review_page

TOKENS = {"MO": "mo23456789abcdef" * 3, "JB": "jb23456789abcdef" * 3}


@pytest.fixture
def served(tmp_path, browser_of):
    """A study in which MO and JB make own codes, its journal, and their browsers."""
    create_study(tmp_path, inductive=True)
    settings = tmp_path / "study.toml"
    settings.write_text(settings.read_text().replace("coders = []", 'coders = ["MO", "JB"]'))
    words = "Interviewer: And?\nBea: It rings out.\nBea: There is no time.\nBea: And no money.\n"
    (tmp_path / "transcripts" / "Bea.txt").write_text(words)
    with open_review(tmp_path, coders=["MO", "JB"], remark=print) as review:
        study = read_study(tmp_path)
        pages = [
            review_page(dict(review.sessions)),
            rereading_page(rereading_sessions(study, review.journal, ["MO", "JB"])),
            *_team_pages(study, review.journal),
        ]
        app = make_app(pages, tokens=TOKENS, port=8765)
        paths = [route.path for page in pages for route in page.routes if "GET" in (route.methods or ())]
        yield {name: browser_of.over(app, token) for name, token in TOKENS.items()}, paths


class Acts:
    """The acts of a coder's page, each with an idempotency key of its own."""

    def __init__(self, browser, coder):
        self._browser, self._coder, self._n = browser, coder, 0

    def __call__(self, path="/review/submit", **fields):
        self._n += 1
        act = {"coder": self._coder, "gesture": f"{self._coder}-gesture-{self._n}", **fields}
        return self._browser.post(path, json={"acts": [act]})


def everything(browser, paths):
    """Return every byte of every page that a browser may ask for."""
    queries = {"/review/lines": {"interview": "Bea"}, "/review/offer": {"line": "Bea:2"},
               "/review/codebook": {"since": "1"}}  # fmt: skip
    code = "JB/rushed"  # where a path names one
    answers = {path: browser.get(path.replace("{code:path}", code), params=queries.get(path)) for path in paths}
    return {path: (answer.status_code, answer.content) for path, answer in answers.items()}


def test_no_byte_says_that_another_coder_made_a_code(served):
    browsers, paths = served
    assert {"/review/state", "/review/codebook", "/reread/state", "/codebook", "/board/state"} <= {*paths}
    mo, jb = Acts(browsers["MO"], "MO"), Acts(browsers["JB"], "JB")
    mo(kind="none", line="Bea:2", codes=[], version="1")
    before = everything(browsers["JB"], paths)
    for name in ("Hidden haste", "Hidden money"):
        assert mo(kind="code", line="Bea:3", name=name).json()["version"] in ("2", "3")

    assert everything(browsers["JB"], paths) == before

    made = jb(kind="code", line="Bea:2", name="Rushed")
    assert made.json()["version"] == "2", "of versions, a coder counts those that they see"
    kept = jb(kind="keep", line="Bea:2", codes=["JB/rushed"], version="2")
    assert (kept.json()["version"], "refused" in kept.json()["results"][0]) == ("2", False)
    refused = jb(kind="none", line="Bea:3", codes=[], version="4")
    assert "never had a version '4'" in refused.json()["results"][0]["refused"], "the names of others are unknown"
    late = jb(kind="none", line="Bea:3", codes=[], version="1")
    assert "refused" not in late.json()["results"][0]
    acts = [{"kind": kind, "version": "2", "codes": ["JB/rushed"], "name": "x"} for kind in ("undo", "rename")]
    answers = [browsers["JB"].post("/board/plan", json=act).text for act in acts]
    assert all("Coders still make and give own codes" in answer for answer in answers)
    for has_read_all in (False, True):
        if has_read_all:
            jb(kind="keep", line="Bea:4", codes=["JB/rushed"], version="2")
        mo(kind="keep", line="Bea:2", codes=["MO/hidden-haste"], version="3")  # when MO coded last is shown
        seen = everything(browsers["JB"], paths)
        mo(kind="code", line="Bea:4", name=f"Rushed {has_read_all}")
        after = everything(browsers["JB"], paths)
        differing = {path for path in paths if after[path] != seen[path]}
        assert not differing, [(seen[path], after[path]) for path in differing]


def test_a_judgement_is_stored_under_the_version_that_its_page_showed(served, tmp_path):
    browsers, _ = served
    mo, jb = Acts(browsers["MO"], "MO"), Acts(browsers["JB"], "JB")
    for n, name in enumerate(("Late", "Money")):
        mo(kind="code", line="Bea:2", name=name)
        jb(kind="code", line="Bea:2", name=f"Own {n}")
    jb(kind="keep", line="Bea:2", codes=["JB/own-0"], version="2")  # from before the second code
    jb(kind="keep", line="Bea:3", codes=["JB/own-0"], version="3")
    study = read_study(tmp_path)

    assert [(made.line, made.version) for made in study.codings_as_made] == [("Bea:2", "4"), ("Bea:3", "5")]
    assert [(coding.line, coding.unjudged) for coding in study.codings] == [
        ("Bea:2", frozenset({"JB/own-1"})),
        ("Bea:3", frozenset()),
    ]
