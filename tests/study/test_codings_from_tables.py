"""Codings that a script reads from a table know the words that they are about, as those of the command line do."""

import pytest

import autocode as ac
from autocode.errors import StudyError
from autocode.journal import Journal, Kind

TABLE = "line_id,coder,code\nBea:3,MO,phone\nBea:4,MO,meetings\n"


@pytest.fixture
def codings_of(folder, codebook, tmp_path):
    """Read a table of codings of the lines that are given."""

    def read(lines, table=TABLE):
        path = tmp_path / "codings.csv"
        path.write_text(table)
        return ac.read_codings(path, lines=lines, codebook=codebook)

    return read


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "new.sqlite") as opened:
        yield opened


def test_codings_of_a_table_are_refused_with_lines_that_are_cut_otherwise(read, codings_of, codebook):
    codings = codings_of(read())

    assert set(codings.digests) == {"Bea"}
    with pytest.raises(StudyError, match="the transcript Bea is not as it was when it was coded"):
        ac.train(codings, read(unit="paragraph"), codebook)


def test_a_journal_records_what_the_codings_of_a_table_are_about(read, codings_of, codebook, journal):
    lines = read()
    journal.append(codings_of(lines))
    journal.append(codings_of(lines, TABLE.replace("MO", "JB")))

    assert journal.transcripts() == {"Bea": lines.interview("Bea").digest}
    assert len(list(journal.history(kinds=[Kind.TRANSCRIPT]))) == 1
    with pytest.raises(StudyError, match="the transcript Bea is not as it was when it was coded"):
        ac.agreement_table(journal.codings(), read(unit="paragraph"), codebook)


def test_codings_of_another_text_are_not_appended(read, codings_of, journal, folder):
    journal.append(codings_of(read()))
    file = folder / "transcripts" / "Bea.txt"
    file.write_text(file.read_text().replace("rings out", "is busy"))
    last = journal.last

    with pytest.raises(StudyError) as refusal:
        journal.append(codings_of(read(), TABLE.replace("MO", "JB")))
    assert str(refusal.value) == (
        f"{journal.path}: has codings of another text of Bea than these codings, or of one that was cut into other "
        "lines; restore the text that was coded, record the correction with autocode amend, or save the edited "
        "interview under a new name and code that."
    )
    assert journal.last == last


def test_a_transcript_that_was_corrected_before_anybody_coded_it_is_recorded_anew(read, codings_of, journal, folder):
    journal.append(ac.Codings(codings_of(read()), digests={"Tom": read().interview("Tom").digest}))
    file = folder / "transcripts" / "Tom.txt"
    file.write_text(file.read_text().replace("Monday", "Tuesday"))
    journal.append(codings_of(read(), "line_id,coder,code\nTom:2,MO,phone\n"))

    assert journal.transcripts()["Tom"] == read().interview("Tom").digest


def test_codings_of_a_plain_corpus_know_their_transcripts_too(read, codings_of, codebook, journal, tmp_path):
    ac.write_corpus(tmp_path / "plain", codings=codings_of(read()), lines=read(), codebook=codebook)
    table = tmp_path / "plain" / "lines.csv"
    before = ac.read_corpus(tmp_path / "plain")
    journal.append(before.codings)
    table.write_text(table.read_text().replace("rings out", "is busy"))
    after = ac.read_corpus(tmp_path / "plain")

    with pytest.raises(StudyError, match="the transcript Bea is not as it was when it was coded"):
        ac.train(journal.codings(), after.lines, codebook)
    with pytest.raises(StudyError, match="has codings of another text of Bea than these codings"):
        journal.append(after.codings)
