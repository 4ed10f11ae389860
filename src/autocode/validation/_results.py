"""The results of a validation: estimates with intervals, as objects, tables and JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autocode.codebook import CodeId
from autocode.display import Tabular, displayed
from autocode.frames import Backend, Frame, columns_of, frame_of
from autocode.frozen import FrozenMapping
from autocode.tables import Table

METRICS = ("R@1", "R@3", "mAP", "microF1", "macroF1", "brier", "ece")


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over splits with its 95 % interval; NaN where nothing could be computed.

    Attributes
    ----------
    mean : float
        The mean over the splits.
    low, high : float
        The percentile interval, from a cluster bootstrap over the held-out interviews.
    """

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        if self.mean != self.mean:
            return "undefined"
        return f"{self.mean:.2f} [{self.low:.2f}, {self.high:.2f}]"

    def to_json(self) -> dict[str, float | None]:
        """Return the three numbers, None where undefined."""
        return {name: _number(getattr(self, name)) for name in ("mean", "low", "high")}


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """How well a suggester trained on the first `n` coded lines does on interviews held out whole.

    Attributes
    ----------
    n : int
        Training lines; the mean over the splits where all of the training part is used.
    seeds : int
        Number of splits that can supply these lines.
    metrics : mapping of str to Estimate
        One estimate per name in `METRICS`.
    baselines : mapping of str to mapping of str to Estimate, default empty
        The same for TF-IDF with logistic regression ("logistic") and for similarity to the codes' definitions
        ("definitions").
    """

    n: int
    seeds: int
    metrics: Mapping[str, Estimate]
    baselines: Mapping[str, Mapping[str, Estimate]] = field(default_factory=lambda: FrozenMapping({}))


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScore:
    """How well one code is suggested, and how well humans agree on it on the same lines.

    Attributes
    ----------
    code : CodeId
        The code.
    name : str
        Its name.
    theme : str
        The name of its theme; empty if it has none.
    n : int
        Test lines that have the code, over all splits.
    precision, recall, f1 : Estimate
        Of the predicted codes.
    average_precision : Estimate
        Of the lines ranked by their score for the code.
    human : Estimate or None, default None
        Krippendorff's alpha among the coders on the test lines; None if no two coders judged any of them.
    model : Estimate or None, default None
        Alpha between the suggester and the coders on the same lines, pooled over coders; or None.
    """

    code: CodeId
    name: str
    theme: str
    n: int
    precision: Estimate
    recall: Estimate
    f1: Estimate
    average_precision: Estimate
    human: Estimate | None = None
    model: Estimate | None = None


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHumanAgreement:
    """Agreement between the suggester and the coders beside agreement among the coders, on the same lines.

    Attributes
    ----------
    human_human : Estimate
        Krippendorff's alpha among the coders.
    model_human : Estimate
        Alpha between the suggester and the coders, pooled over coders; the suggester is never one of the coders.
    what : str
        The coefficient and the lines, in words.
    """

    human_human: Estimate
    model_human: Estimate
    what: str


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Validation(Tabular):
    """How well a suggester does on transcripts it has never seen, see `validate`.

    Attributes
    ----------
    corpus : str
        The name of the study.
    protocol : mapping of str to object
        What was done: lines, interviews, codes, splits, intervals and versions.
    curve : tuple of CurvePoint
        The learning curve, one point per number of training lines.
    codes : tuple of CodeScore
        The codes one by one, for the largest number of training lines.
    human : ModelHumanAgreement or None, default None
        Agreement of sets of codes; None if no two coders judged any test line.
    """

    corpus: str
    protocol: Mapping[str, object]
    curve: tuple[CurvePoint, ...]
    codes: tuple[CodeScore, ...]
    human: ModelHumanAgreement | None = None

    def to_json(self) -> dict[str, object]:
        """Return the results as `autocode validate --json` prints them."""
        return {
            "corpus": self.corpus,
            "protocol": dict(self.protocol),
            "curve": [
                {
                    "n": point.n,
                    "seeds": point.seeds,
                    "metrics": {name: value.to_json() for name, value in point.metrics.items()},
                    "baselines": {
                        method: {name: value.to_json() for name, value in metrics.items()}
                        for method, metrics in point.baselines.items()
                    },
                }
                for point in self.curve
            ],
            "codes": [
                {
                    "code": score.code,
                    "name": score.name,
                    "theme": score.theme,
                    "n": score.n,
                    "precision": score.precision.to_json(),
                    "recall": score.recall.to_json(),
                    "f1": score.f1.to_json(),
                    "average_precision": score.average_precision.to_json(),
                    "human_alpha": None if score.human is None else score.human.to_json(),
                    "model_alpha": None if score.model is None else score.model.to_json(),
                }
                for score in self.codes
            ],
            "human": None
            if self.human is None
            else {
                "what": self.human.what,
                "human_human": self.human.human_human.to_json(),
                "model_human": self.human.model_human.to_json(),
            },
        }

    def rows(self) -> list[tuple[str, ...]]:
        """Return the learning curve as text: a heading, then one row per method and number of training lines."""
        table: list[tuple[str, ...]] = [("N", "method", *METRICS)]
        for point in self.curve:
            methods = {"autocode": point.metrics, **point.baselines}
            table += [(f"{point.n}", name, *(str(m[k]) for k in METRICS)) for name, m in methods.items()]
        return table

    def __str__(self) -> str:
        curve = self._table().text(rules=())
        if self.human is None:
            return curve
        human = f"{self.human.what}: human-human {self.human.human_human}, model-human {self.human.model_human}"
        return f"{curve}\n{human}"

    def _records(self) -> list[dict[str, Any]]:
        return [
            {"n": point.n, "seeds": point.seeds, "method": method, **metrics}
            for point in self.curve
            for method, metrics in {"autocode": point.metrics, **point.baselines}.items()
        ]

    def codes_to_frame(self, *, backend: Backend | None = None) -> Frame:
        """Return the scores of the codes one by one as a data frame; `to_frame` has the learning curve.

        Parameters
        ----------
        backend : {"pandas", "polars", "pyarrow"} or None, default None
            The library of the frame; None for the first of these that is installed.
        """
        return frame_of(columns_of(self.codes), backend=backend)

    def _repr_html_(self) -> str:
        return self._table().html()

    def _table(self) -> Table:
        head, *rows = self.rows()
        return Table(head=head, rows=tuple(rows), keys=2)


def _number(value: float) -> float | None:
    return None if value != value else float(value)
