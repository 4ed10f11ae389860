"""Whether lines are decided faster than they can be read."""

from collections import deque

# Words per minute. Most adults read English non-fiction silently at 175 to 300 words per minute (Brysbaert 2019,
# Journal of Memory and Language 109); nobody reads carefully at this speed
FASTEST = 400
LINES = 20  # the speed on a few short lines varies too much to show anything


class Pace:
    """The latest lines of one session, with their numbers of words and the time that each took."""

    def __init__(self) -> None:
        self._latest: deque[tuple[int, int]] = deque(maxlen=LINES)
        self.hurried = False
        self._has_warned = False

    def add(self, text: str, milliseconds: int | None) -> bool:
        """Add a line, and return whether the latest were decided faster than they can be read."""
        if milliseconds is None:
            return False
        self._latest.append((len(text.split()), milliseconds))
        n_words, total_milliseconds = map(sum, zip(*self._latest, strict=True))
        self.hurried = len(self._latest) == LINES and total_milliseconds < 60_000 * n_words / FASTEST
        return self.hurried

    def warns(self) -> bool:
        """Return, at most once, whether the latest lines were decided faster than they can be read."""
        if self._has_warned or not self.hurried:
            return False
        self._has_warned = True
        return True
