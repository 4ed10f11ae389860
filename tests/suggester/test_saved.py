import functools
import hashlib
import importlib.metadata
import io
import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from hypothesis import given
from hypothesis import strategies as st

from autocode.errors import ArtefactError
from autocode.suggester import card, open_suggester, save_suggester, train

FILES = ("card.md", "model.skops", "suggester.json")


class Visitor:
    """A class that no suggester needs."""

    def __init__(self) -> None:
        self.name = "visitor"


def sealed(folder, **other: object) -> None:
    """Write facts whose seal and sums fit whatever the folder holds: neither is secret."""
    facts = json.loads((folder / "suggester.json").read_text(encoding="utf-8")) | other
    facts["files"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("model.skops", "card.md")
    }
    del facts["self"]
    said = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    facts["self"] = hashlib.sha256(said.encode()).hexdigest()
    (folder / "suggester.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


@pytest.fixture
def copy(saved, tmp_path):
    """A copy of a saved suggester that a test may spoil."""
    return shutil.copytree(saved, tmp_path / "copy")


def refusal(folder) -> str:
    with pytest.raises(ArtefactError) as refused:
        open_suggester(folder)
    return str(refused.value)


def test_an_opened_suggester_is_the_one_that_was_saved(suggester, saved, study):
    opened = open_suggester(saved)
    lines = study.lines.participant_lines

    assert opened.digest == suggester.digest
    assert opened.suggest(lines).suggestions == suggester.suggest(lines).suggestions
    assert opened.suggest(lines).abstentions == suggester.suggest(lines).abstentions
    assert (opened.probabilities(lines) == suggester.probabilities(lines)).all()
    for name in ("codes", "codebook_texts", "examples", "notes", "learnt_from", "seed", "language", "codebook_digest"):
        assert getattr(opened, name) == getattr(suggester, name)


def test_the_suggester_of_the_sample_study_is_the_same_after_it_was_saved(sample, sample_suggester, tmp_path):
    opened = open_suggester(save_suggester(sample_suggester, tmp_path / "model"))
    lines = sample.codings.uncoded(sample.lines.participant_lines)[:20]

    assert opened.digest == sample_suggester.digest
    assert opened.suggest(lines).suggestions == sample_suggester.suggest(lines).suggestions


def test_the_same_seed_gives_the_same_bytes_and_so_does_saving_what_was_opened(study, saved, tmp_path):
    again = save_suggester(train(*study, seed=3), tmp_path / "again", made_by="autocode train")
    reopened = save_suggester(open_suggester(saved), tmp_path / "reopened", made_by="autocode train")

    for folder in (again, reopened):
        assert [path.name for path in sorted(folder.iterdir())] == list(FILES)
        assert all((folder / name).read_bytes() == (saved / name).read_bytes() for name in FILES)


def test_the_card_says_what_was_learnt_from_and_how_it_was_made(saved, suggester):
    said = (saved / "card.md").read_text(encoding="utf-8")

    assert said == card(suggester, made_by="autocode train")
    assert "It was learnt from 72 lines of 12 interviews (72 by single coder), seed 3." in said
    assert "Made by `autocode train`." in said
    assert "| Parking | 18 |" in said
    assert suggester.digest in said


def test_the_card_names_what_is_known_too_little(study, coding):
    few = type(study.codings)([coding("GP1:2", "parking"), coding("GP1:3", "phones"), coding("GP1:4", "phones")])
    said = card(train(few, study.lines, study.codebook))

    assert "| Parking | 1 | 33% | 100% | not yet: about 3 more examples would help |" in said
    assert "*Supported*: whether the held-out lines with the code ranked above the other lines" in said
    assert "Made by" not in said


@given(name=st.sampled_from(FILES), place=st.integers(0), flip=st.integers(1, 255))
def test_whichever_byte_is_altered_the_suggester_is_refused(saved, tmp_path_factory, name, place, flip):
    folder = shutil.copytree(saved, tmp_path_factory.getbasetemp() / "altered", dirs_exist_ok=True)
    held = bytearray((saved / name).read_bytes())
    held[place % len(held)] ^= flip
    (folder / name).write_bytes(held)

    said = refusal(folder)

    assert said.startswith(f"{folder / name}: ")
    assert said.partition(": ")[2] in (
        "was altered after the suggester was saved; train it again or get a fresh copy.",
        "cannot be read as JSON; get a fresh copy of the folder.",
        "is not a suggester's; make one with: autocode train STUDY -o MODEL.",
    ) or said.endswith("newer than this autocode reads (1); update autocode.")


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_refused(copy, name):
    (copy / name).write_bytes((copy / name).read_bytes()[:-20])

    assert refusal(copy) in (
        f"{copy / name}: was altered after the suggester was saved; train it again or get a fresh copy.",
        f"{copy / name}: cannot be read as JSON; get a fresh copy of the folder.",
    )


def test_white_space_added_to_the_facts_is_an_alteration_too(copy):
    path = copy / "suggester.json"
    path.write_bytes(path.read_bytes() + b"\n")

    assert refusal(copy) == (f"{path}: was altered after the suggester was saved; train it again or get a fresh copy.")


@pytest.mark.parametrize("missing", ["card.md", "model.skops"])
def test_a_missing_file_is_named(copy, missing):
    (copy / missing).unlink()

    assert refusal(copy) == f"{copy}: lacks {missing}; get a fresh copy of the whole folder."


def test_a_folder_in_place_of_a_file_is_named(copy):
    (copy / "card.md").unlink()
    (copy / "card.md").mkdir()

    assert refusal(copy) == (
        f"{copy}: does not let one read (Is a directory) card.md; get a fresh copy of the whole folder."
    )


@pytest.mark.parametrize("what", ["nothing", "folder", "file"])
def test_what_is_no_suggester_is_refused(tmp_path, what):
    place = tmp_path / "place"
    if what == "folder":
        place.mkdir()
        (place / "notes.txt").write_text("mine")
    elif what == "file":
        place.write_text("mine")

    assert refusal(place) == (
        f"{place}: is not a saved suggester: it has no suggester.json. Make one with: autocode train STUDY -o MODEL."
    )


@pytest.mark.parametrize("held", ["[]", "{}", '{"format": "1"}', "null"])
def test_foreign_facts_are_refused(copy, held):
    (copy / "suggester.json").write_text(held)

    assert refusal(copy) == (
        f"{copy / 'suggester.json'}: is not a suggester's; make one with: autocode train STUDY -o MODEL."
    )


@pytest.mark.parametrize("held", [b"", b"not JSON", b"\xff\xfe", b"[" * 100_000])
def test_facts_that_are_no_json_are_refused(copy, held):
    (copy / "suggester.json").write_bytes(held)

    assert refusal(copy) == f"{copy / 'suggester.json'}: cannot be read as JSON; get a fresh copy of the folder."


def test_a_newer_format_is_refused_by_its_number(copy):
    sealed(copy, format=5)

    assert refusal(copy) == (
        f"{copy / 'suggester.json'}: is of format 5, newer than this autocode reads (4); update autocode."
    )


def test_a_forged_seal_over_the_same_content_opens(copy, suggester):
    sealed(copy)

    assert open_suggester(copy).digest == suggester.digest


@pytest.mark.parametrize(
    "other",
    [
        {"line_threshold": 0.9},
        {"blend": {"meant": 9.0, "beside": {"share": 0.4}, "around": {"share": 0.0}}},
        {"language": "de"},
        {"codebook": "0" * 64},
        {"digest": "0" * 64},
    ],
)
def test_facts_that_do_not_fit_the_digest_are_refused_although_sealed(copy, other):
    sealed(copy, **other)

    assert refusal(copy) == f"{copy}: does not hold what its digest says; train it again or get a fresh copy."


@pytest.mark.parametrize(
    "other",
    [{"codes": []}, {"codes": [{"id": "x"}]}, {"examples": [{}]}, {"examples": 7}, {"said": None}],
)
def test_facts_of_another_shape_are_refused_although_sealed(copy, other):
    sealed(copy, **other)

    assert refusal(copy) in (
        f"{copy}: is not a suggester that this autocode can read; train it again with: autocode train STUDY.",
        f"{copy}: does not hold what its digest says; train it again or get a fresh copy.",
    )


def test_a_suggester_in_a_language_that_spacy_lacks_here_is_refused(copy):
    sealed(copy, language="klingon")

    assert refusal(copy) == (
        f"{copy}: cannot be used here: spaCy has no language 'klingon'; "
        "give one of its codes, such as 'en', 'fr' or 'de'."
    )


def test_a_class_that_no_suggester_needs_is_refused_although_sealed(copy):
    skops.io.dump({"words": Visitor()}, copy / "model.skops")
    sealed(copy)

    said = refusal(copy)

    assert said.startswith(f"{copy / 'model.skops'}: holds ")
    assert said.endswith("Visitor, which no suggester needs; it is not opened. Train a suggester of your own.")


@pytest.mark.parametrize("act", [os.system, functools.partial(os.system), Path.touch, shutil.rmtree])
def test_a_model_that_would_do_something_is_refused_and_nothing_is_done(copy, act, tmp_path):
    mark = tmp_path / "ran"
    argument = mark if act is Path.touch else f"touch {mark}"
    skops.io.dump({"words": functools.partial(act, argument)}, copy / "model.skops")
    sealed(copy)

    assert refusal(copy).endswith("which no suggester needs; it is not opened. Train a suggester of your own.")
    assert not mark.exists()


def test_a_pickle_under_the_models_name_is_refused_and_not_run(copy, tmp_path):
    class Act:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    (copy / "model.skops").write_bytes(pickle.dumps(Act()))
    sealed(copy)

    assert refusal(copy) == (
        f"{copy}: is not a suggester that this autocode can read; train it again with: autocode train STUDY."
    )
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "held",
    [
        b"",
        zipped(),
        zipped(schema_json=b"{}"),
        zipped(schema_json=b"not JSON"),
        zipped(schema_json=b"[" * 100_000),
        skops.io.dumps({}),
        skops.io.dumps([1, 2]),
        skops.io.dumps({"words": 1, "characters": 2, "coefficients": 3}),
    ],
)
def test_an_archive_of_something_else_is_refused_although_sealed(copy, held):
    (copy / "model.skops").write_bytes(held)
    sealed(copy)

    assert refusal(copy) == (
        f"{copy}: is not a suggester that this autocode can read; train it again with: autocode train STUDY."
    )


def test_an_existing_folder_is_left_as_it_is_without_force(suggester, copy):
    before = {path.name: path.read_bytes() for path in copy.iterdir()}

    with pytest.raises(ArtefactError) as refused:
        save_suggester(suggester, copy)

    assert str(refused.value) == f"{copy}: exists already; choose another name, or replace it with --force."
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_with_force_a_suggester_is_replaced(rambling, copy):
    other = train(*rambling)

    assert save_suggester(other, copy, force=True) == copy
    assert open_suggester(copy).digest == other.digest
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


def test_with_force_an_empty_folder_is_filled(suggester, tmp_path):
    (tmp_path / "empty").mkdir()

    assert open_suggester(save_suggester(suggester, tmp_path / "empty", force=True)).digest == suggester.digest


@pytest.mark.parametrize("beside", [True, False])
def test_a_folder_that_holds_other_files_is_left_as_it_is_even_with_force(suggester, copy, tmp_path, beside):
    target = copy if beside else tmp_path / "study"
    target.mkdir(exist_ok=True)
    (target / "interview.docx").write_bytes(b"years of work")
    before = {path.name: path.read_bytes() for path in target.iterdir()}

    with pytest.raises(ArtefactError) as refused:
        save_suggester(suggester, target, force=True)

    assert str(refused.value) == (
        f"{target}: holds other files than a suggester's (interview.docx); choose another folder."
    )
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_a_file_is_not_replaced_by_a_folder(suggester, tmp_path):
    (tmp_path / "notes").write_text("mine")

    with pytest.raises(ArtefactError) as refused:
        save_suggester(suggester, tmp_path / "notes", force=True)

    assert str(refused.value) == f"{tmp_path / 'notes'}: is a file; choose another name for the suggester's folder."
    assert (tmp_path / "notes").read_text() == "mine"


def test_missing_folders_above_are_made(suggester, tmp_path):
    assert open_suggester(save_suggester(suggester, tmp_path / "a" / "b" / "model")).digest == suggester.digest


def test_a_place_that_cannot_be_written_is_named(suggester, tmp_path):
    (tmp_path / "file").write_text("mine")
    target = tmp_path / "file" / "model"

    with pytest.raises(ArtefactError) as refused:
        save_suggester(suggester, target)

    assert str(refused.value) in (
        f"{target}: cannot be written (Not a directory); choose a folder you may write to.",
        f"{target}: cannot be written (File exists); choose a folder you may write to.",
    )


def test_a_full_disk_leaves_what_was_there(rambling, copy, suggester):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    other = train(*rambling)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    try:
        with pytest.raises(ArtefactError) as refused:
            save_suggester(other, copy, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert str(refused.value) == f"{copy}: cannot be written (File too large); free some space and repeat."
    assert open_suggester(copy).digest == suggester.digest
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


# formats and cards

FORMATS = Path(__file__).parent / "formats"


@pytest.mark.parametrize("number", [1])
def test_a_suggester_of_every_format_there_was_still_opens_and_says_the_same(study, number):
    opened = open_suggester(FORMATS / f"{number}")
    told = json.loads((FORMATS / f"{number}.json").read_text(encoding="utf-8"))
    lines = [study.lines.line(line) for line in told["lines"]]

    assert opened.digest == told["digest"]
    assert opened.probabilities(study.lines.participant_lines)[:12] == pytest.approx(
        np.array(told["probabilities"]), abs=1e-6
    )
    assert opened.suggest(lines).suggestions
    assert opened.quality == ()
    assert "| Parking | 18 | – | – |" in card(opened)


def test_a_suggester_written_by_another_scikit_learn_opens_without_a_word(copy, suggester):
    with zipfile.ZipFile(copy / "model.skops") as held:
        members = {name: held.read(name) for name in held.namelist()}
    now = importlib.metadata.version("scikit-learn")
    assert f'"{now}"'.encode() in members["schema.json"].replace(b"\\", b"")
    members["schema.json"] = members["schema.json"].replace(now.encode(), b"1.0.2")
    with zipfile.ZipFile(copy / "model.skops", "w") as out:
        for name, data in members.items():
            out.writestr(name, data)
    sealed(copy)

    assert open_suggester(copy).digest == suggester.digest


@pytest.mark.parametrize("name", ["../../outside.npy", "{root}/outside.npy", "a/../../../outside.npy"])
def test_names_that_lead_out_of_an_archive_lead_nowhere(copy, suggester, name, tmp_path):
    name = name.format(root=tmp_path)
    with zipfile.ZipFile(copy / "model.skops", "a") as out:
        out.writestr(name, b"outside")
    sealed(copy)
    beside = set(copy.parent.iterdir())

    assert open_suggester(copy).digest == suggester.digest
    assert set(copy.parent.iterdir()) == beside
    assert not list(tmp_path.rglob("outside.npy"))


@pytest.mark.parametrize("share", [0, 0.3, 0.99])
@pytest.mark.parametrize("name", ["model.skops", "suggester.json"])
def test_a_file_that_was_cut_short_is_refused(copy, name, share):
    held = (copy / name).read_bytes()
    (copy / name).write_bytes(held[: int(share * len(held))])

    assert "get a fresh copy" in refusal(copy)


def test_a_model_that_was_cut_short_and_sealed_again_is_refused(copy):
    held = (copy / "model.skops").read_bytes()
    (copy / "model.skops").write_bytes(held[: len(held) // 2])
    sealed(copy)

    assert "is not a suggester that this autocode can read" in refusal(copy)


def test_facts_name_the_coded_lines_and_the_versions_by_which_it_was_made(saved, study, coding, tmp_path):
    facts = json.loads((saved / "suggester.json").read_text(encoding="utf-8"))
    other = type(study.codings)([*study.codings, coding("GP1:2", "phones", "coder_b")])
    more = save_suggester(train(other, study.lines, study.codebook, seed=3), tmp_path / "more")

    assert {name: len(facts[name]) for name in ("digest", "codebook", "data")} == dict.fromkeys(
        ("digest", "codebook", "data"), 64
    )
    assert facts["versions"]["scikit-learn"] == importlib.metadata.version("scikit-learn")
    assert facts["versions"]["autocode"] == importlib.metadata.version("autocode")
    assert json.loads((more / "suggester.json").read_text(encoding="utf-8"))["data"] != facts["data"]
    assert facts["data"] in (saved / "card.md").read_text(encoding="utf-8")


def test_the_card_tells_of_each_code_how_often_it_was_said_rightly(suggester, saved):
    parking = suggester.quality[0]
    said = (saved / "card.md").read_text(encoding="utf-8")

    assert (parking.code, parking.support) == ("parking", 18)
    assert 0 < parking.true_positives <= min(parking.predicted, parking.support)
    assert f"| Parking | 18 | {parking.precision:.0%} | {parking.recall:.0%} |" in said
    assert open_suggester(saved).quality == suggester.quality


def test_a_code_that_nobody_gave_has_no_quality(study, coding):
    few = type(study.codings)([coding("GP1:2", "parking"), coding("GP1:3", "phones"), coding("GP1:4", "phones")])
    records = train(few, study.lines, study.codebook).quality[2]

    assert (records.support, records.recall) == (0, None)
    assert (records.precision is None) == (records.predicted == 0)
