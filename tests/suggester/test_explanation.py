import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocode.suggester import train

WORDS = ["parking", "Phone", "records,", "the", "the", "meter", "don't", "…", "?!?", "İstanbul", "ring", "computer"]
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=10).map(" ".join)


def parts(told):
    return sum(one.share for one in told.words) + told.marks + told.role + told.around + told.intercept + told.meaning


@given(text=TEXTS, code=st.sampled_from(["parking", "phones", "records"]), speaker=st.sampled_from(["GP1", "PM2", "X"]))
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


def test_without_the_words_that_it_names_it_is_otherwise_and_one_word_alone_would_not_do(sample, sample_suggester):
    suggester = sample_suggester
    ids = [code.id for code in suggester.codes]
    sizes = set()
    for line in sample.lines.participant_lines[:65]:
        for one in suggester.suggest([line]).of(line.id)[:1]:
            change = suggester.explain(line, one.code).change
            if change is None:
                continue
            sizes.add(len(change.words))

            assert verdict(suggester, line, one.code, change.words) != verdict(suggester, line, one.code, ())
            assert change.first == ids[suggester.probabilities([without(line, change.words)])[0].argmax()]
            if len(change.words) in (2, 3):
                same = verdict(suggester, line, one.code, ())
                assert all(verdict(suggester, line, one.code, [word]) == same for word in change.words)
    assert 1 in sizes
    assert max(sizes) > 1


def without(line, words):
    """Return the line without these words, whatever their case."""
    # All at once: what is left of "thirty-four" without "thirty" is no word of the line.
    gone = {word.lower() for word in words}
    text = "".join(part if part.lower() not in gone else " " for part in pieces(line.text))
    return type(line)(**{name: getattr(line, name) for name in line.__slots__} | {"text": text})


def pieces(text):
    from autocode.suggester._inputs import tokens

    at = 0
    for start, end, _ in tokens(text):
        yield text[at:start]
        yield text[start:end]
        at = end
    yield text[at:]


def verdict(suggester, line, code, words):
    j = [one.id for one in suggester.codes].index(code)
    p = suggester.probabilities([without(line, words)])[0]
    return bool(p.argmax() == j), bool(p[j] >= suggester.model.cut.codes[j])


def test_a_code_that_is_neither_first_nor_likely_has_nothing_to_lose(suggester, interview):
    line = interview("GP9", ["There is nowhere to park and the meter takes coins only."]).lines[0]

    assert suggester.explain(line, "phones").change is None
    assert suggester.explain(line, "parking").change is not None


def test_it_is_said_in_a_sentence(suggester, interview):
    line = interview("GP9", ["There is nowhere to park and the meter takes coins only."]).lines[0]
    said = f"{suggester.explain(line, 'parking')}"

    assert said.startswith("parking +")
    assert ", from the start -" in said
    assert ". Without “" in said
    assert "meaning" not in said
    assert f"{suggester.explain(line, 'phones')}".endswith(".")


def test_an_unknown_code_is_refused(suggester, study):
    with pytest.raises(
        ValueError, match=r"^the suggester knows no code 'fones'; it knows 'parking', 'phones', 'records'\.$"
    ):
        suggester.explain(study.lines[1], "fones")
