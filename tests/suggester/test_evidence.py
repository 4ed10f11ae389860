"""What is shown of many lines at once is what the shares of each line by itself say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.suggester import train
from autocode.suggester._example_index import MIN_COSINE, NEIGHBOURS
from autocode.suggester._suggestions import WORDS
from autocode.suggester.features._inputs import is_function_word

PIECES = ["parking", "phone", "Phone", "records", "the", "meter", "we", "computer-phone", "queue,", "hold", "café", "…"]
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join), min_size=1, max_size=6)


def by_itself(suggester, line, code):
    """Return the shares of a line's words for a code, a word's places together, in the order of the line."""
    together = {}
    for one in suggester.explain(line, code).words:
        word = one.word.lower()
        together[word] = together.get(word, 0.0) + one.share
    return together


@given(texts=TEXTS)
def test_the_words_shown_are_the_weightiest_that_speak_for_the_code_function_words_last(suggester, interview, texts):
    lines = interview("GP1", texts).lines
    for one in suggester.suggest(lines).suggestions:
        [line] = [line for line in lines if line.id == one.line]
        share = by_itself(suggester, line, one.code)
        for_it = {word: x for word, x in share.items() if x > 0}
        telling = {word: x for word, x in for_it.items() if not is_function_word(word)} or for_it
        shown = dict(one.evidence.words)
        own = suggester.vocabulary.words[[code.id for code in suggester.codes].index(one.code)]

        assert len(shown) == min(WORDS, len(telling))
        assert shown == {word: pytest.approx(telling[word], abs=1e-9) for word in shown}
        assert list(shown.values()) == sorted(shown.values(), reverse=True)
        assert min(shown.values(), default=0) >= max((telling[w] for w in telling if w not in shown), default=0) - 1e-9
        assert one.evidence.definition == pytest.approx(sum(share[w] for w in share if w in own), abs=1e-9)


def test_the_nearest_lines_are_the_likest_of_all_that_humans_gave_the_code(sample, sample_suggester):
    suggester, lines = sample_suggester, sample.lines.participant_lines[:60]
    texts = [example.text for example in suggester.examples]
    rows, asked = (suggester.model.inputs.text_matrix(some) for some in (texts, [line.text for line in lines]))
    length = [np.sqrt(part.multiply(part).sum(axis=1)).A1 for part in (rows, asked)]
    alike = (asked @ rows.T).toarray() / np.maximum(np.outer(length[1], length[0]), 1e-12)
    of = {line.id: alike[i] for i, line in enumerate(lines)}
    batch = suggester.suggest(lines)
    for one in batch.suggestions:
        has = np.array([one.code in example.codes for example in suggester.examples])
        likest = sorted(of[one.line][has], reverse=True)[:NEIGHBOURS]

        assert [near.similarity for near in one.evidence.neighbours] == pytest.approx(
            [x for x in likest if x > MIN_COSINE], abs=1e-9
        )
    assert any(one.evidence.neighbours for one in batch.suggestions)


def test_before_any_line_is_coded_no_line_is_near(study):
    empty = train(study.codings.on([]), study.lines, study.codebook)
    batch = empty.suggest(study.lines)

    assert batch.suggestions
    assert all(one.evidence.neighbours == () for one in batch.suggestions)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", {"parking": "Il n'y a pas de place où garer l'auto.", "phones": "Le téléphone sonne, qu'on l'entende."}),
        ("de", {"parking": "Für das Auto gibt es keinen Parkplatz.", "phones": "Das Telefon läutet und läutet lange."}),
    ],
)
def test_the_words_shown_are_those_of_the_language_without_its_function_words(make_study, codebook, language, said):
    told = [*((text, code) for code, text in said.items()), ("", "")] * 2
    suggester = train(*make_study({f"GP{n}": told for n in range(1, 5)}, codebook), language=language)
    lines = make_study({"GP9": [(text, "") for text in said.values()]}, codebook).lines.participant_lines
    best = [suggester.suggest(lines).of(line.id)[0] for line in lines]
    shown = [{word for word, _ in one.evidence.words} for one in best]

    assert [one.code for one in best] == list(said)
    assert shown[0] & {"auto", "garer", "place", "parkplatz"}
    assert shown[1] & {"téléphone", "sonne", "telefon", "läutet"}
    assert not (shown[0] | shown[1]) & {"il", "le", "pas", "où", "das", "für", "und", "es"}
    for line, one in zip(lines, best, strict=True):
        told_of = suggester.explain(line, one.code)
        parts = told_of.marks + told_of.role + told_of.place + told_of.around + told_of.intercept + told_of.meaning

        assert sum(word.share for word in told_of.words) + parts == pytest.approx(told_of.score, abs=1e-9)
