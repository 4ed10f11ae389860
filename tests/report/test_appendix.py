"""Agreement as a Word document, read again as Word reads it."""

import io
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from autocode.agreement import (
    Agreement,
    ReliabilityData,
    agreement_table,
    disagreeing_units,
    disagreements,
    gwet_ac2,
    krippendorff_alpha,
)
from autocode.coding import CoderId, Codings
from autocode.errors import ReportError
from autocode.report import write_agreement, write_ratings_agreement

Study = dict[str, Any]


def read(path: Path) -> Any:
    return docx.Document(io.BytesIO(path.read_bytes()))


def cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def captions(document: Any) -> list[str]:
    return [one.text for one in document.paragraphs if one.style.name == "Caption"]


@pytest.fixture
def written(tmp_path: Path, study: Study) -> Any:
    """The appendix of the tiny study."""
    found = disagreements(study["codings"], study["lines"], study["codebook"])
    path = write_agreement(
        tmp_path / "a.docx",
        title=study["title"],
        table=study["table"],
        disagreements=found,
        answers={3: "GPs and managers."},
    )
    return read(path)


def test_each_part_has_its_heading_and_every_table_its_caption(written: Any) -> None:
    headings = [one.text for one in written.paragraphs if one.style.name == "Heading 1"]

    assert written.paragraphs[0].text == "Inter-coder agreement: Forms & <systems>"
    assert headings == [
        "Methods", "Agreement per code", "Agreement of each pair of coders", "Disagreements", "Conventions",
    ]  # fmt: skip
    assert [caption.split(". ")[0] for caption in captions(written)] == [
        "Table 1", "Figure 1", "Table 2", "Table 3", "Table 4",
    ]  # fmt: skip
    assert len(written.tables) == 4


def test_a_theme_stands_above_its_subthemes_then_codes_without_one_then_all(written: Any, study: Study) -> None:
    table = study["table"]
    head, *rows = cells(written.tables[0])

    assert head == ["Code", "Given", "Applied", "Agree", "P+", "P−", "α [95 % interval]", "AC1", "Verdict"]
    assert [row[0] for row in rows] == ["Access to <care>", "Forms & routes", "Systems", "Money", "All codes"]
    for row, of in zip(rows[1:3], table.codes[:2], strict=True):
        assert row[1] == f"{of.applied}"
        assert row[6:] == [of.alpha.estimate, f"{of.coefficients['ac1'].value:.2f}", of.verdict]
    assert rows[3][1:] == [
        "0", "0 %", "100 %", "–", "1.00", "undefined", "1.00",
        "not enough evidence yet: only one category was used, so agreement cannot be distinguished from chance",
    ]  # fmt: skip
    assert rows[4][6] == table.overall.alpha.estimate
    assert rows[4][7] == ""


def test_what_only_the_authors_know_is_marked_until_it_is_given(written: Any) -> None:
    runs = [run for run in written.paragraphs[2].runs if run.text.strip()]
    marked = [run.text for run in runs if run.font.highlight_color is not None]

    assert "GPs and managers." in written.paragraphs[2].text
    assert [text.split(":")[0] for text in marked] == [f"[GRRAS {n}" for n in (2, 4, 6, 7, 8, 12)]
    assert not any("GPs" in text for text in marked)


def test_pairs_of_coders_stand_in_a_triangle_with_their_lines(written: Any, study: Study) -> None:
    pairs = study["table"].overall.pairs
    head, *rows = cells(written.tables[1])

    assert head == ["", "coder_a", "coder_b"]
    assert [row[0] for row in rows] == ["coder_b", "coder_c"]
    assert rows[0][1] == f"{pairs['coder_a', 'coder_b'].estimate}\n5"
    assert rows[0][2] == ""
    assert rows[1][2] == f"{pairs['coder_b', 'coder_c'].estimate}\n5"


def test_disagreements_tell_the_text_and_who_said_what(written: Any) -> None:
    _, *rows = cells(written.tables[2])

    assert [row[0] for row in rows] == ["GP1:3", "PM1:2", "PM1:3"]
    assert rows[1][1:] == [
        "0.67",
        "Three weeks I rang, and three weeks I was told that the person was on leave until further notice.",
        "Forms & routes: coder_a, coder_c; not coder_b",
    ]
    assert captions(written)[3] == "Table 3. All 3 lines on which coders differ, worst first."


def test_conventions_close_the_document(written: Any, study: Study) -> None:
    assert cells(written.tables[3])[1:] == [list(pair) for pair in study["table"].conventions.items()]


def test_headings_are_repeated_rows_stay_whole_and_the_picture_has_words(written: Any) -> None:
    for table in written.tables:
        first, *others = table.rows
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in (first, *others))
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in others)
    assert [shape._inline.docPr.get("descr") for shape in written.inline_shapes] == [
        "Forest plot of the alphas of table 1 with their intervals."
    ]
    section = written.sections[0]
    assert written.inline_shapes[0].width <= section.page_width - section.left_margin - section.right_margin
    assert written.core_properties.title == "Inter-coder agreement: Forms & <systems>"
    assert written.core_properties.author == ""


def test_tables_fit_between_the_margins(written: Any) -> None:
    section = written.sections[0]
    room = section.page_width - section.left_margin - section.right_margin

    for table in written.tables:
        for row in table.rows:
            assert sum(cell.width for cell in row.cells) <= room + 4 * 635  # a twip for the rounding of each column


def test_only_the_worst_are_listed_where_there_are_many(tmp_path: Path, study: Study) -> None:
    found = disagreements(study["codings"], study["lines"], study["codebook"])
    path = write_agreement(
        tmp_path / "a.docx", title="T", table=study["table"], disagreements=found, worst=1
    )  # fmt: skip
    document = read(path)

    assert [row[0] for row in cells(document.tables[2])[1:]] == ["GP1:3"]
    assert captions(document)[3] == "Table 3. The first 1 of 3 lines on which coders differ, worst first."


def test_a_study_that_nobody_coded_has_a_document_without_pairs_and_disagreements(tmp_path: Path, study: Study) -> None:
    none = agreement_table(Codings(), study["lines"], study["codebook"])
    document = read(write_agreement(tmp_path / "a.docx", title="T", table=none))

    assert "Wherever two coders judged the same line, they gave it the same codes." in [
        one.text for one in document.paragraphs
    ]
    assert len(document.tables) == 2
    assert cells(document.tables[0])[-1][6] == "undefined"


def test_only_themes_make_a_table_without_a_picture(tmp_path: Path, study: Study) -> None:
    document = read(
        write_agreement(tmp_path / "a.docx", title="T", table=replace(study["table"], codes=()))
    )  # fmt: skip

    assert [row[0] for row in cells(document.tables[0])] == ["Code", "Access to <care>", "All codes"]
    assert len(document.inline_shapes) == 0


def test_a_control_character_in_a_line_is_shown_as_one(tmp_path: Path, study: Study) -> None:
    (first, *_) = disagreements(study["codings"], study["lines"], study["codebook"])
    odd = replace(first, text="beep \x07\ud800 boop")
    document = read(write_agreement(tmp_path / "a.docx", title="T\x00", table=study["table"], disagreements=[odd]))

    assert cells(document.tables[2])[1][2] == "beep \ufffd\ufffd boop"


@pytest.fixture
def ratings() -> ReliabilityData:
    values = [[1, 2, 3, 3, None], [1, 2, 3, 1, None], [1, 3, 3, 3, 2]]
    return ReliabilityData.from_table(values, coders=["A", "B", "C"])


def of_ratings(data: ReliabilityData, path: Path, **other: Any) -> Any:
    how: dict[str, Any] = {"interval": "linearised"}
    alpha = krippendorff_alpha(data, **how)
    held: dict[str, Any] = {
        "title": "codes.csv",
        "summary": "codes.csv: 3 coders",
        "rows": {"all": {"alpha": alpha, "ac1": gwet_ac2(data, weights="ordinal", **how)}, "1": {"alpha": alpha}},
        "pairs": {(a, b): krippendorff_alpha(data.pair(a, b), **how) for a, b in combinations(data.coders, 2)},
        "disagreements": disagreeing_units(data),
        "conventions": alpha.conventions,
    }
    return read(write_ratings_agreement(path, **(held | other)))


def test_ratings_have_a_row_for_all_and_one_for_each_code(tmp_path: Path, ratings: ReliabilityData) -> None:
    document = of_ratings(ratings, tmp_path / "a.docx")
    alpha = krippendorff_alpha(ratings, interval="linearised")
    head, first, second = cells(document.tables[0])

    assert head == ["", "Krippendorff's α", "Gwet's AC2", "Units"]
    assert (first[0], first[1], first[3]) == ("all", alpha.estimate, "4")
    assert second == ["1", alpha.estimate, "", "4"]
    assert "computed as Krippendorff's α and Gwet's AC2 with autocode" in document.paragraphs[2].text
    assert captions(document)[1] == "Table 2. Krippendorff's α of each pair of coders, with its interval."
    assert [row[:1] + row[2:] for row in cells(document.tables[2])] == [
        ["Unit", "Ratings"], ["2", "A: 2; B: 2; C: 3"], ["4", "A: 3; B: 1; C: 3"],
    ]  # fmt: skip


def test_sets_are_told_by_their_codes_and_an_empty_one_in_words(tmp_path: Path) -> None:
    data = ReliabilityData.from_table([[{"x", "y"}, {"x"}], [set(), {"x"}]], coders=["A", "B"])
    document = of_ratings(data, tmp_path / "a.docx", pairs={}, rows={"all": {"alpha": krippendorff_alpha(data)}})

    assert cells(document.tables[1])[1] == ["1", "1.00", "A: x, y; B: no code"]


def test_many_coders_are_told_in_a_list_lowest_first(tmp_path: Path, ratings: ReliabilityData) -> None:
    some = krippendorff_alpha(ratings, interval=None)
    pairs: dict[tuple[CoderId, CoderId], Agreement] = {
        (CoderId("c0"), CoderId(f"c{n}")): replace(some, value=1 - n / 20, n_pairable=n) for n in range(1, 14)
    }
    _, *rows = cells(of_ratings(ratings, tmp_path / "a.docx", pairs=pairs).tables[1])

    assert rows[0] == ["c0 and c13", "0.35", "13"]
    assert rows[-1] == ["c0 and c1", "0.95", "1"]


def test_a_pair_that_shares_no_unit_leaves_its_cell_empty(tmp_path: Path, ratings: ReliabilityData) -> None:
    some = krippendorff_alpha(ratings, interval=None)
    pairs = {(CoderId("A"), CoderId("B")): some, (CoderId("A"), CoderId("C")): some}
    rows = cells(of_ratings(ratings, tmp_path / "a.docx", pairs=pairs).tables[1])

    assert rows[2] == ["C", f"{some.estimate}\n4", ""]


def test_units_on_which_nobody_differs_are_told_in_a_sentence(tmp_path: Path, ratings: ReliabilityData) -> None:
    document = of_ratings(ratings, tmp_path / "a.docx", disagreements=())

    assert "Wherever two coders judged the same unit, they gave it the same rating." in [
        one.text for one in document.paragraphs
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.doc", "a Word document ends in .docx; give the file that end."),
        ("there.docx", "there is a file of this name already; choose another, or replace it with --force."),
        ("no/a.docx", "make it or choose another."),
    ],
)
def test_where_nothing_can_be_written_is_refused_before_anything_is(
    tmp_path: Path, study: Study, ratings: ReliabilityData, name: str, said: str
) -> None:
    (tmp_path / "there.docx").write_text("mine")

    with pytest.raises(ReportError) as refused:
        write_agreement(tmp_path / name, title="T", table=study["table"])
    assert str(refused.value).startswith(f"{tmp_path / name}: ")
    assert str(refused.value).endswith(said)
    with pytest.raises(ReportError):
        of_ratings(ratings, tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there.docx"]
    assert (tmp_path / "there.docx").read_text() == "mine"


def test_force_replaces_what_is_there(tmp_path: Path, study: Study) -> None:
    (tmp_path / "there.docx").write_text("mine")
    path = write_agreement(tmp_path / "there.docx", title="T", table=study["table"], force=True)

    assert read(path).paragraphs[0].text == "Inter-coder agreement: T"
