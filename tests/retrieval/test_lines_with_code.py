"""All lines of a code: which they are, what stands around them, and the same counts as in the room `themes`."""

import csv
import io

import pytest

from autocode.coding import Basis, Codings
from autocode.errors import StudyError, UnknownNameError
from autocode.report import write_retrieved_lines
from autocode.retrieval import lines_with_code
from autocode.themes import Incidence, together, variation
from autocode.transcripts import Transcripts
from studies import coding_of, interview_of


@pytest.fixture
def codings() -> Codings:
    return Codings(
        [
            coding_of("GP1:2", "MO", "logistics", "awareness", memo="the number"),
            coding_of("GP1:2", "JB", "awareness"),
            coding_of("GP1:3", "MO", "logistics"),
            coding_of("GP1:3", "MO", "logistics", basis=Basis.ASSISTED),
            coding_of("PM1:2", "JB", "awareness", memo="=HYPERLINK()"),
            coding_of("PM1:3", "JB"),
        ]
    )


@pytest.fixture
def found_of(codings, lines, codebook):
    return lambda code, **more: lines_with_code(codings, lines, codebook, code=code, **more)


def places(found) -> list[str]:
    return [line.reference for line in found.lines]


def test_each_line_comes_with_its_question_its_neighbours_and_all_who_judged_it(found_of):
    first, second = found_of("logistics").lines

    assert (first.quotation, first.coders) == ("“There is one number and it rings out.” (GP1, line 2)", ("MO",))
    assert [coding.coder for coding in first.others] == ["JB"]
    assert (first.question, first.before) == (first.before, first.question)
    assert first.question.text == "How do you reach social services?"
    assert (second.before, second.after.text) == (first.line, "And the meetings?")


def test_a_theme_has_the_lines_of_its_codes_and_a_code_only_its_own(found_of):
    assert places(found_of("access")) == ["GP1, line 2", "GP1, line 3", "PM1, line 2"]
    assert places(found_of("access", subcodes=False)) == []
    assert dict(found_of("access").by_coder) == {"JB": 2, "MO": 2}
    with pytest.raises(UnknownNameError, match="logistic"):
        found_of("logistic")


def test_lines_are_filtered_by_one_judgement_that_fits_in_all(found_of):
    found = found_of("access")

    assert places(found.where(coders=["JB"])) == ["GP1, line 2", "PM1, line 2"]
    assert places(found.where(coders=["JB"], with_memo=True)) == ["PM1, line 2"]
    assert places(found.where(bases=[Basis.ASSISTED])) == ["GP1, line 3"]
    assert places(found.where(interviews=["PM1"])) == ["PM1, line 2"]
    assert places(found.where(codes_too=["logistics", "awareness"])) == ["GP1, line 2"]
    # who gave it otherwise is still seen beside it
    (line,) = found.where(coders=["JB"], interviews=["GP1"]).lines
    assert [[coding.coder for coding in codings] for codings in (line.given, line.others)] == [["JB"], ["MO"]]


def test_who_speaks_is_cited_where_several_do(codebook):
    lines = Transcripts([interview_of("FG1", [("INT", "Yes?"), ("Anna", "Parking."), ("Ben", "Always.")])])
    found = lines_with_code(Codings([coding_of("FG1:3", "MO", "logistics")]), lines, codebook, code="logistics")

    assert places(found) == ["Ben in FG1, line 3"]


def test_a_table_for_spreadsheets_holds_no_formula(found_of):
    rows = list(csv.DictReader(io.StringIO(found_of("awareness").to_csv())))

    assert [(row["reference"], row["coders"], row["codes"]) for row in rows] == [
        ("GP1, line 2", "JB; MO", "awareness; logistics"),
        ("PM1, line 2", "JB", "awareness"),
    ]
    assert rows[0]["question"] == "How do you reach social services?"
    assert rows[1]["memo"] == "JB: =HYPERLINK()"


def test_a_word_document_holds_each_line_with_where_it_stands(found_of, tmp_path):
    import docx

    written = write_retrieved_lines(tmp_path / "awareness.docx", title="A study", found=found_of("awareness"))
    text = "\n".join(paragraph.text for paragraph in docx.Document(written).paragraphs)

    for words in ("A study: Lack of awareness", "2 lines of 2 interviews, given by JB, MO.", "What is your role?",
                  "I run the practice.  (PM1, line 2)", "Memo of JB: =HYPERLINK()"):  # fmt: skip
        assert words in text


def test_counts_are_those_of_the_room_of_themes(sample):
    codings, lines, codebook = sample
    pairs = together(codings, lines, codebook, unit="line", coded_by="any", resamples=1)
    # only interviews that were read completely, by which `themes` counts
    incidence = Incidence.of(codings, lines, codebook, coded_by="any")
    shares = variation(incidence, "role").shares
    for code in codebook.subthemes:
        found = lines_with_code(codings, lines, codebook, code=code.id)
        for other in codebook.subthemes:
            if other != code:
                pair = pairs.pair(code.id, other.id)
                assert found.together.get(other.id, 0) == (0 if pair is None else pair.both)
        met = [lines.interview(name).attributes["role"] for name in found.interviews if name in incidence.interviews]
        assert {role: met.count(role) for role in shares[code.id]} == {r: s.k for r, s in shares[code.id].items()}


def test_lines_that_were_edited_since_are_refused(codings, lines, codebook):
    known = Codings(codings, digests={"GP1": "another"})

    with pytest.raises(StudyError, match="GP1 is not as it was when it was coded"):
        lines_with_code(known, lines, codebook, code="access")
