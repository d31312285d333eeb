"""The requests that an origin gets when clients send formats of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgpack
import pytest

from brine.domain.formats import Format, encode
from brine.domain.formats.allowed_types import Types
from tests.support.gateway.world import START, response
from tests.unit.service.transcoding.test_answers import problem_of
from tests.unit.service.transcoding.world import JSON, MSGPACK, ORDER, SEALED, codec, registry, transcoding_world

if TYPE_CHECKING:
    from tests.support.gateway.world import World

ORDER_JSON = encode(Format.JSON, ORDER, Types(registry()))


@pytest.fixture
def world() -> World:
    made = transcoding_world()
    made.outcomes["/orders"] = response(200, b'{"ok": true}', content_type=JSON)
    return made


def test_json_becomes_an_envelope_for_this_origin_method_and_target(world: World) -> None:
    sealed = codec("origins").seal(ORDER, context=("response", "/orders?x=1"), now=START)
    world.outcomes["/orders?x=1"] = response(200, sealed, content_type=SEALED)
    answer = world.ask("/sealed/orders?x=1", "POST", ORDER_JSON, content_type=JSON)
    assert answer.response.body == ORDER_JSON
    (_, request) = world.origin.requests[0]
    assert request.fields.get("content-type") == SEALED
    assert codec("origins").open(request.body, context=("request", "POST", "/orders?x=1"), now=START) == ORDER


def test_messagepack_becomes_json_and_json_stays_what_it_is(world: World) -> None:
    world.ask("/packed/orders", "POST", msgpack.packb({"a": [1, 2]}), content_type=MSGPACK)
    world.ask("/packed/orders", "PUT", b'{"a": [1,   2]}', content_type=JSON)
    first, second = (request for _, request in world.origin.requests)
    assert (first.fields.get("content-type"), json.loads(first.body)) == (JSON, {"a": [1, 2]})
    assert second.body == b'{"a": [1,   2]}'


@pytest.mark.parametrize("kind", ["text/plain", "application/python-pickle", ""])
def test_other_content_is_refused_and_not_forwarded(world: World, kind: str) -> None:
    fields = {"content_type": kind} if kind else {}
    answer = world.ask("/json/orders", "POST", b"x", **fields)
    assert (answer.response.status, problem_of(answer)) == (415, "format-unsupported")
    assert world.fetched == []


def test_coded_content_is_refused(world: World) -> None:
    answer = world.ask("/json/orders", "POST", b"x", content_type=MSGPACK, content_encoding="gzip")
    assert (answer.response.status, problem_of(answer)) == (415, "format-unsupported")


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b'{"a": ', 400, "content-invalid"),
        (b'{"a": 1, "a": 2}', 400, "content-invalid"),
        (b'{"a": "\xff"}', 400, "content-invalid"),
        (b"[" * 5_000 + b"]" * 5_000, 413, "content-too-large"),
        (b'{"n": ' + b"9" * 10_000 + b"}", 413, "content-too-large"),
        (b'{"$type": "os.system@1", "command": "x"}', 400, "type-refused"),
    ],
)
def test_content_that_is_not_what_it_says_is_refused(world: World, body: bytes, status: int, problem: str) -> None:
    answer = world.ask("/sealed/orders", "POST", body, content_type=JSON)
    assert (answer.response.status, problem_of(answer)) == (status, problem)
    assert world.fetched == []
