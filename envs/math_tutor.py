"""MathTutor: a student asks a teacher about one mathematics problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sml_env.core import TextEnv
from sml_env.envs.math_family import MathTutorConfig, math_family
from sml_env.teachers import Teacher

__all__ = ["MathTutorEnv"]


class MathTutorEnv(TextEnv):
    """doc"""

    def __init__(
        self,
        asymmetry: str = "answer",
        teacher: str | Mapping[str, Any] | Teacher = "oracle",
        max_turns: int | tuple[int, int] | None = None,
        max_attempts: int | None = None,
        shaping: str = "potential",
        gamma: float = 1.0,
        rules: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.config = MathTutorConfig.of(config)
        super().__init__(
            math_family(self.config),
            asymmetry=asymmetry,
            teacher=teacher,
            max_turns=max_turns,
            max_attempts=max_attempts,
            shaping=shaping,
            gamma=gamma,
            rules=rules,
            render_mode=render_mode,
        )
