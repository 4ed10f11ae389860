"""What happened to a study besides coding: transcripts that were corrected after they were coded."""

from autocode.conduct._amendment import Amendment, LineChanges, Replacement

__all__ = ["Amendment", "LineChanges", "Replacement"]
