"""Small numbers that name or count the parts of a lesson: step 3, two ways, hint 1 of 4. They state no value."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_labels"]

_SMALL: Final = r"(?:[1-9]|1\d|one|two|three|four|five|six|seven|eight|nine|ten)"
_COUNT: Final = r"(?:[1-9]|10|one|two|three|four|five|six|seven|eight|nine|ten)"
_NAMED: Final = (
    r"step|hint|part|line|row|column|question|sentence|rule|method|page|no\.|case|equation|formula|section|paragraph|item"
    r"|attempt|try|thing|stage|phase|exercise|problem|task|idea|tip|clue|fact|message|round|move|option|chapter|statement"
)
_COUNTED: Final = (
    r"steps?|ways?|things?|parts?|hints?|questions?|quantit(?:y|ies)|unknowns?|equations?|numbers?|facts?|cases?|operations?|sentences?"
    r"|lines?|rows?|columns?|mistakes?|errors?|moves?|stages?|phases?|amounts?|values?|kinds?|types?|sorts?|methods?|approaches|options?"
    r"|ideas?|rules?|tips?|clues?|conditions?|variables?|calculations?|multiplications?|additions?|divisions?|subtractions?|formulas?"
    r"|pieces?\s+of\s+information|expressions?|factors?|terms?|sides?|results?|statements?|routes?|paths?|words?|categories|halves"
    r"|products?|sums?|fractions?|percentages?|prices?|minutes?\s+to|quick|more\s+to\s+go"
)
_LABELS = re.compile(
    rf"\b(?:{_NAMED})s?\s*(?:\#\s*)?{_SMALL}\b(?![.,]?\d|\s*[-+*/^=]|%)(?:\s*(?:,|and|or|to|of|-)\s*{_SMALL}\b(?![.,]?\d|\s*[-+*/^=]))*"
    r"|\bnumber\s+(?:[1-9]|one|two|three|four|five)\b(?![.,:]?\s*\d|\s*[-+*/^=]|%)"
    rf"|(?<![-\w.,/])(?<!ty\s)(?<!red\s)(?<!point\s){_COUNT}(?:\s+|-)(?:(?:more|small|simple|easy|separate|different|main|important|short|little|other|last|first|of|the|these|those|your|its"
    rf"|such|possible|known|given|similar|equal|new|key|basic|quick|like|unknown|missing|single|further|big|good)\s+){{0,3}}(?:{_COUNTED})\b"
    rf"|(?<![-\w.,/])(?<!ty\s)(?:one|two|three|four|five|[1-5])\s+of\s+(?:the|these|those|them|its|your|his|her|their)\b(?:\s+(?:two|three|four|five|[2-9])\b)?"
    rf"|(?:^|(?<=[.!?]\s)|(?<=\n))\s*\(?{_SMALL}[.):]\s+(?=[A-Z])|(?<=[.;:!?,]\s)\([1-9]\)\s+(?=[A-Za-z])"
    rf"|\b(?:[1-9]|1\d)(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)


def without_labels(text: str) -> str:
    """A text without the numbers that name or count the parts of a lesson.

    Args:
        text: As it is read.
    """
    return _LABELS.sub(" ; ", text)
