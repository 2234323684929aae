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

    @property
    def vector_entry_point(self) -> str:
        """``module:function`` of its vector."""
        return f"{self.entry_point.partition(':')[0]}:vector"

    @property
    def discrete(self) -> bool:
        """Whether actions are numbers."""
        return self.id.endswith("Discrete-v0")


ROWS: Final = (
    Row("sml_env/MathTutor-v0", "sml_env.envs.math_tutor:MathTutorEnv"),
    Row("sml_env/MathTutorDiscrete-v0", "sml_env.envs.math_tutor_discrete:MathTutorDiscreteEnv"),
    Row("sml_env/CodeTutor-v0", "sml_env.envs.code_tutor:CodeTutorEnv"),
    Row("sml_env/Clarify-v0", "sml_env.envs.clarify:ClarifyEnv"),
    Row("sml_env/ClarifyDiscrete-v0", "sml_env.envs.clarify_discrete:ClarifyDiscreteEnv"),
    Row("sml_env/TwentyQuestions-v0", "sml_env.envs.twenty_questions:TwentyQuestionsEnv"),
    Row("sml_env/TwentyQuestionsDiscrete-v0", "sml_env.envs.twenty_questions_discrete:TwentyQuestionsDiscreteEnv"),
    Row("sml_env/Mastermind-v0", "sml_env.envs.mastermind:MastermindEnv"),
    Row("sml_env/MastermindDiscrete-v0", "sml_env.envs.mastermind_discrete:MastermindDiscreteEnv"),
    Row("sml_env/HiddenFunction-v0", "sml_env.envs.hidden_function:HiddenFunctionEnv"),
    Row("sml_env/HiddenFunctionDiscrete-v0", "sml_env.envs.hidden_function_discrete:HiddenFunctionDiscreteEnv"),
    Row("sml_env/HiddenProgram-v0", "sml_env.envs.hidden_program:HiddenProgramEnv"),
    Row("sml_env/HiddenProgramDiscrete-v0", "sml_env.envs.hidden_program_discrete:HiddenProgramDiscreteEnv"),
)


def register_all() -> None:
    """Register every row that is not registered yet."""
    for row in ROWS:
        if row.id not in registry:
            register(
                id=row.id,
                entry_point=row.entry_point,
                vector_entry_point=row.vector_entry_point,
                kwargs=dict(row.kwargs),
                order_enforce=True,
            )
