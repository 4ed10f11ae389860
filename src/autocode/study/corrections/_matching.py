"""Which lines of a corrected transcript are the lines of before, and which are to be read again.

The words of both texts are aligned. A line keeps its id where its boundaries stand, its role is the same and at most a
quarter of its words were added, taken out or replaced; of three words, one. A misspelling does not count.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple, TypeAlias

from autocode.transcripts import Line, Role, words_of

MUCH = 0.25  # share of a line's words; a line of which more changed is another line
_FEW = 3  # words of a line of which one may change, though it is more than that share
# Words in a row that two lines must share, if they share less than half of their words, so that one was cut from the
# other: single words come up everywhere.
_RUN = 3
# Letters of a word in which two may be swapped, and of one in which one may be missing, added or replaced: shorter
# words become other words, such as now and not.
_SWAPPED, _MISSPELT = 3, 4
_MOST_PAIRS = 250_000  # of words of two lines that are compared one by one
LONG = 4  # words of a line that stands once in either text, so that it surely is the same line
_CONTEXT = 4  # classes of words in a row that stand for one word: one class fits an eighth of the dictionary

Group: TypeAlias = tuple[list[int], list[int]]  # lines of before and of after, by their positions


class TracedLine(NamedTuple):
    """A line as it is compared: its role, and its words or the classes that its fingerprint has of them."""

    is_coded: bool
    check: str
    words: tuple[str, ...]


def traced(lines: Sequence[Line]) -> list[TracedLine]:
    """Return lines of which the words are known."""
    return [TracedLine(line.role is Role.PARTICIPANT, line.text, words_of(line.text)) for line in lines]


def traced_by(fingerprints: Sequence[str]) -> list[TracedLine]:
    """Return lines of which only the fingerprints are known."""
    found = []
    for fingerprint in fingerprints:
        head, _, classes = fingerprint.partition(":")
        found.append(TracedLine(head[0] == Role.PARTICIPANT.value[0], head[1:], tuple(classes)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """
    Lines of before and the lines in their place, by their positions.

    Attributes
    ----------
    before, after : tuple of int
        The positions; one and one if the boundaries of a line stand.
    n_changed, n_words : int, default 0
        How many of a line's words changed, where its boundaries stand.
    is_edited : bool, default True
        Whether anything of the line changed.
    role_changed : bool, default False
        Whether the line is a participant's in one text and the interviewer's in the other.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    n_changed: int = 0
    n_words: int = 0
    is_edited: bool = True
    role_changed: bool = False

    @property
    def stands(self) -> bool:
        """Whether the boundaries of the line stand."""
        return len(self.before) == len(self.after) == 1

    @property
    def is_same(self) -> bool:
        """Whether the line stays the same one by the rule."""
        little = max(MUCH * self.n_words, 1 if self.n_words >= _FEW else 0)
        return self.stands and not self.role_changed and self.n_changed <= little


def matched(before: Sequence[TracedLine], after: Sequence[TracedLine], *, by_classes: bool) -> list[Stretch]:
    """
    Return what became of each line, in the order of the lines.

    Parameters
    ----------
    before, after : sequence of TracedLine
        The lines of both texts.
    by_classes : bool
        Whether the lines of before, and so those of after, are known by their fingerprints only.
    """
    stretches: list[Stretch] = []
    i = j = 0
    for anchor_i, anchor_j in [*_grown(_anchors(before, after), before, after), (len(before), len(after))]:
        stretches += _between(before, after, range(i, anchor_i), range(j, anchor_j), by_classes)
        if anchor_i < len(before):
            stretches.append(_compared(before, after, anchor_i, anchor_j, by_classes))
        i, j = anchor_i + 1, anchor_j + 1
    return stretches


def _anchors(before: Sequence[TracedLine], after: Sequence[TracedLine]) -> list[tuple[int, int]]:
    """Return pairs of lines that are surely the same: long, of the same words, unlike all others, in one order."""
    where_before, where_after = _where_once(before), _where_once(after)
    pairs = [(i, where_after[words]) for words, i in where_before.items() if words in where_after]
    matcher = SequenceMatcher(None, [j for _, j in pairs], sorted(j for _, j in pairs), autojunk=False)
    return [pairs[k] for start, _, n in matcher.get_matching_blocks() for k in range(start, start + n)]


def _grown(
    anchors: list[tuple[int, int]], before: Sequence[TracedLine], after: Sequence[TracedLine]
) -> list[tuple[int, int]]:
    """Return anchors with the unchanged lines beside them, and those at the beginning and the end of the texts."""
    grown: list[tuple[int, int]] = []
    first_i = first_j = 0
    for anchor_i, anchor_j in [*anchors, (len(before), len(after))]:
        last_i, last_j = anchor_i, anchor_j
        while first_i < last_i and first_j < last_j and before[first_i] == after[first_j]:
            grown.append((first_i, first_j))
            first_i, first_j = first_i + 1, first_j + 1
        above: list[tuple[int, int]] = []
        while first_i < last_i and first_j < last_j and before[last_i - 1] == after[last_j - 1]:
            last_i, last_j = last_i - 1, last_j - 1
            above.append((last_i, last_j))
        grown += reversed(above)
        if anchor_i < len(before):
            grown.append((anchor_i, anchor_j))
        first_i, first_j = anchor_i + 1, anchor_j + 1
    return grown


def _where_once(lines: Sequence[TracedLine]) -> dict[tuple[str, tuple[str, ...]], int]:
    places: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for place, line in enumerate(lines):
        if len(line.words) >= LONG:
            places.setdefault(line[1:], []).append(place)
    return {words: found[0] for words, found in places.items() if len(found) == 1}


def _between(
    before: Sequence[TracedLine], after: Sequence[TracedLine], old: range, new: range, by_classes: bool
) -> Iterator[Stretch]:
    """Yield what became of the lines between two anchors."""
    if len(old) == len(new) and all(before[i][1:] == after[j][1:] for i, j in zip(old, new, strict=True)):
        yield from (_compared(before, after, i, j, by_classes) for i, j in zip(old, new, strict=True))
        return
    for olds, news, linked in _with_neighbours(_joined(_links(before, after, old, new, by_classes), old, new)):
        if linked and not len(olds) == len(news) == 1:
            yield Stretch(before=olds, after=news)
            continue
        for some_olds, some_news in _same_or_instead(before, after, olds, news):
            # as many lines of other words in the place of lines: their boundaries stand
            if len(some_olds) == len(some_news):
                for i, j in zip(some_olds, some_news, strict=True):
                    yield _compared(before, after, i, j, by_classes)
            else:
                yield Stretch(before=some_olds, after=some_news)


def _same_or_instead(
    before: Sequence[TracedLine], after: Sequence[TracedLine], olds: tuple[int, ...], news: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield lines that are the same in both texts, and those in the place of others, in order."""
    matcher = SequenceMatcher(None, [before[i] for i in olds], [after[j] for j in news], autojunk=False)
    for _, start, end, first, last in matcher.get_opcodes():
        yield olds[start:end], news[first:last]


def _links(
    before: Sequence[TracedLine], after: Sequence[TracedLine], old: range, new: range, by_classes: bool
) -> set[tuple[int, int]]:
    """Return which lines of before share words with which lines of after, beyond what comes up by chance."""
    old_tokens, old_lines = _tokens(before, old, by_classes)
    new_tokens, new_lines = _tokens(after, new, by_classes)
    shared: dict[tuple[int, int], int] = {}
    links: set[tuple[int, int]] = set()
    for p, q, n in _blocks(old_tokens, new_tokens):
        start = 0
        for k in range(1, n + 1):
            pair = (old_lines[p + start], new_lines[q + start])
            if k < n and (old_lines[p + k], new_lines[q + k]) == pair:
                continue
            shared[pair] = shared.get(pair, 0) + k - start
            moved = _is_moved((old_lines, p + start), (new_lines, q + start), k - start)
            if k - start >= _RUN or moved:
                links.add(pair)
            start = k
    for (i, j), n in shared.items():
        if 2 * n >= min(len(before[i].words), len(after[j].words)):
            links.add((i, j))
    return links


def _is_moved(old: tuple[list[int], int], new: tuple[list[int], int], n: int) -> bool:
    """Return whether words that ended a line begin one, or the other way round, so that a boundary was moved."""
    (old_lines, p), (new_lines, q) = old, new
    old_begins = p == 0 or old_lines[p - 1] != old_lines[p]
    new_begins = q == 0 or new_lines[q - 1] != new_lines[q]
    old_ends = p + n == len(old_lines) or old_lines[p + n] != old_lines[p]
    new_ends = q + n == len(new_lines) or new_lines[q + n] != new_lines[q]
    return (old_ends and new_begins) or (old_begins and new_ends)


def _tokens(lines: Sequence[TracedLine], places: range, by_classes: bool) -> tuple[list[tuple[bool, str]], list[int]]:
    """Return the words of lines one after the other, each with its line's role, and the line of each."""
    words = [(lines[place].is_coded, word, place) for place in places for word in lines[place].words]
    if by_classes:
        classes = "".join(word for _, word, _ in words)
        words = [(role, classes[k : k + _CONTEXT], place) for k, (role, _, place) in enumerate(words)]
    return [(role, word) for role, word, _ in words], [place for _, _, place in words]


def _blocks(old: list[tuple[bool, str]], new: list[tuple[bool, str]]) -> Iterator[tuple[int, int, int]]:
    """Yield the runs of words that both texts have, first by the same speaker's role and then between these by any."""
    for tag, p, p_end, q, q_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield p, q, p_end - p
        elif tag == "replace":
            words = [word for _, word in old[p:p_end]], [word for _, word in new[q:q_end]]
            for match in SequenceMatcher(None, *words, autojunk=False).get_matching_blocks():
                if match.size:
                    yield p + match.a, q + match.b, match.size


def _joined(links: set[tuple[int, int]], old: range, new: range) -> list[Group]:
    """Return the lines of both texts in groups that are linked, in order; a line without links is a group."""
    group_of: dict[tuple[str, int], Group] = {}
    for i in old:
        group_of["before", i] = ([i], [])
    for j in new:
        group_of["after", j] = ([], [j])
    for i, j in sorted(links):
        group, joining = group_of["before", i], group_of["after", j]
        if group is joining:
            continue
        group[0].extend(joining[0])
        group[1].extend(joining[1])
        group_of.update({("before", k): group for k in joining[0]})
        group_of.update({("after", k): group for k in joining[1]})
    groups = {id(group): group for group in group_of.values()}
    for olds, news in groups.values():
        olds.sort()
        news.sort()
    return _in_order(list(groups.values()))


def _in_order(groups: list[Group]) -> list[Group]:
    """Return groups in the order of the text of before, with lines of after alone where they stand in it."""
    both = [group for group in groups if group[0]]
    both.sort(key=lambda group: group[0][0])
    for group in sorted((group for group in groups if not group[0]), key=lambda group: group[1][0]):
        first = group[1][0]
        both.insert(next((k for k, (_, news) in enumerate(both) if news and news[0] > first), len(both)), group)
    return both


def _with_neighbours(groups: list[Group]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], bool]]:
    """Yield groups, those of one text alone joined to such beside them; and whether words link the lines of a group."""
    olds: list[int] = []
    news: list[int] = []
    for group in [*groups, ([-1], [-1])]:
        if not (group[0] and group[1]):
            olds += group[0]
            news += group[1]
            continue
        if olds or news:
            yield tuple(olds), tuple(news), False
            olds, news = [], []
        if group[0] != [-1]:
            yield tuple(group[0]), tuple(group[1]), True


def _compared(before: Sequence[TracedLine], after: Sequence[TracedLine], i: int, j: int, by_classes: bool) -> Stretch:
    """Return what became of a line whose boundaries stand."""
    old, new = before[i], after[j]
    n_changed = _n_changed(old.words, new.words, same=_is_equal if by_classes else _is_misspelt)
    if by_classes and old.check != new.check:
        n_changed = max(n_changed, 1)  # a word was replaced by another of its class
    n_words = max(len(old.words), len(new.words))
    return Stretch(
        before=(i,),
        after=(j,),
        n_changed=min(n_changed, n_words),
        n_words=n_words,
        is_edited=old.check != new.check,
        role_changed=old.is_coded != new.is_coded,
    )


def _n_changed(old: Sequence[str], new: Sequence[str], *, same: Callable[[str, str], bool]) -> int:
    """Return how many words were added, taken out or replaced by another word (Levenshtein 1966, over words)."""
    first = next((k for k, words in enumerate(zip(old, new, strict=False)) if words[0] != words[1]), None)
    if first is None:
        return abs(len(old) - len(new))
    old, new = old[first:], new[first:]
    if len(old) * len(new) > _MOST_PAIRS:  # two long lines that are unlike each other
        blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        return max(len(old), len(new)) - sum(block.size for block in blocks)
    above: list[int] = []
    row = list(range(len(new) + 1))
    for i, word in enumerate(old, start=1):
        before, above, row = above, row, [i]
        for j, other in enumerate(new, start=1):
            n = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (not same(word, other)))
            if i > 1 and len(other) > 1 and same is not _is_equal and old[i - 2] + word == other:
                n = min(n, before[j - 1])  # two words are written as one
            if j > 1 and len(word) > 1 and same is not _is_equal and new[j - 2] + other == word:
                n = min(n, above[j - 2])
            row.append(n)
    return row[-1]


def _is_equal(old: str, new: str) -> bool:
    return old == new


def _is_misspelt(old: str, new: str) -> bool:
    """Return whether one word is the other misspelt: two letters swapped, or in a longer word one letter other."""
    if old == new:
        return True
    shorter, longer = sorted((old, new), key=len)
    if not shorter.isalpha() or not longer.isalpha() or len(longer) - len(shorter) > 1:
        return False  # a number that changed is another number
    k = next((k for k, letters in enumerate(zip(shorter, longer, strict=False)) if letters[0] != letters[1]), -1)
    if len(shorter) == len(longer) >= _SWAPPED and shorter[k : k + 2] == longer[k : k + 2][::-1]:
        return shorter[k + 2 :] == longer[k + 2 :]
    if len(shorter) < _MISSPELT:
        return False
    if len(shorter) < len(longer):
        return k < 0 or shorter[k:] == longer[k + 1 :]
    return shorter[k + 1 :] == longer[k + 1 :]
