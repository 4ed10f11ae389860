"""Which lines are likely to have a code that few or none of them were given yet."""

from dataclasses import replace

import numpy as np
import pytest

from autocode.codebook import Code, Codebook
from autocode.coding import Codings
from autocode.suggester import likeliest_lines, train
from autocode.transcripts import Transcripts
from studies import interview_of

SAID = (
    "There is nowhere to park.",
    "My daughter plays the violin.",
    "The telephone rings out.",
    "Nobody picks up the phone.",
)
LINES = Transcripts([interview_of("GP1", SAID)])
BOOK = Codebook([Code(id="phones", name="Telephones", definition="The telephone, and who picks up the phone.")])
ALL = [line.id for line in LINES.participant_lines]


def likely(n=9, among=ALL, codes=("phones",)):
    return likeliest_lines(codes, LINES, BOOK, n=n, among=among)


def test_without_a_suggester_the_lines_share_words_with_the_definition():
    words = {line.id: line.text for line in LINES.participant_lines}

    assert [words[line] for line in likely()] == ["The telephone rings out.", "Nobody picks up the phone."]
    assert [words[line] for line in likely(n=1)] == ["Nobody picks up the phone."]


def test_only_the_lines_asked_for_are_returned():
    assert likely(among=ALL[:2]) == ()
    assert likely(n=0) == ()
    assert likely(among=()) == ()


def test_lines_that_are_likely_to_have_a_code_nobody_has_given_have_it_more_often(sample):
    """The code is taken out of every coding, as if it were new."""
    code = "insufficient-funding"
    silent = Codings(
        [replace(one, codes=one.codes - {code}, unjudged=frozenset({code})) for one in sample.codings],
        digests=sample.codings.digests,
    )
    coded = [line.id for line in sample.lines.participant_lines if sample.codings.of(line.id)]
    having = {line for line in coded if any(code in one.codes for one in sample.codings.of(line))}
    suggester = train(silent, sample.lines, sample.codebook, seed=0)
    found = likeliest_lines([code], sample.lines, sample.codebook, n=50, among=coded, suggester=suggester)

    assert len(found) == 50
    assert np.mean([line in having for line in found]) > 3 * len(having) / len(coded)


def test_a_code_that_no_line_can_have_is_refused():
    with pytest.raises(KeyError, match="telephone"):
        likely(codes=("telephone",))
