"""Who speaks: named for all to read where it takes a name to tell, and for screen readers everywhere."""

from collections import Counter
from functools import lru_cache
from typing import Any

from autocode.transcripts import Line, Transcript, TranscriptId, Transcripts


@lru_cache(maxsize=8)  # asked of the same interviews with every line that is shown
def _of_several(lines: Transcripts) -> frozenset[TranscriptId]:
    return frozenset(interview.id for interview in lines.interviews if several_speak(interview))


def several_speak(interview: Transcript) -> bool:
    """
    Return whether it takes a name to tell who speaks.

    Parameters
    ----------
    interview : Transcript
        The interview; with more than one participant, or more than one interviewer, its speakers are named.
    """
    speakers = {(line.role, line.speaker) for line in interview.lines}
    return max(Counter(role for role, _ in speakers).values(), default=0) > 1


def speaker_json(lines: Transcripts, line: Line) -> dict[str, Any]:
    """Return who speaks a line, and whether several do in its interview, for a page."""
    return {"speaker": line.speaker, "several": line.transcript in _of_several(lines)}


def source_of(lines: Transcripts, line: Line) -> str:
    """Return whose words a quoted line is: its interview, and the speaker where several speak."""
    is_named = line.transcript in _of_several(lines)
    return f"{line.speaker} in {line.transcript}" if is_named else line.transcript
