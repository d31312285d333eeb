"""Hostile JSON and MessagePack made by hand: beyond a limit, malformed, or dense."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEN = 10_000_000  # bytes: the limit of an HTTP API
COLLIDING = 2**61 - 1  # Python's hash of an integer is its remainder by this


def json_bombs() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Each name, with a function that makes the text."""
    yield "a million arrays", lambda: b"[" * 1_000_000
    yield "a million objects", lambda: b'{"a":' * 1_000_000
    yield "99,999 closed arrays", lambda: b"[" * 99_999 + b"]" * 99_999
    yield "marks in marks", lambda: b'{"$date":' * 900 + b"1" + b"}" * 900
    yield "texts in texts", lambda: b'{"$text":' * 900 + b"1" + b"}" * 900
    yield "a huge integer", lambda: b"9" * TEN
    yield "many large integers", lambda: b"[" + b",".join([b"9" * 4_000] * 2_500) + b"]"
    yield "a huge float", lambda: b"1" * TEN + b".5"
    yield "a huge exponent", lambda: b"[1e999999999]"
    yield "empty arrays", lambda: b"[" + b"[]," * (TEN // 3) + b"[]]"
    yield "empty objects", lambda: b"[" + b"{}," * (TEN // 3) + b"{}]"
    yield "small objects", lambda: b"[" + b'{"":0},' * (TEN // 7) + b"{}]"
    yield "short texts", lambda: b"[" + b'"ab",' * (TEN // 5) + b"0]"
    yield "one wide character", lambda: b'["' + b"a" * (60_000_000) + "\U0001f600".encode() + b'"]'
    yield "a name twice at the end", lambda: b"{" + b"".join(b'"%d":0,' % n for n in range(300_000)) + b'"0":1}'
    yield "empty deques", lambda: b"[" + b'{"$object":["py:deque",[],null]},' * 300_000 + b"0]"
    yield "empty sets", lambda: b"[" + b'{"$set":[]},' * 800_000 + b"0]"
    yield "colliding integers", lambda: _listed(b"%d" % (COLLIDING * (2**80 + n)) for n in range(300_000))
    yield "colliding tuples", lambda: _listed(b'{"$tuple":[%d]}' % (COLLIDING * n) for n in range(300_000))
    yield (
        "colliding map",
        lambda: b'{"$map":[' + b",".join(b"[%d,0]" % (COLLIDING * (2**80 + n)) for n in range(200_000)) + b"]}",
    )
    yield "keys of keys", lambda: b'{"$set":[' * 90 + b"1" + b"]}" * 90
    yield "half base64", lambda: b'{"$bytes":"' + b"A" * (TEN - 1) + b'"}'
    yield "quotes without end", lambda: b'["' * (TEN // 2)
    yield "backslashes", lambda: b'"' + b"\\" * TEN
    yield "invalid UTF-8 at the end", lambda: b'"' + b"a" * TEN + b'\xff"'
    yield "a lone surrogate", lambda: b'["' + b"a" * TEN + b'\\ud800"]'
    yield "a decimal of a gigabyte", lambda: b'{"$decimal":"1e999999999"}'
    yield "a range without end", lambda: b'{"$object":["py:range",0,%d,1]}' % 10**4_000
    yield "beyond the size", lambda: b" " * 70_000_000
    yield "blanks", lambda: b" " * TEN


def msgpack_bombs() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Likewise."""
    yield "a million arrays", lambda: b"\x91" * 1_000_000
    yield "a thousand long arrays", lambda: (b"\xdd" + TEN.to_bytes(4)) * 1_000 + b"\xc0" * TEN
    yield "an array of four billion", lambda: b"\xdd\xff\xff\xff\xff"
    yield "a map of four billion", lambda: b"\xdf\xff\xff\xff\xff" + b"\xc0" * TEN
    yield "a text of four gigabytes", lambda: b"\xdb\xff\xff\xff\xff" + b"a" * 100
    yield "an extension of four gigabytes", lambda: b"\xc9\xff\xff\xff\xff\x01" + b"a" * 100
    yield "empty arrays", lambda: b"\xdd" + TEN.to_bytes(4) + b"\x90" * TEN
    yield "empty maps", lambda: b"\xdd" + TEN.to_bytes(4) + b"\x80" * TEN
    yield "short texts", lambda: b"\xdd" + (TEN // 3).to_bytes(4) + b"\xa2ab" * (TEN // 3)
    yield "nothing, often", lambda: b"\xdd" + TEN.to_bytes(4) + b"\xc0" * TEN
    yield "empty extensions", lambda: b"\xdd" + (TEN // 3).to_bytes(4) + b"\xc7\x00\x08" * (TEN // 3)
    yield "empty tuples", lambda: b"\xdd" + (TEN // 3).to_bytes(4) + b"\xd4\x08\x90" * (TEN // 3)
    yield "extensions in extensions", lambda: _extended(200, 9_000_000)
    yield "maps with odd keys", lambda: b"\xdd" + (TEN // 3).to_bytes(4) + b"\x81\x00\x00" * (TEN // 3)
    yield "colliding timestamps", lambda: (
        b"\xdf" + (200_000).to_bytes(4)
        + b"".join(b"\xd7\xff" + (n << 34 | 10_000_000 - n).to_bytes(8) + b"\xc0" for n in range(200_000))
    )  # fmt: skip
    yield (
        "colliding integers",
        lambda: (
            b"\xdf"
            + (200_000).to_bytes(4)
            + b"".join(_integer(COLLIDING * (2**80 + n)) + b"\xc0" for n in range(200_000))
        ),
    )
    yield (
        "keys that collide in 64 bits",
        lambda: (
            b"\xdf"
            + (500_000).to_bytes(4)
            + b"".join(b"\xcf" + (n << 40).to_bytes(8) + b"\xc0" for n in range(500_000))
        ),
    )
    yield (
        "a key twice at the end",
        lambda: (
            b"\xdf"
            + (200_001).to_bytes(4)
            + b"".join(b"\xcd" + (n % 65_536).to_bytes(2) + b"\x00" for n in range(200_001))
        ),
    )
    yield "a list as a key", lambda: b"\x81\x90\xc0"
    yield "invalid UTF-8 at the end", lambda: b"\xdb" + TEN.to_bytes(4) + b"a" * (TEN - 1) + b"\xff"
    yield "a huge integer", lambda: b"\xc9" + (TEN + 5).to_bytes(4) + b"\x0d\xc6" + TEN.to_bytes(4) + b"\x7f" * TEN
    yield "never used", lambda: b"\xc1" * TEN
    yield "goes on", lambda: b"\xc0" * TEN


def _listed(items: Iterator[bytes]) -> bytes:
    return b'{"$set":[' + b",".join(items) + b"]}"


def _integer(value: int) -> bytes:
    data = value.to_bytes(20)
    return b"\xc7\x16\x0d\xc4\x14" + data


def _extended(levels: int, size: int) -> bytes:
    """Tuples in tuples, around bytes."""
    data = b"\xc6" + size.to_bytes(4) + bytes(size)
    heads = [b"\xc9" + (len(data) + 7 * level + 1).to_bytes(4) + b"\x08\x91" for level in range(levels)]
    return b"".join(reversed(heads)) + data
