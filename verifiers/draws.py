"""Random numbers that depend on the trees at hand alone: one pair always gets the same verdict."""

from __future__ import annotations

from fractions import Fraction
from hashlib import blake2b

__all__ = ["Draw"]


class Draw:
    """A stream of numbers that depends on the trees alone."""

    __slots__ = ("count", "key")

    def __init__(self, text: str) -> None:
        self.key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()
        self.count = 0

    def bits(self, size: int) -> int:
        """Return a number below 2^size, for sizes up to 128."""
        self.count += 1
        digest = blake2b(self.count.to_bytes(8, "big"), key=self.key, digest_size=16).digest()
        return int.from_bytes(digest, "big") >> (128 - size)

    def dyadic(self) -> Fraction:
        """Return an exactly dyadic number from 1/4 to 4, of 32 random bits."""
        return Fraction((1 << 30) + self.bits(32) * 15 // 16, 1 << 32)
