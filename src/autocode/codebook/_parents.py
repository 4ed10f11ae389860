"""Parents given by name."""

from collections.abc import Iterable
from dataclasses import replace

from autocode.codebook._nouns import Code, CodeId


def with_parents_by_id(codes: Iterable[Code]) -> list[Code]:
    """Return the codes with parents that were given by name replaced by their ids; unknown names stay."""
    given = list(codes)
    ids = {code.id for code in given}
    by_name = {code.name.strip().casefold(): code.id for code in reversed(given)}

    def id_of(parent: CodeId | None) -> CodeId | None:
        return parent if parent is None or parent in ids else by_name.get(parent.strip().casefold(), parent)

    return [replace(code, parent=id_of(code.parent)) for code in given]
