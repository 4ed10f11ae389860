"""What the board asks of a study: the codes that somebody may see, and changes of them with their plan."""

from dataclasses import replace

from autocode.codebook import Codebook, CodeId, versions_seen
from autocode.coding import CoderId, Codings
from autocode.errors import CodebookError, TrainingError
from autocode.review import code_cards, proposed_codes, record_shown
from autocode.study._board_changes import changes_of, undoable_change
from autocode.study._open_coding import left_to_read
from autocode.study._opening import open_journal
from autocode.study._reading import StudyData, read_study
from autocode.study._text_options import text_options
from autocode.study.codebook_changes._changing import change_codebook
from autocode.study.codebook_changes._planning import plan_change
from autocode.web import BoardAct, BoardView, BoardWords, PlannedChange, ProposedOnBoard
from autocode.wording import count_of

_CLOSE = 'write independent_coding = "closed" into study.toml and start autocode again'
_STILL_MADE = f"Coders still make and give own codes, so nothing is grouped yet. When all have coded, {_CLOSE}."
_N_SIMILAR = 12  # pairs of codes that are shown side by side
_N_PROPOSED = 3  # lines that are shown of each proposed code
_RESAMPLES = 200  # behind the intervals of coherence
_HIDDEN = "What similar lines were given is shown when you have read all of yours."


class StudyBoard:
    """
    The codes of a study on the board; the study is read anew for each request, so that the changes of others show.

    Parameters
    ----------
    study : StudyData
        The study, as it was when the pages were opened.
    """

    def __init__(self, study: StudyData) -> None:
        self._folder = study.folder
        self._words: tuple[object, BoardWords] | None = None
        self._confusions: tuple[object, BoardWords] | None = None

    def view(self, viewer: CoderId) -> BoardView:
        """Return what a person may see of the codes now."""
        study = read_study(self._folder)
        codings, codebook, partial = self._shown(study, viewer)
        cards = code_cards(codings, study.lines, codebook, first=study.first_codebook, changes=study.codebook_changes)
        closed = _STILL_MADE if study.settings.makes_own_codes else ""
        latest = None if closed else undoable_change(study)
        return BoardView(
            codebook=codebook,
            cards=cards,
            closed=closed,
            partial=partial,
            latest="" if latest is None else str(latest),
            proposed=_proposed(study, only=viewer if partial else None),
        )

    def _shown(self, study: StudyData, viewer: CoderId) -> tuple[Codings, Codebook, str]:
        """Return what a person may see, as `_visible` does; that others' codings are shown is recorded."""
        codings, codebook, partial = _visible(study, viewer)
        if not partial:
            with open_journal(self._folder) as journal:
                record_shown(viewer, journal, coders=study.settings.coders)
        return codings, codebook, partial

    def words(self, viewer: CoderId) -> BoardWords:
        """Return what the words of the lines say about the codes, once the person may see all codings."""
        from autocode.suggester import similar_codes, theme_coherence

        study = read_study(self._folder)
        if self._shown(study, viewer)[2]:
            return BoardWords(note=_HIDDEN)
        key = _key(study)
        if self._words is None or self._words[0] != key:
            codings, lines, language = study.codings, study.lines, study.language
            own = [code.id for code in study.codebook.own_codes]
            coherence = theme_coherence(
                codings.without_codes(own), lines, study.codebook.visible_to(), language=language, resamples=_RESAMPLES
            )
            self._words = (
                key,
                BoardWords(
                    similar=similar_codes(codings, lines, study.codebook, n=_N_SIMILAR, language=language),
                    coherence=[found for found in coherence.codes if found.lines],
                ),
            )
        return self._words[1]

    def confusions(self, viewer: CoderId) -> BoardWords:
        """Return the codes that a suggester can hardly distinguish, once the person may see all codings."""
        from autocode.suggester import confused_codes

        study = read_study(self._folder)
        if self._shown(study, viewer)[2]:
            return BoardWords(note=_HIDDEN)
        key = _key(study)
        if self._confusions is None or self._confusions[0] != key:
            try:
                confused = confused_codes(
                    _of_owners(study.codings, study.codebook),
                    study.lines,
                    study.codebook,
                    n=_N_SIMILAR,
                    resamples=_RESAMPLES,
                    **text_options(study),
                )
            except TrainingError as error:
                return BoardWords(note=f"Nothing can be learnt yet: {error}")
            note = "" if confused else "A suggester distinguishes all codes of which it has enough lines."
            self._confusions = (key, BoardWords(confused=confused, note=note))
        return self._confusions[1]

    def plan(self, act: BoardAct, *, by: CoderId) -> PlannedChange:
        """Return what an act would do; raises as `plan_change`."""
        study = read_study(self._folder)
        if study.settings.makes_own_codes:
            raise CodebookError(_STILL_MADE)
        if act.kind != "undo" and act.version == study.codebook.version:
            named = (*act.codes, act.into, act.theme)
            hidden = [code for code in named if code and code not in _visible(study, by)[1]]
            if hidden:
                raise CodebookError(f"there is no code {hidden[0]!r} on this board; reload the page.")
        changes, looked_at = changes_of(act, study, by=by)
        plan = plan_change(study, *changes, viewer=by)
        self._shown(study, by)

        def make() -> CodeId:
            change_codebook(study.folder, *changes)
            return looked_at

        return PlannedChange(parts=tuple(plan.parts()), make=make)


def _key(study: StudyData) -> object:
    """Return what is the same as long as the codes and all codings are."""
    return study.codebook.version, study.codebook.digest, hash(study.codings)


def _of_owners(codings: Codings, codebook: Codebook) -> Codings:
    """Return judgements that say nothing of the own codes of others, which their coders did not know."""
    own = codebook.own_codes
    if not own:
        return codings
    others = {coder: {code.id for code in own if code.owner != coder} for coder in codings.coders}
    return Codings(replace(coding, unjudged=coding.unjudged | others[coding.coder]) for coding in codings)


def _proposed(study: StudyData, *, only: CoderId | None) -> list[ProposedOnBoard]:
    """Return the codes that were proposed, or those alone that somebody proposed who may not see others' codings."""
    known = {line.id: line for line in study.lines}
    proposals = [proposal for proposal in study.proposals if only is None or proposal.coder == only]
    return [
        ProposedOnBoard(
            proposed=code,
            lines=[known[proposal.line] for proposal in code.proposals if proposal.line in known][:_N_PROPOSED],
        )
        for code in proposed_codes(proposals, study.codebook)
    ]


def _visible(study: StudyData, viewer: CoderId) -> tuple[Codings, Codebook, str]:
    """Return the codings and codes that a person may see, and in a sentence what is left out."""
    n_left, settings = left_to_read(study, viewer), study.settings
    codes = viewer in study.codings.coders or viewer in settings.coders
    if not n_left and not (codes and settings.makes_own_codes):
        return study.codings, study.codebook, ""
    own = study.codings.by(viewer) if viewer in study.codings.coders else Codings()
    left = f"You have {count_of(n_left, 'line')} left to read" if n_left else "Coders still make own codes"
    # nor does it say whether others have own codes
    and_codes = " and your own codes" if settings.codes == "own" else ""
    partial = f"{left}, so you see only what you coded yourself{and_codes}."
    seen = versions_seen(study.codebook_versions[0], study.codebook_changes, viewer)[-1]
    return own, Codebook(study.codebook.visible_to(viewer).values(), version=seen), partial
