"""Origins that fail or are slow, and the responses that are served instead (RFC 9111 section 4.2.4, RFC 5861)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import Story

if TYPE_CHECKING:
    from tests.support.gateway.miniature import Header

FRESH: Header = ("Cache-Control", "max-age=60")
TAG: Header = ("ETag", '"v1"')


@pytest.fixture
def story() -> Story:
    return Story()


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
def test_a_response_that_forbids_stale_use_is_not_served_stale(directive: str) -> None:
    story = Story(policy=Policy(grace=86_400))
    story.origin(("Cache-Control", f"max-age=2, {directive}"), TAG)
    story.get()
    story.now += 10
    story.origin_is_down()
    assert story.get().status == 502
    story.origin(status=503)
    assert story.get().status == 503


def test_stale_while_revalidate_is_served_where_something_refreshes_it() -> None:
    for background, is_hit in ((True, True), (False, False)):
        story = Story(background_refresh=background)
        story.origin(("Cache-Control", "max-age=1, stale-while-revalidate=60"), TAG)
        story.get()
        story.now += 10
        story.origin(status=304, body=b"")
        assert story.get().is_hit is is_hit
