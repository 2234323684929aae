"""Units are split off; words that change a value are not units."""

from __future__ import annotations

import pytest

from sml_env.verifiers.units import split_unit


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("42 apples", "42", "apple"),
        ("12 cm", "12", "cm"),
        ("12cm", "12", "cm"),
        ("12\\text{ cm}^2", "12", "cm2"),
        ("5 m/s", "5", "m / s"),
        ("\\frac{1}{2} cups", "\\frac{1}{2}", "cup"),
    ],
)
def test_unit_is_split_off(text: str, number: str, unit: str) -> None:
    assert split_unit(text) == (number, unit)


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
    ],
)
def test_words_that_change_a_value_are_no_units(text: str) -> None:
    assert split_unit(text) == (text, None)
