"""Queries by content on a route that converts: one stored response for the clients of every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgpack
import pytest

from tests.support.gateway.world import START, response, status_of
from tests.unit.service.transcoding.world import JSON, MSGPACK, ORDER, SEALED, codec, transcoding_world

if TYPE_CHECKING:
    from brine.service.http_cache.answer import Answer
    from tests.support.gateway.world import World

ASKED = {"query": "{ books { title } }", "variables": {"b": 1, "a": 2}}
ASKED_JSON = b'{"variables": {"a": 2, "b": 1}, "query": "{ books { title } }"}'


@pytest.fixture
def world() -> World:
    made = transcoding_world()
    made.outcomes["/graphql"] = response(200, b'{"data": [1, 2]}', content_type=JSON, etag='"a"')
    return made


def post(world: World, body: bytes, kind: str, accept: str, method: str = "POST", /, **fields: str) -> Answer:
    return world.ask("/asked/graphql", method, body, content_type=kind, accept=accept, **fields)


@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_clients_of_two_formats_share_one_response(world: World, method: str) -> None:
    packed = post(world, msgpack.packb(ASKED), MSGPACK, MSGPACK, method)
    assert (packed.result, msgpack.unpackb(packed.response.body)) == ("miss", {"data": [1, 2]})
    plain = post(world, ASKED_JSON, JSON, JSON, method)
    assert (plain.result, plain.response.body) == ("hit", b'{"data": [1, 2]}')
    assert [request.method for _, request in world.origin.requests] == [method]


def test_a_converted_answer_to_a_query_validates_by_its_own_tag(world: World) -> None:
    tag = post(world, msgpack.packb(ASKED), MSGPACK, MSGPACK).response.fields.get("etag", "")
    assert post(world, ASKED_JSON, JSON, MSGPACK, if_none_match=tag).response.status == 304
    assert post(world, ASKED_JSON, JSON, JSON, if_none_match=tag).response.status == 200


def test_a_mutation_in_messagepack_is_one(world: World) -> None:
    body = msgpack.packb({"query": "mutation { add }"})
    for _ in range(2):
        answer = post(world, body, MSGPACK, MSGPACK)
        assert (answer.result, "detail=query-mutation" in status_of(answer)) == ("pass", True)


def test_a_query_that_reaches_the_origin_in_an_envelope_is_not_stored(world: World) -> None:
    """No two envelopes are equal, so no two requests would have one key."""
    sealed = codec("origins").seal(ORDER, context=("response", "/orders"), now=START)
    world.outcomes["/orders"] = response(200, sealed, content_type=SEALED)
    for _ in range(2):
        answer = world.ask("/sealed/orders", "QUERY", b"[1]", content_type=JSON)
        assert (answer.result, answer.response.status) == ("pass", 200)
        assert "fwd=bypass; fwd-status=200; detail=query-sealed" in status_of(answer)
