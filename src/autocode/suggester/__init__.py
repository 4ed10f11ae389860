"""Learns from human codings, proposes codes with evidence and calibrated probability, and abstains."""

from autocode.suggester._active_learning import read_next, worth_reading
from autocode.suggester._artefact import card, open_suggester, save_suggester
from autocode.suggester._classifier import LineClassifier
from autocode.suggester._explanation import Change, Explanation, WordShare
from autocode.suggester._incremental import LearningSuggester
from autocode.suggester._promises import Given, Promise, PromiseKind, Refused, promised, trial
from autocode.suggester._quality import CodeQuality
from autocode.suggester._readiness import NotYet, waiting_codes
from autocode.suggester._spacy import SuggestingPipe
from autocode.suggester._suggester import CodedExample, Suggester, train
from autocode.suggester.bulk._large_tables import Streamed
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.features._encoder import Encoder, SentenceEncoder
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._model import LineModel, fit
from autocode.suggester.recheck._coherence import CodeCoherence, ExampleLine, Ratio, ThemeCoherence, theme_coherence
from autocode.suggester.recheck._confusions import ConfusedCodes
from autocode.suggester.recheck._label_errors import Slip, line_surprise, surprises
from autocode.suggester.recheck._near_duplicates import Twins
from autocode.suggester.recheck._recheck import Recheck, recheck
from autocode.suggester.recheck._usage import DifferentUse

__all__ = [
    "Change",
    "CodeCoherence",
    "CodeQuality",
    "CodedExample",
    "CodedLines",
    "ConfusedCodes",
    "DifferentUse",
    "Embeddings",
    "Encoder",
    "Encoding",
    "ExampleLine",
    "Explanation",
    "Given",
    "LearningSuggester",
    "LineClassifier",
    "LineModel",
    "NotYet",
    "Promise",
    "PromiseKind",
    "Ratio",
    "Recheck",
    "Refused",
    "SentenceEncoder",
    "Slip",
    "Streamed",
    "Suggester",
    "SuggestingPipe",
    "ThemeCoherence",
    "Twins",
    "WordShare",
    "card",
    "fit",
    "line_surprise",
    "open_suggester",
    "promised",
    "read_next",
    "recheck",
    "save_suggester",
    "surprises",
    "theme_coherence",
    "train",
    "trial",
    "waiting_codes",
    "worth_reading",
]
