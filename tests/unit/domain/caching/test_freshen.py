"""RFC 9111 sections 3.2, 4.3.4 and 4.3.5: stored responses updated by messages without content."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.bodies.stored_body import BodyReference
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, date, request, response, stored_response

if TYPE_CHECKING:
    from brine.domain.caching.decision import ResponseDecision
    from brine.domain.caching.stored import StoredResponse
    from tests.support.gateway.miniature import Header

TAG: Header = ("ETag", '"v1"')
LATER = START + 100
OLD: tuple[Header, ...] = (("Cache-Control", "max-age=60"), ("Date", date()), ("Age", "5"), TAG, ("X", "old"))


def confirm(*headers: Header, stored: StoredResponse | None = None) -> ResponseDecision:
    return ask(stored or stored_response(*OLD), request(), response(*headers, status=304, body=b""), at=LATER)


@pytest.mark.parametrize(
    ("name", "new", "expected"),
    [
        ("X", None, "old"),
        ("X", "new", "new"),
        ("Y", "new", "new"),
        ("Cache-Control", "max-age=3600", "max-age=3600"),
        ("Expires", date(500), date(500)),
        ("Content-Type", "text/plain", "text/plain"),
        ("Content-Location", "/b", "/b"),
        ("Set-Cookie", "a=b", None),
        ("Connection", "close", None),
        ("Keep-Alive", "1", None),
        ("Proxy-Authenticate", "x", None),
        # they tell about the bytes, and those are the stored ones
        ("Content-Length", "10", None),
        ("Content-Encoding", "gzip", None),
        ("Content-Range", "bytes 0-1/2", None),
    ],
)
def test_a_304_updates_what_is_stored(name: str, new: str | None, expected: str | None) -> None:
    headers = [] if new is None else [(name, new)]
    answer = response(TAG, *headers, status=304, body=b"")
    reception = ask(stored_response(*OLD), request(), answer, Policy(set_cookie="strip"), LATER)
    assert reception.keep is not None
    assert reception.keep.fields.get(name) == expected


def test_a_304_starts_a_new_age() -> None:
    keep = confirm(TAG, ("Date", date(100))).keep
    assert keep is not None
    assert (keep.fields.get("age"), keep.fields.all("date")) == (None, (date(100),))
    assert (keep.request_time, keep.response_time) == (LATER, LATER)
    assert (keep.fetch_started, keep.body) == (START, b"body")
    aged = confirm(TAG, ("Age", "7")).keep
    assert aged is not None
    assert (aged.fields.get("age"), aged.fields.get("date")) == ("7", date(100))


def test_every_line_of_an_updated_field_is_replaced() -> None:
    stored = stored_response(*OLD, ("X", "older"))
    keep = confirm(("X", "1"), ("X", "2"), stored=stored).keep
    assert keep is not None
    assert keep.fields.all("x") == ("1", "2")


def test_the_body_may_be_out_of_reach() -> None:
    reference = BodyReference(bytes(32), 1_000_000)
    stored = replace(stored_response(*OLD), body=reference)
    reception = confirm(TAG, stored=stored)
    assert reception.keep is not None
    assert reception.keep.body == reference


@pytest.mark.parametrize(
    ("stored", "received", "is_the_same"),
    [
        ([TAG], [], True),
        ([TAG], [TAG], True),
        ([TAG], [("ETag", 'W/"v1"')], True),
        ([TAG], [("Last-Modified", date())], True),
        ([TAG, ("Last-Modified", date(-9))], [TAG, ("Last-Modified", date())], True),
        ([("Last-Modified", date(-9))], [("Last-Modified", date(-9))], True),
        ([("Last-Modified", date(-9))], [("Last-Modified", date())], False),
        ([("Last-Modified", date(-9))], [], True),
        ([("Last-Modified", date(-9))], [TAG], True),
    ],
)
def test_a_304_must_be_about_what_is_stored(stored: list[Header], received: list[Header], is_the_same: bool) -> None:
    reception = confirm(*received, stored=stored_response(OLD[0], OLD[1], *stored))
    assert (reception.reuse is not None) is is_the_same
    assert (reception.retry is None) is is_the_same
    if reception.retry is not None:
        assert len(reception.retry.fields) == 0


def test_a_304_may_forbid_what_was_allowed() -> None:
    reception = confirm(TAG, ("Cache-Control", "no-store"))
    assert (reception.keep, reception.drop, reception.refusal) == (None, True, "no-store")
    assert reception.reuse is not None


def test_a_304_to_one_users_request_is_for_that_user() -> None:
    asked = request(("Authorization", "Basic x"))
    reception = ask(stored_response(*OLD), asked, response(TAG, ("X", "mine"), status=304), at=LATER)
    assert (reception.keep, reception.drop, reception.refusal) == (None, False, "authorization")
    assert reception.reuse is not None
    assert reception.reuse.fields.get("x") == "mine"


def test_a_304_that_sets_a_cookie_is_for_one_client_and_ends_nothing() -> None:
    reception = confirm(TAG, ("Set-Cookie", "a=b"))
    assert (reception.keep, reception.drop, reception.refusal) == (None, False, "set-cookie")
    assert reception.reuse is not None
    assert reception.reuse.fields.get("set-cookie") == "a=b"


def test_a_304_may_change_what_selects() -> None:
    asked = request(("Foo", "1"))
    reception = ask(stored_response(*OLD), asked, response(TAG, ("Vary", "Foo"), status=304), at=LATER)
    assert reception.keep is not None
    assert reception.keep.vary == ("foo",)


def test_a_304_that_nobody_asked_for_changes_nothing() -> None:
    asked = request(("If-Match", '"v1"'))
    reception = ask(stored_response(*OLD), asked, response(TAG, status=304), at=LATER)
    assert (reception.keep, reception.reuse, reception.drop) == (None, None, False)


@pytest.mark.parametrize(
    ("head", "outcome"),
    [
        ([TAG], "updated"),
        ([TAG, ("Content-Length", "4")], "updated"),
        ([("ETag", 'W/"v1"')], "updated"),
        ([("Last-Modified", date(-9))], "updated"),
        ([TAG, ("Last-Modified", date(-9))], "updated"),
        ([], "left"),
        ([("Content-Length", "4")], "left"),
        ([("ETag", '"v2"')], "dropped"),
        ([("Last-Modified", date())], "dropped"),
        ([TAG, ("Last-Modified", date())], "dropped"),
        ([TAG, ("Content-Length", "5")], "dropped"),
    ],
)
def test_a_200_to_head(head: list[Header], outcome: str) -> None:
    stored = stored_response(*OLD, ("Last-Modified", date(-9)))
    answer = response(*head, ("X", "new"), ("Cache-Control", "max-age=1000"), body=b"")
    reception = ask(stored, request(method="HEAD"), answer, at=LATER)
    assert reception.reuse is None
    assert {
        (True, False): "updated",
        (False, True): "dropped",
        (False, False): "left",
    }[reception.keep is not None, reception.drop] == outcome
    if reception.keep is not None:
        assert (reception.keep.fields.get("x"), reception.keep.body) == ("new", b"body")


def test_a_200_to_head_may_forbid_what_was_allowed() -> None:
    answer = response(TAG, ("Cache-Control", "no-store"), body=b"")
    reception = ask(stored_response(*OLD), request(method="HEAD"), answer, at=LATER)
    assert (reception.keep, reception.drop, reception.refusal) == (None, True, "no-store")


@pytest.mark.parametrize("status", [404, 410, 500, 301])
def test_other_statuses_to_head_say_nothing_of_get(status: int) -> None:
    reception = ask(stored_response(*OLD), request(method="HEAD"), response(status=status, body=b""), at=LATER)
    assert (reception.keep, reception.reuse, reception.drop) == (None, None, False)


def test_a_304_to_head_confirms_the_stored_get() -> None:
    reception = ask(stored_response(*OLD), request(method="HEAD"), response(TAG, status=304, body=b""), at=LATER)
    assert reception.keep is not None
    assert reception.keep.body == b"body"


def test_a_304_with_another_tag_confirms_but_updates_nothing() -> None:
    stored = stored_response(OLD[0], OLD[1], TAG)
    reception = confirm(("ETag", '"v2"'), ("Cache-Control", "max-age=60"), ("X", "new"), stored=stored)
    assert (reception.reuse, reception.keep, reception.drop, reception.retry) == (stored, None, False, None)
    assert reception.refusal == "other-etag"


@pytest.mark.parametrize("name", ["Content-MD5", "Content-Digest", "Repr-Digest", "Digest"])
def test_a_304_does_not_change_what_says_which_bytes_are_stored(name: str) -> None:
    reception = confirm(TAG, (name, "new"), stored=stored_response(OLD[0], OLD[1], TAG, (name, "old")))
    assert reception.reuse is not None
    assert reception.reuse.fields.get(name) == "old"
