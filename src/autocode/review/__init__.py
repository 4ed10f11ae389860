"""Which lines a coder sees next, and how the coder's verdicts become codings and decisions."""

from autocode.review._blind import draw_blind
from autocode.review._offer import AT_MOST, Offer
from autocode.review._queue import Progress, Queue
from autocode.review._session import Act, ReviewSession
from autocode.review._settle import Settlement, settle

__all__ = ["AT_MOST", "Act", "Offer", "Progress", "Queue", "ReviewSession", "Settlement", "draw_blind", "settle"]
