"""Sums, products and quotients of fractions, up to three operations with negative terms."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, pick
from sml_env.envs.topics.notation import quotient, text

__all__ = ["TOPIC"]

_ADD = "To add or subtract fractions, bring them to a common denominator and keep that denominator."
_MULTIPLY = "To multiply fractions, multiply the numerators and multiply the denominators."
_DIVIDE = "To divide by a fraction, multiply by its reciprocal."
_ORDER = "Brackets come first, then products and quotients, then sums and differences."


def _reduced(rng: Generator, largest: int, *, signed: bool = False) -> Fraction:
    """A fraction that is no integer."""
    while True:
        value = Fraction(integer(rng, 1, 2 * largest), integer(rng, 2, largest))
        if value.denominator > 1:
            return -value if signed and chance(rng) else value


def _term(value: Fraction) -> str:
    return f"({text(value)})" if value < 0 else text(value)


def _sum(rng: Generator, difficulty: int) -> Draft | None:
    largest = 9 if difficulty == 1 else 15
    left, right = _reduced(rng, largest, signed=difficulty > 1), _reduced(rng, largest, signed=difficulty > 1)
    sign = 1 if difficulty == 1 or chance(rng) else -1
    if left.denominator == right.denominator:
        return None
    a, b, c, d = left.numerator, left.denominator, sign * right.numerator, right.denominator
    common = lcm(b, d)
    answer = left + sign * right
    question = f"Compute {text(left)} {'+' if sign > 0 else '-'} {_term(right)}."
    if difficulty == 1 and chance(rng):
        noun = pick(rng, ("litres of water", "kilograms of flour", "metres of ribbon", "hours of music"))
        question = f"{text(left)} {noun} and {text(right)} {noun} are put together. How many {noun} is that?"
    wrong = (
        Wrong("adds_denominators", quotient(a + c, b + d), "You worked on numerators and denominators separately."),
        Wrong(
            "keeps_numerators", Fraction(a + c, common), "You changed the denominators without changing the numerators."
        ),
        Wrong("scales_one_numerator", Fraction(a * d + c, b * d), "You scaled only one of the two numerators."),
        Wrong("wrong_operation", left - sign * right, "You mixed up addition and subtraction, or a sign."),
        Wrong("multiplies_instead", left * right, "You multiplied the fractions instead."),
        Wrong("swaps_scaling", Fraction(a * b + c * d, b * d), "You scaled each numerator by its own denominator."),
        Wrong(
            "keeps_larger_denominator",
            Fraction(a + c, max(b, d)),
            "You kept one of the denominators and did not scale.",
        ),
    )
    left_scaled, right_scaled = left.numerator * (common // b), right.numerator * (common // d)
    steps = (
        (
            f"Write both fractions with a common denominator of {b} and {d}.",
            f"{left_scaled}/{common} and {right_scaled}/{common}",
        ),
        (
            f"{'Add' if sign > 0 else 'Subtract'} the numerators and keep the denominator.",
            f"{left_scaled + sign * right_scaled}/{common}",
        ),
        ("Reduce the fraction.", text(answer)),
    )
    return Draft(question, answer, steps, (_ADD,), wrong)


def _product(rng: Generator) -> Draft | None:
    left, right = _reduced(rng, 12, signed=True), _reduced(rng, 12, signed=True)
    a, b, c, d = left.numerator, left.denominator, right.numerator, right.denominator
    if chance(rng):
        answer, symbol = left * right, "*"
        steps: tuple[tuple[str, str], ...] = (
            ("Multiply the numerators, and multiply the denominators.", f"{a * c}/{b * d}"),
            ("Reduce the fraction.", text(answer)),
        )
        wrong = (
            Wrong("divides_instead", left / right, "You turned the second fraction over as if you were dividing."),
            Wrong("adds_numerators", Fraction(a + c, b * d), "You added the numerators instead of multiplying them."),
            Wrong(
                "keeps_common_denominator",
                Fraction(a * d * c * b, b * d),
                "You multiplied over a common denominator and kept it.",
            ),
            Wrong("drops_sign", -answer, "The sign of the product is wrong."),
            Wrong("adds_instead", left + right, "You added the fractions."),
            Wrong(
                "adds_denominators", Fraction(a * c, b + d), "You added the denominators instead of multiplying them."
            ),
        )
        rule = _MULTIPLY
    else:
        answer, symbol = left / right, "/"
        steps = (
            (f"Turn {_term(right)} over and multiply by it.", f"{text(left)} * {_term(1 / right)}"),
            ("Multiply the numerators, and multiply the denominators.", f"{a * d}/{b * c}"),
            ("Reduce the fraction.", text(answer)),
        )
        wrong = (
            Wrong("does_not_invert", left * right, "You multiplied without turning the divisor over."),
            Wrong("inverts_first", 1 / answer, "You turned the first fraction over instead of the divisor."),
            Wrong("inverts_both", 1 / (left * right), "You turned both fractions over."),
            Wrong("drops_sign", -answer, "The sign of the quotient is wrong."),
            Wrong("subtracts_instead", left - right, "You subtracted the fractions."),
            Wrong("inverts_and_adds", left + 1 / right, "You turned the divisor over and then added."),
        )
        rule = _DIVIDE
    return Draft(f"Compute ({text(left)}) {symbol} ({text(right)}).", answer, steps, (rule,), wrong)


def _precedence(rng: Generator) -> Draft | None:
    p, q, r = (_reduced(rng, 9, signed=True) for _ in range(3))
    sign = 1 if chance(rng) else -1
    divide = chance(rng)
    inner = q / r if divide else q * r
    answer = p + sign * inner
    left_first = (p + sign * q) / r if divide else (p + sign * q) * r
    symbol, verb = ("/", "quotient") if divide else ("*", "product")
    added = Fraction(p.numerator + sign * inner.numerator, p.denominator + inner.denominator)
    wrong = (
        Wrong("works_left_to_right", left_first, f"You worked from left to right, although the {verb} comes first."),
        Wrong(
            "swaps_product_and_quotient",
            p + sign * (q * r if divide else q / r),
            "You mixed up multiplying and dividing.",
        ),
        Wrong("adds_denominators", added, "You added numerators and denominators separately."),
        Wrong("wrong_sign", p - sign * inner, "You got the sign of the second part wrong."),
        Wrong("stops_early", inner, "You left out the first fraction."),
        Wrong("inverts_wrong_fraction", p + sign * (r / q), "You turned the wrong fraction over."),
    )
    steps = (
        (f"Work out the {verb} ({text(q)}) {symbol} ({text(r)}) first.", text(inner)),
        (f"{'Add it to' if sign > 0 else 'Subtract it from'} {text(p)}.", text(answer)),
    )
    question = f"Compute ({text(p)}) {'+' if sign > 0 else '-'} ({text(q)}) {symbol} ({text(r)})."
    return Draft(question, answer, steps, (_ORDER, _ADD, _DIVIDE if divide else _MULTIPLY), wrong)


def _complex(rng: Generator) -> Draft | None:
    p, q, r, s = (_reduced(rng, 9, signed=True) for _ in range(4))
    top, bottom = p + q, r - s
    if 0 in (top, bottom):
        return None
    answer = top / bottom
    wrong = (
        Wrong("inverts_result", 1 / answer, "You divided the second bracket by the first."),
        Wrong("multiplies_brackets", top * bottom, "You multiplied the brackets instead of dividing."),
        Wrong("sign_slip_below", quotient(top, r + s), "You got a sign wrong in the second bracket."),
        Wrong("sign_slip_above", (p - q) / bottom, "You got a sign wrong in the first bracket."),
        Wrong("divides_term_by_term", p / r - q / s, "You divided term by term."),
        Wrong("ignores_brackets", p + q / r - s, "You ignored the brackets."),
        Wrong("drops_sign", -answer, "The sign of the quotient is wrong."),
    )
    steps = (
        (f"Work out the first bracket, {text(p)} + {_term(q)}.", text(top)),
        (f"Work out the second bracket, {text(r)} - {_term(s)}.", text(bottom)),
        ("Divide the first bracket by the second: multiply by its reciprocal.", text(answer)),
    )
    question = f"Compute ({text(p)} + {_term(q)}) / ({text(r)} - {_term(s)})."
    return Draft(question, answer, steps, (_ORDER, _ADD, _DIVIDE), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 2:
        return _sum(rng, difficulty)
    return (_product, _precedence, _complex)[difficulty - 3](rng)


TOPIC = Topic(
    "fraction_arithmetic",
    "Arithmetic with fractions",
    "Ni and Zhou 2005, Teaching and learning fraction and rational numbers: the origins and implications of whole "
    "number bias, Educational Psychologist 40; Brown and Burton 1978, Diagnostic models for procedural bugs in basic "
    "mathematical skills, Cognitive Science 2",
    _draw,
)
