"""One coder's readings of each line, one after the other, and the questions that they leave open."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autocode.arguments import no_single_text
from autocode.codebook import Change, Codebook, CodeId, changes_in_words, versions_seen
from autocode.coding import CoderId, Coding, Codings, Design, OpenQuestion, OpenQuestions, Sample
from autocode.conduct import LineChanges
from autocode.display import displayed
from autocode.doctext import documented
from autocode.errors import CodingError
from autocode.journal import Journal
from autocode.review._codebook_history import latest_labels
from autocode.review._history import Act, CoderHistory
from autocode.review._rereading import Rereading
from autocode.transcripts import LineId, Transcripts


class CodebookRecord:
    """What a journal knows of the codebook: its versions, its changes, and the questions that they leave open.

    Without a coder, nothing of it is shown; with one, the own codes of others are left out of what is.
    """

    def __init__(
        self, journal: Journal, codebook: Codebook, coder: CoderId | None = None, *, planned: Sequence[Change] = ()
    ) -> None:
        known, changes = journal.codebook_history()
        self.changes = (*changes, *planned)
        first = codebook if known is None or not changes else known
        self.questions = OpenQuestions(self.changes, codebook=first, proposals=journal.proposals())
        viewers = () if coder is None else (coder,)
        self.versions = tuple(known.visible_to(*viewers) for known in self.questions.versions)
        self._seen = versions_seen(first, self.changes, *viewers)
        self._labels = latest_labels(self.versions)
        self._places = {code: place for known in self.versions for place, code in enumerate(known)}
        sentences = changes_in_words(first, self.changes)
        self._sentences = {
            change.after: f"{sentence}." for change, sentence in zip(self.changes, sentences, strict=True)
        }

    def label(self, code: CodeId) -> str:
        """Return the latest name of a code, of today or ended; its id if none is known."""
        return self._labels.get(code, code)

    def in_order(self, codes: Iterable[CodeId]) -> tuple[CodeId, ...]:
        """Return codes in the order of the codebook; ended ones where they were last."""
        return tuple(sorted(codes, key=lambda code: (self._places.get(code, len(self._places)), code)))

    def sentence(self, change: Change) -> str:
        """Return what a change did."""
        return self._sentences[change.after]

    @property
    def codebook(self) -> Codebook:
        """The codebook in force, as the coder sees it."""
        return self.versions[-1]

    @property
    def version(self) -> str:
        """The version in force."""
        return self.codebook.version

    @property
    def version_seen(self) -> str:
        """The version in force as the coder's page names it: own codes of others do not count."""
        return self._seen[-1]

    def version_named(self, seen: str) -> str:
        """Return the version that the page knows by a name, the latest of those that are one to the coder."""
        named = [known.version for known, name in zip(self.versions, self._seen, strict=True) if name == seen]
        if seen and not named:
            raise CodingError(f"the codebook never had the version {seen!r}; reload the page.")
        return named[-1] if named else seen

    def change_to(self, version: str) -> Change | None:
        """Return the change that led to a version."""
        return next((change for change in self.changes if change.after == version), None)


class CoderReadings:
    """
    One coder's judgements of each line, oldest first, in the codes of the version in force.

    Attributes
    ----------
    now : mapping of LineId to Coding
        The latest judgement of each line.
    open : mapping of LineId to tuple of OpenQuestion
        What it leaves open, whether or not the line was drawn.
    acts : tuple of Act
        The acts that answered such a question, oldest first.
    """

    def __init__(self, history: CoderHistory, record: CodebookRecord, set_aside: Mapping[LineId, Codings]) -> None:
        self._record = record
        self._set_aside = set_aside
        self._acts: dict[LineId, list[Act]] = {}
        for act in sorted(history.acts, key=_time_of):
            if act.coding is not None:
                self._acts.setdefault(act.line, []).append(act)
        self.now: dict[LineId, Coding] = {}
        self.open: dict[LineId, tuple[OpenQuestion, ...]] = {}
        for line in self._acts:
            self.now[line], self.open[line] = record.questions.of(self.made(line))
        answering = {act.name for acts in self._acts.values() for act in self._answering(acts)}
        self.acts = tuple(act for act in history.acts if act.name in answering)

    def made(self, line: LineId) -> Sequence[Coding]:
        """Return the coder's judgements of a line as they were made, oldest first."""
        return [act.coding for act in self._acts.get(line, ()) if act.coding is not None]

    def _answering(self, acts: Sequence[Act]) -> Iterator[Act]:
        """Yield the acts on one line that say something about codes that the judgement before left open."""
        made = [act.coding for act in acts if act.coding is not None]
        if acts[0].line in self._set_aside:
            yield acts[0]
        for number, act in enumerate(acts[1:], start=1):
            try:
                before, _ = self._record.questions.of(made[:number], version=made[number].version)
            except CodingError:  # the judgement before is of a later version: an act that arrived late
                continue
            if before.unjudged - made[number].unjudged:
                yield act


def _time_of(act: Act) -> tuple[bool, object]:
    return (False, 0) if act.coding is None or act.coding.at is None else (True, act.coding.at)


def lines_set_aside(journal: Journal, coder: str, lines: Transcripts) -> dict[LineId, Codings]:
    """Return what a coder gave, before a correction, to what stood in the place of each line that is to be read."""
    changes = LineChanges(journal.amendments())
    if not changes.to_read:
        return {}
    known = {line.id for line in lines.participant_lines} & changes.to_read
    found: dict[LineId, list[Coding]] = {}
    for coding in journal.set_aside():
        for line in changes.successors(coding.line) if coding.coder == coder else ():
            if line in known:
                found.setdefault(line, []).append(coding)
    return {line: Codings(codings) for line, codings in found.items()}


def draws_of_changes(samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    """
    Return, for each change that made a code new or wider, the samples of lines to read again, oldest first.

    A further draw is one of lines that the draws before it left. Merged copies of a study may each have drawn; then the
    first one counts.

    Parameters
    ----------
    samples : iterable of Sample
        The samples of a study, oldest first.
    """
    draws: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.design is Design.REREADING:
            earlier = draws.setdefault(sample.change, [])
            if all(sample.probabilities.keys().isdisjoint(known.drawn) for known in earlier):
                earlier.append(sample)
    return draws


class RereadingQueue:
    """The questions that wait for a coder: all of a kind together, those of whole interviews before drawn lines."""

    def __init__(
        self,
        readings: CoderReadings,
        record: CodebookRecord,
        *,
        samples: Sequence[Sample],
        set_aside: Mapping[LineId, Codings],
        lines: Transcripts,
    ) -> None:
        self._readings = readings
        self._record = record
        self._set_aside = set_aside
        # of each change, the lines drawn, and whether they were drawn at random
        self._drawn: dict[str, dict[LineId, bool]] = {}
        for change, draws in draws_of_changes(samples).items():
            for number, sample in enumerate(draws):
                if sample.ended is None:
                    at_random = {line: number > 0 or sample.probabilities[line] < 1 for line in sample.drawn}
                    self._drawn.setdefault(change, {}).update(at_random)
        order = {line.id: place for place, line in enumerate(lines.participant_lines)}
        waiting = [rereading for line in order for rereading in self._of(line)]
        waiting.sort(key=lambda rereading: (*self._rank(rereading), order[rereading.line]))
        self.waiting = tuple(waiting)

    def _rank(self, rereading: Rereading) -> tuple[bool, int, bool]:
        if rereading.change is None:
            return (False, -1, False)
        is_sampled = rereading.change.after in self._drawn
        return (is_sampled, self._record.questions.place_of(rereading.change.after), rereading.is_drawn)

    def _of(self, line: LineId) -> Iterator[Rereading]:
        if line in self._set_aside and line not in self._readings.now:
            yield self._corrected(line)
        for question in self._readings.open.get(line, ()):
            change = question.change.after
            if question.is_sampled and line not in self._drawn.get(change, ()):
                continue
            coding = self._readings.made(line)[-1]
            yield Rereading(
                line=line,
                codes=self._record.in_order(question.codes),
                change=question.change,
                why=self._record.sentence(question.change),
                gave=tuple(map(self._record.label, self._record.in_order(coding.codes))),
                memo=coding.memo,
                is_whole=question.is_whole,
                is_drawn=question.is_sampled and self._drawn[change][line],
            )

    def _corrected(self, line: LineId) -> Rereading:
        codings = self._set_aside[line]
        given = self._record.in_order({code for coding in codings for code in coding.codes})
        memos = dict.fromkeys(coding.memo for coding in codings if coding.memo)
        return Rereading(
            line=line,
            codes=tuple(code.id for code in self._record.codebook.subthemes),
            change=None,
            why="The transcript was corrected here, and the line changed much.",
            gave=tuple(map(self._record.label, given)),
            memo="\n".join(memos),
            is_whole=True,
        )


@displayed
@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class LinesInQuestion:
    """
    The lines on which somebody's judgement says nothing about a code that is new or wider since.

    Attributes
    ----------
    change : Change
        The change: an addition, a wider definition, or own codes of coders that became one of the team.
    codes : tuple of CodeId
        The code, or those that it was split into since.
    lines : tuple of LineId
        The lines, in the order of the interviews.
    """

    change: Change
    codes: tuple[CodeId, ...]
    lines: tuple[LineId, ...]


@documented
def lines_in_question(
    journal: Journal, lines: Transcripts, codebook: Codebook, *, planned: Sequence[Change] = ()
) -> tuple[LinesInQuestion, ...]:
    """
    Return, for each change in force that made a code new or wider, the lines of which some are drawn to be read again.

    Parameters
    ----------
    journal : Journal
        The record of the study.
    {lines}
    {codebook}
        Where changes of it are recorded, the codebook is that of the record.
    planned : sequence of Change, default ()
        Changes that are about to be recorded.

    Raises
    ------
    StudyError
        If a transcript was edited after it was coded.
    """
    codings = journal.codings()
    codings.check_lines(lines)
    record = CodebookRecord(journal, codebook, planned=planned)
    entries = list(journal.history())
    open_codes: dict[str, set[CodeId]] = {}
    open_lines: dict[str, set[LineId]] = {}
    for coder in codings.coders:
        history = CoderHistory(coder)
        history.ingest(entries)
        for line, questions in CoderReadings(history, record, {}).open.items():
            for question in questions:
                # what one coder made alone is not looked for in earlier lines
                if question.is_sampled and question.codes <= record.codebook.keys():
                    open_codes.setdefault(question.change.after, set()).update(question.codes)
                    open_lines.setdefault(question.change.after, set()).add(line)
    return tuple(
        LinesInQuestion(
            change=change,
            codes=tuple(code for code in record.codebook if code in open_codes[change.after]),
            lines=tuple(line.id for line in lines.participant_lines if line.id in open_lines[change.after]),
        )
        for change in record.changes
        if change.after in open_lines
    )
