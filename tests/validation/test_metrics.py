"""Our metrics are those of others: of scikit-learn, and of a plain loop over lines."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score

from autocode.validation._metrics import Predictions, average_precision, measure, per_code

SEEDS = st.integers(0, 2**32 - 1)


def predictions_of(seed: int, *, lines: int = 30, codes: int = 4, positives: float = 0.3) -> Predictions:
    """Return predictions with many ties among their scores."""
    rng = np.random.default_rng(seed)
    p = rng.integers(0, 7, size=(lines, codes)) / 6
    return Predictions(
        truth=rng.random((lines, codes)) < positives, scores=p, predicted=p >= rng.random(codes), probabilities=p
    )  # fmt: skip


def times_of(seed: int, *, lines: int = 30, resamples: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4, size=(resamples, lines)).astype(float)


def once(predictions: Predictions) -> dict[str, float]:
    return {name: float(v[0]) for name, v in measure(predictions, np.ones((1, len(predictions.truth)))).items()}


@given(seed=SEEDS)
def test_average_precision_is_that_of_scikit_learn_with_sample_weights(seed):
    predictions, weights = predictions_of(seed, codes=1), times_of(seed)
    truth, score = predictions.truth[:, 0], predictions.scores[:, 0]

    for w, ours in zip(weights, average_precision(truth, score, weights), strict=True):
        if w @ truth:
            assert ours == pytest.approx(average_precision_score(truth, score, sample_weight=w))
        else:
            assert np.isnan(ours)


@given(seed=SEEDS)
def test_map_is_the_mean_over_codes_with_a_positive(seed):
    predictions = predictions_of(seed, positives=0.05)
    seen = np.flatnonzero(predictions.truth.any(axis=0))
    each = [average_precision_score(predictions.truth[:, j], predictions.scores[:, j]) for j in seen]

    assert once(predictions)["mAP"] == pytest.approx(np.mean(each) if each else np.nan, nan_ok=True)


@given(seed=SEEDS, k=st.sampled_from([1, 3]))
def test_recall_at_k_is_the_share_of_a_lines_codes_among_its_k_highest_ranked(seed, k):
    predictions = predictions_of(seed)
    shares = []
    for truth, scores in zip(predictions.truth, predictions.scores, strict=True):
        ranked = np.argsort(-scores, kind="stable")
        if truth.any():
            shares.append(sum(truth[j] for j in ranked[:k]) / truth.sum())

    assert once(predictions)[f"R@{k}"] == pytest.approx(np.mean(shares))


@given(seed=SEEDS)
def test_micro_and_macro_f1_are_those_of_scikit_learn(seed):
    predictions = predictions_of(seed, positives=0.1)
    seen = predictions.truth.any(axis=0)
    found = once(predictions)
    macro = f1_score(predictions.truth[:, seen], predictions.predicted[:, seen], average="macro", zero_division=0)
    precision, recall, f1 = (v[0] for v in per_code(predictions, np.ones((1, 30))))

    assert found["macroF1"] == pytest.approx(macro)
    assert found["microF1"] == pytest.approx(
        f1_score(predictions.truth, predictions.predicted, average="micro", zero_division=0)
    )
    for p, r, f in zip(precision, recall, f1, strict=True):
        if p > 0 and r > 0:
            assert f == pytest.approx(2 * p * r / (p + r))


@given(seed=SEEDS)
def test_brier_score_and_calibration_error_are_over_all_pairs_of_line_and_code(seed):
    predictions = predictions_of(seed)
    pairs = list(zip(predictions.probabilities.ravel(), predictions.truth.ravel(), strict=True))
    off = 0.0
    for b in range(10):
        inside = [(p, y) for p, y in pairs if b / 10 <= p < (b + 1) / 10 or (b == 9 and p == 1)]
        off += abs(sum(p - y for p, y in inside))

    assert once(predictions)["brier"] == pytest.approx(np.mean([(p - y) ** 2 for p, y in pairs]))
    assert once(predictions)["ece"] == pytest.approx(off / len(pairs))


@given(seed=SEEDS)
def test_a_line_drawn_n_times_counts_as_n_lines(seed):
    predictions, times = predictions_of(seed), times_of(seed)
    weighted = measure(predictions, times)
    for r, w in enumerate(times):
        rows = np.repeat(np.arange(len(w)), w.astype(int))
        again = once(
            Predictions(
                truth=predictions.truth[rows],
                scores=predictions.scores[rows],
                predicted=predictions.predicted[rows],
                probabilities=predictions.probabilities[rows],
            )
        )

        assert {name: v[r] for name, v in weighted.items()} == pytest.approx(again, nan_ok=True)


@given(seed=SEEDS)
def test_the_order_of_lines_does_not_matter(seed):
    predictions = predictions_of(seed)
    rows = np.random.default_rng(seed).permutation(30)
    other = Predictions(
        **{name: getattr(predictions, name)[rows] for name in ("truth", "scores", "predicted", "probabilities")}
    )

    assert once(other) == pytest.approx(once(predictions), nan_ok=True)


def test_perfect_predictions_have_perfect_scores():
    truth = np.eye(4, dtype=bool)
    predictions = Predictions(truth=truth, scores=truth * 1.0, predicted=truth, probabilities=truth * 1.0)

    assert once(predictions) == {"R@1": 1, "R@3": 1, "mAP": 1, "microF1": 1, "macroF1": 1, "brier": 0, "ece": 0}


def test_without_any_positive_only_calibration_is_defined():
    predictions = Predictions(
        truth=np.zeros((5, 2), dtype=bool),
        scores=np.zeros((5, 2)),
        predicted=np.zeros((5, 2), dtype=bool),
        probabilities=np.full((5, 2), 0.2),
    )
    found = once(predictions)

    assert [name for name, value in found.items() if np.isnan(value)] == ["R@1", "R@3", "mAP", "microF1", "macroF1"]
    assert (found["brier"], found["ece"]) == pytest.approx((0.04, 0.2))


def test_a_method_without_probabilities_has_neither_brier_score_nor_calibration_error():
    predictions = predictions_of(0)
    found = once(
        Predictions(
            truth=predictions.truth, scores=predictions.scores, predicted=predictions.predicted, probabilities=None
        )
    )

    assert [name for name, value in found.items() if np.isnan(value)] == ["brier", "ece"]


@given(seed=SEEDS)
def test_no_metric_counts_what_nobody_judged(seed):
    rng = np.random.default_rng(seed)
    whole, weights = predictions_of(seed), times_of(seed)
    judged = rng.random(whole.truth.shape) < 0.7
    truth = whole.truth & judged

    def masked(p: np.ndarray) -> Predictions:
        return Predictions(truth=truth, scores=p, predicted=p >= 0.5, probabilities=p, judged=judged)

    found = masked(whole.scores)
    other = masked(np.where(judged, whole.scores, rng.random(judged.shape)))

    for name, values in measure(found, weights).items():
        assert np.array_equal(values, measure(other, weights)[name], equal_nan=True), name
    squares = ((whole.scores - truth) ** 2)[judged]
    assert measure(found, np.ones((1, len(truth))))["brier"] == pytest.approx(squares.mean())
    for j in range(truth.shape[1]):
        rows = judged[:, j]
        alone = average_precision(truth[rows, j], whole.scores[rows, j], weights[:, rows])
        assert average_precision(truth[:, j], found.scores[:, j], weights) == pytest.approx(alone, nan_ok=True)


@given(seed=SEEDS)
def test_where_all_was_judged_the_metrics_are_those_without_a_mask(seed):
    plain, weights = predictions_of(seed), times_of(seed)
    of_all = Predictions(
        truth=plain.truth,
        scores=plain.scores,
        predicted=plain.predicted,
        probabilities=plain.probabilities,
        judged=np.ones_like(plain.truth),
    )

    for name, values in measure(plain, weights).items():
        assert measure(of_all, weights)[name] == pytest.approx(values, nan_ok=True)
