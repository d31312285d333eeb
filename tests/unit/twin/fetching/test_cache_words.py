from __future__ import annotations

import pytest

from brine_cli.fetching.cache_words import cache_members, in_words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("brine; hit; ttl=48", "brine had the response stored, and did not ask the origin. It stays fresh for 48s."),
        ("brine; hit; ttl=-12", "brine served a stored response that has been stale for 12s."),
        ("other; hit", "other had the response stored, and did not ask the origin."),
        (
            "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60",
            (
                "brine had nothing that it may use for this URL. It asked the origin, which answered 200. It stored "
                "the response. It is fresh for 1m."
            ),
        ),
        (
            "brine; fwd=uri-miss; fwd-status=404; detail=no-freshness",
            (
                "brine had nothing that it may use for this URL. It asked the origin, which answered 404. It did not "
                "store the response: neither the origin nor the negative_lifetimes of the route say how long a 404 is "
                "fresh (no-freshness)."
            ),
        ),
        (
            "brine; fwd=uri-miss; fwd-status=200; detail=no-freshness",
            (
                "brine had nothing that it may use for this URL. It asked the origin, which answered 200. It did not "
                "store the response: neither the origin nor the route says how long it is fresh (no-freshness)."
            ),
        ),
        (
            "brine; fwd=uri-miss; collapsed; ttl=5",
            (
                "brine had nothing that it may use for this URL. It shared the response to the same request of another "
                "client. It is fresh for 5s."
            ),
        ),
        (
            "brine; fwd=stale; fwd-status=304; stored; ttl=0; detail=table-throttled",
            (
                "brine had a response that is no longer fresh. It asked the origin, which answered 304. It stored the "
                "response. It is not fresh: each use asks the origin. Something else failed: table-throttled."
            ),
        ),
        ('cdn; fwd="odd"', "cdn forwarded the request (odd). It asked the origin. It did not store the response."),
        ("brine; detail=not-stored", "brine answered itself, without its store and without the origin: not-stored."),
    ],
)
def test_each_member_is_told_in_words(line: str, words: str) -> None:
    members = cache_members([line])
    assert members is not None
    assert [in_words(member) for member in members] == [words]


def test_members_of_several_lines_come_from_the_origin_on() -> None:
    members = cache_members(['origin-cache; hit, "cdn.example"; fwd=miss', "brine; fwd=stale"])
    assert members is not None
    assert [member["cache"] for member in members] == ["origin-cache", "cdn.example", "brine"]


@pytest.mark.parametrize("line", ["brine; hit=", "(a b); hit", "hit from cloud/front, ,"])
def test_a_line_that_is_no_list_of_the_rfc_is_told_apart(line: str) -> None:
    assert cache_members([line]) is None
