"""The responses that may be compressed."""

from __future__ import annotations

import pytest

from brine.domain.compression.compressible import Compression, is_compressible
from brine.domain.http.fields import Fields


def compressible(*lines: tuple[str, str], status: int = 200, types: frozenset[str] = frozenset()) -> bool:
    return is_compressible(status, Fields(lines), Compression(types=types))


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "text/html; charset=utf-8", "TEXT/CSS", "application/json", "application/problem+json"),
        *("image/svg+xml", "application/wasm", "font/ttf", "application/javascript ;x=y", "application/geo+json"),
    ],
)
def test_text_and_its_like_shrink(content_type: str) -> None:
    assert compressible(("content-type", content_type))


@pytest.mark.parametrize(
    "content_type",
    [
        *("image/png", "image/jpeg", "video/mp4", "font/woff2", "application/zip", "application/octet-stream", ""),
        *("application/vnd.brine.sealed", "json", "multipart/byteranges; boundary=x"),
    ],
)
def test_what_is_compressed_already_stays(content_type: str) -> None:
    assert not compressible(("content-type", content_type))
    assert not compressible(("x", content_type))


def test_a_route_may_name_further_types() -> None:
    assert compressible(("content-type", "Application/PDF; v=1"), types=frozenset({"application/pdf"}))


@pytest.mark.parametrize(
    "line",
    [
        ("content-encoding", "gzip"),
        ("content-encoding", "identity"),
        ("cache-control", "no-transform"),
        ("cache-control", "max-age=60, No-Transform"),
        ("cdn-cache-control", "no-transform"),
    ],
)
def test_the_origin_can_forbid_it(line: tuple[str, str]) -> None:
    assert not compressible(("content-type", "text/plain"), line)
    assert not compressible(line, ("content-type", "text/plain"))


@pytest.mark.parametrize(("status", "may"), [(200, True), (404, True), (206, True), (204, False), (304, False)])
def test_a_status_without_content_has_nothing_to_compress(status: int, *, may: bool) -> None:
    assert compressible(("content-type", "text/plain"), status=status) is may
