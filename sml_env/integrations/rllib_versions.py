"""Which versions of Ray the adapters were tried with, and what is said where it is another, or none."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final

from sml_env.errors import MissingExtraError

__all__ = ["FIRST", "FIRST_NOT", "check_rllib", "without_rllib"]

FIRST: Final = (2, 54)
FIRST_NOT: Final = (3, 0)
"""Ray from the first version to below the second; the extra ``rllib`` in setup.cfg says the same."""

_INSTALL: Final = 'pip install "sml_env[rllib]"'


def check_rllib() -> None:
    """See that Ray is of a version that was tried.

    Raises:
        MissingExtraError: If it is not; the message names the range.
    """
    found = _installed()
    if found and not FIRST <= tuple(int(number) for number in re.findall(r"\d+", found)[:2]) < FIRST_NOT:
        works = f"ray>={FIRST[0]}.{FIRST[1]},<{FIRST_NOT[0]}"
        raise MissingExtraError(f"rllib: ray {found} is installed; {works} works: {_INSTALL}")


def without_rllib(error: ImportError) -> MissingExtraError:
    """What to raise where RLlib cannot be imported."""
    for package in ("ray", "torch"):
        if not _there(package):
            return MissingExtraError(f"rllib: the package {package} is missing; install the extra: {_INSTALL}")
    check_rllib()
    return MissingExtraError(f"rllib: RLlib cannot be imported ({error}); install the extra: {_INSTALL}")


def _there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ValueError:
        return False


def _installed() -> str:
    try:
        return version("ray")
    except PackageNotFoundError:
        return ""
