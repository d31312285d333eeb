"""`fetch`: the deadline of a part, its status and its fallback, and the mistakes of a function that uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.app.app import App
from brine.domain.http.messages import Response
from brine.errors import FunctionMistake, PartFailed
from brine.service.functions.part_fetcher import OPTIONAL_SHARE
from brine.testing import Reply
from tests.support.gateway.parts import Parts, client_of, fetch_of, route

if TYPE_CHECKING:
    from brine.service.functions.fetch import Fetch


def test_a_part_gets_the_remaining_time_and_an_optional_one_less() -> None:
    parts = Parts()
    fetch = fetch_of(parts, seconds=20)
    fetch("a")
    fetch("a", otherwise=None)
    fetch.all(("a", "/1"), ("a", "/2", {"or": None}))
    assert sorted(parts.seconds) == pytest.approx([20 * OPTIONAL_SHARE, 20 * OPTIONAL_SHARE, 20, 20])


def test_the_parts_get_a_share_of_the_time_and_the_function_the_rest() -> None:
    seconds: list[float] = []
    app = App()

    @app.get("/w", timeout="10s")
    def whole(fetch: Fetch) -> int:
        seconds.append(fetch._deadline.remaining())
        client.clock.advance("4s")
        seconds.append(fetch._deadline.remaining())
        return 1

    client = app.test()
    assert client.get("/w").status == 200
    assert seconds == pytest.approx([8.5, 4.5])


def test_a_part_of_a_part_has_less_time_than_the_part() -> None:
    left: dict[str, float] = {}
    app = App()

    @app.get("/inner")
    def inner(fetch: Fetch) -> int:
        left["inner"] = fetch._deadline.remaining()
        return 1

    @app.get("/outer")
    def outer(fetch: Fetch) -> int:
        left["outer"] = fetch._deadline.remaining()
        return int(fetch("inner", "/inner").json())

    assert app.test().get("/outer").json() == 1
    assert 0 < left["inner"] < left["outer"] * 0.86


@pytest.mark.parametrize(("of_whole", "tenant"), [(None, ""), ("claim:org", "acme"), ("header:X-Tenant", "")])
def test_a_route_with_tenants_refuses_a_whole_without_them_or_with_others(of_whole: str | None, tenant: str) -> None:
    parts = Parts(routes={"a": route("a", tenant="header:X-Tenant")})
    with pytest.raises(FunctionMistake, match='write tenant="header:X-Tenant"'):
        fetch_of(parts, tenant=tenant, whole=route("w", tenant=of_whole))("a", otherwise=None)
    assert parts.requests == []


def test_an_unknown_route_is_a_mistake_that_names_the_known_ones() -> None:
    with pytest.raises(FunctionMistake, match=r'no route has the name "b"\. The routes are: a\.'):
        fetch_of(Parts())("b", otherwise=None)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_part_with_such_a_status_failed(status: int) -> None:
    parts = Parts(response=Response(status=status))
    fetch = fetch_of(parts)
    with pytest.raises(PartFailed, match=f"it answered {status}") as raised:
        fetch("a")
    assert (raised.value.route, raised.value.status) == ("a", status)
    assert not fetch.limits[0].is_storable


def test_a_problem_of_the_gateway_is_a_failed_part() -> None:
    parts = Parts(response=Response(status=400), problem="target-invalid")
    with pytest.raises(PartFailed, match="target-invalid"):
        fetch_of(parts)("a")


@pytest.mark.parametrize("status", [301, 400, 404, 422])
def test_other_statuses_are_the_function_s_to_handle(status: int) -> None:
    part = fetch_of(Parts(response=Response(status=status, body=b"no")))("a")
    assert (part.status, part.ok, part.content, part.is_fallback) == (status, False, b"no", False)
    with pytest.raises(PartFailed, match=f"it answered {status}") as raised:
        part.json()
    assert raised.value.status == status


@pytest.mark.parametrize("fallback", [None, [], 0, {"a": 1}])
def test_an_optional_part_that_failed_is_its_fallback(fallback: object) -> None:
    parts = Parts(response=Response(status=503))
    fetch = fetch_of(parts)
    (part,) = fetch.all(("a", "/", {"or": fallback}))
    assert (part.is_fallback, part.ok, part.status, part.fields, part.result) == (True, False, 0, None, "failed")
    assert part.json() is fallback
    assert part.object() is fallback
    with pytest.raises(PartFailed, match="a fallback has no bytes"):
        _ = part.content
    assert not fetch.limits[0].is_storable
    assert [(one.route, one.result, one.status) for one in fetch.reports] == [("a", "failed", 503)]


def test_a_404_is_no_failure_of_an_optional_part() -> None:
    part = fetch_of(Parts(response=Response(status=404)))("a", otherwise=[])
    assert (part.is_fallback, part.status) == (False, 404)


@pytest.mark.parametrize("timeout", ["200ms", "1s", "2s"])
def test_a_function_with_little_time_can_still_fetch(timeout: str) -> None:
    app = App()
    app.get("/inner", name="inner", timeout=timeout)(lambda fetch: fetch("a", "/").json())
    app.get("/outer", name="outer", timeout=timeout)(lambda fetch: fetch("inner", "/inner").json())
    assert app.test(fetch={"a": 1}).get("/outer").json() == 1


def test_an_unsafe_part_is_not_stored_and_invalidates_its_path() -> None:
    client = client_of(
        lambda fetch: [fetch("a", "/").json(), fetch("a", "/", method="POST", content={}).json()],
        a=lambda _: Reply(1, headers={"cache-control": "max-age=60"}),
    )
    answer = client.get("/w")
    assert (answer.json(), answer.is_stored, answer.headers["cache-control"]) == ([1, 1], False, "no-store")
    client.clock.advance("6s")
    client.get("/w")
    assert len(client.fetched) == 4


MARKED = {
    "cache-control": 'max-age=60, private="x-user", no-cache="X-Seen"',
    "x-user": "me",
    "x-seen": "1",
    "x-own": "a",
}


def test_a_function_of_get_sees_only_fields_that_are_for_all_clients() -> None:
    reply = Reply("x", headers={**MARKED, "set-cookie": "sid=1"}).response()
    part = fetch_of(Parts(response=reply))("a")
    assert part.fields is not None
    assert set(dict(part.fields.lines)) == {"cache-control", "content-type", "x-own"}
    assert part.content == b'"x"'


def test_a_function_that_changes_something_sees_all_fields() -> None:
    seen: list[str] = []
    app = App()

    @app.post("/w")
    def write(fetch: Fetch) -> int:
        fields = fetch("a", "/", method="POST").fields
        seen.extend([] if fields is None else dict(fields.lines))
        return 1

    app.test({"a": Reply("x", headers={**MARKED, "set-cookie": "sid=1"})}).post("/w")
    assert {"set-cookie", "x-user", "x-seen", "x-own"} <= set(seen)
