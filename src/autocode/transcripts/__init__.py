"""Interviews read from files, one reader per format, as lines with stable ids."""

from autocode.transcripts._account import reading_account, reading_faults
from autocode.transcripts._decoding import read_text
from autocode.transcripts._fingerprints import fingerprints_of, words_of
from autocode.transcripts._nouns import (
    LeftOut,
    LeftOutKind,
    Line,
    LineId,
    Role,
    RoleDecision,
    Transcript,
    TranscriptId,
    Unit,
)
from autocode.transcripts._office import cells_of_workbook
from autocode.transcripts._participants import misspelt_participants, read_participants, unmatched_participants
from autocode.transcripts._reading import SUFFIXES, read_transcripts
from autocode.transcripts._roles import INTERVIEWERS, role_of
from autocode.transcripts._tables import Columns, shows_interviews
from autocode.transcripts._transcripts import Transcripts, digests_of

__all__ = [
    "INTERVIEWERS",
    "SUFFIXES",
    "Columns",
    "LeftOut",
    "LeftOutKind",
    "Line",
    "LineId",
    "Role",
    "RoleDecision",
    "Transcript",
    "TranscriptId",
    "Transcripts",
    "Unit",
    "cells_of_workbook",
    "digests_of",
    "fingerprints_of",
    "misspelt_participants",
    "read_participants",
    "read_text",
    "read_transcripts",
    "reading_account",
    "reading_faults",
    "role_of",
    "shows_interviews",
    "unmatched_participants",
    "words_of",
]
