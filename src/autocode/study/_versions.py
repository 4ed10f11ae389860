"""The texts that a transcript had, as the journal knows them, and the ids that its lines have now."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from autocode.conduct import Amendment
from autocode.journal import Journal, Kind, TranscriptSeen
from autocode.transcripts import LineId, Transcript, TranscriptId, Transcripts


class TextVersion(NamedTuple):
    """A text that a transcript had when it was coded or amended; the words themselves are not kept."""

    transcript: TranscriptId
    digest: str
    fingerprints: tuple[str, ...]  # empty if they are not known
    lines: tuple[LineId, ...]  # empty if the lines are numbered from 1, as they are read

    @property
    def ids(self) -> tuple[LineId, ...]:
        """The ids of the lines; empty if their number is not known."""
        return self.lines or plain_ids(self.transcript, len(self.fingerprints))


def plain_ids(transcript: TranscriptId, n: int) -> tuple[LineId, ...]:
    """Return the ids of lines that are numbered from 1."""
    return tuple(LineId(f"{transcript}:{order}") for order in range(1, n + 1))


def text_versions(journal: Journal) -> tuple[TextVersion, ...]:
    """Return every text that the journal knows of, oldest first."""
    versions = []
    for entry in journal.history(kinds=(Kind.TRANSCRIPT, Kind.AMENDMENT)):
        record = entry.record
        if isinstance(record, TranscriptSeen):
            versions.append(TextVersion(record.transcript, record.digest, record.fingerprints, ()))
        elif isinstance(record, Amendment):
            versions.append(TextVersion(record.transcript, record.after, record.fingerprints, record.lines))
    return tuple(versions)


def with_recorded_ids(lines: Transcripts, amendments: Iterable[Amendment]) -> Transcripts:
    """Return interviews with the ids that amendments gave their lines, where they are the texts of these amendments."""
    latest = {amendment.transcript: amendment for amendment in amendments}
    if not latest:
        return lines
    return Transcripts(
        _as_recorded(interview, latest[interview.id]) if interview.id in latest else interview
        for interview in lines.interviews
    )


def _as_recorded(interview: Transcript, amendment: Amendment) -> Transcript:
    if len(interview.lines) != len(amendment.lines):
        return interview
    renumbered = with_ids(interview, amendment.lines)
    return renumbered if renumbered.digest == amendment.after else interview


def with_ids(interview: Transcript, ids: Sequence[LineId]) -> Transcript:
    """Return an interview whose lines have other ids."""
    lines = [replace(line, id=line_id) for line, line_id in zip(interview.lines, ids, strict=True)]
    digest = Transcript.digest_of(interview.text, lines)
    return replace(interview, lines=tuple(replace(line, transcript_digest=digest) for line in lines), digest=digest)
