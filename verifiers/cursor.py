"""The cursor over the tokens of one expression."""

from __future__ import annotations

from sml_env.errors import ExpressionError

__all__ = ["MAX_DEPTH", "Cursor"]

MAX_DEPTH = 60
"""Deepest nesting of brackets, powers and function arguments."""
_END = ""


class Cursor:
    """A position in one list of tokens, and how deep it is nested."""

    __slots__ = ("bars", "depth", "latex", "position", "token", "tokens")

    def __init__(self, tokens: list[str], latex: bool) -> None:
        self.tokens = [*tokens, _END]
        self.latex = latex
        self.position = 0
        self.token = tokens[0]
        self.depth = 0
        self.bars = 0

    def advance(self) -> None:
        """Move to the next token."""
        self.position += 1
        try:
            self.token = self.tokens[self.position]
        except IndexError:
            raise ExpressionError("the expression ends too early") from None

    def expect(self, token: str) -> None:
        """Move past a token that must stand here."""
        if self.token != token:
            raise ExpressionError(f"expected {token!r}, found {self.found()}")
        self.advance()

    def found(self) -> str:
        """Say what stands here, for a message."""
        return repr(self.token[:40]) if self.token else "the end"

    def deeper(self) -> None:
        """Count one more level of nesting."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH}")
