"""Ctrl-C reaches the command even if a library drops it."""

import ctypes
import os
import signal

import pytest

from autocode.cli._interrupt import interrupts_noted, raise_if_interrupted


def drop_an_interrupt() -> None:
    """Press Ctrl-C while C calls back into Python, which cannot hand an exception on."""
    called_back = ctypes.CFUNCTYPE(None)(lambda: os.kill(os.getpid(), signal.SIGINT))
    called_back()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_a_library_dropped_is_raised_at_the_next_step():
    with interrupts_noted():
        drop_an_interrupt()
        with pytest.raises(KeyboardInterrupt):
            raise_if_interrupted()


def test_without_an_interrupt_a_step_goes_on_and_the_old_handler_comes_back():
    before = signal.getsignal(signal.SIGINT)

    with interrupts_noted():
        raise_if_interrupted()

    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_of_an_earlier_command_stops_no_later_one():
    with interrupts_noted():
        drop_an_interrupt()

    with interrupts_noted():
        raise_if_interrupted()
