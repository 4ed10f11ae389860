"""The suggester's model as a scikit-learn classifier of texts."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Self

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from autocode.arguments import refuse_single_text
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings, Consensus
from autocode.doctext import documented
from autocode.suggester.features._embeddings import Encoding
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._hyperparameters import DEFAULTS
from autocode.suggester.model._model import LineModel, fit
from autocode.transcripts import Line, LineId, Role, TranscriptId
from autocode.wording import count_of

# The distance between the texts of one group: beyond any context window, so that none is another's context.
_SPACING = 1 + max(window.reach for window in (*DEFAULTS.line_contexts, DEFAULTS.codebook_context))


@documented
class LineClassifier(ClassifierMixin, BaseEstimator):
    """A scikit-learn classifier of texts: the same model that `train` fits, without a study around it.

    Parameters
    ----------
    definitions : mapping of class to str, default None
        What classes mean, by class; used like examples of them. Classes may be left out.
    language : str, default "en"
        The language of the texts: any that spaCy can tokenize.
    encoder : Encoding or None, default None
        A sentence encoder, as `train` takes it.
    random_state : int, default 0
        Random seed; the same seed gives the same model.
    {n_jobs}

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        The classes, in the order of the columns of `predict_proba`.
    model_ : LineModel
        The fitted model.

    Notes
    -----
    `X` is a list, array or Series of texts; or two columns, the text and its speaker (an array, a list of pairs or a
    data frame), if it matters who speaks. `y` holds one label per text; or a 0/1 indicator, shape (n_texts, n_classes);
    or a set of labels per text. `predict` returns the same kind. `groups`, such as interviews, are kept together in the
    folds of the calibration; give them to `cross_val_score` as well, with `GroupKFold`. Each text is classified by
    itself: unlike in `Suggester`, neighbouring texts are no context.

    Examples
    --------
    >>> from autocode import LineClassifier
    >>> texts = ["There is nowhere to park.", "The phone rings out.", "The car park is full.", "Nobody picks up."]
    >>> classifier = LineClassifier().fit(texts, ["parking", "phones", "parking", "phones"])
    >>> print(*classifier.predict(["I drove round to find a car park."]))
    parking
    """

    model_: LineModel
    classes_: NDArray[Any]

    def __init__(
        self,
        *,
        definitions: Mapping[Any, str] | None = None,
        language: str = "en",
        encoder: Encoding | None = None,
        random_state: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.definitions = definitions
        self.language = language
        self.encoder = encoder
        self.random_state = random_state
        self.n_jobs = n_jobs

    @documented
    def fit(self, X: Any, y: Any, groups: Sequence[Hashable] | None = None) -> Self:
        """Fit the model to texts and their labels.

        Parameters
        ----------
        {X}
        y : list or array
            A label, a set of labels or a 0/1 row per text.
        groups : sequence of hashable or None, default None
            What belongs together, such as interviews; None for texts that are independent of each other.

        Raises
        ------
        ValueError
            If there is no text, the lengths differ, or a definition is of no class.
        """
        texts, speakers = _texts(X)
        self._kind, self.classes_, applied = _labels(y)
        if not texts:
            raise ValueError("there is no text to learn from; give at least 1 sample.")
        groups_of = [f"{i}" for i in range(len(texts))] if groups is None else [f"{group}" for group in _listed(groups)]
        for name, n in (("y", len(applied)), ("groups", len(groups_of))):
            if n != len(texts):
                raise ValueError(f"X holds {count_of(len(texts), 'text')} and {name} {n}; give one for each text.")
        definitions = dict(self.definitions or {})
        unknown = [name for name in definitions if name not in self.classes_.tolist()]
        if unknown:
            raise ValueError(
                f"definitions has {unknown[0]!r}, which is no class; the classes are {list(self.classes_)}."
            )
        codes = [
            Code(id=CodeId(f"{j}"), name=f"{name}", definition=definitions.get(name, ""))
            for j, name in enumerate(self.classes_.tolist())
        ]
        table = CodedLines(
            lines=tuple(_lines(texts, speakers, groups_of)),
            codes=tuple(codes),
            applied=applied,
            codings=Codings(),
            consensus=Consensus(codes={}, rules={}),
        )
        self.model_ = fit(
            table,
            Codebook(codes),
            language=self.language,
            encoder=self.encoder,
            seed=self.random_state,
            n_jobs=self.n_jobs,
        )
        return self

    @documented
    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return calibrated log-odds, shape (n_texts, n_classes); for two exclusive classes the difference, (n_texts,).

        Parameters
        ----------
        {X}
        """
        model = self._model()
        scores = model.calibration.log_odds(model.scores(_lines(*_texts(X))))
        exclusive = self._kind == "labels" and len(self.classes_) == 2
        return scores[:, 1] - scores[:, 0] if exclusive else scores

    @documented
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities, shape (n_texts, n_classes); those of exclusive classes add up to 1.

        Parameters
        ----------
        {X}
        """
        p = self._model().probabilities(_lines(*_texts(X)))
        return p / p.sum(axis=1, keepdims=True) if self._kind == "labels" else p

    @documented
    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each text, or the classes above their thresholds, in the kind of `y`.

        Parameters
        ----------
        {X}
        """
        p = self.predict_proba(X)
        if self._kind == "labels":
            return np.asarray(self.classes_[p.argmax(axis=1)])
        applied = p >= self._model().thresholds.codes
        if self._kind == "indicator":
            return applied.astype(np.int64)
        sets = np.empty(len(applied), dtype=object)
        sets[:] = [frozenset(self.classes_[row].tolist()) for row in applied]
        return sets

    @documented
    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy: the share of texts whose label, or whole set of labels, is right.

        Parameters
        ----------
        {X}
        y : list or array
            The true labels, in the kind that the classifier was fitted to.
        sample_weight : array of float, shape (n_texts,), default None
            Weights of the texts.
        """
        if self._kind != "sets":
            return float(super().score(X, y, sample_weight))
        correct = [set(a) == set(b) for a, b in zip(self.predict(X), _listed(y), strict=True)]
        return float(np.average(correct, weights=sample_weight))

    def _model(self) -> LineModel:
        check_is_fitted(self, "model_")
        return self.model_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags


def _listed(values: Any) -> list[Any]:
    return list(values.tolist() if isinstance(values, np.ndarray) else values)


def _texts(X: Any) -> tuple[list[str], list[str] | None]:
    """Return texts and, if there are two columns, speakers."""
    refuse_single_text("X", X)
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        columns = [frame[name].to_list() for name in frame.columns]
    else:
        rows = _listed(X)
        paired = bool(rows) and all(isinstance(row, list | tuple) for row in rows)
        columns = [list(column) for column in zip(*rows, strict=True)] if paired else [rows]
    if len(columns) not in (1, 2):
        raise ValueError(f"X has {count_of(len(columns), 'column')}; give the texts, or the texts and their speakers.")
    for cell in (cell for column in columns for cell in column):
        if not isinstance(cell, str):
            raise ValueError(f"X must hold texts, not {type(cell).__name__}; convert them, or leave empty ones as ''.")
    return columns[0], columns[1] if len(columns) == 2 else None


def _lines(
    texts: Sequence[str], speakers: Sequence[str] | None = None, groups: Sequence[str] | None = None
) -> list[Line]:
    """Return texts as lines; without groups, each is an interview of its own."""
    return [
        Line(
            id=LineId(f"{i}"),
            transcript=TranscriptId(f"{i}" if groups is None else groups[i]),
            # Negative: how far into an interview the text is, is unknown.
            order=-_SPACING * (i + 1),
            speaker="" if speakers is None else speakers[i],
            role=Role.PARTICIPANT,
            text=text,
            start=0,
            end=len(text),
        )
        for i, text in enumerate(texts)
    ]


def _labels(y: Any) -> tuple[str, NDArray[Any], NDArray[np.bool_]]:
    """Return the kind of labels, the classes, and which text has which, shape (n_texts, n_classes)."""
    frame = nw.from_native(y, eager_only=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        y = frame.to_numpy()
    table = y.toarray() if hasattr(y, "toarray") else y
    if getattr(table, "ndim", 1) == 2 or (isinstance(y, list) and y and isinstance(y[0], list)):
        indicator = np.asarray(table)
        if not np.isin(indicator, (0, 1)).all():
            raise ValueError("a y of two dimensions must hold 0 and 1 only: which text has which class.")
        return "indicator", np.arange(indicator.shape[1]), indicator.astype(bool)
    listed = _listed(y)
    if listed and all(isinstance(label, set | frozenset | tuple) for label in listed):
        classes = sorted({label for labels in listed for label in labels})
        applied = [[label in labels for label in classes] for labels in listed]
        return "sets", np.array(classes), np.array(applied, dtype=bool).reshape(len(listed), len(classes))
    if any(label is None or label != label for label in listed):
        raise ValueError("y holds a missing label; leave such texts out.")
    names, number = np.unique(np.asarray(listed), return_inverse=True)
    return "labels", names, np.asarray(number.reshape(-1, 1) == np.arange(len(names)), dtype=np.bool_)
