"""Ratios and proportions: shares, scaling, chained ratios, inverse proportion."""

from __future__ import annotations

from fractions import Fraction

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, distinct, integer, pick
from sml_env.envs.topics.notation import Number, quotient, text

__all__ = ["TOPIC"]

_SHARE = "To share an amount in a ratio, divide it by the number of parts and multiply by the parts of each share."
_SCALE = "In a proportion, both quantities are multiplied by the same factor; adding the same amount breaks it."
_CHAIN = "Two ratios can be joined once the quantity that they share has the same number of parts in both."
_INVERSE = "In inverse proportion the product of the two quantities stays the same."
_RATES = "Rates of work add up; times do not."


def _names(rng: Generator, count: int) -> list[str]:
    return [("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn")[i] for i in distinct(rng, 0, 5, count)]


def _share(rng: Generator) -> Draft | None:
    a, b, total = integer(rng, 1, 12), integer(rng, 1, 12), integer(rng, 10, 240)
    if a == b:
        return None
    one, two = _names(rng, 2)
    answer = Fraction(total * a, a + b)
    question = f"{one} and {two} share {total} euros in the ratio {a} : {b}. How many euros does {one} get?"
    wrong = (
        Wrong("takes_other_share", total - answer, "You gave the other share."),
        Wrong(
            "compares_part_with_part", Fraction(total * a, b), "You compared with the other part instead of the whole."
        ),
        Wrong("divides_by_own_parts", Fraction(total, a), "You divided the whole by one number of the ratio."),
        Wrong("stops_at_one_part", Fraction(total, a + b), "You gave the size of a single part."),
        Wrong("shares_by_difference", Fraction(total + a - b, 2), "You treated the ratio as a difference."),
        Wrong("multiplies_whole", total * a, "You did not divide by the number of parts."),
    )
    steps = (
        (f"Add {a} and {b} to find the number of parts.", text(a + b)),
        (f"Divide {total} by the number of parts.", text(Fraction(total, a + b))),
        (f"Multiply by {a}.", text(answer)),
    )
    return Draft(question, answer, steps, (_SHARE,), wrong)


def _proportion_wrong(a: Number, b: Number, c: Number) -> tuple[Wrong, ...]:
    """Wrong procedures for the value that is to c as b is to a."""
    return (
        Wrong("adds_difference", b + c - a, "You kept the difference the same instead of the ratio."),
        Wrong("inverts_ratio", Fraction(a) * c / b, "You turned the ratio upside down."),
        Wrong("multiplies_wrong_pair", Fraction(a) * b / c, "You multiplied the wrong pair of numbers."),
        Wrong("stops_at_factor", Fraction(c) / a, "You gave the factor of the scaling."),
        Wrong("gives_unit_rate", Fraction(b) / a, "You gave the amount for a single unit."),
        Wrong("forgets_to_divide", b * c, "You did not divide."),
    )


def _missing_term(rng: Generator) -> Draft | None:
    a, b, c = integer(rng, 2, 15), integer(rng, 2, 20), integer(rng, 2, 25)
    answer = Fraction(b * c, a)
    question = f"Find x if {a} : {b} = {c} : x."
    steps = (
        (f"Divide {c} by {a} to find the factor.", text(Fraction(c, a))),
        (f"Multiply {b} by the factor.", f"x = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_SCALE,), _proportion_wrong(a, b, c))


def _scaling(rng: Generator) -> Draft | None:
    a = Fraction(integer(rng, 2, 30), pick(rng, (1, 1, 2, 3)))
    b, c = Fraction(integer(rng, 2, 40), pick(rng, (1, 1, 2))), integer(rng, 2, 30)
    if a == c:
        return None
    answer = b * c / a
    first, second, verb = pick(
        rng,
        (
            ("litres of paint", "square metres of wall", "cover"),
            ("kilograms of apples", "litres of juice", "give"),
            ("metres of cable", "kilograms", "weigh"),
        ),
    )
    question = f"{text(a)} {first} {verb} {text(b)} {second}. How many {second} do {c} {first} {verb}?"
    steps = (
        (f"Divide {c} by {text(a)} to find the factor.", text(c / a)),
        (f"Multiply {text(b)} by the factor.", text(answer)),
    )
    return Draft(question, answer, steps, (_SCALE,), _proportion_wrong(a, b, c))


def _three_shares(rng: Generator) -> Draft | None:
    a, b, c = distinct(rng, 1, 12, 3)
    total = integer(rng, 20, 400)
    one, two, three = _names(rng, 3)
    answer = Fraction(total * b, a + b + c)
    question = (
        f"{one}, {two} and {three} share {total} euros in the ratio {a} : {b} : {c}. How many euros does {two} get?"
    )
    wrong = (
        Wrong("takes_first_share", Fraction(total * a, a + b + c), "You gave another person's share."),
        Wrong("takes_last_share", Fraction(total * c, a + b + c), "You gave another person's share, the last one."),
        Wrong("shares_equally", Fraction(total, 3), "You ignored the ratio."),
        Wrong(
            "compares_with_others",
            Fraction(total * b, a + c),
            "You compared with the other parts instead of the whole.",
        ),
        Wrong("divides_by_own_parts", Fraction(total, b), "You divided the whole by one number of the ratio."),
        Wrong("stops_at_one_part", Fraction(total, a + b + c), "You gave the size of a single part."),
    )
    steps = (
        ("Add the numbers of the ratio.", text(a + b + c)),
        (f"Divide {total} by the number of parts.", text(Fraction(total, a + b + c))),
        (f"Multiply by {b}.", text(answer)),
    )
    return Draft(question, answer, steps, (_SHARE,), wrong)


def _difference(rng: Generator) -> Draft | None:
    b, a = sorted(distinct(rng, 1, 15, 2))
    more = integer(rng, 3, 120)
    one, two = _names(rng, 2)
    answer = Fraction(more * (a + b), a - b)
    question = (
        f"{one} and {two} share some money in the ratio {a} : {b}. {one} gets {more} euros more than {two}. "
        "How many euros do they share?"
    )
    wrong = (
        Wrong("takes_difference_for_whole", Fraction(more * a, a + b), "You took the difference for the whole."),
        Wrong("gives_larger_share", Fraction(more * a, a - b), "You gave the larger share only."),
        Wrong("gives_smaller_share", Fraction(more * b, a - b), "You gave the smaller share only."),
        Wrong("multiplies_by_all_parts", more * (a + b), "You took the difference for a single part."),
        Wrong("stops_at_one_part", Fraction(more, a - b), "You gave the size of a single part."),
        Wrong("multiplies_by_difference", Fraction(more * (a - b), a + b), "You used the parts upside down."),
    )
    steps = (
        (f"Subtract {b} from {a}: so many parts make the difference.", text(a - b)),
        (f"Divide {more} by that number of parts.", text(Fraction(more, a - b))),
        ("Multiply by the number of all parts.", text(answer)),
    )
    return Draft(question, answer, steps, (_SHARE,), wrong)


def _chained(rng: Generator) -> Draft | None:
    a, b = distinct(rng, 1, 12, 2)
    c, d = distinct(rng, 1, 12, 2)
    amount = integer(rng, 2, 150)
    if b == c:
        return None
    answer = Fraction(amount * c * a, d * b)
    ratio = (
        f"Three metals are mixed. The ratio of copper to zinc is {a} : {b}, and the ratio of zinc to tin is {c} : {d}"
    )
    if chance(rng):
        question = f"{ratio}. There are {amount} grams of tin. How many grams of copper are there?"
        wrong = (
            Wrong(
                "joins_outer_numbers",
                Fraction(amount * a, d),
                "You joined the ratios although the shared part differs.",
            ),
            Wrong("uses_first_ratio_only", Fraction(amount * a, b), "You used only the first ratio."),
            Wrong("stops_at_middle", Fraction(amount * c, d), "You stopped at the metal in the middle."),
            Wrong("inverts_both", Fraction(amount * d * b, c * a), "You turned both ratios upside down."),
            Wrong("inverts_one", Fraction(amount * c * b, d * a), "You turned one ratio upside down."),
            Wrong("adds_differences", amount + c - d + a - b, "You kept differences the same instead of ratios."),
        )
        steps: tuple[tuple[str, str], ...] = (
            (f"Use {c} : {d} to find the amount of zinc.", text(Fraction(amount * c, d))),
            (f"Use {a} : {b} to find the amount of copper.", text(answer)),
        )
        return Draft(question, answer, steps, (_CHAIN, _SCALE), wrong)
    parts = (a * c, b * c, b * d)
    answer = Fraction(amount * parts[0], sum(parts))
    question = f"{ratio}. There are {amount} grams in all. How many grams of copper are there?"
    wrong = (
        Wrong("adds_all_numbers", Fraction(amount * a, a + b + c + d), "You added parts of different sizes."),
        Wrong(
            "joins_outer_numbers",
            Fraction(amount * a, a + b + d),
            "You joined the ratios although the shared part differs.",
        ),
        Wrong("uses_first_ratio_only", Fraction(amount * a, a + b), "You used only the first ratio."),
        Wrong(
            "takes_middle_share",
            Fraction(amount * parts[1], sum(parts)),
            "You gave the share of the metal in the middle.",
        ),
        Wrong("takes_last_share", Fraction(amount * parts[2], sum(parts)), "You gave the share of the last metal."),
        Wrong("stops_at_one_part", Fraction(amount, sum(parts)), "You gave the size of a single part."),
    )
    steps = (
        ("Scale both ratios until zinc has the same number of parts.", f"{parts[0]} : {parts[1]} : {parts[2]}"),
        (f"Divide {amount} by the number of all parts.", text(Fraction(amount, sum(parts)))),
        ("Multiply by the parts of copper.", text(answer)),
    )
    return Draft(question, answer, steps, (_CHAIN, _SHARE), wrong)


def _machines(rng: Generator) -> Draft | None:
    a, b = distinct(rng, 2, 15, 2)
    n, m = distinct(rng, 4, 60, 2)
    hours = integer(rng, 2, 24)
    answer = Fraction(a * hours * m, n * b)
    question = (
        f"{a} equal machines make {n} parts in {hours} hours. In how many hours do {b} such machines make {m} parts?"
    )
    wrong = (
        Wrong(
            "takes_all_as_direct",
            Fraction(b * hours * m, n * a),
            "You took the number of machines as directly proportional to the time.",
        ),
        Wrong("ignores_parts", Fraction(a * hours, b), "You ignored the number of parts."),
        Wrong("ignores_machines", Fraction(hours * m, n), "You ignored the number of machines."),
        Wrong(
            "inverts_parts",
            Fraction(a * hours * n, m * b),
            "You took the number of parts as inversely proportional to the time.",
        ),
        Wrong("adds_differences", hours + m - n + a - b, "You kept differences the same."),
        Wrong("inverts_all", Fraction(b * hours * n, a * m), "You turned both relations upside down."),
    )
    steps = (
        (f"Find the hours that one machine needs for the {n} parts.", text(a * hours)),
        ("Find the hours that one machine needs for one part.", text(Fraction(a * hours, n))),
        (f"Multiply by {m} parts and divide by {b} machines.", text(answer)),
    )
    return Draft(question, answer, steps, (_INVERSE, _SCALE), wrong)


def _pipes(rng: Generator) -> Draft | None:
    a, b = (Fraction(integer(rng, 2, 40), pick(rng, (1, 2))) for _ in range(2))
    if a == b:
        return None
    drains = a < b and chance(rng)
    sign = -1 if drains else 1
    answer = 1 / (1 / a + sign / b)
    second = "an open drain empties the full tank" if drains else "a second pipe fills it"
    question = (
        f"A pipe fills a tank in {text(a)} hours and {second} in {text(b)} hours. "
        "Both work at once on the empty tank. After how many hours is it full?"
    )
    wrong = (
        Wrong("averages_times", (a + b) / 2, "You averaged the times."),
        Wrong(
            "combines_times",
            a + sign * b if a + sign * b > 0 else b - a,
            "You added or subtracted times; it is the rates that combine.",
        ),
        Wrong("stops_at_rate", 1 / answer, "You gave the joint rate instead of the time."),
        Wrong("halves_faster", min(a, b) / 2, "You halved the shorter time."),
        Wrong("wrong_sign_of_rate", quotient(1, 1 / a - sign / b), "You combined the rates with the wrong sign."),
        Wrong("multiplies_times", a * b, "You multiplied the times."),
    )
    steps = (
        ("Write the rate of the first as a part of the tank in an hour.", text(1 / a)),
        ("Write the rate of the second in the same way.", text(1 / b)),
        ("Combine the rates.", text(1 / answer)),
        ("Take the reciprocal of the joint rate.", text(answer)),
    )
    return Draft(question, answer, steps, (_RATES,), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty == 1:
        return _share(rng) if chance(rng) else _missing_term(rng)
    if difficulty == 2:
        return _scaling(rng)
    if difficulty == 3:
        return _three_shares(rng) if chance(rng) else _difference(rng)
    if difficulty == 4:
        return _chained(rng)
    return _machines(rng) if chance(rng) else _pipes(rng)


TOPIC = Topic(
    "ratios",
    "Ratios and proportions",
    "Tourniaire and Pulos 1985, Proportional reasoning: a review of the literature, Educational Studies in Mathematics "
    "16 (additive strategies); the remaining ones are classic slips",
    _draw,
)
