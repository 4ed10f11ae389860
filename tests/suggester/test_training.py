import numpy as np
import pytest

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Band, Basis, Codings, Reason
from autocode.errors import TrainingError
from autocode.suggester import CodedLines, fit, train
from autocode.transcripts import Transcripts


def test_before_the_first_coding_suggestions_rest_on_definitions_and_it_is_said(study, interview):
    suggester = train(Codings(), study.lines, study.codebook)
    lines = interview(
        "GP9", ["No room for the car at all.", "Calls that nobody answers.", "Ωραία μέρα σήμερα, φίλε."]
    ).lines
    batch = suggester.suggest(lines)

    assert [batch.of(line.id)[0].code for line in lines[:2]] == ["parking", "phones"]
    assert [silent.reason for silent in batch.abstentions] == [Reason.UNLIKE_ANYTHING]
    assert not any(one.band is Band.STRONG or one.evidence.neighbours for one in batch.suggestions)
    assert suggester.learnt_from == "made from the names and definitions of the codes only, no line coded"
    assert suggester.notes == (
        "no line has been coded yet, so suggestions rest on the names and definitions of the codes only; "
        "add codings (autocode add) or code some lines (autocode review).",
    )


def test_a_coded_line_of_an_interviewer_is_no_coded_line(study, coding):
    suggester = train(Codings([coding("GP1:1", "parking")]), study.lines, study.codebook)

    assert suggester.examples == ()
    assert suggester.notes[0].startswith("no line has been coded yet, so suggestions rest on")


def test_one_code_on_the_coded_lines_is_told_apart_from_the_codes_that_are_only_defined(study, coding, interview):
    codings = Codings([coding("GP1:2", "parking"), coding("GP1:3", "parking"), coding("GP1:4")])
    suggester = train(codings, study.lines, study.codebook)
    line = interview("GP9", ["Calls that nobody answers."]).lines[0]

    assert suggester.codes[suggester.scores([line])[0].argmax()].id == "phones"
    assert suggester.notes == ()
    assert [(one.code, one.examples) for one in suggester.unsupported] >= [
        ("parking", 2),
        ("phones", 0),
        ("records", 0),
    ]


def test_lines_read_without_a_code_leave_it_at_the_definitions_and_it_is_said(study, coding):
    codings = Codings([coding("GP1:2", "parking"), coding("GP1:2", "phones", "coder_b"), coding("GP1:3")])
    suggester = train(codings, study.lines, study.codebook)

    assert suggester.notes == (
        "none of the 2 coded lines has a code, so suggestions rest on the names and definitions of the codes only; "
        "add codings (autocode add) or code some lines (autocode review).",
    )


@pytest.mark.parametrize(("codes", "what"), [(["parking"], "one code"), ([], "no code")])
def test_a_codebook_with_fewer_than_two_codes_is_refused(study, codes, what):
    codebook = Codebook(Code(id=CodeId(code), name=code.title()) for code in codes)

    with pytest.raises(TrainingError) as refused:
        train(Codings(), study.lines, codebook)

    assert str(refused.value) == (
        f"the codebook has {what} that a line can be given, so there is nothing to distinguish; "
        "add codes to the codebook."
    )


def test_a_code_on_one_line_or_none_is_learnt_and_listed_as_not_yet(study, coding):
    codings = Codings([coding("GP1:2", "parking"), coding("GP1:3", "phones"), coding("GP1:4", "phones")])
    suggester = train(codings, study.lines, study.codebook)

    assert [f"{one}" for one in suggester.unsupported if one.examples < 2] == [
        "'Parking' is not yet supported by coded examples: it is on only one coded line; about 3 more examples would "
        "help.",
        "'Records' is not yet supported by coded examples: it is on no coded line; about 4 more examples would help.",
    ]


def test_a_code_on_no_line_is_known_by_its_definition(interview, coding, codebook):
    lines = Transcripts([interview("GP1", ["The car park is full.", "The phone rings out.", "It rained all day."])])
    codings = Codings([coding("GP1:1", "parking"), coding("GP1:2", "phones"), coding("GP1:3")])
    unseen = interview("GP2", ["Their computer systems do not share any records with us."]).lines
    suggester = train(codings, lines, codebook)

    assert suggester.codes[suggester.scores(unseen)[0].argmax()].id == "records"


def test_codes_that_held_out_lines_are_told_by_have_earned_their_suggestions(suggester):
    assert suggester.notes == suggester.unsupported == ()
    assert suggester.supported.all()


def test_a_suggester_says_how_much_it_learnt_from_and_by_which_rule(study, coding):
    codings = Codings(
        [
            *study.codings,
            coding("GP1:2", "parking", "coder_b"),
            coding("GP1:3", "phones", "coder_b", Basis.ADJUDICATED),
        ]
    )
    suggester = train(codings, study.lines, study.codebook)

    assert suggester.learnt_from == (
        "learnt from 72 lines of 12 interviews (70 by single coder, 1 by strict majority, 1 by adjudicated)"
    )
    assert repr(suggester) == f"<Suggester for 3 codes, {suggester.learnt_from}>"


def test_the_same_seed_gives_the_same_suggester(study, suggester):
    again = train(*study, seed=3)

    assert again.digest == suggester.digest
    assert again.suggest(study.lines).suggestions == suggester.suggest(study.lines).suggestions


def test_other_codings_give_another_digest(study, suggester, coding):
    more = Codings([*study.codings, coding("GP1:2", "phones", "coder_b", Basis.ADJUDICATED)])

    assert train(more, study.lines, study.codebook, seed=3).digest != suggester.digest


def test_an_unknown_language_is_refused(study):
    with pytest.raises(TrainingError) as refused:
        train(*study, language="klingon")

    assert str(refused.value) == "spaCy has no language 'klingon'; give one of its codes, such as 'en', 'fr' or 'de'."


SPOKEN = {
    "fr": {
        "parking": ["Il n'y a pas de place pour la voiture.", "On ne peut pas garer la voiture ici."],
        "phones": ["Le téléphone sonne dans le vide.", "Personne ne répond au téléphone."],
        "": ["Il pleuvait à la fête d'été.", "Ma fille joue du violon."],
    },
    "de": {
        "parking": ["Für das Auto gibt es keinen Platz.", "Niemand findet hier einen Parkplatz fürs Auto."],
        "phones": ["Das Telefon klingelt, und keiner geht ran.", "Am Telefon warte ich zwanzig Minuten."],
        "": ["Beim Sommerfest hat es geregnet.", "Meine Tochter spielt Geige."],
    },
}


@pytest.mark.parametrize(("language", "asked"), [("fr", "La voiture, où la garer ?"), ("de", "Wohin mit dem Auto?")])
def test_other_languages_are_learnt(make_study, codebook, language, asked, interview):
    told = [(text, code) for code, texts in SPOKEN[language].items() for text in texts]
    study = make_study({f"GP{n}": told for n in range(1, 4)}, codebook)
    suggester = train(*study, language=language)
    line = interview("GP9", [asked]).lines[0]

    assert suggester.language == language
    assert suggester.suggest([line]).of(line.id)[0].code == "parking"


def test_one_line_is_enough_to_fit_and_nothing_is_printed(study, capfd):
    table = CodedLines.from_codings(study.codings, study.lines, study.codebook)
    model = fit(table.take(range(1)), study.codebook)

    assert capfd.readouterr() == ("", "")
    assert ((model.probabilities(table.lines) > 0) & (model.probabilities(table.lines) < 1)).all()


def test_where_there_is_but_one_code_and_every_line_has_it_nothing_is_told_apart(interview, coding):
    codebook = Codebook([Code(id=CodeId("parking"), name="Parking")])
    lines = Transcripts([interview("GP1", ["The car park is full.", "There is nowhere to park."])])
    codings = Codings([coding("GP1:1", "parking"), coding("GP1:2", "parking")])
    model = fit(CodedLines.from_codings(codings, lines, codebook), codebook)

    assert not model.coefficients.any()
    assert model.scores(lines).tolist() == [[0.0], [0.0]]


def test_words_that_the_study_never_heard_are_no_obstacle(suggester, interview):
    line = interview("GP9", ["Ωραία μέρα σήμερα, φίλε μου"]).lines[0]

    assert suggester.suggest([line]).abstentions[0].reason is Reason.UNLIKE_ANYTHING


def test_a_fitted_model_keeps_the_scores_of_lines_that_their_fold_had_not_seen(study):
    table = CodedLines.from_codings(*study)
    model = fit(table, study.codebook, seed=3)
    right = (model.held_out.argmax(axis=1) == table.applied.argmax(axis=1))[table.applied.any(axis=1)]
    seen = (model.scores(table.lines).argmax(axis=1) == table.applied.argmax(axis=1))[table.applied.any(axis=1)]

    assert model.held_out.shape == table.applied.shape
    assert not np.allclose(model.held_out, model.scores(table.lines))
    assert 0.5 < right.mean() <= seen.mean()
