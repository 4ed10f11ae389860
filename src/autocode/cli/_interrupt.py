"""Ctrl-C that is not lost.

Python raises KeyboardInterrupt wherever the main thread happens to be. If that is a function that C called back, as the
numerical libraries do, the interrupt is dropped there without a word and the command would run on.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_pressed = threading.Event()


@contextmanager
def interrupts_noted() -> Iterator[None]:
    """Note Ctrl-C while the block runs, besides raising KeyboardInterrupt as usual."""
    _pressed.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def note(number: int, frame: FrameType | None) -> None:
        _pressed.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def raise_if_interrupted() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed since the block began."""
    if _pressed.is_set():
        raise KeyboardInterrupt
