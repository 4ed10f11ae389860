"""Interviews are personal data: what a command writes can be read by nobody else who uses the machine."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from autocode.cli import main
from autocode.study import create_study, study_remarks

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")

SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers"


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
def test_every_file_that_the_commands_of_a_study_write_is_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def autocode(*words: object) -> None:
        # in this process, whose umask is that of others: the permissions are those of the calls, not of the process
        assert CliRunner().invoke(main, list(map(str, words))).exit_code == 0, words

    autocode("init", "study")
    shutil.copyfile(SAMPLE / "codebook.toml", tmp_path / "study" / "codebook.toml")
    autocode("add", "study", *(SAMPLE / "transcripts" / f"GP{number}.txt" for number in (1, 2)))
    coded = tmp_path / "coder_a.csv"
    rows = (SAMPLE / "codings" / "coder_a.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    coded.write_text("".join([rows[0], *(row for row in rows if row.startswith("GP1:"))]))
    autocode("add", "study", coded)
    autocode("train", "study")
    autocode("suggest", "study", "--out", "suggestions.csv")
    autocode("report", "study", "--no-validation", "--out", "report.html")
    autocode("export", "study", "corpus")
    autocode("backup", "study", "backup.zip")
    written = {path for path in tmp_path.rglob("*") if path != coded}
    open_to_others = {path for path in written if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)}

    assert open_to_others == set()
    assert {tmp_path / name for name in ("study/model/suggester.json", "study/study.sqlite", "report.html")} <= written


def test_check_says_that_everybody_can_read_an_interview_and_how_to_close_the_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what lies above is closed, as a home folder may be: only the study's own folders are looked at from inside
    study = tmp_path / "study"
    create_study(study)
    interview = study / "transcripts" / "GP1.txt"
    interview.write_text("I: How do you refer?\nGP1: By phone.\n", encoding="utf-8")
    opened = [folder for folder in [interview, *interview.parents] if not folder.stat().st_mode & stat.S_IXOTH]
    before = {path: path.stat().st_mode for path in opened}
    try:
        for path in opened:
            path.chmod(0o755)
        told = study_remarks(study)
        study.chmod(0o750)
        closed = study_remarks(study)
    finally:
        for path, mode in before.items():
            path.chmod(mode)

    said = f"{interview} can be read by every user of this machine; close the study to others with: "
    assert told[-1] == f"{said}chmod -R o-rwx {study}."
    assert closed == told[:-1]
