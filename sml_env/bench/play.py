"""A lesson in a terminal, with a person as the student, or a language model that the person watches."""

from __future__ import annotations

import secrets
from contextlib import suppress
from importlib import import_module
from shutil import get_terminal_size
from textwrap import fill
from typing import Any, Final

import click
import gymnasium as gym
import numpy as np

from sml_env.core import TextEnv
from sml_env.lesson import Lesson
from sml_env.students import ModelAgent
from sml_env.teachers.model import ModelTeacher

__all__ = ["play_lesson", "printable"]

_QUIT: Final = frozenset({"quit", "exit", ":q"})
_FENCE: Final = "```"
_ENDS: Final = '"quit" ends.'


def printable(text: str) -> str:
    """Text without control characters but line ends, so that data cannot steer the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def _help(core: Any) -> str:
    """What can be said, without the teacher's apology before it."""
    text: str = core.dialogue.problem.domain.help
    return text.removeprefix("I did not understand. ")


def _said() -> str | None:
    """The next line that is not empty, or block; ``None`` at the end of the input or when the person quits."""
    words = ""
    while not words.strip() or words.count(_FENCE) % 2:
        try:
            line = input("...> " if words.strip() else "you> ")
        except (EOFError, KeyboardInterrupt):
            click.echo()
            return None
        if line.strip().lower() in _QUIT:
            return None
        words = f"{words}\n{line}" if words.strip() else line.strip()
    return words


def _bits(value: float | None) -> str:
    return "?" if value is None else f"{value:.2f}"


def _account(info: dict[str, Any]) -> str:
    """One line on what the last turn told."""
    left = info["belief_entropy_bits"]
    if left is None:
        return "  [open problem: bits are not known]"
    if info["query_kind"] == "attempt":
        return f"  [attempt: the verdict told {_bits(info['verdict_bits'])} bits, {_bits(left)} left]"
    expected = f"expected {_bits(info['expected_bits'])} of at best {_bits(info['best_bits'])} bits"
    return f"  [{info['query_kind']}: {expected}, told {_bits(info['realised_bits'])}, {_bits(left)} left]"


def _show(text: str) -> None:
    """Print, broken at spaces to the width of the terminal."""
    width = max(20, get_terminal_size().columns)
    for line in printable(text).split("\n"):
        click.echo(fill(line, width, break_long_words=False, break_on_hyphens=False))


def play_lesson(env: gym.Env[str, str], *, seed: int | None, bits: bool, agent: ModelAgent | None = None) -> bool:
    """Play one lesson with a person, and say how it ended.

    Args:
        env: A text environment of this library.
        seed: Of the reset; ``None`` draws one and says which.
        bits: Whether to show what each turn told.
        agent: The student in the person's place.

    Returns:
        Whether the problem was solved.

    Raises:
        ModelError: If a language model that takes part cannot be asked.
    """
    core = env.unwrapped
    for party in (agent, getattr(core, "teacher", None)):
        if isinstance(party, ModelAgent | ModelTeacher):
            party.model.check()
    with suppress(ImportError):
        import_module("readline")  # line editing for ``input``, where the system has it
    chosen = secrets.randbelow(10**6) if seed is None else seed
    observation, info = env.reset(seed=chosen)
    _show(f"(problem {info['problem_id']}, --seed {chosen})\n{_help(env.unwrapped)}\n{_ENDS}\n\n{observation}")
    if bits:
        click.echo(f"  [to learn: {_bits(info['belief_entropy_bits'])} bits]")
    if agent is not None and isinstance(core, TextEnv):
        agent.begin(Lesson(core.dialogue), np.random.default_rng(chosen))
    ended = False
    while not ended:
        words = _said() if agent is None else agent.act(observation, info)
        if words is None:
            break
        if agent is not None:
            _show(f"student> {words}")
        observation, _, terminated, truncated, info = env.step(words)
        ended = terminated or truncated
        _show(observation)
        if bits:
            click.echo(_account(info))
    solved = bool(info.get("success", False))
    if solved:
        click.echo(f"Solved, with {info['turns_left']} turns left.")
        return True
    if failure := info.get("failure"):
        click.echo(f"The lesson was broken off: {printable(failure)}.")
    click.echo("Not solved." if ended else "You left; not solved.")
    if agent is not None:
        return False
    try:
        wanted = click.confirm("Show the answer?", default=False)
    except click.Abort:
        click.echo()
        return False
    if wanted and isinstance(core, TextEnv):
        click.echo(f"The answer is {printable(core.privileged()['answer'])}.")
    return False
