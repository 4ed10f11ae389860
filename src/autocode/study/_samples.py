"""The samples of a study: which there are, how far they are judged, and ending them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autocode.coding import Codings, Design, Sample, SampleEnd, code_asked_for
from autocode.display import Tabular, displayed
from autocode.errors import StudyError
from autocode.frames import Kind as CellKind
from autocode.study._opening import open_journal, reading_journal
from autocode.study._reading import StudyData, read_study
from autocode.tables import Table
from autocode.wording import count_of

HOW = {Design.RANDOM: "at random", Design.ACTIVE: "by autocode next", Design.REREADING: "to read again"}


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """
    A sample of a study, and how far its lines are judged.

    Attributes
    ----------
    sample : Sample
        The sample.
    n_judged : int
        Number of its lines that somebody judged.
    n_independent : int
        Number of its lines that somebody judged independently.
    reason : str, default ""
        Why it was ended, in words.
    """

    sample: Sample
    n_judged: int
    n_independent: int
    reason: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the sample without its probabilities, and the counts."""
        ended = self.sample.ended
        return {
            "name": self.sample.name,
            "design": self.sample.design,
            "drawn": len(self.sample.drawn),
            "of": len(self.sample.probabilities),
            "seed": self.sample.seed,
            "enriched": self.sample.enriched,
            "judged": self.n_judged,
            "independent": self.n_independent,
            "at": None if self.sample.at is None else self.sample.at.isoformat(),
            "ended": None if ended is None else ended.isoformat(),
            "reason": self.reason,
        }


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTable(Tabular):
    """
    The samples of a study, oldest first.

    Attributes
    ----------
    rows : tuple of SampleRow
        One row per sample.
    """

    rows: tuple[SampleRow, ...]

    def _records(self) -> Iterable[dict[str, object]]:
        return [row.to_json() for row in self.rows]

    def _kinds(self) -> dict[str, CellKind]:
        return {"name": "text", "design": "text", "drawn": "count", "of": "count", "seed": "count",
                "enriched": "text", "judged": "count", "independent": "count", "at": "text", "ended": "text",
                "reason": "text"}  # fmt: skip

    def to_json(self) -> dict[str, object]:
        """Return each sample without its probabilities, and the counts."""
        return {"samples": [row.to_json() for row in self.rows]}

    def __str__(self) -> str:
        if not self.rows:
            return "No sample was drawn yet."
        cells = tuple(
            (
                row.sample.name,
                HOW[row.sample.design],
                "" if row.sample.at is None else f"{row.sample.at:%Y-%m-%d}",
                f"{len(row.sample.drawn)}",
                f"{len(row.sample.probabilities)}",
                f"{row.n_judged}",
                f"{row.n_independent}",
                _state(row),
            )
            for row in self.rows
        )
        head = ("sample", "drawn", "on", "lines", "of", "judged", "independently", "")
        return Table(head=head, rows=cells, numeric=frozenset(range(3, 7))).text()


def _state(row: SampleRow) -> str:
    if row.sample.ended is None:
        return "open"
    return f"ended on {row.sample.ended:%Y-%m-%d}{f': {row.reason}' if row.reason else ''}"


def study_samples(folder: Path) -> SampleTable:
    """
    Return the samples that were drawn or chosen from a study's lines, ended ones included.

    Parameters
    ----------
    folder : Path
        The study's folder.

    Raises
    ------
    StudyError
        If the folder is not a study.
    """
    study = read_study(folder)
    judged, independent = study.codings, study.codings.independent()
    reasons = _reasons(folder) if study.samples else {}
    return SampleTable(
        rows=tuple(
            SampleRow(
                sample=sample,
                n_judged=_n_judged(sample, judged, study),
                n_independent=_n_judged(sample, independent, study),
                reason=reasons.get(sample.name, ""),
            )
            for sample in study.samples
        )
    )


def _n_judged(sample: Sample, codings: Codings, study: StudyData) -> int:
    """Return how many lines of a sample somebody judged; of lines to read again, for the code that is asked for."""
    change = next((change for change in study.codebook_changes if change.after == sample.change), None)
    code = None if change is None else code_asked_for(change)
    if code is None:
        return sum(bool(codings.of(line)) for line in sample.drawn)
    return sum(any(coding.applies(code) is not None for coding in codings.of(line)) for line in sample.drawn)


def _reasons(folder: Path) -> dict[str, str]:
    with reading_journal(folder) as journal:
        return {name: end.reason for name, end in journal.sample_ends().items()}


def end_sample(folder: Path, name: str, *, reason: str = "") -> Sample:
    """
    End a sample, so that nothing waits for its lines, and return it; it stays in the journal with what was judged.

    Parameters
    ----------
    folder : Path
        The study's folder.
    name : str
        Name of the sample.
    reason : str, default ""
        Why it is ended.

    Raises
    ------
    StudyError
        If the folder is not a study, it has no such sample, or the sample was ended before.
    """
    study = read_study(folder)
    sample = sample_named(name, study.samples)
    if sample.ended is not None:
        raise StudyError(f"the sample {name} was ended on {sample.ended:%Y-%m-%d} already.")
    with open_journal(folder) as journal:
        journal.append(SampleEnd(sample=name, reason=" ".join(reason.split())))
    return sample


def sample_named(name: str, samples: Sequence[Sample]) -> Sample:
    """
    Return the sample of this name.

    Parameters
    ----------
    name : str
        The name.
    samples : sequence of Sample
        The samples of the study.

    Raises
    ------
    StudyError
        If there is no such sample.
    """
    for sample in samples:
        if sample.name == name:
            return sample
    raise StudyError(
        f"there is no sample {name!r}; "
        + (f"the study has {', '.join(sample.name for sample in samples)}." if samples else "none was drawn yet.")
    )


def drawn_with_one_seed(sample: Sample, samples: Iterable[Sample]) -> list[str]:
    """
    Return the names of other samples drawn at random from the same lines with the same seed: no draws of their own.

    Parameters
    ----------
    sample : Sample
        The sample.
    samples : iterable of Sample
        The samples of the study.
    """
    return [
        other.name
        for other in samples
        if other.name != sample.name
        and other.design is sample.design is Design.RANDOM
        and other.seed == sample.seed
        and other.probabilities.keys() == sample.probabilities.keys()
    ]


def open_sample(samples: Sequence[Sample], name: str | None = None) -> Sample:
    """
    Return the open sample of this name, or the one whose lines were chosen last.

    Parameters
    ----------
    samples : sequence of Sample
        The samples of the study, oldest first.
    name : str or None, default None
        The name; None for the latest open one that `autocode next` chose.

    Raises
    ------
    StudyError
        If there is none, or it was ended.
    """
    if name is not None:
        sample = sample_named(name, samples)
        if sample.ended is not None:
            raise StudyError(f"the sample {name} was ended on {sample.ended:%Y-%m-%d}; choose or draw another.")
        return sample
    chosen = [sample for sample in samples if sample.design is Design.ACTIVE]
    is_open = [sample for sample in chosen if sample.ended is None]
    if not is_open:
        past = f"{count_of(len(chosen), 'sample')} was ended" if len(chosen) == 1 else "all samples were ended"
        raise StudyError(
            f"{past if chosen else 'no lines were chosen'}, so there is nothing to code next; "
            "choose lines with: autocode next STUDY."
        )
    return is_open[-1]
