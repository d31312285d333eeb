"""Validation: the clients' own conditions, and those of the cache (RFC 9111 section 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import Story, date

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header

FRESH: Header = ("Cache-Control", "max-age=60")
TAG: Header = ("ETag", '"v1"')


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_stale_response_is_validated_and_freshened(story: Story) -> None:
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


def test_a_changed_response_replaces_the_stored_one(story: Story) -> None:
    story.origin(FRESH, TAG)
    story.get()
    story.now += 61
    story.origin(FRESH, ("ETag", '"v2"'), body=b"new")
    assert story.get().body == b"new"
    assert story.get().body == b"new"


def test_a_changed_response_that_may_not_be_stored_drops_the_old_one(story: Story) -> None:
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


def test_a_304_that_contradicts_itself_is_not_believed(story: Story) -> None:
    story.origin(FRESH, ("Last-Modified", "Thu, 12 Nov 2026 10:00:00 GMT"))
    story.get()
    story.now += 61
    story.origin(("Last-Modified", "Fri, 13 Nov 2026 10:00:00 GMT"), status=304, body=b"")
    story.origin(FRESH, body=b"new")
    told = story.get()
    assert (told.status, told.body) == (200, b"new")
    assert "if-modified-since" not in told.sent[1].fields


def test_a_304_under_another_tag_is_believed_but_changes_nothing(story: Story) -> None:
    story.origin(FRESH, TAG, body=b"old")
    story.get()
    for _ in range(2):
        story.now += 61
        story.origin(("ETag", '"v2"'), FRESH, status=304, body=b"")
        told = story.get()
        assert (told.status, told.body, told.header("etag")) == (200, b"old", '"v1"')
        assert told.sent[0].fields.get("if-none-match") == '"v1"'


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
    assert told.cache_status == "brine; fwd=request; fwd-status=412; detail=request-fields"
    assert story.get().is_hit


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
