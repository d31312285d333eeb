"""RFC 9111 section 4.4."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.purging.invalidation import invalidated_targets
from brine.domain.routing.origin import OriginAddress
from tests.support.gateway.miniature import ORIGIN, response

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header


@pytest.mark.parametrize(
    ("method", "status", "targets"),
    [
        ("POST", 200, ("/a?b",)),
        ("PUT", 204, ("/a?b",)),
        ("DELETE", 302, ("/a?b",)),
        ("PATCH", 299, ("/a?b",)),
        ("M-SEARCH", 200, ("/a?b",)),
        ("get", 200, ("/a?b",)),
        ("POST", 400, ()),
        ("POST", 500, ()),
        ("POST", 999, ()),
        ("OPTIONS", 200, ()),
        ("TRACE", 200, ()),
        ("PROPFIND", 207, ()),
        ("QUERY", 200, ()),
    ],
)
def test_success_of_an_unsafe_method_invalidates_its_target(method: str, status: int, targets: tuple[str, ...]) -> None:
    assert invalidated_targets(method, "/a?b", response(status=status), ORIGIN) == targets


@pytest.mark.parametrize(
    ("headers", "others"),
    [
        ([("Location", "/x")], ("/x",)),
        ([("Location", "x?y=1#z")], ("/dir/x?y=1",)),
        ([("Location", "../x")], ("/x",)),
        ([("Location", "")], ()),
        ([("Location", "?q")], ("/dir/a?q",)),
        ([("Location", "http://origin.test/x")], ("/x",)),
        ([("Location", "HTTP://ORIGIN.test:80/x")], ("/x",)),
        ([("Location", "//origin.test/x")], ("/x",)),
        ([("Location", "http://origin.test")], ("/",)),
        ([("Location", "https://origin.test/x")], ()),
        ([("Location", "http://origin.test:8080/x")], ()),
        ([("Location", "http://other.test/x")], ()),
        ([("Location", "http://origin.test.evil.test/x")], ()),
        ([("Location", "http://origin.test@evil.test/x")], ()),
        ([("Location", "//evil.test/x")], ()),
        ([("Location", "mailto:a@origin.test")], ()),
        ([("Location", "http://[x")], ()),
        ([("Location", "http://origin.test:port/x")], ()),
        ([("Content-Location", "/x"), ("Location", "/y")], ("/y", "/x")),
        ([("Content-Location", "/x"), ("Location", "/x")], ("/x",)),
        ([("Content-Location", "/dir/a")], ()),
    ],
)
def test_location_and_content_location_of_the_same_origin_too(headers: list[Header], others: tuple[str, ...]) -> None:
    assert invalidated_targets("POST", "/dir/a", response(*headers), ORIGIN) == ("/dir/a", *others)


def test_without_an_origin_only_relative_references_are_its_own() -> None:
    answer = response(("Location", "/x"), ("Content-Location", "http://origin.test/y"))
    assert invalidated_targets("POST", "/a", answer, None) == ("/a", "/x")


def test_the_default_port_of_https() -> None:
    secure = OriginAddress(scheme="https", host="::1", port=443)
    answer = response(("Location", "https://[::1]:443/x"))
    assert invalidated_targets("POST", "/a", answer, secure) == ("/a", "/x")
