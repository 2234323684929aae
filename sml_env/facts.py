"""Facts for a teacher that holds some knowledge: predicates chosen by the hypothesis space alone."""

from __future__ import annotations

from typing import Final

import numpy as np

from sml_env.forms import Comparison, Query
from sml_env.problems import HypothesisSpace
from sml_env.semantics import NO, YES, Meaning

__all__ = ["chosen_facts"]

_FACTS: Final = 3
_FACT_BITS: Final = 0.3


def chosen_facts(space: HypothesisSpace, rng: np.random.Generator) -> tuple[Query, ...]:
    """Predicates that a teacher with "knowledge" knows, chosen by the space alone.

    Each tells at least ``_FACT_BITS``, and together they leave at least two candidates whichever is true.
    """
    menu = space.menu
    bits = menu.table_bits(space.prior)
    useful = [
        (query, meant)
        for query, meant, told in zip(menu.queries, menu.meanings, bits, strict=True)
        if query.kind == "predicate" and told >= _FACT_BITS
    ]
    if menu.cuts is not None:
        below = np.cumsum(space.prior)
        rows = np.flatnonzero((below >= 0.25) & (below <= 0.75))
        for row in rng.permutation(rows)[:_FACTS].tolist():
            form = Comparison("x", ">", menu.cuts[row])
            codes = (np.arange(len(space)) > row).astype(np.int8)
            useful.append((Query("predicate", str(form), form), Meaning(codes, (NO, YES), True)))
    chosen: list[Query] = []
    labels = np.zeros(len(space), dtype=np.int64)
    for position in rng.permutation(len(useful)):
        query, meant = useful[int(position)]
        if len(chosen) == _FACTS:
            break
        _, finer = np.unique(labels * len(meant.replies) + meant.codes, return_inverse=True)
        if int(np.bincount(finer.reshape(-1)).min()) > 1:
            labels = finer.reshape(-1)
            chosen.append(query)
    return tuple(chosen)
