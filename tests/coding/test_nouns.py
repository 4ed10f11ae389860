"""Who said what about which line."""

import pytest

from autocode.codebook import CodeId
from autocode.coding import (
    Abstention,
    Band,
    Basis,
    BatchId,
    CoderId,
    Coding,
    Codings,
    Evidence,
    Neighbour,
    Reason,
    Suggestion,
    SuggestionBatch,
    human,
)
from autocode.errors import CodingError
from autocode.transcripts import Line, LineId, Role, TranscriptId


def coding(line="GP1:1", coder="MO", codes=(), basis=Basis.INDEPENDENT):
    return Coding(line=LineId(line), coder=CoderId(coder), codes=frozenset(map(CodeId, codes)), basis=basis)


NAMED_LIKE_A_MACHINE = (
    "the coder {!r} is named like a machine; a coder is a person, and what a machine proposes is a suggestion. Give "
    "the person's initials or a pseudonym"
)


@pytest.mark.parametrize(
    "name",
    [
        *("MO", "coder_a", " coder_b ", "coder 2", "R2", "Aida", "Botha", "Nova", "Modeste", "gold", "Code"),
        *("Claude Dubois", "Ai Weiwei", "Gemma Smith", "Bert Jansen", "Kim Bot", "Nv Patel"),
    ],
)
def test_people_are_coders(name):
    assert human(name) == name.strip()


@pytest.mark.parametrize(
    "name",
    [
        *("autocode", "auto-code", "model", "Model 2", "suggester:abc", "GPT-4", "GPT4 (temp 0)", "LLM", "bot 3"),
        *("AI Coding", "AI assistant", "Copilot", "qwen2.5", "ollama/llama3", "claude-3-opus", "mistral-7b-instruct"),
    ],
)
def test_a_machine_is_no_coder_whatever_a_list_says(name):
    for people in ((), (name,)):
        with pytest.raises(CodingError) as error:
            human(name, people=people)

        assert str(error.value) == f"{NAMED_LIKE_A_MACHINE.format(name)}."


@pytest.mark.parametrize("name", ["Claude", "Mistral", "NV", "AI", "Gemini", "Bot", "Siri"])
def test_a_name_that_a_machine_has_as_well_is_a_persons_where_the_team_lists_it(name):
    with pytest.raises(CodingError) as error:
        human(name, people=["MO"])

    assert str(error.value) == (
        f"{NAMED_LIKE_A_MACHINE.format(name)}; if a person is named so, list all coders in study.toml: "
        f'coders = ["MO", "{name}"].'
    )
    assert human(name.lower(), people=["MO", name]) == name


@pytest.mark.parametrize("spelling", ["José", "Jose\u0301", "josé", "JOSÉ", "José\u200b", " Jo sé "])
def test_spellings_of_one_name_are_one_person(spelling):
    assert human(spelling, people=["MO", "José"]) == "José"


def test_a_name_that_is_known_stands_beside_another_spelling_of_it():
    assert human("CODER_A", people=["CODER_A", "coder_a"]) == "CODER_A"


@pytest.mark.parametrize("name", ["  ", "", "\u200b"])
def test_a_coder_has_a_name(name):
    with pytest.raises(CodingError) as error:
        human(name)

    assert str(error.value) == "a coder needs a name; write the coder's initials or a pseudonym."


def test_one_coder_judges_a_line_once_on_each_basis():
    with pytest.raises(CodingError) as error:
        Codings([coding(codes=["a"]), coding(codes=["b"]), coding(basis=Basis.ASSISTED)])

    assert str(error.value) == ("MO judged the line GP1:1 twice (independent); keep one judgement, with all its codes.")


def test_codings_answer_with_codings_and_lines():
    one, two, three = coding(codes=["a"]), coding("GP1:2"), coding(coder="KB", basis=Basis.ASSISTED)
    codings = Codings([one, two, three])

    assert len(codings) == 3
    assert codings[1] == two
    assert codings[:2] == Codings([two, one])
    assert hash(codings[:2]) == hash(Codings([two, one]))
    assert codings != [one, two, three]
    assert codings.coders == ("MO", "KB")
    assert codings.lines == ("GP1:1", "GP1:2")
    assert codings.of(LineId("GP1:1")) == (one, three)
    assert list(codings.by(CoderId("KB"))) == [three]
    assert list(codings.independent()) == [one, two]
    assert list(codings.with_basis(Basis.ASSISTED)) == [three]
    assert list(codings.on([LineId("GP1:2")])) == [two]
    assert repr(codings) == "<Codings: 3 judgements of 2 lines by 2 coders>"


def test_a_line_read_to_which_nothing_applies_is_not_an_uncoded_one():
    lines = [
        Line(
            id=LineId(f"GP1:{n}"),
            transcript=TranscriptId("GP1"),
            order=n,
            speaker="GP1",
            role=Role.PARTICIPANT,
            text="x",
            start=0,
            end=1,
        )
        for n in (1, 2)
    ]

    assert Codings([coding("GP1:1", codes=[])]).uncoded(lines) == (lines[1],)
    assert Codings([coding("GP1:1")]).of(LineId("GP1:2")) == ()


def test_evidence_tells_itself_in_a_sentence():
    near = Neighbour(
        line=LineId("GP2:3"), transcript=TranscriptId("GP2"), text="No money.", coders=(CoderId("MO"),), similarity=0.5
    )

    assert str(Evidence(words=(("money", 1.0), ("cut", 0.5)), neighbours=(near,))) == (
        "words: money, cut; like GP2:3 (MO): No money."
    )
    assert str(Evidence()) == "the code's definition"


def test_a_batch_gives_the_suggestions_of_a_line_by_rank():
    second, first, other = (
        Suggestion(line=LineId(line), code=CodeId(code), rank=rank, probability=0.5, band=Band.FAIR)
        for line, code, rank in (("GP1:1", "a", 2), ("GP1:1", "b", 1), ("GP1:2", "a", 1))
    )
    batch = SuggestionBatch(
        id=BatchId("1"),
        model="m",
        codebook="c",
        suggestions=(second, first, other),
        abstentions=(Abstention(line=LineId("GP1:3"), reason=Reason.TOO_SHORT),),
    )

    assert batch.of(LineId("GP1:1")) == (first, second)
    assert len(batch) == 3
    assert str(batch) == "3 suggestions for 2 lines; no suggestion for 1"
