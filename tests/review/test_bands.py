from autocode.codebook import CodeId
from autocode.coding import Band, BatchId, CoderId, Decision, Shown, Verdict
from autocode.review import band_meanings
from autocode.transcripts import LineId


def decisions_of(band, *verdicts):
    return [
        Decision(
            line=LineId(f"GP1:{n}"),
            coder=CoderId("coder_a"),
            batch=BatchId("b"),
            shown=(Shown(code=CodeId("x"), rank=1, probability=0.8, band=band, verdict=verdict),),
        )
        for n, verdict in enumerate(verdicts)
    ]


def test_a_band_means_what_coders_did_with_it_from_thirty_decisions_on():
    decisions = decisions_of(Band.STRONG, *[Verdict.ACCEPTED] * 27, *[Verdict.REJECTED] * 3)
    strong, fair, weak = band_meanings([*decisions, *decisions_of(Band.FAIR, *[Verdict.ACCEPTED] * 29)])

    assert (strong.band, fair.band, weak.band) == (Band.STRONG, Band.FAIR, Band.WEAK)
    assert strong.meaning == "coders kept 9 of 10"
    assert str(strong) == "strong: coders kept 9 of 10 (27 of 30)"
    assert not fair.known
    assert fair.meaning == ""
    assert str(fair) == "fair: 29 decided so far; what it means shows from 30 on"
    assert str(weak) == "weak: 0 decided so far; what it means shows from 30 on"


def test_a_suggestion_left_for_later_counts_for_neither():
    strong, *_ = band_meanings(decisions_of(Band.STRONG, *[Verdict.SKIPPED] * 40, Verdict.REJECTED))

    assert (strong.kept, strong.decided) == (0, 1)
