"""How many lines somebody has to read before the study shows what others gave."""

from autocode.coding import CoderId
from autocode.review import lines_left_to_read
from autocode.study._opening import has_journal, reading_journal
from autocode.study._reading import StudyData


def left_to_read(study: StudyData, viewer: CoderId | None) -> int:
    """Return how many lines a person has left to read, once more or at all; 0 for those who may see all codings."""
    settings = study.settings
    if viewer is None or settings.independent_coding == "closed":
        return 0
    if not study.codebook_changes or not has_journal(study.folder):
        return lines_left_to_read(viewer, study.codings, study.lines, coders=settings.coders)
    with reading_journal(study.folder) as journal:
        return lines_left_to_read(viewer, study.codings, study.lines, coders=settings.coders, journal=journal)
