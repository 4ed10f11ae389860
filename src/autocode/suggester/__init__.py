"""Learns from human codings, proposes codes with evidence and calibrated probability, and abstains."""

from autocode.suggester._artefact import card, open_suggester, save_suggester
from autocode.suggester._classifier import LineClassifier
from autocode.suggester._model import LineModel, fit
from autocode.suggester._spacy import SuggestingPipe
from autocode.suggester._streams import Streamed
from autocode.suggester._suggester import CodedExample, Suggester, train
from autocode.suggester._table import CodedLines

__all__ = [
    "CodedExample",
    "CodedLines",
    "LineClassifier",
    "LineModel",
    "Streamed",
    "Suggester",
    "SuggestingPipe",
    "card",
    "fit",
    "open_suggester",
    "save_suggester",
    "train",
]
