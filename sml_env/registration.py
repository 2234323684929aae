"""The environments by id: rows of data with string entry points."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from gymnasium.envs.registration import register, registry

__all__ = ["ROWS", "Row", "register_all"]


@dataclass(frozen=True, slots=True)
class Row:
    """One environment.

    Attributes:
        id: As in ``gymnasium.make``.
        entry_point: ``module:class``.
        kwargs: JSON-able defaults.
    """

    id: str
    entry_point: str
    kwargs: dict[str, Any] = field(default_factory=dict)


ROWS: Final = (
    Row("sml_env/MathTutor-v0", "sml_env.envs.math_tutor:MathTutorEnv"),
    Row("sml_env/TwentyQuestions-v0", "sml_env.envs.twenty_questions:TwentyQuestionsEnv"),
    Row("sml_env/Mastermind-v0", "sml_env.envs.mastermind:MastermindEnv"),
)


def register_all() -> None:
    """Register every row that is not registered yet."""
    for row in ROWS:
        if row.id not in registry:
            register(id=row.id, entry_point=row.entry_point, kwargs=dict(row.kwargs), order_enforce=True)
