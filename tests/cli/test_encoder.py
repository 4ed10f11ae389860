"""The encoder as a setting of a study and as an option."""

import json


def hear(study, encoder):
    settings = study / "study.toml"
    settings.write_text(settings.read_text() + f'encoder = "{encoder}"\n')


def test_a_study_learns_and_suggests_by_the_encoder_it_names_and_keeps_its_vectors(coded, run):
    hear(coded, "minilm")

    assert run("train", coded).exit_code == 0
    facts = json.loads((coded / "model" / "suggester.json").read_text(encoding="utf-8"))
    assert facts["encoder"]["name"] == "all-MiniLM-L6-v2, 8-bit"
    assert run("-q", "suggest", coded).exit_code == 0
    size = (coded / "vectors.sqlite").stat().st_size
    assert size > 100_000
    assert run("train", coded).exit_code == 0
    assert (coded / "vectors.sqlite").stat().st_size == size
    assert run("check", coded).exit_code == 0


def test_an_option_names_another_encoder_than_the_study(coded, run):
    result = run("-q", "validate", coded, "--seeds", "1", "--resamples", "10", "--json", "--encoder", "minilm")

    assert json.loads(result.stdout)["protocol"]["encoder"] == "all-MiniLM-L6-v2, 8-bit"


def test_an_encoder_that_is_not_there_is_named(coded, run):
    hear(coded, "en_no_such_pipeline")
    result = run("train", coded)

    assert result.exit_code == 1
    assert result.stderr == (
        "autocode: the encoder 'en_no_such_pipeline' is neither minilm nor a spaCy pipeline that is installed; install "
        "it, or change encoder.\n"
    )


def test_an_encoder_is_named_and_never_a_path(coded, run):
    result = run("train", coded, "--encoder", "../pipeline")

    assert result.exit_code == 1
    assert result.stderr == (
        "autocode: the encoder '../pipeline' is neither minilm nor a name of a spaCy pipeline; change it.\n"
    )
