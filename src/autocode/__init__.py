"""autocode learns from lines that humans have coded, suggests codes with evidence, and measures agreement. Offline.

Humans are the final arbiters: a suggestion is never a code.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autocode.agreement import (
        Agreement,
        AgreementTable,
        ReliabilityData,
        agreement_table,
        alt_test,
        code_prevalence,
        coder_matrix,
        cohen_kappa,
        disagreements,
        draw_sample,
        gwet_ac1,
        human_ceiling,
        krippendorff_alpha,
        model_table,
        percent_agreement,
    )
    from autocode.codebook import Code, Codebook, CodeId, read_codebook
    from autocode.coding import (
        Abstention,
        Basis,
        CoderId,
        Coding,
        Codings,
        Decision,
        Suggestion,
        SuggestionBatch,
        Verdict,
        consensus,
    )
    from autocode.errors import AutocodeError
    from autocode.exchange import read_codings, read_corpus, write_codings, write_corpus
    from autocode.journal import Journal
    from autocode.report import (
        methods_paragraph,
        write_agreement,
        write_report,
    )
    from autocode.retrieval import lines_with_code
    from autocode.review import ReviewSession, settle
    from autocode.study import StudyData, merge, read_study
    from autocode.suggester import (
        LineClassifier,
        Recheck,
        SentenceEncoder,
        Suggester,
        open_suggester,
        recheck,
        save_suggester,
        train,
    )
    from autocode.transcripts import Line, LineId, Transcript, TranscriptId, Transcripts, read_transcripts
    from autocode.validation import Validation, validate

_ROOMS = {
    "agreement": (
        "Agreement",
        "AgreementTable",
        "ReliabilityData",
        "agreement_table",
        "alt_test",
        "code_prevalence",
        "coder_matrix",
        "cohen_kappa",
        "disagreements",
        "draw_sample",
        "gwet_ac1",
        "human_ceiling",
        "krippendorff_alpha",
        "model_table",
        "percent_agreement",
    ),
    "codebook": ("Code", "CodeId", "Codebook", "read_codebook"),
    "coding": (
        "Abstention",
        "Basis",
        "CoderId",
        "Coding",
        "Codings",
        "Decision",
        "Suggestion",
        "SuggestionBatch",
        "Verdict",
        "consensus",
    ),
    "errors": ("AutocodeError",),
    "exchange": ("read_codings", "read_corpus", "write_codings", "write_corpus"),
    "journal": ("Journal",),
    "report": (
        "methods_paragraph",
        "write_agreement",
        "write_report",
    ),
    "retrieval": ("lines_with_code",),
    "review": ("ReviewSession", "settle"),
    "study": ("StudyData", "merge", "read_study"),
    "suggester": (
        "LineClassifier",
        "Recheck",
        "SentenceEncoder",
        "Suggester",
        "open_suggester",
        "recheck",
        "save_suggester",
        "train",
    ),
    "transcripts": ("Line", "LineId", "Transcript", "TranscriptId", "Transcripts", "read_transcripts"),
    "validation": ("Validation", "validate"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Abstention",
    "Agreement",
    "AgreementTable",
    "AutocodeError",
    "Basis",
    "Code",
    "CodeId",
    "Codebook",
    "CoderId",
    "Coding",
    "Codings",
    "Decision",
    "Journal",
    "Line",
    "LineClassifier",
    "LineId",
    "Recheck",
    "ReliabilityData",
    "ReviewSession",
    "SentenceEncoder",
    "StudyData",
    "Suggester",
    "Suggestion",
    "SuggestionBatch",
    "Transcript",
    "TranscriptId",
    "Transcripts",
    "Validation",
    "Verdict",
    "agreement_table",
    "alt_test",
    "code_prevalence",
    "coder_matrix",
    "cohen_kappa",
    "consensus",
    "disagreements",
    "draw_sample",
    "gwet_ac1",
    "human_ceiling",
    "krippendorff_alpha",
    "lines_with_code",
    "merge",
    "methods_paragraph",
    "model_table",
    "open_suggester",
    "percent_agreement",
    "read_codebook",
    "read_codings",
    "read_corpus",
    "read_study",
    "read_transcripts",
    "recheck",
    "save_suggester",
    "settle",
    "train",
    "validate",
    "write_agreement",
    "write_codings",
    "write_corpus",
    "write_report",
]


def __getattr__(name: str) -> object:
    # scikit-learn, spaCy and numpy take seconds to import; a name fetches its room when it is first used (PEP 562).
    if name == "__version__":
        return version("autocode")
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'autocode' has no attribute {name!r}")
    value = getattr(import_module(f"autocode.{_ROOM_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
