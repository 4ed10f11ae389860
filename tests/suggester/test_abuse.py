"""What is odd is learnt from and answered, or refused in a sentence: never a crash, never nonsense."""

import numpy as np
import pytest

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Codings, Reason
from autocode.errors import TrainingError
from autocode.suggester import train
from autocode.transcripts import Transcripts

CYRILLIC = "Здесь негде поставить машину, и это стоит дорого."
ODD = {
    "empty": "",
    "blank": " \n\t ",
    "long": "parking " * 12_500,
    "one long word": "a" * 100_000,
    "another script": CYRILLIC,
    "marks": "?! … — 🙂🙂",
    "zero": "\x00\x01",
    "half a character": "parking \ud800 here again",
    "right to left": "אין איפה לחנות כאן בכלל",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_lines_are_learnt_from_and_answered_with_shares_that_add_up(make_study, codebook, text):
    told = [
        ("There is nowhere to park at all.", "parking"),
        ("The phone rings out again.", "phones"),
        (text, "records"),
    ]
    study = make_study({"GP1": told, "GP2": told}, codebook)
    suggester = train(*study)
    batch = suggester.suggest(study.lines)
    line = study.lines.line("GP1:4")
    told = suggester.explain(line, "records", around=study.lines)
    parts = sum(one.share for one in told.words) + told.marks + told.role + told.place + told.around + told.intercept

    assert ((suggester.probabilities(study.lines) > 0) & (suggester.probabilities(study.lines) < 1)).all()
    assert {one.line for one in (*batch.suggestions, *batch.abstentions)} >= {"GP1:4", "GP2:4"}
    assert parts == pytest.approx(told.score, abs=1e-6)


def test_a_line_of_100_000_characters_is_suggested_for_with_its_words(suggester, interview):
    text = "There is nowhere to park the car. " * 3_000
    line = interview("GP9", [text]).lines[0]
    (first, *_) = suggester.suggest([line]).of(line.id)

    assert len(text) > 100_000
    assert first.code == "parking"
    assert "park" in dict(first.evidence.words)


@pytest.mark.parametrize("text", [CYRILLIC, "本当に駐車する場所がありません。", "لا يوجد مكان لوقوف السيارات"])
def test_another_script_than_anything_coded_gets_a_reason_and_no_code(sample_suggester, interview, text):
    batch = sample_suggester.suggest(interview("GP9", [text]).lines)

    assert not batch.suggestions
    assert batch.abstentions[0].reason in (Reason.UNLIKE_ANYTHING, Reason.TOO_SHORT)


def test_a_study_in_another_script_is_learnt_in_its_language(make_study, codebook):
    told = [
        (CYRILLIC, "parking"),
        ("Телефон звонит, но никто не отвечает.", "phones"),
        ("Шёл сильный дождь вчера.", ""),
    ]
    suggester = train(*make_study({f"GP{n}": told for n in range(1, 5)}, codebook), language="ru")
    lines = make_study({"PM1": [("Негде поставить машину сегодня.", "")]}, codebook).lines.participant_lines

    assert suggester.suggest(lines).suggestions[0].code == "parking"


def test_where_all_lines_are_the_same_none_is_preferred_and_nothing_breaks(make_study, codebook):
    told = [("The very same words again.", code) for code in ("parking", "phones", "", "parking phones")]
    study = make_study({f"GP{n}": told for n in range(1, 4)}, codebook)
    p = train(*study).probabilities(study.lines.participant_lines)

    assert np.ptp(p[:, 2]) == 0 or np.ptp(p[:, 2]) < 0.2
    assert ((p > 0) & (p < 1)).all()


def test_one_example_of_each_code_is_enough_to_begin(interview, coding, codebook):
    lines = Transcripts([interview("GP1", ["The car park is full again.", "The phone rings out again."])])
    suggester = train(Codings([coding("GP1:1", "parking"), coding("GP1:2", "phones")]), lines, codebook)
    asked = interview("GP2", ["The phone just rings and rings."]).lines

    assert suggester.codes[int(suggester.scores(asked)[0].argmax())].id == "phones"
    assert [one.code for one in suggester.unsupported] == ["parking", "phones", "records"]


def test_codings_of_a_code_that_the_codebook_has_lost_are_refused(study):
    changed = Codebook([code for code in study.codebook.values() if code.id != "records"])

    with pytest.raises(TrainingError, match=r"is coded 'records', which is not a subtheme of this codebook; add it to"):
        train(study.codings, study.lines, changed)


def test_a_codebook_that_changed_since_training_is_seen_by_its_digest(study, suggester):
    renamed = Codebook(
        [
            Code(id=code.id, name=f"{code.name}!", parent=code.parent, codable=code.codable)
            for code in study.codebook.values()
        ]
    )
    more = Codebook([*study.codebook.values(), Code(id=CodeId("weather"), name="Weather")])

    assert suggester.codebook_digest == study.codebook.digest
    assert len({study.codebook.digest, renamed.digest, more.digest}) == 3
    assert train(study.codings, study.lines, more, seed=3).digest != suggester.digest
