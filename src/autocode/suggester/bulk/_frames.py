"""Suggestions as additional columns of a data frame, without evidence and without a record."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import narwhals as nw

from autocode.arguments import refuse_single_text
from autocode.names import aside
from autocode.suggester._predictions import SHOWN, Predictor, band
from autocode.transcripts import INTERVIEWERS, Line, LineId, Role, TranscriptId, role_of

Frame: TypeAlias = Any
"""A frame of pandas, polars, pyarrow or any other library that narwhals reads, or a list of texts."""

ABSTENTION = "abstention"
ADDED = (*(f"{what}_{rank}" for rank in range(1, SHOWN + 1) for what in ("code", "probability", "band")), ABSTENTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBatch:
    """The texts of some rows, with their speakers and places where these are known.

    Attributes
    ----------
    texts : sequence of str
        The text of each row.
    speakers : sequence of str or None
        The speaker of each row.
    transcripts : sequence of str or None
        The transcript of each row; without transcripts, no row is another's context.
    orders : sequence of int or None
        The position of each row in its transcript. None to count rows from where a transcript begins.
    """

    texts: Sequence[str]
    speakers: Sequence[str] | None = None
    transcripts: Sequence[str] | None = None
    orders: Sequence[int] | None = None

    def lines(self, *, interviewers: Collection[str] = INTERVIEWERS) -> Iterator[Line]:
        """Yield one line per row, with the row's number as its id."""
        orders = self.orders if self.orders is not None else line_orders(self.transcripts, len(self.texts))
        for i, (text, order) in enumerate(zip(self.texts, orders, strict=True)):
            speaker = "" if self.speakers is None else self.speakers[i]
            transcript = f"{i}" if self.transcripts is None else self.transcripts[i]
            yield Line(
                id=LineId(f"{i}"),
                transcript=TranscriptId(transcript),
                order=order,
                speaker=speaker,
                role=role_of(speaker, interviewers=interviewers) if speaker else Role.PARTICIPANT,
                text=text,
                start=0,
                end=len(text),
            )


def suggest_frame(
    predictor: Predictor,
    frame: Frame,
    *,
    text: str,
    speaker: str | None,
    transcript: str | None,
    interviewers: Collection[str],
) -> Frame:
    """Return a frame of the same kind with suggestions in additional columns; see `Suggester.suggest_frame`."""
    refuse_single_text("frame", frame)
    if isinstance(frame, list | tuple):
        not_a_text = next((row for row in frame if not isinstance(row, str)), None)
        if not_a_text is not None:
            raise TypeError(f"a list must hold texts, not {type(not_a_text).__name__}; for rows give a data frame.")
        columns = suggestion_columns(predictor, TextBatch(texts=frame), interviewers=interviewers)
        return [{text: row, **{name: cells[i] for name, cells in columns.items()}} for i, row in enumerate(frame)]
    table = nw.from_native(frame, eager_only=True)
    names = [name for name in (text, speaker, transcript) if name is not None]
    check_columns(table.columns, names)
    cells_of = {name: [cell_text(cell) for cell in table[name].to_list()] for name in names}
    batch = TextBatch(
        texts=cells_of[text],
        speakers=None if speaker is None else cells_of[speaker],
        transcripts=None if transcript is None else cells_of[transcript],
    )
    columns = suggestion_columns(predictor, batch, interviewers=interviewers)
    kinds = {name: nw.Float64 if name.startswith("probability") else nw.String for name in columns}
    added = [nw.new_series(name, cells, kinds[name], backend=table.implementation) for name, cells in columns.items()]
    return table.with_columns(*added).to_native()


def check_columns(columns: Collection[str], needed: Iterable[str]) -> None:
    """Raise `ValueError` if a needed column is missing, or a column to be added is there already."""
    missing = [name for name in needed if name not in columns]
    if missing:
        raise ValueError(
            f"there is no column {missing[0]!r}{aside(missing[0], columns)}; the columns are "
            f"{', '.join(map(repr, columns))}."
        )
    taken = [name for name in ADDED if name in columns]
    if taken:
        raise ValueError(f"there is a column {taken[0]!r} already; rename it, for suggestions are written there.")


def line_orders(transcripts: Sequence[str] | None, n: int, *, after: tuple[str, int] = ("", 0)) -> list[int]:
    """Return the position of each of `n` rows in its transcript, from 1; -1, unknown, without transcripts.

    `after` is the transcript and the position of the row before the first.
    """
    if transcripts is None:
        return [-1] * n
    orders = []
    current, order = after
    for transcript in transcripts:
        order = order + 1 if transcript == current else 1
        current = transcript
        orders.append(order)
    return orders


def cell_text(cell: object) -> str:
    """Return a cell as text; None and NaN as an empty text."""
    return cell if isinstance(cell, str) else "" if cell is None or cell != cell else f"{cell}"


def suggestion_columns(
    predictor: Predictor, batch: TextBatch, *, interviewers: Collection[str]
) -> Mapping[str, list[Any]]:
    """Return the cells of each added column, None where there is no suggestion or no reason."""
    columns: dict[str, list[Any]] = {name: [None] * len(batch.texts) for name in ADDED}
    lines = (line for line in batch.lines(interviewers=interviewers) if line.role is Role.PARTICIPANT)
    for predictions in predictor.predictions(lines):
        rows = [int(line.id) for line in predictions.lines]
        for row, reason in zip(rows, predictions.reasons, strict=True):
            columns[ABSTENTION][row] = reason and reason.value
        probabilities = predictions.probabilities[predictions.line, predictions.code].tolist()
        previous, rank = -1, 0
        for i, j, p in zip(predictions.line.tolist(), predictions.code.tolist(), probabilities, strict=True):
            previous, rank = i, rank + 1 if i == previous else 1
            columns[f"code_{rank}"][rows[i]] = predictor.codes[j].id
            columns[f"probability_{rank}"][rows[i]] = p
            columns[f"band_{rank}"][rows[i]] = band(p, supported=bool(predictor.supported[j])).value
    return columns
