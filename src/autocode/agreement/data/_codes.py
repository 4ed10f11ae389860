"""The codes that an analysis is about: known ones only, since a typo would read as a code that nobody used."""

from collections.abc import Collection, Iterable

from autocode.codebook import Codebook, CodeId
from autocode.coding import Codings
from autocode.names import check_known


def check_codes(
    codes: Iterable[CodeId], sets: Iterable[Collection[CodeId]], *, codebook: Collection[CodeId] | None
) -> None:
    """Raise `UnknownNameError` for a code that is in none of the sets that were given, nor in a codebook."""
    check_known(
        "code",
        codes,
        {*(codebook or ()), *(code for given in sets for code in given)},
        titles={code.id: code.name for code in codebook.values()} if isinstance(codebook, Codebook) else {},
        remedy="" if codebook is not None else "Nobody gave it; if it is in the codebook, add codebook=codebook.",
    )


def known_codes(
    codes: Iterable[CodeId] | None,
    *given: Codings,
    codebook: Collection[CodeId] | None,
    predicted: Iterable[Collection[CodeId]] = (),
) -> tuple[CodeId, ...] | None:
    """Return codes that somebody gave, or that were predicted, or that the codebook has; None for None."""
    if codes is None:
        return None
    wanted = tuple(codes)
    check_codes(
        wanted, [*(coding.codes | coding.unjudged for part in given for coding in part), *predicted], codebook=codebook
    )
    return wanted
