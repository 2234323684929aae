"""Reply tables, the parts of their questions, and how much memory they take."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from sml_env.parts import HeldParts, Parts, ScannedParts
from sml_env.tables import DenseTable, LazyTable, ReplyTable, partition_bits, tabulated

MEGABYTE = 2**20


def moduli(queries: int, hypotheses: int) -> LazyTable:
    """Query q asks for the remainder modulo q + 2."""
    return LazyTable((queries, hypotheses), lambda rows, columns: columns % (rows + 2))


def entropies(table: ReplyTable, live: np.ndarray, weights: np.ndarray) -> list[float]:
    found = []
    for query in range(table.shape[0]):
        codes = table.codes(np.array(query), live)
        masses = np.array([weights[codes == code].sum() for code in np.unique(codes)])
        found.append(float(-(masses * np.log2(masses)).sum()))
    return found


def test_a_small_table_is_held_and_replies_the_same() -> None:
    lazy = moduli(6, 50)
    dense = tabulated(lazy)
    assert isinstance(dense, DenseTable)
    rows, columns = np.arange(6)[:, None], np.arange(50)
    np.testing.assert_array_equal(dense.codes(rows, columns), lazy.codes(rows, columns))


def test_a_large_table_is_left_as_it_is() -> None:
    lazy = moduli(64, 10**6)
    assert tabulated(lazy) is lazy


def test_partition_bits_are_the_entropies_of_the_replies() -> None:
    table = moduli(9, 100)
    live = np.flatnonzero(np.random.default_rng(0).random(100) < 0.4)
    weights = np.random.default_rng(1).random(len(live))
    weights /= weights.sum()
    np.testing.assert_allclose(partition_bits(table, live, weights, 10), entropies(table, live, weights), atol=1e-12)
    some = np.array([7, 2])
    np.testing.assert_allclose(
        partition_bits(table, live, weights, 10, some), partition_bits(table, live, weights, 10)[some], atol=0.0
    )


@pytest.mark.parametrize("held", [False, True])
def test_partition_bits_of_a_million_hypotheses_take_bounded_memory(held: bool) -> None:
    hypotheses, queries = 10**6, 64
    table: ReplyTable = moduli(queries, hypotheses)
    if held:
        table = DenseTable(np.tile(np.arange(hypotheses) % 60, (queries, 1)).astype(np.int8))
    live, weights = np.arange(hypotheses), np.full(hypotheses, 1.0 / hypotheses)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    bits = partition_bits(table, live, weights, queries + 2)
    most = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert bits.shape == (queries,)
    assert most < 200 * MEGABYTE, f"{most / MEGABYTE:.0f} MB"


@pytest.mark.parametrize("kind", [HeldParts, ScannedParts])
def test_parts_are_the_hypotheses_of_each_reply(kind: type[HeldParts | ScannedParts]) -> None:
    table = moduli(7, 90)
    found: Parts = kind(table, 9)
    questions, replies = np.array([3, 0, 6, 3]), np.array([4, 1, 8, 0])
    expected = [np.flatnonzero(np.arange(90) % (q + 2) == r) for q, r in zip(questions, replies, strict=True)]
    np.testing.assert_array_equal(found.members(questions, replies), np.concatenate(expected))
    np.testing.assert_array_equal(found.count(questions, replies), [len(part) for part in expected])
    every, uniform = np.arange(90), np.full(90, 1.0 / 90)
    np.testing.assert_allclose(found.bits(questions), np.array(entropies(table, every, uniform))[questions], atol=1e-12)
    np.testing.assert_array_equal(found.counts(questions)[:, 0], [len(range(0, 90, q + 2)) for q in questions])


@pytest.mark.parametrize("kind", [HeldParts, ScannedParts])
def test_no_question_has_no_parts(kind: type[HeldParts | ScannedParts]) -> None:
    found: Parts = kind(moduli(7, 90), 9)
    none = np.zeros(0, dtype=np.int64)
    assert len(found.members(none, none)) == len(found.count(none, none)) == len(found.bits(none)) == 0
