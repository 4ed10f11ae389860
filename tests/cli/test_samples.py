"""`autocode next` shows what it chose, `review --next` opens on it, and samples have names and an end."""

import json
import os
import re
import sys

import pexpect
import pytest

from autocode.coding import Coding, Design
from autocode.journal import Journal
from autocode.study import read_study, unrecorded_digests


def samples_of(study):
    with Journal.open(study / "study.sqlite", create=False) as journal:
        return journal.samples()


def judge(study, lines, coder="coder_c", code="forms"):
    transcripts = read_study(study).lines
    with Journal.open(study / "study.sqlite", create=False) as journal:
        journal.append(*unrecorded_digests(journal, transcripts))
        journal.append(*(Coding(line=line, coder=coder, codes=frozenset([code])) for line in lines))


@pytest.fixture
def at_terminal(tmp_path):
    """Type a command at a terminal of 60 columns, press the keys, and return what the screen showed."""

    def ran(*words, keys=(), term="dumb"):
        screen = pexpect.spawn(
            sys.executable,
            ["-m", "autocode", *map(str, words)],
            cwd=str(tmp_path),
            dimensions=(50, 60),
            encoding="utf-8",
            timeout=30,
            env={**os.environ, "TERM": term, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"},
        )
        seen = ""
        for key in keys:
            screen.expect(r"Q\s+(to\s+)?quit")
            seen += screen.before + screen.after
            screen.send(key)
        screen.expect(pexpect.EOF)
        screen.close()
        return (seen + screen.before).replace("\r\n", "\n"), screen.exitstatus

    return ran


# next


def test_next_shows_each_line_with_its_interview_speaker_and_question(coded, run):
    (coded / "participants.csv").write_text("participant,role\nGP4,doctor\n")
    result = run("next", "study", "-n", 5)
    (sample,) = samples_of(coded)
    shown = result.stdout

    assert result.exit_code == 0
    assert re.match(r"GP4  doctor\n  And what about your work (now|then|here)\?\n  GP4:\d+  GP4: ", shown)
    said = {
        found["line"]: found["speaker"]
        for found in re.finditer(r"^  (?P<line>GP4:\d+)  (?P<speaker>\w+): ", shown, re.M)
    }
    assert said == dict.fromkeys(sample.drawn, "GP4")
    told = json.loads(run("next", "study", "-n", 5, "--json").stdout)
    for line in told["lines"]:
        assert f"{line['line']} {line['speaker']}: {line['text']}" in " ".join(shown.split())
        assert line["question"] in shown
    assert result.stderr == (
        f"autocode: next-1: {sample}; 4 lines selected as most informative; stored in the study. "
        "Code them with: autocode review study --coder YOU --next\n"
    )


def test_next_fits_the_terminal(coded, at_terminal):
    shown, status = at_terminal("-q", "next", "study", "-n", 5, term="xterm")
    shown = re.sub(r"\x1b\[[\d;]*m", "", shown)

    assert status == 0
    assert "GP4:" in shown
    assert max(map(len, shown.splitlines())) <= 60


def test_control_characters_of_a_transcript_do_not_steer_the_terminal(coded, run):
    transcript = coded / "transcripts" / "GP4.txt"
    transcript.write_text(transcript.read_text().replace("The", "\x1b[2JThe"))
    shown = run("-q", "next", "study", "-n", 20).stdout

    assert "\x1b" not in shown
    assert "\N{REPLACEMENT CHARACTER}[2JThe" in shown


def test_looking_twice_stores_one_choice(coded, run):
    first, again = (run("next", "study", "-n", 5, "--json") for _ in range(2))
    called = run("next", "study", "-n", 5, "--sample", "for-JB")

    assert json.loads(first.stdout) == json.loads(again.stdout)
    assert called.exit_code == 0
    assert [sample.name for sample in samples_of(coded)] == ["next-1", "for-JB"]


def test_a_name_is_given_once(coded, run):
    run("next", "study", "-n", 5, "--sample", "pilot")
    run("samples", "study", "--end", "pilot")
    again = run("next", "study", "-n", 6, "--sample", "pilot")
    drawn = run("plan", "study", "--draw", 6, "--sample", "pilot")
    odd = run("next", "study", "-n", 6, "--sample", "my pilot")

    assert (
        again.stderr
        == drawn.stderr
        == ("autocode: there is a sample pilot already, and ended samples keep their names; choose another name.\n")
    )
    assert odd.stderr == "autocode: a sample cannot be called 'my pilot'; use letters, digits, hyphens and dots.\n"
    assert {again.exit_code, drawn.exit_code, odd.exit_code} == {1}
    assert len(samples_of(coded)) == 1


# review --next


def test_review_next_opens_on_exactly_the_chosen_lines_in_their_order_and_says_when_they_are_done(
    coded, run, at_terminal
):
    run("next", "study", "-n", 4)
    (sample,) = samples_of(coded)
    screen, status = at_terminal("review", "study", "--coder", "MO", "--terminal", "--next", keys="nnnnq")
    with Journal.open(coded / "study.sqlite", create=False) as journal:
        decided = [coding.line for coding in journal.codings().by("MO")]

    assert status == 0
    assert decided == list(sample.drawn)
    assert re.findall(r"line (\d+) ─", screen) == [line.partition(":")[2] for line in sample.drawn]
    assert "0 of 4 lines of next-1 decided" in screen
    assert "All 4 lines of next-1 are decided. Press U" in " ".join(screen.split())
    assert screen.endswith("all of it is stored.\nAll 4 lines of next-1 are decided.\n")


def test_a_review_of_a_sample_is_resumed_by_its_name(coded, run, at_terminal):
    run("next", "study", "-n", 4)
    run("next", "study", "-n", 3)
    screen, _ = at_terminal("review", "study", "--coder", "MO", "--terminal", "--next", keys="nq")
    other, _ = at_terminal("review", "study", "--coder", "MO", "--terminal", "--sample", "next-1", keys="q")

    assert "0 of 3 lines of next-2 decided" in screen
    assert screen.endswith("To go on: autocode review study --coder MO --terminal --sample next-2\n")
    assert re.search(r"\d of 4 lines of next-1 decided", other)


def test_lines_drawn_to_measure_are_shown_without_suggestions(study, run, at_terminal):
    kept = study("trained")
    run("plan", "study", "--draw", 160)
    assert any(line.startswith("GP4:") for line in samples_of(kept)[0].drawn)
    with Journal.open(kept / "study.sqlite", create=False) as journal:
        journal.append(*(
            Coding(line=line, coder="MO", codes=frozenset())
            for line in samples_of(kept)[0].drawn if not line.startswith("GP4:")
        ))  # fmt: skip
    measured, _ = at_terminal("review", "study", "--coder", "MO", "--terminal", "--sample", "draw-1", keys="nq")
    run("samples", "study", "--end", "draw-1")
    run("next", "study", "-n", 4)
    chosen, _ = at_terminal("review", "study", "--coder", "JB", "--terminal", "--next", keys="nnnnq")
    with Journal.open(kept / "study.sqlite", create=False) as journal:
        basis = {coding.basis for coding in journal.codings().by("MO")}

    assert "[1]" not in measured
    assert basis == {"independent"}
    assert "[1]" in chosen


def test_an_ordinary_review_does_not_spoil_lines_that_were_drawn_to_measure(study, run, at_terminal):
    kept = study("trained")
    settings = kept / "study.toml"
    settings.write_text(settings.read_text() + 'mode = "assisted"\nblind_share = 0\n')
    run("plan", "study", "--draw", 84)
    drawn = {line for line in samples_of(kept)[0].drawn if line.startswith("GP4:")}
    first = at_terminal("review", "study", "--coder", "MO", "--terminal", keys=["n"] * 24 + ["q"])[0]
    with Journal.open(kept / "study.sqlite", create=False) as journal:
        basis = {coding.line: coding.basis for coding in journal.codings().by("MO")}

    assert "[1]" in first  # the lines that were not drawn
    assert {line for line, found in basis.items() if found == "independent"} >= drawn
    assert {line for line, found in basis.items() if found == "assisted"} == basis.keys() - drawn
    assert 0 < len(drawn) < 24
    assert run("prevalence", "study").exit_code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--next"], 1, "no lines were chosen, so there is nothing to code next; choose lines with: autocode next"),
        (["--sample", "next-1"], 1, "there is no sample 'next-1'; none was drawn yet."),
        (["--sample", "a", "--next"], 2, "--next and --sample are two ways to say which lines; choose one."),
    ],
)
def test_what_cannot_be_reviewed(coded, run, words, code, said):
    result = run("review", "study", "--coder", "MO", "--terminal", *words)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.split())


def test_an_ended_sample_is_not_reviewed(coded, run):
    run("next", "study", "-n", 4)
    run("samples", "study", "--end", "next-1")
    by_name = run("review", "study", "--coder", "MO", "--terminal", "--sample", "next-1")
    latest = run("review", "study", "--coder", "MO", "--terminal", "--next")

    assert re.fullmatch(
        r"autocode: the sample next-1 was ended on [\d-]{10}; choose or draw another\.\n", by_name.stderr
    )
    assert latest.stderr == (
        "autocode: 1 sample was ended, so there is nothing to code next; choose lines with: autocode next STUDY.\n"
    )


def test_lines_that_left_the_study_are_said(coded, run, at_terminal):
    run("plan", "study", "--draw", 160)
    (coded / "transcripts" / "GP4.txt").unlink()
    gone = [line for line in samples_of(coded)[0].drawn if line.startswith("GP4:")]
    screen, _ = at_terminal("review", "study", "--coder", "coder_a", "--terminal", "--sample", "draw-1", keys="q")

    assert f"{len(gone)} of 160 lines of draw-1 are not in the study any more, {gone[0]} first" in " ".join(
        screen.split()
    )
    assert f"All {160 - len(gone)} lines of draw-1 are decided" in " ".join(screen.split())


# samples and prevalence


def test_a_look_at_what_comes_next_does_not_bind_prevalence(coded, run):
    drawn = run("-q", "plan", "study", "--draw", 60, "--seed", 5).stdout.split()
    judge(coded, drawn)
    before = run("prevalence", "study", "--json")
    run("next", "study", "-n", 5)
    after = run("prevalence", "study", "--json")
    was, now = json.loads(before.stdout), json.loads(after.stdout)

    assert was["rows"] == now["rows"]
    assert now["samples"] == ["draw-1"]
    assert now["notes"][:2] == [
        f"sample: draw-1, 60 of 168 lines drawn with probability {60 / 168:.4g}, seed 5",
        "not used: next-1, chosen to train the suggester",
    ]


def test_where_lines_were_only_chosen_prevalence_is_refused(coded, run):
    run("next", "study", "-n", 5)
    judge(coded, samples_of(coded)[0].drawn)
    by_default, by_name = run("prevalence", "study"), run("prevalence", "study", "--sample", "next-1")

    assert by_default.stderr == (
        "autocode: no lines were drawn at random: next-1 chose lines to train the suggester, and they do not represent "
        "the others; draw lines with: autocode plan STUDY --draw N.\n"
    )
    assert "the sample next-1 was chosen to train a suggester, so it does not represent all lines" in by_name.stderr
    assert {by_default.exit_code, by_name.exit_code} == {1}


def test_an_ended_sample_no_longer_waits_and_a_new_one_starts_fresh(study, run):
    kept = study("fresh")
    first = run("-q", "plan", "study", "--draw", 40).stdout.split()
    judge(kept, first[:10])
    waiting = run("prevalence", "study")
    ended = run("samples", "study", "--end", "draw-1", "--why", "the codebook changed")
    refused = run("prevalence", "study")
    second = run("-q", "plan", "study", "--draw", 30).stdout.split()
    judge(kept, second)
    found = json.loads(run("prevalence", "study", "--json").stdout)
    draw_1, draw_2 = samples_of(kept)

    assert "30 of 40 lines of the sample draw-1 are not judged independently yet" in waiting.stderr
    assert f"ended draw-1: {draw_1}; it stays in the journal." in ended.stderr
    assert refused.stderr == (
        "autocode: every sample that was drawn at random is ended (draw-1); draw lines with autocode plan STUDY "
        "--draw N, or name an ended sample with --sample.\n"
    )
    assert (draw_1.seed, draw_2.seed) == (0, 1)
    assert set(second) != set(first[:30])
    assert (found["samples"], found["rows"][0]["judged"]) == (["draw-2"], 30)
    judged = len(set(first) & (set(first[:10]) | set(second)))
    assert f"not used: draw-1, ended, {judged} of its 40 lines judged independently" in found["notes"]


def test_an_ended_sample_that_is_judged_can_be_named(study, run):
    kept = study("fresh")
    first = run("-q", "plan", "study", "--draw", 40).stdout.split()
    judge(kept, first)
    open_ = json.loads(run("prevalence", "study", "--json").stdout)
    run("samples", "study", "--end", "draw-1")
    named = json.loads(run("prevalence", "study", "--sample", "draw-1", "--json").stdout)

    assert named["rows"] == open_["rows"]


def test_two_open_samples_are_averaged_and_both_are_named(study, run):
    kept = study("fresh")
    for n in (30, 60):
        judge(kept, run("-q", "plan", "study", "--draw", n).stdout.split(), code="forms" if n == 30 else "people")
    found = json.loads(run("prevalence", "study", "--code", "people", "--json").stdout)
    alone = [json.loads(run("prevalence", "study", "--code", "people", "--sample", name, "--json").stdout)
             for name in ("draw-1", "draw-2")]  # fmt: skip
    value = [one["rows"][0]["value"] for one in alone]

    assert found["samples"] == ["draw-1", "draw-2"]
    assert found["rows"][0]["value"] == pytest.approx((30 * value[0] + 60 * value[1]) / 90)
    assert "mean of 2 samples" in found["conventions"]["method"]


def test_a_seed_that_was_used_is_refused(study, run):
    study("fresh")
    run("plan", "study", "--draw", 30, "--seed", 7)
    again = run("plan", "study", "--draw", 40, "--seed", 7)

    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == (
        "autocode: the seed 7 was used for draw-1, and a draw with it would not be a new one; give another, or none.\n"
    )


def test_suggestions_made_before_a_later_sample_are_used_for_it(study, run):
    kept = study("fresh")
    judge(kept, run("-q", "plan", "study", "--draw", 60).stdout.split())
    run("samples", "study", "--end", "draw-1")
    run("-q", "suggest", "study")
    judge(kept, run("-q", "plan", "study", "--draw", 60).stdout.split())
    later = json.loads(run("prevalence", "study", "--json").stdout)
    earlier = json.loads(run("prevalence", "study", "--sample", "draw-1", "--json").stdout)

    assert later["notes"][-1].endswith("made before lines were drawn")
    assert earlier["notes"][-1].startswith("suggestions: none; those made after lines were drawn")


# listing and ending


def test_samples_are_listed_with_what_was_judged(coded, run):
    run("plan", "study", "--draw", 20, "--seed", 3)
    run("next", "study", "-n", 5)
    draw, chosen = samples_of(coded)
    judge(coded, chosen.drawn[:2])
    run("samples", "study", "--end", "draw-1", "--why", "too few")
    shown = run("samples", "study").stdout
    told = json.loads(run("samples", "study", "--json").stdout)["samples"]
    day = f"{draw.at:%Y-%m-%d}"
    judged = sum(not line.startswith("GP4:") or line in chosen.drawn[:2] for line in draw.drawn)

    head, _, *rows = [" ".join(row.split()) for row in shown.splitlines()]
    assert head == "sample drawn on lines of judged independently"
    assert rows == [
        f"draw-1 at random {day} 20 168 {judged} {judged} ended on {day}: too few",
        f"next-1 by autocode next {day} 5 24 2 2 open",
    ]
    assert [(one["name"], one["design"], one["drawn"], one["of"], one["judged"]) for one in told] == [
        ("draw-1", Design.RANDOM, 20, 168, judged),
        ("next-1", Design.ACTIVE, 5, 24, 2),
    ]
    assert [one["reason"] for one in told] == ["too few", ""]


def test_a_study_without_samples_says_so(coded, run):
    assert run("samples", "study").stdout == "No sample was drawn yet.\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--end", "draw-2"], 1, "there is no sample 'draw-2'; the study has draw-1."),
        (["--end", "draw-1"], 1, "the sample draw-1 was ended on"),
        (["--why", "so"], 2, "--why says why a sample is ended; name it with --end."),
    ],
)
def test_what_cannot_be_ended(coded, run, digest, words, code, said):
    run("plan", "study", "--draw", 20)
    run("samples", "study", "--end", "draw-1")
    before = digest(coded)
    result = run("samples", "study", *words)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.split())
    assert digest(coded) == before
