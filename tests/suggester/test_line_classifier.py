"""The contract of a scikit-learn classifier of texts; `check_estimator` checks next to nothing of it."""

import pickle
import random
import re
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted

from autocode.suggester import LineClassifier, _classifier, fit
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._context import neighbour_matrix


@pytest.fixture(scope="module")
def texts(study):
    return [line.text for line in study.lines.participant_lines]


@pytest.fixture(scope="module")
def interviews(study):
    return [line.transcript for line in study.lines.participant_lines]


@pytest.fixture(scope="module")
def sets(study):
    return [study.codings.of(line.id)[0].codes for line in study.lines.participant_lines]


@pytest.fixture(scope="module")
def labels(sets):
    return [min(codes, default="none") for codes in sets]


@pytest.fixture(scope="module")
def indicator(sets):
    return np.array([[code in codes for code in ("parking", "phones", "records")] for codes in sets], dtype=int)


@pytest.fixture(scope="module")
def fitted(texts, labels, interviews):
    return LineClassifier(random_state=3).fit(texts, labels, groups=interviews)


def test_it_is_a_classifier_that_scikit_learn_finds_nothing_wrong_with():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about checks that scikit-learn skips
        check_estimator(LineClassifier())

    assert is_classifier(LineClassifier())


def test_nothing_is_done_before_fit():
    definitions = {"a": "x"}
    one = LineClassifier(definitions=definitions, language="klingon", n_jobs="many")

    assert vars(one) == {
        "definitions": definitions,
        "language": "klingon",
        "encoder": None,
        "random_state": 0,
        "n_jobs": "many",
    }
    assert one.definitions is definitions


def test_parameters_are_got_set_and_cloned_and_a_clone_is_not_fitted(fitted):
    twin = clone(fitted)

    assert twin.get_params() == {
        "definitions": None,
        "language": "en",
        "encoder": None,
        "random_state": 3,
        "n_jobs": None,
    }
    assert twin.set_params(random_state=4) is twin
    assert twin.random_state == 4
    assert fitted.random_state == 3
    with pytest.raises(NotFittedError):
        check_is_fitted(twin)
    with pytest.raises(ValueError, match="Invalid parameter"):
        twin.set_params(depth=3)


def test_fit_returns_itself_and_leaves_its_parameters_alone(texts, labels):
    one = LineClassifier()
    before = dict(one.get_params())

    assert one.fit(texts, labels) is one
    assert one.get_params() == before


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_nothing_is_predicted_before_fit(method):
    with pytest.raises(NotFittedError):
        getattr(LineClassifier(), method)(["a text"])


def test_the_same_seed_gives_the_same_answers_and_the_global_one_is_not_touched(texts, labels, interviews, fitted):
    state = np.random.get_state()[1].tolist()
    again = LineClassifier(random_state=3).fit(texts, labels, groups=interviews)

    assert (again.predict_proba(texts) == fitted.predict_proba(texts)).all()
    assert np.random.get_state()[1].tolist() == state


@pytest.mark.parametrize(
    "kind",
    [
        list,
        tuple,
        np.array,
        lambda x: np.array(x, dtype=object),
        pd.Series,
        pl.Series,
        lambda x: pd.DataFrame({"t": x}),
    ],
)
def test_a_list_an_array_and_a_series_are_the_same(texts, labels, interviews, fitted, kind):
    series = kind if kind in (pd.Series, pl.Series) else np.array
    other = LineClassifier(random_state=3).fit(kind(texts), series(labels), groups=series(interviews))

    assert (other.predict_proba(kind(texts)) == fitted.predict_proba(texts)).all()
    assert (other.predict(kind(texts)) == fitted.predict(texts)).all()
    assert other.score(kind(texts), labels) == fitted.score(texts, labels)


def test_the_order_and_the_company_of_texts_do_not_matter_to_a_prediction(texts, fitted):
    order = random.Random(1).sample(range(len(texts)), len(texts))
    p = fitted.predict_proba(texts)

    assert (fitted.predict_proba([texts[i] for i in order]) == p[order]).all()
    assert (np.vstack([fitted.predict_proba([text]) for text in texts[:5]]) == p[:5]).all()


def test_classes_are_sorted_and_the_columns_are_theirs(texts, fitted):
    p, scores = fitted.predict_proba(texts), fitted.decision_function(texts)

    assert fitted.classes_.tolist() == ["none", "parking", "phones", "records"]
    assert p.shape == scores.shape == (len(texts), 4)
    assert p.sum(axis=1) == pytest.approx(np.ones(len(texts)))
    assert (fitted.predict(texts) == fitted.classes_[p.argmax(axis=1)]).all()
    assert fitted.predict(["There is nowhere to park."]).tolist() == ["parking"]


def test_numbers_and_truth_values_are_labels_too(texts, labels):
    of_two = [label == "phones" for label in labels]
    numbered = [7 if yes else -1 for yes in of_two]
    first, second = LineClassifier().fit(texts, of_two), LineClassifier().fit(texts, numbered)

    assert first.classes_.tolist() == [False, True]
    assert second.classes_.tolist() == [-1, 7]
    assert ((second.predict(texts) == 7) == first.predict(texts)).mean() > 0.95
    assert first.decision_function(texts).shape == (len(texts),)
    assert first.predict_proba(texts).shape == (len(texts), 2)


def test_an_indicator_and_sets_are_answered_in_kind(texts, sets, indicator):
    by_table, by_sets = LineClassifier().fit(texts, indicator), LineClassifier().fit(texts, sets)
    names = by_sets.classes_

    assert by_table.classes_.tolist() == [0, 1, 2]
    assert names.tolist() == ["parking", "phones", "records"]
    assert by_table.predict(texts).shape == (len(texts), 3)
    assert set(by_table.predict(texts).ravel().tolist()) == {0, 1}
    assert [
        frozenset(names[row.astype(bool)]) for row in by_sets.predict_proba(texts) >= by_sets.model_.thresholds.codes
    ] == list(by_sets.predict(texts))
    assert by_sets.score(texts, sets) == np.mean([a == b for a, b in zip(by_sets.predict(texts), sets, strict=True)])
    assert by_sets.score(texts, sets) > 0.8
    assert by_table.score(texts, indicator) > 0.8
    for other in (indicator.tolist(), sp.csr_matrix(indicator), pd.DataFrame(indicator, columns=list("abc"))):
        assert (LineClassifier().fit(texts, other).predict(texts) == by_table.predict(texts)).all()


def test_it_is_the_model_that_train_fits(study, texts, indicator, interviews):
    table = CodedLines.from_codings(study.codings, study.lines, study.codebook)
    model = fit(table, study.codebook, seed=3)
    said = [f"{line.text}" for line in table.lines]
    definitions = {0: "No room for the car, or at a price.", 1: "Calls nobody answers."}
    one = LineClassifier(definitions=definitions, random_state=3).fit(texts, indicator, groups=interviews)

    assert type(one.model_) is type(model)
    assert np.corrcoef(one.decision_function(said).ravel(), model.scores(table.lines).ravel())[0, 1] > 0.95


def test_a_definition_speaks_for_a_class_that_few_texts_have(texts, labels):
    y = np.array([[label == "phones", False] for label in labels])
    asked = ["Nothing but heron and otter by the river."]
    with_it = LineClassifier(definitions={1: "Heron, otter, river and fish."}).fit(texts, y)

    assert with_it.decision_function(asked)[0].argmax() == 1
    assert with_it.decision_function(asked)[0, 1] > LineClassifier().fit(texts, y).decision_function(asked)[0, 1]


def test_who_speaks_counts_where_speakers_are_given(texts):
    speakers = ["GP1" if n % 2 else "PM1" for n in range(40)]
    told = [(f"We talked of item {n % 7}.", who) for n, who in enumerate(speakers)]
    one = LineClassifier().fit(told, speakers)

    assert one.score(told, speakers) == 1
    assert LineClassifier().fit([text for text, _ in told], speakers).score([t for t, _ in told], speakers) < 0.9
    for kind in (np.array, lambda rows: pl.DataFrame(rows, schema=["text", "speaker"], orient="row")):
        assert (one.predict(kind(told)) == one.predict(told)).all()


@pytest.mark.parametrize("kind", [list, np.array, pd.Series])
def test_it_is_cross_validated_by_interview(texts, labels, interviews, kind):
    folds = {"cv": GroupKFold(4), "groups": kind(interviews)}
    one = LineClassifier()
    scores = cross_val_score(one, kind(texts), np.array(labels), **folds)
    p = cross_val_predict(one, kind(texts), np.array(labels), method="predict_proba", **folds)

    assert scores.shape == (4,)
    assert scores.mean() > 0.9
    assert p.shape == (len(texts), 4)


def test_it_is_cross_validated_on_several_labels_a_text(texts, indicator, sets, interviews):
    folds = {"cv": GroupKFold(3), "groups": interviews}

    assert cross_val_score(LineClassifier(), texts, indicator, scoring="f1_micro", **folds).min() > 0.8
    assert cross_val_score(LineClassifier(), texts, np.array(sets, dtype=object), **folds).min() > 0.7


def test_a_grid_is_searched_by_interview(texts, labels, interviews):
    grid = GridSearchCV(
        make_pipeline(FunctionTransformer(), LineClassifier()),
        {"lineclassifier__definitions": [None, {"phones": "The telephone rings."}]},
        cv=GroupKFold(2),
    ).fit(texts, labels, groups=interviews)

    assert len(grid.cv_results_["params"]) == 2
    assert grid.best_estimator_.predict(["The phone rings out."]).tolist() == ["phones"]


def test_texts_of_one_group_do_not_stand_beside_each_other(texts, labels, interviews, monkeypatch):
    learnt_from = []

    def noting(table, *rest, **options):
        learnt_from.append(table)
        return fit(table, *rest, **options)

    monkeypatch.setattr(_classifier, "fit", noting)
    one = LineClassifier().fit(texts, labels, groups=interviews)
    [table] = learnt_from

    assert one.model_.reach > 1
    assert neighbour_matrix(table.lines, reach=one.model_.reach).nnz == 0
    assert len({line.transcript for line in table.lines}) == len(set(interviews))


def test_a_grid_is_searched_by_interview_on_other_kinds_of_input_and_with_its_own_parameters(texts, sets, interviews):
    grid = GridSearchCV(LineClassifier(), {"random_state": [1, 2], "language": ["en", "de"]}, cv=GroupKFold(2))
    grid.fit(pl.Series(texts), np.array(sets, dtype=object), groups=pl.Series(interviews))

    assert grid.best_score_ > 0.7
    assert set(grid.best_params_) == {"random_state", "language"}
    assert grid.predict(pl.Series(["The phone rings out."])).tolist() == [{"phones"}]


def test_one_class_alone_is_always_predicted(texts):
    one = LineClassifier().fit(texts, ["only"] * len(texts))

    assert one.predict_proba(texts).tolist() == [[1.0]] * len(texts)
    assert set(one.predict(texts)) == {"only"}


def test_a_class_on_no_text_and_one_on_every_text_are_borne(texts, indicator):
    y = np.column_stack([indicator, np.zeros(len(texts)), np.ones(len(texts))])
    p = LineClassifier().fit(texts, y).predict_proba(texts)

    assert ((p > 0) & (p < 1)).all()
    assert p[:, 3].max() < p[:, 4].min()


def test_labels_that_were_not_learnt_are_never_right_and_never_an_error(texts, labels, fitted):
    assert fitted.score(texts, ["unheard of"] * len(texts)) == 0


@pytest.mark.parametrize("text", ["", " ", "Parking", "…", "\x00", "🙂", "Парковка", "a" * 100_000])
def test_any_text_is_learnt_from_and_answered(texts, labels, text):
    one = LineClassifier().fit([*texts, text], [*labels, "none"])

    assert np.isfinite(one.predict_proba([text, ""])).all()
    assert set(one.predict([text])) <= set(one.classes_)


def test_no_texts_have_no_answers(fitted):
    assert fitted.predict([]).shape == (0,)
    assert fitted.predict_proba([]).shape == (0, 4)


def test_it_is_the_same_after_a_pickle(texts, fitted):
    again = pickle.loads(pickle.dumps(fitted))

    assert (again.predict_proba(texts) == fitted.predict_proba(texts)).all()


@pytest.mark.parametrize(
    ("X", "y", "options", "what"),
    [
        ([], [], {}, "there is no text to learn from; give at least 1 sample."),
        (["a", "b"], ["x"], {}, "X holds 2 texts and y 1; give one for each text."),
        (["a", "b"], ["x", "y"], {"groups": [1]}, "X holds 2 texts and groups 1; give one for each text."),
        (["a", None], ["x", "y"], {}, "X must hold texts, not NoneType; convert them, or leave empty ones as ''."),
        ([1.0, 2.0], ["x", "y"], {}, "X must hold texts, not float; convert them, or leave empty ones as ''."),
        ([("a", "b", "c")], ["x"], {}, "X has 3 columns; give the texts, or the texts and their speakers."),
        (["a"], [None], {}, "y holds a missing label; leave such texts out."),
        (["a"], [[2, 0]], {}, "a y of two dimensions must hold 0 and 1 only: which text has which class."),
    ],
)
def test_what_cannot_be_learnt_from_is_refused_in_a_sentence(X, y, options, what):
    with pytest.raises(ValueError, match=f"^{re.escape(what)}$"):
        LineClassifier().fit(X, y, **options)


def test_a_definition_of_no_class_is_refused(texts, labels):
    with pytest.raises(ValueError, match=r"^definitions has 'fones', which is no class; the classes are \["):
        LineClassifier(definitions={"fones": "Calls."}).fit(texts, labels)
