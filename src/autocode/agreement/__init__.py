"""Coefficients of agreement with intervals, reasons where undefined, and the paper each comes from."""

from autocode.agreement._ac1 import gwet_ac1, gwet_ac2
from autocode.agreement._alpha import alpha_gwet_weights, krippendorff_alpha
from autocode.agreement._brennan_prediger import brennan_prediger, pabak
from autocode.agreement._conger import conger_kappa
from autocode.agreement._fleiss import fleiss_kappa
from autocode.agreement._icc import icc
from autocode.agreement._indices import bias_index, prevalence_index
from autocode.agreement._kappa import cohen_kappa, cohen_kappa_max
from autocode.agreement._pairwise import hubert_kappa, light_kappa
from autocode.agreement._percent import percent_agreement
from autocode.agreement._reliability import ReliabilityData
from autocode.agreement._result import RELIABLE_FROM, TENTATIVE_FROM, Agreement, Reliability, Undefined
from autocode.agreement._scott import scott_pi
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
    "alpha_gwet_weights",
    "bias_index",
    "brennan_prediger",
    "cohen_kappa",
    "cohen_kappa_max",
    "conger_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "hubert_kappa",
    "icc",
    "krippendorff_alpha",
    "light_kappa",
    "pabak",
    "percent_agreement",
    "prevalence_index",
    "scott_pi",
    "specific_agreement",
]
