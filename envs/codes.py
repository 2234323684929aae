"""Codes of coloured pegs: all of them in lexicographic order, the feedback between them, and how guesses are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import permutations, product
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from sml_env.domains import Candidates
from sml_env.forms import Claim, Query
from sml_env.queries import MAX_CHARACTERS, parse
from sml_env.semantics import Meaning
from sml_env.tables import LazyTable, ReplyTable, tabulated
from sml_env.verifiers.base import Status, Verdict

__all__ = ["ALPHABET", "CodeDomain", "CodeGame", "Codes"]

ALPHABET: Final = "0123456789abcdefghijklmnopqrstuvwxyz"

Rows = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.integer]
_SEPARATORS: Final = re.compile(r"[\s,;.\-_]+")
_GUESS: Final = re.compile(
    r"(?:(?:(?:my|i|the) )?(?:final answer|guess|answer|try|code)(?: is)?|is it|x)? ?(?:==?|:)? ?"
    r"(?:\\boxed ?\{)? ?(?P<code>[^{}?!]{1,80}?) ?\}? ?[?!.]*",
    re.IGNORECASE,
)
MAX_GUESS: Final = 120
"""Characters of an utterance that is read as a guess, single spaces between its words."""

_PASSED_ON: Final = frozenset({"hint", "diagnosis", "fact"})


@dataclass(frozen=True, eq=False)
class Codes:
    """Codes as candidates: one, or all of a game.

    Attributes:
        rows: Shape ``(N, pegs)``: colours by number, rows in lexicographic order.
        symbols: The colours' symbols.
    """

    rows: Rows
    symbols: str
    kind: str = "code"

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, index: int) -> str:
        """One code, a symbol for each peg."""
        return "".join(self.symbols[colour] for colour in self.rows[index])

    def only(self, index: int) -> Codes:
        """One code alone."""
        return Codes(self.rows[index : index + 1], self.symbols)

    def index_of(self, text: str) -> int | None:
        """Which of them a text is, or ``None``."""
        return self._index.get(text)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {self.text(row): row for row in range(len(self))}

    @cached_property
    def counts(self) -> Rows:
        """How often each colour occurs, shape ``(N, colours)``."""
        counts = np.zeros((len(self.rows), len(self.symbols)), dtype=np.uint8)
        for peg in range(self.rows.shape[1]):
            counts[np.arange(len(self.rows)), self.rows[:, peg]] += 1
        return counts


@dataclass(frozen=True, slots=True)
class CodeGame:
    """The settings of a game.

    Attributes:
        pegs: Of a code.
        colours: That a peg may have.
        repeats: Whether a colour may occur more than once.
        feedback: ``"black-white"``, ``"bulls-cows"`` (the same in other words), or ``"black"`` alone.
    """

    pegs: int
    colours: int
    repeats: bool
    feedback: str

    @property
    def symbols(self) -> str:
        """The colours: digits from 1, with 0 where there are ten, letters after them."""
        return ALPHABET[1 : self.colours + 1] if self.colours < 10 else ALPHABET[: self.colours]

    def codes(self) -> Codes:
        """All codes, in lexicographic order."""
        drawn = product(range(self.colours), repeat=self.pegs)
        chosen = drawn if self.repeats else permutations(range(self.colours), self.pegs)
        return Codes(np.array(list(chosen), dtype=np.uint8).reshape(-1, self.pegs), self.symbols)

    @property
    def scores(self) -> tuple[tuple[int, int], ...]:
        """Black and white pegs that may be told, the winning ones first."""
        pegs = self.pegs
        if self.feedback == "black":
            return tuple((black, 0) for black in range(pegs, -1, -1))
        both = [(black, white) for black in range(pegs, -1, -1) for white in range(pegs - black, -1, -1)]
        return tuple(score for score in both if score != (pegs - 1, 1))

    @property
    def replies(self) -> tuple[str, ...]:
        """The words for each of the scores."""
        if self.feedback == "black":
            return tuple(f"{black} black." for black, _ in self.scores)
        one, other = ("bulls", "cows") if self.feedback == "bulls-cows" else ("black", "white")
        return tuple(f"{black} {one}, {white} {other}." for black, white in self.scores)

    def feedbacks(self, guesses: Codes, codes: Codes, first: Indices, second: Indices) -> npt.NDArray[np.int8]:
        """Which of the scores a guess gets, for rows of both that broadcast against each other."""
        black: npt.NDArray[np.int64] = np.zeros(np.broadcast_shapes(first.shape, second.shape), dtype=np.int64)
        common = black.copy()
        for peg in range(self.pegs):
            black += guesses.rows[first, peg] == codes.rows[second, peg]
        if self.feedback == "black":
            return np.asarray(self._ranks[black, 0])
        for colour in range(self.colours):
            common += np.minimum(guesses.counts[first, colour], codes.counts[second, colour])
        return np.asarray(self._ranks[black, common - black])

    @property
    def _ranks(self) -> npt.NDArray[np.int8]:
        ranks = np.full((self.pegs + 1, self.pegs + 1), -1, dtype=np.int8)
        for rank, score in enumerate(self.scores):
            ranks[score] = rank
        return ranks

    def table(self, codes: Codes) -> ReplyTable:
        """The feedback of each guess under each code; held as an array where it is not too large."""
        size = len(codes)
        return tabulated(LazyTable((size, size), partial(self.feedbacks, codes, codes)))


class Guesses(Sequence[Query]):
    """The codes as queries, made when asked for."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, index: int) -> Query: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Query]: ...
    def __getitem__(self, index: int | slice) -> Query | Sequence[Query]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        return guess(self._codes.text(range(len(self))[index]))


class Feedbacks(Sequence[Meaning]):
    """The feedback of each guess under every code, made when asked for."""

    def __init__(self, table: ReplyTable, replies: tuple[str, ...]) -> None:
        self._table = table
        self._replies = replies

    def __len__(self) -> int:
        return self._table.shape[0]

    @overload
    def __getitem__(self, index: int) -> Meaning: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Meaning]: ...
    def __getitem__(self, index: int | slice) -> Meaning | Sequence[Meaning]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        row = np.array(range(len(self))[index])
        return Meaning(self._table.codes(row, np.arange(self._table.shape[1])), self._replies, False)


def guess(text: str) -> Query:
    """The guess of a code."""
    return Query("guess", f"guess {text}", Claim(text))


class CodeDomain:
    """How guesses are read and answered.

    Args:
        game: The settings.
    """

    def __init__(self, game: CodeGame) -> None:
        self._game = game
        self._symbols = frozenset(game.symbols)
        example = game.symbols[: game.pegs] if game.pegs <= game.colours else game.symbols[0] * game.pegs
        repeats = "" if game.repeats else " different"
        self.help = (
            f"I did not understand. Guess a code of {game.pegs}{repeats} symbols out of {game.symbols}, as in: "
            f"guess {example}"
        )

    def parse(self, utterance: object) -> Query:
        """A guess, or what else a student may say of any problem; total."""
        if not isinstance(utterance, str) or len(utterance) > MAX_CHARACTERS:
            return parse(utterance)
        words = " ".join(utterance.split())
        found = _GUESS.fullmatch(words) if len(words) <= MAX_GUESS else None
        code = None if found is None else self._code(found["code"])
        if code is not None:
            return guess(code)
        query = parse(utterance)
        if query.kind in _PASSED_ON:
            return query
        if query.kind == "attempt" and isinstance(query.form, Claim):
            code = self._code(query.form.value or "")
            if code is not None:
                return guess(code)
        return Query("malformed", "", None, "that is not a guess of this game")

    def _code(self, text: str) -> str | None:
        code = _SEPARATORS.sub("", text.strip("()[]\"' ")).lower()
        known = len(code) == self._game.pegs and self._symbols.issuperset(code)
        return code if known and (self._game.repeats or len(set(code)) == len(code)) else None

    def refusal(self, query: Query) -> str | None:
        """Nothing is refused."""
        return None

    def meaning(self, query: Query, candidates: Candidates) -> Meaning | None:
        """No question but a guess is about the code."""
        return None

    def judge(self, value: str, answer: str) -> Verdict:
        """Whether the guess is the code."""
        code = self._code(value)
        if code is None:
            return Verdict(Status.UNPARSABLE, "code", "not a code of this game")
        right = code == answer
        return Verdict(Status.CORRECT if right else Status.INCORRECT, "code", "the code" if right else "another", code)

    def response(self, value: str, candidates: Candidates) -> Meaning | None:
        """The feedback on a guess under each code."""
        code = self._code(value)
        if code is None or not isinstance(candidates, Codes):
            return None
        guessed = Codes(np.array([[self._game.symbols.index(symbol) for symbol in code]], np.uint8), self._game.symbols)
        row = np.zeros(1, dtype=np.uint8)
        codes = self._game.feedbacks(guessed, candidates, row, np.arange(len(candidates)))
        return Meaning(codes, self._game.replies, False)
