"""Judgements beside changes of the codebook that were made in another copy of the study."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from autocode.codebook import Change, Codebook, codebook_versions
from autocode.coding._nouns import Coding
from autocode.coding._paradata import Proposal
from autocode.coding._remapping import Replay


def judged_apart(
    codings: Iterable[Coding],
    unseen: Iterable[Change],
    *,
    codebook: Codebook,
    version: str,
    proposals: Iterable[Proposal] = (),
) -> Iterator[Coding]:
    """
    Yield judgements as if they had been made after changes that their coders did not know.

    They say nothing about a code that was added meanwhile, unless the coder proposed it for the line, and wait to be
    read again where a code was split: as judgements made before these changes do.

    Parameters
    ----------
    codings : iterable of Coding
        Judgements that were all made under one version, in a copy of the study.
    unseen : iterable of Change
        Changes made in other copies, of which none contradicts a change that led to that version.
    codebook : Codebook
        The codebook under which they were made.
    version : str
        The name of the version in which all these changes are in force.
    proposals : iterable of Proposal, default empty
        The codes that coders proposed before they knew the changes.
    """
    changes: list[Change] = []
    before = codebook.version
    for number, change in enumerate(unseen, start=1):
        after = f"{codebook.version} and {number} more"
        changes.append(replace(change, before=before, after=after, apart=True))
        before = after
    versions = codebook_versions(codebook, changes)
    early = [replace(proposal, version=codebook.version) for proposal in proposals]
    replay = Replay(changes, versions, early)
    for coding in codings:
        yield replace(replay.of(replace(coding, version=codebook.version)), version=version)
