"""Preflights of browsers, answered from stored permissions on routes that cache them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.http.fields import Fields
from brine.domain.http.messages import Response
from brine.errors import OriginTimeout
from brine.service.purge import Purger
from tests.support.gateway.answering import ask, world_with
from tests.support.gateway.world import status_of

if TYPE_CHECKING:
    from brine.domain.http.messages import Request
    from brine.service.http_cache.answer import Answer
    from tests.support.gateway.world import World

ROUTES = """
[[route]]
name = "api"
prefix = "/api"
origin = "http://origin.test"
cache_preflights = true
freshness_lifetime = "60s"
negative_lifetimes = { 404 = "60s" }
grace = "1h"
key_headers = ["origin"]
[[route]]
name = "varied"
prefix = "/varied"
origin = "http://origin.test"
forward_headers = ["origin"]
[[route]]
name = "plain"
prefix = "/plain"
origin = "http://origin.test"
"""
PAGE = "https://page.example"
ASKING = (("Origin", PAGE), ("Access-Control-Request-Method", "PUT"))


@pytest.fixture(autouse=True)
def routes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.gateway.world.ROUTES", ROUTES)


def permission(request: Request, *lines: tuple[str, str], status: int = 204, seconds: str = "600") -> Response:
    """What an origin answers that allows everything."""
    fields = request.fields
    told = [
        ("access-control-allow-origin", fields.get("origin", "none")),
        ("access-control-allow-methods", fields.get("access-control-request-method", "none")),
        ("access-control-max-age", seconds),
    ]
    return Response(status=status, fields=Fields([*told, *lines]))


def permitting(*lines: tuple[str, str], status: int = 204, seconds: str = "600") -> World:
    return world_with(lambda request: permission(request, *lines, status=status, seconds=seconds))


def preflight(world: World, *lines: tuple[str, str], path: str = "/api/x") -> Answer:
    return ask(world, *(lines or ASKING), method="OPTIONS", path=path)


def methods(world: World) -> list[str]:
    return [request.method for _, request in world.origin.requests]


@pytest.mark.parametrize("caching", ["no-store", "private", "max-age=0", "max-age=99999"])
def test_a_permission_is_kept_for_its_max_age(caching: str) -> None:
    world = permitting(("cache-control", caching), ("etag", '"a"'))
    first = preflight(world)
    assert (first.response.status, first.stored) == (204, True)
    world.now += 599
    for _ in range(2):
        second = preflight(world)
        assert second.result == "hit"
        assert second.response.fields.get("access-control-allow-origin") == PAGE
        assert second.response.fields.get("access-control-max-age") == "1"  # no longer in all than the origin said
        assert "cache-control" not in second.response.fields
        world.restart()
    world.now += 2
    assert preflight(world).result == "miss"
    assert methods(world) == ["OPTIONS", "OPTIONS"]


def test_the_origin_gets_only_the_fields_of_the_key() -> None:
    world = permitting()
    preflight(world, *ASKING, ("Cookie", "a=b"), ("User-Agent", "x"), ("Accept", "*/*"), ("X-Forwarded-For", "6.6.6.6"))
    (sent,) = (request for _, request in world.origin.requests)
    ours = {"cdn-loop", "user-agent", "via", "x-forwarded-prefix"}
    assert sent.fields.names - ours == {"origin", "access-control-request-method"}
    assert "x" not in sent.fields.all("user-agent")


@pytest.mark.parametrize(
    "other",
    [
        (("Origin", "https://other.example"), ASKING[1]),
        (ASKING[0], ("Access-Control-Request-Method", "DELETE")),
        (*ASKING, ("Access-Control-Request-Headers", "x-a")),
        (*ASKING, ("Access-Control-Request-Private-Network", "true")),
    ],
)
def test_each_field_of_a_preflight_is_in_the_key(other: tuple[tuple[str, str], ...]) -> None:
    world = permitting()
    preflight(world)
    assert preflight(world, *other).result == "miss"
    assert preflight(world, *other).result == "hit"
    assert preflight(world).result == "hit"


def test_a_permission_is_no_response_to_get_and_survives_a_change() -> None:
    world = permitting()
    preflight(world)
    assert ask(world, ASKING[0]).result == "miss"
    assert preflight(world).result == "hit"
    ask(world, ASKING[0], method="PUT")
    assert preflight(world).result == "hit"
    assert ask(world, ASKING[0]).result == "miss"


@pytest.mark.parametrize(
    ("seconds", "status", "lines"),
    [
        ("0", 204, ()),
        ("x", 204, ()),
        ("-1", 204, ()),
        ("600", 403, ()),
        ("600", 404, ()),
        ("600", 302, ()),
        ("600", 204, (("access-control-max-age", "600"),)),
        ("600", 204, (("set-cookie", "a=b"),)),
        ("600", 204, (("vary", "*"),)),
    ],
)
def test_no_other_answer_is_kept(seconds: str, status: int, lines: tuple[tuple[str, str], ...]) -> None:
    world = permitting(*lines, seconds=seconds, status=status)
    for _ in range(2):
        assert not preflight(world).stored
    assert methods(world) == ["OPTIONS", "OPTIONS"]


def test_a_permission_is_kept_for_two_hours_at_most() -> None:
    world = permitting(seconds="86400")
    preflight(world)
    world.now += 7199
    assert preflight(world).response.fields.get("access-control-max-age") == str(86400 - 7199)
    world.now += 2
    assert preflight(world).result == "miss"


def test_a_permission_is_never_served_stale() -> None:
    world = permitting()
    preflight(world)
    world.now += 601

    def fails(_: Request) -> Response:
        raise OriginTimeout("slow")

    world.origin = world_with(fails).origin
    world.restart()
    answer = preflight(world)
    assert (answer.response.status, answer.problem) == (504, "origin-timeout")


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("/plain/x", ASKING),
        ("/api/x", (ASKING[0],)),
        ("/api/x", (ASKING[1],)),
        ("/api/x", (*ASKING, ("Access-Control-Request-Headers", "x" * 3000))),
    ],
)
def test_other_options_pass(path: str, lines: tuple[tuple[str, str], ...]) -> None:
    world = permitting()
    answers = [preflight(world, *lines, path=path) for _ in range(2)]
    assert [answer.result for answer in answers] == ["pass", "pass"]
    assert "fwd=method" in status_of(answers[1])


def test_a_page_never_gets_the_permission_of_another_if_origin_is_in_the_key() -> None:
    world = world_with(lambda request: permission(request, ("cache-control", "max-age=60"), status=200))
    for page in (PAGE, "https://other.example", "null"):
        for result in ("miss", "hit"):
            answer = ask(world, ("Origin", page))
            assert (answer.result, answer.response.fields.get("access-control-allow-origin")) == (result, page)


@pytest.mark.parametrize(("path", "then"), [("/api/x", PAGE), ("/varied/x", None)])
def test_an_origin_that_varies_only_for_browsers_needs_origin_in_the_key(path: str, then: str | None) -> None:
    """As Starlette does: without an Origin in the request, the response has no Vary."""

    def answer(request: Request) -> Response:
        page = request.fields.get("origin")
        cors = [] if page is None else [("access-control-allow-origin", page), ("vary", "Origin")]
        return Response(status=200, fields=Fields([("cache-control", "max-age=60"), *cors]))

    world = world_with(answer)
    assert ask(world, ("Origin", PAGE), path=path).response.fields.get("access-control-allow-origin") == PAGE
    assert ask(world, path=path).response.fields.get("access-control-allow-origin") is None
    assert ask(world, ("Origin", PAGE), path=path).response.fields.get("access-control-allow-origin") == then


def test_a_purge_of_the_route_ends_its_permissions() -> None:
    world = permitting()
    preflight(world)
    assert world.stamps is not None
    Purger(routes=world.gateway.routes, stamps=world.stamps, clock=world.time).route("api")
    world.now += 2
    world.restart()
    assert preflight(world).result == "miss"
