"""A study coded from zero: it begins without codes, and coders make their own while they code."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from autocode.cli import main
from autocode.codebook import Added, Code, Merged
from autocode.coding import Coding
from autocode.errors import StudyError
from autocode.study import create_study, open_journal, read_study, study_faults


@pytest.fixture
def folder(tmp_path) -> Path:
    create_study(tmp_path, inductive=True)
    (tmp_path / "transcripts" / "Bea.txt").write_text("Mara: And?\nBea: It rings out.\nBea: There is no time.\n")
    return tmp_path


def close(folder: Path) -> None:
    settings = folder / "study.toml"
    settings.write_text(settings.read_text().replace('independent_coding = "open"', 'independent_coding = "closed"'))


def test_a_study_coded_from_zero_begins_without_codes_and_without_faults(folder):
    study = read_study(folder)

    assert (len(study.codebook), study.settings.codes, study.settings.is_inductive) == (0, "own", True)
    assert study_faults(folder) == ()


def test_a_study_whose_codes_come_from_its_codebook_is_not_without_codes(folder):
    settings = folder / "study.toml"
    settings.write_text(settings.read_text().replace('codes = "own"', 'codes = "codebook"'))

    [fault] = study_faults(folder)
    assert "contains no codes" in str(fault)


def test_own_codes_are_not_measured_before_they_are_grouped_and_every_command_says_why(folder):
    late = Code(id="MO/late", name="Late", owner="MO")
    line = read_study(folder).lines.participant_lines[0].id
    with open_journal(folder) as journal:
        from autocode.study import unrecorded_codebook

        journal.append(*unrecorded_codebook(journal, read_study(folder).codebook))
        journal.append(
            Added(before="1", after="2", by="MO", code=late), Coding(line=line, coder="MO", codes=frozenset({late.id}))
        )
    sentences = [
        CliRunner().invoke(main, [command, str(folder)]).output
        for command in ("agree", "validate", "train", "recheck", "prevalence", "saturation", "suggest")
    ]

    assert {sentence.partition("is coded with own codes")[1] for sentence in sentences} == {"is coded with own codes"}
    assert all(sentence.count("\n") == 1 for sentence in sentences)
    with pytest.raises(StudyError, match="no agreement to measure and nothing to learn from yet"):
        read_study(folder).with_common_codes()
    close(folder)
    with pytest.raises(StudyError, match="has only codes of one coder each, which cannot be compared; group them"):
        read_study(folder).with_common_codes()
    with open_journal(folder) as journal:
        new = Code(id="delay", name="Delay")
        journal.append(Merged(before="2", after="3", by="TW", codes=(late.id,), into="delay", new=new))
    assert list(read_study(folder).with_common_codes().codebook) == ["delay"]
