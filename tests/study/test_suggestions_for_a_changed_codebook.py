"""Suggestions, suggesters and learning after the codebook was changed: what does not hold any more is withheld."""

import shutil
from pathlib import Path

import pytest

from autocode.codebook import Added, Code, Moved, Redefined, Redefinition, Renamed, Retired, Split
from autocode.coding import Coding, Suggestion
from autocode.errors import StudyError
from autocode.study import (
    Learner,
    add_files,
    change_codebook,
    draw_lines,
    open_journal,
    open_review,
    read_study,
    suggest_for_study,
)
from autocode.study._pages import _suggester_status_of

SAMPLE = Path(__file__).parents[2] / "corpora" / "integration-barriers"
CODE = "logistical-issues"


def change(noun, before, **fields):
    return noun(before=str(before), after=str(before + 1), by="TW", why="agreed", **fields)


SPLIT = change(
    Split,
    1,
    code=CODE,
    parts=(
        Code(id="distance", name="Distance", parent="accessing-social-services"),
        Code(id="paperwork", name="Paperwork", parent="accessing-social-services"),
    ),
)


@pytest.fixture(scope="module")
def suggested(tmp_path_factory):
    """Three interviews of the sample study, of which one is not coded and has suggestions."""
    folder = tmp_path_factory.mktemp("suggested") / "study"
    (folder / "transcripts").mkdir(parents=True)
    for name in ("study.toml", "codebook.toml", "participants.csv"):
        shutil.copy(SAMPLE / name, folder)
    for name in ("GP1", "PM1", "PM2"):
        shutil.copy(SAMPLE / "transcripts" / f"{name}.txt", folder / "transcripts")
    table = (SAMPLE / "codings" / "coder_a.csv").read_text().splitlines()
    kept = [row for row in table if row.partition(":")[0] in ("GP1", "PM1") or row.startswith("line_id")]
    (folder.parent / "coder_a.csv").write_text("\n".join(kept) + "\n")
    add_files(folder, [folder.parent / "coder_a.csv"])
    suggest_for_study(folder, remark=lambda _: None)
    study = read_study(folder)
    line = study.batch.suggestions[0].line
    with open_journal(folder) as journal:  # whatever was learnt, one line is certainly suggested the code
        batch = study.batch.without([line])
        first = Suggestion(line=line, code=CODE, rank=1, probability=0.9, band=study.batch.suggestions[0].band)
        journal.append(type(batch)(
            id="all", model=batch.model, codebook=batch.codebook, suggestions=(first, *batch.suggestions),
            abstentions=batch.abstentions,
        ))  # fmt: skip
    return folder


@pytest.fixture
def folder(suggested, tmp_path):
    shutil.copytree(suggested, tmp_path / "study")
    return tmp_path / "study"


def remarks_of_review(folder):
    remarks = []
    with open_review(folder, coders=["MO"], remark=remarks.append) as review:
        session = review.sessions["MO"]
        offers = [offer for line in session.lines_to_judge if (offer := session.offer(line.id)) is not None]
        return remarks, {suggestion.code for offer in offers for suggestion in offer.suggestions}


def test_suggestions_of_an_older_version_are_still_shown_without_the_code_that_changed(folder):
    _, before = remarks_of_review(folder)
    change_codebook(folder, SPLIT)
    remarks, after = remarks_of_review(folder)

    assert CODE in before
    assert after == before - {CODE}
    assert remarks == [
        "the suggestions were made under version 1 of the codebook: Logistical issues ended or changed since and is "
        "not suggested; Distance and Paperwork are new and not suggested yet. To learn the changes: autocode train "
        f"{folder} --force, then autocode suggest {folder}."
    ]


def test_new_names_and_themes_make_nothing_out_of_date(folder):
    _, before = remarks_of_review(folder)
    change_codebook(
        folder,
        change(Renamed, 1, code=CODE, name="Logistics"),
        change(Moved, 2, code=CODE, parent="infrastructure"),
        change(Redefined, 3, code=CODE, kind=Redefinition.CLARIFIED, definition="Ways and forms."),
    )
    remarks = []
    result = suggest_for_study(folder, remark=remarks.append)

    assert remarks_of_review(folder)[0] == []
    assert before >= {CODE}
    assert not [remark for remark in remarks if "older version" in remark]
    assert result.batch.codebook == read_study(folder).codebook.digest


@pytest.mark.parametrize(
    "made",
    [
        SPLIT,
        change(Retired, 1, code=CODE),
        change(Redefined, 1, code=CODE, kind=Redefinition.WIDENED, definition="All."),
    ],
    ids=lambda made: type(made).__name__,
)
def test_the_suggester_serves_on_without_the_code_and_says_so(folder, made, tmp_path):
    change_codebook(folder, made)
    remarks, table = [], tmp_path / "suggestions.csv"
    result = suggest_for_study(folder, table=table, remark=remarks.append)

    assert CODE not in {suggestion.code for suggestion in result.batch.suggestions}
    assert CODE not in table.read_text()
    assert any("learnt under an older version of the codebook than 2" in remark for remark in remarks)


def test_the_page_of_the_team_says_that_the_suggester_is_older(folder):
    study = read_study(folder)
    with open_journal(folder) as journal:
        status = _suggester_status_of(study, journal)
        assert not [sentence for sentence in status().unsupported if "older version" in sentence]

        change_codebook(folder, SPLIT)

        assert [sentence for sentence in status().unsupported if "older version of the codebook than 2" in sentence]


def test_no_line_is_drawn_for_a_suggestion_of_a_code_that_means_something_else(folder):
    change_codebook(folder, change(Redefined, 1, code=CODE, kind=Redefinition.CHANGED, definition="Forms only."))
    sample = draw_lines(folder, 5, enrich=[CODE], seed=1)

    assert len(set(sample.probabilities.values())) == 1


def test_learning_takes_in_a_change_like_decisions(folder):
    learner = Learner(folder)
    learner.learn()
    change_codebook(folder, SPLIT, change(Added, 2, code=Code(id="fixers", name="Informal fixers")))
    learner.learn()
    study = read_study(folder)

    assert study.batch.codebook == study.codebook.digest
    assert CODE not in {suggestion.code for suggestion in study.batch.suggestions}
    with open_journal(folder) as journal:
        line = study.codings.uncoded(study.lines.participant_lines)[0]
        journal.append(Coding(line=line.id, coder="MO", codes=frozenset({"distance", "fixers"})))
    learner.learn()
    assert read_study(folder).batch.codebook == study.codebook.digest


def test_no_suggestions_are_shown_where_the_codebook_was_edited_by_hand(folder):
    book = folder / "codebook.toml"
    book.write_text(book.read_text().replace('name = "Logistical issues"', 'name = "Logistics"'))

    with pytest.raises(StudyError, match="differs from version '1' of the codebook, which is on record"):
        remarks_of_review(folder)
