"""Hayes, A. F. & Krippendorff, K. (2007). Answering the call for a standard reliability measure for coding data.
Communication Methods and Measures 1, 77-89, p. 84: five observers, forty units, ordinal.
"""

import pytest

from autocode.agreement import ReliabilityData, krippendorff_alpha

_SAID = (
    "112-2 112-2 1101- 1101- 2333- 2333- -00-0 000-0 000-0 000-0 102-1 1-20- "
    "222-2 222-2 222-2 2111- -100- 0000- 0000- 1222- 33223 111-1 111-1 111-1 "
    "212-2 1233- 0011- 00-00 12-22 0111- 00010 1212- 1122- 110-0 2121- 22-22 "
    "3222- 223-2 22-12 2222-"
)
UNITS = _SAID.split()


@pytest.fixture
def data() -> ReliabilityData:
    return ReliabilityData.from_table([[None if v == "-" else int(v) for v in row] for row in zip(*UNITS, strict=True)])


def test_ordinal_alpha(data: ReliabilityData) -> None:
    assert krippendorff_alpha(data, distance="ordinal", interval=None).value == pytest.approx(0.7598, abs=5e-5)


def test_the_interval_resamples_units_and_not_single_errors(data: ReliabilityData) -> None:
    # the interval that the SPSS and SAS macros print, [.715, .813], is far too narrow (METHOD, 1.3D)
    found = krippendorff_alpha(data, distance="ordinal", interval="lines", resamples=20_000)

    assert (found.low, found.high) == pytest.approx((0.628, 0.842), abs=1e-2)
