"""Which lines a coder sees next, and how the coder's verdicts become codings and decisions."""

from autocode.review._queue import Progress, Queue
from autocode.review._session import ReviewSession
from autocode.review._settle import Settlement, settle

__all__ = ["Progress", "Queue", "ReviewSession", "Settlement", "settle"]
