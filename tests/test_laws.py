"""Laws of voices: no more lies than stated, beliefs by brute force over lie patterns, Berlekamp's weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import comb, log2
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from sml_env.dialogue import Dialogue, Outcome
from sml_env.errors import ConfigurationError
from sml_env.information import Channel
from sml_env.laws import TRUTHFUL, Law, drawn_hypothesis, questions_ahead
from sml_env.outcomes import CORRECT, INCORRECT
from sml_env.problems import Problem
from sml_env.rules import Rules
from sml_env.teachers import Request, Teacher, make_teacher

CHANCE = {"voice": "lying", "lies": 2, "p": 0.4}
WORST = {"voice": "lying", "lies": 2, "worst": True}
CODES = {"config": {"pegs": 2, "colours": 4}}
NUMBERS = [f"x > {bound}" for bound in (8, 4, 12, 2, 6, 10, 14, 8, 3)]
MIXED = ["x mod 3", "x > 2", "sign of x", "x mod 5", "is it even?", "how many digits?", "x mod 3"]
GUESSES = ["guess 12", "guess 34", "guess 13", "guess 11", "guess 12"]
GAMES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("sml_env/TwentyQuestions-v0", {}, NUMBERS),
    ("sml_env/MathTutor-v0", {"config": {"topics": ["linear_equations"]}}, MIXED),
    ("sml_env/Mastermind-v0", CODES, GUESSES),
]
IDS = [env_id.partition("/")[2] for env_id, _, _ in GAMES]


def problem_of(env_id: str, arguments: dict[str, Any], seed: int = 0) -> Problem:
    env: Any = gym.make(env_id, disable_env_checker=True, **arguments)
    env.reset(seed=seed)
    problem: Problem = env.unwrapped.dialogue.problem
    return problem


def dialogue_of(problem: Problem, teacher: Teacher, turns: int, seed: int = 0, **rules: Any) -> Dialogue:
    given = Rules(max_turns=turns, cap_bits=64.0, disguised_attempts=False, best=False, **rules)
    return Dialogue(problem, teacher, given, seed)


def replied(outcome: Outcome) -> str:
    """What was said, without the line of the turns and without the environment's own verdict."""
    return outcome.text.rpartition("\n")[0].removeprefix(f"{INCORRECT} ")


def ask(dialogue: Dialogue, teacher: Teacher, words: str) -> Outcome:
    answer = dialogue.submit(words)
    if isinstance(answer, Request):
        answer = dialogue.deliver(teacher.reply([answer])[0])
    assert isinstance(answer, Outcome)
    return answer


def truths_of(problem: Problem, words: str) -> tuple[list[str], int, str | None]:
    """The oracle's reply under each hypothesis, asked of each alone; how many may be exchanged; the verdict."""
    assert problem.space is not None
    oracle = make_teacher("oracle", "answer")
    counterfactuals = [problem.under(row) for row in range(len(problem.space))]
    said = [replied(ask(dialogue_of(other, oracle, 3), oracle, words)) for other in counterfactuals]
    request = dialogue_of(problem, oracle, 3).submit(words)
    channel = request.channel if isinstance(request, Request) else None
    if channel is None:
        return said, 1, None
    return said, len(channel.replies) - (channel.sure is not None), CORRECT if channel.sure is not None else None


# -- never more than k, never the verdict ------------------------------------------------------------------------------


def questions_without_the_truth(problem: Problem, asked: Sequence[str]) -> list[str]:
    answer = problem.secret.reveal().answer
    return [words for words in asked if words != f"guess {answer}"]


@pytest.mark.parametrize("voice", [CHANCE, {**CHANCE, "p": 0.95, "lies": 3}, WORST], ids=["chance", "often", "worst"])
@pytest.mark.parametrize(("env_id", "arguments", "asked"), GAMES, ids=IDS)
def test_an_episode_never_holds_more_false_replies_than_stated(
    env_id: str, arguments: dict[str, Any], asked: list[str], voice: dict[str, Any]
) -> None:
    most = 0
    for seed in range(40):
        env: Any = gym.make(env_id, teacher=voice, max_turns=30, disable_env_checker=True, **arguments,
                            rules={"disguised_attempts": False, "best": False})  # fmt: skip
        env.reset(seed=seed)
        problem = env.unwrapped.dialogue.problem
        truth = problem.secret.reveal().index
        oracle = make_teacher("oracle", "answer")
        false = 0
        for words in questions_without_the_truth(problem, asked) * 3:
            honest = replied(ask(dialogue_of(problem.under(truth), oracle, 3), oracle, words))
            text, *_ = env.step(words)
            false += text.rpartition("\n")[0].removeprefix(f"{INCORRECT} ") != honest
        most = max(most, false)
        assert false <= voice["lies"], seed
    assert most == voice["lies"]


@pytest.mark.parametrize("voice", [{**CHANCE, "p": 0.95, "lies": 20}, {**WORST, "lies": 20}], ids=["chance", "worst"])
@pytest.mark.parametrize(("env_id", "arguments"), [game[:2] for game in GAMES], ids=IDS)
def test_a_verdict_is_never_false(env_id: str, arguments: dict[str, Any], voice: dict[str, Any]) -> None:
    teacher = make_teacher(voice, "answer")
    for seed in range(10):
        problem = problem_of(env_id, arguments, seed)
        assert problem.space is not None
        truth = problem.secret.reveal().index
        for row in range(len(problem.space)):
            dialogue = dialogue_of(problem, teacher, 30, seed)
            outcome = ask(dialogue, teacher, f"answer: {problem.space.answers.text(row)}")
            assert outcome.info["success"] == outcome.terminated == (row == truth)
            assert outcome.text.startswith(CORRECT if row == truth else INCORRECT)
            assert CORRECT not in outcome.text or row == truth
            assert dialogue.belief is not None
            assert (dialogue.belief[row] == 0.0) == (row != truth)


# -- the belief --------------------------------------------------------------------------------------------------------


def patterns(length: int, lies: int) -> Iterator[tuple[int, ...]]:
    """Which of the questions are answered falsely, at most so many."""
    return (pattern for pattern in product((0, 1), repeat=length) if sum(pattern) <= lies)


def by_chance(pattern: Sequence[int], p: float, lies: int) -> float:
    """P(pattern) of a teacher that lies with probability p while it has lies to spare."""
    total, told = 1.0, 0
    for lie in pattern:
        rate = p if told < lies else 0.0
        total *= rate if lie else 1.0 - rate
        told += lie
    return total


def brute_force(
    prior: Sequence[float], truths: Sequence[tuple[list[str], int, str | None]], heard: Sequence[str],
    weight: Callable[[Sequence[int]], float], lies: int,
) -> np.ndarray:  # fmt: skip
    """Bayes over hypotheses and lie patterns: a pattern says at which questions the reply is not the true one."""
    posterior = np.zeros(len(prior))
    for row, mass in enumerate(prior):
        for pattern in patterns(len(heard), lies):
            likelihood = weight(pattern)
            for lie, text, (true, size, verdict) in zip(pattern, heard, truths, strict=True):
                if true[row] == verdict or text == verdict:
                    fits = not lie and text == true[row]
                else:
                    fits = (text != true[row]) == bool(lie)
                likelihood *= float(fits) / ((size - 1) if lie else 1)
            posterior[row] += mass * likelihood
    return posterior / posterior.sum()


@pytest.mark.parametrize("lies", [1, 2])
@pytest.mark.parametrize(("env_id", "arguments", "asked"), GAMES, ids=IDS)
def test_the_belief_is_bayes_over_hypotheses_and_lie_patterns(
    env_id: str, arguments: dict[str, Any], asked: list[str], lies: int
) -> None:
    p, told = 0.4, 0
    teacher = make_teacher({"voice": "lying", "lies": lies, "p": p}, "answer")
    for seed in range(6):
        problem = problem_of(env_id, arguments, seed)
        assert problem.space is not None
        words = questions_without_the_truth(problem, asked)
        truths = [truths_of(problem, question) for question in words]
        dialogue = dialogue_of(problem, teacher, 30, seed)
        heard: list[str] = []
        for question in words:
            heard.append(replied(ask(dialogue, teacher, question)))
            told += heard[-1] != truths[len(heard) - 1][0][problem.secret.reveal().index or 0]
            exchanged = [row for row in range(len(heard)) if truths[row][1] > 1]
            expected = brute_force(
                list(problem.space.prior), [truths[row] for row in exchanged], [heard[row] for row in exchanged],
                lambda pattern: by_chance(pattern, p, lies), lies,
            )  # fmt: skip
            assert dialogue.belief is not None
            np.testing.assert_allclose(dialogue.belief, expected, atol=1e-12, err_msg=f"{seed} {heard}")
    assert told > 0


def volume(questions: int, lies: int) -> int:
    """Berlekamp's: how many patterns of at most so many lies there are over so many questions."""
    return sum(comb(questions, count) for count in range(lies + 1)) if lies >= 0 else 0


@pytest.mark.parametrize("lies", [1, 2, 3])
@pytest.mark.parametrize("turns", [6, 9])
def test_worst_case_weights_are_berlekamps_volumes(lies: int, turns: int) -> None:
    teacher = make_teacher({"voice": "lying", "lies": lies, "worst": True}, "answer")
    for seed in range(8):
        problem = problem_of("sml_env/TwentyQuestions-v0", {}, seed)
        dialogue = dialogue_of(problem, teacher, turns, seed)
        false = np.zeros(16, dtype=int)
        for number, words in enumerate(NUMBERS[: turns - 1], 1):
            reply = replied(ask(dialogue, teacher, words))
            bound = int(words.removeprefix("x > "))
            false += np.array([("Yes." if x > bound else "No.") != reply for x in range(1, 17)])
            ahead = turns - 1 - number
            weights = np.array([volume(ahead, lies - int(count)) for count in false], dtype=float)
            assert dialogue.belief is not None
            np.testing.assert_allclose(dialogue.belief, weights / weights.sum(), atol=1e-12, err_msg=f"{seed} {words}")


@pytest.mark.parametrize("lies", [1, 2, 4])
def test_worst_case_rates_are_the_share_of_patterns_that_begin_with_a_lie(lies: int) -> None:
    law = Law(lies=lies, worst=True)
    for ahead in range(1, 7):
        for told in range(lies + 1):
            fitting = list(patterns(ahead, lies - told))
            share = sum(pattern[0] for pattern in fitting) / len(fitting)
            assert law.rates(np.array([told]), ahead) == pytest.approx(share, abs=1e-12)


def test_the_worst_liar_does_not_look_at_the_truth_while_it_has_lies_to_spare() -> None:
    law = Law(lies=2, worst=True)
    for masses in ([0.5, 0.5], [0.7, 0.3], [0.2, 0.8], [0.5 + 1e-14, 0.5 - 1e-14]):
        heard = {}
        for true, told in product((0, 1), (0, 1, 2)):
            (heard[true, told],) = law.delivered(
                np.array([true]), np.array([2]), np.array([told]), np.array([0.3]), np.zeros(1, dtype=np.uint64),
                np.array([0]), np.array([masses]),
            )  # fmt: skip
        spare = {heard[true, told] for true in (0, 1) for told in (0, 1)}
        assert spare == {int(masses[1] > masses[0] + 1e-9)}
        assert (heard[0, 2], heard[1, 2]) == (0, 1)


# -- bits --------------------------------------------------------------------------------------------------------------


def entropy(weights: Sequence[float]) -> float:
    return -sum(weight * log2(weight) for weight in weights if weight > 0.0)


@pytest.mark.parametrize("lies", [1, 2])
@pytest.mark.parametrize(
    ("env_id", "arguments", "asked"),
    [
        ("sml_env/TwentyQuestions-v0", {"config": {"size": 5, "prior": [0.1, 0.3, 0.2, 0.25, 0.15]}},
         ["x > 2", "is it even?", "x > 3", "x > 2"]),
        ("sml_env/TwentyQuestions-v0", {"config": {"size": 4}}, ["x > 2", "x > 2", "x > 1", "x > 3"]),
        ("sml_env/Mastermind-v0", {"config": {"pegs": 1, "colours": 3}}, ["guess 1", "guess 2"]),
        ("sml_env/Mastermind-v0", {"config": {"pegs": 2, "colours": 2}}, ["guess 11", "guess 12", "guess 11"]),
    ],
    ids=["prior", "repeated", "one-peg", "guesses"],
)  # fmt: skip
def test_expected_bits_over_truths_and_lies_sum_to_the_information(
    env_id: str, arguments: dict[str, Any], asked: list[str], lies: int
) -> None:
    """Every truth and every outcome of the lies, each with its probability worked out here."""
    p = 0.3
    teacher = make_teacher({"voice": "lying", "lies": lies, "p": p}, "answer")
    problem = problem_of(env_id, arguments)
    assert problem.space is not None
    prior = list(problem.space.prior)
    truths = [truths_of(problem, words) for words in asked]
    texts = [sorted({text for text in said} - {verdict}) for said, _, verdict in truths]
    texts = [_all_replies(problem, words, known) for words, known in zip(asked, texts, strict=True)]
    expected, joint, totals = 0.0, {}, 0.0

    def play(row: int, delivered: tuple[str, ...], mass: float, false: int) -> None:
        """Continue from what was delivered, with the mass of it under this truth."""
        nonlocal expected, totals
        turn = len(delivered)
        said, size, verdict = truths[turn] if turn < len(asked) else ([], 0, None)
        dialogue = dialogue_of(problem.under(row), teacher, 30)
        outcome = None
        for words, reply in zip(asked, delivered, strict=False):
            answer = dialogue.submit(words)
            outcome = dialogue.deliver(reply) if isinstance(answer, Request) else answer
        if isinstance(outcome, Outcome):
            expected += mass * outcome.info["expected_bits"]
        ended = isinstance(outcome, Outcome) and outcome.terminated
        if turn == len(asked) or ended:
            joint.setdefault(delivered, np.zeros(len(prior)))[row] += mass
            totals += mass
            return
        true = said[row]
        if true == verdict or size < 2:
            play(row, (*delivered, true), mass, false)
            return
        rate = p if false < lies else 0.0
        play(row, (*delivered, true), mass * (1.0 - rate), false)
        if rate:
            for other in texts[turn]:
                if other != true:
                    play(row, (*delivered, other), mass * rate / (size - 1), false + 1)

    for row, mass in enumerate(prior):
        play(row, (), mass, 0)
    assert totals == pytest.approx(1.0, abs=1e-12)
    information = entropy(prior) - sum(
        float(masses.sum()) * entropy(list(masses / masses.sum())) for masses in joint.values()
    )
    assert information > 0.05
    assert expected == pytest.approx(information, abs=1e-9)


def test_a_reply_that_all_agree_on_tells_who_may_still_lie() -> None:
    """Same true reply, different rates: "no" is possible under one of the hypotheses alone."""
    channel = Channel(("No.", "Yes."), np.array([1, 1]), np.array([0.5, 0.0]))
    assert channel.expected_bits(np.array([0.5, 0.5])) == pytest.approx(entropy([0.25, 0.75]) - 0.5, abs=1e-12)
    assert Channel(("No.", "Yes."), np.array([1, 1]), np.array([0.5, 0.5])).expected_bits(np.array([0.5, 0.5])) == 0.0
    assert channel.expected_bits(np.array([1.0, 0.0])) == 0.0


def _all_replies(problem: Problem, words: str, known: list[str]) -> list[str]:
    """The replies that may be exchanged for one another, those that are true of no hypothesis too."""
    request = dialogue_of(problem, make_teacher("oracle", "answer"), 3).submit(words)
    if not isinstance(request, Request) or request.channel is None:
        return known
    channel = request.channel
    return [text for code, text in enumerate(channel.replies) if code != channel.sure]


# -- replies of any arity ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sure", [None, 0])
@pytest.mark.parametrize("size", [2, 3, 7])
def test_a_false_reply_is_each_of_the_others_equally_often(size: int, sure: int | None) -> None:
    count, p = 60_000, 0.4
    law, first = Law(error=p), 0 if sure is None else 1
    for true in range(first, size):
        heard = law.delivered(
            np.full(count, true), np.full(count, size), np.zeros(count, dtype=int), np.full(count, p),
            np.arange(count, dtype=np.uint64), np.full(count, 3), np.zeros((count, size)), sure,
        )  # fmt: skip
        shares = np.bincount(heard, minlength=size) / count
        others = size - first - 1
        expected = np.full(size, p / others if others else 0.0)
        expected[:first] = 0.0
        expected[true] = 1.0 - p if others else 1.0
        slack = 5 * np.sqrt(np.maximum(expected * (1 - expected), 1e-12) / count)
        assert (np.abs(shares - expected) <= slack + 1e-12).all(), (true, shares)


@pytest.mark.parametrize(
    ("env_id", "arguments", "words"),
    [(*GAMES[1][:2], "x mod 5"), (*GAMES[1][:2], "x mod 3"), (*GAMES[2][:2], "guess 12")],
    ids=["five", "three", "guess"],
)
def test_noise_on_replies_of_many_words_is_what_the_channel_states(
    env_id: str, arguments: dict[str, Any], words: str
) -> None:
    count, p = 3_000, 0.3
    problem = problem_of(env_id, arguments, 2)
    teacher = make_teacher({"voice": "noisy", "p": p}, "answer")
    request = dialogue_of(problem, teacher, 3).submit(words)
    assert isinstance(request, Request)
    assert request.channel is not None
    exchanged = [text for code, text in enumerate(request.channel.replies) if code != request.channel.sure]
    assert len(exchanged) >= 3
    truth = truths_of(problem, words)[0][problem.secret.reveal().index or 0]
    heard = [replied(ask(dialogue_of(problem, teacher, 3, seed), teacher, words)) for seed in range(count)]
    assert set(heard) == set(exchanged)
    for text in exchanged:
        expected = 1 - p if text == truth else p / (len(exchanged) - 1)
        assert abs(heard.count(text) / count - expected) <= 5 * np.sqrt(expected * (1 - expected) / count), text


def test_a_drawn_hypothesis_follows_the_prior() -> None:
    prior = np.array([0.1, 0.2, 0.3, 0.4])
    seeds = np.arange(50_000, dtype=np.uint64)
    drawn = drawn_hypothesis(seeds, prior)
    shares = np.bincount(drawn, minlength=4) / len(seeds)
    assert (np.abs(shares - prior) <= 5 * np.sqrt(prior * (1 - prior) / len(seeds))).all()
    assert drawn_hypothesis(seeds[7:8], prior)[0] == drawn[7]


# -- the law itself ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [-0.1, 1.0, float("nan"), "0.1", True, None])
def test_an_error_that_is_no_probability_is_refused(error: Any) -> None:
    with pytest.raises(ConfigurationError, match="p:"):
        Law(error=error)


@pytest.mark.parametrize("lies", [-1, 21, 1.5, "1", True])
def test_a_number_of_lies_that_is_none_is_refused(lies: Any) -> None:
    with pytest.raises(ConfigurationError, match="lies"):
        Law(error=0.1, lies=lies)


@pytest.mark.parametrize(
    "law", [TRUTHFUL, Law(error=0.0), Law(error=0.3, lies=0), Law(lies=0, worst=True), Law("other"), Law("silent")]
)
def test_a_law_that_exchanges_nothing_is_exact(law: Law) -> None:
    assert law.exact
    assert not law.counts_lies
    assert law.rates(np.zeros(4, dtype=int), 5) == 0.0


def test_only_laws_with_a_bound_count_lies() -> None:
    assert Law(error=0.3, lies=1).counts_lies
    assert Law(lies=1, worst=True).counts_lies
    assert not Law(error=0.3).counts_lies
    assert Law(error=0.3, lies=2).rates(np.array([0, 1, 2, 3]), 5).tolist() == [0.3, 0.3, 0.0, 0.0]  # type: ignore[union-attr]


def test_the_last_turn_is_for_the_attempt() -> None:
    assert [int(questions_ahead(turns)) for turns in (1, 2, 3, 8)] == [1, 1, 2, 7]
    assert questions_ahead(np.array([1, 5])).tolist() == [1, 4]  # type: ignore[union-attr]
