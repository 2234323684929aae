"""What a run may use, and the levels of confinement by name."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from sml_env.errors import ConfigurationError

__all__ = ["DEFAULT_LIMITS", "LEVELS", "MINIMUM", "Limits", "layers_of", "level_of"]

LEVELS: Final = ("unsafe", "limited", "filtered", "confined", "isolated")
"""From weakest to strongest; see ``sml_env.verifiers.sandbox`` for what each covers."""
MINIMUM: Final = "filtered"
"""The weakest level at which programs run unless a level is named."""

_LAYERS: Final[dict[str, tuple[str, ...]]] = {
    "unsafe": (),
    "limited": (),
    "filtered": ("seccomp",),
    "confined": ("seccomp", "landlock"),
    "isolated": ("seccomp", "landlock", "namespaces"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run of a program may use.

    Attributes:
        seconds_per_call: Wall time of one call, in seconds.
        seconds: Wall time of the whole run, loading included, in seconds; processor time is bounded by one more.
        memory_bytes: Address space beyond the interpreter's own, in bytes.
        source_characters: Of the program.
        output_bytes: Of standard output, and of all results together.
    """

    seconds_per_call: float = 2.0
    seconds: float = 10.0
    memory_bytes: int = 1 << 30
    source_characters: int = 100_000
    output_bytes: int = 1 << 22

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 < value <= 1 << 40 or (field.type == "int" and not isinstance(value, int)):
                raise ConfigurationError(f"{field.name}: {value!r} is not a positive {field.type}")


DEFAULT_LIMITS: Final = Limits()


def layers_of(level: str | None) -> tuple[str, ...]:
    """The layers that a level is made of; for ``None`` all that there are.

    Raises:
        ConfigurationError: If there is no such level.
    """
    if level is None:
        return _LAYERS["isolated"]
    if level not in _LAYERS:
        raise ConfigurationError(f"level: {level!r} is none of {', '.join(LEVELS)}")
    return _LAYERS[level]


def level_of(layers: set[str]) -> str:
    """The strongest level whose layers all hold."""
    reached = "limited"
    for level in LEVELS[2:]:
        if set(_LAYERS[level]) <= layers:
            reached = level
    return reached
