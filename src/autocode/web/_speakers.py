"""Who speaks: named for all to read where it takes a name to tell, and for screen readers everywhere."""

from typing import Any

from autocode.retrieval import interviews_of_several, several_speak, source_of
from autocode.transcripts import Line, Transcripts

__all__ = ["several_speak", "source_of", "speaker_json"]


def speaker_json(lines: Transcripts, line: Line) -> dict[str, Any]:
    """Return who speaks a line, and whether several do in its interview, for a page."""
    return {"speaker": line.speaker, "several": line.transcript in interviews_of_several(lines)}
