"""The generated stories: each has a quantity, a rule and the meaning of a word, any of which may be withheld."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import numpy as np

from sml_env.envs.clarifications.facts import IRRELEVANT, Fact

__all__ = ["NAMES", "STORIES", "Story", "distractions"]

NAMES: Final = ("Ada", "Ben", "Chen", "Dora", "Emil", "Fatima", "Goran", "Hana", "Ivo", "Joan", "Kemal", "Lena")


@dataclass(frozen=True, slots=True)
class Story:
    """One story with its numbers.

    Attributes:
        opening: What is given in any case.
        facts: A quantity, a rule and a meaning.
        question: The last sentence.
        answer: From the options of the three facts to the answer; exact.
    """

    opening: str
    facts: tuple[Fact, Fact, Fact]
    question: str
    answer: Callable[[int, int, int], Fraction | int]


def _three(rng: np.random.Generator, low: int, high: int, step: int = 1) -> list[int]:
    """Three different multiples of a step, ascending."""
    return sorted(rng.choice(np.arange(low, high + 1, step), 3, replace=False).tolist())


def _one(rng: np.random.Generator, low: int, high: int, step: int = 1) -> int:
    return int(rng.choice(np.arange(low, high + 1, step)))


def _quantity(name: str, keys: Sequence[str], told: str, values: Sequence[object], vague: str) -> Fact:
    return Fact(name, "quantity", tuple(keys), tuple(told.format(value) for value in values), vague)


def _rule(name: str, keys: Sequence[str], options: Sequence[str], vague: str) -> Fact:
    return Fact(name, "rule", tuple(keys), tuple(options), vague)


def _meaning(name: str, keys: Sequence[str], told: str, values: Sequence[object], vague: str = "") -> Fact:
    return Fact(name, "meaning", tuple(keys), tuple(told.format(value) for value in values), vague)


def _pens(rng: np.random.Generator, who: str) -> Story:
    boxes, price = _one(rng, 3, 9), _one(rng, 3, 6)
    held, off, units = _three(rng, 6, 30, 6), (0, *sorted(rng.choice([4, 5, 6, 8, 10], 2, replace=False))), (1, 2, 3)
    return Story(
        f"{who} buys {boxes} boxes of pens for a school.",
        (
            _quantity("the number of pens in a box", ("pen box", "many pen"), "There are {} pens in a box.", held,
                      "All boxes hold the same number of pens."),
            _rule("the discount", ("discount", "offer", "reduction"),
                  ("The shop gives no discount.", *(f"The shop takes ${less} off the total." for less in off[1:])),
                  "The shop has its own rule for discounts."),
            _meaning("what the price is for", ("price", "cost", "dollar for"), "{}",
                     (f"The price of ${price} is for a single pen.", f"The price of ${price} is for two pens.",
                      f"The price of ${price} is for three pens."), f"The price is ${price}."),
        ),
        f"How many dollars does {who} pay in all?",
        lambda q, r, m: Fraction(boxes * held[q] * price, units[m]) - int(off[r]),
    )  # fmt: skip


def _train(rng: np.random.Generator, who: str) -> Story:
    distance, speeds, legs = (
        _one(rng, 120, 360, 120),
        sorted(rng.choice([40, 60, 80, 120], 3, replace=False)),
        (1, 2, 4),
    )
    return Story(
        f"{who} takes a train to a town {distance} kilometres away.",
        (
            _quantity("the speed of the train", ("speed", "fast"), "The train goes {} kilometres an hour.", speeds,
                      "The train always goes at the same speed."),
            _rule("how long the train waits", ("wait", "stop", "border"),
                  ("The train never waits.", "The train waits 10 minutes in all.",
                   "The train waits 20 minutes in all."),
                  "It may have to wait on the way."),
            _meaning("what the trip is", ("trip", "way", "back"), "{}",
                     ("The trip is one way.", "The trip is there and back.", "The trip is there and back, twice.")),
        ),
        "How many minutes does the trip take?",
        lambda q, r, m: Fraction(60 * distance * legs[m], int(speeds[q])) + 10 * r,
    )  # fmt: skip


def _fence(rng: np.random.Generator, who: str) -> Story:
    length, apart, sides, ends = (
        _one(rng, 24, 120, 12),
        sorted(rng.choice([2, 3, 4, 6], 3, replace=False)),
        (1, 2, 4),
        (1, -1, 0),
    )
    return Story(
        f"{who} builds a straight fence. Somebody measured {length} metres.",
        (
            _quantity("the distance between posts", ("distance", "apart", "between", "spacing"),
                      "The posts stand {} metres apart.", apart, "The posts stand at equal distances."),
            _rule("the posts at the ends", ("end",),
                  ("There is a post at both ends.", "There is no post at the ends.",
                   "There is a post at one end only."),
                  "There is a rule for the two ends."),
            _meaning("what was measured", ("measure", "measured", "metre"), "What was measured is {}.",
                     ("the whole fence", "half of the fence", "a quarter of the fence")),
        ),
        "How many posts are needed?",
        lambda q, r, m: Fraction(length * sides[m], int(apart[q])) + ends[r],
    )  # fmt: skip


def _cakes(rng: np.random.Generator, who: str) -> Story:
    batches, grams, cakes = _one(rng, 2, 7), _three(rng, 150, 400, 50), _three(rng, 2, 6)
    return Story(
        f"{who} bakes {batches} batches of cakes.",
        (
            _quantity("the flour for a cake", ("flour",), "A cake takes {} grams of flour.", grams,
                      "All cakes take the same flour."),
            _rule("how many spare cakes there are", ("spare", "extra"),
                  ("There are no spare cakes.", "One more cake is baked as a spare.",
                   "Two more cakes are baked as spares."),
                  "There is a custom about spare cakes."),
            _meaning("what a batch is", ("batch", "batche"), "A batch is {} cakes.", cakes),
        ),
        "How many grams of flour are needed?",
        lambda q, r, m: (batches * cakes[m] + r) * grams[q],
    )  # fmt: skip


def _wages(rng: np.random.Generator, who: str) -> Story:
    weeks, rate, hours, bonus = _one(rng, 2, 6), _one(rng, 11, 19), _three(rng, 4, 9), (0, 40, 90)
    return Story(
        f"{who} works for {weeks} weeks at ${rate} an hour.",
        (
            _quantity("the hours of a working day", ("hour", "long"), "A working day has {} hours.", hours,
                      "All working days are equally long."),
            _rule("the bonus", ("bonus",),
                  ("There is no bonus.", "At the end there is a bonus of $40.", "At the end there is a bonus of $90."),
                  "The contract has a clause about a bonus."),
            _meaning("what a week is", ("week",), "A week means {} working days.", (5, 6, 7)),
        ),
        f"How many dollars does {who} earn?",
        lambda q, r, m: weeks * (5 + m) * hours[q] * rate + bonus[r],
    )  # fmt: skip


def _tank(rng: np.random.Generator, who: str) -> Story:
    shifts, flow, minutes = _one(rng, 2, 8), _three(rng, 8, 30), _three(rng, 15, 45, 5)
    return Story(
        f"{who} pumps water into an empty tank for {shifts} shifts.",
        (
            _quantity("the flow of the pump", ("flow", "pump", "litre minute"), "The pump moves {} litres a minute.",
                      flow, "The pump runs evenly."),
            _rule("what the tank loses", ("lose", "leak", "loss"),
                  ("The tank loses nothing.", "The tank loses 2 litres a minute while the pump runs.",
                   "The tank loses 5 litres a minute while the pump runs."), "The tank may leak while the pump runs."),
            _meaning("what a shift is", ("shift",), "A shift is {} minutes.", minutes),
        ),
        "How many litres are in the tank at the end?",
        lambda q, r, m: shifts * minutes[m] * (flow[q] - (0, 2, 5)[r]),
    )  # fmt: skip


def _museum(rng: np.random.Generator, who: str) -> Story:
    pupils, adults, price = _one(rng, 18, 30), _one(rng, 2, 6, 2), _three(rng, 4, 14, 2)
    return Story(
        f"{who} takes a group to a museum, with {adults} adults. A class has {pupils} pupils.",
        (
            _quantity("the price of a ticket", ("price", "ticket", "cost"), "A ticket for a pupil costs ${}.", price,
                      "All pupils pay the same for a ticket."),
            _rule("what adults pay", ("adult", "grown"),
                  ("Adults go in free.", "Adults pay half of what a pupil pays.", "Adults pay as much as a pupil."),
                  "The museum has a rule for adults."),
            _meaning("what the group is", ("group", "class", "classe"), "The group is {}.",
                     ("one class", "two classes", "three classes")),
        ),
        "How many dollars do the tickets cost in all?",
        lambda q, r, m: Fraction(price[q] * adults * r, 2) + pupils * (m + 1) * price[q],
    )  # fmt: skip


def _savings(rng: np.random.Generator, who: str) -> Story:
    saved, years = _three(rng, 20, 120, 20), _one(rng, 2, 5)
    return Story(
        f"{who} saves the same amount every month for {years} years.",
        (
            _quantity("the amount saved a month", ("amount", "month", "much save"), "Every month ${} are saved.", saved,
                      "It is always a round amount."),
            _rule("what the bank adds", ("bank", "add", "interest"),
                  ("The bank adds nothing.", "At the end the bank adds 5% of all that was saved.",
                   "At the end the bank adds 10% of all that was saved."), "The bank may add something at the end."),
            _meaning("what a year is", ("year",), "A year means {} months here.", (9, 10, 12)),
        ),
        f"How many dollars does {who} have at the end?",
        lambda q, r, m: Fraction(saved[q] * years * (9, 10, 12)[m] * (100 + 5 * r), 100),
    )  # fmt: skip


def _parking(rng: np.random.Generator, who: str) -> Story:
    hours, price, days = _one(rng, 3, 9), _three(rng, 3, 8), _three(rng, 1, 5)
    return Story(
        f"{who} parks a car for {hours} hours a day.",
        (
            _quantity("the price of an hour", ("price", "cost", "hour"), "An hour costs ${}.", price,
                      "Each hour costs the same."),
            _rule("the fees", ("fee", "free"),
                  ("There are no fees and nothing is free.", "There is one fee of $2 in all.",
                   "The very first hour is free."), "A sign tells about fees and free time."),
            _meaning("how long the stay is", ("stay", "day", "long"), "The stay is {} days long.", days),
        ),
        f"How many dollars does {who} pay for the stay?",
        lambda q, r, m: hours * days[m] * price[q] + (0, 2, -price[q])[r],
    )  # fmt: skip


def _orchard(rng: np.random.Generator, who: str) -> Story:
    rows, apples, trees = _one(rng, 3, 9), _three(rng, 40, 150, 10), _three(rng, 5, 12)
    return Story(
        f"{who} picks all apples of {rows} rows of trees.",
        (
            _quantity("the number of apples on a tree", ("apple", "tree bear"), "A tree bears {} apples.", apples,
                      "All trees bear the same number."),
            _rule("how many rot", ("rot", "bad", "spoil"),
                  ("None of the apples rot.", "A tenth of the apples rot.", "A fifth of the apples rot."),
                  "Some apples may rot before they are sold."),
            _meaning("what a row is", ("row",), "A row is {} trees.", trees),
        ),
        "How many good apples are there?",
        lambda q, r, m: Fraction(rows * trees[m] * apples[q] * (10 - r), 10),
    )  # fmt: skip


def _printing(rng: np.random.Generator, who: str) -> Story:
    pupils, pages = _one(rng, 16, 32), _three(rng, 4, 40, 4)
    return Story(
        f"{who} prints a booklet for everyone in a class of {pupils} pupils.",
        (
            _quantity("the number of pages", ("page", "long"), "The booklet has {} pages.", pages,
                      "All booklets are the same."),
            _rule("how pages are printed", ("printed", "print", "side", "sheet"),
                  ("One page is printed on a sheet.", "Two pages are printed on a sheet.",
                   "Four pages are printed on a sheet."), "The office has a rule for printing."),
            _meaning("who everyone is", ("everyone", "teacher", "who"), "Everyone means {}.",
                     ("the pupils", "the pupils and one teacher", "the pupils and two teachers")),
        ),
        "How many sheets of paper are needed?",
        lambda q, r, m: Fraction((pupils + m) * pages[q], 2**r),
    )  # fmt: skip


def _runner(rng: np.random.Generator, who: str) -> Story:
    sessions, lap, laps = _one(rng, 2, 7), _three(rng, 200, 800, 100), _three(rng, 3, 8)
    return Story(
        f"{who} trains {sessions} times on a track.",
        (
            _quantity("the length of a lap", ("length", "lap long", "lap metre"), "A lap is {} metres.", lap,
                      "Each lap is equally long."),
            _rule("the warm-up", ("warm", "warmup"),
                  ("There is no warm-up.", "Before each training there is a warm-up of 150 metres.",
                   "Before each training there is a warm-up of 250 metres."), "The coach has a rule for the warm-up."),
            _meaning("what a training is", ("training", "many lap"), "A training is {} laps.", laps),
        ),
        f"How many metres does {who} run in all?",
        lambda q, r, m: sessions * (laps[m] * lap[q] + (0, 150, 250)[r]),
    )  # fmt: skip


def _tiles(rng: np.random.Generator, who: str) -> Story:
    width, depth, sides = (
        _one(rng, 3, 6),
        _one(rng, 3, 6),
        sorted(rng.choice([10, 20, 25, 50], 3, replace=False).tolist()),
    )
    return Story(
        f"{who} tiles floors. A room is {width} metres by {depth} metres.",
        (
            _quantity("the side of a tile", ("tile", "size"), "A tile is a square of {} centimetres.", sides,
                      "All tiles are squares of one size."),
            _rule("how many are bought for waste", ("waste", "broken", "reserve"),
                  ("Nothing is bought for waste.", "A tenth more is bought for waste.",
                   "A fifth more is bought for waste."),
                  "The builder has a rule about waste."),
            _meaning("how many rooms there are", ("room",), "There are {} rooms.", (2, 3, 4)),
        ),
        "How many tiles are bought?",
        lambda q, r, m: Fraction(width * depth * 10_000 * (m + 2) * (10 + r), 10 * sides[q] ** 2),
    )  # fmt: skip


def _truck(rng: np.random.Generator, who: str) -> Story:
    loads, weight, crates = _one(rng, 2, 6), _three(rng, 12, 40, 2), _three(rng, 8, 24, 2)
    return Story(
        f"{who} moves {loads} loads with a truck.",
        (
            _quantity("the weight of a crate", ("weight", "weigh", "heavy"), "A crate weighs {} kilograms.", weight,
                      "All crates are equally heavy."),
            _rule("what is counted of the pallets", ("pallet",),
                  ("Pallets are not counted.", "Each load has one pallet of 15 kilograms, which is counted.",
                   "Each load has two pallets of 15 kilograms, which are counted."), "There is a rule about pallets."),
            _meaning("what a load is", ("load",), "A load is {} crates.", crates),
        ),
        "How many kilograms is that in all?",
        lambda q, r, m: loads * (crates[m] * weight[q] + 15 * r),
    )  # fmt: skip


def _calls(rng: np.random.Generator, who: str) -> Story:
    calls, cents, minutes = _one(rng, 3, 12), _three(rng, 3, 15), _three(rng, 25, 60, 5)
    return Story(
        f"{who} makes {calls} phone calls.",
        (
            _quantity("the price of a minute", ("price", "cost", "cent"), "A minute costs {} cents.", cents,
                      "Each minute that is not free costs the same."),
            _rule("how many minutes are free", ("free",),
                  ("No minutes are free.", "The first 10 minutes of each call are free.",
                   "The first 20 minutes of each call are free."), "The contract may give free minutes."),
            _meaning("how long a call is", ("long", "call last", "length"), "A call lasts {} minutes.", minutes),
        ),
        f"How many cents does {who} pay?",
        lambda q, r, m: calls * (minutes[m] - 10 * r) * cents[q],
    )  # fmt: skip


STORIES: Final[Mapping[str, Callable[[np.random.Generator, str], Story]]] = MappingProxyType(
    {
        "calls": _calls,
        "cakes": _cakes,
        "fence": _fence,
        "museum": _museum,
        "orchard": _orchard,
        "parking": _parking,
        "pens": _pens,
        "printing": _printing,
        "runner": _runner,
        "savings": _savings,
        "tank": _tank,
        "tiles": _tiles,
        "train": _train,
        "truck": _truck,
        "wages": _wages,
    }
)
"""The stories by name."""


def distractions(rng: np.random.Generator, who: str, count: int) -> tuple[Fact, ...]:
    """Facts that the answer does not depend on, drawn from those that fit any story."""
    ages, windows, brothers = _three(rng, 16, 70), _three(rng, 4, 16), _three(rng, 1, 6)
    pool = (
        ("the colour of the jacket", ("colour", "color", "jacket"), "The jacket is {}.", ("red", "green", "blue"),
         f"{who} wears a new jacket."),
        (f"the age of {who}", ("age", "old"), f"{who} is {{}} years old.", ages, f"It is {who}'s birthday."),
        ("the weather", ("weather",), "The weather is {}.", ("sunny", "rainy", "windy"), "The weather is as expected."),
        ("the weekday", ("weekday",), "The weekday is {}.", ("Monday", "Thursday", "Saturday"),
         f"{who} remembers the weekday well."),
        ("the name of the street", ("street",), "The street is called {}.", ("Mill Lane", "High Street", "Park Road"),
         "It all happens in one street."),
        ("the number of windows", ("window",), "The house next door has {} windows.", windows,
         "The house next door has many windows."),
        ("the breakfast", ("breakfast",), "Breakfast was {}.", ("bread", "porridge", "fruit"), f"{who} had breakfast."),
        ("the name of the dog", ("dog",), "The dog is called {}.", ("Rex", "Bella", "Max"), "A dog is there as well."),
        ("the number of brothers", ("brother",), f"{who} has {{}} brothers.", brothers, f"{who} has brothers."),
        ("the song", ("song", "music"), "The song is {}.", ("an old one", "a slow one", "a loud one"),
         f"{who} hums a song."),
    )  # fmt: skip
    chosen = sorted(rng.choice(len(pool), count, replace=False).tolist())
    return tuple(
        Fact(name, IRRELEVANT, keys, tuple(told.format(value) for value in values), vague)
        for name, keys, told, values, vague in (pool[place] for place in chosen)
    )
