"""What differs between two versions of a study's codebook, who decided it and why, and the readings it touched."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.codebook import (
    Change,
    CodebookDifference,
    CodeDifference,
    DifferenceKind,
    changes_in_words,
    codebook_difference,
    codes_concerned,
)
from autocode.coding import TouchedReadings, touched_readings
from autocode.display import Tabular, displayed
from autocode.study._reading import StudyData
from autocode.wording import count_of, listing


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class StudyDifference(Tabular):
    """
    What differs between two versions of a study's codebook.

    Attributes
    ----------
    difference : CodebookDifference
        The differences.
    readings : mapping of str to TouchedReadings
        The readings that each change between the two versions touched, by the version that came of it.
    sentences : mapping of str to str
        These changes in words, with the names of codes, by the version that came of each.
    """

    difference: CodebookDifference
    readings: Mapping[str, TouchedReadings]
    sentences: Mapping[str, str]

    def decided(self, change: Change) -> str:
        """
        Return who made a change, when and why, and how many readings it touched, in one line.

        Parameters
        ----------
        change : Change
            One of the changes between the two versions.
        """
        when = "" if change.at is None else f", {change.at:%Y-%m-%d}"
        why = f": {change.why}" if change.why else ""
        return f"{change.by}{when}{why}. {self._touched(change)}"

    def _touched(self, change: Change) -> str:
        readings = self.readings[change.after]
        parts = []
        if readings.gave:
            parts.append(_of_coders(readings.gave, "had the code" if _is_of_one(change) else "had one of the codes"))
        if readings.unjudged:
            parts.append(_of_coders(readings.unjudged, "no longer say whether every code applies"))
        return ("; ".join(parts) or "No reading is touched") + "."

    def _records(self) -> Iterable[object]:
        return [
            {
                "kind": entry.kind.value,
                "code": entry.code,
                "difference": str(entry),
                "decided": self._all_decided(entry),
            }
            for entry in self.difference.codes
        ]

    def _all_decided(self, entry: CodeDifference) -> str:
        return " ".join(map(self.decided, entry.changes))

    def to_json(self) -> dict[str, object]:
        """Return the differences as they are written in JSON."""
        return {
            "before": self.difference.before.version,
            "after": self.difference.after.version,
            "differences": [_to_json(difference) for difference in self.difference.codes],
            "changes": [
                {
                    "version": change.after,
                    "what": self.sentences[change.after],
                    "by": change.by,
                    "at": None if change.at is None else change.at.isoformat(),
                    "why": change.why,
                    "gave": dict(self.readings[change.after].gave),
                    "unjudged": dict(self.readings[change.after].unjudged),
                }
                for change in self.difference.changes
            ],
        }

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        difference = self.difference
        yield f"Codebook, version {difference.before.version} to {difference.after.version}: {self.summary}."
        kind: DifferenceKind | None = None
        for entry in difference.codes:
            if entry.kind is not kind:
                kind = entry.kind
                yield from ("", kind.capitalize())
            yield f"  {entry}"
            for text in entry.texts:
                yield from (f"    {line}" for line in f"{label_of(text.field)}: {text}".split("\n"))
            for change in entry.changes:
                yield f"    {self.decided(change)}"

    @property
    def summary(self) -> str:
        """How many changes lie between the two versions, and who decided them."""
        changes = self.difference.changes
        if not changes:
            return "no change"
        people = listing(dict.fromkeys(change.by for change in changes))
        return f"{count_of(len(changes), 'change')}, decided by {people}"


def study_difference(study: StudyData, before: str, after: str) -> StudyDifference:
    """
    Return what differs between two versions of a study's codebook.

    Parameters
    ----------
    study : StudyData
        The study.
    before, after : str
        The two versions, the earlier first.

    Raises
    ------
    CodebookError
        If there is no such version, or the first is the later one.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.codebook import Renamed
    >>> from autocode.study import change_codebook, create_study, study_difference
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     _ = Path(folder, "transcripts", "Bea.txt").write_text("Mara: And?\\nBea: It rings out.\\n")
    ...     renamed = Renamed(before="1", after="2", by="TW", code="an-example-subtheme", name="Telephones")
    ...     _ = change_codebook(folder, renamed)
    ...     print(str(study_difference(ac.read_study(folder), "1", "2")).splitlines()[0])
    Codebook, version 1 to 2: 1 change, decided by TW.
    """
    first, *_ = study.codebook_versions
    changes = study.codebook_changes
    difference = codebook_difference(first, changes, before=before, after=after)
    codings = study.codings if study.codings_as_made is None else study.codings_as_made
    touched = touched_readings(codings, changes, codebook=first, proposals=study.proposals)
    between = {change.after for change in difference.changes}
    versions = [change.after for change in changes]
    in_words = changes_in_words(first, changes)
    return StudyDifference(
        difference=difference,
        readings={after: of for after, of in zip(versions, touched, strict=True) if after in between},
        sentences={after: of for after, of in zip(versions, in_words, strict=True) if after in between},
    )


def label_of(field: str) -> str:
    """Return what a text of a code is called where people read it."""
    return field.replace("_", " ").capitalize()


def _is_of_one(change: Change) -> bool:
    return len(codes_concerned(change)) == 1


def _of_coders(counts: Mapping[str, int], what: str) -> str:
    each = ", ".join(f"{coder} {n}" for coder, n in counts.items())
    return f"{count_of(sum(counts.values()), 'reading')} {what} ({each})"


def _to_json(difference: CodeDifference) -> dict[str, object]:
    return {
        "kind": difference.kind.value,
        "code": difference.code,
        "name": difference.name,
        "before": difference.before,
        "after": difference.after,
        "codes": list(difference.codes),
        "texts": {text.field: [list(run) for run in text.runs] for text in difference.texts},
        "changes": [change.after for change in difference.changes],
    }
