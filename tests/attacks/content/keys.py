"""Keys that are dear: of one hash and slow to compare, or of many hashes that look at the same slots."""

from __future__ import annotations

import decimal
import fractions
import ipaddress
import uuid
from functools import partial
from typing import TYPE_CHECKING

from brine.domain.formats import Format, encode
from tests.attacks.content.colliding import DICT, EQUAL, SET, integers
from tests.attacks.content.items import TYPES, Keyed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.attacks.content.colliding import Table

ALL_ONES = 2**128 - 1

PROBING: dict[str, Callable[[int], object]] = {
    "integers": int,
    "floats": float,
    "Decimals": decimal.Decimal,
    "Fractions": fractions.Fraction,
    "complex numbers": complex,
    "UUIDs": lambda n: uuid.UUID(int=n),
    "networks": lambda n: ipaddress.IPv6Network(ALL_ONES ^ n),
}
"""Keys whose hash is the number they are made of."""

DEAR: dict[str, Callable[[int], object]] = {
    "integers": lambda n: EQUAL * (2**80 + n),
    "long integers": lambda n: EQUAL * (2**7_900 + n),
    "tuples": lambda n: (EQUAL * n,),
    "tuples of texts": lambda n: ("a long text" * 9, EQUAL * n),
    "wide tuples": lambda n: (*range(50), EQUAL * n),
    "tuples in tuples": lambda n: (((((((EQUAL * n,),),),),),),),
    "frozensets": lambda n: frozenset((EQUAL * n,)),
    "frozensets that collide inside": lambda n: frozenset(EQUAL * (999 * (at == 0) * (n + 1) + at) for at in range(30)),
    "tuples of frozensets": lambda n: (frozenset((EQUAL * n,)),),
    "Decimals": lambda n: decimal.Decimal(EQUAL * n),
    "Fractions": lambda n: fractions.Fraction(EQUAL * n + 1),
    "UUIDs": lambda n: uuid.UUID(int=EQUAL * n),
    "networks": lambda n: ipaddress.IPv6Network(ALL_ONES ^ EQUAL * n),
    "records": lambda n: Keyed(EQUAL * n),
    "records in records": lambda n: Keyed(Keyed(Keyed(Keyed(EQUAL * n)))),
    "ranges": lambda n: range(0, EQUAL * n + 1, EQUAL * n + 1),
}
"""Keys of one hash, by number."""


PROBING_BITS = (9, 15)
SMALL, LARGE = 9_000, 300_000
"""Bytes of content at most."""


def key_bombs() -> Iterator[tuple[Format, str, Callable[[], bytes]]]:
    """Format, name, and a function that makes the bytes without the object, which would take as long as reading it."""
    for form in (Format.JSON, Format.MSGPACK):
        for size in (SMALL, LARGE):
            for name, key in DEAR.items():
                yield form, f"members of one hash, {name}, in {size} bytes", _members(form, key, size)
                yield form, f"keys of one hash, {name}, in {size} bytes", _keys(form, key, size)
            yield form, f"names and keys of one hash, in {size} bytes", _keys(form, _mixed, size)
        for name, key in PROBING.items():
            for bits in PROBING_BITS:
                members, keys = (partial(_probing, form, key, bits, table) for table in (SET, DICT))
                yield form, f"probing members, {name}, {bits} bits", partial(_set_of, form, members)
                yield form, f"probing keys, {name}, {bits} bits", partial(_map_of, form, keys)
                for tag in ("OrderedDict", "Counter"):
                    yield form, f"probing keys of a {tag}, {name}, {bits} bits", partial(_tagged, form, tag, keys)


def _mixed(number: int) -> object:
    return str(number) if number % 2 else EQUAL * (2**80 + number)


def _members(form: Format, key: Callable[[int], object], size: int) -> Callable[[], bytes]:
    return partial(_set_of, form, partial(_up_to, size, form, key))


def _keys(form: Format, key: Callable[[int], object], size: int) -> Callable[[], bytes]:
    return partial(_map_of, form, partial(_up_to, size, form, key))


def _probing(form: Format, key: Callable[[int], object], bits: int, table: Table) -> list[bytes]:
    return [encode(form, key(number), TYPES) for number in integers(2**bits, table)]


def _up_to(size: int, form: Format, key: Callable[[int], object]) -> list[bytes]:
    texts, left, number = [], size, 1
    while left > 0:
        texts.append(encode(form, key(number), TYPES))
        left -= len(texts[-1]) + 4
        number += 1
    return texts


def _set_of(form: Format, members: Callable[[], list[bytes]]) -> bytes:
    keys = members()
    if form is Format.JSON:
        return b'{"$set":[' + b",".join(keys) + b"]}"
    content = b"\xdd" + len(keys).to_bytes(4) + b"".join(keys)
    return b"\xc9" + len(content).to_bytes(4) + b"\x09" + content


def _map_of(form: Format, members: Callable[[], list[bytes]]) -> bytes:
    keys = members()
    if form is Format.JSON:
        return b'{"$map":[' + b",".join([b"[" + key + b",0]" for key in keys]) + b"]}"
    return b"\xdf" + len(keys).to_bytes(4) + b"".join([key + b"\x00" for key in keys])


def _tagged(form: Format, tag: str, members: Callable[[], list[bytes]]) -> bytes:
    content = _map_of(form, members)
    if form is Format.JSON:
        return b'{"$object":["py:%s",%s]}' % (tag.encode(), content)
    name = f"py:{tag}".encode()
    content = b"\x92" + bytes([0xA0 + len(name)]) + name + content
    return b"\xc9" + len(content).to_bytes(4) + b"\x0f" + content
