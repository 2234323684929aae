"""Volumes: boxes to frustums, composed solids, missing heights, similar solids."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, distinct, integer, pick
from sml_env.envs.topics.notation import text

__all__ = ["TOPIC"]

_PRISM = "The volume of a prism or cylinder is the area of its base times its height."
_CONE = "The volume of a pyramid or cone is a third of that of the prism or cylinder with the same base and height."
_BALL = "The volume of a ball is four thirds of pi times the cube of its radius."
_PARTS = "The volume of a solid is the sum of the volumes of its parts."
_SCALE = "If lengths are multiplied by a factor, volumes are multiplied by its cube."
_PI = "Its volume is k*pi cubic centimetres. Find k."
_ASK = "What is its volume in cubic centimetres?"


def _box(rng: Generator) -> Draft | None:
    a, b, c = distinct(rng, 2, 20, 3)
    if chance(rng):
        answer = a * b * c
        question = f"A box has edges of {a}, {b} and {c} centimetres. {_ASK}"
        wrong: tuple[Wrong, ...] = (
            Wrong("takes_surface", 2 * (a * b + b * c + a * c), "You computed the surface."),
            Wrong("adds_edges", a + b + c, "You added the edges."),
            Wrong("takes_base_only", a * b, "You computed only the area of the base."),
            Wrong("takes_third", Fraction(a * b * c, 3), "You divided as for a pyramid."),
            Wrong("halves", Fraction(a * b * c, 2), "You halved as for a triangular prism."),
            Wrong("adds_last_edge", a * b + c, "You added the last edge instead of multiplying."),
            Wrong("sums_all_edges", 4 * (a + b + c), "You added the lengths of all edges."),
        )
        steps = ((f"Multiply {a} by {b}.", text(a * b)), (f"Multiply by {c}.", text(answer)))
        return Draft(question, answer, steps, (_PRISM,), wrong)
    volume = Fraction(a * b * c, 2)
    question = (
        f"A prism has a triangle as its base, with a side of {a} centimetres and the height of {b} centimetres on it. "
        f"The prism is {c} centimetres long. {_ASK}"
    )
    wrong = (
        Wrong("forgets_to_halve", a * b * c, "You forgot to halve the base."),
        Wrong("takes_third", Fraction(a * b * c, 6), "You divided as for a pyramid."),
        Wrong("takes_base_only", Fraction(a * b, 2), "You computed only the area of the base."),
        Wrong("adds_length", Fraction(a * b, 2) + c, "You added the length instead of multiplying."),
        Wrong("adds_base_lengths", Fraction((a + b) * c, 2), "You added the lengths of the base."),
        Wrong("takes_third_only", Fraction(a * b * c, 3), "You took a third instead of half."),
    )
    steps = ((f"Multiply {a} by {b} and halve.", text(Fraction(a * b, 2))), (f"Multiply by {c}.", text(volume)))
    return Draft(question, volume, steps, (_PRISM,), wrong)


def _cylinder_or_pyramid(rng: Generator) -> Draft | None:
    if chance(rng):
        size, h = Fraction(integer(rng, 2, 30), pick(rng, (1, 1, 2))), integer(rng, 2, 40)
        diameter = chance(rng)
        r = size / 2 if diameter else size
        answer = r * r * h
        question = (
            f"A cylinder has a base of {'diameter' if diameter else 'radius'} {text(size)} centimetres and a height of "
            f"{h} centimetres. {_PI}"
        )
        wrong = (
            Wrong(
                "confuses_radius_and_diameter",
                size * size * h if diameter else answer / 4,
                "You mixed up radius and diameter.",
            ),
            Wrong("takes_side_surface", 2 * r * h, "You computed the curved surface."),
            Wrong("forgets_square", r * h, "You did not square the radius."),
            Wrong("squares_height", r * h * h, "You squared the height instead of the radius."),
            Wrong("takes_third", answer / 3, "You divided as for a cone."),
            Wrong("takes_base_only", r * r, "You computed only the base."),
        )
        steps = (("Find the radius and square it.", text(r * r)), (f"Multiply by {h}.", f"k = {text(answer)}"))
        return Draft(question, answer, steps, (_PRISM,), wrong, ("k",))
    a, b, h = distinct(rng, 2, 30, 3)
    answer = Fraction(a * b * h, 3)
    question = (
        f"A pyramid has a rectangle of {a} by {b} centimetres as its base and a height of {h} centimetres. {_ASK}"
    )
    wrong = (
        Wrong("forgets_third", a * b * h, "You forgot to divide by three."),
        Wrong("halves", Fraction(a * b * h, 2), "You halved instead of dividing by three."),
        Wrong("takes_sixth", Fraction(a * b * h, 6), "You divided by twice the right number."),
        Wrong("takes_base_only", a * b, "You computed only the base."),
        Wrong("adds_base_lengths", Fraction((a + b) * h, 3), "You added the sides of the base."),
        Wrong("uses_perimeter", Fraction(2 * (a + b) * h, 3), "You used the perimeter of the base."),
    )
    steps = ((f"Multiply {a}, {b} and {h}.", text(a * b * h)), ("Divide by three.", text(answer)))
    return Draft(question, answer, steps, (_CONE,), wrong)


def _cone_or_ball(rng: Generator) -> Draft | None:
    if integer(rng, 0, 2):
        r, h = Fraction(integer(rng, 2, 30), pick(rng, (1, 1, 2))), integer(rng, 2, 40)
        answer = r * r * h / 3
        question = f"A cone has a base of radius {text(r)} centimetres and a height of {h} centimetres. {_PI}"
        wrong = (
            Wrong("forgets_third", r * r * h, "You forgot to divide by three."),
            Wrong("halves", r * r * h / 2, "You halved instead of dividing by three."),
            Wrong("forgets_square", r * h / 3, "You did not square the radius."),
            Wrong("squares_height", r * h * h / 3, "You squared the height instead of the radius."),
            Wrong("uses_diameter", 4 * answer, "You used the diameter instead of the radius."),
            Wrong("uses_circumference", 2 * r * h / 3, "You used the circumference of the base."),
        )
        steps = (
            (f"Square {text(r)} and multiply by {h}.", text(r * r * h)),
            ("Divide by three.", f"k = {text(answer)}"),
        )
        return Draft(question, answer, steps, (_CONE,), wrong, ("k",))
    size = Fraction(integer(rng, 2, 90), pick(rng, (1, 2, 3, 4, 5)))
    diameter = chance(rng)
    r = size / 2 if diameter else size
    answer = Fraction(4, 3) * r**3
    question = f"A ball has a {'diameter' if diameter else 'radius'} of {text(size)} centimetres. {_PI}"
    wrong = (
        Wrong(
            "confuses_radius_and_diameter", answer * 8 if diameter else answer / 8, "You mixed up radius and diameter."
        ),
        Wrong("takes_surface", 4 * r * r, "You computed the surface."),
        Wrong("squares_radius", Fraction(4, 3) * r * r, "You squared the radius instead of cubing it."),
        Wrong("forgets_four_thirds", r**3, "You left out the factor in front."),
        Wrong("inverts_factor", Fraction(3, 4) * r**3, "You turned the factor in front upside down."),
        Wrong("forgets_third", 4 * r**3, "You forgot to divide by three."),
    )
    steps = (("Find the radius and cube it.", text(r**3)), ("Multiply by four thirds.", f"k = {text(answer)}"))
    return Draft(question, answer, steps, (_BALL,), wrong, ("k",))


def _composed(rng: Generator) -> Draft | None:
    r, h = integer(rng, 2, 20), integer(rng, 2, 30)
    cylinder = r * r * h
    if chance(rng):
        top: Fraction = Fraction(2, 3) * r**3
        description, rule, operation = (
            "half a ball of the same radius",
            _BALL,
            "Find the volume of half a ball with the same radius.",
        )
        third = Fraction(4, 3) * r**3
    else:
        tip = integer(rng, 2, 24)
        top = Fraction(r * r * tip, 3)
        description, rule = f"a cone of the same radius and of height {tip} centimetres", _CONE
        operation = f"Find the volume of a cone with the same radius and height {tip}."
        third = Fraction(r * r * tip)
    answer = cylinder + top
    question = (
        f"A solid consists of a cylinder of radius {r} centimetres and height {h} centimetres and, on top of it, "
        f"{description}. {_PI}"
    )
    wrong = (
        Wrong("forgets_factor_of_top", cylinder + third, "You took too large a factor for the part on top."),
        Wrong("leaves_out_top", cylinder, "You left out the part on top."),
        Wrong("leaves_out_cylinder", top, "You left out the cylinder."),
        Wrong("subtracts_top", cylinder - top, "You subtracted the part on top."),
        Wrong("forgets_square", r * h + top, "You did not square the radius of the cylinder."),
        Wrong("takes_third_of_all", answer / 3, "You divided the whole by three."),
    )
    steps = (
        (f"Find the volume of the cylinder from {r} and {h}.", f"{cylinder}*pi"),
        (operation, f"{text(top)}*pi"),
        ("Add the two volumes.", f"k = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_PRISM, rule, _PARTS), wrong, ("k",))


def _missing_height(rng: Generator) -> Draft | None:
    r, volume = integer(rng, 2, 15), integer(rng, 10, 600)
    answer = Fraction(3 * volume, r * r)
    question = (
        f"A cone has a base of radius {r} centimetres and a volume of {volume}*pi cubic centimetres. "
        "What is its height in centimetres?"
    )
    wrong = (
        Wrong("forgets_third", Fraction(volume, r * r), "You forgot the third in the volume."),
        Wrong("divides_by_three", Fraction(volume, 3 * r * r), "You divided by three instead of multiplying."),
        Wrong("forgets_square", Fraction(3 * volume, r), "You did not square the radius."),
        Wrong("divides_by_double", Fraction(3 * volume, 2 * r), "You doubled the radius instead of squaring it."),
        Wrong("uses_diameter", answer / 4, "You used the diameter instead of the radius."),
        Wrong("subtracts_base", volume - r * r, "You subtracted instead of dividing."),
    )
    steps = ((f"Multiply {volume} by three.", text(3 * volume)), (f"Divide by the square of {r}.", text(answer)))
    return Draft(question, answer, steps, (_CONE,), wrong)


def _frustum(rng: Generator) -> Draft | None:
    small, large = sorted(distinct(rng, 1, 20, 2))
    h = integer(rng, 2, 30)
    answer = Fraction(h * (small * small + small * large + large * large), 3)
    question = (
        f"A bucket is a cone with its tip cut off: its bottom has a radius of {small} centimetres, its top has "
        "a radius of "
        f"{large} centimetres, and it is {h} centimetres high. {_PI}"
    )
    middle = Fraction(small + large, 2)
    wrong = (
        Wrong("uses_mean_radius", middle**2 * h, "You used a cylinder with the mean radius."),
        Wrong("averages_bases", Fraction(h * (small**2 + large**2), 2), "You used the mean of the two discs."),
        Wrong(
            "forgets_mixed_term", Fraction(h * (small**2 + large**2), 3), "You forgot the mixed term of the two radii."
        ),
        Wrong("forgets_third", 3 * answer, "You forgot to divide by three."),
        Wrong("subtracts_squares", Fraction(h * (large**2 - small**2), 3), "You subtracted cones of the same height."),
        Wrong("squares_sum", Fraction(h * (small + large) ** 2, 3), "You squared the sum of the radii."),
    )
    steps = (
        (f"Add the squares of {small} and {large} and their product.", text(small**2 + small * large + large**2)),
        (f"Multiply by {h} and divide by three.", f"k = {text(answer)}"),
    )
    return Draft(
        question, answer, steps, (_CONE, "A cone without its tip is the difference of two cones."), wrong, ("k",)
    )


def _similar(rng: Generator) -> Draft | None:
    p, q = distinct(rng, 2, 12, 2)
    volume = Fraction(integer(rng, 3, 90), pick(rng, (1, 1, 2)))
    ratio = Fraction(q, p)
    answer = volume * ratio**3
    question = (
        f"Two similar bottles have heights in the ratio {p} : {q}. The first holds {text(volume)} litres. "
        "How many litres does the second hold?"
    )
    wrong = (
        Wrong("scales_linearly", volume * ratio, "You multiplied the volume by the factor of the lengths."),
        Wrong("scales_by_square", volume * ratio**2, "You used the factor of areas."),
        Wrong("inverts_ratio", volume / ratio**3, "You turned the ratio upside down."),
        Wrong("inverts_linear_ratio", volume / ratio, "You turned the ratio upside down and did not cube it."),
        Wrong("triples_ratio", volume * 3 * ratio, "You tripled the factor instead of cubing it."),
        Wrong("adds_difference", volume + q - p, "You added the difference of the heights."),
    )
    steps = ((f"Divide {q} by {p} and cube.", text(ratio**3)), (f"Multiply by {text(volume)}.", text(answer)))
    return Draft(question, answer, steps, (_SCALE,), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 3:
        return (_box, _cylinder_or_pyramid, _cone_or_ball)[difficulty - 1](rng)
    if difficulty == 4:
        return _composed(rng) if integer(rng, 0, 2) else _missing_height(rng)
    return _frustum(rng) if chance(rng) else _similar(rng)


TOPIC = Topic(
    "volumes",
    "Volumes",
    "De Bock, Verschaffel and Janssens 1998, The predominance of the linear model in secondary school students' "
    "solutions of word problems involving length and area of similar plane figures, Educational Studies in Mathematics "
    "35 (linear scaling); the remaining ones are classic slips",
    _draw,
)
