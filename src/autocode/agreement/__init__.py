"""Coefficients of agreement with intervals, reasons where undefined, and the paper each comes from."""

from autocode.agreement._result import (
    ENOUGH_INTERVIEWS,
    RELIABLE_FROM,
    TENTATIVE_FROM,
    Agreement,
    Reliability,
    Undefined,
)
from autocode.agreement.coefficients._ac1 import gwet_ac1, gwet_ac2
from autocode.agreement.coefficients._alpha import alpha_gwet_weights, krippendorff_alpha
from autocode.agreement.coefficients._benchmark import Membership, cumulative_membership
from autocode.agreement.coefficients._brennan_prediger import brennan_prediger, pabak
from autocode.agreement.coefficients._conger import conger_kappa
from autocode.agreement.coefficients._fleiss import fleiss_kappa
from autocode.agreement.coefficients._icc import icc
from autocode.agreement.coefficients._indices import bias_index, prevalence_index
from autocode.agreement.coefficients._kappa import cohen_kappa, cohen_kappa_max
from autocode.agreement.coefficients._pairwise import hubert_kappa, light_kappa
from autocode.agreement.coefficients._percent import percent_agreement
from autocode.agreement.coefficients._qualcoder import qualcoder_kappa
from autocode.agreement.coefficients._scott import scott_pi
from autocode.agreement.coefficients._specific import specific_agreement
from autocode.agreement.data._reliability import ReliabilityData
from autocode.agreement.intervals._methods import Interval
from autocode.agreement.models._alt_test import AltTest, alt_test, benjamini_yekutieli
from autocode.agreement.models._anchoring import Adoption, AnchoringAudit, anchoring_audit
from autocode.agreement.models._human_ceiling import Ceiling, HumanCeiling, human_ceiling
from autocode.agreement.models._model_data import model_pairs
from autocode.agreement.models._model_table import ModelAgreement, ModelTable, model_table
from autocode.agreement.planning._cohen import lines_cantor, lines_flack
from autocode.agreement.planning._donner import lines_by_interval, lines_by_power, lower_limit
from autocode.agreement.planning._half_width import (
    Plan,
    kappa_variance,
    lines_for_half_width,
    lines_for_lower_bound,
    lines_from_pilot,
    lines_from_standard_error,
)
from autocode.agreement.planning._pilot import lines_for_bound_from_pilot
from autocode.agreement.sampling._code_prevalence import code_prevalence, code_prevalence_by
from autocode.agreement.sampling._estimators import Prevalence, dsl_mean, ppi_mean, prevalence, prevalence_by
from autocode.agreement.sampling._sampler import draw_sample
from autocode.agreement.sampling._unfound import Unfound, estimate_unfound
from autocode.agreement.spans._alpha_u_2004 import alpha_u_2004
from autocode.agreement.spans._gamma import Alignment, best_alignment, gamma, gamma_cat
from autocode.agreement.spans._segmentation import (
    boundary_similarity,
    pk,
    segmentation_kappa,
    segmentation_pi,
    window_diff,
)
from autocode.agreement.spans._spans import Continuum, Span, SpanData
from autocode.agreement.spans._u_alpha import cu_alpha, ku_alpha, u_alpha, u_alpha_binary
from autocode.agreement.teams._alpha_changes import AlphaChange, MergeComparison, alpha_changes, compare_merge
from autocode.agreement.teams._coders import CoderMatrix, coder_matrix, first_and_second, leave_one_coder_out, stability
from autocode.agreement.teams._disagreements import DisagreeingUnit, Disagreement, disagreeing_units, disagreements
from autocode.agreement.teams._drift import Period, drift
from autocode.agreement.teams._table import AgreementTable, CodeAgreement, agreement_table
from autocode.agreement.teams._verdict import lines_for_verdict, missing_evidence, verdict

__all__ = [
    "ENOUGH_INTERVIEWS",
    "RELIABLE_FROM",
    "TENTATIVE_FROM",
    "Adoption",
    "Agreement",
    "AgreementTable",
    "Alignment",
    "AlphaChange",
    "AltTest",
    "AnchoringAudit",
    "Ceiling",
    "CodeAgreement",
    "CoderMatrix",
    "Continuum",
    "DisagreeingUnit",
    "Disagreement",
    "HumanCeiling",
    "Interval",
    "Membership",
    "MergeComparison",
    "ModelAgreement",
    "ModelTable",
    "Period",
    "Plan",
    "Prevalence",
    "Reliability",
    "ReliabilityData",
    "Span",
    "SpanData",
    "Undefined",
    "Unfound",
    "agreement_table",
    "alpha_changes",
    "alpha_gwet_weights",
    "alpha_u_2004",
    "alt_test",
    "anchoring_audit",
    "benjamini_yekutieli",
    "best_alignment",
    "bias_index",
    "boundary_similarity",
    "brennan_prediger",
    "code_prevalence",
    "code_prevalence_by",
    "coder_matrix",
    "cohen_kappa",
    "cohen_kappa_max",
    "compare_merge",
    "conger_kappa",
    "cu_alpha",
    "cumulative_membership",
    "disagreeing_units",
    "disagreements",
    "draw_sample",
    "drift",
    "dsl_mean",
    "estimate_unfound",
    "first_and_second",
    "fleiss_kappa",
    "gamma",
    "gamma_cat",
    "gwet_ac1",
    "gwet_ac2",
    "hubert_kappa",
    "human_ceiling",
    "icc",
    "kappa_variance",
    "krippendorff_alpha",
    "ku_alpha",
    "leave_one_coder_out",
    "light_kappa",
    "lines_by_interval",
    "lines_by_power",
    "lines_cantor",
    "lines_flack",
    "lines_for_bound_from_pilot",
    "lines_for_half_width",
    "lines_for_lower_bound",
    "lines_for_verdict",
    "lines_from_pilot",
    "lines_from_standard_error",
    "lower_limit",
    "missing_evidence",
    "model_pairs",
    "model_table",
    "pabak",
    "percent_agreement",
    "pk",
    "ppi_mean",
    "prevalence",
    "prevalence_by",
    "prevalence_index",
    "qualcoder_kappa",
    "scott_pi",
    "segmentation_kappa",
    "segmentation_pi",
    "specific_agreement",
    "stability",
    "u_alpha",
    "u_alpha_binary",
    "verdict",
    "window_diff",
]
