"""Which lines of an assisted study stay blind: drawn by chance before anybody reads them, the same for every coder."""

from collections.abc import Collection, Iterable
from hashlib import sha256

from autocode.codebook import Codebook
from autocode.coding import BlindDraw
from autocode.transcripts import Line, LineId, Role, Transcripts


def blind_seed(lines: Transcripts, codebook: Codebook) -> int:
    """
    Return the seed of a study's first draw: another for other words or other codes, so that no two studies draw alike.

    Copies of one study draw the same lines, so coders who work on machines of their own stay blind on the same ones.
    """
    told = "\x00".join((codebook.digest, *sorted(one.digest for one in lines.interviews)))
    return int.from_bytes(sha256(told.encode()).digest()[:4])


def draw_blind(
    lines: Iterable[Line], *, share: float, seed: int, earlier: Iterable[BlindDraw] = (), seen: Collection[LineId] = ()
) -> BlindDraw | None:
    """
    Return which of the participants' lines stay blind, or None if every line is in an earlier draw.

    Each line is drawn by itself with the probability `share`, so that lines added later change nothing for the others.

    Parameters
    ----------
    earlier : draws whose lines are not drawn again.
    seen : lines for which suggestions were shown already; they cannot become blind.
    """
    known = {line for draw in earlier for line in draw.probabilities}
    frame = [
        line.id for line in lines if line.role is Role.PARTICIPANT and line.id not in known and line.id not in seen
    ]
    if not frame:
        return None
    drawn = frozenset(line for line in frame if _chance(seed, line) < share)
    return BlindDraw(drawn=drawn, probabilities=dict.fromkeys(frame, share), seed=seed)


def _chance(seed: int, line: LineId) -> float:
    """Return a number in [0, 1) that depends on the seed and the line alone."""
    told = sha256(f"{seed}\x00{line}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(told[:7], "big") / 2**56
