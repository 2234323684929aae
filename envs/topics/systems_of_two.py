"""Two linear equations in two unknowns, from sum and difference to fractional coefficients."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, nonzero, pick
from sml_env.envs.topics.notation import Number, Pair, polynomial, text

__all__ = ["TOPIC"]

_RULES = (
    "Multiplying both sides of an equation by the same number keeps its solutions.",
    "Subtracting one equation from the other keeps the common solutions; choose multiples so that an unknown "
    "drops out.",
    "A solution has to satisfy both equations.",
)
_NAMES = (("x", "y"), ("a", "b"), ("p", "q"), ("u", "v"))


def _equation(a: Number, b: Number, right: Number, names: tuple[str, str]) -> str:
    first = polynomial((a, 0), names[0])
    second = polynomial((-b if b < 0 else b, 0), names[1])
    return f"{first} {'-' if b < 0 else '+'} {second} = {text(right)}"


def _wrong(system: tuple[Number, ...], x: Fraction, y: Fraction) -> tuple[Wrong, ...]:
    """What wrong procedures give for a*x + b*y = e, c*x + d*y = f."""
    a, b, e, c, d, f = map(Fraction, system)

    def back(value: Fraction) -> Pair:
        return Pair(value, (e - a * value) / b)

    def eliminated(top: Fraction, bottom: Fraction) -> Pair | None:
        return back(top / bottom) if bottom else None

    determinant = a * d - b * c
    return (
        Wrong("swaps_unknowns", Pair(y, x), "You gave the values in the wrong order."),
        Wrong(
            "adds_instead_of_subtracting",
            eliminated(e * d - f * b, a * d + b * c),
            "You added the terms of one unknown although you subtracted the rest.",
        ),
        Wrong("scales_left_side_only", eliminated(e - f, determinant), "You multiplied only the left-hand sides."),
        Wrong(
            "subtracts_without_scaling",
            eliminated(e - f, a - c),
            "You subtracted the equations although no unknown drops out.",
        ),
        Wrong(
            "sign_slip_when_substituting",
            Pair(x, (e + a * x) / b),
            "You made a sign error when you put the first value back.",
        ),
        Wrong(
            "forgets_to_divide_back", Pair(x, e - a * x), "You did not divide by the coefficient of the second unknown."
        ),
        Wrong("loses_sign_of_first", Pair(-x, y), "You lost a minus sign in one unknown."),
    )


def _coefficients(rng: Generator, difficulty: int) -> tuple[Number, Number, Number, Number]:
    if difficulty == 1:
        return 1, 1, 1, -1
    if difficulty == 2:
        return 1, nonzero(rng, 6), integer(rng, 1, 3), nonzero(rng, 6)
    bound = 7 if difficulty == 3 else 11
    a, b, c, d = integer(rng, 2, bound), nonzero(rng, bound), nonzero(rng, bound), nonzero(rng, bound)
    if difficulty < 5:
        return a, b, c, d
    return tuple(Fraction(value, integer(rng, 2, 6)) for value in (a, b, c, d))  # type: ignore[return-value]


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    names = pick(rng, _NAMES)
    a, b, c, d = _coefficients(rng, difficulty)
    determinant = Fraction(a * d - b * c)
    if determinant == 0:
        return None
    size = 20 if difficulty == 1 else 12
    if difficulty <= 3 or (difficulty == 5 and chance(rng)):
        x, y = Fraction(nonzero(rng, size)), Fraction(nonzero(rng, size))
        e, f = a * x + b * y, c * x + d * y
    else:
        e, f = Fraction(nonzero(rng, 30)), Fraction(nonzero(rng, 30))
        x, y = (e * d - b * f) / determinant, (a * f - e * c) / determinant
    if x == y or 0 in (x, y):
        return None
    first, second = _equation(a, b, e, names), _equation(c, d, f, names)
    question = f"Solve the system {first} and {second} for ({names[0]}, {names[1]})."
    if difficulty == 1 and chance(rng):
        question = (
            f"The sum of two numbers {names[0]} and {names[1]} is {text(e)}, and {names[0]} minus {names[1]} "
            f"is {text(f)}. "
            f"Find ({names[0]}, {names[1]})."
        )
    steps: tuple[tuple[str, str], ...] = (
        (
            f"Multiply the equations so that {names[1]} has the same coefficient in both.",
            f"{_equation(a * d, b * d, e * d, names)} and {_equation(b * c, b * d, b * f, names)}",
        ),
        (
            f"Subtract one equation from the other, so that {names[1]} drops out.",
            f"{polynomial((determinant, 0), names[0])} = {text(e * d - b * f)}",
        ),
        (f"Divide by the coefficient of {names[0]}.", f"{names[0]} = {text(x)}"),
        (
            f"Put the value of {names[0]} into the first equation and solve it for {names[1]}.",
            f"({names[0]}, {names[1]}) = {text(Pair(x, y))}",
        ),
    )
    if difficulty == 1:
        steps = (
            (f"Add the two equations, so that {names[1]} drops out.", f"2*{names[0]} = {text(e + f)}"),
            (f"Divide by the coefficient of {names[0]}.", f"{names[0]} = {text(x)}"),
            (f"Put the value of {names[0]} into the first equation.", f"({names[0]}, {names[1]}) = {text(Pair(x, y))}"),
        )
    return Draft(question, Pair(x, y), steps, _RULES, _wrong((a, b, e, c, d, f), x, y), names)


TOPIC = Topic(
    "systems_of_two",
    "Systems of two linear equations",
    "Sleeman 1984, An attempt to understand students' understanding of basic algebra, Cognitive Science 8 (the sign "
    "slips); the remaining ones are classic slips",
    _draw,
)
