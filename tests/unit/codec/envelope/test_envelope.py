"""The checks before the content is read: layout, seal, context, times, sizes, and their order."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from brine_codec import (
    Codec,
    CodecError,
    Expired,
    Keyring,
    Limits,
    Malformed,
    Premature,
    SchemaMiss,
    Tampered,
    TooLarge,
    UnknownKey,
    Unsupported,
)
from brine_codec.envelope.context import encode_context
from brine_codec.envelope.header import LAYOUT
from tests.support.codec.samples import CONTEXT, NOW, codec, keyring, order


def resealed(sealed: bytes, **changes: Any) -> bytes:
    """The envelope with header fields or the body changed, sealed again with the right key."""
    names = ("magic", "suite", "compression", "kind", "flags", "key", "issued", "expires", "schema", "size", "dict")
    fields = dict(zip(names, LAYOUT.unpack_from(sealed), strict=True))
    body: bytes = changes.pop("body", sealed[32:-32])
    header: bytes = LAYOUT.pack(*(fields | changes).values())
    mac = keyring().opening_key((fields | changes)["key"], NOW).mac("test")
    return header + body + mac.tag(header + encode_context(CONTEXT), body)


def test_the_bytes_are_as_documented() -> None:
    sealed = codec().seal({"a": 1}, context=CONTEXT, now=NOW, expires_at=NOW + 60)
    opcodes = b"}\x8c\x01aK\x01s."
    body = b"\x80\x05\x95" + len(opcodes).to_bytes(8, "little") + opcodes
    assert pickle.loads(body) == {"a": 1}  # noqa: S301 - made two lines above
    assert sealed[:4] == b"\xf5BR\x01"
    assert sealed[4:8] == bytes([1, 0, 2, 0])
    assert [int.from_bytes(sealed[at : at + 4]) for at in range(8, 32, 4)] == [
        2,
        int(NOW),
        int(NOW) + 60,
        0,
        len(body),
        0,
    ]
    assert sealed[32:-32] == body
    assert len(sealed) == 32 + len(body) + 32


@pytest.mark.slow
def test_every_flipped_bit_is_noticed() -> None:
    sealed = codec().seal(order(), context=CONTEXT, now=NOW)
    for position in range(len(sealed)):
        for bit in range(8):
            altered = bytearray(sealed)
            altered[position] ^= 1 << bit
            expected = (
                (Malformed,) if position < 5 else (UnknownKey, Tampered) if position in range(8, 12) else (Tampered,)
            )
            with pytest.raises(expected):
                codec().open(bytes(altered), context=CONTEXT, now=NOW)


def test_every_truncation_and_extension_is_noticed() -> None:
    opener = codec()
    sealed = opener.seal(order(), context=CONTEXT, now=NOW)
    for length in range(len(sealed)):
        with pytest.raises((Malformed, Tampered)):
            opener.open(sealed[:length], context=CONTEXT, now=NOW)
    for longer in (sealed + b"\0", b"\0" + sealed, sealed + sealed):
        with pytest.raises((Malformed, Tampered)):
            opener.open(longer, context=CONTEXT, now=NOW)


def test_a_header_does_not_go_with_another_body() -> None:
    one, other = (codec().seal(order(number), context=CONTEXT, now=NOW) for number in (2, 4))
    assert len(one) == len(other)
    for spliced in (one[:32] + other[32:-32] + one[-32:], one[:-32] + other[-32:]):
        with pytest.raises(Tampered):
            codec().open(spliced, context=CONTEXT, now=NOW)


@pytest.mark.parametrize("context", [(), ("tenant-a",), ("tenant-b", CONTEXT[1]), (*CONTEXT, ""), ("".join(CONTEXT),)])
def test_it_opens_in_its_own_context_only(context: tuple[str, ...]) -> None:
    with pytest.raises(Tampered):
        codec().open(codec().seal(1, context=CONTEXT, now=NOW), context=context, now=NOW)


def test_it_opens_for_its_own_purpose_only() -> None:
    with pytest.raises(Tampered):
        codec(purpose="other").open(codec().seal(1, context=CONTEXT, now=NOW), context=CONTEXT, now=NOW)


def test_a_key_id_cannot_be_swapped() -> None:
    sealed = codec().seal(1, context=CONTEXT, now=NOW)
    with pytest.raises(Tampered):
        codec().open(sealed[:8] + (1).to_bytes(4) + sealed[12:], context=CONTEXT, now=NOW)


def test_an_old_key_opens_until_it_is_taken_out() -> None:
    old = '{"1": "first secret, long enough to be one"}'
    sealed = codec(keyring=keyring(old)).seal("kept", context=CONTEXT, now=NOW)
    assert codec().open(sealed, context=CONTEXT, now=NOW) == "kept"
    with pytest.raises(UnknownKey):
        codec(keyring=keyring('{"2": "second secret, long enough to be one"}')).open(sealed, context=CONTEXT, now=NOW)


def test_the_same_id_with_another_secret_does_not_open() -> None:
    sealed = codec().seal(1, context=CONTEXT, now=NOW)
    stranger = Keyring.from_json(json.dumps({"2": "another secret, long enough to be one"}))
    with pytest.raises(Tampered):
        codec(keyring=stranger).open(sealed, context=CONTEXT, now=NOW)


def test_times() -> None:
    sealed = codec().seal(1, context=CONTEXT, now=NOW, expires_at=NOW + 100)
    assert codec().open(sealed, context=CONTEXT, now=NOW + 99) == 1
    with pytest.raises(Expired) as raised:
        codec().open(sealed, context=CONTEXT, now=NOW + 100)
    assert raised.value.expires_at == int(NOW + 100)
    assert codec().open(sealed, context=CONTEXT, now=NOW - 60) == 1
    with pytest.raises(Premature):
        codec().open(sealed, context=CONTEXT, now=NOW - 61)
    assert codec().open(codec().seal(1, now=NOW), now=NOW + 10**9) == 1


@pytest.mark.parametrize(
    "times", [{"now": 2**32}, {"now": 2**40}, {"now": 1, "expires_at": 2**32}, {"now": 1, "expires_at": -1}]
)
def test_a_time_that_the_header_cannot_hold_is_not_sealed(times: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        codec().seal(1, **times)


def test_another_schema_is_a_miss() -> None:
    sealed = codec(schema=4).seal(1, now=NOW)
    assert codec(schema=4).open(sealed, now=NOW) == 1
    with pytest.raises(SchemaMiss):
        codec(schema=5).open(sealed, now=NOW)


def test_peek_verifies_and_tells_without_unpickling() -> None:
    sealed = codec(schema=4).seal(order(attachment=b"a" * 9000), context=CONTEXT, now=NOW, expires_at=NOW + 1)
    info = codec().peek(sealed, context=CONTEXT, now=NOW + 1000)
    assert (info.key_id, info.issued_at, info.expires_at) == (2, int(NOW), int(NOW + 1))
    assert (info.kind, info.compression, info.schema, info.sealed_size) == (3, 2, 4, len(sealed))
    assert info.size > 9000
    with pytest.raises(Tampered):
        codec().peek(sealed, context=(), now=NOW)
    assert codec().peek(resealed(sealed, body=b"garbage"), context=CONTEXT, now=NOW).size == info.size


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"flags": 1}, Malformed),
        ({"dict": 1}, Malformed),
        ({"kind": 4}, Malformed),
        ({"compression": 3}, Malformed),
        ({"size": 0}, Malformed),
        ({"size": 2**32 - 1}, TooLarge),
        ({"compression": 1}, Malformed),
        ({"compression": 2}, Malformed),
        ({"kind": 1}, CodecError),
        ({"body": b"\x80\x04N.", "size": 4}, CodecError),
    ],
)
@pytest.mark.parametrize("gate", [True, False])
def test_invalid_content_with_a_valid_seal_raises_a_codec_error(
    changes: dict[str, Any], error: type[CodecError], gate: bool
) -> None:
    sealed = codec().seal({"a": 1}, context=CONTEXT, now=NOW)
    with pytest.raises(error):
        codec(gate=gate).open(resealed(sealed, **changes), context=CONTEXT, now=NOW)


def test_limits_of_size_hold_both_ways() -> None:
    text = "x" * 5000
    small = codec(limits=Limits(size=4000))
    with pytest.raises(TooLarge):
        small.seal(text, now=NOW)
    with pytest.raises(TooLarge):
        small.open(codec().seal(text, now=NOW), now=NOW)
    tight = codec(limits=Limits(sealed_size=100))
    with pytest.raises(TooLarge):
        tight.seal(list(range(100)), now=NOW)
    with pytest.raises(TooLarge):
        tight.open(codec().seal(list(range(100)), now=NOW), now=NOW)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_any_buffer_can_be_opened(kind: type) -> None:
    assert codec().open(kind(codec().seal([1], now=NOW)), now=NOW) == [1]


def test_the_content_is_not_read_before_the_seal_verifies() -> None:
    opener = Codec(keyring(), purpose="test")
    bomb = codec().seal(b"\0" * 60_000_000, context=CONTEXT, now=NOW)
    with pytest.raises(Tampered):
        opener.open(bomb, context=("elsewhere",), now=NOW)


def test_with_nan_as_the_time_no_envelope_opens() -> None:
    sealed = codec().seal(1, now=NOW, expires_at=NOW + 60)
    with pytest.raises(Expired):
        codec().open(sealed, now=float("nan"))
    with pytest.raises(Expired):
        codec().open(codec().seal(1, now=NOW), now=float("nan"))


def test_an_expiry_in_the_first_second_is_not_never() -> None:
    with pytest.raises(Unsupported):
        codec().seal(1, now=NOW, expires_at=0.5)


@pytest.mark.parametrize("schema", [-1, 2**32])
def test_a_schema_has_32_bits(schema: int) -> None:
    with pytest.raises(ValueError, match="schema"):
        codec(schema=schema)


@pytest.mark.parametrize("given", ["text", 100, [1], None])
def test_values_other_than_bytes_are_malformed(given: Any) -> None:
    for look in (codec().open, codec().peek):
        with pytest.raises(Malformed, match=f"not an envelope but a {type(given).__name__}"):
            look(given, now=NOW)
