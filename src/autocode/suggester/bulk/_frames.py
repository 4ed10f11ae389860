"""Suggestions beside the lines of a data frame: columns in, columns out, no evidence and no record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals as nw

from autocode.suggester._predictions import SHOWN, band
from autocode.transcripts import INTERVIEWERS, Line, LineId, Role, TranscriptId, role_of

if TYPE_CHECKING:
    from autocode.suggester._suggester import Suggester

Frame: TypeAlias = Any
"""A frame of pandas, polars, pyarrow or whatever else narwhals reads, or a list of texts."""

ABSTENTION = "abstention"
ADDED = (*(f"{what}_{rank}" for rank in range(1, SHOWN + 1) for what in ("code", "probability", "band")), ABSTENTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBatch:
    """What some rows say: texts, and whose they are and where, if that is known.

    `orders` are the rows' places in their transcripts; without them a transcript begins where another one ends.
    """

    texts: Sequence[str]
    speakers: Sequence[str] | None = None
    transcripts: Sequence[str] | None = None
    orders: Sequence[int] | None = None

    def lines(self, *, interviewers: Collection[str] = INTERVIEWERS) -> Iterable[Line]:
        """Yield a line a row; rows that follow each other in one transcript stand beside each other."""
        orders = self.orders if self.orders is not None else places(self.transcripts, len(self.texts))
        for i, (text, order) in enumerate(zip(self.texts, orders, strict=True)):
            speaker = "" if self.speakers is None else self.speakers[i]
            # Without a transcript every row stands for itself.
            where = f"{i}" if self.transcripts is None else self.transcripts[i]
            yield Line(
                id=LineId(f"{i}"),
                transcript=TranscriptId(where),
                order=order,
                speaker=speaker,
                role=role_of(speaker, interviewers=interviewers) if speaker else Role.PARTICIPANT,
                text=text,
                start=0,
                end=len(text),
            )


def suggest_frame(
    suggester: "Suggester",
    frame: Frame,
    *,
    text: str = "text",
    speaker: str | None = None,
    transcript: str | None = None,
    interviewers: Collection[str] = INTERVIEWERS,
) -> Frame:
    """Return a frame of the same kind with the suggestions for each row beside its columns.

    Added are `code_1`, `probability_1`, `band_1` and so on up to the third, and `abstention`, which says why a line got
    none. An interviewer's row stays empty. A list of texts gives a list of rows (dicts). Nothing is recorded; for
    suggestions with their evidence, to be reviewed, see `Suggester.suggest`.

    Parameters
    ----------
    text, speaker, transcript : names of columns. Speakers matter where several kinds of people speak (GP1 and GP2 are
        one kind). With a transcript, rows that follow each other tell about each other: give them as they were said.
    interviewers : the speakers who ask.

    Raises
    ------
    ValueError
        If a column is missing, or one of those to be added is there already.
    """
    if isinstance(frame, list | tuple):
        strange = next((one for one in frame if not isinstance(one, str)), None)
        if strange is not None:
            raise TypeError(f"a list must hold texts, not {type(strange).__name__}; for rows give a data frame.")
        told = columns(suggester, TextBatch(texts=frame), interviewers=interviewers)
        return [{text: said, **{name: cells[i] for name, cells in told.items()}} for i, said in enumerate(frame)]
    table = nw.from_native(frame, eager_only=True)
    wanted = [name for name in (text, speaker, transcript) if name is not None]
    refuse_columns(table.columns, wanted)
    held = {name: [words(cell) for cell in table[name].to_list()] for name in wanted}
    spoken = TextBatch(
        texts=held[text],
        speakers=None if speaker is None else held[speaker],
        transcripts=None if transcript is None else held[transcript],
    )
    told = columns(suggester, spoken, interviewers=interviewers)
    kinds = {name: nw.Float64 if name.startswith("probability") else nw.String for name in told}
    added = [nw.new_series(name, cells, kinds[name], backend=table.implementation) for name, cells in told.items()]
    return table.with_columns(*added).to_native()


def refuse_columns(there: Collection[str], wanted: Iterable[str]) -> None:
    """Raise `ValueError` if a wanted column is missing, or one that is to be added is there."""
    missing = [name for name in wanted if name not in there]
    if missing:
        raise ValueError(f"there is no column {missing[0]!r}; the columns are {', '.join(map(repr, there))}.")
    twice = [name for name in ADDED if name in there]
    if twice:
        raise ValueError(f"there is a column {twice[0]!r} already; rename it, for suggestions are written there.")


def places(transcripts: Sequence[str] | None, n: int, *, after: tuple[str, int] = ("", 0)) -> list[int]:
    """Return each row's place in its transcript, from 1; without transcripts -1, for nobody knows it.

    `after` is the transcript of the row before the first, and that row's place.
    """
    if transcripts is None:
        return [-1] * n
    told = []
    where, place = after
    for transcript in transcripts:
        place = place + 1 if transcript == where else 1
        where = transcript
        told.append(place)
    return told


def words(cell: object) -> str:
    """Return a cell as text; one that holds nothing as none."""
    return cell if isinstance(cell, str) else "" if cell is None or cell != cell else f"{cell}"


def columns(
    suggester: "Suggester", spoken: TextBatch, *, interviewers: Collection[str] = INTERVIEWERS
) -> Mapping[str, list[Any]]:
    """Return the cells of each added column, None where there is nothing to say."""
    told: dict[str, list[Any]] = {name: [None] * len(spoken.texts) for name in ADDED}
    asked = (line for line in spoken.lines(interviewers=interviewers) if line.role is Role.PARTICIPANT)
    for predictions in suggester.predictions(asked):
        rows = [int(line.id) for line in predictions.lines]
        for row, reason in zip(rows, predictions.reasons, strict=True):
            told[ABSTENTION][row] = reason and reason.value
        said = predictions.probabilities[predictions.line, predictions.code].tolist()
        last, rank = -1, 0
        for i, j, p in zip(predictions.line.tolist(), predictions.code.tolist(), said, strict=True):
            last, rank = i, rank + 1 if i == last else 1
            told[f"code_{rank}"][rows[i]] = suggester.codes[j].id
            told[f"probability_{rank}"][rows[i]] = p
            told[f"band_{rank}"][rows[i]] = band(p, supported=bool(suggester.supported[j])).value
    return told
