"""A whole and its parts, step by step: freshness, privacy, failures, staleness, refreshes and purges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from brine.app.app import App
from brine.errors import OriginUnreachable
from brine.testing import Reply
from tests.support.gateway.parts import app_of, client_of

if TYPE_CHECKING:
    from brine.service.functions.fetch import Fetch
    from brine.testing import AppClient


def reply(content: object, cache_control: str, **fields: str) -> Reply:
    return Reply(content, headers={"cache-control": cache_control, **fields})


def both(fetch: Fetch) -> list[Any]:
    """A whole of a required part and an optional one."""
    one, other = fetch.all(("a", "/"), ("b", "/", {"or": None}))
    return [one.json(), other.json()]


def dashboard(grace: str = "0s", **options: Any) -> AppClient:
    return app_of(both, grace=grace, **options).test(fetch={"a": reply(1, "max-age=40"), "b": reply(2, "max-age=20")})


def test_a_whole_is_fresh_as_long_as_all_of_its_parts() -> None:
    client = dashboard()
    client.get("/w")
    client.clock.advance("15s")
    assert client.get("/w").result == "hit"
    client.clock.advance("5s")
    answer = client.get("/w")
    assert (answer.result, answer.parts) == ("miss", {"a": "hit", "b": "miss"})
    assert answer.headers["cache-control"] == "max-age=20"
    client.clock.advance("19s")
    assert client.get("/w").headers["age"] == "19"
    client.clock.advance("1s")
    assert client.get("/w").parts == {"a": "miss", "b": "miss"}


def test_the_time_of_the_fetches_counts_for_the_age_of_the_whole() -> None:
    def slow(_target: str) -> Reply:
        client.clock.advance("7s")
        return reply(1, "max-age=20")

    client = client_of(lambda fetch: [fetch("a", "/").json(), fetch("b", "/").json()], a=slow, b=slow)
    assert client.get("/w").headers["cache-control"] == "max-age=20"  # from the start of the first fetch
    client.clock.advance("5s")
    assert client.get("/w").result == "hit"
    client.clock.advance("1s")
    assert client.get("/w").result == "miss"


@pytest.mark.parametrize(
    ("directives", "said"),
    [
        ("private, max-age=60", "private, max-age=0"),
        ("no-store", "no-store"),
        ("private, no-store", "private, max-age=0"),
    ],
)
def test_a_whole_with_a_part_that_may_not_be_stored_is_not_stored(directives: str, said: str) -> None:
    client = dashboard(grace="1h")
    client.answers("b", reply(2, directives))
    for _ in range(2):
        answer = client.get("/w")
        assert (answer.result, answer.is_stored, answer.json()) == ("miss", False, [1, 2])
        assert answer.headers["cache-control"] == said


@pytest.mark.parametrize("status", [301, 404, 410, 500])
def test_a_private_part_keeps_errors_and_redirects_private_too(status: int) -> None:
    def whole(fetch: Fetch) -> Response[str]:
        fetch("a", "/")
        lines: dict[str, str | list[str]] = {"ETag": '"1"', "Last-Modified": "Fri, 01 Jan 2021 00:00:00 GMT"}
        return Response(status, "text/plain", "secret", headers=lines)

    client = app_of(whole, grace="1h", freshness_lifetime="60s", negative_lifetimes={404: "60s"}).test(
        fetch={"a": reply(1, "private")}
    )
    answer = client.get("/w", headers={"accept": "text/plain"})
    assert (answer.status, answer.is_stored, answer.headers["cache-control"]) == (status, False, "private, max-age=0")


def test_an_error_that_no_setting_makes_fresh_is_not_fresh_by_its_last_change() -> None:
    def whole(fetch: Fetch) -> Response[str]:
        fetch("a", "/")
        return Response(404, "text/plain", "none", headers={"Last-Modified": "Fri, 01 Jan 2021 00:00:00 GMT"})

    client = app_of(whole).test(fetch={"a": reply(1, "max-age=5")})
    client.get("/w", headers={"accept": "text/plain"})
    client.clock.advance("6s")
    assert client.get("/w", headers={"accept": "text/plain"}).result != "hit"


def test_a_failed_optional_part_is_asked_again_by_the_next_request() -> None:
    client = dashboard()
    client.answers("b", OriginUnreachable("down"))
    answer = client.get("/w")
    assert (answer.json(), answer.is_stored, answer.headers["cache-control"]) == ([1, None], False, "no-store")
    assert answer.parts == {"a": "miss", "b": "failed"}
    client.answers("b", reply(3, "max-age=20"))
    answer = client.get("/w")
    assert (answer.json(), answer.is_stored, answer.parts) == ([1, 3], True, {"a": "hit", "b": "miss"})


def test_a_failed_required_part_is_a_problem_and_the_stale_whole_is_served_in_its_grace() -> None:
    client = dashboard(grace="10s")
    client.get("/w")
    client.answers("a", OriginUnreachable("down"))
    client.clock.advance("45s")
    assert (client.get("/w").status, client.get("/w").problem) == (502, "part-failed")
    client = dashboard(grace="60s")
    client.get("/w")
    client.answers("a", OriginUnreachable("down"))
    client.clock.advance("45s")
    assert (client.get("/w").status, client.get("/w").result) == (200, "stale")
    assert [refresh.outcome for refresh in client.refresh()] == ["failed", "failed"]


def test_a_stale_whole_is_served_in_its_grace_and_refreshed_with_fresh_parts() -> None:
    client = dashboard(grace="60s")
    client.get("/w")
    client.answers("b", reply(5, "max-age=20"))
    client.clock.advance("25s")
    assert (client.get("/w").result, client.get("/w").json()) == ("stale", [1, 2])
    assert {refresh.outcome for refresh in client.refresh()} <= {"refreshed", "fresh"}
    assert (client.get("/w").result, client.get("/w").json()) == ("hit", [1, 5])


def test_a_stale_part_makes_the_whole_stale_and_the_refresh_does_not_use_it() -> None:
    client = dashboard(grace="60s")
    client.answers("b", reply(2, "max-age=20, stale-while-revalidate=100"))
    client.get("/w")
    client.purge_url("/w")
    client.clock.advance("30s")
    client.answers("b", reply(7, "max-age=20, stale-while-revalidate=100"))
    answer = client.get("/w")
    assert (answer.result, answer.parts, answer.json()) == ("miss", {"a": "hit", "b": "stale"}, [1, 2])
    assert answer.headers["cache-control"] == "max-age=0"
    assert client.get("/w").result == "stale"
    client.refresh()
    assert (client.get("/w").result, client.get("/w").json()) == ("hit", [1, 7])


@pytest.mark.parametrize("directives", ["max-age=20, must-revalidate", "s-maxage=20", "no-cache"])
def test_a_part_that_may_not_be_stale_lets_the_whole_have_no_grace(directives: str) -> None:
    client = dashboard(grace="1h")
    client.answers("b", reply(2, directives, etag='"1"'))
    client.get("/w")
    client.clock.advance("21s")
    client.answers("a", OriginUnreachable("down"))
    client.answers("b", OriginUnreachable("down"))
    assert client.get("/w").result in {"miss", "problem"}
    assert client.get("/w").json() != [1, 2]


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("kind", ["tag of the part", "route of the part", "tag of the whole", "url of the whole"])
def test_a_purge_of_the_whole_or_of_a_part_purges_the_whole(kind: str, soft: bool) -> None:
    client = dashboard(tags=["whole"])
    client.answers("b", reply(2, "max-age=20", **{"surrogate-key": "part"}))
    client.get("/w")
    assert client.get("/w").result == "hit"
    match kind:
        case "tag of the part":
            client.purge_tag("part", soft=soft)
        case "route of the part":
            client.purge_route("b", soft=soft)
        case "tag of the whole":
            client.purge_tag("whole", soft=soft)
        case _:
            client.purge_url("/w", soft=soft)
    answer = client.get("/w")
    assert answer.result == "miss"
    assert answer.parts == {"a": "hit", "b": "miss" if "part" in kind else "hit"}


def test_a_purge_of_something_else_leaves_the_whole() -> None:
    client = dashboard(tags=["whole"])
    client.get("/w")
    client.purge_tag("other")
    assert client.get("/w").result == "hit"


def test_a_purge_goes_through_a_function_to_the_one_that_fetches_it() -> None:
    app = App()

    @app.get("/inner/<name>", freshness_lifetime="1h", tags=lambda name: [f"inner-{name}"])
    def inner(name: str, fetch: Fetch) -> Any:
        return fetch("a", f"/{name}").json()

    @app.get("/outer", freshness_lifetime="1h")
    def outer(fetch: Fetch) -> list[Any]:
        return [fetch("inner", "/inner/x").json(), fetch("inner", "/inner/y").json()]

    client = app.test(fetch={"a": lambda target: reply(target, "max-age=3600", **{"surrogate-key": f"a{target}"})})
    for tag, parts in (("inner-x", 1), ("a/y", 1), ("inner-z", 0)):
        client.get("/outer")
        client.clock.advance("10s")
        client.get("/outer")
        before = len(client.runs)
        client.purge_tag(tag)
        client.clock.advance("10s")
        client.get("/outer")
        assert len(client.runs) - before == (parts + 1 if parts else 0), tag


def test_a_purge_during_the_run_of_the_function_covers_its_whole() -> None:
    def whole(fetch: Fetch) -> Any:
        content = fetch("a", "/").json()
        client.purge_tag("part")
        return content

    client = client_of(whole, a=reply(1, "max-age=60", **{"surrogate-key": "part"}))
    client.get("/w")
    assert client.get("/w").result == "miss"


def test_the_answer_304_of_a_function_keeps_the_dependencies_of_what_it_confirms() -> None:
    tag = {"ETag": '"1"', "Cache-Control": "max-age=10"}

    def whole(fetch: Fetch) -> Response[str]:
        name = "a" if not client.runs[1:] else "b"
        fetch(name, "/")
        return Response(200 if name == "a" else 304, "text/plain", "x" if name == "a" else "", headers=dict(tag))

    client = client_of(
        whole,
        a=reply(1, "max-age=90", **{"surrogate-key": "a"}),
        b=reply(2, "max-age=90", **{"surrogate-key": "b"}),
    )
    accept = {"accept": "text/plain"}
    client.get("/w", headers=accept)
    client.clock.advance("11s")
    assert client.get("/w", headers=accept).result == "validated"
    for purged in ("b", "a"):
        assert client.get("/w", headers=accept).result == "hit" or purged == "a"
        client.purge_tag(purged)
        assert client.get("/w", headers=accept).result != "hit"


def test_an_unsafe_call_purges_tags_and_its_own_path_and_is_never_stored() -> None:
    app = App()

    @app.get("/orders/<order>", freshness_lifetime="60s", tags=lambda order: [f"order-{order}", "orders"])
    def read(order: str) -> str:
        return order

    @app.post("/orders/<order>", purges=lambda order, result: [f"order-{order}", result])
    def write(order: str) -> str:
        return "made"

    @app.delete("/orders/<order>", purges=["orders"])
    def delete(order: str) -> Response[str]:
        return Response(409, "text/plain", "no")

    client = app.test()
    for path in ("/orders/1", "/orders/2"):
        client.get(path)
    answer = client.post("/orders/1")
    assert (answer.result, answer.is_stored, answer.json()) == ("pass", False, "made")
    assert "cache-control" not in answer.headers
    assert client.purged == ["order-1", "made"]
    client.clock.advance("6s")
    assert [client.get(path).result for path in ("/orders/1", "/orders/2")] == ["miss", "hit"]
    client.request("DELETE", "/orders/2")
    assert client.purged == ["order-1", "made"]  # it was no success
    assert client.get("/orders/2").result == "hit"


def test_a_failing_function_of_tags_keeps_the_answer_from_being_stored_and_is_told() -> None:
    def tags() -> list[str]:
        raise LookupError("no tags")

    app = App()
    app.get("/w", name="w", freshness_lifetime="1m", tags=tags)(lambda: 1)
    answer = app.test().get("/w")
    assert (answer.status, answer.is_stored, repr(answer.error)) == (200, False, "LookupError('no tags')")


def test_a_failing_function_of_purges_comes_after_the_change_so_the_answer_says_that_it_was_made() -> None:
    def purges() -> list[str]:
        raise LookupError("no tags")

    app = App()
    app.get("/w", name="w", freshness_lifetime="1m")(lambda: 1)
    app.post("/w", purges=purges)(lambda: 2)
    client = app.test()
    client.get("/w")
    answer = client.post("/w")
    assert (answer.status, repr(answer.error)) == (200, "LookupError('no tags')")
    assert client.get("/w").result == "miss", "its own path is invalid all the same"


@pytest.mark.parametrize(
    "tags", [None, 17, "customer-17", [17], [""], ["a\0b"], ["x" * 2_000], [f"tag-{number}" for number in range(200)]]
)
def test_tags_that_are_none_keep_the_answer_from_being_stored(tags: Any) -> None:
    app = App()
    app.get("/w", name="w", freshness_lifetime="1m", tags=lambda: tags)(lambda: 1)
    answer = app.test().get("/w")
    assert (answer.status, answer.is_stored, answer.problem) == (200, False, None)
    assert isinstance(answer.error, TypeError | ValueError)


def test_an_error_that_is_stored_has_the_tags_of_its_function() -> None:
    app, orders = App(), dict[str, int]()

    @app.get("/orders/<number>", negative_lifetimes={404: "1h"}, tags=lambda number: [f"order-{number}"])
    def order(number: str) -> int:
        if number not in orders:
            raise NotFoundError
        return orders[number]

    @app.post("/orders", purges=lambda: ["order-17"])
    def create() -> int:
        orders["17"] = 1
        return 1

    client = app.test()
    assert (client.get("/orders/17").status, client.get("/orders/17").result) == (404, "hit")
    client.post("/orders")
    assert client.get("/orders/17").status == 200


def test_invalid_tags_keep_the_whole_from_being_stored_because_no_purge_would_find_it() -> None:
    client = app_of(lambda: 1, tags=lambda: ["a tag with blanks", "x" * 2_000]).test()
    answer = client.get("/w")
    assert (answer.status, answer.is_stored) == (200, False)


def test_a_whole_that_is_never_fresh_is_not_stored_although_it_has_a_validator() -> None:
    app = App()
    app.get("/w", name="w")(lambda: 1)
    app.get("/grace", name="grace", grace="1h")(lambda: 1)
    client = app.test()
    assert [client.get(path).is_stored for path in ("/w", "/w", "/grace")] == [False, False, True]
    assert client.get("/w").headers["etag"]
    client = dashboard()
    client.answers("b", reply(2, "max-age=0"))
    assert not client.get("/w").is_stored
