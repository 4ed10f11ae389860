"""Coded lines whose codes surprise a model that had not seen them: perhaps a slip, perhaps a find."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from autocode.codebook import Code
from autocode.coding import CoderId
from autocode.suggester.model._coded_lines import CodedLines
from autocode.suggester.recheck._near_duplicates import coders_of, codes_on
from autocode.transcripts import LineId, TranscriptId


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelIssue:
    """A coded line to look at again.

    Attributes
    ----------
    surprise : of the most surprising code given and the most surprising code not given, added up, in nats.
    doubtful : the code given that was least expected, with its probability; None where none was given.
    missing : the code not given that was most expected, with its probability; None where all were given.
    """

    line: LineId
    transcript: TranscriptId
    text: str
    coders: tuple[CoderId, ...]
    given: tuple[Code, ...]
    surprisal: float
    unlikely_code: tuple[Code, float] | None
    missing: tuple[Code, float] | None

    def __str__(self) -> str:
        told = f"{self.line} ({', '.join(self.coders)}): {self.text}\n  "
        if self.unlikely_code is None:
            told += "has no code"
        else:
            code, p = self.unlikely_code
            told += f"{code.name} was given, and expected with {p:.0%}"
        if self.missing is not None:
            code, p = self.missing
            told += f"; {code.name} was not given, and expected with {p:.0%}"
        return told

    def to_json(self) -> dict[str, object]:
        """Return the line, its codes, and what was expected."""

        def one(expected: tuple[Code, float] | None) -> dict[str, object] | None:
            return None if expected is None else {"code": expected[0].id, "probability": expected[1]}

        return {
            "line": self.line,
            "text": self.text,
            "coders": list(self.coders),
            "codes": [code.id for code in self.given],
            "surprise": self.surprisal,
            "doubtful": one(self.unlikely_code),
            "missing": one(self.missing),
        }


def excess_surprisal(probabilities: NDArray[np.float64], applied: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how surprising each judgement is: negative log-likelihood less entropy, shape (n_lines, n_codes).

    Entropy is the surprise to be expected, so a judgement the model was unsure of is not held against the coder.
    Positive exactly where the model would sooner have said the opposite.
    """
    p = np.clip(probabilities, 1e-6, 1 - 1e-6)
    entropy = -(xlogy(p, p) + xlogy(1 - p, 1 - p))
    return np.asarray(np.where(applied, -np.log(p), -np.log1p(-p)) - entropy, dtype=np.float64)


def line_surprisal(surprisal: NDArray[np.float64], applied: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the surprise of each line, shape (n_lines,): of its worst code given and its worst code not given.

    A slip is mostly one code in the place of another. The sum over all codes, which we tried first, is led by long
    lines that have many codes (evaluation/README.md).
    """
    given = np.where(applied, surprisal, -np.inf).max(axis=1, initial=-np.inf)
    missing = np.where(applied, -np.inf, surprisal).max(axis=1, initial=-np.inf)
    return np.asarray(np.where(np.isinf(given), 0, given) + np.where(np.isinf(missing), 0, missing), dtype=np.float64)


def slips_of(table: CodedLines, probabilities: NDArray[np.float64], *, n: int) -> tuple[LabelIssue, ...]:
    """Return the n lines of a table whose codes surprise most, given their out-of-fold probabilities."""
    each = excess_surprisal(probabilities, table.applied)
    whole = line_surprisal(each, table.applied)
    found = []
    for i in np.argsort(-whole, kind="stable")[:n]:
        applied = table.applied[i]

        def worst(of: NDArray[np.bool_], i: int = int(i)) -> tuple[Code, float] | None:
            if not of.any():
                return None
            j = int(np.argmax(np.where(of, each[i], -np.inf)))
            return table.codes[j], float(probabilities[i, j])

        found.append(
            LabelIssue(
                line=table.lines[i].id,
                transcript=table.lines[i].transcript,
                text=table.lines[i].text,
                coders=coders_of(table, int(i)),
                given=codes_on(table, int(i)),
                surprisal=float(whole[i]),
                unlikely_code=worst(applied),
                missing=worst(~applied),
            )
        )
    return tuple(found)
