"""The codes a team agreed on: themes, subthemes, definitions, versions, and what changed between versions."""

from autocode.codebook._changes import (
    Added,
    Change,
    Grouped,
    Merged,
    Moved,
    Redefined,
    Redefinition,
    Renamed,
    Retired,
    Retirement,
    Split,
    Undone,
)
from autocode.codebook._csv import csv_of
from autocode.codebook._evolution import changed_meanings, codebook_versions, evolve, version_of
from autocode.codebook._nouns import Code, Codebook, CodeId
from autocode.codebook._reading import read_codebook, write_codebook
from autocode.names import name_key

__all__ = [
    "Added",
    "Change",
    "Code",
    "CodeId",
    "Codebook",
    "Grouped",
    "Merged",
    "Moved",
    "Redefined",
    "Redefinition",
    "Renamed",
    "Retired",
    "Retirement",
    "Split",
    "Undone",
    "changed_meanings",
    "codebook_versions",
    "csv_of",
    "evolve",
    "name_key",
    "read_codebook",
    "version_of",
    "write_codebook",
]
