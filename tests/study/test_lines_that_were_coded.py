"""Every function that joins lines with codings refuses lines that are not those that were coded."""

import inspect
import pickle
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from operator import attrgetter
from typing import Any, NamedTuple

import pytest

import autocode as ac
from autocode import review, suggester
from autocode.agreement import anchoring_audit, code_prevalence_by, drift, leave_one_coder_out, stability
from autocode.coding import Codings, Sample
from autocode.errors import StudyError
from autocode.journal import Journal, TranscriptSeen
from autocode.review import AdjudicationSession, differences, lines_left_to_read, progress_of_coders
from autocode.suggester import CodedLines, LearningSuggester, theme_coherence
from autocode.themes import Incidence, together
from autocode.validation import eligible
from autocode.web import adjudication_page, corrections_page, team_page

ROOMS = ("agreement", "coding", "exchange", "journal", "report", "review", "suggester", "themes", "validation", "web")
REFUSED = (
    "the transcript Bea is not as it was when it was coded: its text was edited, or cut into lines with another unit, "
    "language or list of interviewers, so the codings may stand at other words. Read the study with "
    "autocode.read_study(FOLDER), which knows its settings, restore the text that was coded, or record the correction "
    "with: autocode amend STUDY."
)


class Joined(NamedTuple):
    """What a function joins: codings or the journal that holds them, and lines."""

    codings: Codings
    lines: Any
    codebook: ac.Codebook
    journal: Journal
    folder: Any


SAMPLE = Sample(drawn=("Bea:3",), probabilities={"Bea:3": 1.0}, seed=1)
# what each public function is called with; where `lines` may be a plain sequence, it is called with one as well
OF_TRANSCRIPTS: dict[str, Callable[[Joined], object]] = {
    "agreement.agreement_table": lambda a: ac.agreement_table(a.codings, a.lines, a.codebook),
    "agreement.anchoring_audit": lambda a: anchoring_audit(a.codings, a.codings, (), a.lines),
    "agreement.code_prevalence": lambda a: ac.code_prevalence(["phone"], a.codings, a.lines, samples=[SAMPLE]),
    "agreement.code_prevalence_by": lambda a: code_prevalence_by(
        "role", ["phone"], a.codings, a.lines, samples=[SAMPLE]
    ),
    "agreement.coder_matrix": lambda a: ac.coder_matrix(a.codings, a.lines),
    "agreement.disagreements": lambda a: ac.disagreements(a.codings, a.lines, a.codebook),
    "agreement.drift": lambda a: drift(a.codings, a.lines),
    "agreement.human_ceiling": lambda a: ac.human_ceiling(a.codings, MODEL, a.lines),
    "agreement.leave_one_coder_out": lambda a: leave_one_coder_out(a.codings, a.lines),
    "agreement.model_table": lambda a: ac.model_table(a.codings, MODEL, a.lines, codes=["phone"]),
    "agreement.stability": lambda a: stability(a.codings, a.codings, a.lines),
    "agreement.ReliabilityData.for_sets": lambda a: ac.ReliabilityData.for_sets(a.codings, a.lines),
    "agreement.ReliabilityData.for_code": lambda a: ac.ReliabilityData.for_code("phone", a.codings, a.lines),
    "agreement.ReliabilityData.for_theme": lambda a: ac.ReliabilityData.for_theme(["phone"], a.codings, a.lines),
    "exchange.write_corpus": lambda a: ac.write_corpus(
        a.folder / "plain", codings=a.codings, lines=a.lines, codebook=a.codebook
    ),
    "report.write_report": lambda a: ac.write_report(
        a.folder / "r.md", title="", lines=a.lines, codebook=a.codebook, codings=a.codings, table=None
    ),
    "review.AdjudicationSession": lambda a: AdjudicationSession(
        a.journal, lines=a.lines, codebook=a.codebook, coder="TW", adjudicators=["TW"]
    ),
    "review.ReviewSession": lambda a: ac.ReviewSession(a.journal, lines=a.lines, codebook=a.codebook, coder="MO"),
    "review.RereadingSession": lambda a: review.RereadingSession(
        a.journal, lines=a.lines, codebook=a.codebook, coder="MO"
    ),
    "review.code_cards": lambda a: review.code_cards(a.codings, a.lines, a.codebook),
    "review.lines_to_read_again": lambda a: review.lines_to_read_again("MO", a.journal, a.lines),
    "review.lines_in_question": lambda a: review.lines_in_question(a.journal, a.lines, a.codebook),
    "review.differences": lambda a: differences(a.codings, a.lines),
    "review.lines_left_to_read": lambda a: lines_left_to_read("MO", a.codings, a.lines),
    "review.progress_of_coders": lambda a: progress_of_coders(a.journal, a.lines),
    "themes.Incidence.of": lambda a: Incidence.of(a.codings, a.lines, a.codebook),
    "themes.together": lambda a: together(a.codings, a.lines, a.codebook, unit="line"),
    "validation.eligible": lambda a: eligible(a.codings, a.lines, a.codebook, min_uses=1),
    "validation.validate": lambda a: ac.validate(a.codings, a.lines, a.codebook, seeds=1, min_uses=1),
    "web.adjudication_page": lambda a: adjudication_page(
        a.journal, lines=a.lines, codebook=a.codebook, adjudicators=["TW"]
    ),
    "web.corrections_page": lambda a: corrections_page(None, journal=a.journal, lines=a.lines, adjudicators=["TW"]),
    "web.team_page": lambda a: team_page(
        a.journal, lines=a.lines, codebook=a.codebook, suggester_status=lambda: None, flagged_lines=None
    ),
}
OF_LINES: dict[str, Callable[[Joined], object]] = {
    "coding.Codings.check_lines": lambda a: a.codings.check_lines(a.lines),
    "coding.Codings.uncoded": lambda a: a.codings.uncoded(a.lines),
    "suggester.CodedLines.from_codings": lambda a: CodedLines.from_codings(a.codings, a.lines, a.codebook),
    "suggester.LearningSuggester": lambda a: LearningSuggester(a.codings, a.lines, a.codebook),
    "suggester.confused_codes": lambda a: suggester.confused_codes(a.codings, a.lines, a.codebook),
    "suggester.recheck": lambda a: ac.recheck(a.codings, a.lines, a.codebook),
    "suggester.similar_codes": lambda a: suggester.similar_codes(a.codings, a.lines, a.codebook),
    "suggester.theme_coherence": lambda a: theme_coherence(a.codings, a.lines, a.codebook),
    "suggester.train": lambda a: ac.train(a.codings, a.lines, a.codebook),
}
MODEL = {line: frozenset({"phone"}) for line in ("Bea:3", "Bea:4", "Bea:5")}
ALL = {**OF_TRANSCRIPTS, **OF_LINES}
# these read codings, hold what was joined, or say what differs
JOINING_NOTHING = {
    "coding.Codings.edited",
    "exchange.PlainCorpus",
    "exchange.read_codings",
    "review.OwnWork",  # serves a study that was read, and so checked
    "study.inconsistencies",
    "study.unrecorded_digests",
    "study.StudyData",
    "suggester.CodedLines",
    "suggester.ConfusedCodes",
    "suggester.SimilarCodes",
    "web.lines_pages",  # serve a study that was read, and so checked
}


@pytest.fixture
def joined(folder, codings, codebook) -> Iterator[Callable[[Any], Joined]]:
    with Journal.open(folder / "study.sqlite") as journal:
        yield lambda lines: Joined(codings, lines, codebook, journal, folder)


def test_no_public_function_is_missing_here():
    found = set()
    for room in ROOMS:
        module = import_module(f"autocode.{room}")
        for name in module.__all__:
            value = getattr(module, name)
            members = vars(value).items() if inspect.isclass(value) else ()
            callables = {name: value} | {
                f"{name}.{key}": getattr(value, key) for key, _ in members if not key.startswith("_")
            }
            for full, function in callables.items():
                if not callable(function):
                    continue
                try:
                    parameters = set(inspect.signature(function).parameters)
                except (TypeError, ValueError):
                    continue
                codings = parameters & {"codings", "independent", "first", "journal"} or full.startswith("Codings.")
                if "lines" in parameters and codings:
                    found.add(f"{room}.{full}")
    found -= {"coding.Codings.on"}  # it takes ids

    assert found - JOINING_NOTHING == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_the_refusal_is_documented(name):
    room, _, path = name.partition(".")

    text = inspect.getdoc(attrgetter(path)(import_module(f"autocode.{room}")))
    assert re.search(r"Raises\n-+\n(.*\n)*StudyError\n|(raises|else) as `for_", text)


@pytest.mark.parametrize("settings", [{"unit": "paragraph"}, {"interviewers": []}])
@pytest.mark.parametrize("name", ALL)
def test_lines_cut_otherwise_than_those_that_were_coded_are_refused(joined, read, name, settings):
    with pytest.raises(StudyError) as refusal:
        ALL[name](joined(read(**settings)))

    assert "Bea" in str(refusal.value)
    assert "Tom" not in str(refusal.value)
    if name != "review.ReviewSession":
        assert str(refusal.value) == REFUSED


@pytest.mark.parametrize("name", ALL)
def test_a_text_edited_after_it_was_coded_is_refused(joined, read, folder, name):
    file = folder / "transcripts" / "Bea.txt"
    file.write_text(file.read_text().replace("rings out", "is busy"))

    with pytest.raises(StudyError, match="Bea"):
        ALL[name](joined(read()))


@pytest.mark.parametrize("name", OF_LINES)
def test_lines_without_their_transcripts_are_refused_too(joined, read, name):
    with pytest.raises(StudyError) as refusal:
        ALL[name](joined(read(unit="paragraph").participant_lines))

    assert str(refusal.value) == REFUSED


def test_quick_learning_refuses_codings_of_other_lines(joined, read, folder, codebook):
    lines = read(unit="paragraph")
    learner = LearningSuggester(Codings(), lines, codebook)

    with pytest.raises(StudyError, match="the transcript Bea is not as it was"):
        learner.learn(joined(lines).codings)


QUICK = set(ALL) - {
    "agreement.code_prevalence",  # these ask for more than this study has, and say so
    "agreement.code_prevalence_by",
    "agreement.anchoring_audit",
    "report.write_report",
    "suggester.confused_codes",
    "suggester.recheck",
    "validation.eligible",
    "validation.validate",
}


@pytest.mark.parametrize("name", sorted(QUICK))
def test_the_lines_that_were_coded_are_not_refused(joined, read, name):
    ALL[name](joined(read()))


@pytest.mark.parametrize("name", ["coding.Codings.uncoded", "agreement.agreement_table", "review.differences"])
def test_a_transcript_corrected_before_anybody_coded_it_is_not_refused(joined, read, folder, name):
    with Journal.open(folder / "study.sqlite") as journal:
        journal.append(TranscriptSeen(transcript="Tom", digest=read().interview("Tom").digest))
    file = folder / "transcripts" / "Tom.txt"
    file.write_text(file.read_text().replace("Monday", "Tuesday"))

    ALL[name](joined(read()))


def test_all_transcripts_that_differ_are_named_in_one_sentence(read, codings):
    more = [replace(codings[0], line=line) for line in ("Tom:2", "Tom:3")]
    both = Codings([*codings, *more], digests={"Bea": "0", "Tom": "0"})

    with pytest.raises(
        StudyError, match=r"^the transcripts Bea, Tom are not as they were when they were coded: their "
    ):
        both.check_lines(read())


def test_what_was_selected_still_knows_what_was_coded(read, codings):
    selections = (codings.by("MO"), codings.independent(), codings.on(["Bea:3"]), codings[:2])

    assert all(part.edited(read(unit="paragraph")) == ("Bea",) for part in selections)
    assert pickle.loads(pickle.dumps(codings)).edited(read(unit="paragraph")) == ("Bea",)


def test_codings_are_equal_whether_or_not_their_transcripts_are_known(codings):
    plain = Codings(codings)

    assert plain == codings
    assert hash(plain) == hash(codings)
    assert not plain.digests


def test_codings_of_unknown_transcripts_are_not_checked(read, codings):
    Codings(codings).check_lines(read(unit="paragraph"))
