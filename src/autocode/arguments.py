"""Arguments that Python would take without a word: a single text where a collection of texts is expected."""

import inspect
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import wraps
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

__all__ = ["collections_of_text", "no_single_text", "refuse_single_text"]

T = TypeVar("T", bound=Callable[..., Any])

_LONGEST = 60  # letters of a text that a message shows
_COLLECTIONS = (Iterable, Iterator, Collection, Sequence, Set, list, set, frozenset, tuple)


def collections_of_text(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the parameters that are annotated as a collection of str, or as a mapping to such.

    Parameters
    ----------
    function : callable
        A function, method or class.

    Examples
    --------
    >>> from autocode.arguments import collections_of_text
    >>> def draw(codes: list[str], seed: int, *, coders: tuple[str, ...] | None = None): ...
    >>> collections_of_text(draw)
    ('codes', 'coders')
    """
    parameters = inspect.signature(function).parameters.values()
    # of `*codes: str`, each argument is one text
    return tuple(p.name for p in parameters if p.kind is not p.VAR_POSITIONAL and _holds_texts(p.annotation))


def _holds_texts(annotation: Any) -> bool:
    """Return whether an annotation stands for several texts, and a single text for none of its alternatives."""
    kind, options = get_origin(annotation), get_args(annotation)
    if kind in (Union, UnionType):
        return str not in options and any(map(_holds_texts, options))
    if kind is Mapping:
        return _holds_texts(options[1])
    items = [item for item in options if item is not Ellipsis]
    return kind in _COLLECTIONS and bool(items) and all(item is str for item in items)


def refuse_single_text(name: str, value: object) -> None:
    """Raise an error if a text is given where a collection of texts is expected: its letters would be taken for them.

    Parameters
    ----------
    name : str
        The name of the parameter.
    value : object
        What was given; of a mapping, the values are looked at.

    Raises
    ------
    TypeError
        If the value is a `str` or `bytes`.

    Examples
    --------
    >>> from autocode.arguments import refuse_single_text
    >>> refuse_single_text("codes", ["phones"])
    >>> try:
    ...     refuse_single_text("codes", "phones")
    ... except TypeError as error:
    ...     print(f"{error}"[:43])
    codes takes several texts, not the one text
    """
    if isinstance(value, str | bytes):
        shown = repr(value) if len(value) <= _LONGEST else f"{value[:_LONGEST]!r}..."
        raise TypeError(
            f"{name} takes several texts, not the one text {shown}, whose letters would be taken for them; "
            f"write [{shown}]."
        )
    if isinstance(value, Mapping):
        for key, texts in value.items():
            if isinstance(texts, str | bytes):
                refuse_single_text(f"{name}[{key!r}]", texts)


def no_single_text(function: T) -> T:
    """Return a function or class that refuses a single text for each parameter annotated as a collection of str.

    Parameters
    ----------
    function : callable
        A function, a method (below `classmethod`), or a class (above `dataclass`), whose `__init__` is wrapped.

    Examples
    --------
    >>> from autocode.arguments import no_single_text
    >>> @no_single_text
    ... def draw(codes: list[str]) -> int:
    ...     return len(codes)
    >>> draw(["phones", "parking"])
    2
    """
    checked = collections_of_text(function)
    is_class = inspect.isclass(function)
    wrapped: Any = function.__init__ if is_class else function
    parameters = inspect.signature(wrapped).parameters.values()
    places = {
        p.name: sys.maxsize if p.kind is p.KEYWORD_ONLY else place
        for place, p in enumerate(parameters)
        if p.name in checked
    }

    # a mapping may stand where its keys are the texts; where it is asked for, its values are collections
    mappings = {p.name for p in parameters if "Mapping" in str(p.annotation)}

    @wraps(wrapped)
    def call(*arguments: Any, **named: Any) -> Any:
        for name, place in places.items():
            value = arguments[place] if place < len(arguments) else named.get(name)
            if isinstance(value, str | bytes) or (name in mappings and isinstance(value, Mapping)):
                refuse_single_text(name, value)
        return wrapped(*arguments, **named)

    if not is_class:
        return cast(T, call)
    setattr(function, "__init__", call)  # noqa: B010 - a type checker takes an assignment for a mistake
    return function
