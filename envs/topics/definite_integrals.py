"""Definite integrals: polynomials, powers of linear functions, moduli, areas between curves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, distinct, integer, nonzero
from sml_env.envs.topics.notation import Number, polynomial, quotient, text

__all__ = ["TOPIC"]

_THEOREM = "A definite integral is the value of an antiderivative at the upper end minus its value at the lower end."
_POWER = "To integrate a power, raise the exponent by one and divide by the new exponent."
_INNER = "With a linear inner function, divide by its slope as well."
_SPLIT = "Where the integrand changes its form or sign, split the integral."


def _at(coefficients: Sequence[Number], x: Number) -> Fraction:
    value = Fraction(0)
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def _primitive(coefficients: Sequence[Number]) -> list[Number]:
    degree = len(coefficients)
    return [*(Fraction(c) / (degree - i) for i, c in enumerate(coefficients)), 0]


def _question(integrand: str, low: Number, high: Number) -> str:
    return f"Let s be the integral of {integrand} from x = {text(low)} to x = {text(high)}. Find s."


def _polynomial(rng: Generator, difficulty: int) -> Draft | None:
    f: list[Number] = [nonzero(rng, 9) for _ in range(difficulty + 1)]
    low, high = sorted(distinct(rng, 0 if difficulty == 1 else -4, 8 if difficulty == 1 else 5, 2))
    if difficulty == 3:
        low, high = (high, low) if chance(rng) else (low, high)
    primitive = _primitive(f)
    upper, lower = _at(primitive, high), _at(primitive, low)
    answer = upper - lower
    undivided = [*f, 0]
    wrong = (
        Wrong("upper_end_only", upper, "You ignored the lower end."),
        Wrong("adds_ends", upper + lower, "You added the values at the ends."),
        Wrong("reverses_ends", -answer, "You subtracted the values at the ends the wrong way round."),
        Wrong(
            "forgets_to_divide", _at(undivided, high) - _at(undivided, low), "You did not divide by the new exponents."
        ),
        Wrong("subtracts_integrand", _at(f, high) - _at(f, low), "You subtracted values of the integrand itself."),
        Wrong(
            "endpoint_rectangle",
            _at(f, high) * (high - low),
            "You multiplied the value at the upper end by the length.",
        ),
        Wrong("loses_constant_term", answer - f[-1] * (high - low), "You lost the constant term."),
    )
    steps = (
        ("Find an antiderivative term by term.", polynomial(primitive)),
        (f"Put in {high} and {low}.", f"{text(upper)} and {text(lower)}"),
        ("Subtract the value at the lower end from the value at the upper end.", f"s = {text(answer)}"),
    )
    return Draft(_question(polynomial(f), low, high), answer, steps, (_POWER, _THEOREM), wrong, ("s",))


def _linear_power(rng: Generator) -> Draft | None:
    a, b, n = nonzero(rng, 5), nonzero(rng, 7), integer(rng, 2, 4)
    low, high = sorted(distinct(rng, -3, 4, 2))
    u, v = a * high + b, a * low + b
    if abs(a) == 1 or max(abs(u), abs(v)) > 15:
        return None
    inner = Fraction(u ** (n + 1) - v ** (n + 1), n + 1)
    answer = inner / a
    wrong = (
        Wrong("forgets_inner_slope", inner, "You did not divide by the slope of the inner function."),
        Wrong("multiplies_by_slope", inner * a, "You multiplied by the slope instead of dividing."),
        Wrong(
            "differentiates",
            Fraction(n * a * (u ** (n - 1) - v ** (n - 1))),
            "You differentiated instead of integrating.",
        ),
        Wrong("forgets_to_divide", Fraction(u ** (n + 1) - v ** (n + 1), a), "You did not divide by the new exponent."),
        Wrong(
            "keeps_limits",
            (Fraction(high) ** (n + 1) - Fraction(low) ** (n + 1)) / ((n + 1) * a),
            "You put the ends in for the inner function.",
        ),
        Wrong("upper_end_only", Fraction(u ** (n + 1), (n + 1) * a), "You ignored the lower end."),
        Wrong(
            "divides_by_old_exponent", Fraction(u ** (n + 1) - v ** (n + 1), n * a), "You divided by the old exponent."
        ),
    )
    steps = (
        (
            "Raise the exponent by one, and divide by the new exponent and by the inner slope.",
            f"({polynomial((a, b))})^{n + 1}/{(n + 1) * a}",
        ),
        (
            f"Put in {high} and {low}.",
            f"{text(Fraction(u ** (n + 1), (n + 1) * a))} and {text(Fraction(v ** (n + 1), (n + 1) * a))}",
        ),
        ("Subtract the value at the lower end from the value at the upper end.", f"s = {text(answer)}"),
    )
    return Draft(
        _question(f"({polynomial((a, b))})^{n}", low, high), answer, steps, (_POWER, _INNER, _THEOREM), wrong, ("s",)
    )


def _negative_power(rng: Generator) -> Draft | None:
    a, n = nonzero(rng, 12), integer(rng, 2, 4)
    b = nonzero(rng, 6)
    low, high = sorted(distinct(rng, 1, 7, 2))

    def part(exponent: int) -> Fraction:
        return Fraction(high) ** exponent - Fraction(low) ** exponent

    answer = a * part(1 - n) / (1 - n) + b * (high - low)
    wrong = (
        Wrong(
            "loses_sign_of_exponent",
            -a * part(1 - n) / (1 - n) + b * (high - low),
            "You got the sign of the new exponent wrong.",
        ),
        Wrong(
            "lowers_exponent",
            a * part(-n - 1) / (-n - 1) + b * (high - low),
            "You lowered the exponent instead of raising it.",
        ),
        Wrong("forgets_to_divide", a * part(1 - n) + b * (high - low), "You did not divide by the new exponent."),
        Wrong("subtracts_integrand", a * part(-n), "You subtracted values of the integrand itself."),
        Wrong("loses_constant_term", answer - b * (high - low), "You lost the constant term."),
        Wrong(
            "integrates_denominator", quotient(a * (n + 1), part(n + 1)), "You integrated the denominator on its own."
        ),
        Wrong("reverses_ends", -answer, "You subtracted the values at the ends the wrong way round."),
    )
    sign = "-" if b < 0 else "+"
    steps = (
        (f"Write the quotient as a power of x with the exponent -{n}.", f"{a}*x^(-{n}) {sign} {abs(b)}"),
        ("Find an antiderivative term by term.", f"({text(Fraction(a, 1 - n))})*x^({1 - n}) {sign} {abs(b)}*x"),
        (f"Put in {high} and {low} and subtract.", f"s = {text(answer)}"),
    )
    return Draft(_question(f"{a}/x^{n} {sign} {abs(b)}", low, high), answer, steps, (_POWER, _THEOREM), wrong, ("s",))


def _modulus(rng: Generator) -> Draft | None:
    a, b = integer(rng, 1, 6), nonzero(rng, 15)
    low, high = sorted(distinct(rng, -8, 9, 2))
    zero = Fraction(-b, a)
    if not low < zero < high:
        return None
    left, right = Fraction(a) * (zero - low) ** 2 / 2, Fraction(a) * (high - zero) ** 2 / 2
    answer = left + right
    wrong = (
        Wrong("ignores_modulus", right - left, "You ignored the modulus."),
        Wrong("modulus_of_integral", abs(right - left), "You took the modulus of the integral."),
        Wrong("right_part_only", right, "You integrated only over one side of the zero."),
        Wrong("left_part_only", left, "You integrated only over one side of the zero, the left one."),
        Wrong("forgets_to_halve", 2 * answer, "You did not divide by the new exponent."),
        Wrong("turns_constant", _plain(a, abs(b), low, high), "You took the modulus of each term on its own."),
    )
    steps = (
        ("Find the zero of the expression inside the modulus.", f"x = {text(zero)}"),
        (f"Integrate from {low} to the zero, with the sign turned.", text(left)),
        (f"Integrate from the zero to {high}.", text(right)),
        ("Add the two parts.", f"s = {text(answer)}"),
    )
    return Draft(
        _question(f"|{polynomial((a, b))}|", low, high), answer, steps, (_SPLIT, _POWER, _THEOREM), wrong, ("s",)
    )


def _plain(a: int, b: int, low: int, high: int) -> Fraction:
    return Fraction(a * (high**2 - low**2), 2) + b * (high - low)


def _between_curves(rng: Generator) -> Draft | None:
    a = integer(rng, 1, 4)
    p, q = sorted(distinct(rng, -7, 7, 2))
    m, c = nonzero(rng, 9), nonzero(rng, 12)
    parabola = (a, m - a * (p + q), c + a * p * q)
    answer = Fraction(a * (q - p) ** 3, 6)
    raw = _at(_primitive(parabola), q) - _at(_primitive(parabola), p)
    line = _at(_primitive((m, c)), q) - _at(_primitive((m, c)), p)
    question = (
        f"Let s be the area enclosed by the curve y = {polynomial(parabola)} and the line y = "
        f"{polynomial((m, c))}. Find s."
    )
    wrong = (
        Wrong("subtracts_wrong_way", -answer, "You subtracted the upper curve from the lower one."),
        Wrong("integrates_curve_only", raw, "You integrated only the curve."),
        Wrong("integrates_line_only", line, "You integrated only the line."),
        Wrong("adds_curves", raw + line, "You added the two functions instead of subtracting."),
        Wrong("forgets_leading_coefficient", answer / a, "You lost the leading coefficient."),
        Wrong("forgets_to_divide", 6 * answer, "You did not divide by the new exponents."),
        Wrong("doubles_area", 2 * answer, "You counted the area twice."),
    )
    steps = (
        ("Set the two functions equal to find where they meet.", f"x = {p} and x = {q}"),
        ("Subtract the curve from the line.", polynomial((-a, a * (p + q), -a * p * q))),
        ("Integrate the difference between the two points.", f"s = {text(answer)}"),
    )
    rules = ("The area between two curves is the integral of the upper one minus the lower one.", _POWER, _THEOREM)
    return Draft(question, answer, steps, rules, wrong, ("s",))


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 3:
        return _polynomial(rng, difficulty)
    if difficulty == 4:
        return _linear_power(rng) if chance(rng) else _negative_power(rng)
    return _modulus(rng) if chance(rng) else _between_curves(rng)


TOPIC = Topic(
    "definite_integrals",
    "Definite integrals",
    "Orton 1983, Students' understanding of integration, Educational Studies in Mathematics 14; the remaining ones are "
    "classic slips",
    _draw,
)
