"""A suggester whose codebook has changed since it was trained: what it may still suggest, and what it says of it."""

from collections.abc import Iterable
from dataclasses import replace

from autocode.codebook import Change, Codebook, changed_meanings
from autocode.suggester._suggester import Suggester
from autocode.wording import listing


def after_changes(suggester: Suggester, changes: Iterable[Change], codebook: Codebook, *, since: str = "") -> Suggester:
    """Return a suggester after changes of the codebook: codes that ended or mean something else are withheld.

    New names and themes of codes are taken over, and do not make it out of date; a note says what does.

    Parameters
    ----------
    suggester : Suggester
        The suggester, trained before the changes.
    changes : iterable of Change
        The changes since then, in order.
    codebook : Codebook
        The codebook after them.
    since : str, default ""
        The version with which it was trained, if `changes` begins before it; else empty.

    Returns
    -------
    Suggester
        It cannot be saved if it withholds a code: it is for the time until it is trained again.
    """
    known = {code.id for code in suggester.codes}
    codebook = codebook.labelled()
    ended = {code for code in known if code not in codebook or not codebook[code].codable}
    withheld = (suggester.withheld | changed_meanings(changes, since=since) | ended) & known
    new = [code.name for code in codebook.subthemes if code.id not in known]
    sentences = []
    if withheld:
        names = listing(code.name for code in suggester.codes if code.id in withheld)
        sentences.append(f"{names} ended or changed since and {'are' if len(withheld) > 1 else 'is'} not suggested")
    if new:
        sentences.append(f"{listing(new)} {'are' if len(new) > 1 else 'is'} new and not known to it")
    older = f"learnt under an older version of the codebook than {codebook.version}"
    note = f"{older}: {'; '.join(sentences)}; train it again."
    codes = tuple(code if code.id in withheld else codebook[code.id] for code in suggester.codes)
    return replace(
        suggester,
        index=replace(suggester.index, codes=codes),
        codebook_digest=codebook.digest,
        notes=(*suggester.notes, note) if sentences else suggester.notes,
        withheld=frozenset(withheld),
    )
