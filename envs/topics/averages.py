"""Means: of lists, with a value missing, of groups and tables, and mean speeds."""

from __future__ import annotations

from fractions import Fraction
from statistics import median

from numpy.random import Generator

from sml_env.envs.topics.base import Draft, Topic, Wrong
from sml_env.envs.topics.draws import chance, distinct, integer, nonzero, pick
from sml_env.envs.topics.notation import text

__all__ = ["TOPIC"]

_MEAN = "The mean is the sum of the values divided by how many there are."
_TOTAL = "The mean times the number of values is their sum."
_GROUPS = "The mean of two groups together is found from the sums, not from the means."
_SPEED = "The mean speed is the whole distance divided by the whole time."


def _list(rng: Generator, difficulty: int) -> Draft | None:
    count = integer(rng, 4, 5) if difficulty == 1 else integer(rng, 5, 7)
    values = [integer(rng, 1, 40) if difficulty == 1 else nonzero(rng, 60) for _ in range(count)]
    total = sum(values)
    answer = Fraction(total, count)
    listed = ", ".join(map(str, values[:-1])) + f" and {values[-1]}"
    thing = (
        pick(rng, ("temperatures", "balances", "scores"))
        if difficulty == 2
        else pick(rng, ("weights", "ages", "scores"))
    )
    question = pick(rng, (f"Find the mean of {listed}.", f"The {thing} noted are {listed}. What is their mean?"))
    wrong = (
        Wrong("takes_median", Fraction(median(map(Fraction, values))), "You gave the median."),
        Wrong(
            "takes_midrange",
            Fraction(min(values) + max(values), 2),
            "You averaged only the smallest and the largest value.",
        ),
        Wrong("forgets_to_divide", total, "You did not divide the sum."),
        Wrong("divides_by_one_less", Fraction(total, count - 1), "You miscounted the values by one."),
        Wrong("ignores_signs", Fraction(sum(map(abs, values)), count), "You ignored minus signs."),
        Wrong(
            "averages_pairwise",
            _pairwise(values),
            "You averaged one value after another, so that later ones weigh more.",
        ),
        Wrong("leaves_out_last", Fraction(total - values[-1], count), "You left a value out of the sum."),
    )
    steps = (
        ("Add all the values.", text(total)),
        ("Divide the sum by the number of values.", text(answer)),
    )
    return Draft(question, answer, steps, (_MEAN,), wrong)


def _pairwise(values: list[int]) -> Fraction:
    mean = Fraction(values[0])
    for value in values[1:]:
        mean = (mean + value) / 2
    return mean


def _missing(rng: Generator) -> Draft | None:
    count = integer(rng, 4, 6)
    values = [nonzero(rng, 50) for _ in range(count - 1)]
    mean = Fraction(nonzero(rng, 60), pick(rng, (1, 1, 2, 3)))
    known = sum(values)
    answer = mean * count - known
    listed = ", ".join(map(str, values))
    question = f"The mean of {listed} and x is {text(mean)}. Find x."
    wrong = (
        Wrong("repeats_mean", mean, "You gave the mean itself."),
        Wrong("takes_mean_for_sum", mean - known, "You took the mean for the sum."),
        Wrong("counts_known_only", mean * (count - 1) - known, "You left the unknown out of the count."),
        Wrong(
            "balances_two_means", 2 * mean - Fraction(known, count - 1), "You averaged the known mean with the unknown."
        ),
        Wrong("stops_at_sum", mean * count, "You gave the sum of all values."),
        Wrong("wrong_sign", -answer, "You subtracted the wrong way round."),
        Wrong("averages_known", Fraction(known, count - 1), "You gave the mean of the known values."),
    )
    steps = (
        (f"Multiply {text(mean)} by the number of values.", f"The sum is {text(mean * count)}."),
        ("Add the known values.", text(known)),
        ("Subtract the known sum from the whole sum.", f"x = {text(answer)}"),
    )
    return Draft(question, answer, steps, (_MEAN, _TOTAL), wrong)


def _groups(rng: Generator) -> Draft | None:
    m, n = distinct(rng, 3, 40, 2)
    a, b = distinct(rng, 5, 90, 2)
    answer = Fraction(m * a + n * b, m + n)
    thing = pick(rng, ("score", "age", "weight"))
    question = (
        f"The mean {thing} of a group of {m} is {a}, and that of another group of {n} is {b}. What is the mean "
        f"{thing} of all?"
    )
    wrong = (
        Wrong("averages_the_means", Fraction(a + b, 2), "You averaged the means although the groups differ in size."),
        Wrong("swaps_sizes", Fraction(m * b + n * a, m + n), "You gave each mean the size of the other group."),
        Wrong("adds_means_over_all", Fraction(a + b, m + n), "You took the means for sums."),
        Wrong("halves_sums", Fraction(m * a + n * b, 2), "You divided by the number of groups."),
        Wrong("forgets_to_divide", m * a + n * b, "You did not divide the sum."),
        Wrong("averages_sizes", Fraction(m + n, 2), "You averaged the sizes."),
    )
    steps = (
        (f"Multiply {a} by {m} to find the first sum.", text(m * a)),
        (f"Multiply {b} by {n} to find the second sum.", text(n * b)),
        (f"Add the sums and divide by {m} and {n} together.", text(answer)),
    )
    return Draft(question, answer, steps, (_TOTAL, _GROUPS), wrong)


def _table(rng: Generator) -> Draft | None:
    values = sorted(distinct(rng, -15, 25, 3))
    times = [integer(rng, 2, 15) for _ in range(3)]
    total, count = sum(v * t for v, t in zip(values, times, strict=True)), sum(times)
    answer = Fraction(total, count)
    listed = ", ".join(f"{v} occurs {t} times" for v, t in zip(values, times, strict=True))
    question = f"In a table, {listed}, and there is nothing else. What is the mean?"
    wrong = (
        Wrong("ignores_frequencies", Fraction(sum(values), 3), "You ignored how often each value occurs."),
        Wrong("divides_by_distinct_values", Fraction(total, 3), "You divided by the number of different values."),
        Wrong("averages_frequencies", Fraction(count, 3), "You averaged the frequencies."),
        Wrong("divides_values_by_count", Fraction(sum(values), count), "You added each value only once."),
        Wrong("forgets_to_divide", total, "You did not divide the sum."),
        Wrong("takes_mode", values[times.index(max(times))], "You gave the most frequent value."),
    )
    steps = (
        ("Multiply each value by how often it occurs, and add the products.", text(total)),
        ("Add the frequencies.", text(count)),
        ("Divide the sum by the sum of the frequencies.", text(answer)),
    )
    return Draft(question, answer, steps, (_MEAN,), wrong)


def _speed(rng: Generator) -> Draft | None:
    u, v = distinct(rng, 4, 90, 2)
    p, q = (1, 1) if chance(rng) else (10 * integer(rng, 1, 9), 10 * integer(rng, 1, 9))
    answer = Fraction(p + q) / (Fraction(p, u) + Fraction(q, v))
    if p == q == 1:
        question = (
            f"A cyclist rides a road at {u} kilometres an hour and the same way back at {v} kilometres an hour. "
            "What is the mean speed of the whole ride in kilometres an hour?"
        )
    else:
        question = (
            f"A train runs {p} kilometres at {u} kilometres an hour and then {q} kilometres at {v} "
            "kilometres an "
            "hour. What is its mean speed over the whole way in kilometres an hour?"
        )
    wrong = (
        Wrong("averages_speeds", Fraction(u + v, 2), "You averaged the speeds although the times differ."),
        Wrong(
            "weighs_by_distance", Fraction(p * u + q * v, p + q), "You weighed the speeds by distance instead of time."
        ),
        Wrong("adds_rates", 1 / (Fraction(1, u) + Fraction(1, v)), "You combined the speeds like rates of work."),
        Wrong("swaps_distances", Fraction(p + q) / (Fraction(q, u) + Fraction(p, v)), "You swapped the two distances."),
        Wrong("takes_difference", abs(u - v), "You subtracted the speeds."),
        Wrong("adds_speeds", u + v, "You added the speeds."),
        Wrong("takes_larger", max(u, v), "You gave the larger speed."),
    )
    times = Fraction(p, u), Fraction(q, v)
    steps = (
        ("Write the time of each part as its distance over its speed.", f"{text(times[0])} and {text(times[1])}"),
        ("Add the times.", text(sum(times, Fraction(0)))),
        ("Divide the whole distance by the whole time.", text(answer)),
    )
    return Draft(question, answer, steps, (_SPEED,), wrong)


def _removed(rng: Generator) -> Draft | None:
    count, mean, value = integer(rng, 5, 20), integer(rng, 5, 60), nonzero(rng, 90)
    drop = integer(rng, 2, 3)
    answer = Fraction(count * mean - drop * value, count - drop)
    if value == mean:
        return None
    amount = {2: "Two", 3: "Three"}[drop]
    question = (
        f"The mean of {count} numbers is {mean}. {amount} of them, with a mean of {value}, are taken away. "
        "What is the mean of the rest?"
    )
    wrong = (
        Wrong("keeps_count", Fraction(count * mean - drop * value, count), "You divided by the old number of values."),
        Wrong("subtracts_means", mean - value, "You subtracted the means."),
        Wrong(
            "takes_one_away",
            Fraction(count * mean - value, count - drop),
            "You took the mean of the removed values for their sum.",
        ),
        Wrong(
            "adds_removed",
            Fraction(count * mean + drop * value, count + drop),
            "You added the values instead of removing them.",
        ),
        Wrong("averages_means", Fraction(mean + value, 2), "You averaged the two means."),
        Wrong("forgets_total", Fraction(mean - value, count - drop), "You took means for sums."),
    )
    steps = (
        (f"Multiply {mean} by {count} to find the sum of all.", text(count * mean)),
        ("Subtract the sum of the values that are taken away.", text(count * mean - drop * value)),
        ("Divide by the number of values that are left.", text(answer)),
    )
    return Draft(question, answer, steps, (_TOTAL, _GROUPS), wrong)


def _draw(rng: Generator, difficulty: int) -> Draft | None:
    if difficulty <= 2:
        return _list(rng, difficulty)
    if difficulty == 3:
        return _missing(rng)
    if difficulty == 4:
        return _groups(rng) if chance(rng) else _table(rng)
    return _speed(rng) if chance(rng) else _removed(rng)


TOPIC = Topic(
    "averages",
    "Means",
    "Pollatsek, Lima and Well 1981, Concept or computation: students' understanding of the mean, Educational "
    "Studies in "
    "Mathematics 12 (averaging the means); the remaining ones are classic slips",
    _draw,
)
