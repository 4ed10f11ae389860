"""Spans that coders marked freely in texts, in code points, and the texts cut where any of them begins or ends."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.errors import AgreementError, Fault

GAP = 0
Lengths: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """What one coder marked: from `start` up to but without `end`, in code points."""

    start: int
    end: int
    label: str

    @property
    def length(self) -> int:
        """How many code points it holds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuum:
    """One text of `length` code points, and what each coder who read it marked, in the order of the text.

    A coder who read it and marked nothing has an empty tuple; a coder who did not read it is not in `marked`.
    """

    name: str
    length: int
    marked: Mapping[str, tuple[Span, ...]]

    def cut(self, index: Mapping[str, int]) -> tuple[Lengths, Labels]:
        """Return the lengths of the pieces between boundaries, and each coder's label of each piece, 0 for a gap.

        Returns
        -------
        lengths : shape (n_pieces,)
        labels : shape (n_coders, n_pieces), an index into the labels
        """
        places = {0, self.length}.union(*({s.start, s.end} for spans in self.marked.values() for s in spans))
        bounds = np.array(sorted(places))
        labels = np.full((len(self.marked), len(bounds) - 1), GAP, dtype=np.int64)
        for c, spans in enumerate(self.marked.values()):
            for span in spans:
                first, last = np.searchsorted(bounds, [span.start, span.end])
                labels[c, first:last] = index[span.label]
        return np.diff(bounds).astype(float), labels


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanData:
    """What coders marked in one text or several.

    A coder's spans of one label never overlap. Spans of different labels may; coefficients that cannot take that
    refuse it, and `only` gives the spans of one label.
    """

    continua: tuple[Continuum, ...]

    @classmethod
    def of(cls, marked: Mapping[str, Iterable[tuple[int, int, Hashable]]], *, length: int, begin: int = 0) -> Self:
        """Return the data of one text: for each coder (start, end, label), where `end` is the first point outside.

        `length` counts the code points of the text from `begin` on.
        """
        return cls.of_texts({"text": (length, marked)}, begin=begin)

    @classmethod
    def of_texts(
        cls,
        texts: Mapping[str, tuple[int | str, Mapping[str, Iterable[tuple[int, int, Hashable]]]]],
        *,
        begin: int = 0,
    ) -> Self:
        """Return the data of several texts: for each its length, or the text itself, and what each coder marked.

        Raises `AgreementError` with every span that is empty, lies outside its text, or overlaps its like.
        """
        continua, faults = [], []
        for name, (text, by_coder) in texts.items():
            length = len(text) if isinstance(text, str) else int(text)
            marked = {}
            for coder, spans in by_coder.items():
                mine = sorted(Span(int(s) - begin, int(e) - begin, str(label)) for s, e, label in spans)
                faults += [
                    Fault(
                        f"the span {s.start + begin}-{s.end + begin} of {coder} in {name} is empty or outside, "
                        f"for the text goes from {begin} to {begin + length}; `end` is the first place after the span."
                    )
                    for s in mine
                    if not 0 <= s.start < s.end <= length
                ]
                for label in sorted({s.label for s in mine}):
                    faults += _overlaps([s for s in mine if s.label == label], coder, name, begin)
                marked[coder] = tuple(mine)
            continua.append(Continuum(name=name, length=length, marked=marked))
        AgreementError.raise_if(faults)
        return cls(continua=tuple(continua))

    @property
    def coders(self) -> tuple[str, ...]:
        """Everybody who read any of the texts."""
        return tuple(dict.fromkeys(coder for c in self.continua for coder in c.marked))

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that was used."""
        return tuple(sorted({s.label for c in self.continua for spans in c.marked.values() for s in spans}))

    @property
    def n_spans(self) -> int:
        """How many spans were marked."""
        return sum(len(spans) for c in self.continua for spans in c.marked.values())

    def only(self, label: str) -> Self:
        """Return the spans of one label."""
        return type(self)(
            continua=tuple(
                Continuum(
                    name=c.name,
                    length=c.length,
                    marked={who: tuple(s for s in spans if s.label == label) for who, spans in c.marked.items()},
                )
                for c in self.continua
            )
        )

    def refuse_overlaps(self) -> None:
        """Raise `AgreementError` where a coder gave one place two labels."""
        AgreementError.raise_if(
            fault
            for c in self.continua
            for who, spans in c.marked.items()
            for fault in _overlaps(spans, who, c.name, 0)
        )


def _overlaps(spans: Iterable[Span], coder: str, name: str, begin: int) -> list[Fault]:
    found = []
    before: Span | None = None
    for span in spans:
        if before is not None and span.start < before.end:
            found.append(
                Fault(
                    f"{coder} marked {before.start + begin}-{before.end + begin} ({before.label}) and "
                    f"{span.start + begin}-{span.end + begin} ({span.label}) in {name}, which overlap; join them, or "
                    "measure one label at a time with `only`."
                )
            )
        if before is None or span.end > before.end:
            before = span
    return found
