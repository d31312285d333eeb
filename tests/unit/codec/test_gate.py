"""The gate lets through whatever the pickler writes, and keeps each limit to the number."""

from __future__ import annotations

import random
from typing import Any

import pytest

from brine_codec import CodecError, Forbidden, Limits, TooLarge, gate
from tests.attacks.assembler import few, framed, kept, number, some, stream
from tests.unit.codec.samples import NOW, Point, codec, order

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


def depth_of(levels: int) -> object:
    nested: object = 1
    for _ in range(levels):
        nested = [nested]
    return nested


def both_ways(obj: object, fits: Limits, breaks: Limits) -> None:
    """`obj` passes under one, and is refused under the other both when sealed and when opened."""
    assert survives(obj, limits=fits)
    with pytest.raises(TooLarge):
        codec(limits=breaks).seal(obj, now=NOW)
    with pytest.raises(TooLarge):
        codec(limits=breaks).open(codec(limits=fits).seal(obj, now=NOW), now=NOW)


def test_depth() -> None:
    both_ways(depth_of(100), Limits(), Limits(depth=99))


def test_depth_counts_dicts_tuples_and_records_too() -> None:
    both_ways({"a": (Point(1, 2), [{1: frozenset([(1,)])}])}, Limits(depth=6), Limits(depth=5))


def test_nodes_count_a_shared_value_each_time() -> None:
    row = list(range(99))  # 100 with the list
    both_ways([row] * 10, Limits(nodes=1_001), Limits(nodes=1_000))


def test_weak_keys() -> None:
    pairs = {(at, 1): at for at in range(100)}
    both_ways(pairs, Limits(weak_keys=100), Limits(weak_keys=99))
    both_ways({2**70 + at for at in range(100)}, Limits(weak_keys=100), Limits(weak_keys=99))
    assert survives({str(at): at for at in range(500)}, limits=Limits(weak_keys=0))
    assert survives(set(range(500)), limits=Limits(weak_keys=0))


def test_hashed_values() -> None:
    key = tuple(range(99))
    both_ways({key: 1, (key, 1): 2}, Limits(hashed=202), Limits(hashed=201))


def test_integer_bits() -> None:
    both_ways(2**5000, Limits(integer_bits=5_001), Limits(integer_bits=4_900))


def test_memory() -> None:
    both_ways([str(at) for at in range(10_000)], Limits(memory=2_000_000), Limits(memory=200_000))


def test_limits_that_only_the_gate_keeps_do_not_hold_without_it() -> None:
    c = codec(gate=False, limits=Limits(depth=1))
    assert c.open(c.seal(depth_of(50), now=NOW), now=NOW) == depth_of(50)


def test_a_registered_extension_brings_the_gate_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import copyreg  # noqa: PLC0415 - its private table is what this is about

    c = codec(gate=False)
    sealed = c.seal(depth_of(101), now=NOW)
    assert c.open(sealed, now=NOW) == depth_of(101)
    monkeypatch.setitem(copyreg._inverted_registry, 99, ("x", "y"))  # type: ignore[attr-defined]  # as the reader does
    with pytest.raises(TooLarge):
        c.open(sealed, now=NOW)


@pytest.mark.parametrize(
    ("data", "buffers"),
    [
        (stream(number(1)), 1),
        (stream(b"\x97"), 1),
        (stream(some(b"\x97\x98")), 1),
        (stream(few(b"\x97\x98")), 1),
        (framed([some(), kept("a")]), 0),
    ],
)
def test_what_the_writer_does_not_do_is_forbidden(data: bytes, buffers: int) -> None:
    with pytest.raises(Forbidden):
        gate.check(data, buffers, Limits())


def test_every_cut_and_every_changed_byte_is_an_error_of_ours_or_a_stream_of_ours() -> None:
    pickled = codec()._writer.write({"order": order(), "shared": [order(2)] * 2})[0][0]
    for at in range(len(pickled)):
        with pytest.raises(Forbidden):
            gate.check(pickled[:at], 0, Limits())
        for byte in (0, 0x2E, 0x52, 0x94, 0xFF):
            altered = pickled[:at] + bytes([byte]) + pickled[at + 1 :]
            try:
                gate.check(altered, 0, Limits())
            except CodecError:
                continue
            assert len(altered) == len(pickled)


def test_the_name_of_rebuild_may_be_split_by_a_frame() -> None:
    """Wherever the first registered object lies around the end of a frame."""
    for size in range(65_480, 65_540):
        texts = [f"{at:05}".ljust(200, "y") for at in range(320)]  # 203 bytes each in the stream
        assert survives([*texts, "z" * (size - 320 * 203), Point(1, 2)])


@pytest.mark.parametrize("count", [999, 1000, 1001, 2000, 2001])
def test_containers_around_whole_batches(count: int) -> None:
    numbers = range(count)
    assert survives([list(numbers), dict.fromkeys(numbers), set(numbers)])


def test_a_container_is_not_filled_again_after_its_last_batch() -> None:
    once = b"]\x94(N" + b"K\x01e"
    gate.check(stream(once), 0, Limits())
    with pytest.raises(Forbidden, match="fills what is not"):
        gate.check(stream(once, b"(Ne"), 0, Limits())
