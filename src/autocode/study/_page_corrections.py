"""What the page of corrections asks of a study: the texts and documents of its interviews, and corrections of them."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from autocode.errors import AutocodeError, Fault, StudyError
from autocode.study._reading import StudyData, read_study
from autocode.study.corrections._plan import AmendmentPlan, amend_study, plan_amendment
from autocode.transcripts import SUFFIXES, TranscriptId, Transcripts, read_text
from autocode.web import CorrectedDocument, PlannedCorrection
from autocode.wording import listing

_TEXTS = (".txt", ".md", ".vtt", ".srt", ".csv")


class StudyCorrections:
    """
    Corrections of the interviews of a study.

    Parameters
    ----------
    study : StudyData
        The study, as it was when the pages were opened.
    """

    def __init__(self, study: StudyData) -> None:
        self._folder = study.folder
        self._sources = {interview.id: Path(interview.source) for interview in study.lines.interviews}

    def lines(self) -> Transcripts:
        """Return the interviews as they are in the study now; raises as `read_study`."""
        return read_study(self._folder).lines

    def texts(self) -> Mapping[TranscriptId, str]:
        """Return the text of each interview that is kept as text, as it is in the study now."""
        return {
            name: read_text(source)
            for name, source in self._sources.items()
            if source.suffix.casefold() in _TEXTS and source.is_file()
        }

    def documents(self) -> Mapping[TranscriptId, Path]:
        """Return the file of each other interview, such as a Word document."""
        return {
            name: source
            for name, source in self._sources.items()
            if source.suffix.casefold() not in _TEXTS and source.is_file()
        }

    def plan(
        self, interview: TranscriptId, corrected: str | CorrectedDocument, *, by: str, reason: str
    ) -> PlannedCorrection:
        """Return what it would do to replace an interview; raises as `plan_amendment`."""
        source = self._sources.get(interview)
        if source is None:
            raise StudyError(f"there is no interview {interview!r} in this study.")
        name, content = (
            (source.name, corrected.encode()) if isinstance(corrected, str) else (corrected.name, corrected.content)
        )
        if Path(name).suffix.casefold() not in SUFFIXES:
            raise StudyError(
                f"{name!r} is no transcript; choose a file that ends in {listing(SUFFIXES, conjunction='or')}."
            )
        with TemporaryDirectory() as folder:  # nobody else can read it
            file = Path(folder, f"{source.stem}{Path(name).suffix}")
            file.write_bytes(content)
            try:
                plan = plan_amendment(self._folder, [file], by=by, reason=reason, interview=interview)
            except AutocodeError as error:  # of the file that the coder knows, not of the copy
                raise StudyError(
                    *(
                        Fault(fault.what, name if fault.path == file else fault.path, fault.line)
                        for fault in error.faults
                    )
                ) from error
        return PlannedCorrection(
            sentences=_sentences(plan), changes_anything=plan.changes_anything, record=lambda: amend_study(plan)
        )


def _sentences(plan: AmendmentPlan) -> str:
    return str(plan).replace(f"{plan.folder}: ", "")
