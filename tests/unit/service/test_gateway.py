"""The path of a request: hits, misses, validation, errors, and the explanation of each."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.domain.http.messages import Request
from brine.domain.routing.route import Routes
from brine.errors import BadRequest, OriginMalformed, OriginTimeout, OriginTooLarge, OriginUnreachable
from brine.ports.deadline import Deadline
from brine.service.transaction import ORIGIN_RESERVE
from tests.support.gateway.world import World, response, status_of, with_origin

if TYPE_CHECKING:
    from brine.adapters.memory.origin import Outcome
    from brine.domain.http.messages import Response
    from brine.domain.routing.origin import OriginAddress
    from brine.errors import OriginError


def test_a_miss_is_stored_and_the_next_is_a_hit_with_its_age() -> None:
    world = World({"/base/x": response(cache_control="max-age=60", content_type="text/plain")})
    miss = world.ask()
    assert (miss.response.status, miss.response.body) == (200, b"hello")
    assert status_of(miss) == "brine; fwd=uri-miss; fwd-status=200; stored; ttl=60"
    assert (miss.result, miss.stored, miss.layer) == ("miss", True, None)
    world.now += 7
    hit = world.ask()
    assert (hit.response.status, hit.response.body) == (200, b"hello")
    assert status_of(hit) == "brine; hit; ttl=53"
    assert hit.response.fields.get("age") == "7"
    assert (hit.result, hit.layer, hit.route) == ("hit", "memory", "api")
    assert world.fetched == ["GET /base/x"]


def test_a_new_process_hits_from_the_table() -> None:
    world = World({"/base/x": response(cache_control="max-age=60")})
    world.ask()
    world.restart()
    assert (status_of(world.ask()), world.ask().layer) == ("brine; hit; ttl=60", "memory")
    world.restart()
    assert world.ask().layer == "table"


@pytest.mark.parametrize(
    ("fields", "request_fields"),
    [
        ({"cache_control": "no-store"}, {}),
        ({"cache_control": "private, max-age=60"}, {}),
        ({"cache_control": "max-age=60"}, {"authorization": "Bearer x"}),
        ({"cache_control": "max-age=60", "set_cookie": "a=b"}, {}),
        ({}, {}),
        ({"cache_control": "max-age=60", "vary": "*"}, {}),
    ],
)
def test_what_may_not_be_kept_is_not(fields: dict[str, str], request_fields: dict[str, str]) -> None:
    world = World({"/base/x": response(**fields)})
    for _ in range(2):
        answer = world.ask(**request_fields)
        assert (answer.result, answer.stored) == ("miss", False)
        assert "stored" not in status_of(answer).split("; ")
    assert len(world.fetched) == 2


def test_a_head_is_answered_from_a_get() -> None:
    world = World({"/base/x": response(cache_control="max-age=60")})
    world.ask()
    head = world.ask("/api/x", "HEAD")
    assert (head.result, head.response.body, head.response.fields.get("content-length")) == ("hit", b"", "5")


def test_a_stale_response_is_validated() -> None:
    world = World({"/base/x": response(cache_control="max-age=60", etag='"1"')})
    world.ask()
    world.now += 61
    world.outcomes["/base/x"] = response(304, b"", cache_control="max-age=60", etag='"1"')
    answer = world.ask()
    assert (answer.response.status, answer.response.body, answer.result) == (200, b"hello", "validated")
    assert status_of(answer) == "brine; fwd=stale; fwd-status=304; stored; ttl=60"
    assert world.origin.requests[-1][1].fields.get("if-none-match") == '"1"'
    world.restart()
    assert world.ask().layer == "table"


def test_variants_live_beside_each_other() -> None:
    def speak(language: str) -> None:
        world.outcomes["/base/x"] = response(
            200, language.encode(), cache_control="max-age=60", vary="accept-language", content_language=language
        )

    world = World()
    for language in ("en", "fr"):
        speak(language)
        assert world.ask(accept_language=language).stored
    assert "fwd=vary-miss" in status_of(world.ask(accept_language="it"))
    speak("de")
    for restarted in (False, True):
        if restarted:
            world.restart()
        for language in ("en", "fr"):
            answer = world.ask(accept_language=language)
            assert (answer.result, answer.response.body) == ("hit", language.encode())


def test_variants_from_before_an_invalidation_stay_dead() -> None:
    world = World()
    for language in ("en", "fr"):
        world.outcomes["/base/x"] = response(200, b"old", cache_control="max-age=60", vary="accept-language")
        world.ask(accept_language=language)
    world.now += 1
    world.outcomes["/base/x"] = response(204, b"")
    world.ask("/api/x", "DELETE")
    world.outcomes["/base/x"] = response(200, b"new", cache_control="max-age=60", vary="accept-language")
    for restarted in (False, True):
        if restarted:
            world.restart()
        for language in ("en", "fr"):
            assert world.ask(accept_language=language).response.body == b"new"


def test_other_methods_pass_and_invalidate() -> None:
    world = World({"/base/x": response(cache_control="max-age=60")})
    world.ask()
    answer = world.ask("/api/x", "POST", b"12345")
    assert (answer.result, status_of(answer)) == ("pass", "brine; fwd=method; fwd-status=200")
    assert world.origin.requests[-1][1].body == b"12345"
    assert world.ask().result == "miss"


@pytest.mark.parametrize("field", ["location", "content_location"])
@pytest.mark.parametrize("target", ["/base/x?b=1&a=2", "/base/x?a=2&utm_source=mail&b=1", "x?b=1&a=2"])
def test_what_an_unsafe_response_names_is_invalidated_however_its_query_is_written(field: str, target: str) -> None:
    world = World({"/base/x?a=2&b=1": response(cache_control="max-age=60")})
    world.ask("/sorted/x?b=1&a=2")
    world.outcomes["/base/list"] = response(201, b"", **{field: target})
    world.ask("/sorted/list", "POST", b"new")
    assert world.ask("/sorted/x?a=2&b=1").result == "miss"


def test_two_routes_onto_one_origin_do_not_invalidate_each_other() -> None:
    world = World({"/base/x": response(cache_control="max-age=60")})
    world.ask("/api/x")
    world.ask("/sorted/x", "POST", b"new")
    assert world.ask("/api/x").result == "hit"


def test_only_allowed_fields_reach_the_origin_of_a_cacheable_request() -> None:
    world = World({"/base/x": response(), "/x": response()})
    sent = {
        "x_secret": "1",
        "cookie": "a=b",
        "accept": "text/html",
        "host": "evil.test",
        "connection": "x-hop",
        "x_hop": "1",
        "content_type": "text/evil",
    }
    world.ask(**sent)
    world.ask("/open/x", **sent)
    kept, everything = (request.fields for _, request in world.origin.requests)
    ours = {"via", "cdn-loop", "user-agent", "x-forwarded-prefix"}
    assert {name for name, _ in kept} == ours | {"accept"}
    assert {name for name, _ in everything} == ours | {"accept", "x-secret", "cookie", "content-type"}
    world.ask("/api/x", "GET", b"content", **sent)  # for no cache, so all of it is the origin's business
    assert "content-type" in world.origin.requests[-1][1].fields


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (OriginUnreachable("refused"), 502, "origin-unreachable"),
        (OriginTimeout("slow"), 504, "origin-timeout"),
        (OriginMalformed("cut"), 502, "origin-malformed"),
        (OriginTooLarge("big"), 501, "origin-too-large"),
    ],
)
def test_an_origin_that_fails_is_a_problem(error: OriginError, status: int, kind: str) -> None:
    world = World({"/base/x": error})
    answer = world.ask()
    assert (answer.response.status, answer.problem, answer.result) == (status, kind, "problem")
    document = json.loads(answer.response.body)
    assert document["type"] == f"urn:brine:problem:{kind}"
    assert document["status"] == status
    assert answer.response.fields.get("content-type") == "application/problem+json"
    assert status_of(answer) == f"brine; fwd=uri-miss; detail={kind}"
    assert str(error) not in answer.response.body.decode()


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_a_request_that_cannot_be_sent_is_the_clients_problem(method: str) -> None:
    world = World({"/x": response(cache_control="max-age=60")})
    world.ask("/open/x")
    world.now += 100
    world.outcomes["/x"] = BadRequest("it cannot be sent")
    answer = world.ask("/open/x", method)
    assert (answer.response.status, answer.problem, answer.origin_time) == (400, "request-invalid", None)
    assert status_of(answer).endswith("; detail=request-invalid")
    assert "fwd" not in status_of(answer)
    assert json.loads(answer.response.body)["detail"] == "it cannot be sent"
    world.outcomes["/x"] = response(200, b"new", cache_control="max-age=60")
    assert world.ask("/open/x").stored


@pytest.mark.parametrize("failure", [OriginUnreachable("refused"), response(503, b"down")])
def test_stale_answers_when_the_origin_fails_and_the_window_allows(failure: Outcome) -> None:
    world = World({"/x": response(cache_control="max-age=60")})
    world.ask("/open/x")
    world.now += 100
    world.outcomes["/x"] = failure
    answer = world.ask("/open/x")
    assert (answer.response.status, answer.response.body, answer.result) == (200, b"hello", "stale")
    assert "fwd=stale" in status_of(answer)
    assert "ttl=-40" in status_of(answer)
    world.now += 3600
    assert world.ask("/open/x").response.status in {502, 503}


def test_the_origin_gets_no_more_time_than_the_route_and_lambda_leave() -> None:
    patience: list[float] = []

    class Timed(MemoryOrigin):
        def fetch(self, origin: OriginAddress, request: Request, deadline: Deadline) -> Response:
            patience.append(deadline.remaining())
            return super().fetch(origin, request, deadline)

    world = World()
    gateway = with_origin(world.gateway, Timed({}))
    for lambda_leaves in (29.0, 10.0):
        deadline = Deadline(world.now + lambda_leaves, lambda: world.now)
        gateway.serve(Request(method="GET", path="/api/x"), deadline)
    assert patience == pytest.approx([20.0, 10.0 - ORIGIN_RESERVE])


@pytest.mark.parametrize(
    ("path", "body", "status", "kind"),
    [
        ("/nowhere", b"", 404, "route-unknown"),
        ("/api/../x", b"", 400, "target-invalid"),
        ("/api/x", b"12345678901", 413, "request-too-large"),
    ],
)
def test_a_request_that_goes_nowhere(path: str, body: bytes, status: int, kind: str) -> None:
    world = World()
    answer = world.ask(path, "POST", body)
    assert (answer.response.status, answer.problem, answer.result) == (status, kind, "problem")
    assert status_of(answer) == f"brine; detail={kind}"
    assert answer.response.fields.get("cache-control") == "no-store"
    assert world.fetched == []


def test_the_problem_of_a_path_without_a_route_names_all_paths_if_the_gateway_is_told_to() -> None:
    gateway = World().gateway
    request, deadline = Request(method="GET", path="/nowhere"), Deadline(1, lambda: 0)
    detail = json.loads(gateway.serve(request, deadline).response.body)["detail"]
    assert detail == "no route covers /nowhere"
    routes = tuple(route for route in gateway.routes if route.name in {"api", "timed"})
    named = json.loads(
        replace(gateway, names_routes=True, routes=Routes(routes)).serve(request, deadline).response.body
    )
    assert named["detail"] == "no route covers /nowhere. The routes have the paths /api, /timed"
    many = json.loads(replace(gateway, names_routes=True).serve(request, deadline).response.body)["detail"]
    assert many.endswith(f" and {len([route for route in gateway.routes if not route.internal]) - 20} more")
    without = replace(gateway, names_routes=True, routes=Routes(()))
    assert json.loads(without.serve(request, deadline).response.body)["detail"].endswith(
        "/nowhere. There are no routes"
    )


def test_an_answer_says_why_it_was_forwarded_and_not_stored() -> None:
    world = World({"/base/x": response(set_cookie="a=1", cache_control="max-age=60")})
    answer = world.ask()
    assert (answer.fwd, answer.detail, answer.stored) == ("uri-miss", "set-cookie", False)


@pytest.mark.parametrize("method", ["get", "Get", "head", "options", "Trace"])
def test_a_safe_method_in_another_case_is_refused_and_invalidates_nothing(method: str) -> None:
    """An origin may take "get" for GET, and an unknown method that succeeds invalidates (RFC 9111 4.4)."""
    world = World({"/base/x": response(cache_control="max-age=60")})
    world.ask()
    answer = world.ask("/api/x", method)
    assert (answer.response.status, answer.problem) == (501, "method-unknown")
    assert world.ask().result == "hit"
    assert len(world.fetched) == 1


def test_only_if_cached_without_anything_stored_is_refused() -> None:
    answer = World().ask(cache_control="only-if-cached")
    assert (answer.response.status, answer.problem, answer.result) == (504, "not-stored", "refused")


def test_the_key_is_shown_only_where_the_route_allows() -> None:
    world = World({"/base/x": response(), "/x": response()})
    assert "key=" not in status_of(world.ask())
    assert re.search(r'; key="[0-9a-f]{64}"', status_of(world.ask("/open/x")))


def test_routes_with_the_same_origin_do_not_share_what_they_store() -> None:
    world = World({"/base/x": response(cache_control="max-age=60")})
    world.ask("/api/x")
    assert world.ask("/open/base/x").result == "miss"


NEGOTIATED = {"accept": "image/webp", "accept_language": "en"}


@pytest.mark.parametrize(
    ("path", "said", "is_shared"),
    [
        ("/timed/x", {}, False),
        ("/timed/x", {"cache_control": "max-age=60"}, True),
        ("/timed/x", {"cache_control": "max-age=60", "vary": "accept"}, False),
        ("/keyed/x", {}, True),
        ("/keyed/x", {"cache_control": "max-age=60"}, True),
    ],
)
def test_what_an_origin_may_have_negotiated_selects_where_only_the_route_gives_a_lifetime(
    path: str, said: dict[str, str], is_shared: bool
) -> None:
    world = World({"/x": response(**said)})
    world.ask(path, **NEGOTIATED)
    assert world.ask(path, **NEGOTIATED).result == "hit"
    assert (world.ask(path, **NEGOTIATED | {"accept": "image/png"}).result == "hit") is is_shared


def test_headers_in_the_key_of_a_route_select_whatever_the_origin_says() -> None:
    world = World({"/x": response(cache_control="max-age=60")})
    world.ask("/keyed/x", x_region="eu")
    assert world.ask("/keyed/x", x_region="eu").result == "hit"
    assert world.ask("/keyed/x", x_region="us").result == "miss"
    assert world.origin.requests[0][1].fields.get("x-region") == "eu"
