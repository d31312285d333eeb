"""Every maker with its least and its most arguments, in every position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.attacks.assembler import (
    ADDITEMS,
    APPENDS,
    EMPTY_DICT,
    EMPTY_LIST,
    EMPTY_SET,
    EMPTY_TUPLE,
    FROZENSET,
    MARK,
    MEMOIZE,
    NONE,
    SETITEM,
    SETITEMS,
    TRUE,
    TUPLE,
    call,
    few,
    kept,
    made,
    maker,
    mapping,
    number,
    real,
    some,
)
from tests.attacks.corpus.filling import LONG, filled
from tests.attacks.victim import DEAR, TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.attacks.attack import Attack


def packed(data: bytes) -> bytes:
    return b"C" + bytes([len(data)]) + data + MEMOIZE


HUGE = 2**8_180
DAY, HOUR = packed(b"\x07\xea\x01\x01"), packed(b"\1\1\1\0\0\0")
MOMENT = packed(b"\x07\xea\x01\x01\1\1\1\0\0\0")
BERLIN = made("py:ZoneInfo", kept("Europe/Berlin"))
NAMED = made("py:timezone", number(3_600_000_000), kept("\u03b1" * 120))
ENTRIES = mapping(*((number(at), NONE) for at in range(86)))
NAMES = mapping(*((kept(f"key {at}"), NONE) for at in range(86)))
COUNT = few(number(4))
DATA = packed(bytes(4))
CHARACTERS = b"B" + (480).to_bytes(4, "little") + b"a\0\0\0" * 120 + MEMOIZE


def array(dtype: str = "<i4", data: bytes = bytes(4), items: int = 1) -> bytes:
    return made("np:ndarray", kept(dtype), few(number(items)), kept("C"), packed(data))


def index(size: int = 1) -> bytes:
    return made("pd:Index", kept("range"), few(number(0), number(size), number(1)), NONE)


def column(*parts: bytes) -> bytes:
    return made("pd:Index", kept("values"), number(1), NONE, few(*parts))


CALLS: dict[str, tuple[Any, ...]] = {
    "date": ("py:date", DAY),
    "datetime": ("py:datetime", MOMENT),
    "datetime, UTC": ("py:datetime+zone", MOMENT, number(0)),
    "datetime, hour": ("py:datetime+zone", MOMENT, number(3_600_000_000)),
    "datetime, Berlin": ("py:datetime+zone", MOMENT, BERLIN),
    "datetime, named": ("py:datetime+zone", MOMENT, NAMED),
    "time": ("py:time", HOUR),
    "time, hour": ("py:time+zone", HOUR, number(3_600_000_000)),
    "timedelta": ("py:timedelta", number(1), number(1), number(1)),
    "timedelta of floats": ("py:timedelta", real(1e8), real(1.5), real(1.5)),
    "timedelta of large integers": ("py:timedelta", number(1), number(1), number(2**60)),
    "timezone": ("py:timezone", number(0)),
    "timezone, named": ("py:timezone", number(3_600_000_000), kept("\u03b1" * 120)),
    "Decimal": ("py:Decimal", kept("0")),
    "Decimal of digits": ("py:Decimal", kept("9" * 1_000)),
    "Decimal far away": ("py:Decimal", kept("1E6144")),
    "Decimal of other digits": ("py:Decimal", kept("\u0661" * 127)),
    "Fraction": ("py:Fraction", number(0), number(1)),
    "Fraction of large integers": ("py:Fraction", number(HUGE - 1), number(HUGE - 3)),
    "complex": ("py:complex", real(0.0), real(1.0)),
    "range": ("py:range", number(0), number(1), number(1)),
    "range of large integers": ("py:range", number(-HUGE), number(HUGE), number(HUGE // 3)),
    "UUID": ("py:UUID", packed(bytes(16))),
    "IPv4Address": ("py:IPv4Address", kept("0.0.0.0")),  # noqa: S104 - nothing listens
    "IPv6Address": ("py:IPv6Address", kept("::")),
    "IPv6Address, long": ("py:IPv6Address", kept("1111:" * 7 + "1111%" + "a" * 80)),
    "IPv4Network": ("py:IPv4Network", kept("0.0.0.0/0")),
    "IPv6Network": ("py:IPv6Network", kept("1:2:3:4:5:6:7:8/128")),
    "IPv6Interface": ("py:IPv6Interface", kept("1:2:3:4:5:6:7:8/64")),
    "PurePosixPath": ("py:PurePosixPath", kept("")),
    "PurePosixPath, long": ("py:PurePosixPath", kept("a/" * 2_040)),
    "PureWindowsPath, long": ("py:PureWindowsPath", kept("A/" * 120)),
    "ZoneInfo": ("py:ZoneInfo", kept("UTC")),
    "OrderedDict": ("py:OrderedDict", mapping()),
    "OrderedDict of numbers": ("py:OrderedDict", ENTRIES),
    "OrderedDict of texts": ("py:OrderedDict", NAMES),
    "Counter": ("py:Counter", mapping()),
    "Counter of numbers": ("py:Counter", ENTRIES),
    "defaultdict": ("py:defaultdict", NONE, mapping()),
    "defaultdict of numbers": ("py:defaultdict", kept("list"), ENTRIES),
    "deque": ("py:deque", some(), NONE),
    "deque, long": ("py:deque", some(*[NONE] * 65), number(2**40)),
    "class": ("Cart@1", kept("x")),
    "record": (TAGS["Open"], NONE),
    "frozen record": (TAGS["Keyed"], NONE),
    "strict record": (TAGS["Strict"], number(1), some()),
    "strict record of texts": (TAGS["Strict"], number(1), some(*[kept("a")] * 50)),
    "dear record": (DEAR, some(*[NONE] * 50)),
    "NamedTuple": (TAGS["Pair"], NONE, NONE),
    "Enum": ("Mood@1", kept("GOOD")),
    "Flag": ("Colours@1", number(3)),
    "IntFlag": ("Bits@1", number(2**20)),
    "array": ("np:ndarray", kept("|b1"), few(number(0)), kept("C"), packed(b"")),
    "array of 32 dimensions": ("np:ndarray", kept("<i4"), few(*[number(1)] * 32), kept("F"), DATA),
    "array of texts": (
        "np:ndarray",
        kept("<U30"),
        COUNT,
        kept("C"),
        b"B" + (480).to_bytes(4, "little") + b"a\0\0\0" * 120 + MEMOIZE,
    ),
    "array of times": ("np:ndarray", kept("<M8[999999D]"), few(number(1)), kept("C"), packed(bytes(8))),
    "scalar": ("np:scalar", kept("<f2"), packed(bytes(2))),
    "scalar, long": ("np:scalar", kept("<f16"), packed(bytes(16))),
    "range index": ("pd:Index", kept("range"), few(number(0), number(2**40), number(1)), NONE),
    "index of an array": ("pd:Index", kept("values"), number(1), NONE, few(kept("array"), array())),
    "index of objects": ("pd:Index", kept("values"), number(1), NONE, few(kept("objects"), some(kept("a")))),
    "index of texts": ("pd:Index", kept("values"), number(1), NONE, few(kept("texts"), kept("str"), some(kept("a")))),
    "nullable index": (
        "pd:Index",
        *(kept("values"), number(1), NONE),
        few(kept("nullable"), kept("Int32"), array(), array("|b1", b"\0")),
    ),
    "zoned index": (
        "pd:Index",
        *(kept("values"), number(1), NONE),
        few(kept("zoned"), kept("Europe/Berlin"), array("<M8[ns]", bytes(8))),
    ),
    "categories": (
        "pd:Index",
        *(kept("values"), number(1), NONE),
        few(kept("categories"), column(kept("objects"), some(kept("a"))), TRUE, array("|i1", b"\0")),
    ),
    "series": ("pd:Series", index(), NONE, few(kept("array"), array())),
    "empty frame": (
        "pd:DataFrame",
        index(size=0),
        index(),
        EMPTY_TUPLE,
    ),
    "frame": ("pd:DataFrame", index(), index(), few(few(kept("array"), array()))),
    "frame of 50 columns": (
        "pd:DataFrame",
        index(size=50),
        index(),
        MARK + few(kept("objects"), some(NONE)) * 50 + TUPLE + MEMOIZE,
    ),
}
"""A tag and its arguments, by what they are."""


def positions(name: str, unit: bytes) -> Iterator[tuple[str, bytes]]:
    """The object alone, as a key, as a member, inside of other objects."""
    yield name, unit
    yield f"{name}, as a key", EMPTY_DICT + MEMOIZE + unit + NONE + SETITEM
    yield f"{name}, in a set", EMPTY_SET + MEMOIZE + MARK + unit + ADDITEMS
    yield f"{name}, in a key of a key", MARK + made(TAGS["Keyed"], few(unit, NONE)) + FROZENSET + MEMOIZE
    yield f"{name}, in records", call(maker(TAGS["Open"]), call(maker(TAGS["Pair"]), unit, unit))
    yield f"{name}, in a deque", made("py:deque", EMPTY_LIST + MEMOIZE + MARK + unit + APPENDS, NONE)
    yield f"{name}, in an OrderedDict", made("py:OrderedDict", EMPTY_DICT + MEMOIZE + MARK + kept("") + unit + SETITEMS)


def attacks() -> Iterator[Attack]:
    for place, (name, (tag, *fields)) in enumerate(CALLS.items()):
        unit = made(tag, *fields)
        for at, (where, whole) in enumerate(positions(name, unit)):
            if LONG or at == place % 7:  # one position by turns
                yield from filled(f"makers: {where}", whole, place)
