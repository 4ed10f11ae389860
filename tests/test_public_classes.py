"""What is true of every exported class, tried on a real instance of each: pickled, copied, shown on one screen."""

import copy
import dataclasses
import inspect
import pickle
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import autocode as ac
from autocode import (
    agreement,
    coding,
    conduct,
    errors,
    exchange,
    journal,
    retrieval,
    review,
    study,
    suggester,
    tables,
    themes,
    transcripts,
)
from autocode import codebook as codebooks
from autocode import validation as validating
from autocode.agreement import Span, SpanData
from autocode.display import Records, Tabular
from autocode.frozen import FrozenMapping
from exports import exported
from studies import sample_study

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
# An open file, a running page or a process cannot be in two places; and a protocol has no instances.
NOT_COPIED = {
    "journal.Journal", "review.AdjudicationSession", "review.RereadingSession", "review.ReviewSession",
    "study.Learner", "study.LearnerProcess", "study.StudyRereading", "study.StudyReview",
    "suggester.Encoder", "web.AdjudicationApi", "web.AdjudicationWidget", "web.Certificate",
    "web.CorrectedDocument", "web.Corrections", "web.PlannedCorrection",
    "review.CodeMaking", "review.CodingsInForce", "review.OwnWork", "web.Board", "web.BoardAct", "web.BoardView",
    "web.BoardWords", "web.PlannedChange", "web.ProposedOnBoard",
    "web.FlaggedLine", "web.Learning", "web.Learnt", "web.Page", "web.ReviewWidget", "web.SuggesterStatus",
    "suggester.SentenceEncoder", "suggester.Embeddings", "suggester.SuggestingPipe", "display.Tabular",
}  # fmt: skip
CLASSES = {
    name: value
    for name, value in exported()
    if inspect.isclass(value) and not issubclass(value, Enum | BaseException | dict) and name not in NOT_COPIED
}
ERRORS = [value for _, value in exported() if inspect.isclass(value) and issubclass(value, BaseException)]
# Plain words about arguments and files: their repr is that of a dataclass, and nobody looks at them in a notebook.
NO_RESULTS = {
    "coding.OpenQuestions", "conduct.LineChanges", "journal.CodebookSeen",
    "display.Records", "errors.Fault", "exchange.PlainCorpus", "exchange.Sheet", "frozen.FrozenMapping",
    "journal.CodingsShown", "journal.Deferral", "journal.LineChecked", "journal.TranscriptSeen", "journal.Undo",
    "retrieval.LineSearch",
    "review.Queue", "study.Settings", "study.SpeakerRule",
    "study.StudyData", "suggester.LearningSuggester", "suggester.LineClassifier", "suggester.Promise",
    "suggester.ScoreParts", "suggester.Suggester", "tables.Table", "transcripts.Columns", "transcripts.LeftOut",
    "transcripts.Line", "transcripts.RoleDecision",
}  # fmt: skip


def found_in(value: object, into: dict[type, object], depth: int = 0) -> None:
    """Add an instance of each class that is in a value, however deep."""
    kind = type(value)
    if depth > 9 or kind.__module__.partition(".")[0] not in ("autocode", "builtins"):
        return
    if kind.__module__.startswith("autocode"):
        known = into.setdefault(kind, value)
        if known is not value and depth > 6:
            return
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            found_in(getattr(value, field.name), into, depth + 1)
    elif isinstance(value, Mapping):
        for key, entry in list(value.items())[:20]:
            found_in(key, into, depth + 1)
            found_in(entry, into, depth + 1)
    elif isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        for entry in list(value)[:40]:
            found_in(entry, into, depth + 1)


def by_hand(codings: ac.Codings, codebook: ac.Codebook, line: ac.Line, decision: ac.Decision) -> tuple[object, ...]:
    """Return instances of what people do at a page, and of findings that the sample study does not have."""
    first, second = codebook.subthemes[:2]
    readings = [
        coding.Reading(coders=(name,), codes=frozenset({code.id})) for name, code in (("a", first), ("b", second))
    ]
    ruling = coding.Adjudication(
        line=line.id, coder="kim", ruling=coding.Ruling.LEFT, left=readings[0], right=readings[1], at=AT
    )
    where = {"line": line.id, "coder": "ann", "at": AT}
    proposal = coding.Proposal(name="Transport", **where)
    example = suggester.ExampleLine.from_line(line)
    return (
        ruling,
        proposal,
        coding.BlindDraw(drawn=frozenset({line.id}), probabilities={line.id: 0.5}, seed=1),
        coding.Paradata(
            mode=coding.Mode.ASSISTED, stage=next(iter(coding.Stage)), before=None, after=frozenset(), **where
        ),
        journal.CodingsShown(coder="ann"),
        journal.Deferral(**where),
        journal.LineChecked(**where, codings="00"),
        journal.TranscriptSeen(transcript="GP1", digest="00"),
        journal.Undo(entry=1, coder="ann"),
        review.Act(
            id="00", name="coded", line=line.id, coding=codings[0], proposed=(), revealed=(), batch=None, entries=(1,)
        ),
        review.Adjudicated(coding=codings[0], adjudication=ruling),
        review.BandMeaning(band=coding.Band.FAIR, kept=3, decided=4),
        review.ProposedCode(name="Transport", proposals=(proposal,) * 500),
        review.Settlement(coding=codings[0], decision=decision),
        study.PrevalenceRow(code=first, group=None, prevalence=None, reason="nobody judged"),
        suggester.Hyperparameters(),
        suggester.ConfusedCodes(first=first, second=second, auc=0.6, low=0.5, high=0.7, lines=(30, 40), together=2),
        suggester.NearDuplicates(
            first=example,
            second=example,
            similarity=0.9,
            jaccard_distance=1.0,
            codes=((first,), (second,)),
            coders=(("ann",), ("ben",)),
        ),
        suggester.PromiseMet(
            promise=suggester.Promise.parse("precision=0.8"), threshold=0.5, estimate=0.85, bound=0.8, counted=90,
            abstention_rate=0.4, interviews=20,
        ),
        suggester.TableSummary(rows=10, suggested=4, resumed=0),
        suggester.UnsupportedCode(code="wait", name="Waiting", examples=2, more=8, why="too few examples"),
        validating.Predictions(
            truth=np.zeros((900, 20), dtype=bool),
            scores=np.zeros((900, 20)),
            predicted=np.zeros((900, 20), dtype=bool),
            probabilities=None,
        ),
    )  # fmt: skip


def of_the_codebook(codebook: ac.Codebook) -> tuple[object, ...]:
    """Return a change of each kind to a codebook."""
    first, second = (code.id for code in codebook.subthemes[:2])
    signed = {"before": "1", "after": "2", "by": "TW", "at": AT, "why": "as the team agreed"}
    new, theme = ac.Code(id="fixers", name="Informal fixers"), ac.Code(id="top", name="Top", codable=False)
    return (
        codebooks.Change(**signed),
        codebooks.Added(code=new, **signed),
        codebooks.Renamed(code=first, name="Another name", **signed),
        codebooks.Moved(code=first, parent=None, **signed),
        codebooks.Grouped(theme=theme, codes=(first, second), **signed),
        codebooks.Redefined(code=first, kind=codebooks.Redefinition.NARROWED, definition="Less.", **signed),
        codebooks.Merged(codes=(first,), into=second, **signed),
        codebooks.Split(code=first, parts=(new, ac.Code(id="more", name="More")), **signed),
        codebooks.Fate(code=first, name="First", became="retired"),
        codebooks.Retired(code=first, **signed),
        codebooks.Undone(change="2", **signed),
        codebooks.ExchangedCodebook(codebook=codebook, guids={}, origin="NVivo", lost=("1 set of codes",)),
        codebooks.additions(codebook, ac.Codebook([new]), by="TW", why="from the pilot"),
        codebooks.codebook_difference(
            codebook,
            [codebooks.Redefined(code=first, kind=codebooks.Redefinition.NARROWED, definition="Less.", **signed)],
            before="1",
            after="2",
        ),
        journal.CodebookSeen(codebook=codebook, at=AT),
        coding.OpenQuestions([], codebook=codebook),
        coding.OpenQuestion(change=codebooks.Added(code=new, **signed), codes=frozenset({new.id})),
        review.LinesInQuestion(
            change=codebooks.Added(code=new, **signed),
            codes=(new.id,),
            lines=tuple(f"GP1:{n}" for n in range(5000)),
        ),
        review.Rereading(
            line="GP1:2", codes=(first,), change=None, why="The transcript was corrected here.", gave=("Waiting",)
        ),
        agreement.estimate_unfound(2, 100, 600),
    )


def changed_study(data: study.StudyData) -> object:
    """Return what differs between two versions of the sample's codebook, and the history of the two."""
    first, second = (code.id for code in data.codebook.subthemes[:2])
    merged = codebooks.Merged(codes=(first,), into=second, before="1", after="2", by="TW", at=AT, why="one idea")
    changed = dataclasses.replace(
        data, first_codebook=data.codebook, codebook_changes=(merged,), codings_as_made=data.codings
    )
    return study.study_difference(changed, "1", "2"), study.codebook_history(changed)


def of_a_small_study(folder: Path) -> tuple[object, ...]:
    """Return the plans and the records of a study that was sampled, backed up, copied, merged and corrected."""
    here, there = folder / "here", folder / "there"
    study.create_study(here)
    text = "Interviewer: And the council?\nBea: The phone rings out.\nBea: Nobody calls back.\n"
    (here / "transcripts" / "Bea.txt").write_text(text)
    sheet = folder / "MO.csv"
    sheet.write_text("line_id,coder,code\nBea:2,MO,an-example-subtheme\nBea:3,MO,\n")
    study.add_files(here, [sheet])
    sample = study.draw_lines(here, 1)
    study.end_sample(here, sample.name, reason="enough")
    backup = study.backup_study(here, folder / "backup.zip")
    shutil.copytree(here, there)
    sheet.write_text("line_id,coder,code\nBea:2,JB,\nBea:3,JB,\n")
    study.add_files(there, [sheet])
    merged = study.merge(here, there)
    corrected = folder / "Bea.txt"
    corrected.write_text(text.replace("Nobody calls back.", "They meet on Mondays without us."))
    plan = study.plan_amendment(here, [corrected], by="TW", reason="the recording")
    amended = [part.amendment for part in plan.interviews]
    return (
        study.study_samples(here), backup, merged, plan, amended, conduct.LineChanges(amended),
        coding.SampleEnd(sample="draw-1", reason="enough", at=AT),
        journal.Erasure(entries=(1,), coder="TW", why="asked for", at=AT),
    )  # fmt: skip


def of_themes(codings: ac.Codings, lines: ac.Transcripts, codebook: ac.Codebook) -> tuple[object, ...]:
    incidence = themes.Incidence.of(codings, lines, codebook)
    roles = {name: {"role": name[:2]} for name in incidence.interviews}
    return (
        themes.saturation(incidence, n_orders=20),
        themes.variation(dataclasses.replace(incidence, attributes=roles), "role"),
        themes.together(codings, lines, codebook, unit="line", resamples=20),
    )


def validation_split(codings: ac.Codings, lines: ac.Transcripts, codebook: ac.Codebook) -> object:
    return validating.split(validating.eligible(codings, lines, codebook, min_uses=15), seed=1)


@pytest.fixture(scope="module")
def instances(tmp_path_factory) -> dict[type, object]:
    """Return an instance of each exported class, as big as the sample study makes it."""
    codings, lines, codebook = sample_study()
    folder = tmp_path_factory.mktemp("study")
    interview = lines.interviews[0]
    model = {one.line: one.codes for one in codings.by("coder_a")}
    others = codings.by("coder_b", "coder_c")
    learner = ac.train(codings, lines, codebook, promise=None)
    batch = learner.suggest(lines)
    sets = ac.ReliabilityData.for_sets(codings, lines)
    sample = ac.draw_sample(lines, 200, seed=1)
    line, suggestion = lines.participant_lines[0], batch.suggestions[0]
    assisted = ac.Codings(
        ac.Coding(line=one.line, coder=one.coder, codes=one.codes, basis=ac.Basis.ASSISTED)
        for one in codings
        if one.line.endswith(("1", "2", "3"))
    )
    shown = coding.Shown(
        code=suggestion.code, rank=1, probability=0.5, band=suggestion.band, verdict=ac.Verdict.ACCEPTED
    )
    decision = ac.Decision(line=line.id, coder="coder_a", batch=batch.id, shown=(shown,), at=AT)
    spans = SpanData.from_texts({f"t{n}": (50, {"a": [(0, 9, "x")], "b": [(1, 9, "y")]}) for n in range(40)})
    (folder / "lines.csv").write_text("line_id,coder\n" + "GP1:2,ann\n" * 500)
    validation = ac.validate(codings, lines, codebook, learn=[50], seeds=1, resamples=2)
    data = study.StudyData(
        folder=Path(), settings=study.Settings(), lines=lines, codebook=codebook, codings=codings, participants={}
    )
    classifier = ac.LineClassifier().fit(["The phone rings.", "No car park."], ["phones", "parking"])
    with ac.Journal.open(folder / "study.sqlite") as opened:
        opened.append(*codings[:50], batch, decision, sample, journal.Undo(entry=1, coder="coder_a"))
        entries = tuple(opened.history())
        session = ac.ReviewSession(opened, lines=lines, codebook=codebook, coder="coder_a", batch=batch)
        reviewing = (session.queue, session.progress, session.offer(line.id), review.progress_of_coders(opened, lines))
    values = [
        codings, lines, codebook, learner, batch, sets, sample, assisted, decision, validation, data, classifier,
        entries, reviewing, sample_study(), coding.consensus(codings),
        suggester.CodedLines.from_codings(codings, lines, codebook), learner.explain(line, suggestion.code),
        learner.model.decompose(lines[:20]), next(iter(learner.predictions(lines))),
        suggester.LearningSuggester(codings, lines, codebook), ac.recheck(codings, lines, codebook, resamples=2),
        learner.promise("precision=0.8"), suggester.Promise.parse("recall=0.9"),
        ac.agreement_table(codings, lines, codebook, interval=None), ac.coder_matrix(codings, lines, interval=None),
        ac.disagreements(codings, lines, codebook), agreement.disagreeing_units(sets),
        ac.lines_with_code(codings, lines, codebook, code=codebook.subthemes[0].id),
        retrieval.memos_on_lines(
            ac.Codings([ac.Coding(line=lines.participant_lines[0].id, coder="ann", codes=[], memo="odd")]),
            lines,
            codebook,
        ),
        review.Workday(decided=12, timed=11, minutes=3.5, left=90),
        retrieval.LineSearch(lines), retrieval.LineSearch(lines).find("time"),
        review.differences(codings, lines), review.code_cards(codings, lines, codebook),
        suggester.similar_codes(codings, lines, codebook, n=2),
        agreement.drift(codings, lines, interval=None), ac.human_ceiling(others, model, lines, interval=None),
        ac.model_table(others, model, lines, codes=["overworked-staff"], interval=None),
        agreement.anchoring_audit(codings, assisted, [decision], lines, interval=None),
        agreement.prevalence([1.0, 0.0, 1.0, 0.0], [0.5] * 4, probabilities=[1.0] * 4),
        agreement.lines_for_half_width(0.1, kappa=0.8, prevalence=0.2),
        agreement.cumulative_membership(0.7, standard_error=0.05),
        ac.alt_test({c: {o.line: o.codes for o in codings.by(c)} for c in codings.coders}, model, epsilon=0.1),
        study.plan_change(data, codebooks.Merged(codes=(codebook.subthemes[0].id,), into=codebook.subthemes[1].id,
        before="1", after="2", by="TW", at=AT, why="one idea")),
        study.codebook_overview(data),
        study.PlannedDraw(code="a", n_lines=9, likely=2, random=3, seed=0, is_drawn=True),
        changed_study(data),
        spans, Span(start=0, end=3, label="x"), agreement.best_alignment({"a": [Span(start=0, end=3, label="x")],
        "b": [Span(start=1, end=3, label="x")]}), interview, transcripts.Columns(speaker="a", text="b"),
        transcripts.LeftOut(transcripts.LeftOutKind.PAGE, "7", 3), errors.Fault("is empty.", "a.csv", 1),
        tables.Table(head=("a",), rows=tuple((f"{n}",) for n in range(5000))),
        exchange.read_sheet(folder / "lines.csv"), FrozenMapping({"a": 1}), study.SpeakerRule(),
        study.Suggested(batch=batch, lines=lines), study.PrevalenceTable(title="t", by=None, rows=(
            study.PrevalenceRow(code=codebook.subthemes[0], group=None, prevalence=None, reason="nobody judged"),
        ), notes=()),
        Records(codings), *by_hand(codings, codebook, line, decision), *of_the_codebook(codebook),
        *of_a_small_study(folder), *of_themes(codings, lines, codebook), validation_split(codings, lines, codebook),
    ]  # fmt: skip
    found: dict[type, object] = {}
    for value in values:
        found_in(value, found)
    return found


@pytest.fixture(params=CLASSES)
def instance(request, instances):
    assert CLASSES[request.param] in instances, f"no instance of {request.param} is tried: add one"
    return instances[CLASSES[request.param]]


def shown(value: object) -> str:
    """Return the repr of a value, without addresses in memory and the order of sets."""
    return re.sub(r"0x[0-9a-f]+|\\{[^{}]*\\}", "", repr(value))


def equal(value: object, other: object) -> bool:
    """Return whether two records are equal; of arrays, whether all their numbers are."""
    if isinstance(value, np.ndarray):
        return bool(np.array_equal(value, other))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return all(
            equal(getattr(value, f.name), getattr(other, f.name)) for f in dataclasses.fields(value) if f.compare
        )
    if isinstance(value, tuple | list):
        return len(value) == len(other) and all(map(equal, value, other))
    if isinstance(value, Mapping):
        return value.keys() == other.keys() and all(equal(value[key], other[key]) for key in value)
    return value == other or value != value or type(value).__eq__ is object.__eq__


def test_it_can_be_pickled(instance):
    back = pickle.loads(pickle.dumps(instance))

    assert type(back) is type(instance)
    assert shown(back) == shown(instance)
    assert type(instance).__eq__ is object.__eq__ or equal(back, instance)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_it_can_be_copied(instance, copied):
    other = copied(instance)

    assert type(other) is type(instance)
    assert shown(other) == shown(instance)


def test_its_repr_fits_on_a_screen(instance):
    lines = [part for line in repr(instance).splitlines() for part in re.findall(".{1,100}", line)]

    assert 0 < len(lines) <= 40


class _Tags(HTMLParser):
    """The tags of a piece of HTML, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.opened.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in NO_RESULTS])
def test_a_result_is_a_table_in_a_notebook(instances, name):
    shown = instances[CLASSES[name]]._repr_html_()
    tags = _Tags()
    tags.feed(shown)

    assert tags.opened == []
    assert "table" in tags.seen
    assert tags.seen <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "b", "h3", "h4", "ul", "li"}
    assert len(shown) < 60_000


# They hold records, but are a record themselves, of which others are tables; or the parameters of a model.
NO_TABLES = {
    "agreement.CodeAgreement", "agreement.Continuum", "codebook.CodeDifference", "codebook.ExchangedCodebook",
    "codebook.Split", "coding.Decision", "coding.Evidence",
    "conduct.Amendment", "review.Difference", "review.Offer", "review.ProposedCode", "study.MergedCopy",
    "review.CodeCard", "retrieval.RetrievedLine", "suggester.SimilarCodes",
    "suggester.CodeCoherence", "suggester.CodedLines", "suggester.Hyperparameters", "suggester.LabelIssue",
    "suggester.LineModel", "suggester.NearDuplicates", "suggester.DifferentUse", "suggester.Platt",
    "suggester.Thresholds", "transcripts.Transcript", "validation.CurvePoint", "validation.Predictions",
    "validation.Split",
}  # fmt: skip


def holds_records(value: object) -> bool:
    """Return whether a record has several records, or numbers by the hundred, in one of its fields."""
    if not dataclasses.is_dataclass(value):
        return False
    for field in dataclasses.fields(value):
        held = getattr(value, field.name)
        entries = list(held.values() if isinstance(held, Mapping) else held if isinstance(held, tuple) else ())
        parts = [part for entry in entries for part in (entry if isinstance(entry, tuple) else (entry,))]
        if isinstance(held, np.ndarray) or any(map(dataclasses.is_dataclass, parts)):
            return True
    return False


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in NO_RESULTS | NO_TABLES])
def test_a_result_of_several_rows_becomes_a_frame(instances, name):
    made = instances[CLASSES[name]]
    if not holds_records(made) and not isinstance(made, Tabular | Sequence):
        return
    frame = made.to_frame(backend="polars")

    assert len(frame.columns) > 0
    assert list(made.to_frame(backend="pandas").columns) == frame.columns
    assert len(made.to_frame(backend="pandas")) == len(frame)


def test_what_is_no_table_is_still_there():
    assert CLASSES.keys() >= NO_RESULTS | NO_TABLES
    assert not [name for name in NO_TABLES if hasattr(CLASSES[name], "to_frame")]


NASTY = "<script>alert(1)</script>&\"'"


@pytest.mark.parametrize(
    "value",
    [
        coding.Proposal(name=NASTY, line="GP1:1", coder=NASTY),
        Records([coding.Proposal(name=NASTY, line=NASTY, coder="ann")]),
        ac.Codings([ac.Coding(line=NASTY, coder="ann", codes={NASTY}, memo=NASTY)]),
        ac.Transcripts.from_frame([{"transcript": NASTY, "speaker": NASTY, "text": NASTY}]),
        ac.Code(id="a", name=NASTY, definition=NASTY, examples=(NASTY,)),
        agreement.CoderMatrix(coders=(NASTY, "b"), pairs={(NASTY, "b"): ac.krippendorff_alpha(
            ac.ReliabilityData.from_table([[1, 0], [1, 0]]))}),
        ac.disagreements(
            ac.Codings([ac.Coding(line="P:1", coder=NASTY, codes={"a"}), ac.Coding(line="P:1", coder="b", codes=())]),
            ac.Transcripts.from_frame([{"transcript": "P", "speaker": "P", "text": NASTY}]),
            ac.Codebook([ac.Code(id="a", name=NASTY)]),
        ),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_everything_in_a_table_is_escaped(value):
    shown = value._repr_html_()

    assert "<script" not in shown
    assert "&lt;script" in shown


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_can_be_pickled_with_its_message(kind):
    made = kind("row 3 is wrong.", line=3) if issubclass(kind, tables.CsvError) else kind("row 3 is wrong.")
    back = pickle.loads(pickle.dumps(made))

    assert (type(back), str(back)) == (type(made), str(made))
    assert getattr(back, "line", None) == getattr(made, "line", None)
    assert str(copy.deepcopy(made)) == str(made)


def test_what_is_open_says_that_it_cannot_be_copied(tmp_path):
    with ac.Journal.open(tmp_path / "study.sqlite") as opened, pytest.raises(TypeError):
        pickle.dumps(opened)


def test_a_batch_of_thousands_is_a_line(instances):
    batch = instances[ac.SuggestionBatch]

    assert len(batch) > 300
    assert re.fullmatch(r"<SuggestionBatch \S+: \d+ suggestions for \d+ lines; no suggestion for \d+>", repr(batch))
