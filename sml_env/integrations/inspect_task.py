"""Lessons as a task of inspect-ai: the model is the student, and the environment's own verdict is the score.

``inspect eval sml_env/lessons -T env_id=sml_env/MathTutor-v0 --model …``, or ``lessons`` in a task of one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final

from sml_env.errors import ConfigurationError
from sml_env.evaluation import episode_seed
from sml_env.integrations.chats import ChatLesson
from sml_env.integrations.requirements import Requirement

with Requirement("inspect-ai", extra="inspect", low="0.3.220", high="0.4"):
    from anyio import to_thread
    from inspect_ai import Task, task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ChatMessageSystem, ChatMessageUser
    from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, Target, accuracy, mean, scorer, stderr
    from inspect_ai.solver import Generate, Solver, TaskState, solver

__all__ = ["lesson", "lessons", "measured", "solved"]

_ACCOUNT: Final = "sml_env"
"""Where the account of a lesson stands in a sample's store: public, as the log is."""


@task  # type: ignore[untyped-decorator]
def lessons(
    env_id: str = "sml_env/MathTutor-v0",
    episodes: int = 20,
    seed: int = 0,
    arguments: Mapping[str, Any] | None = None,
) -> Task:
    """Lessons on problems drawn by a seed: the same that ``sml-env bench`` plays with that seed.

    A lesson in which the teacher or the verifier failed is not scored. Nothing private is in the log: samples have no
    target, since the environment judges.

    Args:
        env_id: A text id, as in ``gymnasium.make``.
        episodes: How many.
        seed: Of the whole run.
        arguments: Of the environment: ``asymmetry``, ``teacher``, ``max_turns``, ``config`` and others.

    Raises:
        ConfigurationError: If the id is no text id, or an argument makes no sense.
    """
    for name, value, low in (("episodes", episodes, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            raise ConfigurationError(f"{name}: {value!r} is not an integer of at least {low}")
    if arguments is not None and not isinstance(arguments, Mapping):
        raise ConfigurationError(f"arguments: {arguments!r} is not a mapping")
    with closing(ChatLesson(env_id, arguments)) as chat:
        samples = [_sample(chat, index + 1, episode_seed(seed, index)) for index in range(episodes)]
    return Task(
        dataset=MemoryDataset(samples, name=env_id),
        solver=lesson(env_id, dict(arguments or {})),
        scorer=[solved(), measured()],
    )


def _sample(chat: ChatLesson, number: int, seed: int) -> Any:
    opening = chat.begin(seed)
    return Sample(
        id=number,
        input=[ChatMessageSystem(content=chat.instructions), ChatMessageUser(content=opening)],
        metadata={"env_id": chat.env_id, "seed": seed, "problem_id": chat.problem_id},
    )


@solver  # type: ignore[untyped-decorator]
def lesson(env_id: str, arguments: Mapping[str, Any] | None = None) -> Solver:
    """The model talks with the teacher until the lesson is over; each reply's metadata has its reward and bits.

    Args:
        env_id: A text id, as in ``gymnasium.make``.
        arguments: Of the environment.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        chat = await to_thread.run_sync(ChatLesson, env_id, arguments)
        with closing(chat):
            await to_thread.run_sync(chat.begin, state.metadata["seed"])
            while not chat.ended and not state.completed:
                state = await generate(state, tool_calls="none")
                heard = await to_thread.run_sync(chat.say, state.output.completion)
                metadata = {"reward": heard.reward, **heard.info}
                state.messages.append(ChatMessageUser(content=heard.text, metadata=metadata))
                state.store.set(_ACCOUNT, {"metrics": chat.metrics(), "failure": chat.failure})
        return state

    return solve


def _account(state: TaskState) -> tuple[dict[str, float], str]:
    """The metrics of a sample's lesson, and why there are none."""
    account = state.store.get(_ACCOUNT)
    if account is None:
        return {}, "no turn was taken: the solver of this task is lesson(), which plays it"
    return account["metrics"], account["failure"]


@scorer(metrics=[accuracy(), stderr()])  # type: ignore[untyped-decorator]
def solved() -> Scorer:
    """Whether the problem was solved, as the environment has judged; not scored where the teacher failed."""

    async def score(state: TaskState, target: Target) -> Score:
        metrics, failure = _account(state)
        if failure:
            return Score.unscored(explanation=failure)
        value = CORRECT if metrics["success"] else INCORRECT
        return Score(value=value, answer=state.output.completion, metadata=metrics)

    return score


@scorer(metrics={"*": [mean(), stderr()]})  # type: ignore[untyped-decorator]
def measured() -> Scorer:
    """Return, turns, questions and expected bits of each lesson; not scored where the teacher failed."""

    async def score(state: TaskState, target: Target) -> Score:
        metrics, failure = _account(state)
        if failure:
            return Score.unscored(explanation=failure)
        return Score(value={name: metrics[name] for name in ("return", "turns", "questions", "bits")})

    return score
