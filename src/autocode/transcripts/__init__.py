"""What was said, by whom, in lines that keep their identity; one reader per format."""

from autocode.transcripts._decoding import read_text
from autocode.transcripts._nouns import Line, LineId, Role, Transcript, TranscriptId, Transcripts, Unit, digests_of
from autocode.transcripts._office import cells_of_workbook
from autocode.transcripts._participants import read_participants
from autocode.transcripts._reading import SUFFIXES, read_transcripts
from autocode.transcripts._roles import INTERVIEWERS, role_of
from autocode.transcripts._tables import Columns

__all__ = [
    "INTERVIEWERS",
    "SUFFIXES",
    "Columns",
    "Line",
    "LineId",
    "Role",
    "Transcript",
    "TranscriptId",
    "Transcripts",
    "Unit",
    "cells_of_workbook",
    "digests_of",
    "read_participants",
    "read_text",
    "read_transcripts",
    "role_of",
]
