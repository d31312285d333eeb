from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from brine_codec import Codec, CodecError, Registry, SchemaMiss, Undecodable, Unsupported, arrays
from tests.attacks.assembler import few, kept, made, number, stream
from tests.attacks.attack import Attack
from tests.support.codec.samples import NOW, keyring


def codec(**settings: Any) -> Codec:
    registry = Registry()
    arrays.register(registry)
    return Codec(keyring(), purpose=settings.pop("purpose", "test"), registry=registry, **settings)


ARRAYS = [
    np.arange(10),
    np.arange(10_000, dtype=np.float32).reshape(100, 100),
    np.asfortranarray(np.arange(6000.0).reshape(20, 300)),
    np.arange(100)[::-3],
    np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2),
    np.array(5.5),
    np.zeros((0, 3)),
    np.zeros((3, 0), dtype="<M8[s]"),
    np.array([True, False]),
    np.array([1 + 2j], dtype=np.complex64),
    np.array(["a", "longer", "\U0001f600"]),
    np.array([b"a", b"bc"]),
    np.array(["2026-01-01", "NaT"], dtype="M8[ns]"),
    np.array([1, 2], dtype="m8[25us]"),
    np.array([1, 2], dtype=">i4"),
    np.array([1.5], dtype=np.longdouble),
    np.array([1.5], dtype=np.float16),
    np.array([np.nan, np.inf]),
]


@pytest.mark.parametrize("array", ARRAYS)
@pytest.mark.parametrize("gate", [True, False])
def test_arrays_survive(array: np.ndarray[Any, Any], gate: bool) -> None:
    c = codec(gate=gate)
    opened, again = c.open(c.seal([array, array], now=NOW), now=NOW)
    assert (opened is again) == (not gate)  # a tree has no references
    assert np.array_equal(opened, again, equal_nan=array.dtype.kind in "fcmM")
    assert opened.dtype == array.dtype
    assert opened.shape == array.shape
    assert opened.flags.f_contiguous == array.flags.f_contiguous or not array.flags.f_contiguous
    assert np.array_equal(opened, array, equal_nan=array.dtype.kind in "fcmM")
    assert not opened.flags.writeable


SCALARS = [np.float64(1.5), np.int8(-3), np.bool_(True), np.str_("ab"), np.bytes_(b"x"), np.complex64(1j)]
SCALARS += [np.datetime64("2026-01-01"), np.timedelta64(5, "s"), np.uint64(2**63), np.float16(2)]


@pytest.mark.parametrize("scalar", SCALARS)
def test_scalars_survive(scalar: np.generic) -> None:
    opened = codec().open(codec().seal({"a": scalar}, now=NOW), now=NOW)["a"]
    assert type(opened) is type(scalar)
    assert opened.dtype == scalar.dtype
    assert opened == scalar


def test_large_arrays_are_views_of_the_envelope() -> None:
    array = np.random.default_rng(1).random(1_000_000)
    c = codec(gate=False)
    sealed = c.seal(array, now=NOW)
    opened = c.open(sealed, now=NOW)
    assert c.peek(sealed, now=NOW).kind == 1
    assert np.array_equal(opened, array)
    assert np.shares_memory(opened, np.frombuffer(sealed, np.uint8))
    assert opened.flags.aligned


@pytest.mark.parametrize(
    "array",
    [
        np.array([object()]),
        np.array([(1, 2.0)], dtype="i4,f8"),
        np.zeros(3, dtype="V8"),
        np.ma.array([1]),
        np.arange(3).view(type("Sub", (np.ndarray,), {})),
    ],
)
def test_arrays_of_other_dtypes_are_unsupported(array: object) -> None:
    with pytest.raises(Unsupported):
        codec().seal({"a": array}, now=NOW)


def test_numpy_values_are_unsupported_unless_registered() -> None:
    plain = Codec(keyring(), purpose="test")
    with pytest.raises(Unsupported, match=r"^a: type numpy.ndarray is not registered: call registry.register_arrays"):
        plain.seal({"a": np.arange(3)}, now=NOW)
    with pytest.raises(SchemaMiss):
        plain.open(codec().seal(np.arange(3), now=NOW), now=NOW)


def text(value: str) -> bytes:
    return kept(value)


def raw(data: bytes) -> bytes:
    return b"C" + bytes([len(data)]) + data + b"\x94"


EIGHT = raw(bytes(8))
HOSTILE = {
    "object dtype": (text("|O8"), few(number(1)), text("C"), EIGHT),
    "void dtype": (text("|V8"), few(number(1)), text("C"), EIGHT),
    "record dtype": (text("i4,f4"), few(number(1)), text("C"), EIGHT),
    "dtype as a dict": (b"}\x94", few(number(1)), text("C"), EIGHT),
    "sub-array dtype": (text("(2,)i4"), few(number(1)), text("C"), EIGHT),
    "dtype with garbage": (text("<f8\n"), few(number(1)), text("C"), EIGHT),
    "width of nothing": (text("<U0"), few(number(10**9)), text("C"), raw(b"")),
    "huge width": (text("|S999999999"), few(number(1)), text("C"), EIGHT),
    "unit of nonsense": (text("<M8[xx]"), few(number(1)), text("C"), EIGHT),
    "too few bytes": (text("<f8"), few(number(2)), text("C"), EIGHT),
    "too many bytes": (text("<f8"), few(), text("C"), raw(bytes(16))),
    "negative": (text("<f8"), few(number(-1), number(-1)), text("C"), EIGHT),
    "overflowing": (text("<f8"), few(number(2**33), number(2**33)), text("C"), EIGHT),
    "overflowing to nothing": (text("<f8"), few(number(2**62), number(2**62), number(0)), text("C"), raw(b"")),
    "shape of a list": (text("<f8"), b"]\x94" + number(1) + b"a", text("C"), EIGHT),
    "shape of floats": (text("<f8"), few(b"G" + bytes(8)), text("C"), EIGHT),
    "shape of truth": (text("<f8"), few(b"\x88"), text("C"), EIGHT),
    "many dimensions": (text("<f8"), few(*[number(1)] * 65), text("C"), EIGHT),
    "another order": (text("<f8"), few(number(1)), text("K"), EIGHT),
    "text as bytes": (text("<f8"), few(number(1)), text("C"), text("12345678")),
    "list as bytes": (text("<f8"), few(number(1)), text("C"), b"]\x94"),
    "bool of 2": (text("|b1"), few(number(8)), text("C"), raw(b"\1\1\0\0\2\0\0\0")),
    "no character": (text("<U2"), few(number(1)), text("C"), raw(b"a\0\0\0\0\0\x11\0")),
    "no character, big end": (text(">U2"), few(number(1)), text("C"), raw(b"\0\0\0a\0\x11\0\0")),
    "nothing": (),
    "five": (text("<f8"), few(number(1)), text("C"), EIGHT, number(1)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_object_with_inconsistent_parts_is_not_made(name: str) -> None:
    attack = Attack(name, stream(made("np:ndarray", *HOSTILE[name])))
    with pytest.raises(Undecodable):
        codec(gate=False, purpose="attack").open(attack.envelope(), context=("victim", "key"), now=NOW)


@pytest.mark.parametrize("values", [(), (number(1),), (text("<f8"), text("12345678")), (text("|O8"), EIGHT)])
def test_a_scalar_that_does_not_fit_is_not_made(values: tuple[bytes, ...]) -> None:
    attack = Attack("scalar", stream(made("np:scalar", *values)))
    with pytest.raises(CodecError):
        codec(purpose="attack").open(attack.envelope(), context=("victim", "key"), now=NOW)
