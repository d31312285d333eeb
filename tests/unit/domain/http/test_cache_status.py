"""RFC 9211."""

from __future__ import annotations

import pytest

from brine.domain.http.cache_status import CacheStatus
from brine.domain.http.fields import Fields
from brine.domain.http.structured import parse_dictionary


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (CacheStatus(hit=True, ttl=58), "brine; hit; ttl=58"),
        (CacheStatus(hit=True, ttl=-412), "brine; hit; ttl=-412"),
        (
            CacheStatus(fwd="uri-miss", fwd_status=200, stored=True, ttl=60),
            "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60",
        ),
        (
            CacheStatus(fwd="stale", fwd_status=304, stored=True, ttl=60),
            "brine; fwd=stale; fwd-status=304; stored; ttl=60",
        ),
        (CacheStatus(fwd="miss", collapsed=True), "brine; fwd=miss; collapsed"),
        (CacheStatus(hit=True, key="GET /a"), 'brine; hit; key="GET /a"'),
        (CacheStatus(fwd="method", detail="no-store"), "brine; fwd=method; detail=no-store"),
        (CacheStatus(detail="timed out"), 'brine; detail="timed out"'),
        (CacheStatus(detail='a "b" \\ c'), 'brine; detail="a \\"b\\" \\\\ c"'),
        (CacheStatus(detail="naïve\r\nx"), 'brine; detail="na?ve??x"'),
        (CacheStatus(detail=""), 'brine; detail=""'),
        (CacheStatus(detail="404"), 'brine; detail="404"'),
        (CacheStatus(), "brine"),
    ],
)
def test_written(status: CacheStatus, text: str) -> None:
    assert str(status) == text
    assert parse_dictionary(text) == {"brine": True}


def test_caches_nearer_to_the_origin_come_first() -> None:
    fields = CacheStatus(hit=True).added_to(Fields([("Cache-Status", "origin; hit"), ("X", "1")]))
    assert fields.get("cache-status") == "origin; hit, brine; hit"
