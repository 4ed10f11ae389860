"""Codings in long and wide tables."""

from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.errors import CodingError
from autocode.exchange import read_codings, write_codings
from autocode.transcripts import Line, LineId, Role, TranscriptId
from autocode.unicode import well_formed
from studies import coding_of


@pytest.fixture
def table(tmp_path):
    def table(text, name="coder_a.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return table


@pytest.fixture
def faults(lines, codebook):
    def faults(path, **options):
        with pytest.raises(CodingError) as error:
            read_codings(path, lines=lines, codebook=codebook, **options)
        return [str(fault).removeprefix(f"{path}:") for fault in error.value.faults]

    return faults


def test_a_long_table_holds_sets_of_codes_empty_ones_too_and_names_or_ids(table, lines, codebook):
    path = table(
        "line_id,coder,code\n"
        'GP1:2,MO,"roles, services"\nGP1:2,MO,LOGISTICAL ISSUES\n\nGP1:2, KB ,\nGP1:1,MO,logistics\n'
    )

    codings = read_codings(path, lines=lines, codebook=codebook)

    assert list(codings) == [
        coding_of("GP1:2", "MO", "roles, services", "logistics"),
        coding_of("GP1:2", "KB"),
        coding_of("GP1:1", "MO", "logistics"),
    ]


def test_basis_memo_person_and_time_are_read(table, lines, codebook):
    path = table(
        "Line ID;Coder;Code;basis;memo;person;at;speaker;text\n"
        "GP1:2;MO;logistics;Assisted;one;;2026-01-31T14:05:00+00:00;GP1;a\n"
        "GP1:2;MO;roles, services;assisted;two;ignored;;GP1;a\n"
        "GP1:2;gold;;;;KB;;GP1;a\n"
        "GP1:3;gold;;;;;;GP1;b\n"
        "GP1:4;gold;;independent;;;;GP1;c\n"
    )

    codings = read_codings(path, lines=lines, codebook=codebook)

    assert list(codings) == [
        coding_of(
            "GP1:2",
            "MO",
            "logistics",
            "roles, services",
            basis=Basis.ASSISTED,
            memo="one\ntwo",
            at=datetime(2026, 1, 31, 14, 5, tzinfo=UTC),
        ),
        coding_of("GP1:2", "KB", basis=Basis.ADJUDICATED),
        coding_of("GP1:3", "gold", basis=Basis.ADJUDICATED),
        coding_of("GP1:4", "gold"),
    ]


def test_the_caller_names_coder_and_basis_where_the_table_does_not(table, lines, codebook):
    path = table("line_id,code\nGP1:2,logistics\n")

    codings = read_codings(path, lines=lines, codebook=codebook, coder="MO", basis=Basis.ASSISTED)

    assert list(codings) == [coding_of("GP1:2", "MO", "logistics", basis=Basis.ASSISTED)]


def test_every_fault_of_a_long_table_has_its_line(table, faults):
    path = table(
        "line_id,coder,code,basis,at\n"
        "GP9:99,MO,logistics,,\n"
        "GP1:2,MO,logisticts,,\n"
        "GP1:2,MO,zzz,,\n"
        "GP1:2,MO,Accessing social services,,\n"
        "GP1:2,MO,alone,,\n"
        "GP1:2,model 2,logistics,,\n"
        "GP1:2,KB,logistics,,\n"
        "GP1:2,KB,,,\n"
        "GP1:2,KB,logistics,,\n"
        "GP1:3,KB,,,\n"
        "GP1:3,KB,logistics,,\n"
        "GP1:4,KB,,guess,\n"
        ",,,,\n"
        ",KB,,,\n"
        "GP1:3,JL,,,noon\n"
        "GP1:3,,logistics,,\n"
    )

    assert faults(path) == [
        "2: names the line 'GP9:99', which is in no transcript; correct the id or add the transcript.",
        "3: the code 'logisticts' is not in the codebook; perhaps 'Logistical issues' is meant.",
        "4: the code 'zzz' is not in the codebook; correct it or add it to the codebook.",
        "5: 'Accessing social services' is a theme; code one of its subthemes: Lack of awareness, Logistical issues.",
        "6: 'A theme alone' is a theme; add subthemes to it and code those.",
        "7: the coder 'model 2' is named like a machine; a coder is a person, and what a machine proposes is a "
        "suggestion. Give the person's initials or a pseudonym.",
        "9: contradicts line 8: one says that nothing applies to 'GP1:2', the other gives it a code; keep one.",
        "10: repeats line 8; keep one of the two rows.",
        "12: contradicts line 11: one says that nothing applies to 'GP1:3', the other gives it a code; keep one.",
        "13: has the unknown basis 'guess'; write independent, assisted, adjudicated.",
        "15: names no line; write its id into the column 'line_id'.",
        "16: has the time 'noon'; write it as 2026-01-31T14:05:00+00:00.",
        "17: a coder needs a name; write the coder's initials or a pseudonym.",
    ]


def test_an_empty_row_repeated_is_a_repetition(table, faults):
    assert faults(table("line_id,coder,code\nGP1:2,MO,\nGP1:2,MO,\n")) == [
        "3: repeats line 2; keep one of the two rows."
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [" is empty; it needs a header at least."]),
        (" , \n", [" is empty; it needs a header at least."]),
        (
            "line,who\n",
            [
                "1: expected a header with 'line_id,coder,code', or 'line_id' and a column for each code; found "
                "'line', 'who'."
            ],
        ),
        (
            "line_id,code,colour\n",
            [
                "1: has the unknown column 'colour'; the columns of a long table are line_id, coder, code, basis, "
                "memo, person, at, judged, version. Remove it, or leave out the column 'code' if this is a wide table.",
                "1: has no column 'coder'; add it, or name the coder when reading.",
            ],
        ),
        (
            "line_id,coder,coder,code\nGP1:2,MO,MO,a,b\n",
            [
                "1: two columns are named 'coder'; rename one of them.",
                "2: expected 4 cells, found 5; quote cells with commas.",
            ],
        ),
        ('line_id,coder,code\n"GP1', ["2: is not a table in CSV (unexpected end of data); save it again as CSV."]),
        (
            b"line_id,coder,code\n\x00\x01\x02",
            [" is not text (it contains zero bytes); export it as .docx or as a text file in UTF-8."],
        ),
    ],
)
def test_what_is_no_table_of_codings_is_refused(table, faults, text, found):
    if isinstance(text, bytes):
        text += b"\xff"

    assert faults(table(text)) == found


def test_another_kind_of_file_or_none_is_refused(table, faults, tmp_path):
    assert faults(table("x", "codings.json")) == [" has the unknown suffix '.json'; a table is a .csv or an .xlsx."]
    assert faults(table("x", "codings.xlsx")) == [
        " is not an Excel file (.xlsx), whatever its name says; save it again as .xlsx or as CSV."
    ]
    assert faults(tmp_path / "gone.csv") == [
        " cannot be read (No such file or directory); check that it exists and that you may open it."
    ]


def test_tables_from_windows_are_read(table, lines, codebook):
    path = table("line_id;coder;code;memo\r\nGP1:2;MO;logistics;naïve café\r\n".encode("cp1252"))

    assert list(read_codings(path, lines=lines, codebook=codebook)) == [
        coding_of("GP1:2", "MO", "logistics", memo="naïve café")
    ]


def test_in_a_wide_table_an_unread_row_is_not_an_empty_one(table, lines, codebook):
    path = table(
        'line_id,speaker,text,"Roles, services",Logistical issues,memo,\n'
        "GP1:1,I,How?,,,,\nGP1:2,GP1,a,x,0,why,\nGP1:3,GP1,b,,no,,\nGP1:4,GP1,c,TRUE,1,,\n"
    )

    codings = read_codings(path, lines=lines, codebook=codebook)

    assert list(codings) == [
        coding_of("GP1:2", "coder_a", "roles, services", memo="why"),
        coding_of("GP1:3", "coder_a"),
        coding_of("GP1:4", "coder_a", "roles, services", "logistics"),
    ]


def test_a_wide_table_may_hold_several_coders_or_be_of_a_named_one(table, lines, codebook):
    several = table("line_id,coder,logistics\nGP1:2,MO,1\nGP1:2,KB,0\nGP1:3,,\n")
    named = table("line_id,logistics\nGP1:2,1\n", "sheet.csv")

    assert list(read_codings(several, lines=lines, codebook=codebook)) == [
        coding_of("GP1:2", "MO", "logistics"),
        coding_of("GP1:2", "KB"),
    ]
    assert read_codings(named, lines=lines, codebook=codebook, coder="MO").coders == ("MO",)


def test_a_wide_sheet_of_excel_is_read(tmp_path, lines, codebook):
    book = openpyxl.Workbook()
    for row in (["line_id", "logistics", "roles, services"], ["GP1:2", 1.0, True], ["GP1:3", 0, None]):
        book.active.append(row)
    book.save(tmp_path / "coder_b.xlsx")

    codings = read_codings(tmp_path / "coder_b.xlsx", lines=lines, codebook=codebook)

    assert list(codings) == [
        coding_of("GP1:2", "coder_b", "roles, services", "logistics"),
        coding_of("GP1:3", "coder_b"),
    ]


def test_an_empty_sheet_of_excel_is_refused(tmp_path, faults):
    openpyxl.Workbook().save(tmp_path / "coder_b.xlsx")

    assert faults(tmp_path / "coder_b.xlsx") == [" is empty; it needs a header at least."]


def test_every_fault_of_a_wide_table_has_its_line(table, faults):
    path = table(
        "line_id,memo,logistics,basis\nGP9:1,,1,\nGP1:2,,maybe,\nGP1:3,why,,\nGP1:4,,1,\nGP1:4,,0,\nGP1:1,,1,x\n"
    )

    assert faults(path) == [
        "2: names the line 'GP9:1', which is in no transcript; correct the id or add the transcript.",
        "3: has 'maybe' under 'logistics'; write 1 if the code applies and 0 if not.",
        "4: has a memo and no mark; write 0 under one code if the line was read and nothing applies.",
        "6: judges the line of line 5 again; keep one row for each coder and line.",
        "7: has the unknown basis 'x'; write independent, assisted, adjudicated.",
    ]


def test_columns_of_a_wide_table_are_codes_or_known(table, faults):
    assert faults(table("line_id,logistic,logistics,Logistical issues,access\n")) == [
        "1: the code 'logistic' is not in the codebook; perhaps 'Logistical issues' is meant.",
        "1: has two columns for the code 'logistics'; keep one.",
        "1: 'Accessing social services' is a theme; code one of its subthemes: Lack of awareness, Logistical issues.",
    ]
    assert faults(table("line_id,text\nGP1:2,a\n")) == [
        "1: has no column for a code; name one after each code of the codebook."
    ]


def test_codings_that_exist_are_replaced_only_by_force(table, lines, codebook):
    path = table("what was here")
    codings = Codings([coding_of("GP1:2", "MO", "logistics"), coding_of("GP1:3", "MO")])

    with pytest.raises(CodingError) as error:
        write_codings(codings, path)

    assert str(error.value) == f"{path}: exists already; choose another name, or force to replace it."
    assert path.read_text() == "what was here"
    write_codings(codings, path, force=True)
    assert path.read_text() == "line_id,coder,code\nGP1:2,MO,logistics\nGP1:3,MO,\n"
    assert read_codings(path, lines=lines, codebook=codebook) == codings


def test_codings_that_cannot_be_written_leave_nothing(tmp_path):
    path = tmp_path / "gone" / "codings.csv"

    with pytest.raises(CodingError) as error:
        write_codings(Codings(), path)

    assert str(error.value) == f"{path}: cannot be written (No such file or directory); choose another folder."


TEXT = st.text(st.characters(codec="utf-8"), max_size=8).map(well_formed)
NAMES = TEXT.map(str.strip).filter(bool)


def partly_judged(*, part_of, codes, **fields):
    """Return a coding that may say nothing about some of its codes, parts of split codes among them."""
    unjudged = frozenset(code for code in codes if part_of(st.booleans()))
    parts = st.frozensets(st.sampled_from(sorted(unjudged)), min_size=1) if unjudged else st.nothing()
    waiting = part_of(st.frozensets(parts, max_size=2)) if unjudged else frozenset()
    return Coding(codes=codes - unjudged, unjudged=unjudged, waiting_parts=waiting, **fields)


@given(data=st.data(), ids=st.lists(NAMES, min_size=1, max_size=4, unique_by=str.casefold))
def test_any_codings_read_back_equal(tmp_path_factory, data, ids):
    codebook = Codebook(Code(id=CodeId(one), name=one) for one in ids)
    names = data.draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    lines = [
        Line(
            id=LineId(name),
            transcript=TranscriptId("x"),
            order=1,
            speaker="x",
            role=Role.PARTICIPANT,
            text="",
            start=0,
            end=0,
        )
        for name in names
    ]
    codings = Codings(
        data.draw(
            st.lists(
                st.builds(
                    partly_judged,
                    part_of=st.just(data.draw),
                    line=st.sampled_from([line.id for line in lines]),
                    coder=st.sampled_from([CoderId("MO"), CoderId("KB"), CoderId("gold")]),
                    codes=st.frozensets(st.sampled_from(list(codebook))),
                    basis=st.sampled_from(Basis),
                    memo=TEXT,
                    at=st.none() | st.datetimes(timezones=st.none() | st.just(UTC)),
                    version=st.sampled_from(["", "1", "two"]),
                ),
                unique_by=lambda one: (one.line, one.coder, one.basis),
            )
        )
    )
    path = tmp_path_factory.mktemp("any") / "codings.csv"

    write_codings(codings, path)

    assert list(read_codings(path, lines=lines, codebook=codebook)) == list(codings)


def test_what_was_not_judged_stands_beside_the_code(table, lines, codebook, faults):
    coding = coding_of("GP1:2", "MO", unjudged=frozenset({"logistics"}), version="1")
    write_codings(Codings([coding], version="2"), path := table("", name="open.csv"), force=True)

    assert path.read_text() == "line_id,coder,code,judged,version\nGP1:2,MO,,,2\nGP1:2,MO,logistics,no,2\n"
    assert faults(table("line_id,coder,code,judged\nGP1:2,MO,logistics,no\nGP1:2,MO,logistics,\n")) == [
        "3: gives a code that line 2 says was not judged; keep one of the two."
    ]
    assert faults(table("line_id,coder,code,judged\nGP1:2,MO,logistics,\nGP1:2,MO,logistics,no\n")) == [
        "3: says of the code of line 2 that it was not judged; keep one of the two rows."
    ]
    assert faults(table("line_id,coder,code,judged\nGP1:2,MO,logistics,maybe\nGP1:3,MO,,no\n")) == [
        "2: has 'maybe' in the column 'judged'; write no beside a code that was not judged, else nothing.",
        "3: has 'no' in the column 'judged'; write no beside a code that was not judged, else nothing.",
    ]


def test_a_column_of_a_wide_table_that_is_named_judged_is_that_of_a_code(table, lines):
    codebook = Codebook([Code(id="judged", name="Judged"), Code(id="version", name="Version")])
    path = table("line_id,judged,version\nGP1:2,1,0\n")

    assert list(read_codings(path, lines=lines, codebook=codebook)) == [coding_of("GP1:2", "coder_a", "judged")]
