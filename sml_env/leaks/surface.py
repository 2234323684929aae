"""What a reader sees of a text: entities, escapes and foreign digits in plain characters, nothing invisible."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final
from urllib.parse import unquote

from sml_env.stated import folded

__all__ = ["MAX_INVISIBLE", "invisible", "plain_letters", "surface"]

MAX_INVISIBLE: Final = 3
"""More invisible characters than this are a message of their own."""

_ESCAPES: Final = (
    (re.compile(r"\\u\{?([0-9a-fA-F]{2,6})\}?"), 16),
    (re.compile(r"\\U([0-9a-fA-F]{8})"), 16),
    (re.compile(r"\\x([0-9a-fA-F]{2})"), 16),
    (re.compile(r"\bU\+([0-9a-fA-F]{4,6})\b"), 16),
    (re.compile(r"\\char(\d{2,3})(?!\d)"), 10),
    (re.compile(r"\\0{2,4}([0-9a-fA-F]{2})(?![0-9a-fA-F])"), 16),
    (re.compile(r"\\([0-7]{2,3})(?![0-9])"), 8),
)
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){1,}(?![0-9])")
_ROUNDS: Final = 3
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,60}>")
_ATTRIBUTE = re.compile(
    r"\b(?:alt|title|value|content|label|data-\w+|aria-\w+|placeholder)\s*=\s*[\"']?([^\"'<>]{1,60})"
)
_AFTER_A_STOP = re.compile(r"(?<=[.!?,;])(?=[\u00b2\u00b3\u00b9\u2070-\u2089])")
_JOINED_WORDS = re.compile(r"(?<=[a-z])_+(?=[a-z])")
_JOINED = re.compile(r"(?<=\d)_+(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d)['\u2019](?=\d{3}(?!\d))")
_ALIKE: Final = str.maketrans("авекмнорстухіј", "abekmhopctyxij")


def _character(found: re.Match[str], base: int) -> str:
    code = int(found[1], base)
    return chr(code) if 32 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def invisible(text: str) -> int:
    """How many characters of a text show nothing and take no room."""
    if text.isascii():
        return 0
    return sum(unicodedata.category(character) in ("Cf", "Co", "Cn") for character in text)


def surface(text: str) -> str:
    """A text as it is read: HTML entities, tags and escapes resolved, digits of any script in ASCII."""
    for _ in range(_ROUNDS):
        before = text
        text = _unescaped(text)
        if text == before:
            break
    if "_" in text:
        text = _JOINED_WORDS.sub(" ", _JOINED.sub("", text))
    text = text.replace("{,}", ",")
    if "'" in text or "\u2019" in text:
        text = _THOUSANDS.sub("", text)
    if text.isascii():
        return text
    text = "".join(map(_digit, _AFTER_A_STOP.sub(" ", text)))
    text = "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Mn", "Me"))
    return "".join(map(_digit, folded(text)))


def _unescaped(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(_kept, text)
    if "\\" in text or "U+" in text:
        for pattern, base in _ESCAPES:
            text = pattern.sub(lambda found, base=base: _character(found, base), text)  # type: ignore[misc]
    if "%" in text:
        text = _PERCENT.sub(lambda found: unquote(found[0], errors="replace"), text)
    return text


def _kept(tag: re.Match[str]) -> str:
    """What the attributes of a tag may show: values with a digit in them."""
    return " ".join(value for value in _ATTRIBUTE.findall(tag[0]) if any(map(str.isdigit, value)))


def _digit(character: str) -> str:
    """A digit or a number sign of any script in ASCII."""
    if character.isascii():
        return character
    if 0xE0020 <= ord(character) < 0xE007F:
        return chr(ord(character) - 0xE0000)
    value = unicodedata.digit(character, None)
    if value is None and unicodedata.category(character) in ("No", "Nl"):
        number = unicodedata.numeric(character, None)
        value = int(number) if number is not None and number == int(number) else None
    return character if value is None else str(value)


def plain_letters(text: str) -> str:
    """Lower case, without accents, and with Cyrillic letters that look like Latin ones in Latin."""
    lowered = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(character for character in lowered if not unicodedata.combining(character))
    return bare.translate(_ALIKE)
