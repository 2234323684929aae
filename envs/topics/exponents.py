"""Laws of exponents: products and powers of powers, negative and fractional exponents, exponential equations."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, nonzero, pick, proper_fraction
from sml_env.envs.topics.notation import group, polynomial, quotient, text

__all__ = ["TOPIC"]

_PRODUCT = "To multiply powers of one base, add the exponents; to divide them, subtract the exponents."
_POWER = "To raise a power to a power, multiply the exponents."
_NEGATIVE = "A negative exponent means the reciprocal of the power with the positive exponent."
_ROOT = "A fractional exponent means a root, given by the denominator, and a power, given by the numerator."


def _single_law(rng: Generator) -> Draft:
    """One law, positive exponents."""
    base, m, n = integer(rng, 2, 15), integer(rng, 2, 15), integer(rng, 2, 9)
    task = integer(rng, 0, 2)
    shown = (f"{base}^{m} * {base}^{n}", f"{base}^{m} / {base}^{n}", f"({base}^{m})^{n}")[task]
    answer = (m + n, m - n, m * n)[task]
    question = f"Write {shown} as a power {base}^k. Find k."
    wrong = (
        Wrong("multiplies_exponents", m * n, "You multiplied the exponents."),
        Wrong("adds_exponents", m + n, "You added the exponents."),
        Wrong("divides_exponents", Fraction(m, n), "You divided the exponents."),
        Wrong("subtracts_wrong_way", n - m, "You subtracted one exponent from the other the wrong way round."),
        Wrong("subtracts_exponents", m - n, "You subtracted the exponents."),
        Wrong("raises_exponent", m**n if task == 2 and m**n < 1000 else None, "You raised the exponent to a power."),
    )
    laws = (
        ("Decide which law applies: product.", "Add the exponents."),
        ("Decide which law applies: quotient.", "Subtract the second exponent from the first."),
        ("Decide which law applies: power of a power.", "Multiply the exponents."),
    )
    steps = ((laws[task][0], shown), (laws[task][1], f"k = {answer}"))
    return Draft(question, answer, steps, (_POWER if task == 2 else _PRODUCT,), wrong, ("k",))


def _two_laws(rng: Generator) -> Draft:
    """Two laws, exponents of both signs."""
    base, m, n, p = integer(rng, 2, 12), nonzero(rng, 9), nonzero(rng, 6), nonzero(rng, 9)
    sign = 1 if chance(rng) else -1
    answer = m * n + sign * p
    symbol = "*" if sign > 0 else "/"
    question = f"Write ({base}^{group(m)})^{group(n)} {symbol} {base}^{group(p)} as a power {base}^k. Find k."
    wrong = (
        Wrong("adds_instead_of_multiplying", m + n + sign * p, "You added the exponents in the power of a power."),
        Wrong("multiplies_throughout", m * n * p, "You multiplied all the exponents."),
        Wrong("wrong_sign_of_last", m * n - sign * p, "You got the sign of the last exponent wrong."),
        Wrong("drops_minus_signs", abs(m * n) + sign * abs(p), "You dropped the minus signs of the exponents."),
        Wrong("adds_before_multiplying", m * (n + sign * p), "You applied the outer exponents in the wrong order."),
    )
    steps = (
        (f"Multiply the exponents {m} and {n}.", f"{base}^{group(m * n)} {symbol} {base}^{group(p)}"),
        (f"{'Add' if sign > 0 else 'Subtract'} the exponent {p}.", f"k = {answer}"),
    )
    return Draft(question, answer, steps, (_POWER, _PRODUCT), wrong, ("k",))


def _value(rng: Generator) -> Draft | None:
    """The value of an expression with a negative exponent."""
    n = integer(rng, 1, 3)
    if chance(rng):
        base = proper_fraction(rng, 12) * pick(rng, (1, -1))
        base = 1 / base if chance(rng) else base
        extra = Fraction(nonzero(rng, 9))
        answer = extra * base**-n
        question = f"Compute {text(extra)} * ({text(base)})^(-{n})."
        wrong: tuple[Wrong, ...] = (
            Wrong("ignores_minus", extra * base**n, "You ignored the minus sign of the exponent."),
            Wrong("minus_makes_negative", -extra * base**n, "You took the negative exponent for a negative value."),
            Wrong("multiplies_by_exponent", extra * base * -n, "You multiplied the base by the exponent."),
            Wrong("inverts_everything", 1 / (extra * base**n), "You inverted the factor in front as well."),
            Wrong(
                "powers_numerator_only",
                extra * Fraction(base.denominator**n, base.numerator),
                "You applied the exponent to only one part of the fraction.",
            ),
            Wrong("sign_of_power", -answer, "The sign of the power is wrong."),
        )
        steps = (
            (
                "Replace the power by the power of the reciprocal with a positive exponent.",
                f"{text(extra)} * ({text(1 / base)})^{n}",
            ),
            ("Compute the power.", text(base**-n)),
            (f"Multiply by {text(extra)}.", text(answer)),
        )
        return Draft(question, answer, steps, (_NEGATIVE,), wrong)
    a, b = integer(rng, 2, 9), integer(rng, 2, 9)
    m, sign = integer(rng, 1, 2), pick(rng, (1, -1))
    first, second = Fraction(a) ** -n, Fraction(b) ** -m
    answer = first + sign * second
    question = f"Compute {a}^(-{n}) {'+' if sign > 0 else '-'} {b}^(-{m})."
    wrong = (
        Wrong("ignores_minus", Fraction(a**n + sign * b**m), "You ignored the minus signs of the exponents."),
        Wrong("inverts_the_sum", quotient(1, a**n + sign * b**m), "You inverted the whole instead of each term."),
        Wrong(
            "minus_makes_negative", Fraction(-(a**n) - sign * b**m), "You took negative exponents for negative values."
        ),
        Wrong("multiplies_by_exponent", Fraction(-a * n - sign * b * m), "You multiplied each base by its exponent."),
        Wrong("wrong_operation", first - sign * second, "You mixed up the sum and the difference."),
    )
    steps = (
        (f"Replace {a}^(-{n}) by a reciprocal.", text(first)),
        (f"Replace {b}^(-{m}) by a reciprocal.", text(second)),
        (f"{'Add' if sign > 0 else 'Subtract'} the second reciprocal.", text(answer)),
    )
    return Draft(question, answer, steps, (_NEGATIVE, "A sum of powers is worked out term by term."), wrong)


def _fractional(rng: Generator) -> Draft | None:
    """A fractional exponent of either sign."""
    root = pick(rng, (2, 2, 3, 4))
    largest = {2: 12, 3: 6, 4: 4}[root]
    top, bottom = integer(rng, 1, largest), integer(rng, 1, largest)
    power = pick(rng, [p for p in (-5, -3, -2, -1, 1, 2, 3, 5) if p % root or root == 1])
    inner = Fraction(top, bottom)
    if inner == 1 or (root == 4 and power % 2 == 0) or max(top, bottom) ** abs(power) > 20000:
        return None
    base, factor = inner**root, nonzero(rng, 9)
    exponent = Fraction(power, root)
    answer = factor * inner**power
    question = f"Compute {factor} * ({text(base)})^({text(exponent)})."
    wrong = (
        Wrong("multiplies_by_exponent", factor * base * exponent, "You multiplied the base by the exponent."),
        Wrong("ignores_minus", factor * inner**-power, "You got the sign of the exponent wrong."),
        Wrong("takes_root_only", factor * inner, "You took the root and forgot the power."),
        Wrong("takes_power_only", factor * base**power, "You took the power and forgot the root."),
        Wrong(
            "divides_by_root_index",
            factor * (base / root) ** power,
            "You divided by the index of the root instead of taking the root.",
        ),
        Wrong("minus_makes_negative", -answer, "You took the negative exponent for a negative value."),
    )
    steps = (
        ("Take the root that the denominator of the exponent names.", text(inner)),
        ("Raise the root to the numerator of the exponent.", text(inner**power)),
        (f"Multiply by {factor}.", text(answer)),
    )
    return Draft(question, answer, steps, (_ROOT, _NEGATIVE), wrong)


def _equation(rng: Generator) -> Draft | None:
    """base^r to a linear power equals base^s to another."""
    base = pick(rng, (2, 3, 5, 7, 10))
    limit = {2: 6, 3: 4, 5: 3, 7: 2, 10: 3}[base]
    r, s = integer(rng, 1, limit), integer(rng, 1, limit)
    a, b, c, d = integer(rng, 1, 6), nonzero(rng, 9), nonzero(rng, 6), nonzero(rng, 9)
    slope, constant = r * a - s * c, s * d - r * b
    if r == s or slope == 0 or a == c:
        return None
    answer = Fraction(constant, slope)
    left, right = base**r, base**s
    question = f"Solve {left}^({polynomial((a, b))}) = {right}^({polynomial((c, d))}) for x."
    wrong = (
        Wrong("ignores_bases", Fraction(d - b, a - c), "You compared the exponents although the bases differ."),
        Wrong(
            "multiplies_first_term_only", Fraction(d - b, slope), "You multiplied only the first term of each exponent."
        ),
        Wrong("adds_exponents", quotient(d + s - b - r, a - c), "You added the exponents in a power of a power."),
        Wrong(
            "swaps_bases", quotient(r * d - s * b, s * a - r * c), "You gave each side the exponent of the other base."
        ),
        Wrong(
            "treats_power_as_product",
            quotient(right * d - left * b, left * a - right * c),
            "You multiplied the bases by the exponents.",
        ),
        Wrong("loses_sign", -answer, "You lost a minus sign."),
    )
    steps = (
        (
            "Write both bases as powers of one common base.",
            f"({base}^{r})^({polynomial((a, b))}) = ({base}^{s})^({polynomial((c, d))})",
        ),
        (
            "Multiply the exponents in each power of a power, and compare the exponents.",
            f"{polynomial((r * a, r * b))} = {polynomial((s * c, s * d))}",
        ),
        ("Solve the linear equation.", f"x = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_POWER, "Equal powers of one base have equal exponents."), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    return (_single_law, _two_laws, _value, _fractional, _equation)[difficulty - 1](rng)


TOPIC = Topic(
    "exponents",
    "Laws of exponents",
    "Matz 1982, Towards a process model for high school algebra errors, in Intelligent Tutoring Systems (rules carried "
    "over from products); the remaining ones are classic slips",
    _draw,
)
