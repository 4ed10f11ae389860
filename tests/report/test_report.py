"""The report: what it says, that it needs nothing from outside, and how it fails."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from autocode.agreement import agreement_table
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import CoderId, Coding, Codings
from autocode.errors import ReportError
from autocode.report import write_report
from autocode.transcripts import LineId, Transcripts

Study = dict[str, Any]


class Page(HTMLParser):
    """The elements of a page: their names, and where they point to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.pointers: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "srcset", "data", "poster"):
                self.pointers.append(value or "")
            if name == "id":
                self.ids.append(value or "")


def page_of(path: Path, study: Study) -> str:
    return write_report(path / "report.html", **study).read_text(encoding="utf-8")


def test_the_markdown_is_the_committed_one(tmp_path: Path, study: Study) -> None:
    expected = Path(__file__).with_name("tiny_study.md").read_text(encoding="utf-8")
    written = write_report(tmp_path / "report.md", **study).read_text(encoding="utf-8")

    assert written == expected


def test_the_page_points_nowhere_outside_itself(tmp_path: Path, study: Study) -> None:
    text = page_of(tmp_path, study)
    page = Page(text)

    assert {pointer[:1] for pointer in page.pointers} == {"#"}
    assert {"script", "link", "img", "iframe", "object", "base", "form"}.isdisjoint(page.names)
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []


def test_every_pointer_has_its_place_and_every_id_is_its_own(tmp_path: Path, study: Study) -> None:
    page = Page(page_of(tmp_path, study))

    assert len(page.ids) == len(set(page.ids))
    assert {pointer[1:] for pointer in page.pointers} <= set(page.ids)


def test_what_people_said_is_shown_as_text(tmp_path: Path, study: Study) -> None:
    text = page_of(tmp_path, study)

    assert "<script" not in text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in text
    assert "<title>Forms &amp; &lt;systems&gt;</title>" in text
    assert "Access to &lt;care&gt;" in text


def test_names_in_figures_are_text_too(tmp_path: Path, study: Study) -> None:
    text = page_of(tmp_path, study)
    drawn = text[text.index("<svg") : text.index("</svg>")]

    assert re.search(r"<text[^>]*>Forms &amp; routes +\(3\)</text>", drawn)


def test_the_same_study_gives_the_same_file(tmp_path: Path, study: Study) -> None:
    first = page_of(tmp_path, study)

    assert page_of(tmp_path, {**study, "force": True}) == first


def test_both_figures_are_drawn_and_follow_the_page_in_colour(tmp_path: Path, study: Study) -> None:
    text = page_of(tmp_path, study)

    assert text.count("<svg") == 2
    assert "var(--accent, #0b5d57)" in text
    assert "var(--sans)" in text
    assert "<metadata" not in text


def test_no_interviewers_line_is_quoted(tmp_path: Path, study: Study) -> None:
    study["codings"] = Codings(
        [*study["codings"], Coding(line=LineId("GP1:1"), coder=CoderId("coder_a"), codes=frozenset({CodeId("money")}))]
    )
    study["table"] = agreement_table(study["codings"], study["lines"], study["codebook"])

    assert "Tell me about forms" not in page_of(tmp_path, study)


def test_a_study_without_a_machine_says_so(tmp_path: Path, bare: Callable[..., Study]) -> None:
    text = page_of(tmp_path, bare())

    assert "No suggester was tested in this study." in text
    assert "Suggestions and decisions" not in text
    assert text.count("<svg") == 1
    assert "No suggester was tested" in write_report(tmp_path / "report.md", **bare()).read_text(encoding="utf-8")


def test_suggestions_that_nobody_decided_on_count_as_no_codes(tmp_path: Path, study: Study) -> None:
    text = page_of(tmp_path, {**study, "decisions": ()})

    assert "Nobody has decided on any of them yet, so none of them counts as a code." in text
    assert "2 suggestions for 2 lines; 2 lines without a coder" in text


def test_decisions_are_told_without_their_batch(tmp_path: Path, study: Study) -> None:
    assert "1 decision by coder_a: 0 accepted, 1 rejected, 0 skipped." in page_of(tmp_path, {**study, "batch": None})


def test_one_point_is_no_curve(tmp_path: Path, study: Study) -> None:
    validation = study["validation"]
    one = type(validation)(corpus="tiny", protocol={}, curve=validation.curve[:1], codes=())
    text = page_of(tmp_path, {**study, "validation": one})

    assert text.count("<svg") == 1
    assert "It learned from up to 50 human-coded lines" in text


def test_a_study_that_nobody_has_coded_has_a_report(
    tmp_path: Path, bare: Callable[..., Study], lines: Transcripts
) -> None:
    codebook = Codebook([Code(id=CodeId("x"), name="X")])
    none = agreement_table(Codings(), lines, codebook)
    text = page_of(tmp_path, bare(codebook=codebook, codings=Codings(), table=none))

    assert "Their judgements: none yet." in text
    assert "No line has this code by consensus." in text
    assert "fewer than two coders judged anything" in text


def test_a_verdict_says_how_much_more_evidence_a_code_needs(tmp_path: Path, study: Study) -> None:
    table = study["table"]
    needs = replace(table.codes[0].alpha, value=0.6, low=0.5, high=0.7, se=0.05, n_interviews=20, n_pairable=100)
    holds = replace(needs, value=0.9, low=0.85, high=0.95)
    codes = [
        replace(row, coefficients={**row.coefficients, "alpha": alpha})
        for row, alpha in zip(table.codes, (needs, holds, table.codes[2].alpha), strict=True)
    ]
    study["table"] = replace(table, codes=tuple(codes))
    page = page_of(tmp_path, study)
    markdown = write_report(tmp_path / "report.md", **study).read_text(encoding="utf-8")

    assert codes[0].verdict == "not enough evidence yet: about 130 more double-coded lines"
    assert '<span class="verdict undecided">not enough evidence yet</span>' in page
    assert '<span class="small">about 130 more double-coded lines</span>' in page
    assert '<span class="verdict reliable">reliable</span></td>' in page
    assert "| not enough evidence yet: about 130 more double-coded lines | 3 |" in markdown


@pytest.mark.parametrize("name", ["report.pdf", "report"])
def test_another_suffix_is_refused(tmp_path: Path, study: Study, name: str) -> None:
    with pytest.raises(ReportError) as raised:
        write_report(tmp_path / name, **study)

    assert str(raised.value) == (
        f"{tmp_path / name}: a report is written as .html or .md; give the file one of these ends."
    )


def test_an_existing_file_is_replaced_only_by_force(tmp_path: Path, study: Study) -> None:
    path = tmp_path / "report.md"
    path.write_text("mine", encoding="utf-8")

    with pytest.raises(
        ReportError, match="there is a file of this name already; choose another, or replace it with --force"
    ):
        write_report(path, **study)
    assert path.read_text(encoding="utf-8") == "mine"
    assert write_report(path, **study, force=True) == path
    assert path.read_text(encoding="utf-8").startswith("# Forms")


def test_a_folder_that_cannot_be_written_to_gets_a_sentence(tmp_path: Path, study: Study) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("", encoding="utf-8")

    with pytest.raises(ReportError, match=r"the report cannot be written \(Not a directory\); choose a folder you may"):
        write_report(blocked / "report.md", **study)


def test_nothing_half_written_is_left(tmp_path: Path, study: Study) -> None:
    (tmp_path / "report.md").mkdir()

    with pytest.raises(ReportError, match=r"the report cannot be written \(Is a directory\)"):
        write_report(tmp_path / "report.md", **study, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def test_what_a_strength_has_meant_is_told_from_thirty_decisions_on(tmp_path: Path, study: Study) -> None:
    (one,) = study["decisions"]
    (tmp_path / "few").mkdir()
    few = page_of(tmp_path / "few", {**study, "decisions": (one,) * 29})
    text = page_of(tmp_path, {**study, "decisions": (one,) * 30})

    assert "have meant so far" not in few
    assert "What strengths have meant so far: weak: coders kept 0 of 10 (0 of 30)." in text
