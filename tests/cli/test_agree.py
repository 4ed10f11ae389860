"""`autocode agree` on a study in more than one way, and on any table of ratings without a study."""

import csv
import json
import math
import random
import re

import docx
import pytest

from autocode.agreement import ReliabilityData, krippendorff_alpha
from autocode.cli._agree import COEFFICIENTS
from autocode.cli._choices import COEFFICIENT, INTERVAL

# Krippendorff (2011), data C: four coders, twelve units; by row a coder
COMPUTING = (
    "1,2,3,3,2,1,4,1,2,,,",
    "1,2,3,3,2,2,4,1,2,5,,3",
    ",3,3,3,2,3,4,2,2,5,1,",
    "1,2,3,3,2,4,4,1,2,5,1,",
)
WIDE = "unit,A,B,C,D\n" + "".join(
    f"{u}," + ",".join(row.split(",")[u - 1] for row in COMPUTING) + "\n" for u in range(1, 13)
)
LONG = "unit,coder,code\n" + "".join(
    f"{u},{coder},{cell}\n"
    for u in range(1, 13)
    for coder, row in zip("ABCD", COMPUTING, strict=True)
    if (cell := row.split(",")[u - 1])
)
SETS = (
    "line_id,coder,code\n"
    "GP1:1,MO,x\nGP1:1,MO,y\nGP1:1,JB,x\n"
    "GP1:2,MO,\nGP1:2,JB,\n"
    "GP1:3,MO,y\nGP1:3,JB,y\n"
    "GP1:4,MO,x\nGP1:4,JB,x\n"
)


@pytest.fixture
def table(tmp_path):
    """Write a table into the folder where commands run."""

    def written(text: str, name: str = "codes.csv") -> str:
        (tmp_path / name).write_text(text)
        return name

    return written


@pytest.fixture
def told(run, table):
    """What a command says of a table in JSON."""

    def ran(text: str, *words: object) -> dict:
        result = run("agree", table(text), "--json", *words)
        assert (result.exit_code, result.stderr) == (0, "")
        return json.loads(result.stdout)

    return ran


def values(found: dict) -> dict[str, float]:
    return {name: one["value"] for name, one in found["coefficients"].items()}


def test_the_names_offered_are_those_that_are_computed():
    assert COEFFICIENT.choices == tuple(COEFFICIENTS)


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
@pytest.mark.parametrize("text", [WIDE, LONG], ids=["wide", "long"])
def test_alpha_of_the_published_example_at_every_level(told, text, level, alpha):
    """Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability, example C and D."""
    found = told(text, "--coefficient", "alpha", "--level", level, "--interval", "none")

    assert values(found) == {"alpha": pytest.approx(alpha, abs=0.0005)}
    assert (found["pairable"], sorted(found["coders"]), found["categories"]) == (11, [*"ABCD"], "5: 1, 2, 3, 4, 5")


def test_a_table_prints_its_coefficients_counts_and_conventions(run, table):
    result = run("agree", table(WIDE))

    assert (result.exit_code, result.stderr) == (0, "")
    head, _, *lines = result.stdout.splitlines()
    assert head == "codes.csv: 4 coders (A, B, C, D), 12 units, 11 judged by at least two"
    assert [line.split()[0] for line in lines[2:5]] == ["alpha", "percent", "ac1"]
    assert re.search(r"^alpha +0\.74 \[0\.\d\d, \d\.\d\d\]$", result.stdout, re.M)
    assert (
        "  interval: 95 % interval by exact linearisation (infinitesimal jackknife), on the scale of the cube root of "
        "1 - coefficient, with t over lines" in lines
    )
    assert "  missing (alpha): units judged once are left out, of the margins too" in lines
    assert "  read: one row per unit, one column per coder; an empty cell was not judged" in lines


def test_a_page_holds_the_same(run, table):
    shown = run("agree", table(WIDE.replace("A,B", "<b>,B")), "--html").stdout

    assert shown.startswith("<!doctype html>")
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    assert "<th>percent</th>" not in shown
    assert "<td>percent</td>" in shown
    assert "infinitesimal jackknife" in shown


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_every_coefficient_answers_to_its_name(told, name):
    two = "unit,A,B\n" + "1,x,x\n2,x,y\n3,y,y\n4,y,y\n5,x,x\n"
    found = told(two, "--coefficient", name)

    assert set(values(found)) == {name}
    assert -1 <= values(found)[name] <= 1


@pytest.mark.parametrize("name", INTERVAL.choices)
def test_every_interval_answers_to_its_name(told, name):
    found = told(WIDE, "--interval", name, "--resamples", 50, "--coefficient", "ac1")

    assert (found["coefficients"]["ac1"]["low"] is None) == (name == "none")


@pytest.mark.parametrize("level", ["ordinal", "interval", "ratio"])
def test_the_level_goes_to_the_weights_of_the_others(told, level):
    found = told(WIDE, "--level", level, "--coefficient", "ac1")

    assert found["conventions"]["distance"].startswith("weights: ")
    assert values(found)["ac1"] > values(told(WIDE, "--coefficient", "ac1"))["ac1"]


def test_an_interval_rests_on_interviews_where_they_are_known(told):
    rows = "".join(f"{u},GP{u % 9},{'xy'[u % 2]},{'xy'[(u // 2) % 2]}\n" for u in range(40))
    found = told("unit,interview,MO,JB\n" + rows)

    assert found["interviews"] == 9
    assert found["conventions"]["interval"].startswith("95 % interval by leaving out one interview at a time")


def test_each_code_has_a_row_against_the_others(told, run, table):
    found = told(WIDE, "--by", "code")

    assert [row["code"] for row in found["codes"]] == ["1", "2", "3", "4", "5"]
    assert found["codes"][3]["coefficients"]["percent"]["value"] == pytest.approx(1 - 0.5 / 11)
    assert found["conventions"]["each code"] == "applied or not, the code against all others"
    printed = run("agree", table(WIDE), "--by", "code").stdout
    assert re.search(r"^all +0\.74 ", printed, re.M)
    assert re.search(r"^5 +1\.00 ", printed, re.M)


def test_several_codes_a_line_are_sets_and_an_empty_one_is_read(told):
    found = told(SETS, "--by", "code")
    sets = ReliabilityData.from_table([[{"x", "y"}, set(), {"y"}, {"x"}], [{"x"}, set(), {"y"}, {"x"}]], labels=None)

    assert values(found) == {
        "alpha": pytest.approx(krippendorff_alpha(sets, distance="masi", interval=None).value),
        "percent": 0.75,
    }
    assert [(row["code"], row["coefficients"]["percent"]["value"]) for row in found["codes"]] == [("x", 1), ("y", 0.75)]
    assert "a line may have several codes" in found["notes"][0]


def test_one_code_a_line_is_a_label_and_other_words_for_the_columns_are_understood(told):
    found = told("item;rater;rating\n1;MO;2\n1;JB;2\n2;MO;10\n2;JB;9\n", "--level", "interval")

    assert found["categories"] == "3: 2, 9, 10"


def test_an_empty_cell_of_a_long_table_of_units_is_not_judged(told):
    found = told("unit,coder,code\n1,MO,x\n1,JB,x\n2,MO,y\n2,JB,\n3,MO,y\n3,JB,y\n")

    assert (found["units"], found["pairable"], found["categories"]) == (3, 2, "2: x, y")


def test_labels_differ_by_case_and_declared_ones_keep_their_order(told):
    text = "unit,A,B\n1,low,low\n2,high,Low\n3,low,low\n"

    assert told(text)["categories"] == "3: Low, high, low"
    found = told(text, "--level", "ordinal", "--categories", "low, Low,middle,high")
    assert found["categories"] == "4: low, Low, middle, high"


def test_a_pair_of_coders_is_chosen(told):
    found = told(WIDE, "--coders", "D,B", "--coefficient", "cohen")

    assert (found["coders"], found["pairable"]) == (["B", "D"], 10)
    assert told(LONG, "--coders", "D,B", "--coefficient", "cohen")["coefficients"] == found["coefficients"]


def test_what_is_not_independent_is_left_out_and_told(told):
    text = "line_id,coder,code,basis\n1,MO,x,\n1,JB,x,independent\n2,MO,y,\n2,JB,x,\n1,SK,x,assisted\n1,gold,x,\n"
    found = told(text)

    assert found["coders"] == ["MO", "JB"]
    assert found["notes"][0] == "2 rows are left out: assisted or adjudicated, so not independent"


def test_perfect_agreement_on_one_category_is_undefined_with_its_reason(run, table, told):
    text = "unit,A,B\n1,x,x\n2,x,x\n"

    assert told(text)["coefficients"]["alpha"] == {
        "value": None,
        "low": None,
        "high": None,
        "undefined": "one-category",
    }
    assert re.search("^alpha +undefined: only one category was used", run("agree", table(text)).stdout, re.M)


# what is refused, each in one sentence


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (
            "unit,coder,code\n1,MO,x\n1,MO,y\n1,JB,x\n",
            [],
            "codes.csv:3: 'MO' judges unit '1' again, after line 2; keep one of the two rows.",
        ),
        ("unit,A,B\n1,x,x\n1,x,y\n", [], "codes.csv:3: unit '1' has a row already, line 2; keep one row per unit."),
        (SETS + "GP1:1,MO,y\n", [], "codes.csv:11: repeats line 3; keep one of the two rows."),
        (
            SETS + "GP1:1,MO,\n",
            [],
            "codes.csv:11: contradicts line 2: one says that nothing applies to 'GP1:1', the other gives it a code; "
            "keep one.",
        ),
        (
            "unit,A,B\n1,2,2\n2,high,3\n",
            ["--level", "interval"],
            "codes.csv:3: 'high' is not a number, and --level interval needs numbers; correct the cell or the level.",
        ),
        (
            "unit,A,B\n1,2,2\n2,inf,3\n",
            ["--level", "ratio"],
            "codes.csv:3: 'inf' is not a number, and --level ratio needs numbers; correct the cell or the level.",
        ),
        (
            "unit,A,B\n1,low,low\n2,high,3\n",
            ["--level", "ordinal"],
            "codes.csv:2: 'low' is not a number, so the order of the categories must be given: "
            "--categories low,middle,high.",
        ),
        (
            "unit,A,B\n1,1,2\n",
            ["--level", "interval", "--categories", "1,two"],
            "the category 'two' is not a number, and --level interval needs numbers.",
        ),
        (
            "unit,A,B\n1,x,z\n",
            ["--categories", "x,y"],
            "codes.csv:2: the label 'z' is not among --categories; add it there or correct the cell.",
        ),
        (
            "unit,A,B\n1,x,NaN\n",
            [],
            "codes.csv:2: 'NaN' is not a label but what a program writes for an empty cell; leave the cell empty.",
        ),
        (
            SETS + "GP1:5,MO,nan\n",
            [],
            "codes.csv:11: 'nan' is not a label but what a program writes for an empty cell; leave the cell empty.",
        ),
        (
            "unit,A,B\n1,x,\n2,y,\n",
            [],
            "codes.csv: only one coder, A, judged anything; agreement needs two coders.",
        ),
        ("unit,A\n1,x\n", [], "codes.csv: only one coder, A, judged anything; agreement needs two coders."),
        ("unit,A,B\n", [], "codes.csv: nobody judged anything; agreement needs two coders."),
        (
            "unit,A,B\n1,x,\n2,,y\n",
            [],
            "codes.csv: no unit was judged by two coders; agreement needs units that two coders judged.",
        ),
        (WIDE, ["--coders", "A,E"], "there is no coder 'E'; the coders are A, B, C, D."),
        (
            "coder,code\nMO,x\n",
            [],
            "codes.csv:1: has a column 'coder' and none for the units "
            "(line_id, unit, unit_id, line, item, segment, id); name one of them so.",
        ),
        (
            "unit,coder,said\n1,MO,x\n",
            [],
            "codes.csv:1: has a column 'coder' and none for the codes "
            "(code, label, value, rating, category, score); name one of them so.",
        ),
        (
            SETS,
            ["--level", "ordinal"],
            "codes.csv: holds sets of codes, which --level ordinal cannot compare; leave it out.",
        ),
        (
            "unit,A,a\n1,x,x\n",
            [],
            "codes.csv:1: the columns 'A' and 'a' differ only by case; rename one of them.",
        ),
        (
            "line_id,coder,code,basis\n1,MO,x,assisted\n1,JB,x,adjudicated\n",
            [],
            "codes.csv: holds no independent judgement, only assisted or adjudicated ones; "
            "agreement needs independent ones.",
        ),
        (
            "line_id,coder,code,basis\n1,MO,x,independent\n1,JB,x,sleepy\n",
            [],
            "codes.csv:3: the basis 'sleepy' is none of independent, assisted, adjudicated; correct it.",
        ),
        ("unit,A,A\n1,x,x\n", [], "codes.csv:1: two columns are named 'A'; rename one of them."),
        ("unit,coder,code\n,MO,x\n", [], "codes.csv:2: no unit is named; fill in the column 'unit'."),
        ("", [], "codes.csv: is empty; it needs a header at least."),
    ],
)  # fmt: skip
def test_a_table_that_holds_no_agreement_is_refused_in_one_sentence(run, table, text, words, said):
    result = run("agree", table(text), *words)

    assert result.stderr == f"autocode: {said}\n"
    assert (result.exit_code, result.stdout) == (1, "")


def test_columns_that_are_no_coders_are_left_out_unless_they_are_named(told):
    text = "unit,text,A,B\n1,hello,x,x\n2,well,y,x\n3,so,y,y\n"
    named = told(text, "--coders", "text,A")
    found = told(text)

    assert found["coders"] == ["A", "B"]
    assert "no coders, and left out: text (name them with --coders if they are)" in found["notes"]
    assert named["coders"] == ["text", "A"]


def test_labels_that_may_not_be_meant_so_are_told(told):
    notes = told("unit,A,B\n1,Yes,yes\n2,NA,yes\n3,no,no\n4,yes,-\n")["notes"]

    assert "'NA' is taken for a label; if it means not judged, leave the cell empty" in notes
    assert "'-' is taken for a label; if it means not judged, leave the cell empty" in notes
    assert "'Yes' and 'yes' are different labels; correct them if they are meant to be one" in notes
    assert len(notes) == 4


def test_one_unit_is_one_unit(run, table):
    assert "2 coders (A, B), 1 unit, 1 judged" in run("agree", table("unit,A,B\n1,x,y\n")).stdout


@pytest.mark.parametrize("name", ["percent", "ac1", "alpha", "cohen", "brennan-prediger"])
def test_a_bound_lies_where_the_coefficient_can(told, name):
    found = told("unit,A,B\n1,x,x\n2,y,x\n3,z,y\n", "--coefficient", name)["coefficients"][name]

    assert (0 if name == "percent" else -1) <= found["low"] < found["value"]
    assert found["value"] < found["high"] <= 1


def test_a_file_that_is_no_table_is_told_what_would_do(run, tmp_path):
    (tmp_path / "codes.docx").write_text("x")
    result = run("agree", "codes.docx")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "autocode: codes.docx: is neither a study's folder nor a table (.csv, .tsv, .xlsx); name one of these.\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--coefficient", "tau"], "'tau' is not one of 'alpha', 'percent',"),
        (["--interval", "hayes"], "'hayes' is not one of 'cube-root', 'interviews', 'lines',"),
        (["--level", "circular"], "'circular' is not one of 'nominal',"),
        (["--by", "theme"], "a table has no codebook and so no themes; use --by code, or name a study."),
        (["--by", "code", "--level", "ordinal"], "each code against the others is nominal; leave out --level,"),
        (["--coefficient", "cohen"], "Cohen's kappa is for two coders and these are 4; choose with --coders A,B."),
        (["--coefficient", "pabak"], "PABAK is for two categories and these are 5; use brennan_prediger."),
        (["--coefficient", "pabak", "--level", "ratio"], "pabak is for nominal categories; leave out --level."),
        (
            ["--coefficient", "light", "--interval", "gwet"],
            "Gwet gives no standard error for light_kappa; choose 'linearised', which is exact.",
        ),
        (["--json", "--html"], "--json and --html are two ways to print; choose one."),
    ],
)
def test_what_does_not_go_together_is_wrong_use(run, table, words, said):
    result = run("agree", table(WIDE), *words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.split())


def test_text_in_place_of_codes_is_refused_before_memory_is_asked_for(run, tmp_path):
    rng = random.Random(1)
    with (tmp_path / "codes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["unit", "A", "B"])
        writer.writerows([u, f"said {u}", f"heard {rng.random()}"] for u in range(100_000))
    result = run("agree", "codes.csv")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "autocode: there are 200000 different labels, more than 5000: these look like text or ids and not like "
        "categories; choose the column that holds the codes.\n"
    )


# studies


def test_rows_of_a_study_are_chosen(coded, run):
    by = {
        kind: json.loads(run("agree", "study", "--json", "--by", kind).stdout) for kind in ("theme", "subtheme", "code")
    }

    assert by["theme"]["codes"] == []
    assert [row["code"] for row in by["theme"]["overall"]["themes"]] == ["access"]
    assert by["subtheme"] == by["code"]
    assert [row["code"] for row in by["code"]["codes"]] == ["forms", "records", "people"]
    assert by["code"]["overall"]["themes"] == []


def test_one_coefficient_of_a_study_has_a_row_a_code(coded, run):
    found = json.loads(run("agree", "study", "--json", "--coefficient", "scott", "--interval", "jackknife").stdout)
    usual = json.loads(run("agree", "study", "--json").stdout)

    assert [row["code"] for row in found["codes"]] == [
        "Forms and queues", "Records apart", "Too few people", "Accessing services",
    ]  # fmt: skip
    assert (found["units"], found["coders"], found["interviews"]) == (144, ["coder_a", "coder_b"], 6)
    for row, other in zip(found["codes"], usual["codes"], strict=False):
        scott, alpha = row["coefficients"]["scott"]["value"], other["coefficients"]["alpha"]["value"]
        assert math.isclose(alpha, 1 - (1 - scott) * (1 - 1 / 288))  # Krippendorff (2011): n.. = 288


def test_an_interval_of_a_study_is_chosen(coded, run):
    shown = run("agree", "study", "--interval", "linearised", "--by", "theme").stdout

    assert "study: 2 coders (coder_a, coder_b), 144 lines judged by at least two" in shown
    assert re.search(r"^Accessing services +\d", shown, re.M)
    assert "Forms and queues" not in shown
    assert "by exact linearisation (infinitesimal jackknife) with t over interviews" in shown


def test_coders_of_a_study_are_chosen(coded, run, tmp_path, readings_of):
    (tmp_path / "coder_c.csv").write_text(readings_of(1).replace("coder_b", "coder_c"))
    run("add", "study", "coder_c.csv")
    found = json.loads(run("agree", "study", "--json", "--coders", "coder_b,coder_c").stdout)

    assert found["overall"]["coders"] == 2
    assert found["overall"]["coefficients"]["percent"]["value"] == 1.0


def test_a_study_as_a_page(coded, run):
    shown = run("agree", "study", "--html").stdout

    assert shown.startswith("<!doctype html>")
    assert "<td>Forms and queues</td>" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--level", "ordinal"], 2, "a study's codes are applied or not, which is nominal; leave out --level."),
        (["--categories", "a,b"], 2, "a study's categories are its codes; leave out --categories."),
        (["--coders", "coder_a,XX"], 1, "autocode: there is no coder 'XX'; the coders are coder_a, coder_b."),
    ],
)
def test_what_a_study_cannot_be_asked(coded, run, words, code, said):
    result = run("agree", "study", *words)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.split())


def test_the_codings_of_a_study_are_a_table_with_the_same_agreement(coded, run):
    run("export", "study", "plain")
    study = json.loads(run("agree", "study", "--json").stdout)
    plain = json.loads(run("agree", "plain/codings.csv", "--json", "--by", "code").stdout)

    assert plain["pairable"] == 144
    for name in ("alpha", "percent"):
        assert plain["coefficients"][name]["value"] == pytest.approx(study["overall"]["coefficients"][name]["value"])
    by_code = {row["code"]: row["coefficients"] for row in plain["codes"]}
    assert set(by_code) == {row["code"] for row in study["codes"]}
    for row in study["codes"]:
        for name in ("alpha", "percent", "ac1"):
            assert by_code[row["code"]][name]["value"] == pytest.approx(row["coefficients"][name]["value"])


# a Word document besides


def cells(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_a_study_as_a_word_document_holds_what_is_printed(coded, run, tmp_path):
    printed = json.loads(run("agree", "study", "--json").stdout)
    result = run("agree", "study", "--json", "--docx", "agreement.docx", "--worst", 3)
    document = docx.Document(str(tmp_path / "agreement.docx"))
    table, pairs, differing, _ = map(cells, document.tables)

    assert (result.exit_code, result.stderr) == (0, "autocode: written: agreement.docx.\n")
    assert json.loads(result.stdout) == printed
    assert [row[0] for row in table] == [
        "Code", "Accessing services", "Forms and queues", "Records apart", "Too few people", "All codes",
    ]  # fmt: skip
    assert [row[8] for row in table[2:5]] == [row["verdict"] for row in printed["codes"]]
    assert pairs[0] == ["", "coder_a"]
    assert len(differing) == 4
    assert differing[1][3].endswith("coder_a; not coder_b")


def test_a_document_is_of_the_coders_chosen(coded, run, tmp_path, readings_of):
    (tmp_path / "coder_c.csv").write_text(readings_of(1).replace("coder_b", "coder_c"))
    run("add", "study", "coder_c.csv")
    run("agree", "study", "--coders", "coder_b,coder_c", "--docx", "same.docx")
    said = [one.text for one in docx.Document(str(tmp_path / "same.docx")).paragraphs]

    assert "Wherever two coders judged the same line, they gave it the same codes." in said


def test_a_table_as_a_word_document(run, table, tmp_path):
    result = run("agree", table(WIDE), "--level", "interval", "--docx", "codes.docx")
    document = docx.Document(str(tmp_path / "codes.docx"))
    coefficients, pairs, differing, _ = map(cells, document.tables)

    assert result.exit_code == 0
    assert coefficients[0] == ["", "Krippendorff's α", "Percent agreement", "Gwet's AC2", "Units"]
    assert coefficients[1][1].startswith("0.85 [")
    assert pairs[0] == ["", "A", "B", "C"]
    assert differing[1] == ["6", "3.33", "A: 1; B: 2; C: 3; D: 4"]


def test_one_coefficient_of_a_study_as_a_word_document(coded, run, tmp_path):
    result = run("agree", "study", "--coefficient", "pabak", "--by", "subtheme", "--docx", "pabak.docx")
    coefficients, pairs, differing, _ = map(cells, docx.Document(str(tmp_path / "pabak.docx")).tables)

    assert result.exit_code == 0
    assert [row[0] for row in coefficients] == ["", "Forms and queues", "Records apart", "Too few people"]
    assert pairs[0] == ["", "coder_a"]
    assert differing[1][2].endswith("coder_b: no code")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--worst", 3], 2, "--worst and --force are about the Word document; name it with --docx FILE."),
        (["--force"], 2, "--worst and --force are about the Word document; name it with --docx FILE."),
        (["--docx", "codes.pdf"], 1, "codes.pdf: a Word document ends in .docx; give the file that end."),
        (["--docx", "no/codes.docx"], 1, "there is no folder no; make it or choose another."),
        (["--docx", "there.docx"], 1, "there is a file of this name already; choose another, or replace it with"),
    ],
)
def test_a_document_that_cannot_be_written_is_refused_and_nothing_printed(run, table, tmp_path, words, code, said):
    (tmp_path / "there.docx").write_text("mine")
    result = run("agree", table(WIDE), *words)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.split())
    assert (tmp_path / "there.docx").read_text() == "mine"
