"""RFC 9111 sections 3.3 and 3.4: parts stored, and parts joined."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.domain.bodies.stored_body import BodyReference, PartialBody, StoredPart
from brine.domain.caching.decide import decide
from brine.domain.caching.decision import Forward, Serve
from brine.domain.caching.partial import has_requested_bytes, missing_range_fields, without_lost_parts
from brine.domain.routing.policy import Policy
from tests.support.gateway.miniature import START, ask, date, request, response, stored_response

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request, Response
    from tests.support.gateway.miniature import Header

FRESH: Header = ("Cache-Control", "max-age=60")
TAG: Header = ("ETag", '"v1"')
BYTES_0_TO_4 = BodyReference(bytes(32), 5)


def part(first: int, last: int, *headers: Header, body: bytes | None = None) -> StoredResponse:
    """A stored part of 0123456789."""
    got = answer(first, last, *headers, body=body)
    return stored_response(*got.fields, status=206, body=got.body)


def answer(first: int, last: int, *headers: Header, body: bytes | None = None) -> Response:
    """The origin's 206 with these of the ten bytes."""
    lines = (FRESH, ("Content-Range", f"bytes {first}-{last}/10"), *headers)
    return response(*lines, status=206, body=b"0123456789"[first : last + 1] if body is None else body)


def parts_of(stored: StoredResponse | None) -> dict[int, bytes | BodyReference] | None:
    """The bytes of a stored response, or their references, by their positions. None if it is not in parts."""
    if stored is None or not isinstance(stored.body, PartialBody):
        return None
    return {one.first: one.body for one in stored.body.parts}


def elsewhere(stored: StoredResponse) -> StoredResponse:
    """The stored response, with each of its parts in the body store."""
    assert isinstance(stored.body, PartialBody)
    parts = tuple(StoredPart(one.first, BodyReference(bytes(32), one.size)) for one in stored.body.parts)
    return replace(stored, body=replace(stored.body, parts=parts))


def test_a_part_never_answers_for_the_whole() -> None:
    stored = part(0, 8, TAG)
    assert not has_requested_bytes(stored, request())
    assert not has_requested_bytes(stored, request(("Range", "bytes=0-8"), method="HEAD"))
    assert not has_requested_bytes(stored, request(("Range", "bytes=0-8"), ("If-Range", '"v2"')))
    assert has_requested_bytes(stored, request(("Range", "bytes=0-8"), ("If-Range", '"v1"')))
    assert isinstance(decide(stored, request(("Range", "bytes=3-4")), Policy(), START), Serve)


@pytest.mark.parametrize(
    "asked", [request(("Range", "bytes=7-8")), request(method="HEAD"), request(("Range", "bytes=0-4"), method="HEAD")]
)
def test_only_a_request_for_the_whole_asks_for_the_rest(asked: Request) -> None:
    stored = part(0, 4, TAG)
    assert decide(stored, asked, Policy(), START) == Forward(fields=asked.fields, reason="partial", stored=stored)


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        (part(0, 4, TAG), (("range", "bytes=5-"), ("if-range", '"v1"'))),
        (part(6, 9, TAG), (("range", "bytes=0-5"), ("if-range", '"v1"'))),
        (part(0, 4, ("Last-Modified", date(-100))), (("range", "bytes=5-"), ("if-range", date(-100)))),
        (part(3, 4, TAG), None),
        (part(0, 4), None),
        (part(0, 4, ("ETag", 'W/"v1"')), None),
        (part(0, 4, TAG, body=b"0123"), None),
        (stored_response(TAG, ("Content-Range", "bytes 0-4/*"), status=206, body=b"01234"), None),
        (stored_response(TAG, status=206), None),
    ],
)
def test_the_rest_is_asked_for_only_where_it_could_be_joined(
    stored: StoredResponse, wanted: tuple[Header, ...] | None
) -> None:
    asked = missing_range_fields(stored, request(("Accept", "*/*")).fields)
    assert (None if asked is None else asked.lines) == (None if wanted is None else (("accept", "*/*"), *wanted))


def test_a_part_in_the_body_store_is_completed_too() -> None:
    stored = elsewhere(part(0, 4, TAG))
    reception = ask(stored, request(), answer(5, 9, TAG))
    assert reception.keep is not None
    assert (reception.keep.status, reception.keep.size) == (200, 10)
    assert parts_of(reception.keep) == {0: BodyReference(bytes(32), 5), 5: b"56789"}
    assert reception.reuse == reception.keep


@pytest.mark.parametrize(
    ("stored", "got", "body"),
    [
        (part(0, 4, TAG), answer(5, 9, TAG), b"0123456789"),
        (part(0, 4, TAG), answer(3, 9, TAG), b"0123456789"),
        (part(5, 9, TAG), answer(0, 4, TAG), b"0123456789"),
        (part(0, 4, ("Last-Modified", date(-9))), answer(5, 9, ("Last-Modified", date(-9))), b"0123456789"),
        (part(0, 4, TAG), answer(6, 9, TAG), None),
        (part(0, 4, TAG), answer(5, 8, TAG), None),
        (part(0, 4, TAG), answer(5, 9, ("ETag", '"v2"')), None),
        (part(0, 4, TAG), answer(5, 9, ("ETag", 'W/"v1"')), None),
        (part(0, 4, TAG), answer(5, 9), None),
        (part(0, 4, TAG), answer(5, 9, TAG, body=b"5678"), None),
        (part(0, 4, TAG), response(FRESH, TAG, ("Content-Range", "bytes 5-9/11"), status=206, body=b"56789"), None),
        (part(0, 4, TAG), response(FRESH, TAG, status=416), None),
    ],
)
def test_two_parts_make_a_whole_or_the_whole_is_asked_for(
    stored: StoredResponse, got: Response, body: bytes | None
) -> None:
    reception = ask(stored, request(("X", "1")), got)
    if body is not None:
        assert reception.keep is not None
        assert (reception.keep.status, reception.keep.body) == (200, body)
        assert "content-range" not in reception.keep.fields
        assert reception.reuse == reception.keep
    else:
        assert (reception.keep, reception.reuse) == (None, None)
        assert reception.retry == Forward(fields=request(("X", "1")).fields, reason="partial", stored=stored)


def test_the_newer_part_tells_the_fields_and_the_older_one_the_time_of_the_ask() -> None:
    stored = part(0, 4, TAG, ("A", "old"), ("B", "old"), ("Age", "20"))
    reception = ask(stored, request(), answer(5, 9, TAG, ("A", "new")), at=START + 30)
    assert reception.keep is not None
    assert [reception.keep.fields.get(name) for name in ("a", "b", "age")] == ["new", "old", None]
    assert (reception.keep.response_time, reception.keep.fetch_started) == (START + 30, START)


@pytest.mark.parametrize(
    ("stored", "together"),
    [
        (part(0, 4, TAG), ({0: b"01234", 8: b"8"}, {0: b"0123456", 8: b"8"})),
        (elsewhere(part(0, 4, TAG)), ({0: BYTES_0_TO_4, 8: b"8"}, {0: BYTES_0_TO_4, 5: b"56", 8: b"8"})),
    ],
)
def test_a_client_with_another_range_gets_it_and_the_parts_grow_together(
    stored: StoredResponse, together: tuple[dict[int, bytes | BodyReference], ...]
) -> None:
    for wanted, parts in zip(((8, 8), (3, 6), (2, 4)), (*together, together[-1]), strict=True):
        asked = request(("Range", "bytes={}-{}".format(*wanted)), ("Cache-Control", "no-cache"))
        reception = ask(stored, asked, answer(*wanted, TAG))
        assert reception.reuse is None
        assert reception.keep is not None
        stored = reception.keep
        assert parts_of(stored) == parts
        assert (stored.status, stored.size, "content-range" in stored.fields) == (206, 10, False)


def test_parts_are_joined_by_their_numbers_not_by_their_bytes() -> None:
    stored = part(0, 4, TAG, body=b"98765")
    reception = ask(stored, request(), answer(5, 9, TAG, body=b"43210"))
    assert reception.keep is not None
    assert reception.keep.body == b"9876543210"


def test_a_short_part_is_not_joined_to_a_proper_one() -> None:
    reception = ask(part(0, 4, TAG, body=b"0123"), request(("Range", "bytes=5-7")), answer(5, 7, TAG))
    assert parts_of(reception.keep) == {5: b"567"}


def test_one_byte_is_a_part() -> None:
    reception = ask(None, request(("Range", "bytes=5-5")), answer(5, 5))
    assert reception.keep is not None
    assert (reception.keep.body, reception.keep.fields.get("content-range")) == (b"5", "bytes 5-5/10")


def test_parts_that_do_not_meet_are_stored_side_by_side() -> None:
    reception = ask(part(0, 1, TAG), request(("Range", "bytes=5-7")), answer(5, 7, TAG))
    assert parts_of(reception.keep) == {0: b"01", 5: b"567"}


@pytest.mark.parametrize(
    ("stored", "got"),
    [
        (part(0, 4, TAG), answer(5, 7, ("ETag", '"v2"'))),
        (part(0, 4, TAG), answer(5, 7, ("ETag", 'W/"v1"'))),
        (part(0, 4, TAG), answer(5, 7)),
        (part(0, 4), answer(5, 7, TAG)),
        (part(0, 4), answer(5, 7)),
        (part(0, 4, ("Last-Modified", date(-9))), answer(5, 7, ("Last-Modified", date(-8)))),
        (part(0, 4, ("Last-Modified", date(0))), answer(5, 7, ("Last-Modified", date(0)))),
    ],
)
def test_parts_without_the_same_strong_validator_replace_one_another(stored: StoredResponse, got: Response) -> None:
    reception = ask(stored, request(("Range", "bytes=5-7")), got)
    assert reception.keep is not None
    if isinstance(reception.keep.body, bytes):
        assert (reception.keep.body, reception.keep.fields.get("content-range")) == (b"567", "bytes 5-7/10")
    else:
        assert parts_of(reception.keep) == {5: b"567"}


@pytest.mark.parametrize("headers", [(), (TAG,), (("ETag", 'W/"v1"'),)])
def test_a_part_with_every_byte_is_the_complete_response(headers: tuple[Header, ...]) -> None:
    reception = ask(None, request(("Range", "bytes=0-")), answer(0, 9, *headers))
    assert reception.reuse is None
    assert reception.keep is not None
    assert (reception.keep.status, reception.keep.body) == (200, b"0123456789")
    assert "content-range" not in reception.keep.fields
    assert isinstance(decide(reception.keep, request(), Policy(), START), Serve)


def test_a_part_with_a_wrong_content_length_is_not_stored() -> None:
    reception = ask(None, request(("Range", "bytes=5-7")), answer(5, 7, TAG, ("Content-Length", "4")))
    assert (reception.keep, reception.refusal) == (None, "length")


def test_what_is_left_without_lost_parts_is_a_part() -> None:
    whole = elsewhere(part(0, 4, TAG))
    assert without_lost_parts(None, {bytes(32)}) is None
    assert without_lost_parts(stored_response(TAG), {bytes(32)}) is None
    assert without_lost_parts(whole, set()) is None
    assert without_lost_parts(whole, {bytes(32)}) is None
    joined = ask(whole, request(), answer(5, 9, TAG)).keep
    rest = without_lost_parts(joined, {bytes(32)})
    assert rest is not None
    assert (rest.status, parts_of(rest)) == (206, {5: b"56789"})


@pytest.mark.parametrize(
    "got",
    [
        response(FRESH, status=206),
        response(FRESH, ("Content-Range", "bytes 0-2/10"), status=206, body=b"0123"),
        response(FRESH, ("Content-Range", "bytes 0-2/10"), status=206, body=b""),
        response(FRESH, ("Content-Type", "multipart/byteranges; boundary=x"), status=206),
        response(FRESH, ("Content-Range", "lines 0-2/10"), status=206, body=b"012"),
    ],
)
def test_an_invalid_part_is_not_stored(got: Response) -> None:
    reception = ask(None, request(("Range", "bytes=0-2")), got)
    assert (reception.keep, reception.refusal) == (None, "partial")


def test_a_part_that_nobody_asked_for_is_not_stored() -> None:
    assert ask(None, request(), answer(0, 4)).refusal == "partial"


def test_a_part_obeys_the_rules_of_storing() -> None:
    got = response(("Cache-Control", "no-store"), ("Content-Range", "bytes 0-3/10"), status=206)
    assert ask(None, request(("Range", "bytes=0-3")), got).refusal == "no-store"
