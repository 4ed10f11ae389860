"""Lines that are drawn to be read again for a code that is new or wider, each with a known probability."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from autocode.agreement import draw_sample
from autocode.codebook import Added, Change, Codebook, Redefined, Undone, codebook_versions
from autocode.coding import Codings, Design, Sample, SampleEnd, free_name, remapped
from autocode.errors import StudyError, TrainingError
from autocode.journal import Journal
from autocode.review import LinesInQuestion, draws_of_changes, lines_in_question
from autocode.study._consistency import unrecorded_digests
from autocode.study._opening import open_journal
from autocode.study._reading import StudyData, read_study
from autocode.study._samples import sample_named
from autocode.study._text_options import text_options
from autocode.transcripts import LineId
from autocode.wording import count_of

LIKELY, RANDOM = 50, 100
"""Lines to read again for a code that is new or wider: those likely to have it, and others drawn at random."""


def is_drawn_for(change: Change, study: StudyData) -> bool:
    """
    Return whether lines to read again are drawn when a change is made.

    For own codes that become codes of the team they are drawn when coders begin to read again: codes are grouped in
    many steps. While coders make codes, they still read lines that they never saw.
    """
    is_new = isinstance(change, Added) and change.code.owner is None and change.code.codable
    return (is_new or isinstance(change, Redefined)) and not study.settings.makes_codes


def planned_draws(
    study: StudyData, journal: Journal, changes: Sequence[Change], *, likely: int, random: int, seed: int
) -> tuple[Sample, ...]:
    """Return the lines to read again that are drawn in the act of making these changes, without names."""
    versions = {change.after for change in changes if is_drawn_for(change, study)}
    if not versions:
        return ()
    codings, codebook = _after(study, changes)
    questions = [
        question
        for question in lines_in_question(journal, study.lines, study.codebook, planned=changes)
        if question.change.after in versions
    ]
    return _samples(questions, study, codings, codebook, likely=likely, random=random, seed=seed)


def ends_of_draws(samples: Iterable[Sample], changes: Iterable[Change]) -> tuple[SampleEnd, ...]:
    """Return the ends of samples that nobody needs to read, as the change that asked for them is undone."""
    undone = {change.change for change in changes if isinstance(change, Undone)}
    return tuple(
        SampleEnd(sample=sample.name, reason="the change of the codebook was taken back")
        for sample in samples
        if sample.design is Design.REREADING and sample.ended is None and sample.change in undone
    )


def named_apart(samples: Iterable[Sample], known: Iterable[Sample]) -> tuple[Sample, ...]:
    """Return samples with names that no known one has."""
    taken, found = {sample.name for sample in known}, []
    for sample in samples:
        found.append(replace(sample, name=free_name(sample.design, taken)))
        taken.add(found[-1].name)
    return tuple(found)


def draw_rereading(folder: Path, *, likely: int = LIKELY, random: int = RANDOM, seed: int = 0) -> tuple[Sample, ...]:
    """
    Draw lines to read again for each code that is new or wider and has none drawn yet, and store them in the journal.

    `change_codebook` draws them when it records a change. Those of own codes that were grouped, and of codes that
    coders made while they coded, are drawn here.

    Lines that are likely to have the code come first, all of them certain to be drawn; of the others, as many as asked
    for are drawn at random, each with the same known probability. What is not drawn stays unjudged. How many lines with
    the code are among it follows from the lines drawn at random, see `RereadingSession.unfound`.

    Parameters
    ----------
    folder : Path
        The study's folder.
    likely : int, default 50
        Number of lines to draw because they are likely to have the code.
    random : int, default 100
        Number of other lines to draw at random.
    seed : int, default 0
        Random seed; the same seed gives the same lines.

    Returns
    -------
    tuple of Sample
        The new samples, one for each change; the same for all coders.

    Raises
    ------
    StudyError
        If the folder is not a study, or a transcript was edited after it was coded.
    """
    study = read_study(folder)
    with open_journal(folder) as journal:
        return draw_undrawn(study, journal, likely=likely, random=random, seed=seed)


def draw_undrawn(
    study: StudyData, journal: Journal, *, likely: int = LIKELY, random: int = RANDOM, seed: int = 0
) -> tuple[Sample, ...]:
    """Draw lines for each change that asks for it and has none yet, as `draw_rereading` does."""
    if study.settings.makes_codes:  # codes still come one after the other
        return ()
    earlier = journal.samples()
    drawn = {sample.change for sample in earlier if sample.design is Design.REREADING}
    undrawn = [
        question
        for question in lines_in_question(journal, study.lines, study.codebook)
        if question.change.after not in drawn
    ]
    codings, codebook = _after(study, ())
    samples = _samples(undrawn, study, codings, codebook, likely=likely, random=random, seed=seed)
    made = named_apart(samples, earlier)
    if made:
        journal.append(*unrecorded_digests(journal, study.lines), *made)
    return made


def draw_more(folder: Path, sample: str, *, random: int = RANDOM, seed: int | None = None) -> Sample:
    """
    Draw more lines to read again for the code of an earlier draw, and store them in the journal.

    They are drawn at random from the lines that the earlier draws left, so that `RereadingSession.unfound` bounds more
    narrowly how many are unfound. Each draw stays on record with its probabilities.

    Parameters
    ----------
    folder : Path
        The study's folder.
    sample : str
        Name of an earlier draw, such as again-1.
    random : int, default 100
        Number of lines to draw.
    seed : int or None, default None
        Random seed, another than that of the earlier draws: with the same, the draws would depend on each other. None
        for the first that is not used.

    Returns
    -------
    Sample
        The new sample, the same for all coders.

    Raises
    ------
    StudyError
        If there is no such draw, no line is left, or the seed was used.
    """
    study = read_study(folder)
    with open_journal(folder) as journal, journal.exclusively():
        samples = journal.samples()
        known = sample_named(sample, samples)
        draws = draws_of_changes(samples).get(known.change, [])
        if known not in draws:
            raise StudyError(f"the sample {sample} was not drawn to be read again for one code; name one that was.")
        used = {draw.seed: draw.name for draw in draws}
        if seed in used:
            raise StudyError(f"{used[seed]} was drawn with the seed {seed}; give another: draws must be independent.")
        fresh = next(number for number in count() if number not in used) if seed is None else seed
        questions = lines_in_question(journal, study.lines, study.codebook)
        lines = next((question.lines for question in questions if question.change.after == known.change), ())
        drawn = {line for draw in draws for line in draw.drawn}
        # the lines of which some were drawn at random before; all others, where none were
        frame = next(
            filter(None, ({line for line, p in draw.probabilities.items() if p < 1} for draw in draws)), {*lines}
        )
        left = [study.lines.line(line) for line in lines if line not in drawn and line in frame]
        if not left or random < 1:
            raise StudyError(f"no line is left to draw for {sample}; all of them were drawn, or are read.")
        at_random = draw_sample(left, min(random, len(left)), seed=fresh)
        new = replace(at_random, design=Design.REREADING, change=known.change)
        [named] = named_apart([new], samples)
        journal.append(*unrecorded_digests(journal, study.lines), named)
    return named


def _after(study: StudyData, changes: Sequence[Change]) -> tuple[Codings, Codebook]:
    """Return the codings and the codebook of a study after these changes."""
    first, recorded = study.codebook_versions[0], study.codebook_changes
    if not changes:
        return study.codings, study.codebook
    made = study.codings if study.codings_as_made is None else study.codings_as_made
    codings = remapped(made, [*recorded, *changes], codebook=first, proposals=study.proposals)
    return codings, codebook_versions(first, [*recorded, *changes])[-1]


def _samples(
    questions: Sequence[LinesInQuestion],
    study: StudyData,
    codings: Codings,
    codebook: Codebook,
    *,
    likely: int,
    random: int,
    seed: int,
) -> tuple[Sample, ...]:
    """Return a sample for each question that leaves any line to read, without a name."""
    likeliest = _likeliest(study, codings, codebook, n=likely, least=likely + random, questions=questions)
    samples = (_drawn(question, study, likeliest, likely=likely, random=random, seed=seed) for question in questions)
    return tuple(sample for sample in samples if sample is not None)


def _likeliest(
    study: StudyData,
    codings: Codings,
    codebook: Codebook,
    *,
    n: int,
    least: int,
    questions: Sequence[LinesInQuestion],
) -> Callable[[LinesInQuestion], Collection[LineId]]:
    """Return what finds the lines that are likely to have a code; one suggester is trained for all of them."""
    options, own = text_options(study), [code.id for code in codebook.own_codes]
    common = codebook.visible_to()
    suggester = None
    if n and any(len(question.lines) > least for question in questions):
        from autocode.suggester import train

        with suppress(TrainingError):  # a codebook of one code has nothing to distinguish
            suggester = train(codings.without_codes(own), study.lines, common, **options, seed=0)

    def likeliest(question: LinesInQuestion) -> Collection[LineId]:
        from autocode.suggester import likeliest_lines

        return likeliest_lines(
            question.codes,
            study.lines,
            common,
            n=n,
            among=question.lines,
            suggester=suggester,
            language=options["language"],
        )

    return likeliest


def _drawn(
    question: LinesInQuestion,
    study: StudyData,
    likeliest: Callable[[LinesInQuestion], Collection[LineId]],
    *,
    likely: int,
    random: int,
    seed: int,
) -> Sample | None:
    frame = [study.lines.line(line) for line in question.lines]
    # where there are not more, all of them are read
    certain = frozenset(question.lines) if len(frame) <= likely + random else frozenset(likeliest(question))
    others = [line for line in frame if line.id not in certain]
    at_random = draw_sample(others, min(random, len(others)), seed=seed) if others and random else None
    chance = {} if at_random is None else at_random.probabilities
    chosen = certain | set(() if at_random is None else at_random.drawn)
    if not chosen:
        return None
    return Sample(
        drawn=tuple(line.id for line in frame if line.id in chosen),
        # without a random part, nothing is known of the others, and they are not in the frame
        probabilities={line.id: 1.0 if line.id in certain else chance[line.id]
                       for line in frame if line.id in certain or line.id in chance},
        seed=seed,
        enriched=f"{count_of(len(certain), 'line')} for certain, as likely to have the code" if others else "",
        design=Design.REREADING,
        change=question.change.after,
    )  # fmt: skip
