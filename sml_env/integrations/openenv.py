"""Lessons as an environment of OpenEnv: a server whose sessions are lessons, and the client that speaks to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final

from sml_env.errors import SmlError
from sml_env.integrations.chats import ChatLesson
from sml_env.integrations.requirements import Requirement

with Requirement("openenv", extra="openenv", low="0.10", high="0.11"):
    from openenv.core.client_types import StepResult
    from openenv.core.env_client import EnvClient
    from openenv.core.env_server import Action, Environment, Observation, State, create_fastapi_app
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse

__all__ = ["LessonClient", "LessonEnvironment", "LessonState", "Reply", "Words", "application"]

_SESSIONS: Final = 64
_CONFLICT: Final = 409


class Words(Action):  # type: ignore[misc]
    """What the student says: a question, or an attempt at the answer; anything at all gets a reply."""

    text: str


class Reply(Observation):  # type: ignore[misc]
    """What the student reads next: the statement or the teacher's reply, and the line with the turns left.

    ``done`` and ``reward`` are the turn's. ``metadata`` is the environment's ``info``: bits, reward terms, turns left;
    ``failure`` where the teacher or the verifier failed, which says nothing of the student.
    """

    text: str


class LessonState(State):  # type: ignore[misc]
    """What is public of a lesson."""

    env_id: str = ""
    problem_id: str | None = None
    turns_left: int = 0
    success: bool = False
    failure: str = ""
    instructions: str = ""


class LessonEnvironment(Environment):  # type: ignore[misc]
    """One lesson at a time; each session of a server has an environment of its own.

    Args:
        env_id: A text id, as in ``gymnasium.make``.
        arguments: Of the environment.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, env_id: str, arguments: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._chat = ChatLesson(env_id, arguments)
        self._state = LessonState(env_id=env_id)

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, problem_id: str | None = None, **kwargs: Any
    ) -> Reply:
        """Begin a lesson.

        Args:
            seed: Draws the problem and everything else.
            episode_id: Kept in the state.
            problem_id: Chooses the problem.
            **kwargs: Whatever else a client sends; left alone.

        Raises:
            ConfigurationError: If there is no such problem.
        """
        opening = self._chat.begin(seed, problem_id)
        self._state = LessonState(
            env_id=self._chat.env_id,
            episode_id=episode_id,
            problem_id=self._chat.problem_id,
            turns_left=self._chat.turns_left,
            instructions=self._chat.instructions,
        )
        return Reply(text=opening, metadata=self._chat.opening_info)

    def step(self, action: Words, timeout_s: float | None = None, **kwargs: Any) -> Reply:
        """Say something.

        Raises:
            ResetNeeded: Before the first reset, and after the end.
        """
        heard = self._chat.say(action.text)
        self._state = self._state.model_copy(
            update={
                "step_count": self._chat.turns,
                "turns_left": self._chat.turns_left,
                "success": self._chat.success,
                "failure": self._chat.failure,
            }
        )
        return Reply(text=heard.text, reward=heard.reward, done=heard.ended, metadata=heard.info)

    @property
    def state(self) -> LessonState:
        """What is public of the lesson."""
        return self._state

    def close(self) -> None:
        """Close the environment."""
        self._chat.close()


class LessonClient(EnvClient):  # type: ignore[misc]
    """A session on a server: ``with LessonClient(base_url=…).sync() as lesson: lesson.reset(seed=7)``."""

    def _step_payload(self, action: Words) -> dict[str, Any]:
        return {"text": action.text}

    def _parse_result(self, payload: dict[str, Any]) -> StepResult:
        done, reward = bool(payload["done"]), payload["reward"]
        observation = Reply(**payload["observation"], done=done, reward=reward)
        return StepResult(observation=observation, reward=reward, done=done)

    def _parse_state(self, payload: dict[str, Any]) -> LessonState:
        return LessonState(**payload)


def application(
    env_id: str, arguments: Mapping[str, Any] | None = None, *, max_concurrent_envs: int = _SESSIONS
) -> Starlette:
    """The server's application, for uvicorn: each connection to ``/ws`` is a session with lessons of its own.

    Args:
        env_id: A text id, as in ``gymnasium.make``.
        arguments: Of the environment.
        max_concurrent_envs: Most sessions at once.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """
    with closing(ChatLesson(env_id, arguments)):
        pass

    def lesson() -> LessonEnvironment:
        return LessonEnvironment(env_id, arguments)

    app: Starlette = create_fastapi_app(lesson, Words, Reply, max_concurrent_envs)
    app.add_exception_handler(SmlError, _refused)
    return app


async def _refused(request: Request, error: Exception) -> JSONResponse:
    """What is wrong, for requests outside a session: an environment of their own begins and ends with each."""
    return JSONResponse({"detail": f"{error}; a lesson of several turns is a session on /ws"}, status_code=_CONFLICT)
