"""What the caller knows about the speakers of a file beforehand."""

from collections.abc import Collection
from dataclasses import dataclass

from autocode.transcripts import _labels


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerRules:
    """What the caller knows about the speakers of a file beforehand.

    Attributes
    ----------
    interviewers : keys of labels that stand for interviewers.
    speakers : keys of labels that are speakers, whatever they look like.
    not_speakers : keys of words before a colon that are no speakers.
    speaker_name : the one speaker of a file that names nobody.
    stem : the file's name without its suffix, which its participant may be called by.
    """

    interviewers: Collection[str]
    stem: str
    speakers: Collection[str] = ()
    not_speakers: Collection[str] = ()
    speaker_name: str | None = None

    def is_sure(self, label: str) -> bool:
        """Return whether a label is believed the first time that it stands at the beginning of a line."""
        key = _labels.key(label)
        if key in self.not_speakers:
            return False
        return key in self.speakers or _labels.is_sure(label, interviewers=self.interviewers, stem=self.stem)
