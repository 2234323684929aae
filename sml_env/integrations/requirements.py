"""What an adapter needs of another package: the extra is named where it is absent, the range that works elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType

from sml_env.errors import MissingExtraError

__all__ = ["Requirement"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A package in a range of versions; its imports stand in a ``with`` block of this.

    A package that holds no record of its version (a checkout on the path) is tried as it is.

    Attributes:
        package: As it is installed: ``skyrl-gym``, or ``ray[rllib]``.
        extra: That installs it.
        low: The oldest version that works.
        high: The oldest that is not tried.
        excluded: Versions between that do not work.
    """

    package: str
    extra: str
    low: str
    high: str
    excluded: tuple[str, ...] = ()

    @property
    def range(self) -> str:
        """As in ``setup.cfg``."""
        return ",".join([f"{self.package}>={self.low}", f"<{self.high}", *(f"!={each}" for each in self.excluded)])

    def check(self) -> None:
        """See that the package is there, where nothing of it is imported yet.

        Raises:
            MissingExtraError: If it is absent, or of a version that is not in the range.
        """
        if self._installed() is None:
            raise MissingExtraError(f"{self.package}: the package is missing; {self._install}")
        self.__enter__()

    def __enter__(self) -> None:
        installed = self._installed()
        if installed is not None and not self._works(installed):
            raise MissingExtraError(
                f"{self.package}: version {installed} is installed, and {self.range} is what works; {self._install}"
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, ImportError):
            return
        installed = self._installed()
        if installed is None:
            raise MissingExtraError(f"{self.package}: the package is missing; {self._install}") from error
        raise MissingExtraError(
            f"{self.package}: version {installed} is installed and cannot be imported ({error}); {self._install}"
        ) from error

    def _works(self, installed: str) -> bool:
        release = _release(installed)
        between = _release(self.low) <= release < _release(self.high)
        return between and release not in map(_release, self.excluded)

    @property
    def _install(self) -> str:
        return f'install it with pip install "sml_env[{self.extra}]"'

    def _installed(self) -> str | None:
        try:
            return version(self.package.partition("[")[0])
        except PackageNotFoundError:
            return None


def _release(text: str) -> tuple[int, ...]:
    """The numbers that a version begins with, without zeros at their end, so that 0.4 and 0.4.0 are one."""
    found = re.match(r"\d+(?:\.\d+)*", text)
    numbers = [] if found is None else [int(number) for number in found[0].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
