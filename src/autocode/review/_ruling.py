"""What a human's ruling on a line becomes: a coding of the adjudicator's own, which replaces none of the coders'."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from json import dumps

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import Adjudication, Basis, CoderId, Coding, Reading, Ruling, human
from autocode.display import displayed
from autocode.doctext import documented
from autocode.errors import Fault, SettlementError, StudyError
from autocode.names import aside
from autocode.review._differences import Difference
from autocode.transcripts import LineId


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudicated:
    """
    The result of a ruling.

    Attributes
    ----------
    coding : Coding
        The adjudicated codes of the line.
    adjudication : Adjudication
        How they came about.
    """

    coding: Coding
    adjudication: Adjudication

    @property
    def entries(self) -> tuple[Adjudication, Coding]:
        """The records to append to the journal, both together."""
        return (self.adjudication, self.coding)


@no_single_text
def may_adjudicate(coder: str, adjudicators: Collection[CoderId]) -> CoderId:
    """
    Return the id of a human whom the study names as an adjudicator.

    Parameters
    ----------
    coder : str
        The name.
    adjudicators : collection of CoderId
        Those whom the study names.

    Raises
    ------
    StudyError
        If the study does not name this human.
    CodingError
        If the name is empty or that of a machine.

    Examples
    --------
    >>> from autocode.review import may_adjudicate
    >>> may_adjudicate("kim", ["kim", "lee"])
    'kim'
    """
    name = human(coder, people=adjudicators)
    if name not in adjudicators:
        named = f"{', '.join(adjudicators)}{aside(name, adjudicators)}" if adjudicators else "nobody"
        raise StudyError(
            f"{name} may not adjudicate in this study; study.toml names {named}. "
            f"The team can add the name there: adjudicators = {dumps([*adjudicators, name], ensure_ascii=False)}."
        )
    return name


@documented
@no_single_text
def adjudicate(
    difference: Difference,
    ruling: Ruling,
    *,
    coder: CoderId,
    adjudicators: Collection[CoderId],
    codebook: Codebook,
    left: Reading | None = None,
    right: Reading | None = None,
    codes: Iterable[CodeId] = (),
    reason: str = "",
    names_hidden: bool = False,
    milliseconds: int | None = None,
    at: datetime | None = None,
    version: str = "",
) -> Adjudicated:
    """
    Return the adjudicated coding that results from a human's ruling on one line, and the record of the ruling.

    Parameters
    ----------
    difference : Difference
        The line and how coders differ on it.
    ruling : Ruling
        LEFT or RIGHT for the codes of that reading, BOTH for the codes of either, NEITHER for no codes, OTHER for
        `codes`.
    coder : CoderId
        The adjudicator.
    adjudicators : collection of CoderId
        Those whom the study names as adjudicators.
    {codebook}
    left, right : Reading or None, default None
        The two readings that are compared; None if there are only two.
    codes : iterable of CodeId, default ()
        The codes of the line if the ruling is OTHER.
    reason : str, default ""
        The adjudicator's reason, which becomes the memo of the coding.
    names_hidden : bool, default False
        Whether the adjudicator did not see who had given which codes.
    milliseconds : int or None, default None
        Time from the line's appearance on the screen to the ruling; None if it was not measured.
    at : datetime or None, default None
        When; None if unknown.
    version : str, default ""
        The version of the codebook, as `Coding.version` names it.

    Raises
    ------
    StudyError
        If the study does not name the coder as an adjudicator.
    CodingError
        If the coder is not a human.
    SettlementError
        If a code is unknown or a theme, or the ruling is OTHER and no code is given. Every fault is listed.
    ValueError
        If the readings are not two different ones of the line, or codes are given with another ruling than OTHER.
    """
    name = may_adjudicate(coder, adjudicators)
    left, right = _pair(difference, left, right)
    chosen = frozenset(codes)
    if chosen and ruling is not Ruling.OTHER:
        raise ValueError(f"codes are given only with the ruling other, not {ruling}.")
    ruled = ruling.codes(left, right)
    given = chosen if ruled is None else ruled
    line = difference.line.id
    SettlementError.raise_if(_faults(line, ruling, given, codebook))
    # what neither reading judged, a ruling between them does not judge either
    unjudged = frozenset[CodeId]() if ruled is None else (left.unjudged & right.unjudged) - given
    if ruling in (Ruling.LEFT, Ruling.RIGHT):
        unjudged = (left if ruling is Ruling.LEFT else right).unjudged
    return Adjudicated(
        coding=Coding(
            line=line,
            coder=name,
            codes=given,
            basis=Basis.ADJUDICATED,
            memo=reason,
            at=at,
            version=version,
            unjudged=unjudged,
        ),
        adjudication=Adjudication(
            line=line,
            coder=name,
            ruling=ruling,
            left=left,
            right=right,
            names_hidden=names_hidden,
            reason=reason,
            milliseconds=milliseconds,
            at=at,
        ),
    )


def _pair(difference: Difference, left: Reading | None, right: Reading | None) -> tuple[Reading, Reading]:
    if left is None and right is None and len(difference.readings) == 2:
        left, right = difference.readings
    if left is None or right is None:
        raise ValueError(
            f"the line {difference.line.id} has {len(difference.readings)} different readings; name left and right."
        )
    if left == right or left not in difference.readings or right not in difference.readings:
        raise ValueError(f"left and right must be two different readings of the line {difference.line.id}.")
    return left, right


def _faults(line: LineId, ruling: Ruling, given: frozenset[CodeId], codebook: Codebook) -> Iterable[Fault]:
    if ruling is Ruling.OTHER and not given:
        yield Fault(f"{line}: no code is given with the ruling other; give one, or choose the ruling neither.")
    for code in sorted(given):
        if code not in codebook:
            yield Fault(
                f"{line}: the code {code!r} is not in the codebook{aside(code, codebook)}; add it there "
                "first, or choose another ruling."
            )
        elif not codebook[code].codable:
            yield Fault(f"{line}: {code!r} is a theme; give the line one of its subthemes.")
