"""Acts as the pages' scripts send them: one protocol for coding and adjudication.

A page asks for its state and for lines, and submits acts. An act is a JSON object with a `gesture`, the idempotency key
under which it is stored once, however often it is sent. What no page of ours sends is refused with a status of 400; an
act that the study does not allow has a sentence in its result.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from autocode.unicode import well_formed

_AT_ONCE = 50  # acts in one request
_GESTURE = range(8, 65)  # characters

Act = Mapping[str, Any]


class RefusedRequestError(ValueError):
    """A request that asks for what it may not get, with the status and the sentence of the answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


async def json_of(request: Request) -> Any:
    """
    Return what a request sends as JSON; raises `RefusedRequestError` for anything else.

    JSON can hold halves of characters and controls, which no page and no file can show: they become U+FFFD here.
    """
    try:
        return _well_formed(await request.json())
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        raise RefusedRequestError(400, "This JSON is nested too deeply." if deep else "This is not JSON.") from error


def _well_formed(value: Any) -> Any:
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list):
        return [_well_formed(entry) for entry in value]
    if isinstance(value, dict):
        return {well_formed(key): _well_formed(entry) for key, entry in value.items()}
    return value


async def acts_of(request: Request) -> list[Act]:
    """Return the acts that a request submits; raises `RefusedRequestError` for what no page of ours sends."""
    body = await json_of(request)
    acts = body.get("acts") if isinstance(body, dict) else None
    if not isinstance(acts, list) or len(acts) > _AT_ONCE:
        raise RefusedRequestError(400, f"Send a list of at most {_AT_ONCE} acts.")
    return acts


def gesture_of(act: object) -> str:
    """Return the idempotency key of an act; raises `RefusedRequestError` if it has none."""
    gesture = act.get("gesture") if isinstance(act, Mapping) else None
    if not isinstance(gesture, str) or len(gesture) not in _GESTURE:
        raise RefusedRequestError(400, "Every act needs its gesture, an idempotency key of 8 to 64 characters.")
    return gesture
