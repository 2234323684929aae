r"""Finding the final answer in a whole reply, in bounded linear time.

Rules, strongest first; the first that finds something decides:

0. Reasoning is no answer: only what follows the last ``</think>`` (``</thinking>``, ``</reasoning>``) is read. A reply
   that ends inside such a tag was cut off and holds none.
1. Explicit marks: ``<answer>...</answer>``, the balanced ``\boxed{...}`` or ``\fbox{...}`` (or ``\boxed 7``) and a line
   ``#### 18`` that is no heading. A box within a box counts as its content, a tag as what `extract` finds in it.
2. Words: "answer is", "answer:", "answer =", a heading "Final answer", "I think it is", in the last `MAX_TAIL`
   characters. What is stated ends with its line, its sentence or the reason given for it; a display formula may span
   lines. A word of retraction ("wait", "actually", ...) between two statements drops those before it.
3. A reply that is itself a bare answer, on one line and no sentence, counts ``whole``.
4. Else what the end of the reply concludes, see `conclusions`.

Several answers by the same rule are all returned: those that differ are a hedge for the caller to reject. Of more than
`MAX_MARKS` marks of a kind the last ones count.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sml_env.verifiers.conclusions import conclude, is_bare, stated, tidy
from sml_env.verifiers.tokens import MAX_CHARS

__all__ = ["MAX_MARKS", "MAX_REPLY", "MAX_TAIL", "Extraction", "extract", "marks_exactly"]

MAX_REPLY = 1_000_000
"""Longest reply that is scanned, in characters; a longer one has no answer."""
MAX_TAIL = 20_000
"""How much of the end of a reply is searched for words such as "the answer is"."""
MAX_MARKS = 32
"""Most marks of a kind that are collected; of more, the last ones count."""

_MAX_NESTED = 8
_MAX_TOKEN = 24
_REASONING = ("think>", "thinking>", "reasoning>")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_BOX_ARGUMENT = re.compile(r"[ \n]{0,4}(?:(\{)|([-+−]?[0-9](?:[0-9.,/]*[0-9])?|(?<= )[A-Za-z](?![A-Za-z])))")
_HEADING = re.compile(
    r"(?:step|part|case|method|(?:the )?(?:final |correct )?(?:answer|solution|result))\b", re.IGNORECASE
)
_WORDY = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{4,}|^[A-Z][a-z]+\b")
_MEASURE = re.compile(r"[-+−$(]*[0-9][0-9.,/]*%?(?: [a-z]+){0,4}")
_ANSWER = re.compile(
    r"""\banswers?\b
    (?:(?:[ ](?:to|for|of|in)[ ][^\n.:=]{1,60}?)?
         [ ](?:is|are|was|equals|becomes|(?:would|should|must|will)[ ]be|comes[ ](?:out[ ])?to)\b
         (?![ ](?:not|wrong|incorrect|clear|obvious|found|obtained|already|reasonable|consistent)\b)
         (?![ ](?:in|inside|within)\b(?![ ](?:fact|total)\b))(?![ ](?:correct|right)[.,!\n])
         (?:[ :,]{0,2}(?:therefore|thus|then|simply|just|indeed|equal[ ]to)\b)?
       | [*_]{0,3}[ ]?(?P<sign>[:=])
       | (?P<heading>[*_:]{0,4}[ ]{0,2}\n))""",
    re.IGNORECASE | re.VERBOSE,
)
_BELIEF = re.compile(r"\bi (?:think|believe|guess) (?:that )?it(?: is|'s)\b:?", re.IGNORECASE)
_ANCHORS = (("nswer", 1), ("NSWER", 1), ("think ", 2), ("believe ", 2), ("guess ", 2))
_LONE = re.compile(r"[#*_> ]*(?:the |my )?(?:final |correct )?", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:\b(?:or|and|so|but|then|hence|thus|therefore|maybe|i think)\b[ ,]*)?(?:\b(?:the|my|our) +)?"
    r"(?:\b(?:final|correct) +)?$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:of|than|plus|minus|times)\s+(?:the |my |our |this )?(?:final |correct |right )?$"
    r"|\b(?:wrong|incorrect|not|no|nobody|doubt|(?:might|may|would|could) think)\b[^.!?\n]*$"
    r"|\b(?:false|suppose|neither|twice|half)\b[^.!?\n]*$",
    re.IGNORECASE,
)
_CALCULATED = re.compile(r"<<[^<>\n]{0,200}>>")
_RETRACTION = re.compile(
    r"\b(?:wait|actually|correction|mistaken?|sorry|instead|let me (?:re|double|check)|let's re|rather|re-?check"
    r"|re-?consider|re-?calculat|no[,.:!]|oops|hmm|scratch that|second thought|i was wrong|error)",
    re.IGNORECASE,
)
_END = re.compile(
    r"""\$(?:(?![.][ ])[^$\n])+\$ | \\\((?:[^\\\n]|\\(?![()]))*\\\)
    | (?P<end>\n|</answer>
      | (?<!\\)(?<!\.\.)[.!?](?=[*_"')]{0,4}(?:\s+[A-Z"'(*$\\]|\s?\Z))
        (?<![ap]\.m\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bMr\.)(?<!Mrs\.)(?<!\bDr\.)(?<!\bSt\.)
      | (?<=[ap]\.m\.)[ ](?=[A-Z])
      | ,?[ ](?:because|since|which)\b
      | ,[ ](?:so|but|as|where|hence|thus|therefore|not|giving|making|meaning)\b
      | [ ]\((?:because|since|as|from|i\.e\.|rounded)\b
      | [ ]?—[ ]?(?=[A-Za-z]))""",
    re.VERBOSE,
)


class Extraction(NamedTuple):
    """What was found in a reply.

    Attributes:
        candidates: The distinct answers, in order; empty if there is none. Each is a part of the reply, less Markdown
            emphasis, dollars and the marks of inner boxes.
        marker: The rule: ``tag``, ``boxed`` or ``hashes`` (of mixed marks ``boxed`` if there is one, else the last),
            ``words``, ``whole``, ``bold``, ``line``, ``sentence``, or ``none``.
    """

    candidates: tuple[str, ...]
    marker: str


_NOTHING = Extraction((), "none")


def extract(reply: str) -> Extraction:
    """Find the final answer.

    Args:
        reply: A whole reply: untrusted text.

    Returns:
        The answers found by the strongest rule that finds any; see the module.
    """
    if len(reply) <= _MAX_TOKEN and reply.isalnum():
        return Extraction((reply,), "whole")
    if len(reply) > MAX_REPLY:
        return _NOTHING
    tagged = False
    if "<" in reply:
        if "think" in reply or "<reasoning>" in reply or "</reasoning>" in reply:
            reply = _spoken(reply)
        tagged = "<answer>" in reply
    # rfind, since find and `in` take three times as long over a text that lacks the mark
    box = reply.rfind("\\boxed")
    framed = reply.rfind("\\fbox") >= 0
    if tagged or framed or box >= 0 or reply.rfind("####") >= 0:
        found = _explicit(reply, box, tagged or framed)
        if found:
            return found
    tail = reply[-MAX_TAIL:]
    if "<<" in tail:
        tail = reply = _CALCULATED.sub("", tail)
    if "nswer" in tail or "NSWER" in tail or " it" in tail:
        candidates = _words(tail)
        if candidates:
            return Extraction(candidates, "words")
    text = reply.strip()
    if not text:
        return _NOTHING
    if is_bare(text):
        text = tidy(text)
        return Extraction((text,), "whole") if text else _NOTHING
    return Extraction(*conclude(tail))


def marks_exactly(reply: str, answer: str) -> bool:
    """Whether the only explicit mark of a reply plainly holds an answer to the letter; False says nothing.

    `extract` would find that answer, in several times as long.

    Args:
        reply: A whole reply: untrusted text.
        answer: A tidy answer with balanced brackets.
    """
    size = len(reply)
    box = reply.rfind("\\boxed")
    if box >= 0:
        start = box + 7
        if (
            not reply.startswith("{", box + 6)
            or not reply.startswith(answer, start)
            or not reply.startswith("}", start + len(answer))
        ):
            return False
        alone = reply.rfind("\\boxed", 0, box) < 0 and reply.rfind("####") < 0
    else:
        start = size - len(answer)
        if not reply.endswith(answer) or not reply.endswith("\n#### ", 0, start):
            return False
        alone = reply.rfind("####", 0, start - 5) < 0
    if not alone or size > MAX_REPLY or reply.rfind("\\fbox") >= 0:
        return False
    return "<" not in reply or not ("think" in reply or "reasoning>" in reply or "answer>" in reply)


def _spoken(reply: str) -> str:
    """Return what follows the reasoning; nothing if the reply ends inside it."""
    end = 0
    for name in _REASONING:
        close = reply.rfind("</" + name)
        if close >= 0:
            end = max(end, close + len(name) + 2)
    if any(reply.find("<" + name, end) >= 0 for name in _REASONING):
        return ""
    return reply[end:]


def _starts(text: str, mark: str) -> list[int]:
    """List where the last `MAX_MARKS` occurrences start, in order."""
    starts: list[int] = []
    end = len(text)
    while len(starts) < MAX_MARKS and (end := text.rfind(mark, 0, end)) >= 0:
        starts.append(end)
    return starts[::-1]


def _explicit(reply: str, box: int, others: bool) -> Extraction | None:
    """Collect the explicit marks, given where the last box is and whether there are frames or tags."""
    hashes = reply.rfind("####") >= 0
    if not others and not hashes and reply.rfind("\\boxed", 0, box) < 0:
        # the usual reply has one box with a number in it, and reinforcement learning asks for millions of them
        close = reply.find("}", box, box + MAX_CHARS)
        content = reply[box + 7 : close] if close >= 0 and reply.startswith("{", box + 6) else ""
        if not content.isalnum():
            content = tidy(_box(reply, box)[0])
        return Extraction((content,), "boxed") if content else None
    marks: list[tuple[int, str, tuple[str, ...]]] = []
    end = 0
    for start in sorted(_starts(reply, "\\boxed") + _starts(reply, "\\fbox")) if others or box >= 0 else ():
        if start >= end:
            content, end = _box(reply, start)
            if content and (content := tidy(content)):
                marks.append((start, "boxed", (content,)))
    if hashes:
        marks += [(start, "hashes", found) for start in _starts(reply, "####") if (found := _hashes(reply, start))]
    if others:
        marks += _tags(reply)
    if len(marks) == 1:
        return Extraction(marks[0][2], marks[0][1])
    if not marks:
        return None
    marks.sort()
    candidates = dict.fromkeys(candidate for mark in marks for candidate in mark[2])
    return Extraction(tuple(candidates), "boxed" if any(mark[1] == "boxed" for mark in marks) else marks[-1][1])


def _box(reply: str, start: int) -> tuple[str, int]:
    """Return the content of the box that starts there, without inner boxes, and where it ends; else nothing."""
    opened = start + (6 if reply[start + 1] == "b" else 5)
    if not reply.startswith("{", opened):
        match = _BOX_ARGUMENT.match(reply, opened)
        if match is None:
            return "", start
        if match[2]:
            return match[2], match.end()
        opened = match.end() - 1
    closed = _closing(reply, opened + 1)
    if closed < 0:
        return "", start
    content = reply[opened + 1 : closed]
    for _ in range(_MAX_NESTED):
        inner = max(content.rfind("\\boxed"), content.rfind("\\fbox"))
        if inner < 0:
            break
        text, end = _box(content, inner)
        content = content[:inner] + text + content[max(end, inner + 5) :]
    return content, closed + 1


def _closing(text: str, start: int) -> int:
    """Return where the closing brace is, or -1 if it does not follow within the longest answer."""
    limit = start + MAX_CHARS + 1
    close = text.find("}", start, limit)
    if close < 0 or ("{" not in (content := text[start:close]) and "\\" not in content):
        return close
    window = text[start:limit]
    depth = 1
    if "\\{" in window or "\\}" in window or "\\\\" in window:
        for match in _BRACE.finditer(window):
            depth += {"{": 1, "}": -1}.get(match[0], 0)
            if not depth:
                return start + match.start()
        return -1
    begin = start
    while close >= 0:
        depth += text.count("{", begin, close) - 1
        if not depth:
            break
        begin = close + 1
        close = text.find("}", begin, limit)
    return close


def _hashes(reply: str, start: int) -> tuple[str, ...]:
    """Return the answer after the four hashes that start there; none if it is a heading or holds a stronger mark."""
    before = reply[max(start - 4, 0) : start].rstrip(" \t")
    if before.endswith("#") or reply.startswith("#", start + 4):
        return ()
    line, _, rest = reply[start + 4 : start + MAX_CHARS + 5].partition("\n")
    if len(line) > MAX_CHARS or "\\boxed" in line or "\\fbox" in line or "<answer>" in line:
        return ()
    answer = tidy(line)
    if answer.isdecimal():
        return (answer,)
    if before and before[-1] != "\n" and not _MEASURE.fullmatch(answer):
        return ()
    if _HEADING.match(answer):
        return _words(line)
    if _WORDY.search(answer) and rest.strip() and not _MEASURE.fullmatch(answer):
        return ()
    return (answer,) if answer else ()


def _tags(reply: str) -> list[tuple[int, str, tuple[str, ...]]]:
    """List the marks by answer tags; the last may be open, as a stop sequence leaves it."""
    starts = _starts(reply, "<answer>")
    marks: list[tuple[int, str, tuple[str, ...]]] = []
    for start, following in zip(starts, [*starts[1:], len(reply)], strict=False):
        close = reply.find("</answer>", start, following)
        if close < 0 and following < len(reply):
            continue
        content = reply[start + 8 : close if close >= 0 else following]
        if len(content) <= MAX_CHARS and (found := extract(content).candidates):
            marks.append((start, "tag", found))
    return marks


def _words(tail: str) -> tuple[str, ...]:
    marks: list[re.Match[str]] = []
    for anchor, offset in _ANCHORS:
        if anchor in tail:
            pattern = _ANSWER if offset == 1 else _BELIEF
            tried = (pattern.match(tail, max(start - offset, 0)) for start in _starts(tail, anchor))
            marks += [match for match in tried if match and not _ABOUT.search(_before(tail, match.start()))]
    if len(marks) > 1:
        marks.sort(key=re.Match.start)
    found: list[str] = []
    for index, match in enumerate(marks):
        limit = marks[index + 1].start() if index + 1 < len(marks) else len(tail)
        if found and _RETRACTION.search(tail, marks[index - 1].end(), match.start()):
            found.clear()
        found += _statement(tail, match, limit)
    return tuple(dict.fromkeys(found))


def _before(text: str, end: int) -> str:
    return text[max(end - 48, 0) : end]


def _statement(tail: str, match: re.Match[str], limit: int) -> list[str]:
    """List what is stated after a mark, up to the next mark: one answer, none, or a hedge."""
    form = match.lastgroup
    if form == "heading":
        line = tail[tail.rfind("\n", 0, match.start()) + 1 : match.start()]
        if not _LONE.fullmatch(line[-MAX_CHARS:]):
            return []
    begin = match.end()
    rest = tail[begin : min(limit, begin + MAX_CHARS + 1)]
    text = rest.lstrip(" \t\r\n*_:`>")
    begin += len(rest) - len(text)
    for opening, closing in (("\\[", "\\]"), ("$$", "$$")):
        if text.startswith(opening) and (close := text.find(closing, 2)) > 0:
            formula = tidy(text[2:close])
            return [formula] if formula else []
    stop = _END.search(text)
    while stop and not stop.lastgroup:
        stop = _END.search(text, stop.end())
    if stop and text[stop.start() : stop.start() + 1] == "?":
        return []
    phrase = text[: stop.start()] if stop else text
    end = begin + len(phrase)
    if len(phrase) > MAX_CHARS:
        return []
    if end == limit < len(tail):
        phrase = _LEAD.sub("", phrase)
    phrase = tidy(phrase)
    if not phrase:
        return []
    if is_bare(phrase):
        return [phrase]
    if form and tail[end + 1 : end + MAX_CHARS].strip():
        return []
    return stated(phrase) or [phrase]
