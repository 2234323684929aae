"""The pages are true: what they run runs, prints what stands below it, and their commands are commands.

A page is README.md or a Markdown file of docs/. Its ``python`` blocks run in order, in one process of their own; a
block without a language right below one is what it prints. A block is left out only where the line above it says why,
``<!-- not run: needs a server -->``.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import click
import pytest

from sml_env.bench.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^(?P<ticks>```+)(?P<language>[^`\n]*)\n(?P<code>.*?)^(?P=ticks)[ ]*$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"<!-- not run: \S.* -->\n+\Z")
SHELLS = {"", "sh", "bash", "console", "shell"}
DRIVER = """
import contextlib as _contextlib, io as _io, json as _json, sys as _sys
_printed = []
for _line, _code, _page in _json.load(_sys.stdin):
    with _contextlib.redirect_stdout(_io.StringIO()) as _told:
        exec(compile("\\n" * _line + _code, _page, "exec"), globals())
    _printed.append(_told.getvalue())
print(_json.dumps(_printed))
"""


@dataclass(frozen=True)
class Block:
    language: str
    code: str
    line: int
    run: bool
    follows: bool
    """Whether nothing but blank lines stands between the block before and this one."""


def blocks_of(text: str) -> list[Block]:
    found = list(FENCE.finditer(text))
    ends = [0, *(match.end() for match in found)]
    return [
        Block(
            match["language"].strip(),
            match["code"],
            text.count("\n", 0, match.start("code")),
            NOT_RUN.search(text[end : match.start()]) is None,
            not text[end : match.start()].strip(),
        )
        for end, match in zip(ends, found, strict=False)
    ]


def printed_by(blocks: list[Block], page: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DRIVER],
        input=json.dumps([(block.line, block.code, page) for block in blocks]),
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    printed: list[str] = json.loads(done.stdout.splitlines()[-1])
    return printed


def differences(text: str, page: str) -> list[tuple[str, str]]:
    """What stands below each block that runs, with what it printed, where they are not the same."""
    blocks = blocks_of(text)
    run = [block for block in blocks if block.language == "python" and block.run]
    printed = dict(zip((block.line for block in run), printed_by(run, page), strict=True))
    shown = [
        (after.code, printed[block.line])
        for block, after in pairwise(blocks)
        if block.line in printed and after.follows and not after.language
    ]
    return [(expected, told) for expected, told in shown if expected != told]


def commands_of(text: str) -> list[list[str]]:
    """The words after ``sml-env`` of each command line in a block for a terminal."""
    lines = [
        line.removeprefix("$ ")
        for block in blocks_of(text)
        if block.language in SHELLS
        for line in block.code.replace("\\\n", " ").splitlines()
    ]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("sml-env ")]


def understood(words: list[str]) -> None:
    """Parse a command as the command line does, and run nothing."""
    name, *arguments = words
    command = cli.get_command(click.Context(cli), name)
    if command is None:
        raise click.UsageError(f"no command {name!r}")
    command.make_context(name, arguments)


WITH_PYTHON = [page for page in PAGES if any(b.language == "python" for b in blocks_of(page.read_text("utf-8")))]
COMMANDS = [(page.name, words) for page in PAGES for words in commands_of(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.stem)
def test_every_python_block_runs_and_prints_what_stands_below_it(page: Path) -> None:
    assert differences(page.read_text(encoding="utf-8"), str(page.relative_to(ROOT))) == []


@pytest.mark.parametrize(("page", "words"), COMMANDS, ids=[f"{page}: {' '.join(words)}" for page, words in COMMANDS])
def test_every_command_line_is_understood(page: str, words: list[str]) -> None:
    understood(words)


def test_there_is_something_to_run() -> None:
    assert len(WITH_PYTHON) >= 9 and len(COMMANDS) >= 4


def test_the_first_lesson_is_compared_with_what_it_prints() -> None:
    loop, transcript, *_ = [block for block in blocks_of(PAGES[0].read_text("utf-8")) if block.language != "bash"]
    assert (loop.language, transcript.language, transcript.follows) == ("python", "", True)


def test_every_not_run_is_above_a_block() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert text.count("<!-- not run") == sum(not block.run for block in blocks_of(text)), page.name


# -- that these tests can fail -----------------------------------------------------------------------------------------

FAULTY = "# A page\n\n```python\na = 1\n```\n\n```python\nprint(a + 1)\n```\n\n```\n3\n```\n"


def test_blocks_share_a_namespace_and_a_wrong_output_is_found() -> None:
    assert differences(FAULTY, "page") == [("3\n", "2\n")]
    assert differences(FAULTY.replace("\n3\n", "\n2\n"), "page") == []


def test_a_block_that_raises_is_found_with_its_page_and_line() -> None:
    with pytest.raises(AssertionError, match=r'"page", line 8'):
        differences(FAULTY.replace("a + 1", "b"), "page")


def test_a_block_is_left_out_only_with_a_reason() -> None:
    text = "<!-- not run: needs a server -->\n```python\n1 / 0\n```\n"
    assert differences(text, "page") == []
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        differences(text.replace(": needs a server", ""), "page")


@pytest.mark.parametrize("words", [["bench", "--no-such-option"], ["no-such-command"], ["bench", "--episodes", "few"]])
def test_a_command_that_is_none_is_found(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        understood(words)


# -- the site ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The check that ``make docs`` makes of what it built."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_extensions"))
    return importlib.import_module("offline")


LOADED = {
    "page.html": '<script src="https://cdn.example/math.js"></script>',
    "sheet.html": '<link rel="stylesheet" href="//fonts.example/font.css">',
    "picture.html": '<img alt="" src="http://pictures.example/badge.svg">',
    "inline.html": "<p style=\"background: url('https://pictures.example/b.png')\"></p>",
    "block.html": "<style>@import 'https://fonts.example/font.css';</style>",
    "style.css": "@font-face { src: url(https://fonts.example/font.woff2) }",
    "script.js": 'fetch("https://data.example/index.json")',
}


@pytest.mark.parametrize("name", LOADED)
def test_what_is_loaded_from_elsewhere_is_found(offline: ModuleType, tmp_path: Path, name: str) -> None:
    (tmp_path / "index.html").write_text("<p>Nothing.</p>", encoding="utf-8")
    (tmp_path / name).write_text(LOADED[name], encoding="utf-8")
    assert [file.name for file, _ in offline.remote_loads(tmp_path)] == [name]
    assert offline.main(tmp_path)


def test_a_link_is_not_loaded(offline: ModuleType, tmp_path: Path) -> None:
    page = '<a href="https://arxiv.org/abs/2602.16488">paper</a><img alt="" src="_static/picture.png">'
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    assert offline.main(tmp_path) is None


def test_a_site_without_pages_is_no_success(offline: ModuleType, tmp_path: Path) -> None:
    assert offline.main(tmp_path)


def test_each_example_stands_on_the_page_of_examples() -> None:
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```\{literalinclude\} \.\./examples/(\w+\.py)$", page, flags=re.MULTILINE)
    assert shown == sorted(path.name for path in (ROOT / "examples").glob("*.py"))
