"""The fast counts are the vectorizers' own, and lines are judged alike however many are judged at once."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from autocode.suggester import _predicting, train
from autocode.suggester.features import _inputs, _ngrams
from autocode.suggester.features._inputs import DEFAULT_INPUTS, NO_SETTING, LineInputs, tokens

SAID = {
    "en": ["There's nowhere to park, is there?", "The phone rings out.", "Nobody picks up the phone: ring, ring, ring"],
    "fr": ["Il n'y a pas de place pour l'auto.", "Le téléphone sonne aujourd'hui.", "qu'est-ce qu'on garera ici"],
    "de": ["Für das Auto gibt es keinen Platz.", "Das Telefon klingelt z. B. lange.", "STRASSE und Straße"],
}
WORDS = sorted({word for texts in SAID.values() for text in texts for word in text.split()})
PIECES = st.one_of(st.sampled_from([*WORDS, "ΌΔΟΣ", "İstanbul", "x\u00a0000", "?!"]), st.text(max_size=8))
TEXTS = st.lists(st.lists(PIECES, max_size=8).map(" ".join), max_size=6)


@pytest.fixture(scope="module")
def inputs_of():
    return {name: LineInputs(language=name).fit(texts, [NO_SETTING] * len(texts)) for name, texts in SAID.items()}


def by_the_vectorizers(inputs, texts):
    joined = [
        " ".join("".join(form.split()) for _, _, form in tokens(text, language=inputs.language)) for text in texts
    ]
    parts = [inputs.words.transform(joined), inputs.characters.transform(texts) * DEFAULT_INPUTS.characters]
    return sp.hstack(parts, format="csr")


@given(texts=TEXTS.filter(len), language=st.sampled_from(list(SAID)))
def test_the_rows_are_those_of_the_vectorizers_to_the_last_bit(inputs_of, texts, language):
    inputs = inputs_of[language]
    ours, theirs = inputs.text_matrix(texts), by_the_vectorizers(inputs, texts)

    assert (ours.indptr == theirs.indptr).all()
    assert (ours.indices == theirs.indices).all()
    assert (ours.data == theirs.data).all()


@given(texts=TEXTS, language=st.sampled_from(list(SAID)))
def test_words_cut_together_are_words_cut_alone(texts, language):
    words = _ngrams.tokenize(texts, language=language)
    together = [
        [(int(words.start[i]), int(words.end[i]), words.forms[words.form[i]]) for i in range(a, b)]
        for a, b in zip(words.first[:-1], words.first[1:], strict=True)
    ]

    assert together == [[(s, e, "".join(f.split())) for s, e, f in tokens(t, language=language)] for t in texts]
    assert words.lengths.tolist() == list(map(len, together))


@given(texts=TEXTS.filter(len), seed=st.integers(0, 99), language=st.sampled_from(list(SAID)))
def test_shares_of_many_pairs_add_up_to_the_scores_of_each(inputs_of, texts, seed, language):
    inputs, rng = inputs_of[language], np.random.default_rng(seed)
    heard = inputs.text_features(texts)
    weights = rng.normal(size=(3, heard.rows.shape[1]))
    asked, codes = np.sort(rng.integers(0, len(texts), 7)), rng.integers(0, 3, 7)
    found = heard.shares(asked, codes, weights)
    summed = [found.words[a:b].sum() for a, b in zip(found.first[:-1], found.first[1:], strict=True)] + found.marks

    assert np.diff(found.first).tolist() == heard.words.lengths[asked].tolist()
    assert summed == pytest.approx((heard.rows @ weights.T)[asked, codes], abs=1e-9)


def test_what_is_remembered_of_words_is_forgotten_in_time_and_nothing_changes(monkeypatch, inputs_of):
    texts = [f"word{n} of many" for n in range(40)]
    before = inputs_of["en"].text_matrix(texts)
    monkeypatch.setattr(_ngrams, "CACHE_SIZE", 10)
    again = [inputs_of["en"].text_matrix([text]) for text in texts]
    held = _ngrams.pipeline("en")

    assert (sp.vstack(again) != before).nnz == 0
    assert len(inputs_of["en"]._grams[1]._features_of) <= 10 + 3
    assert held is not _ngrams.pipeline("en")


@pytest.mark.parametrize("size", [1, 2, 7])
def test_suggestions_do_not_depend_on_how_many_lines_are_judged_at_once(monkeypatch, rambling, size):
    suggester, lines = train(*rambling), list(rambling.lines)
    at_once = suggester.suggest(lines)
    monkeypatch.setattr(_predicting, "BATCH", size)
    in_turn = suggester.suggest([*lines, lines[4], lines[9]])

    assert suggester.model.reach > size
    assert in_turn.abstentions == at_once.abstentions
    assert [(s.line, s.code, s.rank, s.band) for s in in_turn.suggestions] == [
        (s.line, s.code, s.rank, s.band) for s in at_once.suggestions
    ]
    for one, other in zip(in_turn.suggestions, at_once.suggestions, strict=True):
        assert one.probability == pytest.approx(other.probability, abs=1e-12)
        assert one.evidence.beside == pytest.approx(other.evidence.beside, abs=1e-9)


@given(texts=TEXTS.filter(len), language=st.sampled_from(list(SAID)))
def test_texts_heard_in_several_turns_are_the_same_rows(inputs_of, texts, language):
    inputs = inputs_of[language]
    at_once = inputs.text_matrix(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_inputs, "TEXTS_AT_ONCE", 2)
        in_turns = inputs.text_matrix(texts)

    assert in_turns.shape == at_once.shape
    assert (in_turns != at_once).nnz == 0


def test_runs_are_found_where_no_text_has_two_words():
    inputs = LineInputs().fit(["park", "phones"], [NO_SETTING] * 2)

    assert (
        inputs.text_matrix(["phones park", "other"]) != by_the_vectorizers(inputs, ["phones park", "other"])
    ).nnz == 0
