"""Linear equations in one unknown: from two operations to brackets and fractions on both sides."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, nonzero, pick
from sml_env.envs.topics.notation import group, polynomial, quotient, text

__all__ = ["TOPIC"]

_RULES = (
    "Whatever is done to one side of an equation is done to the other side as well.",
    "A term that moves to the other side changes its sign; a factor that moves becomes a divisor.",
)
_BRACKETS = "A factor before a bracket multiplies every term in the bracket."


def _shift(coefficients: tuple[int, ...], letter: str = "") -> str:
    """The operation that removes an added term from both sides."""
    term = polynomial([abs(c) for c in coefficients], letter)
    return f"Subtract {term} from both sides." if coefficients[0] > 0 else f"Add {term} to both sides."


def _one_side(rng: Generator, difficulty: int) -> Draft | None:
    letter = pick(rng, "xynt")
    a = integer(rng, 2, 12) if difficulty == 1 else nonzero(rng, 15)
    b = nonzero(rng, 20 if difficulty == 1 else 40)
    c = a * nonzero(rng, 12) + b if difficulty == 1 else nonzero(rng, 60)
    if abs(a) == 1 or c == b:
        return None
    answer = Fraction(c - b, a)
    question = f"Solve {polynomial((a, b), letter)} = {c} for {letter}."
    if difficulty == 1 and chance(rng):
        change = f"{abs(b)} is {'added to' if b > 0 else 'subtracted from'} the product"
        question = f"A number {letter} is multiplied by {a}, then {change}, and the result is {c}. Find {letter}."
    wrong = (
        Wrong("keeps_sign_when_moving", Fraction(c + b, a), "You moved the constant without changing its sign."),
        Wrong(
            "subtracts_coefficient", Fraction(c - b - a), "You subtracted the coefficient instead of dividing by it."
        ),
        Wrong("drops_constant", Fraction(c, a), "You divided without dealing with the added constant first."),
        Wrong("stops_before_dividing", Fraction(c - b), "You did not divide by the coefficient."),
        Wrong("divides_wrong_way", quotient(a, c - b), "You divided the coefficient by the other side."),
        Wrong("loses_sign", -answer, "You lost a minus sign."),
        Wrong("divides_one_term", Fraction(c, a) - b, "You divided only one of the terms by the coefficient."),
    )
    steps = (
        (_shift((b,)), f"{polynomial((a, 0), letter)} = {c - b}"),
        (f"Divide both sides by {a}.", f"{letter} = {text(answer)}"),
    )
    return Draft(question, answer, steps, _RULES, wrong, (letter,))


def _both_sides(rng: Generator) -> Draft | None:
    letter = pick(rng, "xynt")
    a, b, c, d = nonzero(rng, 12), nonzero(rng, 30), nonzero(rng, 12), nonzero(rng, 30)
    if a == c or b == d:
        return None
    answer = Fraction(d - b, a - c)
    wrong = (
        Wrong("adds_moved_term", quotient(d - b, a + c), "You moved the unknown without changing its sign."),
        Wrong("adds_moved_constant", Fraction(d + b, a - c), "You moved the constant without changing its sign."),
        Wrong("moves_all_unchanged", quotient(d + b, a + c), "You moved both terms without changing their signs."),
        Wrong("loses_sign", -answer, "You lost a minus sign."),
        Wrong("divides_wrong_way", Fraction(a - c, d - b), "You divided the coefficient by the constant."),
        Wrong("stops_before_dividing", Fraction(d - b), "You did not divide by the coefficient."),
    )
    steps = (
        (_shift((c, 0), letter), f"{polynomial((a - c, b), letter)} = {d}"),
        (_shift((b,)), f"{polynomial((a - c, 0), letter)} = {d - b}"),
        (f"Divide both sides by the coefficient of {letter}.", f"{letter} = {text(answer)}"),
    )
    question = f"Solve {polynomial((a, b), letter)} = {polynomial((c, d), letter)} for {letter}."
    return Draft(question, answer, steps, _RULES, wrong, (letter,))


def _bracket(rng: Generator) -> Draft | None:
    letter = pick(rng, "xynt")
    a, p, q = nonzero(rng, 9), integer(rng, 1, 6), nonzero(rng, 12)
    c, d = nonzero(rng, 12), nonzero(rng, 40)
    if abs(a) == 1 or a * p == c or a * q == d:
        return None
    answer = Fraction(d - a * q, a * p - c)
    wrong = (
        Wrong(
            "multiplies_first_term_only",
            Fraction(d - q, a * p - c),
            "You multiplied only the first term of the bracket.",
        ),
        Wrong(
            "multiplies_last_term_only", quotient(d - a * q, p - c), "You multiplied only the last term of the bracket."
        ),
        Wrong("drops_factor", quotient(d - q, p - c), "You dropped the factor before the bracket."),
        Wrong(
            "sign_slip_in_bracket", Fraction(d + a * q, a * p - c), "You got a sign wrong when you removed the bracket."
        ),
        Wrong("adds_moved_term", quotient(d - a * q, a * p + c), "You moved the unknown without changing its sign."),
        Wrong("loses_sign", -answer, "You lost a minus sign."),
    )
    steps = (
        ("Multiply out the bracket.", f"{polynomial((a * p, a * q), letter)} = {polynomial((c, d), letter)}"),
        (_shift((c, 0), letter), f"{polynomial((a * p - c, a * q), letter)} = {d}"),
        ("Move the constant to the right-hand side.", f"{polynomial((a * p - c, 0), letter)} = {d - a * q}"),
        (f"Divide both sides by the coefficient of {letter}.", f"{letter} = {text(answer)}"),
    )
    question = f"Solve {a}*({polynomial((p, q), letter)}) = {polynomial((c, d), letter)} for {letter}."
    return Draft(question, answer, steps, (*_RULES, _BRACKETS), wrong, (letter,))


def _two_brackets(rng: Generator) -> Draft | None:
    letter = pick(rng, "xynt")
    a, d = integer(rng, 2, 9), integer(rng, 2, 9)
    b, c, e, f = nonzero(rng, 6), nonzero(rng, 9), nonzero(rng, 9), nonzero(rng, 30)
    slope, constant = a * b - d, a * c - d * e
    if slope == 0 or constant == f:
        return None
    answer = Fraction(f - constant, slope)
    wrong = (
        Wrong(
            "minus_on_first_term_only",
            Fraction(f - a * c - d * e, slope),
            "The minus sign reached only one term of the second bracket.",
        ),
        Wrong(
            "multiplies_first_term_only",
            Fraction(f - c + e, slope),
            "You multiplied only the first term of each bracket.",
        ),
        Wrong(
            "adds_second_bracket",
            quotient(f - a * c - d * e, a * b + d),
            "You added the second bracket instead of subtracting it.",
        ),
        Wrong(
            "keeps_sign_when_moving", Fraction(f + constant, slope), "You moved the constant without changing its sign."
        ),
        Wrong("loses_sign", -answer, "You lost a minus sign."),
        Wrong("stops_before_dividing", Fraction(f - constant), "You did not divide by the coefficient."),
    )
    steps = (
        (
            "Multiply out both brackets, minding the minus sign before the second one.",
            f"{polynomial((a * b, a * c), letter)} - {group(d)}*{letter} - {group(d * e)} = {f}",
        ),
        ("Collect like terms on the left-hand side.", f"{polynomial((slope, constant), letter)} = {f}"),
        ("Move the constant to the right-hand side.", f"{polynomial((slope, 0), letter)} = {f - constant}"),
        (f"Divide both sides by the coefficient of {letter}.", f"{letter} = {text(answer)}"),
    )
    question = f"Solve {a}*({polynomial((b, c), letter)}) - {d}*({polynomial((1, e), letter)}) = {f} for {letter}."
    return Draft(question, answer, steps, (*_RULES, _BRACKETS), wrong, (letter,))


def _fractions(rng: Generator) -> Draft | None:
    letter = pick(rng, "xynt")
    p, a, b = integer(rng, 1, 5), nonzero(rng, 12), integer(rng, 2, 9)
    q, c, d = integer(rng, 1, 5), nonzero(rng, 12), integer(rng, 2, 9)
    e = nonzero(rng, 12)
    slope, constant = p * d + q * b, a * d + c * b
    if b == d:
        return None
    answer = Fraction(e * b * d - constant, slope)
    wrong = (
        Wrong(
            "leaves_right_side",
            Fraction(e - constant, slope),
            "You multiplied only the left-hand side by the common denominator.",
        ),
        Wrong(
            "adds_denominators",
            Fraction(e * (b + d) - a - c, p + q),
            "You added numerators and denominators separately.",
        ),
        Wrong("drops_denominators", Fraction(e - a - c, p + q), "You dropped the denominators without multiplying."),
        Wrong(
            "clears_first_term_only",
            Fraction(e * b * d - a - c, slope),
            "You did not multiply the constants by the other denominator.",
        ),
        Wrong(
            "keeps_sign_when_moving",
            Fraction(e * b * d + constant, slope),
            "You moved the constant without changing its sign.",
        ),
        Wrong("loses_sign", -answer, "You lost a minus sign."),
    )
    steps = (
        (
            f"Multiply both sides by {b} and by {d}, so that no denominator is left.",
            f"{d}*({polynomial((p, a), letter)}) + {b}*({polynomial((q, c), letter)}) = {e * b * d}",
        ),
        ("Multiply out and collect like terms.", f"{polynomial((slope, constant), letter)} = {e * b * d}"),
        ("Move the constant to the right-hand side.", f"{polynomial((slope, 0), letter)} = {e * b * d - constant}"),
        (f"Divide both sides by the coefficient of {letter}.", f"{letter} = {text(answer)}"),
    )
    question = f"Solve ({polynomial((p, a), letter)})/{b} + ({polynomial((q, c), letter)})/{d} = {e} for {letter}."
    rules = (*_RULES, "To clear fractions, multiply every term on both sides by a common denominator.")
    return Draft(question, answer, steps, rules, wrong, (letter,))


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 2:
        return _one_side(rng, difficulty)
    if difficulty == 3:
        return _both_sides(rng)
    if difficulty == 4:
        return _bracket(rng)
    return _two_brackets(rng) if chance(rng) else _fractions(rng)


TOPIC = Topic(
    "linear_equations",
    "Linear equations",
    "Sleeman 1984, An attempt to understand students' understanding of basic algebra, Cognitive Science 8; "
    "Matz 1982, Towards a process model for high school algebra errors, in Intelligent Tutoring Systems",
    _draw,
)
