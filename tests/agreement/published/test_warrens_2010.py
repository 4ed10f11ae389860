"""Warrens, M. J. (2010). Inequalities between multi-rater kappas. Advances in Data Analysis and Classification 4,
271-286, p. 284: eight raters of thirty specimens (O'Malley et al. 2006). Conger's is Hubert's where none is missing.
"""

import pytest

from autocode.agreement import (
    ReliabilityData,
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    hubert_kappa,
    light_kappa,
)

SPECIMENS = ["NNNNNNNN"] * 14 + ["NNNANNNN", "NNNNNNNA"] + ["AAAAAAAA"] * 10
SPECIMENS += ["AANAAAAN", "AANAAAAN", "AANANAAN", "AANANANN"]


def test_four_kappas_of_eight_raters() -> None:
    data = ReliabilityData.from_table(list(zip(*SPECIMENS, strict=True)))

    assert brennan_prediger(data).value == pytest.approx(0.8358, abs=1e-4)
    assert fleiss_kappa(data).value == pytest.approx(0.8324, abs=6e-5)
    assert light_kappa(data).value == pytest.approx(0.8325, abs=1e-4)
    assert hubert_kappa(data).value == pytest.approx(0.8326, abs=5e-5)
    assert conger_kappa(data).value == pytest.approx(hubert_kappa(data).value, abs=1e-12)
