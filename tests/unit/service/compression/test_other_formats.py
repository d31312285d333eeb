"""Compressed answers of routes that convert formats, and of functions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.gateway.codings import content, decoded
from tests.support.gateway.parts import app_of
from tests.support.gateway.world import response
from tests.unit.service.transcoding.world import JSON, MSGPACK, SEALED, transcoding_world

ITEMS = [{"id": number, "name": "an item of a list"} for number in range(200)]
OF_ORIGIN = response(200, json.dumps(ITEMS).encode(), content_type=JSON, etag='"1"')


@pytest.mark.parametrize("accepted", [JSON, MSGPACK])
def test_each_format_has_a_tag_in_each_coding(accepted: str) -> None:
    world = transcoding_world()
    world.outcomes["/x"] = OF_ORIGIN
    plain = world.ask("/json/x", accept=accepted).response
    tag = plain.fields.get("etag", "").strip('"')
    for coding in ("gzip", "br", "zstd"):
        got = world.ask("/json/x", accept=accepted, accept_encoding=coding).response
        assert content(got) == plain.body
        assert got.fields.get("etag") == f'W/"{tag}~{coding}"'
        assert got.fields.get("vary") == "Accept, Accept-Encoding"
        again = world.ask(
            "/json/x", accept=accepted, accept_encoding=coding, if_none_match=f'W/"{tag}~{coding}"'
        ).response
        assert (again.status, again.fields.get("etag")) == (304, f'W/"{tag}~{coding}"')
    assert len(world.fetched) == 1


def test_a_change_has_the_tag_of_the_origin() -> None:
    world = transcoding_world()
    world.outcomes["/x"] = OF_ORIGIN
    tag = world.ask("/json/x", accept=MSGPACK, accept_encoding="gzip").response.fields.get("etag", "")
    world.ask("/json/x", "PUT", b"[]", content_type=JSON, if_match=tag)
    tags = world.origin.requests[-1][1].fields.get("if-match", "").split(", ")
    assert '"1"' in tags


def test_envelopes_are_compressed_already() -> None:
    world = transcoding_world()
    world.outcomes["/x"] = OF_ORIGIN
    got = world.ask("/json/x", accept=SEALED, accept_encoding="gzip").response
    assert "content-encoding" not in got.fields
    assert got.fields.get("content-type") == SEALED


def items() -> list[Any]:
    """The object that the functions return."""
    return ITEMS


def test_the_response_of_a_function_is_compressed() -> None:
    client = app_of(items).test()
    for result in ("miss", "hit", "hit"):
        got = client.get("/w", headers={"Accept-Encoding": "gzip"})
        assert got.result == result
        assert got.headers["content-encoding"] == "gzip"
        assert json.loads(decoded("gzip", got.content)) == ITEMS


def test_a_function_can_forbid_it() -> None:
    got = app_of(items, compress=False).test().get("/w", headers={"Accept-Encoding": "gzip"})
    assert got.json() == ITEMS
    assert "content-encoding" not in got.headers
