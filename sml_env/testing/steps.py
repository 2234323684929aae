"""Checks of single steps: info and reward terms, replies to anything, and the end of an episode."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from gymnasium import spaces

from sml_env.testing.conformance import HOSTILE, ConformanceError, require, shown, untouched_random_state
from sml_env.testing.playing import SEEDS, Env, Maker, idle, require_reset_needed, returned

__all__ = ["FINAL_INFO", "RESET_INFO", "STEP_INFO", "check_end", "check_info", "check_numbers", "check_replies"]

_BITS: Final = (float, type(None))
RESET_INFO: Final[Mapping[str, tuple[type, ...]]] = {
    "problem_id": (str,),
    "belief_entropy_bits": _BITS,
    "turns_left": (int,),
}
STEP_INFO: Final[Mapping[str, tuple[type, ...]]] = {
    "query_kind": (str,),
    "expected_bits": _BITS,
    "realised_bits": _BITS,
    "verdict_bits": _BITS,
    "best_bits": _BITS,
    "belief_entropy_bits": _BITS,
    "meter": (str,),
    "reward_terms": (dict,),
    "turns_left": (int,),
    "success": (bool,),
}
FINAL_INFO: Final[Mapping[str, tuple[type, ...]]] = {"leaks_stopped": (int,)}
_PRIVATE: Final = frozenset(
    {"answer", "solution", "reference", "hypothesis", "truth", "secret", "tests", "pointwise_bits"}
)


def check_info(make: Maker) -> None:
    """The keys and types of info, JSON-able; terms that sum to the reward, with constant keys."""
    terms: set[str] | None = None
    keys: set[str] | None = None
    for seed in SEEDS:
        env = make()
        opening, *steps = returned(env, seed)
        _check_keys(_maskless(opening[1], env, "reset"), RESET_INFO, "reset")
        for turn, (_, reward, terminated, truncated, info) in enumerate(steps, 1):
            where = f"step {turn}"
            ended = terminated or truncated
            _check_keys(_maskless(info, env, where), {**STEP_INFO, **(FINAL_INFO if ended else {})}, where)
            require(
                type(reward) is float and math.isfinite(reward),
                f"the reward at {where} is {reward!r}: return a finite float",
            )
            _check_terms(info["reward_terms"], reward, where)
            terms = set(info["reward_terms"]) if terms is None else terms
            require(
                set(info["reward_terms"]) == terms,
                f"reward_terms at {where} has the keys {sorted(info['reward_terms'])}, earlier {sorted(terms)}: "
                "name every term at every step, 0.0 where it does not apply",
            )
            if not ended:
                keys = set(info) if keys is None else keys
                require(
                    set(info) == keys,
                    f"info at {where} has other keys than earlier ({sorted(set(info) ^ keys)}): keep them constant",
                )


def _check_keys(info: object, wanted: Mapping[str, tuple[type, ...]], where: str) -> None:
    if not isinstance(info, dict):
        raise ConformanceError(f"info at {where} is {shown(info)}, not a dict")
    missing = sorted(set(wanted) - set(info))
    require(not missing, f"info at {where} lacks {', '.join(missing)}: README lists the keys that users rely on")
    private = sorted(_PRIVATE & set(info))
    require(not private, f"info at {where} holds {', '.join(private)}, which is private: a policy may read info, so "
                         "give it to evaluators through `privileged()`")  # fmt: skip
    for name, types in wanted.items():
        allowed = " or ".join("None" if kind is type(None) else kind.__name__ for kind in types)
        require(
            type(info[name]) in types,
            f"info[{name!r}] at {where} is {shown(info[name])} of type {type(info[name]).__name__}: make it {allowed}",
        )
    try:
        json.dumps(info, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ConformanceError(
            f"info at {where} is not JSON-able ({error}): use plain values, None for unknown"
        ) from error


def _maskless(info: object, env: Env, where: str) -> object:
    """The info without the mask of legal actions, which is checked; the rest is plain values."""
    space = env.action_space
    if not isinstance(space, spaces.Discrete) or not isinstance(info, dict):
        return info
    mask = info.get("action_mask")
    known = isinstance(mask, np.ndarray) and mask.dtype == np.int8 and mask.shape == (int(space.n),)
    require(
        known and bool(np.isin(np.asarray(mask), (0, 1)).all()),
        f"info['action_mask'] at {where} is {shown(mask)}: make it an int8 array of shape ({int(space.n)},), 1 where "
        "an action is legal and 0 elsewhere",
    )
    return {name: value for name, value in info.items() if name != "action_mask"}


def _check_terms(terms: Mapping[str, object], reward: float, where: str) -> None:
    total = 0.0
    for name, term in terms.items():
        require(type(term) is float, f"reward_terms[{name!r}] at {where} is {shown(term)}: make it a float")
        total += term if isinstance(term, float) else 0.0
    require(
        math.isclose(total, reward, rel_tol=0.0, abs_tol=1e-9),
        f"reward_terms at {where} sum to {total!r} and the reward is {reward!r}: name every part of it",
    )


def check_replies(make: Maker) -> None:
    """Any text, and what is no text, gets a reply inside the observation space, and no global state changes."""
    env = make()
    if not isinstance(env.action_space, spaces.Text):
        return
    odd: list[Any] = [*HOSTILE, "a" * (env.action_space.max_length + 1), "9" * 50_000, None, 42, b"x > 3", ["x > 3"]]
    env.action_space.seed(0)
    odd += [env.action_space.sample() for _ in range(40)]
    ended = True
    for number, action in enumerate(odd):
        if ended:
            with untouched_random_state("reset(seed=…)"):
                observation, _ = env.reset(seed=number)
            require(
                observation in env.observation_space,
                f"the first observation is outside its space: {shown(observation)}",
            )
        try:
            with untouched_random_state(f"step({shown(action, 40)})"):
                observation, _, terminated, truncated, info = env.step(action)
        except ConformanceError:
            raise
        except Exception as error:
            raise ConformanceError(
                f"step({shown(action, 80)}) raises {type(error).__name__}: {shown(str(error))}; "
                "what a student says is data: reply to it, as to a malformed query"
            ) from error
        require(
            observation in env.observation_space and len(observation) > 0,
            f"the reply to {shown(action, 80)} is {shown(observation)}, outside the observation space or empty",
        )
        require(not truncated, f"step({shown(action, 80)}) truncates ({info.get('failure')}): any text gets a reply")
        ended = terminated


def check_numbers(make: Maker) -> None:
    """Any number, and what is no number, gets a reply; what is not a legal action costs the turn and tells nothing."""
    env = make()
    space = env.action_space
    if not isinstance(space, spaces.Discrete):
        return
    low, high = int(space.start), int(space.start + space.n)
    odd: list[Any] = [low - 1, high, high + 1, -(2**31), 2**31, 2**63 - 1, -(2**63), 10**30, float("nan"),
                      float("inf"), None, "", "zero", b"x", [], {}, object()]  # fmt: skip
    space.seed(0)
    legal: list[Any] = [space.sample() for _ in range(40)]
    legal += [int(legal[0]), np.int32(legal[0]), np.array(legal[0]), high - 1]
    ended = True
    info: dict[str, Any] = {}
    for number, action in enumerate([*odd, *legal]):
        if ended:
            with untouched_random_state("reset(seed=…)"):
                _, info = env.reset(seed=number)
        turns, mask = info["turns_left"], info["action_mask"]
        try:
            with untouched_random_state(f"step({shown(action, 40)})"):
                observation, _, terminated, truncated, info = env.unwrapped.step(action)
        except ConformanceError:
            raise
        except Exception as error:
            raise ConformanceError(
                f"step({shown(action, 80)}) raises {type(error).__name__}: {shown(str(error))}; reply to any number, "
                "as to an action that is not legal"
            ) from error
        require(
            observation in env.unwrapped.observation_space,
            f"the observation after {shown(action, 80)} is {shown(observation)}, outside the observation space",
        )
        require(not truncated, f"step({shown(action, 80)}) truncates ({info.get('failure')}): any number gets a reply")
        require(info["turns_left"] == turns - 1, f"step({shown(action, 80)}) costs no turn: every action costs one")
        if number < len(odd) or not mask[int(action) - low]:
            told = [info[name] for name in ("expected_bits", "realised_bits", "verdict_bits")]
            require(not any(told), f"step({shown(action, 80)}), which is no legal action, tells {told} bits: tell none")
        ended = terminated


def check_end(make: Maker) -> None:
    """The turn budget ends an episode as terminated; a step without a reset raises ResetNeeded."""
    env = make()
    bare = env.unwrapped
    require_reset_needed(bare, idle(bare), "before the first reset")
    for seed in SEEDS:
        _, info = env.reset(seed=seed)
        budget = info["turns_left"]
        require(budget >= 1, f"turns_left at reset is {budget}: an episode has at least one turn")
        action = idle(env)
        for turn in range(1, budget + 1):
            _, _, terminated, truncated, info = env.step(action)
            require(
                info["turns_left"] == budget - turn,
                f"turns_left is {info['turns_left']} after {turn} of {budget} turns: every turn costs one",
            )
            if terminated or truncated:
                break
        require(not truncated, "the turn budget truncates: the student can see it, so the episode ends as terminated")
        require(terminated, f"the episode goes on after its {budget} turns: end it as terminated when turns_left is 0")
        require_reset_needed(env, action, "after the end of an episode")
