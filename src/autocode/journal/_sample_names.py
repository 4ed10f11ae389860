"""The names of samples in a journal, also of those that copies of a study called the same."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from autocode.coding import Sample, SampleEnd, named

_DIGITS = 6  # of an identity, at its end, where it is random


class NamedSamples:
    """
    The samples of a journal, each with a name that no other has.

    Parameters
    ----------
    stored : mapping of str to Sample
        The samples as they are stored, by the identities of their entries, oldest first.

    Attributes
    ----------
    different : tuple of Sample
        Each sample once, also where two copies of a study drew the same lines in the same way.
    names : mapping of str to str
        The name of each stored sample, by the identity of its entry.
    """

    def __init__(self, stored: Mapping[str, Sample]) -> None:
        self._called: dict[str, str] = {}  # the names that the copies gave them
        first: dict[object, str] = {}
        same: dict[str, str] = {}
        samples = dict(zip(stored, named(stored.values()), strict=True))
        for identity, sample in samples.items():
            same[identity] = first.setdefault(_content(sample), identity)
            self._called[identity] = sample.name
        n_called = Counter(self._called[identity] for identity in first.values())
        own = {
            identity: name if n_called[name] == 1 else f"{name}.{identity[-_DIGITS:]}"
            for identity, name in self._called.items()
        }
        self.names: Mapping[str, str] = {identity: own[same[identity]] for identity in samples}
        self.different = tuple(replace(samples[identity], name=own[identity]) for identity in first.values())

    def identity_of(self, name: str) -> str:
        """Return the identity of the entry of a sample; empty if there is none of this name."""
        return next((identity for identity, own in self.names.items() if own == name), "")

    def ended_by(self, end: SampleEnd) -> list[str]:
        """Return the names of the samples that an end is about; an older autocode knew only what they were called."""
        if end.entry in self.names:
            return [self.names[end.entry]]
        about = [self.names[identity] for identity, name in self._called.items() if name == end.sample]
        return list(dict.fromkeys(about))


def _content(sample: Sample) -> object:
    """Return what makes two samples the same, whenever they were drawn."""
    return (
        sample.name,
        sample.design,
        sample.change,
        sample.seed,
        sample.drawn,
        frozenset(sample.probabilities.items()),
    )
