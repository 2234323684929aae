"""What ``sml-env doctor`` prints: the layers of the sandbox on this machine, and a trial run."""

from __future__ import annotations

import json
import platform
import sys
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sml_env.verifiers.execution import ExecutionVerifier
from sml_env.verifiers.sandbox import LEVELS, MINIMUM, HelperFailed, survey

__all__ = ["examine"]

_LAYERS: Final = {
    "limits": "memory, processor time, descriptors and files are bounded",
    "privileges": "no program gains privileges, and none can be traced",
    "capabilities": "root's powers are given up",
    "seccomp": "system calls are those of a list: no processes, no network, no signals",
    "landlock": "files: only the standard library can be read, and nothing written",
    "namespaces": "processes, network and shared memory of the machine are out of sight",
}
_TRIAL: Final = "def double(n):\n    return 2 * n\n"


def examine(level: str | None, *, as_json: bool) -> int:
    """Print what holds here.

    Args:
        level: Required; ``None`` for the least at which programs run.
        as_json: One JSON object instead of a table.

    Returns:
        The exit code: 0 if the level is reached and a trial program was judged right.
    """
    required = level or MINIMUM
    best, reason = "unsafe", ""
    layers: dict[str, str] = {}
    try:
        report = survey()
        best = report.pop("level")
        layers = {name: report.get(name, "not tried") for name in _LAYERS}
    except HelperFailed as error:
        reason = str(error)
    sound = LEVELS.index(best) >= LEVELS.index(required)
    if sound:
        verdict = ExecutionVerifier().verify_code(_TRIAL, {"function": "double", "cases": [[[21], 42]]})
        sound, reason = verdict.correct, "" if verdict.correct else verdict.reason
    elif not reason:
        reason = f"level {required!r} is needed, and {best!r} is reached"
    if as_json:
        found = {"level": best, "required": required, "sound": sound, "reason": reason, "layers": layers}
        print(json.dumps(found))
        return 0 if sound else 1
    console = Console(highlight=False)
    console.print(Text(f"Python {platform.python_version()} on {platform.system()} {platform.release()}, "
                       f"{platform.machine()}"))  # fmt: skip
    table = Table("layer", "holds", "what it does, or why it does not hold", box=None, pad_edge=False)
    for name, fault in layers.items():
        mark = Text("yes", style="green") if not fault else Text("no", style="red")
        table.add_row(Text(name), mark, Text(fault or _LAYERS[name]))
    console.print(table)
    console.print(Text(f"level: {best}", style="bold"), Text("(of " + ", ".join(LEVELS) + ")"))
    if sound:
        console.print(Text("A trial program ran and was judged right."))
    else:
        print(f"sml-env: {reason}", file=sys.stderr)
    return 0 if sound else 1
