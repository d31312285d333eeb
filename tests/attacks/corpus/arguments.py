"""Makers called with arguments of a wrong type or number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attacks.assembler import (
    MEMOIZE,
    NONE,
    REBUILD,
    TRUE,
    call,
    few,
    kept,
    made,
    maker,
    mapping,
    members,
    number,
    real,
    some,
    stack_global,
    stream,
    text,
)
from tests.attacks.attack import Attack
from tests.attacks.victim import TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

WRONG = {
    "nothing": (),
    "None": (NONE,),
    "a number": (number(1),),
    "a negative number": (number(-1),),
    "a big number": (number(2**4000),),
    "True": (TRUE,),
    "a float": (real(1.5),),
    "not a number": (real(float("nan")),),
    "infinity": (real(float("inf")),),
    "a text": (kept("evil"),),
    "an empty text": (kept(""),),
    "a long text": (kept("9" * 100_000),),
    "a text with NUL": (kept("a\0b"),),
    "bytes": (b"C\x04evil" + MEMOIZE,),
    "a list": (some(number(1)),),
    "a dict": (mapping((kept("a"), number(1))),),
    "a set": (members(number(1)),),
    "a tuple": (few(number(1), kept("x")),),
    "rebuild": (REBUILD,),
    "a maker": (maker("Cart@1"),),
    "a type": (stack_global("datetime", "date"),),
    "a cart": (made("Cart@1", kept("x")),),
    "two": (number(1), number(2)),
    "three": (number(1), number(2), number(3)),
    "ten": (number(1),) * 10,
    "a factory": (kept("eval"), mapping()),
    "a range": (made("py:range", number(0), number(2**40), number(1)),),
    "a range and a length": (made("py:range", number(0), number(2**40), number(1)), NONE),
}
STANDARD = [
    f"py:{name}"
    for name in (
        *("Decimal", "Fraction", "complex", "range", "UUID", "IPv4Address", "IPv6Network"),
        *("PurePosixPath", "ZoneInfo", "OrderedDict", "Counter", "defaultdict", "deque"),
    )
]
ONE_VALUE = [
    name for name, values in WRONG.items() if len(values) == 1 and name not in ("rebuild", "a maker", "a type")
]
# What may come of it: a text is a path, ten is no tag's number of values, and so on.
ALLOWED = {
    ("Cart@1", "a text"),
    ("Cart@1", "an empty text"),
    ("Cart@1", "a long text"),
    ("Cart@1", "a text with NUL"),
    ("py:PurePosixPath", "a text"),
    ("py:PurePosixPath", "an empty text"),
    ("py:PurePosixPath", "a long text"),
    ("py:PurePosixPath", "a text with NUL"),
    (TAGS["Pair"], "two"),
    (TAGS["Pair"], "a factory"),
    (TAGS["Pair"], "a range and a length"),
    *((TAGS[anything], name) for anything in ("Open", "Keyed") for name in ONE_VALUE),
    ("py:Fraction", "two"),
    ("py:range", "three"),
    ("py:OrderedDict", "a dict"),
    ("py:Counter", "a dict"),
}
UNKNOWN = [
    "",
    "Nobody@1",
    "Cart",
    "Cart@",
    "Cart@0",
    "Cart@01",
    "Cart@2",
    "Cart@-1",
    "Cart@1/00000000",
    "Cart@1 ",
    " Cart@1",
]
UNKNOWN += [
    "py:",
    "py:os",
    "py:eval",
    "py:Decimal@1",
    "builtins.eval",
    "os.system",
    "x" * 10_000,
    "Cart@" + "9" * 5_000,
]
DECIMALS = [
    "1E+999999999999999999",
    "1E-999999999999999999",
    "9" * 2000,
    "1E6145",
    "-1E-6146",
    "NaN" + "1" * 2000,
    "1_0" * 500,
]
ZONES = [
    "../../../etc/passwd",
    "/etc/passwd",
    "Europe/../../passwd",
    "",
    ".",
    "posixrules\0",
    "a" * 100,
    "Europe",
    "tzdata.zi",
]
DATES = {
    "short": (b"C\x03\x07\xea\x09" + MEMOIZE,),
    "month 13": (b"C\x04\x07\xea\x0d\x01" + MEMOIZE,),
    "year 0": (b"C\x04\x00\x00\x01\x01" + MEMOIZE,),
    "a text": (kept("\x07\u00ea\x09\x15"),),
    "huge": (number(2**2000), number(1), number(1)),
    "none": (),
    "a list": (some(),),
}


def attacks() -> Iterator[Attack]:
    for tag in (*TAGS.values(), *STANDARD):
        for name, values in WRONG.items():
            yield Attack(
                f"arguments: {tag} of {name}",
                stream(made(tag, *values)),
                harmless=(tag, name) in ALLOWED,
                alone=name not in ("rebuild", "a maker", "a type"),  # tokens in the place of data are inert
            )
    for tag in UNKNOWN:
        yield Attack(f"arguments: tag {tag[:30]!r}", stream(made(tag, number(1))))
    for value in DECIMALS:
        yield Attack(f"arguments: Decimal {value[:30]} {len(value)}", stream(made("py:Decimal", kept(value))))
    for key in ZONES:
        yield Attack(f"arguments: ZoneInfo {key[:30]!r}", stream(made("py:ZoneInfo", kept(key))))
    yield Attack("arguments: Fraction of big numbers", stream(made("py:Fraction", number(3**6000), number(2**9000))))
    yield Attack("arguments: Fraction by zero", stream(made("py:Fraction", number(1), number(0))))
    yield Attack("arguments: range of no step", stream(made("py:range", number(1), number(2), number(0))))
    yield Attack("arguments: deque of negative length", stream(made("py:deque", some(), number(-1))))
    yield Attack("arguments: deque of endless length", stream(made("py:deque", some(), number(2**70))))
    yield Attack("arguments: UUID of 15 bytes", stream(made("py:UUID", b"C\x0f" + bytes(15) + MEMOIZE)))
    yield Attack(
        "arguments: an address with a long scope", stream(made("py:IPv6Address", kept("fe80::1%" + "a" * 200)))
    )
    for kind in ("date", "datetime", "time", "timedelta", "timezone"):
        for name, values in DATES.items():
            honest = (kind, name) in {("time", "none"), ("timedelta", "none")}
            yield Attack(
                f"arguments: {kind} of {name}",
                stream(made(f"py:{kind}", *values)),
                harmless=honest,
            )
    ten = maker("py:datetime+zone")
    state = b"C\x0a\x07\xea\x09\x15\x00\x00\x00\x00\x00\x00" + MEMOIZE
    yield Attack("arguments: datetime with a text as tzinfo", stream(call(ten, state, kept("UTC"))))
    yield Attack("arguments: datetime with a cart as tzinfo", stream(call(ten, state, made("Cart@1", kept("x")))))
    yield Attack(
        "arguments: datetime with a type as tzinfo", stream(call(ten, state, stack_global("datetime", "timezone")))
    )
    yield Attack("arguments: not UTF-8", stream(made("Cart@1", text(b"\xff\xff") + MEMOIZE)))
