"""Playing an environment: making it afresh, a script of actions, what an episode returned."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import gymnasium as gym
from gymnasium import spaces
from gymnasium.utils.env_checker import data_equivalence

from sml_env.errors import ResetNeeded
from sml_env.testing.conformance import ConformanceError, require, shown

__all__ = ["SEEDS", "Env", "Maker", "actions", "idle", "maker", "require_reset_needed", "require_same", "returned"]

Env: TypeAlias = gym.Env[Any, Any]
Maker: TypeAlias = Callable[[], Env]

_SCRIPT: Final = (
    "x > 3", "Is the answer less than 10?", "hm", "Give me a hint.", "is it even?", "answer: 3", "why is 3 wrong?",
    "x mod 4", "what is the speed?", "What is the answer?", "is it 7?", "How many digits?", "between 3 and 7?", "",
    "is x = 5 right?",
)  # fmt: skip
SEEDS: Final = (0, 1, 2)


def maker(env_or_id: str | Env | Callable[..., Env], kwargs: Mapping[str, Any]) -> Maker:
    """A function that makes the environment afresh, or copies it."""
    if isinstance(env_or_id, str):
        env_id = env_or_id
        return lambda: gym.make(env_id, disable_env_checker=True, **kwargs)
    if isinstance(env_or_id, gym.Env):
        env = env_or_id
        require(
            not kwargs, f"an environment that is made already takes no arguments {sorted(kwargs)}: pass its id or class"
        )
        return lambda: _copied(env)
    maker = env_or_id
    return lambda: maker(**kwargs)


def _copied(env: Env) -> Env:
    try:
        return copy.deepcopy(env)
    except Exception as error:
        raise ConformanceError(
            f"the environment cannot be copied ({type(error).__name__}: {error}): pass its id, its class or a function"
        ) from error


def actions(env: Env) -> Iterator[Any]:
    """Actions without end: a script where they are texts, samples otherwise; the same at every call."""
    if isinstance(env.action_space, spaces.Text):
        while True:
            yield from _SCRIPT
    env.action_space.seed(0)
    while True:
        yield env.action_space.sample()


def idle(env: Env) -> Any:
    """An action that asks and attempts nothing: words that mean nothing, a number that is none, else a sample."""
    if isinstance(env.action_space, spaces.Text):
        return "hm"
    if isinstance(env.action_space, spaces.Discrete):
        return int(env.action_space.start) - 1
    return env.action_space.sample()


def returned(env: Env, seed: int, steps: int = 64) -> list[tuple[Any, ...]]:
    """What one scripted episode returned, from reset to its end."""
    returned: list[tuple[Any, ...]] = [copy.deepcopy(env.reset(seed=seed))]
    for action, _ in zip(actions(env), range(steps), strict=False):
        step = env.step(action)
        returned.append(copy.deepcopy(step))
        if step[2] or step[3]:
            break
    return returned


def require_same(first: Sequence[tuple[Any, ...]], second: Sequence[tuple[Any, ...]], fault: str) -> None:
    """Compare two episodes return by return; the fault says what a difference means."""
    names = ("observation", "reward", "terminated", "truncated", "info")
    require(len(first) == len(second), f"{fault}: {len(first) - 1} steps against {len(second) - 1}")
    for turn, (one, other) in enumerate(zip(first, second, strict=True)):
        where = "reset" if turn == 0 else f"step {turn}"
        for name, here, there in zip(names if turn else ("observation", "info"), one, other, strict=True):
            require(
                data_equivalence(here, there, exact=True), f"{fault}: {name} at {where}: {shown(here)} / {shown(there)}"
            )


def require_reset_needed(env: Env, action: Any, when: str) -> None:
    """Check that a step raises ResetNeeded; ``when`` is named in the message."""
    try:
        env.step(action)
    except ResetNeeded:
        return
    except Exception as error:
        raise ConformanceError(
            f"a step {when} raises {type(error).__name__}: raise sml_env.errors.ResetNeeded"
        ) from error
    raise ConformanceError(f"a step {when} is accepted: raise sml_env.errors.ResetNeeded")
