"""The answers that clients get when an origin answers in a format of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgpack
import pytest

from brine.domain.formats import Format, encode
from brine.domain.formats.allowed_types import Types
from tests.support.gateway.world import START, response, status_of
from tests.unit.service.transcoding.world import (
    JSON,
    MSGPACK,
    ORDER,
    SEALED,
    codec,
    registry,
    transcoding_world,
)

if TYPE_CHECKING:
    from brine.service.http_cache.answer import Answer
    from tests.support.gateway.world import World

PLAIN = {"name": "Korea", "area": 100.5}


def problem_of(answer: Answer) -> str:
    return str(json.loads(answer.response.body)["type"]).rpartition(":")[2]


def sealed_by_origin(obj: object, target: str, **options: Any) -> bytes:
    return codec("origins", **options).seal(obj, context=("response", target), now=START)


@pytest.fixture
def world() -> World:
    made = transcoding_world()
    made.outcomes["/plain"] = response(200, json.dumps(PLAIN).encode(), content_type=JSON, etag='"v1"')
    made.outcomes["/order"] = response(200, sealed_by_origin(ORDER, "/order"), content_type=SEALED, etag='"v1"')
    made.outcomes["/pack"] = response(200, msgpack.packb(PLAIN), content_type=MSGPACK)
    return made


def test_a_json_origin_is_read_as_json_messagepack_and_envelopes(world: World) -> None:
    as_json = world.ask("/json/plain").response
    assert (as_json.fields.get("content-type"), json.loads(as_json.body)) == (JSON, PLAIN)
    assert as_json.fields.get("etag") == '"v1"'  # it is the origin's own
    packed = world.ask("/json/plain", accept=MSGPACK).response
    assert (packed.fields.get("content-type"), msgpack.unpackb(packed.body)) == (MSGPACK, PLAIN)
    sealed = world.ask("/json/plain", accept=SEALED).response
    assert sealed.fields.get("content-type") == SEALED
    assert codec("clients").open(sealed.body, context=("response", "/json/plain"), now=START) == PLAIN


def test_a_sealed_origin_is_read_in_every_format_and_fetched_once(world: World) -> None:
    as_json = world.ask("/sealed/order", accept=JSON)
    assert json.loads(as_json.response.body) == {
        "$type": "shop.Order@1",
        "id": "A-1",
        "placed": {"$datetime": "2026-11-22T09:30:00+00:00"},
        "total": {"$decimal": "12.50"},
    }
    packed = world.ask("/sealed/order", accept=MSGPACK)
    assert packed.response.body == encode(Format.MSGPACK, ORDER, Types(registry()))
    sealed = world.ask("/sealed/order", accept=SEALED)
    assert codec("clients").open(sealed.response.body, context=("response", "/sealed/order"), now=START) == ORDER
    assert "hit" in status_of(sealed)
    assert world.fetched == ["GET /order"]


def test_every_answer_says_that_accept_selected(world: World) -> None:
    for accept in (JSON, MSGPACK, SEALED, "text/html"):
        assert world.ask("/json/plain", accept=accept).response.fields.get("vary") == "Accept"


def test_the_origin_is_asked_for_its_own_format_uncoded_and_whole(world: World) -> None:
    world.ask("/packed/pack", accept="text/html;q=0.5, */*;q=0.1", accept_encoding="gzip", range="bytes=0-1")
    (_, request) = world.origin.requests[0]
    assert request.fields.get("accept") == MSGPACK
    assert request.fields.get("accept-encoding") == "identity"
    assert "range" not in request.fields


@pytest.mark.parametrize(("path", "accept"), [("/json/plain", "text/html"), ("/packed/pack", SEALED)])
def test_a_format_that_is_not_offered_is_refused_without_a_fetch(world: World, path: str, accept: str) -> None:
    answer = world.ask(path, accept=accept)
    assert (answer.response.status, problem_of(answer)) == (406, "format-unacceptable")
    assert world.fetched == []


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("*/*", JSON), ("application/*;q=0.5, application/json;q=0.1", MSGPACK), (f"{SEALED}, */*;q=0.5", SEALED)],
)
def test_the_client_likes_one_best(world: World, accept: str, kind: str) -> None:
    assert world.ask("/json/plain", accept=accept).response.fields.get("content-type") == kind


def test_a_converted_response_has_its_own_etag_and_validates_by_it(world: World) -> None:
    packed = world.ask("/json/plain", accept=MSGPACK).response
    tag = packed.fields.get("etag", "")
    assert tag not in {"", '"v1"'}
    again = world.ask("/json/plain", accept=MSGPACK, if_none_match=tag).response
    assert (again.status, again.body, again.fields.get("etag")) == (304, b"", tag)
    # Each format's tag is good for that format alone
    assert world.ask("/json/plain", accept=JSON, if_none_match=tag).response.status == 200
    assert world.ask("/json/plain", accept=MSGPACK, if_none_match='"v1"').response.status == 200
    assert world.ask("/json/plain", accept=MSGPACK, if_none_match="*").response.status == 304
    assert world.fetched == ["GET /plain"]


def test_envelopes_have_weak_tags_since_no_two_are_equal(world: World) -> None:
    sealed = world.ask("/sealed/order", accept=SEALED).response
    tag = sealed.fields.get("etag", "")
    assert tag.startswith('W/"v1~sealed')
    assert world.ask("/sealed/order", accept=SEALED, if_none_match=tag).response.status == 304


def test_head_is_described_as_get_would_be(world: World) -> None:
    whole = world.ask("/json/plain", accept=MSGPACK).response
    head = world.ask("/json/plain", "HEAD", accept=MSGPACK).response
    assert (head.status, head.body) == (200, b"")
    assert head.fields.get("content-type") == MSGPACK
    assert head.fields.get("etag") == whole.fields.get("etag")
    assert "content-length" not in head.fields


def test_a_range_of_what_is_rendered_is_the_whole(world: World) -> None:
    answer = world.ask("/json/plain", accept=MSGPACK, range="bytes=0-3").response
    assert (answer.status, msgpack.unpackb(answer.body)) == (200, PLAIN)
    part = world.ask("/json/plain", accept=JSON, range="bytes=0-3").response
    assert (part.status, part.body) == (206, b'{"na')


def test_an_error_of_the_origin_passes_as_it_is(world: World) -> None:
    world.outcomes["/gone"] = response(404, b"<h1>no</h1>", content_type="text/html")
    answer = world.ask("/json/gone", accept=MSGPACK).response
    assert (answer.status, answer.body, answer.fields.get("content-type")) == (404, b"<h1>no</h1>", "text/html")
    world.outcomes["/bad"] = response(422, b'{"why": "so"}', content_type=JSON)
    answer = world.ask("/json/bad", accept=MSGPACK).response
    assert (answer.status, msgpack.unpackb(answer.body)) == (422, {"why": "so"})


@pytest.mark.parametrize(
    ("path", "body", "kind", "problem"),
    [
        ("/json", b"<h1>hi</h1>", "text/html", "origin-format"),
        ("/json", b'{"a": 1, "a": 2}', JSON, "origin-content-invalid"),
        ("/json", b'{"$type": "shop.Gone@1"}', JSON, "origin-content-invalid"),
        ("/sealed", b"\x80\x05N.", SEALED, "origin-seal-refused"),
        ("/sealed", b"\x80\x05N.", "application/octet-stream", "origin-format"),
        ("/sealed", sealed_by_origin(ORDER, "/other"), SEALED, "origin-seal-refused"),
        ("/sealed", sealed_by_origin(ORDER, "/x", purpose="brine client"), SEALED, "origin-seal-refused"),
    ],
)
def test_what_an_origin_cannot_have_meant_is_a_problem(
    world: World, path: str, body: bytes, kind: str, problem: str
) -> None:
    world.outcomes["/x"] = response(200, body, content_type=kind)
    answer = world.ask(f"{path}/x", accept=MSGPACK)
    assert (answer.response.status, problem_of(answer)) == (502, problem)
    assert [fault.kind for fault in answer.faults] == (["seal"] if problem == "origin-seal-refused" else [])


def test_a_pickle_that_is_not_sealed_is_never_opened(world: World, tmp_path: Any) -> None:
    canary = tmp_path / "canary"
    pickle = f"cpathlib\nPath\n(V{canary}\ntRp0\n0cbuiltins\ngetattr\n(g0\nVtouch\ntR(tR.".encode()
    for path in ("/json/x", "/sealed/x", "/packed/x"):
        for kind in (JSON, MSGPACK, SEALED, "application/python-pickle", "application/octet-stream"):
            world.outcomes["/x"] = response(200, pickle, content_type=kind, cache_control="no-store")
            for accept in (JSON, MSGPACK):
                world.ask(path, accept=accept)
            answer = world.ask(path, "POST", pickle, content_type=kind, accept=JSON)
            assert answer.response.status in {200, 400, 403, 415, 502}
    assert not canary.exists()


def test_the_pickle_of_the_test_above_would_have_shown(tmp_path: Any) -> None:
    import pickle  # noqa: PLC0415 - only this test may import it

    canary = tmp_path / "canary"
    pickle.loads(f"cpathlib\nPath\n(V{canary}\ntRp0\n0cbuiltins\ngetattr\n(g0\nVtouch\ntR(tR.".encode())  # noqa: S301 - it shows what a canary does
    assert canary.exists()
