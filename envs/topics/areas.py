"""Areas: rectangles to quadrilaterals in the plane, circles and their parts, similar figures."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, distinct, integer, nonzero, pick
from sml_env.envs.topics.notation import text

__all__ = ["TOPIC"]

_BASE = "The area of a parallelogram is base times height; that of a triangle is half as much."
_CIRCLE = "The area of a disc is pi times the square of the radius."
_PARTS = "The area of a figure is the sum of the areas of its parts; a hole is subtracted."
_SCALE = "If lengths are multiplied by a factor, areas are multiplied by its square."
_SHOELACE = (
    "The area of a polygon follows from the products of the coordinates of neighbouring corners, taken crosswise."
)


def _basic(rng: Generator) -> Draft | None:
    a, b = distinct(rng, 2, 40, 2)
    c = integer(rng, abs(a - b) + 1, a + b - 1)
    shape = integer(rng, 0, 2)
    answer = (Fraction(a * b), Fraction(a * b, 2), Fraction(a * b))[shape]
    question = (
        f"A rectangle has sides of {a} and {b} centimetres. What is its area in square centimetres?",
        f"A triangle has a base of {a} centimetres and a height of {b} centimetres. What is its area in square "
        "centimetres?",
        f"A parallelogram has a base of {a} centimetres, a height of {b} centimetres and a slanted side of "
        f"{b + c} centimetres. "
        "What is its area in square centimetres?",
    )[shape]
    slanted = b + c
    wrong = (
        Wrong("forgets_to_halve", Fraction(a * b), "You forgot to halve."),
        Wrong("halves", answer / 2, "You halved once too often."),
        Wrong("takes_perimeter", 2 * (a + slanted) if shape == 2 else 2 * (a + b), "You computed a perimeter."),
        Wrong(
            "uses_slanted_side", a * slanted if shape == 2 else None, "You used the slanted side instead of the height."
        ),
        Wrong("adds_lengths", a + b, "You added the lengths."),
        Wrong("doubles", 2 * a * b, "You doubled the product."),
        Wrong("squares_one_length", a * a, "You squared one length."),
    )
    steps = ((f"Multiply {a} by {b}.", text(a * b)), ("Halve the product if the figure is a triangle.", text(answer)))
    return Draft(question, answer, steps, (_BASE,), wrong)


def _trapezium(rng: Generator) -> Draft | None:
    a, b = distinct(rng, 2, 40, 2)
    h = integer(rng, 2, 30)
    answer = Fraction((a + b) * h, 2)
    question = (
        f"A trapezium has parallel sides of {a} and {b} centimetres, which are {h} centimetres apart. "
        "What is its area in square centimetres?"
    )
    wrong = (
        Wrong("forgets_to_halve", (a + b) * h, "You forgot to halve."),
        Wrong("multiplies_all", a * b * h, "You multiplied all the lengths."),
        Wrong("uses_one_side", a * h, "You used only one of the parallel sides."),
        Wrong(
            "adds_before_multiplying", a + Fraction(b * h, 2), "You multiplied only one of the sides by the distance."
        ),
        Wrong("multiplies_sides", Fraction(a * b * h, 2), "You multiplied the parallel sides instead of adding them."),
        Wrong("takes_other_side", b * h, "You used only one of the parallel sides, the second."),
    )
    steps = (
        (f"Add {a} and {b}, and halve: the mean width.", text(Fraction(a + b, 2))),
        (f"Multiply the mean width by {h}.", text(answer)),
    )
    rules = (_BASE, "A trapezium has the area of a rectangle with the mean of its parallel sides.")
    return Draft(question, answer, steps, rules, wrong)


def _disc(rng: Generator) -> Draft | None:
    size = Fraction(integer(rng, 2, 80), pick(rng, (1, 1, 2, 3)))
    diameter = chance(rng)
    radius = size / 2 if diameter else size
    answer = radius * radius
    question = (
        f"A circle has a {'diameter' if diameter else 'radius'} of {text(size)} centimetres. "
        "Its area is k*pi square centimetres. Find k."
    )
    wrong = (
        Wrong(
            "confuses_radius_and_diameter",
            size * size if diameter else radius * radius / 4,
            "You mixed up radius and diameter.",
        ),
        Wrong("takes_circumference", 2 * radius, "You computed the circumference."),
        Wrong("doubles_instead_of_squaring", 2 * size, "You doubled instead of squaring."),
        Wrong("forgets_square", radius, "You did not square the radius."),
        Wrong("doubles_area", 2 * radius * radius, "You doubled the area."),
        Wrong("halves_square", size * size / 2, "You halved after squaring."),
    )
    steps = (
        ("Find the radius.", text(radius)),
        ("Square the radius.", f"k = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_CIRCLE,), wrong, ("k",))


def _path(rng: Generator) -> Draft | None:
    a, b, w = integer(rng, 4, 40), integer(rng, 4, 40), integer(rng, 1, 6)
    width = Fraction(w, pick(rng, (1, 1, 2)))
    answer = (a + 2 * width) * (b + 2 * width) - a * b
    question = (
        f"A pond of {a} by {b} metres has a path of width {text(width)} metres all around it, with square corners. "
        "What is the area of the path in square metres?"
    )
    wrong = (
        Wrong("adds_width_once", (a + width) * (b + width) - a * b, "You widened each side only once."),
        Wrong("forgets_corners", 2 * width * (a + b), "You forgot the corners."),
        Wrong("counts_corners_twice", 2 * width * (a + b) + 8 * width * width, "You counted the corners twice."),
        Wrong("gives_whole", (a + 2 * width) * (b + 2 * width), "You did not subtract the pond."),
        Wrong("two_sides_only", width * (a + b), "You counted only two of the four sides."),
        Wrong("path_inside", Fraction(a * b) - (a - 2 * width) * (b - 2 * width), "You laid the path inside the pond."),
    )
    steps = (
        (f"Add {text(width)} twice to each of {a} and {b}, and multiply.", text((a + 2 * width) * (b + 2 * width))),
        (f"Multiply {a} by {b}.", text(a * b)),
        ("Subtract the pond.", text(answer)),
    )
    return Draft(question, answer, steps, (_PARTS,), wrong)


def _missing_height(rng: Generator) -> Draft | None:
    area, a, b = integer(rng, 10, 400), integer(rng, 2, 30), integer(rng, 2, 30)
    triangle = chance(rng)
    answer = Fraction(2 * area, a if triangle else a + b)
    question = (
        f"A trapezium has an area of {area} square centimetres and parallel sides of {a} and {b} centimetres. "
        "What is its height in centimetres?"
    )
    if triangle:
        question = (
            f"A triangle has an area of {area} square centimetres and a base of {a} centimetres. What is its "
            "height in centimetres?"
        )
    bottom = a if triangle else a + b
    wrong = (
        Wrong("forgets_to_double", Fraction(area, bottom), "You forgot to double the area."),
        Wrong("halves_area", Fraction(area, 2 * bottom), "You halved the area instead of doubling it."),
        Wrong("subtracts_base", area - bottom, "You subtracted instead of dividing."),
        Wrong("divides_wrong_way", Fraction(bottom, 2 * area), "You divided the wrong way round."),
        Wrong("multiplies", 2 * area * bottom, "You multiplied instead of dividing."),
        Wrong(
            "multiplies_sides", None if triangle else Fraction(2 * area, a * b), "You multiplied the parallel sides."
        ),
    )
    steps = (
        (f"Double {area}.", text(2 * area)),
        (f"Divide by {a}." if triangle else f"Divide by {a} and {b} together.", text(answer)),
    )
    return Draft(question, answer, steps, (_BASE,), wrong)


def _ring_or_sector(rng: Generator) -> Draft | None:
    if chance(rng):
        inner, outer = sorted(distinct(rng, 1, 40, 2))
        answer: Fraction | int = outer * outer - inner * inner
        question = (
            f"A ring lies between two circles with one centre and radii of {inner} and {outer} centimetres. "
            "Its area is k*pi square centimetres. Find k."
        )
        wrong = (
            Wrong("squares_difference", (outer - inner) ** 2, "You subtracted the radii before squaring."),
            Wrong("adds_squares", outer * outer + inner * inner, "You added the discs."),
            Wrong("ignores_hole", outer * outer, "You ignored the hole."),
            Wrong("subtracts_circumferences", 2 * (outer - inner), "You used circumferences."),
            Wrong("subtracts_radii", outer - inner, "You did not square the radii."),
            Wrong("squares_sum", (outer + inner) ** 2, "You added the radii before squaring."),
        )
        steps = (
            (f"Square {outer} and {inner}.", f"{outer**2} and {inner**2}"),
            ("Subtract the inner disc.", f"k = {answer}"),
        )
        return Draft(question, answer, steps, (_CIRCLE, _PARTS), wrong, ("k",))
    radius, angle = integer(rng, 2, 24), 5 * integer(rng, 2, 70)
    answer = Fraction(angle, 360) * radius * radius
    if angle in (180, 360):
        return None
    question = (
        f"A sector of a circle has a radius of {radius} centimetres and an angle of {angle} degrees. "
        "Its area is k*pi square centimetres. Find k."
    )
    wrong = (
        Wrong("uses_half_turn", 2 * answer, "You compared the angle with half a turn."),
        Wrong("takes_arc", Fraction(angle, 360) * 2 * radius, "You computed the length of the arc."),
        Wrong("takes_rest", radius * radius - answer, "You gave the rest of the disc."),
        Wrong("forgets_square", Fraction(angle, 360) * radius, "You did not square the radius."),
        Wrong("ignores_angle", radius * radius, "You gave the whole disc."),
        Wrong("divides_by_hundred", Fraction(angle, 100) * radius * radius, "You took the degrees for a percentage."),
    )
    steps = (
        (f"Divide {angle} by the degrees of a full turn.", text(Fraction(angle, 360))),
        (f"Multiply by the square of {radius}.", f"k = {text(answer)}"),
    )
    return Draft(
        question,
        answer,
        steps,
        (_CIRCLE, "A sector has the same part of the disc as its angle of a full turn."),
        wrong,
        ("k",),
    )


def _polygon(rng: Generator, corners: int) -> Draft | None:
    """A triangle, or a quadrilateral with one corner in each quadrant around a shifted centre."""
    if corners == 3:
        points = [(integer(rng, -12, 12), integer(rng, -12, 12)) for _ in range(3)]
    else:
        p, q = nonzero(rng, 6), nonzero(rng, 6)
        sides = [(integer(rng, 1, 10), integer(rng, 1, 10)) for _ in range(4)]
        points = [
            (p + s * x, q + t * y) for (s, t), (x, y) in zip(((1, 1), (-1, 1), (-1, -1), (1, -1)), sides, strict=True)
        ]
    cross = [a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True)]
    doubled = abs(sum(cross))
    if doubled == 0:
        return None
    answer = Fraction(doubled, 2)
    (xs, ys) = ([x for x, _ in points], [y for _, y in points])
    box = (max(xs) - min(xs)) * (max(ys) - min(ys))
    listed = ", ".join(f"({x}, {y})" for x, y in points[:-1]) + f" and ({xs[-1]}, {ys[-1]})"
    name = "triangle" if corners == 3 else "quadrilateral"
    question = f"A {name} has the corners {listed}, in this order around it. What is its area?"
    plus = [a[0] * b[1] + b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True)]
    wrong = (
        Wrong("forgets_to_halve", doubled, "You forgot to halve."),
        Wrong("takes_bounding_box", box, "You gave the area of the enclosing rectangle."),
        Wrong("halves_bounding_box", Fraction(box, 2), "You took half of the enclosing rectangle."),
        Wrong("does_not_close", Fraction(abs(sum(cross[:-1])), 2), "You did not close the figure."),
        Wrong("adds_cross_products", Fraction(abs(sum(plus)), 2), "You added the products where you have to subtract."),
        Wrong("ignores_signs", Fraction(sum(map(abs, cross)), 2), "You ignored the signs of the products."),
    )
    steps = (
        ("For neighbouring corners, multiply crosswise and subtract.", ", ".join(map(str, cross))),
        ("Add up, and drop the sign of the sum.", text(doubled)),
        ("Halve.", text(answer)),
    )
    return Draft(question, answer, steps, (_SHOELACE,), wrong)


def _similar(rng: Generator) -> Draft | None:
    p, q = distinct(rng, 2, 15, 2)
    area = Fraction(integer(rng, 3, 90), pick(rng, (1, 1, 2)))
    if gcd(p, q) > 1:
        return None
    ratio = Fraction(q, p)
    answer = area * ratio**2
    question = (
        f"Two similar figures have corresponding sides in the ratio {p} : {q}. The first has an area of {text(area)} "
        "square metres. What is the area of the second in square metres?"
    )
    wrong = (
        Wrong("scales_linearly", area * ratio, "You multiplied the area by the factor of the lengths."),
        Wrong("inverts_ratio", area / ratio**2, "You turned the ratio upside down."),
        Wrong("inverts_linear_ratio", area / ratio, "You turned the ratio upside down and did not square it."),
        Wrong("cubes_ratio", area * ratio**3, "You used the factor of volumes."),
        Wrong("adds_difference", area + q - p, "You added the difference of the lengths."),
        Wrong("doubles_ratio", area * 2 * ratio, "You doubled the factor instead of squaring it."),
    )
    steps = (
        (f"Divide {q} by {p} and square.", text(ratio**2)),
        (f"Multiply by {text(area)}.", text(answer)),
    )
    return Draft(question, answer, steps, (_SCALE,), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty == 1:
        return _basic(rng)
    if difficulty == 2:
        return _trapezium(rng) if chance(rng) else _disc(rng)
    if difficulty == 3:
        return _path(rng) if chance(rng) else _missing_height(rng)
    if difficulty == 4:
        return _ring_or_sector(rng) if chance(rng) else _polygon(rng, 3)
    return _polygon(rng, 4) if chance(rng) else _similar(rng)


TOPIC = Topic(
    "areas",
    "Areas",
    "De Bock, Verschaffel and Janssens 1998, The predominance of the linear model in secondary school students' "
    "solutions of word problems involving length and area of similar plane figures, Educational Studies in Mathematics "
    "35; the remaining ones are classic slips",
    _draw,
)
