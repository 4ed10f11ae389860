"""The entries about the codebook: how it was when somebody coded with it, and each change that the team recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from autocode.codebook import (
    Added,
    Change,
    Code,
    Codebook,
    CodeId,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookSeen:
    """
    The codebook with which a study was coded. The first recorded change begins at the latest of these.

    Attributes
    ----------
    codebook : Codebook
        The codebook.
    at : datetime or None, default None
        When; None for the time of appending.
    """

    codebook: Codebook
    at: datetime | None = None


CodebookRecord = CodebookSeen | Change

_CHANGES: dict[str, type[Change]] = {
    change.__name__.casefold(): change
    for change in (Added, Renamed, Moved, Grouped, Redefined, Merged, Split, Retired, Undone)
}
_OPTIONAL = ("coded_theme", "guid", "new")  # not written where they say nothing, so that entries stay as they were
_FOUND = ("at", "apart")  # not said by the content of an entry
_BESIDE = ("what", "entries", "follows", "takes_back")  # in an entry beside the fields of the change
_KINDS = {"kind": Redefinition, "how": Retirement}


def codebook_record_to(record: CodebookRecord) -> dict[str, Any]:
    """Return an entry about the codebook as JSON; why a change was made is free text."""
    if isinstance(record, CodebookSeen):
        codes = [code.to_json() for code in record.codebook.values()]
        return {"what": "seen", "version": record.codebook.version, "codes": codes, "why": ""}
    values = {
        field.name: _value_to(getattr(record, field.name)) for field in fields(record) if field.name not in _FOUND
    }
    kept = {name: value for name, value in values.items() if value or name not in _OPTIONAL}
    return {"what": type(record).__name__.casefold(), **kept}


def codebook_record_from(fields: Mapping[str, Any], at: datetime) -> CodebookRecord:
    """Return the entry about the codebook that JSON says."""
    if fields["what"] == "seen":
        return CodebookSeen(codebook=Codebook(map(_code_from, fields["codes"]), version=fields["version"]), at=at)
    change = _CHANGES[fields["what"]]
    values = {name: _value_from(name, value) for name, value in fields.items() if name not in _BESIDE}
    return change(**values, at=at)


def _value_to(value: Any) -> Any:
    if isinstance(value, Code):
        return value.to_json()
    return [_value_to(entry) for entry in value] if isinstance(value, tuple) else value


def _value_from(name: str, value: Any) -> Any:
    if name in _KINDS:
        return _KINDS[name](value)
    if isinstance(value, list):
        return tuple(_code_from(entry) if isinstance(entry, Mapping) else entry for entry in value)
    return _code_from(value) if isinstance(value, Mapping) else value


def _code_from(fields: Mapping[str, Any]) -> Code:
    return Code(**{**fields, "id": CodeId(fields["id"]), "examples": tuple(fields["examples"])})
