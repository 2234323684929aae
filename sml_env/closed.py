"""Families whose problems share one statement and one hypothesis space, so that only the truth differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from sml_env.domains import Domain
from sml_env.errors import ConfigurationError
from sml_env.forms import Query
from sml_env.information import IntArray
from sml_env.problems import HypothesisSpace, Problem, Secret, Solution
from sml_env.streams import uniform

__all__ = ["NUMBERS", "SharedFamily"]

NUMBERS: Final = 2**31
"""Problems of a shared family are numbered from 0 to this."""

_SHIFT: Final = 64 - 31
_TRUTH: Final = 0x7472757468


class SharedFamily:
    """Problems numbered 0, 1, …: the truth of each is a draw from the prior, a function of the number.

    Args:
        name: Begins the ids: ``mastermind-17``.
        statement: What the student reads.
        space: The hypotheses.
        domain: How words about them are read and judged.
        default_turns: Turns of an episode unless ``max_turns`` says otherwise.
        default_rules: Fields of ``Rules`` that differ from its defaults here.
        facts: Which predicates a teacher with "knowledge" knows; chosen without looking at the truth.
        asymmetries: Those that make sense here.
        recipe: Makes this family again; a copy or a pickle of it is then that call, without what was worked out in
            past episodes.
    """

    def __init__(
        self,
        name: str,
        statement: str,
        space: HypothesisSpace,
        domain: Domain,
        *,
        default_turns: int,
        default_rules: Mapping[str, Any] = MappingProxyType({}),
        facts: tuple[Query, ...] = (),
        asymmetries: tuple[str, ...] = ("answer", "verifier", "knowledge", "none"),
        recipe: Callable[[], SharedFamily] | None = None,
    ) -> None:
        self.name = name
        self.statement = statement
        self.space = space
        self.domain = domain
        self.default_turns = default_turns
        self.default_rules = dict(default_rules)
        self.facts = facts
        self.asymmetries = asymmetries
        self._recipe = recipe
        self._cumulative = np.cumsum(space.prior)
        self._id = re.compile(rf"{re.escape(name)}-(0|[1-9][0-9]{{0,9}})")

    def sample(self, rng: np.random.Generator) -> str:
        """The id of a problem drawn at random: one word of the generator."""
        return self.problem_id(int(rng.bit_generator.random_raw()) >> _SHIFT)

    def numbers(self, words: np.ndarray[Any, np.dtype[np.uint64]]) -> IntArray:
        """The numbers of the problems that ``sample`` draws from these words, shape ``(B,)``."""
        return (words >> np.uint64(_SHIFT)).astype(np.int64)

    def truths(self, numbers: IntArray) -> IntArray:
        """Which hypothesis is true of each problem, by number, shape ``(B,)``."""
        drawn = uniform(numbers.astype(np.uint64), _TRUTH) * self._cumulative[-1]
        rows = np.searchsorted(self._cumulative, drawn, side="right")
        return np.asarray(np.minimum(rows, len(self.space) - 1))

    def problem_id(self, number: int) -> str:
        """The id of the problem with a number."""
        return f"{self.name}-{number}"

    def number(self, problem_id: str) -> int:
        """The number in an id.

        Raises:
            ConfigurationError: If there is no such problem.
        """
        found = self._id.fullmatch(problem_id)
        if found is None or int(found[1]) >= NUMBERS:
            raise ConfigurationError(f"problem_id: {problem_id!r} is not of the form {self.name}-NUMBER")
        return int(found[1])

    def problem(self, problem_id: str) -> Problem:
        """The problem with an id; the same one at every call.

        Raises:
            ConfigurationError: If there is no such problem.
        """
        truth = int(self.truths(np.array([self.number(problem_id)]))[0])
        answers = self.space.answers
        solution = Solution(answers.text(truth), truth, answers.only(truth))
        return Problem(problem_id, self.statement, Secret(solution), self.space, facts=self.facts, domain=self.domain)

    def problem_ids(self) -> None:
        """Too many to list."""
        return None

    def __reduce_ex__(self, protocol: Any) -> Any:
        """As the recipe, where there is one."""
        return super().__reduce_ex__(protocol) if self._recipe is None else (self._recipe, ())
