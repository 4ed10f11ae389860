"""Records about another text of a transcript than the one that a journal knows, which are refused."""

from collections.abc import Collection

from autocode.coding import Codings
from autocode.conduct import Amendment
from autocode.errors import Fault, StudyError
from autocode.journal._entries import Record, TranscriptSeen
from autocode.journal._reader import JournalReader


def unrecorded(journal: JournalReader, codings: Codings) -> list[TranscriptSeen]:
    """Return the digests of codings that the journal does not know; raises `StudyError` if it knows other ones."""
    known = journal.transcripts() if codings.digests else {}
    fresh = {name: digest for name, digest in codings.digests.items() if known.get(name) != digest}
    differing = [name for name in fresh if name in known]
    if differing:
        coded, named = (
            {line.rpartition(":")[0] for line in lines} for lines in (journal.codings().lines, codings.lines)
        )
        coded |= {amendment.transcript for amendment in journal.amendments()}
        # where ids do not name their transcript, as in a plain corpus, it may have been coded
        refused = [name for name in differing if name in coded or name not in named]
        StudyError.raise_if(
            Fault(
                f"has codings of another text of {name} than these codings, or of one that was cut into other "
                "lines; restore the text that was coded, record the correction with autocode amend, or save the "
                "edited interview under a new name and code that.",
                journal.path,
            )
            for name in refused
        )
    return [TranscriptSeen(transcript=name, digest=digest) for name, digest in fresh.items()]


def refuse_other_texts(journal: JournalReader, records: Collection[Record]) -> None:
    """Raise a `StudyError` if a record is about another text of an amended transcript than the present one."""
    about = [record for record in records if isinstance(record, TranscriptSeen | Amendment)]
    known = journal.transcripts() if about else {}
    amended = {amendment.transcript for amendment in journal.amendments()} if about else set()
    for record in about:
        present = known.get(record.transcript)
        if isinstance(record, Amendment):
            if present not in (None, record.before):
                raise StudyError.at(
                    journal.path,
                    f"has another text of {record.transcript} than the one that is amended; plan the amendment again.",
                )
            known[record.transcript] = record.after
            amended.add(record.transcript)
        elif record.transcript in amended and present != record.digest:
            raise StudyError.at(
                journal.path,
                f"has another text of {record.transcript}, which was amended; record this one with autocode amend.",
            )
