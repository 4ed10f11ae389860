"""Training: from human codings to a suggester."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from autocode.codebook import Codebook
from autocode.coding import Codings
from autocode.doctext import documented
from autocode.errors import TrainingError
from autocode.suggester._evidence import CodebookVocabulary
from autocode.suggester._example_index import ExampleIndex, coded_examples
from autocode.suggester._novelty import novelty_threshold
from autocode.suggester._promises import Promise, cross_validated_probabilities
from autocode.suggester._quality import quality
from autocode.suggester._readiness import unsupported
from autocode.suggester._suggester import Suggester
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._model import codebook_texts, fit
from autocode.transcripts import Line, Transcripts
from autocode.wording import count_of


@documented
def train(
    codings: Codings,
    lines: Transcripts | Sequence[Line],
    codebook: Codebook,
    *,
    promise: Promise | str | None = None,
    language: str = "en",
    encoder: Encoding | None = None,
    seed: int = 0,
    n_jobs: int | None = None,
) -> Suggester:
    """Return a suggester trained on the adjudicated codes of the lines, or else on the codes of a strict majority.

    A code that its held-out lines do not support yet is suggested by its definition only, and
    `Suggester.unsupported` gives how many more examples would help. Before the first line is coded, all suggestions
    rest on names and definitions, and `Suggester.notes` says so.

    Parameters
    ----------
    {codings}
    lines : Transcripts or sequence of Line
        The lines of the interviews, coded and uncoded.
    {codebook}
    promise : Promise, str or None, default None
        A promise to keep on other interviews, such as "precision=0.8" or "recall=0.9": suggestions are withheld where
        they would break it.
    language : str, default "en"
        The language of the lines: any that spaCy can tokenize.
    encoder : Encoding or None, default None
        Adds the meaning of sentences beyond their words: a `SentenceEncoder`, anything with a method
        `encode(list of texts)`, a spaCy pipeline with word vectors, or `Embeddings` of one of these. None to use words
        only.
    {seed}
    {n_jobs}

    Raises
    ------
    TrainingError
        If the codebook has fewer than two codes, a coding has a code that it lacks, or the promise cannot be certified.
    StudyError
        If a coded transcript has changed since it was coded.

    Examples
    --------
    >>> import autocode as ac
    >>> from autocode.transcripts import Role
    >>> texts = ["There is nowhere to park.", "The phone rings out.", "The car park is full.", "Nobody picks up."]
    >>> lines = [
    ...     ac.Line(
    ...         id=f"GP1:{n}",
    ...         transcript="GP1",
    ...         order=n,
    ...         speaker="GP1",
    ...         role=Role.PARTICIPANT,
    ...         text=text,
    ...         start=0,
    ...         end=len(text),
    ...     )
    ...     for n, text in enumerate(texts, start=1)
    ... ]
    >>> codings = ac.Codings(
    ...     ac.Coding(line=line.id, coder="MO", codes=frozenset({code}))
    ...     for line, code in zip(lines, ["parking", "phones", "parking", "phones"])
    ... )
    >>> codebook = ac.Codebook([ac.Code(id="parking", name="Parking"), ac.Code(id="phones", name="Telephones")])
    >>> suggester = ac.train(codings, lines, codebook, seed=7)
    >>> suggester.suggest_frame(["I drove round to find a car park."])[0]["code_1"]
    'parking'
    """
    table = CodedLines.from_codings(codings, lines, codebook)
    if len(table.codes) < 2:
        raise TrainingError(
            f"the codebook has {'one code' if len(table.codes) else 'no code'} that a line can be given, so there is "
            "nothing to distinguish; add codes to the codebook."
        )
    texts = [codebook_texts(code, codebook) for code in table.codes]
    embeddings = None if encoder is None else Embeddings.from_encoder(encoder)
    model = fit(table, codebook, language=language, encoder=embeddings, seed=seed, n_jobs=n_jobs)
    suggester = Suggester(
        model=model,
        index=ExampleIndex.from_examples(coded_examples(table), table.codes, model.inputs, texts),
        vocabulary=CodebookVocabulary.from_texts(texts, language=language),
        codebook_digest=codebook.digest,
        learnt_from=_source(table),
        notes=_notes(table),
        seed=seed,
        quality=quality(model, table.codes, table.applied, table.judged),
        unsupported=unsupported(model, table.codes, table.applied, table.judged),
        novelty_threshold=novelty_threshold(model, table, texts, seed=seed),
    )
    if promise is None:
        return suggester
    probabilities = cross_validated_probabilities(
        table, codebook, language=language, encoder=embeddings, seed=seed, n_jobs=n_jobs
    )
    return replace(suggester, cross_validated_probabilities=probabilities).with_promise(promise)


def _source(table: CodedLines) -> str:
    """Return what a suggester is trained on, as a part of a sentence."""
    if not len(table):
        return "made from the names and definitions of the codes only, no line coded"
    interviews = len({line.transcript for line in table.lines})
    counts = Counter(table.consensus.rules[line.id] for line in table.lines)
    rules = ", ".join(f"{n} by {rule}" for rule, n in counts.most_common())
    return f"learnt from {count_of(len(table), 'line')} of {count_of(interviews, 'interview')} ({rules})"


def _notes(table: CodedLines) -> tuple[str, ...]:
    """Return what is to be known of the suggester as a whole."""
    if table.applied.any():
        return ()
    what = (
        f"none of the {count_of(len(table), 'coded line')} has a code" if len(table) else "no line has been coded yet"
    )
    return (
        f"{what}, so suggestions rest on the names and definitions of the codes only; "
        "add codings (autocode add) or code some lines (autocode review).",
    )
