"""A server on the loopback, in a thread of this process, so that a test can look at what the server knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from serve.running import Server, running


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One without a token."""
    with running() as server:
        yield server
