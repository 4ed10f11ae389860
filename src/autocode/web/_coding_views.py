"""The codings of a study as each person may see them: one's own alone while there are lines left to read."""

from collections.abc import Collection
from contextlib import suppress
from threading import Lock
from typing import NamedTuple

from autocode.codebook import Codebook
from autocode.coding import CoderId, Codings
from autocode.errors import AutocodeError
from autocode.journal import Journal
from autocode.review import CodingsInForce, codebook_in_force, codebook_seen_by, lines_left_to_read, record_shown
from autocode.transcripts import Transcripts
from autocode.wording import count_of


class CodingView(NamedTuple):
    """
    What one person may see of a study's codings.

    Attributes
    ----------
    codings : Codings
        The codings: all of them, or one's own alone while there are lines left to read.
    codebook : Codebook
        The codebook in force, as the person may see it.
    partial : str
        Why only one's own codings are shown, as a sentence; empty where all are.
    """

    codings: Codings
    codebook: Codebook
    partial: str = ""


class CodingViews:
    """
    What each person may see of a study's codings now; they are read anew when the journal has grown.

    Parameters
    ----------
    journal : Journal
        Where the codings are.
    lines : Transcripts
        The interviews of the study.
    codebook : Codebook
        The codes of the study while no change is recorded.
    coders : collection of CoderId
        Who codes in the study; if empty, everybody may code.
    coding_closed : bool
        Whether independent coding is over, so that everybody may see all codings.
    own_codes_made : bool
        Whether coders still make own codes, of which others may not learn.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        lines: Transcripts,
        codebook: Codebook,
        coders: Collection[CoderId],
        coding_closed: bool,
        own_codes_made: bool,
    ) -> None:
        self._journal = journal
        self._lines = lines
        self._codebook = codebook
        self._coders = coders
        self._coding_closed = coding_closed
        self._own_codes_made = own_codes_made
        self._lock = Lock()
        self._in_force = CodingsInForce(journal)
        self._codings: Codings | None = None
        self._views: dict[CoderId, CodingView] = {}

    def of(self, viewer: CoderId) -> CodingView:
        """
        Return what a person may see now.

        Parameters
        ----------
        viewer : CoderId
            The person.

        Raises
        ------
        StudyError
            If a transcript was corrected since the pages were opened.
        """
        with self._lock:
            codings = self._in_force.read()
            if codings is not self._codings:
                codings.check_lines(self._lines)
                self._codings = codings
                self._views.clear()
            if viewer not in self._views:
                self._views[viewer] = self._view(viewer, codings)
            return self._views[viewer]

    def prepare(self) -> None:
        """Read the codings, which takes seconds in a large study."""
        with self._lock, suppress(AutocodeError):  # which is said to whom it concerns, when a page is opened
            self._in_force.read()

    def _view(self, viewer: CoderId, codings: Codings) -> CodingView:
        partial = "" if self._coding_closed else self._why_partial(viewer, codings)
        if not partial:
            record_shown(viewer, self._journal, coders=self._coders)
            return CodingView(codings, codebook_in_force(self._journal, self._codebook))
        own = codings.by(viewer) if viewer in codings.coders else Codings()
        return CodingView(own, codebook_seen_by(self._journal, self._codebook, viewer), partial)

    def _why_partial(self, viewer: CoderId, codings: Codings) -> str:
        n_left = lines_left_to_read(viewer, codings, self._lines, coders=self._coders, journal=self._journal)
        if n_left:
            return (
                f"You have {count_of(n_left, 'line', thousands=',')} left to read, so only your own codings are shown. "
                "Those of the others are shown when you have read all of yours, or when independent coding is closed."
            )
        if self._own_codes_made and (viewer in codings.coders or viewer in self._coders):
            return "Coders still make own codes, so only your own codings are shown until independent coding is closed."
        return ""
