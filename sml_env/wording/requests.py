"""Requests for help: hints ("what should i do first") and facts of the problem ("what is the price per egg")."""

from __future__ import annotations

import re

from sml_env.forms import Query, Topic
from sml_env.wording.lexicon import any_of, phrases

__all__ = ["read_fact", "read_hint"]

_HELP = phrases("""
    a help, any help, clue, clues, don't know how to, don't know what to, don't know where to, get started
    getting started, guidance, guide me, help me, hint, hints, little help, lost
    no idea how, no idea what, no idea where, nudge, point me, pointer, pointers
    push in the right direction, show me a next step, show me a step, show me the next step, show me the step
    some help, starting point, stuck, tip, tips, what comes next, what is next, what now, what's next
""")
_PROCEED = phrases("""
    approach, begin, continue, do this, go about, go on, proceed, set it up, set this up, solve, start, tackle
""")
_HINT = re.compile(
    rf"""
    \b (?: {any_of(*_HELP)}
      | where \s+ {any_of("can", "do", "should", "would")} \s+ {any_of("i", "one", "we")} \s+
        (?: even \s+ )? (?: start | begin )
      | how \s+ {any_of("can", "do", "might", "should", "to", "would")} \s+ (?: {any_of("i", "one", "we", "you")} \s+ )?
        (?: even \s+ )? {any_of(*_PROCEED)}
      | (?: what | which ) (?: 's | \s+ is | \s+ would \s+ be | \s+ should \s+ be | \s+ comes )? \s+
        (?: (?: the | my ) \s+ )? (?: very \s+ )? (?: next | first )
        (?: \s+ {any_of("move", "operation", "step", "thing")} | $ )
      | what \s+ {any_of("can", "do", "must", "should", "would")} \s+ (?: i | we | you ) \s+ (?: try | do )
    ) \b
    """,
    re.VERBOSE,
)

_IS = any_of("are", "is", "was", "were")
_ASK = phrases("""
    any information about, any information on, do we have, do we know, do you have, do you know, give me
    i don't know, i need, i need to know, remind me of, remind me what, remind me what is, remind me what's, say
    share, state, tell me, tell me about, what about
""")
_ABOUT_THING = re.compile(
    rf"""
    (?: {any_of("what", "what's", "whats", "which")} \s* (?: 's | {_IS} )?
      | how \s+ {any_of("big", "far", "fast", "high", "large", "long", "many", "much")} \s+ {_IS}
      | {any_of(*_ASK)} )
    \s+ {any_of("a", "an", "each", "every", "her", "his", "its", "one", "that", "the", "their")}
    \s+ (?P<thing> [a-z][a-z' -]{{1,78}}? ) (?: \s+ {_IS} )?
    """,
    re.VERBOSE,
)
_HOW_MANY = re.compile(
    rf"""
    how \s+ (?: many | much ) \s+ (?P<thing> [a-z][a-z' -]{{1,60}}? ) \s+
    {any_of("are", "did", "do", "does", "has", "have", "is", "was", "were")} \b [a-z' -]*
    """,
    re.VERBOSE,
)
_ANYTHING = re.compile(
    r"""
    what \s+ (?: do | can | else \s+ do ) \s+ you \s+ (?: know | tell \s+ me ) (?: \s+ about \s+ .* )?
    | (?: tell | give ) \s+ me \s+ (?: a | one | some | another ) \s+ (?: facts? | things? )
      (?: \s+ (?: you \s+ know | about \s+ .* ) )?
    """,
    re.VERBOSE,
)
_OFF_TOPIC = phrases("""
    capital, deal, favorite, favourite, going on, joke, like, matter, meaning of life, movie, news, poem, point of
    president, problem, recipe, song, story, time is it, up, weather, your name
""")
_CHATTER = re.compile(rf"\b{any_of(*_OFF_TOPIC)}\b")
_NEXT_STEP = re.compile(
    rf"""
    (?: .* \b {
        any_of(
            "about",
            "for",
            "give",
            "have",
            "know",
            "me",
            "need",
            "on",
            "show",
            "tell",
            "want",
            "what",
            "what's",
            "which",
            "with",
        )
    } \b .* )?
    (?: \b (?: the | a | my ) \s+ )? \b (?: next | first ) \s+ {any_of("move", "operation", "step")} \b [^\d]*
    """,
    re.VERBOSE,
)
_DECLINED = re.compile(r"\b(?:don't|do not|no)\s+(?:want|need)\b")
_WRONG = re.compile(r"\bwrong\b")
_SPACES = re.compile(r"\s+")


def read_hint(clause: str) -> Query | None:
    """A request for the next step: "a hint", "i'm stuck", "what should i do first"."""
    asked = _HINT.search(clause) or _NEXT_STEP.fullmatch(clause)
    return Query("hint", "hint") if asked and not _WRONG.search(clause) and not _DECLINED.search(clause) else None


def read_fact(clause: str) -> Query | None:
    """A question for a fact, by the thing it is about: "what is the price per egg", "how many eggs are there"."""
    if _ANYTHING.fullmatch(clause):
        return Query("fact", "fact", Topic(""))
    found = _ABOUT_THING.fullmatch(clause) or _HOW_MANY.fullmatch(clause)
    if not found or _CHATTER.search(clause):
        return None
    thing = _SPACES.sub(" ", found["thing"]).strip()
    return Query("fact", f"fact {thing}", Topic(thing))
