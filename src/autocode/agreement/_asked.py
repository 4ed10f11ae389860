"""The table that a question about codings is answered from: of whole sets, or of some codes applied or not."""

from collections.abc import Iterable

from autocode.agreement._reliability import ReliabilityData
from autocode.codebook import CodeId
from autocode.coding import Codings
from autocode.transcripts import Transcripts


def asked(codings: Codings, lines: Transcripts | None, codes: Iterable[CodeId] | None) -> ReliabilityData:
    """Return the sets that coders gave, or, where codes are named, whether they gave any of these."""
    data = ReliabilityData.for_sets(codings, lines)
    return data if codes is None else data.applied(*codes)
