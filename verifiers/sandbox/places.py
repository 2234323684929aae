"""What an untrusted program may read: the standard library, the shared libraries that it loads, and named packages."""

from __future__ import annotations

import glob
import os
import sys
import sysconfig
from collections.abc import Iterable
from typing import Final

__all__ = ["package_folders", "readable_places"]

_NOT_STANDARD: Final = frozenset(
    {"site-packages", "dist-packages", "test", "idlelib", "lib2to3", "ensurepip", "turtledemo", "pydoc_data"}
)
_LIBRARIES: Final = (
    "bz2", "c", "crypt", "crypto", "dl", "expat", "ffi", "gcc_s", "gdbm", "lzma", "m", "mpdec", "ncursesw", "panelw",
    "pthread", "python3", "readline", "rt", "sqlite3", "ssl", "stdc++", "tinfo", "util", "uuid", "z", "zstd",
)  # fmt: skip


def readable_places(packages: Iterable[str] = ()) -> list[str]:
    """Paths of files and folders, seen from the interpreter that runs this.

    Args:
        packages: Folders and files of packages beside the standard library's.
    """
    places: list[str] = []
    for standard in {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}:
        places += [os.path.join(standard, name) for name in sorted(os.listdir(standard)) if name not in _NOT_STANDARD]
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    places.append(os.path.join(sys.base_prefix, "lib", f"python{version}.zip"))
    folders = {os.path.join(sys.base_prefix, "lib")}
    for pattern in ("/lib/*-linux-gnu*", "/usr/lib/*-linux-gnu*", "/lib64", "/usr/lib64", "/lib", "/usr/lib"):
        folders |= set(glob.glob(pattern))
    folders |= {folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if folder}
    for folder in sorted(folders):
        for name in _LIBRARIES:
            places += glob.glob(os.path.join(glob.escape(folder), f"lib{name}*.so*"))
    return [*places, "/etc/ld.so.cache", "/usr/share/zoneinfo", "/dev/null", *packages]


def package_folders(name: str) -> tuple[str, list[str]]:
    """Where a package lies that programs may use: the folder to import from, and what of it is read.

    Raises:
        ModuleNotFoundError: If it is not installed.
    """
    from importlib.util import find_spec

    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {name!r} is not installed")
    if spec.submodule_search_locations:
        folder = os.path.abspath(next(iter(spec.submodule_search_locations)))
        parent = os.path.dirname(folder)
        return parent, [folder, *glob.glob(os.path.join(glob.escape(parent), f"{glob.escape(name)}.libs"))]
    return os.path.dirname(os.path.abspath(spec.origin)), [os.path.abspath(spec.origin)]
