"""Values between processes: a tagged JSON in which only exact builtin types exist, and frames of it.

Both ends use it and neither trusts the other: what arrives is rebuilt here from plain data, bounded in size, depth and
cost, so that nothing of the sender (a subclass, a method, a hash) arrives with it. Floats are hexadecimal and great
integers too, so that no digit limit and no quadratic conversion is met.
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

__all__ = ["MAX_DEPTH", "MAX_FRAME", "MAX_NODES", "decode", "encode", "frame", "read_message"]

MAX_DEPTH: Final = 100
"""Deepest nesting of a value."""
MAX_NODES: Final = 200_000
"""Most scalars and containers of a value."""
MAX_FRAME: Final = 1 << 23
"""Largest frame, in bytes."""
MAX_BITS: Final = 1 << 18
"""Largest integer, in bits."""
_PLAIN: Final = 1 << 53
_HASHED: Final = (1 << 61) - 1
_MOST_GREAT_KEYS: Final = 256
"""Integers from 2^61 - 1 on can be made to share a hash: a set or dict of many would cost quadratic time."""


def encode(value: object) -> Any:
    """A value as plain JSON data.

    Raises:
        ValueError: If it is not made of exact builtin types alone, or is too large; names the type.
    """
    return _encoded(value, MAX_DEPTH, [MAX_NODES])


def _encoded(value: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    kind = type(value)
    if left[0] < 0 or depth < 0:
        raise ValueError("the value is too large or too deeply nested")
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        if -_PLAIN < value < _PLAIN:
            return value
        if value.bit_length() > MAX_BITS:
            raise ValueError(f"the integer has more than {MAX_BITS} bits")
        return ["i", hex(value)]
    if kind is float:
        return ["f", value.hex()]
    if kind is complex:
        return ["c", value.real.hex(), value.imag.hex()]
    if kind is bytes:
        return ["b", value.hex()]
    tag = _TAGS.get(kind)
    if tag is not None:
        return [tag, *[_encoded(item, depth - 1, left) for item in value]]
    if kind is dict:
        flat: list[Any] = ["d"]
        for key, item in value.items():
            flat += [_encoded(key, depth - 1, left), _encoded(item, depth - 1, left)]
        return flat
    raise ValueError(f"a {kind.__name__} is no plain value")


_TAGS: Final[dict[type, str]] = {list: "l", tuple: "t", set: "S", frozenset: "F"}


def decode(data: Any) -> Any:
    """The value that plain JSON data stands for, made of exact builtin types.

    Raises:
        ValueError: If it stands for none, or is too large.
    """
    return _decoded(data, MAX_DEPTH, [MAX_NODES])


def _decoded(data: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise ValueError("the value is too large or too deeply nested")
    if data is None or data is True or data is False or type(data) in (int, str):
        return data
    if type(data) is not list or not data:
        raise ValueError("no encoded value")
    tag, *items = data
    if tag in ("l", "t", "S", "F", "d"):
        values = [_decoded(item, depth - 1, left) for item in items]
        return _container(tag, values)
    if not all(type(item) is str for item in items):
        raise ValueError("no encoded value")
    if tag == "i" and len(items) == 1 and len(items[0]) <= MAX_BITS // 4 + 4:
        return int(items[0], 16)
    if tag == "f" and len(items) == 1 and len(items[0]) <= 40:
        return float.fromhex(items[0])
    if tag == "c" and len(items) == 2 and max(map(len, items)) <= 40:
        return complex(float.fromhex(items[0]), float.fromhex(items[1]))
    if tag == "b" and len(items) == 1:
        return bytes.fromhex(items[0])
    raise ValueError("no encoded value")


def _container(tag: str, values: list[Any]) -> Any:
    if tag == "l":
        return values
    if tag == "t":
        return tuple(values)
    keys = values[::2] if tag == "d" else values
    if tag == "d" and len(values) % 2:
        raise ValueError("a dict with a key and no value")
    if sum(map(_great, keys)) > _MOST_GREAT_KEYS:
        raise ValueError("too many great numbers as keys")
    try:
        built: Any = dict(zip(keys, values[1::2], strict=True)) if tag == "d" else frozenset(keys)
    except TypeError as error:
        raise ValueError("a key that cannot be hashed") from error
    if len(built) != len(keys):
        raise ValueError("a key that occurs twice")
    return set(built) if tag == "S" else built


def _great(key: Any) -> bool:
    """Whether keys like this one could be chosen to share a hash."""
    if type(key) is int:
        return abs(key) >= _HASHED
    return type(key) is not str and type(key) is not bytes and key is not None and type(key) is not bool


def frame(message: Any) -> bytes:
    """A message as four bytes of length (big-endian) and JSON.

    Raises:
        ValueError: If it is larger than ``MAX_FRAME``.
    """
    body = json.dumps(message, separators=(",", ":")).encode()
    if len(body) > MAX_FRAME:
        raise ValueError(f"more than {MAX_FRAME} bytes")
    return len(body).to_bytes(4, "big") + body


def read_message(body: bytes | bytearray) -> Any:
    """What the body of a frame holds.

    Raises:
        ValueError: If it is no JSON of strings, small integers, constants, lists and objects.
    """
    try:
        return json.loads(body, parse_int=_integer, parse_float=_refused, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _integer(text: str) -> int:
    if len(text) > 20:
        raise ValueError("an integer of more than 20 digits")
    return int(text)


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not in the notation")
