"""Which lines of a study to read next, kept in its journal with every line's probability."""

from pathlib import Path

from autocode.cli._study import is_study, journal_of, material_of, seen
from autocode.coding import Sample
from autocode.errors import StudyError
from autocode.suggester import select_lines, train


def choose(study: Path, n: int, *, random: float, whole_interviews: bool, seed: int) -> Sample:
    """Choose among the lines that nobody has judged, and keep what was chosen and how in the journal."""
    if not is_study(study):
        raise StudyError.at(study, "is not a study, and only a study's journal keeps what was chosen; make one first.")
    found = material_of(study)
    suggester = train(found.codings, found.lines, found.codebook, **found.hear(), seed=seed)
    unread = found.codings.uncoded(found.lines)
    if whole_interviews:
        # An interview that was begun is no longer whole.
        begun = {line.transcript for line in found.lines if found.codings.of(line.id)}
        unread = tuple(line for line in unread if line.transcript not in begun)
    sample = select_lines(suggester, unread, n, random=random, whole_interviews=whole_interviews, seed=seed)
    with journal_of(study) as journal:
        journal.append(*seen(journal, found.lines), sample)
    return sample
