"""What ran an experiment, as far as its numbers and its speed depend on it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

__all__ = ["machine"]


def machine(packages: Iterable[str], **more: Any) -> dict[str, Any]:
    """The machine in words that tell it from none of its like: JSON-able.

    Args:
        packages: Whose versions count.
        **more: Settings of the run: ``workers``.
    """
    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in packages},
        **more,
        "load_before": round(os.getloadavg()[0], 1),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "from the working directory"
