"""The lines on which coders differ, with the codes that each gave."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings, Reading
from autocode.doctext import documented
from autocode.names import check_known
from autocode.transcripts import Line, Transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    A line to which independent coders gave different codes.

    Attributes
    ----------
    line : Line
        The line.
    readings : tuple of Reading
        The different sets of codes with the coders who gave them, two or more, in the order of the coders' names.
    """

    line: Line
    readings: tuple[Reading, ...]

    @property
    def coders(self) -> tuple[CoderId, ...]:
        """Everybody who judged the line, by name."""
        return tuple(sorted(coder for reading in self.readings for coder in reading.coders))

    @property
    def contested(self) -> frozenset[CodeId]:
        """The codes that some of the coders gave and some did not."""
        given = [reading.codes for reading in self.readings]
        return frozenset().union(*given) - frozenset.intersection(*given)

    @property
    def digest(self) -> str:
        """A digest of who gave which codes, which changes when a coder judges the line again."""
        text = "\x00".join(f"{sorted(reading.coders)}{sorted(reading.codes)}" for reading in self.readings)
        return hashlib.sha256(f"{self.line.id}\x00{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def shuffled(self, salt: str) -> "Difference":
        """
        Return the same readings in a pseudo-random order.

        Parameters
        ----------
        salt : str
            What the order depends on, together with the line: the same salt gives the same order.
        """

        def sort_key(reading: Reading) -> bytes:
            text = f"{salt}\x00{self.line.id}\x00{reading.coders}"
            return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

        return Difference(line=self.line, readings=tuple(sorted(self.readings, key=sort_key)))


@documented
@no_single_text
def differences(
    codings: Codings, lines: Transcripts, *, code: CodeId | None = None, codebook: Collection[CodeId] | None = None
) -> tuple[Difference, ...]:
    """
    Return the lines on which independent coders differ, in the order of the interviews.

    Codings of lines that are in no transcript are passed over.

    Parameters
    ----------
    {codings}
    {lines}
    code : CodeId or None, default None
        Only lines on which coders differ about this code; None for all.
    {codebook_or_none}

    Raises
    ------
    StudyError
        If a coded transcript has changed since it was coded.
    UnknownNameError
        If there is no such code.
    """
    codings.check_lines(lines)
    if code is not None:
        check_known("code", (code,), {*(codebook or ()), *(given for coding in codings for given in coding.codes)})
    found = (difference_on(line, codings.of(line.id)) for line in lines.participant_lines)
    return tuple(
        difference for difference in found if difference is not None and (code is None or code in difference.contested)
    )


def difference_on(line: Line, codings: Iterable[Coding]) -> Difference | None:
    """Return how independent coders differ on a line with these codings, or None if they do not."""
    given: dict[frozenset[CodeId], list[CoderId]] = {}
    for coding in sorted(codings, key=lambda coding: coding.coder):
        if coding.basis is Basis.INDEPENDENT:
            given.setdefault(coding.codes, []).append(coding.coder)
    readings = tuple(Reading(coders=tuple(coders), codes=codes) for codes, coders in given.items())
    return Difference(line=line, readings=readings) if len(readings) > 1 else None
