"""The sealed objects of functions: equal objects are equal bytes, and none opens for another target, purpose or key."""

from __future__ import annotations

import pytest

from brine.domain.formats.media import Format
from brine.service.functions.compose import function_codec
from brine.service.functions.sealing import ObjectSealer
from brine_codec import Codec, CodecError, Keyring, Registry, Unsupported
from brine_codec.envelope.http_target import canonical_target

KEYRING = Keyring.from_json('{"1": "a secret of the tests that is long enough"}')
OTHER = Keyring.from_json('{"1": "another secret of the tests, long enough"}')
CODEC = function_codec(KEYRING, Registry())
SEALER = ObjectSealer(CODEC)
SEALED = SEALER.response({"a": 1}, "/x?b=1", 200)


def test_an_object_comes_back_for_its_target_at_any_time() -> None:
    for now in (0.0, 1_800_000_000.0):
        assert CODEC.open(SEALED.body, context=("response", canonical_target("/x?b=1")), now=now) == {"a": 1}
    assert (SEALED.status, SEALED.fields.get("content-type")) == (200, Format.SEALED.media_type)


def test_equal_objects_have_equal_bytes_and_entity_tags() -> None:
    assert SEALER.response({"a": 1}, "/x?b=1", 200) == SEALED
    assert SEALER.response({"a": 2}, "/x?b=1", 200).fields.get("etag") != SEALED.fields.get("etag")


@pytest.mark.parametrize(
    "context", [("response", "/x"), ("response", "/x?b=2"), ("request", "/x?b=1"), (), ("response",)]
)
def test_it_opens_for_no_other_target(context: tuple[str, ...]) -> None:
    with pytest.raises(CodecError):
        CODEC.open(SEALED.body, context=context, now=0)


def test_it_opens_with_no_other_key_and_for_no_other_purpose() -> None:
    context = ("response", canonical_target("/x?b=1"))
    for codec in (
        function_codec(OTHER, Registry()),
        Codec(KEYRING, purpose="brine cache", registry=Registry(), gate=False),
        Codec(KEYRING, purpose="brine origin", registry=Registry(), gate=False),
    ):
        with pytest.raises(CodecError):
            codec.open(SEALED.body, context=context, now=0)


def test_no_changed_byte_opens() -> None:
    context = ("response", canonical_target("/x?b=1"))
    for at in range(len(SEALED.body)):
        body = bytearray(SEALED.body)
        body[at] ^= 1
        with pytest.raises(CodecError):
            CODEC.open(bytes(body), context=context, now=0)


def test_an_object_that_cannot_be_sealed_is_refused() -> None:
    with pytest.raises(Unsupported):
        SEALER.response({"a": [object()]}, "/x", 200)
