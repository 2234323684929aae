"""Arithmetic topics: every answer recomputed from the statement, by search or by running the story forwards."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import count
from math import gcd
from typing import Any

import pytest
from sympy.parsing.sympy_parser import parse_expr

Recompute = Callable[[str, int, dict[str, Any]], None]
each_difficulty = pytest.mark.parametrize("difficulty", range(1, 6))


@each_difficulty
def test_fraction_arithmetic(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "fraction_arithmetic",
        difficulty,
        {
            "Compute @.": parse_expr,
            "# ~ and # ~ are put together. How many ~ is that?": lambda a, b: sum((a, b)),
        },
    )


def changed(start: Fraction, *changes: Any) -> Fraction:
    """A quantity after changes told as (verb, percentage, verb, percentage, ...)."""
    for verb, percentage in zip(changes[::2], changes[1::2], strict=True):
        assert verb in ("raised", "reduced")
        part = start / 100 * percentage
        start = start + part if verb == "raised" else start - part
    return start


@each_difficulty
def test_percent(difficulty: int, recompute: Recompute) -> None:
    once, twice = "The price of a ~ is @ by #%", "The price of a ~ is @ by #% and then @ by #%"
    ask = "Give the percentage as a number, negative for a decrease."
    recompute(
        "percent",
        difficulty,
        {
            "Compute #% of #.": lambda p, whole: p * (whole / 100),
            "Of the # ~, #% are counted. How many are counted?": lambda whole, p: p * (whole / 100),
            "The price of a ~ is # euros. It is @ by #%. What is the new price in euros?": changed,
            "# is p percent of #. Find p, as a number without the percent sign.": lambda part, all_: (
                part / (all_ / 100)
            ),
            f"{once} and is then # euros. What was the price in euros before?": lambda v, p, after: (
                after / changed(Fraction(1), v, p)
            ),
            f"~ changes from # to #. By what percentage does it change? {ask}": lambda a, b: 100 * b / a - 100,
            f"{twice}. It was # euros at first. What is the final price in euros?": lambda v, p, w, q, start: changed(
                start, v, p, w, q
            ),
            f"{twice}. By what percentage has it changed in all? {ask}": lambda *told: (
                changed(Fraction(100), *told) - 100
            ),
            f"{twice}, and is then # euros. What was the price in euros at first?": lambda *told: (
                told[-1] / changed(Fraction(1), *told[:-1])
            ),
            f"{twice}. By what percentage must it change now to be what it was at first? {ask}": lambda *told: (
                100 * 100 / changed(Fraction(100), *told) - 100
            ),
        },
    )


def second_share(total: Fraction, *parts: Fraction) -> Fraction:
    unit = total / sum(parts)
    shares = [part * unit for part in parts]
    assert sum(shares) == total
    return shares[1]


def mixed(a: Fraction, b: Fraction, c: Fraction, d: Fraction, total: Fraction) -> Fraction:
    zinc = Fraction(1)
    copper, tin = zinc * a / b, zinc * d / c
    return copper * total / (copper + zinc + tin)


def machine_hours(a: Fraction, n: Fraction, hours: Fraction, b: Fraction, m: Fraction) -> Fraction:
    rate = n / hours / a
    return m / (rate * b)


@each_difficulty
def test_ratios(difficulty: int, recompute: Recompute) -> None:
    metals = "Three metals are mixed. The ratio of copper to zinc is # : #, and the ratio of zinc to tin is # : #."
    full = "Both work at once on the empty tank. After how many hours is it full?"
    recompute(
        "ratios",
        difficulty,
        {
            "~ and ~ share # euros in the ratio # : #. How many euros does ~ get?": lambda t, a, b: second_share(
                t, b, a
            ),
            "Find x if # : # = # : x.": lambda a, b, c: c / (a / b),
            "# ~ # ~. How many ~ do # ~?": lambda a, b, c: b / a * c,
            "~, ~ and ~ share # euros in the ratio # : # : #. How many euros does ~ get?": second_share,
            "~ and ~ share some money in the ratio # : #. ~ gets # euros more than ~. How many euros do they share?": (
                lambda a, b, more: next(
                    t for t in (more / (a - b) * (a + b),) if t * a / (a + b) - t * b / (a + b) == more
                )
            ),
            f"{metals} There are # grams of tin. How many grams of copper are there?": lambda a, b, c, d, tin: (
                tin / d * c / b * a
            ),
            f"{metals} There are # grams in all. How many grams of copper are there?": mixed,
            "# equal machines make # parts in # hours. In how many hours do # such machines make # parts?": (
                machine_hours
            ),
            f"A pipe fills a tank in # hours and a second pipe fills it in # hours. {full}": lambda a, b: (
                a * b / (a + b)
            ),
            f"A pipe fills a tank in # hours and an open drain empties the full tank in # hours. {full}": lambda a, b: (
                a * b / (b - a)
            ),
        },
    )


def mean(listed: str) -> Fraction:
    values = [Fraction(value) for value in listed.replace(" and ", ", ").split(", ")]
    middle = values[0]
    return middle + sum((value - middle for value in values), Fraction(0)) / len(values)


def missing(listed: str, middle: Fraction) -> Fraction:
    return middle - sum((Fraction(value) - middle for value in listed.split(", ")), Fraction(0))


def travelled(p: Fraction, u: Fraction, q: Fraction, v: Fraction) -> Fraction:
    return (p + q) / (p / u + q / v)


@each_difficulty
def test_averages(difficulty: int, recompute: Recompute) -> None:
    taken = "of them, with a mean of #, are taken away. What is the mean of the rest?"
    recompute(
        "averages",
        difficulty,
        {
            "Find the mean of @.": mean,
            "The ~ noted are @. What is their mean?": mean,
            "The mean of @ and x is #. Find x.": missing,
            "The mean ~ of a group of # is #, and that of another group of # is #. What is the mean ~ of all?": (
                lambda m, a, n, b: mean(", ".join([str(a)] * int(m) + [str(b)] * int(n)))
            ),
            "In a table, # occurs # times, # occurs # times, # occurs # times, and there is nothing else. "
            "What is the mean?": lambda *told: mean(
                ", ".join(str(v) for v, t in zip(told[::2], told[1::2], strict=True) for _ in range(int(t)))
            ),
            "A cyclist rides a road at # kilometres an hour and the same way back at # kilometres an hour. "
            "What is the mean speed of the whole ride in kilometres an hour?": lambda u, v: travelled(
                u * v, u, u * v, v
            ),
            "A train runs # kilometres at # kilometres an hour and then # kilometres at # kilometres an hour. "
            "What is its mean speed over the whole way in kilometres an hour?": travelled,
            f"The mean of # numbers is #. Two {taken}": lambda n, m, r: m + (m - r) * 2 / (n - 2),
            f"The mean of # numbers is #. Three {taken}": lambda n, m, r: m + (m - r) * 3 / (n - 3),
        },
    )


def integers(listed: str) -> list[int]:
    return [int(value) for value in listed.replace(" and ", ", ").split(", ")]


def common_divisors(*numbers: Any) -> list[int]:
    return [d for d in range(1, int(min(numbers)) + 1) if not any(n % d for n in numbers)]


def common_multiple(*numbers: Any) -> int:
    return int(next(m for m in count(max(numbers), max(numbers)) if not any(m % n for n in numbers)))


def tiles(a: Fraction, b: Fraction) -> Fraction:
    side = common_divisors(a, b)[-1]
    return a * b / side**2


def partner(divisor: Fraction, multiple: Fraction, one: Fraction) -> int:
    return next(
        n for n in common_divisors(multiple) if gcd(n, int(one)) == divisor and common_multiple(n, one) == multiple
    )


def with_remainder(bound: Fraction, rest: Fraction, *divisors: Fraction) -> int:
    return next(n for n in count(int(bound) + 1) if all(n % d == rest for d in divisors))


@each_difficulty
def test_gcd_lcm(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "gcd_lcm",
        difficulty,
        {
            "Find the greatest common divisor of @.": lambda listed: common_divisors(*integers(listed))[-1],
            "Find the least common multiple of @.": lambda listed: common_multiple(*integers(listed)),
            "A floor of # by # centimetres is covered exactly with equal square tiles, which are as large as possible. "
            "None is cut. How many tiles are needed?": tiles,
            "Three lamps flash every #, # and # seconds. They have just flashed together. After how many "
            "seconds do they "
            "next flash together?": common_multiple,
            "Two positive integers have greatest common divisor # and least common multiple #. One of them is "
            "#. Find the "
            "other one.": partner,
            "Find the smallest integer n greater than # that leaves the remainder # when it is divided by #, "
            "by # and by "
            "#.": with_remainder,
            "How many positive integers divide both # and #?": lambda a, b: len(common_divisors(a, b)),
        },
    )


def remainder(shown: str, m: Fraction, *_: Fraction) -> int:
    value = int(parse_expr(shown.replace("^", "**")))
    return next(r for r in range(int(m)) if (value - r) % int(m) == 0)


@each_difficulty
def test_modular_arithmetic(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "modular_arithmetic",
        difficulty,
        {
            "Find the remainder r when @ is divided by #, with 0 <= r < #.": remainder,
            "Find the smallest integer x >= 0 for which #*x + # leaves the remainder # when divided by #.": (
                lambda a, c, b, m: next(x for x in range(int(m)) if (a * x + c) % m == b)
            ),
            "Find the smallest integer x >= 0 for which #*x leaves the remainder # when divided "
            "by #.": lambda a, b, m: next(x for x in range(int(m)) if a * x % m == b),
            "Find the smallest integer x >= 0 that leaves the remainder # when divided by # and the remainder # when "
            "divided by #.": lambda a, m, b, n: next(x for x in count() if x % m == a and x % n == b),
        },
    )
