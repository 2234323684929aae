"""Non-interference of discrete environments: the same numbers under two truths, everything that comes back compared.

What the teacher says legitimately differs where the question was worth something and, under the two truths, has
different replies or is answered falsely at different rates.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any, Final

import numpy as np

from sml_env.discrete import DiscreteEnv
from sml_env.testing.counterfactual import discrete_env, hypothesis, truths, under
from sml_env.testing.noninterference import (
    ATTEMPTS,
    addressless,
    alike,
    compare_errors,
    decided_alike,
    in_words,
    named,
    require_equal,
)
from sml_env.testing.playing import Env

__all__ = ["check_discrete_noninterference"]

_ROUND: Final = 8
_SPOKEN: Final = 4
"""How many actions are put into words after each step."""


def check_discrete_noninterference(make: Callable[[], Env], problems: int = 4, pairs: int = 3) -> None:
    """Play the same episodes under pairs of truths and compare everything that the agent gets.

    Args:
        make: Makes the environment, a ``DiscreteEnv`` inside any wrappers.
        problems: How many problems are tried.
        pairs: How many pairs of hypotheses of each.

    Raises:
        ConformanceError: Names what differed, and when.
    """
    for seed in range(problems):
        scout = make()
        _, info = scout.reset(seed=seed)
        problem = discrete_env(scout).family.problem(info["problem_id"])
        rng = np.random.default_rng([seed, problems])
        for pair in truths(problem, rng, pairs):
            one, other = (under(make(), hypothesis(row)) for row in pair)
            script = _numbers(discrete_env(one), rng)
            for start in range(0, len(script), _ROUND):
                _compare(one, other, script[start : start + _ROUND], seed)
            compare_errors(one, other, _MISTAKES)


def _numbers(env: DiscreteEnv, rng: np.random.Generator) -> list[int]:
    """Actions: some of all, more of the last ones, which attempt, and some that are none."""
    size = env.actions
    chosen = [int(number) for number in rng.choice(size, min(size, 24), replace=False)]
    chosen += [size - 1, max(size - 2, 0), size - 1, -1, size]
    return [chosen[row] for row in rng.permutation(len(chosen))]


def _compare(one: Env, other: Env, numbers: Sequence[int], seed: int) -> None:
    """One episode under both truths, action by action, up to the first reply that legitimately differs."""
    here, there = named(one.reset(seed=seed)), named(other.reset(seed=seed))
    require_equal(_surface(one, here), _surface(other, there), "at reset")
    for number in numbers:
        rates = _rates(one)
        said, said_there = one.step(number), other.step(number)
        where = f"after action {number}"
        here, there = named(said), named(said_there)
        kind = here["info"]["query_kind"]
        decided_alike("the kind of query", kind, there["info"]["query_kind"], where)
        decided_alike("what is asked", _asked(one), _asked(other), where)
        for name in ("expected_bits", "expected_verdict_bits"):
            decided_alike(name, here["info"][name], there["info"][name], where)
        if kind in ATTEMPTS and here["info"]["success"] != there["info"]["success"]:
            return
        worth = here["info"]["expected_bits"] + here["info"]["expected_verdict_bits"] > 0.0 or _tells_beside_the_point(
            one
        )
        mine, theirs = _surface(one, here), _surface(other, there)
        if worth and _may_differ(one, other, rates) and not alike(mine, theirs):
            return
        require_equal(mine, theirs, where)
        if said[2] or said[3]:
            return


def _tells_beside_the_point(env: Env) -> bool:
    """Whether replies may differ that say nothing of the answer: where hypotheses share one, and the teacher speaks."""
    episodes = discrete_env(env)._episodes
    return episodes.board.targets is not None and episodes._told != "nothing"


def _asked(env: Env) -> int:
    return int(discrete_env(env)._episodes.game.asked[0])


def _truth(env: Env) -> int:
    return int(discrete_env(env)._episodes.game.truth[0])


def _rates(env: Env) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """P(the next reply is false | hypothesis); public."""
    rates = discrete_env(env)._episodes.game.rates()
    return None if rates is None else np.array(rates[0])


def _may_differ(one: Env, other: Env, rates: np.ndarray[Any, np.dtype[np.float64]] | None) -> bool:
    """Whether the reply to what was asked is another one, or is false at another rate, under the other truth."""
    board, pair = discrete_env(one)._episodes.board, [_truth(one), _truth(other)]
    asked = np.array([_asked(one)])
    for told in (None, np.ones(1, dtype=np.bool_)):
        codes = board.codes(asked, told)[0, pair]
        if codes[0] != codes[1]:
            return True
    return rates is not None and bool(rates[pair[0]] != rates[pair[1]])


def _surface(env: Env, returned: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that the agent gets or can reach without asking for what is private."""
    bare = discrete_env(env)
    with redirect_stdout(io.StringIO()) as printed:
        rendered = env.render() if bare.render_mode is not None else None
    return {
        **returned,
        "action_masks()": bare.action_masks(),
        "the belief": bare.belief,
        "utterance()": [bare.utterance(number) for number in _spoken(bare)],
        "render()": rendered,
        "what render() prints": printed.getvalue(),
        **in_words(_reachable(env)),
        "public attributes": addressless(repr(_attributes(bare))),
        "the pickle": pickle.dumps(env),
    }


def _spoken(env: DiscreteEnv) -> list[int]:
    size = env.actions
    return [-1, *(size - 1 - row * size // _SPOKEN for row in range(_SPOKEN))]


def _reachable(env: Env) -> dict[str, Any]:
    return {
        "the environment": env,
        "the unwrapped environment": env.unwrapped,
        "the spec": env.spec,
        "the action space": env.action_space,
        "the observation space": env.observation_space,
        "the rules": discrete_env(env).rules,
    }


def _attributes(env: DiscreteEnv) -> dict[str, Any]:
    skipped = ("_family", "_episodes", "_np_random")
    return {name: value for name, value in vars(env).items() if name not in skipped}


def _steps_after_the_end(env: Env) -> None:
    for _ in range(1 + int(discrete_env(env)._episodes.game.turns_left[0])):
        env.step(-1)


_MISTAKES: Final[Mapping[str, Callable[[Env], object]]] = {
    "pickling the problem": lambda env: pickle.dumps(discrete_env(env)._episodes.problem(0)),
    "words of no action": lambda env: discrete_env(env).utterance(10**30),
    "a step after the end": _steps_after_the_end,
    "reset with an unknown option": lambda env: env.reset(options={"truth": 1}),
    "reset with an unknown problem": lambda env: env.reset(options={"problem_id": "no such problem"}),
}
