"""How common each code of a study is, from the lines that were drawn to be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from autocode.agreement import Prevalence, code_prevalence
from autocode.cli._study import JOURNAL, Material, is_study, journal_of, material_of
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Inclusion, Sample, SuggestionBatch
from autocode.errors import AgreementError, StudyError
from autocode.journal import Journal
from autocode.transcripts import LineId, Transcripts

_ALL = "all"
Method = Literal["dsl", "ppi"]


class Row(NamedTuple):
    """A code in one group of interviews: how common it is there, or the reason why that cannot be told."""

    code: Code
    group: str
    found: Prevalence | str


@dataclass(frozen=True, slots=True, kw_only=True)
class HowCommon:
    """The prevalence of every code asked for, in all interviews and in each group of them."""

    title: str
    by: str | None
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def conventions(self) -> dict[str, str]:
        """What the numbers rest on, as the first estimate over all interviews tells it."""
        shown = [row.found for row in self.rows if isinstance(row.found, Prevalence)]
        # a caution about lines that do not vary is of one code only and stands beside it
        known = [one.conventions for one in shown if one.low == one.low]
        told = known[0] if known else {"method": shown[0].conventions["method"]}
        return {
            **told,
            "judged": "drawn lines, independently; with several coders, the share of them who gave the code",
        }

    def to_json(self) -> dict[str, object]:
        """Return value, interval and counts of each row, or the reason; bounds are not cut at 0 and 1."""
        return {
            "by": self.by,
            "rows": [
                {
                    "code": row.code.id,
                    "name": row.code.name,
                    "theme": not row.code.codable,
                    "group": None if row.group == _ALL else row.group,
                    "reason": row.found if isinstance(row.found, str) else None,
                    "caution": None if isinstance(row.found, str) else row.found.conventions.get("caution"),
                    **({} if isinstance(row.found, str) else row.found.to_json()),
                }
                for row in self.rows
            ],
            "notes": list(self.notes),
            "conventions": self.conventions,
        }

    def __str__(self) -> str:
        cells = [("code", *([self.by] if self.by else []), "share", "interval", "judged", "lines", "suggested")]
        reasons: dict[str, None] = {}
        for row in self.rows:
            named = (row.code.name, *([row.group] if self.by else []))
            if isinstance(row.found, str):
                cells.append((*named, "-", "-", "", "", ""))
                reasons[f"{' '.join(named[1:]) or named[0]}: {row.found}"] = None
                continue
            one = row.found
            known = one.low == one.low
            interval = f"{_percent(max(0.0, one.low))} to {_percent(min(1.0, one.high))}" if known else "-"
            if not known:
                reasons[f"{', '.join(named)}: {one.conventions['caution']}"] = None
            counts = (f"{one.n_judged}", f"{one.n_lines}", _percent(one.suggested))
            cells.append((*named, _percent(one.value), interval, *counts))
        n_names = 1 + (self.by is not None)
        widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
        drawn = [
            "  ".join(
                cell.ljust(w) if i < n_names else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in cells
        ]
        drawn.insert(1, "-" * max(map(len, drawn)))
        told = [f"{key}: {value}" for key, value in self.conventions.items()]
        return "\n".join([self.title, "", *drawn, "", *reasons, *([""] if reasons else []), *self.notes, *told])


def how_common(study: Path, *, codes: Sequence[str], by: str | None, method: Method, level: float) -> HowCommon:
    """Return how common codes are among all lines of participants, and by an attribute of theirs.

    Suggestions count only if they stood when the first lines were drawn: later ones may have learnt from some of the
    drawn lines and not from the others, which would bias what they are corrected by.
    """
    found = material_of(study)
    wanted = [_named(name, found.codebook) for name in codes] or [*found.codebook.subthemes, *found.codebook.themes]
    samples: tuple[Sample, ...] = ()
    batch: SuggestionBatch | None = None
    later = False
    if is_study(study) and (study / JOURNAL).exists():
        with journal_of(study) as journal:
            samples = journal.samples()
            batch, later = _before_the_draw(journal)
    groups: dict[str, Transcripts] = {_ALL: found.lines, **({} if by is None else _groups(found, by))}
    rows = []
    for code in wanted:
        below = _below(code, found.codebook)
        suggested = _suggested(batch, below)
        for group, lines in groups.items():
            try:
                one: Prevalence | str = code_prevalence(
                    below, found.codings, lines, samples=samples, suggested=suggested, method=method, level=level
                )
            except AgreementError as why:
                if group == _ALL:
                    raise
                one = str(why)
            rows.append(Row(code, group, one))
    n = len(Inclusion.from_samples(samples).drawn)
    return HowCommon(
        title=f"How common each code is among {len(found.lines.participant_lines)} lines of participants in "
        f"{len(found.lines.interviews)} interviews, from {n} lines drawn at random",
        by=by,
        rows=tuple(rows),
        notes=(_told(batch, later),),
    )


def _before_the_draw(journal: Journal) -> tuple[SuggestionBatch | None, bool]:
    """Return the suggestions that stood when lines were first drawn, and whether there are later ones."""
    batch: SuggestionBatch | None = None
    drawn = later = False
    for entry in journal.history():
        drawn = drawn or isinstance(entry.record, Sample)
        if isinstance(entry.record, SuggestionBatch):
            later = later or drawn
            batch = batch if drawn else entry.record
    return batch, later


def _told(batch: SuggestionBatch | None, later: bool) -> str:
    if batch is not None:
        said = f"suggestions: {batch}, made before lines were drawn"
        return f"{said}; later ones are not used" if later else said
    if later:
        return "suggestions: none; those made after lines were drawn may have learnt from them and are not used"
    return "suggestions: none stood when lines were drawn, so the drawn lines alone are counted"


def _suggested(batch: SuggestionBatch | None, codes: Sequence[CodeId]) -> dict[LineId, float]:
    """Return the highest probability with which any of the codes was suggested for each line."""
    said: dict[LineId, float] = {}
    for one in () if batch is None else batch.suggestions:
        if one.code in codes:
            said[one.line] = max(one.probability, said.get(one.line, 0.0))
    return said


def _named(name: str, codebook: Codebook) -> Code:
    code = codebook.get(CodeId(name)) or codebook.find(name)
    if code is None:
        raise AgreementError(f"there is no code {name!r}; name a code or theme of the codebook, or none for all.")
    return code


def _below(code: Code, codebook: Codebook) -> tuple[CodeId, ...]:
    """Return a code, with all that is under it if it is a theme."""
    under = {code.id: None}
    grown = True
    while grown:
        more = {one.id: None for one in codebook.values() if one.parent in under and one.id not in under}
        under |= more
        grown = bool(more)
    return tuple(under)


def _groups(found: Material, attribute: str) -> dict[str, Transcripts]:
    """Return the interviews of each value of an attribute, in the order of the values."""
    interviews = found.lines.interviews
    said = {key for one in interviews for key, value in one.attributes.items() if value}
    if attribute not in said:
        known = f"; known are {', '.join(sorted(said))}" if said else "; participants.csv is empty"
        raise StudyError(f"participants have no {attribute!r}{known}.")
    without = [one.id for one in interviews if not one.attributes.get(attribute)]
    if without:
        some = "an interview has" if len(without) == 1 else f"{len(without)} interviews have"
        raise StudyError(f"{some} no {attribute!r}, {without[0]} first; add it to participants.csv.")
    values = sorted({one.attributes[attribute] for one in interviews})
    return {value: Transcripts(one for one in interviews if one.attributes[attribute] == value) for value in values}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
