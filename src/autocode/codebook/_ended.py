"""Codes that ended, as they were last."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from autocode.codebook._changes import Change
from autocode.codebook._evolution import codebook_versions
from autocode.codebook._nouns import Code, Codebook, CodeId
from autocode.frozen import FrozenMapping


def ended_codes(codebook: Codebook, changes: Iterable[Change]) -> Mapping[CodeId, Code]:
    """
    Return the codes that ended with changes of a codebook, as they were last, in the order in which they ended.

    `fates` says what became of them.

    Parameters
    ----------
    codebook : Codebook
        The codebook before the first change.
    changes : iterable of Change
        The changes in order.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, Merged, ended_codes
    >>> codebook = Codebook([Code(id="wait", name="Waiting"), Code(id="queue", name="Queues")])
    >>> merged = Merged(before="1", after="2", by="TW", codes=("queue",), into="wait")
    >>> [code.name for code in ended_codes(codebook, [merged]).values()]
    ['Queues']
    """
    versions = codebook_versions(codebook, changes)
    ended: dict[CodeId, Code] = {}
    for before, after in pairwise(versions):
        for code in before.values():
            if code.id not in after:
                ended.pop(code.id, None)
                ended[code.id] = code
    return FrozenMapping({code_id: code for code_id, code in ended.items() if code_id not in versions[-1]})
