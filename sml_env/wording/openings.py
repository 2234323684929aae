"""Clauses: a sentence without its polite opening ("ok, could you tell me whether") and closing ("please", "or not")."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sml_env.wording.lexicon import any_of, number, phrases, without_ending

__all__ = ["Clause", "clause_of", "last_part"]

_INTERJECTIONS = phrases("""
    ah, ahh, all right, alright, awesome, cool, good, got it, great, hello, hey, hi, i see, interesting, nice
    no, oh, ok, okay, perfect, right, sure, understood, well, yeah, yes
""")
_COURTESIES = phrases("""
    excuse me, please, pls, prof, professor, sir, sorry, teacher, thank you, thank you so much, thanks
    thanks a lot, thanks so much, there
""")
_CONNECTIVES = phrases("""
    actually, also, and, another question, but, finally, first, i'd like to ask, just, just to be sure
    just to check, just to clarify, just to confirm, let me see, let me think, next, now, one more, one more thing
    out of curiosity, question, quick question, so, then, wait
""")
_LEAD = re.compile(
    rf"""
    (?: (?: {any_of(*_INTERJECTIONS, *_COURTESIES, *_CONNECTIVES)} | hm+ | um+ | uh+ | er+
          | tell \s+ me (?= [\s,:]+ (?: is | does | if | whether ) \b ) ) \b
        [\s,:;.!-]* )+
    """,
    re.VERBOSE,
)

_IF = any_of("if", "whether")
_THAT = any_of("if", "that", "whether")
_WHETHER = any_of("if", "that", "whether", "whether or not")
_TELL = phrases("""
    check, clarify, confirm, explain, help me check, help me figure out, help me see, let, say, tell, verify
""")
_KNOW = any_of("ask", "check", "confirm", "find out", "know", "see", "verify")
_TRUE = ("accurate", "correct", "fair", "right", "true")
_REQUEST = re.compile(
    rf"""
    (?: {any_of("can", "could", "will", "would")} \s+ you \s+ (?: {any_of("just", "kindly", "maybe", "please")} \s+ )?
        {any_of(*_TELL)} (?: \s+ to )? (?: \s+ me )? (?: \s+ know )? (?: ,? \s+ please ,? )? (?: \s+ {_WHETHER} )?
      | (?: can | could | will | would ) \s+ you
      | i (?: 'd | \s+ would )? \s+ {any_of("like", "love", "need", "want")} \s+ to \s+ {_KNOW}
        (?: \s+ about )? (?: \s+ {_WHETHER} )?
      | i (?: 'm | \s+ am | \s+ was ) \s+ (?: just \s+ )? {any_of("asking", "curious", "wondering")}
        (?: \s+ about )? (?: \s+ {_IF} )?
      | i \s+ wonder (?: \s+ {_IF} )?
      | may \s+ i \s+ (?: ask | know ) (?: \s+ {_IF} )?
      | can \s+ i \s+ {any_of("ask", "assume", "know")} (?: \s+ {_THAT} )?
      | do \s+ you \s+ (?: know | think ) (?: \s+ {_THAT} )?
      | do \s+ we \s+ know \s+ {_IF}
      | (?: would \s+ you | can \s+ we ) \s+ say (?: \s+ that )?
      | is \s+ it \s+ {any_of(*_TRUE, "the case")} \s+
        (?: to \s+ {any_of("assume", "claim", "say")} (?: \s+ that )? | that )
      | would \s+ it \s+ be \s+ {any_of(*_TRUE)} \s+ (?: to \s+ (?: assume | say ) (?: \s+ that )? | that )
      | am \s+ i \s+ (?: right | correct ) (?: \s+ in \s+ {any_of("assuming", "saying", "thinking")} )? \s+ that
      | tell \s+ me (?: \s+ please )? ,? \s+ {_IF}
      | let \s+ me \s+ know \s+ {_IF}
      | please \s+ {any_of("check", "confirm", "let", "say", "tell")} (?: \s+ me )? (?: \s+ know )?
        (?: \s+ {_THAT} )?
      | check \s+ {_IF}
      | confirm (?: \s+ {_THAT} )?
      | {any_of("does that mean", "if", "my question is", "question", "whether", "whether or not")}
    ) \b
    [\s,:]*
    """,
    re.VERBOSE,
)

_CLOSINGS = phrases("""
    at all, by any chance, correct, do you think, exactly, in value, maybe, or no, or not, or otherwise
    or something, please, pls, plz, right, thank you, thanks, then, though, to me, yes or no, you think
""")
_CLOSING = re.compile(rf"(?: \b {any_of(*_CLOSINGS)} \b [\s,]* )+", re.VERBOSE)
_LAST_WORDS: Final = frozenset(phrase.rsplit(" ", 1)[-1] for phrase in _CLOSINGS)

_CONTRACTED = re.compile(r"\b(it|what|that)'s\b|\b(it)s(?=\s+-?\d)")
_NEGATIVE_QUESTION = re.compile(r"^(is|does|would|could|was|should)n't\b")
_SIGN = re.compile(r"\s*(<=|>=|!=|==|<|>|=)\s*")

_LAST_PART = re.compile(r"[,:;]\s+([^,:;]+(?:,\d{3}[^,:;]*)*)$")
_QUOTE = phrases("""
    assume, echo, if, imagine, pretend, print, quote, repeat, say, spell, suppose, tell, translate, write
""")
_QUOTING = re.compile(rf"\b{any_of(*_QUOTE)}\b")


class Clause(NamedTuple):
    """A sentence in lower case without polite opening and closing.

    Attributes:
        text: The clause; words are one space apart.
        requested: Whether the sentence opened with a request ("could you tell me").
    """

    text: str
    requested: bool


def clause_of(sentence: str) -> Clause:
    """The clause of a sentence: "Ok, can you tell me if it's 5, please?" asks "it is 5"."""
    clause = " ".join(sentence.lower().split()).strip(" .!?,;:\"'")
    if "'" in clause or "its" in clause:
        clause = _CONTRACTED.sub(lambda found: f"{found[1] or found[2]} is", clause)
    requested, before = False, None
    while before != clause:
        before = clause
        lead = _LEAD.match(clause)
        if lead and lead.end() < len(clause):
            clause = clause[lead.end() :]
        request = _REQUEST.match(clause)
        if request and request.end() < len(clause):
            clause, requested = clause[request.end() :], True
    if "<" in clause or ">" in clause or "=" in clause:
        clause = _SIGN.sub(r" \1 ", clause).strip()
    if "n't" in clause:
        clause = _NEGATIVE_QUESTION.sub(r"\1", clause)
    if clause.rsplit(" ", 1)[-1] in _LAST_WORDS:
        clause = without_ending(clause, _CLOSING, " ,").strip(" .!?,;:")
    return Clause(clause, requested)


def last_part(clause: str) -> str:
    """What stands after the last comma or colon; empty if that is a bare number, negated, or words to be said."""
    found = _LAST_PART.search(clause)
    if (
        found is None
        or found[1].startswith("not ")
        or number(found[1]) is not None
        or _QUOTING.search(clause, 0, found.start())
    ):
        return ""
    return found[1]
