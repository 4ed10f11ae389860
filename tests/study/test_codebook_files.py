"""A study's codebook in files of other programs, and back."""

import os
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings

import autocode as ac
from any_codebook import codebooks
from autocode.codebook import (
    Added,
    Code,
    Codebook,
    Merged,
    Redefined,
    Redefinition,
    Renamed,
    Split,
    additions,
    evolve,
    qdc_of,
    read_codebook,
    read_qdc,
)
from autocode.coding import Coding, Codings
from autocode.errors import CodebookError
from autocode.report import methods_appendix, write_codebook_difference
from autocode.study import (
    change_codebook,
    codes_to_import,
    create_study,
    export_codebook,
    open_journal,
    study_difference,
    write_study_report,
)

REFI = Path(__file__).parents[3] / "shared" / "refi"
refi = pytest.mark.skipif(not REFI.is_dir() and "CI" not in os.environ, reason="../shared/refi is not here")
SIGNED = {"by": "TW", "why": "as we said"}


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    create_study(folder)
    (folder / "transcripts" / "Bea.txt").write_text("Mara: And?\nBea: It rings out.\n")
    change_codebook(
        folder,
        Added(before="1", after="2", code=Code(id="cost", name="Cost", parent="an-example-theme"), **SIGNED),
        Renamed(before="2", after="3", code="an-example-subtheme", name="Telephones", **SIGNED),
        Split(
            before="3",
            after="4",
            code="cost",
            parts=tuple(Code(id=name.lower(), name=name, parent="an-example-theme") for name in ("Fares", "Time")),
            **SIGNED,
        ),
        Merged(before="4", after="5", codes=("time",), into="fares", **SIGNED),
        Redefined(
            before="5", after="6", code="fares", kind=Redefinition.CLARIFIED, definition="What it costs.", **SIGNED
        ),
    )
    return folder


def test_a_version_is_written_and_read_back_from_each_format(study, tmp_path):
    read = ac.read_study(study)
    for suffix in (".toml", ".csv", ".qdc"):
        now, before = tmp_path / f"now{suffix}", tmp_path / f"before{suffix}"
        export_codebook(read, now)
        export_codebook(read, before, version="3")

        assert [code.name for code in read_codebook(now).values()] == ["An example theme", "Telephones", "Fares"]
        assert [code.name for code in read_codebook(before).values()] == ["An example theme", "Telephones", "Cost"]
        assert read_codebook(now).find("Fares").definition == "What it costs."


def test_guids_stay_through_versions_and_come_from_the_journal(study, tmp_path):
    read = ac.read_study(study)
    export_codebook(read, tmp_path / "one.qdc", version="1")
    export_codebook(read, tmp_path / "six.qdc")
    one, six = read_qdc(tmp_path / "one.qdc"), read_qdc(tmp_path / "six.qdc")

    assert one.guids["an-example-subtheme"] == six.guids["telephones"]
    assert one.guids["an-example-theme"] == six.guids["an-example-theme"]


def test_codes_that_ended_are_written_only_if_that_is_asked_for(study, tmp_path):
    read = ac.read_study(study)
    export_codebook(read, tmp_path / "without.qdc")
    export_codebook(read, tmp_path / "all.qdc", with_ended=True)
    export_codebook(read, tmp_path / "all.docx", with_ended=True)
    export_codebook(read, tmp_path / "then.qdc", with_ended=True, version="4")
    words = [paragraph.text for paragraph in docx.Document(tmp_path / "all.docx").paragraphs]

    assert "Retired" not in (tmp_path / "without.qdc").read_text()
    now, then = read_codebook(tmp_path / "all.qdc"), read_codebook(tmp_path / "then.qdc")
    assert [now.path(code) for code in now][-3:] == ["Retired", "Retired / Cost", "Retired / Time"]
    assert [then.path(code) for code in then][-2:] == ["Retired", "Retired / Cost"]
    assert words[words.index("Codes that ended") :] == [
        "Codes that ended",
        "Cost",
        "Since split into 'Fares' and 'Time'.",
        "Time",
        "Since merged into 'Fares'.",
    ]
    with pytest.raises(ValueError, match=r"a \.csv has no place for codes that ended"):
        export_codebook(read, tmp_path / "all.csv", with_ended=True)


def test_a_file_is_not_replaced_and_not_written_in_an_unknown_format(study, tmp_path):
    read = ac.read_study(study)
    (tmp_path / "book.qdc").write_text("mine")

    with pytest.raises(CodebookError, match="exists already; choose another name, or replace it with --force"):
        export_codebook(read, tmp_path / "book.qdc")
    with pytest.raises(CodebookError, match=r"unknown suffix '\.pdf'; a codebook is \.qdc, \.toml, \.csv, \.docx"):
        export_codebook(read, tmp_path / "book.pdf")
    with pytest.raises(CodebookError, match="never had a version '9'"):
        export_codebook(read, tmp_path / "nine.qdc", version="9")
    assert (tmp_path / "book.qdc").read_text() == "mine"
    export_codebook(read, tmp_path / "book.qdc", force=True)
    assert len(read_codebook(tmp_path / "book.qdc")) == 3


@given(codebook=codebooks())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_codebook_is_exported_imported_where_there_is_none_and_exported_the_same(tmp_path_factory, codebook):
    path = tmp_path_factory.mktemp("any") / "book.qdc"
    text = qdc_of(codebook, study="one")
    path.write_text(text, encoding="utf-8", newline="")
    read = read_qdc(path)
    empty = Codebook([])
    found = additions(empty, read.codebook, guids=read.guids, **SIGNED)
    after = evolve(empty, found.changes)

    assert qdc_of(after, study="two", guids={change.code.id: change.guid for change in found.changes}) == text
    again = additions(
        after, read.codebook, guids=read.guids, known_guids={c.guid: c.code.id for c in found.changes}, **SIGNED
    )
    assert (again.changes, again.remarks) == ((), ())
    assert [after[again.known[code]].name for code in read.codebook] == [code.name for code in read.codebook.values()]


def test_what_comes_back_is_known_by_its_guid_whatever_it_is_called_there(study, tmp_path):
    file = tmp_path / "book.qdc"
    export_codebook(ac.read_study(study), file, version="3")
    text = file.read_text().replace('name="Telephones"', 'name="Phones"').replace("</Codes>", NEW)
    file.write_text(text)
    found = codes_to_import(ac.read_study(study), file, **SIGNED)
    change_codebook(study, *found.changes)
    export_codebook(ac.read_study(study), tmp_path / "again.qdc")

    assert [str(change) for change in found.changes] == ["TW added 'Forms'", "TW added 'Queues'"]
    assert [change.coded_theme for change in found.changes] == [False, True]
    assert found.remarks == (
        "Telephones is called Phones in the file; rename it if that is meant.",
        "Cost, since split into 'Fares' and 'Time'; it is not added again.",
    )
    assert 'guid="00000000-0000-0000-0000-000000000001"' in (tmp_path / "again.qdc").read_text()
    assert codes_to_import(ac.read_study(study), file, **SIGNED).changes == ()


NEW = """<Code guid="{00000000-0000-0000-0000-000000000001}" name="Forms" isCodable="true">
<Code guid="00000000-0000-0000-0000-000000000002" name="Queues" isCodable="true"/>
</Code></Codes>"""


def test_a_code_of_the_same_place_is_the_same_and_what_differs_is_said(study, tmp_path):
    file = tmp_path / "pilot.csv"
    file.write_text(
        "code,parent,definition,name,examples,codable\n"
        "t,,,An  EXAMPLE theme,,yes\n"
        "fares,t,Other words.,fares,one,\n"
        "telephones,t,,Telephones,,\n"
        "cost,t,,Cost,,\n"
    )
    found = codes_to_import(ac.read_study(study), file, **SIGNED)

    assert [(change.code.id, change.code.parent) for change in found.changes] == [
        ("an-example-theme-cost", "an-example-theme")
    ]
    assert found.remarks == (
        "An example theme is a code that lines are given in the file, and stays what it is here.",
        "Fares has another definition and examples in the file; redefine it if that is meant.",
    )


@refi
@pytest.mark.parametrize("program", ["codebook_atlasti_0-4", "codebook_nvivo-mac_1-colon-0", "codebook_v1.0"])
def test_codes_of_other_programs_come_into_a_study_with_their_tree(study, tmp_path, program):
    file = REFI / "samples" / "synthetic" / f"{program}.qdc"
    found = codes_to_import(ac.read_study(study), file, **SIGNED)
    change_codebook(study, *found.changes)
    codebook = ac.read_study(study).codebook
    written = export_codebook(ac.read_study(study), tmp_path / "book.qdc")

    assert found.remarks == (
        "Left out, as a codebook here has no place for them: the colours of 8 codes and 1 set of codes.",
    )
    assert [codebook.path(code) for code in codebook][3:] == [
        read_codebook(file).path(code) for code in read_codebook(file)
    ]
    assert [codebook.label(code.id) for code in codebook.named("Cost")] == ["Barriers / Cost", "Enablers / Cost"]
    assert written.version == f"{6 + 12}"
    theirs, ours = read_qdc(file), read_qdc(tmp_path / "book.qdc")
    assert set(theirs.guids.values()) <= set(ours.guids.values())


def test_the_difference_is_written_as_a_word_document_with_words_struck_and_inserted(study, tmp_path):
    read = ac.read_study(study)
    found = study_difference(read, "1", "6")
    path = write_codebook_difference(
        tmp_path / "diff.docx",
        title="Calls",
        difference=found.difference,
        decided={change.after: found.decided(change) for change in found.difference.changes},
        summary=found.summary,
    )
    document = docx.Document(path)
    words = [paragraph.text for paragraph in document.paragraphs]

    assert words[:2] == ["Calls: changes of the codebook", "Codebook, version 1 to 6: 5 changes, decided by TW."]
    assert {"Added", "Merged from", "Renamed", "An example subtheme, now Telephones"} <= set(words)


def test_the_report_and_the_methods_paragraph_name_version_changes_and_who_decided(study, tmp_path):
    with open_journal(study) as journal:
        journal.append(
            Codings(Coding(line="Bea:2", coder=coder, codes=frozenset({"cost"}), version="3") for coder in ("JB", "MO"))
        )
    read = ac.read_study(study)
    table = ac.agreement_table(read.codings, read.lines, read.codebook)
    text = write_study_report(read, tmp_path / "report.md", table=table).read_text(encoding="utf-8")
    paragraph = ac.methods_paragraph(table, changes=read.codebook_changes)
    appendix = methods_appendix(table, changes=read.codebook_changes)

    assert "(version 6, after 5 changes since version 1, decided by TW)" in text
    assert "Cost, since split into 'Fares' and 'Time'; Time, since merged into 'Fares'" in text
    assert "Codebook version 6; 2 judgements made before a code was added, split or redefined" in paragraph
    assert "The codebook had 5 changes since version 1, decided by TW." in paragraph
    assert appendix["codebook"] == {"version": "6", "waiting": 2, "changes": 5, "decided_by": ["TW"]}
