"""Units are split off and convert exactly; words that change a value are not units."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sml_env.verifiers.units import split_currency, split_unit


@pytest.mark.parametrize(
    ("text", "number", "unit", "dimensions", "factor"),
    [
        ("42 apples", "42", "apples", (("apple", 1),), "1"),
        ("1 cookie", "1", "cookie", (("cookie", 1),), "1"),
        ("12 cm", "12", "cm", (("length", 1),), "1/100"),
        ("12cm", "12", "cm", (("length", 1),), "1/100"),
        ("12\\text{ cm}^2", "12", "cm^2", (("length", 2),), "1/10000"),
        ("5 m/s", "5", "m/s", (("length", 1), ("time", -1)), "1"),
        ("5 m/s^2", "5", "m/s^2", (("length", 1), ("time", -2)), "1"),
        ("60 miles per hour", "60", "miles per hour", (("length", 1), ("time", -1)), "1397/3125"),
        ("3 square feet", "3", "square feet", (("length", 2),), "145161/1562500"),
        ("2 L", "2", "l", (("length", 3),), "1/1000"),
        ("\\frac{1}{2} cups", "\\frac{1}{2}", "cups", (("cup", 1),), "1"),
        ("$5$ meters", "$5$", "meters", (("length", 1),), "1"),
        ("20 °C", "20", "°C", (("°C", 1),), "1"),
    ],
)
def test_unit_is_split_off(text: str, number: str, unit: str, dimensions: object, factor: str) -> None:
    rest, found = split_unit(text)
    assert found is not None
    assert (rest, found.text, found.dimensions, found.factor) == (number, unit, dimensions, Fraction(factor))


@pytest.mark.parametrize(
    "text",
    [
        "42",
        "5 squared",
        "2 million",
        "3 is wrong",
        "2 pi",
        "3x",
        "3 x",
        "x cm",
        "5 not",
        "5 or so",
        "2 sin",
        "7 percent",
        "90 degrees",
        "3 dozen",
        "42 more",
    ],
)
def test_words_that_change_a_value_are_no_units(text: str) -> None:
    assert split_unit(text) == (text, None)


@pytest.mark.parametrize(("text", "number", "sign"), [("£5", "5", "£"), ("$5", "5", "$"), ("\\$5", "5", "$")])
def test_currency_sign_is_split_off(text: str, number: str, sign: str) -> None:
    rest, unit = split_currency(text)
    assert rest == number and unit is not None and unit.text == sign


def test_dollars_around_a_formula_are_no_currency() -> None:
    assert split_currency("$5$") == ("$5$", None)
