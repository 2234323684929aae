from __future__ import annotations

import copy
import pickle
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector.utils import batch_space

from sml_env.queries import parse
from sml_env.spaces import Utterance


@pytest.mark.parametrize("text", ["", "2 + 3", "\n", "é", "四十二", "\x00", "\ud800", "🙂", "x" * 100])
def test_any_text_up_to_the_length_is_inside(text: str) -> None:
    assert text in Utterance(100)


@pytest.mark.parametrize("thing", ["x" * 101, None, 42, b"hm", ["hm"], ("hm",), np.array(["hm"])])
def test_longer_texts_and_what_is_no_text_are_outside(thing: Any) -> None:
    assert thing not in Utterance(100)


def test_numpy_texts_are_texts() -> None:
    assert np.str_("hm") in Utterance(100)


def test_samples_are_inside_and_repeat_from_a_seed() -> None:
    space = Utterance(seed=3)
    drawn = [space.sample() for _ in range(500)]
    assert all(text in space for text in drawn)
    space.seed(3)
    assert drawn == [space.sample() for _ in range(500)]
    assert drawn != [space.sample() for _ in range(500)]


def test_samples_exercise_the_parser() -> None:
    """Random agents and environment checkers ask, attempt and babble."""
    space = Utterance(seed=0)
    kinds = {parse(space.sample()).kind for _ in range(2_000)}
    assert {"attempt", "predicate", "value", "step_check", "hint", "diagnosis", "fact", "malformed"} <= kinds


@pytest.mark.parametrize("length", [1, 5, 12])
def test_samples_of_a_short_space_are_short(length: int) -> None:
    space = Utterance(length, seed=1)
    assert all(len(space.sample()) <= length for _ in range(200))


def test_masks_are_ignored() -> None:
    assert isinstance(Utterance(seed=0).sample(mask=(None, None)), str)
    assert isinstance(Utterance(seed=0).sample(probability=(None, None)), str)


def test_spaces_are_equal_by_their_length() -> None:
    assert Utterance(10) == Utterance(10)
    assert Utterance(10) != Utterance(11)
    assert Utterance(10) != gym.spaces.Text(10)
    assert len({Utterance(10), Utterance(10), Utterance(11)}) == 2


def test_the_repr_is_short() -> None:
    """An alphabet in it would fill the screen."""
    assert repr(Utterance(10)) == "Utterance(max_length=10)"


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda space: pickle.loads(pickle.dumps(space))])
def test_copies_draw_the_same(clone: Any) -> None:
    space = Utterance(50, seed=9)
    space.sample()
    twin = clone(space)
    assert twin == space
    assert [twin.sample() for _ in range(20)] == [space.sample() for _ in range(20)]


def test_batched_spaces_are_tuples_whose_members_draw_differently() -> None:
    batched = batch_space(Utterance(50, seed=0), 3)
    assert isinstance(batched, gym.spaces.Tuple)
    drawn = [batched.sample() for _ in range(20)]
    assert all(sample in batched for sample in drawn)
    assert any(len(set(sample)) > 1 for sample in drawn)
