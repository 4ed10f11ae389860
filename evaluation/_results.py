"""How results are stored: JSON with six significant digits, and tables between two markers of a page."""

import json
import os
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"
# More digits are noise: none of these numbers is known to more than three, and a diff of results should show changes.
SIGNIFICANT_DIGITS = 6


def rounded(value: Any) -> Any:
    """Return a value with every float in it rounded to six significant digits; counts and texts stay as they are."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(entry) for entry in value]
    if isinstance(value, float):  # numpy's float64 is one, too
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    return value


def write_results(path: Path, results: dict[str, Any]) -> None:
    """Write results as JSON, rounded to six significant digits; the file is replaced as a whole or not at all."""
    write_text(path, json.dumps(rounded(results), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_results(path: Path) -> dict[str, Any]:
    """Return the results in a JSON file."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def write_text(path: Path, text: str) -> None:
    """Write a text file; it is replaced as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def between_markers(page: str, marker: str, text: str) -> str:
    """Return a page with the text between `<!-- marker: begin -->` and `<!-- marker: end -->` replaced."""
    begin, end = f"<!-- {marker}: begin -->", f"<!-- {marker}: end -->"
    before, rest = page.split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}\n{text}{end}{after}"


def write_between(path: Path, marker: str, text: str) -> None:
    """Replace the text between two markers of a page."""
    write_text(path, between_markers(path.read_text(encoding="utf-8"), marker, text))
