"""Whatever somebody types, pastes or names a file: it is stored as text that every page and every writer can show."""

import asyncio
import io
import json
import os
import sys
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from autocode import Code, Codebook, Journal, read_codings, read_study
from autocode.cli._terminal import review_in_terminal
from autocode.coding import Adjudication, Coding, Proposal, Reading, Ruling, human
from autocode.errors import AutocodeError, CodebookError, CodingError, TranscriptError
from autocode.exchange import write_corpus
from autocode.journal import Erasure
from autocode.review import ReviewSession
from autocode.study import create_study
from autocode.study._pages import _team_pages
from autocode.transcripts import read_transcripts
from autocode.unicode import is_well_formed, well_formed
from autocode.web import make_app, review_page

TOKEN, ORIGIN = "0123456789abcdef" * 3, "http://127.0.0.1:8765"
NASTY = (
    "caf\udce9",
    "\ud83d alone",
    "\x00",
    "a\x1b]0;title\x07b",
    "\u202eabc",
    "\u2066",
    "\u200b\u200f\ufeff",
    "\x85",
    "\uffff",
)
PAGES = ("/", "/review/state", "/review/lines?interview=Bea", "/team", "/codebook")
ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs"]),
        st.characters(categories=["Cc"]),
        st.sampled_from("\u202a\u202e\u2066\u2069\u200e\u200f"),
    ),
    min_size=1,
    max_size=20,
)  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("border") / "study"
    create_study(folder)
    (folder / "transcripts" / "Bea.txt").write_text("Interviewer: And the council?\nBea: The phone rings out.\n")
    return folder


@given(ANYTHING)
def test_what_is_well_formed_can_be_written_and_stays_as_it_is(text):
    repaired = well_formed(text)

    assert is_well_formed(repaired)
    assert repaired.encode("utf-8").decode() == repaired
    assert well_formed(repaired) == repaired
    assert (repaired == text) == is_well_formed(text)
    assert not repaired.isspace() or text.isspace()


def asked(app, requests):
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
            await client.get("/", params={"token": TOKEN})
            return [await client.request(method, path, **more) for method, path, more in requests]

    return asyncio.run(ask())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANYTHING)
@example(NASTY[0])
@example(NASTY[1])
@example("".join(NASTY))
def test_whatever_is_sent_over_http_is_stored_and_every_page_and_export_shows_it(study, tmp_path_factory, text):
    data = read_study(study)
    out = tmp_path_factory.mktemp("out")
    act = {
        "kind": "keep", "line": "Bea:2", "codes": ["an-example-subtheme"], "proposed": [f"new {text}"],
        "memo": f"m {text}", "batch": None, "milliseconds": 5000, "gesture": "gesture-1", "coder": "MO",
    }  # fmt: skip
    with Journal.open(out / "study.sqlite") as journal:
        session = ReviewSession(journal, lines=data.lines, codebook=data.codebook, coder="MO")
        app = make_app([review_page({"MO": session}), *_team_pages(data, journal)], tokens={"MO": TOKEN}, port=8765)
        body = json.dumps({"acts": [act]})  # as JSON, which can hold what UTF-8 cannot
        headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
        answers = asked(
            app,
            [
                ("POST", "/review/submit", {"content": body, "headers": headers}),
                *(("GET", path, {}) for path in PAGES),
            ],
        )

        assert [answer.status_code for answer in answers] == [200] * 6
        assert "refused" not in answers[0].text
        (coding,) = journal.codings()
        assert coding.memo == well_formed(f"m {text}").replace("\r\n", "\n").strip()
        assert [is_well_formed(proposal.name) for proposal in journal.proposals()] == [True]
        write_corpus(out / "plain", codings=journal.codings(), lines=data.lines, codebook=data.codebook)
    found = read_codings(out / "plain" / "codings.csv", lines=data.lines, codebook=data.codebook)
    assert [one.codes for one in found] == [{"an-example-subtheme"}]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANYTHING)
@example("".join(NASTY))
def test_whatever_a_script_stores_comes_back_as_text_that_can_be_written(tmp_path_factory, text):
    reading = Reading(coders=("MO",), codes=frozenset())
    records = [
        Coding(line="Bea:2", coder="MO", codes=frozenset(), memo=text),
        Proposal(name=f"x{text}", line="Bea:2", coder="MO"),
        Adjudication(line="Bea:2", coder="TW", ruling=Ruling.LEFT, left=reading, right=reading, reason=text),
        Erasure(entries=(1,), coder="TW", why=f"x{text}"),
    ]
    path = tmp_path_factory.mktemp("journal") / "study.sqlite"
    with Journal.open(path) as journal:
        journal.append(*records[:3])
        journal.append(records[3])
    with Journal.open(path) as journal:
        found = [entry.record for entry in journal.history()]

    assert [found[1].name, found[2].reason, found[3].why] == [
        well_formed(f"x{text}"),
        well_formed(text),
        well_formed(f"x{text}"),
    ]
    assert records[0].memo == well_formed(text)


@given(name=ANYTHING)
def test_a_coders_name_is_one_that_can_be_shown_or_refused(name):
    try:
        coder = human(name)
    except CodingError:
        return

    assert is_well_formed(coder)
    assert len(coder.splitlines()) == 1


@pytest.mark.parametrize("name", [name for name in NASTY if not is_well_formed(name)])
def test_a_code_that_cannot_be_written_is_refused(name):
    with pytest.raises(CodebookError, match="has a character that cannot be written or shown; type it again"):
        Codebook([Code(id="wait", name="Waiting", definition=name)])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name themselves")
def test_a_file_name_that_is_not_utf_8_is_a_sentence(tmp_path):
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    file.write_text("Interviewer: And the council?\nBea: The phone rings out.\n")

    with pytest.raises(TranscriptError) as refusal:
        read_transcripts(tmp_path)

    assert str(refusal.value) == (
        f"{tmp_path}/caf\ufffd.txt: has a name that cannot be written as UTF-8, and the name is the interview's; "
        "rename the file."
    )


def test_a_memo_typed_on_a_terminal_in_another_encoding_is_stored_readably(study, tmp_path):
    data = read_study(study)
    keys = iter(["m", "n", "q"])
    with Journal.open(tmp_path / "study.sqlite") as journal:
        session = ReviewSession(journal, lines=data.lines, codebook=data.codebook, coder="MO")
        review_in_terminal(
            session, console=Console(file=io.StringIO()), read_key=lambda: next(keys), resume="autocode review",
            read_line=lambda _: "caf\udce9",
        )  # fmt: skip

        assert [coding.memo for coding in journal.codings()] == ["caf\ufffd"]


def test_an_id_that_cannot_be_written_is_refused_by_the_journal(tmp_path):
    with Journal.open(tmp_path / "study.sqlite") as journal:
        with pytest.raises(AutocodeError, match="cannot be written as UTF-8"):
            journal.append(Coding(line="caf\udce9:2", coder="MO", codes=frozenset()))

        assert journal.last == 0
