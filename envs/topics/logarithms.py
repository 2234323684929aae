"""Logarithms with rational values: definition, laws, and equations."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, nonzero, pick
from sml_env.envs.topics.notation import polynomial, quotient, text

__all__ = ["TOPIC"]

_DEFINITION = "The logarithm of a number to a base is the exponent that the base needs to give the number."
_SUM = "The sum of two logarithms to one base is the logarithm of the product; a difference belongs to the quotient."
_POWER = "The logarithm of a power is the exponent times the logarithm of its base."
_CHANGE = "To compare powers of different numbers, write both as powers of one common base."


def _definition(rng: Generator) -> Draft | None:
    base, k = integer(rng, 2, 20), nonzero(rng, 5)
    value = Fraction(base) ** k
    if k == 1 or value.numerator * value.denominator > 200_000:
        return None
    m, n = nonzero(rng, 9), nonzero(rng, 20)
    if chance(rng):
        answer: Fraction | int = m * k + n
        shown = f"{polynomial((m, 0), '').rstrip('*') if abs(m) > 1 else '-' if m < 0 else ''}"
        term = f"{shown} * log_{base}({text(value)})" if abs(m) > 1 else f"{shown}log_{base}({text(value)})"
        question = f"Compute {term} {'+' if n > 0 else '-'} {abs(n)}, where log_{base} is the logarithm to base {base}."
        wrong: tuple[Wrong, ...] = (
            Wrong(
                "divides_by_base", m * value / base + n, "You divided by the base instead of asking for an exponent."
            ),
            Wrong("loses_sign", -m * k + n, "You got the sign of the exponent wrong."),
            Wrong("takes_value", m * value + n, "You used the number instead of its logarithm."),
            Wrong("inverts_logarithm", m * Fraction(1, k) + n, "You swapped the base and the number."),
            Wrong("adds_before_multiplying", m * (k + n), "You added before you multiplied."),
            Wrong("stops_early", k, "You gave the logarithm alone."),
        )
        steps = (
            (f"Write {text(value)} as a power of {base}.", f"{base}^({k})"),
            ("The exponent is the logarithm.", f"log_{base}({text(value)}) = {k}"),
            (f"Multiply by the factor in front, and {'add' if n > 0 else 'subtract'} {abs(n)}.", text(answer)),
        )
        return Draft(question, answer, steps, (_DEFINITION,), wrong)
    answer = value + n
    term = f"y {'-' if n > 0 else '+'} {abs(n)}"
    question = f"Solve log_{base}({term}) = {k} for y, where log_{base} is the logarithm to base {base}."
    wrong = (
        Wrong("multiplies_base_by_exponent", base * k + n, "You multiplied the base by the exponent."),
        Wrong("keeps_sign_when_moving", value - n, "You moved the constant without changing its sign."),
        Wrong(
            "swaps_base_and_exponent",
            Fraction(k) ** base + n if base < 7 else None,
            "You swapped the base and the exponent.",
        ),
        Wrong("loses_sign", 1 / value + n, "You got the sign of the exponent wrong."),
        Wrong("stops_early", value, "You forgot the constant next to the unknown."),
        Wrong("drops_logarithm", k + n, "You dropped the logarithm."),
        Wrong("divides_by_base", Fraction(k, base) + n, "You divided by the base."),
    )
    steps = (
        ("Rewrite the equation as a power of the base.", f"{term} = {base}^({k})"),
        ("Compute the power.", f"{term} = {text(value)}"),
        (f"{'Add' if n > 0 else 'Subtract'} {abs(n)}.", f"y = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_DEFINITION,), wrong, ("y",))


def _common_base(rng: Generator) -> Draft | None:
    root = pick(rng, (2, 3, 5, 6, 7, 10))
    limit = {2: 7, 3: 5, 5: 4, 6: 3, 7: 3, 10: 4}[root]
    r, s, m = integer(rng, 1, limit), nonzero(rng, limit), nonzero(rng, 9)
    if r == 1 or abs(m) == 1:
        return None
    base, value = root**r, Fraction(root) ** s
    answer = Fraction(m * s, r)
    question = f"Compute {m} * log_{base}({text(value)}), where log_{base} is the logarithm to base {base}."
    wrong = (
        Wrong("inverts_logarithm", Fraction(m * r, s), "You swapped the base and the number."),
        Wrong("divides_by_base", m * value / base, "You divided by the base instead of asking for an exponent."),
        Wrong("subtracts_exponents", Fraction(m * (s - r)), "You subtracted the exponents instead of dividing them."),
        Wrong("loses_sign", -answer, "You got the sign of the exponent wrong."),
        Wrong("ignores_base", Fraction(m * s), "You used a base other than the one given."),
        Wrong("multiplies_exponents", Fraction(m * s * r), "You multiplied the exponents instead of dividing them."),
    )
    steps = (
        (f"Write {base} and {text(value)} as powers of one number.", f"{root}^{r} and {root}^({s})"),
        ("Divide the exponent of the number by the exponent of the base.", text(Fraction(s, r))),
        (f"Multiply by {m}.", text(answer)),
    )
    return Draft(question, answer, steps, (_DEFINITION, _CHANGE), wrong)


def _laws(rng: Generator) -> Draft | None:
    base, k, n = integer(rng, 2, 12), integer(rng, 1, 4), nonzero(rng, 20)
    u, v = Fraction(integer(rng, 2, 60), integer(rng, 1, 4)), Fraction(base) ** nonzero(rng, k)
    sign = 1 if chance(rng) else -1
    other = v / u if sign > 0 else u / v
    if 1 in (u, other) or u == v or max(u.numerator, other.numerator) > 3000 or other.denominator > 60:
        return None
    exponent = 0
    while Fraction(base) ** exponent != v:
        exponent += 1 if v > 1 else -1
    symbol = "+" if sign > 0 else "-"
    question = (
        f"Compute log_{base}({text(u)}) {symbol} log_{base}({text(other)}) {'+' if n > 0 else '-'} {abs(n)}, "
        f"where log_{base} is the logarithm to base {base}."
    )
    flipped = u / other if sign > 0 else u * other
    wrong = (
        Wrong("takes_argument", v + n, "You used the number under the logarithm instead of the logarithm."),
        Wrong("loses_sign", n - exponent, "You got the sign of the exponent wrong."),
        Wrong("divides_by_base", v / base + n, "You divided by the base instead of asking for an exponent."),
        Wrong("log_of_sum", (u + sign * other) / base + n, "You took the logarithm for a factor of the numbers."),
        Wrong("wrong_law", flipped / base + n, "You mixed up the laws for sums and differences."),
        Wrong("drops_logarithms", u + sign * other + n, "You dropped the logarithms."),
        Wrong("off_by_one", exponent + 1 + n, "You miscounted the factors of the base."),
        Wrong("stops_early", exponent, "You gave the logarithms alone."),
    )
    steps = (
        (
            f"Combine the two logarithms into one: {'multiply' if sign > 0 else 'divide'} the numbers.",
            f"log_{base}({text(v)})",
        ),
        ("Write the number under the logarithm as a power of the base.", f"log_{base}({base}^({exponent}))"),
        (f"The exponent is the logarithm; {'add' if n > 0 else 'subtract'} {abs(n)}.", text(exponent + n)),
    )
    return Draft(question, exponent + n, steps, (_SUM, _DEFINITION), wrong)


def _linear_equation(rng: Generator) -> Draft | None:
    base, k = pick(rng, (2, 3, 4, 5, 6, 7, 10)), nonzero(rng, 4)
    value = Fraction(base) ** k
    m, n, factor = nonzero(rng, 9), nonzero(rng, 20), integer(rng, 2, 5)
    if value.numerator * value.denominator > 1300:
        return None
    answer = (value - n) / m
    question = (
        f"Solve {factor} * log_{base}({polynomial((m, n))}) = {factor * k} for x, "
        f"where log_{base} is the logarithm to base {base}."
    )
    wrong = (
        Wrong("multiplies_base_by_exponent", Fraction(base * k - n, m), "You multiplied the base by the exponent."),
        Wrong("drops_logarithm", Fraction(k - n, m), "You dropped the logarithm."),
        Wrong(
            "forgets_factor",
            (Fraction(base) ** (factor * k) - n) / m if abs(factor * k) < 7 else None,
            "You did not divide by the factor in front of the logarithm.",
        ),
        Wrong("keeps_sign_when_moving", (value + n) / m, "You moved the constant without changing its sign."),
        Wrong("loses_sign", (1 / value - n) / m, "You got the sign of the exponent wrong."),
        Wrong("stops_before_dividing", value - n, "You did not divide by the coefficient."),
        Wrong("splits_logarithm", value / m - n, "You treated the logarithm as a factor of each term."),
    )
    steps = (
        (f"Divide both sides by {factor}.", f"log_{base}({polynomial((m, n))}) = {k}"),
        (f"Rewrite the equation as a power of {base}.", f"{polynomial((m, n))} = {text(value)}"),
        ("Solve the linear equation.", f"x = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_DEFINITION,), wrong)


def _product_equation(rng: Generator) -> Draft | None:
    """log(x + p) + log(x + q) = k: a quadratic with one root outside the domain."""
    base, k = pick(rng, (2, 3, 4, 5, 6, 7, 8, 9, 10, 12)), integer(rng, 1, 6)
    if base**k > 1800:
        return None
    divisors = [d for d in range(1, base**k + 1) if base**k % d == 0]
    first = pick(rng, divisors)
    second = base**k // first
    if first == second:
        return None
    answer = nonzero(rng, 20)
    p, q = first - answer, second - answer
    if 0 in (p, q):
        return None
    outside = -p - q - answer
    logs = f"log_{base}({polynomial((1, p))}) + log_{base}({polynomial((1, q))})"
    question = f"Solve {logs} = {k} for x, where log_{base} is the logarithm to base {base}."
    wrong = (
        Wrong("keeps_root_outside_domain", outside, "You kept the root for which the logarithms are not defined."),
        Wrong("adds_numbers", Fraction(base**k - p - q, 2), "You added the numbers under the logarithms."),
        Wrong("drops_logarithms", Fraction(k - p - q, 2), "You dropped the logarithms."),
        Wrong("flips_root_sign", -answer, "You read the root off its factor with the wrong sign."),
        Wrong("uses_first_only", base**k - p, "You used only the first logarithm."),
        Wrong("divides_numbers", quotient(base**k * q - p, 1 - base**k), "You used the law for a difference."),
    )
    steps = (
        ("Combine the logarithms into one.", f"log_{base}(({polynomial((1, p))})*({polynomial((1, q))})) = {k}"),
        (f"Rewrite the equation as a power of {base}.", f"({polynomial((1, p))})*({polynomial((1, q))}) = {base**k}"),
        ("Solve the quadratic equation.", f"x = {answer} or x = {outside}"),
        ("Keep the root for which both logarithms are defined.", f"x = {answer}"),
    )
    rules = (_SUM, _DEFINITION, "The number under a logarithm has to be positive.")
    return Draft(question, answer, steps, rules, wrong)


def _given_logarithms(rng: Generator) -> Draft | None:
    """The logarithm of a quotient of powers, from two given logarithms."""
    letter = pick(rng, ("b", "c", "g"))
    s, t = (Fraction(nonzero(rng, 12), integer(rng, 1, 4)) for _ in range(2))
    m, n = integer(rng, 2, 7), integer(rng, 2, 7)
    answer = m * s - n * t
    question = (
        f"Given log_{letter}(u) = {text(s)} and log_{letter}(v) = {text(t)}, "
        f"let k = log_{letter}(u^{m} / v^{n}). Find k."
    )
    wrong = (
        Wrong("divides_logarithms", m * s / (n * t), "You divided the logarithms instead of subtracting them."),
        Wrong("raises_logarithms", s**m - t**n if m + n < 9 else None, "You raised the logarithms to the powers."),
        Wrong("adds_logarithms", m * s + n * t, "You added the logarithms although there is a quotient."),
        Wrong("ignores_exponents", s - t, "You ignored the exponents."),
        Wrong("loses_sign", -answer, "You subtracted the wrong way round."),
        Wrong("swaps_exponents", n * s - m * t, "You gave each logarithm the other exponent."),
    )
    steps = (
        ("Split the logarithm of the quotient into a difference.", f"log_{letter}(u^{m}) - log_{letter}(v^{n})"),
        ("Bring the exponents in front of the logarithms.", f"{m}*({text(s)}) - {n}*({text(t)})"),
        ("Work out the difference.", f"k = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_SUM, _POWER), wrong, ("k",))


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty < 5:
        return (_definition, _common_base, _laws, _linear_equation)[difficulty - 1](rng)
    return _product_equation(rng) if chance(rng) else _given_logarithms(rng)


TOPIC = Topic(
    "logarithms",
    "Logarithms",
    "Matz 1982, Towards a process model for high school algebra errors, in Intelligent Tutoring Systems (functions "
    "treated as linear); the remaining ones are classic slips",
    _draw,
)
