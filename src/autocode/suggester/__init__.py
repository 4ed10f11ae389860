"""Trained on human codings; suggests codes with evidence and calibrated probabilities, and abstains."""

from autocode.suggester._active_learning import informativeness, select_lines
from autocode.suggester._artefact import open_suggester, save_suggester
from autocode.suggester._classifier import LineClassifier
from autocode.suggester._example_index import CodedExample
from autocode.suggester._explanation import Change, Explanation, WordShare
from autocode.suggester._incremental import LearningSuggester
from autocode.suggester._model_card import card
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
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.features._encoder import Encoder, SentenceEncoder
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._model import LineModel, fit
from autocode.suggester.recheck._coherence import CodeCoherence, ExampleLine, Ratio, ThemeCoherence, theme_coherence
from autocode.suggester.recheck._confusions import ConfusedCodes
from autocode.suggester.recheck._label_errors import LabelIssue, excess_surprisal, line_surprisal
from autocode.suggester.recheck._near_duplicates import NearDuplicates
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
    "LabelIssue",
    "LearningSuggester",
    "LineClassifier",
    "LineModel",
    "NearDuplicates",
    "Promise",
    "PromiseKind",
    "PromiseMet",
    "PromiseRefused",
    "Ratio",
    "Recheck",
    "SentenceEncoder",
    "Suggester",
    "SuggestingPipe",
    "TableSummary",
    "ThemeCoherence",
    "UnsupportedCode",
    "WordShare",
    "card",
    "certify",
    "cross_validated_probabilities",
    "describe_unsupported",
    "excess_surprisal",
    "fit",
    "informativeness",
    "line_surprisal",
    "open_suggester",
    "recheck",
    "save_suggester",
    "select_lines",
    "theme_coherence",
    "train",
]
