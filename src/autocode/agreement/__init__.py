"""Coefficients of agreement with intervals, reasons where undefined, and the paper each comes from."""

from autocode.agreement._ac1 import gwet_ac1
from autocode.agreement._alpha import krippendorff_alpha
from autocode.agreement._kappa import cohen_kappa
from autocode.agreement._percent import percent_agreement
from autocode.agreement._reliability import ReliabilityData
from autocode.agreement._result import RELIABLE_FROM, TENTATIVE_FROM, Agreement, Reliability, Undefined
from autocode.agreement._specific import specific_agreement
from autocode.agreement._table import AgreementTable, CodeAgreement, agreement_table

__all__ = [
    "RELIABLE_FROM",
    "TENTATIVE_FROM",
    "Agreement",
    "AgreementTable",
    "CodeAgreement",
    "Reliability",
    "ReliabilityData",
    "Undefined",
    "agreement_table",
    "cohen_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "percent_agreement",
    "specific_agreement",
]
