"""Rewards for trainers: the symbolic verifier in the form that TRL and verl call as it is.

An answer that is right earns ``right``, any other ``wrong``; where the reference is broken or the machinery failed, the
completion is unscored and teaches nothing. Nothing here uses signals, so any thread and any spawned process may call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from numbers import Real
from typing import Any, TypedDict

from sml_env.errors import ConfigurationError
from sml_env.verifiers.base import Status, Verdict
from sml_env.verifiers.policy import Policy, policy_of
from sml_env.verifiers.symbolic import verify, verify_batch

__all__ = ["MathReward", "Score", "compute_score", "math_reward"]

_UNSCORED = (Status.REFERENCE_ERROR, Status.INFRASTRUCTURE_ERROR)
_NO_COLUMNS = ("prompts", "completion_ids", "environments")


class MathReward:
    """A reward function for TRL's ``GRPOTrainer(reward_funcs=...)``, and for trainers that call theirs alike.

    TRL 1.16 calls a reward with ``prompts``, ``completions``, ``completion_ids``, every other column of the dataset as
    a list, ``trainer_state``, ``log_extra`` and ``log_metric``, all by keyword, and leaves out of the mean and of the
    gradient what got None (``GRPOTrainer._calculate_rewards`` in trl/trainer/grpo_trainer.py). Its asynchronous trainer
    pickles the reward for a spawned process; an instance survives that.

    Args:
        column: The dataset's column of references. Several: the first that the dataset has.
        policy: The rules, or the name of a profile.
        right: Reward of a correct completion.
        wrong: Reward of any other that could be scored: incorrect, unreadable, undecided, no text at all.

    Attributes:
        __name__: What the reward is logged as; assign another to tell two instances apart.

    Raises:
        ConfigurationError: If the policy is none, there is no column, or ``right`` is not a number above ``wrong``.
    """

    __name__ = "math_reward"

    def __init__(
        self,
        column: str | Sequence[str] = "answer",
        policy: Policy | str = "strict",
        right: float = 1.0,
        wrong: float = 0.0,
    ) -> None:
        columns = (column,) if isinstance(column, str) else tuple(column)
        if not columns or not all(isinstance(name, str) and name for name in columns):
            raise ConfigurationError(f"column={column!r}: name a column of the dataset")
        if not _is_finite(wrong):
            raise ConfigurationError(f"wrong={wrong!r}: use a finite number")
        if not _is_finite(right) or right <= wrong:
            raise ConfigurationError(f"right={right!r}: use a finite number above wrong={wrong!r}")
        self.columns = columns
        self.policy = policy_of(policy)
        self.right = float(right)
        self.wrong = float(wrong)

    def __call__(self, completions: Sequence[object], **columns: Any) -> list[float | None]:
        """Score completions; each distinct pair of text and reference is verified once.

        Args:
            completions: Texts, or conversations: lists of ``{"role": ..., "content": ...}``, of which the last message
                of the assistant counts. Whatever holds no text is wrong.
            columns: The dataset's columns: lists as long as ``completions``, or one reference for all. The others and
                what else a trainer passes are not read.

        Returns:
            A reward for each completion, in order; None where it cannot be scored.

        Raises:
            ConfigurationError: If no column of references is there, or its length is another.
        """
        texts = [_text(completion) for completion in completions]
        references = self._references(columns, len(texts))
        verdicts = verify_batch(zip(texts, references, strict=True), self.policy)
        return [self._reward(verdict) for verdict in verdicts]

    def _reward(self, verdict: Verdict) -> float | None:
        if verdict.status in _UNSCORED:
            return None
        return self.right if verdict.correct else self.wrong

    def _references(self, columns: Mapping[str, Any], count: int) -> list[str]:
        name = next((name for name in self.columns if columns.get(name) is not None), None)
        if name is None:
            wanted = " or ".join(repr(name) for name in self.columns)
            lists = [name for name, values in columns.items() if isinstance(values, list | tuple)]
            known = ", ".join(repr(name) for name in lists if name not in _NO_COLUMNS) or "no column at all"
            raise ConfigurationError(f"column: there is no {wanted}, but {known}; pass MathReward(column=NAME)")
        values = columns[name]
        if isinstance(values, str):
            return [values] * count
        if not isinstance(values, Iterable):
            raise ConfigurationError(f"column: {name!r} is a {type(values).__name__}, not a list or a str")
        references = [_reference(value) for value in values]
        if len(references) != count:
            raise ConfigurationError(f"column: {name!r} has {len(references)} references for {count} completions")
        return references


class Score(TypedDict):
    """What `compute_score` tells verl, the same keys in every call."""

    score: float
    correct: bool
    scored: bool
    method: str


def compute_score(
    data_source: object,
    solution_str: object,
    ground_truth: object,
    extra_info: object = None,
    *,
    policy: Policy | str = "strict",
) -> Score:
    """Score one completion as verl's custom reward function.

    verl 0.9 calls it by keyword, takes ``score`` as the reward, and gathers the other keys of the dictionary as
    columns, so each call has all of them (``NaiveRewardManager.run_single`` in
    verl/experimental/reward_loop/reward_manager/naive.py). Its settings are
    ``reward.custom_reward_function.path=pkg://sml_env.verifiers.reward`` and, for another profile,
    ``+reward.custom_reward_function.reward_kwargs.policy=lenient``. It has no reward for an unscored completion: that
    gets 0.0 and ``scored`` is False.

    Args:
        data_source: Name of the dataset; not read.
        solution_str: The completion.
        ground_truth: The reference.
        extra_info: Further fields of the row; not read.
        policy: The rules, or the name of a profile.

    Raises:
        ConfigurationError: If the policy is none.
    """
    verdict = verify(_text(solution_str), _reference(ground_truth), policy)
    return Score(
        score=1.0 if verdict.correct else 0.0,
        correct=verdict.correct,
        scored=verdict.status not in _UNSCORED,
        method=verdict.method,
    )


def _is_finite(value: object) -> bool:
    return isinstance(value, Real) and isfinite(value)


def _text(completion: object) -> str:
    """The text that is judged; empty if there is none."""
    if isinstance(completion, str):
        return completion
    if not isinstance(completion, list | tuple):
        return ""
    for message in reversed(completion):
        if isinstance(message, Mapping) and message.get("role", "assistant") == "assistant":
            return _content(message.get("content"))
    return ""


def _content(content: object) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list | tuple):
        return ""
    texts = [part.get("text") for part in content if isinstance(part, Mapping)]
    return "".join(text for text in texts if isinstance(text, str))


def _reference(value: object) -> str:
    """A reference as text; finite numbers as they print, and for anything else an empty text: a broken reference."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Real):
        return ""
    try:
        text = str(value)
    except ValueError:  # Python refuses to print integers of thousands of digits
        return ""
    return text if text[-1:].isdigit() else ""


math_reward = MathReward(("solution", "answer"))
"""The strict reward, with the references of the column ``solution`` as TRL's ``accuracy_reward`` has them, else of
``answer``."""
