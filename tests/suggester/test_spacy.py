"""The suggester as a component of a spaCy pipeline, in several languages."""

import pytest
import spacy
from spacy.tokens import Doc

from autocode.errors import ArtefactError
from autocode.suggester import save_suggester, train

SAID = {
    "en": {
        "parking": "There is nowhere to park and the meter takes coins only.",
        "phones": "The phone rings out until the line goes dead.",
    },
    "fr": {
        "parking": "Il n'y a pas de place pour garer la voiture.",
        "phones": "Le téléphone sonne, et personne ne répond jamais.",
    },
    "de": {
        "parking": "Für das Auto gibt es hier keinen Parkplatz.",
        "phones": "Das Telefon klingelt, und keiner geht ran.",
    },
}
ELSE = {
    "en": "It rained on our summer fair.",
    "fr": "Il pleuvait à la fête d'été.",
    "de": "Beim Sommerfest hat es geregnet.",
}


@pytest.fixture(scope="module", params=list(SAID))
def language(request):
    return request.param


@pytest.fixture(scope="module")
def folder(language, make_study, codebook, tmp_path_factory):
    told = [*((text, code) for code, text in SAID[language].items()), (ELSE[language], "")] * 2
    suggester = train(*make_study({f"GP{n}": told for n in range(1, 4)}, codebook), language=language)
    return save_suggester(suggester, tmp_path_factory.mktemp("spacy") / "model")


@pytest.fixture(scope="module")
def nlp(language, folder):
    pipeline = spacy.blank(language)
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("autocode", config={"model": str(folder)})
    return pipeline


def test_each_sentence_of_a_document_gets_its_suggestions_or_says_why_not(nlp, language):
    doc = nlp(" ".join([SAID[language]["phones"], "Xyz!", SAID[language]["parking"]]))
    first, short, last = doc.sents

    assert first._.autocode_suggestions[0]["code"] == "phones"
    assert last._.autocode_suggestions[0]["code"] == "parking"
    assert short._.autocode_suggestions == []
    assert [one["reason"] for one in short._.autocode_abstentions] == ["too short"]
    assert first._.autocode_suggestions[0]["rank"] == 1
    assert doc._.autocode_suggestions == [*first._.autocode_suggestions, *last._.autocode_suggestions]
    assert {span.label_: span.text for span in doc.spans["autocode"]}["parking"] == last.text
    assert all(word in first.text.lower() for word, _ in first._.autocode_suggestions[0]["words"])


def test_a_document_without_sentences_is_judged_as_a_whole(folder, language):
    nlp = spacy.blank(language)
    nlp.add_pipe("autocode", config={"model": str(folder)})
    doc = nlp(SAID[language]["parking"])

    assert {(one["start"], one["end"]) for one in doc._.autocode_suggestions} == {(0, len(doc))}
    assert doc._.autocode_suggestions[0]["code"] == "parking"


def test_many_documents_are_judged_as_one_by_one_and_can_be_stored(nlp, language):
    texts = [*SAID[language].values(), "", ELSE[language]] * 3
    docs = list(nlp.pipe(texts, batch_size=5))

    for text, doc in zip(texts, docs, strict=True):
        alone, stored = nlp(text), Doc(nlp.vocab).from_bytes(doc.to_bytes())

        assert [one["code"] for one in alone._.autocode_suggestions] == [
            one["code"] for one in doc._.autocode_suggestions
        ]
        assert stored._.autocode_suggestions == doc._.autocode_suggestions
        assert stored._.autocode_abstentions == doc._.autocode_abstentions


def test_a_component_without_a_model_or_with_none_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^the component 'autocode' needs a suggester: config="):
        spacy.blank("en").add_pipe("autocode")
    with pytest.raises(ArtefactError, match="is not a saved suggester"):
        spacy.blank("en").add_pipe("autocode", config={"model": str(tmp_path)})
