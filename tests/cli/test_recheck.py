import json

from autocode.journal import Journal


def test_a_study_is_rechecked_in_words_and_as_json(run, coded):
    told = run("recheck", coded, "--top", 3, "--resamples", 20)
    data = json.loads(run("recheck", coded, "--top", 3, "--resamples", 20, "--json").output)

    assert told.exit_code == 0
    assert "Possible label issues" in told.output
    assert data["slips"][0]["line"] in told.output
    assert len(data["slips"]) == 3
    assert [one["code"] for one in data["themes"]["codes"]] == ["access", "forms", "records", "people"]


def test_a_study_with_too_few_coded_lines_is_refused_in_a_sentence(run, study):
    result = run("recheck", study("fresh"))

    assert result.exit_code == 1
    assert result.output.startswith("autocode: 0 coded lines with 0 codes: too few to judge any by the others;")


def test_a_promise_that_few_interviews_cannot_bear_is_refused_with_what_is_missing(run, coded):
    result = run("suggest", coded, "--promise", "precision=0.8")

    assert result.exit_code == 1
    assert result.output == (
        "autocode: precision=0.8 cannot be promised: it would rest on coded lines of 6 interviews, and fewer than 10 "
        "say too little about others; code lines of 4 more.\n"
    )


def test_a_promise_that_cannot_be_read_is_a_mistake_of_the_command(run, coded):
    result = run("suggest", coded, "--promise", "precision")

    assert result.exit_code == 2
    assert "a promise is written precision=0.8 or recall=0.9, not 'precision'." in " ".join(result.output.split())


def test_what_to_read_next_is_stored_with_every_lines_probability(run, coded):
    result = run("next", coded, "-n", 5, "--json")
    with Journal.open(coded / "study.sqlite") as journal:
        [sample] = journal.samples()
    told = json.loads(result.stdout)

    assert told["drawn"] == list(sample.drawn)
    assert told["probabilities"] == dict(sample.probabilities)
    assert {line.partition(":")[0] for line in sample.probabilities} == {"GP4"}
    assert sorted(set(sample.probabilities.values())) == [1 / 20, 1]
    assert "4 lines selected as most informative; stored in the study." in result.stderr


def test_an_interview_that_nobody_has_begun_is_chosen_whole(run, coded):
    result = run("-q", "next", coded, "-n", 1, "--interviews", "--json")
    drawn = json.loads(result.output)["drawn"]

    assert result.exit_code == 0
    assert len(drawn) == 24
    assert {line.partition(":")[0] for line in drawn} == {"GP4"}


def test_lines_are_chosen_from_a_study_only(run, coded):
    run("export", coded, "plain")
    result = run("next", "plain")

    assert result.exit_code == 1
    assert "plain: is not a study, and only a study's journal keeps what was chosen" in result.output
