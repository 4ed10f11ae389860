"""What a coder is asked about a line again after the codebook changed, and what the answer makes of the judgement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from autocode.arguments import no_single_text
from autocode.codebook import Change, Codebook, CodeId, codebook_versions
from autocode.coding._nouns import Coding
from autocode.coding._paradata import Proposal
from autocode.coding._remapping import Causes, Replay, is_read_whole, leaves_most_open
from autocode.display import displayed
from autocode.errors import CodingError
from autocode.wording import listing


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """
    Codes that a judgement says nothing about, since one change of the codebook.

    Attributes
    ----------
    change : Change
        The change since which it says nothing about them; the latest, if there were several.
    codes : frozenset of CodeId
        The codes in question: the parts of a split code together, all codes of a line that is read as if anew, and
        otherwise one code.
    """

    change: Change
    codes: frozenset[CodeId]

    @property
    def is_sampled(self) -> bool:
        """Whether only lines that are drawn wait: a code is new or wider, and most lines read before lack it."""
        return leaves_most_open(self.change)

    @property
    def is_whole(self) -> bool:
        """Whether the line is read as if anew: its only code was retired."""
        return is_read_whole(self.change)


class OpenQuestions:
    """
    The questions that changes of a codebook leave open in judgements.

    Parameters
    ----------
    changes : iterable of Change
        All changes since `codebook`, in order.
    codebook : Codebook
        The codebook before the first change.
    proposals : iterable of Proposal, default empty
        The codes that coders proposed and did not take back.

    Attributes
    ----------
    versions : tuple of Codebook
        Every version of the codebook.

    Raises
    ------
    CodebookError
        If a change is impossible.

    Examples
    --------
    >>> from autocode.codebook import Code, Codebook, Split
    >>> from autocode.coding import Coding, OpenQuestions
    >>> parts = (Code(id="bus", name="Bus"), Code(id="car", name="Car"))
    >>> split = Split(before="1", after="2", by="TW", code="travel", parts=parts)
    >>> questions = OpenQuestions([split], codebook=Codebook([Code(id="travel", name="Travel")]))
    >>> coding = Coding(line="GP1:2", coder="MO", codes=frozenset({"travel"}), version="1")
    >>> now, (question,) = questions.of([coding])
    >>> sorted(question.codes), sorted(now.codes)
    (['bus', 'car'], [])
    """

    def __init__(self, changes: Iterable[Change], *, codebook: Codebook, proposals: Iterable[Proposal] = ()) -> None:
        self._changes = tuple(changes)
        self._proposals = tuple(proposals)
        self.versions = codebook_versions(codebook, self._changes)
        self._replays: dict[int, Replay] = {}
        self._places = {known.version: place for place, known in enumerate(self.versions)} | {"": 0}

    def place_of(self, version: str) -> int:
        """
        Return how many changes led to a version.

        Parameters
        ----------
        version : str
            The version; empty for the one before all changes.

        Raises
        ------
        CodingError
            If there is no such version.
        """
        if version not in self._places:
            raise CodingError(f"the codebook never had the version {version!r}; reload the page, or name another.")
        return self._places[version]

    def of(self, readings: Sequence[Coding], *, version: str | None = None) -> tuple[Coding, tuple[OpenQuestion, ...]]:
        """
        Return the latest judgement of a line in the codes of a version, and what it leaves open.

        Parameters
        ----------
        readings : sequence of Coding
            One coder's judgements of one line as they were made, oldest first; at least one.
        version : str or None, default None
            The version; None for the one in force.

        Raises
        ------
        CodingError
            If the latest judgement was made under a later version than this, or under one that never was.
        """
        end = len(self._changes) if version is None else self.place_of(version)
        if self.place_of(readings[-1].version) > end:
            raise CodingError(
                f"{readings[-1].coder} judged the line {readings[-1].line} again under a later version of the "
                "codebook; that judgement stays."
            )
        known: Causes = {}
        earlier = [reading for reading in readings[:-1] if self.place_of(reading.version) <= end]
        for reading, following in pairwise([*earlier, readings[-1]]):
            # what a judgement says nothing about stands open since what left it open in the one before
            at = self.place_of(following.version)
            known = self._replay(at).with_causes(reading, known)[1] if self.place_of(reading.version) <= at else {}
        coding, causes = self._replay(end).with_causes(readings[-1], known)
        if not self._changes[:end]:
            return coding, ()
        return coding, tuple(self._questions(coding, causes))

    def _replay(self, end: int) -> Replay:
        if end not in self._replays:
            self._replays[end] = Replay(self._changes[:end], self.versions[: end + 1], self._proposals)
        return self._replays[end]

    def _questions(self, coding: Coding, causes: Mapping[CodeId, int]) -> Iterable[OpenQuestion]:
        if not causes:
            return
        whole = [place for place in causes.values() if is_read_whole(self._changes[place])]
        if whole:  # the line is read as if anew, so nothing else is asked about it apart
            yield OpenQuestion(change=self._changes[max(whole)], codes=coding.unjudged)
            return
        groups = [set(group) for group in coding.waiting_parts]
        for place in sorted(set(causes.values())):
            together = {code for code in causes if causes[code] == place}
            joined = [group for group in groups if not group.isdisjoint(together)]
            groups = [group for group in groups if group not in joined] + [together.union(*joined)]
        for group in groups:
            place = max(causes[code] for code in group)
            yield OpenQuestion(change=self._changes[place], codes=frozenset(group))


@no_single_text
def answered(coding: Coding, asked: Collection[CodeId], applied: Collection[CodeId]) -> Coding:
    """
    Return a judgement with the answer to a question; what else it says, and its memo, stay as they are.

    Parameters
    ----------
    coding : Coding
        The judgement.
    asked : collection of CodeId
        The codes in question.
    applied : collection of CodeId
        Those among them that apply.

    Raises
    ------
    CodingError
        If a code was not in question.

    Examples
    --------
    >>> from autocode.coding import Coding, answered
    >>> coding = Coding(line="GP1:2", coder="MO", codes=frozenset({"phone"}), unjudged=frozenset({"bus", "car"}))
    >>> now = answered(coding, ["bus", "car"], ["car"])
    >>> sorted(now.codes), sorted(now.unjudged)
    (['car', 'phone'], [])
    """
    wanted, given = frozenset(asked), frozenset(applied)
    if not given <= wanted:
        others = listing(map(repr, sorted(given - wanted)))
        raise CodingError(f"{others} on {coding.line} was not in question; answer what is asked.")
    waiting = set()
    for group in coding.waiting_parts:
        if group.isdisjoint(given) and group - wanted:  # where a part applies, the others are codes like any other
            waiting.add(group - wanted)
    return replace(
        coding,
        codes=coding.codes - wanted | given,
        unjudged=coding.unjudged - wanted,
        waiting_parts=frozenset(waiting),
    )
