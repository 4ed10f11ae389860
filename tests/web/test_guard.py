import asyncio

import httpx
import pytest
from starlette.routing import Route

from autocode.coding import CoderId
from autocode.web import Page, make_app, render

ORIGIN = "http://127.0.0.1:8765"


@pytest.fixture
def stranger(stranger_to, session):
    return stranger_to(session)


@pytest.fixture
def browser(browser_of, session):
    return browser_of(session)


def test_the_token_is_swapped_for_a_cookie_of_this_port_that_no_script_and_no_other_site_gets(stranger, token):
    answer = stranger.get("/", params={"token": token})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["set-cookie"] == f"autocode-8765={token}; HttpOnly; Path=/; SameSite=strict"
    assert stranger.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=0123", "/?token=%C3%A9", "/static/review.js", "/nowhere"])
def test_without_the_token_nothing_is_shown(stranger, path):
    answer = stranger.get(path)

    assert answer.status_code == 403
    assert "the address that autocode printed" in answer.text
    assert "number" not in answer.text


def test_a_token_does_not_decide_by_itself(stranger, journal, token):
    answer = stranger.post(f"/review/submit?token={token}", json={"acts": []})

    assert answer.status_code == 403
    assert list(journal.history()) == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil.example:8765", ""])
def test_a_foreign_host_is_misdirected(browser, host):
    answer = browser.get("/", headers={"Host": host})

    assert answer.status_code == 421
    assert answer.text == "This page answers only under the address that autocode printed."


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765"])
def test_the_names_of_this_machine_are_known(browser, host, token):
    assert browser.get("/", headers={"Host": host, "Cookie": f"autocode-8765={token}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:8765"},
        {"Origin": "http://127.0.0.1:8766"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_does_not_decide(browser, journal, headers):
    answer = browser.post("/review/submit", json={"acts": []}, headers=headers)

    assert answer.status_code == 403
    assert answer.text == "Decisions are accepted only from the review page itself."
    assert list(journal.history()) == []


def test_our_own_page_decides(browser, journal):
    act = {"gesture": "gesture-1", "coder": "MO", "kind": "none", "line": "GP1:2", "batch": "b1"}
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    answer = browser.post("/review/submit", json={"acts": [act]}, headers=headers)

    assert answer.status_code == 200
    assert len(journal.codings()) == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_of_another_site_could_send_is_refused(browser, journal, kind):
    answer = browser.post("/review/submit", content=b'{"acts": []}', headers={"Origin": ORIGIN, "Content-Type": kind})

    assert (answer.status_code, answer.text) == (415, "Decisions must be sent as application/json.")


def test_more_than_anybody_writes_is_refused(browser):
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    answer = browser.post("/review/submit", content=b" " * 10 * 1024 * 1024, headers=headers)

    assert (answer.status_code, answer.text) == (413, "This is too long to store; shorten the memo.")


def test_more_than_anybody_writes_is_refused_also_where_its_length_is_not_announced(browser):
    async def much():
        for _ in range(40):
            yield b" " * 65536

    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    answer = browser.post("/review/submit", content=much(), headers=headers)

    assert (answer.status_code, answer.text) == (413, "This is too long to store; shorten the memo.")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(browser, method):
    assert browser.request(method, "/review/submit").status_code == 405


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/review.css", "/?token=wrong"])
def test_every_answer_is_guarded_by_the_same_headers(browser, path):
    if "wrong" in path:
        browser.cookies.clear()
    headers = browser.get(path).headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_the_page_needs_nothing_that_its_policy_forbids(browser):
    page = browser.get("/").text

    for forbidden in (" style=", "<style", " onclick=", "javascript:", "http://", "https://", "<img"):
        assert forbidden not in page


def test_each_coder_comes_in_by_a_token_of_their_own_and_only_where_they_may(session):
    async def name(request):
        return render(request, "page.html")

    def page(name_of, path, **more):
        return Page(name=name_of, path=path, routes=[Route(path, name)], **more)

    pages = [page("Review", "/"), page("Adjudicate", "/adjudicate", open_to=lambda coder: coder == "JB")]
    app = make_app(pages, tokens={CoderId("MO"): "a" * 48, CoderId("JB"): "b" * 48}, port=8765)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)

    def get(path, token):
        return asyncio.run(client.get(path, headers={"Cookie": f"autocode-8765={token}"}))

    assert 'title="You are coding as MO"' in get("/", "a" * 48).text
    assert "Adjudicate" not in get("/", "a" * 48).text
    assert '<a href="/adjudicate" aria-current="page">Adjudicate</a>' in get("/adjudicate", "b" * 48).text
    refused = get("/adjudicate", "a" * 48)
    assert (refused.status_code, refused.text) == (403, "MO may not open this page; study.toml says who may.")


def test_two_coders_do_not_share_a_token():
    with pytest.raises(ValueError, match="two coders have the same token"):
        make_app([], tokens={CoderId("MO"): "a", CoderId("JB"): "a"}, port=8765)
