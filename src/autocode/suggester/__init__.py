"""Trained on human codings; suggests codes with evidence and calibrated probabilities, and abstains."""

from autocode.suggester._active_learning import informativeness, select_lines
from autocode.suggester._artefact import open_suggester, save_suggester
from autocode.suggester._classifier import LineClassifier
from autocode.suggester._example_index import CodedExample
from autocode.suggester._explanation import Change, Explanation, WordShare
from autocode.suggester._incremental import LearningSuggester
from autocode.suggester._likely import likeliest_lines
from autocode.suggester._model_card import card
from autocode.suggester._novelty import novelty_threshold
from autocode.suggester._outdated import after_changes
from autocode.suggester._promises import (
    Promise,
    PromiseKind,
    PromiseMet,
    PromiseRefused,
    certify,
    cross_validated_probabilities,
)
from autocode.suggester._quality import CodeQuality
from autocode.suggester._readiness import UnsupportedCode, describe_unsupported
from autocode.suggester._spacy import SuggestingPipe
from autocode.suggester._suggester import Suggester
from autocode.suggester._training import train
from autocode.suggester.bulk._large_tables import TableSummary
from autocode.suggester.checks._coherence import CodeCoherence, Ratio, ThemeCoherence, theme_coherence
from autocode.suggester.checks._confusions import ConfusedCodes
from autocode.suggester.checks._example_line import ExampleLine
from autocode.suggester.checks._label_errors import LabelIssue, excess_surprisal, line_surprisal
from autocode.suggester.checks._near_duplicates import NearDuplicates
from autocode.suggester.checks._recheck import Recheck, confused_codes, recheck
from autocode.suggester.checks._similar_codes import SimilarCodes, similar_codes
from autocode.suggester.checks._usage import DifferentUse
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.features._encoder import Encoder, SentenceEncoder
from autocode.suggester.features._inputs import InputWeights
from autocode.suggester.model._calibration import Platt, fit_platt
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._context import ContextWindow
from autocode.suggester.model._hyperparameters import BlendGrid, Hyperparameters
from autocode.suggester.model._model import LineModel, ScoreParts, fit, folds
from autocode.suggester.model._thresholds import Thresholds, fit_thresholds

__all__ = [
    "BlendGrid",
    "Change",
    "CodeCoherence",
    "CodeQuality",
    "CodedExample",
    "CodedLines",
    "ConfusedCodes",
    "ContextWindow",
    "DifferentUse",
    "Embeddings",
    "Encoder",
    "Encoding",
    "ExampleLine",
    "Explanation",
    "Hyperparameters",
    "InputWeights",
    "LabelIssue",
    "LearningSuggester",
    "LineClassifier",
    "LineModel",
    "NearDuplicates",
    "Platt",
    "Promise",
    "PromiseKind",
    "PromiseMet",
    "PromiseRefused",
    "Ratio",
    "Recheck",
    "ScoreParts",
    "SentenceEncoder",
    "SimilarCodes",
    "Suggester",
    "SuggestingPipe",
    "TableSummary",
    "ThemeCoherence",
    "Thresholds",
    "UnsupportedCode",
    "WordShare",
    "after_changes",
    "card",
    "certify",
    "confused_codes",
    "cross_validated_probabilities",
    "describe_unsupported",
    "excess_surprisal",
    "fit",
    "fit_platt",
    "fit_thresholds",
    "folds",
    "informativeness",
    "likeliest_lines",
    "line_surprisal",
    "novelty_threshold",
    "open_suggester",
    "recheck",
    "save_suggester",
    "select_lines",
    "similar_codes",
    "theme_coherence",
    "train",
]
