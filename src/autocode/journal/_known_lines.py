"""Which lines may be coded, as far as a journal knows, so that it can refuse records of lines that do not exist."""

from collections.abc import Iterable, Iterator

from autocode.coding import Adjudication, Coding, Decision, Proposal, SuggestionBatch
from autocode.conduct import Amendment
from autocode.errors import CodingError, Fault
from autocode.journal._entries import Deferral, LineChecked, Record, TranscriptSeen
from autocode.transcripts import LineId, TranscriptId


class KnownLines:
    """
    The participants' lines of the transcripts that a journal has recorded, at the time of the latest record of each.

    Journals of schemas 1 to 3, and codings that came without their transcripts, name a transcript without its lines;
    then any of its lines is let in.
    """

    def __init__(self) -> None:
        self._lines: dict[TranscriptId, frozenset[LineId]] = {}

    def with_records(self, records: Iterable[Record]) -> "KnownLines":
        """Return what is known after these records, too."""
        about = [record for record in records if isinstance(record, TranscriptSeen | Amendment)]
        if not about:
            return self
        other = KnownLines()
        # an amendment does not say who speaks; the record of the amended transcript, which follows, does
        other._lines = self._lines | {record.transcript: frozenset(record.lines) for record in about}
        return other

    def refuse_unknown(self, records: Iterable[Record]) -> None:
        """
        Raise a `CodingError` that names every line that no transcript has, or that an interviewer speaks.

        Parameters
        ----------
        records : iterable of Record
            What is about to be appended.
        """
        if not any(self._lines.values()):
            return
        CodingError.raise_if(
            Fault(
                f"the line {line} is none of a participant's in the transcripts that were recorded; correct the line, "
                "or, if its transcript is new, record it first: journal.append(*unrecorded_digests(journal, lines))."
            )
            for line, is_judged in dict.fromkeys(found for record in records for found in _lines_of(record))
            if not self._may_be(line, is_judged=is_judged)
        )

    def _may_be(self, line: LineId, *, is_judged: bool) -> bool:
        name = TranscriptId(line.rpartition(":")[0])
        named = self._lines.get(name)
        if named and line in named:
            return True
        if not is_judged and name not in self._lines:
            return True  # a script suggests codes for new interviews before anybody has read them
        # ids need not name their transcript, as in a plain corpus
        return any(line in lines for lines in self._lines.values()) or (not named and not all(self._lines.values()))


def _lines_of(record: Record) -> Iterator[tuple[LineId, bool]]:
    """Yield the lines that a record judges or suggests for, and whether it judges them."""
    if isinstance(record, Coding | Adjudication | Decision | Deferral | Proposal | LineChecked):
        yield record.line, True
    elif isinstance(record, SuggestionBatch):
        yield from ((suggestion.line, False) for suggestion in record.suggestions)
        yield from ((abstention.line, False) for abstention in record.abstentions)
