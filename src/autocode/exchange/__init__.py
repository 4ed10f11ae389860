"""Codings, transcripts and codebooks to and from tables that other tools read."""

from autocode.exchange._codings import read_codings, write_codings
from autocode.exchange._corpus import PlainCorpus, is_corpus, read_corpus, write_corpus

__all__ = ["PlainCorpus", "is_corpus", "read_codings", "read_corpus", "write_codings", "write_corpus"]
