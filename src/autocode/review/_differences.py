"""The lines on which coders differ, with what each of them read."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings, Reading
from autocode.transcripts import Line, Transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A line that two or more coders judged, and not alike; `readings` are the different ones, by coders' names."""

    line: Line
    readings: tuple[Reading, ...]

    @property
    def coders(self) -> tuple[CoderId, ...]:
        """Everybody who judged the line, by name."""
        return tuple(sorted(coder for one in self.readings for coder in one.coders))

    @property
    def contested(self) -> frozenset[CodeId]:
        """The codes that some of the coders gave and some did not."""
        given = [one.codes for one in self.readings]
        return frozenset().union(*given) - frozenset.intersection(*given)

    @property
    def digest(self) -> str:
        """What tells whether anybody has read the line anew: a digest of who gave which codes."""
        told = "\x00".join(f"{sorted(one.coders)}{sorted(one.codes)}" for one in self.readings)
        return hashlib.sha256(f"{self.line.id}\x00{told}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def shuffled(self, salt: str) -> "Difference":
        """Return the same readings in an order by chance that is always the same for this line and this salt."""

        def place(one: Reading) -> bytes:
            told = f"{salt}\x00{self.line.id}\x00{one.coders}"
            return hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()

        return Difference(line=self.line, readings=tuple(sorted(self.readings, key=place)))


def differences(codings: Codings, lines: Transcripts, *, code: CodeId | None = None) -> tuple[Difference, ...]:
    """Return the lines on which independent coders differ, in the order of the interviews; with a code, those on it.

    Codings of lines that are in no transcript are passed over: nobody could read what they are about.
    """
    codings.check_lines(lines)
    found = (difference_on(line, codings.of(line.id)) for line in lines.participant_lines)
    return tuple(one for one in found if one is not None and (code is None or code in one.contested))


def difference_on(line: Line, codings: Iterable[Coding]) -> Difference | None:
    """Return how independent coders differ on one line, of which these are the codings, or None if they do not."""
    given: dict[frozenset[CodeId], list[CoderId]] = {}
    for one in sorted(codings, key=lambda one: one.coder):
        if one.basis is Basis.INDEPENDENT:
            given.setdefault(one.codes, []).append(one.coder)
    readings = tuple(Reading(coders=tuple(coders), codes=codes) for codes, coders in given.items())
    return Difference(line=line, readings=readings) if len(readings) > 1 else None
