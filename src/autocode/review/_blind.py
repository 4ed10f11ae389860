"""The lines of an assisted study that are judged without suggestions: drawn at random, the same for every coder."""

from collections.abc import Collection, Iterable
from hashlib import sha256

from autocode.arguments import no_single_text
from autocode.codebook import Codebook
from autocode.coding import BlindDraw
from autocode.doctext import documented
from autocode.transcripts import Line, LineId, Role, Transcripts


@documented
def blind_seed(lines: Transcripts, codebook: Codebook) -> int:
    """
    Return the random seed of a study's first draw, computed from its transcripts and its codebook.

    Copies of a study on several machines thus draw the same lines, and two studies do not.

    Parameters
    ----------
    {lines}
    {codebook}
    """
    text = "\x00".join((codebook.digest, *sorted(interview.digest for interview in lines.interviews)))
    return int.from_bytes(sha256(text.encode()).digest()[:4])


@documented
@no_single_text
def draw_blind(
    lines: Iterable[Line], *, share: float, seed: int, earlier: Iterable[BlindDraw] = (), seen: Collection[LineId] = ()
) -> BlindDraw | None:
    """
    Return which of the participants' lines are judged without suggestions, or None if all were in earlier draws.

    Each line is drawn independently of the others, so that lines added later do not change the draw.

    Parameters
    ----------
    lines : iterable of Line
        The lines to draw from; those of interviewers are passed over.
    share : float
        The probability with which each line is drawn, from 0 to 1.
    {seed}
    earlier : iterable of BlindDraw, default ()
        Earlier draws, whose frames are not drawn from again.
    seen : collection of LineId, default ()
        Lines for which suggestions were shown already, so that they cannot be judged without them.
    """
    known = {line for draw in earlier for line in draw.probabilities}
    frame = [
        line.id for line in lines if line.role is Role.PARTICIPANT and line.id not in known and line.id not in seen
    ]
    if not frame:
        return None
    drawn = frozenset(line for line in frame if _uniform(seed, line) < share)
    return BlindDraw(drawn=drawn, probabilities=dict.fromkeys(frame, share), seed=seed)


def _uniform(seed: int, line: LineId) -> float:
    """Return a pseudo-random number in [0, 1) that depends on the seed and the line alone."""
    digest = sha256(f"{seed}\x00{line}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
