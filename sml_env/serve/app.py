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

from functools import partial
from importlib.resources import files
from typing import Any, Final

from sml_env.errors import MissingExtraError
from sml_env.serve.access import COOKIE, Access
from sml_env.serve.bodies import JSON, encoded, read_object, refusal_headers, text_of
from sml_env.serve.catalogue import Models, catalogue
from sml_env.serve.opening import opened, read_opening
from sml_env.serve.refusals import Refusal
from sml_env.serve.room import STUDENT, TEACHER, Room
from sml_env.serve.rooms import Rooms
from sml_env.serve.shell import FAILED, App, Shell, log_failure

try:
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import RedirectResponse, Response
    from starlette.routing import Route
except ImportError as error:
    raise MissingExtraError('serve: the page needs the extra: pip install "sml_env[serve]"') from error

__all__ = ["LESSON_HEADER", "PAGE", "application"]

LESSON_HEADER: Final = "x-lesson-token"
_POLL_SECONDS: Final = 20.0

PAGE: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/join": ("index.html", "text/html; charset=utf-8"),
    "/page/lesson.css": ("lesson.css", "text/css; charset=utf-8"),
    "/page/lesson.js": ("lesson.js", "text/javascript; charset=utf-8"),
    "/page/icon.svg": ("icon.svg", "image/svg+xml"),
}
"""Path to file and media type: nothing else of the disk is served."""


def application(access: Access, rooms: Rooms, models: Models | None = None) -> App:
    """The server's ASGI application.

    Args:
        access: Who is let in.
        rooms: Where the lessons are kept.
        models: Language models that may take part.
    """
    models = models or Models()
    handlers = _Handlers(access, rooms, models)
    routes = [
        *(Route(path, partial(handlers.page, path), methods=["GET"]) for path in PAGE),
        Route("/api/environments", handlers.environments, methods=["GET"]),
        Route("/api/lessons", handlers.open, methods=["POST"]),
        Route("/api/lessons/{room}", handlers.student_sees, methods=["GET"]),
        Route("/api/lessons/{room}", handlers.end, methods=["DELETE"]),
        Route("/api/lessons/{room}/turns", handlers.say, methods=["POST"]),
        Route("/api/lessons/{room}/answer", handlers.answer, methods=["POST"]),
        Route("/api/lessons/{room}/teaching", handlers.teacher_sees, methods=["GET"]),
        Route("/api/lessons/{room}/teaching", handlers.reply, methods=["POST"]),
    ]
    failures: dict[Any, Any] = {Refusal: _refused, HTTPException: _no_path, ClientDisconnect: _cut, 500: _failed}
    app = Starlette(routes=routes, exception_handlers=failures)
    app.router.redirect_slashes = False
    return Shell(app, access, rooms, models)


class _Handlers:
    """One method a path."""

    def __init__(self, access: Access, rooms: Rooms, models: Models) -> None:
        self._access = access
        self._rooms = rooms
        self._models = models
        folder = files("sml_env.serve") / "page"
        self._files = {path: ((folder / name).read_bytes(), kind) for path, (name, kind) in PAGE.items()}

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
        utterance = text_of(await _body(request), "utterance")
        await self._rooms.move(room, partial(room.say, utterance))
        return _json(self._shown(room, STUDENT), 202 if room.waiting else 200)

    async def reply(self, request: Request) -> Response:
        """The teacher's reply."""
        room = self._room(request, TEACHER)
        text = text_of(await _body(request), "reply")
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
    return await read_object(request.headers.get("content-type", ""), request.stream())


def _json(payload: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(encoded(payload), status, headers, media_type=JSON)


def _error(status: int, message: str) -> Response:
    return _json({"error": message}, status, refusal_headers(status))


async def _refused(request: Request, refusal: Refusal) -> Response:
    return _error(refusal.status, refusal.message)


async def _failed(request: Request, error: Exception) -> Response:
    log_failure(error)
    return _error(500, FAILED)


async def _cut(request: Request, error: ClientDisconnect) -> Response:
    return _error(400, "the body was cut off")


async def _no_path(request: Request, error: HTTPException) -> Response:
    words = {404: "there is no such path", 405: "this path does not take that method"}
    return _error(error.status_code, words.get(error.status_code, "this request makes no sense"))
