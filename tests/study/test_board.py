"""A study that was coded from zero and grouped on the board is as one coded with these codes from the beginning."""

import asyncio
import shutil
from itertools import count
from pathlib import Path

import httpx
import pytest

import autocode as ac
from autocode.agreement import agreement_table
from autocode.study import create_study, open_review, read_study
from autocode.study._page_board import StudyBoard
from autocode.web import board_page, make_app

SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers"
PEOPLE = {"coder_a": "MO", "coder_b": "JB", "coder_c": "SK"}
ORIGIN = "http://127.0.0.1:8765"


class Board:
    """The board of a study as a person's browser uses it."""

    def __init__(self, folder: Path, by: str = "TW") -> None:
        app = make_app(
            [board_page(StudyBoard(read_study(folder)), open_to=lambda coder: coder == by)],
            tokens={by: "0123456789abcdef" * 3},
            port=8765,
        )
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
        self._gestures = (f"gesture-{n:06}" for n in count())
        self.get("/board", params={"token": "0123456789abcdef" * 3})
        self.version = self.state()["version"]

    def get(self, path: str, **more: object) -> httpx.Response:
        return asyncio.run(self._client.get(path, follow_redirects=True, **more))

    def post(self, path: str, **fields: object) -> dict:
        answer = asyncio.run(self._client.post(path, json=fields, headers={"Origin": ORIGIN}))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> dict:
        return self.get("/board/state").json()

    def plan(self, kind: str, **fields: object) -> dict:
        return self.post("/board/plan", kind=kind, version=self.version, **fields)

    def make(self, kind: str, **fields: object) -> dict:
        """Do an act as the page does it: its plan is shown, and then it is made as it was shown."""
        planned = self.plan(kind, **fields)
        act = {"kind": kind, "version": self.version, **fields, "plan": planned.get("fingerprint")}
        answer = self.post("/board/make", gesture=next(self._gestures), **act)
        if "board" in answer:
            self.version = answer["board"]["version"]
        return answer


@pytest.fixture(scope="module")
def sample() -> tuple[ac.Codings, ac.Codebook]:
    codebook = ac.read_codebook(SAMPLE / "codebook.toml")
    lines = ac.read_transcripts(SAMPLE / "transcripts")
    sheets = sorted((SAMPLE / "codings").glob("*.csv"))
    codings = (coding for sheet in sheets for coding in ac.read_codings(sheet, lines=lines, codebook=codebook))
    return ac.Codings(codings), codebook


def settings_of(folder: Path, **settings: str) -> None:
    path = folder / "study.toml"
    text = path.read_text()
    for key, value in settings.items():
        lines = [f"{key} = {value}" if line.startswith(f"{key} = ") else line for line in text.splitlines()]
        text = "\n".join(lines) + "\n"
    path.write_text(text)


def begin(folder: Path) -> None:
    """Make a study without codes and without interviews."""
    create_study(folder, inductive=True)
    settings_of(folder, coders='["MO", "JB", "SK"]', codebook_editors='["TW"]')


@pytest.fixture
def folder(tmp_path) -> Path:
    begin(tmp_path)
    return tmp_path


def with_interviews(folder: Path, *names: str) -> None:
    for name in names:
        shutil.copy(SAMPLE / "transcripts" / f"{name}.txt", folder / "transcripts")


def test_a_study_coded_from_zero_and_grouped_agrees_as_if_coded_with_these_codes_from_the_beginning(folder, sample):
    codings, codebook = sample
    # two interviews in which every coder gives all nine codes: one who never had a code is silent about it
    with_interviews(folder, "GP1", "PM4")
    coded = {line.id for line in read_study(folder).lines.participant_lines}
    codings = codings.on(coded)
    with open_review(folder, coders=list(PEOPLE.values()), remark=print) as review:
        for coding in sorted(codings, key=lambda coding: (coding.line, coding.coder)):
            # each coder has names of their own, and calls the same thing otherwise in another interview
            names = [f"{codebook[code].name} ({coding.line[:2]})" for code in sorted(coding.codes)]
            review.sessions[PEOPLE[coding.coder]].settle(proposed=names, line=coding.line)
        waiting = review.journal.codings().partly_judged()
        assert waiting
        for coding in waiting:
            review.sessions[coding.coder].settle(added=coding.codes, line=coding.line)
        assert not review.journal.codings().partly_judged()
    settings_of(folder, independent_coding='"closed"')

    board = Board(folder)
    for code in codebook.subthemes:
        own = [card["id"] for card in board.state()["codes"] if card["name"].startswith(f"{code.name} (")]
        if own:
            assert "refused" not in board.make("group", codes=own, name=code.name, reason="they are one subtheme")
    for theme in codebook.themes:
        of_theme = {codebook[code].name for code in codebook.descendants(theme.id)}
        codes = [card["id"] for card in board.state()["codes"] if card["name"] in of_theme]
        board.make("group", codes=codes, name=theme.name, reason="they are one theme")

    study = read_study(folder)
    assert (len(study.codebook.themes), len(study.codebook.subthemes)) == (3, 9)
    grouped = agreement_table(study.codings, study.lines, study.codebook)
    given = agreement_table(codings, study.lines, codebook)
    expected = {row.name: row for row in (*given.codes, *given.themes, given.overall)}
    for row in (*grouped.codes, *grouped.themes, grouped.overall):
        for name, coefficient in row.coefficients.items():
            assert coefficient.value == pytest.approx(
                expected[row.name].coefficients[name].value, abs=1e-12, nan_ok=True
            )
        assert row.alpha.low == pytest.approx(expected[row.name].alpha.low, abs=1e-12, nan_ok=True)


@pytest.fixture(scope="module")
def own_codes(tmp_path_factory) -> Path:
    """Own codes of MO and JB on a few lines of two interviews, all read; coding is closed."""
    folder = tmp_path_factory.mktemp("own")
    begin(folder)
    with_interviews(folder, "GP1", "PM1")
    lines = read_study(folder).lines.participant_lines
    with open_review(folder, coders=["MO", "JB"], remark=print) as review:
        for n, line in enumerate(lines):
            of_mo = "No time" if n % 3 == 0 else "Money" if n % 5 == 0 else ""
            for coder, name in (("MO", of_mo), ("JB", "Rushed" if n % 3 == 0 else "")):
                given = [name] if name else []
                review.sessions[coder].settle(proposed=given, line=line.id, memo="So it is." if n == 0 else "")
    settings_of(folder, independent_coding='"closed"')
    return folder


@pytest.fixture
def grouped(own_codes, tmp_path) -> Path:
    return shutil.copytree(own_codes, tmp_path / "study")


def test_a_card_has_its_coder_its_lines_two_examples_and_memos(grouped):
    cards = {card["id"]: card for card in Board(grouped).state()["codes"]}
    card = cards["MO/no-time"]

    assert set(cards) == {"MO/no-time", "MO/money", "JB/rushed"}
    assert (card["owner"], card["by"], len(card["shown"])) == ("MO", {"MO": card["lines"]}, 2)
    assert {line["line"].partition(":")[0] for line in card["shown"]} == {"GP1", "PM1"}
    assert card["memos"] == [{"text": "So it is.", "coder": "MO"}]


def test_codes_that_are_given_to_the_same_lines_are_shown_side_by_side_and_stay_apart(grouped):
    board = Board(grouped)
    pair = board.get("/board/words").json()["similar"][0]

    assert (pair["codes"], pair["together"] > 10) == (["MO/no-time", "JB/rushed"], True)
    assert board.state()["version"] == board.version


def test_what_is_grouped_is_coherent_or_not_on_the_board(grouped):
    board = Board(grouped)
    board.make("group", codes=["MO/no-time", "JB/rushed"], name="Lack of time", reason="the same")

    coherence = board.get("/board/words").json()["coherence"]
    assert coherence["lack-of-time"].startswith("Homogeneity ")


def test_the_plan_is_shown_first_and_a_change_that_was_not_shown_is_not_made(grouped):
    board = Board(grouped)
    act = {"codes": ["MO/no-time", "JB/rushed"], "name": "Lack of time", "reason": "the same"}
    planned = board.plan("group", **act)
    other = board.post(
        "/board/make", gesture="gesture-x", kind="group", version=board.version, **act | {"name": "Haste"},
        plan=planned["fingerprint"],
    )  # fmt: skip

    assert planned["plan"][0] == {
        "sentences": ["TW merged 'No time' and 'Rushed' into 'Lack of time' (version 4 to 5)."]
    }
    assert planned["plan"][1]["head"] == ["readings", "JB", "MO"]
    assert other["refused"] == "Nothing was changed, because the plan is another one now; look at it again."
    assert read_study(grouped).codebook.version == board.version


def test_an_act_that_is_sent_twice_is_made_once(grouped):
    board = Board(grouped)
    act = {"kind": "group", "codes": ["MO/no-time", "JB/rushed"], "name": "Haste", "reason": "one"}
    sent = act | {"version": board.version, "plan": board.plan(**act)["fingerprint"], "gesture": "gesture-1"}
    first, second = (board.post("/board/make", **sent) for _ in range(2))

    assert first == second
    assert first["look"] == "haste"
    assert [str(change) for change in read_study(grouped).codebook_changes][-1] == (
        "TW merged 'MO/no-time' and 'JB/rushed' into 'Haste'"
    )


def test_the_second_of_two_editors_is_told_what_changed_and_plans_anew(grouped):
    settings_of(grouped, codebook_editors='["TW", "SK"]')
    tw, sk = Board(grouped), Board(grouped, by="SK")
    tw.make("group", codes=["MO/no-time", "JB/rushed"], name="Haste", reason="the same")

    late = sk.make("group", codes=["MO/money"], name="Money", reason="it is one")
    assert "TW merged 'MO/no-time' and 'JB/rushed' into 'Haste' since; look at the codebook" in late["refused"]
    assert late["board"]["version"] == tw.version
    assert "refused" not in sk.make("group", codes=["MO/money"], name="Money", reason="it is one")


def test_every_act_of_the_board_is_taken_back_latest_first_and_no_code_that_a_coder_made(grouped):
    board = Board(grouped)
    before = read_study(grouped)
    board.make("group", codes=["MO/no-time", "JB/rushed"], name="Haste", reason="one")
    board.make("group", codes=["MO/money"], name="Money", reason="one")
    board.make("group", codes=["haste", "money"], name="Resources", reason="one theme")
    board.make("split", codes=["haste"], parts=["Hurry", "Workload"], definitions=["Pace."], reason="two things")
    assert [card["definition"] for card in board.state()["codes"]] == ["Pace.", "", ""]
    board.make("rename", codes=["hurry"], name="Hurrying")
    board.make("merge", codes=["hurry", "workload"], into="workload", reason="one after all")
    assert [card["name"] for card in board.state()["codes"]] == ["Workload", "Money"]
    for _ in range(6):
        assert "refused" not in board.make("undo", reason="tried")

    after = read_study(grouped)
    assert (after.codebook.digest, after.codings) == (before.codebook.digest, before.codings)
    assert "a code that a coder made" in board.make("undo")["refused"]


def test_while_coders_make_own_codes_nothing_is_grouped_and_a_coder_sees_no_code_of_another(folder):
    settings_of(folder, codebook_editors='["MO", "TW"]')
    with_interviews(folder, "GP1")
    lines = read_study(folder).lines.participant_lines
    with open_review(folder, coders=["MO", "JB"], remark=print) as review:
        review.sessions["MO"].settle(proposed=["No time"], line=lines[0].id)
        review.sessions["JB"].settle(proposed=["Hidden haste"], line=lines[0].id, memo="secret memo")

    board, everything = Board(folder, by="MO"), Board(folder)
    answers = [board.get(path).text for path in ("/board", "/board/state", "/board/words")]
    assert not any("haste" in answer.casefold() or "secret" in answer or "JB" in answer for answer in answers)
    assert "JB/hidden-haste" in everything.get("/board/state").text
    refused = everything.plan("group", codes=["MO/no-time", "JB/hidden-haste"], name="Haste", reason="the same")
    assert "Coders still make and give own codes" in refused["refused"]
    # the answer is the same whether or not there is such a code
    hidden = [board.plan("rename", codes=[code], name="Mine", reason="why") for code in ("JB/hidden-haste", "JB/x")]
    assert [answer["refused"] for answer in hidden] == [refused["refused"]] * 2


@pytest.fixture
def coded(tmp_path) -> Path:
    """A study with the sample's codebook, of which MO may code one interview."""
    create_study(tmp_path)
    settings_of(tmp_path, coders='["MO"]', codebook_editors='["TW", "MO"]')
    shutil.copy(SAMPLE / "codebook.toml", tmp_path / "codebook.toml")
    with_interviews(tmp_path, "GP1")
    return tmp_path


def test_a_code_is_added_moved_redefined_and_retired_and_each_is_taken_back(coded):
    board, before = Board(coded), read_study(coded).codebook
    added = {"name": "Informal fixers", "theme": "infrastructure", "definition": "Who gets\nthings done.",
             "examples": ["She knows somebody.", ""], "reason": "not foreseen"}  # fmt: skip
    board.make("add", **added)
    board.make("add", name="Resources", how="theme", reason="one theme")
    # a code under which others are put becomes a theme, and is given all the same
    board.make("move", codes=["informal-fixers", "insufficient-funding"], theme="overworked-staff", reason="so it is")
    [fixers] = [card for card in board.state()["codes"] if card["id"] == "informal-fixers"]
    texts = {key: fixers[key] for key in ("definition", "use_when", "not_when", "examples")}
    unsaid = board.plan("redefine", codes=["informal-fixers"], how="narrowed", reason="too wide", **texts)
    board.make("redefine", codes=["informal-fixers"], how="narrowed", reason="too wide", **texts | {"definition": ""})
    board.make("retire", codes=["informal-fixers"], how="into", into="overworked-staff", reason="rare")
    board.make("move", codes=["resources"], theme="infrastructure", reason="it belongs there")

    assert unsaid["refused"] == "No text of 'Informal fixers' was edited; write what is new."
    assert fixers["definition"] == "Who gets\nthings done."
    assert [str(change).removeprefix("TW ") for change in read_study(coded).codebook_changes] == [
        "added 'Informal fixers'",
        "added 'Resources'",
        "moved 'informal-fixers' to 'overworked-staff'",
        "moved 'insufficient-funding' to 'overworked-staff'",
        "narrowed 'informal-fixers'",
        "retired 'informal-fixers' into 'overworked-staff'",
        "moved 'resources' to 'infrastructure'",
    ]
    for change in reversed(read_study(coded).codebook_changes):
        assert board.state()["latest"] == str(change)
        assert "refused" not in board.make("undo")
    assert board.state()["latest"] == ""
    assert read_study(coded).codebook.digest == before.digest


def test_an_act_that_does_not_say_enough_is_refused_and_says_what_is_missing(coded):
    board = Board(coded)
    one = {"codes": ["overworked-staff"], "reason": "so it is"}

    assert "needs an id and a name" in board.plan("add", reason="not foreseen")["refused"]
    assert "needs an id and a name" in board.plan("split", **one, parts=["A", ""], definitions=["", "B"])["refused"]
    assert "clarified, narrowed, widened or changed" in board.plan("redefine", **one)["refused"]
    assert "drop, into or read again" in board.plan("retire", **one)["refused"]
    assert "name the code that its lines get" in board.plan("retire", **one, how="into")["refused"]
    assert "at least 1 to move" in board.plan("move", theme="infrastructure", reason="x")["refused"]
    assert "no code 'elsewhere' on this board" in board.plan("move", **one, theme="elsewhere")["refused"]


def test_a_proposed_code_is_on_the_board_with_its_lines_for_those_who_may_see_them(coded):
    settings_of(coded, coders='["MO", "JB"]')
    [first, *_] = read_study(coded).lines.participant_lines
    with open_review(coded, coders=["JB"], remark=print) as review:
        review.sessions["JB"].settle(proposed=["Informal fixers"], line=first.id)
    board, of_mo = Board(coded), Board(coded, by="MO")

    [proposed] = board.state()["proposed"]
    assert (proposed["name"], proposed["by"]) == ("Informal fixers", {"JB": 1})
    assert proposed["lines"] == [{"text": first.text, "line": first.id}]
    assert of_mo.state()["proposed"] == []
    planned = board.plan("add", name=proposed["name"], theme="infrastructure", reason="three interviews")
    assert "Proposed before, so that these lines get the code: JB 1. Others read them again." in str(planned["plan"])
    board.make("add", name=proposed["name"], theme="infrastructure", reason="three interviews")
    assert board.state()["proposed"] == []
    assert [coding.codes for coding in read_study(coded).codings] == [{"informal-fixers"}]


def test_codes_that_a_suggester_confuses_are_shown_to_those_who_may_see_all_codings(grouped):
    board = Board(grouped)
    # the same lines have two of the codes in turn, so that no word can tell which
    lines = read_study(grouped).lines.participant_lines
    settings_of(grouped, independent_coding='"open"')
    with open_review(grouped, coders=["MO"], remark=print) as review:
        for n, line in enumerate(lines):
            review.sessions["MO"].settle(added=["MO/no-time" if n % 2 else "MO/money"], line=line.id)
    confused = board.get("/board/confusions").json()["confused"]
    assert {"MO/no-time", "MO/money"} in [set(pair["codes"]) for pair in confused]
    assert all(pair["auc"].startswith("0.") for pair in confused)

    settings_of(grouped, codebook_editors='["SK"]')
    hidden = Board(grouped, by="SK").get("/board/confusions").json()
    assert (hidden["confused"], "when you have read all of yours" in hidden["note"]) == ([], True)


def test_the_board_does_the_same_with_a_codebook_that_was_there(coded):
    tmp_path = coded
    board = Board(tmp_path)
    first, second = read_study(tmp_path).codebook.subthemes[:2]
    board.make("merge", codes=[first.id, second.id], into=first.id, reason="hard to distinguish")
    board.make("group", codes=[first.id], into="infrastructure", reason="it is there")

    assert read_study(tmp_path).codebook[first.id].parent == "infrastructure"
    assert [was["name"] for was in board.state()["codes"][0]["merged"]] == [second.name]


def test_what_no_page_of_ours_sends_is_refused(grouped):
    board = Board(grouped)
    act = {"kind": "group", "version": board.version, "codes": ["MO/no-time"], "name": "Haste", "reason": "one"}

    for wrong in ({"kind": "burn"}, {"codes": "MO"}, {"parts": [1]}, {"name": 3}):
        with pytest.raises(AssertionError, match=r"Send an act of one of the kinds|not an act that the board sends"):
            board.post("/board/plan", **act | wrong)
    with pytest.raises(AssertionError, match="Every act needs its gesture"):
        board.post("/board/make", **act, plan="")
    assert "Select at least 2 to merge" in board.plan("merge", codes=["MO/money"], into="MO/money")["refused"]
