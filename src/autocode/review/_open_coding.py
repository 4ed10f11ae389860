"""Who may see others' codings: nobody who still has lines to judge independently."""

from collections.abc import Collection

from autocode.arguments import no_single_text
from autocode.coding import Basis, CoderId, Codings
from autocode.doctext import documented
from autocode.journal import Journal
from autocode.review._reread_session import lines_to_read_again
from autocode.transcripts import Transcripts


@documented
@no_single_text
def lines_left_to_read(
    coder: CoderId,
    codings: Codings,
    lines: Transcripts,
    *,
    coders: Collection[CoderId] = (),
    journal: Journal | None = None,
) -> int:
    """
    Return how many participants' lines a person has yet to judge; 0 for anyone who does not code in this study.

    While it is above 0 and independent coding is open, the person must not see others' codings, because the remaining
    lines would no longer be judged independently. Adjudicating a line does not count as judging it.

    Parameters
    ----------
    coder : CoderId
        The person.
    {codings}
    {lines}
    coders : collection of CoderId, default ()
        Those whom the study names as coders. Without any, everybody may still begin, so that all lines are left for
        anyone who has not begun.
    journal : Journal or None, default None
        Where changes of the codebook are recorded: lines that wait to be read again (`lines_to_read_again`) count, too.

    Raises
    ------
    StudyError
        If a coded transcript has changed since it was coded.
    """
    begun = (coder,) if coder in codings.coders else ()
    own = codings.by(*begun).with_basis(Basis.INDEPENDENT, Basis.ASSISTED)
    if coders and coder not in coders and not own:
        return 0
    left = len(own.uncoded(lines.participant_lines))
    if journal is None:
        return left
    return left + len(lines_to_read_again(coder, journal, lines).intersection(own.lines))
