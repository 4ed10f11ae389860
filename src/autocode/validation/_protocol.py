"""Which lines are learnt from and which are asked about: whole interviews are held out, always."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autocode.codebook import Codebook
from autocode.coding import Codings
from autocode.errors import TrainingError
from autocode.suggester import CodedLines
from autocode.transcripts import Transcripts

MIN_USES, TEST_SHARE, TEST_CAP = 15, 0.30, 1500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Rows of a table to learn from, in the order in which a coder would meet them, and rows to be asked about."""

    pool: NDArray[np.intp]
    test: NDArray[np.intp]


def eligible(codings: Codings, lines: Transcripts, codebook: Codebook, *, min_uses: int) -> CodedLines:
    """Return the judged lines, sorted by interview and order, that a validation is about.

    Lines with the same text (case and white space folded) in one interview count once. Codes on fewer than `min_uses`
    lines are left out; a line whose codes are all left out stays, as one without a code.
    """
    table = CodedLines.from_codings(codings, lines, codebook)
    order = sorted(range(len(table)), key=lambda i: (table.lines[i].transcript, table.lines[i].order))
    seen: set[tuple[str, str]] = set()
    rows = []
    for i in order:
        said = (table.lines[i].transcript, " ".join(table.lines[i].text.lower().split()))
        if said not in seen:
            seen.add(said)
            rows.append(i)
    table = table.take(np.array(rows, dtype=np.intp))
    uses = table.applied.sum(axis=0)
    kept = sorted(np.flatnonzero(uses >= min_uses), key=lambda j: table.codes[j].id)
    if len(kept) < 2:
        raise TrainingError(
            f"fewer than two codes stand on at least {min_uses} lines, too few to try a suggester on interviews it has "
            "not seen; code more lines."
        )
    return table.only(np.array(kept, dtype=np.intp))


def split(table: CodedLines, *, seed: int) -> Split:
    """Return interviews drawn at random until they hold 30 % of the lines as the test, the others as the pool.

    Raises `TrainingError` if no interview would be left to learn from.
    """
    interviews = np.array([line.transcript for line in table.lines], dtype=object)
    names = np.array(list(dict.fromkeys(interviews)), dtype=object)
    order = np.random.default_rng(seed).permutation(names)
    where = {name: np.flatnonzero(interviews == name) for name in order}
    test: list[NDArray[np.intp]] = []
    rest = list(order)
    while rest and sum(map(len, test)) < TEST_SHARE * len(table):
        test.append(where[rest.pop(0)])
    if not rest:
        raise TrainingError(
            f"{len(names)} coded interview{'s are' if len(names) > 1 else ' is'} too few to hold out whole ones; "
            "code lines of at least two more interviews."
        )
    return Split(pool=np.concatenate([where[name] for name in rest]), test=np.concatenate(test)[:TEST_CAP])
