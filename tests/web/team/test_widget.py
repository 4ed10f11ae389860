"""The adjudication page as a notebook's widget: the real widget in Python, its real module in Chromium."""

import builtins
import json

import anywidget
import pytest
from playwright.sync_api import expect

import autocode.web
from autocode.coding import Basis, CoderId
from autocode.errors import StudyError
from autocode.review import AdjudicationSession

HURRIED = "const real = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = (time) => real(time / 30);"


@pytest.fixture
def widget_of(journal, lines, codebook):
    def build(coder="TW", **more):
        session = AdjudicationSession(
            journal,
            lines=lines,
            codebook=codebook,
            coder=CoderId(coder),
            adjudicators={CoderId(coder)},
            coders=("MO", "JB", "SK"),
        )
        return autocode.web.AdjudicationWidget(session, **more)

    return build


@pytest.fixture
def carried(widget_of, differing, cell_of):
    """The widget in a browser."""
    return cell_of(widget_of()).page


@pytest.mark.browser
def test_in_a_notebook_the_same_page_settles_by_the_same_keys(carried, differing):
    expect(carried.locator(".row.now .text")).to_have_text("There is one number and it rings out.")
    carried.locator(".column").focus()
    carried.keyboard.press("b")
    carried.keyboard.press("o")
    carried.keyboard.type("interop")
    carried.keyboard.press("Enter")
    carried.keyboard.press("Enter")
    carried.keyboard.press("u")
    expect(carried.locator(".saved")).to_have_text("Saved")
    expect(carried.locator(".row.now")).to_have_attribute("data-line", "GP1:3")

    (made,) = differing.codings().with_basis(Basis.ADJUDICATED)
    assert (made.line, made.coder, made.codes) == ("GP1:2", "TW", {"logistics", "awareness"})


@pytest.mark.browser
def test_two_views_of_one_widget_do_not_take_each_others_answers(widget_of, differing, cell_of):
    cell = cell_of(widget_of())
    cell.page.evaluate("again()")
    columns, saved = cell.page.locator(".column"), cell.page.locator(".saved")
    expect(columns).to_have_count(2)
    cell.deaf = True
    columns.first.focus()
    cell.page.keyboard.press("b")
    expect(saved.first).to_have_text("Saving")
    cell.deaf = False
    columns.last.focus()
    cell.page.keyboard.press("1")
    expect(saved.last).to_have_text("Saved")
    numbers = [json.loads(said)["number"] for said in cell.said]

    assert saved.first.text_content() == "Saving"
    assert len(set(numbers)) == len(numbers)
    assert len(differing.codings().with_basis(Basis.ADJUDICATED)) == 1


@pytest.mark.browser
@pytest.mark.parametrize("lost", ["deaf", "mute"])
def test_a_ruling_that_a_kernel_does_not_answer_is_sent_again_and_stored_once(lost, widget_of, differing, cell_of):
    cell = cell_of(widget_of())
    cell.page.context.add_init_script(HURRIED)
    cell.open()
    setattr(cell, lost, True)
    cell.page.locator(".column").focus()
    cell.page.keyboard.press("b")
    expect(cell.page.locator(".saved")).to_have_text("Not saved yet; trying again")
    setattr(cell, lost, False)
    expect(cell.page.locator(".saved")).to_have_text("Saved")

    assert sum("/adjudicate/submit" in said for said in cell.said) > 1
    assert len(differing.codings().with_basis(Basis.ADJUDICATED)) == 1


@pytest.mark.browser
def test_the_widgets_style_stays_inside(carried):
    assert carried.evaluate("getComputedStyle(document.body).margin") == "8px"
    assert "Inter" in carried.locator(".in-notebook").evaluate("(root) => getComputedStyle(root).fontFamily")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_notebook_nothing_is_in_anybodys_way(carried, violations, scheme):
    carried.emulate_media(color_scheme=scheme)
    expect(carried.locator(".row.now")).to_be_visible()

    assert violations(carried) == []
    looked_at = carried.evaluate("axe.run().then((told) => JSON.stringify(told.passes.flatMap((one) => one.nodes)))")
    assert "data-line" in looked_at  # inside of the shadow root


def test_it_is_a_widget_of_anywidget_with_the_pages_own_modules(widget_of, differing):
    from importlib.resources import files

    widget = widget_of()
    static = files("autocode.web") / "static"
    linked = {name: source.replace('"autocode/', '"./') for name, source in widget._modules.items()}

    assert isinstance(widget, anywidget.AnyWidget)
    assert {"adjudicate", "dom", "keys", "outbox"} <= linked.keys()
    assert linked == {name: (static / f"{name}.js").read_text().replace('.js";', '";') for name in linked}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            {"acts": [{"gesture": "gesture-1", "kind": "accept"}]},
            "This is not a ruling: an act is a ruling or an undo.",
        ),
        ({"acts": [{"kind": "undo"}]}, "Every act needs its gesture, an idempotency key of 8 to 64 characters."),
        ({"kind": "undo"}, "Send a list of at most 50 acts."),
    ],
)
def test_what_the_page_would_not_send_is_refused_here(widget_of, differing, body, sentence):
    widget = widget_of()
    sent = []
    widget.send = lambda content, buffers=None: sent.append(content)
    message = {"number": 1, "method": "POST", "address": "/adjudicate/submit", "body": json.dumps(body)}
    widget._handle_custom_msg(message, [])

    assert sent == [{"number": 1, "status": 400, "body": sentence}]


def test_a_coder_with_lines_left_gets_no_widget(widget_of, journal, coding_of):
    journal.append(coding_of("GP1:2", "MO", "logistics"), coding_of("GP1:2", "JB", "awareness"))

    with pytest.raises(StudyError, match="MO has 4 lines left to read"):
        widget_of("MO")
    assert widget_of("MO", coding_closed=True)


def test_without_anywidget_the_error_says_what_to_install(monkeypatch):
    known = builtins.__import__

    def without(name, given=None, inside=None, wanted=(), level=0):
        if name == "anywidget" or (name == "autocode.web" and "_notebook" in (wanted or ())):
            raise ModuleNotFoundError(name=name)
        return known(name, given, inside, wanted, level)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'autocode\[notebook\]'"):
        autocode.web.__getattr__("AdjudicationWidget")
    with pytest.raises(ImportError, match=r"pip install 'autocode\[notebook\]'"):
        autocode.web.__getattr__("ReviewWidget")
    with pytest.raises(AttributeError, match="no attribute 'Widget'"):
        autocode.web.__getattr__("Widget")
