"""Codebooks in the exchange format of REFI-QDA."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from any_codebook import codebooks
from autocode.codebook import Code, Codebook, CodeId, qdc_of, read_codebook, read_qdc
from autocode.codebook._descriptions import description_of, texts_in
from autocode.errors import CodebookError

REFI = Path(__file__).parents[3] / "shared" / "refi"
refi = pytest.mark.skipif(not REFI.is_dir() and "CI" not in os.environ, reason="../shared/refi is not here")
SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers" / "codebook.toml"
GUID = "cae1a74d-d7dc-50de-b061-2a5bbf88c940"


@pytest.fixture
def qdc(tmp_path):
    def qdc(text, name="book.qdc"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return qdc


def book(codes, *, top='<CodeBook xmlns="urn:QDA-XML:codebook:1.0">'):
    return f"<?xml version='1.0'?>\n{top}\n<Codes>\n{codes}\n</Codes>\n</CodeBook>\n"


def faults(path):
    with pytest.raises(CodebookError) as error:
        read_qdc(path)
    return [str(fault).removeprefix(f"{path}") for fault in error.value.faults]


@given(codebook=codebooks())
def test_any_codebook_that_is_read_from_a_file_is_written_as_it_was(tmp_path_factory, codebook):
    path = tmp_path_factory.mktemp("any") / "book.qdc"
    text = qdc_of(codebook, study="one")
    path.write_text(text, encoding="utf-8", newline="")
    read = read_qdc(path)

    def tree(book, parent=None):
        below = [code for code in book.values() if code.parent == parent]
        return [(c.name, c.codable, c.definition, c.use_when, c.not_when, c.examples, tree(book, c.id)) for c in below]

    assert qdc_of(read.codebook, study="another", guids=read.guids) == text
    assert tree(read.codebook) == tree(codebook)
    assert read.lost == ()


PIECES = st.lists(st.sampled_from(["Use when: ", "Not when: ", "Example: ", "\n", "\n\n", "\\", "a"]), max_size=7)
TEXTS = PIECES.map("".join)


@given(definition=TEXTS, use_when=TEXTS, not_when=TEXTS, examples=st.lists(TEXTS, max_size=3).map(tuple))
def test_texts_that_look_like_the_beginning_of_others_are_taken_apart_as_they_were(**texts):
    assert texts_in(description_of(Code(id="a", name="A", **texts))) == texts


@refi
@given(codebook=codebooks())
def test_any_codebook_is_valid_against_the_schema(codebook):
    schema = etree.XMLSchema(etree.parse(REFI / "schema" / "Codebook.xsd"))
    ended = [Code(id=f"{code.id} ended", name=code.name) for code in codebook.values()]

    schema.assertValid(etree.fromstring(qdc_of(codebook, study="one").encode()))
    schema.assertValid(etree.fromstring(qdc_of(codebook, study="one", retired=ended).encode()))


def test_guids_depend_on_the_study_and_the_id_and_nothing_else():
    codebook = Codebook([Code(id="wait", name="Waiting")])
    later = Codebook([Code(id="wait", name="Queues", definition="x"), Code(id="b", name="B")], version="7")

    assert GUID in qdc_of(codebook, study="clinic")
    assert GUID in qdc_of(later, study="clinic")
    assert GUID not in qdc_of(codebook, study="another")
    assert 'guid="x"' in qdc_of(codebook, study="clinic", guids={"wait": "x"})


def test_the_sample_is_written_with_themes_that_are_not_codable():
    text = qdc_of(read_codebook(SAMPLE), study="sample")
    codes = etree.fromstring(text.encode()).iter("{*}Code")
    kinds = [code.get("isCodable") for code in codes]

    assert (kinds.count("false"), kinds.count("true")) == (3, 9)
    assert "\n\nUse when: " in text
    assert "<Sets" not in text


def test_retired_codes_stand_in_a_folder_whose_name_nothing_beside_it_has():
    codebook = Codebook([Code(id="a", name="retired"), Code(id="b", name="B")])
    ended = [Code(id="c", name="Cost", parent="gone"), Code(id="d", name="cost")]
    root = etree.fromstring(qdc_of(codebook, study="s", retired=ended).encode())

    assert [code.get("name") for code in root[0]] == ["retired", "B", "Retired (2)"]
    assert [code.get("name") for code in root[0][2]] == ["Cost (c)", "cost (d)"]
    assert root[0][2].get("isCodable") == "false"


def test_a_codebook_without_codes_is_not_written():
    with pytest.raises(CodebookError, match="holds at least one; add a code"):
        qdc_of(Codebook([]), study="s")


@refi
@pytest.mark.parametrize(
    ("file", "origin", "lost"),
    [
        ("handwritten/refi-spec-A1_codebook.qdc", "", ("the colours of 4 codes",)),
        ("synthetic/codebook_atlasti_0-4.qdc", "ATLAS.ti Win 9.0.19", ("the colours of 8 codes", "1 set of codes")),
        (
            "synthetic/codebook_nvivo-mac_1-colon-0.qdc",
            "NVivo 12 For Mac",
            ("the colours of 8 codes", "1 set of codes"),
        ),
        ("synthetic/codebook_v1.0.qdc", "autocode 0.1", ("the colours of 8 codes", "1 set of codes")),
        ("taguette/taguette-1.5.2_codebook.qdc", "Taguette 1.5.2", ()),
    ],
)
def test_codebooks_of_other_programs_are_read_whole(file, origin, lost):
    path = REFI / "samples" / file
    read = read_qdc(path)
    elements = list(etree.parse(path).iter("{*}Code"))

    def path_in_file(code):
        names = [code.get("name"), *(above.get("name") for above in code.iterancestors("{*}Code"))]
        return " / ".join(reversed(names))

    assert [read.codebook.path(code) for code in read.codebook] == [path_in_file(code) for code in elements]
    assert [code.codable for code in read.codebook.values()] == [code.get("isCodable") == "true" for code in elements]
    assert [code.definition for code in read.codebook.values()] == [
        code.findtext("{*}Description") or "" for code in elements
    ]
    assert [f"{{{guid}}}" for guid in read.guids.values()] == [
        "{" + code.get("guid").lower().strip("{}") + "}" for code in elements
    ]
    assert (read.origin, read.lost) == (origin, lost)
    assert read_codebook(path) == read.codebook


def test_every_fault_of_a_file_has_its_line(qdc):
    codes = (
        '<Code guid="1" name="A" isCodable="maybe"/>\n'
        f'<Code guid="{GUID}" name="" isCodable="1"/>'
    )  # fmt: skip
    twice = f'<Code guid="{GUID}" name="A" isCodable="true"/>\n<Code guid="{{{GUID.upper()}}}" name="a" isCodable="0"/>'

    assert faults(qdc(book(codes))) == [
        ":4: the code 'A' has the GUID '1', which is none; export the file again.",
        ":4: isCodable of 'A' must be true or false; found 'maybe'.",
    ]
    assert faults(qdc(book(f'<Code guid="{GUID}" name=" " isCodable="1"/>'))) == [
        ":4: the code 'code' has no name; give it one."
    ]
    assert faults(qdc(book(twice))) == [
        f":5: the codes 'A' and 'a' have one GUID, {GUID}; export the file again.",
        ":5: two codes have the name 'a'; rename one of them.",
    ]


BOMB = '<!DOCTYPE CodeBook [<!ENTITY a "aaaa">]>\n<CodeBook><Codes/></CodeBook>'
REFUSED = [
    ("<CodeBook><Codes></CodeBook>", ":1: is not XML: mismatched tag; export it again."),
    ("", ":1: is not XML: no element found; export it again."),
    ("<Project/>", ": is not a codebook of REFI-QDA: it begins with <Project>, not with <CodeBook>."),
    ("<CodeBook><Codes/></CodeBook>", ": contains no codes; export the codes of the project."),
    (BOMB, ": declares entities, which a codebook does not need; export it again from its program."),
]


@pytest.mark.parametrize(("text", "fault"), REFUSED, ids=[fault for _, fault in REFUSED])
def test_what_is_no_codebook_is_refused(qdc, text, fault):
    assert faults(qdc(text)) == [fault]


def test_a_file_that_is_not_there_is_said_to_be(tmp_path):
    assert faults(tmp_path / "no.qdc") == [
        ": cannot be read (No such file or directory); check that it exists and that you may open it."
    ]


def test_a_tree_of_any_depth_is_read_and_written(qdc):
    depth = 2 * sys.getrecursionlimit()
    codes = [Code(id=CodeId("0"), name="0")]
    codes += [Code(id=CodeId(f"{n}"), name=f"{n}", parent=CodeId(f"{n - 1}")) for n in range(1, depth)]
    start = "".join(f'<Code guid="{n:08}-0000-0000-0000-000000000000" name="{n}" isCodable="1">' for n in range(depth))
    read = read_qdc(qdc(book(start + "</Code>" * depth)))

    assert len(read.codebook) == depth
    assert read.codebook[f"{depth - 1}"].parent == f"{depth - 2}"


def test_all_codes_are_found_by_pyrefiqda(tmp_path):
    pyrefiqda = pytest.importorskip("pyrefiqda")
    codebook = read_codebook(SAMPLE)
    path = tmp_path / "book.qdc"
    path.write_text(qdc_of(codebook, study="sample"), encoding="utf-8")
    read = pyrefiqda.RefiCodebook.load(str(path))

    def names(codes, above=()):
        for code in codes:
            yield " / ".join((*above, code.name))
            yield from names(code.code, (*above, code.name))

    assert list(names(read.codes.code)) == [codebook.path(code) for code in codebook]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="pyqdpx needs Python 3.12")
def test_all_codes_are_found_by_pyqdpx():
    pyqdpx = pytest.importorskip("pyqdpx.pyqdpx")
    codebook = read_codebook(SAMPLE)
    read = pyqdpx.QDE(qdc_of(codebook, study="sample"), None)

    def path_of(code):
        return code.name if code.parent is None else f"{path_of(code.parent)} / {code.name}"

    assert [path_of(code) for code in read.codes.values()] == [codebook.path(code) for code in codebook]
    assert [code.is_codable for code in read.codes.values()] == [code.codable for code in codebook.values()]
