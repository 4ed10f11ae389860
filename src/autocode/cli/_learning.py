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


class LearningBeside:
    """Learns from a study in another process, which begins with the first call and ends with the `with` statement.

    A call returns when it is learnt, and raises what of autocode's own errors the learning raised.
    """

    def __init__(self, study: Path) -> None:
        self._study = study
        self._process: SpawnProcess | None = None
        self._line: Connection | None = None

    def __enter__(self) -> "LearningBeside":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._end()

    def __call__(self) -> None:
        """Learn from the study as it is now."""
        if self._line is None:
            self._line = self._begin()
        try:
            self._line.send(True)
            failed = self._line.recv()
        except (EOFError, OSError) as gone:
            self._end()
            raise StudyError.at(self._study, "was not learnt from: the process was ended from outside.") from gone
        if failed is not None:
            raise failed

    def _begin(self) -> Connection:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_learn_when_asked, args=(self._study, theirs), daemon=True)
        self._process.start()
        theirs.close()  # else nobody would hear that the other side is gone
        return ours

    def _end(self) -> None:
        process, line = self._process, self._line
        self._process = self._line = None
        if process is not None:
            process.terminate()
            process.join()
        if line is not None:
            line.close()


def _learn_when_asked(study: Path, line: Connection) -> None:
    """Learn whenever the pages say so, until they are gone."""
    from autocode.cli._learner import Learner  # scikit-learn takes seconds, which no page need wait for

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the pages, and this ends with them
    if sys.platform != "win32":
        os.nice(10)  # the coder's browser and the pages go first
    learner: Learner | None = None
    with suppress(EOFError, OSError):
        while line.recv():
            failed = None
            try:
                learner = learner or Learner(study)
                learner.learn()
            except AutocodeError as error:
                failed = error
            line.send(failed)
