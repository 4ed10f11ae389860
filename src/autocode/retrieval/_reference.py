"""Where a line stands, as a citation has it: its interview, its place, and the name of the speaker among several."""

from collections import Counter
from functools import lru_cache

from autocode.transcripts import Line, Transcript, TranscriptId, Transcripts


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


@lru_cache(maxsize=8)  # asked of the same interviews with every line that is shown
def interviews_of_several(lines: Transcripts) -> frozenset[TranscriptId]:
    """
    Return the interviews in which it takes a name to tell who speaks.

    Parameters
    ----------
    lines : Transcripts
        The interviews.
    """
    return frozenset(interview.id for interview in lines.interviews if several_speak(interview))


def source_of(lines: Transcripts, line: Line) -> str:
    """
    Return whose words a line is: its interview, and the speaker where several speak.

    Parameters
    ----------
    lines : Transcripts
        The interviews.
    line : Line
        One of their lines.
    """
    is_named = line.transcript in interviews_of_several(lines)
    return f"{line.speaker} in {line.transcript}" if is_named else line.transcript


def reference(lines: Transcripts, line: Line) -> str:
    """
    Return where a line stands, for a citation.

    Parameters
    ----------
    lines : Transcripts
        The interviews.
    line : Line
        One of their lines.

    Examples
    --------
    >>> from autocode.retrieval import reference
    >>> from autocode.transcripts import Transcripts
    >>> turns = [("FG1", "Anna", "It rings out."), ("FG1", "Ben", "Always."), ("GP3", "GP3", "It does.")]
    >>> rows = [{"transcript": name, "speaker": speaker, "text": text} for name, speaker, text in turns]
    >>> lines = Transcripts.from_frame(rows)
    >>> [reference(lines, line) for line in lines]
    ['Anna in FG1, line 1', 'Ben in FG1, line 2', 'GP3, line 1']
    """
    return source_of(lines, line) + (f", line {line.order}" if line.order >= 0 else "")
