"""Lines that were chosen to be coded, as they are printed: with their interview, speaker and question."""

import shlex
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autocode.cli._plain import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from autocode.coding import Sample
    from autocode.transcripts import Line, LineId, Transcripts

_INDENT = "  "


def print_lines(ids: "Iterable[LineId]", lines: "Transcripts", console: "Console") -> None:
    """Print lines under the names of their interviews: the question before each, shortened, and all of its words."""
    from rich.text import Text

    known = [lines.line(line) for line in ids]
    for name, of_interview in groupby(known, key=lambda line: line.transcript):
        about = ", ".join(filter(None, lines.interview(name).attributes.values()))
        title = Text(plain(name), style="bold")
        title.append(plain(f"  {about}") if about else "", style="not bold")
        console.print(title)
        asked = None
        for line in of_interview:
            question = lines.question_before(line)
            if question is not None and question != asked:
                words = Text(plain(" ".join(question.text.split())), style="italic dim")
                words.truncate(_width(console), overflow="ellipsis")
                _print_indented(words, console)
            asked = question
            words_of_line = Text.assemble((plain(line.id), "bold"), f"  {plain(line.speaker)}: ", plain(line.text))
            _print_indented(words_of_line, console)
        console.print()


def _width(console: "Console") -> int:
    return max(20, console.width - len(_INDENT))


def _print_indented(text: "Text", console: "Console") -> None:
    for line in text.wrap(console, _width(console)):
        line.rstrip()
        console.print(_INDENT, line, sep="", soft_wrap=True)


def sample_json(sample: "Sample", lines: "Transcripts | None" = None) -> dict[str, Any]:
    """Return a sample with the probability of every line of its frame, and with the words of its lines if given."""
    shown = {} if lines is None else {"lines": [_line_json(lines.line(line), lines) for line in sample.drawn]}
    return {
        "name": sample.name,
        "drawn": sample.drawn,
        **shown,
        "probabilities": dict(sample.probabilities),
        "seed": sample.seed,
    }


def _line_json(line: "Line", lines: "Transcripts") -> dict[str, Any]:
    question = lines.question_before(line)
    return {
        "line": line.id,
        "interview": line.transcript,
        "speaker": line.speaker,
        "question": None if question is None else question.text,
        "text": line.text,
    }


def stored_as(sample: "Sample", study: Path) -> str:
    """Return how lines were drawn, and the command that opens on them."""
    is_latest_choice = sample.design == "active" and sample.at is None
    which = "--next" if is_latest_choice else f"--sample {sample.name}"
    how = f"; {sample.enriched}" if sample.enriched else ""
    return (
        f"{sample.name}: {sample}{how}; stored in the study. Code them with: "
        f"autocode review {shlex.quote(str(study))} --coder YOU {which}"
    )
