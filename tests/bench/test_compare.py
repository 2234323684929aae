"""``sml-env compare``: differences between pairs, and intervals that hold what they should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from sml_env.bench.episodes import read_episodes
from sml_env.bench.paired import compared, difference, sign_test
from sml_env.errors import ConfigurationError
from sml_env.evaluation import Episode, Origin

Command = Callable[..., Result]

ARGUMENTS = ("bench", "--env", "sml_env/TwentyQuestions-v0", "--asymmetry", "answer", "--no-brackets")


def episode(index: int, success: bool, agent: str = "a", **changes: object) -> Episode:
    origin = Origin("sml_env/X-v0", {}, "oracle", agent, index)
    made = Episode(
        problem_id=f"p-{index}", seed=index, agent=agent, asymmetry="answer", teacher="oracle", success=success,
        episode_return=float(success), turns=3, max_turns=5, max_attempts=5, prior_entropy_bits=4.0, hedging=0.3,
        leaks_stopped=0, origin=origin,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_difference_is_that_of_the_pairs(command: Command, tmp_path: Path) -> None:
    assert command(*ARGUMENTS, "--agents", "greedy,random", "--episodes", "50", "--out", "run").exit_code == 0
    result = command("compare", "run", "run", "--agent", "random", "--with", "greedy")
    assert result.exit_code == 0, result.output
    episodes = read_episodes([tmp_path / "run"])
    solved = {
        agent: np.array([each.success for each in episodes if each.agent == agent], dtype=float)
        for agent in ("random", "greedy")
    }
    (pairing,) = compared(episodes, episodes, "random", "greedy").pairings
    one, two, found = pairing.differences["success"]
    gaps = solved["greedy"] - solved["random"]
    assert (one, two) == (solved["random"].mean(), solved["greedy"].mean())
    assert found.value == pytest.approx(gaps.mean()) and found.count == 50
    assert found.high == pytest.approx(gaps.mean() + 1.959964 * gaps.std(ddof=1) / np.sqrt(50), abs=1e-6)
    assert f"{100 * gaps.mean():+.1f}%" in result.stdout and "50 pairs" in result.stdout


def test_pairs_make_an_interval_narrower_than_two_separate_ones() -> None:
    rng = np.random.default_rng(1)
    hard = rng.normal(size=400)
    first = [(float(value), 1.0) for value in hard]
    second = [(float(value + 0.1 + 0.05 * rng.normal()), 1.0) for value in hard]
    _, _, found = difference(first, second)
    assert found.low is not None and found.high is not None
    assert found.low > 0.0 and found.high - found.low < 0.02


def test_the_interval_of_a_difference_of_ratios_holds_the_truth_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(7), 0
    for _ in range(400):
        weights = rng.integers(1, 6, size=(2, 150)).astype(float)
        values = weights * np.array([[0.3], [0.5]]) + np.sqrt(weights) * rng.normal(size=(2, 150))
        sides = [
            list(zip(value.tolist(), weight.tolist(), strict=True))
            for value, weight in zip(values, weights, strict=True)
        ]
        _, _, found = difference(sides[0], sides[1])
        assert found.low is not None and found.high is not None
        held += found.low <= 0.2 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_the_sign_test_is_exact() -> None:
    assert sign_test(0, 0) == 1.0 and sign_test(5, 5) == 1.0
    assert sign_test(0, 5) == 2 / 32 and sign_test(1, 9) == pytest.approx(2 * 11 / 1024)


def test_only_pairs_count_and_the_rest_is_named() -> None:
    first = [episode(index, True) for index in range(5)]
    second = [episode(index, index > 3, failure="teacher: gone" if index == 6 else "") for index in range(2, 9)]
    found = compared(first, second)
    (pairing,) = found.pairings
    assert pairing.pairs == 3 and (pairing.only_first, pairing.only_second) == (2, 0)
    assert any("not the student failed" in note for note in found.notes)
    assert any("2 episodes of a have no pair" in note for note in found.notes)


def test_brackets_are_not_compared_unasked() -> None:
    rows = [episode(0, True), episode(0, True, "b")]
    bracket = replace(rows[1], origin=replace(rows[1].origin, bracket=True))  # type: ignore[type-var]
    assert len(compared([rows[0], bracket], [rows[0], bracket]).pairings) == 1


@pytest.mark.parametrize(
    ("first", "second", "agent", "words"),
    [
        ([episode(0, True)], [episode(1, True)], None, "no episodes on the same problems"),
        ([episode(0, True)], [episode(0, True)], "nobody", "'nobody' is none of A's: a"),
        ([episode(0, True), episode(0, True, "b")], [episode(0, True, "c")], None, "name one of each"),
    ],
)
def test_what_cannot_be_compared_says_why(
    first: list[Episode], second: list[Episode], agent: str | None, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        compared(first, second, agent)


def test_a_file_cut_off_in_mid_line_is_named_and_the_rest_compared(command: Command, tmp_path: Path) -> None:
    command(*ARGUMENTS, "--agents", "greedy", "--episodes", "6", "--out", "run")
    lines = (tmp_path / "run").read_bytes()
    (tmp_path / "cut").write_bytes(lines[: len(lines) - 40])
    result = command("compare", "run", "cut")
    assert result.exit_code == 0 and "5 pairs" in result.stdout and "line 6" in result.stderr


def test_older_schemas_are_read_beside_newer_ones(command: Command, tmp_path: Path) -> None:
    import json

    command(*ARGUMENTS, "--agents", "greedy", "--episodes", "4", "--out", "run")
    rows = [json.loads(line) for line in (tmp_path / "run").read_text().splitlines()]
    for row in rows[:2]:
        row["schema"] = 3
        del row["origin"]
    (tmp_path / "mixed").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = command("compare", "mixed", "mixed")
    assert result.exit_code == 0 and result.stdout.count("2 pairs") == 2
