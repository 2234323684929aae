"""The page of a report in a headless Chromium: a suite over all environments is filtered, read, and answers shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium
from click.testing import CliRunner

from sml_env.bench.cli import cli

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]

SCREENSHOTS = os.environ.get("SML_ENV_SCREENSHOTS", "")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    run = str(folder / "run.jsonl")
    assert CliRunner().invoke(cli, ["bench", "--suite", "smoke-v1", "--out", run]).exit_code == 0
    assert CliRunner().invoke(cli, ["report", run, "--out", str(folder / "page.html")]).exit_code == 0
    return folder / "page.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Any, report: Path) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("request", lambda request: faults.append(request.url) if not request.url.startswith("file:") else None)
    opened.goto(report.as_uri())
    yield opened
    context.close()
    assert not faults, faults


def test_filters_leave_what_they_say(page: Any) -> None:
    page.select_option("#filter-env", "sml_env/MathTutor-v0")
    page.select_option("#filter-asymmetry", "answer")
    page.select_option("#filter-agent", "greedy")
    assert page.locator("#scores table").count() == 1
    assert "100%" in page.locator("#scores tbody tr").inner_text()
    page.select_option("#filter-outcome", "solved")
    badges = page.locator("#list .badge").all_inner_texts()
    assert badges and set(badges) == {"solved"}
    page.select_option("#filter-outcome", "failed")
    assert page.locator("#list details").count() == 0


def test_a_transcript_opens_by_keyboard_and_reveals_its_secret_only_when_asked(page: Any) -> None:
    page.select_option("#filter-env", "sml_env/MathTutor-v0")
    page.select_option("#filter-agent", "scripted")
    page.select_option("#filter-outcome", "unsolved")
    page.locator("#list summary").first.focus()
    page.keyboard.press("Enter")
    talk = page.locator("#list details .talk").first
    assert talk.locator(".turn").count() >= 4 and "entropy left" in talk.inner_text()
    assert "Answer:" not in page.locator("#list").inner_text()
    button = talk.get_by_role("button", name="Reveal the answer")
    button.focus()
    page.keyboard.press("Enter")
    assert "Answer:" in talk.inner_text()
    page.keyboard.press("Enter")
    assert "Answer:" not in talk.inner_text()


def test_words_are_searched_in_transcripts(page: Any) -> None:
    page.fill("#filter-search", "find it by yes-or-no")
    shown = page.locator("#list .what").all_inner_texts()
    assert shown and all("TwentyQuestions" in text for text in shown)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_nothing_is_wider_than_the_screen(browser: Any, report: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(report.as_uri())
    page.select_option("#filter-env", "sml_env/MathTutor-v0")
    page.locator("#list summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/report-{width}-{scheme}.png", full_page=True)
    context.close()
