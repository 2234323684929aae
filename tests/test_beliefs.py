"""Every store of beliefs against each other and against a posterior worked out by enumeration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sml_env import list_beliefs, parts, tables
from sml_env.beliefs import Beliefs, WeightBeliefs, beliefs_for
from sml_env.bit_beliefs import BitBeliefs
from sml_env.boards import Board
from sml_env.envs.mastermind import MastermindConfig, mastermind
from sml_env.envs.twenty_questions import TwentyQuestionsConfig, twenty_questions
from sml_env.list_beliefs import ListBeliefs
from sml_env.tables import LazyTable

CLOSE = 1e-12
EPISODES = 23
SIZES = (1, 2, 3, 63, 64, 65, 129)


def numbers(size: int, **config: Any) -> Board:
    return Board(twenty_questions(TwentyQuestionsConfig(size=size, **config)).space)


def codes(**config: Any) -> Board:
    return Board(mastermind(MastermindConfig(**config)).space)


def skewed(size: int) -> Board:
    weights = np.arange(1.0, size + 1.0)
    return numbers(size, prior=tuple((weights / weights.sum()).tolist()))


BOARDS: dict[str, Callable[[], Board]] = {
    **{f"numbers-{size}": (lambda size=size: numbers(size)) for size in SIZES},
    **{f"skewed-{size}": (lambda size=size: skewed(size)) for size in SIZES},
    "lists": lambda: numbers(5, subsets=True),
    "mastermind-2x3": lambda: codes(pegs=2, colours=3),
    "mastermind-3x4": lambda: codes(pegs=3, colours=4),
    "bulls-cows-2x5": lambda: codes(pegs=2, colours=5, repeats=False, feedback="bulls-cows"),
}


class Enumerated:
    """The posterior of each episode from all it was asked, by Bayes' rule over the hypotheses one after another."""

    def __init__(self, board: Board, size: int) -> None:
        table = board.table.codes(np.arange(board.rows)[:, None], np.arange(board.hypotheses))
        self.table = [[int(code) for code in row] for row in table]
        self.prior = [float(weight) for weight in board.space.prior]
        self.replies = board.most_replies
        self.heard: list[list[tuple[int, int]]] = [[] for _ in range(size)]

    def posterior(self, row: int) -> np.ndarray:
        weights = [
            weight * all(self.table[question][index] == reply for question, reply in self.heard[row])
            for index, weight in enumerate(self.prior)
        ]
        return np.array(weights) / sum(weights)

    def masses(self, row: int, question: int) -> np.ndarray:
        masses = np.zeros(self.replies)
        for index, weight in enumerate(self.posterior(row)):
            masses[self.table[question][index]] += weight
        return masses


def entropy(masses: np.ndarray) -> float:
    return float(-sum(mass * np.log2(mass) for mass in masses if mass > 0.0))


def stores(board: Board) -> dict[str, Beliefs]:
    found: dict[str, Beliefs] = {"weights": WeightBeliefs(board, EPISODES)}
    if board.uniform:
        found["lists"] = ListBeliefs(board, EPISODES)
        if board.most_replies == 2:
            found["bits"] = BitBeliefs(board, EPISODES)
    return found


def check_play(board: Board, seed: int, turns: int = 14) -> None:
    rng = np.random.default_rng(seed)
    beliefs, exact = stores(board), Enumerated(board, EPISODES)
    truth = rng.integers(0, board.hypotheses, EPISODES)
    every = np.arange(EPISODES)
    for store in beliefs.values():
        store.begin(every)
    for turn in range(turns):
        questions = rng.integers(0, board.rows, EPISODES)
        questions[rng.random(EPISODES) < 0.2] = board.nothing
        changed = np.flatnonzero(rng.random(EPISODES) < 0.3)
        others = questions.copy()
        others[changed] = rng.integers(0, board.rows, len(changed))
        replies = board.codes_at(others, truth)
        posteriors = np.stack([exact.posterior(row) for row in every])
        masses = np.stack([exact.masses(row, int(others[row])) for row in every])
        yes = ((np.array(exact.table)[others] == 1) & (posteriors > 0.0)).astype(int)
        for row in every:
            exact.heard[row].append((int(others[row]), int(replies[row])))
        after = np.stack([exact.posterior(row) for row in every])
        again = np.flatnonzero(rng.random(EPISODES) < 0.15)
        for name, store in beliefs.items():
            where = f"{name}, turn {turn}"
            store.ask(questions)
            store.ask_again(changed, others)
            told = [entropy(mass) for mass in masses]
            np.testing.assert_allclose(store.told_bits(), told, atol=CLOSE, err_msg=where)
            np.testing.assert_allclose(store.masses(), masses, atol=CLOSE, err_msg=where)
            np.testing.assert_array_equal(store.yes_counts(), yes.sum(axis=1), err_msg=where)
            some = np.flatnonzero(yes.any(axis=1))
            np.testing.assert_array_equal(store.first_yes(some), yes[some].argmax(axis=1), err_msg=where)
            store.hear(replies)
            np.testing.assert_allclose(store.dense(), after, atol=CLOSE, err_msg=where)
            np.testing.assert_allclose(store.entropy, [entropy(row) for row in after], atol=CLOSE, err_msg=where)
            np.testing.assert_array_equal(store.live(), (after > 0.0).sum(axis=1), err_msg=where)
            best = after[changed] >= after[changed].max(axis=1, keepdims=True) - CLOSE
            np.testing.assert_array_equal(store.likeliest(changed), best.argmax(axis=1), err_msg=where)
            wide = np.zeros((EPISODES, board.hypotheses + 3), dtype=np.float32)
            store.fill(wide)
            np.testing.assert_allclose(wide[:, : board.hypotheses], after, atol=1e-7, err_msg=where)
            assert (wide[:, board.hypotheses :] == 0.0).all(), where
            handed, kept = store.entropy, store.entropy.copy()
            store.begin(again)
            np.testing.assert_array_equal(handed, kept, err_msg=f"{where}: an entropy that was handed out has changed")
        truth[again] = rng.integers(0, board.hypotheses, len(again))
        for row in again:
            exact.heard[row].clear()


@pytest.mark.parametrize("name", BOARDS)
def test_every_store_has_the_posterior_that_enumeration_gives(name: str) -> None:
    for seed in range(3):
        check_play(BOARDS[name](), seed)


@pytest.mark.parametrize("name", ["numbers-2", "numbers-65", "mastermind-3x4", "lists"])
def test_a_board_that_is_not_held_gives_the_same_beliefs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "DENSE_CELLS", 0)
    monkeypatch.setattr(list_beliefs, "_LAZY_CHUNK", 20)
    board = BOARDS[name]()
    assert isinstance(board.table, LazyTable)
    check_play(board, 0)


@pytest.mark.parametrize("name", ["numbers-65", "mastermind-3x4", "lists"])
def test_lists_are_the_same_in_small_chunks_and_with_parts_found_when_asked_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "HELD_CELLS", 0)
    monkeypatch.setattr(list_beliefs, "_CHUNK", 20)
    check_play(BOARDS[name](), 0)


@pytest.mark.parametrize("size", SIZES)
def test_bits_are_counted_without_the_newest_numpy(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(np, "bitwise_count", raising=False)
    check_play(numbers(size), 0)


@pytest.mark.parametrize("name", ["numbers-65", "mastermind-3x4"])
def test_an_answered_question_asked_again_is_worth_zero_bits(name: str) -> None:
    board = BOARDS[name]()
    rng = np.random.default_rng(1)
    questions, truth = rng.integers(0, board.rows, EPISODES), rng.integers(0, board.hypotheses, EPISODES)
    for store in stores(board).values():
        store.begin(np.arange(EPISODES))
        store.ask(questions)
        store.hear(board.codes_at(questions, truth))
        store.ask(questions)
        np.testing.assert_allclose(store.told_bits(), 0.0, atol=CLOSE)


def test_the_store_is_the_fastest_that_serves() -> None:
    assert isinstance(beliefs_for(numbers(128), 2, exact=True), BitBeliefs)
    assert isinstance(beliefs_for(numbers(513), 2, exact=True), ListBeliefs)
    assert isinstance(beliefs_for(codes(pegs=2, colours=3), 2, exact=True), ListBeliefs)
    assert isinstance(beliefs_for(skewed(8), 2, exact=True), WeightBeliefs)
    assert isinstance(beliefs_for(numbers(128), 2, exact=False), WeightBeliefs)
