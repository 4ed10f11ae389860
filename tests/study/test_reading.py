"""A study read from Python as the command line reads it; the interviews are invented."""

from dataclasses import replace

import pytest

import autocode as ac
from autocode.errors import StudyError
from autocode.exchange import write_corpus
from autocode.journal import Journal
from autocode.study import create_study, end_sample, read_study_or_corpus, text_options, with_encoder


def test_a_script_learns_the_words_that_were_coded(folder):
    study = ac.read_study(folder)
    suggester = ac.train(study.codings, study.lines, study.codebook, **text_options(study))

    assert {example.text: set(example.codes) for example in suggester.examples} == {
        "The phone rings out.": {"phone"},
        "They meet without us.": {"meetings"},
        "I am tired.": set(),
        "Since the spring.": set(),
        "Nobody calls back.": {"phone"},
    }


def test_the_same_files_read_without_the_study_s_settings_are_refused(folder):
    codebook = ac.read_codebook(folder / "codebook.toml")
    lines = ac.read_transcripts(folder / "transcripts", participants=folder / "participants.csv")
    with ac.Journal.open(folder / "study.sqlite") as journal:
        codings = journal.codings()

    # the same line id, and other words; the interviewer, whom only study.toml names, counts as a participant
    assert lines.line("Bea:3").text == "They meet without us. I am tired."
    assert "Mara" in {line.speaker for line in lines.participant_lines}
    with pytest.raises(ac.AutocodeError) as refusal:
        ac.train(codings, lines, codebook)
    assert str(refusal.value) == (
        "the transcript Bea is not as it was when it was coded: its text was edited, or cut into lines with another "
        "unit, language or list of interviewers, so the codings may stand at other words. Read the study with "
        "autocode.read_study(FOLDER), which knows its settings, restore the text that was coded, or record the "
        "correction with: autocode amend STUDY."
    )


def test_a_study_is_read_with_its_settings(folder):
    study = ac.read_study(str(folder))

    assert (study.title, study.language, study.settings.unit) == ("Reaching the council", "en", "sentence")
    assert study.settings.interviewers == {"Mara"}
    assert study.participants == {"Bea": {"role": "carer"}, "Tom": {"role": "carer"}}
    assert {line.speaker for line in study.lines.participant_lines} == {"Bea", "Tom"}
    assert list(study.codebook) == ["access", "phone", "meetings"]
    assert len(study.codings) == 10
    assert (study.batch, study.decisions, study.samples) == (None, (), ())
    assert str(study) == "2 interviews, 7 lines of participants, 2 subthemes, 10 judgements by 2 coders"
    assert repr(study) == f"<StudyData 'Reaching the council': {study}>"


def test_a_study_is_read_with_what_its_journal_holds(folder):
    study = ac.read_study(folder)
    suggester = ac.train(study.codings, study.lines, study.codebook)
    batch = suggester.suggest(study.codings.uncoded(study.lines.participant_lines))
    with Journal.open(folder / "study.sqlite") as journal:
        journal.append(batch, ac.draw_sample(study.lines, 2, seed=1))
    again = ac.read_study(folder)

    assert again.batch.id == batch.id
    assert len(again.samples[0].drawn) == 2
    assert again.open_draws == again.samples
    end_sample(folder, "draw-1")
    assert [sample.name for sample in ac.read_study(folder).samples] == ["draw-1"]
    assert ac.read_study(folder).open_draws == ()


def test_a_study_that_nobody_has_coded_has_no_codings_and_no_journal(tmp_path):
    create_study(tmp_path)
    (tmp_path / "transcripts" / "Bea.txt").write_text("Bea: The phone rings out.\n")

    assert not ac.read_study(tmp_path).codings
    assert not (tmp_path / "study.sqlite").exists()


def test_a_folder_that_is_not_a_study_is_refused_and_a_plain_corpus_is_one_only_where_both_will_do(folder, tmp_path):
    study = ac.read_study(folder)
    write_corpus(tmp_path / "plain", codings=study.codings, lines=study.lines, codebook=study.codebook)
    corpus = read_study_or_corpus(tmp_path / "plain")

    assert (corpus.title, corpus.codings) == ("plain", study.codings)
    assert corpus.codings.uncoded(corpus.lines.participant_lines) == corpus.lines.participant_lines[5:]
    with pytest.raises(StudyError, match=r"plain: is not a study: it has no study.toml. Make a study with: "):
        ac.read_study(tmp_path / "plain")


def test_a_transcript_edited_after_it_was_coded_is_named_with_its_file(folder):
    file = folder / "transcripts" / "Bea.txt"
    file.write_text(file.read_text().replace("tired", "asleep"))

    with pytest.raises(StudyError, match=f"^{file}: was edited, or cut into other lines, after it was coded, so its "):
        ac.read_study(folder)


def test_another_encoder_is_named_without_changing_the_study(folder):
    study = ac.read_study(folder)

    assert with_encoder(study, None) is study
    assert with_encoder(study, "minilm").settings == replace(study.settings, encoder="minilm")
    assert study.settings.encoder == ""
    assert text_options(study) == {"language": "en", "encoder": None}
