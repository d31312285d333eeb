"""Requests that a response to another client may answer, or not (RFC 9111 sections 3 and 4, 9213)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import Story, date

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header

FRESH: Header = ("Cache-Control", "max-age=60")


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_fresh_response_is_served_again(story: Story) -> None:
    story.origin(FRESH)
    assert story.get().cache_status == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
    story.now += 2.5
    told = story.get()
    assert (told.cache_status, told.header("age"), told.body) == ("brine; hit; ttl=58", "2", b"body")


def test_a_response_without_freshness_is_not_stored(story: Story) -> None:
    story.origin()
    assert story.get().cache_status == "brine; fwd=uri-miss; fwd-status=200; detail=no-freshness"
    story.origin()
    assert not story.get().is_hit


def test_variants_live_side_by_side(story: Story) -> None:
    vary: Header = ("Vary", "Foo")
    for value in ("1", "2"):
        story.origin(FRESH, vary, body=value.encode())
        story.get(("Foo", value))
    assert [story.get(("Foo", value)).body for value in ("1", "2")] == [b"1", b"2"]
    story.origin(FRESH, vary, body=b"none")
    assert story.get().cache_status.startswith("brine; fwd=vary-miss")
    assert story.get().body == b"none"


def test_vary_star_is_never_reused(story: Story) -> None:
    for _ in range(2):
        story.origin(FRESH, ("Vary", "*"))
        assert story.get().cache_status.endswith("detail=vary")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH"])
def test_unsafe_methods_invalidate(story: Story, method: str) -> None:
    for target in ("/a", "/b", "/c"):
        story.origin(FRESH)
        story.get(target=target)
    story.origin(("Location", "/b"), ("Content-Location", "http://origin.test/c"), status=201)
    story.get(method=method)
    for target in ("/a", "/b", "/c"):
        story.origin(FRESH)
        assert not story.get(target=target).is_hit


def test_an_unsafe_method_that_failed_changes_nothing(story: Story) -> None:
    story.origin(FRESH)
    story.get()
    story.origin(status=500)
    story.get(method="DELETE")
    assert story.get().is_hit


def test_a_post_response_serves_get_where_the_route_wants_it() -> None:
    story = Story(policy=Policy(store_post=True))
    story.origin(("Expires", date(600)), ("Content-Location", "/a"), body=b"posted")
    told = story.get(method="POST")
    assert told.cache_status.startswith("brine; fwd=method; fwd-status=200; stored")
    assert story.get().body == b"posted"


def test_head_is_answered_from_a_get(story: Story) -> None:
    story.origin(FRESH)
    story.get()
    told = story.get(method="HEAD")
    assert (told.is_hit, told.body, told.header("content-length")) == (True, b"", "4")


def test_cdn_cache_control_overrides(story: Story) -> None:
    story.origin(("Cache-Control", "no-store"), ("CDN-Cache-Control", "max-age=60"))
    assert story.get().header("cdn-cache-control") == "max-age=60"
    assert story.get().is_hit


def test_only_if_cached_never_reaches_the_origin(story: Story) -> None:
    assert story.get(("Cache-Control", "only-if-cached")).status == 504
    story.origin(FRESH)
    story.get()
    assert story.get(("Cache-Control", "only-if-cached")).status == 200
    story.now += 61
    assert story.get(("Cache-Control", "only-if-cached")).status == 504


def test_authorization_keeps_a_response_private(story: Story) -> None:
    credentials: Header = ("Authorization", "Bearer x")
    story.origin(FRESH)
    assert story.get(credentials).cache_status.endswith("detail=authorization")
    story.origin(("Cache-Control", "max-age=60, public"))
    story.get(credentials)
    assert story.get().is_hit
    assert story.get(credentials).is_hit


def test_unusual_statuses_are_kept_when_the_origin_says_so(story: Story) -> None:
    for status in (203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599):
        target = f"/{status}"
        story.origin(FRESH, status=status)
        story.get(target=target)
        told = story.get(target=target)
        assert (told.is_hit, told.status) == (True, status)


def test_a_status_outside_of_http_is_passed_on_and_not_kept(story: Story) -> None:
    story.origin(FRESH, status=999)
    told = story.get()
    assert (told.status, told.cache_status) == (999, "brine; fwd=uri-miss; fwd-status=999; detail=status")
