"""What the humans together hold of a line."""

from hypothesis import given
from hypothesis import strategies as st

from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings, Rule, consensus
from autocode.transcripts import LineId


def judged(*said, line="GP1:1"):
    """Give codings from (coder, codes, basis)."""
    return Codings(
        Coding(line=LineId(line), coder=CoderId(coder), codes=frozenset(map(CodeId, codes)), basis=basis)
        for coder, codes, basis in said
    )


def test_a_code_stands_if_a_strict_majority_of_coders_gave_it():
    found = consensus(
        judged(
            ("MO", ["a", "b"], Basis.INDEPENDENT), ("KB", ["a"], Basis.INDEPENDENT), ("JL", ["c"], Basis.INDEPENDENT)
        )
    )

    assert found.codes == {"GP1:1": {"a"}}
    assert found.rules == {"GP1:1": Rule.MAJORITY}


def test_half_of_the_coders_are_no_majority():
    found = consensus(judged(("MO", ["a"], Basis.INDEPENDENT), ("KB", [], Basis.INDEPENDENT)))

    assert found.codes == {"GP1:1": frozenset()}


def test_what_was_adjudicated_stands_against_any_majority():
    found = consensus(
        judged(
            ("MO", ["a"], Basis.INDEPENDENT),
            ("KB", ["a"], Basis.ASSISTED),
            ("JL", ["b"], Basis.ADJUDICATED),
        )
    )

    assert found.codes == {"GP1:1": {"b"}}
    assert found.rules == {"GP1:1": Rule.ADJUDICATED}


def test_a_coder_has_one_vote_and_the_assisted_reading_is_the_later_word():
    found = consensus(judged(("MO", ["b"], Basis.ASSISTED), ("MO", ["a"], Basis.INDEPENDENT)))

    assert found.codes == {"GP1:1": {"b"}}
    assert found.rules == {"GP1:1": Rule.SINGLE}


def test_a_consensus_says_by_which_rules_it_was_found():
    one = judged(("MO", ["a"], Basis.INDEPENDENT))
    two = judged(("MO", ["a"], Basis.ADJUDICATED), line="GP1:2")

    assert str(consensus(Codings([*one, *two]))) == "1 line by adjudicated, 1 line by single coder"
    assert str(consensus(Codings())) == "no lines"


VOTES = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sets(st.sampled_from("xyz")), st.sampled_from(Basis)),
    unique_by=lambda vote: (vote[0], vote[2]),
)


@given(votes=VOTES, data=st.data())
def test_the_order_of_codings_does_not_matter(votes, data):
    shuffled = data.draw(st.permutations(votes))

    assert consensus(judged(*votes)) == consensus(judged(*shuffled))
