"""Remainders: of numbers, products and powers, and the solution of congruences."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, distinct, integer
from sml_env.envs.topics.notation import text

__all__ = ["TOPIC"]

_REMAINDER = "A remainder is at least zero and less than the divisor, also for a negative number."
_REPLACE = "In sums and products, a number may be replaced by its remainder."
_POWERS = "The remainders of the powers of a number repeat after a while; the exponent itself may not be reduced."
_INVERSE = "To divide in a congruence, multiply by the inverse, which exists if the factor and the modulus are coprime."


def _plain(rng: Generator, difficulty: int) -> Draft | None:
    a, m = integer(rng, 30, 999), integer(rng, 3, 25)
    value = a if difficulty == 1 else -a
    q, r = divmod(value, m)
    question = f"Find the remainder r when {value} is divided by {m}, with 0 <= r < {m}."
    wrong = (
        Wrong("gives_quotient", a // m, "You gave the quotient."),
        Wrong("takes_negative_remainder", r - m, "Your remainder is negative."),
        Wrong("ignores_minus", a % m if value < 0 else m - r, "You measured to the wrong multiple of the divisor."),
        Wrong("gives_quotient_fraction", Fraction(value, m), "You gave the exact quotient."),
        Wrong("takes_last_digit", a % 10, "You gave the last digit."),
        Wrong("gives_multiple", q * m, "You gave the multiple of the divisor."),
    )
    steps = (
        (f"Find the largest multiple of {m} that is not greater than {value}.", text(q * m)),
        (f"Subtract it from {value}.", f"r = {r}"),
    )
    return Draft(question, r, steps, (_REMAINDER,), wrong, ("r",))


def _combined(rng: Generator, difficulty: int) -> Draft | None:
    size = 60 if difficulty == 1 else 300
    a, b, m = integer(rng, 12, size), integer(rng, 12, size), integer(rng, 5, 25)
    c = integer(rng, 5, size) * (1 if difficulty == 1 else -1)
    shown = f"{a} + {b}" if difficulty == 1 else f"{a} * {b} - {-c}"
    value = a + b if difficulty == 1 else a * b + c
    x, y = a % m, b % m
    answer = value % m
    question = f"Find the remainder r when {shown} is divided by {m}, with 0 <= r < {m}."
    unreduced = x + y if difficulty == 1 else x * y - (-c) % m
    wrong = (
        Wrong("does_not_reduce", unreduced, "You combined the remainders and did not reduce the result."),
        Wrong("gives_quotient", value // m, "You gave the quotient."),
        Wrong("reduces_first_only", (x + b if difficulty == 1 else x * b + c), "You reduced only the first number."),
        Wrong("takes_negative_remainder", answer - m, "Your remainder is negative."),
        Wrong("wrong_operation", (a * b if difficulty == 1 else a + b + c) % m, "You mixed up sum and product."),
        Wrong("wrong_sign", (a - b if difficulty == 1 else a * b - c) % m, "You got a sign wrong."),
    )
    combined = text(unreduced)
    steps = (
        (
            f"Replace each number by its remainder on division by {m}.",
            f"{x} and {y}" if difficulty == 1 else f"{x}, {y} and {(-c) % m}",
        ),
        ("Combine the remainders as the numbers are combined.", combined),
        (f"Reduce the result to a number from zero up to, but not including, {m}.", f"r = {answer}"),
    )
    return Draft(question, answer, steps, (_REMAINDER, _REPLACE), wrong, ("r",))


def _power(rng: Generator) -> Draft | None:
    a, e, m = integer(rng, 2, 40), integer(rng, 5, 80), integer(rng, 5, 30)
    if a % m in (0, 1):
        return None
    answer = pow(a, e, m)
    question = f"Find the remainder r when {a}^{e} is divided by {m}, with 0 <= r < {m}."
    wrong = (
        Wrong("reduces_exponent", pow(a, e % m, m), "You replaced the exponent by its remainder."),
        Wrong("multiplies_by_exponent", a * e % m, "You multiplied by the exponent."),
        Wrong("one_factor_short", pow(a, e - 1, m), "You used one factor too few."),
        Wrong("one_factor_more", pow(a, e + 1, m), "You used one factor too many."),
        Wrong("ignores_exponent", a % m, "You ignored the exponent."),
        Wrong("swaps_base_and_exponent", pow(e, a, m), "You swapped base and exponent."),
        Wrong("takes_negative_remainder", answer - m, "Your remainder is negative."),
    )
    steps = (
        (f"Replace {a} by its remainder on division by {m}.", f"{a % m}^{e}"),
        (
            "Square again and again, reducing each time.",
            ", ".join(str(pow(a, 2**i, m)) for i in range(1, e.bit_length())),
        ),
        ("Multiply the squares that the exponent needs, and reduce.", f"r = {answer}"),
    )
    return Draft(question, answer, steps, (_REMAINDER, _REPLACE, _POWERS), wrong, ("r",))


def _congruence(rng: Generator) -> Draft | None:
    m = integer(rng, 7, 40)
    a, b, c = integer(rng, 2, m - 1), integer(rng, 1, m - 1), integer(rng, 0, m - 1)
    if gcd(a, m) > 1 or b == c:
        return None
    inverse = pow(a, -1, m)
    answer = inverse * (b - c) % m
    added = f" + {c}" if c else ""
    question = f"Find the smallest integer x >= 0 for which {a}*x{added} leaves the remainder {b} when divided by {m}."
    wrong = (
        Wrong("divides_as_rational", Fraction(b - c, a), "You divided without regard to the modulus."),
        Wrong("multiplies_by_factor", a * (b - c) % m, "You multiplied by the factor instead of its inverse."),
        Wrong("keeps_sign_when_moving", inverse * (b + c) % m, "You moved the constant without changing its sign."),
        Wrong("subtracts_factor", (b - c - a) % m, "You subtracted the factor instead of inverting it."),
        Wrong("gives_inverse", inverse, "You gave the inverse of the factor."),
        Wrong("gives_next_solution", answer + m, "You gave a solution that is not the smallest."),
        Wrong("loses_sign", -answer % m, "You lost a minus sign."),
    )
    steps = (
        (f"Bring the constants together and reduce by {m}.", f"{a}*x has the remainder {(b - c) % m}"),
        (f"Find the inverse of {a} modulo {m}.", text(inverse)),
        (f"Multiply by the inverse and reduce by {m}.", f"x = {answer}"),
    )
    return Draft(question, answer, steps, (_REPLACE, _INVERSE), wrong)


def _two_congruences(rng: Generator) -> Draft | None:
    m, n = distinct(rng, 4, 40, 2)
    a, b = integer(rng, 0, m - 1), integer(rng, 0, n - 1)
    if gcd(m, n) > 1 or a == b:
        return None
    answer = next(x for x in range(a, m * n, m) if x % n == b)
    swapped = next(x for x in range(b % m, m * n, m) if x % n == a % n)
    question = (
        f"Find the smallest integer x >= 0 that leaves the remainder {a} when divided by {m} "
        f"and the remainder {b} when divided by {n}."
    )
    wrong = (
        Wrong("swaps_remainders", swapped, "You swapped the two remainders."),
        Wrong("adds_remainders", a + b, "You added the remainders."),
        Wrong("multiplies_remainders", a * b, "You multiplied the remainders."),
        Wrong("gives_next_solution", answer + m * n, "You gave a solution that is not the smallest."),
        Wrong("fits_first_only", a + m, "Your number fits only the first condition."),
        Wrong("fits_second_only", b + n, "Your number fits only the second condition."),
        Wrong("adds_to_product", m * n + a + b, "You added the remainders to the product of the divisors."),
    )
    steps = (
        (f"Write the numbers with the remainder {a} as a multiple of {m} plus {a}.", f"x = {m}*k + {a}"),
        (
            f"Find the smallest multiplier for which the remainder on division by {n} is {b}.",
            f"k = {(answer - a) // m}",
        ),
        ("Put the multiplier in.", f"x = {answer}"),
    )
    rules = ("With coprime divisors exactly one number below their product has both remainders.", _REMAINDER)
    return Draft(question, answer, steps, rules, wrong)


def _long_expression(rng: Generator) -> Draft | None:
    a, e, b, f, m = (
        integer(rng, 2, 30),
        integer(rng, 20, 300),
        integer(rng, 2, 30),
        integer(rng, 20, 300),
        integer(rng, 7, 60),
    )
    if a % m in (0, 1) or b % m in (0, 1) or a == b:
        return None
    first, second = pow(a, e, m), pow(b, f, m)
    answer = (first - second) % m
    question = f"Find the remainder r when {a}^{e} - {b}^{f} is divided by {m}, with 0 <= r < {m}."
    wrong = (
        Wrong("does_not_reduce", first - second, "You did not bring the difference into the range of remainders."),
        Wrong(
            "reduces_exponents", (pow(a, e % m, m) - pow(b, f % m, m)) % m, "You replaced the exponents by remainders."
        ),
        Wrong("adds_powers", (first + second) % m, "You added the powers."),
        Wrong("takes_wrong_order", (second - first) % m, "You subtracted the wrong way round."),
        Wrong("multiplies_by_exponents", (a * e - b * f) % m, "You multiplied by the exponents."),
        Wrong("subtracts_before_power", pow(a - b, e, m), "You subtracted before raising to a power."),
    )
    steps = (
        (f"Find the remainder of {a}^{e} by squaring again and again.", text(first)),
        (f"Find the remainder of {b}^{f} in the same way.", text(second)),
        (f"Subtract, and add {m} if the difference is negative.", f"r = {answer}"),
    )
    return Draft(question, answer, steps, (_REMAINDER, _REPLACE, _POWERS), wrong, ("r",))


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 2:
        return _plain(rng, difficulty) if chance(rng) else _combined(rng, difficulty)
    if difficulty == 3:
        return _power(rng)
    if difficulty == 4:
        return _congruence(rng)
    return _two_congruences(rng) if chance(rng) else _long_expression(rng)


TOPIC = Topic("modular_arithmetic", "Remainders and congruences", "Classic slips; no single study", _draw)
