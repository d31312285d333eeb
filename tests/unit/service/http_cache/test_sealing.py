"""The form of a stored response: its values come back unchanged, and values of other forms are refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from brine.domain.caching.stored import StoredResponse
from brine.service.http_cache import sealing
from brine.service.http_cache.sealing import STORED_RESPONSE_VERSION
from brine_codec import Codec, CodecError, Keyring, Registry
from tests.golden.response.responses import CODEC, COMPRESSED, CONTEXT, NOW, RESPONSES, sealed

FULL = RESPONSES["full"]
assert isinstance(FULL, StoredResponse)
FRAME, SIZE = COMPRESSED.zstd or b"", COMPRESSED.size
DEPENDENCIES, OWNER = 14, 15


@dataclass(frozen=True)
class Foreign:
    """Values under the name of a stored response."""

    values: tuple[Any, ...]


def opened(values: tuple[Any, ...], version: int = STORED_RESPONSE_VERSION) -> object:
    """What is opened of an envelope with these values."""
    registry = Registry()
    registry.register(
        Foreign, name="brine.StoredResponse", version=version, pack=lambda one: one.values, make=lambda *v: Foreign(v)
    )
    keyring = Keyring.from_json('{"1": "a key of the golden stored responses"}')
    codec = Codec(keyring, purpose="brine cache", registry=registry, gate=False)
    return CODEC.open(codec.seal(Foreign(values), context=CONTEXT, now=NOW), context=CONTEXT, now=NOW)


def changed(place: int, value: Any) -> tuple[Any, ...]:
    values = list(sealing._pack(FULL))  # type: ignore[arg-type]
    values[place] = value
    return tuple(values)


def test_a_stored_response_comes_back_but_for_what_a_lookup_sets() -> None:
    assert opened(sealing._pack(FULL)) == FULL  # type: ignore[arg-type]
    assert opened(sealing._pack(replace(FULL, stale_from=1.0))) == FULL  # type: ignore[arg-type]
    assert len(sealing._pack(FULL)) == OWNER + 1  # type: ignore[arg-type]


WRONG: dict[int, tuple[Any, ...]] = {
    0: (None, "route:a", ["route:a"], ("route:a", 3), (b"route:a",)),
    1: (None, 1, "1", True),
    2: (None, 1, "1", True),
    3: (None, "x", [], (("x",),), (("x", 1, 2.0),), (("x", 1.0, 2.0, 3.0),)),
    4: (None, 1, b"a"),
    5: (None, 1, b"a"),
    6: (None, "t", ["t"], (1,)),
    7: (None, 0, "", 1.0),
}
"""Values that a dependency cannot have, by their place in it."""


@pytest.mark.parametrize(
    ("place", "value"), [(at, value) for at, values in WRONG.items() for value in values], ids=repr
)
def test_a_dependency_of_another_form_is_refused(place: int, value: Any) -> None:
    right: list[Any] = [("route:a",), 1.0, 2.0, (("x", 1.0, 2.0),), "a", "/x", ("t",), False]
    assert isinstance(opened(changed(DEPENDENCIES, (tuple(right),))), StoredResponse)
    right[place] = value
    with pytest.raises(CodecError):
        opened(changed(DEPENDENCIES, (tuple(right),)))


@pytest.mark.parametrize("value", [None, "x", b"x", [], ("x",), ((),), (("x",), 1.0)], ids=repr)
def test_dependencies_of_another_form_are_refused(value: Any) -> None:
    with pytest.raises(CodecError):
        opened(changed(DEPENDENCIES, value))


BODY = 5
HASH = bytes(32)


@pytest.mark.parametrize(
    "value",
    [("parts", 10, ((0, (HASH, 4)),)), ("parts", 10, ((0, b"ab"), (2, (HASH, 8)))), (HASH, 3), b""],
    ids=repr,
)
def test_a_body_is_bytes_an_address_or_parts(value: Any) -> None:
    assert isinstance(opened(changed(BODY, value)), StoredResponse)


@pytest.mark.parametrize("value", [None, "x", ("x",), ("x", 1), (b"x", "y"), ["x", "y"], ("x", "y", "z")], ids=repr)
def test_an_owner_of_another_form_is_refused(value: Any) -> None:
    with pytest.raises(CodecError):
        opened(changed(OWNER, value))


def test_a_response_without_a_tenant_has_an_empty_owner() -> None:
    assert sealing._pack(replace(FULL, tenant_digest="", target_key=""))[OWNER] == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [
        *(None, "x", (HASH,), (HASH[1:], 3), (HASH, -1), (HASH, True), ("parts", 10), ("other", 10, ((0, b"a"),))),
        *(("parts", 10, ()), ("parts", 10, [(0, b"a")]), ("parts", 10.0, ((0, b"a"),)), ("parts", True, ((0, b"a"),))),
        *(("parts", 10, ((0, "a"),)), ("parts", 10, ((0,),)), ("parts", 10, ((False, b"a"),)), ("parts", 10, (b"a",))),
        *(("parts", 10, ((0, b""),)), ("parts", 10, ((9, b"ab"),)), ("parts", 10, ((-1, b"ab"),))),
        *(("parts", 10, ((0, b"ab"), (1, b"b"))), ("parts", 10, ((4, b"a"), (0, b"b")))),
        ("parts", 10, ((0, ("parts", 10, ((0, b"a"),))),)),
    ],
    ids=repr,
)
def test_a_body_of_another_form_is_refused(value: Any) -> None:
    with pytest.raises(CodecError):
        opened(changed(BODY, value))


def test_a_body_in_a_frame_comes_back_with_its_frame() -> None:
    got = CODEC.open(sealed("compressed"), context=CONTEXT, now=NOW)
    assert isinstance(got, StoredResponse)
    assert (got.body, got.zstd) == (COMPRESSED.body, COMPRESSED.zstd)
    assert got.zstd is not None


def test_a_frame_of_another_body_is_not_stored() -> None:
    other = replace(COMPRESSED, body=b"other")
    assert sealing._pack(other)[BODY] == b"other"


@pytest.mark.parametrize(
    "value",
    [
        ("zstd", FRAME, SIZE - 1),
        ("zstd", FRAME, SIZE + 1),
        ("zstd", FRAME, 0),
        ("zstd", FRAME, -1),
        ("zstd", FRAME, True),
        ("zstd", FRAME, 2**40),
        ("zstd", FRAME + b"x", SIZE),
        ("zstd", FRAME[:-1], SIZE),
        ("zstd", b"", SIZE),
        ("zstd", "x", SIZE),
        ("zstd", FRAME),
        ("gzip", FRAME, SIZE),
    ],
    ids=range(12),
)
def test_a_frame_of_another_form_is_refused(value: Any) -> None:
    assert sealing._pack(COMPRESSED)[BODY] == ("zstd", FRAME, SIZE)
    with pytest.raises(CodecError):
        opened(changed(BODY, value))


def test_an_older_or_newer_form_is_refused() -> None:
    values = sealing._pack(FULL)  # type: ignore[arg-type]
    for version in (STORED_RESPONSE_VERSION - 1, STORED_RESPONSE_VERSION + 1):
        with pytest.raises(CodecError):
            opened(values, version)
    for form in (values[:-1], (*values, ())):
        with pytest.raises(CodecError):
            opened(form)


def test_only_stored_responses_and_markers_are_opened() -> None:
    registry = Registry()
    registry.register(Foreign, name="tests.Foreign", version=1, pack=lambda one: one.values, make=lambda *v: Foreign(v))
    keyring = Keyring.from_json('{"1": "a key of the golden stored responses"}')
    envelope = Codec(keyring, purpose="brine cache", registry=registry, gate=False).seal(
        Foreign((1,)), context=CONTEXT, now=NOW
    )
    with pytest.raises(CodecError):
        CODEC.open(envelope, context=CONTEXT, now=NOW)
