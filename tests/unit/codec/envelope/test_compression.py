from __future__ import annotations

import os
import zlib

import pytest

from brine_codec import Malformed
from brine_codec.envelope.compression import Compressor, decompress
from tests.support.codec.samples import NOW, codec
from tests.support.codec.zstd import zstd

TEXT = b"the same words again and again; " * 1000


@pytest.mark.parametrize(("choice", "number"), [("auto", 2), ("zstd", 2), ("zlib", 1)])
def test_content_that_shrinks_is_compressed(choice: str, number: int) -> None:
    found, chunks = Compressor(choice).compress([TEXT, memoryview(TEXT)], 2 * len(TEXT))  # type: ignore[arg-type]
    assert found == number
    assert decompress(found, b"".join(chunks), 2 * len(TEXT)) == TEXT * 2


@pytest.mark.parametrize("content", [TEXT[:2047], os.urandom(3000), os.urandom(300_000)])
def test_content_that_does_not_is_left_alone(content: bytes) -> None:
    assert Compressor("auto").compress([content], len(content)) == (0, [content])
    assert Compressor("none").compress([TEXT], len(TEXT)) == (0, [TEXT])


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="lzma"):
        Compressor("lzma")  # type: ignore[arg-type]


@pytest.mark.parametrize("choice", ["zlib", "zstd", "none"])
def test_every_codec_opens_every_compression(choice: str) -> None:
    assert codec().open(codec(compression=choice).seal(TEXT.decode(), now=NOW), now=NOW) == TEXT.decode()


def without_size(content: bytes) -> bytes:
    compressor = zstd.ZstdCompressor(level=1)
    return compressor.compress(content) + compressor.flush()


def wide_window(content: bytes) -> bytes:
    return zstd.compress(content, options={zstd.CompressionParameter.window_log: 27})


SIZE = len(TEXT)
BAD = {
    "zlib bomb": (1, zlib.compress(bytes(50_000_000)), 1000),
    "zlib of less": (1, zlib.compress(TEXT), SIZE + 1),
    "zlib cut short": (1, zlib.compress(TEXT)[:-1], SIZE),
    "zlib with a tail": (1, zlib.compress(TEXT) + b"x", SIZE),
    "zlib twice": (1, zlib.compress(TEXT) * 2, SIZE),
    "zlib bit": (1, zlib.compress(TEXT)[:-1] + b"\0", SIZE),
    "zlib nothing": (1, b"", SIZE),
    "zlib of nothing": (1, zlib.compress(b""), 0),
    "gzip": (1, zlib.compress(TEXT, wbits=31), SIZE),
    "zstd bomb": (2, zstd.compress(bytes(50_000_000)), 1000),
    "zstd of less": (2, zstd.compress(TEXT), SIZE + 1),
    "zstd cut short": (2, zstd.compress(TEXT)[:-1], SIZE),
    "zstd with a tail": (2, zstd.compress(TEXT) + b"x", SIZE),
    "zstd twice": (2, zstd.compress(TEXT) * 2, SIZE),
    "zstd skippable": (2, b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + zstd.compress(TEXT), SIZE),
    "zstd without size": (2, without_size(TEXT), SIZE),
    "zstd nothing": (2, b"", SIZE),
    "zstd of nothing": (2, zstd.compress(b""), 0),
    "zstd lying size": (2, zstd.compress(TEXT)[:5] + b"\xff\xff" + zstd.compress(TEXT)[7:], SIZE),
}


@pytest.mark.parametrize("name", BAD)
def test_compressed_content_must_have_the_declared_size(name: str) -> None:
    with pytest.raises(Malformed):
        decompress(*BAD[name])


def test_a_window_beyond_the_limit_is_refused() -> None:
    content = os.urandom(1000) * 140_000  # 140 MB, so that the window counts
    packed = wide_window(content)
    with pytest.raises(Malformed):
        decompress(2, packed, len(content))
