"""``check_env``: whether an environment keeps the promises of Gymnasium and of this library."""

from __future__ import annotations

import io
import pickle
import re
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any, Final

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env as gymnasium_check_env

from sml_env.core import TextEnv
from sml_env.discrete import DiscreteEnv
from sml_env.teachers import Teacher
from sml_env.testing.conformance import ConformanceError, require, shown, untouched_random_state
from sml_env.testing.noninterference import check_noninterference
from sml_env.testing.numbers import check_discrete_noninterference
from sml_env.testing.playing import (
    SEEDS,
    Env,
    Maker,
    actions,
    idle,
    maker,
    require_reset_needed,
    require_same,
    returned,
)
from sml_env.testing.steps import check_end, check_info, check_numbers, check_replies

__all__ = ["SECTIONS", "check_env"]

SECTIONS: Final = (
    "Description", "Query Language", "Action Space", "Observation Space", "Starting State", "Rewards", "Episode End",
    "Information", "Arguments", "Verifier", "References", "Version History",
)  # fmt: skip
"""Sections of an environment's docstring, in order."""


def check_env(env_or_id: str | Env | Callable[..., Env], **kwargs: Any) -> None:
    """Check an environment: Gymnasium's own checks, and what this library adds to them.

    Determinism from a seed, nothing kept from the episode before, the keys and types of info, reward terms that sum to
    the reward, a reply to any text or number, action masks where actions are numbers, the end by the turn budget,
    ``ResetNeeded`` after it, untouched global random state, pickling without the episode, the round trip of the spec,
    the sections of the docstring; and, for a ``TextEnv`` or a ``DiscreteEnv``, that nothing which the student gets
    depends on the truth until a reply legitimately does.

    Args:
        env_or_id: A registered id, an environment (copied, not used), or a class or function that makes one.
        **kwargs: For the id, class or function.

    Raises:
        ConformanceError: Says what is wrong and what to do.
    """
    make = maker(env_or_id, kwargs)
    with redirect_stdout(io.StringIO()):
        check_constructor(make)
        check_docstring(make)
        check_gymnasium(make)
        check_info(make)
        check_end(make)
        check_replies(make)
        check_numbers(make)
        check_determinism(make)
        check_history(make)
        check_pickle(make)
        check_spec(make)
        bare = make().unwrapped
        if isinstance(bare, TextEnv):
            check_noninterference(make)
        elif isinstance(bare, DiscreteEnv):
            check_discrete_noninterference(make)


def check_constructor(make: Maker) -> None:
    """It can be made, twice, and making it leaves the global random state alone."""
    with untouched_random_state("making the environment"):
        for _ in range(2):
            env = make()
            require(
                isinstance(env, gym.Env),
                f"{type(env).__name__} is not a gymnasium.Env: derive it from TextEnv or DiscreteEnv",
            )
            env.close()


def check_docstring(make: Maker) -> None:
    """The class docstring has the sections, in order, none empty."""
    kind = type(make().unwrapped)
    lines = [line.strip() for line in (kind.__doc__ or "").splitlines()]
    found: list[tuple[int, str]] = []
    for row, line in enumerate(lines):
        title = line.strip("#:* ").casefold()
        section = next((name for name in SECTIONS if title == name.casefold()), None)
        if section is not None:
            found.append((row, section))
    names = [name for _, name in found]
    missing = [name for name in SECTIONS if name not in names]
    advice = f"give the class docstring these headings in this order: {', '.join(SECTIONS)}"
    require(not missing, f"the docstring of {kind.__name__} has no section {', '.join(missing)}: {advice}")
    require(
        names == list(SECTIONS), f"the docstring of {kind.__name__} has its sections as {', '.join(names)}: {advice}"
    )
    ends = [row for row, _ in found[1:]] + [len(lines)]
    for (row, name), end in zip(found, ends, strict=True):
        body = [line for line in lines[row + 1 : end] if line.strip("-=~ ")]
        require(body, f"the section {name} of {kind.__name__}'s docstring is empty: write it")
        if name == "Episode End":
            text = " ".join(body).casefold()
            for word in ("termination", "truncation"):
                require(word in text, f"the section {name} of {kind.__name__}'s docstring does not speak of {word}")


def check_gymnasium(make: Maker) -> None:
    """What ``gymnasium.utils.env_checker.check_env`` demands; its warnings count."""
    env = make()
    bare = env.unwrapped if _only_gymnasium_wrappers(env) else env
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            gymnasium_check_env(bare, skip_render_check=bare.spec is None)
        except Exception as error:
            raise ConformanceError(f"gymnasium's own check_env fails: {type(error).__name__}: {error}") from error
    grave = [str(warning.message) for warning in warned if not _IRRELEVANT.search(str(warning.message))]
    require(not grave, f"gymnasium's own check_env warns: {shown(grave, 600)}")


_IRRELEVANT: Final = re.compile(
    r"different from the unwrapped version|not having a spec|Overriding environment|is -?infinity|symmetric and normal"
)


def _only_gymnasium_wrappers(env: Env) -> bool:
    while isinstance(env, gym.Wrapper):
        if not isinstance(env, gym.wrappers.OrderEnforcing | gym.wrappers.PassiveEnvChecker):
            return False
        env = env.env
    return True


def check_determinism(make: Maker) -> None:
    """The same seed and actions give the same episode, in two environments."""
    for seed in SEEDS:
        fault = f"two environments differ on seed {seed}: draw everything from `self.np_random`"
        require_same(returned(make(), seed), returned(make(), seed), fault)


def check_history(make: Maker) -> None:
    """Nothing of one episode reaches the next."""
    env = make()
    first = returned(env, 0)
    for _ in range(3):
        again = returned(env, 0)
        size, before = _size(again[0][0]), _size(first[0][0])
        require(
            size == before,
            f"the first observation of one problem goes from {before} to {size} characters after an episode: "
            "clear the history in reset",
        )
        require_same(
            first, again, "reset with the same seed does not repeat the episode: something is kept from before"
        )


def _size(observation: object) -> int:
    return len(observation) if isinstance(observation, str) else len(repr(observation))


def check_pickle(make: Maker) -> None:
    """It pickles in the middle of an episode, and a reset of the copy restores determinism."""
    env = make()
    expected = returned(make(), 0)
    env.reset(seed=1)
    env.step(next(actions(env)))
    try:
        twin = pickle.loads(pickle.dumps(env))
    except Exception as error:
        raise ConformanceError(
            f"the environment cannot be pickled ({type(error).__name__}: {error}): leave the episode behind in "
            "__getstate__, and define classes at the top of a module"
        ) from error
    if isinstance(twin.unwrapped, TextEnv | DiscreteEnv):
        require_reset_needed(
            twin.unwrapped, idle(twin.unwrapped), "of a copy by pickle, whose episode must stay behind,"
        )
    require_same(expected, returned(twin, 0), "a copy by pickle differs after reset(seed=0)")


def check_spec(make: Maker) -> None:
    """``spec.to_json()`` and back makes the same environment."""
    env = make()
    if env.spec is None or any(isinstance(value, Teacher) for value in env.spec.kwargs.values()):
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            again = gym.make(EnvSpec.from_json(env.spec.to_json()))
    except Exception as error:
        raise ConformanceError(
            f"the spec does not survive to_json and from_json ({type(error).__name__}: {error}): register JSON-able "
            "arguments (names, not objects), and let wrappers derive from gymnasium.utils.RecordConstructorArgs"
        ) from error
    require_same(returned(env, 0), returned(again, 0), "the environment made of spec.to_json() differs")
