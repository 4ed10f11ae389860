"""`autocode reread`: what waits for one coder, listed, as JSON, or asked in the terminal."""

import json

import pytest
from click.testing import CliRunner

import autocode as ac
from autocode.agreement import estimate_unfound
from autocode.cli import main
from autocode.cli._reread import reread_in_terminal
from autocode.codebook import Added, Code, Retired, Retirement, Split, Undone
from autocode.coding import Design
from autocode.journal import Journal
from autocode.study import change_codebook, open_rereading

PARTS = (Code(id="paper", name="Paper forms", parent="access"), Code(id="queues", name="Queues", parent="access"))
FIXERS = Code(id="fixers", name="Informal fixers", definition="Nobody answers, so people ask a friend on the phone.")


def split(folder, before="1", after="2"):
    change_codebook(folder, Split(before=before, after=after, by="TW", why="two matters", code="forms", parts=PARTS))


def add(folder, before="1", after="2", likely=3, random=4, seed=0):
    added = Added(before=before, after=after, by="TW", why="seen often", code=FIXERS)
    return change_codebook(folder, added, likely=likely, random=random, seed=seed)


def reread(folder, *words, exits=0):
    result = CliRunner().invoke(main, ["reread", str(folder), "--coder", "coder_a", *map(str, words)])
    assert result.exit_code == exits, result.output
    return result


def answers(folder, coder="coder_a"):
    return {one.line: one for one in ac.read_study(folder).codings.by(coder)}


def given(folder, code, coder="coder_a"):
    return [line for line, one in answers(folder, coder).items() if code in one.codes]


def test_with_nothing_waiting_it_says_so(coded):
    assert reread(coded).output == "Nothing waits to be read again by coder_a.\n"


def test_the_list_has_each_line_with_its_words_and_what_the_coder_gave(coded):
    lines = given(coded, "forms")
    split(coded)
    listed = reread(coded, "--list").output

    assert listed.startswith(
        "TW split 'Forms and queues' into 'Paper forms' and 'Queues'. In question: Paper forms, Queues.\n"
    )
    assert listed.endswith(f"{len(lines)} questions on {len(lines)} lines wait for coder_a.\n")
    assert [row.split()[0] for row in listed.splitlines() if ":" in row.split(" ")[0]] == sorted(
        lines, key=lambda line: [known.id for known in ac.read_study(coded).lines].index(line)
    )


def test_the_json_says_what_is_in_question(coded):
    lines = given(coded, "forms")
    split(coded)
    told = json.loads(reread(coded, "--json").stdout)

    assert (told["coder"], told["version"], told["done"], told["unfound"]) == ("coder_a", "2", 0, {})
    assert {one["line"] for one in told["waiting"]} == set(lines)
    assert told["waiting"][0] == {
        "line": told["waiting"][0]["line"],
        "codes": ["paper", "queues"],
        "change": "2",
        "why": "TW split 'Forms and queues' into 'Paper forms' and 'Queues'.",
        "gave": ["Forms and queues"],
        "drawn_at_random": False,
    }


def test_somebody_who_does_not_code_in_the_study_is_refused(coded):
    settings = coded / "study.toml"
    settings.write_text(settings.read_text() + '\ncoders = ["coder_a", "coder_b"]\n')
    result = CliRunner().invoke(main, ["reread", str(coded), "--coder", "coder_z"])

    assert result.exit_code == 1
    assert "coder_z does not code in this study" in result.output


def ask(folder, *keys):
    """Answer in the terminal with these keys; return what was printed."""
    printed = []
    typed = iter(keys)
    with open_rereading(folder, coders=["coder_a"], remark=printed.append) as opened:
        (session,) = opened.sessions.values()
        reread_in_terminal(session, read_key=lambda: next(typed), say=printed.append)
    return "\n".join(map(str, printed))


def test_the_terminal_stores_each_answer_and_takes_it_back(coded):
    lines = given(coded, "forms")
    split(coded)
    printed = ask(coded, "1", "2", "\r", "n", "\r", "7", "\r", "2", "\r", "u", "q")

    assert "Press the number of each code that applies, or N, and then Enter." in printed
    assert "Undone: " in printed
    assert printed.endswith(f"{len(lines) - 2} questions on {len(lines) - 2} lines wait for coder_a.")
    assert [sorted(answers(coded)[line].codes) for line in lines[:3]] == [["paper", "queues"], [], []]
    assert [sorted(answers(coded)[line].unjudged) for line in lines[:3]] == [[], [], ["paper", "queues"]]


def test_lines_for_a_new_code_are_drawn_once_for_all_coders(coded):
    plan = add(coded, seed=5)
    again = reread(coded, "--list", "--likely", 9, "--random", 9).output
    with Journal.open(coded / "study.sqlite") as journal:
        (sample,) = journal.samples()
        kinds = [entry.kind for entry in journal.history() if entry.kind in ("codebook", "sample")]

    assert kinds[-2:] == ["codebook", "sample"], "the lines are drawn in the act of the change, before anybody looks"
    n_lines = len(sample.probabilities)
    assert (
        f"Of the {n_lines} lines open for 'Informal fixers', 7 wait to be read again: 3 that are likely to have it, "
        "and 4 drawn at random when the change is made, with seed 5. The others stay open."
    ) in str(plan)
    assert (plan.draws[0].n_lines, plan.draws[0].n_drawn, sample.seed) == (n_lines, 7, 5)
    assert "again-1" not in again
    assert (sample.design, sample.change, sample.name, len(sample.drawn)) == (Design.REREADING, "2", "again-1", 7)
    assert sorted(set(sample.probabilities.values()))[-1] == 1
    assert sum(p == 1 for p in sample.probabilities.values()) == 3
    n_others = len(sample.probabilities) - 3
    assert sum(sample.probabilities.values()) == pytest.approx(7)
    assert {round(p, 9) for p in sample.probabilities.values() if p < 1} == {round(4 / n_others, 9)}


def test_after_the_last_drawn_line_it_says_how_many_are_likely_left(coded):
    add(coded)
    with open_rereading(coded, coders=["coder_a"], remark=print) as opened:
        (session,) = opened.sessions.values()
        assert session.unfound() == {}
        while session.waiting:
            session.answer(session.waiting[0].line, ["fixers"], asked=["fixers"])
    said = reread(coded).output
    row = next(row for row in CliRunner().invoke(main, ["samples", str(coded)]).output.splitlines() if "again" in row)

    assert said.startswith("Nothing waits to be read again by coder_a.\nInformal fixers: ")
    assert "drawn at random; about" in said
    assert row.split()[:4] == ["again-1", "to", "read", "again"]
    assert row.split()[-3:] == ["7", "7", "open"], "the lines that were read for the code"


def answer_all(folder, code="fixers"):
    with open_rereading(folder, coders=["coder_a"], remark=print) as opened:
        (session,) = opened.sessions.values()
        while session.waiting:
            line = session.waiting[0].line
            session.answer(line, [code] if int(line.rpartition(":")[2]) % 3 == 0 else [], asked=[code])
        return session.unfound()


def test_more_lines_are_drawn_later_and_all_that_were_drawn_at_random_count_together(coded):
    add(coded, random=2)
    once = answer_all(coded)["fixers"]
    refused = CliRunner().invoke(main, ["samples", str(coded), "--more", "again-1", "--seed", "0"])
    assert "again-1 was drawn with the seed 0; give another: draws must be independent." in refused.output
    more = CliRunner().invoke(main, ["samples", str(coded), "--more", "again-1", "--random", "3"])
    assert more.exit_code == 0, more.output
    with Journal.open(coded / "study.sqlite") as journal:
        first, second = journal.samples()
    at_random = {line for line in first.drawn if first.probabilities[line] < 1}
    assert set(second.probabilities) == {line for line, p in first.probabilities.items() if p < 1} - at_random
    assert (second.change, second.seed, len(second.drawn)) == ("2", 1, 3)
    assert set(second.probabilities.values()) == {3 / len(second.probabilities)}

    waiting = reread(coded, "--json").stdout
    assert {(one["line"], one["drawn_at_random"]) for one in json.loads(waiting)["waiting"]} == {
        (line, True) for line in second.drawn
    }
    both = answer_all(coded)["fixers"]
    found = [line for line in {*at_random, *second.drawn} if "fixers" in answers(coded)[line].codes]
    assert both == estimate_unfound(len(found), 5, once.n_lines)
    assert once.n_drawn == 2


def test_nothing_waits_for_a_code_that_was_taken_back(coded):
    add(coded)
    change_codebook(coded, Undone(before="2", after="3", by="TW", change="2"))
    row = next(row for row in CliRunner().invoke(main, ["samples", str(coded)]).output.splitlines() if "again" in row)

    assert row.endswith("the change of the codebook was taken back")
    assert reread(coded).output == "Nothing waits to be read again by coder_a.\n"


def test_an_ended_sample_makes_nobody_wait(coded):
    add(coded)
    CliRunner().invoke(main, ["samples", str(coded), "--end", "again-1", "--why", "enough"])

    assert reread(coded).output.startswith("Nothing waits to be read again by coder_a.")


def test_all_lines_wait_where_there_are_few(coded):
    add(coded, likely=1000, random=0)
    with open_rereading(coded, coders=["coder_a"], remark=print) as opened:
        (session,) = opened.sessions.values()
        n_waiting = len(session.waiting)

    assert n_waiting == len(answers(coded))


def test_a_sample_to_read_again_does_not_stand_in_the_way_of_prevalence(coded):
    CliRunner().invoke(main, ["plan", str(coded), "--draw", "3"])
    add(coded)
    result = CliRunner().invoke(main, ["prevalence", str(coded), "--code", "records"])

    assert result.exit_code == 0, result.output
    assert "not used: again-1, drawn to be read again for one code" in result.output


def test_lines_of_a_retired_code_are_read_with_all_codes(coded):
    lines = [line for line, one in answers(coded).items() if one.codes == {"forms"}]
    change_codebook(
        coded,
        Retired(before="1", after="2", by="TW", why="too wide", code="forms", how=Retirement.READ_AGAIN),
    )
    listed = reread(coded, "--list").output

    assert listed.startswith("TW retired 'Forms and queues'.\n")
    assert listed.endswith(f"{len(lines)} questions on {len(lines)} lines wait for coder_a.\n")
