"""The coded lines that a suggester was trained on, as vectors: the nearest ones are shown as evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.codebook import Code, CodeId
from autocode.coding import CoderId, Neighbour
from autocode.suggester._novelty import (
    class_centroids,
    codebook_centroids,
    l2_normalized,
    similarity,
    vocabulary_coverage,
)
from autocode.suggester.features._contributions import TextFeatures
from autocode.suggester.features._inputs import LineInputs, speaker_kind
from autocode.suggester.model._coded_lines import CodedLines
from autocode.transcripts import LineId, TranscriptId

# Coded lines shown as evidence for a suggestion: a coder compares one or two, and does not read more.
NEIGHBOURS = 2
# A coded line with a lower cosine is not shown as evidence, and a line is unlike anything coded where no coded line
# reaches it: they share next to no words.
MIN_COSINE = 0.05
# Coded lines that a line is compared with, at most: with all of them, the time of a line would grow with the study.
MAX_COMPARED = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedExample:
    """A human-coded line that a suggester was trained on and may show as evidence.

    Attributes
    ----------
    line : LineId
        Id of the line.
    transcript : TranscriptId
        Id of its interview.
    role : str
        Kind of speaker, the speaker's label without its number.
    text : str
        The words of the line.
    codes : frozenset of CodeId
        The adjudicated or majority codes.
    coders : tuple of (CodeId, tuple of CoderId)
        The coders who gave each of these codes.
    unjudged : frozenset of CodeId, default empty
        The codes that nobody judged on the line, because they were added, split or redefined since.
    """

    line: LineId
    transcript: TranscriptId
    role: str
    text: str
    codes: frozenset[CodeId]
    coders: tuple[tuple[CodeId, tuple[CoderId, ...]], ...]
    unjudged: frozenset[CodeId] = frozenset()

    def coders_of(self, code: CodeId) -> tuple[CoderId, ...]:
        """Return the coders who gave the line a code.

        Parameters
        ----------
        code : CodeId
            Id of the code.
        """
        return next((coders for given, coders in self.coders if given == code), ())


def coded_examples(table: CodedLines) -> tuple[CodedExample, ...]:
    """Return the coded lines of a table with their codes and coders."""
    examples = []
    for line, applied in zip(table.lines, table.applied, strict=True):
        codes = [code.id for code, is_applied in zip(table.codes, applied, strict=True) if is_applied]
        codings = table.codings.of(line.id)
        coders = tuple(
            (code, tuple(dict.fromkeys(coding.coder for coding in codings if code in coding.codes))) for code in codes
        )
        examples.append(
            CodedExample(
                line=line.id,
                transcript=line.transcript,
                role=speaker_kind(line),
                text=line.text,
                codes=frozenset(codes),
                coders=coders,
                unjudged=table.consensus.unjudged.get(line.id, frozenset()),
            )
        )
    return tuple(examples)


@dataclass(frozen=True, kw_only=True, eq=False)
class ExampleIndex:
    """Coded lines and codebook texts as vectors of their words.

    Speakers are no part of the vectors: else everything that one GP says would be similar to what any GP says.

    Attributes
    ----------
    codes : tuple of Code
        The codes, in the order of the codebook.
    inputs : LineInputs
        What turns texts into features.
    examples : tuple of CodedExample
        The coded lines.
    applied : ndarray of bool, shape (n_examples, n_codes)
        Which codes the coded lines have.
    compared : ndarray of int, shape (n_compared,)
        The coded lines that other lines are compared with.
    vectors : csr_matrix, shape (n_vectors, n_features)
        These lines, scaled to unit length; before the first line is coded, the codebook texts instead.
    centroids : ndarray of float, shape (n_features, n_centroids)
        Means of the coded lines of each code, of those without a code, and of each code's codebook texts.
    """

    codes: tuple[Code, ...]
    inputs: LineInputs
    examples: tuple[CodedExample, ...]
    applied: NDArray[np.bool_]
    compared: NDArray[np.intp]
    vectors: sp.csr_matrix
    centroids: NDArray[np.float64]
    _columns: dict[int | None, sp.csr_matrix] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def from_examples(
        cls,
        examples: Sequence[CodedExample],
        codes: Sequence[Code],
        inputs: LineInputs,
        codebook_texts: Sequence[Sequence[str]],
    ) -> Self:
        """Return the index of coded lines and of the texts that the codebook has for each code."""
        applied = _applied(examples, codes)
        compared = spread(applied, MAX_COMPARED)
        definitions = [text for texts in codebook_texts for text in texts]
        # Before the first line is coded, a line can be similar to the codebook only.
        texts = [examples[i].text for i in compared] or definitions
        vectors = l2_normalized(inputs.text_matrix(texts))
        of_codebook = codebook_centroids(l2_normalized(inputs.text_matrix(definitions)), codebook_texts)
        judged = _judged(examples, codes)
        of_classes = class_centroids(
            vectors,
            np.resize(applied[compared], (len(texts), len(codes))),
            None if judged is None else judged[compared],
        )
        return cls(
            codes=tuple(codes),
            inputs=inputs,
            examples=tuple(examples),
            applied=applied,
            compared=compared,
            vectors=vectors,
            centroids=np.column_stack([of_classes, of_codebook]),
        )

    def extended(self, examples: Sequence[CodedExample]) -> Self:
        """Return the index with more coded lines; the centroids stay those of the lines before.

        Centroids only spare comparisons: a line far from all of them is compared with every coded line, new ones too.
        """
        added = l2_normalized(self.inputs.text_matrix([example.text for example in examples]))
        # The codebook texts, which stand for coded lines before the first one, are not among `compared`.
        vectors = sp.vstack([self.vectors, added], format="csr") if len(self.compared) else added
        n = len(self.examples)
        return replace(
            self,
            examples=(*self.examples, *examples),
            applied=np.concatenate([self.applied, _applied(examples, self.codes)]),
            compared=np.concatenate([self.compared, np.arange(n, n + len(examples))]),
            vectors=vectors,
        )

    def nearest(
        self, rows: sp.csr_matrix, line: NDArray[np.intp], code: NDArray[np.intp]
    ) -> list[tuple[Neighbour, ...]]:
        """Return for pairs of a line and a code the most similar coded lines that have the code, most similar first.

        Parameters
        ----------
        rows : csr_matrix, shape (n_lines, n_features)
            Lines, scaled to unit length.
        line, code : ndarray of int, shape (n_pairs,)
            Row of the line and column of the code.
        """
        shape = (min(NEIGHBOURS, len(self.compared)), len(line))
        cosine, example = np.zeros(shape), np.zeros(shape, dtype=np.intp)
        for j in np.unique(code).tolist():
            with_code = np.flatnonzero(self.applied[self.compared, j])
            pairs = np.flatnonzero(code == j)
            # Only with lines of the code: comparing with all would be most of what suggesting costs.
            cosines = (rows[line[pairs]] @ self._vectors_of(j)).toarray()
            for n in range(min(NEIGHBOURS, len(with_code))):
                best = cosines.argmax(axis=1)
                cosine[n, pairs] = cosines[np.arange(len(pairs)), best]
                example[n, pairs] = self.compared[with_code[best]]
                cosines[np.arange(len(pairs)), best] = -1.0
        return [
            tuple(self._neighbour(i, j, x) for i, x in zip(nearest, values, strict=True) if x > MIN_COSINE)
            for j, nearest, values in zip(code.tolist(), example.T.tolist(), cosine.T.tolist(), strict=True)
        ]

    def similarity(self, features: TextFeatures, rows: sp.csr_matrix) -> NDArray[np.float64]:
        """Return the similarity of lines to anything coded or defined, shape (n_lines,), from 0 to 1.

        Parameters
        ----------
        features : TextFeatures
            Features of the texts.
        rows : csr_matrix, shape (n_lines, n_features)
            The same, scaled to unit length.
        """
        words = self.inputs.words
        coverage = vocabulary_coverage(features.words, words.vocabulary_, np.asarray(words.idf_))
        return similarity(rows, self.centroids, coverage)

    def is_far(self, rows: sp.csr_matrix) -> NDArray[np.bool_]:
        """Return whether no coded line shares enough words with a line, shape (n_lines,).

        Parameters
        ----------
        rows : csr_matrix, shape (n_lines, n_features)
            Lines, scaled to unit length.
        """
        # The mean cosine with the lines of a code is the product with their centroid: where one mean reaches the bound,
        # some line does. Codebook centroids count likewise, for what is defined may be coded. Only the lines that are
        # left are compared one by one. The hundredth allows for rounding.
        far = np.asarray(rows @ self.centroids).max(axis=1, initial=0.0) < MIN_COSINE * 1.01
        doubtful = np.flatnonzero(far)
        far[doubtful] = _row_maxima(rows[doubtful] @ self._vectors_of(None)) < MIN_COSINE
        return np.asarray(far, dtype=np.bool_)

    @cached_property
    def judged(self) -> NDArray[np.bool_] | None:
        """Which codes were judged on the coded lines, shape (n_examples, n_codes); None where all were."""
        return _judged(self.examples, self.codes)

    @property
    def whole_sets(self) -> NDArray[np.bool_]:
        """The codes of the coded lines on which every code was judged, shape (n_lines, n_codes)."""
        return self.applied if self.judged is None else self.applied[self.judged.all(axis=1)]

    @cached_property
    def interviews(self) -> NDArray[np.intp]:
        """Number of the interview of each coded line, from 0, shape (n_examples,)."""
        number: dict[TranscriptId, int] = {}
        return np.array([number.setdefault(e.transcript, len(number)) for e in self.examples], dtype=np.intp)

    @cached_property
    def any_example(self) -> bool:
        """Whether any coded line has a code."""
        return bool(self.applied.any())

    def _vectors_of(self, j: int | None) -> sp.csr_matrix:
        """Return the compared lines that have a code, or all for None, as columns, shape (n_features, n_lines)."""
        if j not in self._columns:
            of_code = self.vectors if j is None else self.vectors[np.flatnonzero(self.applied[self.compared, j])]
            self._columns[j] = of_code.T.tocsr()
        return self._columns[j]

    def _neighbour(self, i: int, j: int, cosine: float) -> Neighbour:
        example = self.examples[i]
        return Neighbour(
            line=example.line,
            transcript=example.transcript,
            text=example.text,
            coders=example.coders_of(self.codes[j].id),
            similarity=cosine,
        )


def spread(applied: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
    """Return the rows of at most `most` coded lines: equal shares of each code and of no code, spread evenly."""
    if len(applied) <= most:
        return np.arange(len(applied))
    member = np.column_stack([applied, ~applied.any(axis=1)])
    chosen = np.zeros(len(applied), dtype=bool)
    # Rare codes first; what they leave is shared by the others.
    for n, j in enumerate(np.argsort(member.sum(axis=0), kind="stable")):
        free = np.flatnonzero(member[:, j] & ~chosen)
        room = (most - int(chosen.sum())) // (member.shape[1] - n)
        chosen[free[np.linspace(0, len(free) - 1, min(room, len(free))).astype(np.intp)]] = True
    return np.flatnonzero(chosen)


def _applied(examples: Sequence[CodedExample], codes: Sequence[Code]) -> NDArray[np.bool_]:
    applied = np.array([[code.id in example.codes for code in codes] for example in examples], dtype=bool)
    return applied.reshape(len(examples), len(codes))


def _row_maxima(matrix: sp.csr_matrix) -> NDArray[np.float64]:
    """Return the greatest value of each row, shape (n_rows,); 0 for a row or a matrix without values."""
    if not matrix.nnz:
        return np.zeros(matrix.shape[0])
    return np.asarray(matrix.max(axis=1).toarray(), dtype=np.float64).ravel()


def _judged(examples: Sequence[CodedExample], codes: Sequence[Code]) -> NDArray[np.bool_] | None:
    if not any(example.unjudged for example in examples):
        return None
    return np.array([[code.id not in example.unjudged for code in codes] for example in examples], dtype=bool)
