"""What was said, by whom, in lines that keep their identity; one reader per format."""

from autocode.transcripts._nouns import Line, LineId, Role, Transcript, TranscriptId, Transcripts, Unit

__all__ = ["Line", "LineId", "Role", "Transcript", "TranscriptId", "Transcripts", "Unit"]
