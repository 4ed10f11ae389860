"""Whether lines are decided faster than anybody reads them."""

from collections import deque

# Brysbaert (2019, Journal of Memory and Language 109) puts silent reading of English non-fiction at 175 to 300 words a
# minute for most adults; what goes beyond this is not reading
FASTEST = 400
LINES = 20  # a short line says nothing of a reader, and neither do two


class Pace:
    """The latest lines of one sitting, with the words they hold and the time that they took."""

    def __init__(self) -> None:
        self._latest: deque[tuple[int, int]] = deque(maxlen=LINES)
        self.hurried = False

    def hurries(self, text: str, milliseconds: int | None) -> bool:
        """Count one more line, and return whether the latest took less time than reading their words takes."""
        if milliseconds is None:
            return False
        self._latest.append((len(text.split()), milliseconds))
        words, taken = map(sum, zip(*self._latest, strict=True))
        self.hurried = len(self._latest) == LINES and taken < 60_000 * words / FASTEST
        return self.hurried
