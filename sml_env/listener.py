"""The ideal listener: reasons perfectly from what was said, and cannot solve the problem alone.

It knows what is public (the hypotheses, their prior, the teacher's channel) and never the truth.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sml_env.domains import MATHEMATICS, Domain
from sml_env.forms import Quantity, Query, Residue
from sml_env.information import Channel, FloatArray, entropy_bits, posterior, target_belief
from sml_env.menu import Menu
from sml_env.problems import HypothesisSpace
from sml_env.rules import same_target, stated_hypothesis, verdict_bits
from sml_env.semantics import Meaning

__all__ = ["Listener", "asks_outright", "open_refusal"]

_ROUNDING: Final = 1e-9


def asks_outright(query: Query) -> bool:
    """Whether the query asks for the answer itself."""
    return isinstance(query.form, Quantity) and query.form.quantity == "value"


class Listener:
    """The belief over one problem's hypotheses.

    Args:
        space: The hypotheses.
        cap_bits: The most that one query may tell, in expected bits.
        domain: What queries mean.
    """

    def __init__(self, space: HypothesisSpace, cap_bits: float, domain: Domain = MATHEMATICS) -> None:
        self.space = space
        self.domain = domain
        self.belief: FloatArray = space.prior
        self.entropy: float = space.prior_entropy
        self._cap = cap_bits
        self._best: tuple[FloatArray | None, Menu | None, float] = (None, None, 0.0)

    def meaning(self, query: Query) -> Meaning | None:
        """What a query means under each hypothesis; ``None`` where it is not a question about the answer."""
        return self.domain.meaning(query, self.space.answers)

    def stated(self, meant: Meaning | None) -> int | None:
        """The hypothesis that a yes-or-no query states in disguise: the only live one for which it is true."""
        if meant is None or not meant.binary:
            return None
        row = int(stated_hypothesis(meant.codes == 1, self.belief, self.space.target))
        return None if row < 0 else row

    def tells_too_much(self, meant: Meaning | None) -> bool:
        """Whether the true reply would tell more than the cap, from the query and the belief alone."""
        if meant is None or (meant.binary and self._cap >= 1.0):
            return False
        return self.expected_bits(Channel(meant.replies, meant.codes)) > self._cap + _ROUNDING

    def expected_bits(self, channel: Channel) -> float:
        """What a reply of this channel tells about the target in expectation, in bits."""
        return channel.expected_bits(self.belief, self.space.target)

    def best_bits(self, menu: Menu | None, every: bool = False) -> float:
        """The most that any query of a menu tells now, in bits; 0 for no menu.

        Yes-or-no questions about two live targets are left out, being attempts, unless ``every`` query counts.
        """
        if menu is None:
            return 0.0
        if self._best[0] is not self.belief or self._best[1] is not menu:
            live = np.count_nonzero(target_belief(self.belief, self.space.target))
            best = menu.best_bits(self.belief, self._cap, self.space.target, binary=every or bool(live > 2))
            self._best = (self.belief, menu, best)
        return self._best[2]

    def hear(self, likelihood: FloatArray | None) -> None:
        """Update on a reply, given P(reply | hypothesis) of shape ``(N,)``; ``None`` where it tells nothing.

        A reply that is impossible under every live hypothesis (a verdict on something outside the space) is ignored.
        """
        if likelihood is None:
            return
        try:
            self.belief = posterior(self.belief, likelihood)
        except ValueError:
            return
        self.entropy = float(entropy_bits(target_belief(self.belief, self.space.target)))

    def attempt(self, row: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], float]:
        """Under which hypotheses an attempt at one is right, and what its verdict tells in expectation, in bits."""
        right = same_target(row, len(self.space), self.space.target)
        return right, float(verdict_bits(right, self.belief))


def open_refusal(query: Query, cap_bits: float) -> bool:
    """Whether a valued query about an open problem could tell more than the cap, whatever the answer is."""
    form = query.form
    return isinstance(form, Residue) and form.remainder is None and float(np.log2(form.modulus)) > cap_bits
