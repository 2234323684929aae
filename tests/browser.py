"""A headless Chromium for tests of pages, or a skip that says why there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

__all__ = ["chromium"]

_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Any]:
    """A playwright browser; skips the test where the package or the browser is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is missing: make test-browser")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is missing: make test-browser")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
