"""Reading a family's settings from a JSON-able mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sml_env.errors import ConfigurationError

__all__ = ["checked", "integer", "integers", "names"]


def checked(kind: type[Any], config: Mapping[str, Any] | None) -> dict[str, Any]:
    """The settings of a frozen dataclass, all of them known.

    Raises:
        ConfigurationError: If it is no mapping, or a key is unknown.
    """
    if config is not None and not isinstance(config, Mapping):
        raise ConfigurationError(f"config: {config!r} is not a mapping")
    given = dict(config or {})
    known = {field.name for field in fields(kind)}
    if unknown := sorted(set(given) - known, key=str):
        raise ConfigurationError(f"config: {unknown} unknown; known are {', '.join(sorted(known))}")
    return given


def integer(name: str, value: object, low: int, high: int) -> int:
    """An integer from low to high.

    Raises:
        ConfigurationError: If it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigurationError(f"{name}: {value!r} is not an integer from {low} to {high:,}")
    return value


def integers(name: str, value: object) -> tuple[int, ...]:
    """A list of integers as a tuple.

    Raises:
        ConfigurationError: If it is not one.
    """
    known = isinstance(value, list | tuple)
    if not known or any(isinstance(item, bool) or not isinstance(item, int) for item in value):  # type: ignore[attr-defined]
        raise ConfigurationError(f"{name}: {value!r} is not a list of integers")
    return tuple(value)  # type: ignore[arg-type]


def names(name: str, value: object, known: Sequence[str]) -> tuple[str, ...]:
    """A list of known names, at least one, in the order of those known and each once.

    Raises:
        ConfigurationError: If it is not one.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ConfigurationError(f"{name}: {value!r} is not a list of names of {', '.join(known)}")
    if unknown := [item for item in value if item not in known]:
        raise ConfigurationError(f"{name}: {unknown} unknown; known are {', '.join(known)}")
    if not value:
        raise ConfigurationError(f"{name}: {value!r} leaves nothing; choose of {', '.join(known)}")
    return tuple(item for item in known if item in value)
