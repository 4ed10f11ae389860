"""An adjudicator corrects a coded interview on the page: planned, recorded once, and no judgement is lost."""

import docx
import httpx
import pytest
from click.testing import CliRunner

import autocode as ac
from autocode.cli import main
from autocode.journal import Journal
from begun import begin_command

pytest.importorskip("playwright", reason="pip install -e '.[dev]' brings playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

INTERVIEW = "Interviewer: And the council?\nBea: Teh phone rings out.\nBea: Nobody calls back.\n"

WORDS = ["Interviewer: And the bus?", "Cy: It comes laet.", "Interviewer: Always?", "Cy: On Mondays."]


def autocode(*words: object) -> None:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output


@pytest.fixture
def study(tmp_path):
    """A small study that JB has coded, with TW as its adjudicator, and an interview that is kept as a document."""
    folder = tmp_path / "study"
    autocode("init", folder)
    settings = folder / "study.toml"
    text = settings.read_text().replace("coders = []", 'coders = ["JB", "MO"]')
    settings.write_text(text.replace("adjudicators = []", 'adjudicators = ["TW", "MO"]'))
    (tmp_path / "Bea.txt").write_text(INTERVIEW)
    sheet = tmp_path / "JB.csv"
    sheet.write_text("line_id,coder,code\nBea:2,JB,an-example-subtheme\nBea:3,JB,\n")
    autocode("-q", "add", folder, tmp_path / "Bea.txt", sheet)
    return folder


@pytest.fixture
def address_of(study):
    begun = []

    def serve(coder="TW"):
        begun.append(begin_command("adjudicate", study, "--coder", coder, "--no-browser", "--port", "0"))
        for line in begun[-1].stderr:
            if "http://" in line:
                return line[line.index("http://") :].split()[0]
        raise AssertionError("the page was not served")

    yield serve
    for server in begun:
        server.kill()
        server.wait()
        server.stderr.close()


@pytest.fixture
def word_study(study):
    """The study with an interview that is kept as a Word document, coded by JB."""
    write_word(study.parent / "Cy.docx", WORDS)
    sheet = study.parent / "JB2.csv"
    sheet.write_text("line_id,coder,code\nCy:2,JB,an-example-subtheme\nCy:4,JB,\n")
    autocode("-q", "add", study, study.parent / "Cy.docx", sheet)
    return study


def write_word(path, paragraphs):
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(path)
    return path


@pytest.fixture
def corrections(address_of, context):
    """The page of corrections, with the first interview loaded."""
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address_of())
    page.get_by_role("link", name="Corrections").click()
    expect(page.locator("#text")).to_be_enabled()
    yield page
    assert faults == []


def amendments(study):
    with Journal.open(study / "study.sqlite") as journal:
        return journal.amendments()


def correct(page, *, reason="as on the recording"):
    page.locator("#text").fill(INTERVIEW.replace("Teh", "The"))
    page.locator("#reason").fill(reason)
    page.get_by_role("button", name="Show what this changes").click()


def test_a_typo_is_mended_and_every_judgement_stays(corrections, study, violations):
    assert corrections.locator("#text").input_value() == INTERVIEW
    before = ac.read_study(study).codings
    correct(corrections)
    expect(corrections.locator("#sentences")).to_contain_text("1 changed a little, 0 new")
    assert violations(corrections) == []
    assert not amendments(study)

    corrections.get_by_role("button", name="Record the correction").dblclick()
    expect(corrections.locator("#said")).to_contain_text("Bea is corrected. Correct another, or stop autocode")
    (amendment,) = amendments(study)
    assert (amendment.by, amendment.reason) == ("TW", "as on the recording")
    assert (study / "transcripts" / "Bea.txt").read_text() == INTERVIEW.replace("Teh", "The")
    assert [(c.line, c.codes) for c in ac.read_study(study).codings] == [(c.line, c.codes) for c in before]

    expect(corrections.locator("#text")).to_have_value(INTERVIEW.replace("Teh", "The"))
    corrections.reload()
    expect(corrections.locator("#text")).to_have_value(INTERVIEW.replace("Teh", "The"))
    corrections.get_by_role("link", name="Team").click()
    expect(corrections.locator("main")).to_contain_text("start it again")


def test_one_correction_after_the_other_needs_no_restart(address_of, context, study):
    """Not even for an adjudicator who codes and is therefore looked at before each plan."""
    sheet = study.parent / "MO.csv"
    sheet.write_text("line_id,coder,code\nBea:2,MO,an-example-subtheme\nBea:3,MO,\n")
    autocode("-q", "add", study, sheet)
    page = context.new_page()
    page.goto(address_of("MO"))
    page.get_by_role("link", name="Corrections").click()
    for old, new in (("Teh", "The"), ("Nobody calls", "Nobody rings")):
        expect(page.locator("#text")).to_be_enabled()
        page.locator("#text").fill(page.locator("#text").input_value().replace(old, new))
        page.locator("#reason").fill("as on the recording")
        page.get_by_role("button", name="Show what this changes").click()
        page.get_by_role("button", name="Record the correction").click()
        expect(page.locator("#said")).to_contain_text("Bea is corrected.")

    assert [amendment.by for amendment in amendments(study)] == ["MO", "MO"]
    page.reload()
    expect(page.locator("#text")).to_have_value(
        "Interviewer: And the council?\nBea: The phone rings out.\nBea: Nobody rings back.\n"
    )


@pytest.mark.parametrize("width", [320, 640])
def test_a_narrow_screen_needs_no_scrolling_sideways(corrections, width):
    corrections.set_viewport_size({"width": width, "height": 700})
    correct(corrections)
    expect(corrections.locator("#sentences")).to_be_visible()

    assert corrections.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_is_written_after_the_plan_is_planned_anew(corrections, study):
    correct(corrections)
    record = corrections.get_by_role("button", name="Record the correction")
    expect(record).to_be_enabled()
    corrections.locator("#text").press_sequentially("x")

    expect(record).to_be_disabled()
    assert not amendments(study)


def test_without_a_reason_or_a_change_there_is_nothing_to_record(corrections, study):
    correct(corrections, reason=" ")
    expect(corrections.locator("#said")).to_contain_text("Say why the interview is corrected")
    corrections.locator("#text").fill(INTERVIEW)
    corrections.locator("#reason").fill("nothing")
    corrections.get_by_role("button", name="Show what this changes").click()

    expect(corrections.locator("#sentences")).to_contain_text("nothing to amend")
    expect(corrections.get_by_role("button", name="Record the correction")).to_be_disabled()
    assert not amendments(study)


def test_a_plan_that_another_window_has_overtaken_is_not_recorded(corrections, study):
    correct(corrections)
    expect(corrections.get_by_role("button", name="Record the correction")).to_be_enabled()
    corrected = study.parent / "Bea.txt"
    corrected.write_text(INTERVIEW.replace("Nobody calls back.", "They meet on Mondays, without any of us."))
    autocode("amend", study, corrected, "--by", "MO", "--why", "heard again", "--yes")
    corrections.get_by_role("button", name="Record the correction").click()

    expect(corrections.locator("#said")).to_contain_text("Nothing was recorded")
    assert [amendment.by for amendment in amendments(study)] == ["MO"]


def choose_document(page, path):
    page.locator("#interview").select_option("Cy")
    page.locator("#file").set_input_files(path)
    page.locator("#reason").fill("as on the recording")
    page.get_by_role("button", name="Show what this changes").click()


def test_a_word_document_is_corrected_by_choosing_the_corrected_one(word_study, corrections, violations, tmp_path):
    before = ac.read_study(word_study).codings
    corrections.locator("#interview").select_option("Cy")
    with corrections.expect_download() as download:
        corrections.get_by_role("link", name="Cy.docx").click()
    assert download.value.path().read_bytes() == (word_study / "transcripts" / "Cy.docx").read_bytes()
    corrected = write_word(tmp_path / "Cy corrected.docx", [w.replace("laet", "late") for w in WORDS])
    choose_document(corrections, corrected)
    expect(corrections.locator("#sentences")).to_contain_text("1 changed a little, 0 new")
    assert violations(corrections) == []
    assert not amendments(word_study)

    corrections.get_by_role("button", name="Record the correction").dblclick()
    expect(corrections.locator("#said")).to_contain_text("Cy is corrected.")
    (amendment,) = amendments(word_study)
    assert (amendment.transcript, amendment.by) == ("Cy", "TW")
    assert (word_study / "transcripts" / "Cy.docx").read_bytes() == corrected.read_bytes()
    assert [(c.line, c.codes) for c in ac.read_study(word_study).codings] == [(c.line, c.codes) for c in before]


def test_a_document_that_is_none_is_refused_by_its_own_name(word_study, corrections, tmp_path):
    wrong = tmp_path / "minutes.docx"
    wrong.write_bytes(b"no document")
    choose_document(corrections, wrong)

    expect(corrections.locator("#said")).to_contain_text("minutes.docx: is not a Word file")
    expect(corrections.get_by_role("button", name="Record the correction")).to_be_disabled()
    picture = tmp_path / "board.png"
    picture.write_bytes(b"no transcript")
    choose_document(corrections, picture)
    expect(corrections.locator("#said")).to_contain_text("'board.png' is no transcript; choose a file that ends in")
    assert not amendments(word_study)


def test_a_document_saved_again_after_it_was_chosen_is_to_be_chosen_again(word_study, corrections, tmp_path):
    corrected = write_word(tmp_path / "Cy.docx", [w.replace("laet", "late") for w in WORDS])
    choose_document(corrections, corrected)
    expect(corrections.locator("#sentences")).to_be_visible()
    write_word(corrected, [*WORDS, "Cy: And on Fridays."])
    corrections.locator("#reason").fill("another reason")
    corrections.get_by_role("button", name="Show what this changes").click()

    expect(corrections.locator("#said")).to_contain_text("choose it again")
    expect(corrections.get_by_role("button", name="Record the correction")).to_be_disabled()
    assert not amendments(word_study)


def test_who_still_codes_sees_no_plan(address_of):
    with httpx.Client(follow_redirects=True) as client:
        client.get(address_of("MO"))
        root = str(client.get(address_of("MO")).url).rpartition("/")[0]
        for answer in (
            client.get(f"{root}/corrections"),
            client.get(f"{root}/corrections/text", params={"interview": "Bea"}),
            client.get(f"{root}/corrections/document", params={"interview": "Bea"}),
            client.post(f"{root}/corrections/plan", json={"interview": "Bea", "text": "", "reason": "x", "plan": ""}),
        ):
            assert answer.status_code == 403
            assert "2 lines" in answer.text


def test_what_no_page_of_ours_sends_is_refused(address_of, study):
    with httpx.Client(follow_redirects=True) as client:
        root = str(client.get(address_of()).url).rpartition("/")[0]
        sent = {"interview": "Bea", "text": INTERVIEW.replace("Teh", "The"), "reason": "x", "plan": ""}
        assert "the plan is another one now" in client.post(f"{root}/corrections/record", json=sent).text
        assert client.post(f"{root}/corrections/plan", json=[1]).status_code == 400
        assert client.post(f"{root}/corrections/plan", json=sent | {"text": 7}).status_code == 400
        assert client.post(f"{root}/corrections/plan", json=sent | {"content": "no base64!"}).status_code == 400
        assert "no interview 'Dee'" in client.post(f"{root}/corrections/plan", json=sent | {"interview": "Dee"}).text
        assert client.get(f"{root}/corrections/text", params={"interview": "Dee"}).status_code == 404
        assert client.get(f"{root}/corrections/document", params={"interview": "Bea"}).status_code == 404
        large = client.post(f"{root}/corrections/plan", json=sent | {"content": "A" * 33 * 1024 * 1024})
        assert (large.status_code, "autocode amend" in large.text) == (413, True)

    assert not amendments(study)
