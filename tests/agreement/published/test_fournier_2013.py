"""Fournier, C. (2013). Evaluating text segmentation using boundary edit distance. ACL; values of segeval 2.0.11.

The segmentations are those of Kazantseva & Szpakowicz (2012), group 5, chapter 1, by four annotators.
"""

import pytest

from autocode.agreement import boundary_similarity, pk, segmentation_kappa, segmentation_pi, window_diff

CHAPTER = {"an1": [11, 2], "an2": [2, 1, 7, 2, 1], "an3": [9, 4], "an4": [2, 8, 2, 1]}


def test_two_annotators_differ_in_one_boundary() -> None:
    assert boundary_similarity(CHAPTER["an4"], CHAPTER["an2"]) == 0.75
    assert pk(CHAPTER["an2"], reference=CHAPTER["an4"]) == pytest.approx(1 / 11, abs=1e-12)
    assert window_diff(CHAPTER["an2"], reference=CHAPTER["an4"]) == pytest.approx(2 / 11, abs=1e-12)


def test_four_annotators_of_a_chapter() -> None:
    assert segmentation_pi({"ch1": CHAPTER}).value == pytest.approx(0.22267206477732793, abs=1e-12)
    assert segmentation_kappa({"ch1": CHAPTER}).value == pytest.approx(0.22580645161290322, abs=1e-12)


def test_two_annotators_of_a_chapter() -> None:
    pair = {"ch1": {"an4": CHAPTER["an4"], "an1": CHAPTER["an1"]}}

    assert segmentation_pi(pair).value == pytest.approx(1 / 7, abs=1e-12)
    assert segmentation_kappa(pair).value == pytest.approx(0.14893617021276595, abs=1e-12)
