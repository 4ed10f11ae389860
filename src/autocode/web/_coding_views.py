"""The codings of a study as each person may see them: one's own alone while there are lines left to read."""

from collections.abc import Collection
from threading import Lock
from typing import NamedTuple

from autocode.codebook import Codebook
from autocode.coding import CoderId, Codings
from autocode.journal import Journal
from autocode.review import CodingsInForce, codebook_in_force, lines_left_to_read
from autocode.transcripts import Transcripts


class CodingView(NamedTuple):
    """
    What one person may see of a study's codings.

    Attributes
    ----------
    codings : Codings
        The codings: all of them, or one's own alone while there are lines left to read.
    codebook : Codebook
        The codebook in force, without the own codes of others while independent coding is open.
    n_left : int
        Number of lines that the person has left to read before others' codings are shown.
    """

    codings: Codings
    codebook: Codebook
    n_left: int


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
    """

    def __init__(
        self,
        journal: Journal,
        *,
        lines: Transcripts,
        codebook: Codebook,
        coders: Collection[CoderId],
        coding_closed: bool,
    ) -> None:
        self._journal = journal
        self._lines = lines
        self._codebook = codebook
        self._coders = coders
        self._coding_closed = coding_closed
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
                self._views[viewer] = self._view(viewer, codings, codebook_in_force(self._journal, self._codebook))
            return self._views[viewer]

    def _view(self, viewer: CoderId, codings: Codings, codebook: Codebook) -> CodingView:
        if self._coding_closed:
            return CodingView(codings, codebook, 0)
        n_left = lines_left_to_read(viewer, codings, self._lines, coders=self._coders, journal=self._journal)
        if n_left:
            codings = codings.by(viewer) if viewer in codings.coders else Codings()
        visible = codebook.visible_to(viewer)
        hidden = [code.id for code in codebook.own_codes if code.id not in visible]
        return CodingView(codings.without_codes(hidden) if hidden else codings, visible, n_left)
