"""Greatest common divisors and least common multiples, plain and in disguise."""

from __future__ import annotations

from math import gcd, lcm, prod

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, integer, pick
from sml_env.envs.topics.notation import quotient, text

__all__ = ["TOPIC"]

_GCD = "The greatest common divisor is the product of the prime factors that all the numbers share."
_LCM = "The least common multiple takes every prime factor as often as it occurs in any one of the numbers."
_PRODUCT = "The product of two numbers is the product of their greatest common divisor and least common multiple."


def _smallest_factor(n: int) -> int:
    return next((d for d in range(2, n + 1) if n % d == 0), 1)


def _numbers(rng: Generator, count: int, largest_gcd: int, largest: int) -> list[int]:
    common = integer(rng, 2, largest_gcd)
    return [common * integer(rng, 2, largest) for _ in range(count)]


def _written(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"


def _plain(rng: Generator, difficulty: int) -> Draft | None:
    count = 3 if difficulty == 3 else 2
    numbers = _numbers(rng, count, (9, 30, 24)[difficulty - 1], (9, 20, 12)[difficulty - 1])
    divisor, multiple = gcd(*numbers), lcm(*numbers)
    if divisor == 1 or len(set(numbers)) < count or multiple > 60_000:
        return None
    first, second, *_ = numbers
    if chance(rng):
        question = f"Find the greatest common divisor of {_written(numbers)}."
        wrong = (
            Wrong("takes_multiple", multiple, "You gave a common multiple instead of a common divisor."),
            Wrong(
                "stops_early", divisor // _smallest_factor(divisor), "You stopped before all shared factors were used."
            ),
            Wrong("takes_smallest_prime", _smallest_factor(divisor), "You gave only the smallest shared prime factor."),
            Wrong("subtracts_once", abs(first - second), "You gave the difference of two of the numbers."),
            Wrong("takes_smallest_number", min(numbers), "You gave the smallest of the numbers."),
            Wrong("uses_two_numbers", gcd(first, second), "You used only two of the numbers."),
            Wrong("multiplies_all", prod(numbers), "You multiplied the numbers."),
        )
        steps: tuple[tuple[str, str], ...] = (
            (
                f"Write each of {_written(numbers)} as a product with a common divisor.",
                " and ".join(f"{divisor}*{n // divisor}" for n in numbers),
            ),
            ("Check that the other factors share no divisor.", f"The greatest common divisor is {divisor}."),
        )
        return Draft(question, divisor, steps, (_GCD,), wrong)
    question = f"Find the least common multiple of {_written(numbers)}."
    wrong = (
        Wrong("multiplies_all", prod(numbers), "You multiplied the numbers although they share factors."),
        Wrong("takes_divisor", divisor, "You gave a common divisor instead of a common multiple."),
        Wrong("doubles_multiple", 2 * multiple, "You gave a common multiple that is not the least."),
        Wrong("cancels_too_much", prod(numbers) // divisor**count, "You cancelled the shared factors too often."),
        Wrong("takes_largest_number", max(numbers), "You gave the largest of the numbers."),
        Wrong("uses_two_numbers", lcm(first, second), "You used only two of the numbers."),
        Wrong("adds_numbers", sum(numbers), "You added the numbers."),
    )
    steps = (
        (f"Find the greatest common divisor of {first} and {second}.", text(gcd(first, second))),
        ("Divide their product by it.", text(lcm(first, second))),
        ("Take any further number in the same way.", f"The least common multiple is {multiple}."),
    )
    return Draft(question, multiple, steps, (_LCM, _PRODUCT), wrong)


def _tiles(rng: Generator) -> Draft | None:
    a, b = _numbers(rng, 2, 40, 25)
    side = gcd(a, b)
    if a == b or side == 1:
        return None
    answer = (a // side) * (b // side)
    question = (
        f"A floor of {a} by {b} centimetres is covered exactly with equal square tiles, which are as large as "
        "possible. "
        "None is cut. How many tiles are needed?"
    )
    wrong = (
        Wrong("gives_side", side, "You gave the side of a tile."),
        Wrong("divides_area_by_side", a * b // side, "You divided the area of the floor by the side of a tile."),
        Wrong("uses_unit_tiles", a * b, "You gave the area of the floor."),
        Wrong("counts_two_edges", a // side + b // side, "You added the tiles along the edges."),
        Wrong("gives_tile_area", side * side, "You gave the area of a tile."),
        Wrong("uses_multiple", lcm(a, b), "You used the least common multiple."),
    )
    steps = (
        (f"Find the greatest common divisor of {a} and {b}: the side of a tile.", text(side)),
        (f"Divide {a} and {b} by the side.", f"{a // side} and {b // side}"),
        ("Multiply the two counts.", text(answer)),
    )
    return Draft(question, answer, steps, (_GCD,), wrong)


def _lights(rng: Generator) -> Draft | None:
    numbers = _numbers(rng, 3, 8, 9)
    a, b, c = numbers
    if len(set(numbers)) < 3:
        return None
    answer = lcm(a, b, c)
    question = (
        f"Three lamps flash every {a}, {b} and {c} seconds. They have just flashed together. "
        "After how many seconds do they next flash together?"
    )
    wrong = (
        Wrong("multiplies_all", a * b * c, "You multiplied the numbers although they share factors."),
        Wrong("takes_divisor", gcd(a, b, c), "You used the greatest common divisor."),
        Wrong("uses_two_lamps", lcm(a, b), "You left out the last lamp."),
        Wrong("uses_last_two_lamps", lcm(b, c), "You left out the first lamp."),
        Wrong("adds_times", a + b + c, "You added the times."),
        Wrong("doubles_multiple", 2 * answer, "You found a later time, not the next one."),
        Wrong("takes_slowest", max(numbers), "You waited for the slowest lamp only."),
    )
    steps = (
        (f"Find the least common multiple of {a} and {b}.", text(lcm(a, b))),
        (f"Find the least common multiple of that and {c}.", text(answer)),
    )
    return Draft(question, answer, steps, (_LCM,), wrong)


def _other_number(rng: Generator) -> Draft | None:
    a, b = _numbers(rng, 2, 30, 20)
    divisor, multiple = gcd(a, b), lcm(a, b)
    if a == b or divisor == 1 or multiple in (a, b):
        return None
    question = (
        f"Two positive integers have greatest common divisor {divisor} and least common multiple {multiple}. "
        f"One of them is {a}. Find the other one."
    )
    wrong = (
        Wrong("forgets_divisor", multiple // a, "You left out the greatest common divisor."),
        Wrong("divides_by_divisor", quotient(multiple, divisor), "You divided by the greatest common divisor."),
        Wrong("cofactor_of_divisor", a // divisor, "You divided the given number by the greatest common divisor."),
        Wrong("subtracts", multiple - a, "You subtracted from the least common multiple."),
        Wrong("squares_divisor", multiple * divisor * divisor // a, "You used the greatest common divisor twice."),
        Wrong("multiplies_all", multiple * divisor, "You did not divide by the given number."),
    )
    steps = (
        (f"Multiply {divisor} by {multiple}: that is the product of the two numbers.", text(a * b)),
        (f"Divide the product by {a}.", text(b)),
    )
    return Draft(question, b, steps, (_PRODUCT,), wrong)


def _same_remainder(rng: Generator) -> Draft | None:
    a, b, c = numbers = _numbers(rng, 3, 5, 7)
    bound, remainder = integer(rng, 20, 900), integer(rng, 1, min(numbers) - 1)
    common = lcm(*numbers)
    if len(set(numbers)) < 3:
        return None
    answer = ((bound - remainder) // common + 1) * common + remainder
    question = (
        f"Find the smallest integer n greater than {bound} that leaves the remainder {remainder} when it is divided by "
        f"{a}, by {b} and by {c}."
    )
    above = (bound // common + 1) * common
    product = a * b * c
    wrong = (
        Wrong("forgets_remainder", above, "You found a common multiple and forgot the remainder."),
        Wrong("subtracts_remainder", above - remainder, "You subtracted the remainder instead of adding it."),
        Wrong(
            "uses_product",
            (bound // product + 1) * product + remainder,
            "You used the product although the numbers share factors.",
        ),
        Wrong("ignores_bound", common + remainder, "You ignored the lower bound."),
        Wrong("goes_one_too_far", answer + common, "You skipped the first number that fits."),
        Wrong(
            "uses_two_divisors",
            ((bound - remainder) // lcm(a, b) + 1) * lcm(a, b) + remainder,
            "You used only two of the divisors.",
        ),
        Wrong("stops_below_bound", answer - common, "Your number is not above the lower bound."),
    )
    steps = (
        (f"Find the least common multiple of {a}, {b} and {c}.", text(common)),
        (
            f"Write the numbers with the remainder {remainder} as a multiple of it plus {remainder}.",
            f"n = {common}*k + {remainder}",
        ),
        (f"Choose the smallest one above {bound}.", f"n = {answer}"),
    )
    return Draft(
        question, answer, steps, (_LCM, "Numbers with one remainder differ by common multiples."), wrong, ("n",)
    )


def _common_divisors(rng: Generator) -> Draft | None:
    a, b = _numbers(rng, 2, 120, 9)
    divisor = gcd(a, b)
    if a == b or divisor < 6:
        return None

    def count(n: int) -> int:
        return sum(n % d == 0 for d in range(1, n + 1))

    answer = count(divisor)
    question = f"How many positive integers divide both {a} and {b}?"
    wrong = (
        Wrong("gives_greatest", divisor, "You gave the greatest common divisor, not how many there are."),
        Wrong("leaves_out_ends", answer - 2, "You left out one and the number itself."),
        Wrong("counts_first_only", count(a), "You counted the divisors of the first number."),
        Wrong("counts_second_only", count(b), "You counted the divisors of the second number."),
        Wrong(
            "counts_primes_only",
            sum(divisor % p == 0 and count(p) == 2 for p in range(2, divisor + 1)),
            "You counted only prime divisors.",
        ),
        Wrong("counts_all", count(a) + count(b), "You added the numbers of divisors."),
        Wrong("counts_multiple", count(lcm(a, b)), "You used the least common multiple."),
    )
    steps = (
        (f"Find the greatest common divisor of {a} and {b}.", text(divisor)),
        ("Count its divisors: they are the common divisors.", text(answer)),
    )
    return Draft(question, answer, steps, (_GCD, "The common divisors are the divisors of the greatest one."), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 3:
        return _plain(rng, difficulty)
    if difficulty == 4:
        return pick(rng, (_tiles, _lights, _other_number))(rng)
    return pick(rng, (_same_remainder, _same_remainder, _common_divisors))(rng)


TOPIC = Topic("gcd_lcm", "Common divisors and multiples", "Classic slips; no single study", _draw)
