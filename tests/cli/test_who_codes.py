"""Who codes in a study: people whom it lists, each by one name, however a table or a terminal spells it."""

import pytest


@pytest.fixture
def with_coders(coded):
    """Let the study name its coders."""

    def listed(names):
        settings = coded / "study.toml"
        settings.write_text(settings.read_text().rstrip() + f"\ncoders = {names}\n")
        return coded

    return listed


def table(tmp_path, *coders):
    path = tmp_path / "new.csv"
    path.write_text("line_id,coder,code\n" + "".join(f"GP4:{k + 2},{name},forms\n" for k, name in enumerate(coders)))
    return path


def test_a_coder_in_another_spelling_goes_on_as_the_coder_that_the_study_knows(run, coded):
    result = run("-q", "review", coded, "--coder", "CODER_A", "--terminal", keys="nq")

    assert "CODER_A is the coder coder_a of this study, spelt otherwise." in result.output
    assert "by 2 coders" in run("check", coded).output


def test_codings_in_several_spellings_are_those_of_one_coder_and_it_is_said(run, coded, tmp_path):
    result = run("add", coded, table(tmp_path, "Coder_A", "coder_a", "José", "Jose\u0301", "josé"))

    assert result.exit_code == 0
    assert "5 judgements of 5 lines by 2 coders" in result.output
    assert "new.csv: Coder_A is taken for the coder coder_a, spelt otherwise." in result.output
    assert "new.csv: josé is taken for the coder José, spelt otherwise." in result.output
    assert "by 3 coders" in run("check", coded).output


def test_a_person_whose_name_a_machine_has_codes_where_the_study_says_so(run, with_coders, tmp_path):
    study = with_coders('["coder_a", "coder_b", "Claude"]')

    assert run("add", study, table(tmp_path, "Claude", "claude")).exit_code == 0
    assert run("-q", "review", study, "--coder", "claude", "--terminal", keys="nq").exit_code == 0


def test_codings_of_somebody_whom_the_study_does_not_name_are_refused(run, with_coders, tmp_path):
    result = run("add", with_coders('["coder_a", "coder_b"]'), table(tmp_path, "JB"))

    assert result.exit_code == 1
    assert result.stderr == (
        f"autocode: {tmp_path / 'new.csv'}: JB does not code in this study; study.toml names coder_a, coder_b. "
        'The team can add the name there: coders = ["coder_a", "coder_b", "JB"].\n'
    )


def test_a_list_of_coders_names_each_person_once(run, with_coders):
    result = run("check", with_coders('["coder_a", "Coder_A", "coder_b"]'))

    assert result.exit_code == 1
    assert "coders: Coder_A and coder_a are spellings of one name; keep one of them." in result.output


def test_agreement_of_a_person_with_another_spelling_of_the_name_is_refused(run, tmp_path):
    sheet = tmp_path / "ratings.csv"
    sheet.write_text("unit,coder,code\n1,José,a\n1,josé,a\n2,José,b\n2,josé,b\n1,MO,a\n2,MO,b\n")
    result = run("agree", sheet)

    assert result.exit_code == 1
    assert "the coders 'José' and 'josé' have one name" in result.stderr
