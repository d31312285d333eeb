"""Requests for some of the bytes (RFC 9110 section 14, RFC 9111 sections 3.3 and 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.gateway.miniature import Story

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header

FRESH: Header = ("Cache-Control", "max-age=60")
TAG: Header = ("ETag", '"v1"')


@pytest.fixture
def story() -> Story:
    return Story()


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
