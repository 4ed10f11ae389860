"""The adjudication page as it is asked: who may, what it tells, and what it does once."""

from dataclasses import replace

import pytest

import studies
from autocode.coding import Adjudication, Basis
from autocode.journal import Kind
from autocode.transcripts import LineId
from autocode.web import FlaggedLine

LINES = ["GP1:2", "GP1:3", "GP1:5"]


@pytest.fixture
def asked(asked_by, differing):
    return asked_by("TW")


def look(asked, hidden=0):
    told = asked.get(f"/adjudicate/state?hidden={hidden}").json()
    ids = [one["id"] for one in told["lines"]]
    read = asked.post("/adjudicate/lines", json={"lines": ids, "hidden": bool(hidden)}).json()["lines"]
    assert [one["id"] for one in read] == ids
    return {**told, "lines": read}


def ruling(asked, line, which="left", **more):
    (one,) = (one for one in look(asked)["lines"] if one["id"] == line)
    left, right = (reading["codes"] for reading in one["readings"][:2])
    said = {"line": line, "digest": one["digest"], "ruling": which, "left": left, "right": right}
    return {**said, "codes": [], "reason": "", "hidden": False, "milliseconds": 5, **more}


# what it tells


def test_every_line_on_which_coders_differ_is_told_with_its_question_and_neighbours(asked):
    told = look(asked)

    assert [one["id"] for one in told["lines"]] == LINES
    first, second = told["lines"][:2]
    assert (first["question"], first["before"], first["after"]) == (
        {"text": "How do you reach social services?", "speaker": "INT"},
        [],
        [{"text": "Parking there is a day's work.", "speaker": "GP1"}],
    )
    assert (first["speaker"], first["several"]) == ("GP1", False)
    assert second["before"] == [{"text": "There is one number and it rings out.", "speaker": "GP1"}]
    assert second["after"] == []
    assert first["readings"] == [
        {"by": "JB", "codes": ["logistics", "awareness"]},
        {"by": "MO, SK", "codes": ["logistics"], "most": [2, 3]},
    ]
    assert (first["majority"], second.get("majority")) == (True, None)
    assert first["contested"] == ["awareness"]
    assert told["contested"] == {"awareness": 2, "logistics": 1, "meetings": 1}
    assert list(told["codes"]) == ["logistics", "awareness", "meetings", "computers"]
    assert (told["codes"]["logistics"]["theme"], told["codes"]["meetings"]["theme"]) == ("Accessing services", "")
    assert told["codes"]["logistics"]["hue"] == told["codes"]["awareness"]["hue"] != told["codes"]["meetings"]["hue"]


def test_the_first_answer_holds_every_line_and_the_words_of_the_first_open_ones(asked, monkeypatch):
    monkeypatch.setattr("autocode.web._adjudication._AT_ONCE", 1)
    asked.act(**ruling(asked, "GP1:2"))
    told = asked.get("/adjudicate/state?hidden=0").json()

    settled = [{"by": "TW", "codes": ["logistics", "awareness"], "reason": ""}]
    assert told["lines"] == [
        {"id": "GP1:2", "order": 2, "interview": "GP1", "contested": ["awareness"], "majority": True,
         "settled": settled},
        {"id": "GP1:3", "order": 3, "interview": "GP1", "contested": ["logistics", "awareness"]},
        {"id": "GP1:5", "order": 5, "interview": "GP1", "contested": ["meetings"], "majority": True},
    ]  # fmt: skip
    assert [one["id"] for one in told["read"]] == ["GP1:3"]


def test_words_and_readings_are_read_for_lines_on_which_coders_differ_and_for_no_others(asked, asked_by):
    asked_for = {"lines": ["GP1:5", "PM1:2", "nowhere", 7, "GP1:2"], "hidden": False}

    assert [one["id"] for one in asked.post("/adjudicate/lines", json=asked_for).json()["lines"]] == ["GP1:5", "GP1:2"]
    assert asked_by("JB").post("/adjudicate/lines", json=asked_for).status_code == 403
    assert asked_by(None).post("/adjudicate/lines", json=asked_for).status_code == 403
    for wrong in (
        {"lines": "GP1:5", "hidden": False},
        {"lines": [], "hidden": 1},
        {"lines": ["x"] * 401, "hidden": True},
    ):
        assert asked.post("/adjudicate/lines", json=wrong).status_code == 400


def test_hidden_names_do_not_reach_the_browser(asked):
    told = asked.get("/adjudicate/state?hidden=1").text
    told += asked.post("/adjudicate/lines", json={"lines": LINES, "hidden": True}).text

    for name in ("MO", "JB", "SK"):
        assert f'"{name}' not in told
    assert '"Coding A' in told
    assert '"Coding B (2 coders)"' in told or '"Coding A (2 coders)"' in told


# what it does


def test_a_ruling_is_stored_as_a_third_reading_with_how_it_came_about(asked, differing):
    before = set(differing.codings())
    answer = asked.act(**ruling(asked, "GP1:2", "both", reason=" both are said ", hidden=True, milliseconds=4200))

    assert answer.status_code == 200
    assert answer.json()["line"]["settled"] == [
        {"by": "TW", "codes": ["logistics", "awareness"], "reason": "both are said"}
    ]
    (made,) = set(differing.codings()) - before
    assert (made.coder, made.basis, made.codes) == ("TW", Basis.ADJUDICATED, {"logistics", "awareness"})
    (entry,) = differing.history(kinds=(Kind.ADJUDICATION,))
    assert (entry.gesture, entry.record.ruling, entry.record.milliseconds) == ("gesture-1", "both", 4200)
    assert entry.record.names_hidden is True


def test_sent_twice_it_is_stored_once_and_undone_once(asked, differing):
    said = ruling(asked, "GP1:2")
    first, second = asked.act(**said), asked.act(**said)

    assert first.json()["line"]["settled"] == second.json()["line"]["settled"]
    assert len(differing.codings().with_basis(Basis.ADJUDICATED)) == 1

    asked.act(**{**ruling(asked, "GP1:3"), "gesture": "gesture-2"})
    undone = [asked.act(kind="undo", gesture="gesture-3").json() for _ in range(2)]

    assert undone[0]["line"] == {"id": "GP1:3", "settled": []}
    assert "refused" in undone[1]
    assert [one.line for one in differing.codings().with_basis(Basis.ADJUDICATED)] == ["GP1:2"]
    assert asked.act(kind="undo", gesture="gesture-4").json()["line"]["id"] == "GP1:2"
    assert asked.act(kind="undo", gesture="gesture-5").json() == {"refused": "There is nothing to undo."}


def test_a_line_that_somebody_read_anew_is_not_settled_unseen(asked, differing, coding_of):
    said = ruling(asked, "GP1:2")
    differing.append(coding_of("GP1:2", "JB", "meetings"))
    answer = asked.act(**said).json()

    assert answer["refused"].startswith("Somebody has coded that line again since it was shown to you.")
    assert answer["line"]["readings"][0] == {"by": "JB", "codes": ["meetings"]}
    assert not differing.codings().with_basis(Basis.ADJUDICATED)


def test_a_line_on_which_coders_no_longer_differ_is_not_settled(asked, differing, coding_of):
    said = ruling(asked, "GP1:5")
    differing.append(coding_of("GP1:5", "JB", "meetings"))

    assert asked.act(**said).json() == {
        "refused": "The coders no longer differ on that line, so nothing was stored.",
        "reload": True,
    }


def test_undone_where_coders_no_longer_differ_the_page_reads_again(asked, differing, coding_of):
    asked.act(**ruling(asked, "GP1:5"))
    differing.append(coding_of("GP1:5", "JB", "meetings"))

    assert asked.act(kind="undo", gesture="gesture-2").json() == {"reload": True}


def test_another_code_must_be_one_of_the_codebook(asked, differing):
    for codes, why in [
        (["moon"], "'moon' is not in the codebook"),
        (["access"], "is a theme"),
        ([], "no code is given with the ruling other"),
    ]:
        answer = asked.act(**ruling(asked, "GP1:2", "other", codes=codes)).json()
        assert answer["refused"].startswith("Nothing was stored. GP1:2: ")
        assert why in answer["refused"]

    assert asked.act(**ruling(asked, "GP1:2", "other", codes=["computers"])).json()["line"]["settled"][0]["codes"] == [
        "computers"
    ]


# who may


@pytest.mark.parametrize("path", ["/adjudicate", "/adjudicate/state", "/adjudicate/submit"])
def test_whom_the_study_does_not_name_is_refused_in_a_sentence(asked_by, differing, path):
    answer = asked_by("JB").get(path)

    assert answer.status_code == 403
    assert answer.text == "JB may not open this page; study.toml says who may."


def test_nobody_rules_who_is_not_named_or_has_no_token(asked_by, asked, differing):
    said = ruling(asked, "GP1:2")

    assert asked_by("JB").act(**said).status_code == 403
    assert asked_by(None).act(**said).status_code == 403
    assert not differing.codings().with_basis(Basis.ADJUDICATED)


def test_a_ruling_is_in_the_name_of_the_token_whatever_is_sent(asked_by, asked, differing):
    asked_by("MO").act(**ruling(asked, "GP1:2"), coder="TW", by="TW")

    assert [one.coder for one in differing.codings().with_basis(Basis.ADJUDICATED)] == ["MO"]


def test_while_independent_coding_is_open_a_coder_sees_no_other_codings(asked_by, journal, coding_of):
    journal.append(coding_of("GP1:2", "MO", "logistics"), coding_of("GP1:2", "JB", "awareness"))
    coder = asked_by("MO")
    page, lines, act = (
        coder.get("/adjudicate"),
        coder.get("/adjudicate/state"),
        coder.act(**ruling(asked_by("TW"), "GP1:2")),
    )

    assert (page.status_code, lines.status_code, act.status_code) == (403, 403, 403)
    assert "MO has 4 lines left to read, and independent coding is open" in page.text
    assert "independent_coding = &#34;closed&#34;" in page.text
    assert lines.text == act.text
    assert "JB" not in page.text + lines.text
    assert len(look(asked_by("TW"))["lines"]) == 1
    assert len(look(asked_by("MO", coding_closed=True))["lines"]) == 1


PATHS = ["/adjudicate", "/adjudicate/state", "/adjudicate/state?hidden=1", "/team/slips"]


@pytest.mark.parametrize("coders", [(), ("MO", "JB", "SK", "TW")])
def test_who_may_still_begin_to_code_sees_no_other_codings_either(asked_by, differing, coders):
    told = asked_by("TW", coders=coders, flagged=[FlaggedLine(line=LineId("GP1:2"), reason="It surprises.")])
    answers = [told.get(path) for path in PATHS]
    answers.append(told.act(**ruling(asked_by("TW"), "GP1:2")))
    answers.append(told.post("/adjudicate/lines", json={"lines": LINES, "hidden": False}))

    assert {one.status_code for one in answers} == {403}
    for one in answers:
        assert "TW has 5 lines left to read, and independent coding is open" in one.text
        assert "If TW does not code in this study, list there, as coders, those who do." in one.text
        assert not [name for name in ("MO", "JB", "SK", "logistics", "awareness", "surprises") if name in one.text]
    assert not differing.codings().with_basis(Basis.ADJUDICATED)


def test_who_is_not_among_the_coders_that_the_study_names_may_adjudicate_at_once(asked_by, differing):
    assert [one["id"] for one in look(asked_by("TW", coders=("MO", "JB")))["lines"]] == LINES


def test_a_line_that_was_adjudicated_is_still_left_to_read(asked_by, differing):
    asked_by("TW").act(**ruling(asked_by("TW"), "GP1:2"))

    assert "TW has 5 lines left to read" in asked_by("TW", coders=("MO", "TW")).get("/adjudicate/state").text


def test_who_has_read_every_line_may_adjudicate_while_others_still_read(asked_by, differing):
    assert [one["id"] for one in look(asked_by("MO"))["lines"]] == LINES


# what no page of ours sends


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "accept"},
        {"line": 7},
        {"ruling": "machine"},
        {"left": "logistics"},
        {"left": [7]},
        {"left": ["moon"]},
        {"right": ["logistics", "awareness"]},
        {"codes": ["meetings"]},
        {"milliseconds": "5"},
        {"milliseconds": True},
        {"hidden": 1},
        {"reason": None},
    ],
)
def test_what_is_not_a_ruling_is_refused(asked, differing, wrong):
    answer = asked.act(**{**ruling(asked, "GP1:2"), **wrong})

    assert answer.status_code == 400
    assert answer.text.startswith("This is not a ruling: ")
    assert not differing.codings().with_basis(Basis.ADJUDICATED)


@pytest.mark.parametrize("gesture", ["", "short", "g" * 65, 7])
def test_an_act_without_the_id_of_its_gesture_is_refused(asked, differing, gesture):
    answer = asked.act(**{**ruling(asked, "GP1:2"), "gesture": gesture})

    assert answer.status_code == 400
    assert answer.text == "Every act needs its gesture, an idempotency key of 8 to 64 characters."
    assert not differing.codings().with_basis(Basis.ADJUDICATED)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"kind=undo", "application/x-www-form-urlencoded", 415),
        (b"[1]", "application/json; charset=utf-8", 400),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"x" * 2_000_000, "application/json", 413),
    ],
)
def test_only_small_json_is_read(asked, differing, content, kind, status):
    headers = {"Origin": "http://127.0.0.1:8765", "Content-Type": kind}

    assert asked.post("/adjudicate/submit", content=content, headers=headers).status_code == status
    assert not differing.codings().with_basis(Basis.ADJUDICATED)


def test_another_site_does_not_rule(asked, differing):
    acts = [{"gesture": "gesture-1", "kind": "settle", **ruling(asked, "GP1:2")}]
    answer = asked.post("/adjudicate/submit", json={"acts": acts}, headers={"Origin": "http://evil.example"})

    assert answer.status_code == 403
    assert not differing.codings().with_basis(Basis.ADJUDICATED)


def test_a_journal_that_cannot_be_written_says_so_and_keeps_the_ruling_unsaid(asked, differing):
    said = ruling(asked, "GP1:2")
    differing.close()
    answer = asked.act(**said)

    assert answer.status_code == 500
    assert "closed" in answer.text


def test_a_reading_says_which_contested_code_it_does_not_judge_and_a_ruling_is_on_one_that_does(asked, differing):
    differing.append(
        replace(studies.coding_of("GP1:2", "MO", "logistics"), unjudged=frozenset({"awareness"})),
    )
    [line] = [line for line in look(asked)["lines"] if line["id"] == "GP1:2"]
    given = {reading["by"]: reading["codes"] for reading in line["readings"]}

    assert given == {
        "JB": ["logistics", "awareness"],
        "MO (has not judged Lack of awareness)": ["logistics"],
        "SK": ["logistics"],
    }
    assert [reading.get("most") for reading in line["readings"]] == [None, [2, 3], [2, 3]]

    asked.act(**ruling(asked, "GP1:2", "right"))

    adjudication = next(e.record for e in differing.history() if isinstance(e.record, Adjudication))
    assert (adjudication.right.coders, adjudication.right.unjudged) == (("SK",), frozenset())
