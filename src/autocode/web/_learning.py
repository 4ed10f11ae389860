"""Learning while coders code: beside the pages, never in their way."""

import threading
from collections.abc import Callable
from typing import NamedTuple

from autocode.errors import AutocodeError


class Learnt(NamedTuple):
    """How often was learnt so far, and from how many new decisions the last time."""

    times: int
    decisions: int


class Learning:
    """Calls `learn` beside the pages whenever enough new decisions are stored; one call at a time.

    Parameters
    ----------
    learn : learns from the study as it is now and appends new suggestions to its journal; whatever it raises of
        autocode's own errors is kept in `silence` and the suggestions stay as they are.
    every : how many decisions are worth learning from.
    """

    def __init__(self, learn: Callable[[], None], *, every: int = 12) -> None:
        self._learn = learn
        self._every = every
        self._waiting = 0
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.learnt = Learnt(0, 0)
        self.silence = ""

    def decided(self, decisions: int) -> None:
        """Count decisions that were stored, and begin to learn from them if there are enough and nothing is learnt."""
        with self._lock:
            self._waiting += decisions
            if self._waiting < self._every or (self._thread is not None and self._thread.is_alive()):
                return
            taken, self._waiting = self._waiting, 0
            self._thread = threading.Thread(target=self._once, args=(taken,), daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Return when nothing is being learnt."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _once(self, decisions: int) -> None:
        try:
            self._learn()
        except AutocodeError as error:
            self.silence = str(error)
            with self._lock:
                self._waiting += decisions  # they are learnt from with those that follow
            return
        self.silence = ""
        self.learnt = Learnt(self.learnt.times + 1, decisions)
