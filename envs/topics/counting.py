"""Counting: products, arrangements, selections, complements, inclusion and exclusion."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial, lcm, perm

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, distinct, integer, pick
from sml_env.envs.topics.notation import text

__all__ = ["TOPIC"]

_PRODUCT = "Independent choices multiply."
_ORDER = "If order matters, each further choice has one option fewer."
_SELECT = "If order does not matter, divide the arrangements by the ways to order the chosen ones."
_COMPLEMENT = "The cases with at least one are all cases without those that have none."
_EXCLUSION = "For a union, add the sizes and subtract the size of the overlap."


def _menu(rng: Generator) -> Draft | None:
    a, b, c = integer(rng, 2, 12), integer(rng, 2, 12), integer(rng, 2, 12)
    first, second, third = pick(
        rng, (("starters", "mains", "desserts"), ("shirts", "trousers", "hats"), ("roads", "ferries", "trails"))
    )
    answer = a * b * c
    question = f"There are {a} {first}, {b} {second} and {c} {third}. In how many ways can one choose one of each kind?"
    wrong = (
        Wrong("adds_choices", a + b + c, "You added the numbers of choices."),
        Wrong("adds_last_choice", a * b + c, "You added the last choice instead of multiplying."),
        Wrong("leaves_out_a_choice", a * b, "You left out one of the choices."),
        Wrong("orders_the_choices", 6 * answer, "You counted the order of the kinds as well."),
        Wrong("counts_pairs", a * b + b * c + a * c, "You counted pairs of choices."),
        Wrong("selects_from_all", comb(a + b + c, 3), "You chose from all things together."),
    )
    steps = (
        (f"Combine {a} {first} with {b} {second}.", text(a * b)),
        (f"Combine each pair with {c} {third}.", text(answer)),
    )
    return Draft(question, answer, steps, (_PRODUCT,), wrong)


def _codes(rng: Generator) -> Draft | None:
    d, k = integer(rng, 3, 9), integer(rng, 2, 4)
    extra = integer(rng, 2, 9)
    answer = d**k * extra
    question = (
        f"A code consists of {k} symbols, each of {d} kinds and repeats allowed, and then one of {extra} colours. "
        "How many codes are there?"
    )
    wrong = (
        Wrong("forbids_repeats", perm(d, k) * extra, "You did not allow repeats."),
        Wrong("multiplies_kinds_by_places", d * k * extra, "You multiplied the kinds by the places."),
        Wrong("swaps_base_and_exponent", k**d * extra, "You swapped the kinds and the places."),
        Wrong("adds_colours", d**k + extra, "You added the colours instead of multiplying."),
        Wrong("ignores_order", comb(d, k) * extra, "You ignored the order of the symbols."),
        Wrong("leaves_out_colours", d**k, "You left out the colours."),
    )
    steps = (
        (f"Multiply {d} by itself, once for each of the {k} places.", text(d**k)),
        (f"Multiply by {extra}.", text(answer)),
    )
    return Draft(question, answer, steps, (_PRODUCT,), wrong)


def _two_groups(rng: Generator, difficulty: int) -> Draft | None:
    """Arrangements (level 2) or selections (level 3) from two groups."""
    n, m = integer(rng, 4, 12), integer(rng, 4, 12)
    i, j = integer(rng, 1, 4), integer(rng, 2, 4)
    if i >= n or j >= m:
        return None
    arranged, chosen = perm(n, i) * perm(m, j), comb(n, i) * comb(m, j)
    wrong_shared = (
        Wrong("allows_repeats", n**i * m**j, "You allowed the same one to be taken twice."),
        Wrong("multiplies_numbers", n * i * m * j, "You multiplied all the given numbers."),
    )
    if difficulty == 2:
        one, two = pick(rng, (("novels", "atlases"), ("red flags", "blue flags"), ("oaks", "elms")))
        answer = arranged
        question = (
            f"There are {n} different {one} and {m} different {two}. In how many ways can one put {i} of the "
            f"{one} in a "
            f"row and {j} of the {two} in a row behind them?"
        )
        wrong: tuple[Wrong, ...] = (
            Wrong("ignores_order", chosen, "You ignored the order."),
            Wrong("adds_groups", perm(n, i) + perm(m, j), "You added the two numbers of arrangements."),
            *wrong_shared,
            Wrong(
                "orders_all", factorial(n) * factorial(m), "You arranged all of them instead of the number asked for."
            ),
            Wrong("takes_one_group", perm(n + m, i + j), "You took all of them from one group."),
        )
        verb, rules = "arrange", (_ORDER, _PRODUCT)
    else:
        one, two = pick(
            rng, (("men", "women"), ("teachers", "pupils"), ("singers", "dancers"), ("red balls", "blue balls"))
        )
        answer = chosen
        question = (
            f"In how many ways can one choose a set of {i + j} from {n} different {one} and {m} different {two} "
            f"so that it has exactly {i} of the {one}?"
        )
        wrong = (
            Wrong("counts_order", arranged, "You counted the order although it does not matter."),
            Wrong("adds_groups", comb(n, i) + comb(m, j), "You added the two numbers of selections."),
            Wrong("ignores_groups", comb(n + m, i + j), "You ignored how many of each kind are asked for."),
            *wrong_shared,
            Wrong("leaves_out_group", comb(n, i), "You left out the second group."),
            Wrong("divides_once", arranged // factorial(j), "You divided by the orders of only one group."),
        )
        verb, rules = "choose", (_SELECT, _PRODUCT)
    left, right = (perm(n, i), perm(m, j)) if difficulty == 2 else (comb(n, i), comb(m, j))
    steps = (
        (f"Count the ways to {verb} {i} of the {n} {one}.", text(left)),
        (f"Count the ways to {verb} the {two} that are needed from the {m}.", text(right)),
        ("Multiply the two numbers.", text(answer)),
    )
    return Draft(question, answer, steps, rules, wrong)


def _at_least_one(rng: Generator) -> Draft | None:
    n, m, k = integer(rng, 4, 10), integer(rng, 2, 10), integer(rng, 2, 5)
    if k >= n:
        return None
    total, none = comb(n + m, k), comb(n, k)
    answer = total - none
    group = pick(rng, (("men", "women"), ("adults", "children"), ("oboists", "violinists")))
    question = (
        f"A team of {k} is chosen from {n} {group[0]} and {m} {group[1]}. "
        f"In how many ways can this be done with at least one of the {group[1]}?"
    )
    wrong = (
        Wrong(
            "fixes_one_first",
            m * comb(n + m - 1, k - 1),
            "You fixed one first, so that some teams are counted several times.",
        ),
        Wrong("counts_all", total, "You counted all teams."),
        Wrong("exactly_one", m * comb(n, k - 1), "You counted the teams with exactly one."),
        Wrong("counts_none", none, "You counted the teams with none."),
        Wrong("counts_order", perm(n + m, k) - perm(n, k), "You counted the order although it does not matter."),
        Wrong("excludes_wrong_group", total - comb(m, k), "You excluded the wrong group."),
    )
    steps = (
        (f"Count all teams of {k}.", text(total)),
        (f"Count the teams of {k} without any of the {group[1]}.", text(none)),
        ("Subtract.", text(answer)),
    )
    return Draft(question, answer, steps, (_SELECT, _COMPLEMENT), wrong)


def _letters(rng: Generator) -> Draft | None:
    p, q, r = integer(rng, 1, 6), integer(rng, 2, 5), integer(rng, 2, 5)
    a, b, c = (("A", "B", "C", "D", "E")[i] for i in distinct(rng, 0, 4, 3))
    n = p + q + r
    answer = factorial(n) // (factorial(p) * factorial(q) * factorial(r))
    question = f"How many strings consist of exactly {p} letters {a}, {q} letters {b} and {r} letters {c}?"
    wrong = (
        Wrong("ignores_equal_letters", factorial(n), "You counted swaps of equal letters."),
        Wrong(
            "divides_by_numbers",
            Fraction(factorial(n), p * q * r),
            "You divided by the numbers instead of their factorials.",
        ),
        Wrong(
            "counts_by_groups",
            factorial(p) * factorial(q) * factorial(r),
            "You arranged only within the equal letters.",
        ),
        Wrong("arranges_blocks", 6, "You arranged the kinds of letters as blocks."),
        Wrong("allows_any_letters", 3**n, "You did not fix how often each letter occurs."),
        Wrong("divides_once", factorial(n) // factorial(max(p, q, r)), "You divided for only one of the letters."),
        Wrong("multiplies_numbers", p * q * r, "You multiplied the numbers of letters."),
    )
    steps = (
        ("Count the orders as if all letters were different.", text(factorial(n))),
        (f"Divide by the orders of the letters {a}, of the letters {b} and of the letters {c}.", text(answer)),
    )
    return Draft(question, answer, steps, ("Orders that differ only by equal things count once.", _SELECT), wrong)


def _divisible(rng: Generator) -> Draft | None:
    a, b = distinct(rng, 2, 20, 2)
    n = integer(rng, 60, 2000)
    if a % b == 0 or b % a == 0:
        return None
    both = n // lcm(a, b)
    exactly = chance(rng)
    union = n // a + n // b - both
    answer = union - both if exactly else union
    words = "exactly one of" if exactly else "at least one of"
    question = f"How many of the integers from 1 to {n} are divisible by {words} {a} and {b}?"
    wrong = (
        Wrong("forgets_overlap", n // a + n // b, "You counted the overlap twice."),
        Wrong(
            "uses_product",
            n // a + n // b - (n // (a * b)) * (2 if exactly else 1),
            "You took the product although the numbers share factors.",
        ),
        Wrong(
            "wrong_overlap_count",
            union if exactly else union - both,
            "You subtracted the overlap a wrong number of times.",
        ),
        Wrong("counts_both", both, "You counted those that both numbers divide."),
        Wrong("counts_neither", n - union, "You counted the others."),
        Wrong("uses_sum", n // (a + b), "You divided by the sum."),
        Wrong("adds_overlap", n // a + n // b + both, "You added the overlap."),
    )
    steps = (
        (f"Count the multiples of {a} and the multiples of {b} up to {n}.", f"{n // a} and {n // b}"),
        (f"Count the common multiples of {a} and {b} up to {n}.", text(both)),
        ("Add the two counts and subtract the overlap as often as it must not count.", text(answer)),
    )
    return Draft(question, answer, steps, (_EXCLUSION,), wrong)


def _sweets(rng: Generator) -> Draft | None:
    k, least, n = integer(rng, 3, 6), integer(rng, 1, 3), integer(rng, 8, 30)
    free = n - k * least
    if free < 3:
        return None
    answer = comb(free + k - 1, k - 1)
    thing = pick(rng, ("coins", "marbles", "stamps"))
    question = f"In how many ways can {n} equal {thing} be given to {k} children so that each gets at least {least}?"
    wrong = (
        Wrong("ignores_minimum", comb(n + k - 1, k - 1), "You ignored the least number for each child."),
        Wrong("one_divider_too_many", comb(free + k, k), "You used one divider too many."),
        Wrong("treats_as_different", k**free if k**free < 10**7 else None, "You counted the things as different."),
        Wrong("selects_children", comb(free, k), "You chose children instead of placing dividers."),
        Wrong(
            "subtracts_minimum_once",
            comb(n - least + k - 1, k - 1),
            "You set the least number aside for only one child.",
        ),
        Wrong("gives_free", comb(free, k - 1), "You did not let a child get nothing more."),
        Wrong("multiplies_numbers", n * k, "You multiplied the numbers."),
    )
    steps = (
        (f"Give each of the {k} children {least} first, and count what is left.", text(free)),
        ("Count the orders of what is left and the dividers between the children.", text(answer)),
    )
    rules = ("Sharing equal things amounts to placing dividers between them.", _SELECT)
    return Draft(question, answer, steps, rules, wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty == 1:
        return _menu(rng) if integer(rng, 0, 2) else _codes(rng)
    if difficulty <= 3:
        return _two_groups(rng, difficulty)
    if difficulty == 4:
        return _at_least_one(rng) if chance(rng) else _letters(rng)
    return _divisible(rng) if integer(rng, 0, 3) else _sweets(rng)


TOPIC = Topic(
    "counting",
    "Counting",
    "Batanero, Navarro-Pelayo and Godino 1997, Effect of the implicit combinatorial model on combinatorial "
    "reasoning in "
    "secondary school pupils, Educational Studies in Mathematics 32 (errors of order and repetition); classic slips",
    _draw,
)
