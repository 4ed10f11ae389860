"""How common each code of a study is, from the lines that were drawn to be coded."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from autocode.agreement import Prevalence, code_prevalence
from autocode.arguments import no_single_text
from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import Design, Sample, SuggestionBatch
from autocode.display import Tabular, displayed
from autocode.errors import AgreementError, StudyError
from autocode.journal import Journal, Kind
from autocode.names import aside
from autocode.study._folder import is_study
from autocode.study._opening import has_journal, reading_journal
from autocode.study._reading import StudyData, read_study_or_corpus
from autocode.study._samples import drawn_with_one_seed, sample_named
from autocode.tables import Table
from autocode.transcripts import LineId, Transcripts
from autocode.wording import count_of, listing, percent

PrevalenceMethod: TypeAlias = Literal["dsl", "ppi"]
"""How suggestions are corrected by the coded lines, see `code_prevalence`."""


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class PrevalenceRow:
    """
    How common a code is in one group of interviews, or the reason why that cannot be estimated.

    Attributes
    ----------
    code : Code
        The code or theme.
    group : str or None
        Value of the attribute that groups the interviews; None for all interviews.
    prevalence : Prevalence or None
        The estimate; None where there is none.
    reason : str or None, default None
        Why there is no estimate; None where there is one.
    """

    code: Code
    group: str | None
    prevalence: Prevalence | None
    reason: str | None = None


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class PrevalenceTable(Tabular):
    """
    The prevalence of codes in all interviews, and in each group of them.

    Attributes
    ----------
    title : str
        What the table is about.
    by : str or None
        Attribute of the participants that groups the interviews; None for no groups.
    rows : tuple of PrevalenceRow
        One row per code and group.
    notes : tuple of str
        What the numbers rest on besides the conventions.
    samples : tuple of str, default empty
        Names of the samples that the numbers rest on.
    """

    title: str
    by: str | None
    rows: tuple[PrevalenceRow, ...]
    notes: tuple[str, ...]
    samples: tuple[str, ...] = ()

    @property
    def conventions(self) -> dict[str, str]:
        """What the numbers rest on, by the first estimate over all interviews."""
        estimates = [row.prevalence for row in self.rows if row.prevalence is not None]
        # a caution about lines that do not vary is of one code only and is shown with that code
        varying = [estimate.conventions for estimate in estimates if not math.isnan(estimate.low)]
        conventions = varying[0] if varying else {"method": estimates[0].conventions["method"]}
        return {
            **conventions,
            "judged": "drawn lines, independently; with several coders, the share of them who gave the code",
        }

    def to_json(self) -> dict[str, object]:
        """Return value, interval and counts of each row, or the reason; bounds are not cut at 0 and 1."""
        return {
            "by": self.by,
            "samples": list(self.samples),
            "rows": [
                {
                    "code": row.code.id,
                    "name": row.code.name,
                    "theme": not row.code.codable,
                    "group": row.group,
                    "reason": row.reason,
                    "caution": None if row.prevalence is None else row.prevalence.conventions.get("caution"),
                    **({} if row.prevalence is None else row.prevalence.to_json()),
                }
                for row in self.rows
            ],
            "notes": list(self.notes),
            "conventions": self.conventions,
        }

    def _records(self) -> list[dict[str, Any]]:
        return [
            {
                "code": row.code.id,
                "name": row.code.name,
                "group": row.group,
                "reason": row.reason,
                "share": row.prevalence,
                "judged": None if row.prevalence is None else row.prevalence.n_judged,
                "lines": None if row.prevalence is None else row.prevalence.n_lines,
            }
            for row in self.rows
        ]

    def __str__(self) -> str:
        head = ("code", *([self.by] if self.by else []), "share", "interval", "judged", "lines", "suggested")
        first_number = len(head) - 5
        table = Table(
            head=head,
            rows=tuple((*self._names(row), *_cells(row.prevalence)) for row in self.rows),
            numeric=frozenset(range(first_number, len(head))),
            keys=first_number,
        )
        reasons = dict.fromkeys(reason for row in self.rows if (reason := self._reason(row)))
        conventions = [f"{key}: {value}" for key, value in self.conventions.items()]
        return "\n".join(
            [self.title, "", table.text(), "", *reasons, *([""] if reasons else []), *self.notes, *conventions]
        )

    def _names(self, row: PrevalenceRow) -> tuple[str, ...]:
        return (row.code.name, row.group or _ALL) if self.by else (row.code.name,)

    def _reason(self, row: PrevalenceRow) -> str | None:
        """Return why a row has no estimate or no interval, with the row's name; None if it has both."""
        names = self._names(row)
        if row.prevalence is None:  # the reason is the same for every code
            return f"{' '.join(names[1:]) or names[0]}: {row.reason}"
        if math.isnan(row.prevalence.low):
            return f"{', '.join(names)}: {row.prevalence.conventions['caution']}"
        return None


_ALL = "all"


def _cells(estimate: Prevalence | None) -> tuple[str, ...]:
    if estimate is None:
        return ("-", "-", "", "", "")
    interval = "-"
    if not math.isnan(estimate.low):
        interval = f"{_share(max(0.0, estimate.low))} to {_share(min(1.0, estimate.high))}"
    return (
        _share(estimate.value),
        interval,
        f"{estimate.n_judged}",
        f"{estimate.n_lines}",
        _share(estimate.suggested),
    )


def _share(value: float) -> str:
    return percent(value, decimals=1)


@no_single_text
def study_prevalence(
    folder: Path,
    *,
    codes: Sequence[str] = (),
    by: str | None = None,
    samples: Sequence[str] = (),
    method: PrevalenceMethod = "dsl",
    level: float = 0.95,
) -> PrevalenceTable:
    """
    Return how common codes are among all participants' lines of a study, and by an attribute of the participants.

    Lines that `choose_lines` chose to train a suggester do not count. Suggestions are used only if they were made
    before the first lines were drawn: later ones may have been trained on some of the drawn lines and not on others,
    which would bias the correction.

    Parameters
    ----------
    folder : Path
        The folder of the study or of a plain corpus.
    codes : sequence of str, default empty
        Codes or themes by id or name; by default all.
    by : str, optional
        An attribute of the participants, such as "role".
    samples : sequence of str, default empty
        Names of the samples to estimate from; by default all that were drawn at random and are open.
    method : {"dsl", "ppi"}, default "dsl"
        How suggestions are corrected by the coded lines, as in `code_prevalence`.
    level : float, default 0.95
        Confidence level of the interval, between 0 and 1.

    Raises
    ------
    AgreementError
        If a code is unknown, or as `code_prevalence` does.
    StudyError
        If an interview lacks the attribute, there is no such sample, none was drawn at random, or all that were drawn
        at random were ended.
    """
    study = read_study_or_corpus(folder).with_common_codes()
    used = _samples_to_use(study, samples)
    given = [_code(name, study.codebook) for name in codes] or [*study.codebook.subthemes, *study.codebook.themes]
    themes = study.codebook.themes
    wanted = [
        replace(code, name=study.codebook.theme_label(code.id) if code in themes else study.codebook.label(code.id))
        for code in dict.fromkeys(given)
    ]
    batch, has_later = None, False
    if is_study(folder) and has_journal(folder):
        with reading_journal(folder) as journal:
            batch, has_later = _batch_before_the_draw(journal, {sample.name for sample in used})
    groups: dict[str | None, Transcripts] = {None: study.lines, **({} if by is None else _groups(study, by))}
    if not used and is_study(folder):
        raise StudyError(
            "no lines of this study were drawn at random, and those that coders picked, or a queue put first, do not "
            f"represent the others; draw some with autocode plan {folder} --draw N, and code them."
        )
    rows = []
    for code in wanted:
        ids = (code.id, *study.codebook.descendants(code.id))
        suggested = _probabilities(batch, ids)
        for group, lines in groups.items():
            try:
                estimate = code_prevalence(
                    ids,
                    study.codings,
                    lines,
                    samples=used,
                    suggested={line.id: suggested[line.id] for line in lines if line.id in suggested},
                    method=method,
                    codebook=study.codebook,
                    level=level,
                )
            except AgreementError as error:
                if group is None:
                    raise
                rows.append(PrevalenceRow(code=code, group=group, prevalence=None, reason=str(error)))
            else:
                rows.append(PrevalenceRow(code=code, group=group, prevalence=estimate))
    n_drawn = len({line for sample in used for line in sample.drawn})
    return PrevalenceTable(
        title=f"How common each code is among {count_of(len(study.lines.participant_lines), 'line')} of participants "
        f"in {count_of(len(study.lines.interviews), 'interview')}, from {count_of(n_drawn, 'line')} drawn at random",
        by=by,
        rows=tuple(rows),
        notes=(*_notes_on_samples(used, study), _note_on_suggestions(batch, has_later=has_later)),
        samples=tuple(sample.name for sample in used),
    )


def _samples_to_use(study: StudyData, names: Sequence[str]) -> tuple[Sample, ...]:
    """Return the named samples, else the open ones that were drawn at random; no two of them may be one draw."""
    used = _samples_wanted(study, names)
    for sample in used:
        if same := drawn_with_one_seed(sample, used):
            raise StudyError(
                f"{sample.name} and {listing(same)} were drawn from the same lines with the same seed, in two copies "
                "of the study, so they are not two draws; name one of them with --sample, or end the others with "
                "autocode samples STUDY --end NAME."
            )
    return used


def _samples_wanted(study: StudyData, names: Sequence[str]) -> tuple[Sample, ...]:
    if names:
        return tuple(sample_named(name, study.samples) for name in dict.fromkeys(names))
    drawn = [sample for sample in study.samples if sample.design is Design.RANDOM]
    used = study.open_draws
    if drawn and not used:
        raise StudyError(
            f"every sample that was drawn at random is ended ({', '.join(sample.name for sample in drawn)}); draw "
            "lines with autocode plan STUDY --draw N, or name an ended sample with --sample."
        )
    chosen = [sample.name for sample in study.samples if sample.design is Design.ACTIVE]
    if chosen and not used:
        raise StudyError(
            f"no lines were drawn at random: {', '.join(chosen)} chose lines to train the suggester, and they do not "
            "represent the others; draw lines with: autocode plan STUDY --draw N."
        )
    return used


def _notes_on_samples(used: Sequence[Sample], study: StudyData) -> list[str]:
    """Return which samples the numbers rest on, and which others there are: a reader is to know what was left out."""
    independent = study.codings.independent()
    notes = [f"sample: {sample.name}, {sample}" for sample in used]
    names = {sample.name for sample in used}
    for sample in study.samples:
        if sample.name in names:
            continue
        judged = sum(bool(independent.of(line)) for line in sample.drawn)
        coded = f"{judged} of its {count_of(len(sample.drawn), 'line')} judged independently"
        if sample.design is Design.ACTIVE:
            notes.append(f"not used: {sample.name}, chosen to train the suggester")
        elif sample.design is Design.REREADING:
            notes.append(f"not used: {sample.name}, drawn to be read again for one code")
        else:
            notes.append(f"not used: {sample.name}, {'ended' if sample.ended else 'open'}, {coded}")
    return notes


def _batch_before_the_draw(journal: Journal, names: Collection[str]) -> tuple[SuggestionBatch | None, bool]:
    """Return the latest suggestions made before the first of these samples, and whether there are later ones."""
    batch: SuggestionBatch | None = None
    is_drawn = has_later = False
    names_of = journal.sample_names()
    entries = journal.history(kinds=(Kind.BATCH, Kind.SAMPLE))
    for entry in sorted(entries, key=lambda entry: entry.id):
        if isinstance(entry.record, Sample):
            is_drawn = names_of[entry.id] in names or is_drawn
        if isinstance(entry.record, SuggestionBatch):
            has_later = has_later or is_drawn
            batch = batch if is_drawn else entry.record
    return batch, has_later


def _note_on_suggestions(batch: SuggestionBatch | None, *, has_later: bool) -> str:
    if batch is not None:
        note = f"suggestions: {batch}, made before lines were drawn"
        return f"{note}; later ones are not used" if has_later else note
    if has_later:
        return "suggestions: none; those made after lines were drawn may have learnt from them and are not used"
    return "suggestions: none stood when lines were drawn, so the drawn lines alone are counted"


def _probabilities(batch: SuggestionBatch | None, codes: Sequence[CodeId]) -> dict[LineId, float]:
    """Return the highest probability with which any of the codes was suggested for each line."""
    probabilities: dict[LineId, float] = {}
    for suggestion in () if batch is None else batch.suggestions:
        if suggestion.code in codes:
            probabilities[suggestion.line] = max(suggestion.probability, probabilities.get(suggestion.line, 0.0))
    return probabilities


def _code(name: str, codebook: Codebook) -> Code:
    code = codebook.find(name)
    if code is None:
        known = [spelling for code in codebook.values() for spelling in (code.id, code.name)]
        raise AgreementError(
            f"there is no code {name!r}{aside(name, known)}; name a code or theme of the codebook, or none for all."
        )
    return code


def _groups(study: StudyData, attribute: str) -> dict[str | None, Transcripts]:
    """Return the interviews of each value of an attribute, in the order of the values."""
    interviews = study.lines.interviews
    known = {name for interview in interviews for name, value in interview.attributes.items() if value}
    if attribute not in known:
        which = (
            f"{aside(attribute, known)}; known are {', '.join(sorted(known))}"
            if known
            else "; participants.csv is empty"
        )
        raise StudyError(f"participants have no {attribute!r}{which}.")
    without = [interview.id for interview in interviews if not interview.attributes.get(attribute)]
    if without:
        some = "an interview has" if len(without) == 1 else f"{len(without)} interviews have"
        raise StudyError(f"{some} no {attribute!r}, {without[0]} first; add it to participants.csv.")
    values = sorted({interview.attributes[attribute] for interview in interviews})
    return {
        value: Transcripts(interview for interview in interviews if interview.attributes[attribute] == value)
        for value in values
    }
