import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from pathlib import Path
from queue import Queue

import httpx
import pytest
import uvicorn

from autocode.errors import StudyError
from autocode.web import serve


@pytest.fixture
def served(session, monkeypatch):
    """Serve the session in a thread; the servers are remembered so that they can be told to stop."""
    servers, told, threads = [], Queue(), []

    class Remembered(uvicorn.Server):
        def __init__(self, config):
            super().__init__(config)
            servers.append(self)

    monkeypatch.setattr(uvicorn, "Server", Remembered)

    def start(**options):
        thread = threading.Thread(target=serve, args=(session,), kwargs={**options, "announce": told.put})
        thread.start()
        threads.append(thread)
        return told.get(timeout=10)

    yield start
    for server in servers:
        server.should_exit = True
    for thread in threads:
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_the_address_is_announced_with_a_token_of_192_bits_and_answers_on_this_machine(served):
    address = httpx.URL(served(port=0, open_browser=False))

    assert address.host == "127.0.0.1"
    assert len(address.params["token"]) == 48
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        answer = browser.get(address)
    assert answer.status_code == 200
    assert "one number and it rings out" in answer.text
    assert "server" not in answer.headers


def test_the_browser_is_opened_at_the_address(served, monkeypatch):
    opened = Queue()
    monkeypatch.setattr(webbrowser, "open", opened.put)

    address = served(port=0)

    assert opened.get(timeout=10) == address
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        assert browser.get(address).status_code == 200


def test_a_port_that_is_taken_is_a_sentence(session):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(StudyError) as refusal:
            serve(session, port=port, open_browser=False, announce=print)

    assert str(refusal.value) == (
        f"the review page cannot be served on port {port} (Address already in use); "
        "close the review that is open there, or choose another port with --port."
    )


SCRIPT = """
import sys
from autocode.codebook import Code, Codebook
from autocode.journal import Journal
from autocode.review import ReviewSession
from autocode.transcripts import Line, Role, Transcript, Transcripts
from autocode.web import serve

line = Line(
    id="GP1:1", transcript="GP1", order=1, speaker="GP1", role=Role.PARTICIPANT, text="It rings out.", start=0, end=13
)
lines = Transcripts([Transcript(id="GP1", text=line.text, lines=(line,), digest="0")])
with Journal.open(sys.argv[1]) as journal:
    session = ReviewSession(journal, lines=lines, codebook=Codebook([Code(id="x", name="X")]), coder="MO")
    serve(session, port=0, open_browser=False, announce=lambda address: print(address, flush=True))
print("left in order")
"""


def test_ctrl_c_ends_the_page_and_what_was_decided_is_stored(tmp_path: Path):
    server = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "study.sqlite")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server, httpx.Client(follow_redirects=True, trust_env=False) as browser:
        address = httpx.URL(server.stdout.readline().strip())
        browser.get(address)
        told = browser.post(
            address.copy_with(path="/decide", query=None),
            data={"line_id": "GP1:1", "action": "keep", "add": "x"},
            headers={"Origin": f"http://127.0.0.1:{address.port}"},
        )
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=10)

    assert "Every line is decided" in told.text
    assert (server.returncode, out, err) == (0, "left in order\n", "")
