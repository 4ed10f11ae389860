"""Possible label issues: coded lines whose codes are unlikely to a model that was fitted without them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from autocode.arguments import no_single_text
from autocode.codebook import Code
from autocode.coding import CoderId
from autocode.suggester.checks._near_duplicates import coders_of, codes_of
from autocode.suggester.model._coded_lines import CodedLines
from autocode.transcripts import LineId, TranscriptId

# Keeps the surprisal of a probability of 0 or 1 finite, at about 14 nats; no calibrated probability comes near it.
LEAST_PROBABILITY = 1e-6


@no_single_text
@dataclass(frozen=True, slots=True, kw_only=True)
class LabelIssue:
    """A coded line whose codes are worth checking again.

    Attributes
    ----------
    line : LineId
        Identifier of the line.
    transcript : TranscriptId
        The interview that it is in.
    text : str
        The words of the line.
    coders : tuple of CoderId
        Who coded the line.
    given : tuple of Code
        The codes that the line has by consensus.
    surprisal : float
        Excess surprisal of the least likely code given plus that of the most likely code not given, in nats.
    unlikely_code : tuple of (Code, float) or None
        The least likely code given, with its probability; None where none was given.
    missing : tuple of (Code, float) or None
        The most likely code not given, with its probability; None where all were given.
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
        sentence = f"{self.line} ({', '.join(self.coders)}): {self.text}\n  "
        if self.unlikely_code is None:
            sentence += "has no code"
        else:
            code, p = self.unlikely_code
            sentence += f"{code.name} was given, with a predicted probability of {p:.0%}"
        if self.missing is not None:
            code, p = self.missing
            sentence += f"; {code.name} was not given, with a predicted probability of {p:.0%}"
        return sentence

    def to_json(self) -> dict[str, object]:
        """Return the line, its codes and what was predicted; the keys are those of `autocode recheck --json`."""
        return {
            "line": self.line,
            "text": self.text,
            "coders": list(self.coders),
            "codes": [code.id for code in self.given],
            "surprise": self.surprisal,
            "doubtful": _prediction_json(self.unlikely_code),
            "missing": _prediction_json(self.missing),
        }


def _prediction_json(predicted: tuple[Code, float] | None) -> dict[str, object] | None:
    return None if predicted is None else {"code": predicted[0].id, "probability": predicted[1]}


def excess_surprisal(probabilities: NDArray[np.float64], applied: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the surprisal of each judgement minus its expectation, in nats, shape (n_lines, n_codes).

    Surprisal is the negative log-likelihood of the judgement; its expectation is the entropy, so that a judgement of
    which the model was unsure does not count against the coder. The difference is positive exactly where the model
    finds the opposite more likely.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_lines, n_codes)
        Probabilities by models that were fitted without the line's fold.
    applied : ndarray of bool, shape (n_lines, n_codes)
        Which codes humans gave each line.

    Examples
    --------
    >>> import numpy as np
    >>> from autocode.suggester import excess_surprisal
    >>> excess_surprisal(np.array([[0.9, 0.9, 0.5]]), np.array([[True, False, True]])).round(2).tolist()
    [[-0.22, 1.98, 0.0]]
    """
    p = np.clip(probabilities, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    entropy = -(xlogy(p, p) + xlogy(1 - p, 1 - p))
    return np.asarray(np.where(applied, -np.log(p), -np.log1p(-p)) - entropy, dtype=np.float64)


def line_surprisal(surprisal: NDArray[np.float64], applied: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the surprisal of each line, shape (n_lines,): of its worst code given plus its worst code not given.

    A label issue is mostly one code in the place of another. The sum over all codes, which was tried first, favours
    long lines with many codes; `python -m evaluation.label_issues` compares both.

    Parameters
    ----------
    surprisal : ndarray of float, shape (n_lines, n_codes)
        What `excess_surprisal` returned.
    applied : ndarray of bool, shape (n_lines, n_codes)
        Which codes humans gave each line.

    Examples
    --------
    >>> import numpy as np
    >>> from autocode.suggester import line_surprisal
    >>> line_surprisal(np.array([[3.0, 1.0, -0.5, 2.0]]), np.array([[True, True, False, False]])).tolist()
    [5.0]
    """
    given = np.where(applied, surprisal, -np.inf).max(axis=1, initial=-np.inf)
    missing = np.where(applied, -np.inf, surprisal).max(axis=1, initial=-np.inf)
    return np.asarray(np.where(np.isinf(given), 0, given) + np.where(np.isinf(missing), 0, missing), dtype=np.float64)


def find_label_issues(table: CodedLines, probabilities: NDArray[np.float64], *, n: int) -> tuple[LabelIssue, ...]:
    """Return the n lines of a table with the highest surprisal, given their out-of-fold probabilities."""
    surprisal = excess_surprisal(probabilities, table.applied)
    of_lines = line_surprisal(surprisal, table.applied)
    found = []
    for i in np.argsort(-of_lines, kind="stable")[:n]:
        applied = table.applied[i]

        def most_surprising(among: NDArray[np.bool_], i: int = int(i)) -> tuple[Code, float] | None:
            if not among.any():
                return None
            j = int(np.argmax(np.where(among, surprisal[i], -np.inf)))
            return table.codes[j], float(probabilities[i, j])

        found.append(
            LabelIssue(
                line=table.lines[i].id,
                transcript=table.lines[i].transcript,
                text=table.lines[i].text,
                coders=coders_of(table, int(i)),
                given=codes_of(table, int(i)),
                surprisal=float(of_lines[i]),
                unlikely_code=most_surprising(applied),
                missing=most_surprising(~applied),
            )
        )
    return tuple(found)
