"""What the browser is told and what it may do, through the ASGI application and without a browser."""

import json
from dataclasses import replace

import pytest

from autocode.coding import Abstention, Band, Basis, BlindDraw, CoderId, Evidence, Mode, Reason, Stage, Verdict
from autocode.errors import StudyError
from autocode.journal import Journal, Kind
from autocode.review import ReviewSession
from autocode.transcripts import Transcripts
from autocode.web import Learning, make_app, review_page

ORIGIN = "http://127.0.0.1:8765"


@pytest.fixture
def browser(browser_of, session):
    return browser_of(session)


@pytest.fixture
def counted():
    made = iter(range(10**6))
    return lambda: f"gesture-{next(made):04}"


@pytest.fixture
def act(counted):
    def build(kind, line, *codes, **more):
        given = {"gesture": counted(), "coder": "MO", "kind": kind, "line": line, "codes": list(codes)}
        return {**given, "proposed": [], "memo": "", "batch": None, "milliseconds": 5000, **more}

    return build


@pytest.fixture
def send():
    def sent(browser, *acts):
        answer = browser.post("/review/submit", json={"acts": list(acts)})
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    return sent


@pytest.fixture
def blind_first(session_of, journal, batch, codebook):
    journal.append(replace(batch, codebook=codebook.digest))
    return session_of(mode=Mode.BLIND_FIRST)


def test_the_state_tells_the_interview_the_line_and_what_is_suggested(browser, browser_of, session_of, batch):
    told = browser.get("/review/state").json()

    assert (told["coder"], told["mode"], told["current"]) == ("MO", "assisted", "GP1:2")
    assert told["interview"]["lines"][0]["text"] == "How do you reach social services?"
    assert told["interview"]["lines"][0]["asks"]
    assert [one["lines"] for one in told["interviews"]] == [["GP1:2", "GP1:3"], ["PM1:2"]]
    offer = told["offers"]["GP1:2"]
    assert [(card["code"], card["band"]) for card in offer["cards"]] == [("logistics", "strong"), ("awareness", "fair")]
    assert offer["strong"] == "logistics"
    assert offer["cards"][0]["near"] == []  # while MO reads, what JB gave is not shown
    (own, _) = browser_of(session_of("JB", batch=batch)).get("/review/state").json()["offers"]["GP1:2"]["cards"]
    assert own["near"] == [{"text": "I run the practice.", "coders": "JB", "interview": "PM1"}]
    assert told["offers"]["PM1:2"]["abstention"] == "nothing fits"
    assert told["codes"][0] == {
        "id": "logistics",
        "name": "Logistical issues",
        "theme": "Accessing services",
        "path": "Accessing services",
        "hue": 0,
        "definition": "Getting there.",
        "use_when": "",
        "not_when": "",
        "examples": [],
    }


def test_strength_is_told_in_words_and_no_probability_reaches_the_browser(browser):
    told = browser.get("/review/state").text

    assert "probability" not in told
    assert "0.6" not in told


def test_the_words_a_suggestion_rests_on_are_cut_out_of_the_line(browser):
    told = browser.get("/review/state").json()["offers"]["GP1:3"]

    assert told["stretches"] == [["Parking", 1], [" there is a day's work.", 0]]


def test_the_frame_names_the_mode_and_holds_nothing_that_was_said(browser):
    page = browser.get("/").text

    assert ">Assisted<" in page
    assert "rings out" not in page


def test_codes_proposals_and_the_memo_are_stored_with_how_it_came_about(browser, journal, act, send, codebook):
    more = {"proposed": ["Parking  fees"], "memo": " one\r\nnumber ", "batch": "b1"}
    (told,) = send(browser, act("keep", "GP1:2", "logistics", "meetings", **more))

    assert told["line"]["kept"] == {
        "codes": ["logistics", "meetings"],
        "proposed": ["Parking fees"],
        "memo": "one\nnumber",
    }
    (coding,) = journal.codings()
    assert (coding.codes, coding.memo, coding.basis) == ({"logistics", "meetings"}, "one\nnumber", Basis.ASSISTED)
    assert [one.verdict for one in journal.decisions()[0].shown] == [Verdict.ACCEPTED, Verdict.REJECTED]
    assert [one.name for one in journal.proposals()] == ["Parking fees"]
    (how,) = journal.paradata()
    assert (how.mode, how.stage, how.before, how.after) == (Mode.ASSISTED, Stage.ASSISTED, None, coding.codes)
    assert (how.milliseconds, how.batch, how.model) == (5000, "b1", "sha256:00")
    assert how.codebook == codebook.digest


def test_a_decision_with_all_that_belongs_to_it_waits_for_the_disk_once(browser, journal, act, send):
    asked = []
    journal._connection.set_trace_callback(asked.append)
    send(browser, act("keep", "GP1:2", "logistics", proposed=["Parking fees"], memo="one number", batch="b1"))

    assert asked.count("COMMIT") == 1
    assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL: synced with every commit
    assert {entry.kind for entry in journal.history()} > {Kind.CODING, Kind.DECISION, Kind.PROPOSAL, Kind.PARADATA}


def test_what_is_sent_twice_is_stored_once(browser, journal, act, send):
    one = act("none", "GP1:2", batch="b1")
    send(browser, one, one)
    (told,) = send(browser, one)

    assert told["line"]["kept"]["codes"] == []
    assert len(journal.codings()) == 1
    assert [entry.kind for entry in journal.history()].count(Kind.CODING) == 1


def test_every_kind_sent_again_is_stored_once(browser, journal, act, send):
    first, later = act("first", "GP1:2", batch="b1"), act("later", "GP1:3", batch="b1")
    undo = act("undo", "GP1:2", act=first["gesture"])
    send(browser, first, first, later, later, undo, undo, undo)

    kinds = [entry.kind for entry in journal.history()]
    assert kinds.count(Kind.CODING) == 1
    assert kinds.count(Kind.PARADATA) == 2
    assert kinds.count(Kind.UNDO) == 2
    assert len(journal.codings()) == 0


def test_none_fits_and_later_are_different_things(browser, journal, act, send):
    none, later = send(browser, act("none", "GP1:2", batch="b1"), act("later", "GP1:3", batch="b1"))

    assert none["line"]["kept"]["codes"] == []
    assert later["line"]["later"]
    assert "kept" not in later["line"]
    told = browser.get("/review/state").json()
    assert (told["current"], told["later"], told["done"]) == ("PM1:2", ["GP1:3"], ["GP1:2"])


def test_an_undo_names_what_it_takes_back_and_leaves_alone_what_is_undone(browser, journal, act, send):
    first, second = act("none", "GP1:2", batch="b1"), act("none", "GP1:3", batch="b1")
    send(browser, first, second)
    (told,) = send(browser, act("undo", "GP1:2", act=first["gesture"]))

    assert "kept" not in told["line"]
    assert [one.line for one in journal.codings()] == ["GP1:3"]

    send(browser, act("undo", "GP1:2", act=first["gesture"]), act("undo", "GP1:2", act="never-made"))

    assert [one.line for one in journal.codings()] == ["GP1:3"]


def test_acts_that_can_be_undone_are_told(browser, act, send):
    one = act("none", "GP1:2", batch="b1")
    send(browser, one)

    assert browser.get("/review/state").json()["acts"] == [{"name": one["gesture"], "line": "GP1:2"}]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kind": "keep"}, "nothing is chosen, so nothing is decided: choose a code, or say that none fits."),
        ({"kind": "none", "codes": ["logistics"]}, "codes are chosen: keep them, or drop them before saying that none"),
        ({"kind": "dance"}, "choose what to do with the line"),
        ({"kind": "keep", "codes": ["moon"]}, "the code 'moon' is not in the codebook"),
        ({"kind": "keep", "codes": ["access"]}, "'access' is a theme"),
        ({"kind": "keep", "proposed": ["logistical issues"]}, "'Logistical issues' is a code of the codebook"),
        ({"kind": "none", "batch": "b7"}, "the suggestions 'b7' were not to be shown for this line"),
        ({"kind": "first", "line": "GP1:3"}, "only a strong match is kept by one key"),
        ({"kind": "none", "line": "GP1:1"}, "the line 'GP1:1' is the interviewer's"),
        ({"kind": "none", "line": "GP9:1"}, "there is no line 'GP9:1'"),
        ({"kind": "none", "memo": "x" * 20_001}, "this memo is too long to store; shorten it."),
        ({"kind": "none", "memo": 3}, "this is not a decision that the page sends"),
        ({"kind": "none", "codes": "logistics"}, "this is not a decision that the page sends"),
        ({"kind": "none", "milliseconds": -1}, "this is not a decision that the page sends"),
        ({"kind": "none", "milliseconds": True}, "this is not a decision that the page sends"),
        ({"kind": "none", "line": None}, "this is not a decision that the page sends"),
    ],
)
def test_what_is_not_a_decision_is_refused_with_a_sentence_and_not_stored(browser, journal, act, send, given, sentence):
    (told,) = send(browser, {**act("none", "GP1:2", batch="b1"), **given})

    assert sentence in told["refused"]
    assert list(journal.history()) == []


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"{", 400, "This is not JSON."),
        (b"\xff", 400, "This is not JSON."),
        (b"[]", 400, "Send a list of at most 50 acts."),
        (b'{"acts": 3}', 400, "Send a list of at most 50 acts."),
        (json.dumps({"acts": [{}] * 51}).encode(), 400, "Send a list of at most 50 acts."),
        (b'{"acts": [3]}', 400, "Every act needs its gesture"),
        (b'{"acts": [{"gesture": "short"}]}', 400, "Every act needs its gesture"),
        (b'{"acts": [{"gesture": "long enough"}]}', 403, "This browser codes as MO, and the decision is somebody"),
    ],
)
def test_what_the_page_would_not_send_is_refused(browser, journal, body, status, sentence):
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    answer = browser.post("/review/submit", content=body, headers=headers)

    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert list(journal.history()) == []


def test_a_decision_in_another_coders_name_is_refused(browser, journal, act):
    answer = browser.post("/review/submit", json={"acts": [act("none", "GP1:2", coder="JB")]})

    assert (answer.status_code, answer.text) == (
        403,
        "This browser codes as MO, and the decision is somebody else's.",
    )
    assert list(journal.history()) == []


def test_two_coders_at_once_do_not_see_each_other(journal, session_of, batch, act, browser_of):
    sessions = {name: session_of(name, batch=batch) for name in ("MO", "JB")}
    app = make_app([review_page(sessions)], tokens={CoderId("MO"): "a" * 48, CoderId("JB"): "b" * 48}, port=8765)
    one, other = browser_of.over(app, "a" * 48), browser_of.over(app, "b" * 48)
    one.post("/review/submit", json={"acts": [act("keep", "GP1:2", "logistics", memo="mine", batch="b1")]})

    assert "mine" in one.get("/review/state").text
    assert "mine" not in other.get("/review/state").text
    assert other.get("/review/state").json()["done"] == []
    assert other.get("/review/state").json()["offers"]["GP1:2"]["cards"]


def test_a_number_that_is_known_of_a_participant_says_what_it_counts(session_of, lines, browser_of):
    known = {"role": "GP", "borough": "", "years_in_role": "14", "mode": "in person"}
    told = Transcripts(replace(one, attributes=known) for one in lines.interviews)
    state = browser_of(session_of(lines=told)).get("/review/state").json()

    assert state["interview"]["about"] == "GP · years in role: 14 · in person"
    assert [one["about"] for one in state["interviews"]] == ["GP · years in role: 14 · in person"] * 2


def test_an_interview_is_told_and_one_that_is_not_there_is_not(browser):
    assert browser.get("/review/lines?interview=PM1").json()["lines"][2]["text"] == "On two computers."
    answer = browser.get("/review/lines?interview=..%2F..")
    assert (answer.status_code, answer.text) == (404, "there is no interview '../..' in this study.")


def test_a_line_can_be_asked_for_by_name(browser):
    assert browser.get("/review/state?line=GP1:3").json()["current"] == "GP1:3"
    answer = browser.get("/review/state?line=GP9:9")
    assert (answer.status_code, answer.text) == (404, "there is no line 'GP9:9'; the closest is 'GP1:5'.")


def test_when_every_line_is_decided_there_is_no_present_line(browser, act, send):
    send(browser, *(act("none", line, batch="b1") for line in ("GP1:2", "GP1:3", "PM1:2")))
    told = browser.get("/review/state").json()

    assert (told["current"], told["interview"]["id"], told["offers"]) == (None, "GP1", {})


def test_in_an_independent_study_no_byte_of_a_suggestion_reaches_the_browser(
    session_of, journal, batch, codebook, browser_of, act, send
):
    journal.append(replace(batch, codebook=codebook.digest))
    browser = browser_of(session_of(mode=Mode.INDEPENDENT))
    results = send(browser, act("keep", "GP1:2", "meetings"))
    told = [browser.get(path).text for path in ("/", "/review/state", "/review/lines?interview=GP1", "/review/bands")]
    told.append(browser.get("/review/offers?from=GP1:2").text)

    for one in (*told, json.dumps(results)):
        assert "strong" not in one.replace('"strong": ', "")
        assert "JB" not in one
        assert '"cards"' not in one
    answer = browser.get("/review/offer?line=GP1:3")
    assert (answer.status_code, answer.text) == (
        403,
        "This study is coded independently, without suggestions.",
    )
    assert journal.codings()[0].basis is Basis.INDEPENDENT


def test_blind_first_suggestions_leave_the_server_only_after_the_reading_is_stored(
    blind_first, journal, browser_of, act, send
):
    browser = browser_of(blind_first)
    for path in ("/", "/review/state", "/review/lines?interview=GP1", "/review/offers?from=GP1:2"):
        assert '"cards"' not in browser.get(path).text
        assert "JB" not in browser.get(path).text
    answer = browser.get("/review/offer?line=GP1:2")
    assert (answer.status_code, answer.text) == (
        403,
        "GP1:2 is coded without suggestions first; they are shown when your coding is stored.",
    )

    (told,) = send(browser, act("keep", "GP1:2", "logistics"))

    assert [card["code"] for card in told["reveal"]["cards"]] == ["awareness"]
    assert told["line"]["again"]
    assert browser.get("/review/offer?line=GP1:2").json() == {**told["reveal"], "version": "1"}
    assert browser.get("/review/offer?line=GP1:3").status_code == 403
    (first,) = journal.paradata()
    assert (first.stage, first.revealed, first.batch) == (Stage.BLIND, ("awareness",), "b1")

    (told,) = send(browser, act("keep", "GP1:2", "logistics", "awareness", batch="b1"))

    assert "again" not in told["line"]
    readings = {one.basis: one.codes for one in journal.codings()}
    assert readings == {Basis.INDEPENDENT: {"logistics"}, Basis.ASSISTED: {"logistics", "awareness"}}
    second = journal.paradata()[1]
    assert (second.stage, second.before, second.after) == (
        Stage.SECOND_LOOK,
        {"logistics"},
        {"logistics", "awareness"},
    )


def test_blind_first_says_nothing_where_the_machine_agrees_or_is_silent(blind_first, browser_of, act, send):
    browser = browser_of(blind_first)
    agreed, silent = send(browser, act("keep", "GP1:3", "logistics"), act("none", "PM1:2"))

    assert "reveal" not in agreed
    assert "reveal" not in silent
    assert browser.get("/review/state").json()["again"] == []


def test_what_the_words_for_strength_have_meant_is_told_once_enough_is_decided(
    session_of, interview, batch, suggestion_of, browser_of, act, send
):
    many = interview("GP1", [("GP1", f"Parking, number {n}.") for n in range(40)])
    strong = tuple(suggestion_of(line.id, "logistics", band=Band.STRONG) for line in many.lines)
    lines = Transcripts([many])
    browser = browser_of(session_of(lines=lines, batch=replace(batch, suggestions=strong, abstentions=())))
    kept = [act("keep", one.id, "logistics", batch="b1") for one in many.lines[:24]]
    send(browser, *kept, *(act("none", one.id, batch="b1") for one in many.lines[24:29]))
    before = browser.get("/review/bands").json()["bands"]
    send(browser, act("none", many.lines[29].id, batch="b1"))
    after = browser.get("/review/bands").json()["bands"]

    assert before[0] == ["strong", "29 decided so far; what it means shows from 30 on"]
    assert after[0] == ["strong", "you kept 8 of 10 (24 of 30)"]
    assert after[1:] == [[band, "0 decided so far; what it means shows from 30 on"] for band in ("fair", "weak")]


def test_of_a_line_without_suggestions_nothing_is_told(browser_of, session_of, batch):
    browser = browser_of(session_of(batch=batch, only=["GP1:2", "GP1:5"]))

    assert browser.get("/review/offer?line=GP1:2").status_code == 200
    for line in ("GP1:5", "GP1:1", "nowhere"):
        assert browser.get(f"/review/offer?line={line}").status_code == 404


def test_a_line_that_was_drawn_stays_blind_in_an_assisted_study(
    session_of, journal, batch, codebook, browser_of, act, send
):
    journal.append(replace(batch, codebook=codebook.digest))
    journal.append(BlindDraw(drawn=frozenset(["GP1:2"]), probabilities={"GP1:2": 0.15}, seed=0))
    browser = browser_of(session_of(mode=Mode.ASSISTED))

    assert "GP1:2" not in browser.get("/review/state").json()["offers"]
    assert browser.get("/review/offer?line=GP1:2").status_code == 403
    blind, seen = send(browser, act("keep", "GP1:2", "meetings"), act("none", "GP1:3", batch="b1"))
    assert "reveal" not in blind
    assert (blind["line"]["stage"], seen["line"]["stage"]) == ("blind", "assisted")
    assert {one.line: one.basis for one in journal.codings()} == {
        "GP1:2": Basis.INDEPENDENT,
        "GP1:3": Basis.ASSISTED,
    }


def test_what_another_process_appends_is_there_with_the_next_answer(browser, journal, session_of, batch):
    with Journal.open(journal.path) as elsewhere:
        other = ReviewSession(
            elsewhere, lines=session_of().lines, codebook=session_of().codebook, coder=CoderId("MO"), batch=batch
        )
        other.settle(["awareness"], memo="in the terminal")

    told = browser.get("/review/state").json()

    assert (told["current"], told["done"]) == ("GP1:3", ["GP1:2"])
    assert told["interview"]["lines"][1]["kept"]["memo"] == "in the terminal"


def test_a_journal_that_cannot_be_written_is_told(browser, journal, act):
    journal.close()
    answer = browser.post("/review/submit", json={"acts": [act("none", "GP1:2")]})

    assert answer.status_code == 500
    assert answer.text.startswith("Nothing was stored. ")


def test_what_people_wrote_and_said_is_data_and_never_markup(browser_of, session_of, interview, batch, act, send):
    said = '</script><script>alert(1)</script> & "so"'
    hostile = replace(interview("GP1", [("INT", said), ("GP1", said)]), attributes={"role": said})
    evidence = Evidence(words=(("<script>", 1.0),))
    told = replace(batch, suggestions=(replace(batch.suggestions[1], evidence=evidence),), abstentions=())
    browser = browser_of(session_of(lines=Transcripts([hostile]), batch=told))
    send(browser, act("none", "GP1:2", memo=said, batch="b1"))

    assert "alert(1)" not in browser.get("/").text
    answer = browser.get("/review/state")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["interview"]["lines"][1]["text"] == said


def test_decisions_are_learnt_from_beside_and_the_page_is_told(session_of, browser_of, act, send, batch):
    learnt = []
    learning = Learning(lambda: learnt.append(1), every=2)
    browser = browser_of(session_of(batch=batch), learning=learning)
    send(browser, act("none", "GP1:2", batch="b1"))
    assert learnt == []

    send(browser, act("none", "GP1:3", batch="b1"))
    learning.wait()
    answer = browser.post("/review/submit", json={"acts": []})

    assert learnt == [1]
    assert answer.json()["learnt"] == {"times": 1, "decisions": 2}


def test_what_could_not_be_learnt_is_kept_and_the_next_decisions_try_again(session_of):
    fails = [StudyError("too few lines."), None]

    def learn():
        if (error := fails.pop(0)) is not None:
            raise error

    learning = Learning(learn, every=1)
    learning.decided(1)
    learning.wait()
    assert (learning.failure, learning.learnt.times) == ("too few lines.", 0)

    learning.decided(3)
    learning.wait()

    assert (learning.failure, learning.learnt) == ("", (1, 4))


def test_suggestions_appended_meanwhile_are_for_lines_to_come_and_the_line_shown_keeps_its_own(
    session_of, journal, batch, codebook, suggestion_of, browser_of, act, send
):
    journal.append(replace(batch, codebook=codebook.digest))
    browser = browser_of(session_of(mode=Mode.ASSISTED))
    browser.get("/review/state")
    newer = replace(
        batch,
        id="b2",
        codebook=codebook.digest,
        suggestions=(suggestion_of("GP1:2", "meetings"), suggestion_of("GP1:3", "computers")),
        abstentions=(Abstention(line="GP1:5", reason=Reason.TOO_SHORT),),
    )
    journal.append(newer)

    (told,) = send(browser, act("keep", "GP1:2", "awareness", batch="b1"))

    assert "refused" not in told
    assert {one.batch for one in journal.decisions()} == {"b1"}
    offers = browser.get("/review/offers?from=GP1:3").json()["offers"]
    assert [card["code"] for card in offers["GP1:3"]["cards"]] == ["computers"]
    assert offers["GP1:5"]["abstention"] == "too short"


def test_lines_that_go_by_faster_than_they_can_be_read_are_said_once(interview, session_of, browser_of, act, send):
    turns = [("GP1", "Many words that nobody can read in the time that this took, not even twice.")] * 50
    browser = browser_of(session_of(lines=Transcripts([interview("GP1", turns)])))
    told = [
        browser.post("/review/submit", json={"acts": [act("none", f"GP1:{n}", milliseconds=40)]}).json().get("hurries")
        for n in range(1, 45)
    ]

    assert told.count(True) == 1
    assert told.index(True) == 19


@pytest.mark.parametrize(
    "path", ["/static/review.css", "/static/review.js", "/static/outbox.js", "/static/fonts/inter.woff2"]
)
def test_style_script_and_type_come_from_this_machine(browser, path):
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/static/../_guard.py", "/static/%2e%2e/_guard.py", "/static/..%2f..%2fcli/_main.py"])
def test_nothing_beside_the_static_files_is_served(browser, path):
    answer = browser.get(path)

    assert answer.status_code == 404
    assert "import" not in answer.text
