"""Who may see others' codings: nobody who still has lines to judge independently."""

from collections.abc import Collection

from autocode.arguments import no_single_text
from autocode.coding import Basis, CoderId, Coding, Codings
from autocode.doctext import documented
from autocode.journal import CodingsShown, Journal, Kind
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


@no_single_text
def record_shown(coder: CoderId, journal: Journal, *, coders: Collection[CoderId] = ()) -> None:
    """
    Record that others' codings are shown to a person who codes; afterwards, none of their lines is coded independently.

    Nothing is recorded where no other has coded since they were shown last, or for anyone who does not code here.

    Parameters
    ----------
    coder : CoderId
        The person.
    journal : Journal
        The record of the study.
    coders : collection of CoderId, default ()
        Those whom the study names as coders; without any, everybody may code.
    """
    if coders and coder not in coders and coder not in journal.codings().coders:
        return
    looks = journal.history(kinds=(Kind.LOOK,))
    own = [look.seq for look in looks if isinstance(look.record, CodingsShown) and look.record.coder == coder]
    since = journal.history(kinds=(Kind.CODING,), after=max(own, default=0))
    if any(isinstance(entry.record, Coding) and entry.record.coder != coder for entry in since):
        journal.append(CodingsShown(coder=coder))
