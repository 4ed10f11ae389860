"""Whether the parts of a study fit each other: what was coded against the transcripts and the codebook of today."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from shlex import quote

from autocode.codebook import Codebook
from autocode.coding import CoderId, Codings
from autocode.errors import Fault
from autocode.journal import CodebookSeen, Journal, TranscriptSeen
from autocode.names import respelt
from autocode.study._folder import CODEBOOK, JOURNAL, SETTINGS, TRANSCRIPTS
from autocode.study._versions import text_versions
from autocode.transcripts import LineId, Transcripts


def inconsistencies(codings: Codings, lines: Transcripts, codebook: Codebook, *, folder: Path) -> Iterator[Fault]:
    """
    Yield each way in which codings do not fit the transcripts or the codebook.

    Parameters
    ----------
    codings : Codings
        What was coded, as the journal has it.
    lines : Transcripts
        The interviews as they are now.
    codebook : Codebook
        The codes as they are now.
    folder : Path
        The study's folder, whose files the faults name.

    Yields
    ------
    Fault
        For each transcript that was edited after it was coded, for codings of lines that no transcript has, and for
        each code that was given and that the codebook lacks or has as a theme.
    """
    edited = codings.edited(lines)
    for name in edited:
        source = lines.interview(name).source or name
        # a file that is not in the study yet has to be named, those in it are looked through
        words = [folder] if Path(source).parent == folder / TRANSCRIPTS else [folder, source]
        yield Fault(
            "was edited, or cut into other lines, after it was coded, so its codings may stand at other words; record "
            f"the correction with: autocode amend {' '.join(quote(str(word)) for word in words)} --by YOU --why "
            "REASON, or restore the text (and the unit in study.toml).",
            source,
        )
    known = {line.id for line in lines}
    missing = sorted(line for line in codings.lines if line not in known and _transcript(line) not in edited)
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield Fault(
            f"holds codings of {missing[0]}{more}, which no transcript has; put the transcript back into "
            f"{TRANSCRIPTS}/.",
            folder / JOURNAL,
        )
    given = {code for coding in codings for code in coding.codes}
    for code in sorted(given - codebook.keys()):
        yield Fault(
            f"lacks the code {code!r}, which lines were given; put it back or rename it to that.", folder / CODEBOOK
        )
    for code in sorted(code for code in given & codebook.keys() if not codebook[code].codable):
        yield Fault(f"makes {code!r} a theme, but lines were given it; make it a subtheme again.", folder / CODEBOOK)


def respelt_coders(
    names: Iterable[CoderId], known: Collection[CoderId], *, named: Collection[CoderId], place: Path
) -> Iterator[Fault]:
    """Yield a fault for each coder who is known in another spelling, unless `study.toml` names both as coders."""
    for name in names:
        other = None if name in known or name in named else respelt(name, sorted(known))
        if other is not None:
            yield Fault(
                f"the coder {name!r} is spelt otherwise in this study; write {other!r}, or, if they are two people, "
                f"name all coders in {SETTINGS}: coders = [...].",
                place,
            )


def _transcript(line: LineId) -> str:
    return line.rpartition(":")[0]


def unrecorded_codebook(journal: Journal, codebook: Codebook) -> tuple[CodebookSeen, ...]:
    """
    Return the codebook to be appended to a journal that does not know it as it is, so that it refuses other codes.

    Parameters
    ----------
    journal : Journal
        The study's journal.
    codebook : Codebook
        The codes as they are now.
    """
    known, changes = journal.codebook_history()
    if changes or (known is not None and (known.digest, known.version) == (codebook.digest, codebook.version)):
        return ()  # after the first recorded change, only recorded changes make a codebook
    return (CodebookSeen(codebook=codebook),)


def unrecorded_digests(
    journal: Journal, lines: Transcripts, *, codings: Codings | None = None
) -> tuple[TranscriptSeen, ...]:
    """
    Return the digests of transcripts that a journal does not know yet, to be appended to it.

    A transcript that was corrected before anybody coded it is recorded anew; one that was coded is not. One of whose
    lines the journal has no fingerprints is recorded with them. With the record, the journal knows which lines there
    are, and refuses codings of others.

    Parameters
    ----------
    journal : Journal
        The study's journal.
    lines : Transcripts
        The interviews as they are now.
    codings : Codings, optional
        Codings about to be appended: only the transcripts of their lines are recorded. By default, all are.
    """
    known = journal.transcripts()
    traced = {(version.transcript, version.digest) for version in text_versions(journal) if version.fingerprints}
    edited = journal.codings().edited(lines)
    coded = None if codings is None else {lines.line(line).transcript for line in codings.lines}
    return tuple(
        TranscriptSeen.of(transcript)
        for transcript in lines.interviews
        if (known.get(transcript.id) != transcript.digest or (transcript.id, transcript.digest) not in traced)
        and transcript.id not in edited
        and (coded is None or transcript.id in coded)
    )
