"""Codings, interviews and results as data frames of pandas, polars and pyarrow, and back without a loss."""

from datetime import UTC, datetime, timedelta, timezone

import pandas
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autocode as ac
from autocode import agreement, review
from autocode.coding import Reason
from autocode.errors import CodingError, TranscriptError
from autocode.frames import frame_of
from autocode.transcripts import Line, Role
from studies import sample_study

BACKENDS = ("pandas", "polars", "pyarrow")
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
ids = st.text("abcXYZé019 :;,|'\"-", min_size=1, max_size=8).filter(lambda name: name == name.strip())
people = st.sampled_from(["ann", "ben", "Zoë", "coder_a"])
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=3))])
times = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))


@st.composite
def codings(draw):
    at = draw(st.sampled_from([st.none(), times, st.one_of(st.none(), st.datetimes(
        datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=zones))]))  # fmt: skip
    keys = draw(st.lists(st.tuples(ids, people, st.sampled_from([*ac.Basis])), unique=True, max_size=6))
    made = [
        ac.Coding(line=line, coder=coder, basis=basis, codes=draw(st.frozensets(ids, max_size=3)), memo=draw(texts),
                  at=draw(at))
        for line, coder, basis in keys
    ]  # fmt: skip
    names = {line.rpartition(":")[0] for line, _, _ in keys}
    return ac.Codings(made, digests={name: draw(st.text("0123456789abcdef", min_size=4)) for name in names})


@st.composite
def interviews(draw):
    made = []
    for name in draw(st.lists(ids, unique=True, min_size=1, max_size=3)):
        text, lines = draw(texts), []
        for order in range(1, draw(st.integers(1, 4)) + 1):
            words = draw(texts)
            lines.append(
                Line(id=f"{name}|{order}", transcript=name, order=order, speaker=draw(ids), role=draw(st.sampled_from(
                    [*Role])), text=words, start=len(text), end=len(text) + len(words))
            )  # fmt: skip
            text += words + draw(texts)
        attributes = draw(st.dictionaries(st.sampled_from(["role", "borough", "text"]), ids, max_size=2))
        made.append(ac.Transcript.from_lines(lines, name=name, text=text, attributes=attributes))
    return ac.Transcripts(made)


@pytest.mark.parametrize("backend", BACKENDS)
@given(made=codings())
@settings(max_examples=40)
def test_codings_come_back_as_they_were(backend, made):
    back = ac.Codings.from_frame(made.to_frame(backend=backend))

    assert list(back) == list(made)
    assert dict(back.digests) == {name: made.digests[name] for name in back.digests}
    assert {line.rpartition(":")[0] for line in made.lines} == {*back.digests}


@pytest.mark.parametrize("backend", BACKENDS)
@given(made=interviews())
@settings(max_examples=40)
def test_interviews_come_back_with_their_digests(backend, made):
    back = ac.Transcripts.from_frame(made.to_frame(backend=backend))

    assert list(back) == list(made)
    assert [i.text for i in back.interviews] == [i.text for i in made.interviews]
    assert [i.digest for i in back.interviews] == [i.digest for i in made.interviews]
    assert [dict(i.attributes) for i in back.interviews] == [dict(i.attributes) for i in made.interviews]


@pytest.mark.parametrize("backend", BACKENDS)
@given(
    cells=st.lists(st.lists(st.sampled_from([None, "cost", "time"]), min_size=3, max_size=3), min_size=2, max_size=3),
    known=st.booleans(),
)
@settings(max_examples=25)
def test_reliability_data_come_back_as_they_were(backend, cells, known):
    data = ac.ReliabilityData.from_table(cells, interviews=["a", "a", "b"] if known else None)
    if not data.judged.any():
        return
    back = ac.ReliabilityData.from_long(
        data.to_frame(backend=backend),
        unit="unit",
        coder="coder",
        value="value",
        interview="interview" if known else None,
    )

    def judged(table):
        return {
            (coder, unit, table.interviews and table.interviews[u]): table.labels[table.values[c, u]]
            for c, coder in enumerate(table.coders)
            for u, unit in enumerate(table.units)
            if table.values[c, u] >= 0
        }

    assert judged(back) == judged(data)


@pytest.fixture(scope="module")
def study():
    return sample_study()


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_sample_study_goes_through_frames(study, backend):
    lines = ac.Transcripts.from_frame(study.lines.to_frame(backend=backend))
    made = ac.Codings.from_frame(study.codings.to_frame(backend=backend))

    assert [i.digest for i in lines.interviews] == [i.digest for i in study.lines.interviews]
    assert made == study.codings
    made.check_lines(lines)
    assert ac.krippendorff_alpha(ac.ReliabilityData.for_sets(made, lines), interval=None).value == pytest.approx(
        ac.krippendorff_alpha(ac.ReliabilityData.for_sets(study.codings, study.lines), interval=None).value
    )


def test_a_word_that_was_changed_in_a_frame_is_noticed(study):
    coded = ac.Codings(study.codings, digests={i.id: i.digest for i in study.lines.interviews})
    kept = ac.Codings.from_frame(coded.to_frame(backend="polars"))
    frame = study.lines.to_frame(backend="pandas")
    kept.check_lines(ac.Transcripts.from_frame(frame))
    frame.loc[3, "text"] += " Not."

    with pytest.raises(ac.AutocodeError, match="was edited"):
        kept.check_lines(ac.Transcripts.from_frame(frame))


def test_interviews_can_be_made_of_a_frame_of_ones_own():
    lines = ac.Transcripts.from_frame(
        polars.DataFrame(
            {
                "transcript": ["P1", "P1", "P2"],
                "speaker": ["Q", "P1", "P2"],
                "role": ["interviewer", "participant", None],
                "text": ["How are you?", "Tired.", "Well."],
                "participant_role": [None, None, "nurse"],
            }
        )
    )

    assert [line.id for line in lines.participant_lines] == ["P1:2", "P2:1"]
    assert lines.interview("P1").text == "How are you?\nTired."
    assert dict(lines.interview("P2").attributes) == {"role": "nurse"}


def test_every_fault_of_a_frame_is_named_with_its_row():
    rows = [
        {"line": "GP1:1", "coder": "ann", "codes": "phones"},
        {"line": "", "coder": "gpt-4", "codes": None},
        {"line": "GP1:2", "coder": " ben", "codes": ["phones", 3], "basis": "Independent"},
        {"line": "GP1:3", "coder": "ann", "codes": [], "at": "yesterday"},
    ]
    with pytest.raises(CodingError) as refusal:
        ac.Codings.from_frame(rows)
    with pytest.raises(TranscriptError) as other:
        ac.Transcripts.from_frame(
            [
                {"transcript": "P1", "speaker": "", "text": None, "role": "asker", "borough": "Lambeth"},
                {"transcript": "P2", "speaker": "P2", "text": "Yes."},
            ]
        )

    assert [fault.what.partition(";")[0] for fault in refusal.value.faults] == [
        "row 1: the codes are the one text 'phones'",
        "row 2: the line is ''",
        refusal.value.faults[2].what.partition(";")[0],
        "row 2: the codes are None",
        "row 3: the coder ' ben' has blanks around the name",
        "row 3: the codes ['phones', 3] are not all ids",
        "row 3: there is no basis 'Independent' (the closest is 'independent')",
        "row 4: 'yesterday' is no time",
    ]
    assert "named like a machine" in refusal.value.faults[2].what
    assert [fault.what for fault in other.value.faults] == [
        "there is no column 'borough' in a frame of lines; name an attribute 'participant_borough'.",
        "row 1: the column 'speaker' holds ''; write a text.",
        "row 1: the column 'text' holds None; write a text.",
        "row 1: there is no role 'asker'; write interviewer or participant.",
    ]


def test_a_missing_column_is_named_with_the_closest():
    with pytest.raises(ValueError, match=r"there is no column 'codes' \(the closest is 'code'\)"):
        ac.Codings.from_frame(pandas.DataFrame({"line": ["a:1"], "coder": ["ann"], "code": ["x"]}))


def test_rows_of_an_interview_that_stand_apart_are_refused():
    rows = [{"transcript": name, "speaker": "a", "text": "b"} for name in ("P1", "P2", "P1")]
    with pytest.raises(TranscriptError, match="the rows of 'P1' do not stand together"):
        ac.Transcripts.from_frame(rows)


def test_times_of_which_some_have_a_zone_are_refused():
    with pytest.raises(ValueError, match="some times have a time zone and others have none"):
        frame_of({"at": [datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)]})


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_is_a_frame_with_the_columns_of_something(backend):
    assert list(columns(ac.Codings().to_frame(backend=backend))) == list(columns(
        ac.Codings([ac.Coding(line="a:1", coder="b", codes=frozenset())]).to_frame(backend=backend)))  # fmt: skip
    assert "text" in columns(ac.Transcripts([]).to_frame(backend=backend))


def columns(frame):
    return frame.column_names if hasattr(frame, "column_names") else frame.columns


@pytest.fixture(scope="module")
def results(study):
    codings, lines, codebook = study
    model = {coding.line: coding.codes for coding in codings.by("coder_a")}
    others = codings.by("coder_b", "coder_c")
    suggester = ac.train(codings, lines, codebook)
    return {
        "agreement_table": (ac.agreement_table(codings, lines, codebook, interval=None), len(codebook) + 1),
        "coder_matrix": (ac.coder_matrix(codings, lines, interval=None), 3),
        "disagreements": (ac.disagreements(codings, lines, codebook), 271),
        "disagreeing_units": (agreement.disagreeing_units(ac.ReliabilityData.for_sets(codings, lines)), 271),
        "drift": (agreement.drift(codings, lines, interval=None), 4),
        "human_ceiling": (ac.human_ceiling(others, model, lines, interval=None), 3),
        "model_table": (ac.model_table(others, model, lines, codes=["overworked-staff"], interval=None), 3),
        "differences": (review.differences(codings, lines), 271),
        "batch": (suggester.suggest(lines.interview("GP1").lines), None),
        "validation": (ac.validate(codings, lines, codebook, learn=[50], seeds=1, resamples=2), 3),
    }


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["agreement_table", "coder_matrix", "disagreements", "disagreeing_units", "drift",
                                  "human_ceiling", "model_table", "differences", "batch", "validation"])  # fmt: skip
def test_results_are_frames(results, name, backend):
    result, rows = results[name]
    frame = result.to_frame(backend=backend)

    assert type(frame).__module__.partition(".")[0] == backend
    assert frame.shape[0] == (rows if rows is not None else len(result) + len(result.abstentions))
    assert len(columns(frame)) == len(set(columns(frame)))


def test_numbers_in_a_frame_are_those_of_the_result(results):
    table = results["agreement_table"][0]
    frame = table.to_frame(backend="pandas").set_index("name")
    validation = results["validation"][0]
    curve = validation.to_frame(backend="polars")
    codes = validation.codes_to_frame(backend="polars")

    for row in (*table.codes, *table.themes):
        assert frame.loc[row.name, "alpha"] == pytest.approx(row.alpha.value, nan_ok=True)
    assert curve["R@3"][0] == validation.curve[0].metrics["R@3"].mean
    assert curve["method"].to_list()[0] == "autocode"
    assert codes["f1"].to_list() == pytest.approx([score.f1.mean for score in validation.codes])


def test_a_batch_says_why_a_line_has_no_suggestion():
    batch = ac.SuggestionBatch(
        id="b",
        model="m",
        codebook="c",
        suggestions=(),
        abstentions=(ac.Abstention(line="a:1", reason=Reason.TOO_SHORT),),
    )

    assert batch.to_frame(backend="polars").row(0) == ("a:1", None, None, None, None, "too short")


def test_without_a_library_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr("autocode.frames.find_spec", lambda name: None)

    with pytest.raises(ImportError, match="a data frame needs pandas, polars or pyarrow; install it"):
        ac.Codings().to_frame()
    with pytest.raises(ImportError, match="needs polars; install it, for example with: pip install polars"):
        ac.Codings().to_frame(backend="polars")
    with pytest.raises(ValueError, match="there is no backend 'excel'"):
        ac.Codings().to_frame(backend="excel")
