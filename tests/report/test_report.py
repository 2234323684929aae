"""``sml-env report``: what is gathered, what the page holds, and that nothing in it can break out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sml_env.bench.cli import cli
from sml_env.bench.episodes import read_episodes
from sml_env.evaluation import Episode, summarise
from sml_env.report.gathering import gather, payload
from sml_env.report.page import page

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner(env={"COLUMNS": "80", "TERM": "dumb"}).invoke(cli, list(arguments))


@pytest.fixture(scope="module")
def episodes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Episode, ...]:
    path = tmp_path_factory.mktemp("report") / "run.jsonl"
    arguments = ["bench", "--agents", "greedy,scripted", "--episodes", "6", "--out", str(path), "--topics", "gcd_lcm"]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    return read_episodes([path])


class Page(HTMLParser):
    """Elements with their attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def told(episodes: tuple[Episode, ...], **changes: Any) -> dict[str, Any]:
    return payload(gather(episodes), **{"title": "run", "transcripts": 40, "secrets": True, **changes})


def test_figures_are_those_of_the_summary(episodes: tuple[Episode, ...]) -> None:
    for group in told(episodes)["groups"]:
        mine = [
            each
            for each in episodes
            if each.origin is not None
            and (each.origin.student, each.asymmetry, each.origin.teacher)
            == (group["agent"], group["asymmetry"], group["teacher"])
        ]
        summary = summarise(mine)
        assert group["success"] == [summary.success.value, summary.success.low, summary.success.high]
        assert group["episodes"] == len(mine)
        starts = [each.prior_entropy_bits or 0.0 for each in mine]
        assert group["entropy_at"][0][0] == pytest.approx(sum(starts) / len(starts))
        assert sum(group["first_attempts"]) <= len(mine)


def test_the_page_asks_for_nothing_from_anywhere(episodes: tuple[Episode, ...]) -> None:
    text = page(told(episodes))
    parsed = Page(text)
    for tag, attributes in parsed.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert not any(name in ("src", "href") and not str(value).startswith("#") for name, value in attributes.items())
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/2000/svg", "", text)
    (policy,) = [str(each["content"]) for tag, each in parsed.elements if tag == "meta" and "http-equiv" in each]
    assert "default-src 'none'" in policy and "'sha256-" in policy


HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(1)>" onload="alert(1) \u2028 {{ 7*7 }} <!--'


def test_what_episodes_hold_stays_data(episodes: tuple[Episode, ...]) -> None:
    first = episodes[0]
    record = replace(first.records[0], utterance=HOSTILE, reply=HOSTILE)
    bad = replace(first, agent=HOSTILE, failure=HOSTILE, records=(record, *first.records[1:]))
    assert first.origin is not None
    bad = replace(bad, origin=replace(first.origin, student=HOSTILE, teacher="nobody" + HOSTILE))
    text = page(told((bad,), title=HOSTILE))
    parsed = Page(text)
    assert [tag for tag, _ in parsed.elements].count("script") == 2
    assert not any(tag == "img" for tag, _ in parsed.elements)
    data = json.loads(parsed.scripts[0])
    assert data["transcripts"][0]["records"][0]["student"] == HOSTILE and data["groups"][0]["agent"] == HOSTILE


def test_answers_are_left_out_when_asked(episodes: tuple[Episode, ...]) -> None:
    assert all(each["secret"]["answer"] for each in told(episodes)["transcripts"])
    assert all(each["secret"] is None for each in told(episodes, secrets=False)["transcripts"])


def test_notable_transcripts_come_first_and_the_rest_is_spread(episodes: tuple[Episode, ...]) -> None:
    first = episodes[0]
    many = [replace(first, seed=place, leaks_stopped=int(place in (70, 90))) for place in range(100)]
    shown = told(tuple(many), transcripts=10)["transcripts"]
    assert len(shown) == 10 and {"70", "90"} <= {each["seed"] for each in shown}
    places = [int(each["seed"]) for each in shown]
    assert places == sorted(places) and places[0] < 15 and places[-1] > 75


def test_episodes_of_older_schemas_are_shown_without_their_statement(episodes: tuple[Episode, ...]) -> None:
    (shown,) = told((replace(episodes[0], origin=None),))["transcripts"]
    assert shown["opening"] is None and shown["secret"] is None and shown["records"]


def test_the_summary_is_what_the_benchmark_printed(command: Command) -> None:
    printed = command("bench", "--topics", "gcd_lcm", "--agents", "greedy,random", "--episodes", "5", "--out", "run")
    result = command("report", "run")
    assert result.exit_code == 0, result.output
    for line in printed.stdout.splitlines():
        if line.startswith(("greedy", "random", "brackets", "answer", "none")):
            assert line in result.stdout


def test_a_page_replaces_an_earlier_one_whole_and_never_what_is_read(command: Command, tmp_path: Path) -> None:
    command("bench", "--topics", "gcd_lcm", "--agents", "greedy", "--episodes", "2", "--out", "run")
    before = (tmp_path / "run").read_bytes()
    assert command("report", "run", "--out", "run").exit_code == 2
    assert (tmp_path / "run").read_bytes() == before
    (tmp_path / "page.html").write_text("earlier")
    result = command("report", "run", "--out", "page.html")
    assert "an earlier file was replaced" in result.stdout
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")


def test_bad_lines_are_named_and_the_rest_is_shown(command: Command, tmp_path: Path) -> None:
    command("bench", "--topics", "gcd_lcm", "--agents", "greedy", "--episodes", "3", "--no-brackets", "--out", "run")
    (tmp_path / "cut").write_bytes((tmp_path / "run").read_bytes()[:-30] + b"\n[]\n")
    result = command("report", "cut", "--out", "page.html")
    assert result.exit_code == 0 and "bad lines: 2" in result.stderr and "5 episodes shown" in result.stdout
