"""A study read whole: its lines, codebook, codings and settings, found consistent with each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

from autocode.codebook import Change, Codebook, codebook_versions
from autocode.coding import Codings, Decision, Design, Proposal, Sample, SuggestionBatch, remapped
from autocode.conduct import Amendment
from autocode.errors import StudyError
from autocode.exchange import is_corpus, read_corpus
from autocode.study._consistency import inconsistencies
from autocode.study._folder import PARTICIPANTS, SETTINGS, TRANSCRIPTS, is_study
from autocode.study._opening import has_journal, reading_journal
from autocode.study._recorded_codebook import codebook_in_file, codebook_in_force, recorded_versions
from autocode.study._settings import Settings, read_settings
from autocode.study._staging import finish_interrupted
from autocode.study._versions import with_recorded_ids
from autocode.transcripts import TranscriptId, Transcripts, read_transcripts
from autocode.wording import count_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StudyData:
    """
    What a study or a plain corpus holds, read and found consistent.

    Attributes
    ----------
    folder : Path
        The folder that it was read from.
    settings : Settings
        The settings of the study; for a plain corpus the default ones, with the name of its folder as title.
    lines : Transcripts
        The interviews, cut into lines as the study's settings say.
    codebook : Codebook
        The codes.
    codings : Codings
        Each coder's coding in force of each line and basis.
    participants : mapping of str to mapping of str to str
        The attributes of each interview's participant, such as role or borough, by the name of the interview.
    batch : SuggestionBatch or None, default None
        The latest suggestions, None if there are none.
    decisions : tuple of Decision, default empty
        Each coder's decision in force on the suggestions shown for a line.
    samples : tuple of Sample, default empty
        The samples of lines that were drawn or chosen to be coded, oldest first, ended ones included.
    amendments : tuple of Amendment, default empty
        The corrections of transcripts that were coded, oldest first.
    set_aside : Codings, default empty
        Codings of lines that an amendment replaced; they are not among `codings` and count nowhere.
    first_codebook : Codebook or None, default None
        The codebook before its first recorded change; None while none is recorded.
    codebook_changes : tuple of Change, default empty
        The recorded changes of the codebook, oldest first.
    codings_as_made : Codings or None, default None
        The codings with the codes that were given, before they were brought to the codebook in force; None where the
        codebook was never changed, so that they are `codings`.
    proposals : tuple of Proposal, default empty
        The codes that coders proposed and did not take back, oldest first.
    """

    folder: Path
    settings: Settings
    lines: Transcripts
    codebook: Codebook
    codings: Codings
    participants: Mapping[TranscriptId, Mapping[str, str]]
    batch: SuggestionBatch | None = None
    decisions: tuple[Decision, ...] = ()
    samples: tuple[Sample, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    set_aside: Codings = field(default_factory=Codings)
    first_codebook: Codebook | None = None
    codebook_changes: tuple[Change, ...] = ()
    codings_as_made: Codings | None = None
    proposals: tuple[Proposal, ...] = ()

    @property
    def codebook_versions(self) -> tuple[Codebook, ...]:
        """Every version of the codebook: before its first recorded change, and after each."""
        if self.first_codebook is None:
            return (self.codebook,)
        return codebook_versions(self.first_codebook, self.codebook_changes)

    def with_common_codes(self) -> Self:
        """
        Return the study with the codes that all coders have in common: agreement and suggestions are about these.

        In a study coded from zero with own codes, those that are not grouped yet are left out.

        Raises
        ------
        StudyError
            If coders still make and give own codes, or no code is common to them yet.
        """
        if self.settings.makes_own_codes:
            raise StudyError.at(
                self.folder,
                "is coded with own codes, each seen by one coder alone, so there is no agreement to measure and "
                "nothing to learn from yet; when all have coded, write "
                'independent_coding = "closed" into study.toml and group the codes on the board.',
            )
        own = self.codebook.own_codes
        if not own:
            return self
        common = self.codebook.visible_to()
        if not common.subthemes:
            raise StudyError.at(
                self.folder,
                "has only codes of one coder each, which cannot be compared; group them into subthemes on the board: "
                f"autocode board {self.folder.name or 'STUDY'} --by YOU.",
            )
        return replace(self, codebook=common, codings=self.codings.without_codes(code.id for code in own))

    @property
    def title(self) -> str:
        """Title of the study."""
        return self.settings.title

    @property
    def open_draws(self) -> tuple[Sample, ...]:
        """The samples that were drawn at random and not ended, as `code_prevalence` takes them."""
        return tuple(sample for sample in self.samples if sample.design is Design.RANDOM and sample.ended is None)

    @property
    def language(self) -> str:
        """Language of the interviews, as a two-letter code."""
        return self.settings.language

    def __str__(self) -> str:
        return (
            f"{count_of(len(self.lines.interviews), 'interview')}, "
            f"{count_of(len(self.lines.participant_lines), 'line')} of participants, "
            f"{count_of(len(self.codebook.subthemes), 'subtheme')}, "
            f"{count_of(len(self.codings), 'judgement')} by {count_of(len(self.codings.coders), 'coder')}"
            f"{f', {len(self.set_aside)} set aside by amendments' if self.set_aside else ''}"
        )

    def __repr__(self) -> str:
        return f"<StudyData {self.title!r}: {self}>"


def read_study(folder: str | Path) -> StudyData:
    """
    Return what a study folder holds: its lines, codebook, codings, settings and participants.

    The interviews are cut into lines as `study.toml` says: `unit`, `language` and `interviewers` decide which words a
    line id stands for. A study in which nobody has coded yet has no codings.

    Parameters
    ----------
    folder : str or Path
        The study's folder, such as `autocode init` makes.

    Raises
    ------
    StudyError
        If the folder is not a study, if a transcript was edited or cut into other lines after it was coded, or if the
        codebook lacks a code that was given.
    TranscriptError, CodebookError, JournalError
        With every fault of the transcripts, the codebook or the journal.

    See Also
    --------
    read_corpus : reads a plain corpus, `lines.csv`, `codings.csv` and `codebook.csv`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import autocode as ac
    >>> from autocode.study import create_study
    >>> with TemporaryDirectory() as folder:
    ...     create_study(Path(folder))
    ...     transcript = Path(folder, "transcripts", "Bea.txt")
    ...     _ = transcript.write_text("Interviewer: And the council?\\nBea: The phone rings out.\\n")
    ...     study = ac.read_study(folder)
    >>> [line.text for line in study.lines.participant_lines]
    ['The phone rings out.']
    >>> print(study)
    1 interview, 1 line of participants, 1 subtheme, 0 judgements by 0 coders
    >>> study.settings.unit.value, study.language
    ('paragraph', 'en')
    """
    folder = Path(folder)
    if not is_study(folder):
        raise _not_a_study(folder)
    return _read_study(folder)


def read_study_as_recorded(folder: str | Path) -> StudyData:
    """
    Return what a study folder holds, with the codebook as it is on record although its file was edited since.

    Parameters
    ----------
    folder : str or Path
        The study's folder.

    Raises
    ------
    AutocodeError
        As `read_study` does, but for a codebook that was edited by hand.
    """
    folder = Path(folder)
    if not is_study(folder):
        raise _not_a_study(folder)
    return _read_study(folder, edited=True)


def read_study_or_corpus(path: str | Path) -> StudyData:
    """
    Return what a study folder or a plain corpus holds.

    Parameters
    ----------
    path : str or Path
        A study's folder, or a folder with `lines.csv`, `codings.csv` and `codebook.csv`.

    Raises
    ------
    AutocodeError
        As `read_study` and `read_corpus` do.
    """
    path = Path(path)
    if is_study(path):
        return _read_study(path)
    if not is_corpus(path):
        raise _not_a_study(path, nor=", nor a plain corpus (lines.csv, codings.csv, codebook.csv)")
    corpus = read_corpus(path)
    return StudyData(
        folder=path,
        settings=Settings(title=path.resolve().name),
        lines=corpus.lines,
        codebook=corpus.codebook,
        codings=corpus.codings,
        participants=_participants(corpus.lines),
    )


def _read_study(folder: Path, *, edited: bool = False) -> StudyData:
    finish_interrupted(folder)
    settings = read_settings(folder)
    codebook = codebook_in_file(folder, settings)  # before the record, which is ahead of the file while that is written
    record = _read_record(folder)
    lines = read_lines(folder, settings, amendments=record.amendments)
    codebook = codebook_in_force(codebook, record.versions, record.codings, folder=folder, edited=edited)
    StudyError.raise_if(inconsistencies(record.codings, lines, codebook, folder=folder))
    return StudyData(
        folder=folder,
        settings=settings,
        lines=lines,
        codebook=codebook,
        codings=record.codings,
        participants=_participants(lines),
        batch=record.batch,
        decisions=record.decisions,
        samples=record.samples,
        amendments=record.amendments,
        set_aside=record.set_aside,
        first_codebook=record.first_codebook,
        codebook_changes=record.codebook_changes,
        codings_as_made=record.codings_as_made,
        proposals=record.proposals,
    )


class _Record(NamedTuple):
    """What a study's journal holds; nothing if there is none yet."""

    codings: Codings = Codings()
    batch: SuggestionBatch | None = None
    decisions: tuple[Decision, ...] = ()
    samples: tuple[Sample, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    set_aside: Codings = Codings()
    first_codebook: Codebook | None = None
    codebook_changes: tuple[Change, ...] = ()
    codings_as_made: Codings | None = None
    proposals: tuple[Proposal, ...] = ()
    versions: tuple[Codebook, ...] = ()


def _read_record(folder: Path) -> _Record:
    if not has_journal(folder):
        return _Record()
    with reading_journal(folder) as journal:
        made, proposals = journal.codings_as_made(), journal.proposals()
        first, changes = journal.codebook_history()
        if not changes:
            first = None  # as it was recorded last, which the file may say otherwise by now
        return _Record(
            codings=made if first is None else remapped(made, changes, codebook=first, proposals=proposals),
            first_codebook=first,
            codebook_changes=changes,
            codings_as_made=None if first is None else made,
            proposals=proposals,
            versions=recorded_versions(journal, is_coded=len(made) > 0),
            batch=journal.latest_batch(),
            decisions=journal.decisions(),
            samples=journal.samples(),
            amendments=journal.amendments(),
            set_aside=journal.set_aside(),
        )


def _participants(lines: Transcripts) -> dict[TranscriptId, Mapping[str, str]]:
    return {transcript.id: transcript.attributes for transcript in lines.interviews}


def _not_a_study(path: Path, *, nor: str = "") -> StudyError:
    if is_study(path.parent):
        kind = "file" if path.is_file() else "folder"
        return StudyError.at(path, f"is a {kind} of a study; name the study's folder: {path.parent}.")
    return StudyError.at(
        path, f"is not a study: it has no {SETTINGS}{nor}. Make a study with: autocode init {path.name or 'DIR'}."
    )


def read_lines(folder: Path, settings: Settings, *, amendments: Sequence[Amendment] | None = None) -> Transcripts:
    """
    Return a study's interviews, cut into lines as its settings say, with the ids that amendments gave their lines.

    Parameters
    ----------
    folder : Path
        The study's folder.
    settings : Settings
        The study's settings.
    amendments : sequence of Amendment, optional
        The amendments in the study's journal; by default, they are read from it.

    Raises
    ------
    TranscriptError
        With every fault of the transcripts and of the table of participants.
    """
    participants = folder / PARTICIPANTS
    lines = read_transcripts(
        folder / TRANSCRIPTS,
        unit=settings.unit,
        language=settings.language,
        interviewers=settings.interviewers,
        speakers=settings.speakers,
        not_speakers=settings.not_speakers,
        participants=participants if participants.is_file() else None,
    )
    return with_recorded_ids(lines, _amendments(folder) if amendments is None else amendments)


def _amendments(folder: Path) -> tuple[Amendment, ...]:
    if not has_journal(folder):
        return ()
    with reading_journal(folder) as journal:
        return journal.amendments()
