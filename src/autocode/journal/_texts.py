"""Which text of a transcript a record is about, and what lines of an earlier text are in the present one."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from autocode.coding import Adjudication, BlindDraw, Coding, Codings, Decision, Sample
from autocode.conduct import Amendment, LineChanges
from autocode.errors import Fault, StudyError
from autocode.journal._entries import TranscriptSeen
from autocode.transcripts import TranscriptId
from autocode.wording import listing


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


def refuse_unfit(
    records: Collection[object],
    amendments: Collection[Amendment],
    *,
    digests: Callable[[], Mapping[TranscriptId, str]],
    path: Path,
) -> None:
    """
    Raise an error if a record is about a line or a text that amendments replaced.

    Parameters
    ----------
    records : collection of object
        The records to be appended.
    amendments : collection of Amendment
        Those in the journal.
    digests : callable
        Returns the digest of each transcript as the journal has it.
    path : Path
        The journal, as an error names it.

    Raises
    ------
    StudyError
        If a line is judged that is no more, since the judgement would count nowhere; or if an amended transcript is
        recorded with another text, or one is amended that has another text.
    """
    changes = LineChanges(amendments)
    judged = [record.line for record in records if isinstance(record, Coding | Adjudication | Decision)]
    StudyError.raise_if(
        Fault(
            f"has no line {line} any more: an amendment replaced it"
            + (f" by {listing(changes.successors(line))}; judge that." if changes.successors(line) else "."),
            path,
        )
        for line in dict.fromkeys(judged)
        if line in changes.retired
    )
    about = [record for record in records if isinstance(record, TranscriptSeen | Amendment)]
    if about:
        amended = {amendment.transcript for amendment in amendments}
        StudyError.raise_if(_other_texts(about, amended, dict(digests()), path))


def _other_texts(
    records: Iterable[TranscriptSeen | Amendment],
    amended: set[TranscriptId],
    digests: dict[TranscriptId, str],
    path: Path,
) -> Iterator[Fault]:
    for record in records:
        name, digest = record.transcript, digests.get(record.transcript)
        if isinstance(record, Amendment):
            if digest not in (None, record.before):
                yield Fault(f"has another text of {name} than the one that is amended; plan the amendment again.", path)
            digests[name] = record.after
            amended.add(name)
        elif name in amended and digest != record.digest:
            yield Fault(f"has another text of {name}, which was amended; record this one with autocode amend.", path)


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
