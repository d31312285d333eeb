"""Queries by content from end to end: cached, collapsed, validated, refreshed and purged like GET, by their content."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.memory.origin import MemoryOrigin
from brine.adapters.memory.refresh_queue import MemoryRefreshQueue
from brine.domain.http.fields import Fields
from brine.domain.http.messages import Request
from brine.domain.purging.stamps import MARGIN
from brine.errors import OriginUnreachable
from brine.ports.deadline import Deadline
from brine.service.http_cache.refresh_requests import RefreshRequests
from brine.service.purge import Purger
from brine.service.stores.bodies import LARGEST_INLINE_BODY
from tests.support.gateway.world import World, refresher_of, response, status_of
from tests.unit.service.http_cache.test_collapse import CROWD, Crowd

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.memory.origin import Outcome
    from brine.domain.routing.origin import OriginAddress
    from brine.service.http_cache.answer import Answer

FRESH = "max-age=600"
BOOKS = b'{"query": "{ books { title } }"}'
AUTHORS = b'{"query": "{ authors { name } }"}'
MUTATION = b'{"query": "mutation { add { id } }"}'


class Api:
    """An API that answers every request with its number; `give` changes the answer to a request."""

    def __init__(self, give: Callable[[int, Request], Outcome | None] = lambda *_: None, **fields: str) -> None:
        self.fields = fields or {"cache_control": FRESH}
        self.give = give
        self.asked: list[Request] = []

    def answer(self, _address: OriginAddress, request: Request) -> Outcome:
        self.asked.append(request)
        number = len(self.asked)
        return self.give(number, request) or response(200, b"%d" % number, **self.fields)


def world_of(api: Api) -> World:
    world = World()
    world.origin = MemoryOrigin(api.answer)
    world.restart()
    return world


def post(world: World, body: bytes = BOOKS, path: str = "/graphql", /, **fields: str) -> Answer:
    return world.ask(path, "POST", body, **{"content_type": "application/json", **fields})


def query(world: World, body: bytes = b"select a", path: str = "/api/x", /, **fields: str) -> Answer:
    return world.ask(path, "QUERY", body, **{"content_type": "text/x", **fields})


def came(answer: Answer) -> tuple[str, bytes]:
    return answer.result, answer.response.body


@pytest.mark.parametrize("ask", [post, query])
def test_a_query_again_is_a_hit_from_memory_and_from_the_table(ask: Callable[[World], Answer]) -> None:
    world = world_of(Api())
    assert came(ask(world)) == ("miss", b"1")
    assert came(ask(world)) == ("hit", b"1")
    world.restart()
    assert came(ask(world)) == ("hit", b"1")


@pytest.mark.parametrize("ask", [post, query])
def test_another_content_is_another_response(ask: Callable[..., Answer]) -> None:
    world = world_of(Api())
    assert [came(ask(world, body))[1] for body in (b"[1]", b"[2]", b"[1]", b"[2]")] == [b"1", b"2", b"1", b"2"]


def test_the_origin_gets_the_content_as_it_is_in_the_key() -> None:
    api = Api()
    world = world_of(api)
    post(world, b'{ "b": 1, "a": 2 }')
    assert came(post(world, b'{"a":2,"b":1}')) == ("hit", b"1")
    [sent] = api.asked
    assert (sent.method, sent.body, sent.fields.get("content-type")) == ("POST", b'{"a":2,"b":1}', "application/json")


def test_a_query_and_the_get_of_its_target_do_not_mix() -> None:
    world = world_of(Api())
    assert came(query(world)) == ("miss", b"1")
    assert came(world.ask("/api/x")) == ("miss", b"2")
    assert came(world.ask("/api/x", "HEAD"))[0] == "hit"
    assert [came(query(world)), came(world.ask("/api/x"))] == [("hit", b"1"), ("hit", b"2")]


def test_a_mutation_reaches_the_origin_each_time_and_ends_all_queries_of_its_target() -> None:
    api = Api()
    world = world_of(api)
    post(world)
    post(world, AUTHORS)
    post(world, BOOKS, "/graphql/other")
    for _ in range(2):
        mutation = post(world, MUTATION, x_anything="kept")
        assert (mutation.result, mutation.stored) == ("pass", False)
        assert "fwd=method; fwd-status=200; detail=query-mutation" in status_of(mutation)
    assert api.asked[-1].fields.get("x-anything") == "kept"
    assert [came(post(world))[0], came(post(world, AUTHORS))[0]] == ["miss", "miss"]
    assert came(post(world, BOOKS, "/graphql/other")) == ("hit", b"3")
    assert [came(post(world))[0], came(post(world, AUTHORS))[0]] == ["hit", "hit"]


def test_a_query_ends_no_stored_response() -> None:
    world = world_of(Api())
    world.ask("/graphql")
    post(world)
    post(world, b'["%s"]' % (b"x" * 200))
    assert came(world.ask("/graphql")) == ("hit", b"1")
    assert came(post(world)) == ("hit", b"2")


def test_another_process_learns_of_the_mutation() -> None:
    api = Api()
    one = world_of(api)
    other = World(items=one.items, leases=one.leases, stamps=one.stamps)
    other.origin = MemoryOrigin(api.answer)
    other.restart()
    post(one)
    assert came(post(other)) == ("hit", b"1")
    post(one, MUTATION)
    other.pass_time(other.delta + 0.1)
    one.pass_time(one.delta + 0.1)
    assert came(post(other)) == ("miss", b"3")


def test_a_mutation_during_the_fetch_of_a_query_wins() -> None:
    world: World

    def give(number: int, _: Request) -> None:
        if number == 1:
            post(world, MUTATION)

    api = Api(give)
    world = world_of(api)
    post(world)
    assert came(post(world))[0] == "miss"


@pytest.mark.parametrize("soft", [False, True])
def test_the_purge_of_a_url_covers_the_queries_of_it(soft: bool) -> None:
    world = world_of(Api())
    post(world)
    post(world, AUTHORS)
    post(world, BOOKS, "/graphql?a=b")
    assert world.stamps is not None
    Purger(routes=world.gateway.routes, stamps=world.stamps, clock=world.time).url("/graphql", soft=soft)
    world.pass_time(world.delta + 0.1)
    assert [came(post(world)), came(post(world, AUTHORS))] == [("miss", b"4"), ("miss", b"5")]
    assert came(post(world, BOOKS, "/graphql?a=b")) == ("hit", b"3")
    assert came(post(world)) == ("hit", b"4")


@pytest.mark.parametrize(
    "purge",
    [Purger.everything, lambda purger: purger.route("graphql"), lambda purger: purger.tag("book")],
    ids=["everything", "route", "tag"],
)
def test_every_other_purge_covers_queries(purge: Callable[[Purger], object]) -> None:
    world = world_of(Api(cache_control=FRESH, surrogate_key="book"))
    post(world)
    assert world.stamps is not None
    purger = Purger(routes=world.gateway.routes, stamps=world.stamps, clock=world.time)
    purge(purger)
    world.pass_time(world.delta + 0.1)
    assert came(post(world))[0] == "miss"


def test_a_response_that_ends_its_own_query_ends_no_other() -> None:
    def give(number: int, _: Request) -> Outcome | None:
        return response(200, b"private", cache_control="private") if number == 3 else None

    world = world_of(Api(give, cache_control="max-age=10", etag='"a"'))
    post(world)
    post(world, AUTHORS)
    world.pass_time(MARGIN)
    assert came(post(world, BOOKS, "/graphql", cache_control="no-cache")) == ("miss", b"private")
    assert came(post(world, AUTHORS)) == ("hit", b"2")
    assert came(post(world))[0] == "miss"


@pytest.mark.parametrize("ask", [post, query])
def test_a_stale_response_is_validated(ask: Callable[..., Answer]) -> None:
    def give(number: int, request: Request) -> Outcome | None:
        return response(304, b"", cache_control="max-age=10") if request.fields.get("if-none-match") == '"a"' else None

    api = Api(give, cache_control="max-age=10", etag='"a"')
    world = world_of(api)
    ask(world)
    world.pass_time(11)
    assert came(ask(world)) == ("validated", b"1")
    assert api.asked[1].body == api.asked[0].body != b""
    assert came(ask(world)) == ("hit", b"1")
    assert ask(world, if_none_match='"a"').response.status == 304


def test_an_origin_that_answers_412_to_our_condition_is_asked_again_without() -> None:
    """RFC 9110 section 13.1.2: a matching If-None-Match gives 412 for POST."""

    def give(_: int, request: Request) -> Outcome | None:
        return response(412, b"no") if "if-none-match" in request.fields else None

    world = world_of(Api(give, cache_control="max-age=10", etag='"a"'))
    post(world)
    world.pass_time(11)
    assert came(post(world)) == ("miss", b"3")
    assert came(post(world)) == ("hit", b"3")


def test_a_range_of_a_query_is_a_range_of_its_response() -> None:
    world = world_of(Api(lambda *_: response(200, b"abcdef", cache_control=FRESH, etag='"a"')))
    query(world)
    part = query(world, range="bytes=1-2")
    assert (part.result, part.response.status, part.response.body) == ("hit", 206, b"bc")


def test_vary_selects_among_the_responses_to_a_query() -> None:
    world = world_of(Api(cache_control=FRESH, vary="Accept-Language"))
    languages = ["de", "fr", "de", "fr"]
    assert [came(post(world, accept_language=one))[1] for one in languages] == [b"1", b"2", b"1", b"2"]


def test_a_crowd_with_one_query_makes_one_fetch() -> None:
    crowd = Crowd(CROWD)

    def give(_number: int, _: Request) -> None:
        crowd.is_there.wait(10)

    api = Api(give)
    world = world_of(api)
    world.in_flight = crowd
    world.restart()
    with ThreadPoolExecutor(CROWD) as pool:
        answers = [pool.submit(post, world) for _ in range(CROWD)]
    assert {answer.result().response.body for answer in answers} == {b"1"}
    assert len(api.asked) == 1


def test_a_query_is_sent_again_after_a_failure_and_a_mutation_is_not() -> None:
    def give(number: int, _: Request) -> Outcome | None:
        return OriginUnreachable("gone") if number in {1, 3} else None

    world = world_of(Api(give))
    assert came(post(world)) == ("miss", b"2")
    assert post(world, MUTATION).problem == "origin-unreachable"


@pytest.mark.parametrize(
    ("body", "fields", "reason"),
    [
        (b'["%s"]' % (b"x" * 200), {}, "fwd=bypass; fwd-status=200; detail=query-size"),
        (
            b"a=b",
            {"content_type": "application/x-www-form-urlencoded"},
            "fwd=method; fwd-status=200; detail=query-not-json",
        ),
    ],
)
def test_what_is_no_query_for_the_cache_is_forwarded_each_time(
    body: bytes, fields: dict[str, str], reason: str
) -> None:
    api = Api()
    world = world_of(api)
    for number in (1, 2):
        answer = post(world, body, **fields)
        assert came(answer) == ("pass", b"%d" % number)
        assert reason in status_of(answer)
    assert api.asked[0].body == body


def test_a_response_to_credentials_is_stored_only_if_it_is_for_all() -> None:
    world = world_of(Api())
    assert [came(post(world, authorization="Bearer a"))[0] for _ in range(2)] == ["miss", "miss"]
    world = world_of(Api(cache_control="public, max-age=60"))
    assert [came(post(world, authorization="Bearer a"))[0] for _ in range(2)] == ["miss", "hit"]


def test_errors_of_graphql_are_not_stored_on_the_word_of_the_route_and_do_not_end_what_is() -> None:
    failing = b'{"data": null, "errors": [{"message": "down"}]}'

    def give(number: int, _: Request) -> Outcome | None:
        return response(200, failing) if number in {1, 3} else response(200, b'{"data": 1}')

    world = world_of(Api(give))
    answer = post(world, BOOKS, "/search")
    assert (answer.stored, "detail=graphql-errors" in status_of(answer)) == (False, True)
    assert came(post(world, BOOKS, "/search")) == ("miss", b'{"data": 1}')
    assert came(post(world, BOOKS, "/search", cache_control="no-cache")) == ("miss", failing)
    assert came(post(world, BOOKS, "/search")) == ("hit", b'{"data": 1}')


def test_errors_of_graphql_are_stored_if_the_origin_says_how_long() -> None:
    world = world_of(Api(lambda *_: response(200, b'{"errors": [1]}', cache_control=FRESH)))
    assert [came(post(world))[0] for _ in range(2)] == ["miss", "hit"]


SWR = "max-age=10, stale-while-revalidate=600"


def refreshed(api: Api) -> tuple[World, MemoryRefreshQueue]:
    queue = MemoryRefreshQueue()
    world = world_of(api)
    world.gateway = replace(world.gateway, refreshes=RefreshRequests(queue))
    return world, queue


def test_a_stale_answer_goes_out_and_the_refresher_repeats_the_query() -> None:
    api = Api(cache_control=SWR)
    world, queue = refreshed(api)
    post(world)
    world.pass_time(11)
    assert came(post(world)) == ("stale", b"1")
    [request] = queue.requests
    outcome = refresher_of(world.gateway).refresh(request, Deadline(world.now + 29, world.time))
    assert outcome.outcome == "refreshed"
    assert [(one.method, one.body) for one in api.asked] == [("POST", api.asked[0].body)] * 2
    assert came(post(world)) == ("hit", b"2")


def test_a_refresh_of_a_route_that_has_no_queries_any_more_sends_nothing() -> None:
    api = Api(cache_control=SWR)
    world, queue = refreshed(api)
    post(world)
    world.pass_time(11)
    post(world)
    routes = type(world.gateway.routes)(
        tuple(replace(route, query_methods=frozenset()) for route in world.gateway.routes)
    )
    refresher = replace(refresher_of(world.gateway), routes=routes)
    assert refresher.refresh(queue.requests[0], Deadline(world.now + 29, world.time)).outcome == "gone"
    assert len(api.asked) == 1


def test_without_permission_to_queue_the_content_the_client_refreshes() -> None:
    api = Api(cache_control=SWR)
    world, queue = refreshed(api)
    post(world, BOOKS, "/search")
    world.pass_time(11)
    assert came(post(world, BOOKS, "/search")) == ("miss", b"2")
    assert queue.requests == []


def test_a_large_stored_body_is_reached_by_303() -> None:
    """The link is for GET, to which 303 leads (RFC 10008 section 2.5)."""
    large = random.Random(1).randbytes(LARGEST_INLINE_BODY + 1)  # noqa: S311 - no secret: bytes that do not compress
    world = world_of(Api(lambda *_: response(200, large, cache_control=FRESH)))
    assert post(world, BOOKS, "/search").response.status == 200
    asked = Request(method="POST", path="/search", body=BOOKS, fields=Fields([("content-type", "application/json")]))
    answer = world.gateway.serve(asked, Deadline(world.now + 29, world.time), room=1_000)
    assert (answer.response.status, answer.result) == (303, "hit")
