"""An account of how a transcript was read: who spoke, who was taken for the interviewer and why, what was left out."""

from collections import Counter
from collections.abc import Iterator, Sequence

from autocode.transcripts._nouns import LeftOut, Role, Transcript
from autocode.wording import count_of, listing

_REASONS = {
    "named": "as you said",
    "usual label": "by the label",
    "questions": "who asks, while the others answer",
}
_SHOWN = 60  # letters of words that were left out: enough to recognise them by


def reading_account(*transcripts: Transcript) -> tuple[str, ...]:
    """
    Return sentences about how a transcript was read, or the transcripts of one table together.

    Parameters
    ----------
    *transcripts : Transcript
        Interviews that were read from a file.

    Returns
    -------
    tuple of str
        The speakers with their turns and words; the interviewer and the evidence for it; each kind of words that are in
        no line; what was assumed.
    """
    left_out = [piece for transcript in transcripts for piece in transcript.left_out]
    notes = dict.fromkeys(note for transcript in transcripts for note in transcript.notes)
    return (_speakers(transcripts), _interviewers(transcripts), *_left_out(left_out), *notes)


def reading_faults(transcript: Transcript) -> tuple[str, ...]:
    """
    Return what makes a reading doubtful: nobody to code, or questions that nobody is known to have asked.

    Parameters
    ----------
    transcript : Transcript
        An interview that was read from a file.
    """
    speakers = list(dict.fromkeys(line.speaker for line in transcript.lines))
    if transcript.roles is None or not speakers:
        return ()
    if all(line.role is Role.INTERVIEWER for line in transcript.lines):
        return (
            f"has no participant, only interviewers ({listing(speakers)}). Name who asks with --interviewer, or say "
            "with --no-interviewer that nobody does.",
        )
    if transcript.roles.evidence == "none" and transcript.roles.asks and len(speakers) > 1:
        return (
            f"holds questions, but none of its speakers ({listing(speakers, at_most=8)}) is known to be the "
            "interviewer. Name who asks with --interviewer, or say with --no-interviewer that nobody does.",
        )
    return ()


def _speakers(transcripts: Sequence[Transcript]) -> str:
    turns: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for transcript in transcripts:
        before = None
        for line in transcript.lines:
            turns[line.speaker] += line.speaker != before
            words[line.speaker] += len(line.text.split())
            before = line.speaker
    each = [f"{name} ({count_of(turns[name], 'turn')}, {count_of(words[name], 'word')})" for name in turns]
    return f"speakers: {listing(each, at_most=12)}"


def _interviewers(transcripts: Sequence[Transcript]) -> str:
    decisions = [transcript.roles for transcript in transcripts if transcript.roles and transcript.roles.interviewers]
    each = dict.fromkeys(f"{listing(roles.interviewers)}, {_REASONS[roles.evidence]}" for roles in decisions)
    return f"interviewer: {'; '.join(each) or 'nobody'}"


def _left_out(left_out: Sequence[LeftOut]) -> Iterator[str]:
    kinds: dict[str, list[str]] = {}
    for piece in left_out:
        kinds.setdefault(piece.kind.value, []).append(piece.words)
    for kind, pieces in kinds.items():
        first = " ".join(" ".join(pieces).split())
        shown = first if len(first) <= _SHOWN else f"{first[:_SHOWN].rstrip()} ..."
        n_words = sum(len(words.split()) for words in pieces)
        yield f"not in any line, {kind} ({count_of(n_words, 'word')}): {shown}"
