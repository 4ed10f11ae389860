from collections.abc import Callable
from pathlib import Path

import pytest

from autocode.transcripts import Line


@pytest.fixture
def zoo() -> Path:
    """Give the folder of invented transcripts in every style."""
    return Path(__file__).parent / "zoo"


@pytest.fixture
def said() -> Callable[..., list[tuple[str, str]]]:
    """Give lines as (speaker, text)."""

    def said(lines: "list[Line]") -> list[tuple[str, str]]:
        return [(line.speaker, line.text) for line in lines]

    return said


@pytest.fixture
def text_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a text file and give its path."""

    def text_file(text: str | bytes, name: str = "GP1.txt") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return text_file
