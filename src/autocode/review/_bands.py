"""What strong, fair and weak have meant so far: how many of the suggestions of each band coders kept."""

from collections.abc import Iterable
from dataclasses import dataclass

from autocode.coding import Band, Decision, Verdict

# Fewer decisions than this say too little about a band to be shown.
ENOUGH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class BandMeaning:
    """How many of a band's suggestions coders kept, of those they kept or rejected; skipped ones count for neither."""

    band: Band
    kept: int
    decided: int

    @property
    def known(self) -> bool:
        """Whether there are enough decisions to say what the band means."""
        return self.decided >= ENOUGH

    @property
    def meaning(self) -> str:
        """What the band means in words, such as "coders kept 9 of 10"; empty until it is known."""
        return f"coders kept {round(10 * self.kept / self.decided)} of 10" if self.known else ""

    def __str__(self) -> str:
        if self.known:
            return f"{self.band}: {self.meaning} ({self.kept} of {self.decided})"
        return f"{self.band}: {self.decided} decided so far; what it means shows from {ENOUGH} on"


def band_meanings(decisions: Iterable[Decision]) -> tuple[BandMeaning, ...]:
    """Return what each band has meant so far, strongest first, from the decisions in force (`Journal.decisions`)."""
    verdicts: dict[Band, list[Verdict]] = {band: [] for band in Band}
    for decision in decisions:
        for shown in decision.shown:
            if shown.verdict is not Verdict.SKIPPED:
                verdicts[shown.band].append(shown.verdict)
    return tuple(
        BandMeaning(band=band, kept=said.count(Verdict.ACCEPTED), decided=len(said)) for band, said in verdicts.items()
    )
