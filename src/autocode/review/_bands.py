"""How many strong, fair and weak suggestions coders kept so far."""

from collections.abc import Iterable
from dataclasses import dataclass

from autocode.coding import Band, Decision, Verdict
from autocode.display import displayed

# Decisions; with fewer, the 95 % interval of a share of one half is wider than 0.36 (2 * 1.96 * sqrt(0.25 / 30)).
ENOUGH = 30


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class BandMeaning:
    """
    How many suggestions of a band coders kept.

    Attributes
    ----------
    band : Band
        The band.
    kept : int
        The number of suggestions that coders accepted.
    decided : int
        The number of suggestions that they accepted or rejected; skipped suggestions do not count.
    """

    band: Band
    kept: int
    decided: int

    @property
    def known(self) -> bool:
        """Whether there are enough decisions to show the share of suggestions kept."""
        return self.decided >= ENOUGH

    @property
    def meaning(self) -> str:
        """The share of suggestions kept in words, such as "coders kept 9 of 10"; empty until it is known."""
        return f"coders kept {round(10 * self.kept / self.decided)} of 10" if self.known else ""

    def __str__(self) -> str:
        return f"{self.band}: {self.in_words()}"

    def in_words(self, who: str = "coders") -> str:
        """
        Return how many suggestions were kept, or how many are decided while those are too few.

        Parameters
        ----------
        who : str, default "coders"
            Whose decisions these are.
        """
        if self.known:
            return f"{who} kept {round(10 * self.kept / self.decided)} of 10 ({self.kept} of {self.decided})"
        return f"{self.decided} decided so far; what it means shows from {ENOUGH} on"


def band_meanings(decisions: Iterable[Decision]) -> tuple[BandMeaning, ...]:
    """
    Return how many suggestions of each band coders kept so far, strongest band first.

    Parameters
    ----------
    decisions : iterable of Decision
        The decisions in force, as `Journal.decisions` returns them.
    """
    verdicts: dict[Band, list[Verdict]] = {band: [] for band in Band}
    for decision in decisions:
        for shown in decision.shown:
            if shown.verdict is not Verdict.SKIPPED:
                verdicts[shown.band].append(shown.verdict)
    return tuple(
        BandMeaning(band=band, kept=of_band.count(Verdict.ACCEPTED), decided=len(of_band))
        for band, of_band in verdicts.items()
    )
