"""Lines unlike anything that was coded or defined: perhaps a new code."""

import numpy as np
import pytest
import scipy.sparse as sp

from autocode.coding import Reason
from autocode.suggester import CodedLines, fit, train
from autocode.suggester._novelty import (
    MAX_THRESHOLD,
    MIN_LINES,
    QUANTILE,
    l2_normalized,
    novelty_threshold,
    similarity,
    vocabulary_coverage,
)
from autocode.suggester.features._inputs import LineInputs, Setting
from autocode.suggester.model._model import codebook_texts, folds, out_of_fold_rows

GP = Setting("gp", 0)


@pytest.fixture(scope="module")
def inputs():
    return LineInputs().fit(["the phone rings", "the phone again", "a car park"], [GP] * 3)


def shares(inputs, *texts, seen=None):
    words = inputs.text_features(texts).words
    return vocabulary_coverage(words, inputs.words.vocabulary_, inputs.words.idf_, seen)


def test_the_known_share_of_a_line_counts_its_words_by_how_rare_they_are(inputs):
    none, half, rare, whole, empty = shares(inputs, "zebras graze", "the zebras", "rings zebras", "the phone", "")

    assert none == 0
    assert half < rare == 0.5
    assert whole == empty == 1


def test_a_word_that_was_not_met_is_not_known(inputs):
    seen = np.ones(len(inputs.words.vocabulary_), dtype=bool)
    seen[inputs.words.vocabulary_["rings"]] = False

    assert shares(inputs, "rings", "phone", seen=seen).tolist() == [0, 1]


def test_similarity_is_the_cosine_with_the_nearest_centroid_times_the_coverage():
    rows = sp.csr_matrix(np.array([[1.0, 0.0], [0.6, 0.8]]))
    means = np.array([[0.5, 0.0, 0.0], [0.0, 0.2, 0.0]])

    assert similarity(rows, means, np.array([1.0, 0.5])) == pytest.approx([1, 0.4])


def test_so_few_of_the_coded_lines_are_less_like_the_others_held_out(study):
    table = CodedLines.from_codings(*study)
    model = fit(table, study.codebook, seed=3)
    said = [codebook_texts(code, study.codebook) for code in table.codes]
    below = novelty_threshold(model, table, said, seed=3)
    few = novelty_threshold(model, table.take(np.arange(MIN_LINES - 1)), said, seed=3)

    assert 0 < below <= MAX_THRESHOLD
    assert few == 0
    assert 0 < QUANTILE < 0.5


def test_a_line_of_new_words_is_unlike_anything_coded_and_one_like_a_definition_is_not(suggester, interview):
    said = [
        "Zebras graze quietly beyond our orchard wall.",
        "Computer systems that do not share records.",
        "There is nowhere to park and the meter takes coins only.",
    ]
    new, defined, coded = (interview(f"GP{n}", [text]).lines[0] for n, text in enumerate(said, start=20))
    batch = suggester.suggest([new, defined, coded])

    assert [(one.line, one.reason) for one in batch.abstentions] == [(new.id, Reason.UNLIKE_ANYTHING)]
    assert batch.of(defined.id)[0].code == "records"


def test_a_suggester_of_few_lines_calls_nothing_new_that_shares_a_word_with_what_was_coded(make_study, codebook):
    told = [("There is nowhere to park the car.", "parking"), ("The phone rings out.", "phones")]
    suggester = train(*make_study({f"GP{n}": told for n in range(1, 4)}, codebook))

    assert suggester.novelty_threshold == 0


def test_held_out_lines_have_no_words_that_the_other_folds_lack_and_keep_their_length(study):
    table = CodedLines.from_codings(*study)
    texts = [line.text for line in table.lines]
    texts[5] += " zebras zebras"
    inputs = LineInputs().fit(texts, [GP, Setting("pm", 1)])
    X, D = inputs.transform(texts, [GP] * len(texts)), inputs.transform(["Parking. Zebra."])
    fold = folds([line.transcript for line in table.lines], seed=0)
    H = out_of_fold_rows(X, D, fold, inputs)
    words = len(inputs.words.vocabulary_)
    place = inputs.words.vocabulary_["zebras"]

    assert H.shape == X.shape
    assert X[5, place] > 0 == H[5, place]
    assert np.linalg.norm(H[:, :words].toarray(), axis=1) == pytest.approx(1)
    assert (H[:, -2:] != X[:, -2:]).nnz == 0
    for k in np.unique(fold):
        met = (X[fold != k].getnnz(axis=0) + D.getnnz(axis=0)) > 0
        assert not H[fold == k].getnnz(axis=0)[~met].any()


def test_a_held_out_line_of_unknown_words_only_has_nothing_left():
    inputs = LineInputs().fit(["zebras graze", "the phone"], [GP] * 2)
    X = inputs.transform(["zebras graze", "the phone"])
    H = out_of_fold_rows(X, X[:0], np.array([0, 1]), inputs)

    assert l2_normalized(H).nnz == 0 or H[0].nnz < X[0].nnz
