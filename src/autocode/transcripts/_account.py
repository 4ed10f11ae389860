"""An account of how a transcript was read: who spoke, who was taken for the interviewer and why, what was left out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from autocode.transcripts._nouns import LeftOut, LeftOutKind, Role, Transcript
from autocode.transcripts._summary import NO_TRANSCRIPT, summary_headings
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
    Return what makes a reading doubtful: no conversation, nobody to code, or a question that nobody is known to ask.

    Parameters
    ----------
    transcript : Transcript
        An interview that was read from a file.
    """
    speakers = list(dict.fromkeys(line.speaker for line in transcript.lines))
    if transcript.roles is None or not speakers:
        return ()
    headings = summary_headings(transcript.text)
    if headings and (len(headings) > 1 or not _is_conversation(transcript)) and not _is_above(headings, transcript):
        return (NO_TRANSCRIPT.format(listing(map(repr, headings), at_most=4)),)
    unnamed = next((piece for piece in transcript.left_out if _is_question(piece)), None)
    if unnamed is not None:
        return (
            f"asks {' '.join(unnamed.words.split())!r} before its first speaker; name who asks it, or, if nobody does, "
            "write a word such as 'Note:' before it.",
        )
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


def _is_question(piece: LeftOut) -> bool:
    """Return whether words before the first speaker are a question of more than a title's form."""
    return (
        piece.kind is LeftOutKind.FRONT_MATTER and ":" not in piece.words and piece.words.rstrip().endswith(("?", "？"))
    )


def _is_conversation(transcript: Transcript) -> bool:
    """Return whether somebody speaks again after another."""
    runs = [speaker for speaker, _ in groupby(line.speaker for line in transcript.lines)]
    return len(set(runs)) < len(runs)


def _is_above(headings: Sequence[str], transcript: Transcript) -> bool:
    """Return whether all these headings stand above a conversation, as where a tool writes its summary first."""
    first = transcript.lines[0].start
    return _is_conversation(transcript) and not set(headings) & set(summary_headings(transcript.text[first:]))


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
