"""Mastermind's reply tables, computed here from the rules of the game and not by the library."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

Table = npt.NDArray[np.int64]


@cache
def build(pegs: int, colours: int) -> Table:
    """Replies black * (pegs + 1) + white; codes in lexicographic order, colours from 0."""
    codes = np.array(list(product(range(colours), repeat=pegs)))
    black = (codes[:, None] == codes[None]).sum(-1)
    counts = np.stack([(codes == colour).sum(1) for colour in range(colours)], 1)
    common = np.minimum(counts[:, None], counts[None]).sum(-1)
    return np.asarray(black * (pegs + 1) + common - black)


@pytest.fixture(scope="session")
def mastermind() -> Callable[[int, int], Table]:
    """``mastermind(pegs, colours)`` is the reply table; a win is ``pegs * (pegs + 1)``."""
    return build
