"""A message that updates a stored response (a 304, a HEAD, a further part) permits sharing only by its own fields.

The message that brought the stored response permitted to share it. It does not permit the fields of a later message
to another client (RFC 9111 sections 3.5 and 7.3).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, request, response, stored_response

if TYPE_CHECKING:
    from brine.domain.caching.decision import ResponseDecision
    from brine.domain.caching.stored import StoredResponse
    from tests.support.gateway.miniature import Header

TAG: Header = ("ETag", '"v1"')
COOKIE: Header = ("Set-Cookie", "sid=BOB")
CREDENTIALS: Header = ("Authorization", "Bearer BOB")
LATER = START + 100
WAYS = ["304", "HEAD", "206", "206 of another range"]


def update(way: str, stored: tuple[Header, ...], newer: tuple[Header, ...], *asking: Header) -> ResponseDecision:
    """The decision about a message that updates a stored response with these fields."""
    policy = Policy(set_cookie="shared")
    if way == "304":
        answer = response(TAG, *newer, status=304, body=b"")
        return ask(stored_response(TAG, *stored), request(*asking), answer, policy, LATER)
    if way == "HEAD":
        head = request(*asking, ("Cache-Control", "no-cache"), method="HEAD")
        return ask(stored_response(TAG, *stored), head, response(TAG, *newer, body=b""), policy, LATER)
    part = stored_response(TAG, ("Content-Range", "bytes 0-4/10"), *stored, status=206, body=b"01234")
    more = response(TAG, ("Content-Range", "bytes 5-9/10"), *newer, status=206, body=b"56789")
    wanted: tuple[Header, ...] = () if way == "206" else (("Range", "bytes=5-9"),)
    return ask(part, request(*asking, *wanted), more, policy, LATER)


SHARED = [
    ("Cache-Control", "public, max-age=60"),
    ("Cache-Control", "s-maxage=60"),
    ("CDN-Cache-Control", "max-age=60, public"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stored", SHARED)
@pytest.mark.parametrize(
    ("newer", "refusal"),
    [
        ((COOKIE,), "set-cookie"),
        ((COOKIE, ("Cache-Control", "max-age=60")), "set-cookie"),
        ((COOKIE, ("Cache-Control", 'public, x="')), "set-cookie"),
        ((COOKIE, ("Cache-Control", "private")), "private"),
        ((COOKIE, ("CDN-Cache-Control", "must-revalidate")), "set-cookie"),
        ((("Cache-Control", "private"),), "private"),
        ((("Cache-Control", "private, max-age=60"),), "private"),
        ((("Cache-Control", "no-store"),), "no-store"),
        ((("CDN-Cache-Control", "private"),), "private"),
        ((COOKIE, ("Cache-Control", "public, max-age=60")), None),
        ((COOKIE, ("CDN-Cache-Control", "max-age=60")), None),
        ((COOKIE, ("Cache-Control", 'max-age=60, private="set-cookie"')), None),
        ((("X", "new"),), None),
    ],
)
def test_an_update_must_itself_permit_its_fields(
    way: str, stored: Header, newer: tuple[Header, ...], refusal: str | None
) -> None:
    reception = update(way, (stored,), newer)
    assert reception.refusal == refusal
    assert (reception.keep is None) is (refusal is not None)
    if refusal is None:
        assert reception.keep is not None
        limited = any("private=" in value for _, value in newer)
        assert ("set-cookie" in reception.keep.fields) is (COOKIE in newer and not limited)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("newer", "is_kept"),
    [
        ((), False),
        ((("Cache-Control", "max-age=60"),), False),
        ((("Cache-Control", "private"),), False),
        ((("CDN-Cache-Control", "max-age=60"),), False),
        ((("Cache-Control", "public, max-age=60"),), True),
        ((("Cache-Control", "max-age=60, must-revalidate"),), True),
    ],
)
def test_an_update_for_one_user_must_say_that_it_is_for_all(way: str, newer: tuple[Header, ...], is_kept: bool) -> None:
    reception = update(way, (("Cache-Control", "public, max-age=60"),), newer, CREDENTIALS)
    assert (reception.keep is not None) is is_kept
    assert reception.refusal == (None if is_kept else "authorization")
    assert not reception.drop


def test_the_client_that_caused_an_update_gets_what_it_brings() -> None:
    for way in ("304", "206"):
        reception = update(way, (("Cache-Control", "public, max-age=60"),), (COOKIE, ("X", "bob")))
        assert reception.keep is None
        assert reception.reuse is not None
        assert (reception.reuse.fields.get("set-cookie"), reception.reuse.fields.get("x")) == ("sid=BOB", "bob")


@pytest.mark.parametrize("way", ["304", "HEAD"])
def test_only_what_is_forbidden_ends_what_is_stored(way: str) -> None:
    public = (("Cache-Control", "public, max-age=60"),)
    assert not update(way, public, (COOKIE,)).drop
    assert not update(way, public, (("Cache-Control", "private"),), CREDENTIALS).drop
    assert update(way, public, (("Cache-Control", "private"),)).drop


def test_a_field_that_either_message_limits_to_one_client_is_not_stored() -> None:
    stored = (("CDN-Cache-Control", 'max-age=60, private="x-a"'),)
    keep = update("304", stored, (("Cache-Control", 'private="x-b"'), ("X-A", "1"), ("X-B", "2"), ("X-C", "3"))).keep
    assert keep is not None
    assert [name for name, _ in keep.fields if name.startswith("x-")] == ["x-c"]


@pytest.mark.parametrize("newer", [(), (("Cache-Control", "private"),)])
def test_one_user_s_head_does_not_end_what_is_for_all(newer: tuple[Header, ...]) -> None:
    stored, other = stored_response(TAG, ("Cache-Control", "public, max-age=60")), ("ETag", '"v2"')
    head = (("Cache-Control", "no-cache"),)
    assert ask(stored, request(*head, method="HEAD"), response(other, *newer, body=b""), at=LATER).drop
    assert not ask(stored, request(*head, CREDENTIALS, method="HEAD"), response(other, *newer), at=LATER).drop


def selected_by(way: str, stored: tuple[Header, ...], newer: tuple[Header, ...]) -> tuple[StoredResponse, str | None]:
    keep = update(way, (("Cache-Control", "max-age=60"), *stored), newer).keep
    assert keep is not None
    return keep, keep.fields.get("vary")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("stored", "newer", "names"),
    [
        ("Accept-Language", None, ("accept-language",)),
        ("Accept-Language", "Accept-Encoding", ("accept-encoding", "accept-language")),
        ("Accept-Language, Foo", "foo", ("accept-language", "foo")),
        (None, "Accept-Encoding", ("accept-encoding",)),
        ("Foo", "Foo", ("foo",)),
    ],
)
def test_fields_that_selected_the_stored_bytes_select_after_an_update(
    way: str, stored: str | None, newer: str | None, names: tuple[str, ...]
) -> None:
    lines = [() if value is None else (("Vary", value),) for value in (stored, newer)]
    keep, text = selected_by(way, lines[0], lines[1])
    assert keep.vary == names
    assert text is not None
    assert sorted(name.strip().lower() for name in text.split(",")) == list(names)


def test_a_field_that_the_route_made_select_goes_on_selecting() -> None:
    policy = Policy(freshness_lifetime=10)
    guarded = replace(stored_response(TAG), vary=("accept-language",))
    keep = ask(guarded, request(), response(TAG, ("Cache-Control", "max-age=9"), status=304), policy, LATER).keep
    assert keep is not None
    assert keep.vary == ("accept-language",)
