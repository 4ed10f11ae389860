"""Learning while coders code: in the background, never in their way."""

import threading
from collections.abc import Callable
from typing import NamedTuple

from autocode.errors import AutocodeError


class Learnt(NamedTuple):
    """
    How often the suggester has learnt so far, and from how many new decisions the last time.

    Attributes
    ----------
    times : int
        Number of times that learning succeeded.
    decisions : int
        Number of new decisions that the last time learnt from.
    """

    times: int
    decisions: int


class Learning:
    """
    Calls `learn` in the background whenever enough new decisions are stored or the codebook is changed, one call at a
    time.

    Parameters
    ----------
    learn : callable
        Learns from the study as it is now and appends new suggestions to its journal. Where it raises an
        `AutocodeError`, the suggestions stay as they are, and `failure` has the message.
    every : int, default 12
        Number of new decisions that start it.

    Attributes
    ----------
    learnt : Learnt
        What was learnt so far.
    failure : str
        Why the last call learnt nothing; empty if it did.

    Examples
    --------
    >>> from autocode.web import Learning
    >>> calls = []
    >>> learning = Learning(lambda: calls.append("learn"), every=2)
    >>> learning.decided(1), calls
    (None, [])
    >>> learning.decided(1), learning.wait(), calls
    (None, None, ['learn'])
    >>> learning.learnt
    Learnt(times=1, decisions=2)
    """

    def __init__(self, learn: Callable[[], None], *, every: int = 12) -> None:
        self._learn = learn
        self._every = every
        self._waiting = 0
        self._is_codebook_changed = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.learnt = Learnt(0, 0)
        self.failure = ""

    def decided(self, decisions: int) -> None:
        """
        Count new decisions, and begin to learn if there are enough and no call is running.

        Parameters
        ----------
        decisions : int
            Number of decisions that were stored since the last call of this method.
        """
        with self._lock:
            self._waiting += decisions
            self._begin_if_due()

    def codebook_changed(self) -> None:
        """Begin to learn because the codebook was changed, however few decisions are new."""
        with self._lock:
            self._is_codebook_changed = True
            self._begin_if_due()

    def _begin_if_due(self) -> None:
        """Begin to learn if there is reason to and no call is running; the caller holds the lock."""
        is_due = self._is_codebook_changed or self._waiting >= self._every
        if not is_due or (self._thread is not None and self._thread.is_alive()):
            return
        n_new, self._waiting, self._is_codebook_changed = self._waiting, 0, False
        self._thread = threading.Thread(target=self._run, args=(n_new,), daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Return when no call is running."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self, decisions: int) -> None:
        try:
            self._learn()
        except AutocodeError as error:
            self.failure = str(error)
            with self._lock:
                self._waiting += decisions  # the next call learns from them too
            return
        self.failure = ""
        self.learnt = Learnt(self.learnt.times + 1, decisions)
