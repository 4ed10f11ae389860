"""Which lines are learnt from and which are tested on: whole interviews are held out, always."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autocode.codebook import Codebook
from autocode.coding import Codings
from autocode.display import displayed
from autocode.doctext import documented
from autocode.errors import TrainingError
from autocode.suggester import CodedLines
from autocode.transcripts import Transcripts
from autocode.wording import count_of

# The evaluation protocol (evaluation/README.md): with other values, results could not be compared with its tables.
MIN_USES = 15  # a rarer code has too few lines in a test part for its scores to mean anything
TEST_SHARE, TEST_CAP = 0.30, 1500


@displayed
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """A split of a table of coded lines into lines to learn from and lines to test on.

    Attributes
    ----------
    pool : ndarray of int, shape (n_pool,)
        The rows to learn from, in the order in which a coder would meet them.
    test : ndarray of int, shape (n_test,)
        The rows to test on, of other interviews.
    """

    pool: NDArray[np.intp]
    test: NDArray[np.intp]


@documented
def eligible(codings: Codings, lines: Transcripts, codebook: Codebook, *, min_uses: int) -> CodedLines:
    """Return the judged lines that take part in a validation, sorted by interview and order.

    Lines with the same text (case and white space folded) in one interview count once. A line all of whose codes are
    left out stays, as a line without a code.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    min_uses : int
        Codes on fewer lines are left out.

    Raises
    ------
    TrainingError
        If fewer than two codes are left.
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.
    """
    table = CodedLines.from_codings(codings, lines, codebook)
    order = sorted(range(len(table)), key=lambda i: (table.lines[i].transcript, table.lines[i].order))
    seen: set[tuple[str, str]] = set()
    rows = []
    for i in order:
        folded = (table.lines[i].transcript, " ".join(table.lines[i].text.lower().split()))
        if folded not in seen:
            seen.add(folded)
            rows.append(i)
    table = table.take(np.array(rows, dtype=np.intp))
    uses = table.applied.sum(axis=0)
    kept = sorted(np.flatnonzero(uses >= min_uses), key=lambda j: table.codes[j].id)
    if len(kept) < 2:
        raise TrainingError(
            f"fewer than two codes stand on at least {count_of(min_uses, 'line')}, too few to try a suggester "
            "on interviews it has "
            "not seen; code more lines."
        )
    return table.only(np.array(kept, dtype=np.intp))


@documented
def split(table: CodedLines, *, seed: int) -> Split:
    """Return a random split by interviews: those drawn until they hold 30 % of the lines are the test.

    Parameters
    ----------
    table : CodedLines
        The lines of the validation, see `eligible`.
    {seed}

    Raises
    ------
    TrainingError
        If no interview would be left to learn from.
    """
    interviews = np.array([line.transcript for line in table.lines], dtype=object)
    names = np.array(list(dict.fromkeys(interviews)), dtype=object)
    order = np.random.default_rng(seed).permutation(names)
    rows_of = {name: np.flatnonzero(interviews == name) for name in order}
    test: list[NDArray[np.intp]] = []
    rest = list(order)
    while rest and sum(map(len, test)) < TEST_SHARE * len(table):
        test.append(rows_of[rest.pop(0)])
    if not rest:
        raise TrainingError(
            f"{len(names)} coded interview{'s are' if len(names) > 1 else ' is'} too few to hold out whole ones; "
            "code lines of at least two more interviews."
        )
    return Split(pool=np.concatenate([rows_of[name] for name in rest]), test=np.concatenate(test)[:TEST_CAP])
