"""A trained suggester: what other rooms ask for suggestions, explanations and tables."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autocode.arguments import no_single_text
from autocode.codebook import Code, CodeId
from autocode.coding import Abstention, Suggestion, SuggestionBatch
from autocode.doctext import documented
from autocode.errors import TrainingError
from autocode.suggester._evidence import CodebookVocabulary
from autocode.suggester._example_index import CodedExample, ExampleIndex
from autocode.suggester._explanation import Explanation, explain
from autocode.suggester._model_digest import model_digest
from autocode.suggester._novelty import l2_normalized
from autocode.suggester._policy import SuggestionPolicy
from autocode.suggester._predicting import predictions
from autocode.suggester._predictions import Predictions
from autocode.suggester._promises import (
    MIN_INTERVIEWS,
    Promise,
    PromiseMet,
    PromiseRefused,
    certify,
    thresholds_for,
)
from autocode.suggester._quality import CodeQuality
from autocode.suggester._readiness import UnsupportedCode
from autocode.suggester._suggestions import suggest, suggestions_from
from autocode.suggester.bulk._frames import Frame, suggest_frame
from autocode.suggester.bulk._large_tables import ROWS, TableSummary, suggest_table
from autocode.suggester.model._label_sets import CodeSets
from autocode.suggester.model._model import LineModel
from autocode.transcripts import INTERVIEWERS, Line, LineId
from autocode.wording import count_of


@no_single_text
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Suggester:
    """Suggests codes for lines that nobody has coded; made by `train` or `open_suggester`, and never changed.

    Attributes
    ----------
    model : LineModel
        The fitted model.
    index : ExampleIndex
        The coded lines, which are shown as evidence.
    vocabulary : CodebookVocabulary
        The codebook's texts and their words.
    codebook_digest : str
        Digest of the codebook that it was trained with.
    learnt_from : str
        How many lines it was trained on, and by which rule their codes were determined, as a part of a sentence.
    notes : tuple of str
        Sentences about the suggester as a whole: that it rests on definitions only, or what it promises.
    seed : int
        Random seed of the training.
    quality : tuple of CodeQuality
        Precision and recall of each code on held-out lines; empty for format 1.
    unsupported : tuple of UnsupportedCode
        Codes that are not yet supported by coded examples, and how many more would help.
    novelty_threshold : float
        Similarity below which a line is unlike anything coded, if no code reaches its threshold.
    cross_validated_probabilities : ndarray of float, shape (n_examples, n_codes)
        Probabilities by models not trained on the line's fold, on which promises rest; empty without a promise.
    withheld : frozenset of CodeId, default empty
        Codes that it does not suggest any more, as they ended or mean something else since the training.

    Examples
    --------
    >>> import autocode as ac
    >>> codes = [
    ...     ac.Code(id="parking", name="Parking", definition="No room for the car."),
    ...     ac.Code(id="phones", name="Telephones", definition="Calls that nobody answers."),
    ... ]
    >>> suggester = ac.train(ac.Codings(), [], ac.Codebook(codes))
    >>> [row] = suggester.suggest_frame(["There is no room for the car."])
    >>> row["code_1"], row["band_1"]
    ('parking', 'weak')
    """

    model: LineModel
    index: ExampleIndex
    vocabulary: CodebookVocabulary
    codebook_digest: str
    learnt_from: str
    notes: tuple[str, ...]
    seed: int
    quality: tuple[CodeQuality, ...] = ()
    unsupported: tuple[UnsupportedCode, ...] = ()
    novelty_threshold: float = 0.0
    cross_validated_probabilities: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    withheld: frozenset[CodeId] = frozenset()

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes that it suggests, in the order of the codebook."""
        return self.index.codes

    @property
    def examples(self) -> tuple[CodedExample, ...]:
        """The coded lines that it was trained on."""
        return self.index.examples

    @property
    def codebook_texts(self) -> tuple[tuple[str, ...], ...]:
        """What the codebook says of each code: its names and definition, then its examples."""
        return self.vocabulary.texts

    @property
    def language(self) -> str:
        """The language of the lines, as spaCy names it."""
        return self.model.inputs.language

    @cached_property
    def supported(self) -> NDArray[np.bool_]:
        """Which codes are supported by coded examples, shape (n_codes,)."""
        unsupported = {code.code for code in self.unsupported}
        return np.array([code.id not in unsupported for code in self.codes], dtype=bool)

    @cached_property
    def policy(self) -> SuggestionPolicy:
        """The rules by which codes are suggested."""
        return SuggestionPolicy(
            thresholds=self.model.thresholds,
            supported=self.supported,
            novelty_threshold=self.novelty_threshold,
            any_example=self.index.any_example,
            withheld=np.array([code.id in self.withheld for code in self.codes]) if self.withheld else None,
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the model, the codes and the coded lines: of all that suggestions follow from."""
        return model_digest(
            self.model,
            codes=self.codes,
            examples=self.examples,
            codebook_digest=self.codebook_digest,
            novelty_threshold=self.novelty_threshold,
            unsupported=self.unsupported,
        )

    def promise(self, promise: Promise | str) -> PromiseMet | PromiseRefused:
        """Return the promise with the threshold that keeps it on other interviews, or what is missing.

        Parameters
        ----------
        promise : Promise or str
            What is to be promised, such as "precision=0.8".
        """
        asked = Promise.parse(promise) if isinstance(promise, str) else promise
        probabilities, interviews = self.cross_validated_probabilities, self.index.interviews
        if len(probabilities) != len(self.examples) and interviews.max(initial=-1) + 1 >= MIN_INTERVIEWS:
            why = "this suggester was not cross-validated; train it with a promise."
            return PromiseRefused(promise=asked, why=why)
        return certify(asked, probabilities, self.index.applied, interviews, judged=self.index.judged, seed=self.seed)

    def with_promise(self, promise: Promise | str) -> "Suggester":
        """Return this suggester with the thresholds that keep a promise.

        Parameters
        ----------
        promise : Promise or str
            What is to be promised, such as "precision=0.8".

        Raises
        ------
        TrainingError
            If the promise is refused.
        """
        answer = self.promise(promise)
        if isinstance(answer, PromiseRefused):
            raise TrainingError(str(answer))
        model = replace(self.model, thresholds=thresholds_for(answer, self.model.thresholds))
        return replace(self, model=model, notes=(*self.notes, f"{answer}."))

    def scores(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return scores in log-odds before calibration, shape (n_lines, n_codes).

        Parameters
        ----------
        lines : sequence of Line
            The lines, together with those that may be their context.
        """
        return self.model.scores(lines)

    def probabilities(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_lines, n_codes).

        Parameters
        ----------
        lines : sequence of Line
            The lines, together with those that may be their context.
        """
        return self.model.probabilities(lines)

    def similarity(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return the similarity of lines to anything coded or defined, shape (n_lines,), from 0 to 1.

        Parameters
        ----------
        lines : sequence of Line
            The lines. Below `novelty_threshold`, a line may be about something that has no code yet.
        """
        features = self.model.decompose(lines).text_features
        return self.index.similarity(features, l2_normalized(features.rows))

    def would_code(self, lines: Sequence[Line]) -> dict[LineId, frozenset[CodeId]]:
        """Return the set of codes that it would give each line if it were a coder, to measure agreement with coders.

        Of the sets that humans gave so far, of single codes and no code, it is the one with the highest expected
        chance-corrected agreement (MASI) with a coder. It is no coding and no suggestion: it is not shown to anybody.

        Parameters
        ----------
        lines : sequence of Line
            The lines, together with those that may be their context.
        """
        best = CodeSets.from_coded_lines(self.index.whole_sets).best(self.probabilities(lines))
        return {
            line.id: frozenset(code.id for code, is_given in zip(self.codes, row, strict=True) if is_given)
            for line, row in zip(lines, best, strict=True)
        }

    def suggest(
        self,
        lines: Iterable[Line],
        *,
        promise: Promise | str | None = None,
        at: datetime | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> SuggestionBatch:
        """Return suggestions, or an abstention with its reason, for every participant's line.

        Parameters
        ----------
        lines : iterable of Line
            The lines. Interviewers' lines are left out, repeated ones counted once.
        promise : Promise, str or None, default None
            A promise to keep, such as "precision=0.8".
        at : datetime or None, default None
            Time of the batch; None for now.
        progress : callable or None, default None
            Called with the number of lines done and of all lines.

        Raises
        ------
        TrainingError
            If the promise is refused.
        """
        suggester = self if promise is None else self.with_promise(promise)
        return suggest(suggester, lines, at=at, progress=progress)

    def predictions(self, lines: Iterable[Line]) -> Iterator[Predictions]:
        """Yield predictions for batches of lines, in memory that does not grow with their number.

        Parameters
        ----------
        lines : iterable of Line
            The lines of each transcript in their order, one after the other.
        """
        return predictions(self.model, self.index, self.policy, lines)

    def suggestions_from(self, predictions: Predictions) -> list[list[Suggestion] | Abstention]:
        """Return for each line its suggestions with their evidence, or the reason why there are none.

        Parameters
        ----------
        predictions : Predictions
            A batch of predictions by this suggester.
        """
        return suggestions_from(
            predictions, model=self.model, index=self.index, vocabulary=self.vocabulary, supported=self.supported
        )

    def explain(self, line: Line, code: str, *, around: Sequence[Line] = ()) -> Explanation:
        """Return what the score of a code for a line is made of, and what would change the prediction.

        Parameters
        ----------
        line : Line
            The line.
        code : str
            Id of the code.
        around : sequence of Line, default ()
            Lines of the same transcript: those in the context window have a share in the score.

        Raises
        ------
        ValueError
            If the suggester does not know the code.
        """
        return explain(self.model, self.codes, self.vocabulary.words, line, code, around=around)

    @documented
    @no_single_text
    def suggest_frame(
        self,
        frame: Frame,
        *,
        text: str = "text",
        speaker: str | None = None,
        transcript: str | None = None,
        interviewers: Collection[str] = INTERVIEWERS,
    ) -> Frame:
        """Return a data frame of the same kind with suggestions in additional columns.

        Added are `code_1`, `probability_1`, `band_1` up to `band_3`, and `abstention`, the reason why a row has no
        suggestion; all empty in interviewers' rows. Nothing is recorded, and there is no evidence: for suggestions to
        be reviewed see `suggest`.

        Parameters
        ----------
        frame : data frame or list of str
            A frame of pandas, polars, pyarrow or any other library that narwhals reads. For a list of texts, a list of
            rows (dicts) is returned.
        {columns}

        Raises
        ------
        ValueError
            If a column is missing, or a column to be added is there already.
        """
        return suggest_frame(self, frame, text=text, speaker=speaker, transcript=transcript, interviewers=interviewers)

    @documented
    @no_single_text
    def suggest_table(
        self,
        source: Path | str,
        target: Path | str,
        *,
        text: str = "text",
        speaker: str | None = None,
        transcript: str | None = None,
        interviewers: Collection[str] = INTERVIEWERS,
        rows_at_once: int = ROWS,
        n_jobs: int | None = None,
        force: bool = False,
        progress: Callable[[int, int], object] | None = None,
    ) -> TableSummary:
        """Write a table with suggestions in additional columns, as `suggest_frame` does, and return what was done.

        Memory does not grow with the rows. Finished parts are stored beside the target: the same call after a crash
        continues from there and ends in the same bytes.

        Parameters
        ----------
        source : Path or str
            The table, .csv or .parquet.
        target : Path or str
            The table to write, .csv or .parquet.
        {columns}
        rows_at_once : int, default 10000
            Number of rows in a part.
        {n_jobs}
        force : bool, default False
            Whether an existing target, or the parts of another run, may be replaced.
        progress : callable or None, default None
            Called with the number of rows done and of all rows.

        Raises
        ------
        TranscriptError
            If the source is no such table or lacks a column.
        StudyError
            If the target exists, or there are parts of another run, and `force` is not given.
        """
        return suggest_table(
            self,
            source,
            target,
            text=text,
            speaker=speaker,
            transcript=transcript,
            interviewers=interviewers,
            rows_at_once=rows_at_once,
            n_jobs=n_jobs,
            force=force,
            progress=progress,
        )

    def __repr__(self) -> str:
        return f"<Suggester for {count_of(len(self.codes), 'code')}, {self.learnt_from}>"
