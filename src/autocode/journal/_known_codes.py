"""Which codes lines may be given, as far as a journal knows, so that it can refuse records of codes that are none."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from autocode.codebook import Change, Codebook, CodeId, Undone, codebook_versions
from autocode.coding import Coding, SuggestionBatch
from autocode.errors import CodebookError, CodingError, Fault
from autocode.journal._entries import Record
from autocode.journal._lineage import Lineage, Step


class KnownCodes:
    """
    The codebook with which a study was coded, and its recorded changes.

    A journal that no codebook was recorded in lets every code in.

    Parameters
    ----------
    lineage : Lineage or None, default None
        The codebook before the first change, and the changes; None if no codebook is known.
    earlier : frozenset of str, default empty
        The versions that the codebook had before the first recorded change, as its file was edited.
    """

    def __init__(self, lineage: Lineage | None = None, earlier: frozenset[str] = frozenset()) -> None:
        self.lineage = lineage
        self._earlier = earlier

    @property
    def _changes(self) -> tuple[Change, ...]:
        return () if self.lineage is None else self.lineage.changes

    @cached_property
    def _owners(self) -> dict[CodeId, str]:
        """Who alone gives each own code."""
        versions = () if self.lineage is None else self.lineage.versions
        return {code.id: code.owner for known in versions for code in known.own_codes if code.owner is not None}

    def with_codebook(self, codebook: Codebook) -> "KnownCodes":
        """Return what is known after a codebook was recorded; raises `CodebookError` if it has recorded changes."""
        if self._changes:
            raise CodebookError(
                "the codebook has recorded changes, so it cannot be recorded anew; record what changed instead."
            )
        return KnownCodes(Lineage(codebook), self._earlier | {codebook.version})

    def with_steps(self, steps: Sequence[Step]) -> "KnownCodes":
        """Return what is known after changes that are stored, too; raises `CodebookError` if one is impossible."""
        if not steps:
            return self
        if self.lineage is None:
            raise CodebookError("the codebook that is changed is not on record; record it first.")
        return KnownCodes(Lineage(self.lineage.codebook, [*self.lineage.steps.values(), *steps]), self._earlier)

    def with_new(self, identity: str, change: Change) -> "KnownCodes":
        """Return what is known after one more change; raises `CodebookError` if it is impossible."""
        if self.lineage is None:
            return self.with_steps([Step(identity, change)])
        lineage = self.lineage
        codebook_versions(lineage.codebook, (*lineage.changes, change))
        takes_back = lineage.change_to(change.change) if isinstance(change, Undone) else None
        return self.with_steps([Step(identity, change, lineage.latest(lineage.order), takes_back)])

    @cached_property
    def _codable(self) -> dict[str, frozenset[CodeId]]:
        """The codes that lines may be given, by version; that before all changes is also the empty text."""
        if self.lineage is None:
            return {}
        versions = self.lineage.versions
        codable = {known.version: frozenset(code.id for code in known.subthemes) for known in versions}
        return {"": codable[versions[0].version]} | codable

    @property
    def version(self) -> str:
        """The version in force after recorded changes; "" while there is none."""
        return self._changes[-1].after if self._changes else ""

    def completed(self, record: Record) -> Record:
        """
        Return a coding with the version of the codebook under which it was made: by default, the one in force.

        Any version before the first recorded change is the one before it, which has no name until there is a change.
        Somebody at work under it may thus name it, whether or not a change is recorded meanwhile.
        """
        if not isinstance(record, Coding):
            return record
        if record.version in self._earlier and self.lineage is not None:
            return replace(record, version=self.lineage.codebook.version if self._changes else "")
        if self._changes and not record.version:
            return replace(record, version=self.version)
        return record

    def refuse_unknown(self, records: Iterable[Record]) -> None:
        """
        Raise a `CodingError` that names every code that the codebook does not have, or has as a theme.

        Parameters
        ----------
        records : iterable of Record
            What is about to be appended.
        """
        if self.lineage is None:
            return
        CodingError.raise_if(
            Fault(f"{what}; correct the code, or record the codebook that has it first.")
            for what in dict.fromkeys(what for record in records for what in self._unknown(record))
        )

    def _unknown(self, record: Record) -> Iterable[str]:
        """Yield in words which codes of a record are none."""
        if isinstance(record, Coding):
            codable = self._codable.get(record.version)
            if codable is None:
                yield f"{record.line} was coded with version {record.version!r} of the codebook, which never was"
                return
            for code in sorted(record.codes - codable):
                yield f"{record.line} is given {code!r}, which is no code that lines can be given"
            for code in sorted(record.codes):
                if self._owners.get(code, record.coder) != record.coder:
                    yield f"{record.line} is given {code!r} by {record.coder}, and it is the own code of another coder"
        elif isinstance(record, SuggestionBatch):
            codable = self._codable[self.version]
            for suggestion in record.suggestions:
                if suggestion.code not in codable:
                    yield f"{suggestion.line} is suggested {suggestion.code!r}, which is none that lines can be given"
