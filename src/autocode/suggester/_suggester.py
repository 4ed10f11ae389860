"""Learns from human codings and proposes codes with evidence."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from autocode.codebook import Code, Codebook, CodeId
from autocode.coding import (
    Abstention,
    Band,
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
from autocode.suggester._inputs import is_function_word, speaker_kind, tokens
from autocode.suggester._model import LineModel, fit, sayings
from autocode.suggester._table import CodedLines
from autocode.transcripts import Line, LineId, Role, TranscriptId, Transcripts

SHOWN = 3
# From which probability on a suggestion is strong, or fair; below, it is weak.
STRONG, FAIR = 0.7, 0.4
# A code below its threshold stands beside a better one while it reaches at least this share of the threshold.
BESIDE = 0.5
# Fewer words than this say too little to judge a line by.
SHORT = 3
WORDS, NEIGHBOURS = 5, 2
# Cosine with the nearest coded line under which a line is like nothing that was coded.
UNLIKE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedExample:
    """A human-coded line that a suggester learnt from and may show as evidence."""

    line: LineId
    transcript: TranscriptId
    role: str
    text: str
    codes: frozenset[CodeId]
    coders: tuple[tuple[CodeId, tuple[CoderId, ...]], ...]


class Suggester:
    """Proposes codes for lines nobody has judged; a proposal is never a coding.

    Made by `train` or `open_suggester`.

    Attributes
    ----------
    codes : the subthemes it knows, in the order of the codebook.
    learnt_from : a sentence that says how many lines it learnt from, and by which rule their codes stand.
    notes : sentences about what it knows too little of.
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
    ) -> None:
        self.model = model
        self.codes = tuple(codes)
        self.said = tuple(tuple(s) for s in said)
        self.examples = tuple(examples)
        self.codebook_digest = codebook
        self.learnt_from = learnt_from
        self.notes = tuple(notes)
        self.seed = seed
        self.language = model.inputs.language
        # Likeness is of what was said: who says it would make everything that a GP says like everything a GP said.
        self._known = model.inputs.said([e.text for e in examples])
        self._known_lengths = _lengths(self._known)
        self._has = np.array([[c.id in e.codes for c in self.codes] for e in examples], dtype=bool)
        self._own_words = [
            frozenset(form for text in saying for _, _, form in tokens(text, language=self.language) if len(form) > 3)
            for saying in self.said
        ]
        self.digest = self._digest()

    def scores(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return scores in log-odds before calibration, shape (n_lines, n_codes): what lines are ranked by."""
        return self.model.scores(lines)

    def probabilities(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_lines, n_codes)."""
        return self.model.probabilities(lines)

    def suggest(
        self,
        lines: Iterable[Line],
        *,
        at: datetime | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> SuggestionBatch:
        """Return suggestions, or an abstention with its reason, for every participant's line among `lines`.

        `progress` is told how many lines are done, of how many.
        """
        asked = tuple(line for line in lines if line.role is Role.PARTICIPANT)
        suggestions: list[Suggestion] = []
        abstentions: list[Abstention] = []
        size = 500
        X = self.model.rows(asked)
        alone = self.model.alone(X)
        scores = self.model.together(asked, alone)
        said_alone = X[:, : self._known.shape[1]]
        lengths = _lengths(said_alone)
        for start in range(0, len(asked), size):
            likeness = (said_alone[start : start + size] @ self._known.T).toarray()
            for i, line in enumerate(asked[start : start + size], start=start):
                similarity = likeness[i - start] / (lengths[i] * self._known_lengths)
                said = self._judge(line, scores[i], scores[i] - alone[i], similarity)
                if isinstance(said, Abstention):
                    abstentions.append(said)
                else:
                    suggestions += said
            if progress is not None:
                progress(min(start + size, len(asked)), len(asked))
        about = hashlib.sha256(self.digest.encode())
        for line in asked:
            about.update(f"\x00{line.id}\x00{line.text}".encode("utf-8", "surrogatepass"))
        return SuggestionBatch(
            id=BatchId(about.hexdigest()[:16]),
            model=self.digest,
            codebook=self.codebook_digest,
            suggestions=tuple(suggestions),
            abstentions=tuple(abstentions),
            at=at or datetime.now(UTC),
        )

    def _judge(
        self,
        line: Line,
        scores: NDArray[np.float64],
        from_beside: NDArray[np.float64],
        similarity: NDArray[np.float64],
    ) -> list[Suggestion] | Abstention:
        if len(tokens(line.text, language=self.language)) < SHORT:
            return Abstention(line=line.id, reason=Reason.TOO_SHORT)
        if similarity.max(initial=0.0) < UNLIKE:
            return Abstention(line=line.id, reason=Reason.UNLIKE_ANYTHING)
        p = self.model.calibration(scores[None, :])[0]
        cut = self.model.cut
        if cut.strength(p[None, :])[0] < cut.line:
            return Abstention(line=line.id, reason=Reason.NOTHING_FITS)
        # The line as a whole passed: its best code stands even below its own threshold; others must come near theirs.
        order = np.argsort(-p, kind="stable")
        worth = [int(j) for n, j in enumerate(order) if n == 0 or p[j] >= BESIDE * cut.codes[j]][:SHOWN]
        return [
            Suggestion(
                line=line.id,
                code=self.codes[j].id,
                rank=rank,
                probability=float(p[j]),
                band=Band.STRONG if p[j] >= STRONG else Band.FAIR if p[j] >= FAIR else Band.WEAK,
                evidence=self._evidence(line, j, from_beside[j], similarity),
            )
            for rank, j in enumerate(worth, start=1)
        ]

    def _evidence(self, line: Line, j: int, from_beside: float, similarity: NDArray[np.float64]) -> Evidence:
        shares = self.model.inputs.shares(line.text, self.model.coefficients[j])
        by_word: dict[str, float] = {}
        for start, end, share in shares:
            word = line.text[start:end].casefold()
            by_word[word] = by_word.get(word, 0.0) + share
        top = sorted(((w, x) for w, x in by_word.items() if x > 0), key=lambda item: (-item[1], item[0]))
        # "they" and "'ve" add to a score like other words, but show a coder nothing.
        top = [(w, x) for w, x in top if not is_function_word(w, language=self.language)] or top
        defined = sum(share for s, e, share in shares if line.text[s:e].casefold() in self._own_words[j])
        near = np.flatnonzero(self._has[:, j])
        near = near[np.argsort(-similarity[near], kind="stable")][:NEIGHBOURS]
        return Evidence(
            words=tuple(top[:WORDS]),
            definition=float(defined),
            beside=float(from_beside),
            neighbours=tuple(
                Neighbour(
                    line=self.examples[i].line,
                    transcript=self.examples[i].transcript,
                    text=self.examples[i].text,
                    coders=dict(self.examples[i].coders).get(self.codes[j].id, ()),
                    similarity=float(similarity[i]),
                )
                for i in near
                if similarity[i] > UNLIKE
            ),
        )

    def _digest(self) -> str:
        told = hashlib.sha256()
        model = self.model
        for array in (
            model.coefficients.astype(np.float32),
            model.intercepts,
            model.calibration.slopes,
            model.calibration.intercepts,
            model.cut.codes,
            np.array([model.cut.line, model.beside]),
        ):
            told.update(np.ascontiguousarray(array).tobytes())
        for vocabulary in (model.inputs.words.vocabulary_, model.inputs.characters.vocabulary_):
            told.update("\x00".join(sorted(vocabulary, key=vocabulary.__getitem__)).encode("utf-8", "surrogatepass"))
        told.update("\x00".join([self.codebook_digest, self.language, *(c.id for c in self.codes)]).encode())
        for example in self.examples:
            told.update(f"\x00{example.line}\x00{example.text}\x00{sorted(example.codes)}".encode())
        return told.hexdigest()

    def __repr__(self) -> str:
        return f"<Suggester for {len(self.codes)} codes, {self.learnt_from}>"


def train(
    codings: Codings,
    lines: Transcripts | Sequence[Line],
    codebook: Codebook,
    *,
    language: str = "en",
    seed: int = 0,
) -> Suggester:
    """Return a suggester that learnt from what humans hold of the lines: adjudicated codes, else a strict majority's.

    Codes that are on few lines are learnt mostly from their definitions; `Suggester.notes` names them.

    Raises
    ------
    TrainingError
        If no participant's line is coded, or fewer than two codes are used.
    """
    table = CodedLines.of(codings, lines, codebook)
    if not len(table):
        raise TrainingError(
            "no participant's line has been coded yet, so there is nothing to learn from; "
            "add codings (autocode add) or code some lines (autocode review)."
        )
    uses = table.applied.sum(axis=0)
    used = [code.name for code, n in zip(table.codes, uses, strict=True) if n]
    if len(used) < 2:
        what = f"only {used[0]!r} stands on any line" if used else "no code stands on any line"
        raise TrainingError(
            f"{what} of the {len(table)} coded ones, so there is nothing to tell apart; "
            "code more lines, with at least two codes."
        )
    notes = [
        f"{code.name!r} stands on {'one line' if n == 1 else 'no line'} only, so it is known mostly by its definition; "
        "code more lines with it before trusting what is suggested."
        for code, n in zip(table.codes, uses, strict=True)
        if n < 2
    ]
    interviews = len({line.transcript for line in table.lines})
    return Suggester(
        model=fit(table, codebook, language=language, seed=seed),
        codes=table.codes,
        said=[sayings(code, codebook) for code in table.codes],
        examples=_examples(table),
        codebook=codebook.digest,
        learnt_from=f"learnt from {len(table)} lines of {interviews} interviews ({_rules(table)})",
        notes=notes,
        seed=seed,
    )


def _rules(table: CodedLines) -> str:
    counts = Counter(table.settled.rules[line.id] for line in table.lines)
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


def _lengths(rows: sp.csr_matrix) -> NDArray[np.float64]:
    squared = np.asarray(rows.multiply(rows).sum(axis=1), dtype=np.float64).ravel()
    return np.maximum(np.sqrt(squared), 1e-12)
