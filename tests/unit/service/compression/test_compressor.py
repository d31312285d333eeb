"""Compressed bodies in process memory, and frames in stored responses."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.l1 import L1
from brine.domain.bodies.stored_body import ZstdFrame
from brine.domain.compression.compressible import Compression
from brine.service.compression.compressor import BodyCompressor, CodedBody, available_codings
from tests.support.gateway.codings import TEXT, decoded
from tests.support.gateway.miniature import stored_response
from tests.support.gateway.world import World, response

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse

ALL = ["zstd", "br", "gzip"]


class Counted(BodyCompressor):
    """A compressor that counts how often it compresses."""

    def __init__(self, memory: L1[CodedBody] | None = None) -> None:
        super().__init__(memory)
        object.__setattr__(self, "times", 0)

    times: int

    def _compressed(self, body: bytes, coding: str) -> bytes:
        object.__setattr__(self, "times", self.times + 1)
        return super()._compressed(body, coding)


def textual(body: bytes = TEXT) -> StoredResponse:
    stored = stored_response(body=body)
    return replace(stored, fields=stored.fields.replacing("content-type", "text/plain"))


@pytest.mark.parametrize("coding", ALL)
@pytest.mark.parametrize("body", [b"x", TEXT, bytes(range(256)) * 10])
def test_a_body_decodes_to_itself(coding: str, body: bytes) -> None:
    coded = BodyCompressor().coded(body, coding, is_kept=False)
    assert decoded(coding, coded) == body
    assert coded == BodyCompressor().coded(body, coding, is_kept=False)


def test_all_codings_are_available_where_brotli_is_installed() -> None:
    assert available_codings() == set(ALL)


def test_a_body_that_answers_again_is_compressed_once_for_each_coding() -> None:
    compressor = Counted(L1(100_000))
    for _ in range(3):
        for coding in ALL:
            assert decoded(coding, compressor.coded(TEXT, coding, is_kept=True)) == TEXT
    assert compressor.times == len(ALL)


def test_a_body_that_does_not_answer_again_is_not_kept() -> None:
    memory: L1[CodedBody] = L1(100_000)
    BodyCompressor(memory).coded(TEXT, "gzip", is_kept=False)
    assert len(memory) == 0


def test_the_memory_is_bounded() -> None:
    memory: L1[CodedBody] = L1(10_000)
    compressor = BodyCompressor(memory)
    bodies = [bytes([number]) * 3_000 for number in range(20)]
    for body in bodies * 2:
        assert decoded("gzip", compressor.coded(body, "gzip", is_kept=True)) == body
    assert 0 < memory.size <= 10_000


def test_another_body_at_the_same_place_is_compressed_anew() -> None:
    memory: L1[CodedBody] = L1(10_000)
    memory.put((str(id(TEXT)), "gzip"), CodedBody(b"another", b"its form"), 10)
    assert decoded("gzip", BodyCompressor(memory).coded(TEXT, "gzip", is_kept=True)) == TEXT


def test_a_stored_response_gets_a_frame_if_that_saves_enough() -> None:
    compressor, settings = BodyCompressor(), Compression()
    framed = compressor.with_frame(textual(), settings)
    assert framed.zstd is not None
    assert decoded("zstd", framed.zstd) == TEXT
    assert compressor.with_frame(framed, settings) is framed
    for other in (
        textual(b"x" * 1023),
        textual(b"".join(sha256(bytes([number])).digest() for number in range(100))),
        stored_response(body=TEXT),
    ):
        assert compressor.with_frame(other, settings) is other


def test_a_frame_of_another_body_does_not_count() -> None:
    framed = BodyCompressor().with_frame(textual(), Compression())
    assert framed.zstd is not None
    assert replace(framed, body=TEXT[:-1]).zstd is None
    assert replace(framed, frame=ZstdFrame(TEXT[:-1] + b".", b"x")).zstd is None


def test_a_hit_in_the_table_gives_the_stored_frame() -> None:
    world = World({"/base/x": response(200, TEXT, content_type="text/plain", cache_control="max-age=60")})
    world.ask()
    world.restart()
    counted = Counted()
    world.gateway = replace(
        world.gateway,
        coder=replace(world.gateway.coder, compressor=counted),  # type: ignore[type-var]
    )
    for _ in range(2):
        got = world.ask(accept_encoding="zstd").response
        assert decoded(got.fields.get("content-encoding"), got.body) == TEXT
    assert counted.times == 0
    assert len(world.fetched) == 1
