"""Mappings that cannot change, in records that can be pickled and copied."""

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

__all__ = ["FrozenMapping"]

K = TypeVar("K")
V = TypeVar("V")

_REPR = reprlib.Repr()
_REPR.maxdict, _REPR.maxstring, _REPR.maxother = 12, 160, 160


class FrozenMapping(Mapping[K, V]):
    """
    A mapping that cannot be changed, as a field of a record; unlike `MappingProxyType`, it can be pickled and copied.

    Parameters
    ----------
    entries : mapping or iterable of (key, value), default empty
        The entries, which are copied.

    Examples
    --------
    >>> from autocode.frozen import FrozenMapping
    >>> gave = FrozenMapping({"ann": 3})
    >>> gave == {"ann": 3}, gave | {"ben": 2}
    (True, {'ann': 3, 'ben': 2})
    """

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        self._entries: dict[K, V] = dict(entries)

    def __getitem__(self, key: K) -> V:
        return self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[K]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __or__(self, other: Mapping[Any, Any]) -> dict[Any, Any]:
        return {**self, **other}

    def __ror__(self, other: Mapping[Any, Any]) -> dict[Any, Any]:
        return {**other, **self}

    def __repr__(self) -> str:
        return _REPR.repr(self._entries)
