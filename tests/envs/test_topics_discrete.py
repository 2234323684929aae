"""Sequences, counting and probability: every answer recomputed from the statement by listing all cases."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import accumulate, combinations, islice, permutations, product, repeat
from typing import Any

import pytest

Recompute = Callable[[str, int, dict[str, Any]], None]
each_difficulty = pytest.mark.parametrize("difficulty", range(1, 6))


def adding(first: Fraction, step: Fraction, number: Any) -> list[Fraction]:
    return list(islice(accumulate(repeat(step), initial=first), int(number)))


def multiplying(first: Fraction, ratio: Fraction, number: Any) -> list[Fraction]:
    return list(islice(accumulate(repeat(ratio), lambda a, b: a * b, initial=first), int(number)))


def number_of(a: Fraction, b: Fraction, c: Fraction, last: Fraction) -> int:
    assert b - a == c - b
    return adding(a, b - a, 200).index(last) + 1


def later_term(p: Fraction, u: Fraction, q: Fraction, v: Fraction, r: Fraction) -> Fraction:
    slope = (v - u) / (q - p)
    first = u
    for _ in range(int(p) - 1):
        first -= slope
    terms = adding(first, slope, 40)
    assert terms[int(q) - 1] == v
    return terms[int(r) - 1]


def step_from_sum(first: Fraction, number: Fraction, total: Fraction) -> Fraction:
    low, high = (sum(adding(first, Fraction(step), number)) for step in (0, 1))
    return (total - low) / (high - low)


@each_difficulty
def test_arithmetic_sequences(difficulty: int, recompute: Recompute) -> None:
    given = "An arithmetic sequence has the first term # and the common difference #."
    recompute(
        "arithmetic_sequences",
        difficulty,
        {
            f"{given} Find its term t with number #.": lambda a, d, n: adding(a, d, n)[-1],
            "An arithmetic sequence begins #, #, #. Find its term t with number #.": lambda a, b, c, n: adding(
                a, c - b, n
            )[-1],
            "An arithmetic sequence begins #, #, #. Its term with number n is #. Find n.": number_of,
            "Find the sum s of the first # terms of the arithmetic sequence #, #, #, ...": lambda n, a, b, c: sum(
                adding(a, c - b, n)
            ),
            "In an arithmetic sequence the term with number # is # and the term with number # is #. Find the "
            "term t with "
            "number #.": later_term,
            "An arithmetic sequence has the first term #, and its first # terms have the sum #. Find the common "
            "difference d.": step_from_sum,
            f"{given} Find the sum s of its terms with numbers # to #, both included.": lambda a, d, p, q: sum(
                adding(a, d, q)[int(p) - 1 :]
            ),
        },
    )


def whole_sum(first: Fraction, ratio: Fraction, start: Any = 1) -> Fraction:
    terms = islice(accumulate(repeat(float(ratio)), lambda a, b: a * b, initial=float(first)), int(start) - 1, 700)
    return Fraction(math.fsum(terms)).limit_denominator(6000)


def gap_of_three(p: Fraction, u: Fraction, q: Fraction, v: Fraction, number: Fraction) -> Fraction:
    assert q - p == 3
    ratios = {Fraction(a, b) for a in range(-4, 5) for b in range(1, 4)}
    (ratio,) = (r for r in ratios if u * r * r * r == v)
    return u * ratio ** int(number - p)


def ratio_of(first: Fraction, total: Fraction) -> Fraction:
    ratios = {Fraction(a, b) for b in range(2, 13) for a in range(1 - b, b)}
    (ratio,) = (r for r in ratios if total == first + r * total)
    return ratio


@each_difficulty
def test_geometric_sequences(difficulty: int, recompute: Recompute) -> None:
    infinite = "An infinite geometric sequence has the first term # and the ratio #."
    recompute(
        "geometric_sequences",
        difficulty,
        {
            "A geometric sequence has the first term # and the ratio #. Find its term t with "
            "number #.": lambda a, r, n: multiplying(a, r, n)[-1],
            "A geometric sequence begins #, #, #. Find its term t with number #.": lambda a, b, c, n: multiplying(
                a, c / b, n
            )[-1],
            "A geometric sequence has the first term # and the ratio #. Find the sum s of its first # terms.": (
                lambda a, r, n: sum(multiplying(a, r, n))
            ),
            "The first term of a geometric sequence is # and its ratio is #. Let s be the sum of the terms "
            "with numbers up "
            "to #. Find s.": lambda a, r, n: sum(multiplying(a, r, n)),
            f"{infinite} Find the sum s of all its terms.": whole_sum,
            f"{infinite} Find the sum s of all its terms from number # on.": whole_sum,
            "An infinite geometric sequence has the first term # and the sum #. Find its ratio r.": ratio_of,
            "In a geometric sequence of rational numbers the term with number # is # and the term with number "
            "# is #. Find "
            "the term t with number #.": gap_of_three,
        },
    )


def size(cases: Any) -> int:
    return sum(1 for _ in cases)


def sets_with(k: Fraction, n: Fraction, m: Fraction, exactly: Fraction) -> int:
    @cache
    def ways(left: int, right: int, chosen: int) -> int:
        if left == right == 0:
            return int(chosen == 0)
        if left:
            return ways(left - 1, right, chosen) + ways(left - 1, right, chosen - 1)
        return ways(0, right - 1, chosen) + ways(0, right - 1, chosen - 1)

    return ways(int(n), 0, int(exactly)) * ways(0, int(m), int(k - exactly))


def teams(k: Fraction, n: Fraction, m: Fraction) -> int:
    return sum(max(team) >= n for team in combinations(range(int(n + m)), int(k)))


def strings(*told: Any) -> int:
    @cache
    def ways(*left: int) -> int:
        if not any(left):
            return 1
        return sum(ways(*left[:i], n - 1, *left[i + 1 :]) for i, n in enumerate(left) if n)

    return ways(*(int(n) for n in told if isinstance(n, Fraction)))


def shares(n: Fraction, k: Fraction, least: Fraction) -> int:
    @cache
    def ways(things: int, children: int) -> int:
        if children == 0:
            return int(things == 0)
        return sum(ways(things - own, children - 1) for own in range(int(least), things + 1))

    return ways(int(n), int(k))


@each_difficulty
def test_counting(difficulty: int, recompute: Recompute) -> None:
    up_to = "How many of the integers from 1 to # are divisible by"
    recompute(
        "counting",
        difficulty,
        {
            "There are # ~, # ~ and # ~. In how many ways can one choose one of each kind?": lambda *kinds: size(
                product(*(range(int(kind)) for kind in kinds))
            ),
            "A code consists of # symbols, each of # kinds and repeats allowed, and then one of # colours. "
            "How many codes "
            "are there?": lambda k, d, c: size(product(*[range(int(d))] * int(k), range(int(c)))),
            "There are # different ~ and # different ~. In how many ways can one put # of the ~ in a row and "
            "# of the ~ in "
            "a row behind them?": lambda n, m, i, j: (
                size(permutations(range(int(n)), int(i))) * size(permutations(range(int(m)), int(j)))
            ),
            "In how many ways can one choose a set of # from # different ~ and # different ~ so that it has "
            "exactly # of "
            "the ~?": sets_with,
            "A team of # is chosen from # ~ and # ~. In how many ways can this be done with at "
            "least one of the ~?": teams,
            "How many strings consist of exactly # letters @, # letters @ and # letters @?": strings,
            f"{up_to} at least one of # and #?": lambda n, a, b: sum(
                i % a == 0 or i % b == 0 for i in range(1, int(n) + 1)
            ),
            f"{up_to} exactly one of # and #?": lambda n, a, b: sum(
                (i % a == 0) != (i % b == 0) for i in range(1, int(n) + 1)
            ),
            "In how many ways can # equal ~ be given to # children so that each gets at least #?": shares,
        },
    )


def bag(*told: Any) -> list[str]:
    return [colour for number, colour in zip(told[::2], told[1::2], strict=True) for _ in range(int(number))]


def chance_of(cases: Any, event: Callable[[Any], bool]) -> Fraction:
    outcomes = [event(case) for case in cases]
    return Fraction(sum(outcomes), len(outcomes))


def one_ball(*told: Any) -> Fraction:
    asked = told[6].removeprefix("not ")
    return chance_of(bag(*told[:6]), lambda ball: (ball == asked) != told[6].startswith("not "))


def two_balls(*told: Any) -> Fraction:
    balls, (fate, event) = bag(*told[:6]), told[6:]
    cases = permutations(balls, 2) if fate == "kept" else product(balls, repeat=2)
    words = event.split()
    if event.startswith("both are "):
        return chance_of(cases, lambda pair: set(pair) == {words[-1]})
    if event.startswith("the first is "):
        return chance_of(cases, lambda pair: pair == (words[3], words[-1]))
    return chance_of(cases, lambda pair: sorted(pair) == sorted((words[2], words[-1])))


def some_balls(a: Fraction, one: str, b: Fraction, two: str, how_many: str, how: str, asked: str) -> Fraction:
    balls, draws = bag(a, one, b, two), {"Two": 2, "Three": 3}[how_many]
    cases = permutations(balls, draws) if how == "none is put back" else product(balls, repeat=draws)
    return chance_of(cases, lambda drawn: asked in drawn)


def dice(m: Fraction, n: Fraction, how: str, bound: Fraction) -> Fraction:
    cases = product(range(1, int(m) + 1), range(1, int(n) + 1))
    return chance_of(cases, lambda pair: sum(pair) >= bound if how == "at least" else sum(pair) == bound)


def screened(base: Fraction, named: str, hit: Fraction, group: str, false: Fraction, how: str, asked: str) -> Fraction:
    assert named == group == asked
    population = Fraction(10**6)
    having = population * base / 100
    marked = having * hit / 100, (population - having) * false / 100
    if how == "not marked":
        marked = having - marked[0], population - having - marked[1]
    return marked[0] / sum(marked)


@each_difficulty
def test_probability(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "probability",
        difficulty,
        {
            "A bag holds # @, # @ and # @ balls. One is drawn at random. What is the probability "
            "that it is @?": one_ball,
            "A bag holds # @, # @ and # @ balls. A ball is drawn at random and @, and then a second one is "
            "drawn. What is "
            "the probability that @?": two_balls,
            "A bag holds # @ and # @ balls. @ balls are drawn one after another at random; @. What is the "
            "probability that "
            "at least one is @?": some_balls,
            "A fair die with faces 1 to # and a fair die with faces 1 to # are rolled. What is the "
            "probability that the "
            "sum is @ #?": dice,
            "Of all ~, #% are @. A test marks #% of the @ ones and #% of the others. One that is @ is picked "
            "at random. "
            "What is the probability that it is @?": screened,
        },
    )
