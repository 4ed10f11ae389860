import os
import signal
import socket
import ssl
import stat
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
from autocode.web import Certificate, review_page, serve
from autocode.web._browser import opened_in_browser


@pytest.fixture
def act():
    return {"gesture": "gesture-1", "coder": "MO", "kind": "none", "line": "GP1:2", "codes": [], "batch": "b1"}


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
        thread = threading.Thread(
            target=serve,
            args=([review_page({session.coder: session})],),
            kwargs={"coders": ["MO"], **options, "announce": told.put},
        )
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
    assert 'title="You are coding as MO"' in answer.text
    assert "server" not in answer.headers


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """What the browser of this machine was sent to, of a user whose home is a new folder."""
    sent = Queue()
    monkeypatch.setattr(webbrowser, "open", sent.put)
    monkeypatch.setenv("HOME", str(tmp_path))
    return sent


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="a browser is not started with the address there")
def test_the_program_that_opens_the_browser_is_not_told_the_token(served, opened, tmp_path):
    address = httpx.URL(served(port=0))
    token, sent = address.params["token"], opened.get(timeout=10)
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        browser.get(address)  # the server runs
    (page,) = tmp_path.glob("autocode-*.html")

    assert sent == page.as_uri()
    assert token not in sent
    assert token in page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


@pytest.mark.browser
def test_a_browser_comes_in_by_the_page_that_it_was_sent_to(served, opened, browser):
    served(port=0)
    visit = browser.new_page()
    visit.goto(opened.get(timeout=10))
    visit.wait_for_selector('[title="You are coding as MO"]')
    address = visit.url
    visit.close()

    assert address.startswith("http://127.0.0.1:")
    assert "token" not in address


def test_the_page_that_leads_to_the_address_is_gone_with_the_server(monkeypatch, tmp_path):
    monkeypatch.setattr(webbrowser, "open", lambda address: None)
    monkeypatch.setenv("HOME", str(tmp_path))
    with opened_in_browser("http://127.0.0.1:1/?token=0123"):
        during = list(tmp_path.iterdir())

    assert len(during) == (0 if sys.platform in ("darwin", "win32") else 1)
    assert list(tmp_path.iterdir()) == []


def test_a_request_that_is_never_finished_ends_and_others_are_answered_meanwhile(served, act):
    address = httpx.URL(served(port=0, open_browser=False, patience=0.5))
    whole = f"POST /review/submit HTTP/1.1\r\nHost: 127.0.0.1:{address.port}\r\nContent-Length: 900\r\n\r\n{{"
    begun = [socket.create_connection((address.host, address.port), timeout=20) for _ in range(3)]
    for connection, part in zip(begun, ("", whole[:30], whole), strict=True):
        connection.sendall(part.encode())

    with httpx.Client(follow_redirects=True, trust_env=False) as client:
        assert client.get(address).status_code == 200
        for connection in begun:
            with connection:
                while connection.recv(4096):  # what was answered, until the server closes the connection
                    pass
        # a connection that is used again is awaited anew
        assert client.get(address.copy_with(path="/review/state", query=None)).status_code == 200


def test_json_that_is_nested_too_deeply_is_refused_with_a_sentence(browser_of, session):
    browser = browser_of(session)
    deep = '{"acts": ' + "[" * 100_000 + "]" * 100_000 + "}"
    answer = browser.post(
        "/review/submit", content=deep, headers={"Content-Type": "application/json", "Origin": "http://127.0.0.1:8765"}
    )

    assert (answer.status_code, answer.text) == (400, "This JSON is nested too deeply.")


def test_a_port_that_is_taken_is_a_sentence(session):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(StudyError) as refusal:
            serve([review_page({session.coder: session})], coders=["MO"], port=port, open_browser=False, announce=print)

    assert str(refusal.value) == (
        f"the review page cannot be served on port {port} (Address already in use); "
        "close the review that is open there, or choose another port with --port."
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "study.example", "::"])
def test_other_machines_are_not_served_without_encryption(session, host):
    with pytest.raises(StudyError) as refusal:
        serve([review_page({session.coder: session})], coders=["MO"], host=host, port=0, announce=print)

    assert str(refusal.value) == (
        f"the pages are not served on {host} without encryption; "
        "give --certificate and --key, or leave out --host and use an SSH tunnel."
    )


def test_a_certificate_that_is_none_is_a_sentence(session, tmp_path):
    (tmp_path / "cert.pem").write_text("no certificate")
    given = Certificate(certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem")

    with pytest.raises(StudyError, match=r"cert.pem: cannot be used with the key .*key.pem \(.*\); give two PEM files"):
        serve([review_page({session.coder: session})], coders=["MO"], certificate=given, port=0, announce=print)


@pytest.fixture
def certified(tmp_path):
    """A certificate for these hosts that proves itself, and a context that trusts nothing else."""

    def make(*hosts):
        given = Certificate(certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem")
        names = ",".join(f"IP:{host}" if host[0].isdigit() or ":" in host else f"DNS:{host}" for host in hosts)
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "2", "-subj", "/CN=autocode", "-addext", f"subjectAltName={names}"]
        try:
            subprocess.run([*command, "-keyout", given.key, "-out", given.certificate], check=True, capture_output=True)
        except FileNotFoundError:
            if os.environ.get("CI"):
                raise
            pytest.skip("there is no openssl to make a certificate with.")
        return given, ssl.create_default_context(cafile=str(given.certificate))

    return make


def address_of_this_machine(family, beyond):
    """Return the address under which others reach this machine; nothing is sent to find it."""
    with socket.socket(family, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect((beyond, 9))
        except OSError:
            pytest.skip("this machine has no address of this kind for others.")
        return asked.getsockname()[0]


@pytest.mark.parametrize(
    "host",
    [
        pytest.param(lambda: "127.0.0.1", id="this machine"),
        pytest.param(lambda: address_of_this_machine(socket.AF_INET, "192.0.2.99"), id="other machines"),
        pytest.param(lambda: address_of_this_machine(socket.AF_INET6, "2001:db8::99"), id="other machines, IPv6"),
    ],
)
def test_over_tls_the_cookie_is_secure_and_the_page_answers_under_its_own_name_alone(served, certified, host, act):
    at = host()
    given, trusting = certified(at, "localhost")
    address = httpx.URL(served(port=0, host=at, certificate=given, open_browser=False))
    origin = str(address.copy_with(path="/", query=None)).rstrip("/")

    assert (address.scheme, address.host) == ("https", at)
    with httpx.Client(verify=trusting, trust_env=False) as browser:
        entered = browser.get(address)
        assert entered.headers["set-cookie"].endswith("; HttpOnly; Path=/; SameSite=strict; Secure")
        assert browser.get(f"{origin}/").status_code == 200
        told = browser.post(f"{origin}/review/submit", json={"acts": [act]}, headers={"Origin": origin})
        assert "refused" not in told.json()["results"][0]
        plain = browser.post(
            f"{origin}/review/submit", json={"acts": []}, headers={"Origin": origin.replace("https", "http")}
        )
        assert plain.status_code == 403
        assert browser.get(f"{origin}/", headers={"Host": f"study.example:{address.port}"}).status_code == 421
    with httpx.Client(trust_env=False) as stranger, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY"):
        stranger.get(address)
    with httpx.Client(trust_env=False) as unencrypted, pytest.raises(httpx.RemoteProtocolError):
        unencrypted.get(address.copy_with(scheme="http"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_all_addresses_at_once_are_the_name_of_none(session, certified, host):
    given, _ = certified("localhost")
    with pytest.raises(StudyError) as refusal:
        serve([review_page({session.coder: session})], coders=["MO"], host=host, certificate=given, announce=print)

    assert str(refusal.value) == (
        f"no browser can open {host}; give --host the name or address under which other machines reach this one."
    )


def test_several_coders_have_an_address_each(session, monkeypatch):
    told = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    serve([review_page({session.coder: session})], coders=["MO", "JB"], port=0, announce=told.append)

    assert [one.partition(": ")[0] for one in told] == ["MO", "JB"]
    assert len({one.partition("token=")[2] for one in told}) == 2


SCRIPT = """
import sys
from autocode.codebook import Code, Codebook
from autocode.journal import Journal
from autocode.review import ReviewSession
from autocode.transcripts import Line, Role, Transcript, Transcripts
from autocode.web import review_page, serve

line = Line(
    id="GP1:1", transcript="GP1", order=1, speaker="GP1", role=Role.PARTICIPANT, text="It rings out.", start=0, end=13
)
lines = Transcripts([Transcript(id="GP1", text=line.text, lines=(line,), digest="0")])
with Journal.open(sys.argv[1]) as journal:
    session = ReviewSession(journal, lines=lines, codebook=Codebook([Code(id="x", name="X")]), coder="MO")
    serve(
        [review_page({session.coder: session})],
        coders=["MO"],
        port=0,
        open_browser=False,
        announce=lambda address: print(address, flush=True),
    )
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
            address.copy_with(path="/review/submit", query=None),
            json={"acts": [{"gesture": "gesture-1", "coder": "MO", "kind": "keep", "line": "GP1:1", "codes": ["x"]}]},
            headers={"Origin": f"http://127.0.0.1:{address.port}"},
        )
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=10)

    assert told.json()["results"][0]["line"]["kept"]["codes"] == ["x"]
    assert (server.returncode, out, err) == (0, "left in order\n", "")
