"""The ids of the lines of a corrected transcript: those of before for the same lines, new ones for the others."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from autocode.conduct import Replacement
from autocode.errors import StudyError
from autocode.study._versions import TextVersion, plain_ids, with_ids
from autocode.study.corrections._matching import LONG, Stretch, TracedLine, matched, traced, traced_by
from autocode.transcripts import LineId, Transcript, fingerprints_of, words_of
from autocode.wording import count_of, listing

_AROUND = 3  # words that a plan shows before and after those that changed
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendedLines:
    """
    The lines of an interview before and after a correction.

    Attributes
    ----------
    before_ids, after_ids : tuple of LineId
        Their ids, in order.
    before_texts : tuple of str or None
        The words of before; None if they are not known.
    after_texts : tuple of str
        The words of after.
    stretches : tuple of Stretch
        What became of which lines, by their positions.
    """

    before_ids: tuple[LineId, ...]
    after_ids: tuple[LineId, ...]
    before_texts: tuple[str, ...] | None
    after_texts: tuple[str, ...]
    stretches: tuple[Stretch, ...]

    @property
    def edited(self) -> tuple[LineId, ...]:
        """The lines of before of which anything changed."""
        edited = (stretch.before for stretch in self.stretches if stretch.is_edited or stretch.role_changed)
        return tuple(self.before_ids[i] for places in edited for i in places)

    @property
    def changed(self) -> tuple[LineId, ...]:
        """The lines that keep their ids although something changed in them."""
        return tuple(self.after_ids[stretch.after[0]] for stretch in self.stretches if self._is_changed(stretch))

    @property
    def replaced(self) -> tuple[Replacement, ...]:
        """The lines that are no more, and those in their place."""
        return tuple(self._replacement(stretch) for stretch in self.stretches if self._is_replaced(stretch))

    def _is_changed(self, stretch: Stretch) -> bool:
        return stretch.is_edited and not self._is_replaced(stretch)

    def _is_replaced(self, stretch: Stretch) -> bool:
        replacement = self._replacement(stretch)
        return bool(replacement.before or replacement.after)

    def _replacement(self, stretch: Stretch) -> Replacement:
        before, after = set(self.before_ids), set(self.after_ids)
        return Replacement(
            before=tuple(line for i in stretch.before if (line := self.before_ids[i]) not in after),
            after=tuple(line for j in stretch.after if (line := self.after_ids[j]) not in before),
        )

    def small_changes(self) -> list[str]:
        """Return each line that keeps its codings although something changed, with its words before and after."""
        shown = []
        for stretch in self.stretches:
            if self._is_changed(stretch):
                (i,), (j,) = stretch.before, stretch.after
                before = None if self.before_texts is None else self.before_texts[i]
                shown.append(f"{self.after_ids[j]} {_shown_change(before, self.after_texts[j])}")
        return shown

    def replacements(self) -> list[str]:
        """Return each group of replaced lines, what takes their place, and why."""
        return [
            f"{_ids(replacement.before) or 'new'} -> {_ids(replacement.after) or 'taken out'}{_why(stretch)}"
            for stretch in self.stretches
            if self._is_replaced(stretch)
            for replacement in [self._replacement(stretch)]
        ]


def _ids(lines: Sequence[LineId]) -> str:
    return listing(lines, at_most=6)


def _why(stretch: Stretch) -> str:
    if not stretch.before or not stretch.after:
        return ""
    if not stretch.stands:
        return " (cut otherwise)"
    if stretch.role_changed:
        return " (another role of the speaker)"
    return f" ({stretch.n_changed} of {count_of(stretch.n_words, 'word')} changed)"


def _shown_change(before: str | None, after: str) -> str:
    """Return what changed in a line, with the words around it; where the old words are not known, how it begins now."""
    new = _printable(after)
    if before is None:
        return _quoted(new[:_MOST_WORDS], cut_after=len(new) > _MOST_WORDS)
    old = _printable(before)
    opcodes = [code for code in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"]
    if not opcodes:
        return "(blanks and line breaks only)"
    (_, i, _, j, _), (_, _, i_end, _, j_end) = opcodes[0], opcodes[-1]
    excerpts = [
        _quoted(words[start:end], cut_before=start > 0, cut_after=end < len(words))
        for words, first, last in ((old, i, i_end), (new, j, j_end))
        for start, end in [(max(0, first - _AROUND), last + _AROUND)]
    ]
    return " -> ".join(excerpts)


def _printable(text: str) -> list[str]:
    return "".join(letter if letter.isprintable() else " " for letter in text).split()


def _quoted(words: Sequence[str], *, cut_before: bool = False, cut_after: bool = False) -> str:
    return f"'{'... ' if cut_before else ''}{' '.join(words)}{' ...' if cut_after else ''}'"


def amended_lines(
    transcript: Transcript,
    *,
    before_ids: tuple[LineId, ...],
    before: Sequence[TracedLine],
    before_texts: tuple[str, ...] | None,
    versions: Sequence[TextVersion],
    keep: Collection[LineId],
    again: Collection[LineId],
) -> AmendedLines:
    """
    Return the lines of a corrected transcript with their ids.

    Parameters
    ----------
    transcript : Transcript
        The interview as it is read now, with its lines numbered from 1.
    before_ids, before, before_texts
        The lines as they were coded: ids, what is known of them, and the words, if they are known.
    versions : sequence of TextVersion
        The texts of the interview that the journal knows, oldest first.
    keep, again : collection of LineId
        Lines that keep their ids, or do not, whatever changed.
    """
    by_classes = before_texts is None
    after = traced_by(fingerprints_of(transcript.lines)) if by_classes else traced(transcript.lines)
    stretches = tuple(matched(before, after, by_classes=by_classes))
    after_ids = _ids_of_earlier(transcript, versions)
    if after_ids is None:
        after_ids = _new_ids(transcript, stretches, before_ids, before, versions, keep, again)
    return AmendedLines(
        before_ids=before_ids,
        after_ids=after_ids,
        before_texts=before_texts,
        after_texts=tuple(line.text for line in transcript.lines),
        stretches=stretches,
    )


def _ids_of_earlier(transcript: Transcript, versions: Sequence[TextVersion]) -> tuple[LineId, ...] | None:
    """Return the ids that the lines had when the interview had this text before; None if it never had."""
    for version in reversed(versions):
        ids = version.lines or plain_ids(transcript.id, len(transcript.lines))
        if len(ids) == len(transcript.lines) and with_ids(transcript, ids).digest == version.digest:
            return ids
    return None


def _new_ids(
    transcript: Transcript,
    stretches: Sequence[Stretch],
    before_ids: tuple[LineId, ...],
    before: Sequence[TracedLine],
    versions: Sequence[TextVersion],
    keep: Collection[LineId],
    again: Collection[LineId],
) -> tuple[LineId, ...]:
    ids: dict[int, LineId] = {}
    origin: dict[int, LineId] = {}
    for stretch in stretches:
        old = [before_ids[i] for i in stretch.before]
        _refuse_to_keep(keep, old, stretch)
        if _stays(stretch, old, before, keep, again):
            ids[stretch.after[0]] = old[0]
        elif old:
            origin |= dict.fromkeys(stretch.after, old[0])
    fingerprints = fingerprints_of(transcript.lines)
    retired = {
        line: fingerprint
        for version in versions
        for line, fingerprint in zip(version.ids, version.fingerprints, strict=True)
        if line not in before_ids and line not in again
    }
    used = {*before_ids, *retired, *(line for version in versions for line in version.lines)}
    for j, fingerprint in enumerate(fingerprints):
        if j in ids:
            continue
        root = _root(origin.get(j) or ids.get(j - 1) or f"{transcript.id}:0")
        # a line that has the words of an earlier text again is that line again, unless many lines have such words
        is_long = len(words_of(transcript.lines[j].text)) >= LONG
        back = [line for line, known in retired.items() if is_long and known == fingerprint and _root(line) == root]
        ids[j] = back[0] if back else next(line for line in _parts(root) if line not in used)
        used.add(ids[j])
        retired.pop(ids[j], None)
    return tuple(ids[j] for j in range(len(fingerprints)))


def _refuse_to_keep(keep: Collection[LineId], old: Sequence[LineId], stretch: Stretch) -> None:
    refused = [line for line in old if line in keep]
    if refused and (not stretch.stands or stretch.role_changed):
        raise StudyError(
            f"{refused[0]} was cut otherwise or is another speaker's, so its codings cannot be kept; leave it out."
        )


def _stays(
    stretch: Stretch,
    old: Sequence[LineId],
    before: Sequence[TracedLine],
    keep: Collection[LineId],
    again: Collection[LineId],
) -> bool:
    """Return whether a stretch is one line that stays the same one."""
    if not stretch.stands or stretch.role_changed or old[0] in again:
        return False
    # nobody codes what an interviewer says
    return stretch.is_same or old[0] in keep or not before[stretch.before[0]].is_coded


def _root(line: str) -> str:
    """Return the line that an id was made for: GP1:12 for GP1:12 and for its part GP1:12.3."""
    name, _, number = line.rpartition(":")
    return f"{name}:{number.partition('.')[0]}"


def _parts(root: str) -> Iterator[LineId]:
    number = 0
    while True:
        number += 1
        yield LineId(f"{root}.{number}")
