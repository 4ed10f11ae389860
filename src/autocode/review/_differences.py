"""The lines on which coders differ, with the codes that each gave."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.codebook import CodeId
from autocode.coding import Basis, CoderId, Coding, Codings, Reading
from autocode.display import Records, displayed
from autocode.doctext import documented
from autocode.names import check_known
from autocode.transcripts import Line, Transcripts


@displayed
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
        """The codes that some of the coders gave and some did not; who did not judge a code does not differ on it."""
        return _contested(self.readings)

    @property
    def majority(self) -> tuple[frozenset[CodeId], int, int] | None:
        """The codes that more than half of the coders gave, by how many, and of how many; None if there are none."""
        counts: Counter[frozenset[CodeId]] = Counter()
        for reading in self.readings:
            counts[reading.codes] += len(reading.coders)
        (codes, n), total = counts.most_common(1)[0], counts.total()
        return (codes, n, total) if 2 * n > total else None

    @property
    def digest(self) -> str:
        """A digest of who gave which codes, which changes when a coder judges the line again."""
        text = "\x00".join(
            f"{sorted(reading.coders)}{sorted(reading.codes)}{sorted(reading.unjudged) or ''}"
            for reading in self.readings
        )
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
) -> Records[Difference]:
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
    return Records(
        difference for difference in found if difference is not None and (code is None or code in difference.contested)
    )


def difference_on(line: Line, codings: Iterable[Coding]) -> Difference | None:
    """Return how independent coders differ on a line with these codings, or None if they do not."""
    given: dict[tuple[frozenset[CodeId], frozenset[CodeId]], list[CoderId]] = {}
    for coding in sorted(codings, key=lambda coding: coding.coder):
        if coding.basis is Basis.INDEPENDENT:
            given.setdefault((coding.codes, coding.unjudged), []).append(coding.coder)
    readings = tuple(
        Reading(coders=tuple(coders), codes=codes, unjudged=unjudged) for (codes, unjudged), coders in given.items()
    )
    return Difference(line=line, readings=readings) if len(readings) > 1 and _contested(readings) else None


def _contested(readings: Iterable[Reading]) -> frozenset[CodeId]:
    given, not_given = set(), set()
    readings = tuple(readings)
    for code in frozenset[CodeId]().union(*(reading.codes for reading in readings)):
        for reading in readings:
            if code in reading.codes:
                given.add(code)
            elif code not in reading.unjudged:
                not_given.add(code)
    return frozenset(given & not_given)
