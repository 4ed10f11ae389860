"""What a validation found: estimates with intervals, as objects, tables and JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from types import MappingProxyType

from autocode.codebook import CodeId

METRICS = ("R@1", "R@3", "mAP", "microF1", "macroF1", "brier", "ece")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over seeds with its 95 % interval; NaN where nothing could be computed."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """How a suggester trained on the first `n` coded lines does on interviews held out whole.

    Attributes
    ----------
    n : training lines (the mean over seeds where all of a training part is used).
    metrics : one estimate per name in `METRICS`.
    baselines : the same for plain TF-IDF with logistic regression and for the codes' definitions alone.
    """

    n: int
    seeds: int
    metrics: Mapping[str, Estimate]
    baselines: Mapping[str, Mapping[str, Estimate]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScore:
    """How well one code is suggested, and how well humans agree on it on the same lines.

    Attributes
    ----------
    n : test lines that have the code, over all seeds.
    human : Krippendorff's alpha among the human coders on the test lines, or None where fewer than two read them.
    model : mean over the coders of alpha between the suggester and that coder on the same lines, or None.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanCeiling:
    """Human-human beside model-human agreement, same lines, same coefficient."""

    human_human: Estimate
    model_human: Estimate
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """How a suggester fares on transcripts it has never seen."""

    corpus: str
    protocol: Mapping[str, object]
    curve: tuple[CurvePoint, ...]
    codes: tuple[CodeScore, ...]
    human: HumanCeiling | None = None

    def to_json(self) -> dict[str, object]:
        """Return the promised shape of `autocode validate --json`."""
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
        """Return the curve as text: a heading, then one row per method and number of lines."""
        table: list[tuple[str, ...]] = [("N", "method", *METRICS)]
        for point in self.curve:
            methods = {"autocode": point.metrics, **point.baselines}
            table += [(f"{point.n}", name, *(str(m[k]) for k in METRICS)) for name, m in methods.items()]
        return table

    def __str__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        drawn = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        if self.human is not None:
            drawn.append(
                f"{self.human.what}: human-human {self.human.human_human}, model-human {self.human.model_human}"
            )
        return "\n".join(drawn)

    def _repr_html_(self) -> str:
        head, *body = self.rows()
        th = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        trs = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
        return f"<table><thead><tr>{th}</tr></thead><tbody>{trs}</tbody></table>"


def _number(value: float) -> float | None:
    return None if value != value else float(value)
