"""A codebook that is changed while pages are open, as it goes over the wire."""

import pytest

from autocode.coding import Mode
from autocode.journal import Kind
from autocode.web import Learning, adjudication_page, codebook_page, make_app, team_page
from codebook_changes import ADDED, MERGED, REDEFINED, RETIRED, SPLIT


@pytest.fixture
def browser(recorded, session_of, browser_of):
    return browser_of(session_of(mode=Mode.ASSISTED))


def act(kind, line="GP1:2", codes=(), *, gesture="12345678", **more):
    return {"gesture": gesture, "coder": "MO", "kind": kind, "line": line, "codes": list(codes), **more}


def send(browser, *acts):
    answer = browser.post("/review/submit", json={"acts": list(acts)})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("change", [SPLIT, RETIRED, REDEFINED])
def test_a_suggestion_for_a_code_that_ended_or_changed_cannot_reach_a_page(browser, elsewhere, change):
    paths = ["/review/state", "/review/offers?from=GP1:2", "/review/offer?line=GP1:2", "/review/offer?line=GP1:3"]
    assert all('"code":"logistics"' in browser.get(path).text for path in paths)

    elsewhere(change)

    for path in paths:
        answer = browser.get(path)
        assert answer.status_code == 200
        assert '"code":"logistics"' not in answer.text
        assert answer.json()["version"] == "2"
    reason = "what was suggested is about a code that has changed since"
    assert browser.get("/review/offer?line=GP1:3").json()["abstention"] == reason


def test_blind_first_nothing_withheld_is_revealed(recorded, session_of, browser_of, elsewhere):
    browser = browser_of(session_of(mode=Mode.BLIND_FIRST))
    elsewhere(RETIRED)
    answer = send(browser, act("none", "GP1:3", version="1"), act("none", gesture="abcdefgh", version="1"))

    assert "reveal" not in answer["results"][0]
    assert [card["code"] for card in answer["results"][1]["reveal"]["cards"]] == ["awareness"]


def test_every_answer_names_the_version_and_the_page_asks_what_changed(browser, elsewhere):
    assert browser.get("/review/state").json()["version"] == "1"
    elsewhere(SPLIT)
    assert send(browser, act("none", version="1"))["version"] == "2"

    news = browser.get("/review/codebook?since=1").json()

    assert news["changes"] == ["TW split 'Logistical issues' into 'Parking' and 'Phones'"]
    assert [code["name"] for code in news["codes"]][:2] == ["Parking", "Phones"]
    assert news["fates"] == {
        "logistics": {"became": "since split into 'Parking' and 'Phones'", "into": ["parking", "phones"]}
    }
    assert browser.get("/review/codebook?since=2").json()["changes"] == []
    assert browser.get("/review/codebook?since=9").status_code == 404


def test_an_act_of_a_page_that_was_open_is_stored_once_and_replayed(browser, elsewhere, recorded):
    elsewhere(SPLIT)
    stale = act("keep", codes=["logistics", "meetings"], version="1", batch="b1")
    first, again = send(browser, stale), send(browser, stale)

    kept = first["results"][0]["line"]["kept"]
    assert kept["codes"] == ["meetings"]
    assert kept["ended"] == [{"name": "Logistical issues", "became": "since split into 'Parking' and 'Phones'"}]
    assert again["results"] == first["results"]
    (coding,) = recorded.codings()
    assert (coding.codes, coding.unjudged) == ({"meetings"}, {"parking", "phones"})
    assert [entry.record.version for entry in recorded.history(kinds=(Kind.CODING,))] == ["1"]


def test_a_page_of_an_older_autocode_sends_no_version_and_means_the_first(browser, elsewhere, recorded):
    elsewhere(ADDED)
    send(browser, act("keep", codes=["meetings"]))

    assert [coding.applies("fixers") for coding in recorded.codings()] == [None]


@pytest.mark.parametrize("version", ["", "1", "2"])
def test_an_act_with_a_code_that_never_was_is_refused(browser, elsewhere, recorded, version):
    elsewhere(SPLIT)
    (result,) = send(browser, act("keep", codes=["moon"], version=version))["results"]

    assert "'moon' is not in the codebook" in result["refused"]
    assert len(recorded.codings()) == 0


@pytest.mark.parametrize("version", ["9", 2, None])
def test_an_act_under_a_version_that_never_was_is_refused(browser, elsewhere, recorded, version):
    elsewhere(SPLIT)
    (result,) = send(browser, act("none", version=version))["results"]

    assert result["refused"]
    assert len(recorded.codings()) == 0


def test_a_merged_code_is_shown_as_the_one_that_it_became(browser, elsewhere):
    send(browser, act("keep", codes=["awareness"], version="1"))
    elsewhere(MERGED)

    line = browser.get("/review/lines?interview=GP1").json()["lines"][1]
    assert line["kept"] == {"codes": ["logistics"], "proposed": [], "memo": ""}


def test_a_changed_codebook_is_learnt_once_for_all_coders(recorded, session_of, elsewhere, browser_of):
    calls = []
    learning = Learning(lambda: calls.append("learn"), every=100)
    browser = browser_of(session_of(mode=Mode.ASSISTED), learning=learning)
    browser.get("/review/state")
    elsewhere(ADDED)
    browser.get("/review/state")
    browser.get("/review/state")
    learning.wait()

    assert calls == ["learn"]
    assert browser.get("/review/state").json()["learnt"] == 1


# the other pages


@pytest.fixture
def pages(recorded, lines, codebook, browser_of, token, coding):
    recorded.append(coding("GP1:2", "logistics", "MO"), coding("GP1:2", "awareness", "JB"))
    app = make_app(
        [
            adjudication_page(
                recorded, lines=lines, codebook=codebook, adjudicators=["TW"], coders=["MO", "JB"], coding_closed=True
            ),
            team_page(
                recorded,
                lines=lines,
                codebook=codebook,
                coding_closed=True,
                suggester_status=lambda: None,
                flagged_lines=None,
            ),
            codebook_page(codebook, journal=recorded),
        ],
        tokens={"TW": token},
        port=8765,
    )
    return browser_of.over(app, token)


def ruling(page, **more):
    (line,) = page["read"]
    left, right = (reading["codes"] for reading in line["readings"][:2])
    return {
        "gesture": "12345678",
        "kind": "settle",
        "line": line["id"],
        "digest": line["digest"],
        "ruling": "both",
        "left": left,
        "right": right,
        "codes": [],
        "reason": "",
        "hidden": False,
        "milliseconds": 5,
        "version": page["version"],
        **more,
    }


@pytest.mark.parametrize("change", [SPLIT, MERGED])
def test_a_ruling_of_a_page_that_was_open_is_stored_once_and_replayed(pages, elsewhere, recorded, change):
    page = pages.get("/adjudicate/state").json()
    elsewhere(change)
    answers = [pages.post("/adjudicate/submit", json={"acts": [ruling(page)]}).json() for _ in range(2)]

    assert [answer["version"] for answer in answers] == ["2", "2"]
    assert not any("refused" in answer["results"][0] for answer in answers)
    rulings = [entry.record for entry in recorded.history(kinds=(Kind.CODING,)) if entry.record.coder == "TW"]
    assert [(coding.codes, coding.version) for coding in rulings] == [({"logistics", "awareness"}, "1")]


def test_a_coder_whose_code_was_split_is_not_said_to_have_given_none(pages, elsewhere):
    elsewhere(SPLIT)
    (line,) = pages.get("/adjudicate/state").json()["read"]

    assert {reading["by"]: reading["codes"] for reading in line["readings"]} == {
        "JB": ["awareness"],
        "MO (has not judged Parking and Phones)": [],
    }
    assert [reading.get("none") for reading in line["readings"] if not reading["codes"]] == ["none of the others"]


def test_the_adjudication_page_asks_what_changed(pages, elsewhere):
    elsewhere(SPLIT)
    answer = pages.get("/adjudicate/state?since=1").json()

    assert answer["changes"] == ["TW split 'Logistical issues' into 'Parking' and 'Phones'"]
    assert list(answer["codes"])[:2] == ["parking", "phones"]
    assert pages.get("/adjudicate/state?since=2").json()["changes"] == []
    assert pages.get("/adjudicate/state?since=9").status_code == 400


def test_the_pages_of_team_and_codebook_are_those_of_the_version_in_force(pages, elsewhere):
    assert "Logistical issues" in pages.get("/codebook").text
    elsewhere(SPLIT)

    book, team = pages.get("/codebook").text, pages.get("/team").text
    assert "version 2, 5 codes" in book
    assert "Parking" in book
    assert "Logistical issues" not in book
    assert "Parking" in team
    assert "Logistical issues" not in team
