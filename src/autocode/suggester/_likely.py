"""Which lines are likely to have a code that few or none of them were given yet."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.doctext import documented
from autocode.names import check_known
from autocode.suggester._suggester import Suggester
from autocode.suggester.checks._similarity import word_rows
from autocode.suggester.model._model import codebook_texts
from autocode.transcripts import Line, LineId, Transcripts


@documented
@no_single_text
def likeliest_lines(
    codes: Sequence[CodeId],
    lines: Transcripts,
    codebook: Codebook,
    *,
    n: int,
    among: Collection[LineId],
    suggester: Suggester | None = None,
    language: str = "en",
) -> tuple[LineId, ...]:
    """Return the lines that are most likely to have a code, in the order of the interviews.

    A suggester orders the lines; of a code without examples, it knows what the codebook says of it. Without a suggester
    the lines are ordered by the words that they share with the codebook's texts of the code, and those that share none
    are left out.

    Parameters
    ----------
    codes : sequence of CodeId
        The code; if several, a line may have any of them.
    {lines}
    {codebook}
    n : int
        The most lines to return.
    among : collection of LineId
        The lines to choose from.
    suggester : Suggester or None, default None
        A suggester that knows the codes.
    language : str, default "en"
        Language of the interviews, as a two-letter code; used where there is no suggester.

    Raises
    ------
    UnknownNameError
        If lines cannot be given one of the codes, or the suggester does not know it.

    Examples
    --------
    {sample_study}
    >>> from autocode.suggester import likeliest_lines
    >>> among = [line.id for line in lines.participant_lines if codings.of(line.id)]
    >>> found = likeliest_lines(["insufficient-funding"], lines, codebook, n=20, among=among)
    >>> sum(any("insufficient-funding" in coding.codes for coding in codings.of(line)) for line in found)
    11
    """
    check_known("code", codes, [code.id for code in codebook.subthemes])
    wanted = frozenset(among)
    candidates = [line for line in lines.participant_lines if line.id in wanted]
    if not candidates or n < 1:
        return ()
    if suggester is None:
        scores = _similarity(candidates, codes, codebook, language=language)
        possible = scores > 0
    else:
        known = [code.id for code in suggester.codes]
        check_known("code", codes, known)
        scores = suggester.scores(candidates)[:, [known.index(code) for code in codes]].max(axis=1)
        possible = np.ones(len(candidates), dtype=bool)
    order = [i for i in np.argsort(-scores, kind="stable") if possible[i]][:n]
    return tuple(candidates[i].id for i in sorted(order))


def _similarity(
    lines: Sequence[Line], codes: Sequence[CodeId], codebook: Codebook, *, language: str
) -> NDArray[np.float64]:
    """Return the highest cosine of each line with what the codebook says of the codes, shape (n_lines,)."""
    about = [text for code in codes for text in codebook_texts(codebook[code], codebook)]
    rows = word_rows([*(line.text for line in lines), *about], language=language)
    return np.asarray((rows[: len(lines)] @ rows[len(lines) :].T).toarray().max(axis=1, initial=0.0), dtype=np.float64)
