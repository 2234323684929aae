"""The one tree of exceptions that this library raises on purpose.

    SmlError
    ├── ConfigurationError (ValueError)   an argument, or a pair of arguments, that makes no sense
    ├── DataError (ValueError)            a data file with bad rows: names the file, the lines and the faults
    ├── ExpressionError (ValueError)      text that is not a mathematical expression, or is over a limit
    ├── MissingExtraError (ImportError)   an optional dependency is absent: names the extra
    ├── ModelError (RuntimeError)         a language model that cannot be asked, or gave nothing
    ├── ResetNeeded (RuntimeError)        a step before reset, or after the end of an episode
    └── TeacherError (RuntimeError)       a teacher raised, or returned something that is no reply

What a student says never raises: it is data, and gets a reply.
"""

from __future__ import annotations

__all__ = [
    "ConfigurationError",
    "DataError",
    "ExpressionError",
    "MissingExtraError",
    "ModelError",
    "ResetNeeded",
    "SmlError",
    "TeacherError",
]


class SmlError(Exception):
    """Root of the tree: ``except SmlError`` catches whatever this library raises on purpose."""


class ConfigurationError(SmlError, ValueError):
    """An argument, or a pair of arguments, that makes no sense; names the argument and the value."""


class DataError(SmlError, ValueError):
    """A data file with bad rows; names the file, the lines and the faults, and counts the good rows."""


class ExpressionError(SmlError, ValueError):
    """Text that is not a mathematical expression, or one that is over a documented limit."""


class MissingExtraError(SmlError, ImportError):
    """An optional dependency is absent; names the extra to install."""


class ModelError(SmlError, RuntimeError):
    """A language model that cannot be asked, or gave nothing; the message is public and quotes no prompt or reply."""


class ResetNeeded(SmlError, RuntimeError):
    """A step before the first reset, or after the end of an episode."""


class TeacherError(SmlError, RuntimeError):
    """A teacher raised, or returned something that is not one string per request."""
