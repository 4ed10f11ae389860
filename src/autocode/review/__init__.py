"""The review of lines by coders, what their verdicts become, and the adjudication of differences between coders."""

from autocode.review._adjudication import AdjudicationSession
from autocode.review._bands import BandMeaning, band_meanings
from autocode.review._blind import blind_seed, draw_blind
from autocode.review._cards import CodeCard, code_cards
from autocode.review._code_making import CodeMaking
from autocode.review._codebook_history import codebook_in_force, codebook_seen_by
from autocode.review._codings_in_force import CodingsInForce
from autocode.review._differences import Difference, differences
from autocode.review._history import Act
from autocode.review._offer import AT_MOST, Offer
from autocode.review._open_coding import lines_left_to_read, record_shown
from autocode.review._own_work import OwnWork, Workday
from autocode.review._queue import Progress, Queue
from autocode.review._readings import LinesInQuestion, draws_of_changes, lines_in_question
from autocode.review._reread_session import RereadingSession, lines_to_read_again
from autocode.review._rereading import Rereading
from autocode.review._ruling import Adjudicated, adjudicate, may_adjudicate
from autocode.review._session import ReviewSession
from autocode.review._settle import Settlement, settle
from autocode.review._team import CoderProgress, ProposedCode, progress_of_coders, proposed_codes, unused_codes

__all__ = [
    "AT_MOST",
    "Act",
    "Adjudicated",
    "AdjudicationSession",
    "BandMeaning",
    "CodeCard",
    "CodeMaking",
    "CoderProgress",
    "CodingsInForce",
    "Difference",
    "LinesInQuestion",
    "Offer",
    "OwnWork",
    "Progress",
    "ProposedCode",
    "Queue",
    "Rereading",
    "RereadingSession",
    "ReviewSession",
    "Settlement",
    "Workday",
    "adjudicate",
    "band_meanings",
    "blind_seed",
    "code_cards",
    "codebook_in_force",
    "codebook_seen_by",
    "differences",
    "draw_blind",
    "draws_of_changes",
    "lines_in_question",
    "lines_left_to_read",
    "lines_to_read_again",
    "may_adjudicate",
    "progress_of_coders",
    "proposed_codes",
    "record_shown",
    "settle",
    "unused_codes",
]
