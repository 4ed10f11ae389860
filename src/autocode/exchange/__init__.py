"""Codings, transcripts and codebooks to and from tables that other tools read."""

from autocode.exchange._codings import read_codings, write_codings
from autocode.exchange._corpus import PlainCorpus, is_corpus, read_corpus, write_corpus
from autocode.exchange._sheets import Sheet, read_sheet

__all__ = [
    "PlainCorpus",
    "Sheet",
    "is_corpus",
    "read_codings",
    "read_corpus",
    "read_sheet",
    "write_codings",
    "write_corpus",
]
