"""An option that names what there is not is refused with the closest name."""

import pytest

from autocode.study import SETTINGS


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("agree study --coders coder_a,Coder_B", "there is no coder 'Coder_B' (the closest is 'coder_b')"),
        ("agree ratings.csv --coders ann,Ben", "there is no coder 'Ben' (the closest is 'ben')"),
        ("prevalence study --code form", "there is no code 'form' (the closest is 'forms')"),
        ("prevalence study --by Role", "participants have no 'Role' (the closest is 'role')"),
        (
            "plan study --draw 3 --enrich records.",
            "there is no code 'records.' to enrich for; the closest is 'records'",
        ),
        ("review study --coder coder_aa", "it names coder_a, coder_b (the closest is 'coder_a')"),
        ("adjudicate study --coder kin", "study.toml names kim (the closest is 'kim')"),
        ("suggest ratings.csv --text Text --model study/model -o out.csv", "there is no column 'Text' (the closest is"),
        ("add study more.csv", "names the line 'GP01:2', which is in no transcript (the closest is 'GP1:2')"),
    ],
)
def test_an_option_that_matches_nothing_is_refused_with_the_closest(words, sentence, run, coded, tmp_path):
    with (coded / SETTINGS).open("a") as settings:
        settings.write('coders = ["coder_a", "coder_b"]\nadjudicators = ["kim"]\n')
    names = [path.stem for path in (coded / "transcripts").iterdir()]
    rows = "".join(f"{name},doctor\n" for name in names)
    (coded / "participants.csv").write_text(f"participant,role\n{rows}")
    (tmp_path / "ratings.csv").write_text("unit,ann,ben,text\n1,a,a,x\n2,b,a,y\n")
    (tmp_path / "more.csv").write_text("line_id,coder,code\nGP01:2,coder_a,forms\n")
    if words.startswith("suggest"):
        assert run("train", "study").exit_code == 0
    result = run(*words.split())

    assert result.exit_code != 0
    assert sentence in " ".join(result.output.split())


@pytest.mark.parametrize("name", ["coder-a", "CODER-A", "códer_a"])
def test_a_coder_in_another_spelling_is_no_new_person(name, run, coded, tmp_path):
    (tmp_path / "more.csv").write_text(f"line_id,coder,code\nGP1:2,{name},forms\n")
    reviewed = run("review", "study", "--coder", name, "--terminal")
    added = run("add", "study", "more.csv")

    for result in (reviewed, added):
        assert result.exit_code == 1
        assert f"the coder {name!r} is spelt otherwise in this study" in " ".join(result.output.split())
        assert "write 'coder_a'" in " ".join(result.output.split())


def test_two_people_whose_names_look_alike_can_be_named(run, coded, tmp_path):
    with (coded / SETTINGS).open("a") as settings:
        settings.write('coders = ["coder_a", "coder_b", "coder-a"]\n')
    (tmp_path / "more.csv").write_text("line_id,coder,code\nGP1:2,coder-a,forms\n")

    assert run("add", "study", "more.csv").exit_code == 0
