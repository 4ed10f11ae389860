"""How well a suggester does on transcripts it has never seen."""

from autocode.validation._intervals import interview_draws, mean_over_splits
from autocode.validation._metrics import Predictions, measure
from autocode.validation._protocol import MIN_USES, Split, eligible, split
from autocode.validation._results import METRICS, CodeScore, CurvePoint, Estimate, ModelHumanAgreement, Validation
from autocode.validation._validate import validate

__all__ = [
    "METRICS",
    "MIN_USES",
    "CodeScore",
    "CurvePoint",
    "Estimate",
    "ModelHumanAgreement",
    "Predictions",
    "Split",
    "Validation",
    "eligible",
    "interview_draws",
    "mean_over_splits",
    "measure",
    "split",
    "validate",
]
