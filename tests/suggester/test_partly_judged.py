"""A line that nobody judged for a code is neither a positive nor a negative example of it."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from autocode.codebook import (
    Added,
    Code,
    Moved,
    Redefined,
    Redefinition,
    Renamed,
    Retired,
    Split,
    Undone,
    evolve,
)
from autocode.coding import Abstention, Codings, remapped
from autocode.errors import ArtefactError
from autocode.suggester import (
    CodedLines,
    LearningSuggester,
    Promise,
    after_changes,
    fit_platt,
    fit_thresholds,
    open_suggester,
    recheck,
    save_suggester,
    train,
)
from autocode.suggester._novelty import class_centroids
from autocode.suggester._promises import certify
from autocode.suggester._readiness import _auc, _auc_of_judged
from autocode.suggester.model._blend import best_blend
from autocode.suggester.model._hyperparameters import DEFAULTS
from autocode.suggester.model._model import _regress


@pytest.fixture(scope="module")
def split_study(study):
    """The small study after "parking" was split, and nobody has read its lines again."""
    parts = tuple(Code(id=part, name=part.title(), parent="access") for part in ("meter", "space"))
    change = Split(before="1", after="2", by="TW", code="parking", parts=parts)
    codings = remapped(study.codings, [change], codebook=study.codebook)
    return study._replace(codings=codings, codebook=evolve(study.codebook, [change]))


@pytest.fixture(scope="module")
def grown_study(study):
    """The small study after a code was added that stands for a part of its lines, read again in six interviews."""
    change = Added(before="1", after="2", by="TW", code=Code(id="hold", name="On hold", definition="Waiting on hold."))
    words = {line.id: line.text for line in study.lines}
    codings = Codings(
        replace(coding, codes=coding.codes | {"hold"}, unjudged=frozenset()) if "hold" in words[coding.line] else coding
        for coding in remapped(study.codings, [change], codebook=study.codebook)
    )
    read_again = [
        replace(coding, unjudged=frozenset()) if coding.line.startswith("GP") else coding for coding in codings
    ]
    return study._replace(codings=Codings(read_again), codebook=evolve(study.codebook, [change]))


def test_after_a_split_the_lines_that_wait_are_no_examples_of_its_parts(split_study, study):
    table = CodedLines.from_codings(split_study.codings, split_study.lines, split_study.codebook)
    waiting = {coding.line for coding in study.codings if "parking" in coding.codes}
    waits = np.array([line.id in waiting for line in table.lines])
    columns = [j for j, code in enumerate(table.codes) if code.id in ("meter", "space")]

    assert waits.sum() > 10
    assert table.judged[:, columns].tolist() == (~waits[:, None]).repeat(2, axis=1).tolist()
    assert table.judged[:, [j for j in range(len(table.codes)) if j not in columns]].all()
    assert not table.applied[waits].any()
    assert table.take(np.flatnonzero(waits)).judged[:, columns].sum() == 0
    assert table.only(np.array(columns)).judged.shape == (len(table), 2)


def test_a_regression_is_fitted_to_the_lines_on_which_the_code_was_judged():
    rng = np.random.default_rng(0)
    X, D = sp.random(60, 20, 0.3, "csr", random_state=1), sp.random(6, 20, 0.3, "csr", random_state=2)
    applied, judged = rng.random((60, 3)) < 0.3, rng.random((60, 3)) < 0.6
    applied &= judged
    options = {"seed": 0, "hyperparameters": DEFAULTS}
    code_of_text = np.array([0, 0, 1, 1, 2, 2])

    coefficients, intercepts = _regress(X, applied, D, code_of_text, judged, **options)

    for j in range(3):
        rows = np.flatnonzero(judged[:, j])
        alone = _regress(X[rows], applied[rows], D, code_of_text, None, **options)
        assert np.array_equal(coefficients[j], alone[0][j])
        assert intercepts[j] == alone[1][j]


@given(st.integers(0, 2**32 - 1))
def test_what_a_model_says_of_unjudged_pairs_of_line_and_code_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    judged = rng.random((30, 4)) < 0.7
    applied = (rng.random((30, 4)) < 0.4) & judged
    scores, others = rng.normal(size=(2, 30, 4))
    altered = np.where(judged, scores, others)

    for found, expected in zip(
        *(
            (*_arrays(fit_platt(of, applied, judged=judged, n_interviews=5)), _auc_of_judged(of, applied, judged))
            for of in (scores, altered)
        ),
        strict=True,
    ):
        assert np.array_equal(found, expected)
    for j in range(4):
        rows = judged[:, j]
        assert _auc_of_judged(scores, applied, judged)[j] == _auc(scores[rows, j : j + 1], applied[rows, j : j + 1])[0]
    everything = np.ones_like(judged)
    assert np.array_equal(
        fit_thresholds(1 / (1 + np.exp(-scores)), applied, judged=everything).codes,
        fit_thresholds(1 / (1 + np.exp(-scores)), applied).codes,
    )


def test_a_promise_counts_only_suggestions_of_codes_that_were_judged():
    rng = np.random.default_rng(0)
    judged, applied, p = rng.random((300, 4)) < 0.7, rng.random((300, 4)) < 0.8, rng.random((300, 4))
    interview, promise = np.arange(300) % 12, Promise.parse("precision=0.6")
    alone, with_misses, with_hits = (
        certify(promise, p, truth, interview, judged=judged, seed=0)
        for truth in (applied, applied & judged, applied | ~judged)
    )

    assert alone == with_misses == with_hits
    assert alone.counted < 300 * 3


def _arrays(platt):
    return platt.slopes, platt.intercepts


def test_a_line_without_a_code_that_may_have_one_is_not_among_those_without():
    rows = sp.identity(3, format="csr")
    applied = np.array([[True, False], [False, False], [False, False]])
    judged = np.array([[True, True], [True, False], [True, True]])

    assert class_centroids(rows, applied, judged)[:, -1].tolist() == [0, 0, 1]
    assert class_centroids(rows, applied)[:, -1].tolist() == [0, 0.5, 0.5]


def test_a_code_that_was_not_judged_does_not_stand_before_one_that_was(study):
    lines = study.lines.participant_lines[:2]
    applied, judged = np.array([[True, False], [True, False]]), np.array([[True, False], [True, False]])
    learnt, similarity = np.array([[0.0, 9.0], [0.0, 9.0]]), np.zeros((2, 2))
    first, _ = best_blend(lines, applied, learnt, similarity, judged=judged)
    second, _ = best_blend(lines, applied, learnt[:, ::-1], similarity, judged=judged)

    assert first == second


def test_a_code_that_waits_everywhere_is_suggested_by_its_definition_only(split_study):
    suggester = train(*split_study, seed=3)
    unsupported = {code.code: code for code in suggester.unsupported}

    assert {"meter", "space"} <= unsupported.keys()
    assert unsupported["meter"].examples == 0
    assert {quality.code: quality.predicted for quality in suggester.quality}["records"] > 0
    assert suggester.index.judged is not None
    assert all(
        not codes & {"meter", "space"} for codes in suggester.would_code(split_study.lines.participant_lines).values()
    )


def test_the_new_code_is_learnt_from_the_lines_read_again(grown_study):
    suggester = train(*grown_study, seed=3)
    place = [code.id for code in suggester.codes].index("hold")
    lines = [line for line in grown_study.lines.participant_lines if line.transcript.startswith("PM")]
    p = suggester.probabilities(lines)[:, place]
    has = np.array(["hold" in line.text for line in lines])

    assert p[has].min() > p[~has].max()


def test_a_saved_suggester_knows_what_was_not_judged(split_study, tmp_path):
    suggester = train(*split_study, seed=3)
    opened = open_suggester(save_suggester(suggester, tmp_path / "model", made_by="test"))

    assert opened.digest == suggester.digest
    assert opened.examples == suggester.examples
    assert np.array_equal(opened.index.judged, suggester.index.judged)
    assert any(example.unjudged == {"meter", "space"} for example in opened.examples)


def test_decisions_and_changes_are_learnt_between_full_fits(grown_study, study):
    first = Codings(coding for coding in grown_study.codings if not coding.line.startswith("PM6"))
    learning = LearningSuggester(first, grown_study.lines, grown_study.codebook, seed=3)
    before = learning.suggester
    place = [code.id for code in before.codes].index("hold")
    after = learning.learn(grown_study.codings)

    assert len(after.examples) == len(before.examples) + 6
    # the six lines were not judged for the new code, so its weights stay
    assert np.array_equal(after.model.coefficients[place], before.model.coefficients[place])
    assert not np.array_equal(after.model.coefficients, before.model.coefficients)

    of_before = LearningSuggester(study.codings, study.lines, study.codebook, seed=3)
    relearnt = of_before.relearn(grown_study.codings, grown_study.codebook)

    assert relearnt.digest == train(*grown_study, seed=3).digest
    assert not of_before.due


def test_nothing_is_rechecked_that_nobody_judged(split_study):
    found = recheck(split_study.codings, split_study.lines, split_study.codebook, top=200, resamples=5)
    waiting = {coding.line for coding in split_study.codings.partly_judged()}

    assert waiting
    for issue in found.label_issues:
        if issue.line in waiting and issue.missing is not None:
            assert issue.missing[0].id not in ("meter", "space")
    for pair in found.near_duplicates:
        assert not {pair.first.line, pair.second.line} <= waiting


def changed(noun, before, after, **fields):
    return noun(before=before, after=after, by="TW", **fields)


def suggested(batch):
    return {suggestion.code for suggestion in batch.suggestions}


def test_at_the_moment_of_a_change_what_is_out_of_date_is_withheld(study, suggester, tmp_path):
    changes = [
        changed(Renamed, "1", "2", code="phones", name="Calls"),
        changed(Moved, "2", "3", code="phones", parent=None),
        changed(Added, "3", "4", code=Code(id="hold", name="On hold")),
        changed(Retired, "4", "5", code="records"),
        changed(Redefined, "5", "6", code="parking", kind=Redefinition.NARROWED),
        changed(Undone, "6", "7", change="6"),
    ]
    codebook = evolve(study.codebook, changes)
    outdated = after_changes(suggester, changes, codebook)
    lines = study.lines.participant_lines
    before, after = suggester.suggest(lines), outdated.suggest(lines)

    assert suggested(before) == {"parking", "phones", "records"}
    assert suggested(after) == {"parking", "phones"}
    assert [s for s in after.suggestions if s.line == "GP1:2"] == [s for s in before.suggestions if s.line == "GP1:2"]
    assert {code.id: code.name for code in outdated.codes}["phones"] == "Calls"
    assert outdated.notes[-1] == (
        "learnt under an older version of the codebook than 7: Records ended or changed since and is not suggested; "
        "On hold is new and not known to it; train it again."
    )
    assert outdated.codebook_digest == codebook.digest
    with pytest.raises(ArtefactError, match="the codebook changed since it was trained"):
        save_suggester(outdated, tmp_path / "model")


def test_a_promise_does_not_bring_a_withheld_code_back(study):
    changes = [changed(Retired, "1", "2", code="records")]
    promised = train(*study, seed=3, promise="precision=0.5")
    outdated = after_changes(promised, changes, evolve(study.codebook, changes))

    assert "records" in suggested(promised.suggest(study.lines))
    assert "records" not in suggested(outdated.suggest(study.lines))
    assert "records" not in suggested(outdated.with_promise("precision=0.5").suggest(study.lines))


def test_a_new_name_or_theme_does_not_make_a_suggester_out_of_date(study, suggester):
    changes = [
        changed(Renamed, "1", "2", code="phones", name="Calls"),
        changed(Moved, "2", "3", code="phones", parent=None),
        changed(Redefined, "3", "4", code="parking", kind=Redefinition.CLARIFIED, definition="As before."),
    ]
    after = after_changes(suggester, changes, evolve(study.codebook, changes))

    assert after.notes == suggester.notes
    assert after.suggest(study.lines).suggestions == suggester.suggest(study.lines).suggestions


def test_a_learning_suggester_withholds_at_once_and_learns_again_when_asked(study):
    learning = LearningSuggester(study.codings, study.lines, study.codebook, seed=3)
    by_line = {suggestion.line: suggestion.code for suggestion in learning.suggester.suggest(study.lines).suggestions}
    line = next(line for line in study.lines if by_line.get(line.id) == "records")
    assert learning.suggestions_for(line)[0].code == "records"
    changes = [changed(Retired, "1", "2", code="records")]
    codebook = evolve(study.codebook, changes)
    codings = remapped(study.codings, changes, codebook=study.codebook)
    outdated = learning.withhold(changes, codebook)

    assert learning.due
    assert learning.learn(codings) is outdated
    shown = learning.suggestions_for(line)
    assert isinstance(shown, Abstention) or "records" not in {suggestion.code for suggestion in shown}
    assert [code.id for code in learning.relearn(codings, codebook).codes] == ["parking", "phones"]
    assert not learning.due
