"""Verdicts, the verifier protocol and the registry of verifiers by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from threading import Lock
from typing import Protocol, runtime_checkable

from sml_env.errors import ConfigurationError

__all__ = ["Status", "Verdict", "Verifier", "get", "register", "registered"]


class Status(str, Enum):
    """What became of one verification; only ``CORRECT`` earns credit."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    UNPARSABLE = "unparsable"
    """The answer is not in a notation that the verifier reads: scored as wrong."""
    UNDECIDED = "undecided"
    """Neither equality nor difference was established."""
    TIMEOUT = "timeout"
    REFERENCE_ERROR = "reference_error"
    """The reference is broken: not the student's fault, mark it unscored."""
    INFRASTRUCTURE_ERROR = "infrastructure_error"
    """The machinery failed: not the student's fault, mark it unscored."""

    def __str__(self) -> str:
        """Return the plain value, so that messages read the same on every Python."""
        return self.value


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one verification.

    Attributes:
        status: What became of it.
        method: Name of the stage that decided ("exact", "modular", ...).
        reason: One line for a person.
        extracted: The final answer found in the reply, or None if none was found.
    """

    status: Status
    method: str
    reason: str
    extracted: str | None = None

    @property
    def correct(self) -> bool:
        """True only if the answer was established to be right."""
        return self.status is Status.CORRECT


@runtime_checkable
class Verifier(Protocol):
    """Decides whether an answer is right; never raises on an answer, whatever it holds."""

    def verify(self, answer: str, reference: str) -> Verdict:
        """Compare an answer with the reference.

        Args:
            answer: What the student replied: untrusted text.
            reference: The right answer: trusted, but possibly broken.
        """
        ...


_factories: dict[str, Callable[[], Verifier]] = {}
_lock = Lock()


def register(name: str, factory: Callable[[], Verifier]) -> None:
    """Make a verifier available by name.

    Args:
        name: What `get` will be asked for.
        factory: Called without arguments by each `get`; may import what it needs.

    Raises:
        ConfigurationError: If the name is empty or taken by another factory.
    """
    if not isinstance(name, str) or not name:
        raise ConfigurationError(f"name={name!r}: pass a non-empty string")
    with _lock:
        if _factories.get(name, factory) is not factory:
            raise ConfigurationError(f"name={name!r} is already registered: choose another name")
        _factories[name] = factory


def registered() -> tuple[str, ...]:
    """Return the registered names, sorted."""
    with _lock:
        return tuple(sorted(_factories))


def get(name: str) -> Verifier:
    """Make the verifier of that name.

    Raises:
        ConfigurationError: If there is none; lists those there are.
    """
    with _lock:
        factory = _factories.get(name) if isinstance(name, str) else None
    if factory is None:
        raise ConfigurationError(
            f"name={name!r} is no verifier: use one of {', '.join(registered())}, "
            "or add yours with register(name, factory)"
        )
    return factory()
