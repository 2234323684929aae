"""The texts that language models are given, read from files that a person can read and override.

Each is a Jinja template. What is put in is data: it is never read as a template. What is the same for all problems
stands first, so that a server that keeps prefixes reads it once.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Final

from sml_env.errors import ConfigurationError

__all__ = ["NAMES", "Prompts"]

NAMES: Final = (
    "student",
    "teacher_answer",
    "teacher_knowledge",
    "teacher_none",
    "teacher_refused",
    "teacher_structured",
    "teacher_verifier",
)
"""The files, without ``.txt``."""


class Prompts:
    """The texts of a folder, and those of the package for what it lacks.

    Args:
        folder: Holds files such as ``teacher_answer.txt``; ``None`` for the package's own.

    Raises:
        ConfigurationError: If there is no such folder, or it holds none of the files.
    """

    def __init__(self, folder: str | None = None) -> None:
        if folder is not None:
            if not isinstance(folder, str) or not Path(folder).is_dir():
                raise ConfigurationError(f"prompts: {folder!r} is not a folder")
            if not any((Path(folder) / f"{name}.txt").is_file() for name in NAMES):
                raise ConfigurationError(f"prompts: {folder!r} holds none of {', '.join(NAMES)} (.txt)")
        self._folder = folder

    @cached_property
    def _templates(self) -> Any:
        from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        own = [] if self._folder is None else [FileSystemLoader(self._folder)]
        return ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([*own, PackageLoader("sml_env", "prompts")]),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def __getstate__(self) -> dict[str, Any]:
        return {"_folder": self._folder}

    def text(self, name: str, **given: Any) -> str:
        """A text with what is given put in.

        Raises:
            ConfigurationError: If the file is not a template, or asks for what is not given.
        """
        from jinja2 import TemplateError

        try:
            filled: str = self._templates.get_template(f"{name}.txt").render(**given)
        except TemplateError as error:
            raise ConfigurationError(f"prompts: {name}.txt: {type(error).__name__}: {error}") from error
        return filled.strip()
