from __future__ import annotations

import hmac

import pytest

from brine_codec.envelope.mac import Mac, expand, extract


@pytest.mark.parametrize("key", [b"", b"k" * 32, b"k" * 64, b"k" * 65, bytes(range(256))])
@pytest.mark.parametrize("data", [b"", b"short", b"d" * 100_000])
def test_tag_is_hmac_sha256(key: bytes, data: bytes) -> None:
    assert Mac(key).tag(data) == hmac.digest(key, data, "sha256")


def test_tag_of_parts_is_that_of_their_join() -> None:
    mac = Mac(b"key")
    assert mac.tag(b"a", memoryview(b"bc"), b"") == mac.tag(b"abc") == hmac.digest(b"key", b"abc", "sha256")


def test_hkdf_is_that_of_rfc_5869_appendix_a1() -> None:
    prk = extract(bytes.fromhex("000102030405060708090a0b0c"), b"\x0b" * 22)
    assert prk.hex() == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
    info = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9")
    assert expand(prk, info).hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
