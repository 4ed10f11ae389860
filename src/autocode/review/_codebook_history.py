"""The codebook of a study while people work with it: each version, and what was made under one in the next."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import chain

from autocode.codebook import (
    Added,
    Change,
    Codebook,
    CodeId,
    Fate,
    changed_meanings,
    changes_in_words,
    codebook_versions,
    evolve,
    fates,
    versions_seen,
)
from autocode.coding import CoderId, Coding, Codings, SuggestionBatch, remapped
from autocode.errors import SettlementError
from autocode.journal import CodebookSeen, Entry, Journal, Kind


def codebook_in_force(journal: Journal, codebook: Codebook) -> Codebook:
    """
    Return the codebook after the changes that a journal has recorded.

    Parameters
    ----------
    journal : Journal
        The record of the study.
    codebook : Codebook
        The codebook in force while the journal has no recorded change.
    """
    first, changes = journal.codebook_history()
    return evolve(first, changes) if first is not None and changes else codebook


def codebook_seen_by(journal: Journal, codebook: Codebook, *coders: CoderId) -> Codebook:
    """
    Return the codebook in force as coders see it: without the own codes of others, and with a version that counts none.

    Parameters
    ----------
    journal : Journal
        The record of the study.
    codebook : Codebook
        The codebook in force while the journal has no recorded change.
    *coders : CoderId
        The coders; without any, only the codes of the whole team are left.
    """
    history = CodebookHistory(journal, codebook, viewers=coders)
    return Codebook(history.in_force.values(), version=history.version_seen)


def latest_labels(versions: Iterable[Codebook]) -> dict[CodeId, str]:
    """Return the latest label of every code, also of those that ended, in the order in which codes came."""
    return {code: codebook.label(code) for codebook in versions for code in codebook}


class CodebookHistory:
    """
    The codebook as a journal records it, without the own codes of coders other than the one who looks.

    Parameters
    ----------
    journal : Journal
        The record of the study.
    codebook : Codebook
        The codebook in force while the journal has no recorded change.
    viewers : collection of CoderId, default ()
        Those whose own codes are seen.
    """

    def __init__(self, journal: Journal, codebook: Codebook, *, viewers: Collection[CoderId] = ()) -> None:
        self._journal = journal
        self._given = codebook
        self._viewers = tuple(viewers)
        self._first: Codebook | None = None
        self._is_named = False
        self._earlier: frozenset[str] = frozenset()
        self._change_ids: list[str] = []
        self._fates: dict[str, Mapping[CodeId, Fate]] = {}
        self.changes: tuple[Change, ...] = ()
        self._take((codebook,), (codebook.version,))
        self.read()

    def read(self) -> bool:
        """Read the recorded changes anew; return whether there are others than before."""
        entries = sorted(self._journal.history(kinds=(Kind.CODEBOOK,)), key=lambda entry: entry.id)
        seen = [entry.record.codebook for entry in entries if isinstance(entry.record, CodebookSeen)]
        self._first, changes = self._journal.codebook_history()
        if self.changes != changes[: len(self.changes)]:
            raise SettlementError(
                "a copy of the study was merged in that has other changes of the codebook, so what is on the screen is "
                "out of date and nothing was stored; stop autocode and start it again."
            )
        # the journal takes the names of versions that it knows
        self._is_named = bool(changes) or any(codebook.version == self._given.version for codebook in seen)
        self._earlier = frozenset(codebook.version for codebook in (*seen, self._given))
        self._change_ids = [entry.id for entry in entries if isinstance(entry.record, Change)]
        self._proposals = self._journal.proposals() if changes else ()
        if self._first is None or changes == self.changes:
            return False
        self.changes = changes
        self._take(codebook_versions(self._first, changes), versions_seen(self._first, changes, *self._viewers))
        vars(self).pop("_sentences", None)
        self._fates.clear()
        return True

    def _take(self, versions: tuple[Codebook, ...], seen: tuple[str, ...]) -> None:
        self._seen = seen
        self._whole = versions  # with the own codes of everybody
        self.versions: tuple[Codebook, ...] = tuple(codebook.visible_to(*self._viewers) for codebook in versions)
        self._hidden = {code.id for codebook in versions for code in codebook.own_codes} - {*chain(*self.versions)}
        # nothing is suggested of own codes
        self._suggested_digests = tuple(codebook.visible_to().digest for codebook in versions)

    @property
    def in_force(self) -> Codebook:
        """The codebook in force."""
        return self.versions[-1]

    def under(self, version: str | None) -> Codebook:
        """
        Return the codebook of a version: None for the one in force, empty for the one before all recorded changes.

        Raises
        ------
        SettlementError
            If the codebook never had that version.
        """
        return self.in_force if version is None else self.versions[self._place(version)]

    def name_of(self, version: str | None) -> str:
        """Return how a judgement names the version under which it is made: empty if the journal knows no version."""
        return self.under(version).version if self._is_named else ""

    @property
    def version_seen(self) -> str:
        """The version in force as those who look count it, which says nothing of others' own codes."""
        return self._seen[-1]

    def version_named(self, seen: str) -> str:
        """
        Return the version that those who look know by a name, the latest of those that are one to them.

        Raises
        ------
        SettlementError
            If they never saw such a version.
        """
        for codebook, name in zip(reversed(self.versions), reversed(self._seen), strict=True):
            if name == seen:
                return codebook.version
        if not seen or seen in self._earlier:
            return seen
        raise _never_had(seen)

    def _place(self, version: str) -> int:
        for place, codebook in enumerate(self.versions):
            if codebook.version == version:
                return place
        if not version or version in self._earlier:
            return 0
        raise _never_had(version)

    @cached_property
    def _sentences(self) -> tuple[str, ...]:
        return changes_in_words(self._whole[0], self.changes)

    def sentences_since(self, version: str) -> tuple[str, ...]:
        """
        Return a sentence for each change after a version, without its full stop.

        What others do with their own codes is left out, and so are codes that the viewer made: they are no news.
        """
        if not self.changes:
            return ()
        steps = zip(self._sentences, self.changes, self.versions, self.versions[1:], strict=False)
        return tuple(
            sentence
            for sentence, change, before, after in [*steps][self._place(version) :]
            if before.digest != after.digest and not (isinstance(change, Added) and change.by in self._viewers)
        )

    def fates_since(self, version: str) -> Mapping[CodeId, Fate]:
        """Return what became of the codes that ended, or mean something else, after a version."""
        since = self.under(version).version
        if since not in self._fates:
            seen = {code for codebook in self.versions for code in codebook}
            found = fates(self._whole[0], self.changes, since=since)
            self._fates[since] = {code: fate for code, fate in found.items() if code in seen}
        return self._fates[since]

    def replayed(self, codings: Iterable[Coding], *, version: str | None = None) -> Codings:
        """Return what judgements come to in a version, by default in the one in force; none was made after it."""
        place = len(self.versions) - 1 if version is None else self._place(version)
        brought = Codings(codings)
        if self.changes:
            brought = remapped(brought, self.changes[:place], codebook=self._whole[0], proposals=self._proposals)
        return brought.without_codes(self._hidden) if self._hidden else brought

    def is_after(self, coding: Coding, version: str) -> bool:
        """Return whether a judgement was made under a later version."""
        return self._place(coding.version) > self._place(version)

    # suggestions

    def knows(self, batch: SuggestionBatch) -> bool:
        """Return whether suggestions were made for the codebook, in whatever version."""
        return batch.codebook in self._suggested_digests

    def place_of(self, batch: SuggestionBatch, entry: Entry | None = None) -> int:
        """Return the place of the version for which suggestions were made, the latest that it can have been."""
        latest = len(self.versions) - 1 if entry is None else bisect_left(self._change_ids, entry.id)
        places = [place for place, digest in enumerate(self._suggested_digests) if digest == batch.codebook]
        return max((place for place in places if place <= latest), default=min(places, default=0))

    def withheld(self, since: int, *, version: str | None = None) -> frozenset[CodeId]:
        """Return the codes that ended or mean something else between a place and a version."""
        until = len(self.changes) if version is None else self._place(version)
        return changed_meanings(self.changes[:until], since=self.versions[since].version)


def _never_had(version: str) -> SettlementError:
    return SettlementError(f"the codebook never had a version {version!r}, so nothing was stored; load the page again.")


class FollowsCodebook:
    """A session in which the codebook is the one in force, also after changes that are recorded meanwhile."""

    _codebook: CodebookHistory

    @property
    def codebook(self) -> Codebook:
        """The codebook in force."""
        return self._codebook.in_force

    @property
    def version_seen(self) -> str:
        """The version in force as a page names it: own codes of others, which it does not show, do not count."""
        return self._codebook.version_seen

    def version_named(self, seen: str) -> str:
        """
        Return the version that a page knows by a name, see `version_seen`.

        Parameters
        ----------
        seen : str
            The name; empty for the version before all recorded changes.

        Raises
        ------
        SettlementError
            If no page ever had it.
        """
        return self._codebook.version_named(seen)

    def changes_since(self, version: str) -> tuple[str, ...]:
        """
        Return a sentence for each change of the codebook after a version, without its full stop.

        Parameters
        ----------
        version : str
            The version.

        Raises
        ------
        SettlementError
            If the codebook never had that version.
        """
        return self._codebook.sentences_since(version)
