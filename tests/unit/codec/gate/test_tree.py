"""The gate passes all streams of the pickler, and enforces each limit exactly."""

from __future__ import annotations

import contextlib
import copyreg
import datetime as dt
import fractions
import pickle
import random
import uuid
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from brine_codec import CodecError, Forbidden, Limits, TooLarge, Undecodable, Unsupported
from brine_codec.classes.vocabulary import Vocabulary
from brine_codec.gate import tree
from brine_codec.gate.budget import PROBE, Budget
from brine_codec.pickling import opcodes
from brine_codec.pickling.reader import read
from brine_codec.pickling.writer import TreeWriter
from tests.attacks.attack import Attack
from tests.support.codec.samples import NOW, Line, Point, codec, order, registry

if TYPE_CHECKING:
    from collections.abc import Callable

EDGES = [0, 1, 2, 3, 4, 254, 255, 256, 257, 65_525, 65_535, 65_536, 65_537, 131_072, 200_000]
KINDS: list[Any] = [
    lambda size: "a" * size,
    lambda size: "\u00e9" * (size // 2),
    lambda size: b"b" * size,
    lambda size: bytearray(b"c" * size),
]


def survives(obj: object, **settings: Any) -> bool:
    c = codec(**settings)
    return bool(c.open(c.seal(obj, now=NOW), now=NOW) == obj)


@pytest.mark.parametrize("size", EDGES)
def test_texts_of_every_size_on_their_own_and_in_a_row(size: int) -> None:
    for kind in KINDS:
        text = kind(size)
        for obj in (
            text,
            [text],
            [text, text, kind(size)],
            {"a": text, "b": [kind(size), 1]},
            (kind(size),),
            [1, text, 2],
        ):
            assert survives(obj)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_frames_wherever_the_pickler_ends_them(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - any numbers do, the same ones each time
    texts = [draw.choice(KINDS)(draw.choice(EDGES) + draw.randrange(5)) for _ in range(12)]
    fillers = [draw.randrange(2 ** draw.randrange(1, 80)) for _ in range(draw.randrange(30_000))]
    parts = [*texts, fillers, {str(n): n for n in fillers[:3_000]}, set(fillers[:2_500]), tuple(fillers[:5])]
    draw.shuffle(parts)
    assert survives(parts)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 999, 1_000, 1_001, 2_000, 2_001])
def test_batches(length: int) -> None:
    numbers = range(length)
    for obj in (list(numbers), tuple(numbers), set(numbers), frozenset(numbers), dict.fromkeys(numbers)):
        assert survives(obj)


@pytest.mark.parametrize(
    "number", [255, 256, 2**63 - 1, -(2**63), 2**64, 2**2031, 2**2039, 2**2040, 2**8190, -(2**8191)]
)
def test_integers_of_every_width(number: int) -> None:
    assert survives([number, -number - 1])


def test_many_shared_values() -> None:
    shared: list[object] = [[at] for at in range(400)]
    assert survives([*shared, *shared, {"all": shared}])


def test_many_frozensets_and_the_same_one_twice() -> None:
    some = frozenset([1])
    assert survives([{"a": frozenset([at]), "b": [some]} for at in range(200)])
    assert survives({frozenset([at]): [some] for at in range(100)})
    assert survives([[frozenset([at]) for at in range(200)]])


def test_an_object_that_contains_itself_cannot_be_sealed_as_a_tree() -> None:
    knot: list[object] = [frozenset([at]) for at in range(100)]
    knot.append(knot)
    for obj in (knot, knot[-1:], {"a": knot}):
        with pytest.raises(Unsupported, match="contains itself"):
            codec().seal(obj, now=NOW)


def depth_of(levels: int) -> object:
    nested: object = 1
    for _ in range(levels):
        nested = [nested]
    return nested


def both_ways(obj: object, fits: Limits, breaks: Limits) -> None:
    """Assert that `obj` passes under one limit, and is refused under the other when sealed and when opened."""
    assert survives(obj, limits=fits)
    with pytest.raises(TooLarge):
        codec(limits=breaks).seal(obj, now=NOW)
    with pytest.raises(TooLarge):
        codec(limits=breaks).open(codec(limits=fits).seal(obj, now=NOW), now=NOW)


def test_depth() -> None:
    both_ways(depth_of(100), Limits(), Limits(depth=96))


def test_depth_counts_dicts_tuples_and_records_too() -> None:
    both_ways({"a": (Point(1, 2), [[{1: frozenset([(1,)])}]])}, Limits(depth=7), Limits(depth=3))


WEAK: dict[str, Callable[[int], object]] = {
    "an integer": lambda at: at,
    "a large integer": lambda at: 2**70 + at,
    "a float": lambda at: at + 0.5,
    "a tuple": lambda at: (at, "x"),
    "a timedelta": dt.timedelta,
    "an aware time": lambda at: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(at),
    "a UUID": lambda at: uuid.UUID(int=at),
    "a record": lambda at: Line(str(at), Decimal(at)),
    "a tuple around a record": lambda at: (Line(str(at), Decimal(at)),),
    "a frozenset": lambda at: frozenset([at]),
}
STRONG: dict[str, Callable[[int], object]] = {
    "a text": str,
    "bytes": lambda at: str(at).encode(),
    "a date": lambda at: dt.date(2026, 1, 1) + dt.timedelta(at),
    "a naive time": lambda at: dt.datetime(2026, 1, 1) + dt.timedelta(at),  # noqa: DTZ001 - the attack needs a naive time
}


@pytest.mark.parametrize("name", WEAK)
@pytest.mark.parametrize("into", [set, frozenset, dict.fromkeys])
def test_keys_whose_hash_a_sender_can_choose_cost_the_square_of_their_number(name: str, into: Any) -> None:
    few, many = (steps_of(into([WEAK[name](at) for at in range(count)])) for count in (300, 3_000))
    assert many - 10 * few > 0.9 * (3_000**2 - 10 * 300**2) * PROBE


@pytest.mark.parametrize("name", STRONG)
@pytest.mark.parametrize("into", [set, dict.fromkeys])
def test_other_keys_cost_their_number(name: str, into: Any) -> None:
    few, many = (steps_of(into([STRONG[name](at) for at in range(count)])) for count in (300, 3_000))
    assert many < 25 * few


def test_expensive_keys_are_charged_behind_cheap_ones() -> None:
    """Texts and values in any order, in batches and alone: the gate knows which of them are keys."""
    plain = {str(at): (at, str(at)) for at in range(2_000)}
    mixed: dict[object, object] = {}
    for at in range(1_000):
        mixed |= {str(at): at, (at, at): str(at), at: [at], f"{at}": (at,)}
    assert steps_of(plain) < 200_000 < steps_of(mixed)


def steps_of(obj: object) -> float:
    """The steps of its budget that opening the object draws."""
    limits, vocabulary = Limits(), Vocabulary(registry())
    ((stream,), buffers) = TreeWriter(vocabulary.reducer, limits.size).write(obj)
    budget = Budget(limits, 10**9)
    before = budget.steps
    tree.check(stream, len(buffers), limits, budget, vocabulary.maker)
    return before - budget.steps


def test_an_object_beyond_the_budget_if_compressed_is_sealed_uncompressed() -> None:
    zeros = [0] * 3_000_000
    c = codec()
    sealed = c.seal(zeros, now=NOW)
    assert len(sealed) > 5_000_000
    assert c.open(sealed, now=NOW) == zeros
    assert len(codec(gate=False).seal(zeros, now=NOW)) < 20_000


def test_an_object_beyond_every_budget_is_not_sealed() -> None:
    with pytest.raises(TooLarge, match="more time"):
        codec().seal({fractions.Fraction(at, 7): at for at in range(200)}, now=NOW)


def test_integer_bits() -> None:
    both_ways(2**5000, Limits(integer_bits=5_001), Limits(integer_bits=4_900))


def test_memory() -> None:
    both_ways([str(at) for at in range(10_000)], Limits(memory=4_000_000), Limits(memory=200_000))


def test_limits_that_only_the_gate_keeps_do_not_hold_without_it() -> None:
    c = codec(gate=False, limits=Limits(depth=1))
    assert c.open(c.seal(depth_of(50), now=NOW), now=NOW) == depth_of(50)


def test_without_the_gate_the_stream_still_ends_where_it_says() -> None:
    c = codec(gate=False, purpose="attack")
    for tail in (b"N.", b"\x00"):
        attack = Attack("tail", b"\x80\x05N." + tail)
        with pytest.raises(Undecodable, match="goes on"):
            c.open(attack.envelope(), context=("victim", "key"), now=NOW)
    inside = Attack("tail in the frame", b"\x80\x05\x95" + (6).to_bytes(8, "little") + b"N.NNN.")
    with pytest.raises(Undecodable, match="goes on"):
        c.open(inside.envelope(), context=("victim", "key"), now=NOW)


def test_the_extension_cache_of_copyreg_is_not_reached() -> None:
    copyreg.add_extension("fractions", "Fraction", 77)
    try:
        assert pickle.loads(b"\x80\x02\x82\x4d.") is Fraction  # noqa: S301 - fills the cache
        with pytest.raises(Forbidden):
            read(b"\x80\x05\x82\x4d.", [], Vocabulary(registry()).rebuild)
    finally:
        copyreg.remove_extension("fractions", "Fraction", 77)


def framed(opcodes: bytes) -> bytes:
    return b"\x80\x05\x95" + len(opcodes).to_bytes(8, "little") + opcodes


def checked(stream: bytes, buffers: int = 0) -> None:
    tree.check(stream, buffers, Limits(), Budget(Limits(), len(stream)), Vocabulary(registry()).maker)


POINT = opcodes.introduction(0, next(tag for tag in registry().tags if tag.startswith("Point@")))
FORBIDDEN = {
    "a buffer that is not used": (b"K\x01.", 1),
    "a buffer as the whole": (b"\x97.", 1),
    "a buffer in a list": (b"](\x97\x98e.", 1),
    "a buffer in a tuple": (b"\x97\x98\x85.", 1),
    "nothing": (b".", 0),
    "two values": (b"NN.", 0),
    "a mark": (b"N(.", 0),
    "no end": (b"N", 0),
    "a tail": (b"N.N", 0),
    "MEMOIZE": (b"]\x94.", 0),
    "a maker as a value": (POINT + b"h\x00.", 0),
    "a maker in a list": (POINT + b"](h\x00e.", 0),
    "a maker that is not introduced": (POINT + b"h\x01K\x01K\x02\x86R.", 0),
    "a maker that is introduced twice": (POINT + POINT + b"N.", 0),
    "a tag that is introduced at two places": (
        POINT + POINT.replace(b"q\x00", b"q\x01") + b"N.",
        0,
    ),
    "a maker that is introduced late": (b"N0" + POINT + b"N.", 0),
    "a call of a value": (b"K\x01K\x01\x85R.", 0),
    "a call of what a call made": (POINT + b"h\x00(GGGGGGGGGGGGGGGGGGtRK\x01\x85R.", 0),
    "a call with a list": (POINT + b"h\x00](K\x01K\x01eR.", 0),
    "a call with arguments of two values": (POINT + b"h\x00K\x01K\x01R.", 0),
    "a call across a mark": (POINT + b"h\x00(K\x01K\x01\x86Rt.", 0),
    "arguments of which another call's maker is one": (POINT + b"h\x00h\x00K\x01\x86R.", 0),
    "APPEND to what a call made": (POINT + b"h\x00K\x01K\x01\x86RNa.", 0),
    "APPENDS to what a call made": (POINT + b"h\x00K\x01K\x01\x86R(Ne.", 0),
    "APPEND to a text that ends like a list": (b"\x8c\x02x]Na.", 0),
    "SETITEM in a list": (b"]K\x00Ns.", 0),
    "SETITEMS in what a call made": (POINT + b"h\x00K\x01K\x01\x86R(\x8c\x01xNu.", 0),
    "ADDITEMS to a list": (b"](N\x90.", 0),
    "a key without a value": (b"}(\x8c\x01xu.", 0),
    "a list as a key": (b"}(]Nu.", 0),
    "a list in a set": (b"\x8f(]\x90.", 0),
    "a list in a frozenset": (b"(](NeN\x91.", 0),
    "a global": (b"\x8c\x02os\x8c\x06system\x93.", 0),
    "an extension": (b"\x82\x01.", 0),
    "a short text in its long form": (b"X\x01\x00\x00\x00x.", 0),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_opcodes_that_the_writer_never_writes_are_forbidden(name: str) -> None:
    opcodes, buffers = FORBIDDEN[name]
    with pytest.raises(Forbidden):
        checked(framed(opcodes), buffers)


@pytest.mark.parametrize(
    "stream",
    [b"\x80\x05N.", b"\x80\x04" + framed(b"N.")[2:], framed(b"N.") + b"N", b"\x80\x05\x95\x01" + bytes(7) + b"N."],
)
def test_a_stream_is_one_frame_of_protocol_5(stream: bytes) -> None:
    checked(framed(b"N."))
    with pytest.raises(Forbidden):
        checked(stream)


@pytest.mark.slow
def test_every_cut_and_changed_byte_raises_a_codec_error_or_is_a_valid_stream() -> None:
    written = codec()._writer.write({"order": order(), "two": [order(2)] * 2})[0][0]
    checked(written)
    body = written[opcodes.HEAD :]
    for at in range(len(body)):
        with pytest.raises(CodecError):
            checked(framed(body[:at]))
        for byte in (0, 0x2E, 0x52, 0x94, 0xFF):
            with contextlib.suppress(CodecError):
                checked(framed(body[:at] + bytes([byte]) + body[at + 1 :]))


@pytest.mark.parametrize("count", [999, 1000, 1001, 2000, 2001])
def test_containers_around_whole_batches(count: int) -> None:
    numbers = range(count)
    assert survives([list(numbers), dict.fromkeys(numbers), set(numbers)])
