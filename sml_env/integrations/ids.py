"""Environment ids as trainers give them: which are played in words, which by number, and which to use instead."""

from __future__ import annotations

from typing import Final

from sml_env.errors import ConfigurationError
from sml_env.registration import ROWS

__all__ = ["DISCRETE_IDS", "MODULE", "TEXT_IDS", "plain_id", "refuse_words"]

MODULE: Final = "sml_env:"
"""Before an id: Gymnasium imports the module that registers it."""

TEXT_IDS: Final = tuple(row.id for row in ROWS if not row.discrete)
DISCRETE_IDS: Final = tuple(sorted(row.id for row in ROWS if row.discrete))


def plain_id(env_id: str) -> str:
    """An id without its module."""
    return env_id.removeprefix(MODULE)


def refuse_words(env_id: str, reason: str) -> None:
    """Refuse an id that is played in words, and say which to use in its place.

    Args:
        env_id: As it was given.
        reason: Why words cannot be played.

    Raises:
        ConfigurationError: If it is such an id.
    """
    name = plain_id(env_id)
    if name not in TEXT_IDS:
        return
    other = name.replace("-v", "Discrete-v")
    known = ", ".join(DISCRETE_IDS)
    use = f"use {other!r}" if other in DISCRETE_IDS else f"it has no discrete view; choose one of {known}"
    raise ConfigurationError(f"env_id: {env_id!r} is played in words, {reason}; {use}")
