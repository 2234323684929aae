"""The space of utterances: any text up to a length, sampled as something a student might say."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from gymnasium import spaces

__all__ = ["Utterance"]

_PRINTABLE: Final = "".join(chr(code) for code in range(32, 127)) + "\n"
_TEMPLATES: Final = (
    "x > {}", "Is the answer less than {}?", "is it even?", "is it a prime number?", "x mod {}", "Give me a hint.",
    "is 3x = {} right?", "why is {} wrong?", "answer: {}", "I think it is {}", "between {} and 40?", "How many digits?",
    "what is the speed?", "What is the answer?", "hm", "", "x^2 <= {}", "\\boxed{{{}}}",
)  # fmt: skip


class Utterance(spaces.Text):
    """Text of 0 to ``max_length`` characters of any alphabet.

    ``contains`` checks the type and the length alone. ``sample`` yields questions, attempts and noise, so that random
    agents and environment checkers exercise the parser.

    Args:
        max_length: Longest text, in characters.
        seed: Of ``sample``.
    """

    def __init__(self, max_length: int = 8_000, *, seed: int | np.random.Generator | None = None) -> None:
        super().__init__(max_length, min_length=0, charset=_PRINTABLE, seed=seed)

    def contains(self, x: Any) -> bool:
        """Whether x is a text that is not too long."""
        return isinstance(x, str) and len(x) <= self.max_length

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """An utterance; masks are accepted for compatibility and ignored."""
        choice = int(self.np_random.integers(len(_TEMPLATES) + 1))
        if choice == len(_TEMPLATES):
            length = int(self.np_random.integers(0, min(20, self.max_length + 1)))
            return "".join(_PRINTABLE[int(code)] for code in self.np_random.integers(len(_PRINTABLE), size=length))
        return _TEMPLATES[choice].format(int(self.np_random.integers(-20, 100)))[: self.max_length]

    def __repr__(self) -> str:
        return f"Utterance(max_length={self.max_length})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Utterance) and other.max_length == self.max_length

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.max_length))
