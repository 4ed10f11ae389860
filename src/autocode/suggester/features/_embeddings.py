"""Cached sentence vectors: each text is encoded once, and its vector is stored under the text's digest."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from autocode.arguments import no_single_text
from autocode.errors import ArtefactError
from autocode.files import create_empty
from autocode.suggester.features._encoder import Encoder, SpacyVectors
from autocode.wording import count_of

if TYPE_CHECKING:
    from spacy.language import Language

# Vectors cached in memory: 75 MB at 384 numbers each, the lines of a large study.
CACHE_SIZE = 50_000
# An encoder is recognised by its vectors for these invented sentences: two encoders may share a name, never these.
PROBES = ("We never meet in person.", "The two computer systems do not talk to each other.", "Es fehlt an Zeit.")
# Least cosine between the stored and the present vector of a probe: one file rounds differently on other processors,
# and 8-bit arithmetic makes that visible.
SAME_ENCODER = 0.98

Floats = NDArray[np.float64]
Vectors = dict[bytes, NDArray[np.float32]]
Encoding: TypeAlias = Union[Encoder, "Embeddings", "Language"]


class Embeddings:
    """Sentence vectors of unit length from an encoder, cached; a text without letters or digits has a zero vector.

    Parameters
    ----------
    encoder : Encoder
        What turns texts into vectors.
    store : Path or None, default None
        SQLite file in which vectors are kept between sessions; None for no file.

    Attributes
    ----------
    name : str
        Name of the encoder, for people.
    probe : ndarray of float, shape (n_probes, n_dimensions)
        Vectors of fixed sentences, by which the encoder is recognised.
    """

    def __init__(self, encoder: Encoder, *, store: Path | None = None) -> None:
        self.encoder = encoder
        self.name = str(getattr(encoder, "name", "") or type(encoder).__name__)
        self.probe = self._encoded(PROBES).astype(np.float64)
        identity = self.name.encode() + self.probe.round(2).tobytes()
        self._store = None if store is None else _Store(store, hashlib.sha256(identity).digest())
        self._cached: Vectors = {}
        self._lock = Lock()

    @staticmethod
    def from_encoder(encoder: Encoding, *, store: Path | None = None) -> "Embeddings":
        """Return the embeddings by an encoder or a spaCy pipeline with vectors; embeddings are returned unchanged.

        Parameters
        ----------
        encoder : Encoder, spaCy pipeline or Embeddings
            What turns texts into vectors.
        store : Path or None, default None
            SQLite file in which vectors are kept between sessions; None for no file.

        Raises
        ------
        TypeError
            If `encoder` is none of these.
        TrainingError
            If the spaCy pipeline has no word vectors.
        """
        if isinstance(encoder, Embeddings):
            return encoder
        if not isinstance(encoder, Encoder) and hasattr(encoder, "make_doc"):
            encoder = SpacyVectors(encoder)
        if not isinstance(encoder, Encoder) or isinstance(encoder, str):  # str has a method `encode`, too
            raise TypeError(
                f"an encoder has a method encode(list of texts), or is a spaCy pipeline; not {type(encoder).__name__}."
            )
        return Embeddings(encoder, store=store)

    def __getstate__(self) -> dict[str, Any]:
        # The cache goes with it, so that another process need not encode the same texts again.
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = Lock()

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.probe.shape[1])

    def matches(self, probe: Floats) -> bool:
        """Return whether the vectors of the probes are this encoder's, up to rounding.

        Parameters
        ----------
        probe : ndarray of float, shape (n_probes, n_dimensions)
            The attribute `probe` of the embeddings to compare with.
        """
        return probe.shape == self.probe.shape and bool(((probe * self.probe).sum(axis=1) >= SAME_ENCODER).all())

    @no_single_text
    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts, shape (n_texts, n_dimensions).

        Parameters
        ----------
        texts : sequence of str
            The texts; one that was encoded before is looked up.

        Raises
        ------
        ValueError
            If the encoder does not return one row of finite numbers per text.
        ArtefactError
            If the store cannot be read or written.
        """
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        with self._lock:
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._cached}
            if len(self._cached) + len(new) > CACHE_SIZE:
                self._cached, new = {}, dict(zip(keys, texts, strict=True))
            stored = self._store.read(new) if self._store else {}
            missing = [key for key in new if key not in stored]
            encoded = dict(zip(missing, self._encoded([new[key] for key in missing]), strict=True))
            if self._store and encoded:
                self._store.write(encoded)
            self._cached |= stored | encoded
            rows = [self._cached[key] for key in keys]
        return np.array(rows, dtype=np.float64).reshape(len(texts), self.dimensions)

    def _encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with_words = [i for i, text in enumerate(texts) if any(map(str.isalnum, text))]
        if not with_words:
            return np.zeros((len(texts), self.dimensions), dtype=np.float32)
        vectors = np.asarray(self.encoder.encode([texts[i] for i in with_words]), dtype=np.float64)
        if vectors.ndim != 2 or len(vectors) != len(with_words) or not np.isfinite(vectors).all():
            raise ValueError(
                f"the encoder {self.name} gave an array of shape {vectors.shape} for "
                f"{count_of(len(with_words), 'text')}; it must "
                "give one row of finite numbers for each."
            )
        rows = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32)
        rows[with_words] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return rows


class _Store:
    """An SQLite file of vectors by encoder and text. It may be deleted at any time, and is then made again."""

    def __init__(self, path: Path, encoder: bytes) -> None:
        self._path, self._encoder = path, encoder

    def read(self, keys: Iterable[bytes]) -> Vectors:
        """Return the stored vectors among those asked for."""
        query = "SELECT vector FROM vectors WHERE encoder = ? AND text = ?"
        with self._connection() as connection:
            rows = {key: connection.execute(query, (self._encoder, key)).fetchone() for key in keys}
        return {key: np.frombuffer(row[0], dtype="<f4") for key, row in rows.items() if row is not None}

    def write(self, vectors: Vectors) -> None:
        """Store vectors."""
        rows = [(self._encoder, key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with self._connection() as connection:
            connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", rows)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        create_empty(self._path)
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as connection, connection:
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS vectors"
                    " (encoder BLOB, text BLOB, vector BLOB, PRIMARY KEY (encoder, text)) WITHOUT ROWID"
                )
                yield connection
        except sqlite3.Error as error:
            raise ArtefactError.at(
                self._path, f"cannot be used to keep vectors ({error}); delete it, and it is made again."
            ) from error
