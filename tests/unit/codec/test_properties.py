"""Every object that can be sealed comes back, and every altered envelope raises a CodecError."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brine_codec import CodecError, Tampered
from brine_codec.gate import tree
from brine_codec.gate.budget import Budget
from brine_codec.pickling.reader import read
from tests.support.codec.samples import CONTEXT, NOW, codec, order
from tests.support.codec.strategies import OBJECTS

if TYPE_CHECKING:
    from brine_codec import Codec

GATED, OPEN = codec(), codec(gate=False)
SEALED = GATED.seal(order(2, attachment=b"a" * 5_000), context=CONTEXT, now=NOW, expires_at=NOW + 100)
# The clock of a busy machine says nothing about the codec.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def types_of(value: object) -> object:
    """The value with its type, also inside of plain containers: 1, 1.0 and True are equal."""
    if type(value) is dict:
        return [(types_of(key), types_of(inner)) for key, inner in value.items()]
    if type(value) in (list, tuple):
        return type(value), [types_of(inner) for inner in value]  # type: ignore[attr-defined]  # one of the two
    return type(value)


@given(obj=OBJECTS)
@unhurried
def test_sealed_objects_come_back(obj: object) -> None:
    for opener in (GATED, OPEN):
        opened = opener.open(opener.seal(obj, context=CONTEXT, now=NOW), context=CONTEXT, now=NOW)
        assert opened == obj
        assert types_of(opened) == types_of(obj)


@given(obj=OBJECTS, compression=st.sampled_from(["none", "zlib", "zstd"]))
@unhurried
def test_compression_does_not_change_the_object(obj: object, compression: Any) -> None:
    assert GATED.open(codec(compression=compression).seal(obj, now=NOW), now=NOW) == obj


@given(parts=st.lists(st.text() | st.binary(), max_size=4), others=st.lists(st.text() | st.binary(), max_size=4))
@unhurried
def test_an_envelope_opens_in_its_own_context_only(parts: list[str | bytes], others: list[str | bytes]) -> None:
    sealed = OPEN.seal(1, context=parts, now=NOW)
    assert OPEN.open(sealed, context=parts, now=NOW) == 1
    as_bytes = [[p.encode("utf-8", "surrogatepass") if isinstance(p, str) else p for p in ps] for ps in (parts, others)]
    if as_bytes[0] != as_bytes[1]:
        try:
            OPEN.open(sealed, context=others, now=NOW)
        except Tampered:
            return
        raise AssertionError("it opened elsewhere")


def opens_or_refuses(opener: Codec, sealed: bytes) -> None:
    try:
        opener.open(sealed, context=CONTEXT, now=NOW)
    except CodecError:
        return
    assert sealed == SEALED


@given(data=st.data())
@unhurried
def test_any_mutation_raises_a_codec_error(data: st.DataObject) -> None:
    altered = bytearray(SEALED)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(altered)))
        end = data.draw(st.integers(start, min(len(altered), start + 40)))
        altered[start:end] = data.draw(st.binary(max_size=40))
    opens_or_refuses(GATED, bytes(altered))


@given(sealed=st.binary(max_size=300))
@unhurried
def test_any_bytes_raise_a_codec_error(sealed: bytes) -> None:
    opens_or_refuses(GATED, sealed)
    opens_or_refuses(GATED, SEALED[:32] + sealed)


def through_the_walls(stream: bytes) -> None:
    """Check a stream with the gate and read it. The object must be data, so the test writes it again."""
    try:
        vocabulary = GATED._vocabulary
        tree.check(stream, 0, GATED._limits, Budget(GATED._limits, len(stream)), vocabulary.maker)
        opened = read(stream, [], vocabulary.rebuild)
    except CodecError:
        return
    OPEN.seal(opened, now=NOW)


PICKLED = [chunk for obj in (order(), [1, {"a": (2, "b")}], {1: {2}}) for chunk in GATED._writer.write(obj)[0]]


@given(pickled=st.sampled_from(PICKLED), data=st.data())
@unhurried
def test_any_mutation_of_a_stream_raises_a_codec_error(pickled: bytes, data: st.DataObject) -> None:
    """As if the key had leaked. The length of the frame is kept right, so that more of the reader is reached."""
    content = bytearray(pickled[11:])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    through_the_walls(pickled[:3] + len(content).to_bytes(8, "little") + bytes(content))
