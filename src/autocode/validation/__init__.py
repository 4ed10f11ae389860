"""How a suggester fares on transcripts it has never seen."""

from autocode.validation._protocol import Split, eligible, split
from autocode.validation._results import METRICS, CodeScore, CurvePoint, Estimate, HumanCeiling, Validation
from autocode.validation._validate import validate

__all__ = [
    "METRICS",
    "CodeScore",
    "CurvePoint",
    "Estimate",
    "HumanCeiling",
    "Split",
    "Validation",
    "eligible",
    "split",
    "validate",
]
