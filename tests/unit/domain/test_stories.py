"""Stories of several requests, each of one behaviour that a client or an origin can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.policy import RFC_9111, Policy
from tests.unit.domain.stories import Story, date

if TYPE_CHECKING:
    from tests.unit.domain.stories import Header

FRESH: Header = ("Cache-Control", "max-age=60")
TAG: Header = ("ETag", '"v1"')


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_fresh_response_is_served_again(story: Story) -> None:
    story.origin(FRESH)
    assert story.get().cache_status == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
    story.now += 2.5
    told = story.get()
    assert (told.cache_status, told.header("age"), told.body) == ("brine; hit; ttl=58", "2", b"body")


def test_what_says_nothing_is_not_kept(story: Story) -> None:
    story.origin()
    assert story.get().cache_status == "brine; fwd=uri-miss; fwd-status=200; detail=no-freshness"
    story.origin()
    assert not story.get().is_hit


def test_what_is_stale_is_validated_and_freshened(story: Story) -> None:
    story.origin(FRESH, TAG, ("X-Count", "1"), ("X-Old", "yes"))
    story.get()
    story.now += 61
    story.origin(("Cache-Control", "max-age=90"), TAG, ("X-Count", "2"), status=304, body=b"")
    told = story.get()
    assert told.sent[0].fields.get("if-none-match") == '"v1"'
    assert told.cache_status == "brine; fwd=stale; fwd-status=304; stored; ttl=90"
    assert (told.status, told.body, told.header("x-count"), told.header("x-old")) == (200, b"body", "2", "yes")
    assert told.header("age") == "0"
    story.now += 80
    assert story.get().header("x-count") == "2"


def test_what_changed_is_replaced(story: Story) -> None:
    story.origin(FRESH, TAG)
    story.get()
    story.now += 61
    story.origin(FRESH, ("ETag", '"v2"'), body=b"new")
    assert story.get().body == b"new"
    assert story.get().body == b"new"


def test_what_changed_and_may_not_be_kept_takes_the_old_along(story: Story) -> None:
    story.policy = Policy(grace=1000)
    story.origin(FRESH, TAG)
    story.get()
    story.now += 61
    story.origin(("Cache-Control", "no-store"), body=b"secret")
    assert story.get().body == b"secret"
    story.origin_is_down()
    assert story.get().status == 502


def test_without_a_validator_the_whole_is_asked_for_again(story: Story) -> None:
    story.origin(FRESH)
    story.get()
    story.now += 61
    story.origin(FRESH, body=b"new")
    told = story.get()
    assert (told.body, told.cache_status) == (b"new", "brine; fwd=stale; fwd-status=200; stored; ttl=60")


def test_no_cache_is_stored_and_asked_about_every_time(story: Story) -> None:
    story.origin(("Cache-Control", "max-age=600, no-cache"), TAG)
    story.get()
    story.origin(status=304, body=b"")
    told = story.get()
    assert (told.status, told.sent[0].fields.get("if-none-match")) == (200, '"v1"')


def test_a_304_about_another_representation_is_not_believed(story: Story) -> None:
    story.origin(FRESH, TAG)
    story.get()
    story.now += 61
    story.origin(("ETag", '"v2"'), status=304, body=b"")
    story.origin(FRESH, ("ETag", '"v2"'), body=b"new")
    told = story.get()
    assert (told.status, told.body) == (200, b"new")
    assert "if-none-match" not in told.sent[1].fields


def test_a_304_that_forbids_storing_answers_and_ends_it(story: Story) -> None:
    story.origin(FRESH, TAG)
    story.get()
    story.now += 61
    story.origin(("Cache-Control", "no-store"), TAG, status=304, body=b"")
    assert story.get().body == b"body"
    story.origin(FRESH, body=b"new")
    assert "if-none-match" not in story.get().sent[0].fields


def test_cookies_of_a_304_reach_their_client_alone(story: Story) -> None:
    story.policy = Policy(set_cookie="strip")
    story.origin(FRESH, TAG)
    story.get()
    story.now += 61
    story.origin(TAG, ("Set-Cookie", "session=1"), status=304, body=b"")
    assert story.get().header("set-cookie") == "session=1"
    assert story.get().header("set-cookie") is None


def test_the_clients_condition_is_answered_here_also_on_a_miss(story: Story) -> None:
    story.origin(FRESH, TAG)
    told = story.get(("If-None-Match", '"v1"'))
    assert (told.status, told.body) == (304, b"")
    assert "if-none-match" not in told.sent[0].fields
    assert story.get().body == b"body"


def test_the_clients_condition_is_answered_after_validation(story: Story) -> None:
    story.origin(FRESH, ("Last-Modified", date(-3000)))
    story.get()
    story.now += 61
    story.origin(("Last-Modified", date(-3000)), status=304, body=b"")
    told = story.get(("If-Modified-Since", date(-2000)))
    assert told.status == 304
    assert told.sent[0].fields.get("if-modified-since") == date(-3000)


def test_if_match_is_for_the_origin(story: Story) -> None:
    story.origin(FRESH, TAG)
    story.get()
    story.origin(status=412)
    told = story.get(("If-Match", '"v0"'))
    assert (told.status, told.sent[0].fields.get("if-match")) == (412, '"v0"')
    assert told.cache_status == "brine; fwd=request; fwd-status=412; detail=provoked"
    assert story.get().is_hit


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


def test_a_connection_lost_is_bridged_within_grace() -> None:
    story = Story(policy=Policy(grace=100))
    story.origin(FRESH)
    story.get()
    story.now += 159
    story.origin_is_down()
    told = story.get()
    assert (told.status, told.cache_status) == (200, "brine; fwd=stale; ttl=-99")
    story.now += 2
    story.origin_is_down()
    assert story.get().status == 502


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_bridged_by_stale_if_error(story: Story, status: int) -> None:
    story.origin(("Cache-Control", "max-age=1, stale-if-error=60"))
    story.get()
    story.now += 10
    story.origin(status=status)
    assert story.get().status == 200


@pytest.mark.parametrize("directive", ["must-revalidate", "proxy-revalidate", "no-cache", "s-maxage=2"])
def test_what_must_not_be_served_stale_is_not(directive: str) -> None:
    story = Story(policy=RFC_9111)
    story.origin(("Cache-Control", f"max-age=2, {directive}"), TAG)
    story.get()
    story.now += 10
    story.origin_is_down()
    assert story.get().status == 502
    story.origin(status=503)
    assert story.get().status == 503


def test_stale_while_revalidate_is_served_where_something_refreshes_it() -> None:
    for background, is_hit in ((True, True), (False, False)):
        story = Story(policy=Policy(background_refresh=background))
        story.origin(("Cache-Control", "max-age=1, stale-while-revalidate=60"), TAG)
        story.get()
        story.now += 10
        story.origin(status=304, body=b"")
        assert story.get().is_hit is is_hit


def test_head_is_answered_from_a_get(story: Story) -> None:
    story.origin(FRESH)
    story.get()
    told = story.get(method="HEAD")
    assert (told.is_hit, told.body, told.header("content-length")) == (True, b"", "4")


def test_head_that_confirms_updates(story: Story) -> None:
    story.origin(FRESH, TAG)
    story.get()
    story.now += 61
    story.origin(("Cache-Control", "max-age=1000"), TAG, body=b"")
    told = story.get(method="HEAD")
    assert told.sent[0].method == "HEAD"
    assert story.get().is_hit


def test_head_that_contradicts_drops(story: Story) -> None:
    story.policy = Policy(grace=1000)
    story.origin(FRESH, TAG)
    story.get()
    story.now += 61
    story.origin(FRESH, ("ETag", '"v2"'), body=b"")
    story.get(method="HEAD")
    story.origin_is_down()
    assert story.get().status == 502


def test_a_range_of_what_is_stored(story: Story) -> None:
    story.origin(FRESH, body=b"0123456789")
    story.get()
    told = story.get(("Range", "bytes=2-4"))
    assert (told.status, told.body, told.header("content-range")) == (206, b"234", "bytes 2-4/10")


def test_a_range_of_what_is_stale_asks_about_the_whole(story: Story) -> None:
    story.origin(FRESH, TAG, body=b"0123456789")
    story.get()
    story.now += 61
    story.origin(FRESH, ("ETag", '"v2"'), body=b"abcdefghij")
    told = story.get(("Range", "bytes=2-4"))
    assert "range" not in told.sent[0].fields
    assert (told.status, told.body) == (206, b"cde")
    assert story.get().body == b"abcdefghij"


def test_a_part_is_stored_and_serves_its_own_bytes_only(story: Story) -> None:
    story.origin(FRESH, ("Content-Range", "bytes 5-9/10"), status=206, body=b"56789")
    told = story.get(("Range", "bytes=-5"))
    assert told.sent[0].fields.get("range") == "bytes=-5"
    for wanted, body in (("bytes=-5", b"56789"), ("bytes=6-8", b"678"), ("bytes=6-", b"6789"), ("bytes=-1", b"9")):
        told = story.get(("Range", wanted))
        assert (told.is_hit, told.status, told.body) == (True, 206, body)
    story.origin(FRESH, body=b"0123456789")
    told = story.get()
    assert (told.status, told.body, told.cache_status.split(";")[1]) == (200, b"0123456789", " fwd=partial")


def test_a_part_is_completed_under_a_strong_validator(story: Story) -> None:
    story.origin(FRESH, TAG, ("Content-Range", "bytes 0-4/10"), status=206, body=b"01234")
    story.get(("Range", "bytes=0-4"))
    story.origin(FRESH, TAG, ("Content-Range", "bytes 5-9/10"), status=206, body=b"56789")
    told = story.get()
    assert told.sent[0].fields.only({"range", "if-range"}).lines == (("range", "bytes=5-"), ("if-range", '"v1"'))
    assert (told.status, told.body) == (200, b"0123456789")
    assert story.get().is_hit


def test_a_part_is_not_completed_with_another_representation(story: Story) -> None:
    story.origin(FRESH, TAG, ("Content-Range", "bytes 0-4/10"), status=206, body=b"01234")
    story.get(("Range", "bytes=0-4"))
    story.origin(FRESH, ("ETag", '"v2"'), ("Content-Range", "bytes 5-9/10"), status=206, body=b"fghij")
    story.origin(FRESH, ("ETag", '"v2"'), body=b"abcdefghij")
    told = story.get()
    assert len(told.sent) == 2
    assert (told.status, told.body) == (200, b"abcdefghij")


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
