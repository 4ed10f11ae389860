"""The codes a team agreed on: themes, subthemes, definitions, versions."""

from autocode.codebook._csv import csv_of
from autocode.codebook._nouns import Code, Codebook, CodeId
from autocode.codebook._reading import read_codebook, write_codebook

__all__ = ["Code", "CodeId", "Codebook", "csv_of", "read_codebook", "write_codebook"]
