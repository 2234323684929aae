"""The paths: the page's files by a fixed table, and the interface that the page's script calls.

    GET    /, /join                 the page
    GET    /api/environments        what can be chosen
    POST   /api/lessons             a new lesson: its id, and the opener's token for it
    GET    /api/lessons/ID          what the student sees; with ?after=VERSION, when there is news
    POST   /api/lessons/ID/turns    the student's utterance
    POST   /api/lessons/ID/answer   the answer, after the end, for who opened the lesson as the student
    GET    /api/lessons/ID/teaching what the teacher sees; likewise
    POST   /api/lessons/ID/teaching the teacher's reply
    DELETE /api/lessons/ID          the end, by who opened it

The server's token (``access``) admits to the page, the choices and new lessons; ``/join`` holds nothing to protect. A
lesson's paths want the token of a role in that lesson, in the header ``X-Lesson-Token``, and that is enough: so a join
link opens one lesson, in one role. No request line, header, body or exception text is ever logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from importlib.resources import files
from typing import Any, Final, TypeAlias

from sml_env.errors import MissingExtraError
from sml_env.serve.access import COOKIE, Access
from sml_env.serve.catalogue import Models, catalogue
from sml_env.serve.opening import opened, read_opening
from sml_env.serve.refusals import Refusal
from sml_env.serve.rooms import STUDENT, TEACHER, Room, Rooms

try:
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import RedirectResponse, Response
    from starlette.routing import Route
except ImportError as error:
    raise MissingExtraError('serve: the page needs the extra: pip install "sml_env[serve]"') from error

__all__ = ["LESSON_HEADER", "MAX_BODY", "application"]

LESSON_HEADER: Final = "x-lesson-token"
MAX_BODY: Final = 65_536
"""Bytes of a request's body that are read as one."""

_DISCARDED: Final = 4 * 2**20
"""Bytes of a body that is too long which are read before the connection is given up: a client that is still sending
would not see the refusal."""

_BODY_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 20.0
_SWEEP_SECONDS: Final = 60.0

_PAGE: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/join": ("index.html", "text/html; charset=utf-8"),
    "/page/lesson.css": ("lesson.css", "text/css; charset=utf-8"),
    "/page/lesson.js": ("lesson.js", "text/javascript; charset=utf-8"),
    "/page/icon.svg": ("icon.svg", "image/svg+xml"),
}

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

_LOG: Final = logging.getLogger("sml_env.serve")

Message: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


def application(access: Access, rooms: Rooms, models: Models | None = None) -> App:
    """The server's ASGI application.

    Args:
        access: Who is let in.
        rooms: Where the lessons are kept.
        models: Language models that may take part.
    """
    handlers = _Handlers(access, rooms, models or Models())
    routes = [
        *(Route(path, partial(handlers.page, path), methods=["GET"]) for path in _PAGE),
        Route("/api/environments", handlers.environments, methods=["GET"]),
        Route("/api/lessons", handlers.open, methods=["POST"]),
        Route("/api/lessons/{room}", handlers.student_sees, methods=["GET"]),
        Route("/api/lessons/{room}", handlers.end, methods=["DELETE"]),
        Route("/api/lessons/{room}/turns", handlers.say, methods=["POST"]),
        Route("/api/lessons/{room}/answer", handlers.answer, methods=["POST"]),
        Route("/api/lessons/{room}/teaching", handlers.teacher_sees, methods=["GET"]),
        Route("/api/lessons/{room}/teaching", handlers.reply, methods=["POST"]),
    ]
    app = Starlette(routes=routes, exception_handlers={Refusal: _refused, HTTPException: _no_path, 500: _failed})
    app.router.redirect_slashes = False
    return _Shell(app, access, rooms, models or Models())


class _Shell:
    """Around everything: who may ask at all, the headers of every response, and failures that tell nothing."""

    def __init__(self, app: App, access: Access, rooms: Rooms, models: Models) -> None:
        self._app = app
        self._models = models
        self._access = access
        self._rooms = rooms

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *own]
            await send(message)

        try:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            self._access.check_site(headers, scope["path"].startswith("/api"))
            await self._app(scope, receive, sending)
        except Refusal as refusal:
            await _error(refusal.status, refusal.message)(scope, receive, sending)
        except ClientDisconnect:
            return
        except Exception as error:  # uvicorn would log it whole, and whatever broke may quote what is private
            if not started:
                await (await _failed(None, error))(scope, receive, sending)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Sweep idle lessons from the server's start to its end; and begin with making every environment once."""
        tasks: list[asyncio.Future[Any]] = []
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                warming = self._rooms.run(partial(catalogue, self._models))
                tasks = [asyncio.ensure_future(self._sweep()), asyncio.ensure_future(warming)]
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


class _Handlers:
    """One method a path."""

    def __init__(self, access: Access, rooms: Rooms, models: Models) -> None:
        self._access = access
        self._rooms = rooms
        self._models = models
        folder = files("sml_env.serve") / "page"
        self._files = {path: ((folder / name).read_bytes(), kind) for path, (name, kind) in _PAGE.items()}

    async def page(self, path: str, request: Request) -> Response:
        """A file of the page; "/" takes the token from the address once, and keeps it in a cookie."""
        body, kind = self._files[path]
        if path != "/":
            return Response(body, media_type=kind)
        given = request.query_params.get("token")
        if given is not None and self._access.matches(given):
            response = RedirectResponse("/", status_code=303)
            response.set_cookie(COOKIE, given, httponly=True, samesite="strict", path="/")
            return response
        try:
            self._admit(request)
        except Refusal as refusal:
            return Response(refusal.message + "\n", refusal.status, media_type="text/plain; charset=utf-8")
        return Response(body, media_type=kind)

    async def environments(self, request: Request) -> Response:
        """What can be chosen."""
        self._admit(request)
        return _json(await self._rooms.run(partial(catalogue, self._models)))

    async def open(self, request: Request) -> Response:
        """A new lesson."""
        self._admit(request)
        opening = read_opening(await _body(request))
        room = await self._rooms.open(partial(opened, opening, self._models))
        return _json({"token": room.tokens[opening.role], "lesson": self._shown(room, opening.role)}, 201)

    async def student_sees(self, request: Request) -> Response:
        """The student's side."""
        return await self._sees(request, STUDENT)

    async def teacher_sees(self, request: Request) -> Response:
        """The teacher's side."""
        return await self._sees(request, TEACHER)

    async def _sees(self, request: Request, role: str) -> Response:
        room = self._room(request, role)
        if role != room.owner and not room.joined:
            room.joined = True
            self._rooms.ring(room)
        after = request.query_params.get("after")
        if after is not None:
            if not (after.isascii() and after.isdecimal() and len(after) < 10):
                raise Refusal(400, "after: it must be the version of a lesson that was sent")
            await self._rooms.changed(room, int(after), _POLL_SECONDS)
            room = self._room(request, role)
        return _json(self._shown(room, role))

    async def say(self, request: Request) -> Response:
        """The student's turn; 202 while a person owes the reply."""
        room = self._room(request, STUDENT)
        utterance = _text(await _body(request), "utterance")
        await self._rooms.move(room, partial(room.say, utterance))
        return _json(self._shown(room, STUDENT), 202 if room.waiting else 200)

    async def reply(self, request: Request) -> Response:
        """The teacher's reply."""
        room = self._room(request, TEACHER)
        text = _text(await _body(request), "reply")
        if not text.strip():
            raise Refusal(400, "reply: say something")
        await self._rooms.move(room, partial(room.reply, text))
        return _json(self._shown(room, TEACHER))

    async def answer(self, request: Request) -> Response:
        """The answer, after the end."""
        room = self._room(request, STUDENT)
        await _body(request)
        return _json({"answer": room.answer()})

    async def end(self, request: Request) -> Response:
        """Forget a lesson."""
        room = self._rooms.find(request.path_params["room"])
        if room.role(request.headers.get(LESSON_HEADER, "")) != room.owner:
            raise Refusal(403, "only who opened the lesson may end it")
        self._rooms.close(room)
        return _json({"ended": True})

    def _admit(self, request: Request) -> None:
        self._access.check_token(request.headers, request.cookies)

    def _room(self, request: Request, role: str) -> Room:
        """The room of the path, for who holds the token of the role."""
        room = self._rooms.find(request.path_params["room"])
        token = request.headers.get(LESSON_HEADER)
        if token is None:
            raise Refusal(401, "a lesson wants the token of a role in it, in the header X-Lesson-Token")
        if room.role(token) != role:
            raise Refusal(403, f"this token is not the {role}'s in this lesson")
        return room

    def _shown(self, room: Room, role: str) -> dict[str, Any]:
        return {**room.shown[role], "version": room.version, "joined": room.joined, "busy": room.busy}


async def _body(request: Request) -> dict[str, Any]:
    """A request's body: a JSON object.

    Raises:
        Refusal: If it is another kind of thing, too long, or does not come.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "send JSON, with Content-Type: application/json")
    try:
        data = await asyncio.wait_for(_read(request), _BODY_SECONDS)
    except asyncio.TimeoutError:
        raise Refusal(408, "the body did not come in time") from None
    try:
        body = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "the body is not a JSON object")
    return body


async def _read(request: Request) -> bytes:
    data, total = bytearray(), 0
    async for chunk in request.stream():
        total += len(chunk)
        if total <= MAX_BODY:
            data += chunk
        elif total > _DISCARDED:
            break
    if total > MAX_BODY:
        raise Refusal(413, f"the body has more than {MAX_BODY:,} bytes")
    return bytes(data)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or len(body) != 1:
        raise Refusal(400, f'send {{"{key}": "…"}}, a text, and nothing else')
    return value


def _json(payload: dict[str, Any], status: int = 200) -> Response:
    """ASCII, so that any text at all can be sent."""
    text = json.dumps(payload, allow_nan=False, default=lambda value: value.item())
    return Response(text, status, media_type="application/json")


def _error(status: int, message: str) -> Response:
    response = _json({"error": message}, status)
    if status in (408, 413):
        response.headers["connection"] = "close"  # or what is left of the body would be read for as long as it comes
    return response


async def _refused(request: Request, refusal: Refusal) -> Response:
    return _error(refusal.status, refusal.message)


async def _failed(request: object, error: Exception) -> Response:
    """The error's kind and place are logged, and nothing that it says."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    _LOG.error("internal error: %s at %s:%s", type(error).__name__, frame.name, frame.lineno)
    return _error(500, "the server has failed at this; its log names the place")


async def _no_path(request: Request, error: HTTPException) -> Response:
    words = {404: "there is no such path", 405: "this path does not take that method"}
    return _error(error.status_code, words.get(error.status_code, "this request makes no sense"))
