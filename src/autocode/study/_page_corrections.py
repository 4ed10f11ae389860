"""What the page of corrections asks of a study: the texts of its interviews, and corrections of them."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from autocode.errors import StudyError
from autocode.study._reading import StudyData
from autocode.study.corrections._plan import amend_study, plan_amendment
from autocode.transcripts import TranscriptId, read_text
from autocode.web import PlannedCorrection

_TEXTS = (".txt", ".md", ".vtt", ".srt", ".csv")


class StudyCorrections:
    """
    Corrections of the interviews of a study that are kept as text.

    Parameters
    ----------
    study : StudyData
        The study, as it was when the pages were opened.
    """

    def __init__(self, study: StudyData) -> None:
        self._folder = study.folder
        self._sources = {
            interview.id: Path(interview.source)
            for interview in study.lines.interviews
            if Path(interview.source).suffix.casefold() in _TEXTS
        }

    def texts(self) -> Mapping[TranscriptId, str]:
        """Return the text of each interview that is kept as text, as it is in the study now."""
        return {name: read_text(source) for name, source in self._sources.items() if source.is_file()}

    def plan(self, interview: TranscriptId, text: str, *, by: str, reason: str) -> PlannedCorrection:
        """Return what it would do to replace the text of an interview; raises as `plan_amendment`."""
        source = self._sources.get(interview)
        if source is None:
            raise StudyError(f"there is no interview {interview!r} that is kept as text.")
        with TemporaryDirectory() as folder:  # nobody else can read it
            corrected = Path(folder, source.name)
            corrected.write_text(text, encoding="utf-8", newline="")
            plan = plan_amendment(self._folder, [corrected], by=by, reason=reason, interview=interview)
        return PlannedCorrection(
            sentences=str(plan).replace(f"{self._folder}: ", ""),
            changes_anything=plan.changes_anything,
            record=lambda: amend_study(plan),
        )
