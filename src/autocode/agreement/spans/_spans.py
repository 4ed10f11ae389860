"""Spans that coders marked freely in texts, in code points, and the segments between all of their boundaries."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.display import Tabular, displayed
from autocode.errors import AgreementError, Fault
from autocode.frames import Kind

GAP = 0  # the label of what a coder did not mark; labels are numbered from 1
Lengths: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]


@displayed
@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text that one coder marked with one label.

    Attributes
    ----------
    start : int
        The first code point of the span, counted from the beginning of the text.
    end : int
        The first code point after the span.
    label : str
        The code that the coder gave it.
    """

    start: int
    end: int
    label: str

    @property
    def length(self) -> int:
        """The number of code points in the span."""
        return self.end - self.start


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Continuum:
    """One text, and what each coder who read it marked.

    Attributes
    ----------
    name : str
        The name of the text.
    length : int
        Its length in code points.
    marked : mapping of str to tuple of Span
        The spans of each coder, in the order of the text. A coder who read the text and marked nothing has an empty
        tuple; a coder who did not read it is absent.
    """

    name: str
    length: int
    marked: Mapping[str, tuple[Span, ...]]

    def segments(self, index: Mapping[str, int]) -> tuple[Lengths, Labels]:
        """Return the segments between neighbouring boundaries: their lengths, and each coder's label of each.

        Parameters
        ----------
        index : mapping of str to int
            The number of each label, from 1; 0 stands for a gap.

        Returns
        -------
        lengths : ndarray of float, shape (n_segments,)
        labels : ndarray of int, shape (n_coders, n_segments)
        """
        places = {0, self.length}.union(*({s.start, s.end} for spans in self.marked.values() for s in spans))
        bounds = np.array(sorted(places))
        labels = np.full((len(self.marked), len(bounds) - 1), GAP, dtype=np.int64)
        for c, spans in enumerate(self.marked.values()):
            for span in spans:
                first, last = np.searchsorted(bounds, [span.start, span.end])
                labels[c, first:last] = index[span.label]
        return np.diff(bounds).astype(float), labels


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class SpanData(Tabular):
    """What coders marked in one text or several.

    Spans of one coder with the same label never overlap. Spans with different labels may; coefficients that cannot
    take that refuse them, and `only` returns the spans of one label.

    Attributes
    ----------
    continua : tuple of Continuum
        The texts.
    """

    continua: tuple[Continuum, ...]

    def _records(self) -> Iterable[dict[str, object]]:
        for text in self.continua:
            for coder, spans in text.marked.items():
                for span in spans:
                    place = {"start": span.start, "end": span.end, "label": span.label}
                    yield {"text": text.name, "coder": coder} | place

    def _kinds(self) -> dict[str, Kind]:
        return {"text": "text", "coder": "text", "start": "count", "end": "count", "label": "text"}

    @classmethod
    def from_text(
        cls, marked: Mapping[str, Iterable[tuple[int, int, Hashable]]], *, length: int, begin: int = 0
    ) -> Self:
        """Return the data of one text.

        Parameters
        ----------
        marked : mapping of str to iterable of (int, int, hashable)
            For each coder the spans as (start, end, label), where `end` is the first code point after the span.
        length : int
            Number of code points of the text from `begin` on.
        begin : int, default 0
            The number of the first code point of the text.

        Raises
        ------
        AgreementError
            If a span is empty, lies outside the text, or overlaps another span of the same coder and label.

        Examples
        --------
        >>> from autocode.agreement import SpanData
        >>> data = SpanData.from_text({"MO": [(0, 10, "cost")], "RT": [(2, 10, "cost")]}, length=40)
        >>> data.coders, data.labels, data.n_spans
        (('MO', 'RT'), ('cost',), 2)
        """
        return cls.from_texts({"text": (length, marked)}, begin=begin)

    @classmethod
    def from_texts(
        cls,
        texts: Mapping[str, tuple[int | str, Mapping[str, Iterable[tuple[int, int, Hashable]]]]],
        *,
        begin: int = 0,
    ) -> Self:
        """Return the data of several texts.

        Parameters
        ----------
        texts : mapping of str to (int or str, mapping)
            For each text its length in code points, or the text itself, and the spans of each coder as in `from_text`.
        begin : int, default 0
            The number of the first code point of each text.

        Raises
        ------
        AgreementError
            If a span is empty, lies outside its text, or overlaps another span of the same coder and label. All such
            spans are reported at once.
        """
        continua, faults = [], []
        for name, (text, by_coder) in texts.items():
            length = len(text) if isinstance(text, str) else int(text)
            marked = {}
            for coder, triples in by_coder.items():
                spans = sorted(Span(int(s) - begin, int(e) - begin, str(label)) for s, e, label in triples)
                faults += [
                    Fault(
                        f"the span {s.start + begin}-{s.end + begin} of {coder} in {name} is empty or outside, "
                        f"for the text goes from {begin} to {begin + length}; `end` is the first place after the span."
                    )
                    for s in spans
                    if not 0 <= s.start < s.end <= length
                ]
                for label in sorted({s.label for s in spans}):
                    faults += _overlaps([s for s in spans if s.label == label], coder, name, begin)
                marked[coder] = tuple(spans)
            continua.append(Continuum(name=name, length=length, marked=marked))
        AgreementError.raise_if(faults)
        return cls(continua=tuple(continua))

    @property
    def coders(self) -> tuple[str, ...]:
        """All coders who read any of the texts."""
        return tuple(dict.fromkeys(coder for text in self.continua for coder in text.marked))

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels that were used, sorted."""
        return tuple(sorted({s.label for text in self.continua for spans in text.marked.values() for s in spans}))

    @property
    def n_spans(self) -> int:
        """The number of spans that were marked."""
        return sum(len(spans) for text in self.continua for spans in text.marked.values())

    def only(self, label: str) -> Self:
        """Return the spans of one label.

        Parameters
        ----------
        label : str
            The label; if nobody used it, the result has the texts and coders but no spans.
        """
        return type(self)(
            continua=tuple(
                Continuum(
                    name=text.name,
                    length=text.length,
                    marked={coder: tuple(s for s in spans if s.label == label) for coder, spans in text.marked.items()},
                )
                for text in self.continua
            )
        )

    def refuse_overlaps(self) -> None:
        """Raise `AgreementError` if a coder gave two labels to the same code point of a text."""
        AgreementError.raise_if(
            fault
            for text in self.continua
            for coder, spans in text.marked.items()
            for fault in _overlaps(spans, coder, text.name, 0)
        )


def _overlaps(spans: Iterable[Span], coder: str, name: str, begin: int) -> list[Fault]:
    """Return a fault for each span that begins before an earlier one ends; the spans are sorted."""
    faults = []
    before: Span | None = None
    for span in spans:
        if before is not None and span.start < before.end:
            faults.append(
                Fault(
                    f"{coder} marked {before.start + begin}-{before.end + begin} ({before.label}) and "
                    f"{span.start + begin}-{span.end + begin} ({span.label}) in {name}, which overlap; join them, or "
                    "measure one label at a time with `only`."
                )
            )
        if before is None or span.end > before.end:
            before = span
    return faults
