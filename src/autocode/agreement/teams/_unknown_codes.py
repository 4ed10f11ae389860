"""Codes that were given to lines but are not in the codebook."""

from autocode.codebook import Codebook
from autocode.coding import Codings
from autocode.errors import Fault
from autocode.names import aside


def unknown_code_faults(codings: Codings, codebook: Codebook) -> list[Fault]:
    """Return a fault for every code that was given but is not in the codebook."""
    return [
        Fault(
            f"the code {code!r} was given to lines but is not in the codebook{aside(code, codebook)}; "
            "add it or correct the codings."
        )
        for code in sorted({code for coding in codings for code in coding.codes if code not in codebook})
    ]
