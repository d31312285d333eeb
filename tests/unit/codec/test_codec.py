"""The codec as a whole: threads, memory, and state between calls."""

from __future__ import annotations

import gc
import json
import re
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from brine_codec import Codec, Expired, KeyringSource, Premature, Registry, SchemaMiss, UnknownKey, Unsupported
from tests.support.codec.samples import CONTEXT, NOW, Box, Handmade, Point, codec, keyring, order


def test_many_threads_share_one_codec() -> None:
    c = codec()
    objects = [[order(number), "x" * (number * 37), number] for number in range(60)] * 4

    def there_and_back(obj: object) -> bool:
        return bool(c.open(c.seal(obj, context=CONTEXT, now=NOW), context=CONTEXT, now=NOW) == obj)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(there_and_back, objects))
    finally:
        sys.setswitchinterval(before)


def test_a_pack_may_seal_with_the_same_codec() -> None:
    registry = Registry()
    c = codec(registry=registry)
    registry.register(
        Handmade,
        version=1,
        pack=lambda handmade: (c.seal(handmade.name, now=NOW),),
        make=lambda sealed: Handmade(c.open(sealed, now=NOW), []),
    )
    assert c.open(c.seal([Handmade("a", []), Handmade("b", [])], now=NOW), now=NOW) == [
        Handmade("a", []),
        Handmade("b", []),
    ]


def test_sealed_and_refused_objects_are_not_kept() -> None:
    c = codec()
    box = Box([object()])
    kept = sys.getrefcount(box)
    with pytest.raises(Unsupported):
        c.seal(box, now=NOW)
    gc.collect()
    assert sys.getrefcount(box) == kept
    box.content = "x" * 10_000
    c.seal(box, now=NOW)
    assert sys.getrefcount(box) == kept


def test_after_a_failure_the_next_object_is_whole() -> None:
    c = codec()
    for _ in range(3):
        with pytest.raises(Unsupported):
            c.seal([b"x" * 5_000, order(attachment=b"y" * 5_000), object()], now=NOW)
        assert c.open(c.seal([1, "a"], now=NOW), now=NOW) == [1, "a"]


def peak_of_open(c: Codec, sealed: bytes) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        opened = c.open(sealed, now=NOW)
        current, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del opened
    return peak - current


@pytest.mark.slow
@pytest.mark.parametrize("compression", ["none", "zlib", "zstd"])
def test_opening_takes_at_most_twice_the_content_beyond_the_object(compression: str) -> None:
    body = b"0123456789abcdef" * 250_000
    for obj in (
        body,
        body.decode(),
        order(attachment=body),
        [body[:100_000]] * 40,
        [f"text {at}" for at in range(200_000)],
    ):
        c = codec(gate=False, compression=compression)
        sealed = c.seal(obj, now=NOW)
        assert peak_of_open(c, sealed) <= 2 * c.peek(sealed, now=NOW).size + 16_384


class Vault:
    """A secret store with the first key and the next one, which seals after a grace period."""

    def __init__(self) -> None:
        self.keys: dict[str, object] = {"1": "the first secret, long enough to be one"}

    def __call__(self) -> str:
        return json.dumps(self.keys)


def test_a_rotation_that_no_reader_notices() -> None:
    vault = Vault()
    writer, reader = (Codec(KeyringSource(vault, refresh_after=300, retry_after=10), purpose="test") for _ in range(2))
    old = writer.seal("old", now=NOW)
    assert reader.open(old, now=NOW) == "old"
    vault.keys["2"] = {"secret": "the second secret, long enough to be one", "seals_from": NOW + 600}
    assert writer.peek(writer.seal("x", now=NOW + 301), now=NOW + 301).key_id == 1
    new = writer.seal("new", now=NOW + 601)
    assert writer.peek(new, now=NOW + 601).key_id == 2
    assert reader.open(new, now=NOW + 601) == "new"
    # A reader that still had the keyring of before would load it again, once.
    late = KeyringSource(vault, refresh_after=10_000, retry_after=10)
    del vault.keys["2"]
    behind = Codec(late, purpose="test")
    assert behind.open(old, now=NOW + 601) == "old"
    with pytest.raises(UnknownKey):
        behind.open(new, now=NOW + 602)
    vault.keys["2"] = {"secret": "the second secret, long enough to be one", "seals_from": NOW + 600}
    assert behind.open(new, now=NOW + 620) == "new"
    del vault.keys["1"]
    with pytest.raises(UnknownKey):
        Codec(KeyringSource(vault), purpose="test").open(old, now=NOW + 700)


def test_nothing_is_imported_for_an_envelope_that_does_not_verify() -> None:
    other = Codec(keyring(), purpose="other")
    sealed = codec().seal([order()] * 100, now=NOW)
    modules = set(sys.modules)
    with pytest.raises(Exception, match="does not verify"):
        other.open(sealed, now=NOW)
    assert set(sys.modules) == modules


def test_an_expired_envelope_says_when() -> None:
    sealed = codec().seal("x", now=1000, expires_at=1060)

    with pytest.raises(Expired, match="expired 15 s ago, at 1060 s since 1970"):
        codec().open(sealed, now=1075)


def test_an_envelope_of_the_future_says_how_far_ahead_it_is() -> None:
    with pytest.raises(Premature, match="issued 5000 s in the future"):
        codec().open(codec().seal("x", now=6000), now=1000)


@pytest.mark.parametrize(
    ("sealed_as", "registered_as", "advice"),
    [
        (1, 2, "Version 2 is registered: to read this one too, register it with accepts={1: upgrade}"),
        (3, 2, "Version 2 is registered: this code is older than the one that sealed"),
    ],
)
def test_another_version_than_the_registered_one_says_what_to_do(
    sealed_as: int, registered_as: int, advice: str
) -> None:
    def versioned(version: int) -> Codec:
        registry = Registry()
        registry.register(Point, version=version)
        return Codec(keyring(), purpose="test", registry=registry)

    sealed = versioned(sealed_as).seal([Point(1, 2.5)], now=1000)

    with pytest.raises(SchemaMiss, match=re.escape(advice)):
        versioned(registered_as).open(sealed, now=1000)
