"""Who may see what others coded: nobody who still has lines of their own to read independently."""

from autocode.coding import Basis, CoderId, Codings
from autocode.transcripts import Transcripts


def lines_left_to_read(coder: CoderId, codings: Codings, lines: Transcripts) -> int:
    """Return how many participants' lines a coder has yet to read; 0 for somebody who does not code in this study.

    While it is above 0 and independent coding is open, this coder sees no other's codings: they would no longer read
    the rest independently.
    """
    own = codings.by(coder)
    if not own.with_basis(Basis.INDEPENDENT, Basis.ASSISTED):
        return 0
    return len(own.uncoded(lines.participant_lines))
