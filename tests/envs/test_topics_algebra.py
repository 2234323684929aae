"""Algebra topics: every answer recomputed from the statement with sympy, by search, or point by point."""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from sympy.parsing.sympy_parser import parse_expr

from sml_env.envs.topics import Exercise

Recompute = Callable[[str, int, dict[str, Any]], None]
each_difficulty = pytest.mark.parametrize("difficulty", range(1, 6))
RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def expression(source: str) -> Any:
    names = {name: sympy.Symbol(name) for name in re.findall(r"[a-z]", source)}
    return parse_expr(source.replace("^", "**"), local_dict=names)


def rational(value: float, largest: int) -> Fraction:
    """The rational with a small denominator that a float stands for."""
    found = Fraction(value).limit_denominator(largest)
    assert abs(value - found) <= 1e-6 * max(1, abs(value))
    return found


def linear_root(left: str, right: str, letter: str) -> Any:
    (root,) = sympy.solve(expression(left) - expression(right), sympy.Symbol(letter))
    return root


def roots(left: str, right: str = "0") -> list[float]:
    coefficients = sympy.Poly(expression(left) - expression(right), sympy.Symbol("x")).all_coeffs()
    return sorted(float(root.real) for root in np.roots([float(c) for c in coefficients]))


def either_root(which: str, left: str, right: str) -> Fraction:
    assert which in ("larger", "smaller")
    return rational(roots(left, right)[which == "larger"], 40)


def told_number(letter: str, factor: Fraction, size: Fraction, how: str, result: Fraction, again: str) -> Fraction:
    assert letter == again
    return (result - size if how == "added to" else result + size) / factor


@each_difficulty
def test_linear_equations(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "linear_equations",
        difficulty,
        {
            "Solve @ = @ for @.": linear_root,
            "A number @ is multiplied by #, then # is @ the product, and the result is #. Find @.": told_number,
        },
    )


def system(first: str, right: Fraction, second: str, other: Fraction, x: str, y: str) -> tuple[Any, ...]:
    equations = [expression(first) - sympy.Rational(str(right)), expression(second) - sympy.Rational(str(other))]
    ((one, two),) = sympy.linsolve(equations, sympy.Symbol(x), sympy.Symbol(y))
    return one, two


def sum_and_difference(*told: Any) -> tuple[Fraction, Fraction]:
    total, gap = told[2], told[5]
    return (total + gap) / 2, (total - gap) / 2


@each_difficulty
def test_systems_of_two(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "systems_of_two",
        difficulty,
        {
            "Solve the system @ = # and @ = # for (@, @).": system,
            "The sum of two numbers @ and @ is #, and @ minus @ is #. Find (@, @).": sum_and_difference,
        },
    )


def sum_of(power: int) -> Callable[[str], Fraction]:
    return lambda left: rational(sum(root**power for root in roots(left)), 2000)


def other_root(left: str, known: Fraction) -> Fraction:
    x, b = sympy.symbols("x b")
    equation = expression(left)
    (coefficient,) = sympy.solve(equation.subs(x, sympy.Rational(str(known))), b)
    return rational(min(roots(str(equation.subs(b, coefficient))), key=lambda r: -abs(r - known)), 400)


def vieta(reduce: Callable[[list[complex]], complex]) -> Callable[[str], Fraction]:
    def solve(left: str) -> Fraction:
        coefficients = sympy.Poly(expression(left), sympy.Symbol("x")).all_coeffs()
        return rational(complex(reduce(list(np.roots([float(c) for c in coefficients])))).real, 40)

    return solve


@each_difficulty
def test_quadratics(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "quadratics",
        difficulty,
        {
            "Let s be the sum of the two roots of @ = 0, counted with multiplicity. Find s.": vieta(sum),
            "Let p be the product of the two roots of @ = 0, counted with multiplicity. Find p.": vieta(math.prod),
            "Let d be the discriminant of @ = 0. Find d.": lambda left: sympy.discriminant(expression(left)),
            "Let r be the @ root of @ = @. Find r.": either_root,
            "Let r and s be the roots of @ = 0. Find the sum k of the squares of r and s.": sum_of(2),
            "Let r and s be the roots of @ = 0. Find the sum k of the reciprocals of r and s.": sum_of(-1),
            "One root of @ = 0 is #, where b is an unknown coefficient. Find the other root k.": other_root,
        },
    )


def holds(shown: str, x: Fraction) -> bool:
    """Whether an inequality, a chain of them or one with a modulus is true at a point."""
    parts = re.split(r" (<=|>=|<|>) ", shown)
    values = []
    for part in parts[::2]:
        value = Fraction(str(expression(part.strip("|")).subs(sympy.Symbol("x"), sympy.Rational(str(x)))))
        values.append(abs(value) if part.startswith("|") else value)
    return all(RELATIONS[r](a, b) for a, r, b in zip(values, parts[1::2], values[1:], strict=False))


def contains(answer: str, x: Fraction) -> bool:
    for span in answer.split(" U "):
        low, high = span[1:-1].split(", ")
        above = low == "-oo" or x > Fraction(low) or (x == Fraction(low) and span[0] == "[")
        below = high == "oo" or x < Fraction(high) or (x == Fraction(high) and span[-1] == "]")
        if above and below:
            return True
    return False


@each_difficulty
def test_inequalities(difficulty: int, samples: Callable[[str, int, int], Sequence[Exercise]]) -> None:
    for exercise in samples("inequalities", difficulty, 100):
        found = re.match(r"(?:Solve (.*?) for x\.|For which x does (.*?) hold\?)", exercise.statement)
        assert found
        shown = found[1] or found[2]
        ends = [Fraction(end) for end in re.findall(r"-?\d+(?:/\d+)?", exercise.answer)]
        between = [(a + b) / 2 for a, b in itertools.pairwise(ends)]
        near = [end + step for end in ends for step in (0, Fraction(1, 9), -Fraction(1, 9), 1, -1)]
        mirrored = [-end for end in ends]
        for point in (*near, *between, *mirrored, Fraction(0), Fraction(100), Fraction(-100)):
            assert holds(shown, point) == contains(exercise.answer, point), (exercise.statement, point)


def exponent_of(power: str, base: Fraction) -> int:
    value = Fraction(str(expression(power)))
    exponent = round((math.log(value.numerator) - math.log(value.denominator)) / math.log(base))
    assert base**exponent == value
    return exponent


def exponential_root(left: Fraction, up: str, right: Fraction, down: str) -> Fraction:
    x = sympy.Symbol("x")
    a, b = (float(value) for value in sympy.Poly(expression(up), x).all_coeffs())
    c, d = (float(value) for value in sympy.Poly(expression(down), x).all_coeffs())
    return rational((d * math.log(right) - b * math.log(left)) / (a * math.log(left) - c * math.log(right)), 60)


@each_difficulty
def test_exponents(difficulty: int, recompute: Recompute) -> None:
    recompute(
        "exponents",
        difficulty,
        {
            "Write @ as a power #^k. Find k.": exponent_of,
            "Compute @.": expression,
            "Solve #^(@) = #^(@) for x.": exponential_root,
        },
    )


def logarithm_value(shown: str, *bases: Fraction) -> Fraction:
    def value(found: re.Match[str]) -> str:
        assert Fraction(found[1]) == bases[0] == bases[1]
        return repr(math.log(Fraction(found[2])) / math.log(int(found[1])))

    return rational(float(parse_expr(re.sub(r"log_(\d+)\(([\d/]+)\)", value, shown))), 60)


def logarithmic_root(shown: str, right: Fraction, letter: str, *bases: Fraction) -> Any:
    x = sympy.Symbol(letter)
    factor, base, inside = re.fullmatch(r"(?:(\d+) \* )?log_(\d+)\((.*)\)", shown).groups()  # type: ignore[union-attr]
    assert Fraction(base) == bases[0]
    (root,) = sympy.solve(expression(inside) - sympy.Integer(base) ** int(right / int(factor or 1)), x)
    return root


def two_logarithms(p: str, q: str, k: Fraction, *bases: Fraction) -> int:
    (base,) = set(bases)
    first, second = (int(expression(part).subs(sympy.Symbol("x"), 0)) for part in (p, q))
    solutions = [
        x
        for x in range(1 - min(first, second), 2000)
        if x + first > 0 and x + second > 0 and (x + first) * (x + second) == base**k
    ]
    assert len(solutions) == 1
    return solutions[0]


def from_given(*told: Any) -> Fraction:
    s, t, m, n = (value for value in told if isinstance(value, Fraction))
    u, v = 2.0 ** float(s), 2.0 ** float(t)
    return rational(math.log2(u ** int(m)) - math.log2(v ** int(n)), 12)


@each_difficulty
def test_logarithms(difficulty: int, recompute: Recompute) -> None:
    def single(shown: str, right: Fraction, letter: str, *bases: Fraction) -> Any:
        found = re.fullmatch(r"log_(\d+)\((.*)\) \+ log_(\d+)\((.*)\)", shown)
        if found:
            return two_logarithms(found[2], found[4], right, *bases, Fraction(found[1]), Fraction(found[3]))
        return logarithmic_root(shown, right, letter, *bases)

    recompute(
        "logarithms",
        difficulty,
        {
            "Compute @, where log_# is the logarithm to base #.": logarithm_value,
            "Solve @ = # for @, where log_# is the logarithm to base #.": single,
            "Given log_@(u) = # and log_@(v) = #, let k = log_@(u^# / v^#). Find k.": from_given,
        },
    )
