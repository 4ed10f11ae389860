"""What identifies a suggester: a SHA-256 of everything that its suggestions follow from."""

import hashlib
import json
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from autocode.codebook import Code
from autocode.suggester._example_index import CodedExample
from autocode.suggester._readiness import UnsupportedCode
from autocode.suggester.features._inputs import LineInputs
from autocode.suggester.model._model import LineModel

# A suggester that learnt a few more lines has the same inputs, and sorting their vocabulary takes longer than learning.
_VOCABULARIES: WeakKeyDictionary[LineInputs, tuple[bytes, ...]] = WeakKeyDictionary()


def model_digest(
    model: LineModel,
    *,
    codes: Sequence[Code],
    examples: Sequence[CodedExample],
    codebook_digest: str,
    novelty_threshold: float,
    unsupported: Sequence[UnsupportedCode],
) -> str:
    """Return the digest of a suggester, in hexadecimal.

    What older formats lack is left out where it is empty, so that the digest of their suggesters stays what it was.

    Parameters
    ----------
    model : LineModel
        The fitted model.
    codes : sequence of Code
        The codes, in the order of the model's columns.
    examples : sequence of CodedExample
        The coded lines, which are the evidence.
    codebook_digest : str
        Digest of the whole codebook.
    novelty_threshold : float
        Similarity below which a line is unlike anything coded.
    unsupported : sequence of UnsupportedCode
        The codes that are suggested by their definitions only.
    """
    digest = hashlib.sha256()
    for array in _arrays(model):
        digest.update(np.ascontiguousarray(array).tobytes())
    # Suggesters of format 1 have no coefficients for the codebook.
    if model.codebook_coefficients.any():
        digest.update(np.ascontiguousarray(model.codebook_coefficients.astype(np.float32)).tobytes())
        digest.update(json.dumps(model.blend.to_json()).encode())
    if model.inputs.embeddings is not None:
        digest.update(f"\x00{model.inputs.embeddings.name}".encode())
    for vocabulary in _vocabularies(model.inputs):
        digest.update(vocabulary)
    if model.inputs.places:
        digest.update(np.array(model.inputs.places).tobytes())
    if model.thresholds.least:
        digest.update(np.array([model.thresholds.least]).tobytes())
    if novelty_threshold:
        digest.update(np.array([novelty_threshold]).tobytes())
    if unsupported:
        digest.update("\x00".join(sorted(code.code for code in unsupported)).encode())
    digest.update("\x00".join([codebook_digest, model.inputs.language, *(code.id for code in codes)]).encode())
    for example in examples:
        text = f"\x00{example.line}\x00{example.text}\x00{sorted(example.codes)}"
        digest.update(text.encode("utf-8", "surrogatepass"))
        if example.unjudged:
            digest.update(f"\x00{sorted(example.unjudged)}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def examples_digest(examples: Sequence[CodedExample]) -> str:
    """Return the SHA-256 of the coded lines, in hexadecimal: who gave which codes to which words."""
    rows = [
        [
            example.line,
            example.text,
            sorted(example.codes),
            [[code, list(coders)] for code, coders in example.coders],
            *([sorted(example.unjudged)] if example.unjudged else []),
        ]
        for example in examples
    ]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def _arrays(model: LineModel) -> tuple[NDArray[np.generic], ...]:
    return (
        model.coefficients.astype(np.float32),
        model.intercepts,
        model.calibration.slopes,
        model.calibration.intercepts,
        model.thresholds.codes,
        np.array([model.thresholds.line, model.blend.line_context.share]),
    )


def _vocabularies(inputs: LineInputs) -> tuple[bytes, ...]:
    """Return the terms of both vectorizers, each in the order of their columns."""
    if inputs not in _VOCABULARIES:
        _VOCABULARIES[inputs] = tuple(
            "\x00".join(sorted(terms, key=terms.__getitem__)).encode("utf-8", "surrogatepass")
            for terms in (inputs.words.vocabulary_, inputs.characters.vocabulary_)
        )
    return _VOCABULARIES[inputs]
