"""A study in which two codes have one name and a theme is coded itself: nothing picks one of them in silence."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import autocode as ac
from autocode.cli import main
from autocode.codebook import Added, Code, Codebook
from autocode.coding import Coding, Codings, Proposal, remapped
from autocode.errors import CodingError
from autocode.exchange import read_codings, write_codings
from autocode.report._findings import findings
from autocode.review import proposed_codes
from autocode.study import create_study, open_journal
from autocode.web._codes import codes_of

CODEBOOK = """
[[codes]]
name = "Access"
codable = false

[[codes]]
name = "Money"

[[codes]]
name = "Waiting times"
parent = "Access"

[[codes]]
name = "Waiting times"
parent = "Money"
"""
# codes: access, money (coded itself), waiting-times (of access), money-waiting-times
CODED = {
    "JB": {"Bea:1": {"waiting-times"}, "Bea:2": {"money-waiting-times"}, "Bea:3": {"money"}, "Bea:4": set()},
    "MO": {"Bea:1": {"waiting-times"}, "Bea:2": {"money"}, "Bea:3": {"money"}, "Bea:4": {"waiting-times"}},
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    create_study(tmp_path / "study")
    folder = tmp_path / "study"
    (folder / "codebook.toml").write_text(CODEBOOK)
    words = ("I waited.", "It costs a day.", "It is dear.", "I am here.", "Goodbye.")
    (folder / "transcripts" / "Bea.txt").write_text("".join(f"Bea: {line}\n" for line in words))
    (folder / "study.toml").write_text('title = "T"\ninterviewers = []\n')
    with open_journal(folder) as journal:
        journal.append(
            Codings(
                Coding(line=line, coder=coder, codes=frozenset(codes))
                for coder, lines in CODED.items()
                for line, codes in lines.items()
            )
        )
    return folder


@pytest.fixture
def run():
    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


def test_a_table_that_names_one_of_two_codes_is_asked_which(study, tmp_path):
    read = ac.read_study(study)
    table = tmp_path / "codings.csv"
    options = {"lines": read.lines, "codebook": read.codebook}

    table.write_text("line_id,coder,code\nBea:1,SK,waiting  TIMES\nBea:2,SK,Money\n")
    with pytest.raises(CodingError) as error:
        read_codings(table, **options)
    table.write_text("line_id,coder,code\nBea:1,SK,money / waiting times\nBea:2,SK,Access / Waiting times\n")
    by_path = read_codings(table, **options)
    table.write_text("line_id,money / waiting times,Money\nBea:1,1,0\n")
    wide = read_codings(table, **options)

    assert str(error.value) == (
        f"{table}:2: 'waiting  TIMES' is what several codes are called; write 'Access / Waiting times' or "
        "'Money / Waiting times'."
    )
    assert [sorted(coding.codes) for coding in by_path] == [["money-waiting-times"], ["waiting-times"]]
    assert [sorted(coding.codes) for coding in wide] == [["money-waiting-times"]]


def test_tables_of_ids_read_back_whatever_names_there_are(tmp_path, study):
    codebook = Codebook([Code(id="cost", name="Money"), Code(id="other", name="Cost")])
    lines = ac.read_study(study).lines
    codings = Codings([Coding(line="Bea:1", coder="SK", codes=frozenset({"cost"}))])
    write_codings(codings, tmp_path / "ids.csv")
    (tmp_path / "names.csv").write_text("line_id,coder,code\nBea:1,SK,cost\nBea:2,SK,Money\n")

    assert list(read_codings(tmp_path / "ids.csv", lines=lines, codebook=codebook)) == list(codings)
    with pytest.raises(CodingError, match="'cost' is what several codes are called; write 'Money' or '"):
        read_codings(tmp_path / "names.csv", lines=lines, codebook=codebook)


def test_agreement_names_codes_by_path_and_a_coded_theme_apart_from_its_code(study, run):
    read = ac.read_study(study)
    table = ac.agreement_table(read.codings, read.lines, read.codebook)
    shown = json.loads(run("agree", study, "--coefficient", "percent", "--json").stdout)

    assert [(row.name, row.theme, row.applied) for row in (*table.codes, *table.themes)] == [
        ("Money", "Money (theme)", 2),
        ("Access / Waiting times", "Access", 2),
        ("Money / Waiting times", "Money (theme)", 1),
        ("Access", "", 2),
        ("Money (theme)", "", 2),
    ]
    assert table.themes[1].coefficients["percent"].value == 1
    assert table.codes[0].coefficients["percent"].value == 0.75
    assert [row["code"] for row in shown["codes"]] == [row.name for row in (*table.codes, *table.themes)]


def test_a_coded_theme_applies_where_it_or_a_code_below_it_does(study):
    read = ac.read_study(study)
    ids = ("money", *read.codebook.descendants("money"))
    data = ac.ReliabilityData.for_theme(ids, read.codings, read.lines, codebook=read.codebook)

    assert data.values.tolist() == [[0, 1, 1, 0], [0, 1, 1, 0]]


def test_pages_and_reports_show_the_path(study):
    read = ac.read_study(study)
    shown = codes_of(read.codebook)
    table = ac.agreement_table(read.codings, read.lines, read.codebook)
    found = findings(
        title="T",
        lines=read.lines,
        codebook=read.codebook,
        codings=read.codings,
        table=table,
        validation=None,
        batch=None,
        decisions=(),
        made_with={},
    )

    assert [code["name"] for code in shown.values()] == ["Money", "Access / Waiting times", "Money / Waiting times"]
    assert shown["money"]["hue"] == shown["money-waiting-times"]["hue"] != shown["waiting-times"]["hue"]
    assert [(theme.code.name, [code.code.name for code in theme.subthemes]) for theme in found.themes] == [
        ("Access", ["Access / Waiting times"]),
        ("Money", ["Money", "Money / Waiting times"]),
    ]


def test_a_proposal_is_not_taken_up_by_one_of_two_codes_of_its_name(study):
    codebook = Codebook([Code(id="a", name="Access"), Code(id="b", name="Money"), Code(id="cost", name="Cost")])
    second = Added(before="1", after="2", by="TW", code=Code(id="b-cost", name="Cost", parent="b"), coded_theme=True)
    codings = Codings([Coding(line=line, coder="MO", codes=frozenset()) for line in ("Bea:1", "Bea:2")])
    proposals = [
        Proposal(name="cost", line="Bea:1", coder="MO"),
        Proposal(name="Money / cost", line="Bea:2", coder="MO"),
    ]
    after = remapped(codings, [second], codebook=codebook, proposals=proposals)

    assert [(sorted(coding.codes), sorted(coding.unjudged)) for coding in after] == [([], ["b-cost"]), (["b-cost"], [])]


def test_what_is_proposed_by_a_name_that_codes_have_is_not_new(study):
    with open_journal(study) as journal:
        journal.append(Proposal(name="waiting times", line="Bea:5", coder="MO"))
        journal.append(Proposal(name="Fixers", line="Bea:5", coder="MO"))
        new = proposed_codes(journal.proposals(), ac.read_study(study).codebook)

    assert [proposed.name for proposed in new] == ["Fixers"]
