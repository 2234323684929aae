"""Names of whole numbers in other languages: those that num2words knows, and more, in their script and romanised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

from sml_env.leaks.surface import plain_letters

__all__ = ["may_name", "names_in", "prepare_names"]

_UMLAUTS: Final = str.maketrans({"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00df": "ss"})
_LATIN: Final = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхыэіў", "abvgdeziyklmnoprstufhyeiu", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": "", "ю": "yu", "я": "ya", "ё": "yo", "є": "ye", "ї": "yi"}  # noqa: E501
)  # fmt: skip
_BUILDING: Final = (*range(2, 101), 200, 1_000, 2_000)
_STEM: Final = 5
_LONGEST_STEM: Final = 12
_FUSED: Final = 7
_LONG: Final = 7
_ENGLISH_WORDS: Final = """once cent due elf set sex see on so do to an un in tree mil ten tin dose sent treat
tile fire fir fem dos tri six five one two three four seven eight nine nul nil noll zero all van ya ban bay but sau hat
hoi haat lima ena tre sen sei sept tag era ilo pet dva otto nove via deg fo kum tio long sam sang sign mal men man pan
sad seis hundred million trend union under undo on try duo bees tees octo nine sad sata mia site bad"""
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_WORDS = re.compile(r"[^\W\d_]+")
_LETTERS_ALONE = re.compile(r"[\W_]")


@dataclass(frozen=True, slots=True)
class _Tongue:
    """A language whose names up to 999 are put together of parts.

    Attributes:
        small: 1 to 19.
        tens: 20 to 90.
        hundreds: 100 to 900; nothing where the language is only read up to 99.
        joint: What stands between tens and ones.
    """

    small: tuple[str, ...]
    tens: tuple[str, ...]
    hundreds: tuple[str, ...] = ()
    joint: str = " "

    def name(self, number: int) -> str | None:
        """The name of a whole number, if it is within reach."""
        hundreds, rest = divmod(number, 100)
        if number < 1 or hundreds > len(self.hundreds):
            return None
        parts = [self.hundreds[hundreds - 1]] if hundreds else []
        if 0 < rest < 20:
            parts.append(self.small[rest - 1])
        elif rest:
            tens, ones = divmod(rest, 10)
            parts.append(self.tens[tens - 2] + (f"{self.joint}{self.small[ones - 1]}" if ones else ""))
        return " ".join(parts)


def _tongue(small: str, tens: str, hundreds: str = "", joint: str = " ") -> _Tongue:
    return _Tongue(tuple(small.split()), tuple(tens.split()), tuple(hundreds.split()), joint)


_TONGUES: Final = (
    _tongue(  # Greek
        "ενα δυο τρια τεσσερα πεντε εξι επτα οκτω εννεα δεκα εντεκα δωδεκα δεκατρια δεκατεσσερα δεκαπεντε δεκαεξι δεκαεπτα"  # noqa: E501
        " δεκαοκτω δεκαεννεα",
        "εικοσι τριαντα σαραντα πενηντα εξηντα εβδομηντα ογδοντα ενενηντα",
        "εκατον διακοσια τριακοσια τετρακοσια πεντακοσια εξακοσια επτακοσια οκτακοσια εννιακοσια",
    ),
    _tongue(  # Latin
        "unus duo tres quattuor quinque sex septem octo novem decem undecim duodecim tredecim quattuordecim quindecim sedecim"  # noqa: E501
        " septendecim duodeviginti undeviginti",
        "viginti triginta quadraginta quinquaginta sexaginta septuaginta octoginta nonaginta",
        "centum ducenti trecenti quadringenti quingenti sescenti septingenti octingenti nongenti",
    ),
    _tongue(  # Swahili
        "moja mbili tatu nne tano sita saba nane tisa kumi kuminamoja kuminambili kuminatatu kuminanne kuminatano kuminasita"  # noqa: E501
        " kuminasaba kuminanane kuminatisa",
        "ishirini thelathini arobaini hamsini sitini sabini themanini tisini",
        joint=" na ",
    ),
    _tongue(  # Estonian
        "uks kaks kolm neli viis kuus seitse kaheksa uheksa kumme uksteist kaksteist kolmteist neliteist viisteist kuusteist"  # noqa: E501
        " seitseteist kaheksateist uheksateist",
        "kakskummend kolmkummend nelikummend viiskummend kuuskummend seitsekummend kaheksakummend uheksakummend",
        "sada kakssada kolmsada nelisada viissada kuussada seitsesada kaheksasada uheksasada",
    ),
    _tongue(  # Bulgarian
        "едно две три четири пет шест седем осем девет десет единадесет дванадесет тринадесет четиринадесет петнадесет"
        " шестнадесет седемнадесет осемнадесет деветнадесет",
        "двадесет тридесет четиридесет петдесет шестдесет седемдесет осемдесет деветдесет",
        joint=" и ",
    ),
    _tongue(  # Croatian
        "jedan dva tri cetiri pet sest sedam osam devet deset jedanaest dvanaest trinaest cetrnaest petnaest sesnaest"
        " sedamnaest osamnaest devetnaest",
        "dvadeset trideset cetrdeset pedeset sezdeset sedamdeset osamdeset devedeset",
        joint=" i ",
    ),
)  # fmt: skip
_HINDI_WORDS: Final = """एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस बाईस
तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस इकतालीस बयालीस
तैंतालीस चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरेपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ
तिरेसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी अस्सी इक्यासी बयासी
तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे सौ"""  # noqa: E501
_HINDI: Final = tuple(_HINDI_WORDS.split())
_ROMAN_HINDI: Final = {
    11: "gyarah", 12: "barah", 13: "terah", 14: "chaudah", 15: "pandrah", 16: "solah", 17: "satrah", 18: "atharah",
    19: "unnis", 20: "bees", 25: "pachis", 30: "tees", 40: "chalis", 50: "pachas", 60: "saath", 70: "sattar", 80: "assi",  # noqa: E501
    90: "nabbe", 42: "bayalis",
}  # fmt: skip
_PINYIN: Final = ("", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_ROMAJI: Final = tuple(
    tuple(names.split("/"))
    for names in ["", "ichi", "ni", "san", "yon/shi", "go", "roku", "nana/shichi", "hachi", "kyu/kyuu/ku"]
)
_KANA: Final = ("", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_KANA_HUNDREDS: Final = (
    "", "ひゃく", "にひゃく", "さんびゃく", "よんひゃく", "ごひゃく", "ろっぴゃく", "ななひゃく", "はっぴゃく", "きゅうひゃく",  # noqa: E501
)  # fmt: skip
_ROMAJI_HUNDREDS: Final = (
    "", "hyaku", "nihyaku", "sanbyaku", "yonhyaku", "gohyaku", "roppyaku", "nanahyaku", "happyaku", "kyuhyaku",
)  # fmt: skip


def _eastern(number: int) -> Iterator[str]:
    """Names of 11 to 999 that are read digit by digit: pinyin, and Japanese in kana and romanised."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    pinyin = f"{_PINYIN[hundreds]} bai " if hundreds else ""
    pinyin += f"{_PINYIN[tens] if tens > 1 or hundreds else ''} shi " if tens else "ling " if hundreds and ones else ""
    yield f"{pinyin}{_PINYIN[ones]}"
    yield f"{_KANA_HUNDREDS[hundreds]}{(_KANA[tens] if tens > 1 else '') + 'じゅう' if tens else ''}{_KANA[ones]}"
    for ten, unit, ju in product(_ROMAJI[tens] if tens > 1 else ("",), _ROMAJI[ones], ("ju", "juu") if tens else ("",)):
        yield f"{_ROMAJI_HUNDREDS[hundreds]}{ten}{ju}{unit}"


def _all_names(number: int) -> Iterator[str]:
    """The names of a number as they are written."""
    from num2words import CONVERTER_CLASSES, num2words

    for language in CONVERTER_CLASSES:
        if language.startswith("en"):
            continue
        try:
            name = str(num2words(number, lang=language))
        except Exception:  # some languages stop short, and each says so in its own way
            continue
        yield name
        if language in ("ru", "uk", "be") and number > 10:
            yield name.translate(_LATIN)
    yield from (said for tongue in _TONGUES if (said := tongue.name(number)))
    if 1 <= number <= len(_HINDI):
        yield _HINDI[number - 1]
    if number in _ROMAN_HINDI:
        yield _ROMAN_HINDI[number]
    if 11 <= number < 1_000:
        yield from _eastern(number)


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """Words in Latin letters of numbers in other languages: whole ones, and stems that longer ones are built of."""
    words: set[str] = set()
    for number in _BUILDING:
        for name in _all_names(number):
            for written in {name, name.lower().translate(_UMLAUTS)}:
                words.update(
                    part for part in re.split(r"[\W_\d]+", plain_letters(written)) if len(part) > 2 and part.isascii()
                )
    words -= _ENGLISH
    return frozenset(words), frozenset(word for word in words if _STEM <= len(word) <= _LONGEST_STEM)


@lru_cache(maxsize=4_096)
def _names(number: int) -> tuple[frozenset[str], frozenset[str]]:
    """Its names: those of one word, and those that are long without spaces."""
    single: set[str] = set()
    long: set[str] = set()
    for word in set(_all_names(number)):
        if word != (spread := word.lower().translate(_UMLAUTS)):
            again = _LETTERS_ALONE.sub("", plain_letters(spread))
            (long if len(again) >= _LONG else single).add(again)
        bare = _LETTERS_ALONE.sub("", plain_letters(word))
        if not bare or any(mark.isdigit() for mark in bare):
            continue
        if len(bare) >= _LONG or (not bare.isascii() and len(bare) >= 3):
            long.add(bare)
        elif (len(bare) >= 3 or not bare.isascii()) and bare not in _ENGLISH:
            single.add(bare)
    return frozenset(single), frozenset(long)


def prepare_names() -> None:
    """Build what the first search would build."""
    _vocabulary()


def may_name(text: str) -> bool:
    """Whether a text in lower case and ASCII holds words that numbers in other languages are made of."""
    words, stems = _vocabulary()
    said = set(re.findall(r"[a-z]+", text))
    if not words.isdisjoint(said):
        return True
    return any(
        word[start : start + size] in stems
        for word in said
        if len(word) >= _FUSED
        for size in range(_STEM, min(len(word), _LONGEST_STEM) + 1)
        for start in range(len(word) - size + 1)
    )


def names_in(text: str, number: int) -> bool:
    """Whether a text holds a name of a number in another language."""
    text = text.lower() if text.isascii() else plain_letters(text)
    if text.isascii() and not may_name(text):
        return False
    single, long = _names(number)
    bare = _LETTERS_ALONE.sub("", text)
    if any(name in bare for name in long):
        return True
    words = _WORDS.findall(text)
    if not single.isdisjoint(words):
        return True
    joined = {"".join(words[start : start + size]) for size in (2, 3) for start in range(len(words) - size + 1)}
    return any(name in joined and len(name) > 4 for name in single)
