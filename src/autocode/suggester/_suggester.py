"""Learns from human codings and proposes codes with evidence."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import (
    Abstention,
    BatchId,
    CoderId,
    Codings,
    Evidence,
    Neighbour,
    Reason,
    Suggestion,
    SuggestionBatch,
)
from autocode.errors import TrainingError
from autocode.suggester._evidence import CodebookVocabulary, top_words
from autocode.suggester._explanation import explain
from autocode.suggester._novelty import (
    class_centroids,
    codebook_centroids,
    likeness,
    novel_below,
    unit,
    vocabulary_coverage,
)
from autocode.suggester._predictions import SHOWN, Predictions, band
from autocode.suggester._promises import INTERVIEWS, Promise, PromiseMet, PromiseRefused, certify, trial
from autocode.suggester._promises import under as keeping
from autocode.suggester._quality import CodeQuality, quality
from autocode.suggester._readiness import UnsupportedCode, unsupported
from autocode.suggester.bulk._frames import suggest_frame
from autocode.suggester.bulk._large_tables import suggest_table
from autocode.suggester.features._contributions import TextFeatures
from autocode.suggester.features._embeddings import Embeddings, Encoding
from autocode.suggester.features._inputs import speaker_kind, tokens
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.model._label_sets import CodeSets
from autocode.suggester.model._model import LineModel, codebook_texts, fit
from autocode.transcripts import Line, LineId, Role, TranscriptId, Transcripts

Thing = TypeVar("Thing")

# A code below its threshold stands beside a better one while it reaches at least this share of the threshold.
BESIDE = 0.5
# Fewer words than this say too little to judge a line by.
SHORT = 3
WORDS, NEIGHBOURS = 5, 2
# Cosine with the nearest coded line under which a line is like nothing that was coded, whatever is said of it.
UNLIKE = 0.05
# So many lines are judged at once.
BATCH = 1000
# A line is compared with so many coded ones at most: with all of them, its time would grow with the study.
COMPARED = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedExample:
    """A human-coded line that a suggester learnt from and may show as evidence."""

    line: LineId
    transcript: TranscriptId
    role: str
    text: str
    codes: frozenset[CodeId]
    coders: tuple[tuple[CodeId, tuple[CoderId, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scored:
    """Lines with what they bring, their scores by themselves, and what of these is likeness to the codebook."""

    lines: Sequence[Line]
    heard: TextFeatures
    alone: NDArray[np.float64]
    likeness: NDArray[np.float64]


class Suggester:
    """Proposes codes for lines nobody has judged; a proposal is never a coding.

    Made by `train` or `open_suggester`.

    Attributes
    ----------
    codes : the subthemes it knows, in the order of the codebook.
    learnt_from : a sentence that says how many lines it learnt from, and by which rule their codes stand.
    notes : sentences about the whole of it: that it rests on definitions only, or what it promises.
    not_yet : the codes that have not earned their suggestions by coded lines, and how many more examples would help.
    earned : ndarray of bool, shape (n_codes,), the others.
    novel : the likeness to what was coded below which a line is unlike all of it, if no code reaches its threshold.
    quality : how often each code was said rightly of lines held out while learning; empty in those of format 1.
    trial : ndarray of float, shape (n_examples, n_codes), the probabilities that a suggester gave which had not seen
        the line's fold: what promises rest on. Empty where it was not trained with a promise.
    digest : SHA-256 of the model, the codes and the coded lines that its suggestions follow from.
    """

    def __init__(
        self,
        *,
        model: LineModel,
        codes: Sequence[Code],
        said: Sequence[Sequence[str]],
        examples: Sequence[CodedExample],
        codebook: str,
        learnt_from: str,
        notes: Sequence[str],
        seed: int,
        quality: Sequence[CodeQuality] = (),
        unsupported: Sequence[UnsupportedCode] = (),
        novel: float = 0.0,
        trial: NDArray[np.float64] | None = None,
    ) -> None:
        self.model = model
        self.quality = tuple(quality)
        self.codes = tuple(codes)
        self.novel = novel
        self.unsupported = tuple(unsupported)
        waiting = {one.code for one in self.unsupported}
        self.supported = np.array([code.id not in waiting for code in self.codes], dtype=bool)
        self.said = tuple(tuple(s) for s in said)
        self.examples = tuple(examples)
        self.codebook_digest = codebook
        self.learnt_from = learnt_from
        self.notes = tuple(notes)
        self.seed = seed
        self.trial = np.zeros((0, len(self.codes))) if trial is None else trial
        self.language = model.inputs.language
        self._has = np.array([[c.id in e.codes for c in self.codes] for e in examples], dtype=bool)
        self._has = self._has.reshape(len(examples), len(self.codes))
        # Likeness is of what was said: who says it would make everything that a GP says like everything a GP said.
        self._compared = _spread(self._has, COMPARED)
        # Before the first line is coded, only what the codebook says can be like a line.
        texts = [self.examples[i].text for i in self._compared] or [text for saying in self.said for text in saying]
        known = model.inputs.text_matrix(texts)
        self._known = unit(known)
        self._turned: dict[int | None, sp.csr_matrix] = {}
        meant = codebook_centroids(
            unit(model.inputs.text_matrix([text for saying in self.said for text in saying])), self.said
        )
        held = np.resize(self._has[self._compared], (len(texts), len(self.codes)))
        self._centres = np.column_stack([class_centroids(self._known, held), meant])
        self._coders = [dict(e.coders) for e in examples]
        self._own_words = [
            frozenset(form for text in saying for _, _, form in tokens(text, language=self.language) if len(form) > 3)
            for saying in self.said
        ]
        self._own = CodebookVocabulary.told(self._own_words)
        # A suggester that learns a little more has the same vocabulary, and sorting it takes longer than the learning.
        self._spelt = [
            "\x00".join(sorted(vocabulary, key=vocabulary.__getitem__)).encode("utf-8", "surrogatepass")
            for vocabulary in (model.inputs.words.vocabulary_, model.inputs.characters.vocabulary_)
        ]
        self.digest = self._digest()

    explain = explain
    suggest_frame = suggest_frame
    suggest_table = suggest_table

    def promise(self, promise: Promise | str) -> PromiseMet | PromiseRefused:
        """Return the promise with the threshold that keeps it on other interviews, or what is missing."""
        asked = Promise.of(promise) if isinstance(promise, str) else promise
        place: dict[TranscriptId, int] = {}
        interview = np.array([place.setdefault(e.transcript, len(place)) for e in self.examples], dtype=np.intp)
        if len(self.trial) != len(self.examples) and len(place) >= INTERVIEWS:
            return PromiseRefused(
                promise=asked, why="this suggester was not tried on interviews held out; train it with a promise."
            )
        return certify(asked, self.trial, self._has, interview, seed=self.seed)

    def under(self, promise: Promise | str) -> "Suggester":
        """Return this suggester, speaking only where it keeps a promise; raises `TrainingError` if it is refused."""
        answer = self.promise(promise)
        if isinstance(answer, PromiseRefused):
            raise TrainingError(str(answer))
        other = copy(self)
        other.model = replace(self.model, thresholds=keeping(answer, self.model.thresholds))
        other.notes = (*self.notes, f"{answer}.")
        other.digest = other._digest()
        return other

    def with_examples(self, model: LineModel, new: CodedLines) -> "Suggester":
        """Return a suggester of another model of the same inputs that also shows new coded lines as evidence."""
        other = copy(self)
        other.model = model
        examples = _examples(new)
        known = model.inputs.text_matrix([e.text for e in examples])
        other.examples = (*self.examples, *examples)
        other._known = sp.vstack([self._known, unit(known)], format="csr")
        other._turned = {}
        other._has = np.concatenate([self._has, new.applied])
        other._compared = np.concatenate([self._compared, np.arange(len(self._has), len(other._has))])
        # The centres of the older lines still pass only lines that are like one of them; the others are compared.
        other._coders = [*self._coders, *(dict(e.coders) for e in examples)]
        other.learnt_from = f"{self.learnt_from}, and {len(examples)} since"
        # Whether they help is tried at the next full fit; until then there are so many fewer to find.
        found = Counter(code for e in examples for code in e.codes)
        other.unsupported = tuple(
            replace(
                one,
                examples=one.examples + found[one.code],
                more=one.more if one.more is None else max(one.more - found[one.code], 1),
            )
            for one in self.unsupported
        )
        # What was tried on the lines of the last full fit says nothing of a model that has moved.
        other.trial = np.zeros((0, len(self.codes)))
        other.digest = other._digest()
        return other

    def scores(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return scores in log-odds before calibration, shape (n_lines, n_codes)."""
        return self.model.scores(lines)

    def probabilities(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_lines, n_codes)."""
        return self.model.probabilities(lines)

    def would_code(self, lines: Sequence[Line]) -> dict[LineId, frozenset[CodeId]]:
        """Return the set of codes that it would give each line, perhaps none, were it a coder: to measure agreement by.

        Of the sets that humans gave so far, each code alone and no code, the one from which most agreement beyond
        chance (MASI) with a coder is to be expected. It is no coding and no suggestion: nobody is shown it.
        """
        given = CodeSets.from_coded_lines(self._has).best(self.probabilities(lines))
        return {
            line.id: frozenset(code.id for code, yes in zip(self.codes, row, strict=True) if yes)
            for line, row in zip(lines, given, strict=True)
        }

    def suggest(
        self,
        lines: Iterable[Line],
        *,
        promise: Promise | str | None = None,
        at: datetime | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> SuggestionBatch:
        """Return suggestions, or an abstention with its reason, for every participant's line among `lines`.

        `promise`, such as "precision=0.8", is kept or refused with a `TrainingError`; `progress` is told how many lines
        are done, of how many.
        """
        if promise is not None:
            return self.under(promise).suggest(lines, at=at, progress=progress)
        asked = tuple({line.id: line for line in lines if line.role is Role.PARTICIPANT}.values())
        # Lines are judged as they were said, a batch at a time, and told in the order in which they were asked about.
        said: list[list[Suggestion] | Abstention] = [[]] * len(asked)
        order = sorted(range(len(asked)), key=lambda i: (asked[i].transcript, asked[i].order))
        done = 0
        for predictions in self.predictions([asked[i] for i in order]):
            for i, one in zip(order[done:], self.suggestions_from(predictions), strict=False):
                said[i] = one
            done += len(predictions.lines)
            if progress is not None:
                progress(done, len(asked))
        about = hashlib.sha256(self.digest.encode())
        for line in asked:
            about.update(f"\x00{line.id}\x00{line.text}".encode("utf-8", "surrogatepass"))
        return SuggestionBatch(
            id=BatchId(about.hexdigest()[:16]),
            model=self.digest,
            codebook=self.codebook_digest,
            suggestions=tuple(one for ones in said if not isinstance(ones, Abstention) for one in ones),
            abstentions=tuple(one for one in said if isinstance(one, Abstention)),
            at=at or datetime.now(UTC),
        )

    def predictions(self, lines: Iterable[Line]) -> Iterator[Predictions]:
        """Yield for batches of lines what is worth saying of them, in memory that does not grow with their number.

        Lines that stand beside each other must follow each other.
        """
        waiting: list[_Scored] = []
        before: list[_Scored] = []
        reach = self.model.reach
        for chunk in batched(lines, BATCH):
            heard, alone, likeness = self.model.decompose(chunk)
            waiting.append(_Scored(lines=chunk, heard=heard, alone=alone, likeness=likeness))
            while len(waiting) > 1 and not _near(waiting[0].lines[-1], chunk[-1], reach):
                yield self._judge(before, waiting[0], waiting[1:])
                before.append(waiting.pop(0))
                before = [one for one in before if _near(one.lines[-1], waiting[0].lines[0], reach)]
        while waiting:
            yield self._judge(before, waiting[0], waiting[1:])
            before.append(waiting.pop(0))

    def _judge(self, before: Sequence["_Scored"], now: "_Scored", after: Sequence["_Scored"]) -> Predictions:
        # The last lines of the batches before and the first of those after may count beside lines of this one.
        reach, chunks = self.model.reach, [*before, now, *after]
        lines = [line for chunk in chunks for line in chunk.lines]
        begin = sum(len(chunk.lines) for chunk in before)
        end = begin + len(now.lines)
        first = begin - sum(_near(line, lines[begin], reach) for line in lines[:begin])
        last = end + sum(_near(line, lines[end - 1], reach) for line in lines[end:])
        near, middle = lines[first:last], slice(begin - first, end - first)
        likeness = np.concatenate([chunk.likeness for chunk in chunks])[first:last]
        alone = np.concatenate([chunk.alone for chunk in chunks])[first:last]
        scores = self.model.with_context(near, alone, likeness)[middle]
        meant = (likeness + self.model.blend.codebook_context.context_scores(near, likeness))[middle]
        p = self.model.calibration(scores)
        cut = self.model.thresholds
        # A line in which some code of the coded lines speaks on average is like one of them, and one that is like a
        # definition is like what may be coded; others are compared.
        rows = unit(now.heard.rows)
        unlike = np.asarray(rows @ self._centres).max(axis=1, initial=0.0) < UNLIKE * 1.01
        doubtful = np.flatnonzero(unlike)
        unlike[doubtful] = _most(rows[doubtful] @ self._held_by(None)) < UNLIKE
        unlike |= (p < cut.codes).all(axis=1) & (self._likeness(now.heard, rows) < self.novel)
        reasons: list[Reason | None] = [None] * len(now.lines)
        for holds, reason in (
            ((cut.strength(p) < cut.line) | (p.max(axis=1) < cut.least), Reason.NOTHING_FITS),
            (unlike, Reason.UNLIKE_ANYTHING),
            (now.heard.words.lengths < SHORT, Reason.TOO_SHORT),
        ):
            for i in np.flatnonzero(holds):
                reasons[i] = reason
        # The line as a whole passed: its best code stands even below its own threshold; others must come near theirs.
        order = np.argsort(-p, axis=1, kind="stable")
        worth = np.take_along_axis(p >= BESIDE * cut.codes, order, axis=1)
        worth[:, 0] = True
        worth &= np.take_along_axis((p >= cut.least) & self._may_be_said(meant), order, axis=1)
        worth &= np.cumsum(worth, axis=1) <= SHOWN
        worth[[i for i, reason in enumerate(reasons) if reason is not None]] = False
        for i in np.flatnonzero(~worth.any(axis=1)):
            reasons[i] = reasons[i] or Reason.TOO_FEW_EXAMPLES
        line, place = np.nonzero(worth)
        return Predictions(
            lines=now.lines,
            reasons=tuple(reasons),
            line=line,
            code=order[line, place],
            probabilities=p,
            text_features=now.heard,
            rows=rows,
            beside=scores - now.alone,
        )

    def likeness(self, heard: TextFeatures) -> NDArray[np.float64]:
        """Return how like anything coded or defined lines are, shape (n_lines,), from 0 to 1; below `novel`, unlike."""
        return self._likeness(heard, unit(heard.rows))

    def _likeness(self, heard: TextFeatures, rows: sp.csr_matrix) -> NDArray[np.float64]:
        words = self.model.inputs.words
        known = vocabulary_coverage(heard.words, words.vocabulary_, np.asarray(words.idf_))
        return likeness(rows, self._centres, known)

    def _may_be_said(self, meant: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which codes may be suggested for which lines, from the likeness of lines to what the codebook says.

        A code that has not earned it by coded lines is suggested where its definition speaks for it, as it was before
        the first line was coded: where a line is like that and hardly any other.
        """
        # A promise of precision was tried on codes of both kinds, and holds for both.
        if self.supported.all() or self.model.thresholds.least or not self._has.any():
            return np.ones(meant.shape, dtype=bool)
        foremost = np.sort(meant, axis=1)[:, -min(SHOWN, meant.shape[1])]
        return np.asarray(self.supported | ((meant > 0) & (meant >= foremost[:, None])), dtype=np.bool_)

    def suggestions_from(self, predictions: Predictions) -> list[list[Suggestion] | Abstention]:
        """Return for each line its suggestions with their evidence, or why there is none."""
        told: list[list[Suggestion] | Abstention] = [
            [] if reason is None else Abstention(line=line.id, reason=reason)
            for line, reason in zip(predictions.lines, predictions.reasons, strict=True)
        ]
        evidence = self._evidence(predictions)
        for i, j, shown in zip(predictions.line.tolist(), predictions.code.tolist(), evidence, strict=True):
            p = float(predictions.probabilities[i, j])
            ones = told[i]
            assert isinstance(ones, list)
            ones.append(
                Suggestion(
                    line=predictions.lines[i].id,
                    code=self.codes[j].id,
                    rank=len(ones) + 1,
                    probability=p,
                    band=band(p, supported=bool(self.supported[j])),
                    evidence=shown,
                )
            )
        return told

    def _evidence(self, predictions: Predictions) -> Iterator[Evidence]:
        """Yield what each thing worth saying rests on."""
        near = self._nearest(predictions)
        beside = predictions.beside[predictions.line, predictions.code].tolist()
        shares = predictions.text_features.shares(predictions.line, predictions.code, self.model.coefficients)
        shown, definition = top_words(predictions, shares, own=self._own, most=WORDS, language=self.language)
        for k, words in enumerate(shown):
            yield Evidence(words=words, definition=definition[k], beside=beside[k], neighbours=near[k])

    def _nearest(self, predictions: Predictions) -> list[tuple[Neighbour, ...]]:
        """Return for each thing worth saying the nearest lines that humans gave the code."""
        shape = (min(NEIGHBOURS, len(self._compared)), len(predictions.line))
        similarity, which = np.zeros(shape), np.zeros(shape, dtype=np.intp)
        for j in np.unique(predictions.code).tolist():
            holders = np.flatnonzero(self._has[self._compared, j])
            pairs = np.flatnonzero(predictions.code == j)
            # Only with lines of the code: with all, it would be most of what suggesting costs.
            alike = (predictions.rows[predictions.line[pairs]] @ self._held_by(j)).toarray()
            for n in range(min(NEIGHBOURS, len(holders))):
                best = alike.argmax(axis=1)
                similarity[n, pairs] = alike[np.arange(len(pairs)), best]
                which[n, pairs] = self._compared[holders[best]]
                alike[np.arange(len(pairs)), best] = -1.0
        return [
            tuple(self._neighbour(i, j, x) for i, x in zip(ones, values, strict=True) if x > UNLIKE)
            for j, ones, values in zip(predictions.code.tolist(), which.T.tolist(), similarity.T.tolist(), strict=True)
        ]

    def _held_by(self, j: int | None) -> sp.csr_matrix:
        """Return the compared lines that have a code, or all of them, shape (n_features, n_lines)."""
        if j not in self._turned:
            held = self._known if j is None else self._known[np.flatnonzero(self._has[self._compared, j])]
            self._turned[j] = held.T.tocsr()
        return self._turned[j]

    def _neighbour(self, i: int, j: int, similarity: float) -> Neighbour:
        example = self.examples[i]
        return Neighbour(
            line=example.line,
            transcript=example.transcript,
            text=example.text,
            coders=self._coders[i].get(self.codes[j].id, ()),
            similarity=similarity,
        )

    def own_words(self, j: int) -> frozenset[str]:
        """Return the words that the codebook uses for a code."""
        return self._own_words[j]

    def _digest(self) -> str:
        told = hashlib.sha256()
        model = self.model
        for array in (
            model.coefficients.astype(np.float32),
            model.intercepts,
            model.calibration.slopes,
            model.calibration.intercepts,
            model.thresholds.codes,
            np.array([model.thresholds.line, model.blend.line_context.share]),
        ):
            told.update(np.ascontiguousarray(array).tobytes())
        # Suggesters of format 1 have no part of their own for the codebook; their digest stays what it was.
        if model.codebook_coefficients.any():
            told.update(np.ascontiguousarray(model.codebook_coefficients.astype(np.float32)).tobytes())
            told.update(json.dumps(model.blend.to_json()).encode())
        if model.inputs.embeddings is not None:
            told.update(f"\x00{model.inputs.embeddings.name}".encode())
        for vocabulary in self._spelt:
            told.update(vocabulary)
        if model.inputs.places:
            told.update(np.array(model.inputs.places).tobytes())
        if model.thresholds.least:
            told.update(np.array([model.thresholds.least]).tobytes())
        if self.novel:
            told.update(np.array([self.novel]).tobytes())
        # Older suggesters say nothing of it, and suggest every code.
        if self.unsupported:
            told.update("\x00".join(sorted(one.code for one in self.unsupported)).encode())
        told.update("\x00".join([self.codebook_digest, self.language, *(c.id for c in self.codes)]).encode())
        for example in self.examples:
            told_of = f"\x00{example.line}\x00{example.text}\x00{sorted(example.codes)}"
            told.update(told_of.encode("utf-8", "surrogatepass"))
        return told.hexdigest()

    def __repr__(self) -> str:
        return f"<Suggester for {len(self.codes)} codes, {self.learnt_from}>"


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
    """Return a suggester that learnt from what humans hold of the lines: adjudicated codes, else a strict majority's.

    A code is suggested by what was learnt once its own held-out lines show that something was; until then by its
    definition only, and `Suggester.unsupported` says how many more examples would help. With a `promise`, such as
    "precision=0.8", it speaks only where it keeps it. `n_jobs` models are fitted side by side, as
    joblib takes it; the result is the same for any number.

    An `encoder` adds what sentences mean beyond their words: a `SentenceEncoder`, anything with a method
    `encode(list of texts)`, a spaCy pipeline with word vectors, or `Embeddings` by one.

    Before the first line is coded it rests on names and definitions only, and says so.

    Raises
    ------
    TrainingError
        If the codebook has fewer than two codes, a coding names a code that it lacks, or the promise cannot be given.
    """
    table = CodedLines.from_codings(codings, lines, codebook)
    if len(table.codes) < 2:
        raise TrainingError(
            f"the codebook has {'one code' if len(table.codes) else 'no code'} that a line can be given, so there is "
            "nothing to tell apart; add codes to the codebook."
        )
    uses = table.applied.sum(axis=0)
    notes: list[str] = []
    if not uses.any():
        what = f"no code stands on any of the {len(table)} coded lines" if len(table) else "no line has been coded yet"
        notes = [
            f"{what}, so suggestions rest on the names and definitions of the codes only; "
            "add codings (autocode add) or code some lines (autocode review)."
        ]
    interviews = len({line.transcript for line in table.lines})
    said = [codebook_texts(code, codebook) for code in table.codes]
    embeddings = None if encoder is None else Embeddings.from_encoder(encoder)
    model = fit(table, codebook, language=language, encoder=embeddings, seed=seed, n_jobs=n_jobs)
    suggester = Suggester(
        model=model,
        quality=quality(model, table.codes, table.applied),
        unsupported=unsupported(model, table.codes, table.applied),
        novel=novel_below(model, table, said, seed=seed),
        codes=table.codes,
        said=said,
        examples=_examples(table),
        codebook=codebook.digest,
        learnt_from=f"learnt from {len(table)} lines of {interviews} interviews ({_rules(table)})"
        if len(table)
        else "made from the names and definitions of the codes only, no line coded",
        notes=notes,
        seed=seed,
        trial=None
        if promise is None
        else trial(table, codebook, language=language, encoder=embeddings, seed=seed, n_jobs=n_jobs),
    )
    return suggester if promise is None else suggester.under(promise)


def _rules(table: CodedLines) -> str:
    counts = Counter(table.consensus.rules[line.id] for line in table.lines)
    return ", ".join(f"{n} by {rule}" for rule, n in counts.most_common())


def _examples(table: CodedLines) -> list[CodedExample]:
    found = []
    for line, applied in zip(table.lines, table.applied, strict=True):
        standing = [code.id for code, yes in zip(table.codes, applied, strict=True) if yes]
        readings = table.codings.of(line.id)
        coders = tuple((code, tuple(dict.fromkeys(r.coder for r in readings if code in r.codes))) for code in standing)
        found.append(
            CodedExample(
                line=line.id,
                transcript=line.transcript,
                role=speaker_kind(line),
                text=line.text,
                codes=frozenset(standing),
                coders=coders,
            )
        )
    return found


def batched(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """Yield lists of so many things, the last perhaps shorter."""
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk


def _near(one: Line, other: Line, reach: int) -> bool:
    """Return whether two lines may count beside each other."""
    return one.transcript == other.transcript and abs(one.order - other.order) <= reach


def _spread(has: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
    """Return which lines to compare with, at most so many: all, or of each code, and of none, as many spread evenly."""
    if len(has) <= most:
        return np.arange(len(has))
    member = np.column_stack([has, ~has.any(axis=1)])
    chosen = np.zeros(len(has), dtype=bool)
    # Rare codes first; what they leave is for the others.
    for n, j in enumerate(np.argsort(member.sum(axis=0), kind="stable")):
        free = np.flatnonzero(member[:, j] & ~chosen)
        room = (most - int(chosen.sum())) // (member.shape[1] - n)
        chosen[free[np.linspace(0, len(free) - 1, min(room, len(free))).astype(np.intp)]] = True
    return np.flatnonzero(chosen)


def _most(likeness: sp.csr_matrix) -> NDArray[np.float64]:
    """Return the greatest value of each row, shape (n_rows,); of a row or a matrix that holds nothing 0."""
    if not likeness.nnz:
        return np.zeros(likeness.shape[0])
    return np.asarray(likeness.max(axis=1).toarray(), dtype=np.float64).ravel()
