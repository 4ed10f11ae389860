"""Learning from new decisions in a process of its own, so that no page ever waits for it."""

import os
import signal
import sys
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType

from autocode.errors import AutocodeError, StudyError


class LearnerProcess:
    """
    Learns from a study in another process, which begins with the first call and ends with the `with` statement.

    A call returns when a round of learning is done, and raises the error of autocode's own that it ended with, if any.

    Parameters
    ----------
    folder : Path
        The study's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> "LearnerProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def __call__(self) -> None:
        """Learn from the study as it is now."""
        if self._connection is None:
            self._connection = self._begin()
        try:
            self._connection.send(True)
            failure = self._connection.recv()
        except (EOFError, OSError) as error:
            self._end()
            raise StudyError.at(self._folder, "was not learnt from: the process was ended from outside.") from error
        if failure is not None:
            raise failure

    def _begin(self) -> Connection:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_learn_on_request, args=(self._folder, theirs), daemon=True)
        self._process.start()
        theirs.close()  # else this side would not notice that the other one has ended
        return ours

    def _end(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is not None:
            process.terminate()
            process.join()
        if connection is not None:
            connection.close()


def _learn_on_request(folder: Path, connection: Connection) -> None:
    """Learn whenever the pages ask for it, until they close the connection."""
    from autocode.study._learner import Learner  # scikit-learn takes seconds, which no page need wait for

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pages, and this process ends with them
    if sys.platform != "win32":
        os.nice(10)  # the coder's browser and the pages go first
    learner: Learner | None = None
    with suppress(EOFError, OSError):
        while connection.recv():
            failure = None
            try:
                learner = learner or Learner(folder)
                learner.learn()
            except AutocodeError as error:
                failure = error
            connection.send(failure)
