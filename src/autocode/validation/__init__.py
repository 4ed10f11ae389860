"""How a suggester fares on transcripts it has never seen."""

from autocode.validation._results import METRICS, CodeScore, CurvePoint, Estimate, HumanCeiling, Validation

__all__ = ["METRICS", "CodeScore", "CurvePoint", "Estimate", "HumanCeiling", "Validation"]
