"""Finding the final answer in a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sml_env.verifiers.extraction import MAX_REPLY, extract

CASES = {
    "so \\boxed{\\frac{1}{2}} it is": ("boxed", ("\\frac{1}{2}",)),
    "\\boxed{7} \\boxed{7}": ("boxed", ("7",)),
    "\\boxed{7} or \\boxed{8}": ("boxed", ("7", "8")),
    "\\boxed{\\{1,2\\}}": ("boxed", ("\\{1,2\\}",)),
    "\\boxed{unclosed. The answer is 5": ("words", ("5",)),
    "work 9*2\n#### 18\n": ("hashes", ("18",)),
    "The final answer is 12.": ("words", ("12",)),
    "The answer is 3.5.": ("words", ("3.5",)),
    "Answer: x = 4": ("words", ("x = 4",)),
    "I think it is 6, because 2*3 = 6": ("words", ("6",)),
    "The answer is 5. Or the answer is 6.": ("words", ("6",)),
    "**42**": ("whole", ("42",)),
    " 3/4. ": ("whole", ("3/4",)),
    "": ("whole", ()),
    "x" * (MAX_REPLY + 1): ("whole", ()),
}


@pytest.mark.parametrize(("reply", "expected"), CASES.items(), ids=[case[:24] for case in CASES])
def test_answer_is_found_by_its_strongest_marker(reply: str, expected: tuple[str, tuple[str, ...]]) -> None:
    found = extract(reply)
    assert (found.marker, found.candidates) == expected


@given(st.text(max_size=300))
def test_extraction_is_total_and_invents_nothing(reply: str) -> None:
    for candidate in extract(reply).candidates:
        assert candidate in reply


@given(st.text(alphabet="\\boxed{}# answeris:\n4", max_size=200))
def test_extraction_is_total_on_broken_markers(reply: str) -> None:
    assert all(extract(reply).candidates)
