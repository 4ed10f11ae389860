import json


def test_a_study_is_rechecked_in_words_and_as_json(run, coded):
    told = run("recheck", coded, "--top", 3, "--resamples", 20)
    data = json.loads(run("recheck", coded, "--top", 3, "--resamples", 20, "--json").output)

    assert told.exit_code == 0
    assert "Lines whose codes surprise" in told.output
    assert data["slips"][0]["line"] in told.output
    assert len(data["slips"]) == 3
    assert [one["code"] for one in data["themes"]["codes"]] == ["access", "forms", "records", "people"]


def test_a_study_with_too_few_coded_lines_is_refused_in_a_sentence(run, study):
    result = run("recheck", study("fresh"))

    assert result.exit_code == 1
    assert result.output.startswith("autocode: 0 coded lines with 0 codes are too few to judge any by the others;")
