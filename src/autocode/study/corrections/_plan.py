"""Corrections of transcripts that were coded: planned first, then made as one step with an entry in the journal."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autocode.arguments import no_single_text
from autocode.coding import Codings, human
from autocode.conduct import Amendment, LineChanges
from autocode.display import Tabular, displayed
from autocode.errors import StudyError
from autocode.frames import Kind
from autocode.study._folder import SETTINGS, is_study
from autocode.study._intake import SpeakerRule
from autocode.study._opening import has_journal, open_journal, reading_journal
from autocode.study._staging import discard, discard_unfinished, finish_interrupted, place, stage
from autocode.study._versions import TextVersion, plain_ids, text_versions, with_ids
from autocode.study.corrections._files import CorrectedFiles, read_corrected
from autocode.study.corrections._lines import AmendedLines, amended_lines
from autocode.study.corrections._matching import TracedLine, traced, traced_by
from autocode.transcripts import LineId, Transcript, Unit, fingerprints_of
from autocode.wording import count_of, listing

_SHOWN = 12  # lines of one kind that a plan shows of an interview, if there are few interviews
_FEW = 3


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewPlan:
    """
    What an amendment would do to one interview.

    Attributes
    ----------
    amendment : Amendment
        The entry for the journal.
    lines : AmendedLines
        The lines of before and after, with what is known of their words.
    set_aside : Codings
        Codings in force on lines that are replaced.
    restored : Codings
        Codings that were set aside and come back.
    is_measured : bool
        Whether the old words are known; if not, the change is measured by their fingerprints.
    """

    amendment: Amendment
    lines: AmendedLines
    set_aside: Codings
    restored: Codings
    is_measured: bool

    def __str__(self) -> str:
        return "\n".join(self.sentences(shown=_SHOWN))

    def sentences(self, *, shown: int) -> Iterator[str]:
        """
        Yield the plan in sentences.

        Parameters
        ----------
        shown : int
            How many lines of each kind are listed.
        """
        n_lines, n_changed = len(self.amendment.lines), len(self.amendment.changed)
        n_new = sum(len(replacement.after) for replacement in self.amendment.replaced)
        yield (
            f"{self.amendment.transcript}: {count_of(n_lines, 'line')}, {n_lines - n_changed - n_new} unchanged, "
            f"{n_changed} changed a little, {n_new} new."
        )
        if not self.is_measured:
            yield "  The old words are not kept, so how much changed is estimated by what the journal keeps of them."
        yield from _at_most(self.lines.small_changes(), "keep their codings:", shown)
        yield from _at_most(self.lines.replacements(), "to be read again:", shown)
        if self.set_aside:
            yield f"  set aside until the earlier text or rule comes back: {_judgements(self.set_aside)}."
        if self.restored:
            yield f"  back in force: {_judgements(self.restored)}."


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentPlan(Tabular):
    """
    What an amendment would do; `amend_study` does it.

    Attributes
    ----------
    folder : Path
        The study's folder.
    interviews : tuple of InterviewPlan
        The interviews that change.
    files : CorrectedFiles
        The files to be put into the study or removed from it.
    """

    folder: Path
    interviews: tuple[InterviewPlan, ...]
    files: CorrectedFiles

    def _records(self) -> Iterable[dict[str, object]]:
        for plan in self.interviews:
            name = plan.amendment.transcript
            for line in plan.amendment.changed:
                yield {"interview": name, "change": "changed a little", "before": [line], "after": [line]}
            for part in plan.amendment.replaced:
                yield {"interview": name, "change": "to be read again", "before": part.before, "after": part.after}

    def _kinds(self) -> dict[str, Kind]:
        return {"interview": "text", "change": "text", "before": "texts", "after": "texts"}  # fmt: skip

    def _caption(self) -> str:
        return str(self)

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to amend."""
        return bool(self.interviews or self.files.contents)

    @property
    def sets_codings_aside(self) -> bool:
        """Whether codings would no longer count, which a person has to confirm."""
        return any(plan.set_aside for plan in self.interviews)

    def __str__(self) -> str:
        if not self.changes_anything:
            return f"{self.folder}: nothing to amend; every interview is as it was coded."
        return "\n".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        shown = _SHOWN if len(self.interviews) <= _FEW else 1
        for plan in self.interviews:
            yield from plan.sentences(shown=shown)
        set_aside = Codings(coding for plan in self.interviews for coding in plan.set_aside)
        if len(self.interviews) > 1 and set_aside:
            yield f"set aside in all {count_of(len(self.interviews), 'interview')}: {_judgements(set_aside)}."
        names = [path.relative_to(self.folder).as_posix() for path in self.files.contents]
        if names:
            yield f"files to be replaced: {listing(names)}."


@no_single_text
def plan_amendment(
    folder: str | Path,
    files: Iterable[str | Path] = (),
    *,
    by: str,
    reason: str,
    interview: str | None = None,
    unit: Unit | str | None = None,
    speakers: SpeakerRule | None = None,
    was: Iterable[str | Path] = (),
    keep: Collection[LineId] = (),
    again: Collection[LineId] = (),
) -> AmendmentPlan:
    """
    Return what a correction of coded transcripts would do; nothing is changed.

    A line keeps its id and its codings where its boundaries stand, the speaker's role is the same, and at most a
    quarter of its words changed. Other lines are replaced by lines with new ids, which are to be read again; codings of
    replaced lines are set aside. A text or a rule that was in force before gives the lines their earlier ids back, and
    with them the codings.

    Parameters
    ----------
    folder : str or Path
        The study's folder.
    files : iterable of str or Path, default empty
        Corrected transcripts, named as the interviews that they are of. Without any, the interviews in the study's
        folder that are no longer as they were coded, because they or `study.toml` were edited there.
    by : str
        Who makes the correction.
    reason : str
        Why, in a few words.
    interview : str, optional
        The interview that the one file is of, if it is named otherwise.
    unit : Unit or str, optional
        What a line is from now on; `study.toml` is changed accordingly.
    speakers : SpeakerRule, optional
        Who the speakers are from now on; `study.toml` remembers it.
    was : iterable of str or Path, default empty
        Earlier texts of interviews that were edited in the study's folder, such as copies from a backup, by which the
        change is measured exactly.
    keep, again : collection of LineId, default empty
        Lines whose boundaries stand that keep their codings although much changed, or are to be read again although
        little did.

    Raises
    ------
    StudyError
        If the folder is not a study, a file is of no interview of it, the text that was coded is not known, or `keep`
        names a line that was cut otherwise.
    CodingError
        If `by` is empty or the name of a machine.
    AutocodeError
        With every fault of the transcripts and of the settings.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from autocode import Coding, Journal, read_study
    >>> from autocode.study import amend_study, create_study, plan_amendment, unrecorded_digests
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     file = Path(folder, "transcripts", "Bea.txt")
    ...     _ = file.write_text("Interviewer: And the council?\\nBea: Teh phone rings out.\\n")
    ...     lines = read_study(folder).lines
    ...     with Journal.open(Path(folder, "study.sqlite")) as journal:
    ...         _ = journal.append(*unrecorded_digests(journal, lines))
    ...         _ = journal.append(Coding(line="Bea:2", coder="MO", codes=frozenset({"an-example-subtheme"})))
    ...     _ = file.write_text("Interviewer: And the council?\\nBea: The phone rings out.\\n")
    ...     plan = plan_amendment(folder, by="TW", reason="typo")
    ...     _ = amend_study(plan)
    ...     print(read_study(folder).codings)
    <Codings: 1 judgement of 1 line by 1 coder>
    """
    folder = Path(folder)
    if not is_study(folder):
        raise StudyError.at(folder, f"is not a study: it has no {SETTINGS}.")
    if not reason.strip():
        raise StudyError("an amendment needs a reason; say in a few words why the text is corrected.")
    signed = (human(by), " ".join(reason.split()))
    finish_interrupted(folder)
    corrected = read_corrected(
        folder,
        [Path(file) for file in files],
        interview=interview,
        speakers=speakers or SpeakerRule(),
        unit=None if unit is None else Unit(unit),
    )
    known = _Known.of(folder)
    faults: list[StudyError] = []
    plans = []
    for transcript in corrected.lines.interviews:
        if not known.is_other(transcript, is_named=transcript.id in corrected.named):
            continue
        try:
            before = _before(transcript, known, corrected, [Path(file) for file in was])
        except StudyError as error:
            faults.append(error)
            continue
        plans.append(_interview_plan(transcript, before, known, signed=signed, keep=keep, again=again))
    StudyError.raise_if(fault for error in faults for fault in error.faults)
    _refuse_unknown(plans, {*keep, *again})
    return AmendmentPlan(folder=folder, interviews=tuple(plans), files=corrected)


def amend_study(plan: AmendmentPlan) -> tuple[Amendment, ...]:
    """
    Make a correction as planned, all of it or nothing, and return its entries in the journal.

    The corrected files replace those in the study. Of the old text nothing is kept but digests and fingerprints.

    Parameters
    ----------
    plan : AmendmentPlan
        The plan, of `plan_amendment`.

    Raises
    ------
    StudyError
        If the study has changed since it was planned, or the disk refuses to write.
    """
    amendments = tuple(interview.amendment for interview in plan.interviews)
    if not plan.changes_anything:
        return amendments
    key = secrets.token_hex(8)
    with open_journal(plan.folder) as journal:
        staging = None
        try:
            with journal.exclusively():
                discard_unfinished(plan.folder, journal)
                plan.files.check_unchanged()
                staging = stage(plan.folder, plan.files.contents, plan.files.removed, key=key)
                journal.append(*amendments, gesture=key)
        except BaseException:
            if staging is not None and not journal.stores(key):
                discard(staging)
            raise
    place(staging)
    return amendments


class _Known(NamedTuple):
    """What the journal knows of the study's texts and codings."""

    versions: tuple[TextVersion, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    codings: Codings = Codings()
    set_aside: Codings = Codings()

    @classmethod
    def of(cls, folder: Path) -> "_Known":
        if not has_journal(folder):
            return cls()
        with reading_journal(folder) as journal:
            return cls(text_versions(journal), journal.amendments(), journal.codings(), journal.set_aside())

    def of_interview(self, name: str) -> list[TextVersion]:
        """Return the texts of an interview, oldest first."""
        return [version for version in self.versions if version.transcript == name]

    def is_other(self, transcript: Transcript, *, is_named: bool) -> bool:
        """Return whether this is another text than the journal knows; where it knows none, whether a file was named."""
        versions = self.of_interview(transcript.id)
        return not _is(transcript, versions[-1]) if versions else is_named


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """The lines of an interview as they were coded."""

    digest: str
    ids: tuple[LineId, ...]
    lines: list[TracedLine]
    texts: tuple[str, ...] | None  # None where only the fingerprints are known


def _is(transcript: Transcript, version: TextVersion) -> bool:
    """Return whether an interview as it is read is a text that the journal knows."""
    ids = version.lines or tuple(line.id for line in transcript.lines)
    return len(ids) == len(transcript.lines) and with_ids(transcript, ids).digest == version.digest


def _before(transcript: Transcript, known: _Known, corrected: CorrectedFiles, was: Sequence[Path]) -> _Before:
    """Return the lines as they were coded: from the file in the study, from an earlier text, or from fingerprints."""
    versions = known.of_interview(transcript.id)
    for text in corrected.earlier(transcript.id, was):
        if not versions or _is(text, versions[-1]):
            ids = versions[-1].lines if versions and versions[-1].lines else tuple(line.id for line in text.lines)
            return _Before(
                digest=versions[-1].digest if versions else text.digest,
                ids=ids,
                lines=traced(text.lines),
                texts=tuple(line.text for line in text.lines),
            )
    if not versions:
        raise StudyError.at(transcript.source or transcript.id, "is not in the study; add it with autocode add.")
    latest = versions[-1]
    traces = next((v.fingerprints for v in versions if v.digest == latest.digest and v.fingerprints), ())
    if not traces:
        raise StudyError.at(
            transcript.source or transcript.id,
            "was coded as another text, of which the journal of this study keeps nothing but a digest. Name a copy of "
            "that text with --was FILE, or take the edit back, here and in study.toml, and give the corrected file to "
            "autocode amend.",
        )
    ids = latest.lines or plain_ids(transcript.id, len(traces))
    return _Before(digest=latest.digest, ids=ids, lines=traced_by(traces), texts=None)


def _interview_plan(
    transcript: Transcript,
    before: _Before,
    known: _Known,
    *,
    signed: tuple[str, str],
    keep: Collection[LineId],
    again: Collection[LineId],
) -> InterviewPlan:
    lines = amended_lines(
        transcript,
        before_ids=before.ids,
        before=before.lines,
        before_texts=before.texts,
        versions=known.of_interview(transcript.id),
        keep=keep,
        again=again,
    )
    amended = with_ids(transcript, lines.after_ids)
    by, reason = signed
    amendment = Amendment(
        transcript=transcript.id,
        before=before.digest,
        after=amended.digest,
        lines=lines.after_ids,
        fingerprints=fingerprints_of(amended.lines),
        changed=lines.changed,
        replaced=lines.replaced,
        by=by,
        reason=reason,
    )
    retired = LineChanges([*known.amendments, amendment]).retired
    return InterviewPlan(
        amendment=amendment,
        lines=lines,
        set_aside=known.codings.on(retired),
        restored=known.set_aside.on(line for line in lines.after_ids if line not in retired),
        is_measured=before.texts is not None,
    )


def _refuse_unknown(plans: Sequence[InterviewPlan], chosen: Collection[LineId]) -> None:
    """Raise a `StudyError` if lines are chosen to keep their codings or to be read again that do not change."""
    edited = {line for plan in plans for line in plan.lines.edited}
    unknown = sorted(line for line in chosen if line not in edited)
    if unknown:
        raise StudyError(
            f"{listing(unknown)} {'is' if len(unknown) == 1 else 'are'} no line whose words this correction changes; "
            "see the plan with --dry-run."
        )


def _judgements(codings: Codings) -> str:
    return (
        f"{count_of(len(codings), 'judgement')} of {count_of(len(codings.lines), 'line')} by {listing(codings.coders)}"
    )


def _at_most(sentences: Sequence[str], title: str, shown: int) -> Iterator[str]:
    if sentences:
        yield f"  {title}"
        yield from (f"    {sentence}" for sentence in sentences[:shown])
    if len(sentences) > shown:
        yield f"    and {len(sentences) - shown} more"
