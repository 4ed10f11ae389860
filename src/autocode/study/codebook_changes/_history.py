"""Who changed the codebook of a study, when and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.codebook import Change, Undone, changes_in_words
from autocode.display import Tabular, displayed
from autocode.frames import Kind
from autocode.study._reading import StudyData
from autocode.tables import Table


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookHistory(Tabular):
    """
    The recorded changes of a codebook, oldest first.

    Attributes
    ----------
    first : str
        The version before the first change; the version in force while there is none.
    changes : tuple of Change
        The changes.
    sentences : tuple of str
        Each change in words, with the names of codes.
    taken_back : frozenset of str
        The changes that were taken back, each by the version that came of it.
    """

    first: str
    changes: tuple[Change, ...]
    sentences: tuple[str, ...]
    taken_back: frozenset[str]

    def to_json(self) -> dict[str, object]:
        """Return the history as it is written in JSON."""
        return {
            "first_version": self.first,
            "changes": [
                row | {"at": None if change.at is None else change.at.isoformat()}
                for row, change in zip(self._records(), self.changes, strict=True)
            ],
        }

    def _records(self) -> Iterable[dict[str, object]]:
        for change, sentence in zip(self.changes, self.sentences, strict=True):
            yield {
                "version": change.after,
                "before": change.before,
                "at": change.at,
                "by": change.by,
                "kind": type(change).__name__.casefold(),
                "what": sentence,
                "why": change.why,
                "taken_back": change.after in self.taken_back,
            }

    def _kinds(self) -> Mapping[str, Kind]:
        return dict.fromkeys(("version", "before", "by", "kind", "what", "why"), "text")

    def __str__(self) -> str:
        if not self.changes:
            return f"No change of the codebook is recorded; it is at version {self.first}."
        return f"The record begins with version {self.first}.\n\n{self._table().text()}"

    def _repr_html_(self) -> str:
        return self._table().html()

    def _table(self) -> Table:
        rows = tuple(
            (
                change.after,
                "" if change.at is None else f"{change.at:%Y-%m-%d %H:%M}",
                sentence + (" (taken back)" if change.after in self.taken_back else ""),
                change.why,
            )
            for change, sentence in zip(self.changes, self.sentences, strict=True)
        )
        return Table(head=("version", "when (UTC)", "what", "why"), rows=rows)


def codebook_history(study: StudyData) -> CodebookHistory:
    """
    Return who changed the codebook of a study, when and why.

    Parameters
    ----------
    study : StudyData
        The study.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.study import codebook_history, create_study
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     _ = Path(folder, "transcripts", "Bea.txt").write_text("Mara: And?\\nBea: It rings out.\\n")
    ...     print(codebook_history(ac.read_study(folder)))
    No change of the codebook is recorded; it is at version 1.
    """
    return CodebookHistory(
        first=study.codebook_versions[0].version,
        changes=study.codebook_changes,
        sentences=changes_in_words(study.codebook_versions[0], study.codebook_changes),
        taken_back=frozenset(change.change for change in study.codebook_changes if isinstance(change, Undone)),
    )


def changes_in_force(study: StudyData) -> tuple[Change, ...]:
    """
    Return the recorded changes of a codebook that were not taken back, oldest first.

    Parameters
    ----------
    study : StudyData
        The study.
    """
    taken_back = codebook_history(study).taken_back
    return tuple(
        change for change in study.codebook_changes if not isinstance(change, Undone) and change.after not in taken_back
    )
