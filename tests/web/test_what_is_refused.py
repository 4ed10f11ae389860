"""What the served page refuses, asked over a real socket: the right status, a sentence, and nothing stored."""

import http.client
import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from autocode.coding import CoderId
from autocode.journal import Journal, Kind

SERVER = Path(__file__).with_name("serve_a_study.py")
ACT = {"gesture": "gesture-1", "coder": "MO", "kind": "none", "line": "GP1:2"}
STRANGER = "This page needs the address that autocode printed when it was started, with its token."
NOWHERE = "There is no page at this address; start from the one that autocode printed."


class Answer(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]


class Server:
    """A blind-first study of MO and JB, served in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "study.sqlite"
        told = {"mode": "blind-first", "lines": 8, "coders": ["MO", "JB"], "journal": str(self.journal), "port": 0}
        self.log = folder / "log"
        with self.log.open("w") as log:
            command = [sys.executable, str(SERVER), json.dumps(told)]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        addresses = [self.process.stdout.readline().strip() for _ in told["coders"]]
        self.tokens = {one.partition(":")[0]: one.rpartition("=")[2] for one in addresses}
        self.port = int(addresses[0].rpartition(":")[2].partition("/")[0])

    def ask(
        self, method: str, path: str, body: bytes | str | None = None, coder: str | None = "MO", **more: str
    ) -> Answer:
        """Send exactly this, as `http.client` does: no path is tidied up, no header added but Host and length."""
        own = {} if coder is None else {"Cookie": f"autocode-{self.port}={self.tokens.get(coder, coder)}"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, own | {name.replace("_", "-"): told for name, told in more.items()})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), dict(answer.getheaders()))
        finally:
            connection.close()

    def decide(self, *, body: str | None = None, coder: str | None = "MO", **more: str) -> Answer:
        """Send a decision as the page does, but for what is said."""
        ours = {"Origin": f"http://127.0.0.1:{self.port}", "Content_Type": "application/json"}
        told = json.dumps({"acts": [ACT]}) if body is None else body
        return self.ask("POST", "/review/submit", told, coder, **(ours | more))

    def codings(self) -> list[str]:
        with Journal.open(self.journal) as journal:
            return [one.record.line for one in journal.history(kinds=(Kind.CODING,))]


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path)
    yield made
    made.process.kill()
    made.process.wait()
    made.process.stdout.close()


def test_of_all_that_is_sent_only_the_coders_own_decision_from_our_page_is_stored(server):
    long = json.dumps({"acts": [{**ACT, "memo": "m" * 10 * 1024 * 1024}]})
    decisions = "Decisions are accepted only from the review page itself."
    refused = [
        (server.decide(Host="evil.example"), 421, "This page answers only under the address that autocode printed."),
        (server.decide(Origin="http://evil.example"), 403, decisions),
        (server.decide(Sec_Fetch_Site="cross-site"), 403, decisions),
        (server.decide(coder=None), 403, STRANGER),
        (server.decide(coder="0" * 48), 403, STRANGER),
        (server.decide(coder="JB"), 403, "This browser codes as JB, and the decision is somebody else's."),
        (server.decide(Content_Type="text/plain"), 415, "Decisions must be sent as application/json."),
        (server.decide(body=long), 413, "This is too long to store; shorten the memo."),
    ]
    for answer, status, sentence in refused:
        assert (answer.status, answer.text) == (status, sentence)
    assert server.codings() == []

    assert server.decide().status == 200
    assert server.codings() == ["GP1:2"]


def test_a_coder_gets_no_suggestions_of_a_line_not_yet_read_blind(server):
    asked = server.ask("GET", "/review/offer?line=GP1:2")

    assert asked.status == 403
    assert asked.text == "GP1:2 is coded without suggestions first; they are shown when your coding is stored."
    assert server.decide().status == 200
    assert [one["code"] for one in json.loads(server.ask("GET", "/review/offer?line=GP1:2").text)["cards"]] == [
        "logistics",
        "awareness",
    ]
    assert server.ask("GET", "/review/offer?line=GP1:2", coder="JB").status == 403


def test_the_log_holds_no_token_and_nothing_that_was_said(server):
    server.ask("GET", f"/?token={server.tokens['MO']}")
    for path in ("/", "/review/state", "/review/lines?interview=GP1", "/review/lines?interview=nowhere", "/nowhere"):
        server.ask("GET", path)
    server.decide(body="no JSON: Parking there is a day's work")
    server.decide(Host="evil.example")
    assert server.decide().status == 200
    server.process.terminate()
    server.process.wait()

    assert server.log.read_text() == ""
    assert "token" not in server.process.stdout.read()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../_guard.py",
        "/static/%2e%2e/_guard.py",
        "/static/..%2f_guard.py",
        "/static/fonts/../../_guard.py",
        "/static/%5c..%5c_guard.py",
        "/static//etc/passwd",
        "/static/%00",
        "//etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_static_files(server, path):
    answer = server.ask("GET", path)

    assert (answer.status, answer.text) == (404, NOWHERE)
    assert server.ask("GET", "/static/fonts/../tokens.css").text.startswith(
        "/*"
    )  # dots as such are not what is refused


def test_the_journal_lies_beside_no_address(server):
    for path in ("/study.sqlite", "/static/study.sqlite", f"/static/{server.journal}"):
        assert server.ask("GET", path).status == 404


def test_nothing_is_shown_to_whoever_has_no_token_of_a_coder(server):
    for path in ("/", "/review/state", "/static/review.js", "/nowhere", "/?token=0123"):
        answer = server.ask("GET", path, coder=None)
        assert (answer.status, answer.text) == (403, STRANGER)
    assert json.loads(server.ask("GET", "/review/state").text)["coder"] == CoderId("MO")


def test_to_people_the_refusal_is_a_page_that_needs_nothing_else(server):
    stranger = server.ask("GET", "/", coder=None, Accept="text/html,*/*")
    lost = server.ask("GET", "/nowhere<script>", Accept="text/html,*/*")

    assert (stranger.status, lost.status) == (403, 404)
    assert f"<p>{STRANGER}</p>" in stranger.text
    assert f"<p>{NOWHERE}</p>" in lost.text
    assert '<a href="/">Back to the pages that are open</a>' in lost.text
    assert "href" not in stranger.text
    for one in (stranger, lost):
        assert one.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert one.headers["x-content-type-options"] == "nosniff"
        assert "script" not in one.text
