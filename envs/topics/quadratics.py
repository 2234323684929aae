"""Quadratic equations: coefficients against roots, the larger root, and equations that must first be rearranged."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, nonzero, pick
from sml_env.envs.topics.notation import polynomial, quotient, text

__all__ = ["TOPIC"]

_VIETA = (
    "In a quadratic with leading coefficient one, the sum of the roots is minus the coefficient of the linear term.",
    "In a quadratic with leading coefficient one, the product of the roots is the constant term.",
)
_FACTORS = (
    "A product is zero exactly if one of its factors is zero.",
    "Before factoring, bring every term to one side.",
)
_DISCRIMINANT = (
    "The discriminant is the square of the linear coefficient minus four times the product of the others.",
)


def _coefficients(rng: Generator) -> Draft | None:
    """Sum of roots, product of roots, discriminant."""
    a, b, c = pick(rng, (1, 1, 2, 3, -1)), nonzero(rng, 12), nonzero(rng, 20)
    if b * b - 4 * a * c < 0:
        return None
    shown = f"{polynomial((a, b, c))} = 0"
    monic = polynomial((1, Fraction(b, a), Fraction(c, a)))
    answer: Fraction | int
    task = integer(rng, 0, 2)
    if task == 0:
        answer, letter = Fraction(-b, a), "s"
        question = f"Let s be the sum of the two roots of {shown}, counted with multiplicity. Find s."
        wrong = (
            Wrong("sum_without_sign", Fraction(b, a), "The sign of the sum is wrong."),
            Wrong("takes_product", Fraction(c, a), "You gave the product of the roots."),
            Wrong("forgets_leading_coefficient", -b, "You did not divide by the leading coefficient."),
            Wrong("halves_sum", Fraction(-b, 2 * a), "You gave the mean of the roots."),
            Wrong("takes_negative_product", Fraction(-c, a), "You used the constant term."),
            Wrong("divides_by_constant", quotient(-b, c), "You divided by the constant term."),
        )
        last = "Read the sum off the linear coefficient."
    elif task == 1:
        answer, letter = Fraction(c, a), "p"
        question = f"Let p be the product of the two roots of {shown}, counted with multiplicity. Find p."
        wrong = (
            Wrong("product_with_sign", Fraction(-c, a), "The sign of the product is wrong."),
            Wrong("takes_sum", Fraction(-b, a), "You gave the sum of the roots."),
            Wrong("forgets_leading_coefficient", c, "You did not divide by the leading coefficient."),
            Wrong("takes_linear_coefficient", Fraction(b, a), "You used the linear coefficient."),
            Wrong("inverts_quotient", Fraction(a, c), "You divided by the wrong coefficient."),
            Wrong("multiplies_coefficients", b * c, "You multiplied the coefficients."),
        )
        last = "Read the product off the constant term."
    else:
        answer, letter = b * b - 4 * a * c, "d"
        question = f"Let d be the discriminant of {shown}. Find d."
        wrong = (
            Wrong("adds_product", b * b + 4 * a * c, "You got the sign before the product wrong."),
            Wrong("forgets_square", b - 4 * a * c, "You did not square the linear coefficient."),
            Wrong("negative_square", -b * b - 4 * a * c, "You took the square of a negative number as negative."),
            Wrong("forgets_four", b * b - a * c, "You left out a factor of the product."),
            Wrong("forgets_leading_coefficient", b * b - 4 * c, "You left out the leading coefficient."),
            Wrong("doubles_linear", 2 * b - 4 * a * c, "You doubled the linear coefficient instead of squaring it."),
        )
        steps: tuple[tuple[str, str], ...] = (
            ("Square the linear coefficient.", text(b * b)),
            ("Multiply the leading coefficient by the constant term, and that by four.", text(4 * a * c)),
            ("Subtract the product from the square.", f"d = {text(answer)}"),
        )
        return Draft(question, answer, steps, _DISCRIMINANT, wrong, (letter,))
    steps = (("Divide by the leading coefficient.", f"{monic} = 0"), (last, f"{letter} = {text(answer)}"))
    return Draft(question, answer, steps, _VIETA, wrong, (letter,))


def _root(rng: Generator, difficulty: int) -> Draft | None:
    """The larger or smaller root of a quadratic in standard form."""
    p, q = (1, 1) if difficulty == 2 else (integer(rng, 1, 5), integer(rng, 2, 5))
    size = 25 if difficulty == 2 else 15
    low, high = sorted((Fraction(nonzero(rng, size), p), Fraction(nonzero(rng, size), q)))
    if low == high:
        return None
    a = Fraction(low.denominator * high.denominator * (1 if difficulty == 2 or chance(rng) else -1))
    b, c = a * -(low + high), a * low * high
    larger = chance(rng)
    answer, other = (high, low) if larger else (low, high)
    question = f"Let r be the {'larger' if larger else 'smaller'} root of {polynomial((a, b, c))} = 0. Find r."
    wrong = (
        Wrong("flips_root_sign", -answer, "You read the root off its factor with the wrong sign."),
        Wrong("takes_other_root", other, "You gave the other root."),
        Wrong("flips_other_root_sign", -other, "You gave the other root, and with the wrong sign."),
        Wrong("does_not_halve", 2 * answer, "You forgot the two in the denominator of the formula."),
        Wrong("forgets_leading_coefficient", a * answer, "You forgot the leading coefficient in the denominator."),
        Wrong("halves_root_only", -b + (answer - other) / 2, "You divided only part of the numerator."),
        Wrong("takes_sum", low + high, "You gave the sum of the roots."),
    )
    steps = (
        (
            "Write the quadratic as a product of linear factors.",
            f"{f'{a}*' if a != 1 else ''}({polynomial((1, -low))})*({polynomial((1, -high))}) = 0",
        ),
        ("Set each factor equal to zero.", f"x = {text(low)} or x = {text(high)}"),
        ("Choose the root that is asked for.", f"r = {text(answer)}"),
    )
    return Draft(question, answer, steps, _FACTORS, wrong, ("r",))


def _rearranged(rng: Generator) -> Draft | None:
    """(a*x + b)*(x + c) = d with rational roots."""
    a, b, c = integer(rng, 1, 5), nonzero(rng, 12), nonzero(rng, 12)
    first = Fraction(nonzero(rng, 12 * a), a)
    d = (a * first + b) * (first + c)
    second = -Fraction(b, a) - c - first
    if d == 0 or d.denominator > 1 or abs(d) > 150 or first == second:
        return None
    low, high = sorted((first, second))
    larger = chance(rng)
    answer, other = (high, low) if larger else (low, high)
    zeros = sorted((Fraction(-b, a), Fraction(-c)))
    naive = sorted((Fraction(d - b, a), d - c))
    question = (
        f"Let r be the {'larger' if larger else 'smaller'} root of "
        f"({polynomial((a, b))})*({polynomial((1, c))}) = {text(d)}. Find r."
    )
    wrong = (
        Wrong("sets_factors_equal_to_right_side", naive[larger], "You set each factor equal to the right-hand side."),
        Wrong("ignores_right_side", zeros[larger], "You set each factor equal to zero although the product is not."),
        Wrong("flips_root_sign", -answer, "You read the root off its factor with the wrong sign."),
        Wrong("takes_other_root", other, "You gave the other root."),
        Wrong("flips_other_root_sign", -other, "You gave the other root, and with the wrong sign."),
        Wrong("forgets_leading_coefficient", a * answer, "You forgot the leading coefficient."),
    )
    steps = (
        ("Multiply out the left-hand side.", f"{polynomial((a, b + a * c, b * c))} = {text(d)}"),
        ("Bring the constant from the right-hand side to the left.", f"{polynomial((a, b + a * c, b * c - d))} = 0"),
        ("Find the roots by factoring or with the formula.", f"x = {text(low)} or x = {text(high)}"),
        ("Choose the root that is asked for.", f"r = {text(answer)}"),
    )
    return Draft(question, answer, steps, _FACTORS, wrong, ("r",))


def _symmetric(rng: Generator) -> Draft | None:
    """A symmetric expression in roots that need not be rational."""
    a, b, c = integer(rng, 1, 6), nonzero(rng, 15), nonzero(rng, 15)
    if b * b - 4 * a * c <= 0:
        return None
    total, product = Fraction(-b, a), Fraction(c, a)
    shown = f"{polynomial((a, b, c))} = 0"
    intro = f"Let r and s be the roots of {shown}"
    wrong: tuple[Wrong, ...]
    if chance(rng):
        answer = total * total - 2 * product
        asked, last = "the sum k of the squares of r and s", "Subtract twice the product from the square of the sum."
        wrong = (
            Wrong("squares_the_sum", total * total, "You took the square of the sum for the sum of the squares."),
            Wrong("adds_twice_product", total * total + 2 * product, "You added twice the product."),
            Wrong("subtracts_product_once", total * total - product, "You subtracted the product only once."),
            Wrong("forgets_leading_coefficient", b * b - 2 * c, "You did not divide by the leading coefficient."),
            Wrong("product_with_sign", total * total + product, "The sign of the product of the roots is wrong."),
            Wrong("forgets_square", total - 2 * product, "You did not square the sum."),
        )
    else:
        answer = total / product
        asked, last = "the sum k of the reciprocals of r and s", "Divide the sum of the roots by their product."
        wrong = (
            Wrong("inverts_the_sum", 1 / total, "You took the reciprocal of the sum for the sum of the reciprocals."),
            Wrong("sum_without_sign", -answer, "The sign of the sum of the roots is wrong."),
            Wrong("inverts_quotient", product / total, "You divided the product by the sum."),
            Wrong("takes_inverse_product", 1 / product, "You gave the reciprocal of the product."),
            Wrong("doubles_inverse_sum", 2 / total, "You added numerators and denominators separately."),
            Wrong("forgets_leading_coefficient", Fraction(-b, a * c), "You divided by the leading coefficient twice."),
        )
    steps = (
        ("Write down the sum and the product of the roots.", f"r + s = {text(total)}, r*s = {text(product)}"),
        (f"Express {asked} by the sum and the product. {last}", f"k = {text(answer)}"),
    )
    return Draft(f"{intro}. Find {asked}.", answer, steps, _VIETA, wrong, ("k",))


def _known_root(rng: Generator) -> Draft | None:
    """The other root, from one root and a quadratic with an unknown linear coefficient."""
    a, c, r = integer(rng, 2, 8), nonzero(rng, 30), nonzero(rng, 9)
    answer = Fraction(c, a * r)
    if answer == r:
        return None
    shown = f"{polynomial((a, 0, c)).replace('^2', '^2 + b*x')} = 0"
    question = f"One root of {shown} is {r}, where b is an unknown coefficient. Find the other root k."
    wrong = (
        Wrong("product_with_sign", -answer, "The sign of the product of the roots is wrong."),
        Wrong("forgets_leading_coefficient", Fraction(c, r), "You forgot the leading coefficient."),
        Wrong("subtracts_root", Fraction(c, a) - r, "You subtracted the known root from the product of the roots."),
        Wrong("gives_coefficient", -a * (r + answer), "You gave the unknown coefficient."),
        Wrong("inverts_quotient", 1 / answer, "You divided the wrong way round."),
        Wrong("negates_known_root", -r, "You changed the sign of the known root."),
    )
    steps = (
        (
            "Divide the constant term by the leading coefficient: that is the product of the roots.",
            text(Fraction(c, a)),
        ),
        (f"Divide the product by {r}.", f"k = {text(answer)}"),
    )
    return Draft(question, answer, steps, (*_VIETA, "A root satisfies its equation."), wrong, ("k",))


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty == 1:
        return _coefficients(rng)
    if difficulty <= 3:
        return _root(rng, difficulty)
    if difficulty == 4:
        return _rearranged(rng)
    return _symmetric(rng) if chance(rng) else _known_root(rng)


TOPIC = Topic(
    "quadratics",
    "Quadratic equations",
    "Matz 1982, Towards a process model for high school algebra errors, in Intelligent Tutoring Systems (factors set "
    "equal to a right-hand side other than zero); the remaining ones are classic slips",
    _draw,
)
