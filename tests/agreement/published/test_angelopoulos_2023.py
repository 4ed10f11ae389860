"""Angelopoulos et al. (2023). Prediction-powered inference. Science 382; PPI++: Angelopoulos, Duchi & Zrnic (2023).

The papers' data were not at hand: a made-up table of 80 judged and 1,000 unjudged lines, with the numbers of ppi-python
0.2.3.
"""

import numpy as np
import pytest

from autocode.agreement import ppi_mean

Y = np.repeat([0.0, 1.0, 0.0, 1.0], [41, 22, 13, 4])
YHAT = np.repeat([0.0, 1.0, 1.0, 0.0], [41, 22, 13, 4])
UNJUDGED = np.repeat([0.0, 1.0], [646, 354])


@pytest.mark.parametrize(
    ("lam", "weight", "value", "se", "interval"),
    [
        (0.0, 0.0, 0.325, 0.05236590016413353, [0.22236472166027818, 0.4276352783397218]),
        (1.0, 1.0, 0.2415, 0.05221810868846171, [0.13915438762981697, 0.343845612370183]),
        (
            None,
            0.533129541032519,
            0.28048368332378465,
            0.04371910848721983,
            [0.1947958052526344, 0.3661715613949349],
        ),
    ],
)
def test_the_mean_without_with_and_with_tuned_trust_in_the_model(
    lam: float | None, weight: float, value: float, se: float, interval: list[float]
) -> None:
    found = ppi_mean(Y, YHAT, UNJUDGED, lam=lam)

    assert found.weight == pytest.approx(weight, abs=1e-12)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.standard_error == pytest.approx(se, abs=1e-12)
    assert [found.low, found.high] == pytest.approx(interval, abs=1e-12)
