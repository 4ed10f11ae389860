"""Requests that are begun and never finished end: they would hold a connection for ever."""

import asyncio
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_UNFINISHED = (h11.IDLE, h11.SEND_BODY)


def protocol_with_patience(seconds: float) -> type[asyncio.Protocol]:
    """Return the HTTP protocol of uvicorn that closes a connection whose request is not whole after some seconds."""

    class PatientProtocol(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(cast(asyncio.Transport, transport))
            self._await_request()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._await_request()

        def connection_lost(self, exc: Exception | None) -> None:
            self._end_wait()
            super().connection_lost(exc)

        def _await_request(self) -> None:
            if self.conn.their_state not in _UNFINISHED:
                self._end_wait()
            elif self._deadline is None:  # what arrives byte by byte does not begin the wait anew
                self._deadline = self.loop.call_later(seconds, self.transport.close)

        def _end_wait(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

    return PatientProtocol
