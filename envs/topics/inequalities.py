"""Inequalities whose solutions are rays, bounded intervals or unions: linear, double, modulus and quadratic."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, nonzero, pick
from sml_env.envs.topics.notation import Number, Region, polynomial, text

__all__ = ["TOPIC"]

_FLIP = "Multiplying or dividing an inequality by a negative number turns its sign round."
_SAME = "Adding the same quantity to both sides keeps the sign of an inequality."
_SIGNS = "A product of two factors is negative exactly where the factors have opposite signs."
_RELATIONS = ("<", "<=", ">", ">=")


def _ray(end: Number, relation: str) -> Region:
    """The numbers x with `x relation end`."""
    return Region.below(end, "=" in relation) if "<" in relation else Region.above(end, "=" in relation)


def _turned(relation: str) -> str:
    return ("<" if ">" in relation else ">") + relation[1:]


def _loosened(relation: str) -> str:
    """The strict sign for a weak one and the other way round."""
    return relation[0] if "=" in relation else relation + "="


def _rays(slope: int, constant: int, relation: str) -> tuple[Region, list[Wrong]]:
    """The solution of slope*x relation constant, and what wrong procedures give."""
    end = Fraction(constant, slope)
    right = relation if slope > 0 else _turned(relation)
    direction = "You turned the sign round although you divided by a positive number."
    if slope < 0:
        direction = "You divided by a negative number without turning the sign round."
    wrong = [
        Wrong("wrong_direction", _ray(end, _turned(right)), direction),
        Wrong("wrong_end_type", _ray(end, _loosened(right)), "Check whether the end belongs to the solution."),
        Wrong("loses_sign", _ray(-end, right), "You lost a minus sign in the end of the interval."),
        Wrong("loses_sign_and_turns", _ray(-end, _turned(right)), "You dropped a minus sign from the coefficient."),
        Wrong("stops_before_dividing", _ray(constant, right), "You did not divide by the coefficient."),
    ]
    return _ray(end, right), wrong


def _linear(rng: Generator, difficulty: int) -> Draft | None:
    a = integer(rng, 2, 12) if difficulty == 1 else -integer(rng, 2, 15)
    b, relation = nonzero(rng, 30), pick(rng, _RELATIONS)
    c = a * nonzero(rng, 12) + b if difficulty == 1 else nonzero(rng, 60)
    if c == b:
        return None
    answer, wrong = _rays(a, c - b, relation)
    kept = Fraction(c + b, a)
    moved = _ray(kept, relation if a > 0 else _turned(relation))
    wrong.insert(2, Wrong("keeps_sign_when_moving", moved, "You moved the constant without changing its sign."))
    left = polynomial((a, b))
    question = pick(rng, (f"Solve {left} {relation} {c} for x.", f"For which x does {left} {relation} {c} hold?"))
    verb = f"Subtract {b} from" if b > 0 else f"Add {-b} to"
    steps = (
        (f"{verb} both sides.", f"{polynomial((a, 0))} {relation} {c - b}"),
        (f"Divide both sides by {a}, minding the direction of the sign.", text(answer)),
    )
    return Draft(question, answer, steps, (_SAME, _FLIP), wrong)


def _both_sides(rng: Generator) -> Draft | None:
    a, b, c, d = nonzero(rng, 12), nonzero(rng, 30), nonzero(rng, 12), nonzero(rng, 30)
    relation = pick(rng, _RELATIONS)
    if a == c or b == d:
        return None
    answer, wrong = _rays(a - c, d - b, relation)
    if a + c:
        added, _ = _rays(a + c, d - b, relation)
        wrong.insert(2, Wrong("adds_moved_term", added, "You moved the unknown without changing its sign."))
    steps = (
        ("Bring the terms with x to the left-hand side.", f"{polynomial((a - c, b))} {relation} {d}"),
        ("Bring the constants to the right-hand side.", f"{polynomial((a - c, 0))} {relation} {d - b}"),
        ("Divide by the coefficient of x, turning the sign round if it is negative.", text(answer)),
    )
    question = f"Solve {polynomial((a, b))} {relation} {polynomial((c, d))} for x."
    return Draft(question, answer, steps, (_SAME, _FLIP), wrong)


def _double(rng: Generator) -> Draft | None:
    """A bounded linear expression, as two inequalities or as a modulus."""
    a, b = nonzero(rng, 9), nonzero(rng, 20)
    first, second = pick(rng, ("<", "<=")), pick(rng, ("<", "<="))
    modulus = chance(rng)
    if modulus:
        high, first = integer(rng, 1, 30), second
        low = -high
        question = f"Solve |{polynomial((a, b))}| {second} {high} for x."
        opening = f"Write the modulus as a double inequality with bounds of size {high}."
    else:
        low, high = nonzero(rng, 40), nonzero(rng, 40)
        question = f"Solve {low} {first} {polynomial((a, b))} {second} {high} for x."
        opening = "Read the statement as two inequalities that hold together."
    if low >= high or abs(a) == 1:
        return None
    closed = (first == "<=", second == "<=")
    middle = f"{low - b} {first} {polynomial((a, 0))} {second} {high - b}"

    def between(x: Number, y: Number, left: bool, right: bool) -> Region | None:
        return Region.inside(x, y, left, right) if x < y else Region.inside(y, x, right, left)

    low_end, high_end = Fraction(low - b, a), Fraction(high - b, a)
    answer = between(low_end, high_end, *closed)
    if answer is None:
        return None
    half = Region.below(high_end, closed[1]) if a > 0 else Region.above(high_end, closed[1])
    wrong = (
        Wrong("one_side_only", half, "You solved only one of the two inequalities."),
        Wrong(
            "keeps_sign_when_moving",
            between(Fraction(low + b, a), Fraction(high + b, a), *closed),
            "You moved the constant without changing its sign.",
        ),
        Wrong(
            "wrong_end_types",
            between(low_end, high_end, not closed[0], not closed[1]),
            "Check which ends belong to the solution.",
        ),
        Wrong(
            "shifts_one_end_only",
            between(Fraction(low, a), high_end, *closed),
            "You moved the constant in only one of the two inequalities.",
        ),
        Wrong("loses_sign", between(-low_end, -high_end, *closed), "You lost a minus sign when you divided."),
        Wrong(
            "takes_outside",
            Region.outside(min(low_end, high_end), max(low_end, high_end), closed[0]),
            "You took the numbers outside the two ends.",
        ),
    )
    steps = (
        (opening, f"{low} {first} {polynomial((a, b))} {second} {high}"),
        (f"{f'Subtract {b} from' if b > 0 else f'Add {-b} to'} every part.", middle),
        (f"Divide every part by {a}, minding the direction of the signs.", text(answer)),
    )
    return Draft(question, answer, steps, (_SAME, _FLIP), wrong)


def _quadratic(rng: Generator, difficulty: int) -> Draft | None:
    r, s = nonzero(rng, 12), nonzero(rng, 12)
    p, q = (1, 1) if difficulty == 4 else (integer(rng, 1, 5), integer(rng, 1, 4))
    sign = 1 if difficulty == 4 or chance(rng) else -1
    low, high = sorted((Fraction(r, p), Fraction(s, q)))
    if low == high:
        return None
    relation = pick(rng, _RELATIONS)
    closed = "=" in relation
    coefficients = [sign * p * q, -sign * (p * s + q * r), sign * r * s]
    inner, outer = Region.inside(low, high, closed, closed), Region.outside(low, high, closed)
    wants_outside = (">" in relation) == (sign > 0)
    answer, other = (outer, inner) if wants_outside else (inner, outer)
    if answer is None or other is None:
        return None
    loose = Region.outside(low, high, not closed) if wants_outside else Region.inside(low, high, not closed, not closed)
    mirror = Region.outside(-high, -low, closed) if wants_outside else Region.inside(-high, -low, closed, closed)
    one_root = Region.above(high, closed) if ">" in relation else Region.below(high, closed)
    low_ray = Region.above(low, closed) if ">" in relation else Region.below(low, closed)
    wrong = (
        Wrong("larger_root_only", one_root, "You treated the inequality as if it had only one root."),
        Wrong("wrong_side", other, "Check on which side of the roots the expression has the sign asked for."),
        Wrong("flips_root_signs", mirror, "You read the roots off the factors with the wrong signs."),
        Wrong("wrong_end_type", loose, "Check whether the ends belong to the solution."),
        Wrong("smaller_root_only", low_ray, "You kept only one of the two roots."),
    )
    if coefficients[1] and difficulty == 4 and chance(rng):
        shown = f"{polynomial((1, coefficients[1], 0))} {relation} {-coefficients[2]}"
    else:
        shown = f"{polynomial(coefficients)} {relation} 0"
    steps = (
        ("Bring everything to one side and find the roots of the quadratic.", f"x = {text(low)} and x = {text(high)}"),
        (
            "Decide from the leading coefficient where the quadratic is positive.",
            f"Beyond {text(low)} and {text(high)} it has the sign of {coefficients[0]}.",
        ),
        ("Take the part of the number line that the inequality asks for, with or without its ends.", text(answer)),
    )
    question = pick(rng, (f"Solve {shown} for x.", f"For which x does {shown} hold?"))
    return Draft(question, answer, steps, (_SIGNS, _FLIP), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 2:
        return _linear(rng, difficulty)
    if difficulty == 3:
        return _both_sides(rng) if chance(rng) else _double(rng)
    return _quadratic(rng, difficulty)


TOPIC = Topic(
    "inequalities",
    "Inequalities",
    "Matz 1982, Towards a process model for high school algebra errors, in Intelligent Tutoring Systems (carrying the "
    "rules of equations over); the remaining ones are classic slips",
    _draw,
)
