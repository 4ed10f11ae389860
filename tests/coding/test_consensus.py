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


def partly(coder, codes, unjudged, basis=Basis.INDEPENDENT):
    return Coding(line="GP1:1", coder=coder, codes=frozenset(codes), unjudged=frozenset(unjudged), basis=basis)


def test_a_code_is_decided_by_those_who_judged_it():
    found = consensus(
        Codings([partly("MO", ["a"], ["c"]), partly("KB", ["b"], ["c"]), partly("JL", ["a", "c"], ["d"])])
    )

    assert found.codes == {"GP1:1": {"a", "c"}}
    assert found.unjudged == {}
    assert found.rules == {"GP1:1": Rule.MAJORITY}


def test_a_code_that_nobody_judged_is_not_judged_by_consensus():
    found = consensus(Codings([partly("MO", ["a"], ["c", "d"]), partly("KB", [], ["c"])]))

    assert found.codes == {"GP1:1": frozenset()}
    assert found.unjudged == {"GP1:1": {"c"}}


def test_where_an_adjudication_says_nothing_about_a_code_the_coders_decide_it():
    found = consensus(
        Codings([partly("KB", ["a"], ["c"], Basis.ADJUDICATED), partly("MO", ["c"], []), partly("JL", ["c", "b"], [])])
    )

    assert found.codes == {"GP1:1": {"a", "c"}}
    assert found.rules == {"GP1:1": Rule.ADJUDICATED}


def test_the_later_of_two_readings_that_judged_a_code_is_the_vote():
    found = consensus(
        Codings([partly("MO", ["a", "c"], []), partly("MO", [], ["c"], Basis.ASSISTED), partly("KB", ["a", "c"], [])])
    )

    assert found.codes == {"GP1:1": {"c"}}
