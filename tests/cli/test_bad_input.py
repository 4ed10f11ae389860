"""Whatever is wrong with a file, one sentence says what, where and what to do, and the study stays as it was."""

import ctypes
import os
import resource
import shlex
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from autocode.journal._schema import MIGRATIONS

MACHINE = (
    "the coder {!r} is named like a machine; a coder is a person, and what a machine proposes is a suggestion. "
    "Give the person's initials or a pseudonym."
)
NO_SPEAKER = (
    "names no speaker; begin each turn with its speaker, as in 'GP1: words', or, where only one person speaks, name "
    "that person with speaker_name=... (--speaker-name)."
)
NOT_WORD = (
    "is not a Word file (.docx), whatever its name says; open it in a word processor and save it as .docx, or as a "
    "text file in UTF-8."
)
EDITED = (
    "was edited, or cut into other lines, after it was coded, so its codings may stand at other words; record the "
    "correction with: autocode amend study{} --by YOU --why REASON, or restore the text (and the unit in study.toml)."
)


@pytest.fixture
def refused(run, digest) -> Callable[..., str]:
    """Run a command that must fail with exit code 1, change nothing, and print nothing but faults; return these."""

    def ran(study: Path, *words: object) -> str:
        before = digest(study)
        result = run(*words)

        assert result.exit_code == 1
        assert digest(study) == before
        assert "Traceback" not in result.output
        assert result.stdout == ""
        return result.stderr

    return ran


@pytest.fixture
def not_added(refused, study, tmp_path) -> Callable[..., str]:
    """Try to add files to a study with interviews and no codings; return what is said."""
    kept = study("fresh")

    def tried(**files: str | bytes) -> str:
        paths = []
        for name, content in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path.name)
        return refused(kept, "add", "study", *paths)

    return tried


def test_an_empty_file(not_added):
    assert not_added(GP9__txt="") == "autocode: GP9.txt: is empty; put the interview into it or remove it.\n"


def test_an_empty_table_of_codings(not_added):
    assert not_added(coder_a__csv="") == "autocode: coder_a.csv: is empty; it needs a header at least.\n"


def test_a_binary_file_that_is_called_txt(not_added):
    said = not_added(GP9__txt=b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x01\x02\x03")

    assert said == (
        "autocode: GP9.txt: is not text (it contains zero bytes); export it as .docx or as a text file in UTF-8.\n"
    )


def test_a_control_character_names_its_line(not_added):
    said = not_added(GP9__txt="GP9: One.\nGP9: Two\x07.\n")

    assert said == (
        "autocode: GP9.txt:2: is not text (it contains the control character U+0007); "
        "export it as .docx or as a text file in UTF-8.\n"
    )


def test_a_docx_that_is_not_one(not_added):
    said = not_added(GP9__docx="GP9: This is a text.\n")

    assert said == f"autocode: GP9.docx: {NOT_WORD}\n"


def test_a_zip_that_is_called_docx(not_added, tmp_path):
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as made:
        made.writestr("readme.txt", "no document")
    said = not_added(GP9__docx=(tmp_path / "some.zip").read_bytes())

    assert said == f"autocode: GP9.docx: {NOT_WORD}\n"


def test_a_transcript_without_any_speaker(not_added):
    said = not_added(GP9__txt="It was a dark and stormy night.\nThe end of it.\n")

    assert said == f"autocode: GP9.txt: {NO_SPEAKER}\n"


def test_every_fault_of_every_file_is_told_at_once(not_added):
    said = not_added(GP8__txt="", GP9__txt="Nobody says this.\n")

    assert said == (
        f"autocode: GP8.txt: is empty; put the interview into it or remove it.\nautocode: GP9.txt: {NO_SPEAKER}\n"
    )


def test_a_transcript_whose_name_the_study_has(not_added):
    said = not_added(GP1__txt="GP1: Quite another talk.\n")

    assert said == (
        "autocode: GP1.txt: the study already has a transcript named 'GP1' (study/transcripts/GP1.txt); rename the "
        "file, or replace the transcript with --force.\n"
    )


def test_two_files_of_one_transcript_name(not_added):
    said = not_added(GP9__txt="GP9: A talk.\n", GP9__md="GP9: Another talk.\n")

    assert said == "autocode: GP9.md: two transcripts are named 'GP9', this and GP9.txt; rename one of them.\n"


def test_two_files_of_one_transcript_name_inside_the_study(study, refused):
    kept = study("coded")
    (kept / "transcripts" / "GP1.md").write_text("GP1: Another talk.\n")
    said = refused(kept, "agree", "study")

    assert said == (
        "autocode: study/transcripts/GP1.txt: two transcripts are named 'GP1', this and GP1.md; rename or remove one.\n"
    )


def test_a_coding_for_a_line_that_does_not_exist(not_added):
    said = not_added(more__csv="line_id,coder,code\nGP1:2,coder_a,forms\nGP1:999,coder_a,forms\n")

    assert said == (
        "autocode: more.csv:3: names the line 'GP1:999', which is in no transcript (the closest is 'GP1:9'); "
        "correct the id or add the transcript.\n"
    )


def test_an_unknown_code(not_added):
    said = not_added(more__csv="line_id,coder,code\nGP1:2,coder_a,form\nGP1:3,coder_a,weather\n")

    assert said == (
        "autocode: more.csv:2: the code 'form' is not in the codebook; perhaps 'Forms and queues' is meant.\n"
        "autocode: more.csv:3: the code 'weather' is not in the codebook; correct it or add it to the codebook.\n"
    )


def test_a_code_used_that_is_a_theme(not_added):
    said = not_added(more__csv="line_id,coder,code\nGP1:2,coder_a,access\n")

    assert said == (
        "autocode: more.csv:2: 'Accessing services' is a theme; code one of its subthemes: "
        "Forms and queues, Records apart, Too few people.\n"
    )


@pytest.mark.parametrize("name", ["gpt-4", "autocode", "Model 2", "claude-3"])
def test_a_coder_named_like_a_machine_in_a_table(not_added, name):
    said = not_added(more__csv=f"line_id,coder,code\nGP1:2,{name},forms\n")

    assert said == f"autocode: more.csv:2: {MACHINE.format(name)}\n"


def test_a_coder_named_like_a_machine_on_the_command_line(coded, refused, tmp_path):
    (tmp_path / "wide.csv").write_text("line_id,Forms and queues\nGP4:2,1\n")

    assert refused(coded, "add", "study", "wide.csv", "--coder", "gpt-4") == (
        f"autocode: wide.csv:2: {MACHINE.format('gpt-4')}\n"
    )
    assert refused(coded, "review", "study", "--coder", "gpt-4", "--terminal") == (
        f"autocode: {MACHINE.format('gpt-4')}\n"
    )


BOOKS = {
    "two codes of one name": (
        '[[subthemes]]\nname = "Forms"\n\n[[subthemes]]\nid = "other"\nname = "forms"\n',
        "study/codebook.toml:6: two codes have the name 'forms'; rename one of them.",
    ),
    "an unknown parent": (
        '[[subthemes]]\nname = "Forms"\nparent = "Acess"\n',
        "study/codebook.toml:3: the parent 'Acess' of 'Forms' does not exist; add it or correct the name.",
    ),
    "a circle": (
        '[[codes]]\nname = "A"\nparent = "B"\n\n[[codes]]\nname = "B"\nparent = "A"\n',
        "study/codebook.toml:3: 'A' is its own ancestor; break the circle of parents.\n"
        "study/codebook.toml:7: 'B' is its own ancestor; break the circle of parents.",
    ),
}


@pytest.mark.parametrize("what", BOOKS)
def test_a_codebook_that_contradicts_itself(study, run, refused, tmp_path, what):
    kept = study("fresh")
    book, sentence = BOOKS[what]
    (kept / "codebook.toml").write_text(book)
    (tmp_path / "GP9.txt").write_text("GP9: A talk.\n")
    faults = [f"autocode: {one}" for one in sentence.splitlines()]
    checked = run("check", "study")

    assert refused(kept, "add", "study", "GP9.txt").splitlines() == faults
    assert refused(kept, "agree", "study").splitlines() == faults
    assert checked.exit_code == 1
    assert checked.stdout.splitlines() == sentence.splitlines()
    n = len(faults)
    assert checked.stderr == f"autocode: {n} fault{'s' * (n > 1)} found; fix and check again.\n"


@pytest.mark.parametrize(
    "command", ["agree", "validate", "train", "report", "export", "check", "suggest", "review", "add"]
)
def test_a_folder_that_is_not_a_study(run, digest, tmp_path, command):
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "GP1.txt").write_text("GP1: A talk.\n")
    more = {
        "report": ["-o", "r.html"],
        "export": ["out"],
        "review": ["--coder", "MO", "--terminal"],
        "add": ["talks/GP1.txt"],
        "suggest": ["--model", "talks"],
    }
    before = digest(tmp_path)
    result = run(command, "talks", *more.get(command, []))
    made = "Make a study with: autocode init talks."
    said = {
        "add": "autocode: talks: is not a study: it has no study.toml. Make one with: autocode init talks.\n",
        "review": f"autocode: talks: is not a study: it has no study.toml. {made}\n",
        "suggest": "autocode: talks: is not a saved suggester: it has no suggester.json. "
        "Make one with: autocode train STUDY -o MODEL.\n",
        "check": "autocode: 1 fault found; fix and check again.\n",
    }
    corpus = "nor a plain corpus (lines.csv, codings.csv, codebook.csv)"
    usual = f"talks: is not a study: it has no study.toml, {corpus}. {made}\n"

    assert result.exit_code == 1
    assert result.stderr == said.get(command, f"autocode: {usual}")
    assert result.stdout == (usual if command == "check" else "")
    assert digest(tmp_path) == before


def test_a_file_of_a_study_instead_of_the_study(coded, refused):
    said = refused(coded, "agree", "study/study.sqlite")

    assert said == "autocode: study/study.sqlite: is a file of a study; name the study's folder: study.\n"


@pytest.mark.parametrize("command", ["check", "agree", "add"])
def test_the_folder_of_transcripts_instead_of_the_study(coded, run, tmp_path, command):
    result = run(command, "study/transcripts", *(["study/codebook.toml"] if command == "add" else []))

    assert result.exit_code == 1
    assert "study/transcripts: is a folder of a study; name the study's folder: study." in result.output


def test_settings_that_cannot_be_are_all_named(study, refused):
    kept = study("fresh")
    (kept / "study.toml").write_text('unit = "word"\ntitle = 3\ninterviewers = "Me"\ncolour = "red"\n')
    said = refused(kept, "agree", "study")

    assert said.splitlines() == [
        "autocode: study/study.toml: title must be text in quotation marks, not 3.",
        "autocode: study/study.toml: interviewers must be a list such as [\"Interviewer\"], not 'Me'.",
        "autocode: study/study.toml: unit must be one of turn, paragraph, sentence, not 'word'.",
        "autocode: study/study.toml: 'colour' is not a setting; known are title, unit, language, interviewers, "
        "speakers, not_speakers, questions, attributes, respondents, mode, blind_share, adjudicators, "
        "codebook_editors, codes, independent_coding, coders, encoder, journal.",
    ]


def test_settings_of_a_review_that_cannot_be_are_all_named(study, refused):
    kept = study("fresh")
    (kept / "study.toml").write_text(
        'mode = "bold"\nblind_share = 15\nadjudicators = ["MO", "gpt-4", ""]\ncoders = ["GPT-4"]\n'
    )
    said = refused(kept, "agree", "study")

    assert said.splitlines() == [
        "autocode: study/study.toml: mode must be one of independent, blind-first, assisted, not 'bold'.",
        "autocode: study/study.toml: blind_share must lie between 0 and 1, not 15.",
        "autocode: study/study.toml: adjudicators: the coder 'gpt-4' is named like a machine; a coder is a person, "
        "and what a machine proposes is a suggestion. Give the person's initials or a pseudonym.",
        "autocode: study/study.toml: adjudicators: a coder needs a name; write the coder's initials or a pseudonym.",
        "autocode: study/study.toml: coders: the coder 'GPT-4' is named like a machine; a coder is a person, "
        "and what a machine proposes is a suggestion. Give the person's initials or a pseudonym.",
    ]


def test_a_share_that_is_no_number(study, refused):
    kept = study("fresh")
    (kept / "study.toml").write_text('blind_share = "all"\n')

    assert refused(kept, "agree", "study") == (
        "autocode: study/study.toml: blind_share must be a number such as 0.15, not 'all'.\n"
    )


def test_settings_that_are_not_toml(study, refused):
    kept = study("fresh")
    (kept / "study.toml").write_text("title: small\n")

    assert refused(kept, "train", "study") == (
        "autocode: study/study.toml: is not TOML (Expected '=' after a key in a key/value pair (at line 1, column 6)); "
        "correct it.\n"
    )


def test_a_language_that_spacy_does_not_have(coded, refused):
    settings = (coded / "study.toml").read_text()
    (coded / "study.toml").write_text(settings.replace('language = "en"', 'language = "qq"'))

    assert refused(coded, "train", "study") == (
        "autocode: spaCy has no language 'qq'; give one of its codes, such as 'en', 'fr' or 'de'.\n"
    )


def test_training_with_no_codings_rests_on_the_definitions_and_says_so(study, run):
    study("fresh")
    told = run("train", "study")

    assert told.exit_code == 0
    assert "no line has been coded yet, so suggestions rest on" in " ".join(f"{told.stdout}{told.stderr}".split())


def test_training_with_a_code_coded_once_trains_and_says_so(study, run, tmp_path):
    study("fresh")
    rows = [
        "GP1:2,coder_a,forms",
        "GP1:3,coder_a,",
        "GP1:4,coder_a,records",
        "GP1:5,coder_a,people",
        "GP1:6,coder_a,forms",
    ]
    (tmp_path / "one.csv").write_text("line_id,coder,code\n" + "\n".join([*rows, "GP2:2,coder_a,records"]) + "\n")
    run("add", "study", "one.csv")
    result = run("train", "study")

    assert result.exit_code == 0
    assert result.stderr == (
        "autocode: 2 of 3 codes are not yet supported by coded examples and are suggested by their definitions only. "
        "More examples needed, roughly: Too few people (6), Records apart (21).\n"
    )
    assert result.stdout.startswith(
        "study/model: learnt from 6 lines of 2 interviews (6 by single coder), 3 codes, digest "
    )


def test_too_little_to_hold_interviews_out(study, run, refused, tmp_path):
    kept = study("fresh")
    (tmp_path / "one.csv").write_text("line_id,coder,code\nGP1:2,coder_a,forms\nGP1:3,coder_a,records\n")
    run("add", "study", "one.csv")

    assert refused(kept, "validate", "study") == (
        "autocode: fewer than two codes stand on at least 15 lines, too few to try a suggester on interviews it has "
        "not seen; code more lines.\n"
    )


@pytest.mark.parametrize("command", ["agree", "check", "suggest"])
def test_a_journal_of_a_newer_version(coded, run, digest, command):
    with sqlite3.connect(coded / "study.sqlite") as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = digest(coded)
    result = run(command, "study")
    said = (
        "study/study.sqlite: this journal was written by a newer autocode (schema 99; this one knows "
        f"{len(MIGRATIONS)}); update autocode to open it."
    )

    assert result.exit_code == 1
    assert said in (result.stdout if command == "check" else result.stderr).splitlines()[0]
    assert digest(coded) == before


def test_a_journal_that_is_something_else(coded, refused):
    (coded / "study.sqlite").write_text("This is a letter to a friend, and long enough to be one.\n" * 40)

    assert refused(coded, "agree", "study") == (
        "autocode: study/study.sqlite: this is not a journal of autocode (not an SQLite file); "
        "name the right file, or move this one away to begin a new journal.\n"
    )


# a transcript edited after it was coded


@pytest.mark.parametrize("command", ["agree", "train", "suggest", "review", "validate", "report", "export", "check"])
def test_a_transcript_edited_after_it_was_coded(study, run, digest, command):
    kept = study("trained")
    file = kept / "transcripts" / "GP2.txt"
    file.write_text(file.read_text().replace("queue", "line", 1))
    more = {"report": ["-o", "r.html"], "export": ["out"], "review": ["--coder", "MO", "--terminal"]}
    before = digest(kept)
    result = run(command, "study", *more.get(command, []))
    said = f"study/transcripts/GP2.txt: {EDITED.format('')}\n"

    assert result.exit_code == 1
    assert digest(kept) == before
    if command == "check":
        assert result.stdout == said
    else:
        assert result.stderr == f"autocode: {said}"


def test_a_transcript_that_is_coded_is_not_replaced_by_force(coded, refused, tmp_path):
    (tmp_path / "GP2.txt").write_text("GP2: Quite another talk.\n")

    assert refused(coded, "add", "study", "GP2.txt", "--force") == f"autocode: GP2.txt: {EDITED.format(' GP2.txt')}\n"


def test_a_transcript_that_is_gone_after_it_was_coded(coded, refused):
    (coded / "transcripts" / "GP2.txt").unlink()

    assert refused(coded, "agree", "study") == (
        "autocode: study/study.sqlite: holds codings of GP2:11 and 23 more, which no transcript has; "
        "put the transcript back into transcripts/.\n"
    )


def test_a_transcript_corrected_before_anybody_coded_it_is_suggested_for_anew(study, run, refused):
    kept = study("trained")
    file = kept / "transcripts" / "GP4.txt"
    file.write_text(file.read_text().replace("queue", "line", 1))

    assert run("agree", "study").exit_code == 0
    assert refused(kept, "review", "study", "--coder", "MO", "--terminal") == (
        "autocode: study/transcripts/GP4.txt: was edited after suggestions were made for it; make new ones: "
        "autocode suggest study.\n"
    )
    assert run("suggest", "study").exit_code == 0
    assert run("review", "study", "--coder", "MO", "--terminal", keys="q").exit_code == 0


def test_a_code_that_was_given_and_is_no_longer_in_the_codebook(coded, refused):
    book = coded / "codebook.toml"
    book.write_text(book.read_text().replace('id = "records"', 'id = "systems"'))
    said = refused(coded, "agree", "study").splitlines()

    assert said[0] == (
        "autocode: study/codebook.toml: the code 'Records apart' has the id 'systems', on record 'records'; ids never "
        "change."
    )
    assert "so nothing runs. Put that back with: autocode codebook restore study" in said[-1]


def test_a_code_that_was_given_and_is_now_a_theme(coded, refused):
    (coded / "codebook.toml").write_text(
        '[[themes]]\nid = "records"\nname = "Records"\n\n[[themes.subthemes]]\nid = "forms"\nname = "Forms"\n\n'
        '[[themes.subthemes]]\nid = "people"\nname = "People"\n'
    )

    assert (
        "autocode: study/codebook.toml: 'records' became a theme, 43 readings hold it; no command does that, so put it "
        "back.\n"
    ) in refused(coded, "agree", "study")


# a full disk, a folder that may not be written to


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Let no file grow beyond this size, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


WRITING = "cannot be written (File too large); free some space or choose a folder you may write to.\n"


def test_a_full_disk_takes_no_transcript(study, digest, run, tmp_path):
    kept = study("fresh")
    (tmp_path / "GP8.txt").write_text("GP8: A short talk.\n")
    (tmp_path / "GP9.txt").write_text("GP9: A long talk, which does not end.\n" * 200)
    before = digest(kept)
    with full_disk(4000):
        result = run("add", "study", "GP8.txt", "GP9.txt")

    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"autocode: study: {WRITING}")
    assert digest(kept) == before


@pytest.mark.parametrize("room", [2_000, 33_000])
def test_a_full_disk_takes_no_coding_and_keeps_what_was_there(study, digest, run, tmp_path, readings_of, room):
    kept = study("coded")
    (tmp_path / "GP9.txt").write_text("GP9: A short talk.\n")
    more = [readings_of(0).replace("coder_a", f"coder_{letter}") for letter in "cdef"]
    (tmp_path / "coder_c.csv").write_text("".join([more[0], *(one.partition("\n")[2] for one in more[1:])]))
    before = digest(kept)
    agreed = run("agree", "study", "--json").stdout
    with full_disk(room):
        result = run("add", "study", "GP9.txt", "coder_c.csv")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "autocode: study/study.sqlite: the disk failed, and nothing of this step was written; "
        "check that it is attached and has room.\n"
    )
    # this disk does not even let SQLite write back what was there, so the next command does it
    assert run("agree", "study", "--json").stdout == agreed
    assert digest(kept) == before


def test_a_full_disk_holds_no_new_study(run, tmp_path):
    with full_disk(100):
        result = run("init", "new")

    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"autocode: new: {WRITING}")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["train", "plain", "-o", "model"],
            "model: cannot be written (File too large); free some space and repeat.",
        ),
        (
            ["report", "plain", "--no-validation", "-o", "r.md"],
            "r.md: the report cannot be written (File too large); choose a folder you may write to.",
        ),
        (["export", "plain", "again"], "again/lines.csv: cannot be written (File too large); choose another folder."),
        (
            ["suggest", "--model", "study/model", "plain", "-o", "out.csv"],
            "out.csv: cannot be written (File too large); free some space or choose a folder you may write to.",
        ),
    ],
)
def test_a_full_disk_takes_no_result(study, digest, run, tmp_path, words, sentence):
    study("trained")
    run("export", "study", "plain")
    before = digest(tmp_path)
    with full_disk(1000):
        result = run(*words)

    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"autocode: {sentence}\n")
    assert digest(tmp_path) == before


def bound_by_permissions() -> None:
    """Give up, in a child process, root's right to write where nobody may; others never had it."""
    if os.geteuid() == 0:
        read_bounding_set, drop_from_bounding_set, dac_override = 23, 24, 1
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        if prctl(read_bounding_set, dac_override, 0, 0, 0) and prctl(drop_from_bounding_set, dac_override, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take away the right to write, from a folder and all folders in it."""
    folders = [folder, *(one for one in folder.rglob("*") if one.is_dir())]
    for one in folders:
        one.chmod(0o555)
    try:
        yield
    finally:
        for one in folders:
            one.chmod(0o755)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["add", "study", "GP9.txt"],
            "study: cannot be written (Permission denied); free some space or choose a folder you may write to.",
        ),
        (
            ["init", "study/inside"],
            "study/inside: cannot be written (Permission denied); free some space or choose a folder you may write to.",
        ),
        (["export", "study", "study/plain"], "study/plain: cannot be made (Permission denied); choose another folder."),
    ],
)
def test_a_read_only_folder(study, digest, typed, tmp_path, words, sentence):
    kept = study("fresh")
    (tmp_path / "GP9.txt").write_text("GP9: A short talk.\n")
    before = digest(kept)
    with read_only(kept):
        result = typed(*words, preexec_fn=bound_by_permissions)

    assert (result.returncode, result.stdout, result.stderr) == (1, "", f"autocode: {sentence}\n")
    assert digest(kept) == before


NOWHERE = {
    "train study -o note.txt/model": "cannot be written (File exists); choose a folder you may write to.",
    "train study -o note.txt": "is a file; choose another name for the model's folder.",
    "report study -o note.txt/r.html": "cannot be written: there is no folder note.txt; make it or choose another.",
    "report study -o nowhere/r.html": "cannot be written: there is no folder nowhere; make it or choose another.",
    "suggest study -o note.txt/s.csv": "cannot be written (Not a directory); "
    "free some space or choose a folder you may write to.",
    "export study note.txt/plain": "cannot be made (Not a directory); choose another folder.",
    "init note.txt/new": "cannot be written (Not a directory); free some space or choose a folder you may write to.",
    "init note.txt": "is a file; choose another name for the study's folder.",
}


@pytest.mark.parametrize("command", NOWHERE)
def test_a_place_where_nothing_can_be(study, refused, tmp_path, command):
    kept = study("trained")
    words = command.split()
    (tmp_path / "note.txt").write_text("Buy milk.\n")

    assert refused(kept, *words) == f"autocode: {words[-1]}: {NOWHERE[command]}\n"
    assert (tmp_path / "note.txt").read_text() == "Buy milk.\n"


# Ctrl-C

STOPPED = "\nautocode: stopped; what was reported as done is stored, nothing else is.\n"


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("words", "at"),
    [
        (["agree", "study"], "autocode.agreement.agreement_table"),
        (["validate", "study"], "autocode.validation.validate"),
        (["train", "study"], "autocode.study._suggesting.train"),
        (["suggest", "study"], "autocode.study._suggesting.open_suggester"),
        (["add", "study", "GP9.txt", "coder_c.csv"], "autocode.journal.Journal.append"),
        (["report", "study", "-o", "study/r.html"], "autocode.study._reporting.write_report"),
        (["check", "study"], "autocode.study._faults.read_lines"),
        (["init", "study/new"], "autocode.study._folder.translated_disk_errors"),
    ],
)
def test_ctrl_c_ends_with_a_sentence(study, refused, monkeypatch, tmp_path, readings_of, words, at):
    kept = study("trained")
    (tmp_path / "GP9.txt").write_text("GP9: A short talk.\n")
    (tmp_path / "coder_c.csv").write_text(readings_of(0).replace("coder_a", "coder_c"))
    monkeypatch.setattr(at, interrupted)

    assert refused(kept, *words) == STOPPED


def test_ctrl_c_at_the_keyboard_in_the_middle_of_a_validation(coded, digest, tmp_path):
    before = digest(coded)
    command = f"exec {shlex.quote(sys.executable)} -m autocode validate study --seeds 999 --json > out.json"
    ours = {**os.environ, "OMP_NUM_THREADS": "1", "TERM": "xterm"}
    terminal = pexpect.spawn("/bin/sh", ["-c", command], cwd=tmp_path, env=ours, encoding="utf-8", timeout=60)
    terminal.expect(r"validating on held-out interviews.*[1-9]\d*/999")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert STOPPED.strip() in terminal.before
    assert "Traceback" not in terminal.before
    assert terminal.exitstatus == 1
    assert (tmp_path / "out.json").read_text() == ""
    assert digest(coded) == before
