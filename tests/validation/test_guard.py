"""The suggester ranks no worse than what it has to beat, on real coded lines."""

import os
from pathlib import Path

import pytest

from autocode.exchange import PlainCorpus, read_corpus
from autocode.validation import validate

ROOT = Path(__file__).parents[2]
THINK_ALOUD = ROOT.parent / "shared" / "corpora" / "serdif_thinkaloud"
SAMPLE = ROOT / "corpora" / "integration-barriers"


@pytest.fixture(scope="module")
def think_aloud() -> PlainCorpus:
    if not THINK_ALOUD.exists() and os.environ.get("CI") != "true":
        pytest.skip("the think-aloud corpus lies beside the checkout, in ../shared/corpora, and is not here")
    return read_corpus(THINK_ALOUD)


# On the think-aloud sessions every model that was tried without a blend ranked below the definitions at 50 lines.
@pytest.mark.parametrize(("study", "n"), [("think_aloud", 50), ("think_aloud", 250), ("sample", 50), ("sample", 250)])
def test_held_out_lines_are_ranked_no_worse_than_by_definitions_alone_or_by_logistic_regression(request, study, n):
    codings, lines, codebook = request.getfixturevalue(study)
    (point,) = validate(codings, lines, codebook, learn=[n], seeds=2, seed=10, resamples=1, min_uses=5).curve
    ours = point.metrics["R@3"].mean

    assert ours > point.baselines["definitions"]["R@3"].mean
    assert ours > point.baselines["logistic"]["R@3"].mean
