"""Codebooks that copies of a study changed apart: joined where that can be, else a plan with commands that work."""

import re
import shlex
import shutil
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner
from evaluation.merging import exported, ids_in

import autocode as ac
from autocode.cli import main
from autocode.codebook import Added, Code, CodeId, Merged, Redefined, Redefinition, Renamed, Retired, Split
from autocode.coding import CoderId, Coding, Sample, SampleEnd
from autocode.errors import CodingError, SettlementError, StudyError
from autocode.study import change_codebook, create_study, open_journal, open_review, study_faults
from autocode.transcripts import LineId

LINES = [LineId(f"Bea:{n}") for n in range(2, 10)]


def copies_of(folder, tmp_path, *names):
    with open_journal(folder):
        pass  # from now on the settings name the journal
    return [Path(shutil.copytree(folder, tmp_path / name)) for name in names]


def changed(study, noun, /, *, by="TW", **fields):
    """Change the codebook of a copy as the commands do."""
    before = ac.read_study(study).codebook.version
    change_codebook(study, noun(before=before, after=str(int(before) + 1), by=by, why="an invented reason", **fields))


def judged(study, coder, line, *codes):
    with open_journal(study) as journal:
        journal.append(Coding(line=LineId(line), coder=CoderId(coder), codes=frozenset(map(CodeId, codes))))


def said_by(study, line):
    """Return what each coder's judgement of a line comes to: its codes, and those that it says nothing about."""
    codings = ac.read_study(study).codings.of(LineId(line))
    return {coding.coder: (set(coding.codes), set(coding.unjudged)) for coding in codings}


def merged_in_every_order(copies, tmp_path):
    """Return a merged study, the same whatever the order, and whether copies came one by one or together."""
    outcomes = set()
    for number, order in enumerate(permutations(copies)):
        study = tmp_path / f"merged {number}"
        shutil.copytree(order[0], study)
        if number % 2:
            ac.merge(study, *order[1:])
        else:
            for other in order[1:]:
                ac.merge(study, other)
        assert ac.merge(study, *order).n_entries == 0
        assert study_faults(study) == ()
        outcomes.add(tuple(exported(study).items()))
    assert len(outcomes) == 1
    return study


@pytest.fixture
def inductive(tmp_path):
    create_study(tmp_path / "study", inductive=True)
    words = "".join(f"Bea: They rang {n} times.\n" for n in range(len(LINES)))
    (tmp_path / "study" / "transcripts" / "Bea.txt").write_text(f"Mara: And?\n{words}")
    return tmp_path / "study"


def test_own_codes_made_on_three_laptops_become_one_study_in_every_order(inductive, tmp_path):
    copies = copies_of(inductive, tmp_path, "first", "second", "third")
    for study, coder in zip(copies, ["MO", "JB", "SK"], strict=True):
        with open_review(study, coders=[coder, "TW"], remark=print) as review:
            review.sessions[coder].settle(line=LINES[0], proposed=["No time"])
            review.sessions[coder].settle(line=LINES[1])
            review.sessions[coder].settle(line=LINES[2], proposed=[f"Only {coder}"])
            review.sessions["TW"].settle(
                line=LINES[copies.index(study)], proposed=["no TIME" if coder == "JB" else "No time"]
            )
            review.sessions["TW"].settle(line=LINES[4 + copies.index(study)], proposed=[f"In {coder}"])

    study = merged_in_every_order(copies, tmp_path)

    own = {f"{coder}/no-time" for coder in ("MO", "JB", "SK")} | {f"{c}/only-{c.lower()}" for c in ("MO", "JB", "SK")}
    assert set(ac.read_study(study).codebook) == own | {"TW/no-time", "TW/in-mo", "TW/in-jb", "TW/in-sk"}
    # others' own codes are no matter of MO's, and MO made the second code after reading the first two lines
    assert said_by(study, LINES[1])["MO"] == (set(), {"MO/only-mo"})
    # TW worked on all laptops: one code of that name, and each code of another laptop is not judged
    assert {line: said_by(study, line)["TW"] for line in LINES[:3]} == dict.fromkeys(
        LINES[:3], ({"TW/no-time"}, {"TW/in-mo", "TW/in-jb", "TW/in-sk"})
    )
    assert said_by(study, LINES[5])["TW"] == ({"TW/in-jb"}, {"TW/in-mo", "TW/in-sk"})
    plan = str(ac.merge(copies[0], copies[1]))
    assert "No change contradicts another, so that all are in force, as version" in plan
    assert "TW made 1 own code of the same name in both; it is one code now, with the judgements of both." in plan
    assert f"in {copies[1]}, JB made 2 own codes" in plan
    assert "time" not in plan.casefold()  # the names of own codes are for their coder alone

    with open_review(study, coders=["MO"], remark=print) as review:  # work goes on in the merged study
        review.sessions["MO"].settle(line=LINES[3], proposed=["Late"])
    assert ac.merge(copies[0], study).n_entries > 0
    assert ac.merge(copies[0], copies[2], copies[1]).n_entries == 0
    assert exported(copies[0]) == exported(study)
    assert said_by(study, LINES[3])["MO"] == ({"MO/late"}, set())
    assert said_by(study, LINES[1])["MO"] == (set(), {"MO/only-mo", "MO/late"})


def test_own_codes_that_their_coder_named_otherwise_on_each_laptop_are_taken_back_by_the_coder(inductive, tmp_path):
    with open_review(inductive, coders=["MO"], remark=print) as review:
        review.sessions["MO"].settle(line=LINES[0], proposed=["No time"])
    mine, theirs = copies_of(inductive, tmp_path, "mine", "theirs")
    changed(mine, Renamed, by="MO", code="MO/no-time", name="Too late")
    changed(theirs, Renamed, by="MO", code="MO/no-time", name="Hurry")

    with pytest.raises(StudyError, match=rf"autocode codebook undo {theirs} --by YOU --why REASON \(once\)"):
        ac.merge(mine, theirs)
    runs = [
        CliRunner().invoke(main, ["codebook", "undo", str(theirs), "--by", coder, "--yes"]) for coder in ("JB", "MO")
    ]
    assert [run.exit_code for run in runs] == [1, 0], runs[1].output
    ac.merge(mine, theirs)
    assert ac.read_study(mine).codebook["MO/no-time"].name == "Too late"
    assert study_faults(mine) == ()


def test_shared_codes_of_one_name_made_on_two_laptops_are_one_code_and_the_plan_says_so(inductive, tmp_path):
    settings = inductive / "study.toml"
    settings.write_text(settings.read_text().replace('codes = "own"', 'codes = "shared"'))
    first, second = copies_of(inductive, tmp_path, "first", "second")
    for study, coder in ((first, "MO"), (second, "JB")):
        judged(study, coder, LINES[0])
        with open_review(study, coders=[coder], remark=print) as review:
            review.sessions[coder].settle(line=LINES[1], proposed=["No time"])
            review.sessions[coder].settle(line=LINES[2], proposed=[f"Only {coder}"])

    study = merged_in_every_order([first, second], tmp_path)

    assert said_by(study, LINES[1]) == {
        "MO": ({"no-time"}, {"only-mo", "only-jb"}),
        "JB": ({"no-time"}, {"only-mo", "only-jb"}),
    }
    assert said_by(study, LINES[2])["MO"] == ({"only-mo"}, {"only-jb"})
    assert "One code was made in both: JB added 'No time'" in str(ac.merge(first, second, dry_run=True))


def test_changes_of_different_codes_in_two_copies_are_all_in_force(folder, tmp_path):
    mine, theirs, third = copies_of(folder, tmp_path, "mine", "theirs", "third")
    changed(
        mine, Split, code="phone", parts=(Code(id="engaged", name="Engaged"), Code(id="no-answer", name="No answer"))
    )
    judged(mine, "SK", "Tom:2", "engaged")
    changed(theirs, Redefined, by="MO", code="meetings", kind=Redefinition.NARROWED, definition="Not asked to come.")
    changed(theirs, Added, by="MO", code=Code(id="fixers", name="Informal fixers"))
    judged(theirs, "PK", "Tom:2", "phone", "meetings")
    judged(theirs, "JB", "Tom:2", "fixers")
    judged(third, "TW", "Tom:2", "phone", "meetings")

    study = merged_in_every_order([mine, theirs, third], tmp_path)

    parts = {"engaged", "no-answer"}
    assert said_by(study, "Tom:2") == {
        "SK": ({"engaged"}, {"fixers"}),  # gave no meetings, which a narrower definition leaves as it is
        "PK": ({"meetings"}, parts),
        "JB": ({"fixers"}, set()),  # without the code that was split, and so without its parts
        "TW": (set(), {*parts, "meetings", "fixers"}),
    }
    assert len(ac.read_study(study).codebook_changes) == 3
    assert str(ac.merge(mine, theirs)).count("- in ") == 3
    changed_again = ac.read_study(study).codebook.version
    changed_by = Renamed(before=changed_again, after="5", by="TW", why="", code="engaged", name="Line engaged")
    change_codebook(study, changed_by)
    assert (ac.merge(mine, study).n_entries, ac.merge(theirs, study).n_entries) == (2, 4)
    assert exported(mine) == exported(theirs) == exported(study)


def test_changes_that_contradict_each_other_are_listed_with_commands_after_which_the_merge_succeeds(folder, tmp_path):
    mine, theirs = copies_of(folder, tmp_path, "mine", "theirs")
    changed(theirs, Renamed, code="meetings", name="Not invited")
    changed(theirs, Split, by="MO", code="phone", parts=(Code(id="a", name="Engaged"), Code(id="b", name="No answer")))
    changed(theirs, Added, by="MO", code=Code(id="fixers", name="Informal fixers"))
    judged(theirs, "SK", "Tom:2", "a", "fixers")
    changed(mine, Merged, codes=("phone",), into="meetings")
    judged(mine, "SK", "Tom:3", "meetings")
    before, outcomes = (ids_in(mine), exported(mine)), []

    with pytest.raises(StudyError) as refused:
        ac.merge(mine, theirs)

    said = [
        re.sub(r" on [-\d]+ [\d:]+ UTC", "", str(fault)).replace(f"{tmp_path}/", "") for fault in refused.value.faults
    ]
    assert said[:5] == [
        "theirs/study.sqlite: has a codebook that was changed here and in mine/study.sqlite since version '1', and not "
        "all of the changes can be in force together, so nothing was taken.",
        "theirs/study.sqlite: TW renamed 'Left out of meetings' to 'Not invited', which contradicts nothing.",
        "theirs/study.sqlite: MO split 'Nobody answers the phone' into 'Engaged' and 'No answer', which contradicts "
        "that, in mine/study.sqlite, TW merged 'Nobody answers the phone' into 'Left out of meetings'.",
        "theirs/study.sqlite: MO added 'Informal fixers', which contradicts nothing.",
        "mine/study.sqlite: TW merged 'Nobody answers the phone' into 'Left out of meetings', which contradicts "
        "that, in theirs/study.sqlite, MO split 'Nobody answers the phone' into 'Engaged' and 'No answer'.",
    ]
    assert (ids_in(mine), exported(mine)) == before
    commands = re.findall(
        r"(autocode codebook undo \S+ --by) YOU --why REASON \((\d+ times|once)\)", str(refused.value)
    )
    assert [(command.split()[3], times) for command, times in commands] == [
        (str(theirs), "2 times"),
        (str(mine), "once"),
    ]

    for n, (command, times) in enumerate(commands):
        study, other = (shutil.copytree(copy, tmp_path / f"{copy.name} {n}") for copy in (mine, theirs))
        which = {str(mine): study, str(theirs): other}[shlex.split(command)[3]]
        for _ in range(1 if times == "once" else int(times.split()[0])):
            run = CliRunner().invoke(
                main, ["codebook", "undo", str(which), "--by", "TW", "--why", "for the merge", "--yes"]
            )
            assert run.exit_code == 0, run.output
        ac.merge(study, other)
        ac.merge(other, study)
        assert study_faults(study) == ()
        assert exported(study) == exported(other)
        outcomes.append((said_by(study, "Tom:2")["SK"], said_by(study, "Tom:3")["SK"]))
    assert outcomes == [
        # the split is gone, so "Engaged" was "Nobody answers", which is merged; the new code is gone, too
        (({"meetings"}, set()), ({"meetings"}, set())),
        # the merge is gone: what was given may have been either code, and the parts of one of them wait
        (({"a", "fixers"}, set()), (set(), {"meetings", "a", "b", "fixers"})),
    ]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ((Renamed, {"code": "phone", "name": "Calls"}), (Renamed, {"code": "phone", "name": "Telephone"})),
        ((Retired, {"code": "phone"}), (Merged, {"codes": ("meetings",), "into": "phone"})),
        (
            (Added, {"code": Code(id="x", name="Fixers", definition="One.")}),
            (Added, {"code": Code(id="x", name="Fixers", definition="Another.")}),
        ),
        ((Added, {"code": Code(id="x", name="Fixers")}), (Added, {"code": Code(id="y", name="fixers")})),
    ],
    ids=["two names", "ends what the other needs", "one id", "one name"],
)
def test_each_contradiction_is_refused_and_is_gone_once_it_is_taken_back_in_one_copy(folder, tmp_path, here, there):
    mine, theirs = copies_of(folder, tmp_path, "mine", "theirs")
    changed(mine, here[0], **here[1])
    changed(theirs, there[0], by="MO", **there[1])
    judged(mine, "SK", "Tom:2", *(["x"] if here[0] is Added else []))

    for study, other in ((mine, theirs), (theirs, mine)):
        with pytest.raises(StudyError, match="not all of the changes can be in force together, so nothing was taken"):
            ac.merge(study, other)
    run = CliRunner().invoke(main, ["codebook", "undo", str(mine), "--by", "TW", "--why", "for the merge", "--yes"])
    assert run.exit_code == 0, run.output
    ac.merge(mine, theirs)
    ac.merge(theirs, mine)

    assert exported(mine) == exported(theirs)
    assert study_faults(mine) == study_faults(theirs) == ()
    if here[0] is Added:  # the code of one copy is not that of the other, whatever the id
        assert said_by(mine, "Tom:2")["SK"] == (set(), {there[1]["code"].id})


def test_a_page_that_was_open_during_a_merge_of_changes_stores_nothing_under_a_version_of_another_copy(
    folder, tmp_path
):
    mine, theirs = copies_of(folder, tmp_path, "mine", "theirs")
    changed(mine, Added, code=Code(id="x", name="Fixers"))
    changed(theirs, Added, by="MO", code=Code(id="y", name="Favours"))
    with open_review(mine, coders=["SK"], remark=print) as review:
        session = review.sessions["SK"]
        session.settle(line=LineId("Tom:2"), added=["x"], version="2")
        ac.merge(mine, theirs)

        with pytest.raises(CodingError, match="with version '2' of the codebook, which never was"):
            session.settle(line=LineId("Tom:3"), added=["x"], version="2")
        with pytest.raises(
            SettlementError, match="out of date and nothing was stored; stop autocode and start it again"
        ):
            session.refresh()
    with open_review(mine, coders=["SK"], remark=print) as review:
        session = review.sessions["SK"]
        with pytest.raises(
            SettlementError, match="never had a version '2', so nothing was stored; load the page again"
        ):
            session.settle(line=LineId("Tom:3"), added=["x"], version="2")
        session.settle(line=LineId("Tom:3"), added=["x", "y"])
    assert {line: said_by(mine, line)["SK"] for line in ("Tom:2", "Tom:3")} == {
        "Tom:2": ({"x"}, {"y"}),
        "Tom:3": ({"x", "y"}, set()),
    }


def test_a_codebook_that_is_not_written_yet_after_a_merge_of_changes_is_written_by_the_next_command(folder, tmp_path):
    mine, theirs, third = copies_of(folder, tmp_path, "mine", "theirs", "third")
    changed(mine, Added, code=Code(id="x", name="Fixers"))
    changed(theirs, Added, code=Code(id="y", name="Favours"))
    changed(third, Added, code=Code(id="z", name="Calls"))
    ac.merge(mine, theirs)
    before = (mine / "codebook.toml").read_bytes()
    ac.merge(mine, third)
    after = (mine / "codebook.toml").read_bytes()
    (mine / "codebook.toml").write_bytes(before)  # as where the program was killed in between

    assert {"x", "y", "z"} <= set(ac.read_study(mine).codebook)
    assert (mine / "codebook.toml").read_bytes() == after
    (mine / "codebook.toml").write_bytes(before)
    assert ac.merge(mine, theirs, third).n_entries == 0
    assert (mine / "codebook.toml").read_bytes() == after


def test_samples_that_two_copies_called_the_same_are_told_apart_and_never_counted_as_one(folder, tmp_path):
    mine, theirs, third = copies_of(folder, tmp_path, "mine", "theirs", "third")
    lines = [line.id for line in ac.read_study(folder).lines.participant_lines]
    frame = dict.fromkeys(lines, 0.5)
    for study, drawn, seed in ((mine, lines[:2], 1), (theirs, lines[1:3], 1), (third, lines[:2], 1)):
        with open_journal(study) as journal:
            journal.append(Sample(drawn=tuple(drawn), probabilities=frame, seed=seed, name="draw-1"))
    with open_journal(theirs) as journal:
        journal.append(SampleEnd(sample="draw-1", reason="too few lines"))

    plan = str(ac.merge(mine, third))
    assert [sample.name for sample in ac.read_study(mine).samples] == ["draw-1"]  # one draw, made on two laptops
    assert "draw-1" not in plan
    plan = str(ac.merge(mine, theirs))
    ac.merge(theirs, mine)

    first, second = ac.read_study(mine).samples
    assert [sample.name for sample in ac.read_study(theirs).samples] == [first.name, second.name]
    assert re.fullmatch(r"draw-1\.[0-9a-f]{6}", first.name)
    assert (first.drawn, first.ended) == (tuple(lines[:2]), None)
    assert (second.drawn, second.ended is None) == (tuple(lines[1:3]), False)
    assert f"Both copies had a sample draw-1: that of {theirs} is {second.name} from now on." in plan
    assert f"{second.name} and {first.name} were drawn from the same lines with the same seed" in plan
    assert "too few lines" in CliRunner().invoke(main, ["samples", str(mine)]).output
    refused = CliRunner().invoke(main, ["prevalence", str(mine), "--sample", first.name, "--sample", second.name])
    assert "so they are not two draws; name one of them" in " ".join(refused.output.split())
    refused = CliRunner().invoke(main, ["prevalence", str(mine), "--sample", "draw-1"])
    assert f"there is no sample 'draw-1'; the study has {first.name}, {second.name}" in " ".join(refused.output.split())
