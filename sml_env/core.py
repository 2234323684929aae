"""The text environment: Gymnasium over a dialogue, strings in and strings out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gymnasium as gym

from sml_env.answering import answered
from sml_env.dialogue import Dialogue, Outcome
from sml_env.errors import ConfigurationError, ResetNeeded
from sml_env.problems import Family
from sml_env.rules import Rules
from sml_env.spaces import Utterance
from sml_env.teachers import ASYMMETRIES, Teacher, make_teacher

__all__ = ["TextEnv", "chosen_problem", "stepped", "turn_range", "turns_of"]


class TextEnv(gym.Env[str, str]):
    """A lesson in words; environments pass their family of problems and common arguments here.

    Args:
        family: Source of problems.
        asymmetry: ``"answer"``, ``"verifier"``, ``"knowledge"`` or ``"none"``: what the teacher holds.
        teacher: A voice's name, a mapping with its arguments, or an object.
        max_turns: Turn budget: a number, a pair (low, high) from which each episode draws, ``None`` for the family's.
        max_attempts: Attempts that are judged; ``None`` for as many as turns.
        shaping: ``"potential"``, ``"bonus"`` or ``"none"``; by default the first, and the last where the teacher is a
            language model.
        gamma: The learner's discount.
        rules: Further fields of ``Rules``: ``beta``, ``turn_cost``, ``cap_bits``, ``guard_retries``.
        render_mode: ``"ansi"``, ``"human"`` or ``None``.

    Raises:
        ConfigurationError: If an argument, or a pair of them, makes no sense.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "human"], "render_fps": 4}

    def __init__(
        self,
        family: Family,
        *,
        asymmetry: str = "answer",
        teacher: str | Mapping[str, Any] | Teacher = "oracle",
        max_turns: int | tuple[int, int] | None = None,
        max_attempts: int | None = None,
        shaping: str | None = None,
        gamma: float = 1.0,
        rules: Mapping[str, Any] | None = None,
        render_mode: str | None = None,
    ) -> None:
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ConfigurationError(f"render_mode: {render_mode!r} is none of {self.metadata['render_modes']}")
        sensible = getattr(family, "asymmetries", ASYMMETRIES)
        if asymmetry in ASYMMETRIES and asymmetry not in sensible:
            raise ConfigurationError(
                f"asymmetry: {asymmetry!r} makes no sense in {type(self).__name__}, with teacher={teacher!r} or any "
                f"other; choose one of {', '.join(sensible)}"
            )
        self._family = family
        self._teacher = make_teacher(teacher, asymmetry)
        self._turn_range = turn_range(family.default_turns if max_turns is None else max_turns)
        if shaping is None:
            shaping = "none" if getattr(self._teacher, "reads_free_text", False) is True else "potential"
        self._rules = Rules.of(
            family, rules, asymmetry=asymmetry, max_turns=self._turn_range[1], max_attempts=max_attempts,
            shaping=shaping, gamma=gamma,
        )  # fmt: skip
        self._dialogue: Dialogue | None = None
        self.render_mode = render_mode
        self.action_space = Utterance()
        self.observation_space = Utterance(64_000)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begin a lesson on a problem drawn from the family.

        Args:
            seed: Of ``np_random``, which draws everything.
            options: ``{"problem_id": …}`` chooses the problem.

        Raises:
            ConfigurationError: If an option is unknown or there is no such problem.
        """
        super().reset(seed=seed)
        chosen = chosen_problem(options)
        drawn = self._family.sample(self.np_random)
        low, high = self._turn_range
        turns = low if low == high else turns_of(int(self.np_random.bit_generator.random_raw()), low, high)
        teacher_seed = int(self.np_random.bit_generator.random_raw())
        problem = self._family.problem(drawn if chosen is None else chosen)
        self._dialogue = Dialogue(problem, self._teacher, replace(self._rules, max_turns=turns), teacher_seed)
        if self.render_mode == "human":
            self.render()
        return self._dialogue.opening, self._dialogue.opening_info

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """The student says something; any text at all gets a reply.

        Raises:
            ResetNeeded: Before the first reset or after the end.
        """
        dialogue = self.dialogue
        outcome = answered(self._teacher, {0: dialogue}, {0: dialogue.submit(action)})[0]
        if self.render_mode == "human":
            self.render()
        return stepped(outcome)

    def render(self) -> str | None:
        """The transcript so far, as text (``"ansi"``) or printed (``"human"``)."""
        if self.render_mode is None or self._dialogue is None:
            return None
        lines = [self._dialogue.problem.statement]
        for turn in self._dialogue.transcript:
            lines += [f"student: {turn.student}", f"teacher: {turn.teacher}"]
        text = "\n".join(lines)
        if self.render_mode == "human":
            print(text)
            return None
        return text

    @property
    def dialogue(self) -> Dialogue:
        """The dialogue of the current episode; for agents that listen ideally, evaluators and renderers.

        Raises:
            ResetNeeded: Before the first reset.
        """
        if self._dialogue is None:
            raise ResetNeeded("reset the environment before the first step")
        return self._dialogue

    @property
    def family(self) -> Family:
        """The source of problems."""
        return self._family

    @property
    def teacher(self) -> Teacher:
        """Who replies to the student."""
        return self._teacher

    @property
    def rules(self) -> Rules:
        """The rules, with the largest turn budget."""
        return self._rules

    def privileged(self) -> dict[str, Any]:
        """The private side of the current episode, for asymmetric critics and evaluators; never for the student."""
        return self.dialogue.privileged()

    def metered(self) -> dict[str, Any] | None:
        """What an open problem's meter says of the questions so far; ``None`` without one. Private, and may be slow."""
        return self.dialogue.metered()

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the episode, which is private: an unpickled environment must be reset."""
        state = dict(self.__dict__)
        state["_dialogue"] = None
        return state


def turns_of(word: int, low: int, high: int) -> int:
    """The turn budget that 64 random bits stand for, from low to high."""
    return low + (word * (high - low + 1) >> 64)


def stepped(outcome: Outcome) -> tuple[str, float, bool, bool, dict[str, Any]]:
    """An outcome as ``step`` returns it."""
    return outcome.text, outcome.reward, outcome.terminated, outcome.truncated, outcome.info


def turn_range(value: object) -> tuple[int, int]:
    """The least and the greatest turn budget that ``max_turns`` stands for.

    Raises:
        ConfigurationError: If it is neither a positive integer nor a pair of them in order.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value, value
    if isinstance(value, tuple | list) and len(value) == 2:
        low, high = value
        if all(isinstance(end, int) and not isinstance(end, bool) for end in (low, high)) and 1 <= low <= high:
            return low, high
    raise ConfigurationError(f"max_turns: {value!r} is neither a positive integer nor a pair of them in order")


def chosen_problem(options: Mapping[str, Any] | None) -> str | None:
    """The problem that ``reset(options=…)`` chooses.

    Raises:
        ConfigurationError: If an option is unknown.
    """
    unknown = sorted(set(options or {}) - {"problem_id"})
    if unknown:
        raise ConfigurationError(f"options: {unknown} unknown; only 'problem_id' is")
    chosen = (options or {}).get("problem_id")
    if chosen is not None and not isinstance(chosen, str):
        raise ConfigurationError(f"options: problem_id {chosen!r} is not a text")
    return chosen
