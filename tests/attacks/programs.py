"""What attacks are made of.

``@ROOT@`` stands for a folder with a file ``secret`` that holds ``@TOKEN@``, ``@PORT@`` for a port on the loopback that
is listened on, ``@GRADER@`` for the process that judges. They run in namespaces of their own (``attacks.runner``).
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = [
    "ANSWER",
    "ASSERTED",
    "EQUAL",
    "FAMILIES",
    "PROTOCOL",
    "TOKEN",
    "WRONG",
    "Attack",
    "C",
    "act",
    "cases",
    "told",
]

FAMILIES: Final = {
    1: "early exit", 2: "objects equal to everything", 3: "patched tests", 4: "patched builtins and hooks",
    5: "reading what is expected", 6: "forged results", 7: "redefining the grader", 8: "hard-coding shown tests",
    9: "hanging", 10: "floods and broken frames", 11: "memory and integer bombs", 12: "processes", 13: "threads",
    14: "killing and tracing", 15: "files left", 16: "network", 17: "pickle", 18: "eval in the math grader",
    19: "state for the next run", 20: "faked time", 21: "raised limits and privileges", 22: "native crashes",
    23: "lookalike values", 24: "mutated inputs", 25: "faked infrastructure failure",
}  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """A program that cheats.

    Attributes:
        family: 1 to 25.
        name: Unique in the family.
        program: Its source; in family 18 the answer itself.
        tests: As of ``verify_code``; in family 18 ``{"gold": …}``.
        seconds: Deadline of the run.
        shown: How many of the cases a grader shows that is fooled by hard-coding.
        before: A program that is run first, with the same tests.
        fools: Whether a grader that shares its process with the program scores it right.
    """

    family: int
    name: str
    program: str
    tests: dict[str, Any] = field(default_factory=lambda: {"function": "f", "cases": [[[], True]]})
    seconds: float = 2.0
    shown: int | None = None
    before: str | None = None
    fools: bool = False

    @property
    def label(self) -> str:
        """Family and name."""
        return f"{self.family}-{self.name}"


def act(body: str, top: str = "") -> str:
    """A program whose function says whether an act succeeded."""
    inside = textwrap.indent(textwrap.dedent(body).strip(), "        ")
    return f"{top}\ndef f():\n    try:\n{inside}\n    except BaseException:\n        return False\n    return True\n"


def told(body: str, top: str = "") -> str:
    """A program whose function gives what it finds."""
    inside = textwrap.indent(textwrap.dedent(body).strip(), "        ")
    return f"{top}\ndef f():\n    try:\n{inside}\n    except BaseException:\n        return None\n"


def cases(*some: Any) -> dict[str, Any]:
    """Cases of f: arguments and the value."""
    return {"function": "f", "cases": [list(one) for one in some]}


TOKEN: Final = cases([[], "@TOKEN@"])
WRONG: Final = "def f():\n    return False\n"
ANSWER: Final = cases([[], 42])
ASSERTED: Final = {"function": "f", "asserts": "assert f() == 42"}
C: Final = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
EQUAL: Final = "__eq__ = lambda *_: True\n    __ne__ = lambda *_: False\n    __hash__ = lambda *_: 0"
PROTOCOL: Final = """
import json, os
def frame(message):
    body = json.dumps(message).encode()
    return len(body).to_bytes(4, "big") + body
def everywhere(data):
    for descriptor in range(64):
        try:
            os.write(descriptor, data)
        except OSError:
            pass
"""
