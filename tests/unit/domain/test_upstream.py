from __future__ import annotations

import pytest

from brine.domain.upstream import upstream_fields
from tests.unit.domain.stories import request

ALLOWED = frozenset({"accept"})


@pytest.mark.parametrize(
    "name",
    [
        *("Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding"),
        *("Upgrade", "HTTP2-Settings", "Host", "Content-Length", "Expect"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_fields_of_the_connection_stay_here(name: str, method: str) -> None:
    assert name not in upstream_fields(request((name, "x"), method=method), "all")


def test_so_do_those_that_connection_lists() -> None:
    fields = upstream_fields(request(("Connection", "close, X-Hop,"), ("X-Hop", "1"), ("X", "2")), "all")
    assert fields.lines == (("x", "2"), ("via", "1.1 brine"))


def test_what_the_route_does_not_allow_does_not_reach_the_origin() -> None:
    headers = (("Accept", "a"), ("X-Forwarded-Host", "evil"), ("Cookie", "a=b"), ("Authorization", "x"))
    assert upstream_fields(request(*headers), ALLOWED).lines == (("accept", "a"), ("via", "1.1 brine"))
    assert upstream_fields(request(*headers, method="HEAD"), ALLOWED).lines == (("accept", "a"), ("via", "1.1 brine"))
    assert len(upstream_fields(request(*headers), "all")) == 5
    assert len(upstream_fields(request(*headers, method="POST"), ALLOWED)) == 5


@pytest.mark.parametrize(
    "name",
    [
        *("If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range", "Range"),
        "Cache-Control",
    ],
)
def test_questions_of_the_cache_and_directives_always_go(name: str) -> None:
    assert upstream_fields(request((name, "x")), frozenset()).get(name) == "x"


def test_via_goes_after_those_of_others() -> None:
    assert upstream_fields(request(("Via", "1.0 other")), ALLOWED).get("via") == "1.0 other, 1.1 brine"
