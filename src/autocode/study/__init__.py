"""A study folder read, added to and kept consistent; what the shell does, Python does in the same way."""

from importlib import import_module
from typing import TYPE_CHECKING

from autocode.study._consistency import inconsistencies, unrecorded_codebook, unrecorded_digests
from autocode.study._folder import (
    CODEBOOK,
    JOURNAL,
    MODEL,
    MODELS,
    PARTICIPANTS,
    SETTINGS,
    TRANSCRIPTS,
    VECTORS,
    create_study,
    is_study,
    replaced_on_success,
    translated_disk_errors,
)
from autocode.study._opening import open_journal
from autocode.study._reading import (
    StudyData,
    read_lines,
    read_study,
    read_study_as_recorded,
    read_study_or_corpus,
)
from autocode.study._settings import Settings, read_settings
from autocode.study._text_options import TextOptions, text_options, with_encoder

if TYPE_CHECKING:
    from autocode.study._backup import Backup, backup_study
    from autocode.study._faults import study_faults, study_remarks
    from autocode.study._intake import SpeakerRule, add_files
    from autocode.study._learner import Learner
    from autocode.study._learner_process import LearnerProcess
    from autocode.study._merging import MergedCoder, MergedCopy, MergePlan, merge
    from autocode.study._pages import serve_adjudication, serve_board, serve_rereading, serve_review
    from autocode.study._prevalence import PrevalenceMethod, PrevalenceRow, PrevalenceTable, study_prevalence
    from autocode.study._reporting import report_on_study, validate_study, write_study_report
    from autocode.study._rereading import StudyRereading, open_rereading
    from autocode.study._rereading_draws import draw_more, draw_rereading
    from autocode.study._review import StudyReview, open_review
    from autocode.study._samples import SampleRow, SampleTable, end_sample, study_samples
    from autocode.study._sampling import choose_lines, draw_lines
    from autocode.study._suggesting import (
        Suggested,
        suggest_for_file,
        suggest_for_study,
        suggestions_as_csv,
        train_on_study,
    )
    from autocode.study.codebook_changes._adoption import adopted_changes, restore_codebook
    from autocode.study.codebook_changes._changing import change_codebook
    from autocode.study.codebook_changes._difference import StudyDifference, study_difference
    from autocode.study.codebook_changes._files import codes_to_import, export_codebook
    from autocode.study.codebook_changes._history import CodebookHistory, changes_in_force, codebook_history
    from autocode.study.codebook_changes._origin import with_origin
    from autocode.study.codebook_changes._overview import CodebookOverview, CodeUse, codebook_overview
    from autocode.study.codebook_changes._plan import ChangePlan, PlannedDraw
    from autocode.study.codebook_changes._planning import plan_change
    from autocode.study.codebook_changes._readings import CoderReadings
    from autocode.study.corrections._plan import AmendmentPlan, InterviewPlan, amend_study, plan_amendment

# What needs scikit-learn, scipy or the pages is imported when it is first used, so that a study is read at once.
_LAZY = {
    "_faults": ("study_faults", "study_remarks"),
    "corrections._plan": ("AmendmentPlan", "InterviewPlan", "amend_study", "plan_amendment"),
    "codebook_changes._adoption": ("adopted_changes", "restore_codebook"),
    "codebook_changes._changing": ("change_codebook",),
    "codebook_changes._difference": ("StudyDifference", "study_difference"),
    "codebook_changes._files": ("codes_to_import", "export_codebook"),
    "codebook_changes._history": ("CodebookHistory", "changes_in_force", "codebook_history"),
    "codebook_changes._overview": ("CodebookOverview", "CodeUse", "codebook_overview"),
    "codebook_changes._plan": ("ChangePlan", "PlannedDraw"),
    "codebook_changes._planning": ("plan_change",),
    "codebook_changes._readings": ("CoderReadings",),
    "codebook_changes._origin": ("with_origin",),
    "_backup": ("Backup", "backup_study"),
    "_intake": ("SpeakerRule", "add_files"),
    "_learner": ("Learner",),
    "_learner_process": ("LearnerProcess",),
    "_merging": ("MergePlan", "MergedCoder", "MergedCopy", "merge"),
    "_pages": ("serve_adjudication", "serve_board", "serve_rereading", "serve_review"),
    "_prevalence": ("PrevalenceMethod", "PrevalenceRow", "PrevalenceTable", "study_prevalence"),
    "_reporting": ("report_on_study", "validate_study", "write_study_report"),
    "_rereading": ("StudyRereading", "open_rereading"),
    "_rereading_draws": ("draw_more", "draw_rereading"),
    "_review": ("StudyReview", "open_review"),
    "_samples": ("SampleRow", "SampleTable", "end_sample", "study_samples"),
    "_sampling": ("choose_lines", "draw_lines"),
    "_suggesting": (
        "Suggested",
        "suggest_for_file",
        "suggest_for_study",
        "suggestions_as_csv",
        "train_on_study",
    ),
}
_MODULE_OF = {name: module for module, names in _LAZY.items() for name in names}

__all__ = [
    "CODEBOOK",
    "JOURNAL",
    "MODEL",
    "MODELS",
    "PARTICIPANTS",
    "SETTINGS",
    "TRANSCRIPTS",
    "VECTORS",
    "AmendmentPlan",
    "Backup",
    "ChangePlan",
    "CodeUse",
    "CodebookHistory",
    "CodebookOverview",
    "CoderReadings",
    "InterviewPlan",
    "Learner",
    "LearnerProcess",
    "MergePlan",
    "MergedCoder",
    "MergedCopy",
    "PlannedDraw",
    "PrevalenceMethod",
    "PrevalenceRow",
    "PrevalenceTable",
    "SampleRow",
    "SampleTable",
    "Settings",
    "SpeakerRule",
    "StudyData",
    "StudyDifference",
    "StudyRereading",
    "StudyReview",
    "Suggested",
    "TextOptions",
    "add_files",
    "adopted_changes",
    "amend_study",
    "backup_study",
    "change_codebook",
    "changes_in_force",
    "choose_lines",
    "codebook_history",
    "codebook_overview",
    "codes_to_import",
    "create_study",
    "draw_lines",
    "draw_more",
    "draw_rereading",
    "end_sample",
    "export_codebook",
    "inconsistencies",
    "is_study",
    "merge",
    "open_journal",
    "open_rereading",
    "open_review",
    "plan_amendment",
    "plan_change",
    "read_lines",
    "read_settings",
    "read_study",
    "read_study_as_recorded",
    "read_study_or_corpus",
    "replaced_on_success",
    "report_on_study",
    "restore_codebook",
    "serve_adjudication",
    "serve_board",
    "serve_rereading",
    "serve_review",
    "study_difference",
    "study_faults",
    "study_prevalence",
    "study_remarks",
    "study_samples",
    "suggest_for_file",
    "suggest_for_study",
    "suggestions_as_csv",
    "text_options",
    "train_on_study",
    "translated_disk_errors",
    "unrecorded_codebook",
    "unrecorded_digests",
    "validate_study",
    "with_encoder",
    "with_origin",
    "write_study_report",
]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'autocode.study' has no attribute {name!r}")
    value = getattr(import_module(f"autocode.study.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
