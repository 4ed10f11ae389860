"""How codes are spread over interviews: saturation, variation by attributes, codes that come together."""

from autocode.themes._incidence import Incidence
from autocode.themes._saturation import (
    NextInterview,
    Orders,
    Richness,
    Rule,
    Saturation,
    accumulation,
    chao2,
    next_interview,
    rule_in_random_orders,
    saturation,
    saturation_rule,
    saturation_table,
)
from autocode.themes._together import Pair, Together, together
from autocode.themes._variation import Difference, Share, Variation, newcombe, variation, wilson

__all__ = [
    "Difference",
    "Incidence",
    "NextInterview",
    "Orders",
    "Pair",
    "Richness",
    "Rule",
    "Saturation",
    "Share",
    "Together",
    "Variation",
    "accumulation",
    "chao2",
    "newcombe",
    "next_interview",
    "rule_in_random_orders",
    "saturation",
    "saturation_rule",
    "saturation_table",
    "together",
    "variation",
    "wilson",
]
