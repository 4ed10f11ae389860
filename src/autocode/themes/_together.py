"""Which codes come together: on the same line, in the same answer, in the same interview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autocode.arguments import no_single_text
from autocode.codebook import Codebook, CodeId
from autocode.coding import Codings
from autocode.display import Tabular, displayed
from autocode.doctext import documented
from autocode.errors import ThemesError
from autocode.frames import Kind
from autocode.names import check_known
from autocode.resampling import interview_draws
from autocode.tables import Table
from autocode.themes._incidence import CodedBy, Level, codes_of_lines, columns_of, state_of
from autocode.transcripts import LineId, Role, TranscriptId, Transcripts
from autocode.wording import count_of

Where: TypeAlias = Literal["line", "answer", "interview"]
_HEADINGS: Mapping[Where, str] = {
    "line": "on the same line",
    "answer": "in the same answer",
    "interview": "in the same interview",
}


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """
    How often two codes come together.

    Attributes
    ----------
    codes : tuple of two CodeId
        The codes, in the order of the codebook.
    both, first, second : int
        Number of units with both codes, with the first and with the second.
    jaccard : float
        Units with both, of those with either: the c coefficient of ATLAS.ti.
    low, high : float
        95 % interval from a cluster bootstrap over interviews; NaN with a single interview.
    """

    codes: tuple[CodeId, CodeId]
    both: int
    first: int
    second: int
    jaccard: float
    low: float
    high: float


@displayed
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Together(Tabular):
    """
    Which codes come together, the closest pairs first; made by `together`.

    Attributes
    ----------
    unit : {"line", "answer", "interview"}
        Where codes count as together. An answer is the run of a participant's lines after one question.
    coded_by : {"consensus", "any"}
        Whose codings give a line its codes.
    pairs : tuple of Pair
        Every pair that comes together at least once.
    n_units, n_interviews : int
        Number of units that were read, and of interviews that they come from.
    names : mapping of CodeId to str
        The names of the codes.
    """

    unit: Where
    coded_by: CodedBy
    pairs: tuple[Pair, ...]
    n_units: int
    n_interviews: int
    names: Mapping[CodeId, str]

    def _records(self) -> Iterable[dict[str, object]]:
        units = {"unit": self.unit, "coded_by": self.coded_by}
        for pair in self.pairs:
            first, second = pair.codes
            names = {"code": first, "name": self.names[first], "with": second, "with_name": self.names[second]}
            counts = {"both": pair.both, "first": pair.first, "second": pair.second}
            yield units | names | counts | {"jaccard": pair.jaccard, "jaccard_low": pair.low, "jaccard_high": pair.high}

    def _kinds(self) -> dict[str, Kind]:
        kinds: dict[str, Kind] = dict.fromkeys(("unit", "coded_by", "code", "name", "with", "with_name"), "text")
        kinds |= dict.fromkeys(("both", "first", "second"), "count")
        return kinds | dict.fromkeys(("jaccard", "jaccard_low", "jaccard_high"), "number")

    def pair(self, a: CodeId, b: CodeId) -> Pair | None:
        """
        Return the pair of two codes, or None if they never come together.

        Parameters
        ----------
        a, b : CodeId
            The codes, in any order.

        Raises
        ------
        UnknownNameError
            If the codebook has no such code of this level.
        """
        check_known("code", (a, b), tuple(self.names), titles=self.names)
        return next((pair for pair in self.pairs if set(pair.codes) == {a, b}), None)

    def to_json(self) -> dict[str, Any]:
        """Return all numbers as JSON holds them."""
        return {
            "unit": self.unit,
            "coded_by": self.coded_by,
            "n_units": self.n_units,
            "n_interviews": self.n_interviews,
            "pairs": [
                {
                    "codes": list(pair.codes),
                    "both": pair.both,
                    "first": pair.first,
                    "second": pair.second,
                    "jaccard": pair.jaccard,
                    "low": None if np.isnan(pair.low) else pair.low,
                    "high": None if np.isnan(pair.high) else pair.high,
                }
                for pair in self.pairs
            ],
        }

    def table(self) -> Table:
        """Return the pairs as a table whose heading names the unit."""
        units = {"line": "lines", "answer": "answers", "interview": "interviews"}[self.unit]
        head = (f"codes {_HEADINGS[self.unit]}", "and", f"{units} with both", "first", "second", "Jaccard")
        rows = tuple(
            (
                self.names[pair.codes[0]],
                self.names[pair.codes[1]],
                str(pair.both),
                str(pair.first),
                str(pair.second),
                f"{pair.jaccard:.2f}" + ("" if np.isnan(pair.low) else f" [{pair.low:.2f}, {pair.high:.2f}]"),
            )
            for pair in self.pairs
        )
        return Table(head=head, rows=rows, numeric=frozenset({2, 3, 4}))

    def __str__(self) -> str:
        how = "the consensus of the coders" if self.coded_by == "consensus" else "any coder"
        units = count_of(self.n_units, self.unit)
        where = "" if self.unit == "interview" else f" of {count_of(self.n_interviews, 'interview')}"
        return f"{self.table().text()}\n\n{units}{where}; codes given by {how}; intervals over interviews."


@documented
def together(
    codings: Codings,
    lines: Transcripts,
    codebook: Codebook,
    *,
    unit: Where,
    coded_by: CodedBy = "consensus",
    level: Level = "subtheme",
    resamples: int = 2000,
    seed: int = 0,
) -> Together:
    """
    Return which codes come together on a line, in an answer or in an interview.

    Only units with a line that was read count.

    Parameters
    ----------
    {codings}
    {lines}
    {codebook}
    unit : {{"line", "answer", "interview"}}
        Where codes count as together. It has no default: the three answer different questions.
    coded_by : {{"consensus", "any"}}, default "consensus"
        As in `Incidence.of`.
    level : {{"subtheme", "theme"}}, default "subtheme"
        As in `Incidence.of`.
    {resamples}
    {seed}

    Raises
    ------
    StudyError
        If these are not the lines that were coded, as after an edit of a transcript.
    ThemesError
        If no line was read.
    """
    codings.check_lines(lines)
    if unit not in _HEADINGS:
        raise ValueError(f'the unit is "line", "answer" or "interview", not {unit!r}.')
    of_line, unjudged = codes_of_lines(codings, coded_by)
    columns = columns_of(codebook, level)
    units = _units(lines, of_line, unit)
    if not units:
        raise ThemesError("no line of a participant was read yet.")
    table = np.array(
        [[state_of(codes, members, of_line, unjudged) for codes in columns.values()] for _, members in units],
        dtype=float,
    )
    names = list(dict.fromkeys(name for name, _ in units))
    member = np.array([names.index(name) for name, _ in units])
    draws = interview_draws(len(names), resamples=resamples, seed=seed)
    pairs = [
        _pair(codes, table[judged, :][:, [i, j]], member[judged], draws)
        for (i, _), (j, _), codes in ((a, b, (a[1], b[1])) for a, b in combinations(enumerate(columns), 2))
        # a unit that was not judged for one of the two says nothing of how they go together
        if (judged := (table[:, [i, j]] >= 0).all(axis=1)).any() and (table[judged, i] * table[judged, j]).any()
    ]
    return Together(
        unit=unit,
        coded_by=coded_by,
        pairs=tuple(sorted(pairs, key=lambda pair: -pair.jaccard)),
        n_units=len(units),
        n_interviews=len(names),
        names={code: codebook.label(code) for code in columns},
    )


def _units(
    lines: Transcripts, of_line: Mapping[LineId, frozenset[CodeId]], unit: Where
) -> list[tuple[TranscriptId, Sequence[LineId]]]:
    """Return the lines that were read of each unit, with their interview."""
    units: list[tuple[TranscriptId, list[LineId]]] = []
    for interview in lines.interviews:
        starts = True
        for line in interview.lines:
            if line.role is not Role.PARTICIPANT:
                starts = starts or unit == "answer"
                continue
            if line.id not in of_line:
                continue
            if starts or unit == "line":
                units.append((interview.id, []))
                starts = False
            units[-1][1].append(line.id)
    return list(units)


def _pair(
    codes: tuple[CodeId, CodeId],
    table: NDArray[np.float64],
    interview: NDArray[np.int64],
    draws: NDArray[np.float64],
) -> Pair:
    first, second = table.T
    both, either = first * second, np.maximum(first, second)
    n_interviews = draws.shape[1]
    low = high = np.nan
    if n_interviews > 1:
        sums = [np.bincount(interview, weights=values, minlength=n_interviews) for values in (both, either)]
        n_both, n_either = (draws @ values for values in sums)
        defined = n_either > 0
        low, high = np.quantile(n_both[defined] / n_either[defined], [0.025, 0.975])
    return Pair(
        codes=codes,
        both=int(both.sum()),
        first=int(first.sum()),
        second=int(second.sum()),
        jaccard=float(both.sum() / either.sum()),
        low=float(low),
        high=float(high),
    )
