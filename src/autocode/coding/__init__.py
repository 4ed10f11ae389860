"""Records of codings, suggestions, decisions and adjudications."""

from autocode.coding._adjudication import Adjudication, Reading, Ruling
from autocode.coding._apart import judged_apart
from autocode.coding._codings import Codings
from autocode.coding._consensus import Consensus, Rule, consensus
from autocode.coding._nouns import (
    Abstention,
    Band,
    Basis,
    BatchId,
    Coding,
    Decision,
    Evidence,
    Neighbour,
    Reason,
    Shown,
    Suggestion,
    SuggestionBatch,
    Verdict,
)
from autocode.coding._open_questions import OpenQuestion, OpenQuestions, answered
from autocode.coding._paradata import BlindDraw, Mode, Paradata, Proposal, Stage
from autocode.coding._people import CoderId, human, person_key
from autocode.coding._remapping import code_asked_for, leaves_most_open, remapped
from autocode.coding._sample import Design, Sample, SampleEnd, free_name, named
from autocode.coding._touched import TouchedReadings, touched_readings

__all__ = [
    "Abstention",
    "Adjudication",
    "Band",
    "Basis",
    "BatchId",
    "BlindDraw",
    "CoderId",
    "Coding",
    "Codings",
    "Consensus",
    "Decision",
    "Design",
    "Evidence",
    "Mode",
    "Neighbour",
    "OpenQuestion",
    "OpenQuestions",
    "Paradata",
    "Proposal",
    "Reading",
    "Reason",
    "Rule",
    "Ruling",
    "Sample",
    "SampleEnd",
    "Shown",
    "Stage",
    "Suggestion",
    "SuggestionBatch",
    "TouchedReadings",
    "Verdict",
    "answered",
    "code_asked_for",
    "consensus",
    "free_name",
    "human",
    "judged_apart",
    "leaves_most_open",
    "named",
    "person_key",
    "remapped",
    "touched_readings",
]
