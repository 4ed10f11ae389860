"""Which text of a transcript a record is about, and what lines of an earlier text are in the present one."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from autocode.coding import BlindDraw, Codings, Sample
from autocode.conduct import Amendment, LineChanges
from autocode.errors import Fault, StudyError
from autocode.journal._entries import TranscriptSeen
from autocode.transcripts import TranscriptId


def unrecorded(
    codings: Codings, in_force: Codings, *, amended: Collection[TranscriptId], path: Path
) -> list[TranscriptSeen]:
    """
    Return the digests of codings that a journal does not know.

    Parameters
    ----------
    codings, in_force : Codings
        The codings to be appended, and those in the journal.
    amended : collection of TranscriptId
        The transcripts that were amended.
    path : Path
        The journal, as an error names it.

    Raises
    ------
    StudyError
        If the journal has codings of another text of a transcript.
    """
    known = in_force.digests
    fresh = {name: digest for name, digest in codings.digests.items() if known.get(name) != digest}
    differing = [name for name in fresh if name in known]
    if differing:
        coded, named = ({line.rpartition(":")[0] for line in lines} for lines in (in_force.lines, codings.lines))
        coded |= set(amended)
        # where ids do not name their transcript, as in a plain corpus, it may have been coded
        refused = [name for name in differing if name in coded or name not in named]
        StudyError.raise_if(
            Fault(
                f"has codings of another text of {name} than these codings, or of one that was cut into other "
                "lines; restore the text that was coded, record the correction with autocode amend, or save the "
                "edited interview under a new name and code that.",
                path,
            )
            for name in refused
        )
    return [TranscriptSeen(transcript=name, digest=digest) for name, digest in fresh.items()]


def refuse_other_texts(
    records: Iterable[TranscriptSeen | Amendment],
    *,
    known: dict[TranscriptId, str],
    amended: Collection[TranscriptId],
    path: Path,
) -> None:
    """Raise a `StudyError` if a record is about another text of an amended transcript than the present one."""
    present, changed = dict(known), set(amended)
    for record in records:
        digest = present.get(record.transcript)
        if isinstance(record, Amendment):
            if digest not in (None, record.before):
                raise StudyError.at(
                    path,
                    f"has another text of {record.transcript} than the one that is amended; plan the amendment again.",
                )
            present[record.transcript] = record.after
            changed.add(record.transcript)
        elif record.transcript in changed and digest != record.digest:
            raise StudyError.at(
                path,
                f"has another text of {record.transcript}, which was amended; record this one with autocode amend.",
            )


def inherited_sample(sample: Sample, changes: LineChanges) -> Sample:
    """Return a sample by the lines of today."""
    if changes.retired.isdisjoint(sample.probabilities):
        return sample
    drawn = frozenset(sample.drawn)
    frame = changes.inherited({line: (p, line in drawn) for line, p in sample.probabilities.items()})
    return replace(
        sample,
        drawn=tuple(line for line, (_, is_drawn) in frame.items() if is_drawn),
        probabilities={line: p for line, (p, _) in frame.items()},
    )


def inherited_draw(draw: BlindDraw, changes: LineChanges) -> BlindDraw:
    """Return a draw of blind lines by the lines of today."""
    if changes.retired.isdisjoint(draw.probabilities):
        return draw
    frame = changes.inherited({line: (p, line in draw.drawn) for line, p in draw.probabilities.items()})
    return replace(
        draw,
        drawn=frozenset(line for line, (_, is_drawn) in frame.items() if is_drawn),
        probabilities={line: p for line, (p, _) in frame.items()},
    )
