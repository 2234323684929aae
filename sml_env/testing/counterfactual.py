"""Counterfactual environments: the same in all that is public, with another truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from sml_env.answers import KINDS, Answers
from sml_env.core import TextEnv
from sml_env.discrete import DiscreteEnv
from sml_env.errors import ExpressionError
from sml_env.problems import Family, Problem, Secret, Solution
from sml_env.testing.conformance import ConformanceError
from sml_env.testing.playing import Env

__all__ = ["Change", "Counterfactual", "discrete_env", "forged", "hypothesis", "text_env", "truths", "under"]

Change: TypeAlias = Callable[[Problem], Problem]
"""Gives a problem another truth."""


@dataclass(frozen=True)
class Counterfactual:
    """A family whose problems have another truth. Not pickled itself: a copy is the family inside.

    Attributes:
        family: The family inside.
        change: Gives a problem another truth.
    """

    family: Family
    change: Change

    @property
    def default_turns(self) -> int:
        """As inside."""
        return self.family.default_turns

    def sample(self, rng: np.random.Generator) -> str:
        """As inside."""
        return self.family.sample(rng)

    def problem(self, problem_id: str) -> Problem:
        """The same problem with the other truth."""
        return self.change(self.family.problem(problem_id))

    def problem_ids(self) -> Sequence[str] | None:
        """As inside."""
        return self.family.problem_ids()

    def __reduce__(self) -> tuple[Callable[[Family], Family], tuple[Family]]:
        """Without the change, which is private."""
        return _identity, (self.family,)


def _identity(family: Family) -> Family:
    return family


def text_env(env: Env) -> TextEnv:
    """The TextEnv inside any wrappers."""
    bare = env.unwrapped
    if not isinstance(bare, TextEnv):
        raise ConformanceError(f"{type(bare).__name__} is not a TextEnv")
    return bare


def discrete_env(env: Env) -> DiscreteEnv:
    """The DiscreteEnv inside any wrappers."""
    bare = env.unwrapped
    if not isinstance(bare, DiscreteEnv):
        raise ConformanceError(f"{type(bare).__name__} is not a DiscreteEnv")
    return bare


def under(env: Env, change: Change) -> Env:
    """The same environment, its problems changed; its render mode is "ansi" where it has one."""
    bare = discrete_env(env) if isinstance(env.unwrapped, DiscreteEnv) else text_env(env)
    family = Counterfactual(bare.family, change)
    bare._family = family
    if isinstance(bare, DiscreteEnv):
        bare._episodes.family = family
    if "ansi" in bare.metadata.get("render_modes", []):
        bare.render_mode = "ansi"
    return env


def truths(problem: Problem, rng: np.random.Generator, pairs: int) -> list[tuple[int, int]]:
    """Pairs of hypotheses of a closed problem, all different: the truth and its neighbour, first and last, others."""
    size = 0 if problem.space is None else len(problem.space)
    truth = problem.secret.reveal().index or 0
    chosen = [(truth, (truth + 1) % size), (0, size - 1)] if size else []
    for _ in range(pairs - 2 if size > 1 else 0):
        one, other = rng.choice(size, 2, replace=False)
        chosen.append((int(one), int(other)))
    return [(one, other) for one, other in chosen if one != other]


def hypothesis(row: int) -> Change:
    """Another candidate as the truth."""
    return lambda problem: problem.under(row)


def forged(answer: str) -> Change:
    """For an open problem: another secret behind the same statement."""

    def change(problem: Problem) -> Problem:
        answers = None
        for kind in KINDS:
            try:
                answers = Answers.parse(kind, ("x",), [answer])
                break
            except ExpressionError:
                continue
        return replace(problem, secret=Secret(Solution(answer, None, answers)))

    return change
