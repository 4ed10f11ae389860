"""Who may see others' codings on the pages, and the sentence for those who may not."""

from collections.abc import Collection

from autocode.coding import CoderId
from autocode.journal import Journal
from autocode.review import lines_left_to_read
from autocode.transcripts import Transcripts
from autocode.wording import count_of


def left_to_read(coder: CoderId, journal: Journal, lines: Transcripts, *, coders: Collection[CoderId]) -> int:
    """Return how many lines a person has yet to judge or to read again; 0 for anyone who does not code here."""
    return lines_left_to_read(coder, journal.codings(), lines, coders=coders, journal=journal)


def still_coding(coder: CoderId, n_left: int) -> str:
    """Return why a coder who has lines left to read does not see the others' codings."""
    return (
        f"{coder} has {count_of(n_left, 'line', thousands=',')} left to read, and independent coding is "
        "open: anyone who has seen another's codings no longer codes independently. Read them first, in the review or "
        "under Read again, or let the team close independent coding in "
        f'study.toml: independent_coding = "closed". If {coder} does not code in this study, list there, as coders, '
        "those who do."
    )
