"""`autocode merge`: what it prints, what it refuses, and that a dry run changes nothing."""

import json
import shutil


def test_what_was_coded_in_a_copy_is_taken_in(study, run, digest, tmp_path):
    study("coded")
    theirs = shutil.copytree(tmp_path / "study", tmp_path / "theirs")
    table = tmp_path / "SK.csv"
    table.write_text("line_id,coder,code\nGP4:2,SK,forms\nGP4:3,SK,\n")
    assert run("add", "theirs", table).exit_code == 0
    before, copied = digest(tmp_path / "study"), digest(theirs)

    planned = run("merge", "study", "theirs", "--dry-run")

    brings, entries = planned.stdout.splitlines()
    assert brings == "theirs: SK: 2 judgements new; coder_a: nothing new; coder_b: nothing new."
    # the judgements, and the text of the interview that nobody had coded before
    assert entries == "study: 3 entries would be taken; nothing was changed."
    assert digest(tmp_path / "study") == before
    assert run("merge", "study", "theirs").stdout.endswith("study: 3 entries taken.\n")
    assert digest(theirs) == copied
    assert run("check", "study").exit_code == 0
    again = json.loads(run("merge", "study", "theirs", "--json").stdout)
    assert again["copies"][0]["entries"] == 0
    assert again["copies"][0]["coders"][0] == {"coder": "SK", "new": 0, "newer": [], "older": [], "undone": 0}


def test_a_copy_with_an_edited_line_is_refused_by_line(study, run, digest, tmp_path):
    study("coded")
    theirs = shutil.copytree(tmp_path / "study", tmp_path / "theirs")
    transcript = theirs / "transcripts" / "GP1.txt"
    transcript.write_text(transcript.read_text().replace("The 2 form took", "The second form took"))
    before = digest(tmp_path / "study")

    refused = run("merge", "study", "theirs")

    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[0] == (
        "autocode: theirs/transcripts/GP1.txt:2: GP1:2 has other words than GP1:2 in study/transcripts/GP1.txt:2."
    )
    assert digest(tmp_path / "study") == before
