"""The plain corpus, read and written."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.errors import AutocodeError, CodebookError, CodingError, CodingHeaderError, StudyError, TranscriptError
from autocode.exchange import is_corpus, read_corpus, write_corpus
from autocode.transcripts import Line, LineId, Role, Transcript, TranscriptId, Transcripts
from autocode.unicode import well_formed

LINES = "line_id,doc_id,speaker,order,text\nb1,B,moderator,1,How?\na2,A,P2,10,second\nb0,B,P1,0,\na1,A,P2,9,first\n"
CODINGS = "line_id,coder,code\na1,MO,sub\na1,gold,top\na2,gold,\n"
CODEBOOK = "code,parent,definition\ntop,,\nsub,top,\nother,,\nunder,other,\n"


@pytest.fixture
def corpus(tmp_path):
    def corpus(**files):
        texts = {"lines": LINES, "codings": CODINGS, "codebook": CODEBOOK} | files
        for name, text in texts.items():
            if text is not None:
                (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return corpus


def faults(folder, kind=AutocodeError):
    with pytest.raises(kind) as error:
        read_corpus(folder)
    assert type(error.value) is kind
    return [str(fault).removeprefix(f"{folder}").lstrip("/") for fault in error.value.faults]


def test_a_corpus_keeps_documents_as_they_come_and_lines_in_order(corpus):
    codings, lines, _ = read_corpus(corpus())

    assert [(line.transcript, line.id, line.role.value) for line in lines] == [
        ("B", "b0", "participant"),
        ("B", "b1", "participant"),
        ("A", "a1", "participant"),
        ("A", "a2", "participant"),
    ]
    assert lines.interview(TranscriptId("A")).text == "first\nsecond"
    assert [(one.line, one.coder, one.basis) for one in codings] == [
        ("a1", "MO", Basis.INDEPENDENT),
        ("a1", "gold", Basis.ADJUDICATED),
        ("a2", "gold", Basis.ADJUDICATED),
    ]


def test_roles_are_those_that_the_lines_give(corpus):
    folder = corpus(lines="line_id,doc_id,speaker,order,text,role\na1,A,x,1,How?,Interviewer\na2,A,y,2,Well.,\n")

    lines = read_corpus(folder).lines

    assert [line.role for line in lines] == [Role.INTERVIEWER, Role.PARTICIPANT]


def test_a_parent_that_was_applied_is_a_code_that_can_be(corpus):
    codebook = read_corpus(corpus()).codebook

    assert [code.id for code in codebook.themes if not code.codable] == ["other"]
    assert [code.id for code in codebook.subthemes] == ["top", "sub", "under"]


def test_a_folder_is_a_corpus_if_it_has_the_three_files(corpus):
    folder = corpus(codings=None)

    assert not is_corpus(folder)
    assert not is_corpus(folder / "gone")
    assert is_corpus(corpus())


def test_missing_files_are_named(corpus):
    folder = corpus(codings=None, codebook=None)

    with pytest.raises(StudyError) as error:
        read_corpus(folder)

    assert str(error.value).split("\n") == [
        f"{folder}: has no codings.csv; a plain corpus is lines.csv, codings.csv and codebook.csv.",
        f"{folder}: has no codebook.csv; a plain corpus is lines.csv, codings.csv and codebook.csv.",
    ]


def test_every_fault_of_the_lines_has_its_place(corpus):
    header = "line_id,doc_id,speaker,order,text,role\n"
    folder = corpus(lines=header + "a1,A,P,1,x,\na1,A,P,one,x,boss\n,,P,,x,participant\n", participants="name\nA\n")

    assert faults(folder, TranscriptError) == [
        "lines.csv:3: has the id of line 2, 'a1'; every line needs an id of its own.",
        "lines.csv:3: has the order 'one'; write a whole number.",
        "lines.csv:3: has the role 'boss'; write interviewer or participant.",
        "lines.csv:4: has nothing in the column 'line_id'; fill it.",
        "lines.csv:4: has nothing in the column 'doc_id'; fill it.",
        "lines.csv:4: has nothing in the column 'order'; fill it.",
        "participants.csv:1: expected a header with the column 'participant', found 'name'.",
    ]


def test_columns_that_the_lines_lack_are_named(corpus):
    assert faults(corpus(lines="line_id,doc_id,speaker,text\n"), TranscriptError) == [
        "lines.csv:1: has no column 'order'; the lines of a plain corpus have line_id, doc_id, speaker, order, text."
    ]


def test_faults_of_one_file_are_its_own_and_of_several_the_folders(corpus):
    assert faults(corpus(codings="line_id,coder,code\nzz,MO,\n"), CodingError) == [
        "codings.csv:2: names the line 'zz', which is in no transcript; correct the id or add the transcript."
    ]
    assert faults(corpus(codebook="code,parent,definition\na,b,\n", codings=CODINGS), CodebookError) == [
        "codebook.csv:2: the parent 'b' of 'a' does not exist; add it or correct the name."
    ]
    assert faults(corpus(lines="", codings="", codebook=""), StudyError) == [
        "lines.csv: is empty; it needs a header at least.",
        "codings.csv: is empty; it needs a header at least.",
        "codebook.csv: is empty; write the codes into it, the first under [[themes]].",
    ]


def test_a_header_without_codes_is_a_fault_of_the_codings(corpus):
    assert faults(corpus(codings="line,who\n"), CodingHeaderError) == [
        "codings.csv:1: expected a header with 'line_id,coder,code', or 'line_id' and a column for each code; "
        "found 'line', 'who'."
    ]


def test_a_corpus_is_written_in_the_shape_in_which_it_is_read(corpus, tmp_path):
    read = read_corpus(corpus())
    out = tmp_path / "new" / "folder"

    write_corpus(out, codings=read.codings, lines=read.lines, codebook=read.codebook)

    assert sorted(one.name for one in out.iterdir()) == ["codebook.csv", "codings.csv", "lines.csv"]
    assert (out / "codings.csv").read_text() == CODINGS
    assert (out / "codebook.csv").read_text() == (
        "code,parent,definition,codable\ntop,,,yes\nsub,top,,\nother,,,\nunder,other,,\n"
    )
    assert (out / "lines.csv").read_text() == (
        "line_id,doc_id,speaker,order,text\nb0,B,P1,0,\nb1,B,moderator,1,How?\na1,A,P2,9,first\na2,A,P2,10,second\n"
    )


def test_nothing_of_a_corpus_is_replaced_without_force(corpus, tmp_path):
    folder = corpus(lines=None)
    read = read_corpus(corpus())
    (folder / "lines.csv").unlink()

    with pytest.raises(CodingError) as error:
        write_corpus(folder, codings=read.codings, lines=read.lines, codebook=read.codebook)

    assert [str(fault) for fault in error.value.faults] == [
        f"{folder / name}: exists already; choose another name, or force to replace it."
        for name in ("codings.csv", "codebook.csv")
    ]
    assert not (folder / "lines.csv").exists()
    write_corpus(folder, codings=read.codings, lines=read.lines, codebook=read.codebook, force=True)
    assert read_corpus(folder).codings == read.codings


def test_a_folder_that_cannot_be_made_is_named(corpus):
    read = read_corpus(corpus())
    folder = corpus() / "lines.csv" / "inner"

    with pytest.raises(CodingError) as error:
        write_corpus(folder, codings=read.codings, lines=read.lines, codebook=read.codebook)

    assert str(error.value) == f"{folder}: cannot be made (Not a directory); choose another folder."


@pytest.mark.parametrize(
    ("name", "lines", "documents", "codes", "applied", "coders"),
    [
        ("disapere", 9946, 506, 27, 27302, 17),
        ("nhs_feedback", 6211, 4132, 57, 8609, 1),
        ("serdif_thinkaloud", 4741, 17, 22, 4133, 1),
    ],
)
def test_the_real_corpora_hold_what_their_readmes_count(
    corpora, tmp_path, name, lines, documents, codes, applied, coders
):
    read = read_corpus(corpora / name)
    write_corpus(tmp_path, codings=read.codings, lines=read.lines, codebook=read.codebook)
    again = read_corpus(tmp_path)

    assert (len(read.lines), len(read.lines.interviews), len(read.codebook)) == (lines, documents, codes)
    assert (sum(len(one.codes) for one in read.codings), len(read.codings.coders)) == (applied, coders)
    assert list(again.codings) == list(read.codings)
    assert again.lines[:] == read.lines[:]
    assert again.codebook.digest == read.codebook.digest


TEXT = st.text(st.characters(codec="utf-8"), max_size=8).map(well_formed)
NAMES = TEXT.map(str.strip).filter(bool)


@st.composite
def corpora_of_any_kind(draw):
    names = draw(st.lists(NAMES.filter(str.isprintable), min_size=1, max_size=3, unique=True))
    keys = draw(st.lists(st.sampled_from(["role", "borough"]), unique=True))
    interviews = []
    for name in names:
        texts = draw(st.lists(TEXT, min_size=1, max_size=3))
        at, lines = 0, []
        for order, text in enumerate(texts):
            lines.append(
                Line(
                    id=LineId(f"{name}:{order}"),
                    transcript=TranscriptId(name),
                    order=order,
                    speaker=draw(st.sampled_from(["I", "GP1"])),
                    role=draw(st.sampled_from(Role)),
                    text=text,
                    start=at,
                    end=at + len(text),
                )
            )
            at += len(text) + 1
        text = "\n".join(texts)
        attributes = {key: draw(st.sampled_from(["", "GP", "a, b"])) for key in keys}
        interviews.append(
            Transcript(
                id=TranscriptId(name),
                text=text,
                lines=tuple(lines),
                digest=Transcript.digest_of(text, lines),
                attributes=MappingProxyType(attributes),
            )
        )
    codebook = Codebook(
        [
            Code(id=CodeId("t"), name="T", codable=draw(st.booleans()), definition=draw(TEXT)),
            Code(id=CodeId("s"), name="S", parent=CodeId("t"), examples=tuple(draw(st.lists(TEXT, max_size=2)))),
        ],
        version=draw(st.sampled_from(["1", "2"])),
    )
    some_codes = st.frozensets(st.sampled_from([code.id for code in codebook.subthemes]))
    codings = Codings(
        Coding(
            line=line.id,
            coder=draw(st.sampled_from([CoderId("MO"), CoderId("gold")])),
            codes=draw(some_codes) - unjudged,
            unjudged=unjudged,
            waiting_parts=frozenset({unjudged}) if unjudged and draw(st.booleans()) else frozenset(),
            basis=draw(st.sampled_from(Basis)),
            memo=draw(TEXT),
        )
        for one in interviews
        for line in one.lines
        if draw(st.booleans())
        for unjudged in [draw(some_codes)]
    )
    return codings, Transcripts(interviews), codebook


@given(corpus=corpora_of_any_kind())
def test_any_plain_corpus_reads_back_equal(tmp_path_factory, corpus):
    codings, lines, codebook = corpus
    folder = tmp_path_factory.mktemp("any")

    write_corpus(folder, codings=codings, lines=lines, codebook=codebook)

    read = read_corpus(folder)
    assert list(read.codings) == list(codings)
    assert [replace(one, source="") for one in read.lines.interviews] == list(lines.interviews)
    assert read.codebook.digest == codebook.digest
    assert read.codebook.version == codebook.version
