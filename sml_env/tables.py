"""Reply tables: which reply is true for a query under a hypothesis, held as an array or worked out when asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from sml_env.information import FloatArray, reply_entropy_bits

__all__ = [
    "DENSE_CELLS",
    "DenseTable",
    "LazyTable",
    "ReplyTable",
    "log_table",
    "partition_bits",
    "surprisal_table",
    "tabulated",
]

DENSE_CELLS: Final = 2**24
"""A table of more cells than this is not held as an array."""

_CHUNK: Final = 2**21
"""Cells worked on at once."""

Codes = npt.NDArray[np.integer]


class ReplyTable(Protocol):
    """The true reply to each of Q queries under each of N hypotheses, as small integers."""

    @property
    def shape(self) -> tuple[int, int]:
        """Q and N."""
        ...

    def codes(self, queries: Codes, hypotheses: Codes) -> Codes:
        """The replies' codes, for arrays that broadcast against each other."""
        ...


class DenseTable:
    """A table held as an array.

    Args:
        array: Shape ``(Q, N)``.
    """

    def __init__(self, array: Codes) -> None:
        self.array = np.ascontiguousarray(array)
        self._flat = self.array.reshape(-1)

    @property
    def shape(self) -> tuple[int, int]:
        """Q and N."""
        return self.array.shape[0], self.array.shape[1]

    def codes(self, queries: Codes, hypotheses: Codes) -> Codes:
        """The replies' codes."""
        return np.asarray(self._flat.take(queries * self.array.shape[1] + hypotheses))


class LazyTable:
    """A table worked out when asked for.

    Args:
        shape: Q and N.
        rule: The replies' codes for arrays of queries and hypotheses that broadcast against each other.
    """

    def __init__(self, shape: tuple[int, int], rule: Callable[[Codes, Codes], Codes]) -> None:
        self._shape = shape
        self._rule = rule

    @property
    def shape(self) -> tuple[int, int]:
        """Q and N."""
        return self._shape

    def codes(self, queries: Codes, hypotheses: Codes) -> Codes:
        """The replies' codes."""
        return self._rule(queries, hypotheses)


def tabulated(table: ReplyTable) -> ReplyTable:
    """The same table as an array if it is small enough to hold, else as it is."""
    queries, hypotheses = table.shape
    if isinstance(table, DenseTable) or queries * hypotheses > DENSE_CELLS:
        return table
    columns = np.arange(hypotheses)
    step = max(1, _CHUNK // max(hypotheses, 1))
    parts = [
        table.codes(np.arange(first, min(first + step, queries))[:, None], columns).astype(np.int16)
        for first in range(0, queries, step)
    ]
    array = np.concatenate(parts) if parts else np.zeros((0, hypotheses), dtype=np.int16)
    return DenseTable(array.astype(np.int8) if array.max(initial=0) < 128 else array)


def log_table(size: int) -> FloatArray:
    """Give log2 n for n from 0 to size, 0 at 0."""
    return np.log2(np.maximum(np.arange(size + 1, dtype=np.float64), 1.0))


def surprisal_table(size: int) -> FloatArray:
    """Give n log2 n for n from 0 to size."""
    return np.arange(size + 1, dtype=np.float64) * log_table(size)


def partition_bits(
    table: ReplyTable, live: npt.NDArray[np.integer], weights: FloatArray, replies: int, queries: Codes | None = None
) -> FloatArray:
    """Entropy of the true reply to each query, in bits: its expected information where replies are always true.

    Works in chunks, so that memory is bounded whatever the size of the table.

    Args:
        table: The replies.
        live: Shape ``(L,)``: hypotheses that are still possible.
        weights: Shape ``(L,)``: their probabilities.
        replies: The largest number of replies of a query.
        queries: Which queries; all of them by default.

    Returns:
        Shape ``(Q,)``.
    """
    rows = np.arange(table.shape[0]) if queries is None else np.asarray(queries)
    bits = np.empty(len(rows))
    step = max(1, _CHUNK // max(len(live), 1))
    starts = np.array([0])
    for first in range(0, len(rows), step):
        chunk = rows[first : first + step]
        codes = table.codes(chunk[:, None], live) + np.arange(len(chunk))[:, None] * replies
        masses: FloatArray = (
            np.bincount(codes.reshape(-1), np.broadcast_to(weights, codes.shape).reshape(-1), len(chunk) * replies)
            .reshape(len(chunk), replies)
            .astype(np.float64, copy=False)
        )
        bits[first : first + len(chunk)] = reply_entropy_bits(masses, starts)[:, 0]
    return np.maximum(bits, 0.0)
