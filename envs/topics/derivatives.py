"""Values of derivatives: polynomials, products, quotients, powers of inner functions, second derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, nonzero
from sml_env.envs.topics.notation import Number, polynomial, quotient, text

__all__ = ["TOPIC"]

_POWER = "To differentiate a power, multiply by the exponent and lower the exponent by one; constants vanish."
_SUM = "Sums are differentiated term by term, and constant factors stay."
_PRODUCT = "The derivative of f*g is f'*g + f*g'."
_QUOTIENT = "The derivative of f/g is f'*g - f*g', over the square of g."
_CHAIN = "A function of an inner function is differentiated from outside in, times the derivative of the inner one."


def _at(coefficients: Sequence[Number], x: Number) -> Fraction:
    value = Fraction(0)
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def _derivative(coefficients: Sequence[Number]) -> list[Number]:
    degree = len(coefficients) - 1
    return [c * (degree - i) for i, c in enumerate(coefficients[:-1])]


def _polynomial(rng: Generator, difficulty: int) -> Draft | None:
    degree = 2 if difficulty == 1 else integer(rng, 3, 4)
    f: list[Number] = [nonzero(rng, 9) for _ in range(degree + 1)]
    p: Number = nonzero(rng, 6 if difficulty == 1 else 4)
    if difficulty == 2 and chance(rng):
        p = Fraction(p, 2)
    slope = _derivative(f)
    answer = _at(slope, p)
    unlowered = _at([c * (degree - i) for i, c in enumerate(f[:-1])] + [0], p)
    primitive = _at([Fraction(c) / (degree - i + 1) for i, c in enumerate(f)] + [0], p)
    wrong = (
        Wrong("evaluates_function", _at(f, p), "You put the number into the function instead of its derivative."),
        Wrong("keeps_exponents", unlowered, "You did not lower the exponents."),
        Wrong("forgets_factors", _at(f[:-1], p), "You did not multiply by the exponents."),
        Wrong("keeps_constant", answer + f[-1], "You kept the constant term."),
        Wrong("loses_linear_term", answer - f[-2], "You lost the linear term."),
        Wrong("integrates", primitive, "You integrated instead of differentiating."),
        Wrong("flips_sign_of_argument", _at(slope, -p), "You put the number in with the wrong sign."),
    )
    steps = (
        ("Differentiate each term.", f"f'(x) = {polynomial(slope)}"),
        (f"Put {text(p)} in for x.", f"d = {text(answer)}"),
    )
    question = f"Let f(x) = {polynomial(f)}, and let d be the derivative of f at x = {text(p)}. Find d."
    return Draft(question, answer, steps, (_POWER, _SUM), wrong, ("d",))


def _product(rng: Generator) -> Draft | None:
    f: list[Number] = [nonzero(rng, 6), nonzero(rng, 9)]
    g: list[Number] = [nonzero(rng, 4), nonzero(rng, 6), nonzero(rng, 9)]
    p = nonzero(rng, 5)
    u, v, du, dv = _at(f, p), _at(g, p), _at(_derivative(f), p), _at(_derivative(g), p)
    answer = du * v + u * dv
    wrong = (
        Wrong("multiplies_derivatives", du * dv, "You multiplied the derivatives of the factors."),
        Wrong("first_part_only", du * v, "You differentiated only the first factor."),
        Wrong("second_part_only", u * dv, "You differentiated only the second factor."),
        Wrong("subtracts_parts", du * v - u * dv, "You subtracted the parts as for a quotient."),
        Wrong("adds_derivatives", du + dv, "You added the derivatives of the factors."),
        Wrong("evaluates_function", u * v, "You put the number into the function instead of its derivative."),
    )
    steps = (
        ("Differentiate each of the two factors.", f"{polynomial(_derivative(f))} and {polynomial(_derivative(g))}"),
        (f"Put {p} in for x in both factors and both derivatives.", ", ".join(map(text, (u, v, du, dv)))),
        ("Combine them by the product rule.", f"d = {text(answer)}"),
    )
    question = f"Let f(x) = ({polynomial(f)})*({polynomial(g)}), and let d be the derivative of f at x = {p}. Find d."
    return Draft(question, answer, steps, (_PRODUCT, _POWER), wrong, ("d",))


def _quotient(rng: Generator) -> Draft | None:
    f: list[Number] = (
        [nonzero(rng, 6), nonzero(rng, 9)] if chance(rng) else [nonzero(rng, 4), nonzero(rng, 6), nonzero(rng, 9)]
    )
    g: list[Number] = [nonzero(rng, 6), nonzero(rng, 9)]
    p = nonzero(rng, 4)
    u, v, du, dv = _at(f, p), _at(g, p), _at(_derivative(f), p), _at(_derivative(g), p)
    if v == 0:
        return None
    answer = (du * v - u * dv) / v**2
    wrong = (
        Wrong("divides_derivatives", quotient(du, dv), "You divided the derivatives."),
        Wrong("wrong_order_above", -answer, "You subtracted in the wrong order in the numerator."),
        Wrong("adds_parts", (du * v + u * dv) / v**2, "You added the parts of the numerator."),
        Wrong("forgets_square", (du * v - u * dv) / v, "You did not square the denominator."),
        Wrong("forgets_denominator", du * v - u * dv, "You forgot the denominator."),
        Wrong("differentiates_numerator_only", du / v, "You differentiated only the numerator."),
        Wrong("squares_derivative", quotient(du * v - u * dv, dv**2), "You squared the derivative of the denominator."),
    )
    steps = (
        (
            "Differentiate the numerator and the denominator.",
            f"{polynomial(_derivative(f))} and {polynomial(_derivative(g))}",
        ),
        (f"Put {p} in for x in both and in their derivatives.", ", ".join(map(text, (u, v, du, dv)))),
        ("Combine them by the quotient rule.", f"d = {text(answer)}"),
    )
    question = f"Let f(x) = ({polynomial(f)})/({polynomial(g)}), and let d be the derivative of f at x = {p}. Find d."
    return Draft(question, answer, steps, (_QUOTIENT, _POWER), wrong, ("d",))


def _chain(rng: Generator) -> Draft | None:
    g: list[Number] = (
        [nonzero(rng, 4), nonzero(rng, 6), nonzero(rng, 9)] if chance(rng) else [nonzero(rng, 7), nonzero(rng, 9)]
    )
    n, p = integer(rng, 3, 5), nonzero(rng, 4)
    v, dv = _at(g, p), _at(_derivative(g), p)
    if v in (0, 1, -1) or dv in (0, 1) or abs(v) > 12:
        return None
    answer = n * v ** (n - 1) * dv
    wrong = (
        Wrong("forgets_inner_derivative", n * v ** (n - 1), "You forgot the derivative of the inner function."),
        Wrong("differentiates_inside", n * dv ** (n - 1), "You differentiated inside the power."),
        Wrong("keeps_exponent", n * v**n * dv, "You did not lower the exponent."),
        Wrong("forgets_exponent", v ** (n - 1) * dv, "You did not multiply by the exponent."),
        Wrong("adds_inner_derivative", n * v ** (n - 1) + dv, "You added the derivative of the inner function."),
        Wrong("powers_inner_derivative", dv**n, "You raised the derivative of the inner function to the power."),
        Wrong("evaluates_function", v**n, "You put the number into the function instead of its derivative."),
    )
    steps = (
        ("Differentiate the inner function.", polynomial(_derivative(g))),
        (f"Put {p} in for x in the inner function and in its derivative.", f"{text(v)} and {text(dv)}"),
        ("Differentiate the power and multiply by the inner derivative.", f"d = {text(answer)}"),
    )
    question = f"Let f(x) = ({polynomial(g)})^{n}, and let d be the derivative of f at x = {p}. Find d."
    return Draft(question, answer, steps, (_CHAIN, _POWER), wrong, ("d",))


def _second(rng: Generator) -> Draft | None:
    f: list[Number] = [nonzero(rng, 6) for _ in range(integer(rng, 4, 5))]
    p = Fraction(nonzero(rng, 7), integer(rng, 1, 3))
    once, twice = _derivative(f), _derivative(_derivative(f))
    answer = _at(twice, p)
    degree = len(f) - 1
    unlowered = _at([c * (degree - i) ** 2 for i, c in enumerate(f)], p)
    wrong = (
        Wrong("stops_at_first", _at(once, p), "You differentiated only once."),
        Wrong("squares_first", _at(once, p) ** 2, "You squared the first derivative."),
        Wrong("goes_one_too_far", _at(_derivative(twice), p), "You differentiated once too often."),
        Wrong("keeps_exponents", unlowered, "You did not lower the exponents."),
        Wrong("keeps_constant", answer + f[-2], "You kept a constant term."),
        Wrong("forgets_factors", _at(f[:-2], p), "You did not multiply by the exponents."),
        Wrong("evaluates_function", _at(f, p), "You put the number into the function instead of its derivative."),
    )
    steps = (
        ("Differentiate each term.", f"f'(x) = {polynomial(once)}"),
        ("Differentiate again.", f"f''(x) = {polynomial(twice)}"),
        (f"Put {text(p)} in for x.", f"d = {text(answer)}"),
    )
    question = f"Let f(x) = {polynomial(f)}, and let d be the second derivative of f at x = {text(p)}. Find d."
    return Draft(question, answer, steps, (_POWER, _SUM), wrong, ("d",))


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 2:
        return _polynomial(rng, difficulty)
    if difficulty < 5:
        return (_product, _quotient)[difficulty - 3](rng)
    return _chain(rng) if chance(rng) else _second(rng)


TOPIC = Topic(
    "derivatives",
    "Derivatives at a point",
    "Orton 1983, Students' understanding of differentiation, Educational Studies in Mathematics 14; the remaining ones "
    "are classic slips",
    _draw,
)
