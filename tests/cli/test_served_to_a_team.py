"""Coders and adjudicators served by one command, under addresses that are the same after a restart."""

import signal
import ssl
import subprocess

import httpx
import pytest

from begun import begin_command


@pytest.fixture
def team(study):
    """A study whose study.toml names two coders, and TW as adjudicator."""
    folder = study("coded")
    with (folder / "study.toml").open("a") as settings:
        settings.write('mode = "independent"\nadjudicators = ["TW"]\ncoders = ["coder_a", "coder_b"]\n')
    return folder


@pytest.fixture
def served(tmp_path):
    """Give a command that serves pages and returns the address of each name; it ends with the test, or on demand."""
    started = []

    def start(*words, n=3):
        for process in started:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 0
            process.stderr.close()
        started.clear()
        process = begin_command("review", "study", *words, "--no-browser", folder=tmp_path)
        started.append(process)
        lines = [process.stderr.readline() for _ in range(n)]
        assert all("token=" in line for line in lines), lines
        return dict(line.strip().split(": ", 1) for line in lines)

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
        process.stderr.close()


@pytest.fixture
def opened():
    """Give what a browser that is sent to an address sees, and the browser."""
    browsers = []

    def open_address(address, **how):
        browsers.append(httpx.Client(trust_env=False, timeout=60, follow_redirects=True, **how))
        return browsers[-1].get(address), browsers[-1]

    yield open_address
    for browser in browsers:
        browser.close()


EVERYBODY = ("--coder", "coder_a", "--coder", "coder_b", "--adjudicator", "TW", "--port", "0")


def test_an_adjudicator_who_does_not_code_arrives_at_the_differences(team, served, opened):
    addresses = served(*EVERYBODY)

    coder, _ = opened(addresses["coder_a"])
    page, browser = opened(addresses["TW"])

    assert list(addresses) == ["coder_a", "coder_b", "TW"]
    assert coder.url.path == "/"
    assert page.url.path == "/adjudicate"
    assert browser.get(page.url.copy_with(path="/static/review.css")).status_code == 200
    refused = browser.get(page.url.copy_with(path="/"))
    assert refused.status_code == 403
    assert "TW may not open this page; study.toml says who may." in refused.text


def test_whom_the_study_does_not_name_as_adjudicator_is_refused(team, run):
    refused = run("review", "study", "--coder", "coder_a", "--adjudicator", "SV", "--no-browser")

    assert refused.exit_code == 1
    assert "SV may not adjudicate in this study; study.toml names TW." in refused.stderr


def test_addresses_that_a_file_keeps_are_the_same_after_a_restart(team, served, opened, tmp_path):
    kept = tmp_path / "addresses.json"
    before = served(*EVERYBODY, "--addresses", "addresses.json")
    _, browser = opened(before["coder_a"])
    port = str(httpx.URL(before["TW"]).port)

    after = served(*EVERYBODY[:-1], port, "--addresses", "addresses.json")

    assert after == before
    assert browser.get(httpx.URL(after["coder_a"]).copy_with(query=None)).status_code == 200
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_text("{}")
    assert not set(served(*EVERYBODY[:-1], port, "--addresses", "addresses.json").values()) & set(before.values())


def test_a_file_of_addresses_that_is_not_safe_is_refused(team, run, tmp_path):
    def refusal(name, text=None, mode=0o600):
        if text is not None:
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(mode)
        refused = run("review", "study", "--coder", "coder_a", "--addresses", name, "--port", "0", "--no-browser")
        assert refused.exit_code == 1
        return refused.stderr.splitlines()[-1]

    assert refusal("study/addresses.json") == (
        "autocode: study/addresses.json: lies in the study, so anyone who gets a copy could code in these names; name "
        "a file outside of it."
    )
    assert refusal("open.json", "{}", 0o644) == (
        "autocode: open.json: can be read by other users of this machine, who could code in these names; chmod 600 it."
    )
    assert refusal("list.json", "[]") == (
        "autocode: list.json: holds no addresses that autocode stored; name another file."
    )
    assert refusal("twice.json", '{"coder_a": "x", "coder_b": "x"}') == (
        "autocode: twice.json: gives two coders one address; delete the file, and send the new addresses."
    )


def test_a_certificate_made_as_the_documentation_says_serves_other_machines(team, served, opened, tmp_path):
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "365", "-keyout", "key.pem",
         "-out", "certificate.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr

    addresses = served(*EVERYBODY, "--host", "localhost", "--certificate", "certificate.pem", "--key", "key.pem")

    trusted = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
    page, _ = opened(addresses["coder_a"], verify=trusted)
    assert (page.url.scheme, page.status_code) == ("https", 200)
