"""The codes a team agreed on: themes, subthemes, definitions, versions, and what changed between versions."""

from autocode.codebook._additions import Additions, additions
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
from autocode.codebook._difference import (
    ChangedText,
    CodebookDifference,
    CodeDifference,
    DifferenceKind,
    codebook_difference,
    codes_concerned,
)
from autocode.codebook._ended import ended_codes
from autocode.codebook._evolution import (
    changed_meanings,
    check_editors,
    codebook_versions,
    evolve,
    version_of,
)
from autocode.codebook._fates import Fate, changes_in_words, fates
from autocode.codebook._independence import are_one_addition, contradict
from autocode.codebook._new_names import code_id_for, joined_version, next_version
from autocode.codebook._nouns import Code, Codebook, CodeId
from autocode.codebook._qdc import ExchangedCodebook, code_guid, qdc_of, read_qdc
from autocode.codebook._reading import read_codebook, write_codebook
from autocode.codebook._seen_versions import versions_seen
from autocode.codebook._summary import changes_summary
from autocode.names import name_key

__all__ = [
    "Added",
    "Additions",
    "Change",
    "ChangedText",
    "Code",
    "CodeDifference",
    "CodeId",
    "Codebook",
    "CodebookDifference",
    "DifferenceKind",
    "ExchangedCodebook",
    "Fate",
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
    "additions",
    "are_one_addition",
    "changed_meanings",
    "changes_in_words",
    "changes_summary",
    "check_editors",
    "code_guid",
    "code_id_for",
    "codebook_difference",
    "codebook_versions",
    "codes_concerned",
    "contradict",
    "csv_of",
    "ended_codes",
    "evolve",
    "fates",
    "joined_version",
    "name_key",
    "next_version",
    "qdc_of",
    "read_codebook",
    "read_qdc",
    "version_of",
    "versions_seen",
    "write_codebook",
]
