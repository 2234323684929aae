"""The shell around the application: other sites, the headers of every response, and failures that tell nothing."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Final, TypeAlias

from sml_env.serve.access import Access
from sml_env.serve.bodies import JSON, encoded
from sml_env.serve.catalogue import Models, catalogue
from sml_env.serve.refusals import Refusal
from sml_env.serve.rooms import Rooms

__all__ = ["FAILED", "App", "Shell", "log_failure"]

FAILED: Final = "the server has failed at this; its log names the place"

_SWEEP_SECONDS: Final = 60.0

_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_ENCODED: Final = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]

_LOG: Final = logging.getLogger("sml_env.serve")

Message: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


def log_failure(error: Exception) -> None:
    """Log an error's kind and place, and nothing that it says: whatever broke may quote what is private."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    _LOG.error("internal error: %s at %s:%s", type(error).__name__, frame.name, frame.lineno)


class Shell:
    """The whole ASGI application.

    Args:
        app: What answers requests that are let in.
        access: Who is let in.
        rooms: Swept of idle lessons while the server runs.
        models: Language models that may take part.
    """

    def __init__(self, app: App, access: Access, rooms: Rooms, models: Models) -> None:
        self._app = app
        self._access = access
        self._rooms = rooms
        self._models = models

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or live from the server's start to its end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *_ENCODED]
            await send(message)

        try:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            self._access.check_site(headers, scope["path"].startswith("/api"))
            await self._app(scope, receive, sending)
        except Refusal as refusal:
            await _error(refusal.status, refusal.message, sending)
        except Exception as error:  # the server beneath would log it whole
            if not started:
                log_failure(error)
                await _error(500, FAILED, sending)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Make every environment once, and sweep idle lessons, until the server stops."""
        tasks: list[asyncio.Future[Any]] = []
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                making = self._rooms.run(partial(catalogue, self._models))
                tasks = [asyncio.ensure_future(making), asyncio.ensure_future(self._sweep())]
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self._rooms.shut()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            self._rooms.sweep()


async def _error(status: int, message: str, send: Send) -> None:
    body = encoded({"error": message})
    headers = [(b"content-type", JSON.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
