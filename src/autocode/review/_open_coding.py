"""Who may see what others coded: nobody who may still have lines of their own to read independently."""

from collections.abc import Collection

from autocode.coding import Basis, CoderId, Codings
from autocode.transcripts import Transcripts


def lines_left_to_read(
    coder: CoderId, codings: Codings, lines: Transcripts, *, coders: Collection[CoderId] = ()
) -> int:
    """
    Return how many participants' lines somebody has yet to read; 0 for somebody who does not code in this study.

    While it is above 0 and independent coding is open, they see no other's codings: they would no longer read the rest
    independently. Adjudicating a line is not reading it.

    Parameters
    ----------
    coders : those whom the study names as ones who code. Without any, everybody may still begin, and whoever has not
        begun has all lines left.
    """
    own = codings.by(coder).with_basis(Basis.INDEPENDENT, Basis.ASSISTED)
    if coders and coder not in coders and not own:
        return 0
    return len(own.uncoded(lines.participant_lines))
