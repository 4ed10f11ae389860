"""Files stand whole or not at all."""

import os
import stat
import threading
from pathlib import Path

import pytest

from autocode.files import draft, make_folder, put


def test_files_stand_with_what_was_given_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes(b"old")
    put({tmp_path / "old.txt": b"new", tmp_path / "other.txt": "é\n".encode()})

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "old.txt": b"new",
        "other.txt": b"\xc3\xa9\n",
    }


def test_where_one_cannot_be_written_none_is_changed_and_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_bytes(b"kept")

    with pytest.raises(FileNotFoundError) as refused:
        put({tmp_path / "kept.txt": b"changed", tmp_path / "no" / "such.txt": b"x"})
    assert refused.value.filename == str(tmp_path / "no" / "such.txt")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("kept.txt", b"kept")]


def test_a_folder_in_the_place_of_a_file_is_named_and_no_draft_is_left(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()

    with pytest.raises(IsADirectoryError) as refused:
        put({tmp_path / "first.txt": b"x", tmp_path / "taken": b"x"})
    assert refused.value.filename == str(tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_draft_that_the_disk_refuses_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left on device"):
        draft(tmp_path / "big.bin", b"x" * 1000)
    assert list(tmp_path.iterdir()) == []


def test_a_draft_stands_hidden_beside_its_place_and_is_whole(tmp_path: Path) -> None:
    made = draft(tmp_path / "a.txt", b"whole")

    assert made.parent == tmp_path
    assert made.name.startswith(".a.txt.")
    assert made.read_bytes() == b"whole"
    assert stat.S_ISREG(made.stat().st_mode)


def test_writers_at_the_same_time_do_not_meet(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    writers = [threading.Thread(target=put, args=({target: bytes([65 + n]) * 50_000},)) for n in range(8)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    found = target.read_bytes()

    assert len(found) == 50_000
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def mode_of(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")
@pytest.mark.parametrize(
    ("of_folder", "of_file", "of_new_folder"),
    [(0o755, "0o600", "0o700"), (0o777, "0o600", "0o700"), (0o770, "0o660", "0o770"), (0o2775, "0o660", "0o770")],
)
def test_what_is_new_is_closed_to_others_and_open_to_a_group_only_in_its_folder(
    tmp_path: Path, of_folder: int, of_file: str, of_new_folder: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(of_folder)
    before = os.umask(0o002)
    try:
        put({folder / "report.html": b"words"})
        make_folder(folder / "within")
    finally:
        os.umask(before)

    assert mode_of(folder / "report.html") == of_file
    assert oct(stat.S_IMODE((folder / "within").stat().st_mode) & 0o777) == of_new_folder


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")
def test_a_file_that_is_replaced_can_be_read_by_those_who_could_read_it(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"old")
    path.chmod(0o644)
    put({path: b"new"})

    assert (path.read_bytes(), mode_of(path)) == (b"new", "0o644")
