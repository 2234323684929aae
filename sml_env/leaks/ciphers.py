"""Texts inside a text: base64, bytes, Morse, rotated, reversed and spelled-out letters, acrostics."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from sml_env.verifiers.numerals import SCALES, TENS, UNITS

__all__ = ["decoded", "digits_in_code", "from_base64", "from_morse", "spelled"]

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{3,}={0,2}(?![A-Za-z0-9+/=])")
_BASE32 = re.compile(r"(?<![A-Z2-7=])[A-Z2-7]{2,}={1,6}(?![A-Z2-7=])|(?<![A-Z2-7=])[A-Z2-7]{8,}(?![A-Z2-7=])")
_TURNED_TOKEN = re.compile(r"(?<!\S)={1,2}[A-Za-z0-9+/]{3,}")
_BASE85 = re.compile(r"\b(?:base|ascii)-?85\b", re.IGNORECASE)
_HEX_BYTES = re.compile(r"\b(?:(?:0x)?[0-9a-fA-F]{2}[\s,:-]*){2,}\b")
_CODES = re.compile(r"\b(?:\d{2,3}[\s,;-]+)+(?:and\s+)?\d{2,3}\b")
_CODED = re.compile(
    r"\b(?:ascii|codes?|coded|char\w*|bytes?|hex\w*|unicode|decod\w*|decimal|cipher|secret|encod\w*)\b", re.IGNORECASE
)
_CHARACTERS = re.compile(r"\bchr\((\d{2,3})\)")
_ALT_KEYS = re.compile(r"\b[Aa]lt\s?\+\s?0?(\d{2,3})")
_BIT_BYTES = re.compile(r"\b[01]{8}(?:[\s,]*[01]{8})*\b")
_MORSE = re.compile(r"(?:[.\u00b7\u2022-]{1,6}(?:\s*/\s*|\s+|$)){1,}")
_BEEPS = re.compile(r"\b(?:dah|dit|di|dot|dash|short|long)\b", re.IGNORECASE)
_DASHES: Final = str.maketrans("\u2013\u2014\u2212_\u00b7\u2022", "----..")
_SPELLED = re.compile(r"\b(?:[a-zA-Z](?:\s*[-.,_*]\s*|\s+)){2,}[a-zA-Z]\b")
_HYPHENED = re.compile(r"(?<![\w-])(?:[a-zA-Z]-){2,}[a-zA-Z](?![\w-])")
_RADIO_WORDS: Final = """alfa alpha bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike
november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"""
_RADIO: Final = {word: word[0] for word in _RADIO_WORDS.split()}
_LEET: Final = str.maketrans("0134578@$!|", "oieastbasil")
_MIXED = re.compile(r"\b(?=[\w@$!|-]*[a-z])(?=[\w@$!|-]*[0-9@$!|])[\w@$!|-]{3,40}(?!\w)", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z]+")

_MORSE_SIGNS: Final = """.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .--
-..- -.-- --.. ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."""
_MORSE_LETTERS: Final = dict(zip(_MORSE_SIGNS.split(), "abcdefghijklmnopqrstuvwxyz0123456789", strict=True))
_NUMERALS: Final = frozenset({*UNITS, *TENS, *SCALES})
_LONG_NUMERAL = re.compile(
    rf"(?:{'|'.join(TENS)})(?:{'|'.join(UNITS)})|{'|'.join(word for word in UNITS if len(word) > 5)}"
)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_ROTATIONS: Final = tuple(str.maketrans(_LETTERS, _LETTERS[shift:] + _LETTERS[:shift]) for shift in range(26))
_MIRROR: Final = str.maketrans(_LETTERS, _LETTERS[::-1])
_ROTATED: Final = {
    word.translate(_ROTATIONS[-shift % 26]): _ROTATIONS[shift]
    for shift in range(1, 26)
    for word in _NUMERALS
    if len(word) >= (3 if shift == 13 else 5) and word.translate(_ROTATIONS[-shift % 26]) != "bar"
} | {word.translate(_MIRROR): _MIRROR for word in _NUMERALS if len(word) >= 5}
_TURNED = re.compile(r"ytrof|ytneves|\beht\b|\brewsna\b|\brebmun\b|\btluser\b")
_REVERSED: Final = frozenset(word[::-1] for word in _NUMERALS) - {"net", "eno"}
_SPOKEN: Final = {
    "wun": "one", "won": "one", "too": "two", "tew": "two", "tree": "three", "thuh-ree": "three", "fower": "four",
    "foar": "four", "fife": "five", "sicks": "six", "ait": "eight", "niner": "nine", "fourty": "forty",
    "fawty": "forty", "fourtytwo": "forty two",
}  # fmt: skip
_SPEAKING = re.compile(r"\b(?:wun|tew|thuh-ree|fower|foar|fife|sicks|ait|niner|fourty|fawty|fourtytwo)\b")


def _readable(raw: bytes) -> str | None:
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        return None
    return text if text and all(32 <= ord(character) < 127 or character in "\n\t" for character in text) else None


def from_base64(text: str) -> Iterator[str]:
    """Texts that stand in a text in base64."""
    for found in _BASE64.finditer(text):
        token = found[0].rstrip("=")
        if len(token) % 4 == 1:
            continue
        alphabet = b"-_" if "-" in token or "_" in token else b"+/"
        try:
            plain = _readable(base64.b64decode(token + "=" * (-len(token) % 4), altchars=alphabet))
        except (binascii.Error, ValueError):
            continue
        if plain:
            yield plain


def decoded(text: str) -> Iterator[str]:
    """Texts that stand in a text in code, where the code leaves little doubt that it is one; numbers or words."""
    yield from filter(_tells, from_base64(text))
    for found in _BASE32.finditer(text):
        token = found[0].rstrip("=")
        try:
            plain = _readable(base64.b32decode(token + "=" * (-len(token) % 8)))
        except (binascii.Error, ValueError):
            continue
        if plain and _tells(plain):
            yield plain
    if _TURNED_TOKEN.search(text):
        yield from filter(_tells, from_base64(text[::-1]))
    if "rot47" in text.lower():
        yield "".join(chr(33 + (ord(sign) + 14) % 94) if 33 <= ord(sign) < 127 else sign for sign in text)
    if marked := _BASE85.search(text):
        yield from _from_base85(text.replace(marked[0], " "))
    yield from _bytes(text)
    yield from from_morse(text)
    lowered = text.lower()
    words = _WORDS.findall(lowered)
    for table in {id(table): table for word in words if (table := _ROTATED.get(word))}.values():
        yield lowered.translate(table)
    if not _REVERSED.isdisjoint(words) or _TURNED.search(lowered):
        yield lowered[::-1]
    yield from spelled(lowered)
    yield from _acrostics(text)


def _from_base85(text: str) -> Iterator[str]:
    for token in text.split():
        for decode in (base64.b85decode, base64.a85decode):
            try:
                plain = _readable(decode(token))
            except ValueError:
                continue
            if plain and _tells(plain):
                yield plain


def _tells(plain: str) -> bool:
    """Whether a decoded text holds a number in digits or words; random bytes seldom do."""
    words = _WORDS.findall(plain.lower())
    digits = sum(character.isdigit() for character in plain)
    sound = all(character.isalnum() or character in " .,:;!?'\"=+-*/()$%\n" for character in plain)
    return sound and (
        not _NUMERALS.isdisjoint(words) or (digits > 0 and (digits >= len(plain.lstrip("-")) or len(plain) > 4))
    )


def _bytes(text: str) -> Iterator[str]:
    named = _CODED.search(text) is not None
    for found in _HEX_BYTES.finditer(text):
        token = re.sub(r"0x|[\s,:-]", "", found[0])
        plain = _readable(bytes.fromhex(token)) if len(token) % 2 == 0 else None
        sure = named or not token.isdigit() or "0x" in found[0] or " " not in found[0].strip() or len(token) > 10
        if plain and sure and (plain.isdigit() or _tells(plain)):
            yield plain
    for found in _BIT_BYTES.finditer(text):
        bits = re.sub(r"[\s,]", "", found[0])
        plain = _readable(bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)))
        if plain and (plain.isdigit() or _tells(plain)):
            yield plain
    for pattern in (_CHARACTERS, _ALT_KEYS):
        codes = [int(code) for code in pattern.findall(text)]
        if len(codes) > 1 and all(32 <= code < 127 for code in codes):
            yield "".join(map(chr, codes))
    if "octal" in text.lower():
        codes = [int(code, 8) for code in re.findall(r"\b0?[67][0-7]\b", text)]
        if codes and all(48 <= code < 58 for code in codes):
            yield "".join(map(chr, codes))
    for found in _CODES.finditer(text):
        codes = [int(code) for code in re.findall(r"\d+", found[0])]
        if all(32 <= code < 127 for code in codes):
            plain = "".join(map(chr, codes))
            if named if plain.isdigit() else _tells(plain):
                yield plain


def digits_in_code(text: str) -> Iterator[int]:
    """Whole numbers whose digits are given as codes of characters, where the codes may as well be plain numbers."""
    for pattern, base in ((_HEX_BYTES, 16), (_CODES, 10)):
        for found in pattern.finditer(text):
            codes = [int(code, base) for code in re.findall(r"\b\d{2}\b", found[0])]
            if codes and all(48 <= code < 58 for code in codes):
                yield int("".join(map(chr, codes)))


def _beep(found: re.Match[str]) -> str:
    return "-" if found[0].lower() in ("dah", "dash", "long") else "."


def from_morse(text: str) -> Iterator[str]:
    """Texts that stand in a text in Morse code, in signs or in words for them."""
    if len(_BEEPS.findall(text)) > 4:
        text = re.sub(r"(?<=[.-]) (?=[.-](?: |$|,))", "", _BEEPS.sub(_beep, text).replace(",", "  "))
    if "." not in text and "-" not in text and text.isascii():
        return
    for found in _MORSE.finditer(text.translate(_DASHES)):
        letters = [_MORSE_LETTERS.get(group, "") for group in re.split(r"[\s/]+", found[0].strip())]
        plain = "".join(letters)
        if (plain and any(letter.isdigit() for letter in letters)) or len(plain) >= 3:
            yield plain


def spelled(text: str) -> Iterator[str]:
    """Words that are spelled letter by letter, in digits for letters, or by their sound."""
    for found in _SPELLED.finditer(text):
        yield re.sub(r"[^a-z]", "", found[0].lower())
    for found in _HYPHENED.finditer(text):
        yield found[0].lower().replace("-", "")
        yield found[0].lower().replace("-", "")[::-1]
    radio = [_RADIO[word] for word in _WORDS.findall(text.lower()) if word in _RADIO]
    if len(radio) > 2:
        yield "".join(radio)
    for found in _MIXED.finditer(text):
        if (word := found[0].lower().translate(_LEET).replace("-", "")).isalpha():
            yield word
    if _SPEAKING.search(text):
        yield re.sub(r"[a-z-]+", lambda found: _SPOKEN.get(found[0], found[0]), text)


def _acrostics(text: str) -> Iterator[str]:
    """First letters of the lines, with or without a heading and a closing line, and of the sentences."""
    for parts in (text.split("\n"), re.split(r"(?<=[.!?])\s+", text)):
        initials = [part.strip(" \t-*\u2022>\"'`")[:1].lower() for part in parts]
        letters = [initial if initial.isalpha() else " " for initial in initials if initial]
        for first, last in ((0, 0), (1, 0), (0, 1), (1, 1)):
            word = "".join(letters[first : len(letters) - last])
            if len(word) >= 3:
                yield from (run for run in word.split() if len(run) >= 3)
    initials_of_words = "".join(word[0] for word in _WORDS.findall(text)).lower()
    yield from (found[0] for found in _LONG_NUMERAL.finditer(initials_of_words))
