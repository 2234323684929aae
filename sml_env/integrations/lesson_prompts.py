"""Prompts that name a lesson: data for trainers whose rollouts are given a prompt and nothing else."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Final

from sml_env.config import integer
from sml_env.errors import ConfigurationError

__all__ = ["LARGEST_SEED", "LessonPrompt"]

LARGEST_SEED: Final = 2**53
"""JSON keeps integers exact up to it."""

_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class LessonPrompt:
    """A lesson by its name: ``str`` of it is the prompt, JSON.

    It fixes all that is drawn: so lessons by the same prompt have one problem, one turn budget, and the same chance on
    the teacher's side.

    Attributes:
        env_id: A text id.
        seed: Of the reset.
        problem_id: Chooses the problem; otherwise the seed draws it.

    Raises:
        ConfigurationError: If one of them is of no use.
    """

    env_id: str
    seed: int
    problem_id: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.env_id, str):
            raise ConfigurationError(f"env_id: {str(self.env_id)[:80]!r} is not an id")
        integer("seed", self.seed, 0, LARGEST_SEED)
        if self.problem_id is not None and not isinstance(self.problem_id, str):
            raise ConfigurationError(f"problem_id: {str(self.problem_id)[:80]!r} is not a text")

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})

    @property
    def options(self) -> dict[str, str] | None:
        """Of ``reset``."""
        return None if self.problem_id is None else {"problem_id": self.problem_id}

    @classmethod
    def read(cls, prompt: object, known: Collection[str]) -> LessonPrompt:
        """A lesson from its prompt.

        Args:
            prompt: Anything at all.
            known: The ids that it may name.

        Raises:
            ConfigurationError: If it names no lesson of these.
        """
        try:
            named = json.loads(prompt) if isinstance(prompt, str) and len(prompt) <= _LONGEST else None
        except (ValueError, RecursionError):
            named = None
        if not isinstance(named, dict) or not {"env_id", "seed"} <= set(named) <= {"env_id", "seed", "problem_id"}:
            raise ConfigurationError(f"prompt: {str(prompt)[:80]!r} names no lesson; make prompts by lesson_dataset")
        lesson = cls(**named)
        if lesson.env_id not in known:
            raise ConfigurationError(f"prompt: {lesson.env_id[:80]!r} is none of this rollout's: {', '.join(known)}")
        return lesson
