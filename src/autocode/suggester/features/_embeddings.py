"""The vectors of a study's lines: each text is encoded once, and its vector kept by the text's digest."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from autocode.errors import ArtefactError
from autocode.suggester.features._encoder import Encoder, SpacyVectors

if TYPE_CHECKING:
    from spacy.language import Language

# Vectors held in memory: 75 MB of 384 numbers each.
HELD = 50_000
# By what it says of these (invented) an encoder is known again: files and names may be alike, these vectors are not.
PROBES = ("We never meet in person.", "The two computer systems do not talk to each other.", "Es fehlt an Zeit.")
# The same file may round otherwise on another processor.
SAME = 0.98

Floats = NDArray[np.float64]
Vectors = dict[bytes, NDArray[np.float32]]
Encoding: TypeAlias = Union[Encoder, "Embeddings", "Language"]


class Embeddings:
    """Vectors of length one; of a text without letters or digits, zeros.

    Attributes
    ----------
    name : of the encoder, for people.
    probe : ndarray of float, shape (n_probes, n_dimensions), the vectors of sentences by which it is known again.
    """

    def __init__(self, encoder: Encoder, *, store: Path | None = None) -> None:
        self.encoder = encoder
        self.name = str(getattr(encoder, "name", "") or type(encoder).__name__)
        self.probe = self._encoded(PROBES).astype(np.float64)
        told = self.name.encode() + self.probe.round(2).tobytes()
        self._store = None if store is None else _Store(store, hashlib.sha256(told).digest())
        self._held: Vectors = {}
        self._lock = Lock()

    @staticmethod
    def by(encoder: Encoding, *, store: Path | None = None) -> "Embeddings":
        """Return the embeddings by an encoder or a spaCy pipeline with vectors; embeddings stay what they are.

        With a `store`, a file, vectors are kept there for the next time. Raises `TypeError` for anything else.
        """
        if isinstance(encoder, Embeddings):
            return encoder
        if not isinstance(encoder, Encoder) and hasattr(encoder, "make_doc"):
            encoder = SpacyVectors(encoder)
        if not isinstance(encoder, Encoder) or isinstance(encoder, str):  # a word has a method encode, too
            raise TypeError(
                f"an encoder has a method encode(list of texts), or is a spaCy pipeline; not {type(encoder).__name__}."
            )
        return Embeddings(encoder, store=store)

    def __getstate__(self) -> dict[str, Any]:
        # What is held goes with it, so that another process need not encode it again.
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = Lock()

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        return int(self.probe.shape[1])

    def same(self, probe: Floats) -> bool:
        """Return whether this is the encoder that gave such vectors of the probes, but for rounding."""
        return probe.shape == self.probe.shape and bool(((probe * self.probe).sum(axis=1) >= SAME).all())

    def of(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts, shape (n_texts, n_dimensions)."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        with self._lock:
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._held}
            if len(self._held) + len(new) > HELD:
                self._held, new = {}, dict(zip(keys, texts, strict=True))
            known = self._store.read(new) if self._store else {}
            asked = [key for key in new if key not in known]
            fresh = dict(zip(asked, self._encoded([new[key] for key in asked]), strict=True))
            if self._store and fresh:
                self._store.write(fresh)
            self._held |= known | fresh
            held = [self._held[key] for key in keys]
        return np.array(held, dtype=np.float64).reshape(len(texts), self.dimensions)

    def _encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        spoken = [i for i, text in enumerate(texts) if any(map(str.isalnum, text))]
        if not spoken:
            return np.zeros((len(texts), self.dimensions), dtype=np.float32)
        vectors = np.asarray(self.encoder.encode([texts[i] for i in spoken]), dtype=np.float64)
        if vectors.ndim != 2 or len(vectors) != len(spoken) or not np.isfinite(vectors).all():
            raise ValueError(
                f"the encoder {self.name} gave an array of shape {vectors.shape} for {len(spoken)} texts; it must give "
                "one row of finite numbers for each."
            )
        told = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32)
        told[spoken] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return told


class _Store:
    """Vectors in a file of SQLite, by encoder and text; it may be deleted at any time, and is made again."""

    def __init__(self, path: Path, encoder: bytes) -> None:
        self._path, self._encoder = path, encoder

    def read(self, keys: Iterable[bytes]) -> Vectors:
        """Return the vectors that are known among those asked for."""
        ask = "SELECT vector FROM vectors WHERE encoder = ? AND text = ?"
        with self._opened() as opened:
            rows = {key: opened.execute(ask, (self._encoder, key)).fetchone() for key in keys}
        return {key: np.frombuffer(row[0], dtype="<f4") for key, row in rows.items() if row is not None}

    def write(self, vectors: Vectors) -> None:
        """Keep vectors."""
        rows = [(self._encoder, key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with self._opened() as opened:
            opened.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", rows)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as opened, opened:
                opened.execute(
                    "CREATE TABLE IF NOT EXISTS vectors"
                    " (encoder BLOB, text BLOB, vector BLOB, PRIMARY KEY (encoder, text)) WITHOUT ROWID"
                )
                yield opened
        except sqlite3.Error as no:
            raise ArtefactError.at(
                self._path, f"cannot be used to keep vectors ({no}); delete it, and it is made again."
            ) from no
