"""The agents that a benchmark can name: the library's own, language models, and a user's by ``module:callable``."""

from __future__ import annotations

import sys
from copy import copy
from importlib import import_module
from pathlib import Path
from typing import Final

from sml_env.agents import Agent, make_agent
from sml_env.errors import ConfigurationError
from sml_env.models.naming import names_a_model
from sml_env.students import ModelAgent, make_student

__all__ = ["student", "students"]

_MAX_NAME: Final = 200


def student(name: str) -> Agent:
    """A new agent by its name.

    Args:
        name: Of ``sml_env.agents.AGENTS``, a language model's as ``make_student`` reads it, or ``module:callable``:
            what the callable returns must be like ``Agent``. Modules are looked for in the working directory, too.

    Raises:
        ConfigurationError: If there is none of that name, or it is no agent.
    """
    if names_a_model(name):
        return make_student(name)
    return _by_entry_point(name) if ":" in name else make_agent(name)


def students(name: str, count: int) -> list[Agent]:
    """Some agents of one name; those on a language model share it."""
    first = student(name)
    return [first, *(copy(first) if isinstance(first, ModelAgent) else student(name) for _ in range(count - 1))]


def _by_entry_point(name: str) -> Agent:
    module, _, attributes = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found = import_module(module)
        for attribute in attributes.split("."):
            found = getattr(found, attribute)
        made = found()  # type: ignore[operator]
    except Exception as error:  # a user's module is foreign code
        reason = (str(error).splitlines() or [""])[0][:200]
        raise ConfigurationError(f"agents: {name!r} cannot be made: {type(error).__name__}: {reason}") from error
    named = getattr(made, "name", None)
    if not isinstance(made, Agent) or not isinstance(named, str) or not named.strip() or len(named) > _MAX_NAME:
        raise ConfigurationError(f"agents: {name!r} gives a {type(made).__name__}, which has no name, begin and act")
    return made
