"""A study coded from zero by three people and grouped on the board is the study coded with these codes from the beginning."""

import asyncio
import shutil
from itertools import count
from pathlib import Path

import httpx
import pytest

import autocode as ac
from autocode.agreement import agreement_table
from autocode.study import change_codebook, create_study, open_journal, open_review, read_study
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


@pytest.fixture
def folder(tmp_path) -> Path:
    """A study without codes: some interviews of the sample."""
    create_study(tmp_path, inductive=True)
    settings_of(tmp_path, coders='["MO", "JB", "SK"]', codebook_editors='["TW"]')
    return tmp_path


def with_interviews(folder: Path, *names: str) -> None:
    for name in names:
        shutil.copy(SAMPLE / "transcripts" / f"{name}.txt", folder / "transcripts")


def test_a_study_coded_from_zero_and_grouped_agrees_as_if_coded_with_these_codes_from_the_beginning(folder, sample):
    codings, codebook = sample
    with_interviews(folder, "GP1", "GP2", "GP3", "PM1", "GP4", "GP5")
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
            assert coefficient.value == pytest.approx(expected[row.name].coefficients[name].value, abs=1e-12, nan_ok=True)
        assert row.alpha.low == pytest.approx(expected[row.name].alpha.low, abs=1e-12, nan_ok=True)
