"""What guessing earns, and what asking earns: no statement-blind policy beats hedging, and bisection nears the entropy.

The policies here see the candidates and nothing else. A candidate set that is built around its truth betrays it to one
that looks for the centre of the slips; a set built the same way whichever member is true betrays it to none.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import numpy as np
import pytest

from sml_env.agents import worded
from sml_env.answers import Answers
from sml_env.dialogue import Dialogue
from sml_env.envs.math_family import MathTutorConfig, TopicFamily
from sml_env.envs.math_tutor import MathTutorEnv
from sml_env.envs.topics import TOPICS
from sml_env.forms import Query
from sml_env.priors import uniform_integers, word_problem_space
from sml_env.problems import HypothesisSpace, Problem, Secret, Solution
from sml_env.rules import Rules
from sml_env.teachers import Request, make_teacher

N = 16
FAMILY = TopicFamily(MathTutorConfig())
SILENT = {"none": ("none", "oracle"), "null": ("answer", "null"), "gibberish": ("answer", "gibberish")}


def interval_of(successes: int, trials: int, z: float) -> tuple[float, float]:
    """Wilson's interval for a share."""
    share, square = successes / trials, z * z / trials
    centre = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / trials + square / trials / 4) / (1 + square)
    return centre - half, centre + half


# -- statement-blind policies ------------------------------------------------------------------------------------------

Point = tuple[Fraction, ...]


def _slip(a: Fraction, b: Fraction) -> bool:
    gap = abs(a - b)
    close = gap.denominator in (a.denominator, b.denominator) and gap.numerator in (1, 2, 3)
    return (
        a == -b or gap in (1, 2, 3, 10, 20, 30) or close or (b != 0 and a / b in (2, 3, Fraction(1, 2), Fraction(1, 3)))
    )


def _ratio(a: Fraction, b: Fraction) -> bool:
    return a != 0 and b != 0 and abs((a / b).numerator) * (a / b).denominator <= 12


def _step(a: Fraction, b: Fraction) -> bool:
    return abs(a - b) == 1 or a == -b


@dataclass(frozen=True)
class Candidates:
    """What a statement-blind policy sees: the values of each candidate, in the canonical order."""

    points: tuple[Point, ...]

    @classmethod
    def of(cls, answers: Answers) -> Candidates:
        if answers.kind == "interval":
            rows = (tuple(e for s in spans for e in (s.low, s.high) if e is not None) for spans in answers.sets)
            return cls(tuple(rows))
        return cls(tuple(tuple(column[row] for column in answers.columns) for row in range(len(answers))))

    @cached_property
    def gaps(self) -> np.ndarray:
        """Distances between all pairs."""
        wide = max(map(len, self.points))
        rows = [[float(x) for x in p] + [1e3 * (len(p) + 1)] * (wide - len(p)) for p in self.points]
        grid = np.array(rows)
        return np.asarray(np.abs(grid[:, None] - grid[None]).sum(axis=-1))

    def related(self, by: Callable[[Fraction, Fraction], bool]) -> np.ndarray:
        """Which pairs differ in one place alone, and there by a relation."""
        found = np.zeros((len(self.points), len(self.points)))
        for i, p in enumerate(self.points):
            for j, q in enumerate(self.points):
                differing = [(a, b) for a, b in zip(p, q, strict=False) if a != b]
                if len(p) == len(q) and len(differing) == 1:
                    found[i, j] = by(*differing[0])
        return found

    @cached_property
    def slips(self) -> np.ndarray:
        return self.related(_slip)

    @cached_property
    def ratios(self) -> np.ndarray:
        return self.related(_ratio)

    def each(self, of: Callable[[Fraction], float]) -> np.ndarray:
        """The mean of a number's score over the numbers of each candidate."""
        return np.array([sum(map(of, p)) / max(1, len(p)) for p in self.points])

    @cached_property
    def shared_denominators(self) -> np.ndarray:
        counts = Counter(x.denominator for p in self.points for x in p)
        return self.each(lambda x: counts[x.denominator])


def _central(graph: np.ndarray) -> np.ndarray:
    return np.asarray(np.round(np.abs(np.linalg.eigh((graph + graph.T) / 2)[1][:, -1]), 9))


RANKS = np.arange(N)
BLIND: dict[str, Callable[[Candidates], np.ndarray]] = {
    "random": lambda c: np.zeros(N),
    "most likely": lambda c: np.where(RANKS == 0, 1.0, 0.0),
    "first listed": lambda c: -RANKS,
    "last listed": lambda c: RANKS,
    "middle": lambda c: -np.abs(RANKS - (N - 1) / 2),
    "smallest summed distance": lambda c: -c.gaps.sum(axis=1),
    "nearest neighbour": lambda c: -np.sort(c.gaps, axis=1)[:, 1],
    "nearest fifth neighbour": lambda c: -np.sort(c.gaps, axis=1)[:, 5],
    "farthest from neighbours": lambda c: np.sort(c.gaps, axis=1)[:, 1],
    "common denominator": lambda c: c.shared_denominators,
    "rare denominator": lambda c: -c.shared_denominators,
    "integers": lambda c: c.each(lambda x: x.denominator == 1),
    "fractions": lambda c: c.each(lambda x: x.denominator != 1),
    "positive": lambda c: c.each(lambda x: x > 0),
    "smallest positive": lambda c: 1e9 * (c.each(lambda x: x > 0) == 1) - c.each(lambda x: abs(float(x))),
    "smallest magnitude": lambda c: -c.each(lambda x: abs(float(x))),
    "largest magnitude": lambda c: c.each(lambda x: abs(float(x))),
    "fewest digits": lambda c: -c.each(lambda x: abs(x.numerator) + x.denominator),
    "centre of slips": lambda c: c.slips.sum(axis=1),
    "leaf of slips": lambda c: -c.slips.sum(axis=1),
    "centre of steps and negations": lambda c: c.related(_step).sum(axis=1),
    "centre of simple ratios": lambda c: c.ratios.sum(axis=1),
    "centre of slips and ratios": lambda c: (c.slips + c.ratios).sum(axis=1),
    "principal component of slips": lambda c: _central(c.slips + np.eye(N)),
}
"""A score for each candidate; the best one is attempted, ties broken at random."""


@cache
def drawn(topic: str, count: int) -> tuple[tuple[Candidates, int], ...]:
    """Candidates and the truth's row, over problems of one topic and difficulties 1 to 3."""
    rng = np.random.default_rng([count, *topic.encode()])
    rows = []
    for number in rng.integers(2**31, size=count):
        problem = FAMILY.problem(f"{topic}-{1 + int(number) % 3}-train-{number}")
        truth = problem.secret.reveal().index
        assert problem.space is not None and truth is not None and len(problem.space) == N
        rows.append((Candidates.of(problem.space.answers), truth))
    return tuple(rows)


def successes(policy: str, problems: Iterable[tuple[Candidates, int]], attempts: int) -> int:
    rng = np.random.default_rng(1)
    right = 0
    for candidates, truth in problems:
        score = BLIND[policy](candidates)
        order = np.lexsort((rng.random(N), -score))
        right += truth in order[:attempts]
    return right


@pytest.mark.parametrize("attempts", [1, 4])
@pytest.mark.parametrize("policy", BLIND)
def test_no_statement_blind_policy_beats_hedging(policy: str, attempts: int) -> None:
    problems = [row for topic in TOPICS for row in drawn(topic, 60)]
    right = successes(policy, problems, attempts)
    low, _ = interval_of(right, len(problems), z=2.576)
    assert low <= attempts / N, f"{policy}: {right / len(problems):.1%} of {len(problems)}, hedging {attempts / N:.1%}"


@pytest.mark.slow
@pytest.mark.parametrize("topic", TOPICS)
def test_no_statement_blind_policy_beats_hedging_in_any_one_topic(topic: str) -> None:
    """Bonferroni over the policies and topics: one false alarm in a hundred runs of the whole table."""
    problems = drawn(topic, 1_000)
    z = 4.06
    shares = {policy: successes(policy, problems, 1) / len(problems) for policy in BLIND}
    beating = {p: f"{s:.1%}" for p, s in shares.items() if interval_of(round(s * 1_000), 1_000, z)[0] > 1 / N}
    assert not beating


def test_a_policy_that_is_told_the_truth_beats_hedging() -> None:
    """The check can fail: candidates around a truth betray it."""
    rng = np.random.default_rng(2)
    right = 0
    for _ in range(200):
        truth = int(rng.integers(20, 60))
        values = sorted({truth, *(truth * k for k in (2, 3, 4, 6)), *(truth + int(k) for k in range(100, 1_200, 100))})[
            :N
        ]
        candidates = Candidates(tuple((Fraction(value),) for value in values))
        right += values[int(np.argmax(BLIND["centre of simple ratios"](candidates)))] == truth
    assert interval_of(right, 200, 2.576)[0] > 1 / N


# -- teachers that tell nothing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("voice", SILENT)
def test_a_teacher_without_knowledge_tells_exactly_nothing_and_verdicts_eliminate(voice: str) -> None:
    """1,000 episodes: the verdict's bits are log2 of the live candidates before over after."""
    asymmetry, teacher = SILENT[voice]
    env = MathTutorEnv(asymmetry=asymmetry, teacher=teacher, max_turns=6)
    rng = np.random.default_rng(7)
    for episode in range(1_000):
        env.reset(seed=episode)
        space = env.dialogue.problem.space
        assert space is not None
        menu = [worded(query) for query in space.menu.queries if query.kind == "value"]
        live, over = set(range(N)), False
        while not over:
            pick = int(rng.integers(N))
            words = f"answer: {space.answers.text(pick)}"
            asked = rng.random() < 0.5
            if asked:
                words = str(rng.choice([*menu, "hint", "what is the answer?", "what do you know?", "tell me", "why?"]))
            _, _, over, truncated, info = env.step(words)
            assert not truncated
            assert info["expected_bits"] == info["realised_bits"] == info["best_bits"] == 0.0
            before, mass = len(live), (pick in live) / len(live)
            if not asked:
                live = {pick} if info["success"] else live - {pick}
                chance = [p for p in (mass, 1 - mass) if p > 0]
                assert info["expected_verdict_bits"] == pytest.approx(-sum(p * math.log2(p) for p in chance), abs=1e-9)
            else:
                assert info["expected_verdict_bits"] == 0.0
            assert info["verdict_bits"] == pytest.approx(math.log2(before / len(live)), abs=1e-9)
            assert info["belief_entropy_bits"] == pytest.approx(math.log2(len(live)), abs=1e-9)
            belief = env.dialogue.belief
            assert belief is not None
            assert set(np.flatnonzero(belief).tolist()) == live


@pytest.mark.parametrize("voice", SILENT)
def test_listening_to_a_teacher_without_knowledge_earns_no_more_than_hedging(voice: str) -> None:
    """Asks, believes the replies as if they were the oracle's, and attempts what agrees with most of them."""
    asymmetry, teacher = SILENT[voice]
    env = MathTutorEnv(asymmetry=asymmetry, teacher=teacher, max_turns=8, max_attempts=3)
    right = 0
    for episode in range(400):
        env.reset(seed=10_000 + episode)
        space = env.dialogue.problem.space
        assert space is not None
        agreeing = np.zeros(N)
        for query, meant in list(zip(space.menu.queries, space.menu.meanings, strict=True))[:3]:
            counts = np.bincount(meant.codes, minlength=len(meant.replies))
            if counts[1] == 1:
                continue
            said = env.step(worded(query))[0].split("\n")[0]
            agreeing += [meant.replies[int(code)] == said for code in meant.codes]
        for row in np.argsort(-agreeing, kind="stable")[:3]:
            _, _, over, _, info = env.step(f"answer: {space.answers.text(int(row))}")
            if over:
                right += info["success"]
                break
    low, _ = interval_of(right, 400, 2.576)
    assert low <= 3 / N, f"{right / 400:.1%} against {3 / N:.1%}"


# -- bisection ---------------------------------------------------------------------------------------------------------


def binary_question(dialogue: Dialogue) -> Query | None:
    """The yes-or-no question of the menu that tells most; None where only an attempt makes sense."""
    belief, menu = dialogue.belief, dialogue.menu
    assert belief is not None and menu is not None
    if belief.max() >= 0.5:
        return None
    best, most = None, 1e-9
    found = menu.cut(belief)
    if found is not None:
        best, most = found
    if most < 0.99:
        for query, meant, bits in zip(menu.queries, menu.meanings, menu.table_bits(belief), strict=True):
            if meant.binary and bits > most:
                best, most = query, float(bits)
    return best


def turns_to_solve(problem: Problem) -> int:
    """Questions until solved, attempts counted too."""
    rules = Rules(max_turns=200)
    teacher = make_teacher("oracle", "answer")
    dialogue = Dialogue(problem, teacher, rules)
    while not dialogue.ended:
        belief, space = dialogue.belief, problem.space
        assert belief is not None and space is not None
        query = binary_question(dialogue)
        words = f"answer: {space.answers.text(int(belief.argmax()))}" if query is None else worded(query)
        answer: Any = dialogue.submit(words)
        while isinstance(answer, Request):
            answer = dialogue.deliver(teacher.reply([answer])[0])
    assert answer.info["success"]
    return len(dialogue.transcript)


def closed(space: HypothesisSpace, truth: int) -> Problem:
    return Problem("p", "?", Secret(Solution(space.answers.text(truth), truth, space.answers.only(truth))), space)


def report(turns: Sequence[int]) -> str:
    return f"mean {np.mean(turns):.2f}, 95th percentile {np.percentile(turns, 95):.0f} over {len(turns)}"


@pytest.mark.parametrize("topic", TOPICS)
def test_bisection_solves_generated_problems_within_two_questions_of_the_entropy(topic: str) -> None:
    turns = []
    for number in range(3):
        problem = FAMILY.problem(f"{topic}-{1 + number}-train-{number}")
        turns += [turns_to_solve(problem.under(truth)) for truth in range(N)]
    assert np.mean(turns) <= math.log2(N) + 2, report(turns)


def test_bisection_of_a_uniform_range_needs_at_most_two_questions_more_than_its_entropy() -> None:
    space = uniform_integers(1, 128)
    turns = [turns_to_solve(closed(space, truth)) for truth in range(128)]
    assert 7 <= np.mean(turns) <= 9, report(turns)
    assert max(turns) <= 9


def test_bisection_of_the_declared_prior_needs_at_most_two_questions_more_than_its_entropy() -> None:
    space = word_problem_space(7, np.random.default_rng(0))
    truths = np.random.default_rng(1).choice(len(space), size=60, p=space.prior)
    turns = [turns_to_solve(closed(space, int(truth))) for truth in truths]
    assert np.mean(turns) <= space.prior_entropy + 2, report(turns)


@pytest.mark.slow
def test_bisection_of_the_declared_prior_over_a_thousand_draws() -> None:
    space = word_problem_space(7, np.random.default_rng(0))
    truths = np.random.default_rng(2).choice(len(space), size=1_000, p=space.prior)
    turns = [turns_to_solve(closed(space, int(truth))) for truth in truths]
    assert np.mean(turns) <= space.prior_entropy + 1.5, report(turns)
