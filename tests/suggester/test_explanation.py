from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.suggester import train
from autocode.suggester.features._inputs import tokens

WORDS = ["parking", "Phone", "records,", "the", "the", "meter", "don't", "…", "?!?", "İstanbul", "ring", "computer"]
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=10).map(" ".join)
# Words as people write them, and what may stand between two of them: a tokenizer cuts many of these further.
WRITTEN = [
    *("parking", "Parking", "phone", "telephone", "records", "meter", "computer", "queue", "means", "tested", "GP's"),
    *("don't", "they’ve", "o'clock", "e-mail", "Twenty", "six", "£20", "15:30", "3", "50%", "café", "naïve", "Ärger"),
    *("cafe\N{COMBINING ACUTE ACCENT}", "🙂", "👩‍💻", "🇬🇧", "N/A", "İstanbul", "straße", "(car)", "“full”", "U.K."),
]
BETWEEN = [" ", " ", " ", "-", "–", "—", "/", "'", "’", "...", ", ", ". ", "\n", "\N{NO-BREAK SPACE}"]
SENTENCES = st.lists(st.tuples(st.sampled_from(WRITTEN), st.sampled_from(BETWEEN)), max_size=9).map(
    lambda pairs: "".join(word + mark for word, mark in pairs)
)


def parts(told):
    others = told.marks + told.role + told.place + told.around + told.intercept + told.meaning
    return sum(one.share for one in told.words) + others


@given(
    text=st.one_of(TEXTS, SENTENCES),
    code=st.sampled_from(["parking", "phones", "records"]),
    speaker=st.sampled_from(["GP1", "PM2", "X"]),
)
def test_the_shares_add_up_to_the_score_and_without_an_embedding_every_share_is_exact(
    suggester, interview, text, code, speaker
):
    line = interview("GP1", [(speaker, text)]).lines[0]
    told = suggester.explain(line, code)

    assert parts(told) == pytest.approx(told.score, abs=1e-9)
    assert told.meaning == 0
    assert told.score == suggester.scores([line])[0, [c.id for c in suggester.codes].index(code)]
    for one in told.words:
        assert text[one.start : one.end] == one.word


@given(text=SENTENCES, code=st.sampled_from(["parking", "phones", "records"]))
def test_without_the_words_that_it_names_a_line_of_any_writing_is_judged_otherwise(suggester, interview, text, code):
    line = interview("GP1", [text]).lines[0]
    change = suggester.explain(line, code).change

    if change is not None:
        hold(suggester, line, code, change)


def test_the_lines_around_have_their_share(rambling):
    suggester, lines = train(*rambling), rambling.lines.participant_lines
    batch = suggester.suggest(lines)
    told = [
        (one, suggester.explain(rambling.lines.line(one.line), one.code, around=lines)) for one in batch.suggestions
    ]

    assert any(one.around for _, one in told)
    for suggestion, one in told[:40]:
        assert parts(one) == pytest.approx(one.score, abs=1e-9)
        assert one.probability == pytest.approx(suggestion.probability, abs=1e-9)
        assert one.around == pytest.approx(suggestion.evidence.beside, abs=1e-9)
        assert one.definition == pytest.approx(suggestion.evidence.definition, abs=1e-9)


def test_in_the_sample_too_it_is_otherwise_without_the_words_that_it_names(sample, sample_suggester):
    lines = sample.lines.participant_lines
    sizes = set()
    # Where a word is cut at a hyphen, cutting out one half can change how the other half is read.
    for line in [*lines[:45], *[line for line in lines[45:] if "-" in line.text][:25]]:
        for one in sample_suggester.suggest([line]).of(line.id)[:1]:
            told = sample_suggester.explain(line, one.code)

            assert parts(told) == pytest.approx(told.score, abs=1e-9)
            if told.change is not None:
                sizes.add(len(told.change.words))
                hold(sample_suggester, line, one.code, told.change)
    assert {1, 2} < sizes


def hold(suggester, line, code, change):
    """Assert that a change is one, and that fewer of its words would not do."""
    same = verdict(suggester, line, code, ())
    p = suggester.probabilities([without(line, change.words)])[0]
    ids = [one.id for one in suggester.codes]

    assert verdict(suggester, line, code, change.words) != same
    assert change.first == ids[p.argmax()]
    assert change.probability == pytest.approx(p[ids.index(code)], abs=1e-9)
    if len(change.words) <= 3:
        fewer = [some for n in range(1, len(change.words)) for some in combinations(change.words, n)]
        assert all(verdict(suggester, line, code, some) == same for some in fewer)


def without(line, words):
    """Return the line without these words, whatever their case, all cut out at once."""
    gone = {word.lower() for word in words}
    text = line.text
    for start, end, form in reversed(tokens(line.text)):
        if form in gone:
            text = f"{text[:start]} {text[end:]}"
    return type(line)(**{name: getattr(line, name) for name in line.__slots__} | {"text": text})


def verdict(suggester, line, code, words):
    j = [one.id for one in suggester.codes].index(code)
    p = suggester.probabilities([without(line, words)])[0]
    return bool(p.argmax() == j), bool(p[j] >= suggester.model.thresholds.codes[j])


def test_a_code_that_is_neither_first_nor_likely_has_nothing_to_lose(suggester, interview):
    line = interview("GP9", ["There is nowhere to park and the meter takes coins only."]).lines[0]

    assert suggester.explain(line, "phones").change is None
    assert suggester.explain(line, "parking").change is not None


def test_it_is_said_in_a_sentence(suggester, interview):
    line = interview("GP9", ["There is nowhere to park and the meter takes coins only."]).lines[0]
    said = f"{suggester.explain(line, 'parking')}"

    assert said.startswith("parking +")
    assert ", intercept -" in said
    assert ". Without “" in said
    assert "meaning" not in said
    assert f"{suggester.explain(line, 'phones')}".endswith(".")


def test_an_unknown_code_is_refused(suggester, study):
    with pytest.raises(ValueError, match=r"^there is no code 'fones'; the closest is 'phones'\.$"):
        suggester.explain(study.lines[1], "fones")
