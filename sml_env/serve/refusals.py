"""Refusals: what a request is answered with when it cannot be granted."""

from __future__ import annotations

from typing import Final

__all__ = ["Refusal"]

_STATUSES: Final = frozenset({400, 401, 403, 404, 408, 409, 413, 415, 503})


class Refusal(Exception):
    """A request that is not granted; the message is for who sent it, and never holds what is private.

    Args:
        status: Of the response: 400, 401, 403, 404, 408, 409, 413, 415 or 503.
        message: What is wrong, and what to do.
    """

    def __init__(self, status: int, message: str) -> None:
        if status not in _STATUSES:
            raise ValueError(f"status: {status!r} is none of {', '.join(map(str, sorted(_STATUSES)))}")
        super().__init__(message)
        self.status = status
        self.message = message
