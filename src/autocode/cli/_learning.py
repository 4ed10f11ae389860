"""Learning from new decisions in a process of its own, so that no page ever waits for it."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from autocode.errors import StudyError
from autocode.transcripts import Role

_COMING = 400  # lines to suggest for at once: more than anybody decides until it is learnt again


def learn_beside(study: Path) -> None:
    """Train on a study as it is now and append suggestions for the lines that come next, in another process.

    Raises what of autocode's own errors the training raised.
    """
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_step_back) as beside:
            beside.submit(learn_once, study).result()
    except BrokenProcessPool as gone:
        raise StudyError.at(study, "was not learnt from: the process was ended from outside.") from gone


def learn_once(study: Path) -> None:
    """Train on a study as it is now and append suggestions for the lines that come next to its journal."""
    from autocode.cli._study import journal_of, material_of
    from autocode.suggester import train

    found = material_of(study, corpus_too=False)
    new = [line for line in found.codings.uncoded(found.lines) if line.role is Role.PARTICIPANT]
    if not new:
        return
    suggester = train(found.codings, found.lines, found.codebook, **found.hear(), seed=0)
    with journal_of(study, create=False) as journal:
        journal.append(suggester.suggest(new[:_COMING]))


def _step_back() -> None:
    """Let the coder's browser and the pages go first."""
    if sys.platform != "win32":
        os.nice(10)
